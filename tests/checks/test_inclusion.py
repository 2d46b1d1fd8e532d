"""Is what the customer says is theirs in the committed total? The rules are those of the liability scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from por.checks.inclusion import Customer, verify_inclusion
from por.checks.pins import Pins
from por.errors import FormatError
from por.model import (
    UINT128_MAX,
    AssetId,
    CaseRule,
    Expectation,
    Finding,
    InclusionProof,
    Instant,
    Policy,
    RecordProof,
    Verdict,
    Waiver,
)
from tests.checks.scenery import (
    AN_HOUR_LATER,
    ETH,
    ISSUER,
    NOON,
    SCHEME,
    SNAPSHOT,
    USDC,
    Tree,
    bundle,
    grow,
    mine,
    note_text,
    one,
    opened_tree,
    policy,
    proof_of,
    root_of,
    told,
    trees,
)

SPOT, MARGIN, DEBT = f"spot/{ETH}", f"margin/{ETH}", f"debt:margin/{USDC}"
ALICE = mine(("spot", ETH, "50"), ("margin", ETH, "15"), ("spot", USDC, "700"))
HONEST = Pins(policy=policy())


def asked(
    proofs: InclusionProof | Sequence[InclusionProof],
    account: str | None = "alice",
    expected: tuple[Expectation, ...] = ALICE,
    pins: Pins = HONEST,
    now: Instant = AN_HOUR_LATER,
) -> Verdict:
    many = [proofs] if isinstance(proofs, InclusionProof) else proofs
    return verify_inclusion(many, Customer(account, expected), pins, now=now)


def under(*made: Tree) -> Pins:
    """Pin the root of these trees, under a policy's classes."""
    return Pins(roots=(root_of(made),))


def of(verdict: Verdict, check: str = "liabilities.inclusion") -> dict[str, tuple[str, str]]:
    return {f.subject: (str(f.outcome), f.message.rpartition(".")[2]) for f in verdict.of(check)}


def altered(tree: int, **changes: object) -> InclusionProof:
    """Change the first record of one tree of alice's proof."""
    proof = proof_of("alice")
    records = proof.trees[tree].records
    record = replace(records[0], **changes)  # type: ignore[arg-type]
    rows = list(proof.trees)
    rows[tree] = replace(rows[tree], records=(record, *records[1:]))
    return replace(proof, trees=tuple(rows))


# --- an honest proof


def test_t14_t15_t16_an_honest_proof_of_all_that_is_stated_verifies() -> None:
    verdict = asked(proof_of("alice"))
    assert (verdict.outcome, verdict.exit_code, verdict.profile, verdict.snapshot) == ("PASS", 0, "customer", SNAPSHOT)
    assert of(verdict) == {
        SPOT: ("PASS", "included"),
        MARGIN: ("PASS", "included"),
        f"spot/{USDC}": ("PASS", "included"),
    }
    found = verdict.of("liabilities.inclusion")[0]
    assert (found.expected, found.actual) == ("50", "50")
    assert found.facts == {"asset": str(ETH), "name": "coins", "segments": "spot", "totals": "80"}
    assert set(of(verdict, "liabilities.nonnegative").values()) == {("PASS", "along_path")}
    assert set(of(verdict, "liabilities.scheme").values()) == {("PASS", "known")}


def test_an_asset_without_segment_is_over_all_segments_but_debts() -> None:
    verdict = asked(proof_of("alice"), expected=mine((None, ETH, "65"), (None, USDC, "700")))
    assert verdict.exit_code == 0
    found = verdict.of("liabilities.inclusion")[0]
    assert (found.subject, found.actual, found.facts["segments"]) == (str(ETH), "65", "margin, spot")
    assert found.facts["totals"] == "20, 80"


@pytest.mark.parametrize("coins", ["50", "50.0", "50.000000000000000000"])
def test_t22_amounts_are_compared_as_numbers(coins: str) -> None:
    assert asked(proof_of("alice"), expected=(*mine(("spot", ETH, coins)), *ALICE[1:])).exit_code == 0


def test_the_account_id_is_written_by_the_bundles_rule() -> None:
    assert asked(proof_of("alice"), "ALICE").exit_code == 0
    note = note_text(bundle(case_rule=CaseRule.EXACT))
    exact = replace(proof_of("alice", note=note), case_rule=CaseRule.EXACT)
    assert asked(exact, "ALICE").exit_code == 1
    assert asked(exact, "alice").exit_code == 0


