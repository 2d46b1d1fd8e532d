"""Read and write the evidence file of a signature taken from a published list (`por/spec/published-lists.md`)."""

import base64
import binascii
from dataclasses import dataclass

from eth_keys.constants import SECPK1_N

from por.encoding import canonical
from por.encoding.media_types import PUBLISHED_SIGNATURE
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import ChainAccount

MAX_BYTES = 64 * 1024
MAX_SIGNATURES = 16
MAX_OWNERS = 16
MAX_KEY = 8192


@dataclass(frozen=True, slots=True)
class PublishedSignature:
    """Hold what a list publishes to show control of an account: texts as they stand there, nothing decoded.

    `scheme` is one of those of published-lists.md, or of one that this release does not read. `key` is a redeem or
    witness script, or a public key. `owners` are the addresses that are said to sign for the account.
    """

    account: ChainAccount
    coin: str
    scheme: str
    message: str
    signatures: tuple[str, ...]
    key: str | None = None
    owners: tuple[str, ...] = ()

    @property
    def signature(self) -> bytes:
        """Give one spelling of the signatures, to find them again in other lists (T43).

        Neither the encoding, nor the header byte or v, nor the sign of an ECDSA signature's s makes another of it.
        """
        return b"".join(len(part).to_bytes(2) + part for part in map(signature_core, self.signatures))


def read(data: bytes) -> PublishedSignature:
    """Read the canonical document. Raises: FormatError."""
    account, coin, scheme, message, signatures, key, owners = Reader(
        canonical.load(data, max_bytes=MAX_BYTES)
    ).document(PUBLISHED_SIGNATURE, "account", "coin", "scheme", "message", "signatures", "key", "owners")
    texts = tuple(item.text() for item in signatures.items(MAX_SIGNATURES))
    if not texts:
        raise signatures.fail("at least one signature")
    if "" in texts:
        raise signatures.fail("an empty signature")
    return PublishedSignature(
        account=account.parse(ChainAccount.parse),
        coin=coin.text(64),
        scheme=scheme.text(32),
        message=message.text(),
        signatures=texts,
        key=key.optional(lambda item: item.text(MAX_KEY)),
        owners=tuple(item.text(128) for item in owners.items(MAX_OWNERS)),
    )


def write(document: PublishedSignature) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": PUBLISHED_SIGNATURE,
            "account": str(document.account),
            "coin": document.coin,
            "scheme": document.scheme,
            "message": document.message,
            "signatures": list(document.signatures),
            "key": document.key,
            "owners": list(document.owners),
        }
    )


def from_hex(text: str) -> bytes:
    """Decode hexadecimal of either case, with or without 0x. Raises: FormatError."""
    try:
        return binascii.unhexlify(text.removeprefix("0x"))
    except (binascii.Error, ValueError) as error:
        raise FormatError("not hexadecimal") from error


def from_base64(text: str) -> bytes:
    """Decode base64 in its one spelling. Raises: FormatError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise FormatError("base64 with spare bits or padding")
    return data


def signature_core(text: str) -> bytes:
    """Return what stays of a signature in every spelling: r and the lower s, or the bytes, or else the text."""
    try:
        data = from_hex(text)
        pair = data[:64]
    except FormatError:
        try:
            data = from_base64(text)
        except FormatError:
            return text.encode()
        pair = data[1:]
    if len(data) != 65:
        return data
    s = int.from_bytes(pair[32:])
    return pair[:32] + min(s, abs(SECPK1_N - s)).to_bytes(32)
