"""Recover who signed a challenge with a secp256k1 key (`por/spec/control-proof.md`, V1 to V5).

Sources: EIP-191 (version 0x45, personal_sign), EIP-712, EIP-2 (low s).
"""

from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak

from por.errors import EvidenceError
from por.model import Challenge
from por.proofs.control.challenge import challenge_text, challenge_typed_data

SUPPORTED_SCHEMES = frozenset({"eip191", "eip712"})


def signer(challenge: Challenge, scheme: str, signature: bytes) -> str:
    """Return the lower-case address whose key signed the challenge; any well-formed signature has one.

    Compare it with the account: only equality shows control, and control is not ownership. A scheme that is not in
    SUPPORTED_SCHEMES is the caller's to set aside. Raises: EvidenceError; FormatError for a malformed challenge.
    """
    digest = _digest(challenge, scheme)
    vrs = _components(signature)
    try:
        return Signature(vrs=vrs).recover_public_key_from_msg_hash(digest).to_address()
    except BadSignature as error:
        raise EvidenceError("control proof: no key made this signature") from error


def _components(signature: bytes) -> tuple[int, int, int]:
    if len(signature) != 65:
        raise EvidenceError(f"control proof: a signature of {len(signature)} bytes; r, s and v have 65")
    r, s, v = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]
    if v not in {27, 28}:
        raise EvidenceError(f"control proof: v is {v}; 27 or 28 is expected")
    if not 0 < r < SECPK1_N or not 0 < s <= SECPK1_N // 2:
        raise EvidenceError("control proof: r or s is out of range, or s is in the upper half (EIP-2)")
    return v - 27, r, s


def _digest(challenge: Challenge, scheme: str) -> bytes:
    # Half a second, paid by those alone who have a signature to check.
    from eth_account.messages import encode_defunct, encode_typed_data  # noqa: PLC0415

    if challenge.account.chain.namespace != "eip155" or scheme not in SUPPORTED_SCHEMES:
        raise EvidenceError(f"control proof: scheme {scheme} of an account of {challenge.account.chain} is not read")
    if scheme == "eip191":
        message = encode_defunct(text=challenge_text(challenge))
    else:
        message = encode_typed_data(full_message=challenge_typed_data(challenge))
    digest: bytes = keccak(b"\x19" + message.version + message.header + message.body)
    return digest
