"""Read and write the evidence file of a block header (`por/spec/state-proof.md`)."""

from por.encoding import canonical
from por.encoding.media_types import EVM_HEADER
from por.encoding.reader import Reader
from por.model import ChainId

MAX_BYTES = 64 * 1024
MAX_RLP = 16 * 1024


def read(data: bytes) -> tuple[ChainId, bytes]:
    """Read the chain and the header's RLP bytes. Raises: FormatError."""
    chain, rlp = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(EVM_HEADER, "chain", "rlp")
    return chain.parse(ChainId.parse), rlp.data(1, MAX_RLP)


def write(chain: ChainId, rlp: bytes) -> bytes:
    """Write the canonical document."""
    return canonical.dumps({"mediaType": EVM_HEADER, "chain": str(chain), "rlp": "0x" + rlp.hex()})
