"""The verifier's tree: paths folded, lists rebuilt, and every way in which either can be bent."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from por.commitments.hashes import EMPTY_LEAF, empty_nodes, leaf_hash, node_hash
from por.commitments.sum_tree import Fold, fold, recompute
from por.errors import EvidenceError, FormatError
from por.model import PathStep, parse_units
from tests.commitments import reference
from tests.commitments.reference import Leaf
from tests.commitments.trees import leaf_of, leaves_of, path_of, smallest_depth

MOST = 2**128 - 1
EIGHT = leaves_of(5, 0, 1_000_000, 17, 10**18, 3, 3, 2**64)
TREE = Fold(*reference.top(EIGHT, 3), 3)


def folded(index: int, path: list[PathStep], leaves: list[Leaf] = EIGHT) -> Fold:
    return fold(leaf_of(leaves[index]), leaves[index][1], index, path)


def changed(path: list[PathStep], level: int, **members: object) -> list[PathStep]:
    return [replace(step, **members) if at == level else step for at, step in enumerate(path)]  # type: ignore[arg-type]


@pytest.mark.parametrize("index", range(8))
def test_every_leaf_leads_to_the_top(index: int) -> None:
    assert folded(index, path_of(EIGHT, 3, index)) == TREE


def test_a_tree_of_one_leaf_is_the_leaf() -> None:
    assert fold(b"l" * 32, 7, 0, ()) == Fold(b"l" * 32, 7, 0)
    assert recompute([(b"t" * 32, 7)], 0) == Fold(leaf_hash(b"t" * 32, 7), 7, 0)


def test_a_tree_of_nothing_is_the_empty_tree_of_its_depth() -> None:
    for depth in range(41):
        assert recompute([], depth) == Fold(empty_nodes(depth)[depth], 0, depth)


@pytest.mark.parametrize("count", sorted({n for k in range(6) for n in (2**k - 1, 2**k, 2**k + 1)}))
@pytest.mark.parametrize("deeper", [0, 1, 2, 35])
def test_every_size_is_the_references(count: int, deeper: int) -> None:
    leaves = leaves_of(*range(count))
    depth = min(40, smallest_depth(count) + deeper)
    assert recompute(leaves, depth) == Fold(*reference.top(leaves, depth), depth)


def test_leaves_may_come_from_a_generator_and_are_read_once() -> None:
    assert recompute(iter(EIGHT), 3) == TREE


def test_the_deepest_tree_has_forty_levels() -> None:
    leaves = EIGHT[:2]
    told = recompute(leaves, 40)
    assert told == Fold(*reference.top(leaves, 40), 40)
    assert folded(1, path_of(leaves, 40, 1), leaves) == told


def test_memory_does_not_grow_with_the_leaves() -> None:
    def many(count: int) -> Iterator[Leaf]:
        for number in range(count):
            yield number.to_bytes(32, "big"), 1

    def peak(count: int) -> int:
        tracemalloc.start()
        recompute(many(count), 20)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    recompute(many(2), 20)
    assert peak(40_000) < peak(4_000) + 4_000


# T01: a parent that binds only the sum of its children lets the issuer show each customer a friendly sibling.


def test_t01_no_two_splits_of_a_total_share_a_top() -> None:
    path = path_of(EIGHT, 3, 2)
    tops = {TREE.top}
    for level in range(3):
        for other in range(3):
            if level != other and path[other].sum > 0:
                moved = changed(changed(path, level, sum=path[level].sum + 1), other, sum=path[other].sum - 1)
                told = folded(2, moved)
                assert told.total == TREE.total
                tops.add(told.top)
    assert len(tops) > 3


def test_t01_the_maximum_for_a_sum_reaches_at_most_one_of_two_customers() -> None:
    """The textbook cheat: both are shown a sibling of zero beside their own balance, under one root."""
    poor, rich = leaves_of(10, 90)
    sides = [
        fold(leaf_of(poor), 10, 0, [PathStep(leaf_of(rich), 0)]),
        fold(leaf_of(rich), 90, 1, [PathStep(leaf_of(poor), 0)]),
    ]
    assert sides[0] != sides[1]
    honest = recompute([poor, rich], 1)
    assert honest.total == 100
    assert honest not in sides


# T03: numbers without a sign, and none that is negative underneath.


@pytest.mark.parametrize("text", ["-1", "-0", "+1", "1e3", "1.0", " 1", "1_000", "０", "", "00", str(2**128)])
def test_t03_no_signed_or_sloppy_number_becomes_an_amount(text: str) -> None:
    with pytest.raises(FormatError):
        parse_units(text)


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("amount", [-1, -(10**18), -(2**127), -(2**128)])
def test_t03_a_negative_sibling_is_refused_at_every_level(level: int, amount: int) -> None:
    with pytest.raises(EvidenceError, match=f"negative, or 2\\^128 or more, at level {level + 1}"):
        folded(4, changed(path_of(EIGHT, 3, 4), level, sum=amount))


@pytest.mark.parametrize("amount", [-1, -(2**128), MOST + 1])
def test_t03_t06_a_leafs_own_amount_is_checked(amount: int) -> None:
    with pytest.raises(EvidenceError, match="at level 0"):
        fold(leaf_of(EIGHT[0]), amount, 0, path_of(EIGHT, 3, 0))
    with pytest.raises(EvidenceError, match="at level 0"):
        fold(leaf_of(EIGHT[0]), amount, 0, ())
    with pytest.raises(EvidenceError, match="at leaf 1"):
        recompute([EIGHT[0], (EIGHT[1][0], amount)], 3)


def test_t03_a_ghost_of_a_negative_amount_does_not_lower_a_total() -> None:
    debt = [(tag, -amount) for tag, amount in leaves_of(0, 0, 5)]
    with pytest.raises(EvidenceError):
        recompute(debt, 2)


# T06: sums that wrap round.


@pytest.mark.parametrize("index", [0, 3, 7])
@pytest.mark.parametrize("level", range(3))
def test_t06_every_addition_of_a_path_is_checked(index: int, level: int) -> None:
    path = path_of(EIGHT, 3, index)
    below = EIGHT[index][1] + sum(step.sum for step in path[:level])
    full = changed(path[: level + 1], level, sum=MOST - below)
    assert fold(leaf_of(EIGHT[index]), EIGHT[index][1], index & (2 << level) - 1, full).total == MOST
    with pytest.raises(EvidenceError, match=f"at level {level + 1}"):
        folded(index, changed(path, level, sum=MOST - below + 1))
    with pytest.raises(EvidenceError, match=f"at level {level + 1}"):
        folded(index, changed(path, level, sum=MOST + 1))


@pytest.mark.parametrize("pair", [(a, b) for b in range(8) for a in range(b)])
def test_t06_every_addition_of_a_rebuild_is_checked(pair: tuple[int, int]) -> None:
    half = 2**127
    amounts = [half if at in pair else 0 for at in range(8)]
    for count in range(pair[1] + 1, 9):
        with pytest.raises(EvidenceError, match="2\\^128 or more"):
            recompute(leaves_of(*amounts)[:count], 3)
    amounts[pair[0]] -= 1
    assert recompute(leaves_of(*amounts), 3).total == MOST


def test_t06_two_ghosts_that_wrap_to_nothing_are_refused() -> None:
    with pytest.raises(EvidenceError):
        recompute(leaves_of(100, MOST - 99), 1)


# T09: a node is no leaf.


def test_t09_a_nodes_hash_is_not_a_leafs_whatever_the_tag() -> None:
    """A leaf hashes 49 bytes, a node 97: no tag and amount spell a node, and none of the tag bytes is shared."""
    left, right = EIGHT[0], EIGHT[1]
    node = node_hash(leaf_of(left), left[1], leaf_of(right), right[1])
    for tag in (leaf_of(left), leaf_of(right), node):
        for amount in (left[1], right[1], left[1] + right[1]):
            assert leaf_hash(tag, amount) != node


def test_t09_a_path_begun_at_a_node_tells_another_depth() -> None:
    path = path_of(EIGHT, 3, 2)
    node = node_hash(leaf_of(EIGHT[2]), EIGHT[2][1], leaf_of(EIGHT[3]), EIGHT[3][1])
    told = fold(node, EIGHT[2][1] + EIGHT[3][1], 1, path[1:])
    assert (told.top, told.total) == (TREE.top, TREE.total)
    assert told.depth != TREE.depth  # and the committed root hashes the depth


# T10, T18: every sibling is a whole digest, at every level.


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("length", [0, 8, 16, 31, 33, 64])
def test_t10_t18_a_sibling_that_has_not_32_bytes_is_refused_at_every_level(level: int, length: int) -> None:
    for index in range(8):
        with pytest.raises(EvidenceError, match=f"a sibling of {length} bytes below level {level + 1}"):
            folded(index, changed(path_of(EIGHT, 3, index), level, hash=bytes(length)))


@pytest.mark.parametrize("length", [0, 8, 31, 33])
def test_t10_a_leaf_hash_has_32_bytes(length: int) -> None:
    for path in ([], path_of(EIGHT, 3, 0)):
        with pytest.raises(EvidenceError, match=f"a leaf hash of {length} bytes"):
            fold(bytes(length), 5, 0, path)


@pytest.mark.parametrize("level", range(3))
def test_t18_a_sibling_changed_at_any_level_is_another_top(level: int) -> None:
    for index in range(8):
        path = path_of(EIGHT, 3, index)
        for at in range(32):
            sibling = bytearray(path[level].hash)
            sibling[at] ^= 1
            assert folded(index, changed(path, level, hash=bytes(sibling))).top != TREE.top


# T12: padding is empty, and empty is not the last leaf again.


def test_t12_the_last_leaf_twice_is_refused_and_is_another_tree() -> None:
    three = EIGHT[:3]
    with pytest.raises(EvidenceError, match="leaf 3 has the tag of leaf 2"):
        recompute([*three, three[2]], 2)
    assert recompute(three, 2) != Fold(*reference.top([*three, three[2]], 2), 2)


def test_t12_an_empty_leaf_is_no_record_of_nothing() -> None:
    assert leaf_hash(bytes(32), 0) != EMPTY_LEAF
    assert recompute([*EIGHT[:3], (b"\xff" * 32, 0)], 2) != recompute(EIGHT[:3], 2)


def test_t12_deeper_trees_of_the_same_leaves_differ() -> None:
    assert len({recompute(EIGHT, depth).top for depth in range(3, 41)}) == 38


# T13: a path is as long as the tree is deep.


@pytest.mark.parametrize("index", range(8))
def test_t13_a_level_more_or_less_is_another_tree(index: int) -> None:
    path = path_of(EIGHT, 3, index)
    longer = folded(index, [*path, PathStep(empty_nodes(3)[3], 0)])
    assert (longer.depth, longer.total) == (4, TREE.total)
    assert longer.top != TREE.top
    for level in range(3):
        less = path[:level] + path[level + 1 :]
        if index < 4:
            told = folded(index, less)
            assert told.depth == 2
            assert told.top != TREE.top
        else:
            with pytest.raises(EvidenceError, match=f"no leaf has index {index} in a tree of depth 2"):
                folded(index, less)


@pytest.mark.parametrize(("index", "depth"), [(1, 0), (2, 1), (8, 3), (2**40, 40), (-1, 0), (-1, 3), (-8, 3)])
def test_t13_an_index_outside_the_tree_is_refused(index: int, depth: int) -> None:
    with pytest.raises(EvidenceError, match=f"no leaf has index {index} in a tree of depth {depth}"):
        fold(bytes(32), 0, index, [PathStep(bytes(32), 0)] * depth)


@pytest.mark.parametrize("levels", [41, 64, 1000])
def test_t13_t84_a_path_beyond_forty_levels_is_refused(levels: int) -> None:
    with pytest.raises(EvidenceError, match=f"a path of {levels} levels; at most 40"):
        fold(bytes(32), 0, 0, [PathStep(bytes(32), 0)] * levels)


@pytest.mark.parametrize(("count", "depth"), [(2, 0), (3, 1), (8, 2), (8, 0)])
def test_t13_leaves_that_do_not_fit_are_refused_at_the_first(count: int, depth: int) -> None:
    with pytest.raises(EvidenceError, match=f"leaf {1 << depth} does not fit: a tree of depth {depth}"):
        recompute(EIGHT[:count], depth)


def test_t13_an_endless_list_is_left_at_the_first_leaf_too_many() -> None:
    def endless() -> Iterator[Leaf]:
        number = 0
        while True:
            yield number.to_bytes(32, "big"), 0
            number += 1

    with pytest.raises(EvidenceError, match="leaf 16 does not fit"):
        recompute(endless(), 4)


@pytest.mark.parametrize("depth", [-1, 41, 1000])
def test_t13_a_rebuild_beyond_forty_levels_is_refused(depth: int) -> None:
    for leaves in ([], EIGHT):
        with pytest.raises(EvidenceError, match="0 to 40 are allowed"):
            recompute(leaves, depth)


# T17: sides come from the index alone.


@pytest.mark.parametrize("index", range(8))
def test_t17_one_path_leads_to_the_top_from_one_index_only(index: int) -> None:
    path = path_of(EIGHT, 3, index)
    same = [other for other in range(8) if fold(leaf_of(EIGHT[index]), EIGHT[index][1], other, path).top == TREE.top]
    assert same == [index]


def test_t17_a_step_has_no_side() -> None:
    assert set(PathStep.__slots__) == {"hash", "sum"}


# T20: a level that is missing is never an empty node.


@pytest.mark.parametrize("index", range(8))
@pytest.mark.parametrize("level", range(3))
def test_t20_a_level_replaced_by_an_empty_node_is_another_top(index: int, level: int) -> None:
    empty = changed(path_of(EIGHT, 3, index), level, hash=empty_nodes(level)[level], sum=0)
    assert folded(index, empty).top != TREE.top


def test_t20_no_path_at_all_is_a_tree_of_one_leaf() -> None:
    assert folded(0, []).depth == 0
    with pytest.raises(EvidenceError):
        folded(5, [])


# T21: nothing is rounded away.


def test_t21_dust_adds_up_to_the_last_unit() -> None:
    count = 20_000
    dust = ((number.to_bytes(32, "big"), 1) for number in range(count))
    assert recompute(dust, 15).total == count


@pytest.mark.parametrize("amount", [1, 10**18 - 1, 10**18 + 1, 2**53 + 1, 2**127 - 1])
def test_t21_sums_are_exact_at_every_size(amount: int) -> None:
    two = leaves_of(amount, amount)
    assert recompute(two, 1).total == 2 * amount
    assert folded(0, path_of(two, 1, 0), two).total == 2 * amount


# The order of leaves.


@pytest.mark.parametrize("place", range(1, 8))
def test_a_duplicate_is_named_by_its_position(place: int) -> None:
    twice = [*EIGHT[:place], EIGHT[place - 1], *EIGHT[place:]]
    with pytest.raises(
        EvidenceError, match=f"leaf {place} has the tag of leaf {place - 1}: one record stands there twice"
    ):
        recompute(twice, 4)


def test_a_duplicate_with_another_amount_is_a_duplicate() -> None:
    with pytest.raises(EvidenceError, match="leaf 1 has the tag of leaf 0"):
        recompute([EIGHT[0], (EIGHT[0][0], 99)], 4)


@pytest.mark.parametrize("place", range(1, 8))
def test_disorder_is_named_by_its_position(place: int) -> None:
    turned = [*EIGHT[: place - 1], EIGHT[place], EIGHT[place - 1], *EIGHT[place + 1 :]]
    with pytest.raises(EvidenceError, match=f"leaf {place} is out of order"):
        recompute(turned, 3)


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
@pytest.mark.parametrize("place", [0, 1, 4])
def test_t10_a_tag_that_has_not_32_bytes_is_named_by_its_position(length: int, place: int) -> None:
    cut = [*EIGHT[:place], ((b"\xff" * 64)[:length], 1), *EIGHT[place:]]
    with pytest.raises(EvidenceError, match=f"leaf {place} has a tag of {length} bytes"):
        recompute(cut, 4)


def test_the_lowest_and_the_highest_tags_are_tags() -> None:
    leaves = [(bytes(32), 1), (b"\xff" * 32, 2)]
    assert recompute(leaves, 3) == Fold(*reference.top(leaves, 3), 3)
