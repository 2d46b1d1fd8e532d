"""Contract accounts that judge signatures: one signer of several, accounts not yet there, answers that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account as Keys
from eth_account.messages import encode_defunct, encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from por.errors import EvidenceError
from por.model import ChainAccount, Challenge, ControlScheme
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.control.contract import APPROVAL, WRAPPED, Approval, approval_calls, require_approval
from por.proofs.control.evm import challenge_digest
from por.proofs.state.proven_state import UnprovenStateError
from scripts.proof_vectors.case import address
from tests.proofs.state.contracts import CHAIN, FACTORY, Account, World, asm, deployment, word

OWNERS = [keccak(f"owner {number}".encode()) for number in range(3)]
TEXT, TYPED = ControlScheme.EIP1271_EIP191, ControlScheme.EIP1271_EIP712
TEXT_6492, TYPED_6492 = ControlScheme.EIP6492_EIP191, ControlScheme.EIP6492_EIP712
NO = b"\xff" * 4 + bytes(28)


def owner(place: int) -> int:
    return int(Keys.from_key(OWNERS[place]).address, 16)


def judge(threshold: int) -> bytes:
    """Assemble a wallet: the first signatures of 65 bytes, one by each owner in slots 0, 1 and so on, all needed."""
    parts: list[str | int | bytes] = []
    for place in range(threshold):
        at = 0x64 + 65 * place
        parts += [4, "CALLDATALOAD", 0, "MSTORE", at + 64, "CALLDATALOAD", 0, "BYTE", 32, "MSTORE"]
        parts += [at, "CALLDATALOAD", 64, "MSTORE", at + 32, "CALLDATALOAD", 96, "MSTORE"]
        parts += [32, 0, 128, 0, 1, "GAS", "STATICCALL", "POP"]
        parts += [0, "MLOAD", place, "SLOAD", "EQ", "ISZERO", "@no", "JUMPI"]
    parts += [APPROVAL, 0, "MSTORE", 32, 0, "RETURN", ":no", NO, 0, "MSTORE", 32, 0, "RETURN"]
    return asm(*parts)


WALLET, SAFE = judge(1), judge(2)


def challenge(who: str = address("wallet"), **changes: Any) -> Challenge:
    usual = Challenge(
        issuer="exchange.example",
        snapshot="exchange.example@2026-01-31T12:00:00Z",
        account=ChainAccount(CHAIN, who),
        block_number=1000,
        block_hash=b"\x0b" * 32,
        expires="2026-02-28T12:00:00Z",
    )
    return replace(usual, **changes)


def signed(made: Challenge, scheme: ControlScheme, *signers: int) -> bytes:
    if scheme.typed:
        message = encode_typed_data(full_message=challenge_typed_data(made))
    else:
        message = encode_defunct(text=challenge_text(made))
    return b"".join(bytes(Keys.sign_message(message, OWNERS[place]).signature) for place in signers)


def wrapped(factory: str, data: bytes, signature: bytes) -> bytes:
    """Encode as eth-abi would: abi.encode(address, bytes, bytes) and the magic bytes."""
    return encode(["address", "bytes", "bytes"], [factory, data, signature]) + WRAPPED


def world(code: bytes = WALLET, owners: int = 1, fields: int = 21) -> World:
    return World({"wallet": Account(code, {place: owner(place) for place in range(owners)})}, fields)


# --- EIP-1271


@pytest.mark.parametrize("scheme", [TEXT, TYPED])
def test_a_contract_approves_its_owners_signature(scheme: ControlScheme) -> None:
    made, chain = challenge(), world()
    approval = require_approval(made, scheme, signed(made, scheme, 0), chain.header, chain.everything())
    assert approval == Approval(address("wallet"), ((address("wallet"), keccak(WALLET)),), deployed=True)


def test_t47_all_signers_that_the_contract_wants() -> None:
    made, chain = challenge(), world(SAFE, 2)
    assert require_approval(made, TEXT, signed(made, TEXT, 0, 1), chain.header, chain.everything()).deployed
    for signers in ((0,), (1,), (0, 0), (1, 0), (0, 2), (2, 1), ()):
        with pytest.raises(EvidenceError, match="does not approve"):
            require_approval(made, TEXT, signed(made, TEXT, *signers), chain.header, chain.everything())


def test_t47_a_contract_that_approved_before_and_not_at_the_snapshot() -> None:
    """Its owner changed: what counts is the state of the block."""
    made = challenge()
    before, then = world(), World({"wallet": Account(WALLET, {0: owner(2)})})
    signature = signed(made, TEXT, 0)
    require_approval(made, TEXT, signature, before.header, before.everything())
    with pytest.raises(EvidenceError, match="does not approve"):
        require_approval(made, TEXT, signature, then.header, then.everything())
    with pytest.raises(EvidenceError):
        require_approval(made, TEXT, signature, then.header, before.everything())


STALE: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "other.example", "snapshot": "other.example@2026-01-31T12:00:00Z"},
    "another snapshot": {"snapshot": "exchange.example@2025-12-31T12:00:00Z"},
    "another account": {"account": ChainAccount(CHAIN, address("another wallet"))},
    "another block": {"block_hash": b"\x0c" * 32},
    "another expiry": {"expires": "2027-02-28T12:00:00Z"},
}


@pytest.mark.parametrize("scheme", [TEXT, TYPED])
@pytest.mark.parametrize("name", STALE)
def test_t43_a_signature_for_another_challenge_is_not_approved(name: str, scheme: ControlScheme) -> None:
    chain = world()
    signature = signed(challenge(**STALE[name]), scheme, 0)
    with pytest.raises(EvidenceError, match="does not approve"):
        require_approval(challenge(), scheme, signature, chain.header, chain.everything())


def test_t43_the_text_is_not_the_typed_data() -> None:
    made, chain = challenge(), world()
    for signs, reads in ((TEXT, TYPED), (TYPED, TEXT)):
        with pytest.raises(EvidenceError, match="does not approve"):
            require_approval(made, reads, signed(made, signs, 0), chain.header, chain.everything())


def test_t47_the_owners_own_key_is_no_contract() -> None:
    for chain in (World({"wallet": Account(balance=5)}), World({})):
        who = address("wallet")
        with pytest.raises(EvidenceError, match="has no code at the snapshot"):
            require_approval(challenge(), TEXT, signed(challenge(), TEXT, 0), chain.header, chain.everything(who))


ANSWERS: dict[str, tuple[bytes, str]] = {
    "nothing": (asm("STOP"), "0 bytes"),
    "the four bytes alone": (asm(APPROVAL, 0, "MSTORE", 4, 0, "RETURN"), "4 bytes"),
    "the four bytes at the other end": (word(0x1626BA7E), "does not approve"),
    "one": (word(1), "does not approve"),
    "the four bytes and more": (word(APPROVAL[:31] + b"\x01"), "does not approve"),
    "approval and a second word": (asm(APPROVAL, 0, "MSTORE", 64, 0, "RETURN"), "64 bytes"),
    "all ones": (word(b"\xff" * 32), "does not approve"),
    "approval, reverted": (asm(APPROVAL, 0, "MSTORE", 32, 0, "REVERT"), "fails"),
    "a failure": (asm("INVALID"), "fails"),
    "all gas burnt": (asm(":loop", "@loop", "JUMP"), "fails"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_t48_only_the_one_answer_is_approval(name: str) -> None:
    code, reason = ANSWERS[name]
    chain = world(code)
    with pytest.raises(EvidenceError, match=reason):
        require_approval(challenge(), TEXT, b"\x01" * 65, chain.header, chain.everything())


def test_t47_a_contract_that_approves_everything_shows_nobodys_control() -> None:
    chain = world(word(APPROVAL))
    with pytest.raises(EvidenceError, match="approves whatever it is asked"):
        require_approval(challenge(), TEXT, b"", chain.header, chain.everything())


def test_t47_a_contract_that_approves_everything_once_shows_nobodys_control() -> None:
    """It notes that it was asked: both questions are asked of the block's state, not one after the other."""
    said = (APPROVAL, 0, "MSTORE", 32, 0, "RETURN", ":no", NO, 0, "MSTORE", 32, 0, "RETURN")
    chain = World({"wallet": Account(asm(0, "SLOAD", "@no", "JUMPI", 1, 0, "SSTORE", *said), {5: 1})})
    with pytest.raises(EvidenceError, match="approves whatever it is asked"):
        require_approval(challenge(), TEXT, b"anything", chain.header, (chain.witness(address("wallet"), 0),))


