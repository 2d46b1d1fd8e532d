"""Thirteen incidents as scenarios: which rule flags each, before or after it, and which none could.

Figures are rounded from public reports; no name of a company stands for more than what those say. Theft by a valid
signature cannot be seen beforehand in balances: a rule shows then how much an exchange could lose and still pay.
Scenario 11, a fund at cost behind a stablecoin, is in `tests/checks/rules/test_reserve_assets.py`, and scenario 13, a
customer missing through an intermediary, in `tests/checks/rules/test_intermediaries.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from por.checks.code_change import code
from por.checks.control import control
from por.checks.movement import movement
from por.checks.observation import Missing
from por.checks.reserves import eligible
from por.checks.rulebooks import load_rulebook
from por.model import (
    AssetClass,
    AssetKind,
    Custody,
    Denomination,
    Encumbrance,
    EncumbranceKind,
    Finding,
    Instant,
    Movement,
    Role,
)
from por.model.declarations import Declarations, DomesticOrder, KeyHolder, Money, Venue
from por.model.rulebook import Rulebook
from tests.checks import test_code_change as code_change
from tests.checks import test_unshared
from tests.checks.rules.scenery import BTC, ETH, KNOWN, UNIT, XRP, Held, context, judged, prices
from tests.checks.scenery import account, policy
from tests.checks.test_movement import HOUR, moved, share


def rule(book: str, *ids: str) -> Rulebook:
    """Take single rules of a shipped rulebook."""
    whole = load_rulebook(book)
    chosen = tuple(each for each in whole.rules if each.id in ids)
    assert len(chosen) == len(ids)
    return replace(whole, rules=chosen)


def found(tmp_path: Path, book: str, ids: Sequence[str], *scene: object, **options: object) -> dict[str, Finding]:
    """Judge rules of a book; findings by rule, or by rule and class where there are several."""
    made = context(tmp_path, *scene, rulebook=rule(book, *ids), **options)  # type: ignore[arg-type]
    return {finding.subject.split("/", 1)[1]: finding for finding in judged(made)}


def listened(tmp_path: Path, name: str, findings: list[Finding]) -> Finding:
    """Judge a rule that listens to another check's findings."""
    made = context(tmp_path, {ETH: 1}, [Held("a", {ETH: 1})], rulebook=rule("universal", name), findings=findings)
    (finding,) = judged(made)
    return finding


def outcome(finding: Finding) -> tuple[str, bool]:
    return str(finding.outcome), finding.required


# 1 · Mt. Gox: years of a hidden deficit


def test_incident_1_a_deficit_is_refuted_years_before(tmp_path: Path) -> None:
    seen = found(tmp_path, "jp-exchange", ["JP-SEG-01"], {BTC: 850_000}, [Held("a", {BTC: 200_000})])
    (finding,) = seen.values()
    assert outcome(finding) == ("FAIL", True)
    assert (finding.expected, finding.actual) == ("850000", "200000")


# 2 · Coincheck: all coins of a kind hot, nothing set apart, and no rule in force that said so


@pytest.mark.parametrize(("instant", "binds"), [("2018-01-25T12:00:00Z", False), ("2021-01-25T12:00:00Z", True)])
def test_incident_2_all_hot_and_no_guarantee(tmp_path: Path, instant: str, binds: bool) -> None:
    at = Instant.parse(instant)
    coins = [Held("a", {XRP: 523_000_000}, custody=Custody.HOT)]
    declared = Declarations(prices=prices({XRP: 110}, at=at))
    ids = ["JP-COLD-01", "JP-GUAR-01"]
    seen = found(tmp_path, "jp-exchange", ids, {XRP: 523_000_000}, coins, declared=declared, instant=at)
    assert {outcome(finding) for finding in seen.values()} == {("FAIL", binds)}
    assert seen["JP-COLD-01"].actual == "1"
    assert {finding.facts["state"] for finding in seen.values()} == {"in-force" if binds else "shadow"}


# 3 · QuadrigaCX: a "cold address" that another exchange had given to pay into; balances that nobody deposited


