"""Encrypt under a password as both kinds of Ethereum's key files do (keystore version 3, EIP-2335), within bounds.

Scrypt (RFC 7914) or PBKDF2 (RFC 8018) derives 32 bytes: the first half is the key of AES-128-CTR, the second goes into
the file's checksum.
"""

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt as _Scrypt

from por.encoding.reader import Reader, read_hex

KEY_BYTES = 32
MAX_MEMORY = 2**30
MAX_PARALLEL = 16
MAX_ROUNDS = 2**24
CIPHER = "aes-128-ctr"


@dataclass(frozen=True, slots=True)
class Scrypt:
    """Derive 32 bytes with scrypt; needs 128·n·r bytes of memory."""

    salt: bytes
    n: int = 2**18
    r: int = 8
    p: int = 1

    def derive(self, password: bytes) -> bytes:
        """Return the key."""
        return _Scrypt(salt=self.salt, length=KEY_BYTES, n=self.n, r=self.r, p=self.p).derive(password)

    @property
    def name(self) -> str:
        """Return the name that files have for it."""
        return "scrypt"

    @property
    def parameters(self) -> dict[str, object]:
        """Return the parameters as files write them."""
        return {"dklen": KEY_BYTES, "n": self.n, "p": self.p, "r": self.r, "salt": self.salt.hex()}


@dataclass(frozen=True, slots=True)
class Pbkdf2:
    """Derive 32 bytes with PBKDF2 over HMAC-SHA-256 in `c` rounds."""

    salt: bytes
    c: int = 2**18

    def derive(self, password: bytes) -> bytes:
        """Return the key."""
        return hashlib.pbkdf2_hmac("sha256", password, self.salt, self.c, KEY_BYTES)

    @property
    def name(self) -> str:
        """Return the name that files have for it."""
        return "pbkdf2"

    @property
    def parameters(self) -> dict[str, object]:
        """Return the parameters as files write them."""
        return {"c": self.c, "dklen": KEY_BYTES, "prf": "hmac-sha256", "salt": self.salt.hex()}


def read_derivation(function: Reader, parameters: Reader) -> Scrypt | Pbkdf2:
    """Read a derivation. Raises: FormatError, also for one that needs more than a GiB of memory (T84)."""
    name = function.text(32)
    if name == "scrypt":
        return _scrypt(parameters)
    if name == "pbkdf2":
        return _pbkdf2(parameters)
    raise function.fail(f"{name!r} is no key derivation that is read here: scrypt, pbkdf2")


def read_iv(cipher: Reader, parameters: Reader) -> bytes:
    """Read the 16 bytes that the cipher begins with. Raises: FormatError, also for another cipher."""
    if cipher.value != CIPHER:
        raise cipher.fail(f"not {CIPHER}")
    (iv,) = parameters.members("iv")
    return any_case_hex(iv, 16, 16)


def apply_cipher(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Encrypt, or decrypt: it is the same."""
    return Cipher(AES(key[:16]), CTR(iv)).encryptor().update(data)


def any_case_hex(reader: Reader, low: int, high: int) -> bytes:
    """Return `low` to `high` bytes of hexadecimal in either case, as other programs write it. Raises: FormatError."""
    return reader.parse(lambda text: read_hex(text.lower(), low, high))


def _scrypt(parameters: Reader) -> Scrypt:
    dklen, n, p, r, salt = parameters.members("dklen", "n", "p", "r", "salt")
    dklen.integer(KEY_BYTES, KEY_BYTES)
    block = r.integer(1, 64)
    cost = n.integer(2, MAX_MEMORY // (128 * block))
    if cost & (cost - 1):
        raise n.fail("not a power of two")
    return Scrypt(any_case_hex(salt, 0, 64), cost, block, p.integer(1, MAX_PARALLEL))


def _pbkdf2(parameters: Reader) -> Pbkdf2:
    c, dklen, prf, salt = parameters.members("c", "dklen", "prf", "salt")
    dklen.integer(KEY_BYTES, KEY_BYTES)
    if prf.text(32) != "hmac-sha256":
        raise prf.fail("not hmac-sha256")
    return Pbkdf2(any_case_hex(salt, 0, 64), c.integer(1, MAX_ROUNDS))