def test_t60_the_state_that_the_contract_reads_has_to_be_proven() -> None:
    chain, made = world(), challenge()
    who = address("wallet")
    cases = (
        ((), (who, ())),
        ((chain.witness(who),), (who, (bytes(32),))),
        ((chain.witness(who, 0, code=False),), (who, ())),
    )
    for witnesses, missing in cases:
        with pytest.raises(UnprovenStateError) as caught:
            require_approval(made, TEXT, signed(made, TEXT, 0), chain.header, witnesses)
        assert caught.value.missing == (missing,)


def test_t48_a_changed_signature_is_not_approved() -> None:
    made, chain = challenge(), world()
    good = signed(made, TEXT, 0)
    for place in (0, 31, 32, 63, 64):
        changed = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        with pytest.raises(EvidenceError, match="does not approve"):
            require_approval(made, TEXT, changed, chain.header, chain.everything())
    with pytest.raises(EvidenceError, match="does not approve"):
        require_approval(made, TEXT, good[:-1], chain.header, chain.everything())


@pytest.mark.parametrize("scheme", [ControlScheme.EIP191, ControlScheme.EIP712])
def test_t49_a_scheme_for_keys_is_not_judged_by_a_contract(scheme: ControlScheme) -> None:
    with pytest.raises(EvidenceError, match="judged by recovery"):
        require_approval(challenge(), scheme, b"\x01" * 65, world().header, world().everything())


