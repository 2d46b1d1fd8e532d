from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.commitments import sum_tree
from por.errors import FormatError
from por.issuer.tree import (
    EMPTY_ROWS,
    ROW,
    build,
    committed_root,
    depth_for,
    leaf_row,
    level_path,
    parent_row,
    path_rows,
    rows_at,
    top_over,
)
from tests.issuer import ledgers

Leaf = tuple[bytes, int]


def leaves_of(count: int, amount: int = 7) -> list[Leaf]:
    return sorted((hashlib.sha256(str(i).encode()).digest(), amount + i) for i in range(count))


def tagged(leaves: list[Leaf]) -> list[bytes]:
    return [tag + ledgers.u128(amount) for tag, amount in leaves]


def top_of(folder: Path, leaves: list[Leaf], depth: int) -> tuple[bytes, int]:
    folder.mkdir(parents=True)
    top = build(folder, tagged(leaves), depth, ledgers.quiet)
    return top[:32], int.from_bytes(top[32:], "big")


@pytest.mark.parametrize(
    ("count", "depth"),
    [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (2**20, 20), (2**20 + 1, 21), (2**40, 40)],
)
def test_the_depth_is_as_small_as_the_leaves_allow(count: int, depth: int) -> None:
    assert depth_for(count) == depth


@pytest.mark.parametrize(("count", "asked", "depth"), [(0, 5, 5), (3, 1, 2), (3, 2, 2), (3, 9, 9), (1, 40, 40)])
def test_a_tree_is_as_deep_as_asked_when_that_is_deeper(count: int, asked: int, depth: int) -> None:
    assert depth_for(count, asked) == depth


@pytest.mark.parametrize(("count", "asked"), [(2**40 + 1, 0), (0, 41), (5, 1000)])
def test_a_tree_deeper_than_40_is_refused(count: int, asked: int) -> None:
    with pytest.raises(FormatError, match="at most 40"):
        depth_for(count, asked)


@pytest.mark.parametrize("depth", [0, 1, 7, 40])
def test_a_tree_of_nothing_is_the_empty_tree_of_its_depth(tmp_path: Path, depth: int) -> None:
    node, total = hashlib.sha256(b"\x02").digest(), bytes(16)
    for _ in range(depth):
        node = hashlib.sha256(b"\x01" + node + total + node + total).digest()
    assert top_of(tmp_path / "tree", [], depth) == (node, 0)
    assert EMPTY_ROWS[depth] == node + total


@pytest.mark.parametrize("count", sorted({n for k in range(7) for n in (2**k - 1, 2**k, 2**k + 1)}))
@pytest.mark.parametrize("deeper", [0, 1, 2])
def test_t97_every_size_agrees_with_the_perfect_tree_written_out(tmp_path: Path, count: int, deeper: int) -> None:
    leaves, depth = leaves_of(count), depth_for(count) + deeper
    assert top_of(tmp_path / "tree", leaves, depth) == ledgers.perfect(leaves, depth)


@given(count=st.integers(0, 300), deeper=st.integers(0, 5))
def test_t97_the_verifiers_tree_code_agrees(tmp_path_factory: pytest.TempPathFactory, count: int, deeper: int) -> None:
    leaves, depth = leaves_of(count), depth_for(count) + deeper
    told = sum_tree.recompute(leaves, depth)
    assert top_of(tmp_path_factory.mktemp("tree") / "tree", leaves, depth) == (told.top, told.total)


