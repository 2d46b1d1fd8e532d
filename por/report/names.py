"""Name the checks that decided a verdict."""

from por.model import Outcome, Verdict
from por.report.language import Translator
from por.report.templates import PHRASES


def failed(verdict: Verdict) -> str:
    """List the required checks that failed."""
    return _listed(verdict, Outcome.FAIL)


def undecided(verdict: Verdict, say: Translator) -> str:
    """Say which required checks are undecided, or that nothing was required."""
    checks = _listed(verdict, Outcome.INCONCLUSIVE)
    key = "phrase.undecided" if checks else "phrase.nothing_required"
    return say.pgettext(key, PHRASES[key]).format(checks=checks)


def _listed(verdict: Verdict, outcome: Outcome) -> str:
    return ", ".join(dict.fromkeys(f.check for f in verdict.findings if f.required and f.outcome is outcome))
