"""Fold lists into RFC 6962 trees, prove and check a place in them.

Sources: RFC 6962 section 2.1, RFC 9162 section 2.1.3.
"""

import hashlib
from collections.abc import Sequence

from por.errors import EvidenceError


def entry_hash(entry: bytes) -> bytes:
    """Hash a list entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def pair_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(entries: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of a list; that of the empty list is SHA-256 of nothing."""
    if not entries:
        return hashlib.sha256(b"").digest()
    return _levels(entries)[-1][0]


def audit_path(entries: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the siblings of entry `index`, leaf level first. Raises: EvidenceError outside the list."""
    if not 0 <= index < len(entries):
        raise EvidenceError(f"there is no entry {index} in a list of {len(entries)}")
    path = []
    for level in _levels(entries)[:-1]:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        index >>= 1
    return tuple(path)


def root_from_audit_path(entry: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that an audit path implies for a list of `size` entries.

    Raises: EvidenceError for an index outside the list, or a path that is too long or too short (T13).
    """
    if not 0 <= index < size:
        raise EvidenceError(f"there is no entry {index} in a list of {size}")
    place, last, node = index, size - 1, entry_hash(entry)
    for sibling in path:
        if len(sibling) != 32:
            raise EvidenceError(f"a hash of {len(sibling)} bytes; 32 are needed")
        if last == 0:
            raise EvidenceError("the audit path is too long for this list")
        if place & 1 or place == last:
            node = pair_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = pair_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise EvidenceError("the audit path is too short for this list")
    return node


def _levels(entries: Sequence[bytes]) -> list[list[bytes]]:
    levels = [[entry_hash(entry) for entry in entries]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [pair_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append(pairs + below[len(pairs) * 2 :])
    return levels
