"""The liability tree said again from its table, as slowly and plainly as it can be; it imports nothing of `por`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

Leaf = tuple[bytes, int]
Row = tuple[bytes, int]


def sha(*pieces: bytes) -> bytes:
    return hashlib.sha256(b"".join(pieces)).digest()


def lp(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return len(data).to_bytes(2, "big") + data


def u128(value: int) -> bytes:
    return value.to_bytes(16, "big")


# ten lines: the tree


def top(leaves: Sequence[Leaf], depth: int) -> Row:
    """Return hash and sum of the top over (tag, amount), ascending."""
    if depth == 0:
        return (sha(b"\x00", leaves[0][0], u128(leaves[0][1])), leaves[0][1]) if leaves else (sha(b"\x02"), 0)
    half = 2 ** (depth - 1)
    left = top(leaves[:half], depth - 1)
    right = top(leaves[half:], depth - 1) if leaves else left
    return sha(b"\x01", left[0], u128(left[1]), right[0], u128(right[1])), left[1] + right[1]


def path(leaves: Sequence[Leaf], depth: int, index: int) -> list[Row]:
    """Return the siblings of leaf `index`, leaf level first."""
    if depth == 0:
        return []
    half = 2 ** (depth - 1)
    mine, other = (leaves[:half], leaves[half:]) if index < half else (leaves[half:], leaves[:half])
    return [*path(mine, depth - 1, index % half), top(other, depth - 1)]


# the rows of the table


def context(scheme: str, issuer: str, snapshot: str, segment: str, asset: str, decimals: int) -> bytes:
    return sha(b"\x04", *map(lp, (scheme, issuer, snapshot, segment, asset)), bytes([decimals]))


def id_digest(account: bytes) -> bytes:
    return sha(b"\x05", lp(account))


def account_key(master_key: bytes, issuer: str, snapshot: str, digest: bytes) -> bytes:
    message = b"por/v1/account" + sha(lp(issuer), lp(snapshot)) + digest
    return hmac.new(master_key, message, hashlib.sha256).digest()


def record_key(key: bytes, tree: bytes, part: int) -> bytes:
    return sha(b"\x06", key, tree[0:16], part.to_bytes(4, "big"))


def record_tag(key: bytes, tree: bytes, digest: bytes) -> bytes:
    return sha(b"\x03", key, tree, digest)


def committed_root(tree: bytes, depth: int, total: int, top_hash: bytes) -> bytes:
    return sha(b"\x07", tree, bytes([depth]), u128(total), top_hash)


# RFC 6962, section 2.1, in its own recursive words


def mth(entries: Sequence[bytes]) -> bytes:
    if len(entries) < 2:
        return sha(b"\x00", entries[0]) if entries else sha()
    split = _split(len(entries))
    return sha(b"\x01", mth(entries[:split]), mth(entries[split:]))


def audit_path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) < 2:
        return []
    split = _split(len(entries))
    if index < split:
        return [*audit_path(index, entries[:split]), mth(entries[split:])]
    return [*audit_path(index - split, entries[split:]), mth(entries[:split])]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1