# --- what the customer brings (7)


def test_t14_t68_without_id_nothing_is_bound_to_anybody() -> None:
    verdict = asked(proof_of("alice"), None)
    assert verdict.exit_code == 3
    assert set(of(verdict).values()) == {("INCONCLUSIVE", "missing")}
    assert set(of(verdict, "liabilities.nonnegative").values()) == {("INCONCLUSIVE", "missing")}


def test_t15_t68_without_amounts_nothing_is_confirmed_and_what_the_file_says_is_shown() -> None:
    verdict = asked(proof_of("alice"), expected=())
    assert verdict.exit_code == 3
    assert of(verdict) == {
        SPOT: ("INCONCLUSIVE", "not_stated"),
        MARGIN: ("INCONCLUSIVE", "not_stated"),
        f"spot/{USDC}": ("INCONCLUSIVE", "not_stated"),
    }
    assert {f.actual for f in verdict.of("liabilities.inclusion")} == {"50", "15", "700"}
    assert all(f.required for f in verdict.of("liabilities.inclusion"))


def test_t68_with_neither_id_nor_amounts_there_is_no_exit_0() -> None:
    assert asked(proof_of("alice"), None, ()).exit_code == 3


def test_t68_an_expected_row_without_proof_is_undecided_and_named() -> None:
    verdict = asked(proof_of("alice"), expected=(*ALICE, *mine(("earn", ETH, "3"))))
    assert verdict.exit_code == 3
    found = one(f for f in verdict.of("liabilities.inclusion") if f.outcome != "PASS")
    assert (found.subject, found.message, found.expected) == (f"earn/{ETH}", "liabilities.inclusion.no_proof", "3")


def test_t23_t68_an_expected_asset_that_is_in_no_tree_is_undecided() -> None:
    other = AssetId.parse("bip122:000000000019d6689c085ae165831e93/slip44:0")
    verdict = asked(proof_of("alice"), expected=(*ALICE, *mine((None, other, "0.5"))))
    assert (verdict.exit_code, of(verdict)[str(other)]) == (3, ("INCONCLUSIVE", "no_proof"))


def test_nothing_proves_that_a_zero_balance_is_absent() -> None:
    verdict = asked(proof_of("carol"), "carol", mine(("margin", ETH, "0")))
    assert of(verdict)[MARGIN] == ("INCONCLUSIVE", "no_proof")


def test_a_record_of_zero_is_a_record() -> None:
    tree = grow("spot", ETH, [("alice", 0), ("bob", 9)])
    proof = proof_of("alice", [tree], note="")
    assert asked(proof, expected=mine(("spot", ETH, "0")), pins=under(tree)).exit_code == 0
    assert asked(proof, expected=mine(("spot", ETH, "1")), pins=under(tree)).exit_code == 1


def test_a_tree_that_was_not_stated_is_shown_for_information() -> None:
    verdict = asked(proof_of("alice"), expected=ALICE[:1])
    assert verdict.exit_code == 0
    shown = [f for f in verdict.of("liabilities.inclusion") if not f.required]
    assert told(shown) == [("INCONCLUSIVE", "liabilities.inclusion.not_stated")] * 2


def test_t16_a_tree_that_was_not_stated_still_fails_when_it_breaks() -> None:
    verdict = asked(altered(0, amount=1), expected=mine(("spot", ETH, "50")))
    assert (verdict.exit_code, of(verdict)[MARGIN]) == (1, ("FAIL", "broken"))


@pytest.mark.parametrize("coins", ["49", "51", "0", "50.000000000000000001", "49.999999999999999999"])
def test_t15_t16_another_amount_than_expected_fails_and_says_both(coins: str) -> None:
    verdict = asked(proof_of("alice"), expected=(*mine(("spot", ETH, coins)), *ALICE[1:]))
    found = next(f for f in verdict.of("liabilities.inclusion") if f.subject == SPOT)
    assert (found.outcome, found.message) == ("FAIL", "liabilities.inclusion.other_amount")
    assert (found.expected, found.actual) == (coins, "50")
    assert verdict.exit_code == 1


