"""Encrypted files of account keys: those of other programs open, and nothing in one costs more than it should."""

from __future__ import annotations

import copy
import json
import traceback
from typing import Any
from uuid import UUID

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from por.encoding import keystore_v3
from por.encoding.password_encryption import Pbkdf2, Scrypt
from por.errors import FormatError

SECRET = bytes(range(1, 33))
PASSWORD = "correct horse"
NO_TEXT = "hidden\udc80"
Document = dict[str, Any]
WRITTEN: Document = Account.encrypt(SECRET, PASSWORD, kdf="scrypt", iterations=4)


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def changed(place: str, value: object) -> bytes:
    copied: Document = copy.deepcopy(WRITTEN)
    *way, last = place.strip("/").split("/")
    inner = copied
    for name in way:
        inner = inner[name]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return encoded(copied)


def test_the_format_definitions_own_vector() -> None:
    """Taken from the public page on Web3 Secret Storage, the test vector of PBKDF2."""
    document = {
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
                "c": 262144,
                "dklen": 32,
                "prf": "hmac-sha256",
                "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
        },
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "version": 3,
    }
    secret = keystore_v3.unseal(keystore_v3.read(encoded(document)), "testpassword")
    assert secret.hex() == "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
def test_what_another_library_writes_opens_here(kdf: Any) -> None:
    written = Account.encrypt(SECRET, PASSWORD, kdf=kdf, iterations=4)
    keystore = keystore_v3.read(encoded(written))
    assert keystore_v3.unseal(keystore, PASSWORD) == SECRET
    assert keystore.address == bytes.fromhex(Account.from_key(SECRET).address[2:])


@pytest.mark.parametrize("derivation", [Scrypt(bytes(32), 4), Pbkdf2(bytes(32), 2)])
def test_another_library_opens_what_is_written_here(derivation: Scrypt | Pbkdf2) -> None:
    keystore = keystore_v3.seal(SECRET, PASSWORD, derivation, bytes(16), bytes(20))
    written = json.loads(keystore_v3.write(keystore, UUID(int=7)))
    assert Account.decrypt(written, PASSWORD) == SECRET
    assert written["address"] == "00" * 20


@settings(max_examples=30)
@given(
    st.binary(min_size=32, max_size=32),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.one_of(st.none(), st.binary(min_size=20, max_size=20)),
)
def test_what_is_sealed_and_written_is_read_and_opened(secret: bytes, password: str, address: bytes | None) -> None:
    keystore = keystore_v3.seal(secret, password, Scrypt(b"salt", 2), bytes(range(16)), address or bytes(20))
    again = keystore_v3.read(keystore_v3.write(keystore, UUID(int=7)))
    assert again == keystore
    assert keystore_v3.unseal(again, password) == secret


def test_members_of_other_programs_are_left_alone() -> None:
    assert keystore_v3.read(changed("/x-ethers", {"client": "ethers"})).address is not None
    assert keystore_v3.read(changed("/address", ...)).address is None
    spelt = {name.replace("crypto", "Crypto"): value for name, value in WRITTEN.items()}
    assert keystore_v3.read(encoded(spelt)) == keystore_v3.read(encoded(WRITTEN))


def test_an_address_may_have_its_prefix_and_any_case() -> None:
    prefixed = changed("/address", "0x" + WRITTEN["address"].lower())
    assert keystore_v3.read(prefixed) == keystore_v3.read(encoded(WRITTEN))


@pytest.mark.parametrize("password", ["", "correct  horse", "Correct horse", PASSWORD + "\n"])
def test_another_password_is_refused(password: str) -> None:
    with pytest.raises(FormatError, match="the password does not open this key file") as caught:
        keystore_v3.unseal(keystore_v3.read(encoded(WRITTEN)), password)
    said = "".join(traceback.format_exception(caught.value))
    assert not password or password not in said


def test_t80_a_password_that_is_no_text_is_refused_without_showing_it() -> None:
    with pytest.raises(FormatError, match="not text in UTF-8") as caught:
        keystore_v3.unseal(keystore_v3.read(encoded(WRITTEN)), NO_TEXT)
    assert "hidden" not in "".join(traceback.format_exception(caught.value))


REFUSED: dict[str, tuple[bytes, str]] = {
    "no json": (b"password", "not JSON"),
    "a list": (b"[]", "not an object"),
    "nothing": (b"{}", "not an account's key file"),
    "too long": (encoded(WRITTEN | {"name": "x" * 20_000}), "bytes; at most"),
    "both spellings": (encoded(WRITTEN | {"Crypto": WRITTEN["crypto"]}), "not an account's key file"),
    "another version": (changed("/version", 1), "/version: not an integer between 3 and 3"),
    "no version": (changed("/version", ...), "/version: not an integer"),
    "crypto of text": (changed("/crypto", "0x"), "/crypto: not an object"),
    "an unknown member of crypto": (changed("/crypto/x", 1), "/crypto: unknown member"),
    "no mac": (changed("/crypto/mac", ...), "member 'mac' is missing"),
    "a short mac": (changed("/crypto/mac", "00"), "/crypto/mac: 1 bytes"),
    "another cipher": (changed("/crypto/cipher", "aes-128-cbc"), "/crypto/cipher: not aes-128-ctr"),
    "a short secret": (changed("/crypto/ciphertext", "00" * 31), "/crypto/ciphertext: 31 bytes"),
    "an address of a name": (changed("/address", "treasury"), "/address: not lower-case hexadecimal"),
    "a short address": (changed("/address", "00" * 19), "/address: 19 bytes"),
    "an address of a number": (changed("/address", 7), "/address: not text"),
    "terabytes of memory": (changed("/crypto/kdfparams/n", 2**40), "/crypto/kdfparams/n: not an integer between"),
    "another derivation": (changed("/crypto/kdf", "sha256"), "/crypto/kdf: 'sha256' is no key derivation"),
    "a derivation like EIP-2335's": (changed("/crypto/kdf", {"function": "scrypt"}), "/crypto/kdf: not text"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_t84_a_malformed_file_is_refused_in_its_place(fault: str) -> None:
    data, words = REFUSED[fault]
    with pytest.raises(FormatError, match=words):
        keystore_v3.read(data)


def test_a_changed_bit_is_noticed() -> None:
    first = WRITTEN["crypto"]["ciphertext"][0]
    flipped = ("1" if first == "0" else "0") + WRITTEN["crypto"]["ciphertext"][1:]
    with pytest.raises(FormatError, match="or the file was damaged"):
        keystore_v3.unseal(keystore_v3.read(changed("/crypto/ciphertext", flipped)), PASSWORD)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_of_another_size_is_not_sealed(size: int) -> None:
    with pytest.raises(FormatError, match="another size"):
        keystore_v3.seal(bytes(size), "password", Pbkdf2(b"", 1), bytes(16), bytes(20))