# --- EIP-6492


def undeployed(runtime: bytes = WALLET, place: int = 0) -> tuple[World, str, bytes]:
    """Make a factory on chain, and the address and deployment of a wallet that is not."""
    created, init = deployment(runtime, {0: owner(place)})
    return World({"factory": Account(FACTORY)}), created, init


@pytest.mark.parametrize("scheme", [TEXT_6492, TYPED_6492])
def test_an_account_that_is_not_deployed_approves_as_its_factory_makes_it(scheme: ControlScheme) -> None:
    chain, who, init = undeployed()
    made = challenge(who)
    signature = wrapped(address("factory"), init, signed(made, scheme, 0))
    approval = require_approval(made, scheme, signature, chain.header, chain.everything(who))
    # What the factory puts there took part too: a factory that puts anything anywhere vouches for nothing (T47).
    took_part = ((address("factory"), keccak(FACTORY)), (who, keccak(WALLET)))
    assert approval == Approval(who, took_part, deployed=False)


def test_an_account_that_is_deployed_is_asked_as_it_is() -> None:
    chain, made = world(), challenge()
    signature = wrapped(address("factory"), b"\x01", signed(made, TEXT, 0))
    approval = require_approval(made, TEXT_6492, signature, chain.header, chain.everything())
    assert approval.deployed
    stranger = wrapped(address("factory"), b"\x01", signed(made, TEXT, 1))
    with pytest.raises(EvidenceError, match="does not approve"):
        require_approval(made, TEXT_6492, stranger, chain.header, chain.everything())


def test_t47_a_factory_cannot_put_the_attackers_code_at_somebody_elses_address() -> None:
    chain, victim, _ = undeployed()
    _, mine = deployment(WALLET, {0: owner(1)})
    made = challenge(victim)
    signature = wrapped(address("factory"), mine, signed(made, TEXT, 1))
    elsewhere, _ = deployment(WALLET, {0: owner(1)})
    with pytest.raises(EvidenceError, match="puts no code at"):
        require_approval(made, TEXT_6492, signature, chain.header, chain.everything(victim, elsewhere))


def test_t47_another_owners_signature_is_not_approved_by_a_new_account() -> None:
    chain, who, init = undeployed()
    made = challenge(who)
    signature = wrapped(address("factory"), init, signed(made, TEXT, 1))
    with pytest.raises(EvidenceError, match="does not approve"):
        require_approval(made, TEXT_6492, signature, chain.header, chain.everything(who))


def test_t47_a_factory_that_fails_or_is_not_there_deploys_nothing() -> None:
    _, who, init = undeployed()
    made = challenge(who)
    signature = wrapped(address("factory"), init, signed(made, TEXT, 0))
    broken = World({"factory": Account(asm("INVALID"))})
    with pytest.raises(EvidenceError, match=r"factory's call .* fails"):
        require_approval(made, TEXT_6492, signature, broken.header, broken.everything(who))
    absent = World({})
    with pytest.raises(EvidenceError, match="puts no code at"):
        require_approval(made, TEXT_6492, signature, absent.header, absent.everything(who, address("factory")))


