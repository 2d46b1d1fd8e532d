"""Coverage, asset class by asset class: an interval of exact rationals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks import control, reserves
from por.checks.asset_classes import classes_by_asset, exact_text
from por.checks.chain_view import ChainView
from por.checks.control_evidence import ControlEvidence, Signed
from por.checks.examination import Examination
from por.checks.holdings import ProvenHolding
from por.checks.liabilities import scheme
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.solvency import Coverage, coverage
from por.checks.worth import Worth
from por.model import (
    AssetClass,
    AssetId,
    AssetKind,
    BlockRef,
    Bridge,
    CallMethod,
    ChainAccount,
    ChainId,
    ClaimedHolding,
    Custody,
    Denomination,
    Digest,
    Encumbrance,
    EncumbranceKind,
    Finding,
    Grade,
    KnownEncumbrance,
    LiabilityCommitment,
    Outcome,
    Policy,
    ReserveAccount,
    Role,
    TokenCall,
)
from tests.checks import scenery
from tests.checks.scenery import (
    CHAIN,
    CONTRACT,
    ETH,
    NUMBER,
    PLAIN,
    SCHEME,
    USDC,
    account,
    address,
    bundle,
    calls,
    examined,
    headers,
    one,
    policy,
    recomputed,
)

BSC_DOLLAR = AssetId.parse("eip155:1/erc20:0x" + "55" * 20)
DOLLARS = AssetClass((Denomination(USDC, 6), Denomination(BSC_DOLLAR, 18)))
COINS = AssetClass((Denomination(ETH, 18),))
PROVEN = "proven"


def signed_by(who: str) -> Observation[ControlEvidence]:
    return Seen(ControlEvidence(Signed("eip191", who)))


def owed(asset: AssetId, total: int, segment: str = "spot", decimals: int | None = None) -> LiabilityCommitment:
    places = {ETH: 18, USDC: 6, BSC_DOLLAR: 18}.get(asset, 18) if decimals is None else decimals
    return LiabilityCommitment(SCHEME, segment, asset, places, 4, total, bytes(32), bytes(32))


def holder(
    name: str,
    *claims: tuple[AssetId, int],
    role: Role = Role.CUSTOMER,
    custody: Custody = Custody.COLD,
) -> ReserveAccount:
    holdings = tuple(ClaimedHolding(asset, units, ()) for asset, units in claims)
    return ReserveAccount(account(name), role, custody, holdings, Digest(b"\x01" * 32))


def scene(
    tmp_path: Path,
    liabilities: Sequence[LiabilityCommitment],
    reserves: Sequence[ReserveAccount],
    *,
    rules: Policy | None = None,
    signers: Mapping[str, Observation[ControlEvidence]] | None = None,
    held: Mapping[tuple[str, AssetId], Observation[ProvenHolding]] | None = None,
) -> Examination:
    """Examine a bundle of these figures, all of them proven but for what `signers` and `held` spoil.

    Every account is shown to have no code, as its holding of the chain's own coin would show it.
    """
    base = examined(tmp_path, rules=policy(classes=(COINS, DOLLARS)) if rules is None else rules)
    made = bundle(liabilities=tuple(liabilities), reserves=tuple(reserves))
    names = {address(name): name for name in "abcdefgh"}
    control: dict[int, Observation[ControlEvidence]] = {}
    holdings: dict[tuple[int, AssetId], Observation[ProvenHolding]] = {}
    for i, row in enumerate(reserves):
        name = names[row.account.address]
        control[i] = (signers or {}).get(name, signed_by(row.account.address))
        for claim in row.holdings:
            usual = Seen(ProvenHolding(claim.amount, 0, PLAIN))
            holdings[i, claim.asset] = (held or {}).get((name, claim.asset), usual)
    return replace(base, opened=replace(base.opened, bundle=made), signers=control, holdings=holdings)


def judged(tmp_path: Path, *args: object, **options: object) -> Finding:
    return one(coverage(scene(tmp_path, *args, **options)))  # type: ignore[arg-type]


# --- the interval


@pytest.mark.parametrize(
    ("required", "lower", "upper", "outcome"),
    [
        (10, 10, 10, "PASS"),
        (10, 11, 11, "PASS"),
        (10, 10, 99, "PASS"),
        (0, 0, 0, "PASS"),
        (10, 9, 10, "INCONCLUSIVE"),
        (10, 0, 10, "INCONCLUSIVE"),
        (10, 9, 99, "INCONCLUSIVE"),
        (10, 9, 9, "FAIL"),
        (10, 0, 9, "FAIL"),
        (1, 0, 0, "FAIL"),
    ],
)
def test_t24_between_the_ends_nothing_is_decided(required: int, lower: int, upper: int, outcome: str) -> None:
    assert Coverage(Fraction(required), Fraction(lower), Fraction(upper)).outcome == outcome


@given(st.fractions(0, 10**9), st.fractions(0, 10**9), st.fractions(0, 10**9))
def test_the_interval_never_passes_below_the_required_figure(a: Fraction, b: Fraction, required: Fraction) -> None:
    lower, upper = min(a, b), max(a, b)
    outcome = Coverage(required, lower, upper).outcome
    assert (outcome is Outcome.PASS) == (lower >= required)
    assert (outcome is Outcome.FAIL) == (upper < required)


# --- whole findings


def test_t24_exactly_enough_passes_and_one_unit_less_fails(tmp_path: Path) -> None:
    total = 2**127 + 1
    enough = judged(tmp_path / "a", [owed(ETH, total)], [holder("a", (ETH, total))])
    assert (enough.outcome, enough.message) == ("PASS", "solvency.coverage.pass")
    short = judged(tmp_path / "b", [owed(ETH, total)], [holder("a", (ETH, total - 1))])
    assert (short.outcome, short.message) == ("FAIL", "solvency.coverage.fail")
    assert short.facts["ratio"] == f"{total - 1}/{total}"


def test_all_three_figures_are_in_the_finding_exactly(tmp_path: Path) -> None:
    finding = judged(
        tmp_path,
        [owed(ETH, 10 * 10**18), owed(ETH, 1, "margin")],
        [holder("a", (ETH, 4 * 10**18 + 7)), holder("b", (ETH, 8 * 10**18), custody=Custody.HOT)],
        signers={"b": Missing("unsigned")},
    )
    assert (finding.outcome, finding.subject) == ("INCONCLUSIVE", str(ETH))
    assert finding.facts["required"] == finding.expected == "10.000000000000000001"
    assert finding.facts["lower"] == finding.actual == "4.000000000000000007"
    assert finding.facts["upper"] == "12.000000000000000007"
    assert (finding.facts["cold"], finding.facts["hot"]) == ("4.000000000000000007", "0")


UNDECIDED = Missing("undecided")
SPOILS: dict[str, tuple[dict[str, object], bool]] = {
    "unsigned": ({"signers": {"a": Missing("m")}}, True),
    "unproven": ({"held": {("a", ETH): Missing("m")}}, True),
    "signed by another": ({"signers": {"a": signed_by(address("b"))}}, False),
    "bad signature": ({"signers": {"a": Broken("b")}}, False),
    "bad proof": ({"held": {("a", ETH): Broken("b")}}, False),
    "less than claimed": ({"held": {("a", ETH): Seen(ProvenHolding(1, 0, PLAIN))}}, False),
    "more than claimed": ({"held": {("a", ETH): Seen(ProvenHolding(10**30, 0, PLAIN))}}, False),
    "flagged": ({"held": {("a", ETH): Seen(ProvenHolding(10**18, 1, PLAIN))}}, False),
    "code": ({"held": {("a", ETH): Seen(ProvenHolding(10**18, 0, CONTRACT))}}, True),
    "code not seen": ({"held": {("a", ETH): Seen(ProvenHolding(10**18, 0, None))}}, True),
}


@pytest.mark.parametrize("what", SPOILS)
def test_t47_t49_t55_t64_what_is_not_proven_is_at_most_possible(tmp_path: Path, what: str) -> None:
    """An undecided claim counts to the upper figure alone, a failed one to none."""
    options, possible = SPOILS[what]
    finding = judged(tmp_path, [owed(ETH, 10**18)], [holder("a", (ETH, 10**18))], **options)
    assert finding.facts["lower"] == "0"
    assert finding.facts["upper"] == ("1" if possible else "0")
    assert finding.outcome == ("INCONCLUSIVE" if possible else "FAIL")


def test_a_failed_claim_counts_nothing_even_where_another_check_is_undecided(tmp_path: Path) -> None:
    finding = judged(
        tmp_path,
        [owed(ETH, 1)],
        [holder("a", (ETH, 10**18))],
        signers={"a": Missing("m")},
        held={("a", ETH): Broken("b")},
    )
    assert (finding.outcome, finding.facts["upper"]) == ("FAIL", "0")


def test_t64_an_outage_never_becomes_refuted(tmp_path: Path) -> None:
    examination = scene(tmp_path, [owed(ETH, 10**18)], [holder("a", (ETH, 10**18))])
    finding = one(coverage(replace(examination, views={CHAIN: UNDECIDED})))
    assert (finding.outcome, finding.facts["upper"]) == ("INCONCLUSIVE", "1")


def test_t56_a_block_that_is_off_the_chain_counts_nothing(tmp_path: Path) -> None:
    other = headers(salt=b"other")[0]
    view = Seen(ChainView(other, None, BlockRef(NUMBER, other.hash), ("a", "b")))
    examination = scene(tmp_path, [owed(ETH, 1)], [holder("a", (ETH, 10**18))])
    assert one(coverage(replace(examination, views={CHAIN: view}))).outcome is Outcome.FAIL


@pytest.mark.parametrize("role", [Role.HOUSE, Role.GUARANTEE, Role.ISSUER_RESERVE])
def test_t52_house_guarantee_and_issuer_coins_are_apart(tmp_path: Path, role: Role) -> None:
    rows = [holder("a", (ETH, 3 * 10**18), role=role), holder("b", (ETH, 10**18))]
    finding = judged(tmp_path, [owed(ETH, 2 * 10**18)], rows)
    assert finding.outcome is Outcome.FAIL
    assert (finding.facts["lower"], finding.facts["upper"], finding.facts["apart"]) == ("1", "1", "3")


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.HOUSE])
def test_t46_t52_an_account_listed_again_counts_nothing(tmp_path: Path, role: Role) -> None:
    rows = [holder("a", (ETH, 10**18)), holder("a", (ETH, 10**18), role=role), holder("b", (ETH, 1))]
    finding = judged(tmp_path, [owed(ETH, 10**18)], rows)
    assert (finding.outcome, finding.facts["lower"]) == ("FAIL", "0.000000000000000001")
    assert finding.facts["upper"] == "0.000000000000000001"


def test_t63_the_issuers_own_token_covers_nothing(tmp_path: Path) -> None:
    rules = policy(classes=(COINS, DOLLARS), own_assets=frozenset({USDC}))
    finding = judged(tmp_path, [owed(USDC, 1)], [holder("a", (USDC, 10**12))], rules=rules)
    assert (finding.outcome, finding.facts["upper"]) == ("FAIL", "0")


def test_t50_third_party_custody_is_shown_by_itself(tmp_path: Path) -> None:
    rows = [
        holder("a", (ETH, 10**18), custody=Custody.THIRD_PARTY),
        holder("b", (ETH, 2 * 10**18), custody=Custody.HOT),
        holder("c", (ETH, 4 * 10**18)),
    ]
    facts = judged(tmp_path, [owed(ETH, 10**18)], rows).facts
    assert (facts["third-party"], facts["hot"], facts["cold"], facts["lower"]) == ("1", "2", "4", "7")


# --- classes


def test_t59_members_of_a_class_are_compared_in_whole_coins(tmp_path: Path) -> None:
    """One dollar has 6 decimals here and 18 there; base units are never added up."""
    rows = [holder("a", (USDC, 3 * 10**6)), holder("b", (BSC_DOLLAR, 4 * 10**18))]
    enough = judged(tmp_path / "a", [owed(USDC, 5 * 10**6), owed(BSC_DOLLAR, 2 * 10**18, "margin")], rows)
    assert (enough.outcome, enough.subject, enough.facts["lower"]) == ("PASS", str(USDC), "7")
    short = judged(tmp_path / "b", [owed(USDC, 5 * 10**6), owed(BSC_DOLLAR, 2 * 10**18 + 1, "margin")], rows)
    assert (short.outcome, short.expected) == ("FAIL", "7.000000000000000001")


def test_t59_the_classes_decimals_count_and_not_the_bundles(tmp_path: Path) -> None:
    finding = judged(tmp_path, [owed(USDC, 10**6, decimals=18)], [holder("a", (USDC, 10**6 - 1))])
    assert (finding.outcome, finding.expected) == ("FAIL", "1")


def test_t61_t62_a_look_alike_outside_the_class_covers_nothing(tmp_path: Path) -> None:
    fake = AssetId(CHAIN, "erc20", address("fake"))
    rules = policy(classes=(COINS, AssetClass((Denomination(USDC, 6),))))
    rows = [holder("a", (fake, 10**30)), holder("b", (BSC_DOLLAR, 10**30))]
    finding = judged(tmp_path, [owed(USDC, 1)], rows, rules=rules)
    assert (finding.outcome, finding.facts["upper"]) == ("FAIL", "0")


def test_each_class_owed_has_a_finding_in_order(tmp_path: Path) -> None:
    rows = [holder("a", (USDC, 5), (ETH, 5))]
    findings = list(coverage(scene(tmp_path, [owed(ETH, 5), owed(USDC, 6)], rows)))
    assert [(f.subject, str(f.outcome)) for f in findings] == [(str(USDC), "FAIL"), (str(ETH), "PASS")]


def test_classes_are_found_by_their_members() -> None:
    assert classes_by_asset((COINS, DOLLARS))[BSC_DOLLAR] == DOLLARS
    assert AssetId.parse("eip155:5/slip44:60") not in classes_by_asset((COINS, DOLLARS))


# --- kinds, look-through and encumbrances

SHARE = AssetId(CHAIN, "erc20", address("a vault"))
WRAPPED = AssetId(CHAIN, "erc20", address("a wrapper"))
MANY_KINDS = AssetClass(
    (
        Denomination(USDC, 6),
        Denomination(WRAPPED, 8, AssetKind.WRAPPED),
        Denomination(BSC_DOLLAR, 18, AssetKind.BRIDGED),
    )
)
INTO_USDC = TokenCall(SHARE, (bytes(32),), CallMethod.CONVERT_TO_ASSETS, USDC)


def rules_of(*kinds: AssetKind, **changes: object) -> Policy:
    usual = {"classes": (COINS, MANY_KINDS), "calls": (INTO_USDC,), "kinds": frozenset({AssetKind.NATIVE, *kinds})}
    return policy(**{**usual, **changes})


@pytest.mark.parametrize(
    ("kinds", "lower", "uncounted", "outcome"),
    [
        ((), "1", "6", "FAIL"),
        ((AssetKind.WRAPPED,), "3", "4", "FAIL"),
        ((AssetKind.BRIDGED,), "5", "2", "FAIL"),
        ((AssetKind.WRAPPED, AssetKind.BRIDGED), "7", "0", "PASS"),
        ((AssetKind.LENT, AssetKind.STAKED, AssetKind.VAULT), "1", "6", "FAIL"),
    ],
)
def test_t54_t62_kinds_count_as_the_policy_says_and_are_told_apart(
    tmp_path: Path, kinds: tuple[AssetKind, ...], lower: str, uncounted: str, outcome: str
) -> None:
    rows = [holder("a", (USDC, 10**6), (WRAPPED, 2 * 10**8)), holder("b", (BSC_DOLLAR, 4 * 10**18))]
    finding = judged(tmp_path, [owed(USDC, 7 * 10**6)], rows, rules=rules_of(*kinds))
    assert (finding.outcome, finding.facts["lower"], finding.facts["uncounted"]) == (outcome, lower, uncounted)
    assert finding.facts["upper"] == lower
    assert finding.facts["native"] == "1"
    assert finding.facts["wrapped"] == ("2" if AssetKind.WRAPPED in kinds else "0")
    assert finding.facts["bridged"] == ("4" if AssetKind.BRIDGED in kinds else "0")
    assert finding.message.endswith("_composed") == (lower != "1")


def test_t62_listing_what_does_not_count_refutes_nothing_that_is_covered_without_it(tmp_path: Path) -> None:
    rows = [holder("a", (USDC, 10**6), (WRAPPED, 2 * 10**8))]
    finding = judged(tmp_path, [owed(USDC, 10**6)], rows, rules=rules_of())
    assert (finding.outcome, finding.message, finding.facts["lower"]) == ("PASS", "solvency.coverage.pass", "1")


def test_t62_bitcoin_and_an_own_wrapper_of_it_are_counted_once(tmp_path: Path) -> None:
    rows = [holder("a", (USDC, 10**6), (WRAPPED, 10**8))]
    rules = rules_of(AssetKind.WRAPPED, own_assets=frozenset({WRAPPED}))
    finding = judged(tmp_path, [owed(USDC, 2 * 10**6)], rows, rules=rules)
    assert (finding.outcome, finding.facts["upper"]) == ("FAIL", "1")


def test_t54_escrow_and_minted_side_are_counted_once(tmp_path: Path) -> None:
    """The issuer runs a bridge: the coins it locked are those of whoever has the minted token, itself included."""
    rows = [holder("a", (USDC, 4 * 10**6)), holder("b", (BSC_DOLLAR, 4 * 10**18))]
    bridges = (Bridge(account("a"), USDC, BSC_DOLLAR),)
    both = judged(tmp_path / "a", [owed(USDC, 8 * 10**6)], rows, rules=rules_of(AssetKind.BRIDGED))
    assert both.outcome is Outcome.PASS  # what the check is for
    once = judged(tmp_path / "b", [owed(USDC, 8 * 10**6)], rows, rules=rules_of(AssetKind.BRIDGED, bridges=bridges))
    assert (once.outcome, once.facts["upper"], once.facts["bridged"]) == ("FAIL", "4", "4")


def vault(units: int | None, shares: int = 10) -> dict[tuple[str, AssetId], Observation[ProvenHolding]]:
    behind = None if units is None else (USDC, units)
    return {("a", SHARE): Seen(ProvenHolding(shares, 0, PLAIN, underlying=behind))}


def test_t62_a_vault_counts_as_what_its_shares_stand_for(tmp_path: Path) -> None:
    rows = [holder("a", (SHARE, 10))]
    finding = judged(tmp_path, [owed(USDC, 12 * 10**6)], rows, rules=rules_of(AssetKind.VAULT), held=vault(12 * 10**6))
    assert (finding.outcome, finding.facts["lower"], finding.facts["vault"]) == ("PASS", "12", "12")
    assert (finding.facts["native"], finding.message) == ("0", "solvency.coverage.pass_composed")


def test_t62_a_vault_counts_nothing_where_the_policy_counts_no_vaults(tmp_path: Path) -> None:
    rows = [holder("a", (SHARE, 10))]
    finding = judged(tmp_path, [owed(USDC, 1)], rows, rules=rules_of(), held=vault(12 * 10**6))
    assert (finding.outcome, finding.facts["upper"], finding.facts["uncounted"]) == ("FAIL", "0", "12")


@pytest.mark.parametrize("held", [vault(None), {("a", SHARE): Missing("no code is known")}])
def test_t62_t64_a_rate_that_is_not_proven_counts_nothing_and_refutes_nothing(
    tmp_path: Path, held: dict[tuple[str, AssetId], Observation[ProvenHolding]]
) -> None:
    """Nobody knows what the shares stand for: not even that it is too little."""
    rows = [holder("a", (SHARE, 10), (USDC, 10**6))]
    finding = judged(tmp_path, [owed(USDC, 10**12)], rows, rules=rules_of(AssetKind.VAULT), held=held)
    assert (finding.outcome, finding.facts["lower"], finding.facts["upper"]) == ("INCONCLUSIVE", "1", "any number")


@pytest.mark.parametrize(
    "spoil",
    [
        {"held": {("a", SHARE): Broken("a bad witness")}},
        {"held": vault(None), "signers": {"a": Broken("a bad signature")}},
    ],
)
def test_t62_a_vault_that_fails_leaves_the_upper_figure_where_it_is(tmp_path: Path, spoil: dict[str, object]) -> None:
    rows = [holder("a", (SHARE, 10))]
    finding = judged(tmp_path, [owed(USDC, 1)], rows, rules=rules_of(AssetKind.VAULT), **spoil)
    assert (finding.outcome, finding.facts["upper"]) == ("FAIL", "0")


def test_t52_t62_the_houses_vault_leaves_the_customers_upper_figure_alone(tmp_path: Path) -> None:
    rows = [holder("a", (SHARE, 10), role=Role.HOUSE)]
    finding = judged(tmp_path, [owed(USDC, 1)], rows, rules=rules_of(AssetKind.VAULT), held=vault(None))
    assert (finding.outcome, finding.facts["upper"]) == ("FAIL", "0")


def pledged(amount: int, units: int = 10 * 10**18) -> ReserveAccount:
    row = holder("a", (ETH, units))
    claim = replace(row.holdings[0], encumbrance=Encumbrance(EncumbranceKind.PLEDGED, amount))
    return replace(row, holdings=(claim,))


@pytest.mark.parametrize(
    ("owes", "encumbered", "outcome", "lower", "upper"),
    [
        (6, 4, "PASS", "6", "6"),
        (7, 4, "FAIL", "6", "6"),
        (1, 10, "FAIL", "0", "0"),
        (1, 11, "FAIL", "0", "0"),
    ],
)
def test_t52_encumbered_coins_count_in_neither_figure(
    tmp_path: Path, owes: int, encumbered: int, outcome: str, lower: str, upper: str
) -> None:
    finding = judged(tmp_path, [owed(ETH, owes * 10**18)], [pledged(encumbered * 10**18)])
    assert (finding.outcome, finding.facts["lower"], finding.facts["upper"]) == (outcome, lower, upper)
    assert finding.facts["encumbered"] == ("0" if encumbered > 10 else str(encumbered))
    assert (finding.facts["cold"], finding.facts["native"]) == (lower, lower)


def test_t52_peg_collateral_that_the_verifier_knows_of_is_taken_off_too(tmp_path: Path) -> None:
    peg = KnownEncumbrance(account("a"), ETH, Encumbrance(EncumbranceKind.PEG, 9 * 10**18))
    rules = policy(classes=(COINS, DOLLARS), encumbrances=(peg,))
    finding = judged(tmp_path, [owed(ETH, 2 * 10**18)], [pledged(4 * 10**18)], rules=rules)
    assert (finding.outcome, finding.facts["lower"], finding.facts["encumbered"]) == ("FAIL", "1", "9")


def test_t52_an_undecided_claim_is_encumbered_too(tmp_path: Path) -> None:
    finding = judged(tmp_path, [owed(ETH, 7 * 10**18)], [pledged(4 * 10**18)], signers={"a": Missing("m")})
    assert (finding.outcome, finding.facts["lower"], finding.facts["upper"]) == ("FAIL", "0", "6")


def test_t52_t62_encumbered_shares_take_their_part_of_what_they_stand_for(tmp_path: Path) -> None:
    row = holder("a", (SHARE, 9))
    claim = replace(row.holdings[0], encumbrance=Encumbrance(EncumbranceKind.LOCKED, 3))
    finding = judged(
        tmp_path,
        [owed(USDC, 8 * 10**6)],
        [replace(row, holdings=(claim,))],
        rules=rules_of(AssetKind.VAULT),
        held=vault(12 * 10**6, 9),
    )
    assert (finding.outcome, finding.facts["lower"], finding.facts["encumbered"]) == ("PASS", "8", "4")


@given(st.integers(1, 10**30), st.integers(0, 10**30), st.integers(0, 10**30))
def test_t52_free_and_encumbered_are_all_that_is_held(amount: int, said: int, known: int) -> None:
    encumbered = min(max(said, known), amount)
    group = AssetClass((Denomination(ETH, 18),))
    worth = Worth(group, AssetKind.NATIVE, Fraction(amount), Fraction(encumbered), counts=True)
    assert worth.free + worth.encumbered == amount
    assert replace(worth, counts=False).free == 0


def test_t59_six_and_eighteen_decimals_swapped_cover_nothing_more(tmp_path: Path) -> None:
    """The token has 6 decimals on one chain and 18 on the other: only the verifier's table says which."""
    swapped = AssetClass((Denomination(USDC, 18), Denomination(BSC_DOLLAR, 6)))
    rows = [holder("a", (USDC, 5 * 10**6))]
    right = judged(tmp_path / "a", [owed(USDC, 5 * 10**6)], rows)
    assert (right.outcome, right.facts["lower"]) == ("PASS", "5")
    rules = policy(classes=(COINS, swapped))
    examination = scene(tmp_path / "b", [owed(USDC, 5 * 10**6)], rows, rules=rules)
    assert {f.outcome for f in scheme(examination)} >= {Outcome.FAIL}
    assert one(coverage(examination)).facts["lower"] == "0.000000000005"


