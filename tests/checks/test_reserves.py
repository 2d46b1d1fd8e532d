"""Who controls each reserve account, what it held, and may it count?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from por.checks import reserves
from por.checks.chain_view import ChainView
from por.checks.holdings import ProvenHolding
from por.checks.observation import Broken, Missing, Observation, Seen
from por.encoding import media_types
from por.model import (
    AccountState,
    AssetClass,
    AssetId,
    BlockRef,
    Bundle,
    ChainAccount,
    ChainId,
    ControlSignature,
    Custody,
    Denomination,
    Grade,
    Instant,
    Role,
    format_coins,
)
from tests.checks import scenery
from tests.checks.scenery import (
    CHAIN,
    COINS,
    ETH,
    EXPIRES,
    ISSUER,
    NUMBER,
    SNAPSHOT,
    USDC,
    Files,
    account,
    address,
    bundle,
    examined,
    files,
    headers,
    listed,
    one,
    signature,
    told,
    with_account,
    with_claim,
)

COLD = str(account("cold"))
DOLLAR_ELSEWHERE = AssetId(ChainId("eip155", "10"), "erc20", "0x" + "44" * 20)


def controlled(tmp_path: Path, document: bytes | ControlSignature, have: Files | None = None) -> tuple[str, str]:
    """Show a control proof for the cold account and judge it."""
    known = files() if have is None else have
    if isinstance(document, bytes):
        digest = known.add(document, media_types.CONTROL_SIGNATURE)
    else:
        digest = known.control(document)
    made = listed(with_account("cold", control=digest), known)
    found = {f.subject: (str(f.outcome), f.message) for f in reserves.control(examined(tmp_path, made, known))}
    assert found[str(account("hot"))] == ("PASS", "reserves.control.signed")
    return found[COLD]


# --- reserves.control


def test_t43_every_honest_account_has_signed(tmp_path: Path) -> None:
    findings = list(reserves.control(examined(tmp_path)))
    assert told(findings) == [("PASS", "reserves.control.signed")] * 4
    assert [f.subject for f in findings] == [str(account(name)) for name in scenery.ACCOUNTS]
    assert findings[0].facts == {"custody": "cold"}
    assert findings[0].grade is None
    assert (findings[0].expected, findings[0].actual) == (address("cold"), address("cold"))


REPLAYED: dict[str, Callable[[], ControlSignature]] = {
    "an earlier snapshot": lambda: signature("cold", snapshot=f"{ISSUER}@2026-10-01T12:00:00Z"),
    "another issuer": lambda: signature(
        "cold", issuer="other.example", snapshot=SNAPSHOT.replace(ISSUER, "other.example")
    ),
    "another chain": lambda: signature("cold", account=ChainAccount(ChainId("eip155", "10"), address("cold"))),
    "another account": lambda: signature("cold", account=account("hot")),
    "another block": lambda: signature("cold", block_hash=headers()[1].hash),
    "another block number": lambda: signature("cold", block_number=NUMBER + 1),
    "a later expiry": lambda: signature("cold", expires=str(Instant(EXPIRES.seconds + 1))),
    "another key": lambda: signature("cold", "stranger"),
    "the hot account's key": lambda: signature("cold", "hot"),
    "a claimed scheme": lambda: replace(signature("cold"), scheme="eip712"),
}


@pytest.mark.parametrize("what", REPLAYED)
def test_t43_t45_t48_t53_a_signature_over_anything_else_is_of_another_signer(tmp_path: Path, what: str) -> None:
    assert controlled(tmp_path, REPLAYED[what]()) == ("FAIL", "reserves.control.other_signer")


def test_t45_t46_one_accounts_document_does_not_serve_another(tmp_path: Path) -> None:
    made = listed(with_account("cold", control=bundle().reserves[1].control), files())
    found = one(f for f in reserves.control(examined(tmp_path, made)) if f.subject == COLD)
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")
    assert "another account" in found.facts["reason"]


HIGH_S = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def malleable() -> bytes:
    honest = signature("cold").signature
    s = HIGH_S - int.from_bytes(honest[32:64], "big")
    return honest[:32] + s.to_bytes(32, "big") + bytes([55 - honest[64]])


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00",
        bytes(65),
        bytes(64),
        signature("cold").signature[:64],
        signature("cold").signature + b"\x00",
        signature("cold").signature[:64] + b"\x00",
        signature("cold").signature[:64] + b"\x1d",
        malleable(),
        b"\xff" * 65,
    ],
    ids=["one byte", "zeros", "64 zeros", "no v", "66 bytes", "v 0", "v 29", "upper s", "ones"],
)
def test_t48_a_malformed_or_malleable_signature_breaks(tmp_path: Path, raw: bytes) -> None:
    assert controlled(tmp_path, replace(signature("cold"), signature=raw)) == ("FAIL", "evidence.broken")


@pytest.mark.parametrize("document", [b"{}", b"[]", b"no", b"\xff\xfe"])
def test_a_control_document_of_no_form_breaks(tmp_path: Path, document: bytes) -> None:
    assert controlled(tmp_path, document) == ("FAIL", "evidence.broken")


@pytest.mark.parametrize("scheme", ["eip1271", "bip322", "", "EIP191", "eip191 "])
def test_t47_t49_an_unsupported_scheme_is_undecided_never_skipped(tmp_path: Path, scheme: str) -> None:
    lie = replace(signature("cold"), scheme=scheme)
    assert controlled(tmp_path, lie) == ("INCONCLUSIVE", "evidence.missing")


def with_state(tmp_path: Path, state: AccountState | None, made: Bundle | None = None) -> dict[str, tuple[str, str]]:
    """Judge control where the cold account's own coin shows this state, or shows nothing."""
    examination = examined(tmp_path, made)
    coin: Observation[ProvenHolding] = Missing("m") if state is None else Seen(ProvenHolding(COINS["cold"], 0, state))
    examination = replace(examination, holdings={**examination.holdings, (0, ETH): coin})
    return {f.subject: (str(f.outcome), f.message) for f in reserves.control(examination)}