def test_incident_3_an_address_of_another_exchange_is_no_cold_wallet(tmp_path: Path) -> None:
    declared = Declarations(venues=(Venue(account("b"), "another exchange"),))
    coins = [Held("a", {BTC: 50}), Held("b", {BTC: 50})]
    seen = found(tmp_path, "universal", ["POR-05"], {BTC: 100}, coins, declared=declared)
    assert {str(finding.outcome) for finding in seen.values()} == {"FAIL"}


def test_incident_3_and_nobody_signs_for_it(tmp_path: Path) -> None:
    made = context(tmp_path, {BTC: 100}, [Held("a", {BTC: 100})], signers={"a": Missing("no control proof")})
    assert [str(finding.outcome) for finding in control(made.examination)] == ["INCONCLUSIVE"]


# 4 · FTX: the issuer's own token as an asset, a hole netted away


def test_incident_4_the_issuers_own_token_covers_nothing(tmp_path: Path) -> None:
    rules = policy(classes=(AssetClass((Denomination(ETH, 18),)), AssetClass((Denomination(XRP, 18),))))
    made = context(
        tmp_path, {ETH: 8}, [Held("a", {ETH: 1, XRP: 1_000})], policy=replace(rules, own_assets=frozenset({XRP}))
    )
    assert {finding.subject.rpartition("/")[2]: str(finding.outcome) for finding in eligible(made.examination)} == {
        f"erc20:{XRP.reference}": "FAIL",
        "slip44:60": "PASS",
    }


# 5 · FTX Japan: the child holds what it owes, at home, while its parent fails; nobody averages the two


def test_incident_5_each_entity_is_judged_by_itself(tmp_path: Path) -> None:
    keys = (KeyHolder(account("a"), "the child", "JP", 3), KeyHolder(account("b"), "the child", "JP", 3))
    declared = Declarations(
        prices=prices(),
        key_holders=keys,
        money=(Money("JPY", Fraction(10_000_000_000), Fraction(16_300_000_000), "a trust bank", "trust"),),
        order=DomesticOrder(active=True, jurisdiction="JP", required=((BTC, Fraction(95)),)),
    )
    ids = ["JP-SEG-01", "JP-FIAT-01", "JP-DOM-01"]
    coins = [Held("a", {BTC: 96, ETH: 1000}), Held("b", {BTC: 5}, custody=Custody.HOT)]
    later = Instant.parse("2026-11-01T00:00:00Z")
    child = found(tmp_path / "child", "jp-exchange", ids, {BTC: 100, ETH: 900}, coins, declared=declared, instant=later)
    assert {str(finding.outcome) for finding in child.values()} == {"PASS"}
    parent = found(tmp_path / "parent", "jp-exchange", ["JP-SEG-01"], {BTC: 1000}, [Held("a", {BTC: 10})])
    assert {str(finding.outcome) for finding in parent.values()} == {"FAIL"}


# 6 · DMM Bitcoin: one wallet with most of a coin; afterwards a hole; then it is filled with borrowed coins


def test_incident_6_before_one_account_holds_most_of_it(tmp_path: Path) -> None:
    coins = [Held("a", {BTC: 4_503}, custody=Custody.HOT), Held("b", {BTC: 3_000})]
    seen = found(tmp_path, "universal", ["POR-11-ACCOUNT"], {BTC: 7_500}, coins)
    assert {outcome(finding) for finding in seen.values()} == {("FAIL", False)}


def test_incident_6_after_the_hole_is_refuted_and_borrowed_coins_do_not_fill_it(tmp_path: Path) -> None:
    seen = found(tmp_path / "hole", "jp-exchange", ["JP-SEG-01"], {BTC: 7_500}, [Held("b", {BTC: 3_000})])
    assert {outcome(finding) for finding in seen.values()} == {("FAIL", True)}
    borrowed = {BTC: Encumbrance(EncumbranceKind.BORROWED, 4_503 * UNIT)}
    coins = [Held("a", {BTC: 4_503}, encumbered=borrowed), Held("b", {BTC: 3_000})]
    seen = found(tmp_path / "filled", "jp-exchange", ["JP-SEG-01"], {BTC: 7_500}, coins)
    assert {finding.actual for finding in seen.values()} == {"3000"}
    assert {outcome(finding) for finding in seen.values()} == {("FAIL", True)}


# 7 · Bybit: the wallet's code was swapped minutes before; afterwards most of a coin is gone


