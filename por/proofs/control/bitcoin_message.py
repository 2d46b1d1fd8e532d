"""Recover who signed a published text by Bitcoin's signmessage (`por/spec/published-lists.md`, D6 to D8).

Sources: BIP-137 (the header byte), BIP-11, BIP-141.
"""

import hashlib
from collections.abc import Iterable, Iterator

from eth_keys.datatypes import PublicKey

from por.encoding.published_signature_v1 import PublishedSignature, from_hex
from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError
from por.proofs.control.bitcoin_address import (
    NETWORKS,
    UtxoNetwork,
    address_kind,
    hash160,
    key_addresses,
    key_hash_address,
    script_addresses,
)
from por.proofs.control.bitcoin_script import multisig
from por.proofs.control.published_reading import Published, base64_bytes, listed_address, recovered_key, varstr

_FIRST, _COMPRESSED, _NESTED, _SEGWIT, _END = 27, 31, 35, 39, 43
_TO_KEY_HASH = (bytes.fromhex("76a914"), bytes.fromhex("88ac"))


def bitcoin_signers(document: PublishedSignature) -> Published:
    """Return the account whose key, or enough of whose script's keys, signed.

    Raises: EvidenceError; UnsupportedEvidenceError for chains, addresses and scripts of other kinds.
    """
    network = NETWORKS.get(str(document.account.chain))
    if network is None:
        raise UnsupportedEvidenceError(f"how {document.account.chain} signs messages is not known here")
    address = listed_address(document)
    kind = address_kind(network, address)
    if kind is None:
        raise UnsupportedEvidenceError(f"{address} is of a kind of address that is not read")
    script = None if document.key is None else _script(document.key)
    if script is None or _is_to_key_hash(network, script, address):
        return _by_key(document, network, kind)
    return _by_script(document, network, script)


def message_digest(network: UtxoNetwork, message: str) -> bytes:
    """Return what is signed: SHA-256, twice, of the header and the message, each behind its length."""
    return hashlib.sha256(hashlib.sha256(varstr(network.header) + varstr(message.encode())).digest()).digest()


def _by_key(document: PublishedSignature, network: UtxoNetwork, kind: str) -> Published:
    if kind == "script":
        raise UnsupportedEvidenceError("the address is a script's, and the list does not publish the script")
    if len(document.signatures) != 1:
        raise EvidenceError(f"{len(document.signatures)} signatures for the address of one key")
    address = listed_address(document)
    header, key = _recover(document.signatures[0], message_digest(network, document.message))
    for variant, text in _key_addresses(network, header, key):
        if text == address:
            return Published((address,), variant)
    if kind == "p2sh" and header < _NESTED:
        raise UnsupportedEvidenceError("the address may be a script's, and the list does not publish the script")
    raise EvidenceError(f"the signature is not by the key of {address}")


def _key_addresses(network: UtxoNetwork, header: int, key: PublicKey) -> Iterable[tuple[str, str]]:
    if header < _COMPRESSED:
        return (("p2pkh-uncompressed", key_hash_address(network, hash160(b"\x04" + key.to_bytes()))),)
    addresses = key_addresses(network, key.to_compressed_bytes())
    if header < _NESTED:
        return addresses
    wanted = "p2sh-p2wpkh" if header < _SEGWIT else "p2wpkh"
    return (each for each in addresses if each[0] == wanted)


def _by_script(document: PublishedSignature, network: UtxoNetwork, script: bytes) -> Published:
    address = listed_address(document)
    asked = multisig(script)
    kinds = [kind for kind, text in script_addresses(network, script) if text == address]
    if not kinds:
        raise EvidenceError(f"the script's hash is not {address}")
    signed = list(_script_keys(document, network))
    if len(set(signed)) != len(signed):
        raise EvidenceError("one key signed twice, and counts once")
    if not set(signed) <= set(asked.keys):
        raise EvidenceError("a signature is not by a key of the script")
    if len(signed) < asked.threshold:
        raise EvidenceError(f"{len(signed)} keys signed; the script asks for {asked.threshold} of {len(asked.keys)}")
    return Published((address,), f"{kinds[0]} {asked.threshold}-of-{len(asked.keys)}")


def _script_keys(document: PublishedSignature, network: UtxoNetwork) -> Iterator[bytes]:
    digest = message_digest(network, document.message)
    for text in document.signatures:
        header, key = _recover(text, digest)
        if header >= _NESTED:
            raise EvidenceError(f"the signature's first byte is {header}, which is for the address of one key")
        yield key.to_compressed_bytes()


def _recover(text: str, digest: bytes) -> tuple[int, PublicKey]:
    data = base64_bytes(text, 65, "a signature")
    if not _FIRST <= data[0] < _END:
        raise EvidenceError(f"the signature's first byte is {data[0]}; {_FIRST} to {_END - 1} is expected")
    return data[0], recovered_key(digest, (data[0] - _FIRST) % 4, data[1:])


def _script(text: str) -> bytes:
    try:
        return from_hex(text)
    except FormatError as error:
        raise EvidenceError(f"the script: {error.reason}") from error


def _is_to_key_hash(network: UtxoNetwork, script: bytes, address: str) -> bool:
    """Tell whether the script is only the address again: some lists give P2PKH output scripts."""
    head, tail = _TO_KEY_HASH
    if len(script) != 25 or not script.startswith(head) or not script.endswith(tail):
        return False
    if key_hash_address(network, script[3:23]) != address:
        raise EvidenceError(f"the script is of another address than {address}")
    return True
