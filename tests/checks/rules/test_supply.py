"""How much of a stablecoin there is: what the chain says against what is declared, and what of it circulates."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.observation import Missing
from por.checks.rules.parameters import Parameters
from por.checks.rules.supply import circulation
from por.model import AssetClass, AssetId, AssetKind, Denomination, Grade, LawTrust
from por.model.declarations import Declarations, Topic
from tests.checks.rules.coins import (
    ELSEWHERE,
    HERE,
    ONE_COIN,
    THERE,
    UNREAD,
    WRAPPED,
    asked,
    coin,
    item,
    rate,
    row,
    scene,
    seen,
)
from tests.checks.rules.scenery import KNOWN, judged, rule
from tests.checks.scenery import policy

DOLLAR = AssetId.parse("eip155:137/erc20:0x" + "54" * 20)
SUPPLY = rule("stablecoin.supply")
ONE_UNIT = Fraction(1, 10**6)


def test_as_much_as_declared_on_every_chain_passes_by_the_sources_word_alone(tmp_path: Path) -> None:
    made = coin(supply=(row(minted=1200, burned=200), row(THERE, 500)))
    finding = asked(tmp_path, made, SUPPLY, law=LawTrust(), documents=())
    assert (str(finding.outcome), finding.message, finding.grade) == (
        "PASS",
        "stablecoin.supply.pass",
        Grade.QUORUM_VALUE,
    )
    assert (finding.facts["on_chain"], finding.facts["circulation"]) == ("1500", "1500")
    assert finding.subject == "a-book/R-1/JPYX"


@pytest.mark.parametrize("found", [1000 + ONE_UNIT, 1000 - ONE_UNIT, 0, 10**12])
def test_another_supply_on_chain_refutes_to_the_unit(tmp_path: Path, found: Fraction) -> None:
    finding = asked(tmp_path, coin(), SUPPLY, supplies={HERE: seen(found), THERE: seen(0)})
    assert (str(finding.outcome), finding.message) == ("FAIL", "stablecoin.supply.fail")
    assert finding.facts["differ"].startswith(f"{HERE}: ")


def test_one_chain_that_differs_refutes_whatever_the_others_say(tmp_path: Path) -> None:
    """Too much here is not made good by too little there: nothing is netted over chains."""
    made = coin(supply=(row(minted=1000), row(THERE, 1000)))
    finding = asked(tmp_path, made, SUPPLY, supplies={HERE: seen(1100), THERE: seen(900)})
    assert str(finding.outcome) == "FAIL"
    assert finding.facts["differ"].count("on chain") == 2
    assert (finding.expected, finding.actual) == ("2000", "2000")


def test_t64_a_chain_without_a_source_is_named_and_nothing_is_decided(tmp_path: Path) -> None:
    made = coin(supply=(row(), row(THERE, 500)))
    finding = asked(tmp_path, made, SUPPLY, supplies={HERE: seen(1000), THERE: UNREAD})
    assert (str(finding.outcome), finding.message) == ("INCONCLUSIVE", "stablecoin.supply.inconclusive")
    assert finding.facts["unread"] == str(THERE)
    assert "no source was asked" in finding.facts["reason"]


def test_tokens_of_other_kinds_of_chains_are_named(tmp_path: Path) -> None:
    made = coin(supply=(row(), row(ELSEWHERE, 5)))
    supplies = {HERE: seen(1000), THERE: seen(0), ELSEWHERE: Missing("the supply of token assets is not asked for")}
    finding = asked(tmp_path, made, SUPPLY, supplies=supplies)
    assert (str(finding.outcome), finding.facts["unread"]) == ("INCONCLUSIVE", str(ELSEWHERE))


def test_t64_what_was_not_asked_at_all_is_not_zero(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(), SUPPLY, supplies={})
    assert (str(finding.outcome), finding.actual) == ("INCONCLUSIVE", None)


def test_t61_a_token_that_the_policy_knows_as_the_coin_and_that_is_not_declared_refutes(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(), SUPPLY, supplies={HERE: seen(1000), THERE: seen(1)})
    assert str(finding.outcome) == "FAIL"
    assert finding.facts["differ"] == f"{THERE}: 1 on chain, none declared"
    assert finding.facts["circulation"] == "1001"


def test_an_undeclared_token_that_nobody_was_asked_about_is_named(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(), SUPPLY, supplies={HERE: seen(1000), THERE: UNREAD})
    assert (str(finding.outcome), finding.facts["unread"]) == ("INCONCLUSIVE", str(THERE))


def test_a_bridged_form_is_no_second_coin(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(), SUPPLY, supplies={HERE: seen(1000), THERE: seen(0), WRAPPED: seen(700)})
    assert (str(finding.outcome), finding.facts["circulation"]) == ("PASS", "1000")


def test_a_single_source_gives_its_own_grade(tmp_path: Path) -> None:
    supplies = {HERE: seen(1000, grade=Grade.SINGLE_SOURCE), THERE: seen(0)}
    assert asked(tmp_path, coin(), SUPPLY, supplies=supplies).grade is Grade.SINGLE_SOURCE
    law = LawTrust(grade=Grade.QUORUM_VALUE)
    finding = asked(tmp_path / "b", coin(), SUPPLY, supplies=supplies, law=law)
    assert (str(finding.outcome), finding.message) == ("INCONCLUSIVE", "rulebook.answer.declared_only")


@pytest.mark.parametrize(
    "supply",
    [
        (row(minted=10, treasury=11),),
        (row(minted=10, unissued=6, treasury=5),),
        (row(minted=10, burned=10, unissued=1),),
        (row(minted=100), row(THERE, 10, treasury=20)),
    ],
)
def test_more_taken_off_than_there_is_refutes(tmp_path: Path, supply: Any) -> None:
    finding = asked(tmp_path, coin(supply=supply), SUPPLY)
    assert (str(finding.outcome), finding.message) == ("FAIL", "stablecoin.supply.over")


def test_more_burned_than_minted_refutes(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(supply=(row(minted=10, burned=11),)), SUPPLY, supplies={THERE: seen(0)})
    assert (str(finding.outcome), finding.message) == ("FAIL", "stablecoin.supply.over")


def test_a_missing_coin_is_named(tmp_path: Path) -> None:
    finding = asked(tmp_path, Declarations(), SUPPLY)
    assert (str(finding.outcome), finding.facts["input"]) == ("INCONCLUSIVE", "supply")


def test_a_coin_of_another_kind_does_not_concern(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(kind="bank"), rule("stablecoin.supply", coins=["trust", "emt"]))
    assert finding.facts["state"] == "does-not-apply"
    assert finding.facts["why"] == "no coin is of the kinds trust, emt"


def test_each_coin_is_a_subject(tmp_path: Path) -> None:
    other = coin(name="USDX", currency="USD", supply=(row(ELSEWHERE),))
    found = judged(scene(tmp_path, (coin(), other), SUPPLY))
    assert [finding.subject for finding in found] == ["a-book/R-1/JPYX", "a-book/R-1/USDX"]


# --- what circulates


def circulating(tmp_path: Path, supply: Any, supplies: Any = None, **parameters: Any) -> tuple[Any, tuple[Topic, ...]]:
    made = scene(tmp_path, coin(supply=supply), supplies=supplies)
    found = circulation(made, Parameters(rule("stablecoin.supply", **parameters)), made.declared.stablecoins[0])
    return found.amount, found.topics


@pytest.mark.parametrize(
    ("parameters", "amount", "rests"),
    [
        ({}, 850, True),
        ({"frozen_in_scope": True, "locked_in_scope": True}, 850, True),
        ({"frozen_in_scope": False}, 830, True),
        ({"locked_in_scope": False}, 820, True),
        ({"frozen_in_scope": False, "locked_in_scope": False}, 800, True),
    ],
)
def test_frozen_and_time_locked_coins_count_as_the_rule_says(
    tmp_path: Path, parameters: dict[str, bool], amount: int, rests: bool
) -> None:
    supply = (row(minted=1100, burned=100, unissued=100, treasury=50, frozen=20, locked=30),)
    assert circulating(tmp_path, supply, **parameters) == (amount, (Topic.SUPPLY,))


def test_without_anything_taken_off_it_rests_on_the_chain_alone(tmp_path: Path) -> None:
    assert circulating(tmp_path, (row(frozen=20),)) == (1000, ())
    assert circulating(tmp_path / "b", (row(frozen=20),), frozen_in_scope=False) == (980, (Topic.SUPPLY,))


def test_what_the_chain_says_goes_before_what_is_declared(tmp_path: Path) -> None:
    assert circulating(tmp_path, (row(minted=10, treasury=1),), {HERE: seen(5000)})[0] == 4999


def test_too_much_taken_off_on_one_chain_takes_nothing_off_another(tmp_path: Path) -> None:
    assert circulating(tmp_path, (row(minted=100), row(THERE, 10, treasury=90)))[0] == 100


def test_unread_it_rests_on_the_issuers_word(tmp_path: Path) -> None:
    assert circulating(tmp_path, (row(),), {HERE: UNREAD, THERE: seen(0)}) == (1000, (Topic.SUPPLY,))


@pytest.mark.parametrize("name", ["frozen_in_scope", "locked_in_scope"])
def test_a_flag_that_is_none_stops(tmp_path: Path, name: str) -> None:
    with pytest.raises(Exception, match="neither true nor false"):
        asked(tmp_path, coin(), rule("stablecoin.supply", **{name: "yes"}))


@given(st.lists(st.tuples(*[st.integers(0, 10**9)] * 6), min_size=1, max_size=2))
def test_circulation_is_never_negative_and_never_more_than_there_is(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, ...]]
) -> None:
    names = ("minted", "burned", "unissued", "treasury", "locked", "frozen")
    supply = tuple(
        row(asset, **dict(zip(names, amounts, strict=True)))
        for asset, amounts in zip((HERE, THERE), rows, strict=False)
    )
    amount, _ = circulating(tmp_path_factory.mktemp("c"), supply, frozen_in_scope=False, locked_in_scope=False)
    assert 0 <= amount <= sum(max(each.minted - each.burned, Fraction(0)) for each in supply)


# --- kinds and amounts


@pytest.mark.parametrize(("kind", "outcome"), [("trust", "PASS"), ("Trust", "INCONCLUSIVE"), ("", "INCONCLUSIVE")])
def test_a_kind_that_no_rule_is_about_is_undecided_and_not_passed_over(tmp_path: Path, kind: str, outcome: str) -> None:
    finding = asked(tmp_path, coin(kind=kind), rule("stablecoin.kind", kinds=["trust", "bank"]))
    assert (str(finding.outcome), finding.required) == (outcome, True)


@pytest.mark.parametrize(("most", "outcome"), [("1800", "PASS"), ("1799.999999", "FAIL"), ("0", "FAIL")])
def test_all_coins_of_a_currency_together_are_at_most_the_amount(tmp_path: Path, most: str, outcome: str) -> None:
    coins = (
        coin(),
        coin(name="JPYY", supply=(row(ELSEWHERE, 500),)),
        coin(name="USDX", currency="USD", supply=(row(DOLLAR, 2),)),
    )
    rates = (rate("USD", "JPY", 150),)
    said = Declarations(stablecoins=coins, figures=rates)
    finding = asked(tmp_path, said, rule("stablecoin.issued", most=most))
    assert (str(finding.outcome), finding.actual) == (outcome, "1800")


@pytest.mark.parametrize(
    ("most", "message"), [("1000", "rulebook.answer.input_missing"), ("999", "stablecoin.issued.fail")]
)
def test_a_coin_of_another_currency_without_a_rate_could_be_any_number(tmp_path: Path, most: str, message: str) -> None:
    coins = (coin(), coin(name="USDX", currency="USD", supply=(row(DOLLAR, 2),)))
    assert asked(tmp_path, coins, rule("stablecoin.issued", most=most)).message == message


def test_which_coins_there_are_is_the_issuers_word(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(), rule("stablecoin.issued", most="1000"), law=LawTrust())
    assert finding.message == "rulebook.answer.declared_only"


@pytest.mark.parametrize("most", ["-1", "1e3", "1,000", ""])
def test_an_amount_that_is_none_stops(tmp_path: Path, most: str) -> None:
    with pytest.raises(Exception, match="not an exact amount"):
        asked(tmp_path, coin(), rule("stablecoin.issued", most=most))


def test_the_class_of_one_coin_is_the_verifiers(tmp_path: Path) -> None:
    """What the issuer calls its coin decides nothing: only the policy's classes say what is one."""
    group = AssetClass((Denomination(HERE, 6), Denomination(WRAPPED, 6, AssetKind.WRAPPED)))
    finding = asked(tmp_path, coin(), SUPPLY, policy=policy(classes=(group,)), supplies={HERE: seen(1000)}, law=KNOWN)
    assert str(finding.outcome) == "PASS"
    assert len(ONE_COIN.members) == 3
    assert item().kind == "demand-deposit"
