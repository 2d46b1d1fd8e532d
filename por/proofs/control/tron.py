"""Recover who signed a published text with a TRON key (`por/spec/published-lists.md`, D5).

Sources: TIP-191 (V2: the message behind its length), and the forms before it.
"""

import base58
from eth_keys.datatypes import PublicKey
from eth_utils.crypto import keccak

from por.encoding.published_signature_v1 import PublishedSignature
from por.proofs.control.published_reading import Digests, Published, key_account

_PREFIX = b"\x19TRON Signed Message:\n"


def tron_signers(document: PublishedSignature) -> Published:
    """Return the account that signed, by one of the digests in use. Raises: EvidenceError; UnsupportedEvidenceError."""
    return key_account(document, tron_digests(document.message.encode()), tron_address)


def tron_digests(message: bytes) -> Digests:
    """List the digests under which lists sign a text with TRON keys."""
    return (
        ("tron-32-of-keccak", keccak(_PREFIX + b"32" + keccak(message))),
        ("tron-32", keccak(_PREFIX + b"32" + message)),
        ("tip191", keccak(_PREFIX + str(len(message)).encode() + message)),
    )


def tron_address(key: PublicKey) -> str:
    """Write the address of a key, which begins with T."""
    return base58.b58encode_check(b"\x41" + key.to_canonical_address()).decode()
