"""Say a verdict in one sentence, with the pin it rests on and its first limit."""

from por.model import Finding, Outcome, Verdict, printable

PINS = {
    "publication.identified.signed": "pinned by the key {pin} in your policy",
    "publication.identified.pinned": "pinned by the bundle digest in your policy",
    "publication.identified.root_given": "pinned by the root {pin} that you gave",
}


def first_sentence(verdict: Verdict) -> str:
    """Write the sentence that stands first in every rendering."""
    return printable(_customer(verdict) if verdict.profile == "customer" else _examination(verdict))


def _customer(verdict: Verdict) -> str:
    issuer, _, instant = verdict.snapshot.partition("@")
    rows = [finding for finding in verdict.of("liabilities.inclusion") if finding.required]
    if verdict.outcome is Outcome.FAIL:
        return f"this proof does not hold for what you gave and {issuer}'s list of {instant}: {_failed(verdict)}."
    included = [_coins(finding) for finding in rows if finding.outcome is Outcome.PASS]
    if verdict.outcome is Outcome.PASS and not included:
        return (
            f"what your policy asks of {issuer}'s list of {instant} holds, but no amount of yours was looked for in it."
        )
    if verdict.outcome is Outcome.PASS:
        return (
            f"your {' and '.join(included)} {'is' if len(included) == 1 else 'are'} in the list that {issuer} "
            f"{_made(verdict)} for {instant}, {_pin(verdict)}; {_others(verdict)}."
        )
    so_far = f"your {' and '.join(included)} fits this proof, but" if included else "the file may be consistent, but"
    return f"{so_far} not everything could be decided: {_undecided(verdict)}; {_others(verdict)}."


def _examination(verdict: Verdict) -> str:
    issuer, _, instant = verdict.snapshot.partition("@")
    rows = verdict.of("solvency.coverage")
    covered = sum(1 for finding in rows if finding.outcome is Outcome.PASS)
    if verdict.outcome is Outcome.PASS:
        return (
            f"for {covered} of {len(rows)} assets, coins that {issuer} controlled at {instant} were at least what it "
            f"committed to owing, {_pin(verdict)}; {_others(verdict)}."
        )
    if verdict.outcome is Outcome.FAIL:
        return f"what {issuer} published for {instant} does not hold: {_failed(verdict)}."
    return (
        f"what {issuer} published for {instant} is neither shown nor refuted "
        f"({covered} of {len(rows)} assets covered): {_undecided(verdict)}."
    )


def _coins(finding: Finding) -> str:
    return f"{finding.actual} {finding.facts['name']}"


def _pin(verdict: Verdict) -> str:
    for finding in verdict.of("publication.identified"):
        if finding.message in PINS and finding.outcome is Outcome.PASS:
            return PINS[finding.message].format_map(finding.facts)
    return "by nobody you named"


def _made(verdict: Verdict) -> str:
    signed = any(f.message == "publication.identified.signed" for f in verdict.of("publication.identified"))
    return "signed" if signed else "made"


def _others(verdict: Verdict) -> str:
    shown = verdict.of("publication.unequivocal")
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
