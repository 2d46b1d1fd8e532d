"""Read proofs of the plain Merkle tree that `merkletools` and its forks build, strictly.

The tree: SHA-256 over left ‖ right, without tags or sums; a node without a right sibling moves up unchanged. The root
therefore does not tell a leaf from a node, nor how many leaves there are. Two rules close that, and both are the
caller's to keep, because no proof can show them:

- the number of leaves comes from where the root comes from, never from the proof: a proof shortened by a level, for a
  tree of half the size, leads to the same root (T09, T13);
- a leaf is the hash of data that the verifier has itself, and data of 64 bytes is never a leaf: two hashes side by side
  are exactly what a node hashes (T09). `leaf_hash` refuses it.

The library's own `validate_proof` takes a step with a junk `left` beside a valid `right`, and a node as leaf.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from por.encoding.reader import read_hex
from por.errors import EvidenceError, FormatError

MAX_DEPTH = 64


class Side(StrEnum):
    """Say on which side of the path a sibling stands."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ProofStep:
    """Hold a sibling's 32-byte hash, and the side that the file says it stands on."""

    side: Side
    hash: bytes


def leaf_hash(data: bytes) -> bytes:
    """Hash the data of a leaf. Raises: EvidenceError for 64 bytes, which could be a node's (T09)."""
    if len(data) == 64:
        raise EvidenceError("a leaf of 64 bytes: it could as well be a node of this tree")
    return sha256(data).digest()


def read_steps(steps: Sequence[Mapping[str, str]]) -> tuple[ProofStep, ...]:
    """Read the library's steps, each {"left": hex} or {"right": hex} and nothing else. Raises: FormatError."""
    if len(steps) > MAX_DEPTH:
        raise FormatError(f"{len(steps)} steps; at most {MAX_DEPTH} are read", "/")
    return tuple(_read_step(step, f"/{number}") for number, step in enumerate(steps))


def sides(index: int, count: int) -> tuple[Side, ...]:
    """Tell on which side each sibling of leaf `index` of `count` stands, leaf level first.

    Raises: EvidenceError when there is no such leaf, or more than 2^64.
    """
    if not 0 <= index < count:
        raise EvidenceError(f"there is no leaf {index} among {count}")
    if count > 1 << MAX_DEPTH:
        raise EvidenceError(f"a tree of more than 2^{MAX_DEPTH} leaves")
    found = []
    while count > 1:
        if index & 1:
            found.append(Side.LEFT)
        elif index + 1 < count:
            found.append(Side.RIGHT)
        index, count = index >> 1, (count + 1) >> 1
    return tuple(found)


def implied_root(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes:
    """Compute the root that a leaf hash and its siblings imply in a tree of `count` leaves.

    Sides and length come from `index` and `count` alone. What is not established: that `leaf` is a leaf; see above.

    Raises: EvidenceError for a path of another length, no such leaf, or a hash that has not 32 bytes.
    """
    wanted = sides(index, count)
    if len(path) != len(wanted):
        raise EvidenceError(f"{len(path)} siblings; leaf {index} of {count} has {len(wanted)}")
    node = _of_32(leaf)
    for side, sibling in zip(wanted, map(_of_32, path), strict=True):
        node = sha256(sibling + node if side is Side.LEFT else node + sibling).digest()
    return node


def implied_root_of_steps(leaf: bytes, index: int, count: int, steps: Sequence[ProofStep]) -> bytes:
    """Compute the root as `implied_root` does, from steps that also say their sides.

    Raises: EvidenceError, also when a side is not the one that follows from `index` and `count` (T17).
    """
    root = implied_root(leaf, index, count, [step.hash for step in steps])
    for number, (side, step) in enumerate(zip(sides(index, count), steps, strict=True)):
        if step.side is not side:
            raise EvidenceError(f"step {number} says {step.side}; leaf {index} of {count} has its sibling {side}")
    return root


def _read_step(step: Mapping[str, str], place: str) -> ProofStep:
    if len(step) != 1 or not step.keys() <= set(Side):
        raise FormatError("a step has one member, left or right", place)
    [(side, text)] = step.items()
    try:
        return ProofStep(Side(side), read_hex(text, 32, 32))
    except FormatError as error:
        raise error.within(f"{place}/{side}") from error


def _of_32(data: bytes) -> bytes:
    if len(data) != 32:
        raise EvidenceError(f"a hash of {len(data)} bytes; 32 are needed")
    return data
