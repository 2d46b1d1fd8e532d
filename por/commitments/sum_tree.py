"""Fold paths and whole lists of leaves into the top of a sum tree: the verifier's own tree code (T97).

A row is 48 bytes, hash ‖ sum u128. A node hashes 0x01 and two rows, as `hashes.node_hash` does; here they are hashed in
place, since an auditor folds millions of leaves. `int.to_bytes` refuses what is negative or does not fit, so that no
sum is taken without a check (T03, T06). The steps named are those of `por/spec/liability-tree.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

from por.commitments.hashes import empty_nodes
from por.errors import EvidenceError
from por.model import MAX_DEPTH, PathStep

_NOTHING = bytes(16)


@dataclass(frozen=True, slots=True)
class Fold:
    """Hold what a path or a list of leaves implies: top hash, total in base units, depth."""

    top: bytes
    total: int
    depth: int


def fold(leaf: bytes, amount: int, index: int, path: Sequence[PathStep]) -> Fold:
    """Fold a leaf hash upwards, its siblings from the leaf level first; sides come from the bits of `index` (T17).

    Raises: EvidenceError for a path beyond 40 levels, an index beyond the path, a hash that has not 32 bytes, or an
    amount or sum that is negative, or 2^128 or more.
    """
    depth = len(path)
    if depth > MAX_DEPTH:  # fold 1
        raise EvidenceError(f"a path of {depth} levels; at most {MAX_DEPTH} are allowed")
    if not 0 <= index < 1 << depth:
        raise EvidenceError(f"no leaf has index {index} in a tree of depth {depth}")
    if len(leaf) != 32:
        raise EvidenceError(f"a leaf hash of {len(leaf)} bytes; 32 are needed")
    top, total, level = leaf, amount, 0
    try:
        packed = total.to_bytes(16, "big")
        for level, step in enumerate(path, start=1):  # fold 2
            sibling, added = step.hash, step.sum
            if len(sibling) != 32:
                raise EvidenceError(f"a sibling of {len(sibling)} bytes below level {level}; 32 are needed")
            if index & 1:
                top = sha256(b"\x01" + sibling + added.to_bytes(16, "big") + top + packed).digest()
            else:
                top = sha256(b"\x01" + top + packed + sibling + added.to_bytes(16, "big")).digest()
            total += added
            packed = total.to_bytes(16, "big")
            index >>= 1
    except OverflowError as error:
        raise EvidenceError(f"an amount or sum that is negative, or 2^128 or more, at level {level}") from error
    return Fold(top, total, depth)  # fold 3


def recompute(leaves: Iterable[tuple[bytes, int]], depth: int) -> Fold:
    """Fold all leaves, given as (tag, amount) in ascending order of tags, into a tree of `depth`.

    Memory grows with the depth alone; leaves are numbered from 0 in errors.

    Raises: EvidenceError for a depth beyond 40, a tag that is not above the one before it or has not 32 bytes, more
    leaves than fit, or an amount or sum that is negative, or 2^128 or more.
    """
    empties = empty_nodes(depth)
    rows, count = _joined_pairs(leaves, depth)
    try:
        top = _completed(rows, count, empties)
    except OverflowError as error:
        raise EvidenceError(f"the sum of all {count} leaves is 2^128 or more") from error
    return Fold(top[:32], int.from_bytes(top[32:], "big"), depth)


def _joined_pairs(leaves: Iterable[tuple[bytes, int]], depth: int) -> tuple[list[bytes], int]:
    """Return the top rows of the full subtrees, the highest first, one for each set bit of the number of leaves."""
    rows: list[bytes] = []
    sums: list[int] = []
    previous, count, room, hashed = b"", 0, 1 << depth, sha256
    try:
        for tag, amount in leaves:
            if tag <= previous or len(tag) != 32 or count == room:
                _refuse(tag, previous, count, depth)
            previous, total, waiting = tag, amount, count
            packed = amount.to_bytes(16, "big")
            row = hashed(b"\x00" + tag + packed).digest() + packed
            while waiting & 1:
                total += sums.pop()
                row = hashed(b"\x01" + rows.pop() + row).digest() + total.to_bytes(16, "big")
                waiting >>= 1
            rows.append(row)
            sums.append(total)
            count += 1
    except OverflowError as error:
        raise EvidenceError(f"an amount or sum that is negative, or 2^128 or more, at leaf {count}") from error
    return rows, count


def _refuse(tag: bytes, previous: bytes, count: int, depth: int) -> NoReturn:
    if len(tag) != 32:
        raise EvidenceError(f"leaf {count} has a tag of {len(tag)} bytes; 32 are needed")
    if tag == previous:
        raise EvidenceError(f"leaf {count} has the tag of leaf {count - 1}: one record stands there twice")
    if tag < previous:
        raise EvidenceError(f"leaf {count} is out of order: its tag is below that of leaf {count - 1}")
    raise EvidenceError(f"leaf {count} does not fit: a tree of depth {depth} has {1 << depth} leaves")


def _completed(rows: list[bytes], count: int, empties: Sequence[bytes]) -> bytes:
    """Fill the right side with empty subtrees and return the top row."""
    depth, row = len(empties) - 1, b""
    if count == 1 << depth:
        return rows[0]
    for level in range(depth):
        right = empties[level] + _NOTHING
        if count >> level & 1:
            row = _joined(rows.pop(), row or right)
        elif row:
            row = _joined(row, right)
    return row or empties[depth] + _NOTHING


def _joined(left: bytes, right: bytes) -> bytes:
    total = int.from_bytes(left[32:], "big") + int.from_bytes(right[32:], "big")
    return sha256(b"\x01" + left + right).digest() + total.to_bytes(16, "big")
