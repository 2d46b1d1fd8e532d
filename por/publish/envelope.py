"""Write and sign transactions that pay a fee of two parts (EIP-1559), by a digest alone."""

from dataclasses import dataclass
from typing import Protocol

import rlp
from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from por.errors import PublishError

_TYPE = b"\x02"


class Payer(Protocol):
    """Pay for transactions: an account whose key signs a digest, wherever the key is."""

    @property
    def address(self) -> str:
        """Name the account, in lower case."""

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the 65 bytes r, s and v, which is 27 or 28."""


@dataclass(frozen=True, slots=True)
class Fee:
    """Hold what is offered in wei per gas: at most `most` in all, of which at most `tip` beside the base fee."""

    most: int
    tip: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold a transaction without its fee; `to` is None where it creates a contract."""

    chain_id: int
    nonce: int
    gas: int
    to: str | None
    data: bytes


def signed(draft: Draft, fee: Fee, payer: Payer) -> bytes:
    """Return the transaction as it is sent.

    Raises: PublishError when the payer's signature is not the account's.
    """
    to = b"" if draft.to is None else bytes.fromhex(draft.to[2:])
    fields = [draft.chain_id, draft.nonce, fee.tip, fee.most, draft.gas, to, 0, draft.data, []]
    digest: bytes = keccak(_TYPE + rlp.encode(fields))
    y_parity, r, s = _components(payer, digest)
    encoded: bytes = rlp.encode([*fields, y_parity, r, s])
    return _TYPE + encoded


def transaction_hash(raw: bytes) -> bytes:
    """Return the hash that names a signed transaction."""
    return bytes(keccak(raw))


def created_address(creator: str, nonce: int) -> str:
    """Return the address of the contract that a transaction of this account and nonce creates."""
    digest: bytes = keccak(rlp.encode([bytes.fromhex(creator[2:]), nonce]))
    return "0x" + digest[12:].hex()


def _components(payer: Payer, digest: bytes) -> tuple[int, int, int]:
    signature = payer.sign_digest(digest)
    if len(signature) != 65 or signature[64] not in {27, 28}:
        raise PublishError(f"the signer of {payer.address} gave no signature of 65 bytes that ends with 27 or 28")
    r, s, y_parity = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64] - 27
    if s > SECPK1_N // 2:
        # Hardware may give either of two equally good signatures; chains take this one (EIP-2).
        s, y_parity = SECPK1_N - s, 1 - y_parity
    try:
        signer = Signature(vrs=(y_parity, r, s)).recover_public_key_from_msg_hash(digest).to_address()
    except (BadSignature, ValidationError):
        signer = "nobody"
    if signer != payer.address.lower():
        raise PublishError(f"the signer of {payer.address} gave a signature of {signer}; it was not sent")
    return y_parity, r, s
