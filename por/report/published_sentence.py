"""Say in one sentence what another exchange's published proof showed, and at once what its format cannot show."""

from por.model import Finding, Outcome, Verdict
from por.report.language import IN_ENGLISH, Translator
from por.report.names import failed, not_decided
from por.report.templates import PHRASES, SENTENCES


def published_sentence(verdict: Verdict, say: Translator = IN_ENGLISH) -> str:
    """Write the first sentence of a verdict over published proofs."""
    name, _, root = verdict.snapshot.partition(":")
    key = f"sentence.published.{_kind(verdict)}"
    places = {
        "format": name,
        "root": root,
        "checks": failed(verdict, say),
        "undecided": not_decided(verdict, say),
        "holdings": _holdings(verdict, say),
        "limits": _phrase(f"published.{_limits(verdict)}", say),
    }
    return say.pgettext(key, SENTENCES[key]).format_map(places)


def _kind(verdict: Verdict) -> str:
    total = "_total" if _bound(verdict) and _total(verdict) else ""
    if verdict.outcome is Outcome.FAIL:
        told = any(finding.outcome is Outcome.FAIL for finding in verdict.of("published.consistent"))
        return "contradicted" if told else "failed"
    if verdict.outcome is Outcome.PASS:
        return f"included{total}" if _included(verdict) else "nothing"
    return f"consistent{total}" if _consistent(verdict) else "unread"


def _holdings(verdict: Verdict, say: Translator) -> str:
    """Write what was found as subject and verb."""
    rows = _included(verdict)
    if not rows:
        return ""
    listed = _holding(rows[0], say)
    for row in rows[1:]:
        listed = _phrase("and", say).format(first=listed, second=_holding(row, say))
    if len(rows) == 1:
        return _phrase("your_one", say).format(holding=listed)
    return _phrase("your_several", say).format(holdings=listed)


def _holding(row: Finding, say: Translator) -> str:
    return _phrase("holding", say).format(amount=row.actual, name=row.facts["name"])


def _included(verdict: Verdict) -> tuple[Finding, ...]:
    return tuple(finding for finding in verdict.of("published.leaf") if finding.outcome is Outcome.PASS)


def _limits(verdict: Verdict) -> str:
    alone = all(finding.message == "published.identity.bound" for finding in verdict.of("published.identity"))
    if _bound(verdict):
        return "whole" if alone else "shared_leaf"
    return "no_total" if alone else "no_total_shared_leaf"


def _bound(verdict: Verdict) -> bool:
    return all(finding.outcome is Outcome.PASS for finding in verdict.of("published.sums"))


def _total(verdict: Verdict) -> bool:
    return any(finding.outcome is Outcome.PASS for finding in verdict.of("published.total"))


def _consistent(verdict: Verdict) -> bool:
    def good(findings: tuple[Finding, ...]) -> bool:
        return bool(findings) and all(f.outcome is Outcome.PASS or not f.required for f in findings)

    return good(verdict.of("published.structure")) and good(verdict.of("published.path"))


def _phrase(name: str, say: Translator) -> str:
    return say.pgettext(f"phrase.{name}", PHRASES[f"phrase.{name}"])
