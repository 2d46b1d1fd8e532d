"""Sign texts as published lists do, with keys of our own; written apart from the code under test."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

import base58
from Crypto.Hash import RIPEMD160
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from por.encoding.published_signature_v1 import PublishedSignature
from por.model import ChainAccount

MESSAGE = "I am an address of exchange.example"
BTC = "bip122:000000000019d6689c085ae165831e93"
TRON = "tron:0x2b6653dc"
ETHEREUM = "eip155:1"


def key(name: str) -> PrivateKey:
    return PrivateKey(keccak(text=f"published {name}"))


def ed25519(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def hash160(data: bytes) -> bytes:
    return RIPEMD160.new(hashlib.sha256(data).digest()).digest()


def short(text: bytes) -> bytes:
    assert len(text) < 253
    return bytes([len(text)]) + text


def vrs(private: PrivateKey, digest: bytes, *, high: bool = False, first: int = 27) -> str:
    signature = private.sign_msg_hash(digest)
    s, v = (SECPK1_N - signature.s, 1 - signature.v) if high else (signature.s, signature.v)
    data: bytes = signature.r.to_bytes(32) + s.to_bytes(32) + bytes([first + v])
    return f"0x{data.hex()}"


def header_first(private: PrivateKey, digest: bytes, first: int) -> str:
    signature = private.sign_msg_hash(digest)
    return base64.b64encode(bytes([first + signature.v]) + signature.to_bytes()[:64]).decode()


def evm_digests(message: str) -> dict[str, bytes]:
    text, prefix = message.encode(), b"\x19Ethereum Signed Message:\n"
    return {
        "ethereum-32-of-keccak": keccak(prefix + b"32" + keccak(text)),
        "eip191": keccak(prefix + str(len(text)).encode() + text),
        "keccak": keccak(text),
        "okx-message-keccak": keccak(short(b"OKX Signed Message:\n") + short(text)),
    }


def tron_digests(message: str) -> dict[str, bytes]:
    text, prefix = message.encode(), b"\x19TRON Signed Message:\n"
    return {
        "tron-32-of-keccak": keccak(prefix + b"32" + keccak(text)),
        "tron-32": keccak(prefix + b"32" + text),
        "tip191": keccak(prefix + str(len(text)).encode() + text),
    }


def bitcoin_digest(message: str, header: bytes = b"Bitcoin Signed Message:\n") -> bytes:
    return hashlib.sha256(hashlib.sha256(short(header) + short(message.encode())).digest()).digest()


def tron_address(private: PrivateKey) -> str:
    return base58.b58encode_check(b"\x41" + private.public_key.to_canonical_address()).decode()


def compressed(private: PrivateKey) -> bytes:
    return private.public_key.to_compressed_bytes()


def p2pkh(serialised: bytes, prefix: bytes = b"\x00") -> str:
    return base58.b58encode_check(prefix + hash160(serialised)).decode()


def p2sh(script: bytes, prefix: bytes = b"\x05") -> str:
    return base58.b58encode_check(prefix + hash160(script)).decode()


def multisig(threshold: int, *serialised: bytes) -> bytes:
    pushes = b"".join(bytes([len(each)]) + each for each in serialised)
    return bytes([0x50 + threshold]) + pushes + bytes([0x50 + len(serialised), 0xAE])


def document(
    scheme: str,
    account: str,
    *signatures: str,
    key: str | None = None,
    owners: tuple[str, ...] = (),
    message: str = MESSAGE,
) -> PublishedSignature:
    return PublishedSignature(ChainAccount.parse(account), "COIN", scheme, message, signatures, key, owners)


@dataclass(frozen=True)
class Sample:
    """Hold an honest document and the variant by which it verifies."""

    document: PublishedSignature
    variant: str


def samples(*names: str) -> dict[str, Sample]:
    """Make an honest document for every variant, by the first name's key, and the third's where two are asked."""
    alice, bob, carol = (key(name) for name in names)
    found = {}
    for name, digest in evm_digests(MESSAGE).items():
        account = f"{ETHEREUM}:{alice.public_key.to_address()}"
        found[f"evm {name}"] = Sample(document("evm", account, vrs(alice, digest)), name)
    for name, digest in tron_digests(MESSAGE).items():
        found[f"tron {name}"] = Sample(document("tron", f"{TRON}:{tron_address(alice)}", vrs(alice, digest)), name)
    found |= _bitcoin_samples(alice, bob, carol)
    for form, signed in (("okx-message", short(b"OKX Signed Message:\n") + short(MESSAGE.encode())), ("raw", None)):
        private = ed25519(names[0])
        public = private.public_key().public_bytes_raw()
        signature = private.sign(signed or MESSAGE.encode()).hex()
        account = f"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:{base58.b58encode(public).decode()}"
        found[f"ed25519 {form}"] = Sample(document("ed25519", account, signature), form)
    return found


def _bitcoin_samples(alice: PrivateKey, bob: PrivateKey, carol: PrivateKey) -> dict[str, Sample]:
    digest = bitcoin_digest(MESSAGE)
    uncompressed = b"\x04" + alice.public_key.to_bytes()
    nested = p2sh(b"\x00\x14" + hash160(compressed(alice)))
    script = multisig(2, *(compressed(each) for each in (alice, bob, carol)))
    two = (header_first(alice, digest, 31), header_first(carol, digest, 27))
    wrapped = p2sh(b"\x00\x20" + hashlib.sha256(script).digest())
    return {
        "p2pkh": Sample(
            document("bitcoin", f"{BTC}:{p2pkh(compressed(alice))}", header_first(alice, digest, 31)), "p2pkh"
        ),
        "p2pkh uncompressed": Sample(
            document("bitcoin", f"{BTC}:{p2pkh(uncompressed)}", header_first(alice, digest, 27)), "p2pkh-uncompressed"
        ),
        "nested, electrum": Sample(
            document("bitcoin", f"{BTC}:{nested}", header_first(alice, digest, 31)), "p2sh-p2wpkh"
        ),
        "nested, bip137": Sample(
            document("bitcoin", f"{BTC}:{nested}", header_first(alice, digest, 35)), "p2sh-p2wpkh"
        ),
        "2 of 3": Sample(document("bitcoin", f"{BTC}:{p2sh(script)}", *two, key=script.hex()), "p2sh 2-of-3"),
        "2 of 3, nested": Sample(document("bitcoin", f"{BTC}:{wrapped}", *two, key=script.hex()), "p2sh-p2wsh 2-of-3"),
    }
