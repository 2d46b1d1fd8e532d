"""Leaves and whole trees for tests, built by the reference."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hypothesis import strategies as st

from por.model import PathStep
from tests.commitments import reference
from tests.commitments.reference import Leaf


def leaves_of(*amounts: int) -> list[Leaf]:
    """Return leaves with these amounts, in the order of their tags."""
    tags = sorted(hashlib.sha256(str(number).encode()).digest() for number in range(len(amounts)))
    return list(zip(tags, amounts, strict=True))


def leaf_of(leaf: Leaf) -> bytes:
    return reference.sha(b"\x00", leaf[0], reference.u128(leaf[1]))


def path_of(leaves: Sequence[Leaf], depth: int, index: int) -> list[PathStep]:
    return [PathStep(*row) for row in reference.path(leaves, depth, index)]


def smallest_depth(count: int) -> int:
    return (count - 1).bit_length() if count else 0


amounts = st.integers(0, 10) | st.integers(0, 2**100)
leaf_lists = st.dictionaries(st.binary(min_size=32, max_size=32), amounts, max_size=40).map(
    lambda found: sorted(found.items())
)
