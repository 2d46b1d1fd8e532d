"""Read and write encrypted files of BLS keys, and open them (EIP-2335, version 4).

Stricter than it: nothing unknown is skipped, and a path follows EIP-2334 or is empty. A file opens to 32 bytes; that
they are a key, and the key that the file names, is for the caller to see.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

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
from por.encoding.reader import Reader
from por.errors import FormatError

VERSION = 4
MAX_BYTES = 16 * 1024
SECRET_BYTES = 32

_OPTIONAL = ("description", "name", "pubkey")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_PATH = re.compile(r"m(/[0-9]{1,10})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keystore:
    """Hold an encrypted file: `checksum` over derived key and ciphertext, `path` empty for a key of no derivation."""

    derivation: Scrypt | Pbkdf2
    checksum: bytes
    iv: bytes
    ciphertext: bytes
    uuid: UUID
    path: str = ""
    description: str = ""
    pubkey: bytes | None = None


def read(data: bytes) -> Keystore:
    """Read the document. Raises: FormatError."""
    top = Reader(strict_json.load(data, max_bytes=MAX_BYTES))
    given = [name for name in _OPTIONAL if isinstance(top.value, dict) and name in top.value]
    crypto, path, uuid, version, *others = top.members("crypto", "path", "uuid", "version", *given)
    version.integer(VERSION, VERSION)
    kdf, checksum, cipher = crypto.members("kdf", "checksum", "cipher")
    function, parameters, ciphertext = cipher.members("function", "params", "message")
    texts = dict(zip(given, others, strict=True))
    if "name" in texts:
        texts["name"].text()
    return Keystore(
        derivation=_derivation(kdf),
        checksum=_checksum(checksum),
        iv=read_iv(function, parameters),
        ciphertext=any_case_hex(ciphertext, SECRET_BYTES, SECRET_BYTES),
        uuid=uuid.parse(_uuid),
        path=path.parse(_path),
        description=texts["description"].text() if "description" in texts else "",
        pubkey=any_case_hex(texts["pubkey"], 48, 48) if "pubkey" in texts else None,
    )


def write(keystore: Keystore) -> bytes:
    """Write the document, canonically."""
    named = {} if keystore.pubkey is None else {"pubkey": keystore.pubkey.hex()}
    derivation = keystore.derivation
    crypto = {
        "kdf": {"function": derivation.name, "params": derivation.parameters, "message": ""},
        "checksum": {"function": "sha256", "params": {}, "message": keystore.checksum.hex()},
        "cipher": {
            "function": CIPHER,
            "params": {"iv": keystore.iv.hex()},
            "message": keystore.ciphertext.hex(),
        },
    }
    return canonical.dumps(
        {
            "crypto": crypto,
            "description": keystore.description,
            **named,
            "path": keystore.path,
            "uuid": str(keystore.uuid),
            "version": VERSION,
        }
    )


def seal(
    secret: bytes,
    password: str,
    *,
    derivation: Scrypt | Pbkdf2,
    iv: bytes,
    uuid: UUID,
    description: str = "",
    pubkey: bytes | None = None,
) -> Keystore:
    """Encrypt 32 bytes under a password; salt, `iv` (16 bytes) and `uuid` are fresh random ones of the caller."""
    if len(secret) != SECRET_BYTES:
        raise FormatError("a secret of another size than 32 bytes")
    key = derivation.derive(password_bytes(password))
    ciphertext = apply_cipher(key, iv, secret)
    return Keystore(derivation, _checksum_of(key, ciphertext), iv, ciphertext, uuid, "", description, pubkey)


def unseal(keystore: Keystore, password: str) -> bytes:
    """Return the 32 bytes. Raises: FormatError where the password is not that of the file."""
    key = keystore.derivation.derive(password_bytes(password))
    if not hmac.compare_digest(_checksum_of(key, keystore.ciphertext), keystore.checksum):
        raise FormatError("the password does not open this key file, or the file was damaged")
    return apply_cipher(key, keystore.iv, keystore.ciphertext)


def password_bytes(password: str) -> bytes:
    """Return what is derived from: NFKD, without control characters, in UTF-8. Raises: FormatError."""
    normal = unicodedata.normalize("NFKD", password)
    try:
        return "".join(c for c in normal if unicodedata.category(c) != "Cc").encode()
    except UnicodeEncodeError:
        raise FormatError("the password is not text in UTF-8") from None


def _derivation(kdf: Reader) -> Scrypt | Pbkdf2:
    function, parameters, message = kdf.members("function", "params", "message")
    if message.value != "":
        raise message.fail("not empty")
    return read_derivation(function, parameters)


def _checksum(checksum: Reader) -> bytes:
    function, parameters, message = checksum.members("function", "params", "message")
    if function.value != "sha256":
        raise function.fail("not sha256")
    parameters.members()
    return any_case_hex(message, 32, 32)


def _uuid(text: str) -> UUID:
    if not _UUID.fullmatch(text):
        raise FormatError("not a UUID")
    return UUID(text)


def _path(text: str) -> str:
    if text and not _PATH.fullmatch(text):
        raise FormatError("not a path such as m/12381/60/0/0 (EIP-2334), nor empty")
    return text


def _checksum_of(key: bytes, ciphertext: bytes) -> bytes:
    return hashlib.sha256(key[16:32] + ciphertext).digest()
