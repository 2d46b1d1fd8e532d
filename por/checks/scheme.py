"""Judge the form of a liability commitment."""

from collections.abc import Iterable

from por.commitments.schemes import SCHEMES
from por.model import AssetClass, Finding, LiabilityCommitment, Outcome


def scheme_finding(commitment: LiabilityCommitment, classes: Iterable[AssetClass]) -> Finding:
    """Judge the form of one commitment (T59: decimals are the table's, where it knows the asset)."""
    known = {member.asset: member.decimals for group in classes for member in group.members}
    decimals = known.get(commitment.asset, commitment.decimals)
    outcome, message = Outcome.PASS, "liabilities.scheme.known"
    if commitment.scheme not in SCHEMES:
        outcome, message = Outcome.INCONCLUSIVE, "liabilities.scheme.unknown"
    elif decimals != commitment.decimals:
        outcome, message = Outcome.FAIL, "liabilities.scheme.decimals"
    facts = {"scheme": commitment.scheme, "decimals_known": "yes" if commitment.asset in known else "no"}
    return Finding(
        "liabilities.scheme",
        commitment.ref,
        outcome,
        message,
        expected=f"{decimals} decimals",
        actual=f"{commitment.decimals} decimals",
        facts=facts,
    )