@pytest.mark.parametrize("state", [scenery.CONTRACT, replace(scenery.PLAIN, code_hash=b"\xef" * 32)])
def test_t47_a_signature_shows_no_control_of_an_account_with_code(tmp_path: Path, state: AccountState) -> None:
    """One owner's key of a wallet of several, or a key whose account delegates to code."""
    found = with_state(tmp_path, state)
    assert found[COLD] == ("INCONCLUSIVE", "reserves.control.code")
    assert found[str(account("hot"))] == ("PASS", "reserves.control.signed")


def test_t47_nor_where_nobody_sees_whether_it_has_code(tmp_path: Path) -> None:
    """The proof of a token says nothing of its holder: that of the chain's own coin is needed, be it of zero."""
    found = with_state(tmp_path / "a", None)
    assert found[COLD] == ("INCONCLUSIVE", "reserves.control.code_unseen")
    assert found[str(account("hot"))] == ("PASS", "reserves.control.signed")
    tokens = tuple(claim for claim in bundle().reserves[0].holdings if claim.asset == USDC)
    made = listed(with_account("cold", holdings=tokens), files())
    outcomes = {f.subject: f.message for f in reserves.control(examined(tmp_path / "b", made))}
    assert outcomes[COLD] == "reserves.control.code_unseen"


def test_t47_an_account_that_the_chain_does_not_know_has_no_code(tmp_path: Path) -> None:
    state = scenery.State.of({address("hot"): 1}, {address("cold"): 5})
    block, child = headers(state.root)
    have = files()
    coin = have.proof(state.of_account(address("cold")), block.hash)
    named = replace(bundle().blocks[0], block=block.ref, header=have.header(block), child=have.header(child))
    control = have.control(signature("cold", block_hash=block.hash))
    made = with_claim("cold", ETH, bundle(blocks=(named,)), amount=0, evidence=(coin,))
    made = listed(with_account("cold", made, control=control), have)
    examination = examined(tmp_path, made, have, source=scenery.FakeSource((block, child)))
    assert told(reserves.control(examination))[0] == ("PASS", "reserves.control.signed")


@pytest.mark.parametrize("state", [None, scenery.PLAIN, scenery.CONTRACT])
def test_t47_t48_code_excuses_no_bad_signature(tmp_path: Path, state: AccountState | None) -> None:
    have = files()
    forged = have.control(signature("cold", "stranger"))
    examination = examined(tmp_path, listed(with_account("cold", control=forged), have), have)
    coin: Observation[ProvenHolding] = Missing("m") if state is None else Seen(ProvenHolding(1, 0, state))
    examination = replace(examination, holdings={**examination.holdings, (0, ETH): coin})
    assert told(reserves.control(examination))[0] == ("FAIL", "reserves.control.other_signer")


def test_t47_t49_an_unsigned_account_stays_unsigned_whatever_is_seen_of_its_code(tmp_path: Path) -> None:
    made = listed(with_account("cold", control=None), files())
    for number, state in enumerate((None, scenery.PLAIN)):
        assert with_state(tmp_path / str(number), state, made)[COLD] == ("INCONCLUSIVE", "evidence.missing")


def test_t49_an_unsigned_account_is_undecided_and_named(tmp_path: Path) -> None:
    made = listed(with_account("hot", control=None), files())
    found = [f for f in reserves.control(examined(tmp_path, made)) if f.outcome != "PASS"]
    assert [(f.subject, f.outcome, f.message) for f in found] == [
        (str(account("hot")), "INCONCLUSIVE", "evidence.missing")
    ]


def test_t57_control_on_a_chain_without_block_is_undecided(tmp_path: Path) -> None:
    elsewhere = ChainAccount(ChainId("eip155", "10"), address("cold"))
    made = listed(with_account("cold", account=elsewhere, holdings=()), files())
    found = next(iter(reserves.control(examined(tmp_path, made))))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "evidence.missing")


def test_t50_control_of_third_party_custody_is_graded_as_a_document(tmp_path: Path) -> None:
    made = with_account("cold", custody=Custody.THIRD_PARTY)
    found = next(iter(reserves.control(examined(tmp_path, made))))
    assert (found.outcome, found.grade) == ("PASS", Grade.THIRD_PARTY_DOCUMENT)
    assert found.facts["custody"] == "third-party"


def test_t68_no_account_gives_no_finding_to_pass(tmp_path: Path) -> None:
    examination = examined(tmp_path, listed(bundle(reserves=()), files()))
    for ask in (reserves.control, reserves.balance, reserves.eligible, reserves.distinct):
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
