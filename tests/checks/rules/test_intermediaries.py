"""Those who introduce customers: registered, sponsored, limited, holding nothing, no customer left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.checks.class_rows import class_rows
from por.checks.examination import Beside, examine
from por.checks.observation import Missing, Observation, Seen
from por.checks.recomputation import Recomputation
from por.checks.rules.context import Context
from por.checks.rules.intermediaries import _by_number
from por.encoding import introduced_v1
from por.model import CaseRule, Digest, Finding, Grade, LawTrust, Outcome, Registration, RegistrationKind
from por.model.declarations import Declarations, Entity, Intermediary, KeyHolder
from por.model.record import IntroducedCustomers
from tests.checks.rules.scenery import DOCUMENT, KNOWN, Held, context, judged, rule
from tests.checks.scenery import (
    AN_HOUR_LATER,
    ETH,
    USDC,
    Tree,
    account,
    grow,
    ledger_records,
    one,
    open_in,
    policy,
    quiet,
    recomputed,
    sources,
    told,
    with_trees,
)

AGENT, EXCHANGE = RegistrationKind.INTERMEDIARY, RegistrationKind.EXCHANGE
BROKER, US = Registration("K-1", "Broker Seven", AGENT), Registration("X-1", "Example Exchange Japan", EXCHANGE)
LISTED = replace(KNOWN, registered=frozenset({BROKER, US}))
ENTITY = Entity("Example Exchange Japan", "JP", "X-1", 3)
NOTHING = Missing("no record list was given")


def broker(**changes: Any) -> Intermediary:
    made = Intermediary(
        "broker-7", "Broker Seven", "K-1", ("X-1",), ("mediation",), 2, None, ((ETH, Fraction(3)), (USDC, Fraction(5)))
    )
    return replace(made, **changes)


def of(
    check: str,
    tmp_path: Path,
    *rows: Intermediary,
    law: LawTrust = LISTED,
    entity: Entity | None = ENTITY,
    holders: Sequence[KeyHolder] = (),
    **parameters: Any,
) -> list[Finding]:
    declared = Declarations(entity=entity, intermediaries=rows, key_holders=tuple(holders))
    asked = rule(f"intermediary.{check}", **parameters)
    return judged(context(tmp_path, {}, [Held("a", {ETH: 1})], asked, declared=declared, law=law))


# --- registered, sponsored, limited


@pytest.mark.parametrize(
    ("number", "outcome"), [("K-1", "PASS"), ("K-2", "INCONCLUSIVE"), ("k-1", "INCONCLUSIVE"), ("", "FAIL")]
)
def test_a_registration_is_one_that_the_verifier_looked_up(tmp_path: Path, number: str, outcome: str) -> None:
    finding = one(of("registered", tmp_path, broker(registration=number)))
    assert (finding.outcome, finding.subject) == (outcome, "a-book/R-1/broker-7")


def test_a_registration_passes_by_the_verifiers_own_look_without_any_document(tmp_path: Path) -> None:
    law = LawTrust(registered=frozenset({BROKER}))
    finding = one(of("registered", tmp_path, broker(), law=law))
    assert (finding.outcome, finding.grade) == ("PASS", Grade.THIRD_PARTY_DOCUMENT)
    assert one(of("registered", tmp_path / "b", broker(), law=KNOWN)).message == "intermediary.registered.not_found"


@pytest.mark.parametrize("row", [replace(BROKER, name="Broker Eight"), replace(BROKER, kind=EXCHANGE)])
def test_a_number_of_somebody_else_in_the_list_is_not_its_own(tmp_path: Path, row: Registration) -> None:
    law = replace(LISTED, registered=frozenset({row}))
    finding = one(of("registered", tmp_path, broker(), law=law))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "intermediary.registered.other")


def test_one_number_is_not_two_intermediaries(tmp_path: Path) -> None:
    found = of("registered", tmp_path, broker(), broker(id="broker-8"))
    assert [(row.outcome, row.message) for row in found] == [("FAIL", "intermediary.registered.twice")] * 2


@pytest.mark.parametrize(
    "row", [BROKER, replace(US, name="Another"), replace(US, number="X-2"), replace(US, kind=AGENT)]
)
def test_the_intermediarys_own_row_is_not_its_principals(tmp_path: Path, row: Registration) -> None:
    law = replace(KNOWN, registered=frozenset({row}))
    finding = one(of("sponsored", tmp_path, broker(principals=("X-1", "K-1")), law=law))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "intermediary.sponsored.not_found")


@pytest.mark.parametrize("rows", [(), (broker(),)])
def test_a_list_of_one_who_is_not_declared_is_undecided(tmp_path: Path, rows: tuple[Intermediary, ...]) -> None:
    context_ = made(tmp_path, *rows, introduced={"broker-9": a_list("alice")})
    (finding,) = [row for row in judged(context_) if row.subject.endswith("/broker-9")]
    assert (finding.outcome, finding.required) == ("INCONCLUSIVE", True)
    assert finding.facts["what"] == "the intermediary broker-9, whose list of customers you have"


@pytest.mark.parametrize(
    ("principals", "message"),
    [
        (("X-1",), "intermediary.sponsored.pass"),
        (("Example Exchange Japan",), "intermediary.sponsored.pass"),
        (("X-9", "X-1"), "intermediary.sponsored.pass"),
        (("X-9",), "intermediary.sponsored.fail"),
        (("K-1",), "intermediary.sponsored.fail"),
        ((), "intermediary.sponsored.nobody"),
    ],
)
def test_an_intermediary_acts_for_this_entity(tmp_path: Path, principals: tuple[str, ...], message: str) -> None:
    assert one(of("sponsored", tmp_path, broker(principals=principals))).message == message


def test_a_principal_that_nobody_looked_up_is_undecided(tmp_path: Path) -> None:
    assert one(of("sponsored", tmp_path, broker(), law=KNOWN)).message == "intermediary.sponsored.not_found"
    assert one(of("sponsored", tmp_path / "b", broker(), entity=None)).facts["input"] == "entity"
    weak = replace(LISTED, documents=())
    assert one(of("sponsored", tmp_path / "c", broker(), law=weak)).message == "rulebook.answer.declared_only"


@pytest.mark.parametrize(
    ("activities", "outcome"),
    [
        (("mediation",), "PASS"),
        (("mediation", "custody"), "FAIL"),
        (("matching",), "FAIL"),
        (("Mediation",), "FAIL"),
        ((), "INCONCLUSIVE"),
    ],
)
def test_an_intermediary_mediates_and_does_nothing_else(
    tmp_path: Path, activities: tuple[str, ...], outcome: str
) -> None:
    assert one(of("limited", tmp_path, broker(activities=activities))).outcome == outcome


def test_what_a_rule_allows_is_its_parameter(tmp_path: Path) -> None:
    row = broker(activities=("advice",))
    assert one(of("limited", tmp_path, row, activities=["mediation", "advice"])).outcome is Outcome.PASS


# --- holds nothing


def test_an_intermediary_that_holds_nothing_passes(tmp_path: Path) -> None:
    """An account of its own that holds nothing of customers is its own matter."""
    assert one(of("custody", tmp_path, broker(accounts=(account("h"),)))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("changes", "holders"),
    [
        ({"bank_accounts": ("A Bank 1234567",)}, ()),
        ({"accounts": (account("a"),)}, ()),
        ({}, (KeyHolder(account("a"), "Broker Seven", "JP", 1),)),
        ({}, (KeyHolder(account("a"), "broker-7", "JP", 1),)),
        ({}, (KeyHolder(account("a"), "K-1", "JP", 1),)),
        ({}, (KeyHolder(account("a"), "Example Exchange Japan", "JP", 1, custodian="Broker Seven"),)),
    ],
)
def test_whatever_an_intermediary_holds_of_customers_refutes(
    tmp_path: Path, changes: dict[str, Any], holders: tuple[KeyHolder, ...]
) -> None:
    assert one(of("custody", tmp_path, broker(**changes), holders=holders)).outcome is Outcome.FAIL


def test_that_it_holds_nothing_is_no_pass_on_a_word(tmp_path: Path) -> None:
    finding = one(of("custody", tmp_path, broker(), law=LawTrust()))
    assert (finding.message, finding.facts["weak"]) == ("rulebook.answer.declared_only", "intermediaries, custody")


@pytest.mark.parametrize("check", ["registered", "sponsored", "limited", "custody", "complete"])
def test_without_intermediaries_the_rules_do_not_apply(tmp_path: Path, check: str) -> None:
    finding = one(of(check, tmp_path))
    assert (finding.message, finding.required) == ("rulebook.answer.not_applicable", False)


# --- nobody is left out

SPOT = grow("spot", ETH, [("zoe", 10**18)])
VIA_ETH = grow("via:broker-7", ETH, [("alice", 2 * 10**18), ("bob", 10**18)])
VIA_USDC = grow("via:broker-7", USDC, [("alice", 5 * 10**6)])
TREES = (SPOT, VIA_ETH, VIA_USDC)


def a_list(*ids: str) -> IntroducedCustomers:
    return introduced_v1.read(("account_id\n" + "".join(f"{name}\n" for name in ids)).encode())


def made(
    tmp_path: Path,
    *rows: Intermediary,
    trees: Sequence[Tree] = TREES,
    rebuilt: Observation[Recomputation] | None = None,
    introduced: Mapping[str, IntroducedCustomers] | None = None,
    law: LawTrust = KNOWN,
) -> Context:
    base = context(tmp_path, {}, [], rule("intermediary.complete"), declared=Declarations(intermediaries=rows), law=law)
    bundle = with_trees(trees)
    observed = recomputed(bundle, ledger_records(trees)) if rebuilt is None else rebuilt
    examination = replace(
        base.examination,
        opened=replace(base.examination.opened, bundle=bundle),
        signers={i: NOTHING for i, _ in enumerate(bundle.reserves)},
        holdings={(i, claim.asset): NOTHING for i, row in enumerate(bundle.reserves) for claim in row.holdings},
        recomputation=observed,
        introduced=introduced or {},
    )
    return replace(base, examination=examination, rows=tuple(class_rows(examination)))


def complete(tmp_path: Path, *rows: Intermediary, **options: Any) -> dict[str, str]:
    found = judged(made(tmp_path, *rows, **options))
    return {
        row.subject.removeprefix("a-book/R-1/"): row.message.removeprefix("intermediary.complete.") for row in found
    }


def test_what_an_intermediary_states_is_what_is_committed(tmp_path: Path) -> None:
    assert complete(tmp_path, broker()) == {
        f"broker-7/{ETH}": "pass_sum",
        f"broker-7/{USDC}": "pass_sum",
        "broker-7": "pass_number",
    }


@pytest.mark.parametrize("coins", [Fraction(3) + Fraction(1, 10**18), Fraction(3) - Fraction(1, 10**18), Fraction(0)])
def test_a_unit_more_or_less_than_stated_refutes(tmp_path: Path, coins: Fraction) -> None:
    found = complete(tmp_path, broker(statement=((ETH, coins), (USDC, Fraction(5)))))
    assert (found[f"broker-7/{ETH}"], found[f"broker-7/{USDC}"]) == ("fail_sum", "pass_sum")


def test_a_segment_that_the_statement_does_not_name_refutes(tmp_path: Path) -> None:
    assert complete(tmp_path, broker(statement=((ETH, Fraction(3)),)))[f"broker-7/{USDC}"] == "fail_sum"


def test_what_is_stated_and_committed_nowhere_refutes(tmp_path: Path) -> None:
    found = complete(tmp_path, broker(), trees=(SPOT, VIA_ETH))
    assert found[f"broker-7/{USDC}"] == "fail_sum"
    elsewhere = (grow("spot", USDC, [("alice", 5 * 10**6)]), SPOT, VIA_ETH)
    assert complete(tmp_path / "b", broker(), trees=elsewhere)[f"broker-7/{USDC}"] == "fail_sum"


def test_another_intermediarys_segment_is_not_this_ones(tmp_path: Path) -> None:
    found = complete(tmp_path, broker(id="broker-8"))
    assert found["broker-8/" + str(ETH)] == "fail_sum"
    assert found["broker-7"] == "rulebook.answer.input_missing"


def test_a_statement_by_the_issuers_word_alone_is_no_pass(tmp_path: Path) -> None:
    assert set(complete(tmp_path, broker(), law=LawTrust()).values()) == {"rulebook.answer.declared_only"}


@pytest.mark.parametrize(("customers", "word"), [(2, "pass_number"), (3, "fail_number"), (1, "more")])
def test_as_many_customers_as_were_introduced(tmp_path: Path, customers: int, word: str) -> None:
    """Alice is in two trees and is one customer."""
    assert complete(tmp_path, broker(customers=customers))["broker-7"] == word


def test_without_records_nobody_knows_who_is_in_the_trees(tmp_path: Path) -> None:
    found = judged(made(tmp_path, broker(), rebuilt=NOTHING))[-1]
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "intermediary.complete.no_records")
    assert found.facts["why"] == "no record list was given"


def test_t19_records_that_do_not_make_the_tree_say_nothing(tmp_path: Path) -> None:
    """A list with one more record holds the customer that the tree leaves out."""
    cheat = (SPOT, grow("via:broker-7", ETH, [("alice", 2 * 10**18)]), VIA_USDC)
    rebuilt = recomputed(with_trees(cheat), ledger_records(TREES))
    assert complete(tmp_path, broker(), trees=cheat, rebuilt=rebuilt)["broker-7"] == "no_records"


def with_list(tmp_path: Path, given: IntroducedCustomers, **options: Any) -> Finding:
    row = broker(introduced=options.pop("declared", given.digest), customers=99)
    return judged(made(tmp_path, row, introduced={"broker-7": given}, **options))[-1]


def test_every_listed_customer_is_in_a_tree(tmp_path: Path) -> None:
    """The list goes before the number, in any order and writing that the issuer's rule makes one."""
    finding = with_list(tmp_path, a_list("Bob", "ALICE"))
    assert (finding.message, finding.grade) == ("intermediary.complete.pass_list", Grade.THIRD_PARTY_DOCUMENT)


