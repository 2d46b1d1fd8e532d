"""Hold what attesters hand over: a statement with all that its digests are of, signed by one or certified by many."""

from dataclasses import dataclass

from por.model.anchor import AnchoredEntry
from por.model.attestation import Attestation, Committee, Figure, Revocation, SignatureScheme
from por.model.digest import Digest


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold what members sign, with the preimages of its digests, which a reader compares.

    An attestation comes with its figures, its rulebooks and, where the attesters had it, the anchored entry that its
    commitment is the id of; a revocation with its reason.
    """

    content: Attestation | Revocation
    figures: tuple[Figure, ...] = ()
    rulebooks: tuple[Digest, ...] = ()
    entry: AnchoredEntry | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """Hold one member's signature of a statement.

    `member` is the signer as committees name it; `key` is a BLS member's own 48 bytes, else empty. `report` is the
    digest of the signer's own verdict, which is not signed; a revocation has none.
    """

    statement: Statement
    scheme: SignatureScheme
    member: bytes
    key: bytes
    signature: bytes
    report: Digest | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Hold a statement that members of a committee signed.

    `signers` are members, strictly ascending; `reports` are in their order, none for a revocation. `signatures` are in
    their order too, or for BLS one that is the sum of all.
    """

    statement: Statement
    committee: Committee
    signers: tuple[bytes, ...]
    reports: tuple[Digest, ...]
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AttesterKey:
    """Hold a BLS key of 48 bytes and the proof, in 96, that its maker holds the secret."""

    key: bytes
    possession: bytes
