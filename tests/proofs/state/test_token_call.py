"""Holdings by a token's own code: which code may speak, and what of its answers is a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError
from por.model import AssetId, Call, CallMethod, ChainId, TokenCall, Witness
from por.proofs.state.proven_state import UnprovenStateError
from por.proofs.state.token_call import (
    CalledHolding,
    UnknownCodeError,
    balance_call,
    called_holding,
    convert_call,
)
from scripts.proof_vectors.case import address
from tests.proofs.state import contracts, mainnet
from tests.proofs.state.contracts import (
    CHAIN,
    PROXY,
    REBASING,
    TOKEN,
    VAULT,
    Account,
    World,
    asm,
    at,
    balance_slot,
    deployment,
    word,
)

HOLDER = address("holder")
SLOT = balance_slot(HOLDER)
TOKEN_AT = address("token")
ASSET = AssetId(CHAIN, "erc20", TOKEN_AT)
DOLLARS = AssetId(CHAIN, "erc20", address("dollars"))


def row(*codes: bytes, method: CallMethod = CallMethod.BALANCE_OF) -> TokenCall:
    """Accept these codes, as an auditor's policy does."""
    underlying = DOLLARS if method is CallMethod.CONVERT_TO_ASSETS else None
    return TokenCall(ASSET, tuple(keccak(code) for code in codes), method, underlying)


def held(world: World, accepts: TokenCall, witnesses: tuple[Witness, ...] | None = None) -> CalledHolding:
    given_ = world.everything() if witnesses is None else witnesses
    return called_holding(accepts, HOLDER, CHAIN, world.header, given_)


def token_world(runtime: bytes, /, **others: Account) -> World:
    return World({"token": Account(runtime, {SLOT: 500, 1: 3000, 0: int(address("code"), 16)}), **others})


def test_a_balance_by_the_tokens_own_code() -> None:
    assert held(token_world(TOKEN), row(TOKEN)) == CalledHolding(500, None, ((TOKEN_AT, keccak(TOKEN)),))
    assert held(token_world(REBASING), row(REBASING)).units == 1500


def test_a_balance_behind_a_proxy_needs_both_codes() -> None:
    world = token_world(PROXY, code=Account(REBASING))
    found = held(world, row(PROXY, REBASING))
    assert found.units == 1500
    assert found.codes == ((TOKEN_AT, keccak(PROXY)), (address("code"), keccak(REBASING)))


def test_a_vaults_shares_stand_for_an_underlying() -> None:
    found = held(token_world(VAULT), row(VAULT, method=CallMethod.CONVERT_TO_ASSETS))
    assert (found.units, found.underlying_units) == (500, 1500)
    assert found.codes == ((TOKEN_AT, keccak(VAULT)),)
    assert held(token_world(VAULT), row(VAULT)).underlying_units is None


def test_a_holder_without_balance_held_nothing() -> None:
    world = World({"token": Account(TOKEN, {1: 1})})
    assert held(world, row(TOKEN), (world.witness(TOKEN_AT, SLOT),)).units == 0


def test_the_real_usdc_by_a_row_of_the_policy(vectors: Path) -> None:
    assert mainnet.USDC.implementation is not None
    token, behind = mainnet.usdc(vectors)
    keys = tuple(sorted(token.storage))
    texts = (mainnet.load(vectors, f"mainnet-22432262-prague/code_usdc_{name}.json") for name in ("proxy", "impl"))
    proxy, code = (bytes.fromhex(text[2:]) for text in texts)
    witnesses = (Witness(token.proof(*keys), keys, proxy), Witness(behind.proof(), (), code))
    header = contracts.header(mainnet.usdc_state_root(vectors))
    hashes = (mainnet.USDC.code_hash, mainnet.USDC.implementation.code_hash)
    accepts = TokenCall(mainnet.USDC.asset, hashes, CallMethod.BALANCE_OF, None)
    assert called_holding(accepts, mainnet.HOLDER, CHAIN, header, witnesses).units == mainnet.BALANCE
    for codes in (hashes[:1], hashes[::-1], (*hashes[:1], b"\x01" * 32)):
        with pytest.raises(UnknownCodeError):
            called_holding(replace(accepts, codes=codes), mainnet.HOLDER, CHAIN, header, witnesses)


# --- code that may not speak


def test_t60_a_token_of_unknown_code_is_not_asked() -> None:
    with pytest.raises(UnknownCodeError, match=r"\[\[call\]\] row") as caught:
        held(token_world(word(10**30)), row(TOKEN))
    assert caught.value.codes == ((TOKEN_AT, keccak(word(10**30))),)
    assert keccak(word(10**30)).hex() in str(caught.value)
    assert isinstance(caught.value, UnsupportedEvidenceError)


def test_t60_t84_code_that_is_not_accepted_is_not_even_run() -> None:
    burning = asm(":loop", "@loop", "JUMP")
    with pytest.raises(UnknownCodeError):
        held(token_world(burning), row(TOKEN))


def test_t60_a_proxy_swapped_to_other_code_is_unknown() -> None:
    swapped = token_world(PROXY, code=Account(word(10**30)))
    with pytest.raises(UnknownCodeError) as caught:
        held(swapped, row(PROXY, REBASING))
    assert caught.value.codes == ((address("code"), keccak(word(10**30))),)


def test_t60_the_tokens_own_code_stands_first() -> None:
    """A row of proxy and implementation is no row of the implementation as a token."""
    for code in (REBASING, TOKEN):
        with pytest.raises(UnknownCodeError) as caught:
            held(token_world(code), row(PROXY, REBASING, TOKEN))
        assert caught.value.codes == ((TOKEN_AT, keccak(code)),)


