"""Read and write the opening of one control proof of a set (`por/spec/control-proof.md`)."""

from por.encoding import canonical
from por.encoding.control_signature_v1 import MAX_BYTES as MAX_RECORD_BYTES
from por.encoding.media_types import CONTROL_OPENING
from por.encoding.reader import Reader
from por.model import ControlOpening

MAX_BYTES = 256 * 1024
MAX_PATH = 64


def read(data: bytes) -> ControlOpening:
    """Read the canonical document; its record is bytes, and not read here. Raises: FormatError."""
    index, salt, record, path = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        CONTROL_OPENING, "index", "salt", "record", "path"
    )
    return ControlOpening(
        index.integer(0, 2**53 - 1),
        salt.data(32, 32),
        record.data(1, MAX_RECORD_BYTES),
        tuple(sibling.data(32, 32) for sibling in path.items(MAX_PATH)),
    )


def write(opening: ControlOpening) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": CONTROL_OPENING,
            "index": opening.index,
            "salt": "0x" + opening.salt.hex(),
            "record": "0x" + opening.record.hex(),
            "path": ["0x" + sibling.hex() for sibling in opening.path],
        }
    )
