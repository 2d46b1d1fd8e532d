"""Is each commitment of a known form, and do the records behind it imply it?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from por.checks import liabilities
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.recomputation import Rebuilt, Recomputation
from por.model import AssetClass, Bundle, Denomination
from tests.checks.scenery import (
    ETH,
    SNAPSHOT,
    USDC,
    bundle,
    examined,
    grow,
    ledger_records,
    one,
    policy,
    recomputed,
    told,
    trees,
    with_trees,
)

SPOT = f"spot/{ETH}"
REFS = [tree.commitment.ref for tree in trees()]


# --- liabilities.scheme


def test_honest_commitments_and_their_root_pass(tmp_path: Path) -> None:
    findings = list(liabilities.scheme(examined(tmp_path)))
    assert told(findings) == [("PASS", "liabilities.scheme.known")] * 4 + [("PASS", "liabilities.scheme.one_root")]
    assert [f.subject for f in findings] == [*REFS, SNAPSHOT]
    assert findings[-1].actual == bundle().commitments_root.hex()


@pytest.mark.parametrize(
    "root", [bytes(32), bytes.fromhex("ff" * 32), bundle().commitments_root[::-1], bundle().liabilities[0].root]
)
def test_t42_another_root_of_all_fails(tmp_path: Path, root: bytes) -> None:
    found = list(liabilities.scheme(examined(tmp_path, bundle(commitments_root=root))))[-1]
    assert (found.outcome, found.message) == ("FAIL", "liabilities.scheme.other_root")
    assert (found.expected, found.actual) == (root.hex(), bundle().commitments_root.hex())


@pytest.mark.parametrize("position", range(4))
def test_t42_a_commitment_left_out_or_changed_is_not_under_the_root(tmp_path: Path, position: int) -> None:
    rows = bundle().liabilities
    without = bundle(liabilities=rows[:position] + rows[position + 1 :])
    changed = replace(rows[position], root=bytes(32))
    with_other = bundle(liabilities=(*rows[:position], changed, *rows[position + 1 :]))
    for name, made in (("without", without), ("other", with_other)):
        found = list(liabilities.scheme(examined(tmp_path / name, made)))[-1]
        assert found.message == "liabilities.scheme.other_root"


def test_t59_wrong_decimals_are_named_beside_the_right_ones(tmp_path: Path) -> None:
    made = with_trees([*trees()[:2], grow("spot", USDC, [("alice", 7)], decimals=18), trees()[-1]])
    found = {f.subject: f for f in liabilities.scheme(examined(tmp_path, made))}
    wrong = found[f"spot/{USDC}"]
    assert (wrong.message, wrong.expected, wrong.actual) == (
        "liabilities.scheme.decimals",
        "6 decimals",
        "18 decimals",
    )
    assert found[SPOT].message == "liabilities.scheme.known"


def test_t59_the_policys_class_decides(tmp_path: Path) -> None:
    rules = policy(classes=(AssetClass((Denomination(ETH, 8),)),))
    found = {f.subject: f.message for f in liabilities.scheme(examined(tmp_path, rules=rules))}
    assert found[SPOT] == "liabilities.scheme.decimals"
    assert found[f"spot/{USDC}"] == "liabilities.scheme.own_decimals"


@pytest.mark.parametrize(
    "change", [{"total": 1}, {"depth": 0}, {"decimals": 17}, {"top": bytes(32)}, {"segment": "spot-2"}]
)
@pytest.mark.parametrize("profile", ["auditor", "job"])
def test_t16_t25_t59_what_the_root_does_not_bind_fails_without_a_ledger(
    tmp_path: Path, change: dict[str, object], profile: str
) -> None:
    rows = bundle().liabilities
    made = bundle(liabilities=(*rows[:-1], replace(rows[-1], **change)))  # type: ignore[arg-type]
    *findings, of_all = liabilities.scheme(examined(tmp_path, made, rules=policy(profile=profile)))
    assert told(findings) == [("PASS", "liabilities.scheme.known")] * 3 + [("FAIL", "liabilities.scheme.not_bound")]
    assert of_all.outcome == "PASS"


def test_t25_a_liability_listed_as_a_debt_under_its_own_root_fails(tmp_path: Path) -> None:
    *others, spot = trees()
    called_debt = replace(spot, commitment=replace(spot.commitment, segment="debt:spot"))
    made = with_trees([others[0], called_debt, *others[1:]])
    found = {f.subject: f.message for f in liabilities.scheme(examined(tmp_path, made))}
    assert found[f"debt:spot/{ETH}"] == "liabilities.scheme.not_bound"
    assert found[SNAPSHOT] == "liabilities.scheme.one_root"


def test_t38_a_commitment_of_another_snapshot_fails(tmp_path: Path) -> None:
    later = bundle(instant=replace(bundle().instant, seconds=bundle().instant.seconds + 1))
    *findings, of_all = liabilities.scheme(examined(tmp_path, later))
    assert {f.message for f in findings} == {"liabilities.scheme.not_bound"}
    assert of_all.outcome == "PASS"


def test_t70_an_unknown_scheme_is_undecided(tmp_path: Path) -> None:
    rows = (replace(bundle().liabilities[0], scheme="por-sum-sha256-v9"), *bundle().liabilities[1:])
    found = next(iter(liabilities.scheme(examined(tmp_path, bundle(liabilities=rows)))))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "liabilities.scheme.unknown")


def test_t68_no_commitment_gives_no_finding_to_pass(tmp_path: Path) -> None:
    examination = examined(tmp_path, with_trees([]), recomputation=Seen(Recomputation({}, ())))
    for ask in (liabilities.scheme, liabilities.recomputed, liabilities.nonnegative):
        assert list(ask(examination)) == []


# --- liabilities.recomputed and liabilities.nonnegative


def asked(
    tmp_path: Path, seen: Observation[Recomputation], made: Bundle | None = None
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    examination = examined(tmp_path, made, recomputation=seen)
    return told(liabilities.recomputed(examination)), told(liabilities.nonnegative(examination))


def test_t19_honest_records_pass(tmp_path: Path) -> None:
    examination = examined(tmp_path, recomputation=recomputed())
    findings = list(liabilities.recomputed(examination))
    assert told(findings) == [("PASS", "liabilities.recomputed.same")] * 4
    assert [f.subject for f in findings] == REFS
    assert findings[-1].facts == {"records": "3", "total": str(80 * 10**18), "committed": str(80 * 10**18)}
    folded = list(liabilities.nonnegative(examination))
    assert told(folded) == [("PASS", "liabilities.nonnegative.all_records")] * 4
    assert [f.facts["records"] for f in folded] == ["1", "2", "2", "3"]


def test_t68_without_records_both_are_undecided(tmp_path: Path) -> None:
    undecided = [("INCONCLUSIVE", "evidence.missing")]
    assert asked(tmp_path, Missing("no record list")) == (undecided, undecided)


def test_broken_records_fail_both(tmp_path: Path) -> None:
    assert asked(tmp_path, Broken("b")) == ([("FAIL", "evidence.broken")], [("FAIL", "evidence.broken")])


def result(**changes: object) -> Observation[Recomputation]:
    """Give the spot tree another result."""
    tree = trees()[-1].commitment
    usual = Rebuilt(tree.root, tree.total, 3)
    made = recomputed()
    assert isinstance(made, Seen)
    spoiled = Seen(replace(usual, **changes))  # type: ignore[arg-type]
    return Seen(Recomputation({**made.value.trees, SPOT: spoiled}, ()))


def test_t16_another_total_fails_and_says_both(tmp_path: Path) -> None:
    examination = examined(tmp_path, recomputation=result(total=7, root=bytes(32)))
    found = list(liabilities.recomputed(examination))[-1]
    assert (found.outcome, found.message) == ("FAIL", "liabilities.recomputed.other_total")
    assert (found.facts["total"], found.facts["committed"]) == ("7", str(80 * 10**18))


def test_t16_a_total_edited_in_the_bundle_fails(tmp_path: Path) -> None:
    rows = bundle().liabilities
    made = bundle(liabilities=(*rows[:-1], replace(rows[-1], total=rows[-1].total // 2)))
    found = asked(tmp_path, recomputed(made), made)
    assert found[0][-1] == ("FAIL", "liabilities.recomputed.other_total")


@pytest.mark.parametrize("depth", [0, 3, 40])
def test_t13_another_depth_fails(tmp_path: Path, depth: int) -> None:
    rows = bundle().liabilities
    made = bundle(liabilities=(*rows[:-1], replace(rows[-1], depth=depth)))
    found = asked(tmp_path, recomputed(made), made)
    assert found[0][-1][0] == "FAIL"


def test_t19_another_root_under_the_same_total_fails(tmp_path: Path) -> None:
    """Two amounts exchanged: the sum is the same, the customers' shares are not."""
    rows = ledger_records()
    rows[-1], rows[-2] = replace(rows[-1], amount=rows[-2].amount), replace(rows[-2], amount=rows[-1].amount)
    found = asked(tmp_path, recomputed(rows=rows))
    assert found[0][-1] == ("FAIL", "liabilities.recomputed.other_root")
    assert found[1][-1] == ("INCONCLUSIVE", "liabilities.nonnegative.other_tree")