def test_incident_7_after_coverage_in_the_same_asset_is_refuted(tmp_path: Path) -> None:
    seen = found(tmp_path, "ae-vara", ["VA-01"], {ETH: 570_000}, [Held("a", {ETH: 171_000})])
    assert {str(finding.outcome) for finding in seen.values()} == {"FAIL"}


def test_incident_7_before_other_code_is_a_finding_even_with_the_balance_unchanged(tmp_path: Path) -> None:
    wallet = code_change.COLD.address
    then = {**code_change.HONEST, wallet: code_change.OLD}
    swapped = code_change.compared(tmp_path, then, {**then, wallet: code_change.NEW})
    seen = listened(tmp_path / "rule", "POR-10", list(code(swapped)))
    assert str(seen.outcome) == "INCONCLUSIVE"
    assert "reserves.code@" in seen.facts["open"]


# 8, 9 · coins that came from, or went to, another exchange around the snapshot: with a threshold, and no accusation

FIVE_PERCENT = Movement((HOUR,), (HOUR,), Fraction(1, 20))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # The receiver: its snapshot is of before the coins came, so that nothing moved in its window.
        (100, 100, "PASS"),
        # The sender: four fifths left after its instant. Shown, and no more than shown.
        (100, 20, "INCONCLUSIVE"),
        # 6.5 % left after the snapshot: above the threshold, and the rule warns.
        (100, 93, "INCONCLUSIVE"),
        # 4 %: below it.
        (100, 96, "PASS"),
        # What came for the snapshot and left after it fails its own check, and this rule warns of it.
        (20, 20, "FAIL"),
    ],
)
def test_incidents_8_and_9_movement_is_shown_by_its_size_and_refutes_nothing(
    tmp_path: Path, before: int, after: int, expected: str
) -> None:
    findings = list(movement(moved(tmp_path / "a", share(before), share(after), rule=FIVE_PERCENT)))
    coins = [finding for finding in findings if finding.subject == str(ETH)]
    seen = listened(tmp_path / "b", "POR-16", coins)
    assert outcome(seen) == (expected, False)


# 10 · borrowed reserves: the lender shows the same coins


def test_incident_10_the_same_account_in_two_bundles_is_refuted(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    shown_twice = test_unshared.judged(tmp_path / "a", test_unshared.other(test_unshared.row(test_unshared.COLD)))
    assert outcome(listened(tmp_path / "b", "POR-17", shown_twice)) == ("FAIL", True)
    apart = test_unshared.judged(tmp_path / "a", test_unshared.other(test_unshared.row(test_unshared.STRANGERS[0])))
    assert outcome(listened(tmp_path / "c", "POR-17", apart)) == ("PASS", True)


# 12 · coins of one kind and claims on them, taken together


def test_incident_12_wrapped_coins_are_no_native_ones(tmp_path: Path) -> None:
    group = AssetClass((Denomination(BTC, 18), Denomination(XRP, 18, AssetKind.WRAPPED)))
    pooled = policy(classes=(group,), kinds=frozenset({AssetKind.NATIVE, AssetKind.WRAPPED}))
    coins = [Held("a", {BTC: 80, XRP: 21})]
    seen = found(tmp_path, "jp-exchange", ["JP-SEG-01"], {BTC: 100}, coins, policy=pooled, law=KNOWN)
    assert {finding.actual for finding in seen.values()} == {"80"}
    assert {outcome(finding) for finding in seen.values()} == {("FAIL", True)}
    (own,) = rule("jp-exchange", "JP-SEG-01").rules
    allowed = replace(own, parameters={**own.parameters, "same_kind": False})
    made = context(tmp_path / "b", {BTC: 100}, coins, allowed, policy=pooled)
    assert [str(finding.outcome) for finding in judged(made)] == ["PASS"]


def test_incident_4_house_accounts_are_not_customers(tmp_path: Path) -> None:
    coins = [Held("a", {ETH: 1}), Held("b", {ETH: 99}, role=Role.HOUSE)]
    seen = found(tmp_path, "jp-exchange", ["JP-SEG-01", "JP-SEG-02"], {ETH: 100}, coins)
    assert seen[f"JP-SEG-01/{ETH}"].outcome == "FAIL"
    assert seen["JP-SEG-02"].outcome == "PASS"
