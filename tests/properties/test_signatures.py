"""Whatever is signed is found to be, by whoever signed it; nothing else is."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from hypothesis import assume, given
from hypothesis import strategies as st

from por.errors import EvidenceError, FormatError
from por.model import CaseRule, ChainAccount, ChainId, Challenge, Digest, Instant
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.control.evm import signer
from por.proofs.signed_note import (
    BundleNote,
    VerifierKey,
    bundle_note_text,
    private_key_from_text,
    private_key_text,
    read_bundle_note_text,
    sign,
    signers,
    verifier_key,
)

seeds = st.binary(min_size=32, max_size=32)
issuers = st.from_regex(r"[a-z0-9](?:[a-z0-9.-]{0,20}[a-z0-9])?", fullmatch=True)
instants = st.integers(0, 253_402_300_799).map(Instant)
names = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Z"), exclude_characters="+"), min_size=1, max_size=40
)
lines = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=60)
texts = st.lists(lines, min_size=1, max_size=6).map(lambda parts: "\n".join(parts) + "\n")
keys = seeds.map(Ed25519PrivateKey.from_private_bytes)


@st.composite
def challenges(draw: st.DrawFn) -> Challenge:
    issuer = draw(issuers)
    chain = ChainId("eip155", str(draw(st.integers(0, 10**18 - 1))))
    return Challenge(
        issuer=issuer,
        snapshot=f"{issuer}@{draw(instants)}",
        account=ChainAccount(chain, "0x" + draw(st.binary(min_size=20, max_size=20)).hex()),
        block_number=draw(st.integers(0, 2**53 - 1)),
        block_hash=draw(seeds),
        expires=str(draw(instants)),
    )


def signed(challenge: Challenge, scheme: str, key: bytes) -> bytes:
    if scheme == "eip191":
        message = encode_defunct(text=challenge_text(challenge))
    else:
        message = encode_typed_data(full_message=challenge_typed_data(challenge))
    return bytes(Account.sign_message(message, key).signature)


@given(challenges(), st.sampled_from(["eip191", "eip712"]), seeds)
def test_a_challenge_is_signed_by_its_signer(challenge: Challenge, scheme: str, key: bytes) -> None:
    assume(0 < int.from_bytes(key, "big") < 2**255)
    address = Account.from_key(key).address.lower()
    here = replace(challenge, account=ChainAccount(challenge.account.chain, address))
    assert signer(here, scheme, signed(here, scheme, key)) == address


@given(challenges(), challenges(), st.sampled_from(["eip191", "eip712"]))
def test_t43_a_signature_serves_one_challenge(one: Challenge, other: Challenge, scheme: str) -> None:
    assume(one != other)
    key = bytes(31) + b"\x07"
    address = Account.from_key(key).address.lower()
    assert challenge_text(one) != challenge_text(other)
    assert signer(one, scheme, signed(other, scheme, key)) != address


@given(
    challenges(), st.sampled_from(["eip191", "eip712"]), st.binary(max_size=70) | st.binary(min_size=65, max_size=65)
)
def test_t48_bytes_of_any_kind_are_a_signers_or_no_evidence(challenge: Challenge, scheme: str, raw: bytes) -> None:
    try:
        found = signer(challenge, scheme, raw)
    except EvidenceError:
        return
    assert len(raw) == 65
    assert raw[64] in {27, 28}
    assert found != challenge.account.address


@given(texts, names, keys)
def test_a_signed_note_is_read_back(text: str, name: str, private: Ed25519PrivateKey) -> None:
    key = verifier_key(name, private)
    contents = signers(sign(text, name, private), [key])
    assert (contents.text, contents.names) == (text, (f"{name}+{key.id.hex()}",))


@given(names, keys)
def test_keys_are_read_back(name: str, private: Ed25519PrivateKey) -> None:
    key = verifier_key(name, private)
    assert VerifierKey.parse(str(key)) == key
    read_name, read_private = private_key_from_text(private_key_text(name, private))
    assert (read_name, read_private.private_bytes_raw()) == (name, private.private_bytes_raw())


@given(texts, st.data())
def test_t42_a_note_changed_anywhere_shows_nobody(text: str, data: st.DataObject) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    note = sign(text, "issuer.example", private)
    at = data.draw(st.integers(0, len(note) - 1))
    other = note[:at] + data.draw(st.text(max_size=2)) + note[at + data.draw(st.integers(0, 2)) :]
    assume(other != note)
    try:
        contents = signers(other, [verifier_key("issuer.example", private)])
    except EvidenceError:
        return
    assert contents.names == ()


@given(st.text(max_size=300))
def test_t84_text_of_any_kind_is_a_note_or_no_evidence(text: str) -> None:
    for read in (lambda: signers(text, []), lambda: read_bundle_note_text(text)):
        try:
            read()
        except EvidenceError:
            continue
    for parse in (VerifierKey.parse, private_key_from_text):
        try:
            parse(text)
        except FormatError:
            continue


@given(issuers, instants, seeds, seeds, st.sampled_from(CaseRule))
def test_bundle_notes_are_read_back(issuer: str, instant: Instant, digest: bytes, root: bytes, rule: CaseRule) -> None:
    note = BundleNote(issuer, f"{issuer}@{instant}", Digest(digest), root, rule)
    text = bundle_note_text(note.issuer, note.snapshot, note.bundle_digest, note.commitments_root, note.case_rule)
    assert read_bundle_note_text(text) == note
