"""Who controls each reserve account?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from por.checks.control import control as ask
from por.checks.evidence import OpenBundle
from por.checks.examination import Beside, examine
from por.checks.holdings import ProvenHolding
from por.checks.observation import Missing, Observation, Seen
from por.encoding import evm_code_v1, media_types
from por.model import (
    AccountState,
    BlockRef,
    Bundle,
    ChainAccount,
    ChainId,
    ChainRule,
    ControlScheme,
    ControlSignature,
    Custody,
    Finding,
    Grade,
    Instant,
    Policy,
    SnapshotBlock,
)
from por.proofs.control.challenge import challenge_typed_data
from por.report.text import message
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
    challenge,
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


def controlled(tmp_path: Path, document: bytes | ControlSignature, have: Files | None = None) -> tuple[str, str]:
    """Show a control proof for the cold account and judge it."""
    known = files() if have is None else have
    if isinstance(document, bytes):
        digest = known.add(document, media_types.CONTROL_SIGNATURE)
    else:
        digest = known.control(document)
    made = listed(with_account("cold", control=digest), known)
    found = {f.subject: (str(f.outcome), f.message) for f in ask(examined(tmp_path, made, known))}
    assert found[str(account("hot"))] == ("PASS", "reserves.control.signed")
    return found[COLD]


# --- reserves.control


def test_t43_every_honest_account_has_signed(tmp_path: Path) -> None:
    findings = list(ask(examined(tmp_path)))
    assert told(findings) == [("PASS", "reserves.control.signed")] * 4
    assert [f.subject for f in findings] == [str(account(name)) for name in scenery.ACCOUNTS]
    assert findings[0].facts == {"custody": "cold", "scheme": "eip191"}
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
}


@pytest.mark.parametrize("what", REPLAYED)
def test_t43_t45_t48_t53_a_signature_over_anything_else_is_of_another_signer(tmp_path: Path, what: str) -> None:
    assert controlled(tmp_path, REPLAYED[what]()) == ("FAIL", "reserves.control.other_signer")


def test_t45_t46_one_accounts_document_does_not_serve_another(tmp_path: Path) -> None:
    made = listed(with_account("cold", control=bundle().reserves[1].control), files())
    found = one(f for f in ask(examined(tmp_path, made)) if f.subject == COLD)
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
    return {f.subject: (str(f.outcome), f.message) for f in ask(examination)}


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
    outcomes = {f.subject: f.message for f in ask(examined(tmp_path / "b", made))}
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
    assert told(ask(examination))[0] == ("PASS", "reserves.control.signed")


@pytest.mark.parametrize("state", [None, scenery.PLAIN, scenery.CONTRACT])
def test_t47_t48_code_excuses_no_bad_signature(tmp_path: Path, state: AccountState | None) -> None:
    have = files()
    forged = have.control(signature("cold", "stranger"))
    examination = examined(tmp_path, listed(with_account("cold", control=forged), have), have)
    coin: Observation[ProvenHolding] = Missing("m") if state is None else Seen(ProvenHolding(1, 0, state))
    examination = replace(examination, holdings={**examination.holdings, (0, ETH): coin})
    assert told(ask(examination))[0] == ("FAIL", "reserves.control.other_signer")


def test_t47_t49_an_unsigned_account_stays_unsigned_whatever_is_seen_of_its_code(tmp_path: Path) -> None:
    made = listed(with_account("cold", control=None), files())
    for number, state in enumerate((None, scenery.PLAIN)):
        assert with_state(tmp_path / str(number), state, made)[COLD] == ("INCONCLUSIVE", "evidence.missing")


def test_t49_an_unsigned_account_is_undecided_and_named(tmp_path: Path) -> None:
    made = listed(with_account("hot", control=None), files())
    found = [f for f in ask(examined(tmp_path, made)) if f.outcome != "PASS"]
    assert [(f.subject, f.outcome, f.message) for f in found] == [
        (str(account("hot")), "INCONCLUSIVE", "evidence.missing")
    ]


def test_t57_control_on_a_chain_without_block_is_undecided(tmp_path: Path) -> None:
    elsewhere = ChainAccount(ChainId("eip155", "10"), address("cold"))
    made = listed(with_account("cold", account=elsewhere, holdings=()), files())
    found = next(iter(ask(examined(tmp_path, made))))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "evidence.missing")


def test_t50_control_of_third_party_custody_is_graded_as_a_document(tmp_path: Path) -> None:
    made = with_account("cold", custody=Custody.THIRD_PARTY)
    found = next(iter(ask(examined(tmp_path, made))))
    assert (found.outcome, found.grade) == ("PASS", Grade.THIRD_PARTY_DOCUMENT)
    assert found.facts["custody"] == "third-party"


# --- Why a signature is not of this snapshot


OPTIMISM = ChainId("eip155", "10")
SEPOLIA = ChainId("eip155", "11155111")
EARLIER = Instant(scenery.NOON.seconds - 30 * 86_400)
PREVIOUS = replace(bundle(), instant=EARLIER, expires=Instant(EARLIER.seconds + 9 * 86_400))
OTHER = replace(bundle(), issuer="other.example")


def typed(name: str, signer: str | None = None, **changes: object) -> ControlSignature:
    """Sign the typed data of a challenge."""
    message = encode_typed_data(full_message=challenge_typed_data(challenge(name, **changes)))
    raw = Account.sign_message(message, scenery.private(signer or name)).signature
    return ControlSignature(account(name), "eip712", bytes(raw))


def beside(tmp_path: Path, previous: Bundle | None = None, other: Bundle | None = None) -> Beside:
    def opened(name: str, made: Bundle | None) -> OpenBundle | None:
        return None if made is None else scenery.open_in(tmp_path / name, made)

    others = [found for found in [opened("other", other)] if found is not None]
    return Beside(opened("previous", previous), tuple(others))


def told_of_cold(tmp_path: Path, made: Bundle, have: Files, brought: Beside, rules: Policy | None = None) -> Finding:
    opened = scenery.open_in(tmp_path / "bundle", made, have)
    seen = examine(
        opened,
        scenery.policy() if rules is None else rules,
        scenery.sources(),
        Missing("no record list"),
        scenery.AN_HOUR_LATER,
        scenery.quiet,
        beside=brought,
    )
    return one(f for f in ask(seen) if f.subject == COLD)


def shown(tmp_path: Path, proof: ControlSignature, brought: Beside | None = None, **options: Policy) -> Finding:
    have = files()
    made = listed(with_account("cold", control=have.control(proof)), have)
    return told_of_cold(tmp_path, made, have, Beside() if brought is None else brought, **options)


@pytest.mark.parametrize("sign", [signature, typed])
def test_t43_a_signature_of_the_issuers_last_snapshot_is_replayed(
    tmp_path: Path, sign: Callable[..., ControlSignature]
) -> None:
    proof = sign("cold", snapshot=PREVIOUS.snapshot, expires=str(PREVIOUS.expires))
    for claimed in ("eip191", "eip712"):
        lie = replace(proof, scheme=claimed)
        found = shown(tmp_path / claimed, lie, beside(tmp_path / claimed, PREVIOUS))
        assert (found.outcome, found.message) == ("FAIL", "reserves.control.replayed")
        assert found.facts["for_snapshot"] == PREVIOUS.snapshot
        assert PREVIOUS.snapshot in message(found)


def test_t43_nobody_says_replayed_of_what_was_not_brought(tmp_path: Path) -> None:
    proof = signature("cold", snapshot=PREVIOUS.snapshot, expires=str(PREVIOUS.expires))
    assert shown(tmp_path, proof).message == "reserves.control.other_signer"


@pytest.mark.parametrize("sign", [signature, typed])
def test_t45_t53_a_signature_for_another_issuer_is_named(tmp_path: Path, sign: Callable[..., ControlSignature]) -> None:
    proof = sign("cold", issuer=OTHER.issuer, snapshot=OTHER.snapshot)
    found = shown(tmp_path, proof, beside(tmp_path, other=OTHER))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.foreign_issuer")
    assert found.facts["for_issuer"] == "other.example"


def test_t45_two_issuers_that_list_one_account_need_a_signature_each(tmp_path: Path) -> None:
    """The signature for A does not serve B, nor that for B A."""
    have = files()
    for_b = have.control(signature("cold", issuer=OTHER.issuer, snapshot=OTHER.snapshot))
    b = listed(with_account("cold", OTHER, control=for_b), have)
    assert told_of_cold(tmp_path / "b", b, have, Beside()).message == "reserves.control.signed"
    a = listed(with_account("cold", OTHER), files())
    assert told_of_cold(tmp_path / "a", a, files(), beside(tmp_path / "a", other=bundle())).message == (
        "reserves.control.foreign_issuer"
    )


@pytest.mark.parametrize("sign", [signature, typed])
@pytest.mark.parametrize("chain", [OPTIMISM, SEPOLIA])
def test_t53_a_signature_for_another_chain_is_named(
    tmp_path: Path, sign: Callable[..., ControlSignature], chain: ChainId
) -> None:
    rules = scenery.policy(chains={CHAIN: ChainRule(CHAIN, 2, None), OPTIMISM: ChainRule(OPTIMISM, 2, None)})
    proof = replace(sign("cold", account=ChainAccount(chain, address("cold"))), account=account("cold"))
    found = shown(tmp_path, proof, rules=rules)
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.foreign_chain")
    assert found.facts["for_chain"] == str(chain)


def test_t53_a_signature_at_the_other_chains_own_block_is_named_too(tmp_path: Path) -> None:
    have = files()
    there = SnapshotBlock(OPTIMISM, BlockRef(77, b"\x77" * 32), bundle().blocks[0].header, None)
    proof = signature("cold", account=ChainAccount(OPTIMISM, address("cold")), block_number=77, block_hash=b"\x77" * 32)
    made = bundle(blocks=(*bundle().blocks, there))
    made = listed(with_account("cold", made, control=have.control(proof)), have)
    assert told_of_cold(tmp_path, made, have, Beside()).message == "reserves.control.foreign_chain"


@pytest.mark.parametrize(("sign", "claimed"), [(signature, "eip712"), (typed, "eip191")])
def test_t48_text_and_typed_data_do_not_stand_for_one_another(
    tmp_path: Path, sign: Callable[..., ControlSignature], claimed: str
) -> None:
    found = shown(tmp_path, replace(sign("cold"), scheme=claimed))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.other_form")
    assert found.facts["for_scheme"] == sign("cold").scheme


@pytest.mark.parametrize("days", [1, 7, 60, 90])
def test_t44_a_signature_with_another_expiry_is_named(tmp_path: Path, days: int) -> None:
    expires = str(Instant(scenery.NOON.seconds + days * 86_400))
    found = shown(tmp_path, typed("cold", expires=expires))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.other_expiry")
    assert found.facts["for_expires"] == expires


def test_t43_another_keys_signature_of_a_known_challenge_is_another_signers(tmp_path: Path) -> None:
    proof = signature("cold", "stranger", snapshot=PREVIOUS.snapshot, expires=str(PREVIOUS.expires))
    assert shown(tmp_path, proof, beside(tmp_path, PREVIOUS)).message == "reserves.control.other_signer"


def test_t43_the_very_signature_of_an_earlier_bundle_is_replayed_whatever_it_is_over(tmp_path: Path) -> None:
    have = files()
    odd = have.control(signature("cold", "stranger", block_number=1))
    earlier = scenery.open_in(tmp_path / "before", listed(with_account("cold", PREVIOUS, control=odd), have), have)
    made = listed(with_account("cold", control=odd), have)
    found = told_of_cold(tmp_path, made, have, Beside(earlier))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.replayed")


def test_a_correction_of_the_same_snapshot_may_use_its_signatures_again(tmp_path: Path) -> None:
    found = told_of_cold(tmp_path, bundle(), files(), beside(tmp_path, bundle()))
    assert (found.outcome, found.message) == ("PASS", "reserves.control.signed")


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"{}")])
def test_a_bundle_beside_whose_files_are_gone_says_nothing(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    have = files()
    odd = have.control(signature("cold", "stranger"))
    folder = tmp_path / "before"
    earlier = scenery.open_in(folder, listed(with_account("cold", PREVIOUS, control=odd), have), have)
    spoil(folder / "evidence" / odd.value.hex())
    made = listed(with_account("cold", control=odd), have)
    assert told_of_cold(tmp_path, made, have, Beside(earlier)).message == "reserves.control.other_signer"


# --- How long a challenge may serve


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (90 * 86_400, ("PASS", "reserves.control.signed")),
        (90 * 86_400 + 1, ("FAIL", "reserves.control.unbounded")),
        (3650 * 86_400, ("FAIL", "reserves.control.unbounded")),
    ],
)
def test_t44_a_challenge_that_never_ends_shows_no_control(
    tmp_path: Path, period: int, expected: tuple[str, str]
) -> None:
    expires = Instant(scenery.NOON.seconds + period)
    have = files()
    proof = have.control(signature("cold", expires=str(expires)))
    made = listed(with_account("cold", bundle(expires=expires), control=proof), have)
    found = told_of_cold(tmp_path, made, have, Beside())
    assert (str(found.outcome), found.message) == expected


def test_t44_the_last_second_of_the_calendar_is_no_error(tmp_path: Path) -> None:
    last = Instant.parse("9999-12-31T23:59:59Z")
    made = bundle(instant=Instant(last.seconds - 1), expires=last)
    assert told_of_cold(tmp_path, made, files(), Beside()).message == "reserves.control.other_signer"


# --- Delegation and contracts


DELEGATION = b"\xef\x01\x00" + b"\xab" * 20


def with_code(tmp_path: Path, made: Bundle, have: Files, code_hash: bytes) -> Finding:
    seen = examined(tmp_path, made, have)
    state = replace(scenery.PLAIN, code_hash=code_hash)
    coin: Observation[ProvenHolding] = Seen(ProvenHolding(COINS["cold"], 0, state))
    return one(f for f in ask(replace(seen, holdings={**seen.holdings, (0, ETH): coin})) if f.subject == COLD)


def delegating(code: bytes, *more: bytes) -> tuple[Bundle, Files]:
    have = files()
    given = tuple(have.add(evm_code_v1.write(item), media_types.EVM_CODE) for item in (code, *more))
    return listed(with_account("cold", control_state=given), have), have


def test_t47_an_account_that_delegates_is_its_keys_and_names_the_delegate(tmp_path: Path) -> None:
    made, have = delegating(DELEGATION)
    found = with_code(tmp_path, made, have, keccak(DELEGATION))
    assert (found.outcome, found.message) == ("PASS", "reserves.control.delegated")
    assert found.facts["delegate"] == "0x" + "ab" * 20
    assert found.facts["delegate"] in message(found)


CODES: dict[str, tuple[bytes, bytes]] = {
    "another delegation than the proven one": (DELEGATION, keccak(b"\xef\x01\x00" + b"\xac" * 20)),
    "a contract's code": (b"\x60\x00", keccak(b"\x60\x00")),
    "one byte more": (DELEGATION + b"\x00", keccak(DELEGATION + b"\x00")),
    "one byte less": (DELEGATION[:-1], keccak(DELEGATION[:-1])),
    "another version": (b"\xef\x02\x00" + bytes(20), keccak(b"\xef\x02\x00" + bytes(20))),
    "a proxy whose code has the prefix inside": (b"\x00" + DELEGATION[:22], keccak(b"\x00" + DELEGATION[:22])),
}


@pytest.mark.parametrize("what", CODES)
def test_t47_no_other_code_is_a_delegation(tmp_path: Path, what: str) -> None:
    code, proven = CODES[what]
    made, have = delegating(code)
    found = with_code(tmp_path, made, have, proven)
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.control.code")


def test_t47_a_delegation_excuses_no_other_signer(tmp_path: Path) -> None:
    made, have = delegating(DELEGATION)
    forged = have.control(signature("cold", "stranger"))
    found = with_code(tmp_path, listed(with_account("cold", made, control=forged), have), have, keccak(DELEGATION))
    assert (found.outcome, found.message) == ("FAIL", "reserves.control.other_signer")


def test_t47_a_code_file_that_is_gone_decides_nothing(tmp_path: Path) -> None:
    made, have = delegating(DELEGATION)
    del have.data[made.reserves[0].control_state[0]]
    found = with_code(tmp_path, made, have, keccak(DELEGATION))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.control.code")


@pytest.mark.parametrize("scheme", [scheme for scheme in ControlScheme if scheme.contract])
def test_t47_t49_a_contracts_signature_without_its_state_is_undecided(tmp_path: Path, scheme: ControlScheme) -> None:
    lie = replace(signature("cold"), scheme=scheme)
    assert controlled(tmp_path, lie) == ("INCONCLUSIVE", "evidence.missing")