def test_a_broken_tree_fails_both_and_alone(tmp_path: Path) -> None:
    rows = ledger_records()
    found = asked(tmp_path, recomputed(rows=[*rows, rows[-1]]))
    for findings in found:
        assert findings[-1] == ("FAIL", "evidence.broken")
        assert {outcome for outcome, _ in findings[:-1]} == {"PASS"}


def test_t25_t27_records_that_are_not_committed_to_fail_first(tmp_path: Path) -> None:
    extra = grow("earn", ETH, [("alice", 5)])
    rows = ledger_records([*trees()[:1], extra, *trees()[1:]])
    examination = examined(tmp_path, recomputation=recomputed(rows=rows))
    findings = list(liabilities.recomputed(examination))
    assert (findings[0].subject, findings[0].message) == (f"earn/{ETH}", "liabilities.recomputed.not_committed")
    assert told(findings[1:]) == [("PASS", "liabilities.recomputed.same")] * 4


def test_t26_t68_a_committed_tree_without_records_fails(tmp_path: Path) -> None:
    rows = [row for row in ledger_records() if row.segment != "margin"]
    found = asked(tmp_path, recomputed(rows=rows))
    assert ("FAIL", "liabilities.recomputed.other_total") in found[0]
    assert ("INCONCLUSIVE", "liabilities.nonnegative.other_tree") in found[1]


def test_an_empty_tree_recomputes(tmp_path: Path) -> None:
    made = with_trees([grow("spot", ETH, [])])
    found = asked(tmp_path, recomputed(made, []), made)
    assert found == (
        [("PASS", "liabilities.recomputed.same")],
        [("PASS", "liabilities.nonnegative.all_records")],
    )


def test_each_finding_is_one_of_the_bundles_trees(tmp_path: Path) -> None:
    examination = examined(tmp_path, recomputation=recomputed())
    assert (
        one(f for f in liabilities.recomputed(examination) if f.subject == SPOT).expected
        == trees()[-1].commitment.root.hex()
    )