def test_t27_a_segment_withheld_shows_in_the_sum_over_segments() -> None:
    proof = proof_of("alice")
    without = replace(proof, trees=tuple(t for t in proof.trees if t.commitment.segment != "margin"))
    assert asked(without, expected=mine((None, ETH, "65"))).exit_code == 1
    assert asked(without, expected=ALICE).exit_code == 3


@pytest.mark.parametrize("coins", ["", "-1", "+1", "1e3", "1,5", "1_0", "٥", "NaN", "50 ", "0x32", "50." + "0" * 19])
def test_t84_t86_an_amount_of_no_form_is_refused(coins: str) -> None:
    with pytest.raises(FormatError):
        asked(proof_of("alice"), expected=mine(("spot", ETH, coins)))


@pytest.mark.parametrize("account", ["", " alice", "alice\n", "ali\u202ece", "x" * 256])
def test_t93_an_account_id_of_no_form_is_refused(account: str) -> None:
    with pytest.raises(FormatError):
        asked(proof_of("alice"), account)


# --- whose record it is


@pytest.mark.parametrize("account", ["bob", "carol", "alice2", "alic", "mallory@example.com"])
def test_t14_one_leaf_does_not_serve_two_customers(account: str) -> None:
    verdict = asked(proof_of("alice"), account)
    assert verdict.exit_code == 1
    assert set(of(verdict).values()) == {("FAIL", "broken")}
    reason = verdict.of("liabilities.inclusion")[0].facts["reason"]
    assert "not of the account id you gave" in reason
    assert "check the spelling of the id first" in reason


@pytest.mark.parametrize("account", ["bob", "alice2", "mallory@example.com"])
def test_t03_t14_whose_amounts_are_not_negative_is_undecided_where_the_record_is_nobodys(account: str) -> None:
    """A slip of the customer's pen must not read as a proof with a negative amount."""
    verdict = asked(proof_of("alice"), account)
    assert set(of(verdict, "liabilities.nonnegative").values()) == {("INCONCLUSIVE", "missing")}
    assert "see liabilities.inclusion" in verdict.of("liabilities.nonnegative")[0].facts["reason"]


def test_t15_a_record_is_not_moved_from_tree_to_tree() -> None:
    proof = proof_of("alice")
    spot = next(t for t in proof.trees if t.commitment.ref == SPOT)
    margin = next(t for t in proof.trees if t.commitment.ref == MARGIN)
    moved = tuple(replace(t, records=spot.records) if t is margin else t for t in proof.trees)
    assert of(asked(replace(proof, trees=moved)))[MARGIN] == ("FAIL", "broken")


@pytest.mark.parametrize(
    "changes",
    [
        {"key": bytes(32)},
        {"key": bytes(31)},
        {"amount": 51 * 10**18},
        {"amount": 0},
        {"index": 4},
        {"index": 2**40 - 1},
        {"path": ()},
    ],
)
def test_t13_t16_any_change_of_a_record_fails(changes: dict[str, object]) -> None:
    verdict = asked(altered(2, **changes))
    assert (verdict.exit_code, of(verdict)[SPOT]) == (1, ("FAIL", "broken"))


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_t17_a_record_at_another_place_fails(bits: int) -> None:
    index = proof_of("alice").trees[2].records[0].index
    assert asked(altered(2, index=index ^ bits)).exit_code == 1


def test_a_part_number_alone_is_a_label_that_nothing_binds() -> None:
    """It names the key that the issuer derived; what keeps parts apart is their place in the tree."""
    assert asked(altered(2, part=7)).exit_code == 0


def test_t13_t18_t20_any_change_of_any_step_fails() -> None:
    path = proof_of("alice").trees[2].records[0].path
    for level, step in enumerate(path):
        spoiled = (
            [*path[:level], replace(step, sum=step.sum + 1), *path[level + 1 :]],
            [*path[:level], replace(step, sum=0), *path[level + 1 :]],
            [*path[:level], replace(step, hash=bytes(32)), *path[level + 1 :]],
            [*path[:level], replace(step, hash=step.hash[:16]), *path[level + 1 :]],
            [*path[:level], *path[level + 1 :]],
            [*path[:level], step, *path[level:]],
        )
        for changed in spoiled:
            assert asked(altered(2, path=tuple(changed))).exit_code == 1, (level, changed)


