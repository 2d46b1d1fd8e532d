"""Hash chunks of 32 bytes into a Merkle tree padded with zero chunks, and back along a branch.

A place in a tree is a generalized index: 1 is the root, 2i and 2i + 1 are the children of i. Source: the consensus
specifications, ssz/simple-serialize.md and ssz/merkle-proofs.md.
"""

from collections.abc import Sequence
from hashlib import sha256

from por.errors import EvidenceError

MAX_DEPTH = 64

ZERO: tuple[bytes, ...] = (bytes(32),)
for _ in range(MAX_DEPTH):
    ZERO = (*ZERO, sha256(ZERO[-1] * 2).digest())


def merkle_root(chunks: bytes, depth: int) -> bytes:
    """Return the root over joined 32-byte chunks, of which a tree of this depth holds at most 2^depth."""
    level = chunks
    for height in range(depth):
        if not level:
            return ZERO[depth]
        level = _parents(level, height)
    return level or ZERO[0]


def merkle_branches(chunks: bytes, depth: int, indices: Sequence[int]) -> dict[int, tuple[bytes, ...]]:
    """Return, for each index of a chunk, its siblings on the way to the root, leaf level first."""
    branches: dict[int, list[bytes]] = {index: [] for index in indices}
    level = chunks
    for height in range(depth):
        for index, branch in branches.items():
            start = ((index >> height) ^ 1) * 32
            branch.append(level[start : start + 32] or ZERO[height])
        level = _parents(level, height)
    return {index: tuple(branch) for index, branch in branches.items()}


def implied_root(leaf: bytes, branch: Sequence[bytes], place: int) -> bytes:
    """Return the root that a leaf at a generalized index implies, with exactly the siblings of its path, leaf first.

    Raises: EvidenceError.
    """
    depth = place.bit_length() - 1
    if len(branch) != depth:
        raise EvidenceError(f"a branch of {len(branch)} nodes; the place {place} has {depth}")
    if any(len(node) != 32 for node in (leaf, *branch)):
        raise EvidenceError("a node of a branch has 32 bytes")
    node = leaf
    for sibling in branch:
        node = sha256(sibling + node if place & 1 else node + sibling).digest()
        place >>= 1
    return node


def _parents(level: bytes, height: int) -> bytes:
    if len(level) % 64:
        level += ZERO[height]
    return b"".join(sha256(level[start : start + 64]).digest() for start in range(0, len(level), 64))
