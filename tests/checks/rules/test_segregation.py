"""Customers' coins: there, of the same kind, apart, cold, backed by guarantee; every limit to the unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.checks.observation import Broken, Missing
from por.errors import FormatError
from por.model import (
    AssetClass,
    AssetId,
    AssetKind,
    Custody,
    Denomination,
    Encumbrance,
    EncumbranceKind,
    Finding,
    Grade,
    Instant,
    LawTrust,
    Role,
)
from por.model.declarations import Declarations, KeyHolder
from por.model.rulebook import Confidence, Rule, RuleStatus, Severity
from tests.checks.rules.scenery import BTC, ETH, EVERYTHING, KNOWN, UNIT, XRP, Held, context, judged, prices, rule
from tests.checks.scenery import NOON, account, policy, told

# The worked example: everything but the guarantee of one kind is as it must be.
OWED = {BTC: 1000, ETH: 20_000, XRP: 50_000_000}


def golden(hot_btc: int = 44, guarantee_xrp: int = 2_000_000) -> list[Held]:
    return [
        Held("a", {BTC: 1000 - hot_btc, ETH: 19_200, XRP: 47_000_000}),
        Held("b", {BTC: hot_btc, ETH: 800, XRP: 3_000_000}, custody=Custody.HOT),
        Held("c", {BTC: 44, ETH: 800, XRP: guarantee_xrp}, role=Role.GUARANTEE),
    ]


COLD: dict[str, Any] = {"roles": ["customer", "guarantee"], "custody": ["cold"]}


def test_the_worked_example_is_judged_as_it_is_written(tmp_path: Path) -> None:
    made = context(
        tmp_path,
        OWED,
        golden(),
        rule("segregation.coins", id="SEG-01"),
        rule("segregation.hot", id="COLD-01", limit="5/100", of="owed"),
        rule("segregation.guarantee", id="GUAR-01"),
        rule("segregation.coins", id="RES-01", **COLD),
    )
    found = {finding.subject.removeprefix("a-book/"): str(finding.outcome) for finding in judged(made)}
    assert found == {
        f"SEG-01/{BTC}": "PASS",
        f"SEG-01/{ETH}": "PASS",
        f"SEG-01/{XRP}": "PASS",
        "COLD-01": "PASS",
        f"GUAR-01/{BTC}": "PASS",
        f"GUAR-01/{ETH}": "PASS",
        f"GUAR-01/{XRP}": "FAIL",
        f"RES-01/{BTC}": "PASS",
        f"RES-01/{ETH}": "PASS",
        f"RES-01/{XRP}": "FAIL",
    }


@pytest.mark.parametrize(("hot", "outcome", "percent"), [(44, "PASS", "4.978"), (45, "FAIL", "5.01")])
def test_the_hot_cap_is_one_test_in_money_and_exact(tmp_path: Path, hot: int, outcome: str, percent: str) -> None:
    """One coin in a thousand decides; one kind alone is at 6 % all the while."""
    (finding,) = judged(context(tmp_path, OWED, golden(hot), rule("segregation.hot", limit="5/100")))
    assert finding.outcome == outcome
    assert finding.facts["percent"] == percent
    assert finding.facts["currency"] == "JPY"


@pytest.mark.parametrize(("units", "outcome"), [(0, "PASS"), (1, "FAIL")])
def test_exactly_the_limit_passes_and_one_unit_more_does_not(tmp_path: Path, units: int, outcome: str) -> None:
    accounts = [Held("a", {ETH: 100}), Held("b", {ETH: 5 + Fraction(units, UNIT)}, custody=Custody.HOT)]
    (finding,) = judged(context(tmp_path, {ETH: 100}, accounts, rule("segregation.hot", limit="5/100")))
    assert finding.outcome == outcome


def test_what_is_hot_but_not_proven_may_break_the_cap_and_decides_nothing(tmp_path: Path) -> None:
    accounts = [Held("a", {ETH: 100}), Held("b", {ETH: 6}, custody=Custody.HOT)]
    made = context(
        tmp_path, {ETH: 100}, accounts, rule("segregation.hot", limit="5/100"), signers={"b": Missing("no signature")}
    )
    assert told(judged(made)) == [("INCONCLUSIVE", "segregation.hot.inconclusive")]


def test_hot_coins_that_were_refuted_still_count_against_the_cap(tmp_path: Path) -> None:
    accounts = [Held("a", {ETH: 100}), Held("b", {ETH: 6}, custody=Custody.HOT)]
    made = context(
        tmp_path, {ETH: 100}, accounts, rule("segregation.hot", limit="5/100"), signers={"b": Broken("bad signature")}
    )
    assert told(judged(made)) == [("INCONCLUSIVE", "segregation.hot.inconclusive")]


@pytest.mark.parametrize("rows", [{BTC: 1}, {}])
def test_t67_without_a_price_of_what_is_owed_nothing_is_decided(tmp_path: Path, rows: dict[object, int]) -> None:
    declared = Declarations(prices=prices(rows))  # type: ignore[arg-type]
    made = context(
        tmp_path, {ETH: 100}, [Held("a", {ETH: 100})], rule("segregation.hot", limit="5/100"), declared=declared
    )
    (finding,) = judged(made)
    assert (str(finding.outcome), finding.message) == ("INCONCLUSIVE", "rulebook.answer.input_missing")
    assert str(ETH) in finding.facts["what"]


@pytest.mark.parametrize(
    ("seconds", "outcome"), [(86_400, "PASS"), (86_401, "INCONCLUSIVE"), (-86_401, "INCONCLUSIVE")]
)
def test_t67_a_price_of_another_day_is_no_price(tmp_path: Path, seconds: int, outcome: str) -> None:
    declared = Declarations(prices=prices(at=Instant(NOON.seconds + seconds)))
    made = context(tmp_path, OWED, golden(), rule("segregation.hot", limit="5/100"), declared=declared)
    assert [str(finding.outcome) for finding in judged(made)] == [outcome]


def test_t67_the_verifiers_own_prices_go_before_the_issuers(tmp_path: Path) -> None:
    dear = {BTC: 15_000_000, ETH: 600_000, XRP: 4_000_000}
    law = replace(KNOWN, prices=prices(dear))
    (finding,) = judged(context(tmp_path, OWED, golden(), rule("segregation.hot", limit="5/100"), law=law))
    assert finding.outcome == "FAIL"


def test_labels_on_the_issuers_word_alone_pass_nothing(tmp_path: Path) -> None:
    rules = (rule("segregation.hot", limit="5/100"), rule("segregation.guarantee", id="R-2"))
    made = context(tmp_path, OWED, golden(), *rules, law=LawTrust())
    found = judged(made)
    assert [str(finding.outcome) for finding in found] == ["INCONCLUSIVE", "INCONCLUSIVE", "FAIL", "INCONCLUSIVE"]
    assert found[0].message == "rulebook.answer.declared_only"
    assert found[0].facts["weak"] == "custody, prices"
    assert found[0].grade is Grade.SELF_DECLARED


def test_a_policy_may_take_the_issuers_word_and_the_grade_says_so(tmp_path: Path) -> None:
    law = LawTrust(grade=Grade.SELF_DECLARED)
    (finding,) = judged(context(tmp_path, OWED, golden(), rule("segregation.hot", limit="5/100"), law=law))
    assert (str(finding.outcome), finding.grade) == ("PASS", Grade.SELF_DECLARED)


def test_a_breach_on_the_issuers_own_word_stands(tmp_path: Path) -> None:
    (finding,) = judged(context(tmp_path, OWED, golden(45), rule("segregation.hot", limit="5/100"), law=LawTrust()))
    assert finding.outcome == "FAIL"


@pytest.mark.parametrize(
    ("coins", "outcome"), [(Fraction(100), "PASS"), (100 - Fraction(1, UNIT), "FAIL"), (Fraction(0), "FAIL")]
)
def test_coins_are_there_in_each_class_or_not(tmp_path: Path, coins: Fraction, outcome: str) -> None:
    made = context(tmp_path, {ETH: 100, BTC: 1}, [Held("a", {ETH: coins, BTC: 9})], rule("segregation.coins"))
    assert {f.subject.split("/", 2)[2]: str(f.outcome) for f in judged(made)} == {str(ETH): outcome, str(BTC): "PASS"}


def test_coins_of_another_role_do_not_count(tmp_path: Path) -> None:
    accounts = [Held("a", {ETH: 99}), Held("b", {ETH: 5}, role=Role.HOUSE), Held("c", {ETH: 5}, role=Role.GUARANTEE)]
    (finding,) = judged(context(tmp_path, {ETH: 100}, accounts, rule("segregation.coins")))
    assert (str(finding.outcome), finding.actual) == ("FAIL", "99")


def test_pledged_coins_do_not_count_and_are_named(tmp_path: Path) -> None:
    pledged = {ETH: Encumbrance(EncumbranceKind.PLEDGED, UNIT)}
    accounts = [Held("a", {ETH: 100}, encumbered=pledged)]
    coins, free = judged(
        context(tmp_path, {ETH: 100}, accounts, rule("segregation.coins"), rule("segregation.free", id="R-2"))
    )
    assert (str(coins.outcome), coins.actual) == ("FAIL", "99")
    assert (str(free.outcome), free.actual) == ("FAIL", "1")


def test_one_account_in_two_roles_is_not_apart(tmp_path: Path) -> None:
    roles = ["customer", "house", "guarantee"]
    accounts = [Held("a", {ETH: 100}), Held("a", {ETH: 5}, role=Role.HOUSE)]
    (finding,) = judged(context(tmp_path, {ETH: 100}, accounts, rule("segregation.apart", roles=roles)))
    assert finding.outcome == "FAIL"
    assert str(account("a")) in finding.facts["twice"]
    accounts = [Held("a", {ETH: 100}), Held("b", {ETH: 5}, role=Role.HOUSE)]
    (finding,) = judged(context(tmp_path, {ETH: 100}, accounts, rule("segregation.apart", roles=roles)))
    assert finding.outcome == "PASS"


def test_no_account_at_all_is_not_apart(tmp_path: Path) -> None:
    assert told(judged(context(tmp_path, {ETH: 1}, [], rule("segregation.apart")))) == [
        ("INCONCLUSIVE", "evidence.nothing")
    ]


@pytest.mark.parametrize(("coins", "outcome"), [(101, "PASS"), (102, "FAIL")])
def test_own_coins_among_customers_are_shown(tmp_path: Path, coins: int, outcome: str) -> None:
    (finding,) = judged(
        context(tmp_path, {ETH: 100}, [Held("a", {ETH: coins})], rule("segregation.excess", limit="1/100"))
    )
    assert finding.outcome == outcome


@pytest.mark.parametrize(
    ("custody", "outcome"), [(Custody.COLD, "PASS"), (Custody.HOT, "FAIL"), (Custody.THIRD_PARTY, "FAIL")]
)
def test_guarantee_is_kept_cold(tmp_path: Path, custody: Custody, outcome: str) -> None:
    made = context(
        tmp_path,
        {ETH: 1},
        [Held("a", {ETH: 1}), Held("b", {ETH: 1}, role=Role.GUARANTEE, custody=custody)],
        rule("segregation.kept", roles=["guarantee"], custody=["cold"]),
    )
    assert [str(finding.outcome) for finding in judged(made)] == [outcome]


@pytest.mark.parametrize(("second", "outcome"), [(50, "PASS"), (49, "FAIL")])
def test_most_at_one_account(tmp_path: Path, second: int, outcome: str) -> None:
    accounts = [Held("a", {ETH: 50}), Held("b", {ETH: second})]
    made = context(tmp_path, {ETH: 90}, accounts, rule("segregation.spread", limit="1/2"))
    assert [str(finding.outcome) for finding in judged(made)] == [outcome]


def test_most_at_one_custodian_needs_every_custodian(tmp_path: Path) -> None:
    accounts = [Held("a", {ETH: 50}), Held("b", {ETH: 50})]
    keys = tuple(KeyHolder(account(name), "us", "JP", 2, custodian) for name, custodian in (("a", "X"), ("b", "X")))
    two = rule("segregation.spread", limit="4/10", by="custodian")
    made = context(tmp_path, {ETH: 90}, accounts, two, declared=Declarations(key_holders=keys))
    assert [finding.actual for finding in judged(made)] == ["1"]
    made = context(tmp_path, {ETH: 90}, accounts, two, declared=Declarations(key_holders=keys[:1]))
    assert [finding.message for finding in judged(made)] == ["rulebook.answer.input_missing"]


@pytest.mark.parametrize(
    ("check", "parameters"),
    [
        ("segregation.nothing", {}),
        ("segregation.coins", {"rate": "1"}),
        ("segregation.coins", {"roles": ["customers"]}),
        ("segregation.coins", {"roles": "customer"}),
        ("segregation.coins", {"custody": ["warm"]}),
        ("segregation.coins", {"ratio": 1}),
        ("segregation.coins", {"ratio": 0.5}),
        ("segregation.coins", {"ratio": "1e2"}),
        ("segregation.hot", {}),
        ("segregation.hot", {"limit": "5 %"}),
        ("segregation.hot", {"limit": "5/0"}),
        ("segregation.hot", {"limit": "5/100", "of": "everything"}),
        ("segregation.spread", {"limit": "1/2", "by": "name"}),
        ("segregation.coins", {"same_kind": 1}),
    ],
)
def test_t86_a_rule_that_its_check_cannot_use_stops_everything(
    tmp_path: Path, check: str, parameters: dict[str, Any]
) -> None:
    made = context(tmp_path, OWED, golden(), rule(check, **parameters))
    with pytest.raises(FormatError, match="R-1/"):
        judged(made)


@pytest.mark.parametrize(
    ("changes", "required", "state"),
    [
        ({"day": "2026-11-01"}, True, "in-force"),
        ({"day": "2026-11-02"}, False, "shadow"),
        ({"status": RuleStatus.ENACTED_PENDING}, False, "shadow"),
        ({"status": RuleStatus.PROPOSED}, False, "shadow"),
        ({"status": RuleStatus.DERIVED, "day": None}, True, "in-force"),
        ({"day": None}, False, "shadow"),
        ({"severity": Severity.WARN}, False, "in-force"),
        ({"severity": Severity.DISCLOSURE}, False, "in-force"),
        ({"confidence": Confidence.C}, False, "in-force"),
        ({"confidence": Confidence.D}, False, "in-force"),
        ({"confidence": Confidence.B}, True, "in-force"),
    ],
)
def test_a_breach_refutes_only_where_the_rule_binds(
    tmp_path: Path, changes: dict[str, object], required: bool, state: str
) -> None:
    made = context(tmp_path, OWED, golden(45), rule("segregation.hot", limit="5/100", **changes))  # type: ignore[arg-type]
    (finding,) = judged(made)
    assert finding.outcome == "FAIL"
    assert (finding.required, finding.facts["state"]) == (required, state)
    assert finding.rule == "a-book/R-1"


@pytest.mark.parametrize(
    ("instant", "state"),
    [("2020-04-30T14:59:59Z", "shadow"), ("2020-04-30T15:00:00Z", "in-force")],
)
def test_a_day_begins_where_the_rule_runs(tmp_path: Path, instant: str, state: str) -> None:
    made = context(tmp_path, OWED, golden(), rule("segregation.coins"), instant=Instant.parse(instant))
    assert {finding.facts["state"] for finding in judged(made)} == {state}


# --- shares of which nobody knows what they stand for


VAULT = AssetId.parse("eip155:1/erc20:0x" + "5a" * 20)
SHARES = AssetClass((Denomination(ETH, 18), Denomination(VAULT, 18, AssetKind.VAULT)))


def of_unknown_worth(tmp_path: Path, *rules: Rule, counts: bool = False, **options: Any) -> list[Finding]:
    """Give a hot account 100 shares of a vault beside the coins that are owed, all cold; no rate is proven."""
    kinds = frozenset({AssetKind.NATIVE, *([AssetKind.VAULT] if counts else [])})
    accounts = [Held("a", {ETH: 100}), Held("b", {VAULT: 100}, custody=Custody.HOT, **options)]
    return judged(context(tmp_path, {ETH: 100}, accounts, *rules, policy=policy(classes=(SHARES,), kinds=kinds)))


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize(
    ("check", "parameters"),
    [
        ("segregation.hot", {"limit": "5/100"}),
        ("segregation.guarantee", {}),
        ("segregation.excess", {"limit": "1/100"}),
        ("segregation.spread", {"limit": "1"}),
    ],
)
def test_t59_t60_shares_of_unknown_worth_are_not_nothing(
    tmp_path: Path, check: str, parameters: dict[str, Any], counts: bool
) -> None:
    (finding,) = of_unknown_worth(tmp_path, rule(check, **parameters), counts=counts)
    assert finding.outcome == "INCONCLUSIVE"


def test_t52_a_pledge_on_shares_of_unknown_worth_is_a_claim_on_them(tmp_path: Path) -> None:
    pledged = {VAULT: Encumbrance(EncumbranceKind.PLEDGED, UNIT)}
    (finding,) = of_unknown_worth(tmp_path, rule("segregation.free"), encumbered=pledged)
    assert (str(finding.outcome), finding.actual) == ("FAIL", "any number")


def test_t67_a_share_of_a_vault_does_not_price_its_class(tmp_path: Path) -> None:
    cap = rule("segregation.hot", limit="5/100")
    accounts = [Held("a", {ETH: 10}), Held("b", {ETH: 90}, custody=Custody.HOT)]
    made = context(
        tmp_path,
        {ETH: 100},
        accounts,
        cap,
        declared=Declarations(prices=prices({VAULT: 1})),
        policy=policy(classes=(SHARES,)),
    )
    assert [finding.message for finding in judged(made)] == ["rulebook.answer.input_missing"]


# --- what rests on the issuer's word


def test_t73_no_rule_passes_without_a_grade(tmp_path: Path) -> None:
    rules = (
        rule("segregation.apart", id="R-2"),
        rule("segregation.excess", id="R-3", limit="1"),
        rule("segregation.spread", id="R-4", limit="1"),
    )
    for law in (KNOWN, LawTrust()):
        found = judged(context(tmp_path / str(len(law.documents)), {ETH: 9}, [Held("a", {ETH: 9})], *rules, law=law))
        assert all(finding.grade is not None for finding in found if finding.outcome == "PASS")
    assert {finding.check: str(finding.outcome) for finding in found} == {
        "segregation.apart": "INCONCLUSIVE",
        "segregation.excess": "PASS",
        "segregation.spread": "PASS",
    }


@pytest.mark.parametrize(
    ("dated", "outcome"),
    [("2026-11-01", "PASS"), ("2025-10-31", "PASS"), ("2025-10-30", "INCONCLUSIVE"), ("2026-11-02", "INCONCLUSIVE")],
)
def test_t74_a_document_of_another_time_lifts_nothing(tmp_path: Path, dated: str, outcome: str) -> None:
    document = replace(EVERYTHING, dated=date.fromisoformat(dated))
    made = context(tmp_path, OWED, golden(), rule("segregation.hot", limit="5/100"), documents=(document,))
    assert [str(finding.outcome) for finding in judged(made)] == [outcome]


@pytest.mark.parametrize(("day", "state"), [("2026-11-01", "in-force"), ("2026-11-02", "shadow")])
def test_a_derived_rule_that_names_its_first_day_binds_only_from_then(tmp_path: Path, day: str, state: str) -> None:
    derived = rule("segregation.coins", day=day, status=RuleStatus.DERIVED)
    found = judged(context(tmp_path, {ETH: 9}, [Held("a", {ETH: 1})], derived))
    assert {(finding.facts["state"], finding.required) for finding in found} == {(state, state == "in-force")}
