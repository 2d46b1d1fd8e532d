"""The plain tree of merkletools: the library builds and is asked; what it wrongly takes, our reader refuses."""

from __future__ import annotations

import hashlib

import pytest
from blockcerts_merkletools import MerkleTools

from por.commitments.merkletools_tree import (
    ProofStep,
    Side,
    implied_root,
    implied_root_of_steps,
    leaf_hash,
    read_steps,
    sides,
)
from por.errors import EvidenceError, FormatError

PLACES = [(index, count) for count in range(1, 18) for index in range(count)]


def built(count: int) -> MerkleTools:
    tools = MerkleTools()
    tools.add_leaf([hashlib.sha256(bytes([number])).hexdigest() for number in range(count)])
    tools.make_tree()
    return tools


def hashes_of(tools: MerkleTools, index: int) -> list[bytes]:
    return [bytes.fromhex(text) for step in tools.get_proof(index) for text in step.values()]


def leaf(tools: MerkleTools, index: int) -> bytes:
    return bytes.fromhex(tools.get_leaf(index))


@pytest.mark.parametrize(("index", "count"), PLACES)
def test_the_librarys_proofs_imply_its_root(index: int, count: int) -> None:
    tools = built(count)
    steps = read_steps(tools.get_proof(index))
    assert tools.validate_proof(tools.get_proof(index), tools.get_leaf(index), tools.get_merkle_root())
    assert tuple(step.side for step in steps) == sides(index, count)
    wanted = tools.get_merkle_root()
    assert implied_root(leaf(tools, index), index, count, hashes_of(tools, index)).hex() == wanted
    assert implied_root_of_steps(leaf(tools, index), index, count, steps).hex() == wanted


@pytest.mark.parametrize("count", [255, 256, 257, 1000])
def test_larger_trees(count: int) -> None:
    tools = MerkleTools()
    tools.add_leaf([hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)])
    tools.make_tree()
    for index in (0, 1, count // 2, count - 2, count - 1):
        made = implied_root_of_steps(leaf(tools, index), index, count, read_steps(tools.get_proof(index)))
        assert made.hex() == tools.get_merkle_root()


@pytest.mark.parametrize(("index", "count"), [(0, 1), (4, 5), (8, 9), (12, 13), (16, 17)])
def test_an_odd_last_leaf_moves_up(index: int, count: int) -> None:
    assert len(sides(index, count)) == len(built(count).get_proof(index)) < 4


# The two lies that validate_proof takes, and why neither can be told here.


def test_t17_the_library_takes_a_junk_left_beside_a_valid_right_and_we_do_not() -> None:
    tools = built(7)
    proof = tools.get_proof(4)
    junk = [{"left": "junk", **proof[0]}, *proof[1:]]
    assert "right" in proof[0]
    assert tools.validate_proof(junk, tools.get_leaf(4), tools.get_merkle_root()) is True
    with pytest.raises(FormatError, match="one member, left or right") as caught:
        read_steps(junk)
    assert caught.value.place == "/0"


@pytest.mark.parametrize("level", range(3))
def test_t17_a_step_has_one_side_at_every_level(level: int) -> None:
    proof = built(8).get_proof(3)
    other = {"left": "00" * 32, "right": "11" * 32} | proof[level]
    with pytest.raises(FormatError) as caught:
        read_steps([*proof[:level], other, *proof[level + 1 :]])
    assert caught.value.place == f"/{level}"


def test_t09_the_library_takes_a_node_as_leaf_and_we_do_not() -> None:
    tools = built(7)
    proof, node = tools.get_proof(4), tools.levels[-2][2]
    assert tools.validate_proof(proof[1:], node.hex(), tools.get_merkle_root()) is True
    with pytest.raises(EvidenceError, match="2 siblings; leaf 4 of 7 has 3"):
        implied_root_of_steps(bytes(node), 4, 7, read_steps(proof[1:]))


@pytest.mark.parametrize("count", range(2, 20))
def test_t09_no_node_passes_as_leaf_of_the_tree_whose_size_is_known(count: int) -> None:
    """At no index does a node with the path above it have the length and sides that the count demands."""
    tools = built(count)
    root = bytes.fromhex(tools.get_merkle_root())
    leaves = {bytes(item) for item in tools.levels[-1]}
    for height, level in enumerate(reversed(tools.levels[:-1]), start=1):
        for place, node in enumerate(level):
            if bytes(node) not in leaves:
                path = path_above(tools, height, place)
                assert roots(bytes(node), count, path) & {root} == set()


def path_above(tools: MerkleTools, height: int, place: int) -> list[bytes]:
    path = []
    for level in tools.levels[len(tools.levels) - 1 - height : 0 : -1]:
        if place ^ 1 < len(level):
            path.append(bytes(level[place ^ 1]))
        place >>= 1
    return path


def roots(node: bytes, count: int, path: list[bytes]) -> set[bytes]:
    found = set()
    for index in range(count):
        if len(sides(index, count)) == len(path):
            found.add(implied_root(node, index, count, path))
    return found


def test_t09_a_count_from_the_proof_would_let_a_node_pass() -> None:
    """Why the count must come from where the root comes from: this is what the module's text warns of."""
    tools = built(8)
    node = bytes(tools.levels[-2][2])
    assert implied_root(node, 2, 4, hashes_of(tools, 4)[1:]).hex() == tools.get_merkle_root()


def test_t09_two_hashes_as_data_would_be_a_node_and_are_refused() -> None:
    tools = built(2)
    data = leaf(tools, 0) + leaf(tools, 1)
    assert hashlib.sha256(data).hexdigest() == tools.get_merkle_root()
    with pytest.raises(EvidenceError, match="a leaf of 64 bytes"):
        leaf_hash(data)


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 128])
def test_data_of_any_other_length_is_hashed(length: int) -> None:
    assert leaf_hash(bytes(length)) == hashlib.sha256(bytes(length)).digest()


