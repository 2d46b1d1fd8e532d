"""Recover who signed a published text with an EVM key (`por/spec/published-lists.md`, D1 to D4)."""

import re

from eth_keys.datatypes import PublicKey
from eth_utils.crypto import keccak

from por.encoding.published_signature_v1 import PublishedSignature
from por.errors import UnsupportedEvidenceError
from por.proofs.control.published_reading import Digests, Published, key_account, listed_address, varstr

OKX_HEADER = b"OKX Signed Message:\n"

_PREFIX = b"\x19Ethereum Signed Message:\n"
_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)


def evm_signers(document: PublishedSignature) -> Published:
    """Return the account that signed, by one of the digests in use. Raises: EvidenceError; UnsupportedEvidenceError."""
    address = listed_address(document)
    if not document.owners and not _ADDRESS.fullmatch(address):
        raise UnsupportedEvidenceError(f"{address} is no address of an EVM key")
    return key_account(document, evm_digests(document.message.encode()), PublicKey.to_address)


def evm_digests(message: bytes) -> Digests:
    """List the digests under which lists sign a text with EVM keys."""
    return (
        ("ethereum-32-of-keccak", keccak(_PREFIX + b"32" + keccak(message))),
        ("eip191", keccak(_PREFIX + str(len(message)).encode() + message)),
        ("keccak", keccak(message)),
        ("okx-message-keccak", keccak(varstr(OKX_HEADER) + varstr(message))),
    )
