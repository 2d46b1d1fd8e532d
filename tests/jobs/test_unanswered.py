"""What sources fail to answer is told from what evidence does not show."""

from __future__ import annotations

from por.jobs.unanswered import unanswered
from por.model import Digest, Finding, Instant, Outcome, Verdict


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