def test_t03_t06_a_sum_that_wraps_round_fails() -> None:
    path = proof_of("alice").trees[2].records[0].path
    for total in (UINT128_MAX, 2**128, -1, 2**200):
        verdict = asked(altered(2, path=(replace(path[0], sum=total), *path[1:])))
        assert of(verdict, "liabilities.nonnegative")[SPOT] == ("FAIL", "broken")
        assert verdict.exit_code == 1


@pytest.mark.parametrize("change", [{"total": 1}, {"depth": 1}, {"root": bytes(32)}, {"segment": "earn"}])
def test_t01_t16_a_commitment_that_the_path_does_not_imply_fails(change: dict[str, object]) -> None:
    proof = proof_of("alice")
    tree = replace(proof.trees[2], commitment=replace(proof.trees[2].commitment, **change))  # type: ignore[arg-type]
    verdict = asked(replace(proof, trees=(*proof.trees[:2], tree)), expected=())
    assert (verdict.exit_code, of(verdict)[tree.commitment.ref]) == (1, ("FAIL", "broken"))


@pytest.mark.parametrize(
    "change",
    [{"issuer": "other.example"}, {"instant": Instant(NOON.seconds + 1)}],
)
def test_t38_t78_a_proof_is_of_one_issuer_and_instant(change: dict[str, object]) -> None:
    proof = replace(proof_of("alice"), **change)  # type: ignore[arg-type]
    verdict = asked(proof, pins=Pins(roots=(root_of(trees()),)))
    assert set(of(verdict).values()) == {("FAIL", "broken")}


# --- an amount in several parts


def parts(*records: tuple[str, int, int]) -> tuple[Tree, InclusionProof]:
    tree = grow("spot", ETH, records)
    return tree, proof_of("alice", [tree], note="")


def test_t76_parts_are_summed() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("bob", 5, 0), ("alice", 2 * 10**18, 1), ("alice", 4 * 10**18, 9))
    assert len(proof.trees[0].records) == 3
    assert asked(proof, expected=mine(("spot", ETH, "7")), pins=under(tree)).exit_code == 0
    assert asked(proof, expected=mine(("spot", ETH, "4")), pins=under(tree)).exit_code == 1


def test_t76_a_part_that_is_not_opened_is_not_counted() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("alice", 2 * 10**18, 1))
    one_part = replace(proof, trees=(replace(proof.trees[0], records=proof.trees[0].records[:1]),))
    amount = one_part.trees[0].records[0].amount // 10**18
    assert asked(one_part, expected=mine(("spot", ETH, "3")), pins=under(tree)).exit_code == 1
    assert asked(one_part, expected=mine(("spot", ETH, str(amount))), pins=under(tree)).exit_code == 0


def reopened(proof: InclusionProof, records: Sequence[RecordProof]) -> InclusionProof:
    return replace(proof, trees=(replace(proof.trees[0], records=tuple(records)),))


@pytest.mark.parametrize(
    "rows",
    [
        (("spot", ETH, "50"), ("spot", ETH, "50")),
        (("spot", ETH, "50"), ("spot", ETH, "49")),
        (("spot", ETH, "50"), (None, ETH, "65")),
        ((None, ETH, "65"), ("margin", ETH, "15")),
        ((None, ETH, "65"), (None, ETH, "65")),
        ((None, ETH, "65"), (None, ETH, "1")),
        (("spot", ETH, "50"), ("margin", ETH, "15"), ("spot", USDC, "700"), (None, USDC, "700")),
        (("debt:margin", USDC, "1"), ("debt:margin", USDC, "1")),
    ],
)
def test_t14_two_expectations_of_the_same_coins_are_refused(rows: tuple[tuple[str | None, AssetId, str], ...]) -> None:
    """A sentence such as "your 50 ETH and 65 ETH are in the list" would tell one balance twice."""
    for order in (rows, rows[::-1]):
        with pytest.raises(FormatError, match="coins is named twice; name each segment once"):
            asked(proof_of("alice"), expected=mine(*order))


def test_t25_a_debt_is_told_beside_the_sum_over_all_that_are_none() -> None:
    made = [grow("debt:margin", ETH, [("alice", 2 * 10**18)]), grow("spot", ETH, [("alice", 10**18)])]
    proof = proof_of("alice", made, note="")
    for coins, code in (("2", 0), ("3", 1)):
        expected = mine((None, ETH, "1"), ("debt:margin", ETH, coins))
        assert asked(proof, expected=expected, pins=under(*made)).exit_code == code


