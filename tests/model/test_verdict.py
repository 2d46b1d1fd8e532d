"""A verdict fails closed: nothing but passed requirements makes it true."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given

from por.errors import NotProvenError
from por.model import Finding, Grade, Instant, Outcome, Verdict
from tests.documents import verdicts

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE


def verdict(*rows: tuple[Outcome, bool]) -> Verdict:
    findings = tuple(Finding("a.b", str(i), outcome, "a.b.c", required=need) for i, (outcome, need) in enumerate(rows))
    return Verdict("auditor", "exchange.example@2026-11-01T00:00:00Z", None, None, Instant(0), Instant(0), findings)


@pytest.mark.parametrize(
    ("rows", "outcome", "status"),
    [
        ([], OPEN, 3),
        ([(PASS, False)], OPEN, 3),
        ([(FAIL, False)], OPEN, 3),
        ([(PASS, True)], PASS, 0),
        ([(PASS, True), (PASS, True)], PASS, 0),
        ([(PASS, True), (FAIL, False)], PASS, 0),
        ([(PASS, True), (OPEN, False)], PASS, 0),
        ([(PASS, True), (OPEN, True)], OPEN, 3),
        ([(OPEN, True)], OPEN, 3),
        ([(PASS, True), (FAIL, True)], FAIL, 1),
        ([(OPEN, True), (FAIL, True)], FAIL, 1),
        ([(FAIL, True)], FAIL, 1),
    ],
)
def test_t68_t69_the_outcome_is_that_of_what_is_required(
    rows: list[tuple[Outcome, bool]], outcome: Outcome, status: int
) -> None:
    judged = verdict(*rows)
    assert judged.outcome is outcome
    assert judged.exit_code == status
    assert bool(judged) is (outcome is PASS)


def test_t69_the_order_of_findings_decides_nothing() -> None:
    rows = [(PASS, True), (FAIL, True), (OPEN, True), (PASS, False)]
    assert {verdict(*order).outcome for order in itertools.permutations(rows)} == {FAIL}


@given(judged=verdicts())
def test_t68_a_verdict_is_true_only_when_something_was_required_and_all_of_it_passed(judged: Verdict) -> None:
    required = [finding.outcome for finding in judged.findings if finding.required]
    assert bool(judged) is (bool(required) and set(required) == {PASS})
    assert (judged.exit_code == 0) is bool(judged)


@given(judged=verdicts())
def test_t69_adding_a_required_finding_never_turns_a_verdict_to_pass(judged: Verdict) -> None:
    for outcome in (FAIL, OPEN):
        more = (*judged.findings, Finding("a.b", "x", outcome, "a.b.c"))
        assert not Verdict("job", judged.snapshot, None, None, judged.as_of, judged.checked_at, more)


def test_require_pass_raises_and_names_what_is_open() -> None:
    verdict((PASS, True)).require_pass()
    with pytest.raises(NotProvenError, match=r"^FAIL: a\.b@1, a\.b@2$"):
        verdict((PASS, True), (FAIL, True), (OPEN, True), (FAIL, False)).require_pass()
    with pytest.raises(NotProvenError, match="nothing was required"):
        verdict().require_pass()


def test_a_finding_has_an_address() -> None:
    assert Finding("reserves.balance", "eip155:1:0xab", PASS, "x").ref == "reserves.balance@eip155:1:0xab"


def test_of_returns_the_findings_of_one_check() -> None:
    judged = verdict((PASS, True), (FAIL, True))
    assert judged.of("a.b") == judged.findings
    assert judged.of("a.c") == ()


def test_grades_are_ranked_as_the_design_ranks_them() -> None:
    ranked = sorted(Grade, reverse=True)
    assert [grade.text for grade in ranked] == [
        "light-client proven",
        "state proof against an agreed header",
        "quorum value",
        "single source",
        "third-party document",
        "self-declared",
    ]
