"""Who controls each reserve account, what it held, and may it count?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.checks import reserves
from por.checks.chain_view import ChainView
from por.checks.examination import Examination
from por.checks.holdings import ProvenHolding
from por.checks.observation import Broken, Missing, Observation, Seen
from por.model import (
    AssetClass,
    AssetId,
    AssetKind,
    BlockRef,
    Bridge,
    Bundle,
    CallMethod,
    ChainAccount,
    ChainId,
    Denomination,
    Encumbrance,
    EncumbranceKind,
    Finding,
    Grade,
    KnownEncumbrance,
    Role,
    TokenCall,
    format_coins,
)
from tests.checks import scenery
from tests.checks.scenery import (
    CHAIN,
    COINS,
    ETH,
    NUMBER,
    USDC,
    account,
    address,
    bundle,
    examined,
    files,
    headers,
    listed,
    one,
    told,
    with_claim,
)

COLD = str(account("cold"))
DOLLAR_ELSEWHERE = AssetId(ChainId("eip155", "10"), "erc20", "0x" + "44" * 20)


def test_t68_no_account_gives_no_finding_to_pass(tmp_path: Path) -> None:
    examination = examined(tmp_path, listed(bundle(reserves=()), files()))
    for ask in (reserves.balance, reserves.eligible, reserves.distinct):
        assert list(ask(examination)) == []


# --- reserves.balance


def test_t55_every_honest_holding_is_proven_to_the_unit(tmp_path: Path) -> None:
    findings = list(reserves.balance(examined(tmp_path)))
    assert told(findings) == [("PASS", "reserves.balance.proven")] * 8
    coins = one(f for f in findings if f.subject == f"{COLD}/slip44:60")
    assert (coins.expected, coins.actual, coins.grade) == (str(COINS["cold"]),) * 2 + (Grade.STATE_PROOF,)
    assert coins.facts["block"] == str(NUMBER)
    assert (coins.facts["held"], coins.facts["claimed"]) == ("60", "60")
    dollars = one(f for f in findings if f.subject == f"{COLD}/erc20:{USDC.reference}")
    assert (dollars.facts["held"], dollars.expected) == ("900", str(900 * 10**6))


def test_t59_what_no_table_knows_the_decimals_of_is_told_in_base_units(tmp_path: Path) -> None:
    findings = reserves.balance(examined(tmp_path, rules=scenery.policy(classes=())))
    assert {f.facts["held"] for f in findings if f.subject.startswith(COLD)} == {
        f"{900 * 10**6} base units",
        f"{60 * 10**18} base units",
    }


@pytest.mark.parametrize("delta", [1, -1, COINS["cold"], -COINS["cold"]])
@pytest.mark.parametrize("asset", [ETH, USDC])
def test_t55_another_amount_than_proven_fails_more_or_less(tmp_path: Path, delta: int, asset: AssetId) -> None:
    honest = next(c.amount for c in bundle().reserves[0].holdings if c.asset == asset)
    made = with_claim("cold", asset, amount=max(honest + delta, 0))
    found = [f for f in reserves.balance(examined(tmp_path, made)) if f.outcome != "PASS"]
    assert told(found) == [("FAIL", "reserves.balance.differs")]
    assert (found[0].expected, found[0].actual) == (str(max(honest + delta, 0)), str(honest))
    places = scenery.DECIMALS[asset]
    assert (found[0].facts["held"], found[0].facts["claimed"]) == (
        format_coins(honest, places),
        format_coins(max(honest + delta, 0), places),
    )


def view(**changes: object) -> ChainView:
    block, child = headers()
    usual = ChainView(block, child, BlockRef(NUMBER, block.hash), ("a", "b"))
    return replace(usual, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(view()), ("PASS", "reserves.balance.proven")),
        (Seen(view(names=("a",))), ("PASS", "reserves.balance.proven")),
        (Seen(view(header=headers(salt=b"x")[0])), ("FAIL", "reserves.balance.off_chain")),
        (Seen(view(finalized=BlockRef(NUMBER - 1, bytes(32)))), ("INCONCLUSIVE", "reserves.balance.not_final")),
        (Missing("nobody was asked"), ("INCONCLUSIVE", "reserves.balance.unconfirmed")),
        (Broken("b"), ("INCONCLUSIVE", "reserves.balance.unconfirmed")),
    ],
)
def test_t55_t56_t64_a_proof_counts_only_under_a_final_block_of_the_chain(
    tmp_path: Path, seen: Observation[ChainView], expected: tuple[str, str]
) -> None:
    examination = replace(examined(tmp_path), views={CHAIN: seen})
    findings = list(reserves.balance(examination))
    assert set(told(findings)) == {expected}
    if isinstance(seen, Seen):
        assert findings[0].grade is (Grade.STATE_PROOF if len(seen.value.names) > 1 else Grade.SINGLE_SOURCE)
    else:
        assert findings[0].grade is Grade.SELF_DECLARED
        assert findings[0].facts["reason"] == seen.reason


def test_another_amount_fails_even_where_nobody_confirms_the_block(tmp_path: Path) -> None:
    made = with_claim("cold", ETH, amount=1)
    examination = replace(examined(tmp_path, made), views={CHAIN: Missing("m")})
    found = one(f for f in reserves.balance(examination) if f.subject == f"{COLD}/slip44:60")
    assert (found.outcome, found.message) == ("FAIL", "reserves.balance.differs")


def test_t93_a_nodes_words_cannot_steer_a_terminal(tmp_path: Path) -> None:
    examination = replace(examined(tmp_path), views={CHAIN: Missing("\x1b[31mall is well\u202e")})
    for finding in reserves.balance(examination):
        assert finding.facts["reason"].isprintable()


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (Missing("no layout"), ("INCONCLUSIVE", "evidence.missing")),
        (Broken("a bad node"), ("FAIL", "evidence.broken")),
    ],
)
def test_t60_t68_a_holding_that_was_not_seen_is_named(
    tmp_path: Path, held: Observation[ProvenHolding], expected: tuple[str, str]
) -> None:
    examination = examined(tmp_path)
    examination = replace(examination, holdings={**examination.holdings, (0, ETH): held})
    found = one(f for f in reserves.balance(examination) if f.subject == f"{COLD}/slip44:60")
    assert (str(found.outcome), found.message) == expected


def test_t38_a_header_of_another_block_breaks_every_balance(tmp_path: Path) -> None:
    named = bundle().blocks[0]
    made = bundle(blocks=(replace(named, header=named.child or named.header, child=named.header),))
    assert set(told(reserves.balance(examined(tmp_path, made)))) == {("FAIL", "evidence.broken")}


def test_t55_balances_of_a_header_nobody_mined_do_not_pass(tmp_path: Path) -> None:
    rich = scenery.State.of({address("cold"): 10**30}, {})
    block, child = headers(rich.root)
    have = files()
    proof = have.proof(rich.of_account(address("cold")), block.hash)
    named = replace(bundle().blocks[0], block=block.ref, header=have.header(block), child=have.header(child))
    made = with_claim("cold", ETH, bundle(blocks=(named,)), amount=10**30, evidence=(proof,))
    findings = {f.subject: f for f in reserves.balance(examined(tmp_path, listed(made, have), have))}
    found = findings[f"{COLD}/slip44:60"]
    assert (found.outcome, found.message) == ("FAIL", "reserves.balance.off_chain")


def test_t57_balances_on_a_chain_without_block_are_undecided(tmp_path: Path) -> None:
    made = bundle(blocks=())
    found = told(reserves.balance(examined(tmp_path, listed(made, files()))))
    assert set(found) == {("INCONCLUSIVE", "evidence.missing")}


# --- reserves.eligible


def test_honest_holdings_may_count(tmp_path: Path) -> None:
    findings = list(reserves.eligible(examined(tmp_path)))
    assert told(findings) == [("PASS", "reserves.eligible.may_count")] * 8
    assert {f.facts["role"] for f in findings} == {"customer", "guarantee", "house"}


def test_t62_t63_the_issuers_own_asset_never_counts(tmp_path: Path) -> None:
    rules = scenery.policy(own_assets=frozenset({USDC}))
    findings = list(reserves.eligible(examined(tmp_path, rules=rules)))
    own = [f for f in findings if f.subject.endswith(USDC.reference)]
    assert told(own) == [("FAIL", "reserves.eligible.own_asset")] * 4
    assert told(f for f in findings if f not in own) == [("PASS", "reserves.eligible.may_count")] * 4


@pytest.mark.parametrize("own", [USDC, DOLLAR_ELSEWHERE])
def test_t62_t63_the_issuers_own_asset_does_not_count_on_another_chain_either(tmp_path: Path, own: AssetId) -> None:
    """The policy names it on one chain, and joins it with its likeness on others."""
    joined = AssetClass((Denomination(DOLLAR_ELSEWHERE, 18), Denomination(USDC, 6)))
    rules = scenery.policy(own_assets=frozenset({own}), classes=(joined, AssetClass((Denomination(ETH, 18),))))
    findings = list(reserves.eligible(examined(tmp_path, rules=rules)))
    tokens = [f for f in findings if f.subject.endswith(USDC.reference)]
    assert told(tokens) == [("FAIL", "reserves.eligible.own_asset")] * 4
    assert told(f for f in findings if f not in tokens) == [("PASS", "reserves.eligible.may_count")] * 4


@pytest.mark.parametrize("flags", [1, 2**255])
def test_t60_a_holder_that_the_token_flags_does_not_count(tmp_path: Path, flags: int) -> None:
    examination = examined(tmp_path)
    held = Seen(ProvenHolding(scenery.DOLLARS["cold"], flags, None))
    examination = replace(examination, holdings={**examination.holdings, (0, USDC): held})
    found = [f for f in reserves.eligible(examination) if f.outcome != "PASS"]
    assert told(found) == [("FAIL", "reserves.eligible.flagged")]
    assert found[0].facts["flags"] == hex(flags)


# --- reserves.eligible: bridges, kinds, encumbrances, vaults

HELD = COINS["cold"]
MINTED = AssetId(ChainId("eip155", "10"), "erc20", "0x" + "77" * 20)
WRAPPED = AssetId(CHAIN, "erc20", "0x" + "88" * 20)
BRIDGE = Bridge(account("cold"), ETH, MINTED)


def of_cold(examination: Examination, asset: AssetId = ETH) -> Finding:
    """Judge the first account's coins."""
    subject = f"{COLD}/{asset.namespace}:{asset.reference}"
    return one(f for f in reserves.eligible(examination) if f.subject == subject)