# --- the ratio, debts, and nothing owed


@pytest.mark.parametrize(
    ("units", "outcome"),
    [(105, "PASS"), (104, "FAIL"), (106, "PASS")],
)
def test_a_ratio_above_one_is_exact(tmp_path: Path, units: int, outcome: str) -> None:
    rules = policy(classes=(COINS, DOLLARS), ratio=Fraction(21, 20))
    finding = judged(tmp_path, [owed(ETH, 100)], [holder("a", (ETH, units))], rules=rules)
    assert (finding.outcome, finding.expected) == (outcome, exact_text(Fraction(105, 10**18)))


def test_t75_a_ratio_of_thirds_is_not_rounded_into_a_pass(tmp_path: Path) -> None:
    rules = policy(classes=(COINS, DOLLARS), ratio=Fraction(4, 3))
    finding = judged(tmp_path, [owed(ETH, 100)], [holder("a", (ETH, 133))], rules=rules)
    assert (finding.outcome, finding.expected) == ("FAIL", f"{Fraction(400, 3 * 10**18)}")
    assert judged(tmp_path / "b", [owed(ETH, 100)], [holder("a", (ETH, 134))], rules=rules).outcome == "PASS"


def test_t25_t72_debts_never_lower_a_liability_and_never_count(tmp_path: Path) -> None:
    rows = [holder("a", (USDC, 60))]
    liabilities = [owed(USDC, 50, "debt:margin"), owed(USDC, 100)]
    finding = judged(tmp_path, liabilities, rows)
    assert finding.outcome is Outcome.FAIL
    assert finding.facts["liabilities"] == exact_text(Fraction(100, 10**6))
    assert finding.facts["owed_by_customers"] == exact_text(Fraction(50, 10**6))