# Places, lengths, shapes.


@pytest.mark.parametrize(("index", "count"), PLACES)
def test_t13_a_path_of_another_length_is_refused(index: int, count: int) -> None:
    tools = built(count)
    path = hashes_of(tools, index)
    for other in ([*path, bytes(32)], path[1:] if path else [bytes(32)]):
        with pytest.raises(EvidenceError, match=f"{len(other)} siblings; leaf {index} of {count} has {len(path)}"):
            implied_root(leaf(tools, index), index, count, other)


@pytest.mark.parametrize(("index", "count"), [(0, 0), (1, 1), (-1, 3), (3, 3), (0, -1), (2**64, 2**64)])
def test_t13_there_is_no_leaf_outside_the_tree(index: int, count: int) -> None:
    with pytest.raises(EvidenceError, match="there is no leaf"):
        sides(index, count)


def test_a_tree_has_at_most_two_to_the_64_leaves() -> None:
    assert len(sides(2**64 - 1, 2**64)) == 64
    with pytest.raises(EvidenceError, match="more than"):
        sides(0, 2**64 + 1)


@pytest.mark.parametrize(("index", "count"), [place for place in PLACES if place[1] > 1])
def test_t17_a_side_that_the_place_denies_is_refused(index: int, count: int) -> None:
    tools = built(count)
    steps = read_steps(tools.get_proof(index))
    for number, step in enumerate(steps):
        other = Side.LEFT if step.side is Side.RIGHT else Side.RIGHT
        turned = [*steps[:number], ProofStep(other, step.hash), *steps[number + 1 :]]
        with pytest.raises(EvidenceError, match=f"step {number} says {other}"):
            implied_root_of_steps(leaf(tools, index), index, count, turned)


@pytest.mark.parametrize("index", range(7))
def test_t18_a_sibling_changed_at_any_level_is_another_root(index: int) -> None:
    tools = built(7)
    path = hashes_of(tools, index)
    for level, sibling in enumerate(path):
        bad = [*path[:level], bytes([sibling[0] ^ 1]) + sibling[1:], *path[level + 1 :]]
        assert implied_root(leaf(tools, index), index, 7, bad).hex() != tools.get_merkle_root()


@pytest.mark.parametrize("length", [0, 8, 31, 33, 64])
def test_t10_hashes_have_32_bytes(length: int) -> None:
    tools = built(7)
    path = hashes_of(tools, 0)
    with pytest.raises(EvidenceError, match=f"a hash of {length} bytes"):
        implied_root(bytes(length), 0, 7, path)
    for level in range(3):
        with pytest.raises(EvidenceError, match=f"a hash of {length} bytes"):
            implied_root(leaf(tools, 0), 0, 7, [*path[:level], bytes(length), *path[level + 1 :]])


GOOD = "ab" * 32


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ({}, "/1"),
        ({"left": GOOD, "right": GOOD}, "/1"),
        ({"Left": GOOD}, "/1"),
        ({"middle": GOOD}, "/1"),
        ({"left": GOOD, "note": ""}, "/1"),
        ({"left": ""}, "/1/left"),
        ({"right": GOOD[:-2]}, "/1/right"),
        ({"right": GOOD + "00"}, "/1/right"),
        ({"left": GOOD[:-1]}, "/1/left"),
        ({"left": GOOD.upper()}, "/1/left"),
        ({"left": "0x" + GOOD}, "/1/left"),
        ({"right": " " + GOOD}, "/1/right"),
        ({"right": GOOD + "\n"}, "/1/right"),
        ({"right": "０" * 64}, "/1/right"),
    ],
)
def test_t86_a_step_of_another_shape_is_named_by_its_place(step: dict[str, str], place: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_steps([{"right": GOOD}, step])
    assert caught.value.place == place


def test_t84_no_proof_has_more_than_64_steps() -> None:
    assert len(read_steps([{"left": GOOD}] * 64)) == 64
    with pytest.raises(FormatError, match="65 steps"):
        read_steps([{"left": GOOD}] * 65)
