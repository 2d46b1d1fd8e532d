"""Signatures: one strict form, and the signer of every challenge is found and never taken for another."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_keys.backends.native.main import NativeECCBackend
from eth_keys.main import KeyAPI
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from por.errors import EvidenceError, FormatError
from por.model import ChainAccount, Challenge
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.control.evm import SUPPORTED_SCHEMES, challenge_digest, signer
from tests.proofs.control.test_challenge import CHALLENGE, OTHERS

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
KEY = keccak(b"a key for tests")
ADDRESS: str = Account.from_key(KEY).address.lower()
HERE = replace(CHALLENGE, account=ChainAccount.parse(f"eip155:1:{ADDRESS}"))
SCHEMES = sorted(SUPPORTED_SCHEMES)


def sign(challenge: Challenge, scheme: str, key: bytes = KEY) -> bytes:
    if scheme == "eip191":
        message = encode_defunct(text=challenge_text(challenge))
    else:
        message = encode_typed_data(full_message=challenge_typed_data(challenge))
    return bytes(Account.sign_message(message, key).signature)


def read_as(signature: bytes, scheme: str) -> str | None:
    """Return the signer, or None for a signature that is refused."""
    try:
        return signer(HERE, scheme, signature)
    except EvidenceError:
        return None


def parts(signature: bytes) -> tuple[int, int, int]:
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]


def joined(r: int, s: int, v: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v])


def test_the_schemes_are_a_closed_list() -> None:
    assert frozenset({"eip191", "eip712"}) == SUPPORTED_SCHEMES


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_signer_is_found(scheme: str) -> None:
    assert signer(HERE, scheme, sign(HERE, scheme)) == ADDRESS
    assert ADDRESS.lower() == ADDRESS


def test_a_signature_by_another_library_over_the_bytes_of_the_standard() -> None:
    text = challenge_text(HERE).encode("ascii")
    digest = keccak(b"\x19Ethereum Signed Message:\n" + str(len(text)).encode() + text)
    other_library = ec.derive_private_key(int.from_bytes(KEY, "big"), ec.SECP256K1())
    r, s = decode_dss_signature(other_library.sign(digest, ec.ECDSA(Prehashed(SHA256()))))
    found = {signer(HERE, "eip191", joined(r, min(s, ORDER - s), v)) for v in (27, 28)}
    assert ADDRESS in found
    assert len(found) == 2


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("other", OTHERS)
def test_t43_a_signature_of_another_challenge_is_nobodys_here(scheme: str, other: Challenge) -> None:
    replayed = replace(other, account=ChainAccount(other.account.chain, ADDRESS))
    if replayed == HERE:
        return
    assert signer(replayed, scheme, sign(replayed, scheme)) == ADDRESS
    assert signer(HERE, scheme, sign(replayed, scheme)) != ADDRESS


@pytest.mark.parametrize("scheme", SCHEMES)
def test_t45_a_signature_for_one_issuer_does_not_serve_another(scheme: str) -> None:
    there = replace(HERE, issuer="other.example", snapshot="other.example@2026-11-01T00:00:00Z")
    assert signer(there, scheme, sign(HERE, scheme)) != ADDRESS


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("chain", ["11155111", "10", "137", "0"])
def test_t53_a_signature_for_another_chain_is_nobodys_here(scheme: str, chain: str) -> None:
    there = replace(HERE, account=ChainAccount.parse(f"eip155:{chain}:{ADDRESS}"))
    assert signer(there, scheme, sign(there, scheme)) == ADDRESS
    assert signer(HERE, scheme, sign(there, scheme)) != ADDRESS


def test_t47_another_key_is_found_as_itself() -> None:
    other = keccak(b"one of two owners")
    found = signer(HERE, "eip191", sign(HERE, "eip191", other))
    assert found == Account.from_key(other).address.lower()
    assert found != ADDRESS


def test_t48_schemes_do_not_stand_for_one_another() -> None:
    assert signer(HERE, "eip191", sign(HERE, "eip712")) != ADDRESS
    assert signer(HERE, "eip712", sign(HERE, "eip191")) != ADDRESS


@pytest.mark.parametrize("scheme", SCHEMES)
def test_t48_the_malleated_twin_of_a_signature_is_refused(scheme: str) -> None:
    r, s, v = parts(sign(HERE, scheme))
    with pytest.raises(EvidenceError, match="upper half"):
        signer(HERE, scheme, joined(r, ORDER - s, 55 - v))


@pytest.mark.parametrize("v", [v for v in range(256) if v not in {27, 28}])
def test_t48_v_is_27_or_28(v: int) -> None:
    with pytest.raises(EvidenceError, match="27 or 28"):
        signer(HERE, "eip191", sign(HERE, "eip191")[:64] + bytes([v]))


def test_t48_the_other_v_is_another_signer_or_none() -> None:
    r, s, v = parts(sign(HERE, "eip191"))
    assert signer(HERE, "eip191", joined(r, s, 55 - v)) != ADDRESS


@pytest.mark.parametrize("size", [0, 1, 63, 64, 66, 96, 130])
def test_t48_a_signature_has_65_bytes(size: int) -> None:
    signature = (sign(HERE, "eip191") * 2)[:size]
    with pytest.raises(EvidenceError, match=f"a signature of {size} bytes"):
        signer(HERE, "eip191", signature)


@pytest.mark.parametrize(
    ("r", "s"),
    [
        (0, 0),
        (0, 1),
        (1, 0),
        (ORDER, 1),
        (ORDER + 1, 1),
        (2**256 - 1, 1),
        (1, ORDER),
        (1, ORDER // 2 + 1),
        (1, 2**256 - 1),
    ],
)
@pytest.mark.parametrize("v", [27, 28])
def test_t48_r_and_s_are_in_range(r: int, s: int, v: int) -> None:
    with pytest.raises(EvidenceError, match="out of range"):
        signer(HERE, "eip191", joined(r, s, v))


def test_t48_the_greatest_low_s_is_read() -> None:
    r, _, v = parts(sign(HERE, "eip191"))
    assert signer(HERE, "eip191", joined(r, ORDER // 2, v)) != ADDRESS


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("nonce", [1, 2, 3, 7, ORDER // 3])
def test_t48_a_signature_whose_key_is_the_point_at_infinity_is_nobodys(scheme: str, nonce: int) -> None:
    """Anybody can make one: s = z / k for R = k G, so that s R - z G is no point at all."""
    digest = int.from_bytes(challenge_digest(HERE, typed=scheme == "eip712"), "big")
    point = ec.derive_private_key(nonce, ec.SECP256K1()).public_key().public_numbers()
    s = digest * pow(nonce, -1, ORDER) % ORDER
    for s_form, odd in ((s, point.y & 1), (ORDER - s, 1 - (point.y & 1))):
        if s_form <= ORDER // 2:
            with pytest.raises(EvidenceError, match="no key made this"):
                signer(HERE, scheme, joined(point.x % ORDER, s_form, 27 + odd))


@pytest.mark.parametrize("nonce", [1, 2, ORDER - 1, ORDER - 2])
@pytest.mark.parametrize("s", [1, 2, ORDER // 2])
@pytest.mark.parametrize("v", [27, 28])
def test_t48_small_and_great_r_and_s_are_of_strangers(nonce: int, s: int, v: int) -> None:
    """Each is of a key that nobody has; none is taken for the account's, and none is an error of ours."""
    point = ec.derive_private_key(nonce, ec.SECP256K1()).public_key().public_numbers()
    assert signer(HERE, "eip191", joined(point.x % ORDER, s, v)) != ADDRESS