def judged(tmp_path: Path, made: Bundle | None = None, **rules: Any) -> tuple[str, str]:
    finding = of_cold(examined(tmp_path, made, rules=scenery.policy(**rules)))
    return str(finding.outcome), finding.message.removeprefix("reserves.eligible.")


@pytest.mark.parametrize(
    ("bridge", "expected"),
    [
        (BRIDGE, ("FAIL", "escrow")),
        (replace(BRIDGE, escrow=account("hot")), ("PASS", "may_count")),
        (replace(BRIDGE, asset=USDC), ("PASS", "may_count")),
        (replace(BRIDGE, escrow=ChainAccount(ChainId("eip155", "10"), address("cold"))), ("PASS", "may_count")),
    ],
)
def test_t54_a_bridges_escrow_never_counts(tmp_path: Path, bridge: Bridge, expected: tuple[str, str]) -> None:
    assert judged(tmp_path, bridges=(bridge,)) == expected


def test_t54_an_escrow_says_whose_coins_they_are(tmp_path: Path) -> None:
    finding = of_cold(examined(tmp_path, rules=scenery.policy(bridges=(BRIDGE,))))
    assert finding.facts == {"minted": str(MINTED)}


@pytest.mark.parametrize("role", list(Role))
def test_t54_an_escrow_counts_in_no_role(tmp_path: Path, role: Role) -> None:
    assert judged(tmp_path, scenery.with_account("cold", role=role), bridges=(BRIDGE,)) == ("FAIL", "escrow")


