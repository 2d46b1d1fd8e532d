"""Read and write C2SP signed notes with Ed25519 keys, and the note that signs a bundle (`por/spec/signed-note.md`).

The steps there are N1 to N5 for a note, K1 and K2 for a key, B1 for the text of a bundle's note. Source: C2SP
signed-note v1.0.0. Stricter than it: at most 16 signatures, canonical base64, one signature a key, no character that
can mislead a reader, no key of small order.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from por.encoding.reader import read_hex
from por.errors import EvidenceError, FormatError
from por.model import CaseRule, Digest, Instant, issuer_id, plain_text

MAX_CHARACTERS = 64 * 1024
MAX_SIGNATURES = 16
MAX_NAME = 255
BUNDLE_TITLE = "por/bundle/v1"

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_FIELD = 2**255 - 19
# The heights of the points of order 1, 2, 4 and 8: under such a key, anybody can sign.
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Hold a key's name and its 32 bytes; written `name+id+base64` (a vkey)."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read the written form. Raises: FormatError."""
        name, key_id, material = _key_parts(text, "a verifier key")
        number = int.from_bytes(material, "little") & (2**255 - 1)
        if number >= _FIELD or number in _SMALL_ORDER:
            raise FormatError("a verifier key of no or of small order, under which anybody can sign")
        key = cls(name, material)
        if key.id != key_id:
            raise FormatError("a verifier key whose id is not that of its name and key")
        return key

    @property
    def id(self) -> bytes:
        """Return the 4 bytes that, with the name, tell keys apart; they prove nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """Give the canonical text."""
        return f"{self.name}+{self.id.hex()}+{_to_base64(_ED25519 + self.public)}"


@dataclass(frozen=True, slots=True)
class NoteContents:
    """Hold the text, and the known keys that signed it as `name+id`, in the note's order."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BundleNote:
    """Hold what an issuer signs of a bundle."""

    issuer: str
    snapshot: str
    bundle_digest: Digest
    commitments_root: bytes
    case_rule: CaseRule


def signers(note: str, keys: Sequence[VerifierKey]) -> NoteContents:
    """Return the text of a note and which of `keys` signed it: perhaps none, and then the text says nothing.

    Signatures of other keys are ignored. Raises: EvidenceError for a malformed note and for a bad signature of a
    known key; FormatError for two known keys that one signature could be of.
    """
    text, lines = _parts(note)
    known = {(key.name, key.id): key for key in keys}
    if len(known) != len(set(keys)):
        raise FormatError("two different verifier keys have one name and one id")
    signed: dict[tuple[str, bytes], bytes] = {}
    for line in lines:
        name, key_id, signature = _signature_line(line)
        if (name, key_id) in signed:
            raise EvidenceError(f"signed note: {name} signs twice with one key")
        signed[name, key_id] = signature
    for key_ref, signature in signed.items():
        if key_ref in known:
            _require_signature(known[key_ref], signature, text)
    return NoteContents(text, tuple(f"{name}+{key_id.hex()}" for name, key_id in signed if (name, key_id) in known))