def test_t14_one_record_opened_twice_fails() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("bob", 5, 0))
    twice = reopened(proof, proof.trees[0].records * 2)
    verdict = asked(twice, expected=mine(("spot", ETH, "2")), pins=under(tree))
    assert of(verdict)[SPOT] == ("FAIL", "broken")
    assert "index is opened twice" in verdict.of("liabilities.inclusion")[0].facts["reason"]


def test_t14_one_index_as_two_parts_fails() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("bob", 5, 0))
    first = proof.trees[0].records[0]
    verdict = asked(reopened(proof, [first, replace(first, part=1)]), pins=under(tree))
    assert of(verdict)[SPOT] == ("FAIL", "broken")


def test_t14_one_part_at_two_places_fails() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("alice", 10**18, 1))
    first, second = proof.trees[0].records
    verdict = asked(reopened(proof, [first, replace(second, part=first.part)]), pins=under(tree))
    found = verdict.of("liabilities.inclusion")[0]
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")
    assert "part is opened twice" in found.facts["reason"]


def test_t14_a_part_of_somebody_else_fails() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("bob", 5 * 10**18, 1))
    stolen = reopened(proof, [*proof.trees[0].records, *opened_tree([tree], 0, "bob").records])
    assert asked(stolen, expected=mine(("spot", ETH, "6")), pins=under(tree)).exit_code == 1


def test_t68_a_tree_without_records_fails() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("bob", 5, 0))
    assert of(asked(reopened(proof, []), pins=under(tree)))[SPOT] == ("FAIL", "broken")


# --- several files


def test_parts_in_two_files_are_joined() -> None:
    tree, proof = parts(("alice", 10**18, 0), ("alice", 2 * 10**18, 1))
    halves = [reopened(proof, [record]) for record in proof.trees[0].records]
    assert asked(halves, expected=mine(("spot", ETH, "3")), pins=under(tree)).exit_code == 0
    assert asked([halves[0], halves[0]], expected=mine(("spot", ETH, "3")), pins=under(tree)).exit_code == 1


def test_segments_in_two_files_are_joined() -> None:
    proof = proof_of("alice")
    files = [replace(proof, trees=(tree,)) for tree in proof.trees]
    assert asked(files).exit_code == 0
    assert asked(files[::-1]).exit_code == 0


@pytest.mark.parametrize(
    "change", [{"issuer": "other.example"}, {"instant": Instant(0)}, {"case_rule": CaseRule.EXACT}]
)
def test_t38_files_of_two_snapshots_are_not_mixed(change: dict[str, object]) -> None:
    proof = proof_of("alice")
    with pytest.raises(FormatError, match="different snapshots"):
        asked([proof, replace(proof, **change)])  # type: ignore[arg-type]


def test_no_file_is_no_snapshot() -> None:
    with pytest.raises(FormatError):
        asked([])


def test_t09_two_commitments_for_one_tree_are_refused() -> None:
    other = grow("spot", ETH, [("alice", 1), ("bob", 2)])
    with pytest.raises(FormatError, match="two different commitments"):
        asked([proof_of("alice"), proof_of("alice", [other])])


# --- what the customer owes


def test_t25_debts_are_only_counted_where_they_are_named() -> None:
    proof = proof_of("bob")
    verdict = asked(proof, "bob", mine((None, ETH, "25")))
    assert verdict.exit_code == 0
    debt = one(f for f in verdict.of("liabilities.inclusion") if f.subject == DEBT)
    assert (debt.message, debt.actual, debt.required) == ("liabilities.inclusion.not_stated", "250", False)
    assert of(asked(proof, "bob", mine(("debt:margin", USDC, "250"))))[DEBT] == ("PASS", "included")
    assert of(asked(proof, "bob", mine(("debt:margin", USDC, "1"))))[DEBT] == ("FAIL", "other_amount")


def test_t25_a_debt_never_stands_for_a_holding() -> None:
    verdict = asked(proof_of("bob"), "bob", mine((None, USDC, "250")))
    assert of(verdict)[str(USDC)] == ("INCONCLUSIVE", "no_proof")
    assert verdict.exit_code == 3


