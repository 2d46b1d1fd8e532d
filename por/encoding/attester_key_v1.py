"""Read and write a BLS attester's public key with its proof of possession (`por/spec/attestation.md`)."""

from por.encoding import canonical
from por.encoding.liability_v1 import Json
from por.encoding.media_types import ATTESTER_KEY
from por.encoding.reader import Reader
from por.model import AttesterKey

MAX_BYTES = 4096
KEY_BYTES = 48
SIGNATURE_BYTES = 96


def read(data: bytes) -> AttesterKey:
    """Read the canonical document; whether the proof holds is not looked at. Raises: FormatError."""
    members = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(ATTESTER_KEY, "key", "possession")
    return _key(*members)


def write(key: AttesterKey) -> bytes:
    """Write the canonical document."""
    return canonical.dumps({"mediaType": ATTESTER_KEY, **key_value(key)})


def read_key(reader: Reader) -> AttesterKey:
    """Read a key within another document. Raises: FormatError."""
    return _key(*reader.members("key", "possession"))


def key_value(key: AttesterKey) -> Json:
    """Write a key as a JSON value."""
    return {"key": "0x" + key.key.hex(), "possession": "0x" + key.possession.hex()}


def _key(key: Reader, possession: Reader) -> AttesterKey:
    return AttesterKey(key.data(KEY_BYTES, KEY_BYTES), possession.data(SIGNATURE_BYTES, SIGNATURE_BYTES))
