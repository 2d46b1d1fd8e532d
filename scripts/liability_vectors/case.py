"""What every case has: a path, a sentence, the threat, an input with its operation, and what is expected of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from tests.commitments.reference import Leaf, Row

Json = dict[str, Any]
Case = tuple[str, Json]

EVIDENCE: Json = {"error": "EvidenceError"}
FORMAT: Json = {"error": "FormatError"}
TOO_MUCH = 2**128


def case(name: str, description: str, threat: str | None, given: Mapping[str, Any], expect: Json) -> Case:
    """Name a case after its operation; `expect` holds an error, or is what the operation results in."""
    path = f"{given.get('family', 'liability-tree')}/{given['operation']}_{name}.json"
    wanted = expect if "error" in expect else {"result": expect}
    content = {key: value for key, value in given.items() if key != "family"}
    return path, {"description": description, "threat": threat, "input": content, "expect": wanted}


def seed(name: str) -> bytes:
    return hashlib.sha256(f"por vector {name}".encode()).digest()


def leaves_of(*amounts: int) -> list[Leaf]:
    """Return leaves in the order of their tags, with these amounts in that order."""
    tags = sorted(seed(f"tag {number}") for number in range(len(amounts)))
    return list(zip(tags, amounts, strict=True))


def told(leaves: Iterable[Leaf]) -> list[Json]:
    return [{"tag": tag.hex(), "amount": str(amount)} for tag, amount in leaves]


def steps(path: Iterable[Row]) -> list[Json]:
    return [{"hash": node.hex(), "sum": str(total)} for node, total in path]


def flipped(data: bytes, at: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
