"""What holds for every tree: paths, rebuild and reference agree, and what is changed is another tree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from por.commitments import merkletools_tree, rfc6962
from por.commitments.sum_tree import Fold, fold, recompute
from por.errors import EvidenceError, FormatError
from por.model import PathStep
from tests.commitments import reference
from tests.commitments.reference import Leaf
from tests.commitments.trees import leaf_lists, leaf_of, path_of, smallest_depth

steps = st.builds(PathStep, st.binary(min_size=32, max_size=32), st.integers(0, 2**100))
wild_steps = st.builds(PathStep, st.binary(max_size=40), st.integers(-2, 2**129))
entries = st.lists(st.binary(max_size=40), max_size=80)


@given(leaves=leaf_lists, deeper=st.integers(0, 6), data=st.data())
def test_path_rebuild_and_reference_agree(leaves: list[Leaf], deeper: int, data: st.DataObject) -> None:
    depth = smallest_depth(len(leaves)) + deeper
    told = recompute(leaves, depth)
    assert told == Fold(*reference.top(leaves, depth), depth)
    assert told.total == sum(amount for _, amount in leaves)
    if leaves:
        index = data.draw(st.integers(0, len(leaves) - 1))
        assert fold(leaf_of(leaves[index]), leaves[index][1], index, path_of(leaves, depth, index)) == told


@given(leaves=leaf_lists, data=st.data())
def test_another_leaf_is_another_tree(leaves: list[Leaf], data: st.DataObject) -> None:
    assume(leaves)
    at = data.draw(st.integers(0, len(leaves) - 1))
    tag, amount = leaves[at]
    changed = data.draw(st.sampled_from([[], [(tag, amount + 1)], [(tag[:-1] + bytes([tag[-1] ^ 1]), amount)]]))
    depth = smallest_depth(len(leaves))
    assert recompute(sorted([*leaves[:at], *changed, *leaves[at + 1 :]]), depth).top != recompute(leaves, depth).top


@given(leaves=leaf_lists, data=st.data())
def test_only_the_order_of_the_tags_is_taken(leaves: list[Leaf], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(leaves))
    depth = smallest_depth(len(leaves))
    if shuffled == leaves:
        recompute(shuffled, depth)
        return
    with pytest.raises(EvidenceError, match="out of order"):
        recompute(shuffled, depth)


@given(leaves=leaf_lists, data=st.data())
def test_a_leaf_twice_is_refused_wherever_it_stands(leaves: list[Leaf], data: st.DataObject) -> None:
    assume(leaves)
    at = data.draw(st.integers(0, len(leaves) - 1))
    with pytest.raises(EvidenceError, match=f"leaf {at + 1} has the tag of leaf {at}"):
        recompute([*leaves[: at + 1], *leaves[at:]], 40)


@given(path=st.lists(steps, max_size=40), data=st.data())
def test_a_fold_binds_every_bit_of_its_path_and_its_index(path: list[PathStep], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, 2 ** len(path) - 1))
    leaf = bytes(32)
    told = fold(leaf, 5, index, path)
    assert told.total == 5 + sum(step.sum for step in path)
    if path:
        level = data.draw(st.integers(0, len(path) - 1))
        step = path[level]
        other = data.draw(st.sampled_from([replace(step, sum=step.sum + 1), replace(step, hash=step.hash[::-1])]))
        assume(other != step)
        assert fold(leaf, 5, index, [*path[:level], other, *path[level + 1 :]]).top != told.top
        assert fold(leaf, 5, index ^ 1 << level, path).top != told.top


@given(
    leaf=st.binary(max_size=40),
    amount=st.integers(-2, 2**129),
    index=st.integers(-2, 2**42),
    path=st.lists(wild_steps, max_size=45),
)
def test_whatever_comes_is_folded_or_refused(leaf: bytes, amount: int, index: int, path: list[PathStep]) -> None:
    try:
        told = fold(leaf, amount, index, path)
    except EvidenceError:
        return
    assert told.total == amount + sum(step.sum for step in path) < 2**128


@given(
    leaves=st.lists(st.tuples(st.binary(max_size=34), st.integers(-2, 2**129)), max_size=6), depth=st.integers(-2, 42)
)
def test_whatever_comes_is_rebuilt_or_refused(leaves: list[Leaf], depth: int) -> None:
    try:
        told = recompute(leaves, depth)
    except EvidenceError:
        return
    assert told == Fold(*reference.top(leaves, depth), depth)
    assert leaves == sorted(set(leaves))


@given(entries=entries, data=st.data())
def test_rfc6962_is_its_own_recursion(entries: list[bytes], data: st.DataObject) -> None:
    assert rfc6962.root(entries) == reference.mth(entries)
    if entries:
        index = data.draw(st.integers(0, len(entries) - 1))
        path = rfc6962.audit_path(entries, index)
        assert list(path) == reference.audit_path(index, entries)
        assert rfc6962.root_from_audit_path(entries[index], index, len(entries), path) == reference.mth(entries)


@given(
    entry=st.binary(max_size=40),
    index=st.integers(-2, 70),
    size=st.integers(-2, 70),
    path=st.lists(st.binary(min_size=31, max_size=33), max_size=8),
)
def test_whatever_opening_comes_is_computed_or_refused(entry: bytes, index: int, size: int, path: list[bytes]) -> None:
    try:
        root = rfc6962.root_from_audit_path(entry, index, size, path)
    except EvidenceError:
        return
    assert len(root) == 32
    assert 0 <= index < size
    assert len(path) <= (size - 1).bit_length()


@given(
    steps=st.lists(
        st.dictionaries(
            st.sampled_from(["left", "right", "LEFT", "x"]), st.text("0123456789abcdefAx ", max_size=70), max_size=3
        ),
        max_size=4,
    )
)
def test_whatever_steps_come_are_read_or_refused(steps: list[dict[str, str]]) -> None:
    try:
        read = merkletools_tree.read_steps(steps)
    except FormatError:
        return
    assert [{str(step.side): step.hash.hex()} for step in read] == steps
