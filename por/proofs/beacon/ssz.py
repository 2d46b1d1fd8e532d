"""Compute hash tree roots of serialized values, without lenience (`por/spec/light-client.md`, Z1 to Z4).

A value stays in its bytes: `parts` cuts it, `hash_tree_root` hashes it, and both refuse bytes that are not the one
encoding of a value of the kind. Source: the consensus specifications, ssz/simple-serialize.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TypeAlias

from por.errors import EvidenceError
from por.proofs.beacon.merkle import merkle_root

_OFFSET = 4


@dataclass(frozen=True, slots=True)
class Plain:
    """Name a number, or bytes of a fixed length: `size` bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class ByteList:
    """Name bytes of any length up to `limit`."""

    limit: int


@dataclass(frozen=True, slots=True)
class Bits:
    """Name a fixed number of bits."""

    count: int


@dataclass(frozen=True, slots=True)
class BitList:
    """Name up to `limit` bits, with a one after the last."""

    limit: int


@dataclass(frozen=True, slots=True)
class Vector:
    """Name a fixed number of items of one kind; `packed` items are numbers, which share chunks."""

    item: "Kind"
    count: int
    packed: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """Name up to `limit` items of one kind; `packed` items are numbers, which share chunks."""

    item: "Kind"
    limit: int
    packed: bool = False


@dataclass(frozen=True)
class Container:
    """Name a record of fields, in their order."""

    name: str
    fields: tuple[tuple[str, "Kind"], ...]


Kind: TypeAlias = Plain | ByteList | Bits | BitList | Vector | ListOf | Container


def fixed_size(kind: Kind) -> int | None:
    """Return how many bytes every value of a kind has, None where they differ."""
    if isinstance(kind, Plain):
        return kind.size
    if isinstance(kind, Bits):
        return (kind.count + 7) // 8
    if isinstance(kind, Vector):
        each = fixed_size(kind.item)
        return None if each is None else each * kind.count
    if isinstance(kind, Container):
        total = 0
        for _, field in kind.fields:
            size = fixed_size(field)
            if size is None:
                return None
            total += size
        return total
    return None


def parts(kind: Container, data: bytes) -> dict[str, bytes]:
    """Cut a record into its serialized fields, by name. Raises: EvidenceError."""
    kinds = [field for _, field in kind.fields]
    cut = _cut([fixed_size(field) for field in kinds], data, kind.name)
    return {name: piece for (name, _), piece in zip(kind.fields, cut, strict=True)}


def items(kind: Vector | ListOf, data: bytes) -> list[bytes]:
    """Cut a vector or list into its serialized items. Raises: EvidenceError."""
    size = fixed_size(kind.item)
    if size is not None:
        count, rest = divmod(len(data), size)
        if rest:
            raise EvidenceError(f"{len(data)} bytes are no whole number of items of {size} bytes")
        cut = [data[start : start + size] for start in range(0, len(data), size)]
    elif not data:
        count, cut = 0, []
    else:
        count = int.from_bytes(data[:_OFFSET], "little") // _OFFSET
        _require_count(kind, count)
        cut = _cut([None] * count, data, "list")
    _require_count(kind, count)
    return cut


def hash_tree_root(kind: Kind, data: bytes) -> bytes:
    """Return the 32-byte root of a serialized value. Raises: EvidenceError."""
    if isinstance(kind, Plain | Bits):
        return _of_fixed(kind, data)
    if isinstance(kind, ByteList):
        if len(data) > kind.limit:
            raise EvidenceError(f"{len(data)} bytes; the list holds {kind.limit}")
        return with_length(merkle_root(chunked(data), _depth(-(-kind.limit // 32))), len(data))
    if isinstance(kind, BitList):
        return _of_bits(kind, data)
    if isinstance(kind, Container):
        roots = [
            hash_tree_root(field, piece) for (_, field), piece in zip(kind.fields, _fields(kind, data), strict=True)
        ]
        return merkle_root(b"".join(roots), _depth(len(roots)))
    return _of_items(kind, data)


def number(data: bytes) -> int:
    """Return a serialized number, which is little-endian."""
    return int.from_bytes(data, "little")


def chunked(data: bytes) -> bytes:
    """Pad serialized numbers or bytes to whole chunks."""
    return data + bytes(-len(data) % 32)


def with_length(root: bytes, length: int) -> bytes:
    """Return the root of a list from the root of its items."""
    return sha256(root + length.to_bytes(32, "little")).digest()


def _fields(kind: Container, data: bytes) -> Sequence[bytes]:
    return tuple(parts(kind, data).values())


def _of_fixed(kind: Plain | Bits, data: bytes) -> bytes:
    if len(data) != fixed_size(kind):
        raise EvidenceError(f"{len(data)} bytes; {fixed_size(kind)} are needed")
    if isinstance(kind, Bits) and number(data) >> kind.count:
        raise EvidenceError("a bit beyond the last one is set")
    chunks = chunked(data)
    return merkle_root(chunks, _depth(len(chunks) // 32))


def _of_bits(kind: BitList, data: bytes) -> bytes:
    value = number(data)
    length = value.bit_length() - 1
    if not data or not data[-1] or length > kind.limit:
        raise EvidenceError("a list of bits without an end, or too long")
    packed = (value ^ (1 << length)).to_bytes((length + 7) // 8, "little")
    return with_length(merkle_root(chunked(packed), _depth(-(-kind.limit // 256))), length)


def _of_items(kind: Vector | ListOf, data: bytes) -> bytes:
    cut = items(kind, data)
    room = kind.count if isinstance(kind, Vector) else kind.limit
    if kind.packed:
        chunks, room = chunked(data), -(-room * (fixed_size(kind.item) or 0) // 32)
    else:
        chunks = b"".join(hash_tree_root(kind.item, piece) for piece in cut)
    root = merkle_root(chunks, _depth(room))
    return root if isinstance(kind, Vector) else with_length(root, len(cut))


def _require_count(kind: Vector | ListOf, count: int) -> None:
    if isinstance(kind, Vector) and count != kind.count:
        raise EvidenceError(f"{count} items; {kind.count} are needed")
    if isinstance(kind, ListOf) and count > kind.limit:
        raise EvidenceError(f"{count} items; at most {kind.limit} are allowed")


def _cut(sizes: Sequence[int | None], data: bytes, name: str) -> list[bytes]:
    """Cut data into pieces; a piece without a fixed size stands at its offset, in order and without a gap."""
    head = sum(_OFFSET if size is None else size for size in sizes)
    if len(data) < head:
        raise EvidenceError(f"{name}: {len(data)} bytes; at least {head} are needed")
    starts, pieces, at = [], [], 0
    for size in sizes:
        end = at + (_OFFSET if size is None else size)
        pieces.append(data[at:end])
        if size is None:
            starts.append(number(data[at:end]))
        at = end
    bounds = list(pairwise([*starts, len(data)]))
    if (starts[0] if starts else len(data)) != head or any(start > end for start, end in bounds):
        raise EvidenceError(f"{name}: its parts do not follow one another to its end")
    moving = iter(bounds)
    return [
        piece if size is not None else data[slice(*next(moving))] for size, piece in zip(sizes, pieces, strict=True)
    ]


def _depth(count: int) -> int:
    return max(count - 1, 0).bit_length()
