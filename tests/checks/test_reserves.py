"""Who controls each reserve account, what it held, and may it count?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from por.checks import reserves
from por.checks.chain_view import ChainView
from por.checks.holdings import ProvenHolding
from por.checks.observation import Broken, Missing, Observation, Seen
from por.model import (
    AssetClass,
    AssetId,
    BlockRef,
    Bundle,
    ChainAccount,
    ChainId,
    Denomination,
    Grade,
    Role,
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


def test_t46_one_address_on_two_chains_is_two_accounts(tmp_path: Path) -> None:
    made = bundle()
    other = replace(
        made.reserves[0], account=ChainAccount(ChainId("eip155", "10"), address("cold")), holdings=(), control=None
    )
    made = bundle(reserves=(*made.reserves, other))
    assert {f.outcome for f in reserves.distinct(examined(tmp_path, made))} == {"PASS"}
