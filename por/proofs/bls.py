"""Aggregate and check BLS signatures of the proof-of-possession suite, and convert points to the chain's encoding.

Keys have 48 bytes, signatures 96, compressed; the chain takes them uncompressed, in 128 and 256. The suite is
BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_ of draft-irtf-cfrg-bls-signature-05; the chain's encoding is EIP-2537's.
"""

from collections.abc import Sequence

from eth_utils.crypto import keccak

from por.errors import EvidenceError


def require_aggregate(keys: Sequence[bytes], message: bytes, signature: bytes) -> tuple[bytes, ...]:
    """Return the statement proven: all of `keys`, named by keccak256 in the same order, signed `message`.

    It holds only if possession of every key was proven: without that, one rogue key signs for others.
    Raises: EvidenceError, also for no key, a key twice, and keys or signatures that are infinite, outside their
    subgroup or not in their one encoding.
    """
    from por.proofs import bls12_381  # noqa: PLC0415

    _require_distinct("key", keys)
    signed = bls12_381.signature(signature)
    bls12_381.require_signed(bls12_381.total_key(keys), message, signed, bls12_381.MESSAGES)
    return tuple(keccak(key) for key in keys)


def possession(key: bytes, proof: bytes) -> bytes:
    """Return the member's name, keccak256 of `key`: whoever made the 96-byte `proof` held its secret.

    Raises: EvidenceError.
    """
    from por.proofs import bls12_381  # noqa: PLC0415

    point, signed = bls12_381.key(key), bls12_381.signature(proof)
    try:
        bls12_381.require_signed(point, key, signed, bls12_381.POSSESSIONS)
    except EvidenceError as error:
        raise EvidenceError("not a proof of possession of this key") from error
    return keccak(key)


def aggregate(signatures: Sequence[bytes]) -> bytes:
    """Return the sum of signatures of one message; whose they are is not checked.

    Raises: EvidenceError for no signature, one twice, a malformed one, and signatures that cancel out.
    """
    from por.proofs import bls12_381  # noqa: PLC0415

    _require_distinct("signature", signatures)
    return bls12_381.total_signature(signatures)


def key_point(key: bytes) -> bytes:
    """Return a key as the chain takes it: 128 bytes. Raises: EvidenceError."""
    from por.proofs import bls12_381  # noqa: PLC0415

    return bls12_381.coordinates(bls12_381.key(key))


def signature_point(signature: bytes) -> bytes:
    """Return a signature as the chain takes it: 256 bytes. Raises: EvidenceError."""
    from por.proofs import bls12_381  # noqa: PLC0415

    return bls12_381.coordinates(bls12_381.signature(signature))


def key_of_point(point: bytes) -> bytes:
    """Return the 48-byte key of 128 bytes as the chain takes them. Raises: EvidenceError."""
    from por.proofs import bls12_381  # noqa: PLC0415

    return bls12_381.key_from(point)


def signature_of_point(point: bytes) -> bytes:
    """Return the 96-byte signature of 256 bytes as the chain takes them. Raises: EvidenceError."""
    from por.proofs import bls12_381  # noqa: PLC0415

    return bls12_381.signature_from(point)


def _require_distinct(what: str, items: Sequence[bytes]) -> None:
    if not items:
        raise EvidenceError(f"no {what} is given")
    if len(set(items)) != len(items):
        raise EvidenceError(f"one {what} stands twice")