# --- the form of the commitments


def test_t59_decimals_other_than_the_tables_fail() -> None:
    tree = grow("spot", USDC, [("alice", 700), ("bob", 1)], decimals=0)
    verdict = asked(proof_of("alice", [tree], note=""), expected=mine(("spot", USDC, "700")), pins=under(tree))
    assert (verdict.exit_code, of(verdict, "liabilities.scheme")[f"spot/{USDC}"]) == (1, ("FAIL", "decimals"))


UNKNOWN = AssetId.parse("eip155:137/erc20:0x" + "ab" * 20)


@pytest.mark.parametrize(
    ("decimals", "stated", "code"), [(18, 18, 0), (0, 18, 1), (18, 6, 1), (0, 0, 0), (18, None, 3), (0, None, 3)]
)
def test_t59_an_asset_that_no_table_knows_has_the_customers_decimals(
    decimals: int, stated: int | None, code: int
) -> None:
    """A thousand base units would otherwise pass for a thousand coins."""
    tree = grow("spot", UNKNOWN, [("alice", 1000 * 10**decimals), ("bob", 1)], decimals=decimals)
    row = Expectation("spot", UNKNOWN, "1000", "TOKEN", stated)
    assert asked(proof_of("alice", [tree], note=""), expected=(row,), pins=under(tree)).exit_code == code


@pytest.mark.parametrize(
    ("decimals", "stated", "code"), [(18, None, 0), (18, 18, 0), (0, None, 1), (0, 0, 1), (18, 0, 1)]
)
def test_t59_an_evm_coin_that_no_table_knows_has_18_decimals(decimals: int, stated: int | None, code: int) -> None:
    coin = AssetId.parse("eip155:137/slip44:60")
    tree = grow("spot", coin, [("alice", 1000 * 10**decimals), ("bob", 1)], decimals=decimals)
    row = Expectation("spot", coin, "1000", "POL", stated)
    assert asked(proof_of("alice", [tree], note=""), expected=(row,), pins=under(tree)).exit_code == code


@pytest.mark.parametrize("change", [{"top": bytes(32)}, {"total": 5}, {"depth": 3}, {"segment": "debt:spot"}])
def test_t16_t25_a_commitment_that_its_root_does_not_bind_fails_without_an_account_too(
    change: dict[str, object],
) -> None:
    proof = proof_of("alice")
    tree = replace(proof.trees[2], commitment=replace(proof.trees[2].commitment, **change))  # type: ignore[arg-type]
    for account in ("alice", None):
        verdict = asked(replace(proof, trees=(*proof.trees[:2], tree)), account)
        assert verdict.exit_code == 1
        assert of(verdict, "liabilities.scheme")[tree.commitment.ref] == ("FAIL", "not_bound")


def test_t59_an_unknown_asset_that_is_not_stated_decides_nothing() -> None:
    made = [grow("spot", ETH, [("alice", 10**18)]), grow("spot", UNKNOWN, [("alice", 5)])]
    verdict = asked(proof_of("alice", made, note=""), expected=mine(("spot", ETH, "1")), pins=under(*made))
    assert verdict.exit_code == 0
    shown = one(f for f in verdict.of("liabilities.scheme") if f.outcome != "PASS")
    assert (shown.message, shown.required) == ("liabilities.scheme.own_decimals", False)


def test_t59_wrong_decimals_fail_also_where_they_are_not_stated() -> None:
    made = [grow("spot", USDC, [("alice", 1)], decimals=7), grow("spot", ETH, [("alice", 10**18)])]
    verdict = asked(proof_of("alice", made, note=""), expected=mine(("spot", ETH, "1")), pins=under(*made))
    assert verdict.exit_code == 1


def test_t11_t70_an_unknown_scheme_is_undecided() -> None:
    tree = grow("spot", ETH, [("alice", 10**18), ("bob", 1)], scheme="por-sum-md5-v0")
    verdict = asked(proof_of("alice", [tree], note=""), expected=mine(("spot", ETH, "1")), pins=under(tree))
    assert (verdict.exit_code, of(verdict, "liabilities.scheme")[SPOT]) == (3, ("INCONCLUSIVE", "unknown"))


