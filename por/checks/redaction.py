"""Take from an inclusion proof what may be shown in public, and nothing else (`por/spec/receipt.md`; T82)."""

from collections.abc import Sequence

from por.checks.note import read_note, read_signatures
from por.checks.observation import Observation, Seen, observe
from por.checks.pins import commitments_root
from por.checks.published import implied_roots
from por.encoding import receipt_v1
from por.errors import FormatError
from por.model import Digest, InclusionProof, Outcome, Verdict, snapshot_id
from por.model.published import Card, Opened, Reading, WholeTree
from por.model.receipt import Receipt, ToldVerdict


def receipt_of_proof(proof: InclusionProof, salted: Digest, verdict: Verdict | None) -> Receipt:
    """Make the receipt of a proof of `por`. Raises: FormatError for a verdict on another snapshot."""
    snapshot = snapshot_id(proof.issuer, proof.instant)
    told = None if verdict is None else _told(verdict, "customer", {snapshot})
    return Receipt(receipt_v1.NATIVE, proof.issuer, snapshot, _native_root(proof), salted, told)


def receipt_of_reading(
    card: Card, reading: Observation[Reading], roots: Sequence[str], salted: Digest, verdict: Verdict | None
) -> Receipt:
    """Make the receipt of a published proof; `roots` are those that the customer has from elsewhere.

    Raises: FormatError for a verdict on another root.
    """
    implied: tuple[str, ...] = ("unread",)
    root, day = None, None
    if isinstance(reading, Seen):
        implied = implied_roots(reading.value) or implied
        root = _common_root(reading.value, roots)
        day = None if reading.value.instant is None else str(reading.value.instant).partition("T")[0]
    told = None if verdict is None else _told(verdict, "published", {f"{card.name}:{each}" for each in implied})
    return Receipt(card.name, None, day, root, salted, told)


def _native_root(proof: InclusionProof) -> str | None:
    root = observe(lambda: commitments_root([proof]))
    if not isinstance(root, Seen):
        return None
    if proof.note:
        signed = read_signatures(proof.note, ())
        said = read_note(signed.value) if isinstance(signed, Seen) else signed
        if not isinstance(said, Seen) or said.value.commitments_root != root.value:
            return None
    return root.value.hex()


def _common_root(reading: Reading, given: Sequence[str]) -> str | None:
    """Return the root that all customers have in common; None where it could tell one from another."""
    if reading.commitment is not None:
        return reading.commitment
    parts: Sequence[Opened | WholeTree] = reading.trees or reading.opened
    if any(part.tree for part in parts):
        return None
    found = {_confirmed(part, given) for part in parts}
    return found.pop() if len(found) == 1 else None


def _confirmed(part: Opened | WholeTree, given: Sequence[str]) -> str | None:
    if isinstance(part, WholeTree):
        return part.root if part.leaves > 1 and part.stated_root in {None, part.root} else None
    root = part.root.hash
    return root if part.ancestors and (root == part.stated_root or root in given) else None


def _told(verdict: Verdict, profile: str, snapshots: set[str]) -> ToldVerdict:
    if verdict.profile != profile or verdict.snapshot not in snapshots:
        raise FormatError(f"about {verdict.snapshot}, and not about this proof", "--verdict")
    failed = {finding.check for finding in verdict.findings if finding.required and finding.outcome is Outcome.FAIL}
    return ToldVerdict(verdict.outcome, tuple(sorted(failed)), verdict.checked_at)
