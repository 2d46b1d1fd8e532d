"""What sources fail to answer is told from what evidence does not show."""

from __future__ import annotations

from typing import Any

import pytest

from por.errors import DisagreementError, EvidenceError, IncapableError, SourceError, UnavailableError
from por.jobs.watched import WatchedSource, unanswered
from por.model import BlockRef, ChainId, Digest, Finding, Instant, Outcome, Verdict

BLOCK = BlockRef(1, bytes(32))
QUESTIONS: dict[str, tuple[Any, ...]] = {
    "finalized": (),
    "header": (1,),
    "account_proof": (BLOCK, "0x", []),
    "account_proofs": (BLOCK, [], None),
    "logs": ("0x", (), 0, 1),
}


class Node:
    """Answer every question alike, or fail."""

    chain = ChainId.parse("eip155:1")
    names = ("node",)

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def answer(*given: Any) -> Any:
            if self.error is not None:
                raise self.error
            return (name, *given)

        return answer


def watched(error: Exception | None) -> tuple[WatchedSource, list[str]]:
    failures: list[str] = []
    return WatchedSource(Node(error), failures.append), failures


@pytest.mark.parametrize("name", QUESTIONS)
def test_answers_are_passed_on(name: str) -> None:
    source, failures = watched(None)
    assert (source.chain, source.names) == (Node.chain, Node.names)
    assert getattr(source, name)(*QUESTIONS[name]) == (name, *QUESTIONS[name])
    assert failures == []


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("error", [UnavailableError, IncapableError, DisagreementError])
def test_t64_failures_are_passed_on_and_told(name: str, error: type[SourceError]) -> None:
    source, failures = watched(error("no"))
    with pytest.raises(error):
        getattr(source, name)(*QUESTIONS[name])
    assert failures == ["no"]


def test_evidence_that_breaks_its_rules_is_no_failure_of_a_source() -> None:
    source, failures = watched(EvidenceError("no"))
    with pytest.raises(EvidenceError):
        source.header(1)
    assert failures == []


def verdict(
    reason: str, message: str = "evidence.missing", outcome: Outcome = Outcome.INCONCLUSIVE, required: bool = True
) -> Verdict:
    rows = (
        Finding("reserves.balance", "x", outcome, message, facts={"reason": reason}, required=required),
        Finding("snapshot.fresh", "x", Outcome.INCONCLUSIVE if not required else Outcome.PASS, "y"),
    )
    return Verdict("job", "x", Digest(bytes(32)), None, Instant(0), Instant(0), rows)


def test_t64_what_stays_undecided_for_a_failure_is_named() -> None:
    reason = "node: connection refused"
    assert unanswered(verdict(reason), [reason]) == (reason,)
    assert unanswered(verdict(f"the proof: {reason}"), [reason, "other"]) == (f"the proof: {reason}",)


def test_t42_what_stays_undecided_for_something_else_is_not() -> None:
    reason = "node: connection refused"
    for other in (
        verdict("no evidence file"),
        verdict(reason, message="evidence.history"),
        verdict(reason, outcome=Outcome.FAIL),
        verdict(reason, required=False),
    ):
        assert unanswered(other, [reason]) == ()
    assert unanswered(verdict(reason), []) == ()