def test_t68_debts_alone_are_nothing_owed(tmp_path: Path) -> None:
    assert list(coverage(scene(tmp_path, [owed(USDC, 50, "debt:margin")], [holder("a", (USDC, 60))]))) == []


def test_t68_no_liabilities_give_no_finding_to_pass(tmp_path: Path) -> None:
    assert list(coverage(scene(tmp_path, [], [holder("a", (ETH, 60))]))) == []


def test_t68_liabilities_that_are_all_zero_give_no_finding_to_pass(tmp_path: Path) -> None:
    liabilities = [owed(USDC, 7, "debt:margin"), owed(ETH, 0), owed(USDC, 0)]
    assert list(coverage(scene(tmp_path, liabilities, [holder("a", (ETH, 60))]))) == []


def test_an_asset_of_which_nothing_is_owed_is_covered_beside_others(tmp_path: Path) -> None:
    findings = list(coverage(scene(tmp_path, [owed(ETH, 5), owed(USDC, 0)], [holder("a", (ETH, 5))])))
    assert [f.outcome for f in findings] == ["PASS", "PASS"]
    assert findings[0].facts["ratio"] == ""


def test_t47_tokens_of_an_account_that_may_have_code_are_at_most_possible(tmp_path: Path) -> None:
    """A token's proof shows nothing of its holder; that of the chain's own coin does, and then both count."""
    tokens = Seen(ProvenHolding(5, 0, None))
    alone = judged(tmp_path / "a", [owed(USDC, 5)], [holder("a", (USDC, 5))], held={("a", USDC): tokens})
    assert (alone.outcome, alone.facts["lower"], alone.facts["upper"]) == ("INCONCLUSIVE", "0", "0.000005")
    rows = [holder("a", (USDC, 5), (ETH, 0))]
    both = judged(tmp_path / "b", [owed(USDC, 5)], rows, held={("a", USDC): tokens})
    assert (both.outcome, both.facts["lower"]) == ("PASS", "0.000005")


