"""Verify a published text signed with an Ed25519 key, and tie the key to its address where a plain rule does.

`por/spec/published-lists.md`, D9 to D11. Sources: RFC 8032; the address rules of Solana, Algorand, Polkadot (SS58),
Aptos, Sui, Cardano (CIP-19, enterprise addresses) and NEAR (implicit accounts).
"""

import base64
import hashlib
from collections.abc import Callable, Mapping

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA512_256, Hash

from por.encoding.published_signature_v1 import PublishedSignature
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.proofs.control.bitcoin_address import bech32
from por.proofs.control.evm_message import OKX_HEADER
from por.proofs.control.published_reading import Published, base64_bytes, hex_bytes, listed_address, varstr

SOLANA = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
ALGORAND = "algorand:wGHE2Pwdvd7S12BL5FaOP20EGYesN73k"
POLKADOT = "polkadot:91b171bb158e2d3848fa23a9f1c25182"
APTOS = "aptos:1"
SUI = "sui:mainnet"
CARDANO = "cip34:1-764824073"
NEAR = "near:mainnet"

_FIELD = 2**255 - 19
_ORDER_EIGHT = 2707385501144840649318225287225658788936804267575313519463743609750303402022
# The y of the points of small order: every message has a signature under such a key, which nobody needs to hold.
_SMALL_ORDER = frozenset({0, 1, _FIELD - 1, _ORDER_EIGHT, _FIELD - _ORDER_EIGHT})


def ed25519_signers(document: PublishedSignature) -> Published:
    """Return the account whose key signed.

    Raises: EvidenceError; UnsupportedEvidenceError for a key that is not tied to the address.
    """
    if len(document.signatures) != 1:
        raise EvidenceError(f"{len(document.signatures)} signatures for one Ed25519 key")
    chain, address = str(document.account.chain), listed_address(document)
    key = _key(document, chain, address)
    variant = _variant(document, key)
    rule = _ADDRESSES.get(chain)
    if rule is not None and rule(key) == padded(chain, address):
        return Published((address,), variant)
    if chain in _KEYS:
        raise EvidenceError(f"the key that signed is not that of {address}")
    raise UnsupportedEvidenceError(f"the key 0x{key.hex()} signed ({variant}), and is not tied to {address}")


def _variant(document: PublishedSignature, key: bytes) -> str:
    text, message = document.signatures[0], document.message.encode()
    hexadecimal = len(text.removeprefix("0x")) == 128
    signature = hex_bytes(text, 64, "a signature") if hexadecimal else base64_bytes(text, 64, "a signature")
    for name, signed in (("okx-message", varstr(OKX_HEADER) + varstr(message)), ("raw", message)):
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
        except InvalidSignature:
            continue
        except ValueError as error:
            raise EvidenceError("the public key is none") from error
        return name
    raise EvidenceError("the signature is not by the public key, over any of okx-message, raw")


def _key(document: PublishedSignature, chain: str, address: str) -> bytes:
    if document.key is not None:
        key = hex_bytes(document.key, 32, "a public key")
    elif chain in _KEYS:
        key = _KEYS[chain](address)
    else:
        raise UnsupportedEvidenceError(f"the list gives no public key for {address}")
    y = int.from_bytes(key, "little") % 2**255
    if y in _SMALL_ORDER or y >= _FIELD:
        raise EvidenceError("the public key is of small order or not canonical: anybody signs under it")
    return key


def _solana_key(address: str) -> bytes:
    try:
        key = base58.b58decode(address)
    except ValueError as error:
        raise EvidenceError("not a Solana address") from error
    if len(key) != 32:
        raise EvidenceError("not a Solana address")
    return key


def _algorand_key(address: str) -> bytes:
    try:
        data = base64.b32decode(address + "=" * (-len(address) % 8))
    except ValueError as error:
        raise EvidenceError("not an Algorand address") from error
    if len(data) != 36:
        raise EvidenceError("not an Algorand address")
    return data[:32]


def _algorand_address(key: bytes) -> str:
    check = Hash(SHA512_256())
    check.update(key)
    return base64.b32encode(key + check.finalize()[-4:]).decode().rstrip("=")


def _solana_address(key: bytes) -> str:
    return base58.b58encode(key).decode()


def _polkadot_address(key: bytes) -> str:
    payload = b"\x00" + key
    return base58.b58encode(payload + hashlib.blake2b(b"SS58PRE" + payload).digest()[:2]).decode()


def _aptos_address(key: bytes) -> str:
    return "0x" + hashlib.sha3_256(key + b"\x00").hexdigest()


def _sui_address(key: bytes) -> str:
    return "0x" + hashlib.blake2b(b"\x00" + key, digest_size=32).hexdigest()


def _cardano_address(key: bytes) -> str:
    return bech32("addr", b"\x61" + hashlib.blake2b(key, digest_size=28).digest())


def padded(chain: str, address: str) -> str:
    """Put back the leading zeros that lists leave out of Aptos and Sui addresses (T46)."""
    return f"0x{address[2:].rjust(64, '0')}" if chain in {APTOS, SUI} and address.startswith("0x") else address


_KEYS: Mapping[str, Callable[[str], bytes]] = {SOLANA: _solana_key, ALGORAND: _algorand_key}
_ADDRESSES: Mapping[str, Callable[[bytes], str]] = {
    SOLANA: _solana_address,
    ALGORAND: _algorand_address,
    POLKADOT: _polkadot_address,
    APTOS: _aptos_address,
    SUI: _sui_address,
    CARDANO: _cardano_address,
    NEAR: bytes.hex,
}
