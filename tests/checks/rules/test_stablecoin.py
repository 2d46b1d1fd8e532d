"""What stands behind a stablecoin, asset by asset: kinds, values, terms, currencies; every limit to the day or unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.checks.observation import Broken, Missing
from por.model import Finding, Grade, Instant, LawTrust
from por.model.declarations import Declarations, ReserveItem, Topic
from por.model.rulebook import Rule
from tests.checks.rules.coins import TODAY, asked, coin, item, rate, scene
from tests.checks.rules.scenery import judged, rule

BOND = "government-bond"


def told(finding: Finding) -> tuple[str, str]:
    return str(finding.outcome), finding.facts.get("breaches") or finding.facts.get("why") or ""


# --- kinds


def test_kinds_that_the_rule_names_pass(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(item()), rule("stablecoin.eligible", kinds=["demand-deposit"]))
    assert (told(finding), finding.grade) == (("PASS", "nothing"), Grade.THIRD_PARTY_DOCUMENT)


@pytest.mark.parametrize("kind", ["fund, other", "Demand-Deposit", "demand-deposit ", "loan"])
def test_another_kind_is_named_and_refutes(tmp_path: Path, kind: str) -> None:
    finding = asked(tmp_path, coin(item(), item("x", kind)), rule("stablecoin.eligible", kinds=["demand-deposit"]))
    assert told(finding) == ("FAIL", f"x: of the kind {kind}, which does not count")


@pytest.mark.parametrize(
    ("allowed", "outcome"), [([], "FAIL"), ([BOND], "FAIL"), (["deposit"], "PASS"), (["*"], "PASS")]
)
def test_a_token_of_an_asset_counts_only_where_the_rule_says_so(
    tmp_path: Path, allowed: list[str], outcome: str
) -> None:
    made = coin(item(kind="deposit", tokenised=True))
    finding = asked(tmp_path, made, rule("stablecoin.eligible", kinds=["deposit"], tokenised=allowed))
    assert str(finding.outcome) == outcome


def test_nothing_behind_a_coin_is_named_as_missing(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(), rule("stablecoin.eligible", kinds=["deposit"]))
    assert (str(finding.outcome), finding.facts["input"]) == ("INCONCLUSIVE", "reserves")


def test_by_the_issuers_word_alone_it_passes_nothing_and_fails(tmp_path: Path) -> None:
    asks = rule("stablecoin.eligible", kinds=["demand-deposit"])
    assert asked(tmp_path, coin(item()), asks, law=LawTrust()).message == "rulebook.answer.declared_only"
    assert told(asked(tmp_path / "b", coin(item(kind="loan")), asks, law=LawTrust()))[0] == "FAIL"


@pytest.mark.parametrize(("unread", "outcome"), [(Missing("not there"), "INCONCLUSIVE"), (Broken("no form"), "FAIL")])
def test_declarations_that_cannot_be_read_are_no_declarations(tmp_path: Path, unread: Any, outcome: str) -> None:
    made = scene(tmp_path, Declarations(), rule("stablecoin.eligible", kinds=["deposit"], inputs=(Topic.RESERVES,)))
    (finding,) = judged(replace(made, unread=unread))
    assert str(finding.outcome) == outcome


# --- values


@pytest.mark.parametrize(
    ("days", "given", "outcome"),
    [(0, {}, "PASS"), (4, {}, "PASS"), (5, {}, "FAIL"), (-1, {}, "FAIL"), (1, {"valued_days": 0}, "FAIL")],
)
def test_a_market_value_is_of_these_days(tmp_path: Path, days: int, given: dict[str, Any], outcome: str) -> None:
    made = coin(item(valued=TODAY - timedelta(days=days)))
    assert told(asked(tmp_path, made, rule("stablecoin.valued", **given)))[0] == outcome


def test_what_it_cost_is_no_value(tmp_path: Path) -> None:
    made = coin(item(), item("fund", "fund, other", None, par=Fraction(502_000_000)))
    finding = asked(tmp_path, made, rule("stablecoin.valued"))
    assert told(finding) == ("FAIL", "fund: no market value")


# --- maturity: calendar months, days, business days


@pytest.mark.parametrize(
    ("today", "matures", "outcome"),
    [
        ("2026-11-01", "2027-02-01", "PASS"),
        ("2026-11-01", "2027-02-02", "FAIL"),
        ("2026-11-30", "2027-02-28", "PASS"),
        ("2026-11-30", "2027-03-01", "FAIL"),
        ("2026-11-01", "2026-11-01", "PASS"),
        ("2026-11-01", "2026-10-31", "FAIL"),
        ("2026-11-01", None, "INCONCLUSIVE"),
    ],
)
def test_three_months_are_three_calendar_months_to_the_day(
    tmp_path: Path, today: str, matures: str | None, outcome: str
) -> None:
    last = None if matures is None else date.fromisoformat(matures)
    day = date.fromisoformat(today)
    made = coin(item(kind=BOND, maturity=last, valued=day))
    at = Instant.parse(f"{today}T00:00:00Z")
    finding = asked(tmp_path, made, rule("stablecoin.maturity", maturity=[f"{BOND} 3 months"]), instant=at)
    assert told(finding)[0] == outcome


@pytest.mark.parametrize(
    ("text", "matures", "outcome"),
    [
        (f"{BOND} 93 days", TODAY + timedelta(days=93), "PASS"),
        (f"{BOND} 93 days", TODAY + timedelta(days=94), "FAIL"),
        # Tuesday 3 November is a holiday in Japan: Monday is the next business day, then Wednesday.
        (f"{BOND} 1 business-day", date(2026, 11, 2), "PASS"),
        (f"{BOND} 1 business-day", date(2026, 11, 3), "FAIL"),
        (f"{BOND} 2 business-days", date(2026, 11, 4), "PASS"),
        (f"{BOND} 2 business-days", date(2026, 11, 5), "FAIL"),
    ],
)
def test_days_and_business_days(tmp_path: Path, text: str, matures: date, outcome: str) -> None:
    made = coin(item(kind=BOND, maturity=matures))
    assert told(asked(tmp_path, made, rule("stablecoin.maturity", maturity=[text])))[0] == outcome


@pytest.mark.parametrize(("days", "outcome"), [(0, "PASS"), (1, "FAIL")])
def test_what_is_bought_after_the_snapshot_is_not_there(tmp_path: Path, days: int, outcome: str) -> None:
    bought = TODAY + timedelta(days=days)
    made = coin(item(kind=BOND, maturity=TODAY + timedelta(days=30), acquired=bought))
    rules = [
        rule("stablecoin.maturity", maturity=[f"{BOND} 3 months from acquisition"]),
        rule("stablecoin.valued"),
        rule("stablecoin.backing"),
    ]
    assert [str(asked(tmp_path / str(i), made, asks).outcome) for i, asks in enumerate(rules)] == [outcome] * 3


@pytest.mark.parametrize(
    ("acquired", "outcome"), [("2026-09-15", "PASS"), ("2026-09-14", "FAIL"), (None, "INCONCLUSIVE")]
)
def test_it_may_be_counted_from_the_acquisition(tmp_path: Path, acquired: str | None, outcome: str) -> None:
    bought = None if acquired is None else date.fromisoformat(acquired)
    made = coin(item(kind=BOND, maturity=date(2026, 12, 15), acquired=bought))
    asks = rule("stablecoin.maturity", maturity=[f"{BOND} 3 months from acquisition"])
    assert told(asked(tmp_path, made, asks))[0] == outcome


def test_a_breach_refutes_whatever_else_is_missing(tmp_path: Path) -> None:
    made = coin(item("a", BOND), item("b", BOND, maturity=date(2030, 1, 1)))
    finding = asked(tmp_path, made, rule("stablecoin.maturity", maturity=[f"{BOND} 3 months"]))
    assert told(finding) == ("FAIL", "b: ends on 2030-01-01, after 2027-02-01")
    assert finding.facts["undecided"] == "a: its day of maturity is not declared"


def test_without_assets_of_the_kind_it_does_not_apply(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(item()), rule("stablecoin.maturity", maturity=[f"{BOND} 3 months"]))
    assert (finding.facts["state"], finding.required) == ("does-not-apply", False)
    assert finding.facts["why"] == f"nothing behind JPYX is of the kinds {BOND}"


@pytest.mark.parametrize(
    "text", ["", BOND, f"{BOND} 3", f"{BOND} months", f"{BOND} -3 months", f"{BOND} 3 years", f"{BOND} 3.5 months", "x"]
)
def test_a_term_that_is_none_stops(tmp_path: Path, text: str) -> None:
    with pytest.raises(Exception, match="R-1/parameters/maturity"):
        asked(tmp_path, coin(item(kind=BOND)), rule("stablecoin.maturity", maturity=[text]))


# --- terms


TERMS: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    ({"early": ["d"]}, {"early_termination": True}, ""),
    ({"early": ["d"]}, {}, "x: cannot be ended early"),
    ({"early": ["*"]}, {}, "x: cannot be ended early"),
    ({"separate": ["d"]}, {"separate": True}, ""),
    ({"separate": ["d"]}, {}, "x: not in an account apart"),
    ({"unencumbered": ["*"]}, {}, ""),
    ({"unencumbered": ["*"]}, {"encumbered": Fraction(1, 100)}, "x: others have a claim on 0.01"),
    ({"credit_kinds": ["d"], "credit": ["1-1", "1-2"]}, {"credit": "1-2"}, ""),
    ({"credit_kinds": ["d"], "credit": ["1-1", "1-2"]}, {"credit": "1-3"}, "x: of the credit category 1-3"),
    ({"credit_kinds": ["d"], "credit": ["1-1", "1-2"]}, {"credit": "AAA"}, "x: of the credit category AAA"),
)


@pytest.mark.parametrize(("given", "terms", "breach"), TERMS)
def test_terms_are_asked_of_their_kinds(
    tmp_path: Path, given: dict[str, Any], terms: dict[str, Any], breach: str
) -> None:
    finding = asked(tmp_path, coin(item("x", "d", **terms)), rule("stablecoin.terms", **given))
    assert told(finding) == (("FAIL", breach) if breach else ("PASS", "nothing"))


def test_an_undeclared_credit_category_is_no_good_one(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(item("x", "d")), rule("stablecoin.terms", credit_kinds=["d"], credit=["1-1"]))
    assert (str(finding.outcome), finding.facts["undecided"]) == (
        "INCONCLUSIVE",
        "x: its credit category is not declared",
    )


LARGE: dict[str, Any] = {"credit_kinds": ["d"], "outstanding": "100000000000000", "outstanding_currency": "JPY"}


@pytest.mark.parametrize(
    ("amount", "currency", "outcome"),
    [
        (10**14, "JPY", "PASS"),
        (10**14 - 1, "JPY", "FAIL"),
        (10**12, "USD", "PASS"),
        (10**12 - 1, "USD", "FAIL"),
        (10**20, "EUR", "INCONCLUSIVE"),
        (None, None, "INCONCLUSIVE"),
    ],
)
def test_what_a_foreign_issuer_has_outstanding(
    tmp_path: Path, amount: int | None, currency: str | None, outcome: str
) -> None:
    owed = None if amount is None else Fraction(amount)
    made = coin(item("x", "d", outstanding=owed, outstanding_currency=currency))
    declared = Declarations(stablecoins=(made,), figures=(rate("USD", "JPY", 100),))
    assert str(asked(tmp_path, declared, rule("stablecoin.terms", **LARGE)).outcome) == outcome


def test_a_rate_is_an_input_too(tmp_path: Path) -> None:
    made = coin(item("x", "d", outstanding=Fraction(10**12), outstanding_currency="USD"))
    declared = Declarations(stablecoins=(made,), figures=(rate("USD", "JPY", 100),))
    asks = rule("stablecoin.terms", **LARGE)
    assert asked(tmp_path, declared, asks).facts["inputs"] == "reserves, figures"
    stale = replace(declared, figures=(rate("USD", "JPY", 100, TODAY - timedelta(days=5)),))
    assert str(asked(tmp_path / "b", stale, asks).outcome) == "INCONCLUSIVE"


# --- currencies


@pytest.mark.parametrize(
    ("items", "given", "outcome"),
    [
        ((item(),), {}, "PASS"),
        ((item(), item("ust", BOND, currency="USD")), {}, "FAIL"),
        ((item(), item("ust", BOND, currency="USD")), {"also": ["USD"]}, "PASS"),
        ((item(), item("ust", BOND, currency="USD")), {"also": ["EUR"]}, "FAIL"),
        ((item(), item("ust", BOND, currency="USD")), {"kinds": ["demand-deposit"]}, "PASS"),
        ((item(currency="jpy"),), {}, "FAIL"),
    ],
)
def test_a_bond_of_another_currency(
    tmp_path: Path, items: tuple[ReserveItem, ...], given: dict[str, Any], outcome: str
) -> None:
    assert told(asked(tmp_path, coin(*items), rule("stablecoin.currency", **given)))[0] == outcome


EACH: tuple[Rule, ...] = (
    rule("stablecoin.eligible", kinds=["a"]),
    rule("stablecoin.valued"),
    rule("stablecoin.maturity", maturity=["a 1 day"]),
    rule("stablecoin.terms", early=["a"]),
    rule("stablecoin.currency"),
)


@pytest.mark.parametrize("asks", EACH, ids=lambda asks: asks.check)
def test_only_twenty_are_named_and_all_count(tmp_path: Path, asks: Rule) -> None:
    bad = [item(f"i{n}", "a", None, currency="USD", tokenised=True, maturity=date(2030, 1, 1)) for n in range(25)]
    finding = asked(tmp_path, coin(*bad), asks)
    assert (str(finding.outcome), finding.actual) == ("FAIL", "25")
    assert len(finding.facts["breaches"].split("; ")) == 20


@pytest.mark.parametrize("asks", EACH, ids=lambda asks: asks.check)
def test_a_rule_not_in_force_is_shown_and_decides_nothing(tmp_path: Path, asks: Rule) -> None:
    bad = item("x", "b", None, currency="USD")
    later = replace(asks, since=TODAY + timedelta(days=1), check="stablecoin.valued", parameters={})
    finding = asked(tmp_path, coin(bad), later)
    assert (str(finding.outcome), finding.required, finding.facts["state"]) == ("FAIL", False, "shadow")
