"""Key files: both kinds open by their layout, and a wrong password, a liar or a validator's key does not."""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eth_account import Account as EthAccount
from eth_utils.crypto import keccak

from por.encoding import eip2335_v1
from por.encoding.password_encryption import Scrypt
from por.errors import FormatError
from por.publish.signers import open_signer
from por.publish.signers.account import Account
from por.publish.signers.bls_key import BlsKey

SECRET = keccak(text="a secret")
PASSWORD = "correct horse"
DIGEST = keccak(text="a digest")


@pytest.fixture(autouse=True)
def given_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POR_PASSWORD", PASSWORD)


def account_file(folder: Path, **changes: Any) -> Path:
    path = folder / "account.json"
    path.write_text(json.dumps(EthAccount.encrypt(SECRET, PASSWORD, kdf="scrypt", iterations=4) | changes))
    return path


def bls_file(folder: Path, secret: bytes = SECRET, **changes: Any) -> Path:
    keystore = eip2335_v1.seal(
        secret,
        PASSWORD,
        derivation=Scrypt(bytes(32), 4),
        iv=bytes(16),
        uuid=UUID(int=7),
    )
    path = folder / "bls.json"
    path.write_text(json.dumps(json.loads(eip2335_v1.write(keystore)) | changes))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(FormatError) as caught:
        open_signer(f"file:{path}")
    assert SECRET.hex() not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_an_accounts_file_opens(tmp_path: Path) -> None:
    signer = open_signer(f"file:{account_file(tmp_path)}")
    assert isinstance(signer, Account)
    assert signer.sign(DIGEST) == Account.from_secret(SECRET).sign(DIGEST)


def test_a_bls_file_opens(tmp_path: Path) -> None:
    signer = open_signer(f"file:{bls_file(tmp_path)}")
    assert isinstance(signer, BlsKey)
    assert signer.key == BlsKey(SECRET).key


@pytest.mark.parametrize("make", [account_file, bls_file])
def test_t80_another_password_is_refused_and_not_shown(
    tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POR_PASSWORD", "battery staple")
    path = make(tmp_path)
    with pytest.raises(FormatError, match="the password does not open this key file") as caught:
        open_signer(f"file:{path}")
    said = "".join(traceback.format_exception(caught.value))
    assert str(path) in said
    assert "battery staple" not in said


def test_an_accounts_file_that_names_another_address_is_refused(tmp_path: Path) -> None:
    told = refusal(account_file(tmp_path, address="00" * 20))
    assert "account.json:/address: holds the key of" in told


def test_a_bls_file_that_names_another_key_is_refused(tmp_path: Path) -> None:
    told = refusal(bls_file(tmp_path, pubkey=BlsKey(bytes(31) + b"\7").key.hex()))
    assert "bls.json:/pubkey: holds the secret of" in told


def test_a_bls_file_that_names_its_own_key_opens(tmp_path: Path) -> None:
    path = bls_file(tmp_path, pubkey=BlsKey(SECRET).key.hex())
    assert open_signer(f"file:{path}").member == BlsKey(SECRET).member


@pytest.mark.parametrize(
    "path", ["m/12381/3600/0/0/0", "m/12381/3600/0/0", "m/12381/3600/7/0/0", "m/12381/3600", "m/012381/03600/1/0/0"]
)
def test_t39_a_validators_key_is_refused_by_name_with_reason_and_cure(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POR_PASSWORD")
    told = refusal(bls_file(tmp_path, path=path))
    assert "bls.json:/path" in told
    assert "a consensus validator's key (EIP-2334)" in told
    assert "same suite" in told
    assert "por attest key" in told


@pytest.mark.parametrize("path", ["", "m/12381/60/0/0", "m/12382/3600/0/0/0", "m/3600/12381"])
def test_a_path_of_another_purpose_is_none_of_a_validator(tmp_path: Path, path: str) -> None:
    assert isinstance(open_signer(f"file:{bls_file(tmp_path, path=path)}"), BlsKey)


def test_a_bls_secret_beyond_the_order_is_refused(tmp_path: Path) -> None:
    assert "not a BLS key" in refusal(bls_file(tmp_path, secret=b"\xff" * 32))


def test_an_account_secret_of_zero_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from por.encoding import keystore_v3  # noqa: PLC0415

    path = tmp_path / "zero.json"
    keystore = keystore_v3.seal(bytes(32), PASSWORD, Scrypt(b"", 2), bytes(16), bytes(20))
    path.write_bytes(keystore_v3.write(keystore, UUID(int=7)))
    assert "not a secp256k1 key" in refusal(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[1]", "not an object"),
        ("{}", "not an account's key file"),
        ('{"crypto": {"kdf": {}}, "version": 4}', "/version: not an integer between 3 and 3"),
        ('{"crypto": {"kdf": {"function": "scrypt"}}, "version": 4}', "member 'path' is missing"),
        ("-----BEGIN EC PRIVATE KEY-----", "not JSON"),
        (SECRET.hex(), "not JSON"),
    ],
)
def test_t84_what_is_no_key_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    told = refusal(path)
    assert told.startswith(str(path))
    assert words in told


def test_t84_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(b" " * 2**20)
    assert "16385 bytes; at most 16384" in refusal(path)


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "nowhere.json")
    assert "Is a directory" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refusal(tmp_path / "pipe")
