"""Contract accounts: their own code, run on proven state at the snapshot block, says whether a signature is theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from por.checks.control import control as ask
from por.encoding import evm_code_v1, evm_witness_v1, media_types
from por.encoding.evm_witness_v1 import WitnessDocument
from por.model import (
    AccountProof,
    Bundle,
    ChainAccount,
    Challenge,
    ControlScheme,
    ControlSignature,
    Custody,
    Digest,
    Finding,
    Grade,
    Header,
    ReserveAccount,
    Role,
    SnapshotBlock,
    Witness,
)
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.state.header import header_from_rlp
from por.report.text import message
from tests.checks import scenery
from tests.checks.scenery import CHAIN, EXPIRES, ISSUER, NOON, NUMBER, SNAPSHOT, FakeSource, Files, address, private

# isValidSignature(hash, signature): the signer of hash, 65 bytes r, s, v, must be the owner in slot 0.
_ASKS = (
    "600435600052"
    "60a43560f81c602052"
    "606435604052"
    "608435606052"  # hash, v, r, s
    "60206080608060006001"
    "5afa50"
    "608051600054"  # ecrecover against the owner
)
_APPROVES = "7f" + "1626ba7e".ljust(64, "0") + "60005260206000f3"


def wallet_code() -> bytes:
    head = bytes.fromhex(_ASKS) + b"\x14"
    target = len(head) + 3 + 5
    return head + bytes([0x60, target, 0x57]) + bytes.fromhex("60006000fd" + "5b" + _APPROVES)


WALLET = wallet_code()
YES_TO_ALL = bytes.fromhex(_APPROVES)
REFUSES = bytes.fromhex("60006000fd")
HOLDER = "0x" + "c0" * 20
ACCOUNT = ChainAccount(CHAIN, HOLDER)
SLOT = bytes(32)


@dataclass(frozen=True)
class Place:
    """A block in whose state HOLDER has a code, and its owner in slot 0; `nodes` prove it."""

    header: Header
    child: Header
    proof: AccountProof
    code: bytes

    def challenge(self, **changes: object) -> Challenge:
        usual = Challenge(ISSUER, SNAPSHOT, ACCOUNT, self.header.number, self.header.hash, str(EXPIRES))
        return replace(usual, **changes)  # type: ignore[arg-type]

    def files(self, have: Files, code: bytes | None = None, **changes: object) -> tuple[Digest, ...]:
        document = WitnessDocument(CHAIN, self.header.hash, (Witness(self.proof, (SLOT,), None),))
        witness = have.add(evm_witness_v1.write(replace(document, **changes)), media_types.EVM_WITNESS)  # type: ignore[arg-type]
        return witness, have.add(evm_code_v1.write(self.code if code is None else code), media_types.EVM_CODE)


def place(code: bytes = WALLET, owner: str = "cold", slots: bool = True) -> Place:
    nodes: dict[bytes, bytes] = {}
    storage: Any = HexaryTrie(nodes)
    storage[keccak(SLOT)] = rlp.encode(bytes.fromhex(address(owner)[2:]))
    state: Any = HexaryTrie(nodes)
    state[keccak(bytes.fromhex(HOLDER[2:]))] = rlp.encode([1, 5, storage.root_hash, keccak(code)])
    fields: list[Any] = [
        b"\x11" * 32,
        keccak(rlp.encode([])),
        bytes(20),
        state.root_hash,
        bytes(32),
        bytes(32),
        bytes(256),
    ]
    fields += [b"", NUMBER, 30_000_000, 0, NOON.seconds - 5, b"", bytes(32), bytes(8), 7, bytes(32)]
    header = header_from_rlp(rlp.encode(fields))
    child = header_from_rlp(scenery.header_bytes(NUMBER + 1, NOON.seconds + 7, header.hash, bytes(32)))
    account = tuple(rlp.encode(node) for node in state.get_proof(keccak(bytes.fromhex(HOLDER[2:]))))
    slot = tuple(rlp.encode(node) for node in storage.get_proof(keccak(SLOT)))
    return Place(header, child, AccountProof(HOLDER, account, (slot,) if slots else ()), code)


def signed(challenge: Challenge, scheme: ControlScheme, owner: str = "cold") -> ControlSignature:
    if scheme.typed:
        message_of = encode_typed_data(full_message=challenge_typed_data(challenge))
    else:
        message_of = encode_defunct(text=challenge_text(challenge))
    raw = bytes(Account.sign_message(message_of, private(owner)).signature)
    return ControlSignature(ACCOUNT, scheme, raw)


def judged(
    folder: Path,
    here: Place,
    proof: ControlSignature,
    state: Callable[[Files], Sequence[Digest]] | None = None,
    custody: Custody = Custody.COLD,
    wallets: tuple[bytes, ...] = (keccak(WALLET), keccak(YES_TO_ALL), keccak(REFUSES)),
) -> Finding:
    have = Files()
    given = tuple(here.files(have) if state is None else state(have))
    block = SnapshotBlock(CHAIN, here.header.ref, have.header(here.header), have.header(here.child))
    row = ReserveAccount(ACCOUNT, Role.CUSTOMER, custody, (), have.control(proof), given)
    made: Bundle = scenery.listed(scenery.bundle(blocks=(block,), reserves=(row,)), have)
    source = FakeSource((here.header, here.child))
    return scenery.one(ask(scenery.examined(folder, made, have, source=source, rules=scenery.policy(wallets=wallets))))


EIP1271 = (ControlScheme.EIP1271_EIP191, ControlScheme.EIP1271_EIP712)


@pytest.mark.parametrize("scheme", EIP1271)
def test_t47_the_accounts_own_code_approves(tmp_path: Path, scheme: ControlScheme) -> None:
    here = place()
    found = judged(tmp_path, here, signed(here.challenge(), scheme))
    assert (found.outcome, found.message) == ("PASS", "reserves.control.approved")
    assert found.facts["codes"] == f"{HOLDER} (0x{keccak(WALLET).hex()})"
    assert found.facts["scheme"] == scheme
    assert found.actual == found.expected == HOLDER
    assert HOLDER in message(found)


@pytest.mark.parametrize("wallets", [(), (keccak(REFUSES),), (keccak(WALLET)[:31],), (bytes(32),)])
def test_t47_code_that_the_policy_does_not_believe_shows_nothing(tmp_path: Path, wallets: tuple[bytes, ...]) -> None:
    """Anybody can put code somewhere that approves just the question it was made for."""
    here = place()
    found = judged(tmp_path, here, signed(here.challenge(), ControlScheme.EIP1271_EIP191), wallets=wallets)
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.control.other_code")
    assert keccak(WALLET).hex() in message(found)


def test_t50_a_custodians_contract_is_graded_as_a_document(tmp_path: Path) -> None:
    here = place()
    proof = signed(here.challenge(), ControlScheme.EIP1271_EIP191)
    assert judged(tmp_path, here, proof, custody=Custody.THIRD_PARTY).grade is Grade.THIRD_PARTY_DOCUMENT


OTHER_SIGNATURES: dict[str, Callable[[Place], ControlSignature]] = {
    "another owner": lambda here: signed(here.challenge(), ControlScheme.EIP1271_EIP191, "stranger"),
    "the other form": lambda here: replace(
        signed(here.challenge(), ControlScheme.EIP1271_EIP191), scheme=ControlScheme.EIP1271_EIP712
    ),
    "an earlier snapshot": lambda here: signed(
        here.challenge(snapshot=f"{ISSUER}@2026-10-01T12:00:00Z"), ControlScheme.EIP1271_EIP191
    ),
    "another issuer": lambda here: signed(
        here.challenge(issuer="other.example", snapshot=SNAPSHOT.replace(ISSUER, "other.example")),
        ControlScheme.EIP1271_EIP191,
    ),
    "another block": lambda here: signed(here.challenge(block_hash=bytes(32)), ControlScheme.EIP1271_EIP191),
    "another account": lambda here: signed(
        here.challenge(account=ChainAccount(CHAIN, address("cold"))), ControlScheme.EIP1271_EIP191
    ),
    "nothing": lambda here: ControlSignature(ACCOUNT, ControlScheme.EIP1271_EIP191, b"\x00"),
    "ones": lambda here: ControlSignature(ACCOUNT, ControlScheme.EIP1271_EIP191, b"\xff" * 65),
}


@pytest.mark.parametrize("what", OTHER_SIGNATURES)
def test_t43_t47_t53_a_signature_of_anything_else_is_not_approved(tmp_path: Path, what: str) -> None:
    here = place()
    found = judged(tmp_path, here, OTHER_SIGNATURES[what](here))
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")


def test_t47_yesterdays_owner_is_not_todays(tmp_path: Path) -> None:
    """The state at the snapshot block decides, whatever it was before or is now."""
    here = place(owner="hot")
    found = judged(tmp_path, here, signed(here.challenge(), ControlScheme.EIP1271_EIP191))
    assert found.outcome == "FAIL"


def test_t47_a_wallet_that_says_yes_to_everything_shows_nothing(tmp_path: Path) -> None:
    here = place(YES_TO_ALL)
    found = judged(tmp_path, here, signed(here.challenge(), ControlScheme.EIP1271_EIP191))
    assert found.outcome == "FAIL"
    assert "whatever it is asked" in found.facts["reason"]


@pytest.mark.parametrize("code", [REFUSES, b"\x00", b"\xfe", YES_TO_ALL[:-1]])
def test_t47_code_that_does_not_approve_fails(tmp_path: Path, code: bytes) -> None:
    here = place(code)
    proof = signed(here.challenge(), ControlScheme.EIP1271_EIP191)
    assert judged(tmp_path, here, proof, wallets=(keccak(code),)).outcome == "FAIL"


def test_t84_code_that_nobody_believes_is_not_even_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop in it would keep the verifier's machine busy, for each account anew."""

    def run(*arguments: object) -> None:
        raise AssertionError("it is run")

    monkeypatch.setattr("por.proofs.state.machine.run", run)
    here = place(bytes.fromhex("5b5f56"))
    found = judged(tmp_path, here, signed(here.challenge(), ControlScheme.EIP1271_EIP191), wallets=())
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.control.other_code")


