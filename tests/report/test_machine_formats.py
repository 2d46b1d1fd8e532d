"""CSV, JUnit and SARIF: whole, of their standards' form, safe, and never read as more than the verdict."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.model import Finding, Outcome, Verdict, printable
from por.model.remark import Register
from por.report.formats import FILES, FORMATS
from por.report.junit import render_junit
from por.report.language import translator
from por.report.papers import Papers, entries
from por.report.safe_text import cell, harmless
from por.report.sarif import render_sarif
from por.report.spreadsheet import BYTE_ORDER_MARK, COLUMNS, render_csv
from tests.report import papers_scene as scene
from tests.report.test_html_page import HOSTILE, hostile
from tests.report.test_safe_text import FORMULAS

JA = translator("ja")


def table(papers: Papers) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(papers).removeprefix(BYTE_ORDER_MARK), newline=""), strict=True))


def suites(papers: Papers) -> ET.Element:
    return ET.fromstring(render_junit(papers).encode())


def run(papers: Papers) -> Any:
    log = json.loads(render_sarif(papers))
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    return only


def finding(outcome: Outcome, *, required: bool = True, waived: str | None = None) -> Finding:
    return Finding(
        "reserves.control",
        f"{outcome}-{required}-{waived}",
        outcome,
        "evidence.missing",
        facts={"reason": "x"},
        required=required,
        waived=waived,
    )


PASS, FAIL, OPEN = (finding(outcome) for outcome in (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE))
WAIVED = finding(Outcome.INCONCLUSIVE, required=False, waived="no registry")
SHADOW = finding(Outcome.FAIL, required=False)
SHADOW_OPEN = finding(Outcome.INCONCLUSIVE, required=False)


def bare(*findings: Finding) -> Papers:
    return Papers(scene.verdict(*findings))


# CSV.


def test_the_table_has_a_row_for_each_finding_and_each_closed_remark() -> None:
    rows = table(scene.papers())
    whole = entries(scene.papers())
    assert [row["ref"] for row in rows] == [entry.finding.ref for entry in whole] + [scene.REMARKS[2].ref]
    assert [row["outcome"] for row in rows] == [str(entry.outcome) for entry in whole] + [""]
    assert json.loads(rows[-1]["remarks"])[0]["status"] == "closed"


def test_figures_in_the_table_are_exact() -> None:
    rows = {row["ref"]: row for row in table(scene.papers())}
    assert rows[f"solvency.coverage@{scene.USDC}"]["actual"] == "4820000.123456789"


def test_rules_have_their_state_and_the_rest_has_none() -> None:
    rows = {row["ref"]: row for row in table(scene.papers())}
    hot = rows["segregation.hot@jp-test/TX-HOT-01"]
    assert (hot["rule"], hot["state"], hot["severity"], hot["required"]) == (
        "jp-test/TX-HOT-01",
        "shadow",
        "warn",
        "no",
    )
    assert rows[f"solvency.coverage@{scene.ETH}"]["state"] == ""


def test_the_table_is_of_rfc_4180() -> None:
    text = render_csv(scene.papers())
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert lines[0] == list(COLUMNS)
    assert {len(line) for line in lines} == {len(COLUMNS)}


def test_only_text_beyond_english_has_a_byte_order_mark() -> None:
    assert not render_csv(scene.papers()).startswith(BYTE_ORDER_MARK)
    assert render_csv(scene.papers(say=JA)).startswith(BYTE_ORDER_MARK)


@pytest.mark.parametrize("text", [*FORMULAS, HOSTILE, '"', '","', "a\r\nb", "'"])
def test_t94_no_cell_of_a_hostile_verdict_is_a_formula(text: str) -> None:
    rows = table(hostile(text))
    assert len(rows) == len(hostile(text).verdict.findings) + 1
    for row in rows:
        for value in row.values():
            assert not value.lstrip().startswith(tuple("=+-@＝＋－＠"))
            assert printable(value) == value
    assert cell(text) in {row["subject"] for row in rows}


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_t93_t94_any_text_is_one_cell(text: str) -> None:
    rows = table(hostile(text))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert cell(text) in {row["waived"] for row in rows}


# JUnit.


@pytest.mark.parametrize(
    ("findings", "failures", "errors", "skipped"),
    [
        ((PASS,), 0, 0, 0),
        ((PASS, FAIL), 2, 0, 0),
        ((PASS, OPEN), 0, 2, 0),
        ((PASS, FAIL, OPEN), 2, 1, 0),
        ((PASS, WAIVED), 0, 0, 1),
        ((PASS, SHADOW), 0, 0, 1),
        ((PASS, SHADOW_OPEN), 0, 0, 1),
        ((WAIVED,), 0, 1, 1),
        ((SHADOW,), 0, 1, 1),
        ((), 0, 1, 0),
    ],
)
def test_t73_a_build_breaks_unless_the_verdict_is_a_pass(
    findings: tuple[Finding, ...], failures: int, errors: int, skipped: int
) -> None:
    """Also where nothing was required: the verdict is a case of its own."""
    top = suites(bare(*findings))
    counted = tuple(int(top.get(name) or "-1") for name in ("failures", "errors", "skipped"))
    assert counted == (failures, errors, skipped)
    assert bool(failures or errors) != bool(bare(*findings).verdict)


def test_junit_counts_what_it_holds() -> None:
    top = suites(scene.papers())
    assert int(top.get("tests") or 0) == len(scene.FINDINGS) + 1 == len(list(top.iter("testcase")))
    for suite in top:
        assert int(suite.get("tests") or 0) == len(suite)
    assert sum(int(suite.get("errors") or 0) for suite in top) == int(top.get("errors") or 0)


def test_junit_names_checks_and_subjects() -> None:
    cases = [(case.get("classname"), case.get("name")) for case in suites(scene.papers()).iter("testcase")]
    assert cases[0] == ("verdict", f"{scene.ISSUER}@{scene.AS_OF}")
    assert cases[1:] == [(row.check, row.subject) for row in scene.FINDINGS]


def test_junit_holds_the_remarks_and_they_skip_nothing() -> None:
    text = render_junit(scene.papers())
    assert "The signing ceremony is planned" in text
    plain = suites(scene.papers(register=Register()))
    assert suites(scene.papers()).attrib == plain.attrib


@settings(max_examples=40)
@given(st.one_of(st.text(max_size=40), st.just(HOSTILE), st.just("]]><x/>&#0;\ufffe")))
def test_t93_t94_no_text_breaks_out_of_junit(text: str) -> None:
    top, plain = suites(hostile(text)), suites(hostile("plain"))
    assert [element.tag for element in top.iter()] == [element.tag for element in plain.iter()]
    assert harmless(text) in {case.get("name") for case in top.iter("testcase")}


# SARIF.


@pytest.mark.parametrize(
    ("findings", "levels"),
    [
        ((PASS,), []),
        ((PASS, FAIL), ["error", "error"]),
        ((PASS, OPEN), ["error", "error"]),
        ((PASS, WAIVED), ["note"]),
        ((PASS, SHADOW), ["warning"]),
        ((WAIVED,), ["error", "note"]),
        ((), ["error"]),
    ],
)
def test_t73_what_decides_and_did_not_pass_is_an_error(findings: tuple[Finding, ...], levels: list[str]) -> None:
    papers = bare(*findings)
    results = run(papers)["results"]
    assert [result["level"] for result in results] == levels
    assert any(level == "error" for level in levels) != bool(papers.verdict)
    assert run(papers)["invocations"][0]["exitCode"] == papers.verdict.exit_code


def test_sarif_results_are_of_its_form() -> None:
    only = run(scene.papers())
    rules = only["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules].count("verdict") == 1
    assert "helpUri" not in rules[0]
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["kind"] == "fail"
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"] == {"index": 0, "uri": "verdict.json"}
        assert result["fingerprints"]["ref/v1"] == place["logicalLocations"][0]["fullyQualifiedName"]


def test_sarif_fingerprints_are_refs_and_stay_from_run_to_run() -> None:
    refs = [result["fingerprints"]["ref/v1"] for result in run(scene.papers())["results"]]
    assert refs[1:] == [row.ref for row in scene.FINDINGS if row.outcome is not Outcome.PASS]
    later = Papers(scene.verdict(*reversed(scene.FINDINGS)))
    assert sorted(result["fingerprints"]["ref/v1"] for result in run(later)["results"]) == sorted(refs)


def test_what_is_waived_is_suppressed_with_its_reason() -> None:
    (result,) = run(bare(PASS, WAIVED))["results"]
    assert result["suppressions"] == [{"justification": "no registry", "kind": "external", "status": "accepted"}]


@settings(max_examples=40)
@given(st.one_of(st.text(max_size=40), st.just(HOSTILE)))
def test_t93_t94_any_text_is_one_string_of_sarif(text: str) -> None:
    results = run(hostile(text))["results"]
    assert len(results) == len(run(hostile("plain"))["results"])
    assert all(printable(result["message"]["text"]) == result["message"]["text"] for result in results)


# All.


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("say", [translator("en"), JA], ids=["en", "ja"])
def test_every_format_renders_in_every_language_and_always_the_same(name: str, say: Any) -> None:
    papers = scene.papers(say=say)
    assert FORMATS[name](papers) == FORMATS[name](papers)
    assert FORMATS[name](papers).encode().decode() == FORMATS[name](papers)


@pytest.mark.parametrize("name", FORMATS)
def test_t93_no_format_writes_a_control_character(name: str) -> None:
    text = FORMATS[name](hostile("a\x1b[31m\u202e\x00b"))
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_every_format_has_a_file_in_a_pack() -> None:
    assert set(FILES) == set(FORMATS)
    assert len(set(FILES.values())) == len(FILES)


def test_the_order_of_findings_is_the_verdicts() -> None:
    verdict: Verdict = scene.verdict(*reversed(scene.FINDINGS))
    assert [row["ref"] for row in table(Papers(verdict))] == [row.ref for row in verdict.findings]