@pytest.mark.parametrize(
    ("ids", "lines"), [(("alice", "mallory", "bob"), "3"), (("zoe",), "2"), (("alice", "bob", " bob"), "4")]
)
def test_a_listed_customer_that_is_in_no_tree_of_the_segment_refutes(
    tmp_path: Path, ids: tuple[str, ...], lines: str
) -> None:
    finding = with_list(tmp_path, a_list(*ids))
    assert (finding.message, finding.facts["lines"]) == ("intermediary.complete.fail_list", lines)


def test_t83_no_account_id_is_in_a_finding(tmp_path: Path) -> None:
    finding = with_list(tmp_path, a_list("alice", "mallory"))
    assert "mallory" not in str(finding)
    assert "alice" not in str(finding)


def test_t23_one_customer_of_ten_thousand_is_an_exception(tmp_path: Path) -> None:
    ids = [f"customer-{i}" for i in range(10_000)]
    trees = (grow("via:broker-7", ETH, [(name, 10**14) for name in ids if name != "customer-4711"]),)
    statement = ((ETH, Fraction(1)),)
    given = a_list(*ids)
    row = broker(introduced=given.digest, customers=10_000, statement=statement)
    found = judged(made(tmp_path, row, trees=trees, introduced={"broker-7": given}))
    assert told(found) == [("FAIL", "intermediary.complete.fail_sum"), ("FAIL", "intermediary.complete.fail_list")]
    assert (found[0].actual, found[1].facts["lost"], found[1].facts["lines"]) == ("0.9999", "1", "4713")


