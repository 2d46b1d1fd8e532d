"""Customers' money, and figures of the accounts beside coins: every limit to the last yen, what is missing named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.observation import Missing
from por.checks.rules.money import figures, money
from por.checks.rules.parameters import Parameters
from por.errors import FormatError
from por.model import Custody, Finding, LawTrust, Outcome, Role
from por.model.declarations import Declarations, Document, Figure, Money, Topic
from tests.checks.rules.scenery import BTC, DOCUMENT, ETH, KNOWN, Held, context, judged, prices, rule
from tests.checks.scenery import one, told

TODAY = date(2026, 11, 1)


def cash(owed: int, held: int, kind: str = "trust", currency: str = "JPY", holder: str = "A Trust Bank") -> Money:
    return Money(currency, Fraction(owed), Fraction(held), holder, kind)


def of_money(tmp_path: Path, *rows: Money, law: LawTrust = KNOWN, **parameters: Any) -> list[Finding]:
    return judged(
        context(tmp_path, {}, [], rule("segregation.money", **parameters), declared=Declarations(money=rows), law=law)
    )


@pytest.mark.parametrize(("held", "outcome"), [(1000, "PASS"), (1001, "PASS"), (999, "FAIL"), (0, "FAIL")])
def test_money_in_trust_is_at_least_what_is_owed(tmp_path: Path, held: int, outcome: str) -> None:
    finding = one(of_money(tmp_path, cash(1000, held), kinds=["trust"]))
    assert (finding.outcome, finding.subject) == (outcome, "a-book/R-1/JPY")
    assert (finding.expected, finding.actual) == ("1000", str(held))


def test_money_elsewhere_is_not_in_trust(tmp_path: Path) -> None:
    """What a bank holds beside the trust is shown, and counts nothing."""
    finding = one(of_money(tmp_path, cash(1000, 600), cash(0, 400, "bank"), kinds=["trust"]))
    assert (finding.outcome, finding.facts["elsewhere"], finding.actual) == ("FAIL", "400", "600")
    assert one(of_money(tmp_path / "b", cash(1000, 600), cash(0, 400, "bank"))).outcome is Outcome.PASS


def test_one_currency_never_stands_for_another(tmp_path: Path) -> None:
    found = of_money(tmp_path, cash(1000, 2000), cash(10, 9, currency="USD"))
    assert [(row.subject[-3:], str(row.outcome)) for row in found] == [("JPY", "PASS"), ("USD", "FAIL")]


def test_several_trusts_are_one_sum(tmp_path: Path) -> None:
    rows = (cash(700, 0), cash(300, 1000, holder="Another Trust Bank"))
    assert one(of_money(tmp_path, *rows, kinds=["trust"])).outcome is Outcome.PASS


def test_no_declared_money_is_undecided_and_named(tmp_path: Path) -> None:
    finding = one(of_money(tmp_path))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "rulebook.answer.input_missing")
    assert finding.facts["input"] == "money"


@pytest.mark.parametrize("law", [KNOWN, LawTrust()])
def test_an_input_that_is_missing_has_no_grade(tmp_path: Path, law: LawTrust) -> None:
    """A document that would cover it is no evidence of what nobody says."""
    assert one(of_money(tmp_path, law=law)).grade is None


def test_zero_owed_of_everything_is_undecided(tmp_path: Path) -> None:
    finding = one(of_money(tmp_path, cash(0, 5), cash(0, 0, currency="USD"), currencies=["JPY"]))
    assert (finding.outcome, finding.facts["input"]) == ("INCONCLUSIVE", "money")
    found = of_money(tmp_path / "b", cash(0, 0), cash(1, 1, currency="USD"), currencies=["JPY"])
    assert [row.outcome for row in found] == ["PASS", "PASS"]


def test_a_rule_that_names_yen_asks_for_what_else_is_declared_too(tmp_path: Path) -> None:
    found = of_money(tmp_path, cash(1, 1), cash(5, 4, currency="USD"), currencies=["JPY"])
    assert [row.outcome for row in found] == ["PASS", "FAIL"]
    found = of_money(tmp_path / "b", cash(5, 5, currency="USD"), currencies=["JPY"])
    assert [row.outcome for row in found] == ["INCONCLUSIVE", "PASS"]


def test_a_currency_that_the_rule_names_must_be_declared(tmp_path: Path) -> None:
    found = of_money(tmp_path, cash(1, 1), currencies=["JPY", "USD"])
    assert told(found) == [("PASS", "segregation.money.pass"), ("INCONCLUSIVE", "rulebook.answer.input_missing")]
    assert found[1].subject.endswith("/USD")


def test_money_by_the_issuers_word_alone_never_passes(tmp_path: Path) -> None:
    assert one(of_money(tmp_path, cash(1000, 1000), law=LawTrust())).message == "rulebook.answer.declared_only"
    assert one(of_money(tmp_path / "b", cash(1000, 999), law=LawTrust())).outcome is Outcome.FAIL


def test_a_document_on_something_else_lifts_no_money(tmp_path: Path) -> None:
    document = Document("filings", DOCUMENT, "somebody", TODAY, (Topic.FILINGS,))
    declared = Declarations(money=(cash(1, 1),))
    made = context(tmp_path, {}, [], rule("segregation.money"), declared=declared, documents=(document,))
    assert one(judged(made)).message == "rulebook.answer.declared_only"


@pytest.mark.parametrize("ratio", ["1.05", "21/20"])
def test_a_rules_ratio_is_exact(tmp_path: Path, ratio: str) -> None:
    assert one(of_money(tmp_path, cash(1000, 1050), ratio=ratio)).outcome is Outcome.PASS
    assert one(of_money(tmp_path / "b", cash(1000, 1049), ratio=ratio)).outcome is Outcome.FAIL


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_money_passes_exactly_where_it_is_all_there(owed: int, held: int) -> None:
    class Seen:
        declared = Declarations(money=(cash(owed, held),))

    (answer,) = money(Seen(), Parameters(rule("segregation.money")))  # type: ignore[arg-type]
    assert (answer.outcome is Outcome.PASS) == (held >= owed > 0)


# --- figures of the accounts


def figure(name: str, amount: int, as_of: date = TODAY, currency: str = "JPY") -> Figure:
    return Figure(name, currency, Fraction(amount), as_of)


GUARANTEE = [Held("a", {BTC: 10}, custody=Custody.HOT), Held("c", {BTC: 10}, role=Role.GUARANTEE)]


def of_figures(
    tmp_path: Path, *rows: Figure, accounts: list[Held] | None = None, law: LawTrust = KNOWN, **parameters: Any
) -> Finding:
    spoils = {name: parameters.pop(name) for name in ("signers", "declared_prices") if name in parameters}
    given_prices = spoils.pop("declared_prices", prices())
    usual = {"figures": ["net-assets"], "against": "guarantee", **parameters}
    made = context(
        tmp_path,
        {BTC: 10},
        GUARANTEE if accounts is None else accounts,
        rule("segregation.figures", **usual),
        declared=Declarations(figures=rows, prices=given_prices),
        law=law,
        **spoils,
    )
    return one(judged(made))


@pytest.mark.parametrize(
    ("amount", "outcome"), [(150_000_000, "PASS"), (149_999_999, "FAIL"), (-1, "FAIL"), (10**12, "PASS")]
)
def test_net_assets_are_at_least_the_guarantees_worth(tmp_path: Path, amount: int, outcome: str) -> None:
    finding = of_figures(tmp_path, figure("net-assets", amount))
    assert (finding.outcome, finding.expected) == (outcome, "150000000")


def test_the_newest_figure_counts_and_none_of_a_later_day(tmp_path: Path) -> None:
    rows = (
        figure("net-assets", 1, date(2026, 10, 1)),
        figure("net-assets", 10**12, date(2026, 9, 30)),
        figure("net-assets", 10**12, date(2026, 11, 2)),
    )
    assert of_figures(tmp_path, *rows).outcome is Outcome.FAIL


@pytest.mark.parametrize(("as_of", "outcome"), [(date(2025, 11, 1), "PASS"), (date(2025, 10, 31), "INCONCLUSIVE")])
def test_a_figure_of_more_than_a_year_ago_is_none(tmp_path: Path, as_of: date, outcome: str) -> None:
    finding = of_figures(tmp_path, figure("net-assets", 10**12, as_of))
    assert finding.outcome == outcome
    assert outcome == "PASS" or finding.facts["what"] == "net-assets in JPY, of 2025-11-01 or later"


def test_no_figure_and_no_price_are_named(tmp_path: Path) -> None:
    assert of_figures(tmp_path).facts["input"] == "figures"
    missing = of_figures(tmp_path / "b", figure("net-assets", 1), declared_prices=())
    assert (missing.outcome, missing.facts["input"]) == ("INCONCLUSIVE", "prices")


def test_a_figure_in_another_currency_is_none(tmp_path: Path) -> None:
    assert of_figures(tmp_path, figure("net-assets", 10**12, currency="USD")).outcome is Outcome.INCONCLUSIVE


def test_between_what_is_proven_and_what_is_listed_nothing_is_decided(tmp_path: Path) -> None:
    """Guarantee coins that nobody showed control of may be worth nothing, or all."""
    unsigned: dict[str, Any] = {"signers": {"c": Missing("unsigned")}}
    assert of_figures(tmp_path, figure("net-assets", 1), **unsigned).outcome is Outcome.INCONCLUSIVE
    assert of_figures(tmp_path / "b", figure("net-assets", 150_000_000), **unsigned).outcome is Outcome.PASS


def test_an_amount_that_no_order_sets_is_undecided_and_says_so(tmp_path: Path) -> None:
    reserve: dict[str, Any] = {"figures": ["liability-reserve", "insurance"], "against": "amount"}
    finding = of_figures(tmp_path, figure("liability-reserve", 10**12), **reserve)
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "segregation.figures.not_set")
    assert finding.facts["figures"] == "liability-reserve, insurance"


@pytest.mark.parametrize(
    ("reserve", "insurance", "outcome"),
    [
        (1500, 500, "PASS"),
        (2000, None, "PASS"),
        (1500, 499, "FAIL"),
        (1999, None, "INCONCLUSIVE"),
        (None, None, "INCONCLUSIVE"),
    ],
)
def test_reserve_and_insurance_are_summed(
    tmp_path: Path, reserve: int | None, insurance: int | None, outcome: str
) -> None:
    """One of them that is missing could be any number, so that it never refutes."""
    rows = [figure("liability-reserve", reserve)] if reserve is not None else []
    rows += [figure("insurance", insurance)] if insurance is not None else []
    finding = of_figures(tmp_path, *rows, figures=["liability-reserve", "insurance"], against="amount", amount="2000")
    assert finding.outcome == outcome


@pytest.mark.parametrize(("cover", "outcome"), [(7_500_000, "PASS"), (7_499_999, "FAIL")])
def test_cover_is_a_share_of_what_is_hot(tmp_path: Path, cover: int, outcome: str) -> None:
    parameters: dict[str, Any] = {"figures": ["insurance"], "against": "hot", "ratio": "5/100"}
    assert of_figures(tmp_path, figure("insurance", cover), **parameters).outcome == outcome


@pytest.mark.parametrize(("amount", "outcome"), [(7_500_000, "PASS"), (7_500_001, "FAIL"), (0, "PASS")])
def test_what_related_parties_owe_is_at_most_a_share(tmp_path: Path, amount: int, outcome: str) -> None:
    parameters: dict[str, Any] = {"figures": ["related-party"], "against": "owed", "ratio": "5/100", "bound": "most"}
    assert of_figures(tmp_path, figure("related-party", amount), **parameters).outcome == outcome


def test_a_missing_figure_is_not_little(tmp_path: Path) -> None:
    parameters: dict[str, Any] = {"figures": ["related-party"], "against": "owed", "bound": "most"}
    assert of_figures(tmp_path, **parameters).facts["input"] == "figures"


def test_figures_by_the_issuers_word_alone_never_pass(tmp_path: Path) -> None:
    finding = of_figures(tmp_path, figure("net-assets", 10**12), law=LawTrust())
    assert (finding.outcome, finding.facts["weak"]) == ("INCONCLUSIVE", "figures, prices")


@pytest.mark.parametrize(
    "parameters",
    [
        {"against": "everything"},
        {"bound": "about"},
        {"against": "amount", "amount": "-1"},
        {"against": "amount", "amount": "1e9"},
        {"ratio": "5%"},
        {"figures": "net-assets"},
        {"months": "12"},
    ],
)
def test_parameters_that_cannot_be_used_are_errors_at_the_rule(tmp_path: Path, parameters: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="R-1/parameters/"):
        of_figures(tmp_path, figure("net-assets", 1), **parameters)


def test_a_class_that_is_not_guaranteed_needs_no_price(tmp_path: Path) -> None:
    accounts = [*GUARANTEE, Held("b", {ETH: 5})]
    only = tuple(row for row in prices() if row.asset == BTC)
    assert of_figures(tmp_path, figure("net-assets", 10**12), accounts=accounts, declared_prices=only).outcome == "PASS"


def test_the_arithmetic_looks_at_nothing_but_its_context(tmp_path: Path) -> None:
    made = context(tmp_path, {BTC: 10}, GUARANTEE, rule("segregation.figures"))
    asked = rule("segregation.figures", figures=["insurance"], against="amount", amount="1")
    answers = list(figures(replace(made, findings=()), Parameters(asked)))
    assert [answer.message for answer in answers] == ["rulebook.answer.input_missing"]
