"""Fold lists into RFC 6962 trees, prove and check a place in them.

Sources: RFC 6962 section 2.1, RFC 9162 sections 2.1.1 and 2.1.3.
"""

from collections.abc import Sequence
from hashlib import sha256

from por.errors import EvidenceError


def entry_hash(entry: bytes) -> bytes:
    """Hash a list entry."""
    return sha256(b"\x00" + entry).digest()


def pair_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node. Raises: EvidenceError for a child that has not 32 bytes."""
    if len(left) != 32 or len(right) != 32:
        raise EvidenceError(f"children of {len(left)} and {len(right)} bytes; 32 are needed")
    return sha256(b"\x01" + left + right).digest()


def root(entries: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of a list; that of the empty list is SHA-256 of nothing."""
    if not entries:
        return sha256(b"").digest()
    return _levels(entries)[-1][0]


def audit_path(entries: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the siblings of entry `index`, leaf level first. Raises: EvidenceError outside the list."""
    _require_place(index, len(entries))
    path = []
    for level in _levels(entries)[:-1]:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        index >>= 1
    return tuple(path)


def root_from_audit_path(entry: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that an audit path implies for a list of `size` entries (RFC 9162, 2.1.3.2).

    Raises: EvidenceError for an index outside the list, a path that is too long or too short (T13), or a sibling that
    has not 32 bytes.
    """
    _require_place(index, size)
    place, last, node = index, size - 1, entry_hash(entry)
    for sibling in path:
        if last == 0:
            raise EvidenceError(f"the audit path is too long for entry {index} of {size}")
        if place & 1 or place == last:
            node = pair_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = pair_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise EvidenceError(f"the audit path is too short for entry {index} of {size}")
    return node


def _require_place(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise EvidenceError(f"there is no entry {index} in a list of {size}")


def _levels(entries: Sequence[bytes]) -> list[list[bytes]]:
    levels = [[entry_hash(entry) for entry in entries]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [pair_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append(pairs + below[len(pairs) * 2 :])
    return levels
