"""Build small trees as publishers do, with hashlib and integers of 10^-8 alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Sums = dict[str, int]


@dataclass
class Node:
    hash: str
    sums: Sums


Parent = Callable[[Node, Node, Sums, int], str]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sha_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain(units: int, places: int = 8) -> str:
    """Write units of 10^-places without trailing zeros."""
    digits = str(abs(units)).zfill(places + 1)
    text = (digits[:-places] + "." + digits[-places:]).rstrip("0").rstrip(".")
    return ("-" if units < 0 else "") + text


def fixed(units: int, places: int = 8) -> str:
    digits = str(abs(units)).zfill(places + 1)
    return ("-" if units < 0 else "") + digits[:-places] + "." + digits[-places:]


def sum_of(left: Sums, right: Sums) -> Sums:
    return {coin: left.get(coin, 0) + right.get(coin, 0) for coin in {**left, **right}}


def grow(leaves: Sequence[Node], parent: Parent) -> list[list[Node]]:
    """Build all levels of a tree of 2^n leaves; `parent` gets the number of the level, 1 above the leaves."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        row = levels[-1]
        level = len(levels)
        above = []
        for place in range(0, len(row), 2):
            left, right = row[place], row[place + 1]
            sums = sum_of(left.sums, right.sums)
            above.append(Node(parent(left, right, sums, level), sums))
        levels.append(above)
    return levels


def siblings(levels: list[list[Node]], index: int) -> list[tuple[Node, bool]]:
    """Return the siblings of a leaf, each with whether it stands on the left."""
    found = []
    for row in levels[:-1]:
        found.append((row[index ^ 1], bool(index & 1)))
        index >>= 1
    return found
