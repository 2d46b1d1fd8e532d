"""Read and write the evidence file of a control proof (`por/spec/control-proof.md`); it holds no challenge."""

from por.encoding import canonical
from por.encoding.media_types import CONTROL_SIGNATURE
from por.encoding.reader import Reader
from por.model import ChainAccount, ControlSignature

MAX_BYTES = 64 * 1024


def read(data: bytes) -> ControlSignature:
    """Read the canonical document. Raises: FormatError."""
    account, scheme, signature = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        CONTROL_SIGNATURE, "account", "scheme", "signature"
    )
    return ControlSignature(account.parse(ChainAccount.parse), scheme.text(32), signature.data(1, 8192))


def write(signature: ControlSignature) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": CONTROL_SIGNATURE,
            "account": str(signature.account),
            "scheme": signature.scheme,
            "signature": "0x" + signature.signature.hex(),
        }
    )
