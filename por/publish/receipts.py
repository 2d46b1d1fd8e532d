"""Read what a node answers about a transaction that stands in a block."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from por.chains.evm_answers import MAX_LOG_DATA, MAX_NUMBER, MAX_TOPICS, read_quantity
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import BlockRef, Log

MAX_LOGS = 10_000

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold what a transaction did: its hash, its block, the gas it used, the contract it created, and its logs."""

    transaction: bytes
    block: BlockRef
    gas: int
    contract: str | None
    logs: tuple[Log, ...]


def read_receipt(value: object, transaction: bytes) -> tuple[Receipt, bool]:
    """Return the receipt of exactly this transaction, and whether it did what it was to do.

    Raises: FormatError.
    """
    members = _object(Reader(value))
    if _member(members, "transactionHash").data(32, 32) != transaction:
        raise FormatError("a receipt of another transaction", "/transactionHash")
    block = BlockRef(_number(members, "blockNumber"), _member(members, "blockHash").data(32, 32))
    status = _number(members, "status")
    if status > 1:
        raise FormatError("neither success nor failure", "/status")
    created = members.get("contractAddress")
    logs = tuple(_log(entry, block) for entry in _member(members, "logs").items(MAX_LOGS))
    contract = None if created is None else _address(Reader(created, "/contractAddress"))
    return Receipt(transaction, block, _number(members, "gasUsed"), contract, logs), status == 1


def _log(entry: Reader, block: BlockRef) -> Log:
    members = _object(entry)
    if _member(members, "blockHash", entry.place).data(32, 32) != block.hash:
        raise FormatError("a log of another block", f"{entry.place}/blockHash")
    topics = tuple(each.data(32, 32) for each in _member(members, "topics", entry.place).items(MAX_TOPICS))
    data = _member(members, "data", entry.place).data(0, MAX_LOG_DATA)
    address = _address(_member(members, "address", entry.place))
    return Log(address, topics, data, block, _number(members, "logIndex", entry.place))


def _object(reader: Reader) -> Mapping[str, object]:
    if not isinstance(reader.value, dict):
        raise reader.fail("not an object")
    return reader.value


def _member(members: Mapping[str, object], name: str, place: str = "") -> Reader:
    return Reader(members.get(name), f"{place}/{name}")


def _number(members: Mapping[str, object], name: str, place: str = "") -> int:
    reader = _member(members, name, place)
    number = reader.parse(read_quantity)
    if number > MAX_NUMBER:
        raise reader.fail("a number that no chain has reached")
    return number


def _address(reader: Reader) -> str:
    if not isinstance(reader.value, str) or not _ADDRESS.fullmatch(reader.value):
        raise reader.fail("not an address")
    return reader.value.lower()
