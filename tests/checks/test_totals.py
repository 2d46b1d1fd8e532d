"""How much of each asset class is proven, by custody and by evidence: T49, T50."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.asset_classes import exact_text
from por.checks.control_evidence import ControlEvidence
from por.checks.examination import Examination
from por.checks.holdings import ProvenHolding
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.totals import totals
from por.model import (
    AssetClass,
    AssetId,
    AssetKind,
    CallMethod,
    ChainAccount,
    ChainId,
    ClaimedHolding,
    Custody,
    Denomination,
    Finding,
    Grade,
    Outcome,
    ReserveAccount,
    Role,
    TokenCall,
)
from tests.checks import scenery as s
from tests.checks.scenery import CHAIN, ETH, PLAIN, USDC
from tests.checks.test_solvency import BSC_DOLLAR, COINS, DOLLARS, holder, scene, signed_by

LISTED = AssetId(ChainId("listed", "ABC"), "listed", "ABC")
COIN = 10**18


def judged(examination: Examination, asset: AssetId = ETH) -> Finding:
    return s.one(f for f in totals(examination) if f.subject == str(asset))


def figures(finding: Finding) -> dict[str, str]:
    names = ("proven", "unproven", "refuted", "cold", "hot", "third-party", "customer")
    return {name: finding.facts[name] for name in names if finding.facts[name] != "0"}


def test_honest_reserves_are_whole_and_summed_by_custody(tmp_path: Path) -> None:
    findings = {f.subject: f for f in totals(s.examined(tmp_path))}
    assert list(findings) == sorted([str(ETH), str(USDC)])
    assert {f.outcome for f in findings.values()} == {Outcome.PASS}
    coins = findings[str(ETH)]
    assert (coins.message, coins.facts["unit"], coins.facts["claims"]) == ("reserves.totals.whole", "coins", "4")
    assert figures(coins) == {"proven": "110", "cold": "67", "hot": "43", "customer": "100"}
    assert (coins.grade, coins.facts["state_proof"]) == (Grade.STATE_PROOF, "110")


SPOILS: dict[str, tuple[Observation[ControlEvidence] | None, Observation[ProvenHolding] | None, str]] = {
    "unsigned": (Missing("m"), None, "unproven"),
    "signed by another": (signed_by(s.address("b")), None, "refuted"),
    "a bad signature": (Broken("b"), None, "refuted"),
    "no proof": (None, Missing("m"), "unproven"),
    "a bad proof": (None, Broken("b"), "refuted"),
    "another amount": (None, Seen(ProvenHolding(1, 0, PLAIN)), "refuted"),
    "code not shown": (None, Seen(ProvenHolding(2 * COIN, 0, None)), "unproven"),
    "unsigned and a bad proof": (Missing("m"), Broken("b"), "refuted"),
}


@pytest.mark.parametrize("what", SPOILS)
def test_t47_t49_what_is_not_shown_is_in_no_proven_figure(tmp_path: Path, what: str) -> None:
    signer, held, where = SPOILS[what]
    rows = [holder("a", (ETH, 2 * COIN)), holder("b", (ETH, COIN), custody=Custody.HOT)]
    signers = {} if signer is None else {"a": signer}
    holdings = {} if held is None else {("a", ETH): held}
    finding = judged(scene(tmp_path, [], rows, signers=signers, held=holdings))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "reserves.totals.part")
    assert figures(finding) == {"proven": "1", where: "2", "hot": "1", "customer": "1"}
    assert (finding.facts["claims"], finding.facts["shown"]) == ("2", "1")


def test_t46_an_account_listed_twice_is_refuted_both_times(tmp_path: Path) -> None:
    rows = [holder("a", (ETH, COIN)), holder("a", (ETH, COIN), role=Role.HOUSE), holder("b", (ETH, COIN))]
    finding = judged(scene(tmp_path, [], rows))
    assert (finding.outcome, figures(finding)["refuted"], figures(finding)["proven"]) == ("INCONCLUSIVE", "2", "1")


def test_t50_third_party_custody_stands_apart_and_grades_no_better_than_a_document(tmp_path: Path) -> None:
    rows = [holder("a", (ETH, 5 * COIN), custody=Custody.THIRD_PARTY), holder("b", (ETH, 2 * COIN))]
    finding = judged(scene(tmp_path, [], rows))
    assert (finding.outcome, finding.grade) == (Outcome.PASS, Grade.THIRD_PARTY_DOCUMENT)
    assert figures(finding) == {"proven": "2", "cold": "2", "third-party": "5", "customer": "7"}
    assert (finding.facts["third_party_document"], finding.facts["state_proof"]) == ("5", "2")


def test_t60_what_sources_merely_say_has_a_figure_of_its_own(tmp_path: Path) -> None:
    held = {("a", USDC): Seen(ProvenHolding(4 * 10**6, 0, PLAIN, grade=Grade.QUORUM_VALUE))}
    rows = [holder("a", (USDC, 4 * 10**6)), holder("b", (USDC, 10**6))]
    finding = judged(scene(tmp_path, [], rows, held=held), USDC)
    assert (finding.outcome, finding.grade) == (Outcome.PASS, Grade.QUORUM_VALUE)
    assert (finding.facts["quorum_value"], finding.facts["state_proof"]) == ("4", "1")


def test_t59_members_of_a_class_are_summed_in_whole_coins(tmp_path: Path) -> None:
    rows = [holder("a", (USDC, 3 * 10**6)), holder("b", (BSC_DOLLAR, 4 * 10**18))]
    assert figures(judged(scene(tmp_path, [], rows), USDC))["proven"] == "7"


def test_t59_t61_an_asset_of_no_class_is_summed_in_base_units_by_itself(tmp_path: Path) -> None:
    fake = AssetId(CHAIN, "erc20", s.address("fake"))
    rows = [holder("a", (fake, 7), (USDC, 10**6))]
    finding = judged(scene(tmp_path, [], rows), fake)
    assert (finding.facts["unit"], figures(finding)["proven"]) == ("base units", "7")


def converted() -> ReserveAccount:
    """List an account as a converted list does: nothing owed, a coin that no chain here knows, and no proof."""
    claim = ClaimedHolding(LISTED, 12, ())
    return ReserveAccount(ChainAccount(LISTED.chain, "someone"), Role.CUSTOMER, Custody.COLD, (claim,), None)


def test_t49_t68_a_list_without_liabilities_and_proofs_is_summed_and_nothing_of_it_is_proven(tmp_path: Path) -> None:
    base = s.examined(tmp_path)
    made = s.bundle(liabilities=(), reserves=(converted(),))
    examination = replace(
        base,
        opened=replace(base.opened, bundle=made),
        signers={0: Missing("no chain reads it")},
        holdings={(0, LISTED): Missing("no chain reads it")},
    )
    finding = s.one(totals(examination))
    assert (finding.subject, finding.outcome, finding.grade) == (str(LISTED), Outcome.INCONCLUSIVE, None)
    assert (figures(finding), finding.facts["unit"]) == ({"unproven": "12"}, "base units")


def test_t68_no_account_gives_no_finding_to_pass(tmp_path: Path) -> None:
    assert list(totals(scene(tmp_path, [], []))) == []


@pytest.mark.parametrize("rate", [True, False])
def test_t62_a_vault_is_summed_as_what_its_shares_stand_for(tmp_path: Path, rate: bool) -> None:
    share = AssetId(CHAIN, "erc20", s.address("vault"))
    rules = s.policy(
        classes=(COINS, DOLLARS),
        calls=(TokenCall(share, (b"\x01" * 32,), CallMethod.CONVERT_TO_ASSETS, USDC),),
        kinds=frozenset({AssetKind.NATIVE, AssetKind.VAULT}),
    )
    held = {("a", share): Seen(ProvenHolding(10, 0, PLAIN, underlying=(USDC, 12 * 10**6) if rate else None))}
    found = {f.subject: f for f in totals(scene(tmp_path, [], [holder("a", (share, 10))], rules=rules, held=held))}
    subject, unit, amount = (USDC, "coins", "12") if rate else (share, "base units", "10")
    assert {name: (f.facts["unit"], f.facts["proven"]) for name, f in found.items()} == {str(subject): (unit, amount)}


def test_t62_t63_what_is_proven_is_shown_though_it_may_not_count(tmp_path: Path) -> None:
    """Totals say what is there; `reserves.eligible` and `solvency.coverage` say what of it counts."""
    wrapped = AssetClass((Denomination(ETH, 18), Denomination(BSC_DOLLAR, 18, AssetKind.WRAPPED)))
    rules = s.policy(classes=(wrapped,), own_assets=frozenset({BSC_DOLLAR}))
    rows = [holder("a", (BSC_DOLLAR, COIN), (ETH, COIN))]
    finding = judged(scene(tmp_path, [], rows, rules=rules))
    assert (finding.outcome, figures(finding)["proven"]) == (Outcome.PASS, "2")


amounts = st.lists(
    st.tuples(st.integers(0, 10**30), st.sampled_from(list(Custody)), st.sampled_from(["shown", "open", "bad"])),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Examination:
    return s.examined(tmp_path_factory.mktemp("base"), rules=s.policy(classes=(COINS, DOLLARS)))


@given(amounts)
def test_every_claimed_unit_is_in_exactly_one_figure(base: Examination, rows: list[tuple[int, Custody, str]]) -> None:
    reserves = tuple(
        replace(holder("abcdefgh"[i], (ETH, amount)), custody=custody) for i, (amount, custody, _) in enumerate(rows)
    )
    seen = {"shown": None, "open": Missing("m"), "bad": Broken("b")}
    signers = {i: seen[state] or signed_by(reserves[i].account.address) for i, (_, _, state) in enumerate(rows)}
    examination = replace(
        base,
        opened=replace(base.opened, bundle=s.bundle(reserves=reserves, liabilities=())),
        signers=signers,
        holdings={(i, ETH): Seen(ProvenHolding(amount, 0, PLAIN)) for i, (amount, _, _) in enumerate(rows)},
    )
    finding = judged(examination)
    parts = [Fraction(finding.facts[name]) for name in ("proven", "third-party", "unproven", "refuted")]
    assert exact_text(sum(parts, Fraction(0)) * COIN) == str(sum(amount for amount, _, _ in rows))
    assert (finding.outcome is Outcome.PASS) == all(state == "shown" for _, _, state in rows)


def test_t46_t84_thousands_of_claims_are_summed_in_linear_work(tmp_path: Path) -> None:
    def many(number: int) -> Examination:
        rows = tuple(
            ReserveAccount(
                ChainAccount(CHAIN, f"0x{i:040x}"), Role.CUSTOMER, Custody.COLD, (ClaimedHolding(ETH, 1, ()),), None
            )
            for i in range(number)
        )
        made = s.examined(tmp_path / str(number), rules=s.policy(classes=(COINS, DOLLARS)))
        return replace(
            made,
            opened=replace(made.opened, bundle=s.bundle(reserves=rows)),
            signers={i: signed_by(row.account.address) for i, row in enumerate(rows)},
            holdings={(i, ETH): Seen(ProvenHolding(1, 0, PLAIN)) for i in range(number)},
        )

    few, lots = many(500), many(2000)
    assert s.calls(partial(list, totals(lots))) < 5 * s.calls(partial(list, totals(few)))