# --- what many rows cost


def many(tmp_path: Path, number: int) -> Examination:
    """Owe as many tokens as there are accounts, and list every account twice."""
    coin = ClaimedHolding(ETH, 1, ())
    accounts = [ChainAccount(CHAIN, f"0x{i:040x}") for i in range(number)]
    reserves = tuple(ReserveAccount(row, Role.CUSTOMER, Custody.COLD, (coin,), None) for row in accounts)
    tokens = [owed(AssetId(CHAIN, "erc20", f"0x{i:040x}"), 1) for i in range(number)]
    made = bundle(liabilities=(*tokens, owed(ETH, 1)), reserves=(*reserves, *reserves))
    base = examined(tmp_path, rules=policy(classes=(COINS, DOLLARS)))
    return replace(
        base,
        opened=replace(base.opened, bundle=made),
        signers={i: signed_by(row.account.address) for i, row in enumerate(made.reserves)},
        holdings={(i, ETH): Seen(ProvenHolding(1, 0, PLAIN)) for i in range(len(made.reserves))},
    )


def test_t46_t84_thousands_of_accounts_and_liabilities_are_judged_in_linear_work(tmp_path: Path) -> None:
    """A bundle of 200,000 accounts, each listed twice, would otherwise take a verifier's day."""
    few, lots = many(tmp_path / "few", 750), many(tmp_path / "lots", 3000)
    for ask in (coverage, reserves.distinct, control.control, reserves.balance, reserves.eligible):
        assert calls(partial(list, ask(lots))) < 5 * calls(partial(list, ask(few)))
    assert {f.outcome for f in reserves.distinct(lots)} == {Outcome.FAIL}
    assert len(list(coverage(lots))) == 3001


