"""Who holds keys, where, and how many must sign: what nobody says is undecided, and never at home."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.checks.observation import Missing
from por.errors import FormatError
from por.model import AssetId, Custody, Finding, LawTrust, Outcome, Registration, RegistrationKind, Role
from por.model.declarations import Declarations, DomesticOrder, Entity, KeyHolder, Venue
from tests.checks.rules.scenery import BTC, ETH, KNOWN, UNIT, Held, context, judged, rule
from tests.checks.scenery import account, one, told

US = "Example Exchange Japan"
ENTITY = Entity(US, "JP", "00001", 3)
ACCOUNTS = [Held("a", {BTC: 6}), Held("b", {BTC: 3}), Held("c", {BTC: 1}, role=Role.GUARANTEE)]


def keys(name: str, where: str = "JP", who: str = US, signers: int = 2, custodian: str | None = None) -> KeyHolder:
    return KeyHolder(account(name), who, where, signers, custodian)


def of(check: str, tmp_path: Path, declared: Declarations, law: LawTrust = KNOWN, **parameters: Any) -> list[Finding]:
    signers = {"signers": parameters.pop("spoilt")} if "spoilt" in parameters else {}
    accounts = parameters.pop("accounts", ACCOUNTS)
    asked = rule(check, **parameters)
    return judged(context(tmp_path, {BTC: 9}, accounts, asked, declared=declared, law=law, **signers))


def order(amount: int | Fraction, asset: AssetId = BTC, where: str = "JP") -> DomesticOrder:
    return DomesticOrder(active=True, jurisdiction=where, required=((asset, Fraction(amount)),))


def domestic(tmp_path: Path, made: DomesticOrder | None, *holders: KeyHolder, **parameters: Any) -> Finding:
    declared = Declarations(order=made, key_holders=holders)
    return one(of("segregation.domestic", tmp_path, declared, **parameters))


HOME = (keys("a"), keys("b"), keys("c"))


@pytest.mark.parametrize(
    ("amount", "outcome"), [(10, "PASS"), (9, "PASS"), (10 + Fraction(1, UNIT), "FAIL"), (11, "FAIL")]
)
def test_what_an_order_names_is_at_home_to_the_unit(tmp_path: Path, amount: int | Fraction, outcome: str) -> None:
    finding = domestic(tmp_path, order(amount), *HOME)
    assert (finding.outcome, finding.actual) == (outcome, "10")
    assert finding.facts["state"] == "in-force"


def test_keys_elsewhere_are_not_at_home(tmp_path: Path) -> None:
    assert domestic(tmp_path, order(10), keys("a"), keys("b", "SG"), keys("c")).outcome is Outcome.FAIL


def test_a_key_elsewhere_beside_one_at_home_is_not_at_home(tmp_path: Path) -> None:
    assert domestic(tmp_path, order(10), *HOME, keys("a", "US")).outcome is Outcome.FAIL


def test_an_account_of_which_nobody_speaks_might_be_anywhere(tmp_path: Path) -> None:
    finding = domestic(tmp_path, order(10), keys("a"), keys("b"))
    assert (finding.outcome, finding.facts["lower"], finding.facts["upper"]) == ("INCONCLUSIVE", "9", "10")
    assert domestic(tmp_path / "b", order(11), keys("a"), keys("b")).outcome is Outcome.FAIL


def test_what_is_not_proven_is_not_at_home(tmp_path: Path) -> None:
    spoilt = {"a": Missing("unsigned")}
    assert domestic(tmp_path, order(10), *HOME, spoilt=spoilt).outcome is Outcome.INCONCLUSIVE


def test_house_coins_answer_for_no_order_unless_the_rule_says_so(tmp_path: Path) -> None:
    accounts = [Held("a", {BTC: 9}), Held("d", {BTC: 5}, role=Role.HOUSE)]
    holders = (keys("a"), keys("d"))
    assert domestic(tmp_path, order(10), *holders, accounts=accounts).outcome is Outcome.FAIL
    roles = ["customer", "house"]
    assert domestic(tmp_path / "b", order(10), *holders, accounts=accounts, roles=roles).outcome is Outcome.PASS


def test_an_asset_that_nobody_holds_is_not_at_home(tmp_path: Path) -> None:
    assert domestic(tmp_path, order(1, ETH), *HOME).outcome is Outcome.FAIL


@pytest.mark.parametrize("made", [DomesticOrder(active=False, jurisdiction="JP"), order(10**6, where="KR")])
def test_without_a_standing_order_the_rule_does_not_apply(tmp_path: Path, made: DomesticOrder) -> None:
    finding = domestic(tmp_path, made)
    assert (finding.message, finding.required) == ("rulebook.answer.not_applicable", False)
    assert finding.facts["state"] == "does-not-apply"


def test_no_word_on_orders_is_undecided(tmp_path: Path) -> None:
    finding = domestic(tmp_path, None, *HOME)
    assert (finding.outcome, finding.facts["input"], finding.required) == ("INCONCLUSIVE", "orders", True)
    assert domestic(tmp_path / "b", DomesticOrder(active=True, jurisdiction="JP")).facts["input"] == "orders"


def test_a_place_by_the_issuers_word_alone_never_passes(tmp_path: Path) -> None:
    finding = domestic(tmp_path, order(10), *HOME, law=LawTrust())
    assert (finding.message, finding.facts["weak"]) == ("rulebook.answer.declared_only", "orders, custody")


# --- the entity


def entity(tmp_path: Path, *holders: KeyHolder, who: Entity | None = ENTITY, **parameters: Any) -> Finding:
    return one(of("segregation.entity", tmp_path, Declarations(entity=who, key_holders=holders), **parameters))


def test_the_entity_that_owes_holds_the_keys(tmp_path: Path) -> None:
    assert entity(tmp_path, keys("a"), keys("b")).outcome is Outcome.PASS


@pytest.mark.parametrize("parent", ["Example Exchange Holdings", "Example Exchange japan"])
def test_a_parents_key_is_not_the_entitys(tmp_path: Path, parent: str) -> None:
    finding = entity(tmp_path, keys("a"), keys("b", who=parent))
    assert finding.outcome is Outcome.FAIL
    assert finding.facts["others"] == f"{account('b')} ({parent})"


def test_a_second_holder_of_a_key_is_another(tmp_path: Path) -> None:
    assert entity(tmp_path, keys("a"), keys("b"), keys("a", who="A Parent")).outcome is Outcome.FAIL


def test_a_custodian_is_no_parent_where_the_rule_allows_custodians(tmp_path: Path) -> None:
    rows = (keys("a"), keys("b", who="A Custodian", custodian="A Custodian"))
    listed = frozenset({Registration("C-1", "A Custodian", RegistrationKind.CUSTODIAN)})
    assert entity(tmp_path, *rows, law=replace(KNOWN, registered=listed)).outcome is Outcome.PASS
    unlisted = entity(tmp_path / "d", *rows)
    assert (unlisted.outcome, unlisted.facts["input"]) == ("INCONCLUSIVE", "custody")
    assert entity(tmp_path / "b", *rows, custodians=False).outcome is Outcome.FAIL
    behind = keys("b", who="A Parent", custodian="A Custodian")
    assert entity(tmp_path / "c", keys("a"), behind).outcome is Outcome.FAIL


def test_a_holder_or_entity_that_is_not_named_is_undecided(tmp_path: Path) -> None:
    assert entity(tmp_path, keys("a")).facts["what"] == f"who holds the keys of {account('b')}"
    assert entity(tmp_path / "b", keys("a"), keys("b"), who=None).facts["input"] == "entity"
    assert entity(tmp_path / "c", keys("a", who="A Parent")).outcome is Outcome.FAIL


def test_the_entity_by_the_issuers_word_alone_never_passes(tmp_path: Path) -> None:
    assert entity(tmp_path, keys("a"), keys("b"), law=LawTrust()).message == "rulebook.answer.declared_only"


def test_no_account_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert entity(tmp_path, accounts=[]).message == "evidence.nothing"


# --- signers


def signers(tmp_path: Path, *holders: KeyHolder, **parameters: Any) -> Finding:
    return one(of("segregation.signers", tmp_path, Declarations(key_holders=holders), **parameters))


def test_two_must_sign(tmp_path: Path) -> None:
    assert signers(tmp_path, keys("a"), keys("b")).outcome is Outcome.PASS
    finding = signers(tmp_path / "b", keys("a"), keys("b", signers=1))
    assert (finding.outcome, finding.facts["few"]) == ("FAIL", str(account("b")))


def test_the_fewest_that_anybody_says_count(tmp_path: Path) -> None:
    assert signers(tmp_path, keys("a"), keys("b"), keys("b", signers=1)).outcome is Outcome.FAIL


@pytest.mark.parametrize(("share", "outcome"), [("1/3", "PASS"), ("0.3", "FAIL"), ("0", "FAIL")])
def test_small_accounts_may_be_signed_by_one(tmp_path: Path, share: str, outcome: str) -> None:
    """Exactly the share is not above it."""
    assert signers(tmp_path, keys("a"), keys("b", signers=1), share=share).outcome == outcome


def test_an_account_of_which_nobody_says_how_many_is_undecided(tmp_path: Path) -> None:
    finding = signers(tmp_path, keys("a"))
    assert (finding.outcome, finding.facts["input"]) == ("INCONCLUSIVE", "custody")
    assert signers(tmp_path / "b", keys("a", signers=1)).outcome is Outcome.FAIL


@pytest.mark.parametrize("parameters", [{"roles": ["nobody"]}, {"least": "2"}, {"share": "most"}])
def test_parameters_that_cannot_be_used_are_errors(tmp_path: Path, parameters: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="R-1/parameters/"):
        signers(tmp_path, keys("a"), **parameters)


# --- venues


def test_t52_an_account_at_another_exchange_is_a_claim(tmp_path: Path) -> None:
    """A cold address that was another exchange's deposit address held what that exchange owed (QuadrigaCX)."""
    declared = Declarations(venues=(Venue(account("b"), "Another Exchange"),))
    (finding,) = of("segregation.venues", tmp_path, declared)
    assert (finding.outcome, finding.facts["venues"]) == ("FAIL", f"{account('b')} (Another Exchange)")


