"""Keys held here, of accounts and of BLS: what they sign verifies, and nothing they say of themselves is secret."""

from __future__ import annotations

import pickle
import traceback

import pytest
from eth_account import Account as EthAccount
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from py_ecc.optimized_bls12_381.optimized_curve import curve_order

from por.errors import FormatError, PublishError
from por.model.attestation import SignatureScheme
from por.proofs import bls
from por.publish.signers import AccountSigner, Signer
from por.publish.signers.account import Account
from por.publish.signers.bls_key import BlsKey
from por.publish.signers.secp256k1 import ORDER
from tests.contracts import attesters

SECRET = keccak(text="a secret")
DIGEST = keccak(text="a digest")


def test_an_account_signs_as_the_contracts_take_it() -> None:
    signer: AccountSigner = Account.from_secret(SECRET)
    assert signer.address == EthAccount.from_key(SECRET).address.lower() == signer.name
    assert signer.member == attesters.member(signer.address)
    assert signer.scheme is SignatureScheme.ECDSA
    assert signer.sign(DIGEST) == signer.sign_digest(DIGEST) == attesters.ecdsa(SECRET, DIGEST)


@given(st.binary(min_size=32, max_size=32))
def test_every_digest_is_signed_low_and_the_same_each_time(digest: bytes) -> None:
    signature = Account.from_secret(SECRET).sign_digest(digest)
    assert signature == Account.from_secret(SECRET).sign_digest(digest)
    assert int.from_bytes(signature[32:64]) <= ORDER // 2
    recovered = EthAccount._recover_hash(digest, signature=signature)
    assert recovered == EthAccount.from_key(SECRET).address


def test_a_bls_key_signs_as_the_contracts_take_it() -> None:
    signer: Signer = BlsKey(SECRET)
    number = int.from_bytes(SECRET)
    assert signer.sign(DIGEST) == attesters.aggregate([number], DIGEST)
    assert signer.scheme is SignatureScheme.BLS
    key = bytes.fromhex(signer.name.removeprefix("0x"))
    assert signer.member == keccak(key)
    assert bls.require_aggregate([key], DIGEST, signer.sign(DIGEST)) == (signer.member,)


def test_a_bls_key_proves_its_possession() -> None:
    signer = BlsKey(SECRET)
    assert bls.possession(signer.key, signer.possession()) == signer.member
    assert bls.signature_point(signer.possession()) == attesters.possession(int.from_bytes(SECRET))


@pytest.mark.parametrize("size", [0, 20, 31, 33, 64])
def test_only_digests_of_32_bytes_are_signed(size: int) -> None:
    """Nobody gets a signature over a message of his choice, such as a transaction."""
    for signer in (Account.from_secret(SECRET), BlsKey(SECRET)):
        with pytest.raises(PublishError, match=f"a digest of {size} bytes"):
            signer.sign(bytes(size))


@pytest.mark.parametrize(
    "secret",
    [b"", bytes(32), SECRET[:-1], SECRET + b"\0", ORDER.to_bytes(32), b"\xff" * 32],
)
def test_t80_what_is_no_account_key_is_refused_and_not_shown(secret: bytes) -> None:
    with pytest.raises(FormatError, match="not a secp256k1 key") as caught:
        Account.from_secret(secret)
    assert not secret or secret.hex() not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "secret",
    [b"", bytes(32), SECRET[:-1], SECRET + b"\0", curve_order.to_bytes(32), b"\xff" * 32],
)
def test_t80_what_is_no_bls_key_is_refused_and_not_shown(secret: bytes) -> None:
    with pytest.raises(FormatError, match="not a BLS key") as caught:
        BlsKey(secret)
    assert not secret or secret.hex() not in "".join(traceback.format_exception(caught.value))


def test_t80_neither_repr_nor_text_of_a_signer_shows_its_secret() -> None:
    number = str(int.from_bytes(SECRET))
    for signer in (Account.from_secret(SECRET), BlsKey(SECRET)):
        shown = f"{signer!r} {signer} {signer.name} {signer.member.hex()}"
        assert SECRET.hex() not in shown
        assert number not in shown
        assert signer.name in repr(signer)


def test_t80_an_account_is_not_written_down_by_accident() -> None:
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        pickle.dumps(Account.from_secret(SECRET))