def test_t68_no_account_at_all_is_a_refutation_of_something_owed(tmp_path: Path) -> None:
    assert judged(tmp_path, [owed(ETH, 1)], []).outcome is Outcome.FAIL


# --- the grade


def test_t16_totals_that_nobody_recomputed_are_self_declared(tmp_path: Path) -> None:
    assert {f.grade for f in coverage(examined(tmp_path))} == {Grade.SELF_DECLARED}


def test_recomputed_totals_have_the_grade_of_the_reserves(tmp_path: Path) -> None:
    examination = examined(tmp_path, recomputation=recomputed())
    assert {f.grade for f in coverage(examination)} == {Grade.STATE_PROOF}
    block, child = headers()
    view = Seen(ChainView(block, child, BlockRef(NUMBER, block.hash), ("a",)))
    assert {f.grade for f in coverage(replace(examination, views={CHAIN: view}))} == {Grade.SINGLE_SOURCE}


def test_t16_totals_that_the_records_do_not_imply_stay_self_declared(tmp_path: Path) -> None:
    rows = [replace(row, amount=row.amount + 1) if row.asset == ETH else row for row in scenery.ledger_records()]
    examination = examined(tmp_path, recomputation=recomputed(rows=rows))
    assert {f.subject: f.grade for f in coverage(examination)} == {
        str(USDC): Grade.STATE_PROOF,
        str(ETH): Grade.SELF_DECLARED,
    }


