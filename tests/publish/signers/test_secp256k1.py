"""Signatures from elsewhere: low s, v by recovery, and nothing that is not this key's."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account as EthAccount
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError, PublishError
from por.publish.signers import secp256k1
from por.publish.signers.secp256k1 import ORDER

SECRET = keccak(text="a signer elsewhere")
KEY = PrivateKey(SECRET).public_key
DIGEST = keccak(text="a digest")


@cache
def elsewhere(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """Hold the same key as a key service does."""
    return ec.derive_private_key(int.from_bytes(SECRET), curve or ec.SECP256K1())


def der(public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pair() -> tuple[int, int]:
    return secp256k1.der_signature(elsewhere().sign(DIGEST, ec.ECDSA(Prehashed(SHA256()))))


@given(st.binary(min_size=32, max_size=32))
def test_whatever_is_signed_the_chain_recovers_the_signer(digest: bytes) -> None:
    r, s = secp256k1.der_signature(elsewhere().sign(digest, ec.ECDSA(Prehashed(SHA256()))))
    signature = secp256k1.recoverable(digest, (r, s), KEY)
    assert signature == secp256k1.recoverable(digest, (r, ORDER - s), KEY)
    assert int.from_bytes(signature[32:64]) <= ORDER // 2
    assert signature[64] in {27, 28}
    assert EthAccount._recover_hash(digest, signature=signature).lower() == KEY.to_address()


def test_a_der_signature_may_be_written_by_any_program() -> None:
    assert secp256k1.der_signature(encode_dss_signature(7, ORDER - 1)) == (7, ORDER - 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        bytes(64),
        encode_dss_signature(7, 8) + b"\0",
        encode_dss_signature(7, 8)[:-1],
        b"\x30\x80" + encode_dss_signature(7, 8)[2:] + b"\0\0",
        b"\x30\x07\x02\x02\x00\x07\x02\x01\x08",
        der(elsewhere().public_key()),
    ],
)
def test_what_is_no_signature_in_der_is_refused(data: bytes) -> None:
    with pytest.raises(PublishError, match="no ECDSA signature in DER"):
        secp256k1.der_signature(data)


@pytest.mark.parametrize("size", [0, 63, 65, 128])
def test_a_plain_signature_has_64_bytes(size: int) -> None:
    assert secp256k1.plain_signature(bytes(31) + b"\1" + bytes(31) + b"\2") == (1, 2)
    with pytest.raises(PublishError, match=f"{size} bytes instead of 64"):
        secp256k1.plain_signature(bytes(size))


@pytest.mark.parametrize(
    "wrong", [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (-1, 1), (1, -1), (2**256 - 1, 1), (2**300, 1)]
)
def test_numbers_out_of_range_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(PublishError, match="out of range"):
        secp256k1.recoverable(DIGEST, wrong, KEY)


def test_a_signature_of_another_key_or_digest_is_refused() -> None:
    other = PrivateKey(keccak(text="another")).public_key
    for digest, key in ((DIGEST, other), (keccak(text="another"), KEY)):
        with pytest.raises(PublishError, match="not a signature of this key over this digest"):
            secp256k1.recoverable(digest, pair(), key)


def test_an_r_that_is_no_point_is_refused() -> None:
    with pytest.raises(PublishError, match="not a signature of this key"):
        secp256k1.recoverable(DIGEST, (5, 1), KEY)


def test_a_public_key_in_der_is_the_same_key() -> None:
    assert secp256k1.der_public_key(der(elsewhere().public_key())) == KEY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x00",
        der(elsewhere().public_key())[:-1],
        der(elsewhere().public_key()) + b"\0",
        der(elsewhere().public_key())[:-1] + b"\0",
    ],
)
def test_what_is_no_public_key_in_der_is_refused(data: bytes) -> None:
    with pytest.raises(PublishError, match="no public key in DER"):
        secp256k1.der_public_key(data)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_a_key_of_another_curve_is_refused(curve: ec.EllipticCurve) -> None:
    public = elsewhere(curve).public_key()
    with pytest.raises(FormatError, match="not on the curve secp256k1"):
        secp256k1.der_public_key(der(public))


def test_a_key_of_another_kind_is_refused() -> None:
    public = ed25519.Ed25519PrivateKey.from_private_bytes(SECRET).public_key()
    with pytest.raises(FormatError, match="not on the curve secp256k1"):
        secp256k1.der_public_key(der(public))


def test_a_point_is_read_bare_or_as_an_octet_string() -> None:
    point = b"\x04" + KEY.to_bytes()
    assert secp256k1.point_public_key(point) == KEY
    assert secp256k1.point_public_key(b"\x04\x41" + point) == KEY


@pytest.mark.parametrize(
    ("point", "words"),
    [
        (b"", "not a point"),
        (b"\x04" + bytes(64), "not a point"),
        (KEY.to_bytes(), "not a point"),
        (b"\x04" + KEY.to_bytes()[:-1] + b"\0", "not a point"),
        (b"\x04\x42\x04" + KEY.to_bytes(), "not a point"),
        (b"\x04\x41\x04" + KEY.to_bytes() + b"\0", "not a point"),
        (KEY.to_compressed_bytes(), "not an uncompressed point"),
    ],
)
def test_what_is_no_whole_point_is_refused(point: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        secp256k1.point_public_key(point)
