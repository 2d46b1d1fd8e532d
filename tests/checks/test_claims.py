"""What comes first to customers, out of what is proven and out of what is claimed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.checks.claims import Estimate, estimate
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.payouts import payouts
from por.errors import FormatError
from por.model import AssetId, CaseRule, Custody, Instant, LawTrust, LiabilityCommitment, Role
from por.model.claims import Lack, Lacking, Loss, MoneyClaim, Payment, Span
from por.model.declarations import Declarations, Estate, Money
from por.model.record import LedgerRecord
from tests.checks.rules.scenery import BTC, CLASSES, ETH, UNIT, XRP, Held, context, prices
from tests.checks.scenery import NOON, policy

YEN = Money("JPY", Fraction(500), Fraction(500), "A Trust", "trust")
ESTATE = Estate("JPY", Fraction(2_000_000_000), Fraction(3_000_000_000))
DECLARED = Declarations(prices=prices(), money=(YEN,), estate=ESTATE)
OWED = {BTC: 1_000, ETH: 20_000, XRP: 50_000_000}
# The worked example: all that is hot, and 200 BTC that are not, will be said to be lost.
ACCOUNTS = (
    Held("a", {BTC: 956, ETH: 19_200, XRP: 47_000_000}),
    Held("b", {BTC: 44, ETH: 800, XRP: 3_000_000}, custody=Custody.HOT),
    Held("c", {BTC: 44, ETH: 800, XRP: 2_000_000}, role=Role.GUARANTEE),
    Held("d", {BTC: 5_000, ETH: 5_000, XRP: 5_000}, role=Role.HOUSE),
)
STOLEN = Loss(True, ((BTC, Fraction(200)),))


def estimated(
    tmp_path: Path,
    accounts: tuple[Held, ...] = ACCOUNTS,
    loss: Loss = STOLEN,
    declared: Observation[Declarations] | None = Seen(DECLARED),  # noqa: B008 - frozen
    law: LawTrust | None = None,
    owed: Mapping[AssetId, int] | None = None,
    **changes: Any,
) -> Estimate:
    rules = policy(classes=CLASSES, law=law or LawTrust())
    made = context(tmp_path, OWED if owed is None else owed, accounts, policy=rules, **changes).examination
    return estimate(replace(made, declared=declared), loss)


def test_the_worked_example_from_a_bundle(tmp_path: Path) -> None:
    found = estimated(tmp_path)
    assert found.currency == "JPY"
    assert found.missing == ()
    assert found.money == (MoneyClaim("JPY", Fraction(500), Fraction(500)),)
    assert found.proven == found.claimed
    assert found.pools == {BTC: 800, ETH: 20_000, XRP: 49_000_000}
    pooled = Fraction(436, 470)
    assert found.proven[BTC].preferential == Span(Fraction("0.8"), pooled)
    assert found.proven[BTC].per_kind.total == Fraction("0.8625")
    assert found.proven[ETH].per_kind == Payment(Fraction(1), Fraction(0))
    assert found.proven[XRP].per_kind.total == Fraction("0.98625")
    assert found.proven[XRP].single_pool.total == pooled + (1 - pooled) * Fraction("0.3125")


def test_t49_what_is_not_proven_stands_beside_what_is(tmp_path: Path) -> None:
    unsigned = {"c": Missing("no signature")}
    found = estimated(tmp_path, signers=unsigned)
    assert found.proven[BTC].per_kind.preferential == Fraction(756, 1_000)
    assert found.claimed[BTC].per_kind.preferential == Fraction(800, 1_000)


def test_t50_what_is_refuted_counts_nowhere(tmp_path: Path) -> None:
    found = estimated(tmp_path, signers={"c": Broken("another's signature")})
    assert found.proven[BTC].per_kind.preferential == Fraction(756, 1_000)
    assert found.claimed == found.proven


@pytest.mark.parametrize("role", [Role.HOUSE, Role.ISSUER_RESERVE])
def test_t62_the_issuers_own_coins_are_not_kept_for_customers(tmp_path: Path, role: Role) -> None:
    found = estimated(tmp_path, (Held("a", {BTC: 5_000}, role=role),), Loss(), owed={BTC: 10})
    assert found.proven[BTC].per_kind.preferential == 0
    assert found.claimed[BTC].per_kind.preferential == 0


def test_coins_at_a_third_party_are_kept_too(tmp_path: Path) -> None:
    found = estimated(tmp_path, (Held("a", {BTC: 5}, custody=Custody.THIRD_PARTY),), Loss(True), owed={BTC: 10})
    assert found.proven[BTC].per_kind.preferential == Fraction(1, 2)


# --- inputs that are not there


@pytest.mark.parametrize("declared", [None, Missing("not there"), Broken("another file")])
def test_without_declarations_only_coins_of_the_kind_itself_are_reckoned(
    tmp_path: Path, declared: Observation[Declarations] | None
) -> None:
    found = estimated(tmp_path, declared=declared)
    assert found.proven[BTC].per_kind == Payment(Fraction("0.8"), None)
    assert found.proven[BTC].single_pool == Payment(None, None)
    assert {row.what for row in found.missing} == {Lack.CURRENCY, Lack.ESTATE, Lack.MONEY}
    assert found.currency is None


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"estate": None}, Lacking(Lack.ESTATE, "")),
        ({"money": ()}, Lacking(Lack.MONEY, "")),
        ({"prices": prices({BTC: 15_000_000, ETH: 600_000})}, Lacking(Lack.PRICE, str(XRP))),
        ({"prices": prices(currency="USD")}, Lacking(Lack.PRICE, str(BTC))),
        ({"prices": prices(at=Instant(NOON.seconds - 86_401))}, Lacking(Lack.PRICE, str(BTC))),
        ({"money": (YEN, replace(YEN, currency="USD", held=Fraction(499)))}, Lacking(Lack.RATE, "USD")),
    ],
)
def test_a_missing_input_is_named_and_its_figure_left_out(
    tmp_path: Path, changes: dict[str, Any], missing: Lacking
) -> None:
    found = estimated(tmp_path, declared=Seen(replace(DECLARED, **changes)))
    assert missing in found.missing
    assert found.proven[BTC].total is None
    assert found.proven[BTC].per_kind.preferential == Fraction("0.8")


def test_prices_at_the_edge_of_a_day_are_of_the_snapshot(tmp_path: Path) -> None:
    near = replace(DECLARED, prices=prices(at=Instant(NOON.seconds + 86_400)))
    assert estimated(tmp_path, declared=Seen(near)).missing == ()


def test_prices_of_the_verifier_go_before_the_issuers(tmp_path: Path) -> None:
    law = LawTrust(prices=prices({BTC: 1, ETH: 1, XRP: 1}))
    found = estimated(tmp_path, law=law)
    assert found.proven[BTC].single_pool.preferential == Fraction(49_020_800, 50_021_000)


def test_money_in_another_currency_that_is_all_there_needs_no_rate(tmp_path: Path) -> None:
    money = (YEN, replace(YEN, currency="USD"))
    assert estimated(tmp_path, declared=Seen(replace(DECLARED, money=money))).missing == ()


def test_money_at_a_bank_is_not_in_trust(tmp_path: Path) -> None:
    money = (YEN, replace(YEN, owed=Fraction(1_600_000_000), held=Fraction(1_600_000_000), kind="bank"))
    found = estimated(tmp_path, declared=Seen(replace(DECLARED, money=money)))
    assert found.money == (MoneyClaim("JPY", Fraction(1_600_000_500), Fraction(500)),)
    assert found.proven[BTC].per_kind.general == Fraction("0.2") * Fraction(2_000, 8_000)


def test_what_is_all_covered_misses_nothing(tmp_path: Path) -> None:
    assert estimated(tmp_path, loss=Loss(), declared=None).missing == ()


# --- losses


def test_a_loss_takes_from_the_proven_first(tmp_path: Path) -> None:
    found = estimated(tmp_path, loss=Loss(False, ((BTC, Fraction(1_044)),)))
    assert found.pools[BTC] == 0
    assert found.proven[BTC].per_kind.preferential == 0


@pytest.mark.parametrize(
    "loss",
    [
        Loss(False, ((BTC, Fraction(1_045)),)),
        Loss(True, ((BTC, Fraction(1_001)),)),
        Loss(False, ((AssetId.parse("eip155:10/slip44:60"), Fraction(1)),)),
    ],
)
def test_more_than_is_listed_cannot_be_lost(tmp_path: Path, loss: Loss) -> None:
    with pytest.raises(FormatError) as refused:
        estimated(tmp_path, loss=loss)
    assert refused.value.place == "--lost"


# --- claims under commitments, and payouts


def commitment(segment: str, asset: AssetId, total: int) -> LiabilityCommitment:
    return LiabilityCommitment("por-sum-sha256-v1", segment, asset, 18, 0, total, bytes(32), bytes(32))


def test_claims_are_summed_by_asset_and_debts_left_out(tmp_path: Path) -> None:
    found = estimated(tmp_path)
    items = [commitment(name, BTC, 0) for name in ("debt:margin", "margin", "spot")]
    (claim,) = found.of(items, [7, UNIT, 2 * UNIT])
    assert (claim.asset, claim.kind, claim.segments, claim.units) == (BTC, BTC, ("margin", "spot"), 3 * UNIT)
    assert claim.proven == found.proven[BTC]


def record(account: str, amount: int, segment: str = "spot", asset: AssetId = BTC) -> LedgerRecord:
    return LedgerRecord(account, segment, asset, amount, 0, bytes(32))


def test_payouts_sum_to_the_pool_to_the_last_unit(tmp_path: Path) -> None:
    found = estimated(tmp_path)
    third = 1_000 * UNIT // 3
    owed = [
        record("a", third),
        record("b", third),
        record("c", third),
        record("b", 1, "margin"),
        record("a", 9, "debt:x"),
    ]
    rows = list(payouts(owed, found, CaseRule.LOWER))
    assert [(row.account_id, row.owed) for row in rows] == [("a", third), ("b", third + 1), ("c", third)]
    assert sum(row.paid for row in rows) == 800 * UNIT
    assert all(row.kind == BTC and row.decimals == 18 for row in rows)


def test_t14_one_customer_under_two_spellings_is_paid_once(tmp_path: Path) -> None:
    rows = list(payouts([record("Ann", 5), record("ann", 6)], estimated(tmp_path), CaseRule.LOWER))
    assert [(row.account_id, row.owed, row.paid) for row in rows] == [("ann", 11, 11)]


def test_what_is_of_no_kind_that_is_owed_is_not_paid(tmp_path: Path) -> None:
    stranger = AssetId.parse("eip155:10/slip44:60")
    assert list(payouts([record("a", 5, asset=stranger)], estimated(tmp_path), CaseRule.LOWER)) == []