@pytest.mark.parametrize("grade", [Grade.SINGLE_SOURCE, Grade.QUORUM_VALUE])
def test_t55_t60_one_holding_by_word_alone_weakens_the_whole_coverage(tmp_path: Path, grade: Grade) -> None:
    examination = examined(tmp_path, recomputation=recomputed())
    held = Seen(ProvenHolding(scenery.DOLLARS["cold"], 0, None, grade=grade))
    graded = replace(examination, holdings={**examination.holdings, (0, USDC): held})
    assert {f.subject: f.grade for f in coverage(graded)} == {str(ETH): Grade.STATE_PROOF, str(USDC): grade}


def test_t62_what_does_not_count_weakens_no_grade(tmp_path: Path) -> None:
    examination = examined(tmp_path, recomputation=recomputed())
    held = Seen(ProvenHolding(scenery.DOLLARS["house"], 0, None, grade=Grade.SINGLE_SOURCE))
    last = len(examination.bundle.reserves) - 1
    weak = replace(examination, holdings={**examination.holdings, (last, USDC): held})
    assert {f.grade for f in coverage(weak)} == {Grade.STATE_PROOF}


def test_t64_where_no_block_is_agreed_on_nothing_is_better_than_self_declared(tmp_path: Path) -> None:
    examination = examined(tmp_path, recomputation=recomputed())
    alone = replace(examination, views={CHAIN: Missing("no source was asked")})
    assert {f.grade for f in coverage(alone)} == {Grade.SELF_DECLARED}


