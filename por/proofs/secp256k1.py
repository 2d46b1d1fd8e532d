"""Recover who signed 32 bytes with a secp256k1 key, where each signature has one form.

Sources: SEC 1 (4.1.6), EIP-2 (low s).
"""

from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature

from por.errors import EvidenceError

SIGNATURE_BYTES = 65


def recovered(digest: bytes, signature: bytes) -> str:
    """Return the lower-case address whose key signed `digest`; any well-formed signature has one.

    `signature` is r, s and v, 65 bytes. Raises: EvidenceError, also for the second form of a signature.
    """
    vrs = _components(signature)
    try:
        return Signature(vrs=vrs).recover_public_key_from_msg_hash(digest).to_address()
    except BadSignature as error:
        raise EvidenceError("no key made this signature") from error


def _components(signature: bytes) -> tuple[int, int, int]:
    if len(signature) != SIGNATURE_BYTES:
        raise EvidenceError(f"a signature of {len(signature)} bytes; r, s and v have {SIGNATURE_BYTES}")
    r, s, v = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
    if v not in {27, 28}:
        raise EvidenceError(f"the signature's v is {v}; 27 or 28 is expected")
    if not 0 < r < SECPK1_N or not 0 < s <= SECPK1_N // 2:
        raise EvidenceError("the signature's r or s is out of range, or s is in the upper half (EIP-2)")
    return v - 27, r, s
