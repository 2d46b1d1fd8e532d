"""Take from verdicts what an estimate may rest on: the bundle's own figures, and one customer's records in them."""

from collections.abc import Sequence

from por.checks.inclusion import Customer, verify_inclusion
from por.checks.pins import Pins
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.model import (
    Expectation,
    InclusionProof,
    Instant,
    LiabilityCommitment,
    Outcome,
    Verdict,
    format_coins,
    parse_coins,
)

# What the totals and the pools stand on; claims that fail by themselves count nothing, and coverage is what is asked.
BASIS = (
    "snapshot.complete",
    "snapshot.canonical",
    "snapshot.simultaneous",
    "liabilities.scheme",
    "liabilities.nonnegative",
    "liabilities.recomputed",
    "publication.identified",
    "publication.anchored",
    "publication.unequivocal",
)
RECOMPUTED = "liabilities.recomputed"
INCLUDED = "liabilities.inclusion"
IDENTIFIED = "publication.identified"
FRESH = "snapshot.fresh"


def require_basis(verdict: Verdict) -> None:
    """Raise: EvidenceError where what every estimate rests on is refuted, UnsupportedEvidenceError for nobody's bundle.

    That too little is held, or that the snapshot is old, refutes no estimate.
    """
    failed = [f.ref for check in BASIS for f in verdict.of(check) if f.outcome is Outcome.FAIL]
    if failed:
        raise EvidenceError(f"nothing can be estimated from what is refuted: {', '.join(failed)}; see por verify")
    _require_identified(verdict, "bundle is the issuer's own")


def require_records(verdict: Verdict) -> None:
    """Raise: UnsupportedEvidenceError where the record list is not shown to be the one that is committed to."""
    if {finding.outcome for finding in verdict.of(RECOMPUTED)} != {Outcome.PASS}:
        raise UnsupportedEvidenceError("it is not shown that the record list is the one that the bundle commits to")


def own_records(
    proofs: Sequence[InclusionProof], account: str, pins: Pins, *, now: Instant
) -> tuple[Verdict, tuple[tuple[LiabilityCommitment, int], ...]]:
    """Verify a customer's proofs as `verify_inclusion`, and return the verdict with what the records sum to, by tree.

    The amounts are those that the paths bind to the account id; whether they are all that is owed, the customer knows.
    Raises: EvidenceError for proofs that are refuted, UnsupportedEvidenceError where it is undecided whether they are
    of the issuer's list, FormatError as `verify_inclusion`.
    """
    read = verify_inclusion(proofs, Customer(account, ()), pins, now=now)
    amounts = {f.subject: f.actual for f in read.of(INCLUDED) if f.actual is not None}
    _require_held(read)
    commitments = {tree.commitment.ref: tree.commitment for proof in proofs for tree in proof.trees}
    found = tuple((commitments[ref], parse_coins(coins, commitments[ref].decimals)) for ref, coins in amounts.items())
    expected = tuple(
        Expectation(item.segment, item.asset, format_coins(units, item.decimals), str(item.asset))
        for item, units in found
    )
    verdict = verify_inclusion(proofs, Customer(account, expected), pins, now=now)
    _require_held(verdict)
    return verdict, found


def _require_held(verdict: Verdict) -> None:
    failed = [f.ref for f in verdict.findings if f.outcome is Outcome.FAIL and f.required]
    if failed:
        cure = "; to claim on an old list, give --now with an instant of its time" if _only_old(verdict) else ""
        raise EvidenceError(f"the inclusion proof is refuted, and claims nothing: {', '.join(failed)}{cure}")
    _require_identified(verdict, "proof is of the issuer's own list")


def _require_identified(verdict: Verdict, what: str) -> None:
    if any(f.outcome is not Outcome.PASS for f in verdict.of(IDENTIFIED)):
        raise UnsupportedEvidenceError(f"it is not decided whether the {what}; name the issuer's key in the policy")


def _only_old(verdict: Verdict) -> bool:
    return {f.check for f in verdict.findings if f.outcome is Outcome.FAIL and f.required} == {FRESH}