def test_t01_a_total_below_the_sum_cannot_be_committed_to() -> None:
    tree = grow("spot", ETH, [("alice", 10**18), ("ghost", 10**18)])
    low = replace(tree, commitment=replace(tree.commitment, total=10**18))
    verdict = asked(proof_of("alice", [low], note=""), expected=mine(("spot", ETH, "1")), pins=under(low))
    assert (verdict.exit_code, of(verdict)[SPOT]) == (1, ("FAIL", "broken"))


# --- the rest of the verdict


def test_t34_without_pin_a_consistent_proof_is_undecided() -> None:
    verdict = asked(proof_of("alice"), pins=Pins())
    assert (verdict.exit_code, verdict.policy, verdict.bundle) == (3, None, None)
    assert verdict.of("snapshot.fresh") == ()


@pytest.mark.parametrize(("age", "code"), [(0, 0), (86_400, 0), (86_401, 1), (-1, 1)])
def test_t37_t74_a_policy_limits_the_age(age: int, code: int) -> None:
    assert asked(proof_of("alice"), now=Instant(NOON.seconds + age)).exit_code == code


def required(verdict: Verdict, check: str) -> Finding:
    return one(verdict.of(check))


@pytest.mark.parametrize("check", ["publication.unequivocal", "liabilities.recomputed", "reserves.control"])
def test_t68_what_the_policy_requires_beyond_is_undecided_and_never_dropped(check: str) -> None:
    verdict = asked(proof_of("alice"), pins=Pins(policy=policy(require=(check,))))
    found = required(verdict, check)
    assert (found.outcome, found.message, found.required) == ("INCONCLUSIVE", "evidence.nothing", True)
    assert verdict.exit_code == 3


def test_what_the_policy_requires_and_is_asked_anyway_is_asked_once() -> None:
    rules = policy(require=("liabilities.inclusion", "snapshot.fresh", "publication.identified"))
    verdict = asked(proof_of("alice"), pins=Pins(policy=rules))
    assert (verdict.exit_code, len(verdict.of("snapshot.fresh"))) == (0, 1)


def test_a_waiver_stays_in_the_verdict_with_its_reason() -> None:
    waiver = Waiver("publication.unequivocal", "no registry is in use")
    rules = policy(require=("publication.unequivocal",), waivers=(waiver,))
    verdict = asked(proof_of("alice"), pins=Pins(policy=rules))
    found = required(verdict, "publication.unequivocal")
    assert (verdict.exit_code, found.outcome, found.waived) == (0, "INCONCLUSIVE", "no registry is in use")


def test_t37_t69_no_waiver_makes_an_old_list_a_recent_one() -> None:
    rules = policy(waivers=(Waiver("snapshot.fresh", "an old list, on purpose"),))
    verdict = asked(proof_of("alice"), pins=Pins(policy=rules), now=Instant(NOON.seconds + 10**9))
    found = required(verdict, "snapshot.fresh")
    assert (verdict.exit_code, found.outcome, found.required, found.waived) == (1, "FAIL", True, None)


@pytest.mark.parametrize("rules", [None, policy(), policy(profile="job")])
def test_the_profile_is_the_customers_whatever_the_policys(rules: Policy | None) -> None:
    verdict = asked(proof_of("alice"), pins=Pins(policy=rules))
    assert verdict.profile == "customer"
    assert {f.check for f in verdict.findings if f.required and not f.check.startswith("snapshot.")} == {
        "liabilities.scheme",
        "liabilities.inclusion",
        "liabilities.nonnegative",
        "publication.identified",
    }
    others = {f.check for f in verdict.findings if not f.required}
    assert others == (set() if rules else {"publication.bound"})


def test_t68_a_proof_that_opens_nothing_is_no_pass() -> None:
    empty = InclusionProof(ISSUER, NOON, CaseRule.LOWER, 1, "", ())
    verdict = asked(empty, expected=(), pins=Pins())
    assert verdict.exit_code == 1
    for check in ("liabilities.scheme", "liabilities.inclusion", "liabilities.nonnegative"):
        found = required(verdict, check)
        assert (found.outcome, found.message, found.subject) == ("INCONCLUSIVE", "evidence.nothing", SNAPSHOT)


def test_the_scheme_of_every_tree_is_the_one_known() -> None:
    assert {tree.commitment.scheme for tree in trees()} == {SCHEME}
