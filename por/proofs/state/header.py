"""Turn the consensus encoding of an EVM block header into its hash and fields (`por/spec/state-proof.md`, H1 to H5).

Nothing is dropped: a field that this release does not know would be missing from the hash. Sources: Yellow Paper 4.3,
EIP-1559, EIP-4895, EIP-4844, EIP-4788, EIP-7685.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rlp
from eth_utils.crypto import keccak
from rlp.exceptions import DecodingError

from por.encoding.reader import Reader
from por.errors import EvidenceError, FormatError
from por.model import Header, printable

MAX_BYTES = 16 * 1024
MIN_FIELDS = 15
# 9999-12-31T23:59:59Z: no later second can be written as an instant.
MAX_TIMESTAMP = 253_402_300_799

_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Field:
    """Hold a field's JSON-RPC name and how many bytes it has; a number has no leading zero byte."""

    name: str
    low: int
    high: int
    is_number: bool = False


def _data(name: str, size: int) -> _Field:
    return _Field(name, size, size)


def _number(name: str, size: int) -> _Field:
    return _Field(name, 0, size, is_number=True)


_FIELDS = (
    _data("parentHash", 32),
    _data("sha3Uncles", 32),
    _data("miner", 20),
    _data("stateRoot", 32),
    _data("transactionsRoot", 32),
    _data("receiptsRoot", 32),
    _data("logsBloom", 256),
    _number("difficulty", 32),
    _number("number", 8),
    _number("gasLimit", 8),
    _number("gasUsed", 8),
    _number("timestamp", 8),
    # 32 bytes on Ethereum; proof-of-authority chains put their seals here.
    _Field("extraData", 0, MAX_BYTES),
    _data("mixHash", 32),
    _data("nonce", 8),
    _number("baseFeePerGas", 32),
    _data("withdrawalsRoot", 32),
    _number("blobGasUsed", 8),
    _number("excessBlobGas", 8),
    _data("parentBeaconBlockRoot", 32),
    _data("requestsHash", 32),
)
_PLACES = {field.name: place for place, field in enumerate(_FIELDS)}
_HEADER_NAMES = frozenset(field.name for field in _FIELDS)
_OTHER_NAMES = frozenset({"hash", "size", "totalDifficulty", "uncles", "transactions", "withdrawals"})


@dataclass(frozen=True, slots=True)
class BlockEnvironment:
    """Hold what code sees of its block; `fields` is how many fields the header has, which tells its fork (H3).

    Base fee and excess blob gas are None where the header has none. A chain may show its code other values than its
    header has: that is not established.
    """

    number: int
    timestamp: int
    coinbase: bytes
    gas_limit: int
    base_fee: int | None
    prev_randao: bytes
    difficulty: int
    excess_blob_gas: int | None
    fields: int


def header_from_rlp(encoded: bytes) -> Header:
    """Return the header whose consensus encoding this is, with its hash.

    That a chain has this block is not established here. Raises: EvidenceError.
    """
    if len(encoded) > MAX_BYTES:
        raise EvidenceError(f"a block header of {len(encoded)} bytes; at most {MAX_BYTES} are read")
    values = _decode(encoded)
    for field, value in zip(_FIELDS, values, strict=False):
        _require_fit(field, value)
    number, timestamp = (int.from_bytes(values[position], "big") for position in (8, 11))
    if timestamp > MAX_TIMESTAMP:
        raise EvidenceError("block header: timestamp is beyond the year 9999")
    return Header(
        number=number,
        hash=keccak(encoded),
        parent_hash=values[0],
        state_root=values[3],
        timestamp=timestamp,
        rlp=encoded,
    )


def header_field(header: Header, name: str) -> bytes | None:
    """Return a field by its JSON-RPC name, as the encoding has it; None where the header is of before it."""
    values, place = _decode(header.rlp), _PLACES[name]
    return values[place] if place < len(values) else None


def block_environment(header: Header) -> BlockEnvironment:
    """Return what the header says that code sees of its block. Raises: EvidenceError."""

    def number(name: str) -> int | None:
        value = header_field(header, name)
        return None if value is None else int.from_bytes(value)

    return BlockEnvironment(
        number=header.number,
        timestamp=header.timestamp,
        coinbase=header_field(header, "miner") or b"",
        gas_limit=number("gasLimit") or 0,
        base_fee=number("baseFeePerGas"),
        prev_randao=header_field(header, "mixHash") or b"",
        difficulty=number("difficulty") or 0,
        excess_blob_gas=number("excessBlobGas"),
        fields=len(_decode(header.rlp)),
    )


def header_rlp(fields: Mapping[str, object]) -> bytes:
    """Return the consensus encoding of a block as JSON-RPC gives it; null is as good as absent.

    Raises: FormatError, also for a member that is no known part of a block.
    """
    unknown = sorted(name for name in fields if name not in _HEADER_NAMES | _OTHER_NAMES)
    if unknown:
        raise FormatError(f"unknown header field '{printable(unknown[0][:64])}': this release cannot hash it", "/")
    present = [field for field in _FIELDS if fields.get(field.name) is not None]
    count = max(len(present), MIN_FIELDS)
    missing = [field.name for field in _FIELDS[:count] if field not in present]
    if missing:
        raise FormatError("this header field is missing", f"/{missing[0]}")
    encoded: bytes = rlp.encode([_value(field, fields[field.name]) for field in present])
    return encoded


def _decode(encoded: bytes) -> Sequence[bytes]:
    try:
        values = rlp.decode(encoded)
    except (DecodingError, RecursionError) as error:
        raise EvidenceError("block header: not canonical RLP") from error
    if not isinstance(values, list) or not all(isinstance(value, bytes) for value in values):
        raise EvidenceError("block header: not a list of byte strings")
    if len(values) > len(_FIELDS):
        raise EvidenceError(f"unknown header field: {len(values)} fields; this release knows {len(_FIELDS)}")
    if len(values) < MIN_FIELDS:
        raise EvidenceError(f"block header: {len(values)} fields; at least {MIN_FIELDS} are needed")
    return values


def _require_fit(field: _Field, value: bytes) -> None:
    if not field.low <= len(value) <= field.high:
        raise EvidenceError(f"block header: {field.name} has {len(value)} bytes")
    if field.is_number and value[:1] == b"\x00":
        raise EvidenceError(f"block header: {field.name} has a leading zero byte")


def _value(field: _Field, value: object) -> bytes:
    reader = Reader(value, f"/{field.name}")
    if not field.is_number:
        return reader.data(field.low, field.high)
    number = reader.parse(_quantity)
    encoded = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(encoded) > field.high:
        raise reader.fail(f"a number of {len(encoded)} bytes; at most {field.high} are expected")
    return encoded


def _quantity(text: str) -> int:
    if not _QUANTITY.fullmatch(text):
        raise FormatError("not a quantity such as 0x1b4")
    return int(text, 16)
