"""Compute what attesters sign: EIP-712 digests under a domain that names no chain (`por/spec/attestation.md`).

One set of signatures serves every chain and readers without one. Sources: EIP-712, EIP-5267.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from eth_utils.crypto import keccak

from por.commitments.anchors import asset_key
from por.commitments.words import array_of, bytes_word, uint_word
from por.errors import EvidenceError
from por.model import Attestation, Committee, Digest, Figure, Outcome, Revocation, SignatureScheme

NAME = "Proof of Reserves Attestation"
VERSION = "1"
MAX_MEMBERS = 128
OUTCOMES = {Outcome.PASS: 1, Outcome.FAIL: 2, Outcome.INCONCLUSIVE: 3}

_ATTESTATION_TYPE = (
    "Attestation(bytes32 commitment,bytes32 policyDigest,bytes32 rulebookDigests,uint8 outcome,bytes32 figures,"
    "uint64 observedAt,uint64 expiresAt)"
)
_REVOCATION_TYPE = "Revocation(bytes32 attestation,bytes32 reason)"
_DOMAIN_TYPE = "EIP712Domain(string name,string version)"
_DOMAIN = keccak(keccak(text=_DOMAIN_TYPE) + keccak(text=NAME) + keccak(text=VERSION))


def figures_digest(figures: Sequence[Figure]) -> bytes:
    """Compute keccak256(abi.encode(figures)), ascending by asset key (statement 2).

    Raises: EvidenceError for one asset twice or a figure beyond 128 bits.
    """
    rows = sorted((asset_key(figure.asset), figure.liabilities, figure.reserves) for figure in figures)
    if len({row[0] for row in rows}) != len(rows):
        raise EvidenceError("figures name one asset twice")
    return keccak(array_of(rows))


def rulebooks_digest(digests: Iterable[Digest]) -> bytes:
    """Join the digests of rulebooks, ascending, into one; zeros for none (statement 3)."""
    ordered = sorted(digest.value for digest in digests)
    return keccak(b"".join(ordered)) if ordered else bytes(32)


def attestation_digest(attestation: Attestation) -> bytes:
    """Compute what members sign to attest (statement 4). Raises: EvidenceError."""
    return _typed(
        keccak(text=_ATTESTATION_TYPE)
        + bytes_word(attestation.commitment)
        + bytes_word(attestation.policy.value)
        + bytes_word(attestation.rulebooks)
        + uint_word(OUTCOMES[attestation.outcome])
        + bytes_word(attestation.figures)
        + uint_word(attestation.observed_at.seconds, 64)
        + uint_word(attestation.expires_at.seconds, 64)
    )


def revocation_digest(revocation: Revocation) -> bytes:
    """Compute what members sign to take an attestation back (statement 5). Raises: EvidenceError."""
    return _typed(keccak(text=_REVOCATION_TYPE) + bytes_word(revocation.attestation) + bytes_word(revocation.reason))


def statement_digest(content: Attestation | Revocation) -> bytes:
    """Compute what members sign, whichever of the two it is. Raises: EvidenceError."""
    return revocation_digest(content) if isinstance(content, Revocation) else attestation_digest(content)


def reason_digest(reason: str) -> bytes:
    """Compute the SHA-256 of a revocation's reason; zeros for none (statement 6)."""
    return sha256(reason.encode()).digest() if reason else bytes(32)


def committee_id(committee: Committee) -> bytes:
    """Compute the id that names scheme, threshold, members and, with contracts, the chain (committee 2).

    Raises: EvidenceError for a committee that no registry would take.
    """
    members, scheme = committee.members, committee.scheme
    if not 1 <= len(members) <= MAX_MEMBERS:
        raise EvidenceError(f"a committee of {len(members)} members; 1 to {MAX_MEMBERS} are possible")
    if not 1 <= committee.threshold <= len(members):
        raise EvidenceError(f"a threshold of {committee.threshold} among {len(members)} members")
    if list(members) != sorted(set(members)) or members[0] == bytes(32):
        raise EvidenceError("members do not ascend strictly: one is there twice, is zero, or stands in the wrong place")
    if (committee.chain_id != 0) != (scheme is SignatureScheme.CONTRACT):
        raise EvidenceError("a committee names a chain exactly when contracts may be members")
    if scheme is SignatureScheme.BLS:
        if tuple(keccak(key) for key in committee.keys) != members:
            raise EvidenceError("the keys of the committee are not those that its members name")
    elif committee.keys or any(member[:12] != bytes(12) for member in members):
        raise EvidenceError("a member of a committee of accounts is an address and nothing more")
    head = uint_word(scheme, 8) + uint_word(committee.threshold, 8) + uint_word(committee.chain_id)
    body = uint_word(128) + uint_word(len(members)) + b"".join(map(bytes_word, members))
    return keccak(head + body)


def _typed(struct: bytes) -> bytes:
    return keccak(b"\x19\x01" + _DOMAIN + keccak(struct))