def test_the_files_hold_real_rows_only(tmp_path: Path) -> None:
    top_of(tmp_path / "tree", leaves_of(5), 5)
    sizes = [path.stat().st_size // ROW for path in sorted((tmp_path / "tree").iterdir())]
    assert sizes == [rows_at(5, level) for level in range(6)] == [5, 3, 2, 1, 1, 1]


@given(count=st.integers(1, 70), deeper=st.integers(0, 3), data=st.data())
def test_every_leaf_leads_to_the_top(
    tmp_path_factory: pytest.TempPathFactory, count: int, deeper: int, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    leaves, depth = leaves_of(count), depth_for(count) + deeper
    top = build(folder, tagged(leaves), depth, ledgers.quiet)
    rows = [level_path(folder, level).read_bytes() for level in range(depth + 1)]
    index = data.draw(st.integers(0, count - 1))
    path = path_rows(lambda level, row: rows[level][row * ROW : row * ROW + ROW], count, depth, index)
    assert len(path) == depth
    assert top_over(leaf_row(tagged(leaves)[index]), index, path) == top
    if depth:
        assert top_over(leaf_row(tagged(leaves)[index]), index ^ 1, path) != top


def test_levels_larger_than_one_reading_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaves = leaves_of(700)
    monkeypatch.setattr("por.issuer.tree._CHUNK", 96 * 3)
    told = ledgers.Talk([])
    (tmp_path / "tree").mkdir()
    top = build(tmp_path / "tree", tagged(leaves), 10, told)
    assert (top[:32], int.from_bytes(top[32:], "big")) == ledgers.perfect(leaves, 10)
    assert told.lines[0] == "level 1 of 10"


def test_t06_a_sum_reaches_the_last_128_bit_number_and_no_further(tmp_path: Path) -> None:
    first, second = sorted(hashlib.sha256(name).digest() for name in (b"a", b"b"))
    assert top_of(tmp_path / "full", [(first, 2**128 - 2), (second, 1)], 1)[1] == 2**128 - 1
    with pytest.raises(OverflowError):
        top_of(tmp_path / "over", [(first, 2**128 - 1), (second, 1)], 1)


@pytest.mark.parametrize("place", range(4))
def test_t06_every_addition_is_checked(tmp_path: Path, place: int) -> None:
    leaves = [(tag, 2**127 if i in {place, (place + 1) % 4} else 0) for i, (tag, _) in enumerate(leaves_of(4))]
    with pytest.raises(OverflowError):
        top_of(tmp_path / "tree", leaves, 2)


def test_t12_a_last_leaf_said_twice_is_refused_and_is_another_tree(tmp_path: Path) -> None:
    leaves = leaves_of(3)
    with pytest.raises(FormatError, match="two leaves with one tag"):
        top_of(tmp_path / "twice", [*leaves, leaves[-1]], 2)
    doubled = [leaf_row(leaf) for leaf in tagged([*leaves, leaves[-1]])]
    pairs = [parent_row(doubled[0] + doubled[1]), parent_row(doubled[2] + doubled[3])]
    assert top_of(tmp_path / "once", leaves, 2)[0] != parent_row(pairs[0] + pairs[1])[:32]


def test_t12_an_empty_leaf_is_no_record_of_nothing(tmp_path: Path) -> None:
    zero = top_of(tmp_path / "zero", [*leaves_of(3), (b"\xff" * 32, 0)], 2)
    assert zero[0] != top_of(tmp_path / "empty", leaves_of(3), 2)[0]


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0)])
def test_leaves_out_of_order_are_refused(tmp_path: Path, order: tuple[int, ...]) -> None:
    leaves = leaves_of(3)
    with pytest.raises(FormatError, match="out of order"):
        top_of(tmp_path / "tree", [leaves[i] for i in order], 2)


@pytest.mark.parametrize(("count", "depth"), [(2, 0), (3, 1), (9, 3)])
def test_leaves_that_do_not_fit_are_refused(tmp_path: Path, count: int, depth: int) -> None:
    with pytest.raises(FormatError, match="do not fit"):
        top_of(tmp_path / "tree", leaves_of(count), depth)


def test_t08_no_two_kinds_of_node_hash_the_same_bytes() -> None:
    row = bytes(range(48))
    made = {leaf_row(row)[:32], parent_row(row + row)[:32], committed_root(row[:32], 3, row), EMPTY_ROWS[0][:32]}
    plain = {hashlib.sha256(data).digest() for data in (b"", row, row + row)}
    assert len(made | plain) == 7


@pytest.mark.parametrize("change", ["context", "depth", "total", "top"])
def test_the_committed_root_binds_each_part(change: str) -> None:
    parts = {"context": bytes(32), "depth": 3, "total": 5, "top": b"t" * 32}
    other = {"context": b"c" * 32, "depth": 4, "total": 6, "top": b"u" * 32}

    def root(context: bytes, depth: int, total: int, top: bytes) -> bytes:
        made = committed_root(context, depth, top + ledgers.u128(total))
        assert made == ledgers.sealed(context, depth, top, total)
        return made

    assert root(**parts) != root(**{**parts, change: other[change]})  # type: ignore[arg-type]
