"""Read what a node answers about blocks, proofs and logs; of blocks and proofs, what can be recomputed is kept."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from por.encoding.reader import Reader
from por.errors import DisagreementError, FormatError
from por.model import AccountProof, BlockRef, Header, Log
from por.proofs.state.header import header_from_rlp, header_rlp

MAX_NODES = 64
MAX_NODE_BYTES = 1024
MAX_LOGS = 100_000
MAX_TOPICS = 4
MAX_LOG_DATA = 2**20
MAX_ACCESSED = 4096
MAX_ACCESSED_KEYS = 65_536
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


def read_bytes(value: object, most: int) -> bytes:
    """Read bytes, such as a code or what a call returned; they may be none. Raises: FormatError."""
    return Reader(value).data(0, most)


def read_access(value: object) -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    """Return the addresses, in lower case, and 32-byte keys of an `eth_createAccessList` answer, each once.

    Raises: FormatError.
    """
    found: dict[str, list[bytes]] = {}
    for entry in _member(_object(value), "accessList").items(MAX_ACCESSED):
        members = _object(entry.value, entry.place)
        address = members.get("address")
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise FormatError("not an address", f"{entry.place}/address")
        keys = _member(members, "storageKeys", entry.place).items(MAX_ACCESSED_KEYS)
        found.setdefault(address.lower(), []).extend(key.data(32, 32) for key in keys)
    return tuple((address, tuple(dict.fromkeys(keys))) for address, keys in found.items())


def read_logs(value: object, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
    """Return the logs of an `eth_getLogs` answer about exactly this question, by block and place in the block.

    That they are all, and that the chain has them, is only what the node says. Raises: FormatError.
    """
    entries = Reader(value).items(MAX_LOGS)
    logs = sorted((_log(entry, address, topics, first, last) for entry in entries), key=log_order)
    for one, two in pairwise(logs):
        if log_order(one) == log_order(two):
            raise FormatError(f"log {one.index} of block {one.block.number} twice")
        if one.block.number == two.block.number and one.block != two.block:
            raise FormatError(f"logs of two blocks with number {one.block.number}")
    return tuple(logs)


def log_order(log: Log) -> tuple[int, int]:
    """Return by what the logs of a chain are ordered: number of the block, place in it."""
    return log.block.number, log.index


def _log(entry: Reader, address: str, wanted: tuple[bytes, ...], first: int, last: int) -> Log:
    members = _object(entry.value, entry.place)
    named = members.get("address")
    if not isinstance(named, str) or not _ADDRESS.fullmatch(named) or named.lower() != address:
        raise FormatError("a log of another contract", f"{entry.place}/address")
    topics = tuple(each.data(32, 32) for each in _member(members, "topics", entry.place).items(MAX_TOPICS))
    if topics[: len(wanted)] != wanted:
        raise FormatError("a log with other topics", f"{entry.place}/topics")
    number = _counted(members, "blockNumber", entry.place)
    if not first <= number <= last:
        raise FormatError(f"a log of block {number}, which was not asked about", f"{entry.place}/blockNumber")
    if members.get("removed") is not False:
        raise FormatError("a log that is not said to stand in the chain", f"{entry.place}/removed")
    block = BlockRef(number, _member(members, "blockHash", entry.place).data(32, 32))
    data = _member(members, "data", entry.place).data(0, MAX_LOG_DATA)
    return Log(address, topics, data, block, _counted(members, "logIndex", entry.place))


def _counted(members: Mapping[str, object], name: str, place: str) -> int:
    reader = _member(members, name, place)
    number = reader.parse(read_quantity)
    if number > MAX_NUMBER:
        raise reader.fail("a number that no chain has reached")
    return number


def _storage_nodes(entry: Reader, key: bytes) -> tuple[bytes, ...]:
    members = _object(entry.value)
    named = members.get("key")
    # Nodes pad keys differently: the number counts.
    if not isinstance(named, str) or not _KEY.fullmatch(named) or int(named, 16) != int.from_bytes(key, "big"):
        raise FormatError("a proof of another storage key", f"{entry.place}/key")
    return _nodes(Reader(members.get("proof"), f"{entry.place}/proof"))


def _nodes(reader: Reader) -> tuple[bytes, ...]:
    return tuple(node.data(1, MAX_NODE_BYTES) for node in reader.items(MAX_NODES))


def _object(value: object, place: str = "") -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise FormatError("not an object", place)
    return value


def _member(members: Mapping[str, object], name: str, place: str = "") -> Reader:
    return Reader(members.get(name), f"{place}/{name}")
