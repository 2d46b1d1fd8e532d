"""A verdict document says the same in the same bytes, and cannot say what its findings do not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import verdict_v1
from por.errors import FormatError
from por.model import Finding, Instant, Outcome, Verdict, printable
from tests import pages
from tests.documents import canonical, put, verdicts


@pytest.fixture
def document() -> Any:
    return pages.document("verdict.md", "verdict.json")


def refused(document: Any, place: str, reason: str = "") -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        verdict_v1.read(canonical(document))
    assert caught.value.place == place
    assert str(caught.value) == printable(str(caught.value))


def test_the_example_is_read(document: Any) -> None:
    verdict = verdict_v1.read(canonical(document))
    assert verdict
    assert [finding.check for finding in verdict.findings] == [
        "liabilities.scheme",
        "liabilities.inclusion",
        "liabilities.nonnegative",
        "publication.identified",
    ]


@given(verdict=verdicts(), order=st.randoms(use_true_random=False))
def test_equal_verdicts_have_the_same_bytes(verdict: Verdict, order: Any) -> None:
    def shuffled(finding: Finding) -> Finding:
        facts = list(finding.facts.items())
        order.shuffle(facts)
        return replace(finding, facts=dict(facts))

    again = replace(verdict, findings=tuple(map(shuffled, verdict.findings)))
    assert again == verdict
    assert verdict_v1.write(again) == verdict_v1.write(verdict)


@given(verdict=verdicts())
def test_the_document_says_what_the_model_decides(verdict: Verdict) -> None:
    said = json.loads(verdict_v1.write(verdict))
    assert said["outcome"] == verdict.outcome
    assert said["exit"] == verdict.exit_code
    assert [finding["ref"] for finding in said["findings"]] == [finding.ref for finding in verdict.findings]


@pytest.mark.parametrize(
    ("outcome", "status"), [("FAIL", 1), ("INCONCLUSIVE", 3), ("PASS", 3), ("FAIL", 0), ("PASS", 1)]
)
def test_t69_an_outcome_that_is_not_the_findings_own_is_refused(document: Any, outcome: str, status: int) -> None:
    refused({**document, "outcome": outcome, "exit": status}, "/outcome", "not that of the findings")


def test_t69_a_finding_turned_to_pass_does_not_turn_the_verdict(document: Any) -> None:
    failed = put(put(put(document, "/findings/1/outcome", "FAIL"), "/outcome", "FAIL"), "/exit", 1)
    assert verdict_v1.read(canonical(failed)).outcome is Outcome.FAIL
    refused(put(failed, "/findings/1/outcome", "PASS"), "/outcome", "not that of the findings")
    refused(put(put(failed, "/outcome", "PASS"), "/exit", 0), "/outcome", "not that of the findings")


def test_t68_nothing_required_is_inconclusive(document: Any) -> None:
    refused({**document, "findings": []}, "/outcome", "not that of the findings")
    empty = verdict_v1.read(canonical({**document, "findings": [], "outcome": "INCONCLUSIVE", "exit": 3}))
    assert not empty


WRONG_VALUES: list[tuple[str, object, str]] = [
    ("/outcome", "pass", "is none of PASS"),
    ("/outcome", "error", "is none of PASS"),
    ("/outcome", None, "not text"),
    ("/exit", 2, "not that of the findings"),
    ("/exit", -1, "between 0 and 3"),
    ("/exit", "0", "not an integer"),
    ("/profile", "\u202eresu", "U\\+202E"),
    ("/profile", "p" * 33, "at most 32"),
    ("/snapshot", "a\nb", "U\\+000A"),
    ("/bundle", "00" * 32, "not a digest"),
    ("/policy", "", "not a digest"),
    ("/rulebooks", None, "not a list"),
    ("/rulebooks", ["sha256:" + "0" * 64] * 65, "at most 64"),
    ("/asOf", "2026-11-01", "not an instant"),
    ("/checkedAt", 0, "not text"),
    ("/findings", {}, "not a list"),
    ("/findings/0/check", None, "not text"),
    ("/findings/0/subject", "\x1b[32mPASS\x1b[0m", "U\\+001B"),
    ("/findings/0/ref", "liabilities.scheme@other", "not check@subject"),
    ("/findings/0/outcome", "OK", "is none of PASS, FAIL, INCONCLUSIVE"),
    ("/findings/0/message", "a" * 1025, "at most 1024"),
    ("/findings/0/grade", "gold", "is no evidence grade"),
    ("/findings/0/grade", "STATE PROOF", "is no evidence grade"),
    ("/findings/0/grade", 5, "not text"),
    ("/findings/0/expected", 18, "not text"),
    ("/findings/0/actual", 0, "not text"),
    ("/findings/0/facts", [], "not an object"),
    ("/findings/0/facts/scheme", 1, "not text"),
    ("/findings/0/facts/scheme", "a\u2028b", "U\\+2028"),
    ("/findings/0/required", 1, "neither true nor false"),
    ("/findings/0/required", "true", "neither true nor false"),
    ("/findings/0/required", None, "neither true nor false"),
    ("/findings/0/waived", "because", "what is waived is not required"),
    ("/findings/0/rule", ["a"], "not text"),
]


@pytest.mark.parametrize(("place", "value", "reason"), WRONG_VALUES)
def test_a_wrong_value_is_refused_at_its_place(document: Any, place: str, value: object, reason: str) -> None:
    refused(put(document, place, value), "/outcome" if "of the findings" in reason else place, reason)


@pytest.mark.parametrize("name", ["\x1b[31m", "a\u202eb", "", "A", "a b", "a/b", "1a", "a" * 65, "{x}", "__class__"])
def test_t93_the_name_of_a_fact_is_plain(document: Any, name: str) -> None:
    refused(put(document, "/findings/0/facts", {name: "x"}), "/findings/0/facts", "a fact's name")


def test_t75_a_figure_is_text_and_never_a_number(document: Any) -> None:
    with pytest.raises(FormatError, match=r"0\.999996 is not an integer"):
        verdict_v1.read(canonical(put(document, "/findings/0/facts/ratio", 0.999996)))


def test_figures_and_facts_may_be_long() -> None:
    totals = ", ".join(str(10**30 + i) for i in range(2000))
    finding = Finding("a.b", "c", Outcome.PASS, "a.b.c", expected=totals, actual=totals, facts={"totals": totals})
    verdict = Verdict("job", "exchange.example@2026-11-01T00:00:00Z", None, None, Instant(0), Instant(0), (finding,))
    assert verdict_v1.read(verdict_v1.write(verdict)) == verdict


@pytest.mark.parametrize("member", ["url", "source", "duration", "host", "version", "score"])
def test_t95_a_verdict_has_no_further_members(document: Any, member: str) -> None:
    refused({**document, member: "x"}, "/", f"unknown member '{member}'")
    refused(put(document, f"/findings/0/{member}", "x"), "/findings/0", f"unknown member '{member}'")


def test_a_verdict_over_many_accounts_can_be_read_back() -> None:
    facts = {"block": "23700000", "hash": "0x" + "ab" * 32, "asset": "eip155:1/slip44:60"}
    findings = tuple(
        Finding("reserves.balance", str(i), Outcome.PASS, "reserves.balance.proven", facts=facts) for i in range(40_000)
    )
    verdict = Verdict("job", "exchange.example@2026-11-01T00:00:00Z", None, None, Instant(0), Instant(0), findings)
    document = verdict_v1.write(verdict)
    assert document.count(b",") + document.count(b":") > 1_000_000
    assert verdict_v1.read(document) == verdict