def test_venues_that_no_reserve_account_is_at_are_no_breach(tmp_path: Path) -> None:
    declared = Declarations(venues=(Venue(account("h"), "Another Exchange"),))
    assert told(of("segregation.venues", tmp_path, declared)) == [("PASS", "segregation.venues.pass")]
    assert told(of("segregation.venues", tmp_path / "b", declared, law=LawTrust())) == [
        ("INCONCLUSIVE", "rulebook.answer.declared_only")
    ]
    assert told(of("segregation.venues", tmp_path / "c", declared, accounts=[])) == [
        ("INCONCLUSIVE", "evidence.nothing")
    ]


def test_hot_accounts_are_looked_at_too(tmp_path: Path) -> None:
    accounts = [Held("a", {BTC: 9}, custody=Custody.HOT)]
    declared = Declarations(venues=(Venue(account("a"), "Another Exchange"),))
    assert one(of("segregation.venues", tmp_path, declared, accounts=accounts)).outcome is Outcome.FAIL


def test_t73_an_order_that_stands_by_nobodys_word_is_not_left_by_the_issuers_own(tmp_path: Path) -> None:
    """What the issuer alone says does not apply is undecided, and still decides the verdict."""
    calm = Declarations(order=DomesticOrder(active=False, jurisdiction="JP"))
    asked = rule("segregation.domestic", jurisdiction="JP")
    (known,) = judged(context(tmp_path / "a", {ETH: 1}, [Held("a", {ETH: 1})], asked, declared=calm))
    assert (known.message, known.required) == ("rulebook.answer.not_applicable", False)
    (alone,) = judged(context(tmp_path / "b", {ETH: 1}, [Held("a", {ETH: 1})], asked, declared=calm, law=LawTrust()))
    assert (alone.message, alone.required) == ("rulebook.answer.not_applicable_declared", True)
    assert (str(alone.outcome), alone.facts["state"]) == ("INCONCLUSIVE", "in-force")