@pytest.mark.parametrize("kind", [kind for kind in AssetKind if kind not in {AssetKind.NATIVE, AssetKind.VAULT}])
def test_t62_a_kind_that_the_policy_does_not_count_is_shown_and_refutes_nothing(
    tmp_path: Path, kind: AssetKind
) -> None:
    classes = (AssetClass((Denomination(USDC, 6), Denomination(ETH, 18, kind))),)
    finding = of_cold(examined(tmp_path, rules=scenery.policy(classes=classes)))
    assert (finding.outcome, finding.message) == ("PASS", "reserves.eligible.not_counted")
    assert finding.facts["kind"] == str(kind)
    counted = frozenset({AssetKind.NATIVE, kind})
    assert judged(tmp_path / "b", classes=classes, kinds=counted) == ("PASS", "may_count")


def test_an_asset_always_counts_for_itself_whatever_its_kind(tmp_path: Path) -> None:
    """The first of a class names it: coins at stake answer for coins at stake."""
    staked = (AssetClass((Denomination(ETH, 18, AssetKind.STAKED),)),)
    assert judged(tmp_path, classes=staked) == ("PASS", "may_count")


def test_t62_an_own_wrapper_fails_and_the_coin_it_wraps_does_not(tmp_path: Path) -> None:
    """BTC and the issuer's own wBTC in one class: the wrapper is a promise of the issuer, the coin is not."""
    classes = (AssetClass((Denomination(USDC, 6), Denomination(ETH, 18, AssetKind.WRAPPED))),)
    rules = scenery.policy(classes=classes, own_assets=frozenset({ETH}), kinds=frozenset(AssetKind))
    examination = examined(tmp_path, rules=rules)
    assert of_cold(examination).message == "reserves.eligible.own_asset"
    assert of_cold(examination, USDC).message == "reserves.eligible.may_count"


