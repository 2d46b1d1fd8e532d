"""Plain observations: what is seen, what is broken, what is missing; and nothing else is caught."""

from __future__ import annotations

import pytest

from por.checks.observation import Broken, Missing, Observation, Seen, judge, observe, then, unseen
from por.errors import (
    DisagreementError,
    EvidenceError,
    FormatError,
    IncapableError,
    PolicyError,
    PorError,
    PublishError,
    SourceError,
    UnavailableError,
    UnsupportedEvidenceError,
    UnsupportedVersionError,
)
from por.model import Finding, Outcome


def raising(error: Exception) -> Observation[int]:
    def look() -> int:
        raise error

    return observe(look)


def test_what_is_looked_at_is_seen() -> None:
    assert observe(lambda: 7) == Seen(7)


@pytest.mark.parametrize("kind", [SourceError, UnavailableError, IncapableError, DisagreementError])
def test_t64_a_sources_failure_is_missing_and_never_broken_or_zero(kind: type[SourceError]) -> None:
    assert raising(kind("the node is away")) == Missing("the node is away")


def test_t49_evidence_that_there_are_no_rules_for_is_missing_and_never_broken_or_seen() -> None:
    assert raising(UnsupportedEvidenceError("a later fork")) == Missing("a later fork")


@pytest.mark.parametrize("kind", [EvidenceError, FormatError, UnsupportedVersionError])
def test_evidence_that_breaks_its_rules_is_broken(kind: type[PorError]) -> None:
    assert raising(kind("a bad path")) == Broken("a bad path")


def test_a_broken_document_keeps_its_place() -> None:
    assert raising(FormatError("not a list", "/nodes")) == Broken("/nodes: not a list")


@pytest.mark.parametrize(
    "error", [PolicyError("p"), PublishError("p"), ValueError("v"), KeyError("k"), RecursionError("r"), OSError("o")]
)
def test_nothing_else_is_caught(error: Exception) -> None:
    with pytest.raises(type(error)):
        raising(error)


def test_then_goes_on_from_what_was_seen_alone() -> None:
    assert then(Seen(3), lambda value: Seen(value + 1)) == Seen(4)
    assert then(Seen(3), lambda _: Missing("no")) == Missing("no")
    for first in (Broken("b"), Missing("m")):
        assert then(first, lambda _: pytest.fail("it looked on")) == first


def test_judge_decides_on_what_was_seen_alone() -> None:
    def decide(value: int) -> Finding:
        return Finding("a.b", "subject", Outcome.PASS, str(value))

    assert judge("a.b", "subject", Seen(5), decide).message == "5"
    assert judge("a.b", "subject", Broken("bad"), decide).outcome is Outcome.FAIL
    assert judge("a.b", "subject", Missing("gone"), decide).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("why", "outcome", "message"),
    [
        (Broken("bad"), Outcome.FAIL, "evidence.broken"),
        (Missing("gone"), Outcome.INCONCLUSIVE, "evidence.missing"),
    ],
)
def test_what_was_not_seen_is_a_finding_with_its_reason(why: Broken | Missing, outcome: Outcome, message: str) -> None:
    finding = unseen("reserves.control", "an account", why)
    assert (finding.check, finding.subject, finding.outcome) == ("reserves.control", "an account", outcome)
    assert (finding.message, finding.facts["reason"], finding.required) == (message, why.reason, True)


def test_t93_a_reason_cannot_steer_a_terminal() -> None:
    reason = unseen("a.b", "s", Missing("node says \x1b[2J\u202egnp\n")).facts["reason"]
    assert reason.isprintable()
    assert "\\u001b" in reason


def test_t84_a_reason_is_cut_to_a_thousand_characters() -> None:
    assert len(unseen("a.b", "s", Missing("x" * 5000)).facts["reason"]) == 1000
