"""Read and write the evidence file of a contract's code (`por/spec/proven-call.md`).

It names no account: whose code it is follows from its Keccak-256 and the code hashes proven elsewhere.
"""

from por.encoding import canonical
from por.encoding.media_types import EVM_CODE
from por.encoding.reader import Reader

MAX_BYTES = 256 * 2**10
# Ethereum allows 24,576 bytes (EIP-170); some chains allow more.
MAX_CODE = 64 * 2**10


def read(data: bytes) -> bytes:
    """Read the code, which is never empty. Raises: FormatError."""
    (code,) = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(EVM_CODE, "code")
    return code.data(1, MAX_CODE)


def write(code: bytes) -> bytes:
    """Write the canonical document."""
    return canonical.dumps({"mediaType": EVM_CODE, "code": "0x" + code.hex()})
