"""Read and write encrypted files of account keys, and open them (Web3 Secret Storage, version 3).

What other programs write beside `crypto`, `address` and `version` is not read.
"""

import hmac
from dataclasses import dataclass
from uuid import UUID

from eth_utils.crypto import keccak

from por.encoding import canonical, strict_json
from por.encoding.password_encryption import (
    CIPHER,
    Pbkdf2,
    Scrypt,
    any_case_hex,
    apply_cipher,
    read_derivation,
    read_iv,
)
from por.encoding.reader import Reader, read_hex
from por.errors import FormatError

VERSION = 3
MAX_BYTES = 16 * 1024
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keystore:
    """Hold an encrypted file; `address` has 20 bytes where the file names its account."""

    derivation: Scrypt | Pbkdf2
    iv: bytes
    ciphertext: bytes
    mac: bytes
    address: bytes | None = None


def read(data: bytes) -> Keystore:
    """Read the document. Raises: FormatError."""
    top = Reader(strict_json.load(data, max_bytes=MAX_BYTES))
    if not isinstance(top.value, dict):
        raise top.fail("not an object")
    spellings = [name for name in ("crypto", "Crypto") if name in top.value]
    if len(spellings) != 1:
        raise top.fail("not an account's key file: one member 'crypto' and 'version' 3")
    Reader(top.value.get("version"), "/version").integer(VERSION, VERSION)
    crypto = Reader(top.value[spellings[0]], f"/{spellings[0]}")
    cipher, iv, ciphertext, kdf, parameters, mac = crypto.members(
        "cipher", "cipherparams", "ciphertext", "kdf", "kdfparams", "mac"
    )
    address = Reader(top.value.get("address"), "/address")
    return Keystore(
        derivation=read_derivation(kdf, parameters),
        iv=read_iv(cipher, iv),
        ciphertext=any_case_hex(ciphertext, SECRET_BYTES, SECRET_BYTES),
        mac=any_case_hex(mac, 32, 32),
        address=address.optional(lambda each: each.parse(_address)),
    )


def write(keystore: Keystore, uuid: UUID) -> bytes:
    """Write the document, canonically; `uuid` is a fresh random one."""
    named = {} if keystore.address is None else {"address": keystore.address.hex()}
    crypto = {
        "cipher": CIPHER,
        "cipherparams": {"iv": keystore.iv.hex()},
        "ciphertext": keystore.ciphertext.hex(),
        "kdf": keystore.derivation.name,
        "kdfparams": keystore.derivation.parameters,
        "mac": keystore.mac.hex(),
    }
    return canonical.dumps({**named, "crypto": crypto, "id": str(uuid), "version": VERSION})


def seal(secret: bytes, password: str, derivation: Scrypt | Pbkdf2, iv: bytes, address: bytes) -> Keystore:
    """Encrypt 32 bytes under a password; salt and `iv` (16 bytes) are fresh random ones of the caller."""
    if len(secret) != SECRET_BYTES:
        raise FormatError("a secret of another size than 32 bytes")
    key = derivation.derive(_password_bytes(password))
    ciphertext = apply_cipher(key, iv, secret)
    return Keystore(derivation, iv, ciphertext, _mac(key, ciphertext), address)


def unseal(keystore: Keystore, password: str) -> bytes:
    """Return the 32 bytes. Raises: FormatError where the password is not that of the file."""
    key = keystore.derivation.derive(_password_bytes(password))
    if not hmac.compare_digest(_mac(key, keystore.ciphertext), keystore.mac):
        raise FormatError("the password does not open this key file, or the file was damaged")
    return apply_cipher(key, keystore.iv, keystore.ciphertext)


def _mac(key: bytes, ciphertext: bytes) -> bytes:
    return keccak(key[16:32] + ciphertext)


def _password_bytes(password: str) -> bytes:
    try:
        return password.encode()
    except UnicodeEncodeError:
        raise FormatError("the password is not text in UTF-8") from None


def _address(text: str) -> bytes:
    return read_hex(text.removeprefix("0x").lower(), 20, 20)
