"""Recover the EVM account that signed a challenge.

Sources: EIP-191 version 0x45, EIP-712, EIP-2 (low s). A contract account has no key of its own: nothing recovers to it.
"""

from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from por.errors import EvidenceError
from por.model import Challenge
from por.proofs.control.challenge import challenge_text, challenge_typed_data

SUPPORTED_SCHEMES = frozenset({"eip191", "eip712"})
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def signer(challenge: Challenge, scheme: str, signature: bytes) -> str:
    """Return the lower-case address whose key signed the challenge by `scheme`, one of SUPPORTED_SCHEMES.

    Whether that is the account is the caller's to compare. Raises: EvidenceError for a signature in any but the one
    strict form: 65 bytes r, s, v; r and s in range; s in the lower half; v 27 or 28 (T48).
    """
    r, s, v = _split(signature)
    if not 0 < r < ORDER or not 0 < s <= ORDER // 2 or v not in {27, 28}:
        raise EvidenceError("a signature whose r, s or v is outside its strict range")
    try:
        return str(Account.recover_message(_message(challenge, scheme), vrs=(v, r, s))).lower()
    except (BadSignature, ValidationError) as error:
        raise EvidenceError("a signature from which no key can be recovered") from error


def _split(signature: bytes) -> tuple[int, int, int]:
    if len(signature) != 65:
        raise EvidenceError(f"a signature of {len(signature)} bytes; 65 are needed")
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]


def _message(challenge: Challenge, scheme: str) -> SignableMessage:
    if scheme == "eip191":
        return encode_defunct(text=challenge_text(challenge))
    if scheme == "eip712":
        return encode_typed_data(full_message=challenge_typed_data(challenge))
    raise EvidenceError(f"no control proof of scheme {scheme[:32]!r} is recovered here")
