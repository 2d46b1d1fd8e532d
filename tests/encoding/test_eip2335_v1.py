"""Encrypted files of BLS keys: the two of the EIP open, everything else about them is refused in its place."""

from __future__ import annotations

import copy
import json
import traceback
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from eth_keyfile.keyfile import create_keyfile_json, decode_keyfile_json
from hypothesis import given, settings
from hypothesis import strategies as st

from por.encoding import eip2335_v1
from por.encoding.password_encryption import Pbkdf2, Scrypt
from por.errors import FormatError

# The two test vectors of EIP-2335, and their password and secret.
PASSWORD = "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑"
SECRET = bytes.fromhex("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")
PUBKEY = "9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07"
SALT = "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"
IV = "264daa3f303d7259501c93d997d84fe6"
NO_TEXT = "hidden\udc80"
Document = dict[str, Any]


def vector(kdf: Document, checksum: str, ciphertext: str, path: str, uuid: str) -> Document:
    return {
        "crypto": {
            "kdf": kdf | {"message": ""},
            "checksum": {"function": "sha256", "params": {}, "message": checksum},
            "cipher": {"function": "aes-128-ctr", "params": {"iv": IV}, "message": ciphertext},
        },
        "description": "This is a test keystore of the EIP.",
        "pubkey": PUBKEY,
        "path": path,
        "uuid": uuid,
        "version": 4,
    }


SCRYPT = vector(
    {"function": "scrypt", "params": {"dklen": 32, "n": 262144, "p": 1, "r": 8, "salt": SALT}},
    "d2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484",
    "06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f",
    "m/12381/60/3141592653/589793238",
    "1d85ae20-35c5-4611-98e8-aa14a633906f",
)
PBKDF2 = vector(
    {"function": "pbkdf2", "params": {"dklen": 32, "c": 262144, "prf": "hmac-sha256", "salt": SALT}},
    "8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1",
    "cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad",
    "m/12381/60/0/0",
    "64625def-3331-4eea-ab6f-782f3ed16a83",
)


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def changed(place: str, value: object, document: Document = SCRYPT) -> bytes:
    """Put a value at a place such as /crypto/kdf/function; `...` takes the member away."""
    copied = copy.deepcopy(document)
    *way, last = place.strip("/").split("/")
    inner = copied
    for name in way:
        inner = inner[name]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return encoded(copied)


@pytest.mark.parametrize("document", [SCRYPT, PBKDF2], ids=["scrypt", "pbkdf2"])
def test_the_vectors_of_the_eip_open(document: Document) -> None:
    keystore = eip2335_v1.read(encoded(document))
    assert eip2335_v1.unseal(keystore, PASSWORD) == SECRET
    assert keystore.pubkey == bytes.fromhex(PUBKEY)
    assert keystore.path == document["path"]


def test_a_password_is_normalised_and_loses_its_control_characters() -> None:
    assert eip2335_v1.password_bytes(PASSWORD) == bytes.fromhex("7465737470617373776f7264f09f9491")
    assert eip2335_v1.password_bytes("te\x00st\x1f \x7fpass\x80\x9f\n") == b"test pass"
    assert eip2335_v1.password_bytes("Å") == eip2335_v1.password_bytes("A\u030a") == b"A\xcc\x8a"


def test_t80_a_password_that_is_no_text_is_refused_without_showing_it() -> None:
    with pytest.raises(FormatError, match="not text in UTF-8") as caught:
        eip2335_v1.password_bytes(NO_TEXT)
    assert "hidden" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("password", ["", "testpassword", PASSWORD + "!", PASSWORD.upper() + " "])
def test_another_password_is_refused(password: str) -> None:
    keystore = eip2335_v1.read(encoded(PBKDF2))
    with pytest.raises(FormatError, match="the password does not open this key file") as caught:
        eip2335_v1.unseal(keystore, password)
    said = "".join(traceback.format_exception(caught.value))
    assert not password or password not in said


@pytest.mark.parametrize("place", ["/crypto/cipher/message", "/crypto/checksum/message", "/crypto/kdf/params/salt"])
def test_one_changed_bit_of_what_is_checked_is_noticed(place: str) -> None:
    *way, last = place.strip("/").split("/")
    inner: Any = PBKDF2
    for name in way:
        inner = inner[name]
    flipped = ("1" if inner[last][0] == "0" else "0") + inner[last][1:]
    keystore = eip2335_v1.read(changed(place, flipped, PBKDF2))
    with pytest.raises(FormatError, match="or the file was damaged"):
        eip2335_v1.unseal(keystore, PASSWORD)


