"""What every case has: a path, a sentence, the threat, an input and what is expected of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.crypto import keccak

Json = dict[str, Any]
Case = tuple[str, Json]

EMPTY_ROOT: bytes = keccak(b"\x80")
EMPTY_CODE: bytes = keccak(b"")
EVIDENCE: Json = {"error": "EvidenceError"}
FORMAT: Json = {"error": "FormatError"}


def case(path: str, description: str, threat: str, given: Mapping[str, Any], expect: Json) -> Case:
    return path, {"description": description, "threat": threat, "input": dict(given), "expect": expect}


def seed(name: str) -> bytes:
    return hashlib.sha256(f"por vector {name}".encode()).digest()


def address(name: str) -> str:
    return hexed(seed(f"address {name}")[:20])


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def hexes(nodes: Sequence[bytes]) -> list[str]:
    return [hexed(node) for node in nodes]


def number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
