"""Say a verdict in one sentence, with the pin it rests on and its first limit."""

from collections.abc import Sequence

from por.model import Finding, Outcome, Verdict, printable
from por.model.liability import DEBT_PREFIX
from por.report.certificate_sentence import certificate_sentence
from por.report.language import IN_ENGLISH, Translator
from por.report.names import failed, failed_beside, passed_rules, undecided
from por.report.published_sentence import published_sentence
from por.report.templates import PHRASES, SENTENCES

PINS = {
    "publication.identified.signed": "signed",
    "publication.identified.pinned": "pinned",
    "publication.identified.root_given": "root_given",
    "publication.identified.anchored": "anchored",
    "publication.identified.root_anchored": "anchored",
}

_UNVERIFIED = "publication.bound.unverified"
_BY_ADDRESS = "publication.identified.root_anchored"
_BESIDE = ("publication.unequivocal.copied", "publication.unequivocal.others_unread")


def first_sentence(verdict: Verdict, say: Translator = IN_ENGLISH) -> str:
    """Write the sentence that stands first in every rendering."""
    if verdict.profile == "certificate":
        return printable(certificate_sentence(verdict, say))
    if verdict.profile == "published":
        return printable(published_sentence(verdict, say))
    return printable(_customer(verdict, say) if verdict.profile == "customer" else _examination(verdict, say))


def _customer(verdict: Verdict, say: Translator) -> str:
    rows = [finding for finding in verdict.of("liabilities.inclusion") if finding.required]
    included = [finding for finding in rows if finding.outcome is Outcome.PASS]
    places = _told(verdict, say)
    if verdict.outcome is Outcome.FAIL:
        kind = "stale" if places["checks"] == "snapshot.fresh" else "failed"
        return _sentence(f"customer.{kind}", say).format_map(places)
    if verdict.outcome is Outcome.PASS:
        kind = _made(verdict) if included else "nothing"
    else:
        kind = "open" if included else "open_nothing"
    return _sentence(f"customer.{kind}", say).format_map({**places, "holdings": _holdings(included, say)})


def _examination(verdict: Verdict, say: Translator) -> str:
    rows = [finding for finding in verdict.of("solvency.coverage") if finding.facts.get("liabilities") != "0"]
    covered = sum(1 for finding in rows if finding.outcome is Outcome.PASS)
    rules = passed_rules(verdict, say)
    places = {**_told(verdict, say), "covered": str(covered), "assets": str(len(rows)), "rules": rules}
    if verdict.outcome is not Outcome.PASS:
        kind = "failed" if verdict.outcome is Outcome.FAIL else "open"
        return _sentence(f"examination.{kind}", say).format_map(places)
    kind = "covered" if _whole(rows) else "covered_share"
    kind += "_rules" if places["rules"] else ""
    said, beside = _sentence(f"examination.{kind}", say).format_map(places), failed_beside(verdict, say)
    return f"{said} {_phrase('beside', say).format(rules=beside)}" if beside else said


def _told(verdict: Verdict, say: Translator) -> dict[str, str]:
    """Say what any sentence may speak of."""
    issuer, _, instant = verdict.snapshot.partition("@")
    return {
        "issuer": issuer,
        "instant": instant,
        "checks": failed(verdict, say),
        "undecided": undecided(verdict, say),
        "pin": _pin(verdict, say) if verdict.outcome is Outcome.PASS else "",
        "others": _others(verdict, say),
    }


def _whole(rows: Sequence[Finding]) -> bool:
    """Tell whether all that is owed was asked for: a policy may ask for less."""
    shares = [row.facts.get("ratio", "").partition("/") for row in rows]
    return all(int(over or 1) >= int(under or 1) for over, _, under in shares)


def _holdings(rows: Sequence[Finding], say: Translator) -> str:
    """Write what was found as subject and verb; a debt is not the customer's money."""
    if not rows:
        return ""
    names = [row.facts["name"] for row in rows]
    listed = _holding(rows[0], names, say)
    for row in rows[1:]:
        listed = _phrase("and", say).format(first=listed, second=_holding(row, names, say))
    owner = "debt" if _owed(rows[0]) else "your"
    if len(rows) == 1:
        return _phrase(f"{owner}_one", say).format(holding=listed)
    return _phrase(f"{owner}_several", say).format(holdings=listed)


def _holding(row: Finding, names: Sequence[str], say: Translator) -> str:
    several = names.count(row.facts["name"]) > 1
    name = "debt" if _owed(row) else "holding_in_segment" if several else "holding"
    return _phrase(name, say).format(amount=row.actual, name=row.facts["name"], segment=row.facts["segments"])


def _owed(row: Finding) -> bool:
    return row.facts["segments"].startswith(DEBT_PREFIX)


def _pin(verdict: Verdict, say: Translator) -> str:
    issuer = verdict.snapshot.partition("@")[0]
    for finding in verdict.of("publication.identified"):
        if finding.message in PINS and finding.outcome is Outcome.PASS:
            unverified = finding.message == _BY_ADDRESS and _unverified(verdict)
            name = "unverified" if unverified else PINS[finding.message]
            return _phrase(f"pin.{name}", say).format_map({**finding.facts, "issuer": issuer})
    return _phrase("pin.none", say)


def _unverified(verdict: Verdict) -> bool:
    """Tell whether nothing but the list itself ties an address to the issuer's name."""
    return verdict.profile == "customer" and any(f.message == _UNVERIFIED for f in verdict.of("publication.bound"))


def _made(verdict: Verdict) -> str:
    signed = any(f.message == "publication.identified.signed" for f in verdict.of("publication.identified"))
    return "signed" if signed else "made"


def _others(verdict: Verdict, say: Translator) -> str:
    shown = [finding for finding in verdict.of("publication.unequivocal") if finding.message not in _BESIDE]
    if shown and all(finding.outcome is Outcome.PASS for finding in shown):
        return _phrase("not_whole", say)
    return _phrase("not_whole_or_same", say)


def _phrase(name: str, say: Translator) -> str:
    return say.pgettext(f"phrase.{name}", PHRASES[f"phrase.{name}"])


def _sentence(name: str, say: Translator) -> str:
    return say.pgettext(f"sentence.{name}", SENTENCES[f"sentence.{name}"])
