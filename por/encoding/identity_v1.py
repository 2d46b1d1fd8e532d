"""Read and write what an issuer's domain says of it at /.well-known/por.json (`por/spec/registry.md`, identity)."""

from por.encoding import canonical
from por.encoding.media_types import IDENTITY
from por.encoding.reader import Reader
from por.model import issuer_id
from por.model.identifiers import evm_account
from por.model.identity import AnchoringAccount, Identity

MAX_BYTES = 256 * 2**10
MAX_ROWS = 1024
MAX_KEY = 512


def read(data: bytes) -> Identity:
    """Read the canonical document.

    Raises: FormatError, also for lists that do not ascend, and for a registry on another chain than its account.
    """
    top = Reader(canonical.load(data, max_bytes=MAX_BYTES))
    issuer, keys, anchors = top.document(IDENTITY, "issuer", "keys", "anchors")
    identity = Identity(
        issuer=issuer.parse(issuer_id),
        keys=tuple(item.text(MAX_KEY) for item in keys.items(MAX_ROWS)),
        anchors=tuple(_read_anchor(item) for item in anchors.items(MAX_ROWS)),
    )
    keys.require_ascending(list(identity.keys))
    anchors.require_ascending([f"{row.registry} {row.account}" for row in identity.anchors])
    return identity


def write(identity: Identity) -> bytes:
    """Write the canonical document, its lists in order."""
    return canonical.dumps(
        {
            "mediaType": IDENTITY,
            "issuer": identity.issuer,
            "keys": sorted(identity.keys),
            "anchors": [
                {"registry": str(row.registry), "account": str(row.account)}
                for row in sorted(identity.anchors, key=lambda row: f"{row.registry} {row.account}")
            ],
        }
    )


def _read_anchor(reader: Reader) -> AnchoringAccount:
    registry, account = reader.members("registry", "account")
    row = AnchoringAccount(registry.parse(evm_account), account.parse(evm_account))
    if row.registry.chain != row.account.chain:
        raise account.fail("the account is on another chain than the registry")
    return row