def test_t60_code_that_is_only_looked_at_counts_too() -> None:
    looking = word(at("other"), "EXTCODEHASH")
    world = token_world(looking, other=Account(b"\x5b"))
    witnesses = (world.witness(TOKEN_AT), world.witness(address("other"), code=False))
    with pytest.raises(UnknownCodeError) as caught:
        held(world, row(looking), witnesses)
    assert caught.value.codes == ((address("other"), keccak(b"\x5b")),)
    assert held(world, row(looking, b"\x5b"), witnesses).units == int.from_bytes(keccak(b"\x5b"))


def test_t60_a_token_without_code_has_no_balances() -> None:
    world = World({"token": Account(balance=10**30)})
    with pytest.raises(EvidenceError, match="no code"):
        held(world, row(TOKEN))
    with pytest.raises(EvidenceError, match="no code"):
        held(World({}), row(TOKEN), (World({}).witness(TOKEN_AT),))


def test_t60_accepted_code_at_another_account_is_not_the_token() -> None:
    world = World({"liar": Account(TOKEN, {SLOT: 10**30})})
    with pytest.raises(UnprovenStateError):
        held(world, row(TOKEN))


def test_t60_a_token_that_creates_code_to_answer_is_refused() -> None:
    _, init = deployment(word(1))
    storing = asm(len(init), b"\x00\x30", 0, "CODECOPY", len(init), 0, 0, "CREATE", 0, "MSTORE", 32, 0, "RETURN")
    code = storing.ljust(0x30, b"\0") + init
    world = token_world(code)
    with pytest.raises(UnprovenStateError) as caught:
        held(world, row(code))
    ((place, _),) = caught.value.missing
    assert place != TOKEN_AT
    with pytest.raises(EvidenceError, match="puts code"):
        held(world, row(code), (*world.everything(), world.witness(place)))


# --- answers that are no number


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (asm("STOP"), "gives 0 bytes"),
        (asm(31, 0, "RETURN"), "gives 31 bytes"),
        (asm(33, 0, "RETURN"), "gives 33 bytes"),
        (asm(64, 0, "RETURN"), "gives 64 bytes"),
        (asm(0, 0, "REVERT"), "reverts"),
        (asm("INVALID"), "reverts"),
        (asm(":loop", "@loop", "JUMP"), "reverts"),
        (asm(5, 0, "MSTORE", 32, 0, "REVERT"), "reverts"),
    ],
)
def test_t60_only_32_bytes_are_a_balance(code: bytes, reason: str) -> None:
    with pytest.raises(EvidenceError, match=reason):
        held(token_world(code), row(code))


def test_t60_a_vault_that_fails_to_convert_has_no_worth() -> None:
    selective = asm(
        *(0, "CALLDATALOAD", 224, "SHR", bytes.fromhex("07a2d13a"), "EQ", "@convert", "JUMPI"),
        *(7, 0, "MSTORE", 32, 0, "RETURN", ":convert", 0, 0, "REVERT"),
    )
    accepts = row(selective, method=CallMethod.CONVERT_TO_ASSETS)
    with pytest.raises(EvidenceError, match="reverts"):
        held(token_world(selective), accepts)
    assert held(token_world(selective), row(selective)).units == 7


def test_t60_a_vaults_second_call_needs_its_own_state() -> None:
    world = token_world(VAULT)
    accepts = row(VAULT, method=CallMethod.CONVERT_TO_ASSETS)
    with pytest.raises(UnprovenStateError) as caught:
        held(world, accepts, (world.witness(TOKEN_AT, SLOT),))
    assert caught.value.missing == ((TOKEN_AT, (contracts.key(1),)),)


# --- the calls


def test_the_calls_are_those_of_the_standards() -> None:
    assert balance_call(TOKEN_AT, HOLDER) == Call(
        TOKEN_AT, keccak(b"balanceOf(address)")[:4] + bytes(12) + bytes.fromhex(HOLDER[2:])
    )
    assert convert_call(TOKEN_AT, 258) == Call(
        TOKEN_AT, keccak(b"convertToAssets(uint256)")[:4] + bytes(30) + b"\x01\x02"
    )


@given(shares=st.integers(0, 2**256 - 1))
@settings(max_examples=30)
def test_all_shares_are_asked_of_in_full(shares: int) -> None:
    assert int.from_bytes(convert_call(TOKEN_AT, shares).data[4:]) == shares
    assert len(convert_call(TOKEN_AT, shares).data) == 36


@pytest.mark.parametrize("shares", [-1, 2**256])
def test_shares_beyond_a_word_are_refused(shares: int) -> None:
    with pytest.raises(FormatError):
        convert_call(TOKEN_AT, shares)


@pytest.mark.parametrize("holder", ["", HOLDER.upper(), HOLDER[:-1], HOLDER + "00", "eip155:1:" + HOLDER])
def test_t46_a_holder_has_one_spelling(holder: str) -> None:
    with pytest.raises(FormatError):
        balance_call(TOKEN_AT, holder)


def test_t53_t61_a_row_is_of_one_token_on_one_chain() -> None:
    world = token_world(TOKEN)
    accepts = row(TOKEN)
    with pytest.raises(FormatError, match="is not of"):
        called_holding(accepts, HOLDER, ChainId("eip155", "10"), world.header, world.everything())
    coin = replace(accepts, asset=AssetId(CHAIN, "slip44", "60"))
    with pytest.raises(FormatError, match="no token"):
        called_holding(coin, HOLDER, CHAIN, world.header, world.everything())
    elsewhere = replace(accepts, asset=DOLLARS)
    with pytest.raises(UnprovenStateError):
        called_holding(elsewhere, HOLDER, CHAIN, world.header, world.everything())