def test_t47_an_owners_key_alone_does_not_stand_for_the_contract(tmp_path: Path) -> None:
    """The owner's signature by recovery is the owner's, and not the account's."""
    here = place()
    proof = replace(signed(here.challenge(), ControlScheme.EIP1271_EIP191), scheme="eip191")
    found = judged(tmp_path, here, proof)
    assert (found.outcome, found.message, found.actual) == (
        "FAIL",
        "reserves.control.other_signer",
        address("cold"),
    )


def test_t60_code_of_another_hash_than_the_proven_one_is_not_run(tmp_path: Path) -> None:
    here = place(REFUSES)
    proof = signed(here.challenge(), ControlScheme.EIP1271_EIP191)
    found = judged(tmp_path, here, proof, lambda have: here.files(have, WALLET))
    assert found.outcome != "PASS"


def test_t55_state_of_another_block_is_not_run(tmp_path: Path) -> None:
    here, there = place(REFUSES), place()
    proof = signed(here.challenge(), ControlScheme.EIP1271_EIP191)
    assert judged(tmp_path / "a", here, proof, there.files).outcome == "FAIL"
    relabelled = judged(tmp_path / "b", here, proof, lambda have: there.files(have, block_hash=here.header.hash))
    assert relabelled.outcome == "FAIL"


