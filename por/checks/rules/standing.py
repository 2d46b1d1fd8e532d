"""Judge rules that other checks of the verdict already answer, and name those that nothing can compute."""

from collections.abc import Iterator

from por.checks.rules.answer import Answer
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.model import Outcome

# What these look at is computed from what is committed to or was brought; others without a grade rest on a list.
RECOMPUTED = frozenset(
    {
        "liabilities.scheme",
        "liabilities.nonnegative",
        "liabilities.recomputed",
        "liabilities.rolled",
        "reserves.code",
        "reserves.control",
        "reserves.movement",
        "reserves.unshared",
        "snapshot.fresh",
        "snapshot.simultaneous",
    }
)


def findings(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: did these checks of the verdict all pass? What they looked at stands in their own findings."""
    for check in parameters.texts("checks"):
        found = [finding for finding in context.findings if finding.check == check]
        outcomes = {finding.outcome for finding in found}
        outcome = Outcome.FAIL if Outcome.FAIL in outcomes else Outcome.INCONCLUSIVE
        outcome = Outcome.PASS if outcomes == {Outcome.PASS} else outcome
        refs = [finding.ref for finding in found if finding.outcome is not Outcome.PASS]
        grades = [finding.grade for finding in found if finding.grade is not None]
        yield Answer(
            outcome,
            f"rulebook.findings.{outcome.lower()}" if found else "rulebook.findings.not_run",
            check,
            actual=str(outcome),
            facts={"check": check, "count": str(len(found)), "open": ", ".join(refs[:20])},
            grade=min(grades, default=None),
            recomputed=not grades and check in RECOMPUTED,
        )


def uncomputable(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Say that no evidence of a bundle can decide the rule; the rulebook says why."""
    del context
    yield Answer(Outcome.INCONCLUSIVE, "rulebook.uncomputable.listed", facts={"why": parameters.reason})