def test_hexadecimal_of_either_case_and_a_name_are_read() -> None:
    upper = changed("/pubkey", PUBKEY.upper())
    assert eip2335_v1.read(upper) == eip2335_v1.read(encoded(SCRYPT))
    assert eip2335_v1.read(changed("/name", "validator 1")) == eip2335_v1.read(encoded(SCRYPT))


def test_what_may_be_missing_may_be_missing() -> None:
    bare = {name: value for name, value in SCRYPT.items() if name not in {"description", "pubkey"}}
    keystore = eip2335_v1.read(encoded(bare | {"path": ""}))
    assert (keystore.description, keystore.pubkey, keystore.path) == ("", None, "")


REFUSED: dict[str, tuple[bytes, str]] = {
    "no json": (b"{", "not JSON"),
    "a list": (b"[]", "not an object"),
    "nothing": (b"{}", "member 'crypto' is missing"),
    "too long": (encoded(SCRYPT | {"description": "x" * 20_000}), "bytes; at most"),
    "a member twice": (encoded(SCRYPT).replace(b'"version"', b'"path": "", "version"', 1), "'path' appears twice"),
    "an unknown member": (changed("/extra", 1), "unknown member 'extra'"),
    "another version": (changed("/version", 3), "/version: not an integer between 4 and 4"),
    "a version of text": (changed("/version", "4"), "/version: not an integer"),
    "no uuid": (changed("/uuid", ...), "member 'uuid' is missing"),
    "a uuid of another form": (changed("/uuid", "{1d85ae20-35c5-4611-98e8-aa14a633906f}"), "/uuid: not a UUID"),
    "no path": (changed("/path", ...), "member 'path' is missing"),
    "a path of words": (changed("/path", "m/purpose"), "/path: not a path"),
    "a hardened path": (changed("/path", "m/12381'/60"), "/path: not a path"),
    "a path with white space": (changed("/path", " m/12381/3600/0/0/0"), "/path: not a path"),
    "a path with other digits": (changed("/path", "m/12381/٣600/0"), "/path: not a path"),
    "a path that ends early": (changed("/path", "m/12381/3600/"), "/path: not a path"),
    "a path of null": (changed("/path", None), "/path: not text"),
    "a short pubkey": (changed("/pubkey", PUBKEY[2:]), "/pubkey: 47 bytes; expected 48"),
    "a pubkey with 0x": (changed("/pubkey", "0x" + PUBKEY), "/pubkey: not lower-case hexadecimal"),
    "a description that misleads": (changed("/description", "a\u202eb"), "/description: character U.202E"),
    "a name that misleads": (changed("/name", "a\nb"), "/name: character"),
    "another derivation": (changed("/crypto/kdf/function", "argon2id"), "/crypto/kdf/function: 'argon2id' is no key"),
    "a message of the derivation": (changed("/crypto/kdf/message", "00"), "/crypto/kdf/message: not empty"),
    "another checksum": (changed("/crypto/checksum/function", "sha1"), "/crypto/checksum/function: not sha256"),
    "parameters of the checksum": (changed("/crypto/checksum/params/x", 1), "/crypto/checksum/params: unknown member"),
    "a short checksum": (changed("/crypto/checksum/message", "00"), "/crypto/checksum/message: 1 bytes"),
    "another cipher": (changed("/crypto/cipher/function", "xor"), "/crypto/cipher/function: not aes-128-ctr"),
    "a short iv": (changed("/crypto/cipher/params/iv", "00"), "/crypto/cipher/params/iv: 1 bytes; expected 16"),
    "no iv": (changed("/crypto/cipher/params/iv", ...), "member 'iv' is missing"),
    "a short secret": (changed("/crypto/cipher/message", "00" * 31), "/crypto/cipher/message: 31 bytes"),
    "a long secret": (changed("/crypto/cipher/message", "00" * 33), "/crypto/cipher/message: 33 bytes"),
    "a short derived key": (
        changed("/crypto/kdf/params/dklen", 16),
        "/crypto/kdf/params/dklen: not an integer between",
    ),
    "a long salt": (changed("/crypto/kdf/params/salt", "00" * 65), "/crypto/kdf/params/salt: 65 bytes"),
    "terabytes of memory": (changed("/crypto/kdf/params/n", 2**40), "/crypto/kdf/params/n: not an integer between"),
    "memory by the block": (changed("/crypto/kdf/params/r", 2**20), "/crypto/kdf/params/r: not an integer between"),
    "just beyond a GiB": (changed("/crypto/kdf/params/n", 2**21), "/crypto/kdf/params/n: not an integer between"),
    "years of work": (changed("/crypto/kdf/params/p", 2**30), "/crypto/kdf/params/p: not an integer between"),
    "no power of two": (changed("/crypto/kdf/params/n", 3), "/crypto/kdf/params/n: not a power of two"),
    "no cost": (changed("/crypto/kdf/params/n", 1), "/crypto/kdf/params/n: not an integer between"),
    "a cost of text": (changed("/crypto/kdf/params/n", "262144"), "/crypto/kdf/params/n: not an integer"),
    "years of rounds": (changed("/crypto/kdf/params/c", 2**40, PBKDF2), "/crypto/kdf/params/c: not an integer between"),
    "no round": (changed("/crypto/kdf/params/c", 0, PBKDF2), "/crypto/kdf/params/c: not an integer between"),
    "another function": (changed("/crypto/kdf/params/prf", "hmac-md5", PBKDF2), "/crypto/kdf/params/prf: not hmac"),
    "parameters of the other": (changed("/crypto/kdf/function", "pbkdf2"), "member 'c' is missing"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_t84_a_malformed_file_is_refused_in_its_place(fault: str) -> None:
    data, words = REFUSED[fault]
    with pytest.raises(FormatError, match=words):
        eip2335_v1.read(data)


def sealed(secret: bytes, password: str, derivation: Scrypt | Pbkdf2) -> eip2335_v1.Keystore:
    return eip2335_v1.seal(secret, password, derivation=derivation, iv=bytes(range(16)), uuid=UUID(int=7))


@settings(max_examples=30)
@given(
    st.binary(min_size=32, max_size=32),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.one_of(
        st.builds(Scrypt, st.binary(max_size=64), st.just(2)), st.builds(Pbkdf2, st.binary(max_size=64), st.just(1))
    ),
)
def test_what_is_sealed_and_written_is_read_and_opened(
    secret: bytes, password: str, derivation: Scrypt | Pbkdf2
) -> None:
    keystore = sealed(secret, password, derivation)
    again = eip2335_v1.read(eip2335_v1.write(keystore))
    assert again == keystore
    assert eip2335_v1.unseal(again, password) == secret


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_of_another_size_is_not_sealed(size: int) -> None:
    with pytest.raises(FormatError, match="another size"):
        sealed(bytes(size), "password", Pbkdf2(b"", 1))


@pytest.mark.parametrize("derivation", [Scrypt(bytes(32), 4), Pbkdf2(bytes(32), 2)])
def test_another_library_opens_what_is_written_here(derivation: Scrypt | Pbkdf2) -> None:
    written = json.loads(eip2335_v1.write(sealed(SECRET, "password", derivation)))
    assert decode_keyfile_json(written, b"password") == SECRET


def test_what_another_library_writes_opens_here() -> None:
    written = create_keyfile_json(SECRET, b"password", version=4, kdf="scrypt", iterations=4)
    keystore = eip2335_v1.read(encoded(written))
    assert eip2335_v1.unseal(keystore, "password") == SECRET
    assert keystore.pubkey == bytes.fromhex(PUBKEY)


def test_writing_leaves_out_what_is_unknown() -> None:
    written = json.loads(eip2335_v1.write(sealed(SECRET, "password", Pbkdf2(b"", 1))))
    assert "pubkey" not in written
    assert (written["path"], written["description"]) == ("", "")


def test_t80_no_part_of_a_sealed_key_shows_the_secret() -> None:
    keystore = sealed(SECRET, "a long password", Pbkdf2(b"", 1))
    shown = repr(keystore) + eip2335_v1.write(keystore).decode()
    assert SECRET.hex() not in shown
    assert "a long password" not in shown


REMADE: list[Callable[[bytes], bytes]] = [
    lambda data: data + b"\n",
    lambda data: json.dumps(json.loads(data), indent=2).encode(),
]


@pytest.mark.parametrize("remake", REMADE)
def test_other_programs_write_the_same_with_other_white_space(remake: Callable[[bytes], bytes]) -> None:
    written = eip2335_v1.write(sealed(SECRET, "password", Pbkdf2(b"", 1)))
    assert eip2335_v1.read(remake(written)) == eip2335_v1.read(written)