@pytest.mark.parametrize(
    "rules",
    [
        {"bridges": (Bridge(account("hot"), WRAPPED, ETH),)},
        {"calls": (TokenCall(ETH, (bytes(32),), CallMethod.CONVERT_TO_ASSETS, WRAPPED),)},
        {
            "bridges": (Bridge(account("hot"), WRAPPED, USDC),),
            "calls": (TokenCall(ETH, (bytes(32),), CallMethod.CONVERT_TO_ASSETS, USDC),),
        },
    ],
)
def test_t62_t63_what_stands_for_an_own_asset_is_own(tmp_path: Path, rules: dict[str, Any]) -> None:
    assert judged(tmp_path, own_assets=frozenset({WRAPPED}), **rules) == ("FAIL", "own_asset")


def said(amount: int) -> Bundle:
    return with_claim("cold", ETH, encumbrance=Encumbrance(EncumbranceKind.PLEDGED, amount))


def known(*amounts: int, holder: str = "cold", asset: AssetId = ETH) -> tuple[KnownEncumbrance, ...]:
    return tuple(
        KnownEncumbrance(account(holder), asset, Encumbrance(EncumbranceKind.PEG, amount)) for amount in amounts
    )


@pytest.mark.parametrize(
    ("issuer", "verifier", "expected", "amount"),
    [
        (1, (), ("PASS", "encumbered"), 1),
        (HELD, (), ("PASS", "encumbered"), HELD),
        (HELD + 1, (), ("FAIL", "over_encumbered"), HELD + 1),
        (None, (5,), ("PASS", "encumbered"), 5),
        (None, (HELD + 1,), ("FAIL", "over_encumbered"), HELD + 1),
        (None, (HELD, 1), ("FAIL", "over_encumbered"), HELD + 1),
        (7, (5,), ("PASS", "encumbered"), 7),
        (5, (7,), ("PASS", "encumbered"), 7),
        (5, (4, 3), ("PASS", "encumbered"), 7),
        (1, (HELD + 1,), ("FAIL", "over_encumbered"), HELD + 1),
    ],
)
def test_t52_the_larger_encumbrance_of_issuer_and_verifier_stands(
    tmp_path: Path, issuer: int | None, verifier: tuple[int, ...], expected: tuple[str, str], amount: int
) -> None:
    made = bundle() if issuer is None else said(issuer)
    finding = of_cold(examined(tmp_path, made, rules=scenery.policy(encumbrances=known(*verifier))))
    assert (str(finding.outcome), finding.message.rpartition(".")[2]) == expected
    assert finding.facts["encumbered"] == format_coins(amount, 18)


