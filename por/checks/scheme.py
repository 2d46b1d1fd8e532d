"""Judge the form of a liability commitment."""

from collections.abc import Iterable

from por.commitments.schemes import SCHEMES
from por.model import AssetClass, Finding, LiabilityCommitment, Outcome


def scheme_finding(commitment: LiabilityCommitment, classes: Iterable[AssetClass]) -> Finding:
    """Judge the form of one commitment; `classes` are the verifier's: decimals never come from evidence (T59)."""
    members = (member for group in classes for member in group.members)
    decimals = sorted({member.decimals for member in members if member.asset == commitment.asset})
    outcome, message = Outcome.PASS, "liabilities.scheme.known"
    if commitment.scheme not in SCHEMES:
        outcome, message = Outcome.INCONCLUSIVE, "liabilities.scheme.unknown"
    elif not decimals:
        outcome, message = Outcome.INCONCLUSIVE, "liabilities.scheme.own_decimals"
    elif decimals != [commitment.decimals]:
        outcome, message = Outcome.FAIL, "liabilities.scheme.decimals"
    facts = {"scheme": commitment.scheme}
    return Finding(
        "liabilities.scheme",
        commitment.ref,
        outcome,
        message,
        expected=f"{' or '.join(map(str, decimals)) or 'unknown'} decimals",
        actual=f"{commitment.decimals} decimals",
        facts=facts,
    )