# --- exact text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(7), "7"),
        (Fraction(-7, 2), "-3.5"),
        (Fraction(1, 10**40), "0." + "0" * 39 + "1"),
        (Fraction(1, 10**41), f"1/{10**41}"),
        (Fraction(1, 3), "1/3"),
        (Fraction(21, 20), "1.05"),
        (Fraction(10**50), "1" + "0" * 50),
        (Fraction(2**128 - 1, 10**18), "340282366920938463463.374607431768211455"),
    ],
)
def test_t75_exact_text(value: Fraction, text: str) -> None:
    assert exact_text(value) == text


@given(st.fractions())
def test_t75_exact_text_gives_the_same_number_back(value: Fraction) -> None:
    assert Fraction(exact_text(value)) == value


# --- what stands behind what


def _token(digit: str, chain: str = "1") -> AssetId:
    return AssetId(ChainId("eip155", chain), "erc20", "0x" + digit * 40)


def _shares(units: int, behind: tuple[AssetId, int]) -> Seen[ProvenHolding]:
    return Seen(ProvenHolding(units, 0, PLAIN, underlying=behind))


def test_t62_a_share_of_a_share_is_worth_what_nobody_proved(tmp_path: Path) -> None:
    """The inner vault may have lost its coins: the outer one's rate counts inner shares, not coins."""
    outer = _token("3")
    calls = (INTO_USDC, TokenCall(outer, (bytes(32),), CallMethod.CONVERT_TO_ASSETS, SHARE))
    group = AssetClass((Denomination(USDC, 6), Denomination(SHARE, 18, AssetKind.VAULT)))
    found = judged(
        tmp_path,
        [owed(USDC, 100 * 10**6)],
        [holder("a", (outer, 100 * 10**18))],
        rules=rules_of(AssetKind.VAULT, classes=(COINS, group), calls=calls),
        held={("a", outer): _shares(100 * 10**18, (SHARE, 100 * 10**18))},
    )
    assert (found.outcome, found.actual) == (Outcome.INCONCLUSIVE, "0")


