"""Compute every hash of the liability tree, one function a row of its table (`por/spec/liability-tree.md`).

Integers are big-endian; H is SHA-256; a wrong length raises EvidenceError instead of hashing something else.
"""

import hashlib
import hmac
from functools import cache

from por.errors import EvidenceError, FormatError
from por.model import MAX_DEPTH, UINT128_MAX

EMPTY_LEAF = hashlib.sha256(b"\x02").digest()


def context(scheme: str, issuer: str, snapshot: str, segment: str, asset: str, decimals: int) -> bytes:
    """Bind a tree to its scheme, issuer, snapshot, segment, asset and decimals. Raises: FormatError."""
    texts = b"".join(_lp(text.encode()) for text in (scheme, issuer, snapshot, segment, asset))
    return hashlib.sha256(b"\x04" + texts + decimals.to_bytes(1)).digest()


def id_digest(account_id: bytes) -> bytes:
    """Hash an account id as `account_ids` wrote it. Raises: FormatError."""
    return hashlib.sha256(b"\x05" + _lp(account_id)).digest()


def account_key(master_key: bytes, issuer: str, snapshot: str, account_digest: bytes) -> bytes:
    """Derive an account's key for one snapshot; it hides leaves and never leaves the issuer."""
    _require(master_key, 32, "master key")
    _require(account_digest, 32, "id digest")
    place = hashlib.sha256(_lp(issuer.encode()) + _lp(snapshot.encode())).digest()
    return hmac.new(master_key, b"por/v1/account" + place + account_digest, hashlib.sha256).digest()


def record_key(key: bytes, tree: bytes, part: int) -> bytes:
    """Derive the key of one record, which its proof carries."""
    _require(key, 32, "account key")
    _require(tree, 32, "context")
    return hashlib.sha256(b"\x06" + key + tree[:16] + part.to_bytes(4)).digest()


def record_tag(key: bytes, tree: bytes, account_digest: bytes) -> bytes:
    """Bind a record to its tree and its account; records ascend by this tag."""
    _require(key, 32, "record key")
    _require(tree, 32, "context")
    _require(account_digest, 32, "id digest")
    return hashlib.sha256(b"\x03" + key + tree + account_digest).digest()


def leaf_hash(tag: bytes, amount: int) -> bytes:
    """Hash a leaf; its sum is `amount`."""
    _require(tag, 32, "tag")
    return hashlib.sha256(b"\x00" + tag + _u128(amount)).digest()


def node_hash(left_hash: bytes, left_sum: int, right_hash: bytes, right_sum: int) -> bytes:
    """Hash an inner node, which binds both children's sums."""
    _require(left_hash, 32, "hash")
    _require(right_hash, 32, "hash")
    return hashlib.sha256(b"\x01" + left_hash + _u128(left_sum) + right_hash + _u128(right_sum)).digest()


@cache
def empty_nodes() -> tuple[bytes, ...]:
    """Return the roots of wholly empty subtrees, E(0) to E(40)."""
    nodes = [EMPTY_LEAF]
    for _ in range(MAX_DEPTH):
        nodes.append(node_hash(nodes[-1], 0, nodes[-1], 0))
    return tuple(nodes)


def committed_root(tree: bytes, depth: int, total: int, top: bytes) -> bytes:
    """Hash what the issuer commits to."""
    _require(tree, 32, "context")
    _require(top, 32, "top hash")
    return hashlib.sha256(b"\x07" + tree + depth.to_bytes(1) + _u128(total) + top).digest()


def _lp(data: bytes) -> bytes:
    if len(data) > 0xFFFF:
        raise FormatError("more than 65535 bytes behind a length of 16 bits")
    return len(data).to_bytes(2) + data


def _u128(value: int) -> bytes:
    if not 0 <= value <= UINT128_MAX:
        raise EvidenceError("an amount or sum that is negative, or 2^128 or more")
    return value.to_bytes(16)


def _require(data: bytes, length: int, name: str) -> None:
    if len(data) != length:
        raise EvidenceError(f"a {name} of {len(data)} bytes; {length} are needed")
