"""Judge the form of a liability commitment."""

from collections.abc import Iterable

from por.checks.observation import Seen, observe, unseen
from por.commitments.binding import bound_root
from por.commitments.schemes import SCHEMES
from por.model import AssetClass, AssetId, Finding, LiabilityCommitment, Outcome
from por.model.identifiers import EVM_DECIMALS

CHECK = "liabilities.scheme"


def scheme_finding(
    commitment: LiabilityCommitment, classes: Iterable[AssetClass], issuer: str, snapshot: str
) -> Finding:
    """Judge one commitment: a known scheme, a root that binds what is stated, and the asset's own decimals.

    `classes` are the verifier's: decimals never come from evidence (T59).
    """
    if commitment.scheme not in SCHEMES:
        facts = {"scheme": commitment.scheme}
        return Finding(CHECK, commitment.ref, Outcome.INCONCLUSIVE, f"{CHECK}.unknown", facts=facts)
    bound = observe(lambda: bound_root(commitment, issuer, snapshot))
    if not isinstance(bound, Seen):
        return unseen(CHECK, commitment.ref, bound)
    if bound.value != commitment.root:
        return _not_bound(commitment, bound.value)
    return _decimals(commitment, _known_decimals(commitment.asset, classes))


def _not_bound(commitment: LiabilityCommitment, bound: bytes) -> Finding:
    message, expected, actual = f"{CHECK}.not_bound", commitment.root.hex(), bound.hex()
    return Finding(CHECK, commitment.ref, Outcome.FAIL, message, expected=expected, actual=actual)


def _known_decimals(asset: AssetId, classes: Iterable[AssetClass]) -> list[int]:
    members = (member for group in classes for member in group.members)
    known = {member.decimals for member in members if member.asset == asset}
    return sorted(known | ({EVM_DECIMALS} if asset.evm_coin else set()))


def _decimals(commitment: LiabilityCommitment, known: list[int]) -> Finding:
    outcome, message = Outcome.PASS, f"{CHECK}.known"
    if not known:
        outcome, message = Outcome.INCONCLUSIVE, f"{CHECK}.own_decimals"
    elif known != [commitment.decimals]:
        outcome, message = Outcome.FAIL, f"{CHECK}.decimals"
    return Finding(
        CHECK,
        commitment.ref,
        outcome,
        message,
        expected=f"{' or '.join(map(str, known)) or 'unknown'} decimals",
        actual=f"{commitment.decimals} decimals",
        facts={"scheme": commitment.scheme},
    )
