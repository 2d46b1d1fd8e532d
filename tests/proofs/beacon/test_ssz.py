"""Roots and cuts of serialized values agree with remerkleable's, which is another's reading of the specification."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from remerkleable.basic import uint8, uint64
from remerkleable.bitfields import Bitlist, Bitvector
from remerkleable.byte_arrays import ByteList as TheirByteList
from remerkleable.byte_arrays import Bytes32, ByteVector
from remerkleable.complex import Container as TheirContainer
from remerkleable.complex import List as TheirList
from remerkleable.complex import Vector as TheirVector

from por.errors import EvidenceError
from por.proofs.beacon import ssz
from por.proofs.beacon.block import SIGNED_BLOCK, block_parts
from por.proofs.beacon.containers import VALIDATOR, read_header
from por.proofs.beacon.merkle import ZERO, implied_root, merkle_branches, merkle_root
from por.proofs.beacon.ssz import (
    BitList,
    Bits,
    ByteList,
    Container,
    ListOf,
    Plain,
    Vector,
    hash_tree_root,
    items,
    parts,
)
from tests.proofs.beacon import mainnet_beacon as mainnet

# The library makes types by subscripts, which a checker of types does not follow.
bytelist: Any = TheirByteList
bytevector: Any = ByteVector
bitlist: Any = Bitlist
bitvector: Any = Bitvector
listof: Any = TheirList
vectorof: Any = TheirVector


def record(name: str, **fields: Any) -> Any:
    return type(name, (TheirContainer,), {"__annotations__": fields})


Inner = record("Inner", number=uint64, text=bytelist[40])
Outer = record(
    "Outer",
    flag=uint8,
    rows=listof[Inner, 5],
    root=Bytes32,
    numbers=listof[uint64, 9],
    bits=bitlist[600],
    few=bitvector[12],
    key=bytevector[48],
    fixed=vectorof[uint64, 7],
)
INNER = Container("Inner", (("number", Plain(8)), ("text", ByteList(40))))
OUTER = Container(
    "Outer",
    (
        ("flag", Plain(1)),
        ("rows", ListOf(INNER, 5)),
        ("root", Plain(32)),
        ("numbers", ListOf(Plain(8), 9, packed=True)),
        ("bits", BitList(600)),
        ("few", Bits(12)),
        ("key", Plain(48)),
        ("fixed", Vector(Plain(8), 7, packed=True)),
    ),
)
NUMBER = st.integers(0, 2**64 - 1)
VALUES = st.builds(
    lambda flag, rows, root, numbers, bits, few, key, fixed: Outer(
        flag=flag,
        rows=[Inner(number=n, text=t) for n, t in rows],
        root=root,
        numbers=numbers,
        bits=bits,
        few=few,
        key=key,
        fixed=fixed,
    ),
    st.integers(0, 255),
    st.lists(st.tuples(NUMBER, st.binary(max_size=40)), max_size=5),
    st.binary(min_size=32, max_size=32),
    st.lists(NUMBER, max_size=9),
    st.lists(st.booleans(), max_size=600),
    st.lists(st.booleans(), min_size=12, max_size=12),
    st.binary(min_size=48, max_size=48),
    st.lists(NUMBER, min_size=7, max_size=7),
)


@given(VALUES)
def test_a_record_of_everything_has_the_same_root(value: Any) -> None:
    data = value.encode_bytes()
    assert hash_tree_root(OUTER, data) == bytes(value.hash_tree_root())
    cut = parts(OUTER, data)
    assert items(OUTER.fields[1][1], cut["rows"]) == [row.encode_bytes() for row in value.rows]  # type: ignore[arg-type]


@given(VALUES, st.integers(0, 10**6), st.integers(1, 255))
def test_changed_bytes_are_another_value_or_none(value: Any, at: int, change: int) -> None:
    data = bytearray(value.encode_bytes())
    data[at % len(data)] ^= change
    try:
        assert hash_tree_root(OUTER, bytes(data)) != bytes(value.hash_tree_root())
    except EvidenceError:
        return


@given(VALUES, st.binary(min_size=1, max_size=9))
def test_bytes_more_or_less_are_refused_or_another_value(value: Any, more: bytes) -> None:
    data = value.encode_bytes()
    for other in (data + more, data[: -len(more)], more + data):
        try:
            assert hash_tree_root(OUTER, other) != bytes(value.hash_tree_root())
        except EvidenceError:
            continue


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Plain(8), bytes(7)),
        (Plain(8), bytes(9)),
        (Bits(12), b"\x00\x10"),
        (Bits(12), b"\x00"),
        (BitList(9), b""),
        (BitList(9), b"\x01\x00"),
        (BitList(9), b"\x00\x00"),
        (BitList(7), b"\x00\x01"),
        (ByteList(3), b"four"),
        (ListOf(Plain(8), 2, packed=True), bytes(24)),
        (ListOf(Plain(8), 2, packed=True), bytes(12)),
        (Vector(Plain(8), 2, packed=True), bytes(8)),
        (ListOf(ByteList(4), 3), b"\x00\x00\x00\x00"),
        (ListOf(ByteList(4), 3), b"\x08\x00\x00\x00"),
        (ListOf(ByteList(4), 3), b"\x05\x00\x00\x00a"),
        (ListOf(ByteList(4), 3), b"\x08\x00\x00\x00\x07\x00\x00\x00a"),
        (ListOf(ByteList(4), 3), b"\x10\x00\x00\x00" * 4),
        (INNER, bytes(8)),
        (INNER, bytes(8) + b"\x0b\x00\x00\x00"),
        (INNER, bytes(8) + b"\x0d\x00\x00\x00x"),
        (VALIDATOR, bytes(120)),
    ],
)
def test_what_is_no_encoding_is_refused(kind: ssz.Kind, data: bytes) -> None:
    with pytest.raises(EvidenceError):
        hash_tree_root(kind, data)


def test_the_real_block_has_the_root_it_is_known_by(vectors: Path) -> None:
    data = mainnet.data(vectors, "beacon_block_11650252.ssz")
    assert read_header(block_parts(data).header).root == mainnet.BLOCK_ROOT
    assert hash_tree_root(SIGNED_BLOCK.fields[0][1], parts(SIGNED_BLOCK, data)["message"]) == mainnet.BLOCK_ROOT


@given(st.binary(max_size=40 * 32), st.integers(6, 12))
def test_branches_lead_to_the_root(text: bytes, depth: int) -> None:
    chunks = text[: len(text) // 32 * 32]
    root = merkle_root(chunks, depth)
    for index, branch in merkle_branches(chunks, depth, range(0, 2**depth, 7)).items():
        leaf = chunks[index * 32 : index * 32 + 32] or ZERO[0]
        assert implied_root(leaf, branch, 2**depth + index) == root


def test_branches_of_other_lengths_places_and_leaves_are_refused_or_lead_elsewhere() -> None:
    chunks, rng = random.Random(1).randbytes(32 * 32), random.Random(2)
    root = merkle_root(chunks, 5)
    branch = merkle_branches(chunks, 5, [9])[9]
    leaf = chunks[288:320]
    for place in range(32, 64):
        assert (implied_root(leaf, branch, place) == root) == (place == 41)
    for other in (branch[:-1], (*branch, bytes(32)), (), (branch[0][:31], *branch[1:])):
        with pytest.raises(EvidenceError):
            implied_root(leaf, other, 41)
    with pytest.raises(EvidenceError):
        implied_root(leaf[:31], branch, 41)
    for _ in range(200):
        nodes = [bytearray(node) for node in (leaf, *branch)]
        rng.choice(nodes)[rng.randrange(32)] ^= 1 << rng.randrange(8)
        assert implied_root(bytes(nodes[0]), [bytes(node) for node in nodes[1:]], 41) != root
