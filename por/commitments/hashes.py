"""Compute every hash of the liability tree, one function a row of its table (`por/spec/liability-tree.md`).

Integers are big-endian, text is UTF-8, H is SHA-256. Whatever does not have the table's length raises; nothing else is
hashed in its place. Arguments named `tree` are the context of a tree.
"""

import hmac
from hashlib import sha256

from por.errors import EvidenceError, FormatError
from por.model import MAX_DEPTH

EMPTY_LEAF = sha256(b"\x02").digest()


def context(scheme: str, issuer: str, snapshot: str, segment: str, asset: str, decimals: int) -> bytes:
    """Bind a tree to its scheme, issuer, snapshot, segment, asset (CAIP-19) and decimals.

    Raises: FormatError for text that is no UTF-8 or longer than 65535 bytes, EvidenceError for decimals beyond a byte.
    """
    names = b"".join(_lp(_utf8(text)) for text in (scheme, issuer, snapshot, segment, asset))
    return sha256(b"\x04" + names + _unsigned(decimals, 1, "number of decimals")).digest()


def id_digest(account_id: bytes) -> bytes:
    """Hash an account id as `account_ids` wrote it. Raises: FormatError."""
    return sha256(b"\x05" + _lp(account_id)).digest()


def account_key(master_key: bytes, issuer: str, snapshot: str, account_digest: bytes) -> bytes:
    """Derive an account's key for one snapshot; it hides leaves and never leaves the issuer (T78).

    Raises: EvidenceError, FormatError.
    """
    scope = sha256(_lp(_utf8(issuer)) + _lp(_utf8(snapshot))).digest()
    message = b"por/v1/account" + scope + _of_32(account_digest, "id digest")
    return hmac.digest(_of_32(master_key, "master key"), message, "sha256")


def record_key(key: bytes, tree: bytes, part: int) -> bytes:
    """Derive the key of one record from the account key; a proof carries it. Raises: EvidenceError."""
    account, head = _of_32(key, "account key"), _of_32(tree, "context")[:16]
    return sha256(b"\x06" + account + head + _unsigned(part, 4, "part")).digest()


def record_tag(key: bytes, tree: bytes, account_digest: bytes) -> bytes:
    """Bind a record to its tree and its account; records ascend by this tag. Raises: EvidenceError."""
    place = _of_32(tree, "context") + _of_32(account_digest, "id digest")
    return sha256(b"\x03" + _of_32(key, "record key") + place).digest()


def leaf_hash(tag: bytes, amount: int) -> bytes:
    """Hash a leaf; the sum beside it is `amount`. Raises: EvidenceError."""
    return sha256(b"\x00" + _of_32(tag, "tag") + _unsigned(amount, 16, "amount")).digest()


def node_hash(left_hash: bytes, left_sum: int, right_hash: bytes, right_sum: int) -> bytes:
    """Hash an inner node, which binds both children's sums (T01). Raises: EvidenceError."""
    left = _of_32(left_hash, "left hash") + _unsigned(left_sum, 16, "left sum")
    right = _of_32(right_hash, "right hash") + _unsigned(right_sum, 16, "right sum")
    return sha256(b"\x01" + left + right).digest()


def empty_nodes(depth: int) -> tuple[bytes, ...]:
    """Return E(0) to E(depth), the hashes of wholly empty subtrees. Raises: EvidenceError beyond 0 to 40."""
    return _EMPTY_NODES[: _depth(depth) + 1]


def committed_root(tree: bytes, depth: int, total: int, top: bytes) -> bytes:
    """Hash what the issuer commits to. Raises: EvidenceError."""
    shape = bytes([_depth(depth)]) + _unsigned(total, 16, "total")
    return sha256(b"\x07" + _of_32(tree, "context") + shape + _of_32(top, "top hash")).digest()


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise FormatError(f"text with half a surrogate pair at position {error.start}") from error


def _lp(data: bytes) -> bytes:
    if len(data) > 0xFFFF:
        raise FormatError(f"{len(data)} bytes behind a length of 16 bits; at most 65535 are allowed")
    return len(data).to_bytes(2, "big") + data


def _unsigned(value: int, size: int, name: str) -> bytes:
    try:
        return value.to_bytes(size, "big")
    except OverflowError as error:
        raise EvidenceError(f"a {name} that is negative, or 2^{8 * size} or more") from error


def _of_32(data: bytes, name: str) -> bytes:
    if len(data) != 32:
        raise EvidenceError(f"a {name} of {len(data)} bytes; 32 are needed")
    return data


def _depth(depth: int) -> int:
    if not 0 <= depth <= MAX_DEPTH:
        raise EvidenceError(f"a tree of depth {depth}; 0 to {MAX_DEPTH} are allowed")
    return depth


def _empty_nodes() -> tuple[bytes, ...]:
    nodes = [EMPTY_LEAF]
    for _ in range(MAX_DEPTH):
        nodes.append(node_hash(nodes[-1], 0, nodes[-1], 0))
    return tuple(nodes)


_EMPTY_NODES = _empty_nodes()
