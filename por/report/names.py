"""Name the checks that decided a verdict; rules of a rulebook are many, and are counted."""

from collections.abc import Iterator, Mapping

from por.model import Outcome, Verdict
from por.report.language import Translator
from por.report.templates import PHRASES


def failed(verdict: Verdict, say: Translator) -> str:
    """List the required checks that failed, and count the rules."""
    return ", ".join(_listed(verdict, Outcome.FAIL, say))


def undecided(verdict: Verdict, say: Translator) -> str:
    """Say which required checks are undecided, or that nothing was required."""
    checks = ", ".join(_listed(verdict, Outcome.INCONCLUSIVE, say))
    return _phrase("undecided" if checks else "nothing_required", say, checks=checks)


def not_decided(verdict: Verdict, say: Translator) -> str:
    """Say which required checks are not decided, as a clause of its own."""
    checks = ", ".join(_listed(verdict, Outcome.INCONCLUSIVE, say))
    return _phrase("not_decided" if checks else "nothing_decided", say, checks=checks)


def passed_rules(verdict: Verdict, say: Translator) -> str:
    """Count the rules that the verdict rests on and that passed, by rulebook; nothing where no rule decides."""
    return ", ".join(_counted(_rules(verdict, Outcome.PASS), say))


def failed_beside(verdict: Verdict, say: Translator) -> str:
    """Count the rules in force that failed and decide nothing, by rulebook; nothing where none did."""
    found: dict[str, set[str]] = {}
    for row in verdict.findings:
        if row.rule and not row.required and row.outcome is Outcome.FAIL and row.facts.get("state") == "in-force":
            found.setdefault(row.rule.partition("/")[0], set()).add(row.rule)
    return ", ".join(_counted(found, say))


def _listed(verdict: Verdict, outcome: Outcome, say: Translator) -> Iterator[str]:
    yield from dict.fromkeys(f.check for f in verdict.findings if f.required and f.outcome is outcome and not f.rule)
    yield from _counted(_rules(verdict, outcome), say)


def _rules(verdict: Verdict, outcome: Outcome) -> Mapping[str, set[str]]:
    """Gather the rules, by rulebook, of which a required finding has this outcome; whatever passes passes whole."""
    found: dict[str, set[str]] = {}
    deciding = [finding for finding in verdict.findings if finding.required]
    open_rules = {finding.rule for finding in deciding if finding.outcome is not Outcome.PASS}
    others = open_rules if outcome is Outcome.PASS else set()
    for finding in deciding:
        if finding.rule and finding.outcome is outcome and finding.rule not in others:
            found.setdefault(finding.rule.partition("/")[0], set()).add(finding.rule)
    return found


def _counted(rules: Mapping[str, set[str]], say: Translator) -> Iterator[str]:
    for book, names in rules.items():
        yield _phrase("one_rule" if len(names) == 1 else "rules", say, count=str(len(names)), book=book)


def _phrase(name: str, say: Translator, **places: str) -> str:
    return say.pgettext(f"phrase.{name}", PHRASES[f"phrase.{name}"]).format_map(places)
