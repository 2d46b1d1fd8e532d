"""What an opening of a control set implies, against the library that builds such trees, and against forgers."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from blockcerts_merkletools import MerkleTools
from hypothesis import given
from hypothesis import strategies as st

from por.commitments.control_set import SALT_BYTES, TAG, implied_root, leaf_data
from por.commitments.merkletools_tree import sides
from por.errors import EvidenceError
from por.model import ControlOpening


def salt(number: int) -> bytes:
    return hashlib.sha256(b"salt %d" % number).digest()


def record(number: int) -> bytes:
    return b'{"account":"%d"}' % number


def tree(count: int) -> MerkleTools:
    """Let the library commit to `count` records, by the specification's words."""
    tools = MerkleTools()
    leaves = [b"por control set v1, salted record" + salt(number) + record(number) for number in range(count)]
    tools.add_leaf([hashlib.sha256(data).hexdigest() for data in leaves])
    tools.make_tree()
    return tools


def opening(tools: MerkleTools, index: int) -> ControlOpening:
    siblings = [bytes.fromhex(text) for step in tools.get_proof(index) for text in step.values()]
    return ControlOpening(index, salt(index), record(index), tuple(siblings))


def root(tools: MerkleTools) -> bytes:
    return bytes.fromhex(tools.get_merkle_root())


def other_root(made: ControlOpening, count: int, wanted: bytes) -> bool:
    """Say whether an opening is refused, or leads elsewhere."""
    try:
        return implied_root(made, count) != wanted
    except EvidenceError:
        return True


@pytest.mark.parametrize(("index", "count"), [(i, count) for count in range(1, 12) for i in range(count)])
def test_every_leaf_leads_to_the_librarys_root(index: int, count: int) -> None:
    tools = tree(count)
    assert implied_root(opening(tools, index), count) == root(tools)


def test_t09_no_leaf_can_have_the_length_of_a_node() -> None:
    assert len(TAG) + SALT_BYTES > 64
    assert len(leaf_data(bytes(SALT_BYTES), b"\x00")) == 66


@pytest.mark.parametrize("record_bytes", [b""])
@pytest.mark.parametrize("salt_bytes", [b"", bytes(31), bytes(33), bytes(64)])
def test_t09_a_salt_has_32_bytes(salt_bytes: bytes, record_bytes: bytes) -> None:
    for rest in (record_bytes, b"x"):
        with pytest.raises(EvidenceError, match="salt of 32 bytes"):
            leaf_data(salt_bytes, rest)
    with pytest.raises(EvidenceError, match="and a record"):
        leaf_data(bytes(32), b"")


def test_t09_a_node_shown_as_a_leaf_leads_elsewhere() -> None:
    """The 64 bytes of a node are tagged and salted before they are hashed, whatever is called salt and record."""
    tools = tree(8)
    leaves = [bytes.fromhex(tools.get_leaf(number)) for number in range(8)]
    steps = opening(tools, 0).path[1:]
    node = leaves[0] + leaves[1]
    for made in (ControlOpening(0, node[:32], node[32:], steps), ControlOpening(0, bytes(32), node, steps)):
        for count in range(1, 9):
            assert other_root(made, count, root(tools))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 9, 16, 1000])
def test_t13_another_count_fits_no_path_of_another_shape(count: int) -> None:
    """Where it gives a leaf the same siblings on the same sides, it is the same leaf at the same place."""
    tools = tree(8)
    for index in range(min(count, 8)):
        same_shape = sides(index, count) == sides(index, 8)
        assert other_root(opening(tools, index), count, root(tools)) != same_shape
    assert all(other_root(opening(tools, index), count, root(tools)) for index in range(count, 8))


@pytest.mark.parametrize("count", [1, 2, 4, 16, 1000])
def test_t13_half_or_twice_as_many_never_fit(count: int) -> None:
    assert all(other_root(opening(tree(8), index), count, root(tree(8))) for index in range(8))


@pytest.mark.parametrize("index", range(7))
def test_t13_a_shortened_or_lengthened_path_is_refused(index: int) -> None:
    made = opening(tree(7), index)
    for path in (made.path[:-1], made.path[1:], (*made.path, bytes(32)), ()):
        with pytest.raises(EvidenceError, match="siblings"):
            implied_root(replace(made, path=path), 7)


@pytest.mark.parametrize("index", range(7))
def test_t17_at_another_place_the_same_path_leads_elsewhere(index: int) -> None:
    tools = tree(7)
    made = opening(tools, index)
    assert all(other_root(replace(made, index=other), 7, root(tools)) for other in range(-1, 9) if other != index)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_t13_siblings_have_32_bytes(size: int) -> None:
    made = opening(tree(4), 2)
    with pytest.raises(EvidenceError, match="32 are needed"):
        implied_root(replace(made, path=(bytes(size), made.path[1])), 4)


@pytest.mark.parametrize(("index", "count"), [(0, 0), (1, 1), (5, 4), (-1, 4), (0, -3)])
def test_t13_there_is_no_such_leaf(index: int, count: int) -> None:
    with pytest.raises(EvidenceError, match="there is no leaf"):
        implied_root(replace(opening(tree(4), 0), index=index), count)


@given(st.integers(1, 40), st.data())
def test_t17_any_bit_changed_leads_elsewhere(count: int, data: st.DataObject) -> None:
    tools = tree(count)
    index = data.draw(st.integers(0, count - 1))
    made = opening(tools, index)
    parts = [made.salt, made.record, *made.path]
    which = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 8 * len(parts[which]) - 1))
    changed = bytearray(parts[which])
    changed[bit // 8] ^= 1 << bit % 8
    parts[which] = bytes(changed)
    assert implied_root(ControlOpening(index, parts[0], parts[1], tuple(parts[2:])), count) != root(tools)


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_t80_salt_and_record_are_kept_apart(left: bytes, right: bytes) -> None:
    """The salt's length is fixed: no two pairs are one leaf."""
    if left and right:
        first, second = leaf_data(bytes(32), left), leaf_data(bytes(32), right)
        assert (first == second) == (left == right)
