"""Compute block hashes from header fields; a header this release does not know in full is refused.

Sources: Yellow Paper 4.4 and EIP-1559, 4895, 4844, 4788, 7685 for the later fields.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import rlp
from eth_utils.crypto import keccak

from por.errors import EvidenceError
from por.model import Header

LEAST_FIELDS = 15
_NUMBER = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})", re.ASCII)
_DATA = re.compile(r"0x(?:[0-9a-f]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """Describe a header field by its JSON-RPC name; `length` is bytes of data, or None for a number or text."""

    name: str
    length: int | None
    number: bool = False


FIELDS = (
    Field("parentHash", 32),
    Field("sha3Uncles", 32),
    Field("miner", 20),
    Field("stateRoot", 32),
    Field("transactionsRoot", 32),
    Field("receiptsRoot", 32),
    Field("logsBloom", 256),
    Field("difficulty", None, number=True),
    Field("number", None, number=True),
    Field("gasLimit", None, number=True),
    Field("gasUsed", None, number=True),
    Field("timestamp", None, number=True),
    Field("extraData", None),
    Field("mixHash", 32),
    Field("nonce", 8),
    Field("baseFeePerGas", None, number=True),
    Field("withdrawalsRoot", 32),
    Field("blobGasUsed", None, number=True),
    Field("excessBlobGas", None, number=True),
    Field("parentBeaconBlockRoot", 32),
    Field("requestsHash", 32),
)
BESIDE_THE_HEADER = frozenset({"hash", "size", "totalDifficulty", "uncles", "transactions", "withdrawals"})


def header_from_rlp(raw: bytes) -> Header:
    """Read a header's consensus encoding and compute its hash.

    Raises: EvidenceError for another number of fields than 15 to 21, or a field of another form than its place has.
    """
    try:
        fields = rlp.decode(raw, strict=True)
    except rlp.exceptions.RLPException as error:
        raise EvidenceError(f"a header that is not canonical RLP: {type(error).__name__}") from error
    if not isinstance(fields, list) or not LEAST_FIELDS <= len(fields) <= len(FIELDS):
        count = len(fields) if isinstance(fields, list) else 0
        raise EvidenceError(f"a header of {count} fields; {LEAST_FIELDS} to {len(FIELDS)} are known")
    for field, value in zip(FIELDS, fields, strict=False):
        _require_form(field, value)
    named = {field.name: value for field, value in zip(FIELDS, fields, strict=False)}
    return Header(
        number=int.from_bytes(named["number"]),
        hash=keccak(raw),
        parent_hash=named["parentHash"],
        state_root=named["stateRoot"],
        timestamp=int.from_bytes(named["timestamp"]),
        rlp=raw,
    )


def header_rlp(fields: Mapping[str, object]) -> bytes:
    """Encode a header from the fields of a JSON-RPC block.

    Raises: EvidenceError for a field that is missing, malformed or unknown: dropping one would change the hash.
    """
    unknown = sorted(set(fields) - {field.name for field in FIELDS} - BESIDE_THE_HEADER)
    if unknown:
        raise EvidenceError(f"unknown header field {unknown[0][:40]!r}; a newer release may know it")
    present = [field for field in FIELDS if fields.get(field.name) is not None]
    if len(present) < LEAST_FIELDS or tuple(present) != FIELDS[: len(present)]:
        missing = next(field.name for field in FIELDS if field not in present)
        raise EvidenceError(f"the header field {missing} is missing")
    raw: bytes = rlp.encode([_value(field, fields[field.name]) for field in present])
    return header_from_rlp(raw).rlp


def _value(field: Field, text: object) -> bytes:
    pattern = _NUMBER if field.number else _DATA
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise EvidenceError(f"the header field {field.name} is no {'quantity' if field.number else 'data'}")
    if field.number:
        number = int(text, 16)
        return number.to_bytes((number.bit_length() + 7) // 8)
    return bytes.fromhex(text[2:])


def _require_form(field: Field, value: object) -> None:
    if not isinstance(value, bytes):
        raise EvidenceError(f"the header field {field.name} is a list")
    if field.length is not None and len(value) != field.length:
        raise EvidenceError(f"the header field {field.name} has {len(value)} bytes, not {field.length}")
    if field.number and (value[:1] == b"\0" or len(value) > 32):
        raise EvidenceError(f"the header field {field.name} is not a canonical number")
    if len(value) > 1024:
        raise EvidenceError(f"the header field {field.name} has {len(value)} bytes")
