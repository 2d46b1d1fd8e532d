"""Every tree rebuilt from the record list, by the verifier's own tree code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from por.checks.observation import Broken, Seen
from por.checks.recomputation import Rebuilt, Recomputation, rebuild
from por.errors import FormatError
from por.model import UINT128_MAX, Bundle, CaseRule
from por.model.record import LedgerRecord
from tests.checks.scenery import (
    ETH,
    Tree,
    bundle,
    grow,
    ledger_records,
    quiet,
    trees,
    with_trees,
)

MARGIN, SPOT = f"margin/{ETH}", f"spot/{ETH}"
Rows = list[LedgerRecord]


def rebuilt(rows: Sequence[LedgerRecord], made: Bundle | None = None) -> Recomputation:
    return rebuild(bundle() if made is None else made, rows, quiet)


def test_t19_the_honest_records_imply_every_commitment() -> None:
    found = rebuilt(ledger_records())
    assert found.strangers == ()
    assert found.trees == {
        tree.commitment.ref: Seen(Rebuilt(tree.commitment.root, tree.commitment.total, len(tree.leaves)))
        for tree in trees()
    }


def test_progress_names_each_tree() -> None:
    lines: list[str] = []
    rebuild(bundle(), ledger_records(), lines.append)
    assert lines == [f"rebuilding {tree.commitment.ref}" for tree in trees()]


def changed(ref: str, change: Callable[[Rows], Rows]) -> Rows:
    """Change the records of one tree."""
    rows = ledger_records()
    there = [row for row in rows if f"{row.segment}/{row.asset}" == ref]
    first = rows.index(there[0])
    return [*rows[:first], *change(there), *rows[first + len(there) :]]


LIES: dict[str, Callable[[Rows], Rows]] = {
    "an amount": lambda rows: [replace(rows[0], amount=rows[0].amount + 1), *rows[1:]],
    "amounts exchanged": lambda rows: [
        replace(rows[0], amount=rows[1].amount),
        replace(rows[1], amount=rows[0].amount),
        *rows[2:],
    ],
    "a record left out": lambda rows: rows[1:],
    "the last record left out": lambda rows: rows[:-1],
    "all records left out": lambda _: [],
}


@pytest.mark.parametrize("lie", LIES)
def test_t16_t19_other_records_imply_another_root(lie: str) -> None:
    found = rebuilt(changed(SPOT, LIES[lie]))
    seen = found.trees[SPOT]
    assert isinstance(seen, Seen)
    assert seen.value.root != next(t.commitment.root for t in trees() if t.commitment.ref == SPOT)
    assert isinstance(found.trees[MARGIN], Seen)


BREAKS: dict[str, Callable[[Rows], Rows]] = {
    "out of order": lambda rows: rows[::-1],
    "one record twice": lambda rows: [rows[0], *rows],
    "one account twice": lambda rows: [*rows, replace(rows[0], record_key=b"\xff" * 32)],
    "another account id": lambda rows: [replace(rows[0], account_id="mallory"), *rows[1:]],
    "another record key": lambda rows: [replace(rows[0], record_key=bytes(32)), *rows[1:]],
    "a key of 31 bytes": lambda rows: [replace(rows[0], record_key=bytes(31)), *rows[1:]],
    "more records than leaves": lambda rows: [*rows, *[replace(rows[0], part=n) for n in range(1, 9)]],
}


@pytest.mark.parametrize("lie", BREAKS)
def test_t12_t14_t19_disorder_or_a_double_never_rebuilds_the_tree(lie: str) -> None:
    found = rebuilt(changed(SPOT, BREAKS[lie]))
    honest = Seen(
        Rebuilt(*next((t.commitment.root, t.commitment.total, 3) for t in trees() if t.commitment.ref == SPOT))
    )
    assert found.trees[SPOT] != honest
    assert found.trees[MARGIN] == rebuilt(ledger_records()).trees[MARGIN]


@pytest.mark.parametrize("lie", ["out of order", "one record twice", "a key of 31 bytes"])
def test_t14_what_breaks_a_tree_is_said(lie: str) -> None:
    assert isinstance(rebuilt(changed(SPOT, BREAKS[lie])).trees[SPOT], Broken)


def two(first: tuple[str, int, int], second: tuple[str, int, int]) -> tuple[Tree, Bundle, Rows]:
    tree = grow("spot", ETH, [first, second])
    return tree, with_trees([tree]), ledger_records([tree])


def test_t14_one_account_cannot_have_one_part_twice() -> None:
    """Two leaves of one account, told apart by the key alone, would let two customers share an id."""
    _, made, rows = two(("alice", 5, 0), ("alice", 7, 1))
    assert isinstance(rebuilt(rows, made).trees[SPOT], Seen)
    same = [replace(row, part=0) for row in rows]
    assert isinstance(rebuilt(same, made).trees[SPOT], Broken)


def test_t14_ids_that_differ_in_case_alone_are_one_under_the_rule_lower() -> None:
    _, made, rows = two(("alice", 5, 0), ("bob", 7, 0))
    spelled = [replace(row, account_id=row.account_id.upper()) for row in rows]
    assert rebuilt(spelled, made).trees == rebuilt(rows, made).trees
    exact = replace(made, case_rule=CaseRule.EXACT)
    assert rebuilt(spelled, exact).trees != rebuilt(rows, exact).trees
    twice = [replace(row, account_id="Alice" if i else "alice") for i, row in enumerate(rows)]
    assert isinstance(rebuilt(twice, made).trees[SPOT], Broken)


def test_t06_sums_that_overflow_break_the_tree() -> None:
    _, made, rows = two(("alice", 5, 0), ("bob", 7, 0))
    huge = [replace(row, amount=UINT128_MAX) for row in rows]
    found = rebuilt(huge, made).trees[SPOT]
    assert isinstance(found, Broken)
    assert "2^128" in found.reason


@pytest.mark.parametrize("amount", [-1, UINT128_MAX + 1])
def test_t03_t06_no_amount_is_negative_or_beyond_128_bits(amount: int) -> None:
    _, made, rows = two(("alice", 5, 0), ("bob", 7, 0))
    assert isinstance(rebuilt([replace(rows[0], amount=amount), *rows[1:]], made).trees[SPOT], Broken)


def test_t25_t27_records_of_a_tree_not_committed_to_are_strangers() -> None:
    dropped = tuple(item for item in bundle().liabilities if item.segment != "margin")
    found = rebuilt(ledger_records(), bundle(liabilities=dropped))
    assert found.strangers == (MARGIN,)
    assert MARGIN not in found.trees
    assert len(found.trees) == len(dropped)


def test_t19_a_tree_in_two_pieces_is_not_joined() -> None:
    rows = ledger_records()
    there = [row for row in rows if f"{row.segment}/{row.asset}" == SPOT]
    rest = [row for row in rows if row not in there]
    found = rebuilt([there[0], *rest, *there[1:]])
    assert found.strangers == (SPOT,)
    seen = found.trees[SPOT]
    assert isinstance(seen, Seen)
    assert seen.value.records == 1


def test_an_empty_tree_is_implied_by_no_records() -> None:
    tree = grow("spot", ETH, [])
    found = rebuilt([], with_trees([tree]))
    assert found.trees[SPOT] == Seen(Rebuilt(tree.commitment.root, 0, 0))


def test_a_record_list_that_breaks_off_is_refused_whole() -> None:
    def rows() -> object:
        yield from ledger_records()[:3]
        raise FormatError("not an amount", "records.csv:5 column amount")

    with pytest.raises(FormatError, match=r"records\.csv:5"):
        rebuilt(rows())  # type: ignore[arg-type]


def test_an_account_id_that_no_issuer_can_commit_to_is_refused_whole() -> None:
    with pytest.raises(FormatError):
        rebuilt(changed(SPOT, lambda rows: [replace(rows[0], account_id=" alice"), *rows[1:]]))
