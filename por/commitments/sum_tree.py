"""Fold paths and whole lists of leaves into the top of a sum tree: the verifier's own tree code."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from por.commitments.hashes import EMPTY_LEAF, empty_nodes, node_hash
from por.errors import EvidenceError
from por.model import MAX_DEPTH, UINT128_MAX, PathStep, checked_sum


@dataclass(frozen=True, slots=True)
class Fold:
    """Hold what a path or a list of leaves implies: top hash, total in base units, depth."""

    top: bytes
    total: int
    depth: int


def fold(leaf: bytes, amount: int, index: int, path: Sequence[PathStep]) -> Fold:
    """Fold a leaf upwards; sides come from the bits of `index`, lowest first.

    Raises: EvidenceError for a path beyond 40 levels, an index beyond the path, or a sum of 2^128 or more.
    """
    depth = len(path)
    if depth > MAX_DEPTH or not 0 <= index < 1 << depth:
        raise EvidenceError(f"index {index} does not fit a path of {depth} levels")
    top, total = leaf, amount
    for level, step in enumerate(path):
        if index >> level & 1:
            top = node_hash(step.hash, step.sum, top, total)
        else:
            top = node_hash(top, total, step.hash, step.sum)
        try:
            total = checked_sum(total, step.sum)
        except OverflowError as error:
            raise EvidenceError(f"{error} at level {level + 1}") from error
    return Fold(top, total, depth)


def recompute(leaves: Iterable[tuple[bytes, int]], depth: int) -> Fold:
    """Fold all leaves, given as (tag, amount) in ascending order of tags, into a tree of `depth`.

    Memory grows with the depth alone. Raises: EvidenceError for disorder, a tag twice, too many leaves, an overflow.
    """
    stack: list[tuple[int, bytes, int]] = []
    previous, count = b"", 0
    for count, (tag, amount) in enumerate(leaves, start=1):
        if len(tag) != 32 or not 0 <= amount <= UINT128_MAX:
            raise EvidenceError(f"leaf {count} has no tag of 32 bytes, or no amount below 2^128")
        if tag <= previous:
            raise EvidenceError(f"leaf {count} is not above the one before it: out of order, or a tag twice")
        previous = tag
        _push(stack, 0, hashlib.sha256(b"\x00" + tag + amount.to_bytes(16)).digest(), amount)
    if count > 1 << depth:
        raise EvidenceError(f"{count} leaves do not fit a tree of depth {depth}")
    return _complete(stack, depth)


def _push(stack: list[tuple[int, bytes, int]], level: int, node: bytes, total: int) -> None:
    while stack and stack[-1][0] == level:
        _, left, left_total = stack.pop()
        preimage = b"\x01" + left + left_total.to_bytes(16) + node + total.to_bytes(16)
        total += left_total
        if total > UINT128_MAX:
            raise EvidenceError("a sum of 2^128 base units or more")
        node = hashlib.sha256(preimage).digest()
        level += 1
    stack.append((level, node, total))


def _complete(stack: list[tuple[int, bytes, int]], depth: int) -> Fold:
    empties = empty_nodes()
    if not stack:
        return Fold(empties[depth] if depth else EMPTY_LEAF, 0, depth)
    while stack[-1][0] < depth or len(stack) > 1:
        _push(stack, stack[-1][0], empties[stack[-1][0]], 0)
    return Fold(stack[0][1], stack[0][2], depth)
