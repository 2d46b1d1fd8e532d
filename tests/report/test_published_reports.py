"""Reports of what another exchange's published proof shows: whole in every format, with no coverage and no issuer."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest

from por.checks.differences import verdict_changes
from por.encoding import verdict_v1
from por.errors import FormatError
from por.model import Instant, Outcome, Verdict
from por.model.remark import Register, Remark, RemarkStatus
from por.report.changes import render_changes
from por.report.formats import FORMATS
from por.report.language import IN_ENGLISH, translator
from por.report.limits import LIMITS
from por.report.papers import Papers, require_renderable, subject, with_history
from por.report.sentence import first_sentence
from por.report.text import message
from tests import published_proofs as p
from tests.report import papers_scene as scene
from tests.report.test_html_page import shown
from tests.report.translations import FORBIDDEN, JAPANESE

JA = translator("ja")
SCENES = list(p.scenes())
OKX, LEMON, HOTCOIN = (p.SAMPLES[name] for name in ("okx-v1", "lemon", "hotcoin-por-sum"))
MINE = p.amounts(BTC="1.5", ETH="20")
INCLUDED = p.judged(OKX.file, holdings=MINE, root=OKX.root)
REFUTED = p.judged(OKX.file, holdings=MINE, root="00" * 32)
ALONE = p.judged(OKX.file, holdings=MINE)
DATED = p.judged(HOTCOIN.file, days=30)


def ids(verdict: Verdict) -> str:
    return f"{verdict.snapshot[:20]}-{verdict.outcome}"


@pytest.mark.parametrize("say", [IN_ENGLISH, JA], ids=["en", "ja"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_verdict_is_rendered_in_every_format(name: str, say: Any) -> None:
    for verdict in SCENES:
        papers = Papers(verdict, say=say)
        require_renderable(papers)
        text = FORMATS[name](papers)
        assert text == FORMATS[name](papers)
        assert "None" not in text
        if say is JA:
            assert not FORBIDDEN.search(text)


@pytest.mark.parametrize("verdict", SCENES, ids=ids)
def test_the_page_has_the_sentence_and_every_finding_and_no_chart(verdict: Verdict) -> None:
    for say in (IN_ENGLISH, JA):
        page = shown(Papers(verdict, say=say))
        assert page.unbalanced == []
        assert first_sentence(verdict, say) in page.text
        assert not page.named("figure")
        assert not page.named("svg")[1:]
        for finding in verdict.findings:
            assert " ".join(message(finding, say).split()) in page.text


@pytest.mark.parametrize("verdict", [INCLUDED, REFUTED, ALONE, DATED], ids=ids)
def test_t72_the_page_says_what_was_not_looked_at(verdict: Verdict) -> None:
    page = shown(Papers(verdict))
    assert "Whether the exchange holds anything was not looked at." in page.text
    assert all(limit in page.text for limit in LIMITS)
    assert "It gives no opinion on the issuer." in page.text
    assert "segments listed" not in page.text


def test_a_format_is_no_issuer() -> None:
    page = shown(Papers(INCLUDED))
    parties = page.text.partition("Parties format of the published proof ")[2]
    assert parties.startswith(f"okx-v1 root that it leads to {OKX.root} engaging party not stated")
    assert subject(INCLUDED) == "okx-v1"
    assert subject(scene.verdict()) == scene.ISSUER


@pytest.mark.parametrize(
    ("verdict", "said"), [(ALONE, "okx-v1, not stated"), (DATED, "hotcoin-por-sum, 2026-11-01T00:00:00Z")]
)
def test_t37_a_time_that_no_file_says_is_not_made_up(verdict: Verdict, said: str) -> None:
    page = shown(Papers(verdict))
    assert said in page.text
    assert "the finding of published.age says whether a hash covers it" in page.text
    assert "Z" not in said or verdict.as_of is not None


def test_the_procedures_stand_in_their_own_block() -> None:
    assert "Published proof of inclusion" in shown(Papers(ALONE)).text
    assert "公表された包含の証明" in shown(Papers(ALONE, say=JA)).text
    for absent in ("Control of accounts", "Comparison of holdings and liabilities", "Other procedures"):
        assert absent not in shown(Papers(ALONE)).text


def test_the_table_has_every_finding() -> None:
    for verdict in SCENES:
        rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](Papers(verdict)))))
        assert [row["ref"].lstrip("'") for row in rows] == [finding.ref for finding in verdict.findings]
        assert {row["snapshot"] for row in rows} == {verdict.snapshot}


@pytest.mark.parametrize("verdict", SCENES, ids=ids)
def test_t73_ci_breaks_unless_the_verdict_is_a_pass(verdict: Verdict) -> None:
    papers = Papers(verdict)
    suites = ET.fromstring(FORMATS["junit"](papers))
    run = json.loads(FORMATS["sarif"](papers))["runs"][0]
    broken = int(suites.get("failures", "0")) + int(suites.get("errors", "0"))
    assert bool(broken) != (verdict.outcome is Outcome.PASS)
    assert any(row["level"] == "error" for row in run["results"]) != (verdict.outcome is Outcome.PASS)
    assert run["invocations"][0]["exitCode"] == verdict.exit_code


def test_a_verdict_is_read_back_as_it_was() -> None:
    for verdict in SCENES:
        again = verdict_v1.read(verdict_v1.write(verdict))
        assert FORMATS["html"](Papers(again)) == FORMATS["html"](Papers(verdict))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\x1b[2J", "\u202e", "=1+1", "{{7*7}}", "a\nb"])
def test_t93_t94_a_hostile_format_or_root_breaks_out_of_nothing(text: str) -> None:
    hostile = replace(ALONE, snapshot=f"{text}:{text}")
    page = shown(Papers(hostile))
    assert not page.named("script")
    assert page.unbalanced == []
    for render in FORMATS.values():
        assert "\x1b" not in render(Papers(hostile))
        assert "\u202e" not in render(Papers(hostile))


# History and remarks.


def test_verdicts_of_one_format_stand_beside_one_another_and_others_are_refused() -> None:
    papers = with_history(Papers(INCLUDED), [ALONE, REFUTED, INCLUDED])
    assert len(papers.history) == 2
    require_renderable(papers)
    assert not shown(papers).named("figure")
    for other in (DATED, scene.verdict()):
        with pytest.raises(FormatError, match="and not about okx-v1"):
            require_renderable(with_history(Papers(INCLUDED), [other]))
        with pytest.raises(FormatError, match="about okx-v1, and not about"):
            require_renderable(with_history(Papers(other), [INCLUDED]))


def test_a_verdict_of_no_instant_has_no_place_in_a_history() -> None:
    timeless = replace(scene.verdict(), as_of=None)
    before = replace(scene.verdict(), as_of=Instant(scene.verdict().as_of.seconds - 86_400))  # type: ignore[union-attr]
    page = shown(with_history(scene.papers(), [timeless, before]))
    plain = shown(with_history(scene.papers(), [before]))
    assert page.text.count("Coverage over time") == plain.text.count("Coverage over time")
    assert len(page.named("circle")) == len(plain.named("circle"))


def test_a_remark_on_a_proof_of_no_date_is_not_said_to_be_from_before() -> None:
    finding = next(row for row in ALONE.findings if row.required and row.outcome is not Outcome.PASS)
    remark = Remark(ref=finding.ref, text="Asked for.", by="A. Practitioner", at=Instant(0), status=RemarkStatus.OPEN)
    text = shown(Papers(ALONE, register=Register(remarks=(remark,)))).text
    assert "Asked for." in text
    assert "from before this snapshot" not in text


# por diff.


def test_two_verdicts_of_one_proof_differ_in_what_was_brought() -> None:
    text = render_changes(verdict_changes(ALONE, INCLUDED))
    assert f"  ~ published.root@{OKX.root}: PASS" in text
    assert "was INCONCLUSIVE" in text
    assert "  ~ outcome: PASS, was INCONCLUSIVE\n" in text
    assert "as of" not in text
    japanese = render_changes(verdict_changes(ALONE, INCLUDED), JA)
    assert f"published.root@{OKX.root}" in japanese
    assert re.search(JAPANESE, japanese)


def test_the_date_of_a_published_proof_is_compared() -> None:
    undated = replace(DATED, as_of=None)
    (change,) = verdict_changes(undated, DATED)
    assert (change.subject, change.before, change.after) == ("as of", "nothing", "2026-11-01T00:00:00Z")
    assert "なし" in render_changes([change], JA)
    assert verdict_changes(DATED, DATED) == []
