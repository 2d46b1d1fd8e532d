"""Compute what a liability commitment's own fields imply.

The steps named are those of "What a commitment binds" in `por/spec/liability-tree.md`.
"""

from por.commitments.hashes import committed_root, context
from por.model import LiabilityCommitment


def tree_context(commitment: LiabilityCommitment, issuer: str, snapshot: str) -> bytes:
    """Compute the context of a commitment's tree from its scheme, segment, asset and decimals.

    Raises: FormatError, EvidenceError.
    """
    asset = str(commitment.asset)
    return context(commitment.scheme, issuer, snapshot, commitment.segment, asset, commitment.decimals)


def bound_root(commitment: LiabilityCommitment, issuer: str, snapshot: str) -> bytes:
    """Compute the committed root that binds what a commitment states; its own `root` is not read.

    That the top hash is that of a tree of records, only inclusion proofs and a rebuild show.

    Raises: FormatError, EvidenceError.
    """
    place = tree_context(commitment, issuer, snapshot)  # commitment 1
    return committed_root(place, commitment.depth, commitment.total, commitment.top)  # commitment 2
