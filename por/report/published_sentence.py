"""Say in one sentence what another exchange's published proof showed, and at once what its format cannot show."""

from por.model import Finding, Outcome, Verdict


def published_sentence(verdict: Verdict) -> str:
    """Write the first sentence of a verdict over published proofs."""
    name, _, root = verdict.snapshot.partition(":")
    if verdict.outcome is Outcome.FAIL:
        told = [f.message for f in verdict.of("published.consistent") if f.outcome is Outcome.FAIL]
        if told:
            failed = _names(verdict, Outcome.FAIL)
            return f"these {name} files contradict one another, and cannot all be true: {failed} failed."
        return f"this {name} file does not hold: {_names(verdict, Outcome.FAIL)} failed."
    if verdict.outcome is Outcome.PASS:
        return f"your {_mine(verdict)} under the root {root} that you gave ({name}); {_limits(verdict)}."
    undecided = f"not decided: {_names(verdict, Outcome.INCONCLUSIVE) or 'anything that counts'}"
    if not _consistent(verdict):
        return f"this {name} file shows nothing yet; {undecided}."
    return f"a consistent {name} file, which is not yet a proof; {undecided}; {_limits(verdict)}."


def _mine(verdict: Verdict) -> str:
    rows = [f for f in verdict.of("published.leaf") if f.outcome is Outcome.PASS]
    parts = [f"{row.actual} {row.facts['name']}" for row in rows]
    return f"{' and '.join(parts)} {'is' if len(parts) == 1 else 'are'}"


def _limits(verdict: Verdict) -> str:
    bound = all(f.outcome is Outcome.PASS for f in verdict.of("published.sums"))
    total = any(f.outcome is Outcome.PASS for f in verdict.of("published.total"))
    identity = all(f.message == "published.identity.bound" for f in verdict.of("published.identity"))
    said = [
        "the total is the published one" if bound and total else "",
        "" if bound else "its format cannot show the total",
        "" if identity else "nothing shows that the leaf is yours alone",
        "this does not show that the list is whole, or that others were shown the same root",
    ]
    return "; ".join(filter(None, said))


def _consistent(verdict: Verdict) -> bool:
    def good(findings: tuple[Finding, ...]) -> bool:
        return bool(findings) and all(f.outcome is Outcome.PASS or not f.required for f in findings)

    return good(verdict.of("published.structure")) and good(verdict.of("published.path"))


def _names(verdict: Verdict, outcome: Outcome) -> str:
    return ", ".join(dict.fromkeys(f.check for f in verdict.findings if f.required and f.outcome is outcome))
