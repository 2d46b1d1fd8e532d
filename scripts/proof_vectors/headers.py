"""Headers: consensus encodings, and blocks as JSON-RPC gives them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import rlp
from eth_utils.crypto import keccak

from scripts.proof_vectors.case import EMPTY_ROOT, EVIDENCE, FORMAT, Case, Json, case, hexed, number, seed

NAMES = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
)
NUMBERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"}


def header_fields(count: int, state_root: bytes = EMPTY_ROOT) -> list[Any]:
    sizes = {"miner": 20, "logsBloom": 256, "nonce": 8}
    fields: list[Any] = [bytes(seed(name) * 8)[: sizes.get(name, 32)] for name in NAMES]
    known = {"number": 23_700_000, "timestamp": 1_793_491_199, "gasLimit": 45_000_000, "gasUsed": 0, "difficulty": 0}
    known |= {"baseFeePerGas": 7, "blobGasUsed": 0, "excessBlobGas": 0x4780000}
    for name, value in known.items():
        fields[NAMES.index(name)] = number(value)
    fields[NAMES.index("stateRoot")] = state_root
    fields[NAMES.index("extraData")] = b"por"
    return fields[:count]


def header_with(**changes: bytes | list[bytes]) -> list[Any]:
    fields = header_fields(21)
    for name, value in changes.items():
        fields[NAMES.index(name)] = value
    return fields


def said_of(encoded: bytes) -> Json:
    fields = rlp.decode(encoded)
    return {
        "hash": hexed(keccak(encoded)),
        "parentHash": hexed(fields[0]),
        "stateRoot": hexed(fields[3]),
        "number": int.from_bytes(fields[8], "big"),
        "timestamp": int.from_bytes(fields[11], "big"),
    }


def header_cases() -> Iterator[Case]:
    for fork, count in (("homestead", 15), ("london", 16), ("shanghai", 17), ("cancun", 20), ("prague", 21)):
        encoded = rlp.encode(header_fields(count))
        yield case(
            f"header/{fork}.json", f"a header of {count} fields", "T55", {"rlp": hexed(encoded)}, said_of(encoded)
        )
    sealed = rlp.encode(header_with(extraData=bytes(97)))
    yield case("header/sealed.json", "97 bytes of extra data", "T55", {"rlp": hexed(sealed)}, said_of(sealed))
    whole = rlp.encode(header_fields(21))
    later = rlp.encode([*header_fields(21), seed("later")])
    wrong: list[tuple[str, str, bytes]] = [
        ("short", "14 fields", rlp.encode(header_fields(14))),
        ("later_field", "a 22nd field, which no rule of this release hashes", later),
        ("list_inside", "a list where a hash belongs", rlp.encode(header_with(stateRoot=[b"a"]))),
        ("zero_first", "a number with a leading zero byte", rlp.encode(header_with(number=b"\x00\x01"))),
        ("zero_byte", "zero written as one zero byte", rlp.encode(header_with(difficulty=b"\x00"))),
        ("number_wide", "a block number of 9 bytes", rlp.encode(header_with(number=b"\x01" * 9))),
        ("fee_wide", "a base fee of 33 bytes", rlp.encode(header_with(baseFeePerGas=b"\x01" * 33))),
        ("root_short", "a state root of 31 bytes", rlp.encode(header_with(stateRoot=bytes(31)))),
        ("root_empty", "an empty state root", rlp.encode(header_with(stateRoot=b""))),
        ("miner_long", "a miner of 21 bytes", rlp.encode(header_with(miner=bytes(21)))),
        ("bloom_short", "a bloom filter of 255 bytes", rlp.encode(header_with(logsBloom=bytes(255)))),
        ("nonce_short", "a nonce of 7 bytes", rlp.encode(header_with(nonce=bytes(7)))),
        ("requests_short", "the last known field is short", rlp.encode(header_with(requestsHash=bytes(20)))),
        ("year_10000", "a time that no instant can name", rlp.encode(header_with(timestamp=number(253_402_300_800)))),
        ("trailing", "one byte after the list", whole + b"\x00"),
        ("truncated", "the last byte is missing", whole[:-1]),
        ("long_length", "a list whose length has a leading zero", b"\xfa\x00" + whole[1:]),
        ("string", "a byte string, not a list", rlp.encode(whole)),
        ("empty_list", "an empty list", b"\xc0"),
        ("nested", "lists in lists", b"\xc3\xc2\xc1\xc0"),
    ]
    for name, description, encoded in wrong:
        yield case(f"header/{name}_fail.json", description, "T55", {"rlp": hexed(encoded)}, EVIDENCE)


def json_block(count: int = 21) -> Json:
    fields = header_fields(count)
    block: Json = {
        name: hex(int.from_bytes(value, "big")) if name in NUMBERS else hexed(value)
        for name, value in zip(NAMES, fields, strict=False)
    }
    return block | {"hash": hexed(keccak(rlp.encode(fields))), "size": "0x29a", "transactions": [], "uncles": []}


def json_block_cases() -> Iterator[Case]:
    block = json_block()
    right = {"rlp": hexed(rlp.encode(header_fields(21)))}
    yield case("header/block.json", "a block as JSON-RPC gives it", "T55", {"block": block}, right)
    old = json_block(15) | {"baseFeePerGas": None, "withdrawalsRoot": None, "totalDifficulty": "0x1"}
    yield case(
        "header/block_null.json",
        "later fields are null, which is as good as absent",
        "T55",
        {"block": old},
        {"rlp": hexed(rlp.encode(header_fields(15)))},
    )
    wrong = [
        ("unknown", "a member that could be a later field", block | {"blockAccessListHash": hexed(seed("list"))}),
        ("missing", "no state root", {name: value for name, value in block.items() if name != "stateRoot"}),
        ("gap", "a later field without the one before it", block | {"parentBeaconBlockRoot": None}),
        ("upper", "upper-case hexadecimal", block | {"stateRoot": "0x" + "AB" * 32}),
        ("padded", "a quantity with a leading zero", block | {"number": "0x01"}),
        ("bare", "a quantity without digits", block | {"number": "0x"}),
        ("json_number", "a JSON number", block | {"number": 23_700_000}),
        ("unprefixed", "no 0x", block | {"stateRoot": "ab" * 32}),
        ("odd", "an odd number of digits", block | {"extraData": "0xabc"}),
        ("spaced", "a space among the digits", block | {"miner": "0x" + "ab " * 20}),
        ("short", "a hash of 31 bytes", block | {"parentHash": hexed(bytes(31))}),
        ("wide", "a block number of 9 bytes", block | {"number": "0x1" + "0" * 17}),
        ("nothing", "an empty object", {}),
    ]
    for name, description, member in wrong:
        yield case(f"header/block_{name}_fail.json", description, "T86", {"block": member}, FORMAT)