def test_t60_the_place_of_a_new_account_has_to_be_proven_empty() -> None:
    chain, who, init = undeployed()
    made = challenge(who)
    signature = wrapped(address("factory"), init, signed(made, TEXT, 0))
    for witnesses in (chain.everything(), ()):
        with pytest.raises(UnprovenStateError) as caught:
            require_approval(made, TEXT_6492, signature, chain.header, witnesses)
        assert caught.value.missing == ((who, ()),)
    with pytest.raises(UnprovenStateError) as caught:
        require_approval(made, TEXT_6492, signature, chain.header, (chain.witness(who),))
    assert caught.value.missing == ((address("factory"), ()),)


def test_t47_a_new_account_without_code_approves_nothing() -> None:
    who, init = deployment(b"")
    chain = World({"factory": Account(FACTORY)})
    signature = wrapped(address("factory"), init, b"")
    with pytest.raises(EvidenceError, match="puts no code at"):
        require_approval(challenge(who), TEXT_6492, signature, chain.header, chain.everything(who))


def test_t47_a_bare_signature_is_not_one_of_an_account_to_be_deployed() -> None:
    chain, who, _ = undeployed()
    made = challenge(who)
    for signature in (signed(made, TEXT, 0), b"", WRAPPED, bytes(160), bytes(128) + WRAPPED):
        with pytest.raises(EvidenceError, match="EIP-6492 signature"):
            require_approval(made, TEXT_6492, signature, chain.header, chain.everything(who))


GOOD = wrapped(address("factory"), b"\x01\x02\x03", b"\x04" * 65)
Change = Callable[[bytes], bytes]
SLOPPY: dict[str, Change] = {
    "a byte before": lambda data: b"\0" + data,
    "a word before": lambda data: bytes(32) + data,
    "a word between": lambda data: data[:-32] + bytes(32) + WRAPPED,
    "a factory of 32 bytes": lambda data: b"\x01" + data[1:],
    "an offset that jumps back": lambda data: data[:32] + bytes(32) + data[64:],
    "the other offset": lambda data: data[:64] + (96).to_bytes(32) + data[96:],
    "a huge length": lambda data: data[:96] + b"\xff" * 32 + data[128:],
    "a longer length": lambda data: data[:96] + (33).to_bytes(32) + data[128:],
    "a shorter length": lambda data: data[:96] + (2).to_bytes(32) + data[128:],
    "padding that is not zero": lambda data: data[:159] + b"\x01" + data[160:],
    "a huge inner length": lambda data: data[:160] + b"\xff" * 32 + data[192:],
    "an inner signature cut short": lambda data: data[:-64] + WRAPPED,
    "other magic bytes": lambda data: data[:-1] + b"\x93",
    "magic bytes twice": lambda data: data + WRAPPED,
}


@pytest.mark.parametrize("name", SLOPPY)
def test_t48_a_wrapped_signature_has_one_encoding(name: str) -> None:
    assert len(approval_calls(challenge(), TEXT_6492, GOOD)) == 3
    with pytest.raises(EvidenceError, match="EIP-6492"):
        approval_calls(challenge(), TEXT_6492, SLOPPY[name](GOOD))


@given(data=st.binary(max_size=200), signature=st.binary(max_size=200))
@settings(max_examples=40)
def test_wrapped_signatures_are_read_as_they_are_written(data: bytes, signature: bytes) -> None:
    deployment_call, *questions = approval_calls(challenge(), TEXT_6492, wrapped(address("factory"), data, signature))
    assert (deployment_call.to, deployment_call.data) == (address("factory"), data)
    assert tuple(questions) == approval_calls(challenge(), TEXT, signature)


@given(noise=st.binary(max_size=300))
@settings(max_examples=60)
def test_t48_noise_before_the_magic_bytes_is_refused(noise: bytes) -> None:
    with pytest.raises(EvidenceError):
        approval_calls(challenge(), TEXT_6492, noise + WRAPPED)


@given(signature=st.binary(max_size=200), typed=st.booleans())
@settings(max_examples=30)
def test_the_question_is_the_standards(signature: bytes, typed: bool) -> None:
    made = challenge()
    asked, control = approval_calls(made, TYPED if typed else TEXT, signature)
    digest = challenge_digest(made, typed=typed)
    selector = keccak(b"isValidSignature(bytes32,bytes)")[:4]
    assert asked.to == control.to == made.account.address
    assert asked.data == selector + encode(["bytes32", "bytes"], [digest, signature])
    assert control.data == selector + encode(["bytes32", "bytes"], [keccak(digest), signature])
