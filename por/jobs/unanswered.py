"""Tell what sources failed to answer from what evidence does not show."""

from collections.abc import Sequence

from por.model import Outcome, Verdict, printable

_COMPARED = 300


def unanswered(verdict: Verdict, failures: Sequence[str]) -> tuple[str, ...]:
    """Return what required findings stay undecided for, where that is the sources' failure."""
    if verdict.outcome is not Outcome.INCONCLUSIVE:
        return ()
    told = {printable(failure)[:_COMPARED] for failure in failures}
    reasons = (
        finding.facts.get("reason", "")
        for finding in verdict.findings
        if finding.required and finding.outcome is Outcome.INCONCLUSIVE and finding.message == "evidence.missing"
    )
    return tuple(dict.fromkeys(reason for reason in reasons if any(failure in reason for failure in told)))