@pytest.mark.parametrize("declared", [None, DOCUMENT])
def test_another_list_than_the_declared_one_is_told(tmp_path: Path, declared: Digest | None) -> None:
    """Two lists of one intermediary are two stories."""
    finding = with_list(tmp_path, a_list("alice"), declared=declared)
    assert (finding.outcome, finding.message) == ("FAIL", "intermediary.complete.other_list")


def test_the_issuers_rule_decides_what_one_id_is(tmp_path: Path) -> None:
    base = made(tmp_path, broker(introduced=a_list("ALICE").digest), introduced={"broker-7": a_list("ALICE")})
    bundle = replace(base.examination.bundle, case_rule=CaseRule.EXACT)
    exact = replace(base.examination, opened=replace(base.examination.opened, bundle=bundle))
    assert judged(replace(base, examination=exact))[-1].message == "intermediary.complete.fail_list"


@settings(max_examples=50)
@given(st.integers(0, 20), st.integers(0, 20))
def test_fewer_than_introduced_always_refutes(customers: int, there: int) -> None:
    outcome = _by_number(broker(customers=customers), there).outcome
    assert (outcome is Outcome.FAIL) == (there < customers)
    assert (outcome is Outcome.PASS) == (there == customers)


def test_the_examination_keeps_the_lists_that_the_verifier_brings(tmp_path: Path) -> None:
    given = {"broker-7": a_list("alice")}
    made = examine(
        open_in(tmp_path), policy(), sources(None), NOTHING, AN_HOUR_LATER, quiet, None, Beside(introduced=given)
    )
    assert made.introduced == given


def test_only_intermediaries_trees_keep_who_is_in_them() -> None:
    """Everybody's ids would be a second copy of the whole ledger."""
    rebuilt = recomputed(with_trees(TREES), ledger_records(TREES))
    assert isinstance(rebuilt, Seen)
    kept = {ref: tree.value for ref, tree in rebuilt.value.trees.items() if isinstance(tree, Seen)}
    assert {ref: len(tree.accounts) for ref, tree in kept.items()} == {
        f"spot/{ETH}": 0,
        f"via:broker-7/{ETH}": 2,
        f"via:broker-7/{USDC}": 1,
    }
