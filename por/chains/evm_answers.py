"""Read what a node answers about blocks and proofs; only what can be recomputed is kept."""

import re
from collections.abc import Mapping, Sequence

from por.encoding.reader import Reader
from por.errors import DisagreementError, FormatError
from por.model import AccountProof, Header
from por.proofs.state.header import header_from_rlp, header_rlp

MAX_NODES = 64
MAX_NODE_BYTES = 1024
MAX_NUMBER = 2**53 - 1
MAX_TIMESTAMP = 253_402_300_799  # the last second of the year 9999

_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_KEY = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)


def read_quantity(value: object) -> int:
    """Read a JSON-RPC quantity. Raises: FormatError, for `0x` too."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise FormatError("not a quantity such as 0x1b4")
    return int(value, 16)


def read_header(value: object) -> Header:
    """Return the header of a block answer with the hash computed here.

    Raises: FormatError, EvidenceError; DisagreementError when the answer names another hash.
    """
    members = _object(value)
    header = header_from_rlp(header_rlp(members))
    if header.number > MAX_NUMBER or header.timestamp > MAX_TIMESTAMP:
        raise FormatError("a block number or time that no chain has reached")
    named = _member(members, "hash").data(32, 32)
    if named != header.hash:
        raise DisagreementError(
            f"block {header.number} does not hash to the hash it is answered with: "
            "the node lies, or follows rules that this release does not know"
        )
    return header


def read_proof(value: object, address: str, keys: Sequence[bytes]) -> AccountProof:
    """Return the trie nodes of an EIP-1186 answer about exactly `address` and `keys`, in their order.

    Balances and storage words that the node reports beside its nodes are not read. Raises: FormatError.
    """
    members = _object(value)
    named = members.get("address")
    if not isinstance(named, str) or not _ADDRESS.fullmatch(named) or named.lower() != address:
        raise FormatError("a proof of another account", "/address")
    entries = list(_member(members, "storageProof").items(len(keys)))
    if len(entries) != len(keys):
        raise FormatError(f"{len(entries)} storage proofs for {len(keys)} keys", "/storageProof")
    storage = tuple(_storage_nodes(entry, key) for entry, key in zip(entries, keys, strict=True))
    return AccountProof(address, _nodes(_member(members, "accountProof")), storage)


def _storage_nodes(entry: Reader, key: bytes) -> tuple[bytes, ...]:
    members = _object(entry.value)
    named = members.get("key")
    # Nodes pad keys differently: the number counts.
    if not isinstance(named, str) or not _KEY.fullmatch(named) or int(named, 16) != int.from_bytes(key, "big"):
        raise FormatError("a proof of another storage key", f"{entry.place}/key")
    return _nodes(Reader(members.get("proof"), f"{entry.place}/proof"))


def _nodes(reader: Reader) -> tuple[bytes, ...]:
    return tuple(node.data(1, MAX_NODE_BYTES) for node in reader.items(MAX_NODES))


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise FormatError("not an object")
    return value


def _member(members: Mapping[str, object], name: str) -> Reader:
    return Reader(members.get(name), f"/{name}")
