"""Specs of signers: every form opens, nothing secret may stand in one, and no refusal repeats what was given."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.errors import FormatError
from por.model.attestation import SignatureScheme
from por.publish import signers
from por.publish.signers import Signer, open_signer
from por.publish.signers.account import Account
from por.publish.signers.contract import ContractMember
from tests.contracts import attesters

SECRET = keccak(text="a secret")
DIGEST = keccak(text="a digest")
SAFE = "0x" + "5a" * 20


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ATTESTER_KEY", SECRET.hex())
    return "ATTESTER_KEY"


def refusal(spec: str) -> str:
    with pytest.raises(FormatError) as caught:
        open_signer(spec)
    assert SECRET.hex() not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


@pytest.mark.parametrize("text", [SECRET.hex(), "0x" + SECRET.hex(), SECRET.hex().upper(), SECRET.hex() + "\n"])
def test_a_key_in_the_environment_opens_once_and_is_gone(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTER_KEY", text)
    signer = open_signer("env:ATTESTER_KEY")
    assert signer.name == Account.from_secret(SECRET).address
    assert "ATTESTER_KEY" not in os.environ
    assert "ATTESTER_KEY: it is not set, or was read already" in refusal("env:ATTESTER_KEY")


@pytest.mark.parametrize(
    "text", ["", "swordfish", SECRET.hex()[1:], SECRET.hex() + "00", "0x0x" + SECRET.hex(), "٣" * 64]
)
def test_t80_what_is_no_key_in_the_environment_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTER_KEY", text)
    told = refusal("env:ATTESTER_KEY")
    assert "ATTESTER_KEY" in told
    assert not text or text not in told


def test_a_key_of_zero_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTER_KEY", "0" * 64)
    assert "not a secp256k1 key" in refusal("env:ATTESTER_KEY")


@pytest.mark.parametrize(
    "spec",
    [f"{kind}:{prefix}{SECRET.hex()}" for kind in ("file", "env", "aws-kms", "pkcs11") for prefix in ("", "0x")],
)
def test_t80_a_key_as_a_spec_is_refused_and_not_repeated(spec: str) -> None:
    assert "a key does not stand in a signer's spec" in refusal(spec)


@pytest.mark.parametrize(
    "spec", [SECRET.hex(), f"key:{SECRET.hex()}", f":{SECRET.hex()}", "", "file", "file:", "File:x"]
)
def test_t80_an_unknown_form_is_refused_and_not_repeated(spec: str) -> None:
    told = refusal(spec)
    assert told == "not a signer; one begins with file:, env:, contract:, aws-kms:, pkcs11:"


@pytest.mark.parametrize("name", ["a b", "1KEY", "KEY=1", "x" * 61, SECRET.hex() + "00", "ключ", "A\n"])
def test_t80_what_is_no_variables_name_is_not_repeated(name: str) -> None:
    assert refusal(f"env:{name}").startswith("env: is followed by the name of a variable")


def test_a_contract_signs_by_its_owner(variable: str) -> None:
    signer = open_signer(f"contract:{SAFE}@eip155:10=env:{variable}")
    assert isinstance(signer, ContractMember)
    assert signer.scheme is SignatureScheme.CONTRACT
    assert signer.member == attesters.member(SAFE)
    assert signer.name == f"eip155:10:{SAFE}"
    assert signer.chain_id == 10
    assert signer.sign(DIGEST) == attesters.ecdsa(SECRET, DIGEST)
    assert SECRET.hex() not in repr(signer)


@pytest.mark.parametrize("text", ["0xabcdef", "ABCDEF\n", " abcdef "])
def test_a_contracts_ready_signature_comes_out_of_a_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "signature.hex"
    path.write_text(text)
    assert open_signer(f"contract:{SAFE}@eip155:1=hex:{path}").sign(DIGEST) == b"\xab\xcd\xef"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "0 bytes; expected 1 to 65535"),
        (b"0x", "0 bytes"),
        (b"abc", "not lower-case hexadecimal"),
        (b"\xff\xfe", "not hexadecimal"),
        (b"00" * 65_536, "65536 bytes|not lower-case"),
        (b"0x0x00", "not lower-case hexadecimal"),
    ],
)
def test_a_ready_signature_that_is_none_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "signature.hex"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=words) as caught:
        open_signer(f"contract:{SAFE}@eip155:1=hex:{path}")
    assert str(caught.value).startswith(str(path))


def test_a_ready_signature_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read: No such file"):
        open_signer(f"contract:{SAFE}@eip155:1=hex:{tmp_path / 'nothing'}")


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (SAFE, "not a contract's signer"),
        (f"{SAFE}@eip155:1", "not a contract's signer"),
        (f"{SAFE}@eip155:1=", "not a contract's signer"),
        (f"{SAFE}=env:KEY", "not a contract's signer"),
        (f"@eip155:1={SAFE}", "not an EVM address"),
        (f"{SAFE}@1=env:KEY", "not a CAIP-2 chain id"),
        (f"{SAFE}@eip155:01=env:KEY", "without leading zeros"),
        (f"{SAFE.upper()}@eip155:1=env:KEY", "not an EVM address"),
        (f"0x{'5A' * 20}@eip155:1=env:KEY", "in lower case here"),
        (f"{SAFE[:-1]}@eip155:1=env:KEY", "not an EVM address"),
        (f"{SAFE}@tron:1=env:KEY", "not a CAIP-2 chain id|on an EVM chain"),
        (f"{SAFE}@bip122:000000000019d6689c085ae165831e93=env:KEY", "on an EVM chain"),
        (f"{SAFE}@eip155:1=owner", "not a signer"),
        (f"{SAFE}@eip155:1=env:{SECRET.hex()}", "a key does not stand in a signer's spec"),
    ],
)
def test_a_malformed_contract_is_refused(rest: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        open_signer(f"contract:{rest}")


def test_a_contract_is_not_the_owner_of_a_contract(variable: str) -> None:
    with pytest.raises(FormatError, match="a contract's owner is an account here"):
        open_signer(f"contract:{SAFE}@eip155:1=contract:{SAFE}@eip155:1=env:{variable}")


def test_every_form_is_written_where_it_is_looked_for() -> None:
    for kind in ("file:PATH", "env:NAME", "contract:ADDRESS@CHAIN=SPEC", "aws-kms:KEY_ID", "pkcs11:ATTRIBUTES"):
        assert kind in (signers.__doc__ or "")


def test_a_signer_is_opened_once_among_those_that_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTER_KEY", "11" * 32)
    opened: dict[str, Signer] = {}
    member = open_signer(f"contract:{SAFE}@eip155:10=env:ATTESTER_KEY", opened)
    owner = open_signer("env:ATTESTER_KEY", opened)
    assert member.sign(DIGEST) == owner.sign(DIGEST)
    assert open_signer("env:ATTESTER_KEY", opened) is owner
    with pytest.raises(FormatError, match="was read already"):
        open_signer("env:ATTESTER_KEY")