def test_t55_a_slot_that_is_not_proven_is_never_zero(tmp_path: Path) -> None:
    here = place(slots=False)
    proof = signed(here.challenge(), ControlScheme.EIP1271_EIP191)

    def bare(have: Files) -> Sequence[Digest]:
        return here.files(have, accounts=(Witness(here.proof, (), None),))

    found = judged(tmp_path, here, proof, bare)
    assert found.outcome != "PASS"
    assert found.message in {"evidence.broken", "evidence.missing"}


STATES: dict[str, Callable[[Place, Files], Sequence[Digest]]] = {
    "no code file": lambda here, have: here.files(have)[:1],
    "no witness": lambda here, have: here.files(have)[1:],
    "a listed file of another kind": lambda here, have: (have.header(here.header),),
    "a witness of no form": lambda here, have: (have.add(b"{}", media_types.EVM_WITNESS),),
}


@pytest.mark.parametrize("what", STATES)
def test_t47_t49_without_all_of_the_state_nothing_is_approved(tmp_path: Path, what: str) -> None:
    here = place()
    proof = signed(here.challenge(), ControlScheme.EIP1271_EIP191)
    assert judged(tmp_path, here, proof, lambda have: STATES[what](here, have)).outcome != "PASS"


def test_t49_no_state_at_all_is_undecided(tmp_path: Path) -> None:
    here = place()
    found = judged(tmp_path, here, signed(here.challenge(), ControlScheme.EIP1271_EIP191), lambda have: ())
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "evidence.missing")


@pytest.mark.parametrize("scheme", [ControlScheme.EIP6492_EIP191, ControlScheme.EIP6492_EIP712])
def test_t48_an_eip_6492_scheme_needs_its_form(tmp_path: Path, scheme: ControlScheme) -> None:
    here = place()
    found = judged(tmp_path, here, signed(here.challenge(), scheme))
    assert (found.outcome, found.message) == ("FAIL", "evidence.broken")
