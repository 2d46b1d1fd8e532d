"""Recover who signed a challenge with a secp256k1 key (`por/spec/control-proof.md`, V1 to V5).

Sources: EIP-191 (version 0x45, personal_sign), EIP-712.
"""

from eth_utils.crypto import keccak

from por.errors import EvidenceError
from por.model import Challenge
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.secp256k1 import recovered

SUPPORTED_SCHEMES = frozenset({"eip191", "eip712"})


def signer(challenge: Challenge, scheme: str, signature: bytes) -> str:
    """Return the lower-case address whose key signed the challenge; any well-formed signature has one.

    Compare it with the account: only equality shows control, and control is not ownership. A scheme that is not in
    SUPPORTED_SCHEMES is the caller's to set aside. Raises: EvidenceError; FormatError for a malformed challenge.
    """
    if scheme not in SUPPORTED_SCHEMES:
        raise EvidenceError(f"control proof: scheme {scheme} of an account of {challenge.account.chain} is not read")
    digest = challenge_digest(challenge, typed=scheme == "eip712")
    try:
        return recovered(digest, signature)
    except EvidenceError as error:
        raise EvidenceError(f"control proof: {error}") from error


def challenge_digest(challenge: Challenge, *, typed: bool) -> bytes:
    """Return the 32-byte digest that is signed: of the typed data (EIP-712), or of the text (EIP-191).

    Raises: EvidenceError for an account of another kind of chain; FormatError for a malformed challenge.
    """
    # Half a second, paid by those alone who have a signature to check.
    from eth_account.messages import encode_defunct, encode_typed_data  # noqa: PLC0415

    if challenge.account.chain.namespace != "eip155":
        raise EvidenceError(f"control proof: an account of {challenge.account.chain} has no such digest")
    if typed:
        message = encode_typed_data(full_message=challenge_typed_data(challenge))
    else:
        message = encode_defunct(text=challenge_text(challenge))
    digest: bytes = keccak(b"\x19" + message.version + message.header + message.body)
    return digest
