"""Compute what an opening of a control set implies (`por/spec/control-proof.md`, S1 to S4).

The tree is that of `merkletools_tree`. Tag and salt alone are 65 bytes, so that no leaf has the 64 bytes of a node.
"""

from por.commitments.merkletools_tree import implied_root as tree_root
from por.commitments.merkletools_tree import leaf_hash
from por.errors import EvidenceError
from por.model import ControlOpening

TAG = b"por control set v1, salted record"
SALT_BYTES = 32


def leaf_data(salt: bytes, record: bytes) -> bytes:
    """Return what the hash of a leaf is of. Raises: EvidenceError for a salt of another length, or no record."""
    if len(salt) != SALT_BYTES or not record:
        raise EvidenceError(f"a leaf of a control set has a salt of {SALT_BYTES} bytes and a record")
    return TAG + salt + record


def implied_root(opening: ControlOpening, count: int) -> bytes:
    """Compute the root that an opening implies in a set of `count` control proofs.

    What is not established: whose proof the record is, and that it holds.
    Raises: EvidenceError for a place or path that no set of that size has.
    """
    leaf = leaf_hash(leaf_data(opening.salt, opening.record))
    return tree_root(leaf, opening.index, count, opening.path)
