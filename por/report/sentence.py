"""Say a verdict in one sentence, with the pin it rests on and its first limit."""

from collections.abc import Sequence

from por.model import Finding, Outcome, Verdict, printable
from por.model.liability import DEBT_PREFIX
from por.report.certificate_sentence import certificate_sentence
from por.report.published_sentence import published_sentence

PINS = {
    "publication.identified.signed": "pinned by the key {pin} in your policy",
    "publication.identified.pinned": "pinned by the bundle digest in your policy",
    "publication.identified.root_given": "pinned by the root {pin} that you gave",
    "publication.identified.anchored": "pinned by what the address {account} anchored",
    "publication.identified.root_anchored": "pinned by what the address {account} anchored",
}

_UNVERIFIED = "publication.bound.unverified"
_BY_ADDRESS = "publication.identified.root_anchored"
_BESIDE = ("publication.unequivocal.copied", "publication.unequivocal.others_unread")


def first_sentence(verdict: Verdict) -> str:
    """Write the sentence that stands first in every rendering."""
    if verdict.profile == "certificate":
        return printable(certificate_sentence(verdict))
    if verdict.profile == "published":
        return printable(published_sentence(verdict))
    return printable(_customer(verdict) if verdict.profile == "customer" else _examination(verdict))


def _customer(verdict: Verdict) -> str:
    issuer, _, instant = verdict.snapshot.partition("@")
    rows = [finding for finding in verdict.of("liabilities.inclusion") if finding.required]
    if verdict.outcome is Outcome.FAIL and _failed(verdict) == "snapshot.fresh failed":
        return f"{issuer}'s list of {instant} is not of a time that your policy allows: snapshot.fresh failed."
    if verdict.outcome is Outcome.FAIL:
        return f"this proof does not hold for what you gave and {issuer}'s list of {instant}: {_failed(verdict)}."
    included = _phrase([finding for finding in rows if finding.outcome is Outcome.PASS])
    if verdict.outcome is Outcome.PASS and not included:
        return (
            f"what your policy asks of {issuer}'s list of {instant} holds, but no amount of yours was looked for in it."
        )
    if verdict.outcome is Outcome.PASS:
        return (
            f"{included} in the list that {issuer} {_made(verdict)} for {instant}, {_pin(verdict)}; {_others(verdict)}."
        )
    so_far = f"{included} in this proof, but" if included else "the file may be consistent, but"
    return f"{so_far} not everything could be decided: {_undecided(verdict)}; {_others(verdict)}."


def _examination(verdict: Verdict) -> str:
    issuer, _, instant = verdict.snapshot.partition("@")
    rows = [finding for finding in verdict.of("solvency.coverage") if finding.facts.get("liabilities") != "0"]
    covered = sum(1 for finding in rows if finding.outcome is Outcome.PASS)
    if verdict.outcome is Outcome.PASS:
        return (
            f"for {covered} of {len(rows)} assets, coins that {issuer} controlled at {instant} were at least "
            f"{_covered(rows)}, {_pin(verdict)}; {_others(verdict)}."
        )
    if verdict.outcome is Outcome.FAIL:
        return f"what {issuer} published for {instant} does not hold: {_failed(verdict)}."
    return (
        f"what {issuer} published for {instant} is neither shown nor refuted "
        f"({covered} of {len(rows)} assets covered): {_undecided(verdict)}."
    )


def _covered(rows: Sequence[Finding]) -> str:
    """Say what was reached: a policy may ask for less than all that is owed."""
    shares = [row.facts.get("ratio", "").partition("/") for row in rows]
    if all(int(over or 1) >= int(under or 1) for over, _, under in shares):
        return "what it committed to owing"
    return "the share of what it committed to owing that your policy asks for, which is less than all of it"


def _phrase(rows: Sequence[Finding]) -> str:
    """Write what was found as subject and verb; a debt is not the customer's money."""
    names = [row.facts["name"] for row in rows]
    parts = []
    for row in rows:
        segment = row.facts["segments"]
        if segment.startswith(DEBT_PREFIX):
            parts.append(f"{row.actual} {row.facts['name']} that you owe")
        else:
            several = names.count(row.facts["name"]) > 1
            parts.append(f"{row.actual} {row.facts['name']}" + (f" in {segment}" if several else ""))
    verb = "is" if len(parts) == 1 else "are"
    owed_first = rows and rows[0].facts["segments"].startswith(DEBT_PREFIX)
    return f"{'the' if owed_first else 'your'} {' and '.join(parts)} {verb}" if parts else ""


def _pin(verdict: Verdict) -> str:
    for finding in verdict.of("publication.identified"):
        if finding.message in PINS and finding.outcome is Outcome.PASS:
            pin = PINS[finding.message].format_map(finding.facts)
            return pin + _unverified(verdict) if finding.message == _BY_ADDRESS else pin
    return "by nobody you named"


def _unverified(verdict: Verdict) -> str:
    """Say that nothing but the list itself ties an address to the issuer's name, where that is so."""
    if verdict.profile != "customer" or not any(f.message == _UNVERIFIED for f in verdict.of("publication.bound")):
        return ""
    return f" (that it is an address of {verdict.snapshot.partition('@')[0]} is unverified)"


def _made(verdict: Verdict) -> str:
    signed = any(f.message == "publication.identified.signed" for f in verdict.of("publication.identified"))
    return "signed" if signed else "made"


def _others(verdict: Verdict) -> str:
    shown = [finding for finding in verdict.of("publication.unequivocal") if finding.message not in _BESIDE]
    if shown and all(finding.outcome is Outcome.PASS for finding in shown):
        return "this does not show that the list is whole"
    return "this does not show that the list is whole, or that others were shown the same one"


def _failed(verdict: Verdict) -> str:
    return _names(verdict, Outcome.FAIL, "failed")


def _undecided(verdict: Verdict) -> str:
    return _names(verdict, Outcome.INCONCLUSIVE, "undecided") or "nothing was required"


def _names(verdict: Verdict, outcome: Outcome, word: str) -> str:
    checks = list(dict.fromkeys(f.check for f in verdict.findings if f.required and f.outcome is outcome))
    return f"{', '.join(checks)} {word}" if checks else ""