@pytest.mark.parametrize("where", [{"holder": "hot"}, {"asset": USDC}])
def test_t52_an_encumbrance_stands_on_its_own_holding_alone(tmp_path: Path, where: dict[str, str]) -> None:
    assert judged(tmp_path, encumbrances=known(HELD + 1, **where)) == ("PASS", "may_count")  # type: ignore[arg-type]


def test_t52_pegs_and_pledges_are_named(tmp_path: Path) -> None:
    finding = of_cold(examined(tmp_path, said(1), rules=scenery.policy(encumbrances=known(3))))
    assert (finding.facts["encumbrance"], finding.facts["encumbered"]) == ("peg", "0.000000000000000003")


VAULT: dict[str, Any] = {
    "calls": (TokenCall(ETH, (bytes(32),), CallMethod.CONVERT_TO_ASSETS, USDC),),
    "kinds": frozenset({AssetKind.NATIVE, AssetKind.VAULT}),
}


def owing_dollars() -> Bundle:
    """Owe no shares: those that are owed count as themselves."""
    made = bundle()
    return replace(made, liabilities=tuple(item for item in made.liabilities if item.asset == USDC))


def test_t62_shares_that_are_owed_themselves_count_as_themselves(tmp_path: Path) -> None:
    assert judged(tmp_path, **VAULT) == ("PASS", "may_count")


def test_t62_shares_without_a_proven_rate_are_undecided(tmp_path: Path) -> None:
    assert judged(tmp_path, owing_dollars(), **VAULT) == ("INCONCLUSIVE", "no_rate")


def test_t62_shares_of_a_vault_are_shown_and_count_nothing_under_a_policy_without_vaults(tmp_path: Path) -> None:
    assert judged(tmp_path, owing_dollars(), calls=VAULT["calls"]) == ("PASS", "not_counted")


def test_t62_shares_with_a_proven_rate_may_count(tmp_path: Path) -> None:
    examination = examined(tmp_path, owing_dollars(), rules=scenery.policy(**VAULT))
    held = Seen(ProvenHolding(HELD, 0, None, underlying=(USDC, 5)))
    finding = of_cold(replace(examination, holdings={**examination.holdings, (0, ETH): held}))
    assert (finding.outcome, finding.message) == ("PASS", "reserves.eligible.may_count")
    assert finding.facts["kind"] == "vault"


def test_t62_a_vault_of_wrapped_coins_needs_both_kinds(tmp_path: Path) -> None:
    classes = (AssetClass((Denomination(WRAPPED, 18), Denomination(USDC, 6, AssetKind.WRAPPED))),)
    assert judged(tmp_path, owing_dollars(), classes=classes, **VAULT) == ("PASS", "not_counted")
    both = frozenset({AssetKind.NATIVE, AssetKind.VAULT, AssetKind.WRAPPED})
    rules = {**VAULT, "kinds": both, "classes": classes}
    assert judged(tmp_path / "b", owing_dollars(), **rules) == ("INCONCLUSIVE", "no_rate")