def test_t62_t63_an_own_wrapper_stays_own_over_two_bridges(tmp_path: Path) -> None:
    own, there = _token("c"), _token("d", "10")
    escrow = ChainAccount(ChainId("eip155", "10"), "0x" + "e" * 40)
    bridges = (Bridge(escrow, there, BSC_DOLLAR), Bridge(account("e"), own, there))
    rules = rules_of(AssetKind.BRIDGED, own_assets=frozenset({own}), bridges=bridges)
    found = judged(tmp_path, [owed(USDC, 4 * 10**6)], [holder("b", (BSC_DOLLAR, 4 * 10**18))], rules=rules)
    assert found.outcome is Outcome.FAIL


def test_t54_escrowed_coins_do_not_count_out_of_a_vault(tmp_path: Path) -> None:
    rules = rules_of(AssetKind.VAULT, AssetKind.BRIDGED, bridges=(Bridge(account("a"), USDC, BSC_DOLLAR),))
    held = {("a", SHARE): _shares(10, (USDC, 4 * 10**6))}
    rows = [holder("a", (SHARE, 10)), holder("b", (BSC_DOLLAR, 4 * 10**18))]
    found = judged(tmp_path, [owed(USDC, 8 * 10**6)], rows, rules=rules, held=held)
    assert (found.outcome, found.actual) == (Outcome.FAIL, "4")


def test_t52_a_known_encumbrance_follows_the_coins_into_a_vault(tmp_path: Path) -> None:
    known = KnownEncumbrance(account("a"), USDC, Encumbrance(EncumbranceKind.PEG, 4 * 10**6))
    rules = rules_of(AssetKind.VAULT, encumbrances=(known,))
    held = {("a", SHARE): _shares(10, (USDC, 4 * 10**6))}
    found = judged(tmp_path, [owed(USDC, 4 * 10**6)], [holder("a", (SHARE, 10))], rules=rules, held=held)
    assert (found.outcome, found.actual) == (Outcome.FAIL, "0")


def test_shares_that_are_owed_count_as_shares(tmp_path: Path) -> None:
    """An honest issuer that owes the very shares it holds is not refuted."""
    held = {("a", SHARE): _shares(10, (USDC, 12 * 10**6))}
    found = judged(tmp_path, [owed(SHARE, 10)], [holder("a", (SHARE, 10))], rules=rules_of(AssetKind.VAULT), held=held)
    assert found.outcome is Outcome.PASS