def sign(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """Return the note: the text, which ends in a line feed, and one signature.

    Raises: FormatError for a text or name that no note can have.
    """
    key = verifier_key(name, private)
    _require_plain(text)
    note = f"{text}\n— {name} {_to_base64(key.id + private.sign(text.encode()))}\n"
    try:
        contents = signers(note, [key])
    except EvidenceError as error:
        raise FormatError(f"this text cannot be signed: {error}") from error
    if contents.text != text:
        raise FormatError("this text cannot be signed: it does not end in a line feed")
    return note


def verifier_key(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    """Return the key that verifies what `private` signs under this name. Raises: FormatError."""
    return VerifierKey(_key_name(name), private.public_key().public_bytes_raw())


def private_key_text(name: str, private: Ed25519PrivateKey) -> str:
    """Write a signing key, which is a secret, as `PRIVATE+KEY+name+id+base64`, the form that Go's tools read."""
    key_id = verifier_key(name, private).id.hex()
    return f"{_PRIVATE}{name}+{key_id}+{_to_base64(_ED25519 + private.private_bytes_raw())}"


def private_key_from_text(text: str) -> tuple[str, Ed25519PrivateKey]:
    """Return the name and the key. Raises: FormatError, which shows nothing of the text."""
    if not text.startswith(_PRIVATE):
        raise FormatError("not a signing key: PRIVATE+KEY+name+id+base64")
    name, key_id, seed = _key_parts(text.removeprefix(_PRIVATE), "a signing key")
    private = Ed25519PrivateKey.from_private_bytes(seed)
    if verifier_key(name, private).id != key_id:
        raise FormatError("a signing key whose id is not that of its name and key")
    return name, private


def bundle_note_text(
    issuer: str, snapshot: str, bundle_digest: Digest, commitments_root: bytes, case_rule: CaseRule
) -> str:
    """Return the six lines that an issuer signs of a bundle."""
    return f"{BUNDLE_TITLE}\n{issuer}\n{snapshot}\n{bundle_digest}\n{commitments_root.hex()}\n{case_rule}\n"


def read_bundle_note_text(text: str) -> BundleNote:
    """Read exactly what `bundle_note_text` writes. Raises: EvidenceError."""
    lines = text.split("\n")
    if len(lines) != 7 or lines[0] != BUNDLE_TITLE or lines[6]:
        raise EvidenceError(f"signed note: not the six lines of a {BUNDLE_TITLE}")
    _, issuer, snapshot, digest, root, rule, _ = lines
    try:
        note = BundleNote(issuer_id(issuer), snapshot, Digest.parse(digest), read_hex(root, 32, 32), _case_rule(rule))
        named, _, instant = snapshot.partition("@")
        Instant.parse(instant)
    except FormatError as error:
        raise EvidenceError(f"signed note: {error}") from error
    if named != issuer:
        raise EvidenceError("signed note: the snapshot is another issuer's")
    return note


def _case_rule(text: str) -> CaseRule:
    found = next((rule for rule in CaseRule if rule == text), None)
    if found is None:
        raise FormatError(f"the case rule is not one of {', '.join(CaseRule)}")
    return found


def _parts(note: str) -> tuple[str, list[str]]:
    try:
        _require_plain(note)
    except FormatError as error:
        raise EvidenceError(f"signed note: {error}") from error
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop():
        raise EvidenceError("signed note: not a text, a blank line and signature lines, each ended by a line feed")
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise EvidenceError(f"signed note: {len(lines)} signature lines; 1 to {MAX_SIGNATURES} are read")
    return text + "\n", lines


def _require_plain(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise FormatError(f"{len(text)} characters; at most {MAX_CHARACTERS} are read")
    for line in text.split("\n"):
        plain_text(line, MAX_CHARACTERS)


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise EvidenceError("signed note: a signature line is an em dash, a key name and base64, by single spaces")
    _, name, encoded = parts
    try:
        _key_name(name)
        data = _from_base64(encoded)
    except FormatError as error:
        raise EvidenceError(f"signed note: {error}") from error
    if len(data) < 5:
        raise EvidenceError("signed note: a signature is a key id of 4 bytes and what follows")
    return name, data[:4], data[4:]


def _require_signature(key: VerifierKey, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except (InvalidSignature, ValueError) as error:
        raise EvidenceError(f"signed note: the signature by {key.name} is not of this text") from error


def _key_parts(text: str, what: str) -> tuple[str, bytes, bytes]:
    """Split `name+id+base64`, whose base64 may hold a plus itself; the text may be a secret."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    material = _from_base64(encoded)
    if len(material) != 33 or material[:1] != _ED25519:
        raise FormatError(f"not {what} of type Ed25519 (0x01) with 32 bytes")
    return _key_name(name), read_hex(key_id, 4, 4), material[1:]


def _key_name(name: str) -> str:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise FormatError("a key name is not empty and holds no space and no plus")
    return plain_text(name, MAX_NAME)


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise FormatError("not base64") from error
    if _to_base64(data) != text:
        raise FormatError("not canonical base64: padding or unused bits differ")
    return data