@given(st.integers(0, 65 * 8 - 1), st.sampled_from(SCHEMES))
def test_t48_a_bit_changed_is_refused_or_a_stranger(bit: int, scheme: str) -> None:
    signature = bytearray(sign(HERE, scheme))
    signature[bit // 8] ^= 1 << bit % 8
    assert read_as(bytes(signature), scheme) != ADDRESS


@given(st.binary(max_size=200))
def test_t48_no_bytes_are_an_error_of_another_kind(signature: bytes) -> None:
    assert read_as(signature, "eip191") != ADDRESS


@pytest.mark.parametrize("v", [27, 28])
def test_t48_an_r_of_no_point_is_nobodys(v: int) -> None:
    with pytest.raises(EvidenceError, match="no key made this"):
        signer(HERE, "eip191", joined(5, 1, v))


@pytest.mark.parametrize("scheme", ["", "eip1271", "eip6492", "bip322", "EIP191", "eip191 ", "none"])
def test_t49_a_scheme_that_is_not_verified_is_never_a_signer(scheme: str) -> None:
    with pytest.raises(EvidenceError, match="is not read"):
        signer(HERE, scheme, sign(HERE, "eip191"))


def test_an_account_of_another_kind_of_chain_is_not_read() -> None:
    there = replace(HERE, account=ChainAccount.parse("bip122:000000000019d6689c085ae165831e93:bc1qexample"))
    for scheme in SCHEMES:
        with pytest.raises(EvidenceError, match="has no such digest"):
            signer(there, scheme, sign(HERE, scheme))


def test_a_malformed_challenge_is_no_evidence_against_anybody() -> None:
    with pytest.raises(FormatError):
        signer(replace(HERE, issuer="a\nb"), "eip191", sign(HERE, "eip191"))


def test_t48_garbage_signatures_are_refused_or_are_strangers_by_both_engines() -> None:
    dice, message = random.Random(48), encode_defunct(text=challenge_text(HERE))
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    slow = KeyAPI(NativeECCBackend())
    refused = 0
    for _ in range(60):
        signature = joined(dice.randrange(1, ORDER), dice.randrange(1, ORDER // 2), dice.choice([27, 28]))
        try:
            found = signer(HERE, "eip191", signature)
        except EvidenceError:
            refused += 1
            continue
        r, s, v = parts(signature)
        again = slow.ecdsa_recover(digest, slow.Signature(vrs=(v - 27, r, s)))
        assert found == again.to_address() != ADDRESS
    assert 0 < refused < 60
