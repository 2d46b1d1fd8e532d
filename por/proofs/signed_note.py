"""Sign and open C2SP signed notes with Ed25519 keys (`por/spec/signed-note.md`).

Source: C2SP signed-note v1.0.0. Stricter where it leaves room: a bad signature by a known key spoils the whole note.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from por.errors import EvidenceError, FormatError
from por.model import Digest, Instant, issuer_id, plain_text

ED25519 = 1
MAX_BYTES = 64 * 1024
MAX_SIGNATURES = 16
NOTE_TYPE = "por/bundle/v1"

_NAME = re.compile(r"[!-*,-~]{1,255}", re.ASCII)
_KEY_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)
_ROOT = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Hold a named 32-byte Ed25519 public key; written `name+key id+base64(type, key)`."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a verifier key. Raises: FormatError, also for a key id that is not the key's own."""
        name, key_id, data = _three(text)
        raw = _base64(data)
        if len(raw) != 33 or raw[0] != ED25519:
            raise FormatError("not an Ed25519 verifier key")
        key = cls(_key_name(name), raw[1:])
        if not _KEY_ID.fullmatch(key_id) or bytes.fromhex(key_id) != key.key_id:
            raise FormatError("the key id is not that of this name and key")
        return key

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which signatures name the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([ED25519]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """Give the written form."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([ED25519]) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class NoteContents:
    """Hold a note's text and the known keys that signed it, as `name+key id`."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BundleNote:
    """Hold what an issuer signs about a bundle."""

    issuer: str
    snapshot: str
    bundle_digest: Digest
    commitments_root: bytes


def verifier_key(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    """Return the key that verifies what `private` signs. Raises: FormatError for a name that is none."""
    return VerifierKey(_key_name(name), private.public_key().public_bytes_raw())


def sign(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """Return `text` as a note with one signature. Raises: FormatError for text that no note may hold."""
    _require_text(text)
    key = verifier_key(name, private)
    signature = base64.b64encode(key.key_id + private.sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def signers(note: str, keys: Sequence[VerifierKey]) -> NoteContents:
    """Return a note's text and which of `keys` signed it; signatures by other keys are passed over.

    Raises: EvidenceError for a note of another form, or a bad signature by a known key.
    """
    text, lines = _parts(note)
    known = {(key.name, key.key_id): key for key in keys}
    names: list[str] = []
    for name, raw in map(_signature_line, lines):
        key = known.get((name, raw[:4]))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
        except (InvalidSignature, ValueError) as error:
            raise EvidenceError(f"a signature by {name} that does not hold") from error
        if f"{name}+{raw[:4].hex()}" in names:
            raise EvidenceError(f"two signatures by {name}")
        names.append(f"{name}+{raw[:4].hex()}")
    return NoteContents(text, tuple(names))


def bundle_note_text(issuer: str, snapshot: str, digest: Digest, commitments_root: bytes) -> str:
    """Write the text that an issuer signs about a bundle."""
    return f"{NOTE_TYPE}\n{issuer}\n{snapshot}\n{digest}\n{commitments_root.hex()}\n"


def read_bundle_note_text(text: str) -> BundleNote:
    """Read the text that an issuer signs about a bundle. Raises: FormatError for any other text."""
    lines = text.split("\n")
    if len(lines) != 6 or lines[0] != NOTE_TYPE or lines[5] or not _ROOT.fullmatch(lines[4]):
        raise FormatError(f"not a note of type {NOTE_TYPE}")
    issuer = issuer_id(lines[1])
    if lines[2] != f"{issuer}@{Instant.parse(lines[2].rpartition('@')[2])}":
        raise FormatError("the snapshot is not issuer@instant")
    return BundleNote(issuer, lines[2], Digest.parse(lines[3]), bytes.fromhex(lines[4]))


def private_key_text(name: str, private: Ed25519PrivateKey) -> str:
    """Write a signing key; keep it secret."""
    key = verifier_key(name, private)
    seed = base64.b64encode(bytes([ED25519]) + private.private_bytes_raw()).decode()
    return f"PRIVATE+KEY+{name}+{key.key_id.hex()}+{seed}"


def private_key_from_text(text: str) -> tuple[str, Ed25519PrivateKey]:
    """Read a signing key and its name. Raises: FormatError, which repeats nothing of the text."""
    head = "PRIVATE+KEY+"
    if not text.startswith(head):
        raise FormatError("not a signing key")
    name, key_id, data = _three(text[len(head) :])
    raw = _base64(data)
    if len(raw) != 33 or raw[0] != ED25519:
        raise FormatError("not an Ed25519 signing key")
    private = Ed25519PrivateKey.from_private_bytes(raw[1:])
    if verifier_key(name, private).key_id.hex() != key_id:
        raise FormatError("the key id is not that of this name and key")
    return name, private


def _parts(note: str) -> tuple[str, list[str]]:
    if len(note.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise EvidenceError(f"a note of more than {MAX_BYTES} bytes")
    text, separator, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not separator or lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise EvidenceError(f"a note is text, an empty line, and 1 to {MAX_SIGNATURES} signature lines")
    try:
        _require_text(text + "\n")
    except FormatError as error:
        raise EvidenceError(f"a note whose text is not allowed: {error}") from error
    return text + "\n", lines


def _signature_line(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, data = rest.partition(" ")
    try:
        raw = _base64(data)
        _key_name(name)
    except FormatError as error:
        raise EvidenceError(f"a signature line of another form: {error}") from error
    if dash != "—" or len(raw) < 5:
        raise EvidenceError("a signature line of another form")
    return name, raw


def _require_text(text: str) -> None:
    if not text.endswith("\n"):
        raise FormatError("the text of a note ends with a line feed")
    for line in text.split("\n"):
        plain_text(line, MAX_BYTES)


def _three(text: str) -> tuple[str, str, str]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise FormatError("a key is written name+key id+data")
    return parts[0], parts[1], parts[2]


def _key_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise FormatError("a key name is printable ASCII without spaces and plus signs")
    return name


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise FormatError("base64 that is not canonical")
    return raw
