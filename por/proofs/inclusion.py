"""Compute what an inclusion proof implies: a committed root with its total and depth, and the root over all of them.

The steps are those of `por/spec/inclusion-proof.md`. Nothing here is compared; that a record is the customer's own
shows only where the customer brings the account id.
"""

from dataclasses import dataclass

from por.commitments.hashes import committed_root, context, id_digest, leaf_hash, record_tag
from por.commitments.rfc6962 import root_from_audit_path
from por.commitments.sum_tree import fold
from por.model import RecordProof, TreeProof


@dataclass(frozen=True, slots=True)
class ImpliedCommitment:
    """Hold what one record implies: the 32-byte committed root, the total in base units, the depth."""

    root: bytes
    total: int
    depth: int


def implied_commitment(
    tree: TreeProof, record: RecordProof, issuer: str, snapshot: str, account: bytes
) -> ImpliedCommitment:
    """Compute the commitment that a record of `account` implies. Raises: EvidenceError."""
    wanted = tree.commitment
    place = context(wanted.scheme, issuer, snapshot, wanted.segment, str(wanted.asset), wanted.decimals)
    tag = record_tag(record.key, place, id_digest(account))
    folded = fold(leaf_hash(tag, record.amount), record.amount, record.index, record.path)
    root = committed_root(place, folded.depth, folded.total, folded.top)
    return ImpliedCommitment(root, folded.total, folded.depth)


def implied_commitments_root(tree: TreeProof, count: int) -> bytes:
    """Compute the commitments root that a tree's opening implies. Raises: EvidenceError."""
    return root_from_audit_path(tree.commitment.root, tree.position, count, tree.opening)
