"""Compute what an inclusion proof implies: a committed root with its total and depth, and the root over all of them.

The steps named are those of "What one record implies" and "What an opening implies" in `por/spec/liability-tree.md`;
`por/spec/inclusion-proof.md` says what a verifier compares with what. Nothing is compared here, and that a record is
the customer's own shows only where the customer brings the account id.
"""

from dataclasses import dataclass

from por.commitments.binding import tree_context
from por.commitments.hashes import committed_root, id_digest, leaf_hash, record_tag
from por.commitments.rfc6962 import root_from_audit_path
from por.commitments.sum_tree import fold
from por.errors import EvidenceError
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
    """Compute the commitment that a record of `account`, an id as `account_id_bytes` writes it, implies.

    Of the tree's commitment only scheme, segment, asset and decimals are read: root, total and depth are implied, and
    the root binds the top hash.

    Raises: EvidenceError; FormatError for an account id or text beyond 65535 bytes.
    """
    place = tree_context(tree.commitment, issuer, snapshot)  # record 1
    tag = record_tag(record.key, place, id_digest(account))  # record 2, 3
    leaf = leaf_hash(tag, record.amount)  # record 4
    folded = fold(leaf, record.amount, record.index, record.path)  # record 5
    root = committed_root(place, folded.depth, folded.total, folded.top)  # record 6
    return ImpliedCommitment(root, folded.total, folded.depth)


def implied_commitments_root(tree: TreeProof, count: int) -> bytes:
    """Compute the commitments root that a tree's opening implies among `count` commitments.

    Raises: EvidenceError.
    """
    root = tree.commitment.root
    if len(root) != 32:  # opening 1
        raise EvidenceError(f"a committed root of {len(root)} bytes; 32 are needed")
    return root_from_audit_path(root, tree.position, count, tree.opening)  # opening 2, 3
