"""What stands behind a stablecoin in sum: backing, shares, pools, custodians, security, and how soon it is at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.asset_classes import exact_text
from por.checks.rules.reserve_sums import Sum, at_least, at_most, certain
from por.model import Grade, LawTrust, Outcome
from por.model.declarations import Declarations, ReserveItem
from por.report.messages import ENGLISH
from tests.checks.rules.coins import HERE, THERE, TODAY, UNREAD, asked, coin, item, rate, row, scene, seen
from tests.checks.rules.scenery import judged, rule

BOND, TIME, FUND = "government-bond", "time-deposit", "fund, other"
TRUST: dict[str, Any] = {
    "kinds": ["demand-deposit", TIME, BOND],
    "maturity": [f"{BOND} 3 months"],
    "early": [TIME],
}
SOON = date(2027, 1, 15)
UNIT = Fraction(1, 100)


# --- backing


@pytest.mark.parametrize(
    ("value", "outcome"), [(1000, "PASS"), (1000 - UNIT, "FAIL"), (1500, "PASS"), (0, "FAIL"), (None, "FAIL")]
)
def test_what_counts_covers_what_circulates_to_the_unit(tmp_path: Path, value: Any, outcome: str) -> None:
    finding = asked(tmp_path, coin(item(value=value)), rule("stablecoin.backing", **TRUST))
    assert str(finding.outcome) == outcome
    assert finding.expected == "1000"


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"kind": FUND}, f"bad: of the kind {FUND}, which does not count"),
    ({"value": None}, "bad: no market value"),
    ({"valued": TODAY - timedelta(days=9)}, "bad: its market value is of 2026-10-23"),
    ({"tokenised": True}, "bad: a token of it, not the asset itself"),
    ({"kind": BOND, "maturity": date(2027, 2, 2)}, "bad: ends on 2027-02-02, after 2027-02-01"),
    ({"kind": BOND, "maturity": date(2026, 10, 31)}, "bad: ended on 2026-10-31"),
    ({"kind": TIME}, "bad: cannot be ended early"),
    ({"encumbered": Fraction(1)}, "bad: others have a claim on 1"),
)


@pytest.mark.parametrize(("changes", "excluded"), BAD)
def test_what_does_not_count_counts_nothing_and_is_named(
    tmp_path: Path, changes: dict[str, Any], excluded: str
) -> None:
    made = coin(item(value=999), item(**{"name": "bad", "value": 1, **changes}))
    finding = asked(tmp_path, made, rule("stablecoin.backing", **TRUST))
    assert (str(finding.outcome), finding.actual, finding.facts["excluded"]) == ("FAIL", "999", excluded)


@pytest.mark.parametrize(("changes", "excluded"), BAD)
def test_what_does_not_count_is_named_where_the_rest_is_enough_too(
    tmp_path: Path, changes: dict[str, Any], excluded: str
) -> None:
    made = coin(item(value=1000), item(**{"name": "bad", "value": 1, **changes}))
    finding = asked(tmp_path, made, rule("stablecoin.backing", **TRUST))
    assert (str(finding.outcome), finding.facts["excluded"]) == ("PASS", excluded)


def test_only_what_others_claim_is_taken_off(tmp_path: Path) -> None:
    made = coin(item(value=1100, encumbered=Fraction(100)))
    assert str(asked(tmp_path, made, rule("stablecoin.backing", **TRUST)).outcome) == "PASS"
    over = coin(item(value=1100, encumbered=Fraction(10**9)))
    assert asked(tmp_path / "b", over, rule("stablecoin.backing", **TRUST)).actual == "0"


@pytest.mark.parametrize(("bonds", "outcome"), [(1, "INCONCLUSIVE"), (Fraction(1, 2), "FAIL")])
def test_a_missing_day_lets_an_asset_count_to_the_upper_figure_alone(tmp_path: Path, bonds: Any, outcome: str) -> None:
    made = coin(item(value=999), item("bond", BOND, bonds))
    finding = asked(tmp_path, made, rule("stablecoin.backing", **TRUST))
    assert (str(finding.outcome), finding.facts["undecided"]) == (outcome, "bond: its day of maturity is not declared")


def test_what_counts_is_told_by_kind_and_so_is_what_does_not(tmp_path: Path) -> None:
    rows = (
        item(value=700, encumbered=Fraction(5)),
        item("again", value=Fraction(1, 3)),
        item("bond", BOND, 300, maturity=SOON),
        item("open", BOND, 40),
        item("fund", FUND, 7),
        item("worthless", FUND, None),
    )
    finding = asked(tmp_path, coin(*rows), rule("stablecoin.backing", **TRUST))
    told, beside = (
        dict(part.rsplit(" ", 1) for part in finding.facts[name].split(", ")) for name in ("composition", "beside")
    )
    assert told == {"demand-deposit": "2086/3", BOND: "300"}
    assert beside == {"encumbered": "5", "uncounted": "7", "undecided": "40"}
    kinds = sum((Fraction(told[kind]) for kind in ("demand-deposit", BOND)), Fraction(0))
    assert exact_text(kinds) == finding.actual, "the kinds sum to what counts"


@pytest.mark.parametrize(("ratio", "outcome"), [("1", "PASS"), ("102/100", "PASS"), ("1.0201", "FAIL")])
def test_the_ratio_is_the_rules(tmp_path: Path, ratio: str, outcome: str) -> None:
    assert str(asked(tmp_path, coin(item(value=1020)), rule("stablecoin.backing", ratio=ratio)).outcome) == outcome


def test_the_chains_supply_goes_before_the_declared_one(tmp_path: Path) -> None:
    """An issuer that declares less than there is is measured by what there is."""
    made = coin(item(value=1000), supply=(row(minted=1000),))
    finding = asked(tmp_path, made, rule("stablecoin.backing"), supplies={HERE: seen(1001), THERE: seen(0)})
    assert (str(finding.outcome), finding.expected) == ("FAIL", "1001")


def test_grades_are_of_the_weakest_input(tmp_path: Path) -> None:
    asks = rule("stablecoin.backing")
    assert asked(tmp_path, coin(item()), asks).grade is Grade.THIRD_PARTY_DOCUMENT
    assert asked(tmp_path / "b", coin(item()), asks).facts["inputs"] == "reserves"
    treasury = coin(item(), supply=(row(treasury=1),))
    assert asked(tmp_path / "c", treasury, asks).facts["inputs"] == "reserves, supply"
    unread = asked(tmp_path / "d", coin(item()), asks, supplies={HERE: UNREAD, THERE: seen(0)})
    assert unread.facts["inputs"] == "reserves, supply"


def test_by_the_issuers_word_alone_it_passes_nothing_and_fails(tmp_path: Path) -> None:
    asks = rule("stablecoin.backing")
    finding = asked(tmp_path, coin(item()), asks, law=LawTrust())
    assert (str(finding.outcome), finding.facts["weak"]) == ("INCONCLUSIVE", "reserves")
    assert str(asked(tmp_path / "b", coin(item(value=1)), asks, law=LawTrust()).outcome) == "FAIL"


@pytest.mark.parametrize(("rates", "outcome"), [((rate("USD", "JPY", 150),), "PASS"), ((), "INCONCLUSIVE")])
def test_an_asset_of_another_currency_needs_a_rate(tmp_path: Path, rates: Any, outcome: str) -> None:
    made = coin(item(value=10, currency="USD"))
    finding = asked(tmp_path, Declarations(stablecoins=(made,), figures=rates), rule("stablecoin.backing"))
    assert (str(finding.outcome), finding.facts["inputs"]) == (outcome, "reserves, figures")


@pytest.mark.parametrize("bad", [rate("USD", "EUR", 150), rate("usd", "JPY", 150), rate("USD", "JPY", -1)])
def test_another_rate_is_no_rate(tmp_path: Path, bad: Any) -> None:
    made = coin(item(value=10, currency="USD"))
    finding = asked(tmp_path, Declarations(stablecoins=(made,), figures=(bad,)), rule("stablecoin.backing"))
    assert (str(finding.outcome), finding.facts["upper"]) == ("INCONCLUSIVE", "any number")


def test_where_the_rule_asks_for_the_same_currency_no_rate_helps(tmp_path: Path) -> None:
    made = coin(item(value=10, currency="USD"))
    declared = Declarations(stablecoins=(made,), figures=(rate("USD", "JPY", 150),))
    finding = asked(tmp_path, declared, rule("stablecoin.backing", same_currency=True))
    assert (str(finding.outcome), finding.facts["excluded"]) == ("FAIL", "deposit: in USD, not in JPY")


def test_a_coin_of_which_nothing_circulates_is_not_concerned(tmp_path: Path) -> None:
    made = coin(item(), supply=(row(minted=10, treasury=10),))
    finding = asked(tmp_path, made, rule("stablecoin.backing"))
    assert (finding.facts["state"], finding.required) == ("does-not-apply", False)


@pytest.mark.parametrize("check", ["backing", "pool", "concentration", "secured"])
def test_without_reserves_the_input_is_named(tmp_path: Path, check: str) -> None:
    given = {"backing": {}, "secured": {"kinds": ["x"]}}.get(check, {"limit": "1/2"})
    finding = asked(tmp_path, coin(), rule(f"stablecoin.{check}", **given))
    assert (str(finding.outcome), finding.facts["input"]) == ("INCONCLUSIVE", "reserves")


def test_incident_11_a_fund_at_cost_backs_nothing(tmp_path: Path) -> None:
    """TrueUSD, by a settlement of 2024-09-24: nearly everything in one fund that attestations valued at cost."""
    fund = item("fund", FUND, None, par=Fraction(502_000_000), currency="USD", custodian="One Custodian")
    cash = item("cash", "demand-deposit", 1_000_000, currency="USD", custodian="A Bank")
    made = coin(fund, cash, name="a dollar coin", currency="USD", supply=(row(minted=500_000_000),))
    finding = asked(tmp_path, made, rule("stablecoin.backing", kinds=["demand-deposit", "treasury-bill"]))
    assert (str(finding.outcome), finding.facts["percent"]) == ("FAIL", "0.2")
    assert finding.facts["excluded"] == f"fund: of the kind {FUND}, which does not count"
    assert str(asked(tmp_path / "b", made, rule("stablecoin.valued")).outcome) == "FAIL"
    assert str(asked(tmp_path / "c", made, rule("stablecoin.eligible", kinds=["demand-deposit"])).outcome) == "FAIL"
    spread = rule("stablecoin.concentration", limit="40/100")
    assert str(asked(tmp_path / "d", made, spread).outcome) == "INCONCLUSIVE"
    valued = replace(fund, market_value=Fraction(450_000_000), valued=TODAY)
    finding = asked(tmp_path / "e", replace(made, reserves=(valued, cash)), spread)
    assert (str(finding.outcome), finding.facts["most"]) == ("FAIL", "One Custodian")


# --- shares

CAP: dict[str, Any] = {"kinds": [TIME, BOND], "limit": "50/100", "bound": "most", "of": "issued"}


@pytest.mark.parametrize(
    ("bonds", "outcome"), [(500, "PASS"), (500 + UNIT, "FAIL"), (Fraction(4999999, 10**4), "PASS"), (501, "FAIL")]
)
def test_exactly_half_of_the_amount_issued_passes_and_one_unit_more_does_not(
    tmp_path: Path, bonds: Any, outcome: str
) -> None:
    made = coin(item(value=600), item("bond", BOND, bonds - 100, maturity=SOON), item("time", TIME, 100))
    assert str(asked(tmp_path, made, rule("stablecoin.share", **CAP)).outcome) == outcome


def test_the_limit_is_of_the_amount_issued_and_both_ratios_are_shown(tmp_path: Path) -> None:
    """Over-collateralised, the bonds are under half of the reserves and over half of what is issued."""
    made = coin(item(value=700), item("bond", BOND, 600, maturity=SOON))
    finding = asked(tmp_path, made, rule("stablecoin.share", **CAP))
    assert str(finding.outcome) == "FAIL"
    assert (finding.facts["issued_percent"], finding.facts["reserves_percent"]) == ("60", "46.153")
    said = ENGLISH[finding.message].format(**finding.facts)
    assert (
        "60 % of the amount issued, more than 0.5 of it (of the amount issued 60 %, of the reserves 46.153 %)" in said
    )
    other = asked(tmp_path / "b", made, rule("stablecoin.share", **{**CAP, "of": "reserves"}))
    assert str(other.outcome) == "PASS"


def test_the_other_way_round_the_popular_reading_would_fail_what_the_law_passes(tmp_path: Path) -> None:
    made = coin(item(value=300), item("bond", BOND, 400, maturity=SOON))
    assert str(asked(tmp_path, made, rule("stablecoin.share", **CAP)).outcome) == "PASS"
    assert str(asked(tmp_path / "b", made, rule("stablecoin.share", **{**CAP, "of": "reserves"})).outcome) == "FAIL"


@pytest.mark.parametrize(("bonds", "outcome"), [(400, "INCONCLUSIVE"), (501, "FAIL")])
def test_an_asset_without_value_may_break_a_limit_and_keeps_no_other_from_breaking_it(
    tmp_path: Path, bonds: int, outcome: str
) -> None:
    made = coin(item("a", BOND, bonds, maturity=SOON), item("b", BOND, None))
    finding = asked(tmp_path, made, rule("stablecoin.share", **CAP))
    assert (str(finding.outcome), finding.facts["undecided"]) == (outcome, "b: no market value")


def test_an_asset_of_other_kinds_without_value_does_not_matter_to_the_amount_issued(tmp_path: Path) -> None:
    made = coin(item("a", BOND, 500, maturity=SOON), item("b", "demand-deposit", None))
    assert str(asked(tmp_path, made, rule("stablecoin.share", **CAP)).outcome) == "PASS"
    assert str(asked(tmp_path / "b", made, rule("stablecoin.share", **{**CAP, "of": "reserves"})).outcome) == (
        "INCONCLUSIVE"
    )


RECEIVED: dict[str, Any] = {
    "kinds": ["demand-deposit"],
    "limit": "30/100",
    "bound": "least",
    "of": "received",
    "apart": True,
}


@pytest.mark.parametrize(
    ("deposit", "outcome"),
    [
        (item(value=300, separate=True), "PASS"),
        (item(value=300 - UNIT, separate=True), "FAIL"),
        (item(value=300), "FAIL"),
        (item(value=300, separate=True, encumbered=UNIT), "FAIL"),
        (item(value=None, separate=True), "INCONCLUSIVE"),
        (item(kind=TIME, value=300, separate=True), "FAIL"),
    ],
)
def test_at_least_thirty_per_cent_of_the_money_received_in_accounts_apart(
    tmp_path: Path, deposit: ReserveItem, outcome: str
) -> None:
    made = coin(deposit, item("bond", BOND, 700), received=Fraction(1000))
    assert str(asked(tmp_path, made, rule("stablecoin.share", **RECEIVED)).outcome) == outcome


def test_money_received_that_is_not_declared_is_named(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(item()), rule("stablecoin.share", **RECEIVED))
    assert (str(finding.outcome), finding.facts["what"]) == ("INCONCLUSIVE", "the money received for JPYX")


def test_a_share_of_each_currency_is_judged_by_itself(tmp_path: Path) -> None:
    made = coin(item(value=60), item("b", BOND, 40), item("c", BOND, 100, currency="USD"))
    declared = Declarations(stablecoins=(made,), figures=(rate("USD", "JPY", 1),))
    asks = rule(
        "stablecoin.share", kinds=["demand-deposit"], limit="30/100", bound="least", of="reserves", each="currency"
    )
    found = {finding.subject: str(finding.outcome) for finding in judged(scene(tmp_path, declared, asks))}
    assert found == {"a-book/R-1/JPYX/JPY": "PASS", "a-book/R-1/JPYX/USD": "FAIL"}


@pytest.mark.parametrize(
    ("name", "value"), [("of", "supply"), ("bound", "max"), ("each", "chain"), ("limit", "50%"), ("limit", 0.5)]
)
def test_t67_a_parameter_that_is_none_stops(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(Exception, match=f"R-1/parameters/{name}"):
        asked(tmp_path, coin(item()), rule("stablecoin.share", **{**CAP, name: value}))


# --- pool, custodians


@pytest.mark.parametrize(
    ("value", "outcome"), [(1050, "PASS"), (1050 + UNIT, "FAIL"), (900, "PASS"), (None, "INCONCLUSIVE")]
)
def test_a_pool_exceeds_by_five_per_cent_at_most(tmp_path: Path, value: Any, outcome: str) -> None:
    assert str(asked(tmp_path, coin(item(value=value)), rule("stablecoin.pool", limit="5/100")).outcome) == outcome


@pytest.mark.parametrize(
    ("parts", "outcome", "most"),
    [
        ((40, 30, 30), "PASS", "A"),
        ((40 + UNIT, 30, 30 - UNIT), "FAIL", "A"),
        ((30, 30, 40 + UNIT), "FAIL", "C"),
        ((40, 30, None), "INCONCLUSIVE", "A"),
        ((100, 0, 0), "FAIL", "A"),
    ],
)
def test_at_most_forty_per_cent_at_one_institution(
    tmp_path: Path, parts: tuple[Any, ...], outcome: str, most: str
) -> None:
    items = [item(f"i{n}", value=value, custodian=who) for n, (value, who) in enumerate(zip(parts, "ABC", strict=True))]
    finding = asked(tmp_path, coin(*items), rule("stablecoin.concentration", limit="40/100"))
    assert (str(finding.outcome), finding.facts["most"]) == (outcome, most)


def test_one_custodian_of_many_assets_is_one(tmp_path: Path) -> None:
    items = [item(f"i{n}", value=10, issuer=f"bank {n}") for n in range(10)]
    asks = rule("stablecoin.concentration", limit="40/100")
    assert str(asked(tmp_path, coin(*items), asks).outcome) == "FAIL"
    by_issuer = rule("stablecoin.concentration", limit="40/100", by="issuer")
    assert str(asked(tmp_path / "b", coin(*items), by_issuer).outcome) == "PASS"


def test_by_something_else_stops(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="none of custodian, issuer"):
        asked(tmp_path, coin(item()), rule("stablecoin.concentration", limit="1/2", by="bank"))


# --- funds transfer


SECURED = rule("stablecoin.secured", kinds=["security-deposit", "guarantee-contract"])


@pytest.mark.parametrize(
    ("value", "obligations", "outcome"),
    [
        (1010, 1000, "PASS"),
        (1010 - UNIT, 1000, "FAIL"),
        (1020, 1010, "PASS"),
        (1019, 1010, "FAIL"),
        # Less owed than circulates is not believed.
        (510, 500, "FAIL"),
        (None, 1000, "INCONCLUSIVE"),
    ],
)
def test_what_is_owed_and_the_procedure_are_secured(tmp_path: Path, value: Any, obligations: int, outcome: str) -> None:
    made = coin(
        item(kind="security-deposit", value=value),
        item("other", "demand-deposit", 10**6),
        obligations=Fraction(obligations),
        procedure_cost=Fraction(10),
    )
    assert str(asked(tmp_path, made, SECURED).outcome) == outcome


@pytest.mark.parametrize("missing", ["obligations", "procedure_cost"])
def test_a_missing_obligation_or_cost_is_named(tmp_path: Path, missing: str) -> None:
    made = coin(item(kind="security-deposit"), obligations=Fraction(1), procedure_cost=Fraction(1))
    finding = asked(tmp_path, replace(made, **{missing: None}), SECURED)  # type: ignore[arg-type]
    assert (str(finding.outcome), finding.facts["input"]) == ("INCONCLUSIVE", "supply")


# --- how soon


BUCKETS = rule("stablecoin.buckets", buckets=["1 business-day 20/100"])


@pytest.mark.parametrize(
    ("items", "outcome"),
    [
        ((item(value=20), item("b", BOND, 80, maturity=SOON)), "PASS"),
        ((item(value=20 - UNIT), item("b", BOND, 80 + UNIT, maturity=SOON)), "FAIL"),
        # Monday, 2 November is the next business day, Tuesday a holiday.
        ((item("a", BOND, 20, maturity=date(2026, 11, 2)), item("b", BOND, 80, maturity=SOON)), "PASS"),
        ((item("a", BOND, 20, maturity=date(2026, 11, 3)), item("b", BOND, 80, maturity=SOON)), "FAIL"),
        ((item("a", TIME, 20), item("b", BOND, 80, maturity=SOON)), "INCONCLUSIVE"),
        ((item(value=None), item("b", BOND, 80, maturity=SOON)), "INCONCLUSIVE"),
        ((item(value=20, encumbered=UNIT), item("b", BOND, 80, maturity=SOON)), "FAIL"),
    ],
)
def test_enough_is_at_hand_within_a_working_day(tmp_path: Path, items: tuple[ReserveItem, ...], outcome: str) -> None:
    finding = asked(tmp_path, coin(*items), BUCKETS)
    assert (str(finding.outcome), finding.subject) == (outcome, "a-book/R-1/JPYX/1 business-day")


@pytest.mark.parametrize("text", ["", "20/100", "1 business-day", "1 business-day 0.2", "1 week 20/100", "1 day 1/0"])
def test_a_bucket_that_is_none_stops(tmp_path: Path, text: str) -> None:
    with pytest.raises(Exception, match="R-1/parameters/buckets"):
        asked(tmp_path, coin(item()), rule("stablecoin.buckets", buckets=[text]))


@pytest.mark.parametrize(
    ("items", "outcome"),
    [
        ((item(value=50), item("b", BOND, 50, maturity=TODAY + timedelta(days=40))), "PASS"),
        ((item(value=50), item("b", BOND, 50, maturity=TODAY + timedelta(days=41))), "FAIL"),
        ((item(value=50), item("b", BOND, 50)), "INCONCLUSIVE"),
        ((item(value=50), item("b", BOND, 50, maturity=TODAY)), "PASS"),
        ((item(value=50), item("b", BOND, 50, maturity=TODAY - timedelta(days=1))), "INCONCLUSIVE"),
        ((item(value=50), item("b", BOND, None, maturity=SOON)), "INCONCLUSIVE"),
        ((item(value=0),), "INCONCLUSIVE"),
    ],
)
def test_the_average_runs_for_twenty_days_at_most(tmp_path: Path, items: tuple[ReserveItem, ...], outcome: str) -> None:
    assert str(asked(tmp_path, coin(*items), rule("stablecoin.tenor", days=20)).outcome) == outcome


@pytest.mark.parametrize(("days", "outcome"), [(0, "PASS"), (1, "INCONCLUSIVE")])
def test_what_ended_and_is_still_listed_is_not_at_hand(tmp_path: Path, days: int, outcome: str) -> None:
    made = coin(item("b", BOND, 100, maturity=TODAY - timedelta(days=days)))
    assert str(asked(tmp_path, made, BUCKETS).outcome) == outcome


# --- sums

amounts = st.fractions(min_value=0, max_value=1000)
sums = st.builds(
    lambda low, more: Sum(low, None if more is None else low + more), amounts, st.one_of(st.none(), amounts)
)


@given(sums, sums)
def test_a_sum_passes_only_what_holds_for_all_it_can_be(have: Sum, need: Sum) -> None:
    worst, best = have.low, need.low
    for outcome in (at_least(have, need), at_most(need, have)):
        if outcome is Outcome.PASS:
            assert need.high is not None
            assert worst >= need.high
        if outcome is Outcome.FAIL:
            assert have.high is not None
            assert have.high < best


@given(sums, sums, st.fractions(min_value=0, max_value=3))
def test_sums_add_and_scale(left: Sum, right: Sum, ratio: Fraction) -> None:
    both = left + right
    assert both.low == left.low + right.low
    assert (both.high is None) == (left.high is None or right.high is None)
    assert (both * ratio).low == left.low * ratio + right.low * ratio
    assert certain(ratio) == Sum(ratio, ratio)