def test_t54_t52_what_fails_first_is_named_first(tmp_path: Path) -> None:
    everything: dict[str, Any] = {"bridges": (BRIDGE,), "encumbrances": known(HELD + 1)}
    assert judged(tmp_path, own_assets=frozenset({ETH}), **everything) == ("FAIL", "own_asset")
    assert judged(tmp_path / "b", **everything) == ("FAIL", "escrow")


# --- reserves.balance: what sources merely say


@pytest.mark.parametrize(
    ("units", "names", "expected"),
    [
        (HELD, ("a", "b"), ("PASS", "told", Grade.QUORUM_VALUE)),
        (HELD, ("a",), ("PASS", "told", Grade.SINGLE_SOURCE)),
        (HELD + 1, ("a", "b"), ("FAIL", "told_other", Grade.QUORUM_VALUE)),
        (0, ("a", "b"), ("FAIL", "told_other", Grade.QUORUM_VALUE)),
    ],
)
def test_t55_t60_the_sources_word_is_no_proof_and_graded_so(
    tmp_path: Path, units: int, names: tuple[str, ...], expected: tuple[str, str, Grade]
) -> None:
    examination = examined(tmp_path)
    held = Seen(ProvenHolding(units, 0, None, grade=Grade.QUORUM_VALUE))
    holdings = {**examination.holdings, (0, ETH): held}
    examination = replace(examination, holdings=holdings, views={CHAIN: Seen(view(names=names))})
    found = one(f for f in reserves.balance(examination) if f.subject == f"{COLD}/slip44:60")
    assert (str(found.outcome), found.message.rpartition(".")[2], found.grade) == expected


# --- reserves.distinct


def test_t46_accounts_listed_once_pass(tmp_path: Path) -> None:
    findings = list(reserves.distinct(examined(tmp_path)))
    assert told(findings) == [("PASS", "reserves.distinct.once")] * 4
    assert [f.subject for f in findings] == sorted(str(account(name)) for name in scenery.ACCOUNTS)


def again(role: Role, times: int = 1) -> Bundle:
    made = bundle()
    return bundle(reserves=(*made.reserves, *[replace(made.reserves[0], role=role)] * times))


@pytest.mark.parametrize(
    ("role", "times", "roles"),
    [
        (Role.CUSTOMER, 1, "customer"),
        (Role.CUSTOMER, 3, "customer"),
        (Role.HOUSE, 1, "customer, house"),
        (Role.GUARANTEE, 2, "customer, guarantee"),
    ],
)
def test_t46_t52_an_account_listed_again_fails_in_any_role(tmp_path: Path, role: Role, times: int, roles: str) -> None:
    found = [f for f in reserves.distinct(examined(tmp_path, again(role, times))) if f.outcome != "PASS"]
    assert told(found) == [("FAIL", "reserves.distinct.again")]
    assert (found[0].subject, found[0].facts) == (COLD, {"times": str(times + 1), "roles": roles})


def test_t46_a_listing_without_holdings_claims_nothing_twice(tmp_path: Path) -> None:
    made = bundle()
    empty = replace(made.reserves[0], holdings=())
    found = [
        f for f in reserves.distinct(examined(tmp_path, bundle(reserves=(*made.reserves, empty)))) if f.facts["roles"]
    ]
    assert told(found) == [("INCONCLUSIVE", "reserves.distinct.again_empty")]
    assert (found[0].subject, found[0].facts) == (COLD, {"times": "2", "roles": "customer"})


def test_t46_one_address_on_two_chains_is_two_accounts(tmp_path: Path) -> None:
    made = bundle()
    other = replace(
        made.reserves[0], account=ChainAccount(ChainId("eip155", "10"), address("cold")), holdings=(), control=None
    )
    made = bundle(reserves=(*made.reserves, other))
    assert {f.outcome for f in reserves.distinct(examined(tmp_path, made))} == {"PASS"}
