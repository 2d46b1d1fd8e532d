"""Compute who signed a statement of attesters, and what its digests are of (`por/spec/attestation.md`).

Nothing here asks a chain: what a member that is a contract accepts is known there alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from eth_utils.crypto import keccak

from por.commitments.anchors import anchor_id
from por.commitments.statements import (
    committee_id,
    figures_digest,
    reason_digest,
    rulebooks_digest,
    statement_digest,
)
from por.errors import EvidenceError
from por.model import (
    Certificate,
    Committee,
    Digest,
    Revocation,
    SignatureScheme,
    SignedStatement,
    Statement,
)
from por.proofs import bls
from por.proofs.secp256k1 import recovered


@dataclass(frozen=True, slots=True)
class Signers:
    """Hold the members that signed, and those whose signature only their own contract can accept."""

    proven: tuple[bytes, ...]
    unread: tuple[bytes, ...] = ()

    @property
    def all(self) -> tuple[bytes, ...]:
        """Return both together, ascending."""
        return tuple(sorted((*self.proven, *self.unread)))


def signer(signed: SignedStatement) -> Signers:
    """Return the one member that signed a statement; that it is anybody's member is not established.

    Raises: EvidenceError.
    """
    digest = statement_digest(signed.statement.content)
    if signed.scheme is SignatureScheme.BLS:
        return Signers(bls.require_aggregate([signed.key], digest, signed.signature))
    return _account(signed.scheme, signed.member, digest, signed.signature)


def signers(certificate: Certificate) -> Signers:
    """Return the members of its committee that signed a certificate's statement (certificate 2 to 5).

    That they are enough, or that anybody trusts this committee, is not established. Raises: EvidenceError.
    """
    committee, named = certificate.committee, certificate.signers
    committee_id(committee)
    if list(named) != sorted(set(named)) or not set(named) <= set(committee.members):
        raise EvidenceError("the signers are not members of the committee, each once, ascending")
    digest = statement_digest(certificate.statement.content)
    if committee.scheme is SignatureScheme.BLS:
        return Signers(_aggregated(certificate, digest))
    if len(certificate.signatures) != len(named):
        raise EvidenceError(f"{len(certificate.signatures)} signatures of {len(named)} signers")
    pairs = zip(named, certificate.signatures, strict=True)
    found = [_account(committee.scheme, member, digest, signature) for member, signature in pairs]
    return Signers(
        tuple(member for each in found for member in each.proven),
        tuple(member for each in found for member in each.unread),
    )


def require_possession(committee: Committee, members: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return those members of a BLS committee once possession of each one's key is proven (certificate 4).

    Raises: EvidenceError.
    """
    if len(committee.possessions) != len(committee.keys):
        raise EvidenceError("the committee does not show possession of each key")
    rows = zip(committee.members, committee.keys, committee.possessions, strict=True)
    return tuple(_possessed(key, proof) for member, key, proof in rows if member in members)


def require_preimages(statement: Statement) -> Statement:
    """Return a statement once all that stands beside its digests is what they are of (certificate 6).

    Raises: EvidenceError naming what differs.
    """
    for what in _altered(statement):
        raise EvidenceError(f"{what} beside the statement: not what was signed")
    return statement


def reports_digest(reports: tuple[Digest, ...]) -> bytes:
    """Join the digests of signers' reports, in the signers' order, as a registry keeps them; zeros for none."""
    return keccak(b"".join(report.value for report in reports)) if reports else bytes(32)


def _altered(statement: Statement) -> Iterator[str]:
    content = statement.content
    if isinstance(content, Revocation):
        if reason_digest(statement.reason) != content.reason:
            yield "the reason"
        return
    if figures_digest(statement.figures) != content.figures:
        yield "the figures"
    if rulebooks_digest(statement.rulebooks) != content.rulebooks:
        yield "the rulebooks"
    if statement.entry is not None and anchor_id(statement.entry) != content.commitment:
        yield "the anchored entry"


def _account(scheme: SignatureScheme, member: bytes, digest: bytes, signature: bytes) -> Signers:
    address = "0x" + member[12:].hex()
    try:
        found = recovered(digest, signature)
    except EvidenceError as error:
        if scheme is SignatureScheme.CONTRACT:
            return Signers((), (member,))
        raise EvidenceError(f"the signature of {address}: {error}") from error
    if found == address:
        return Signers((member,))
    if scheme is SignatureScheme.CONTRACT:
        return Signers((), (member,))
    raise EvidenceError(f"the signature of {address} is by {found}, or over another statement")


def _aggregated(certificate: Certificate, digest: bytes) -> tuple[bytes, ...]:
    if len(certificate.signatures) != 1:
        raise EvidenceError(f"{len(certificate.signatures)} signatures; members of BLS have one, the sum of all")
    committee = certificate.committee
    require_possession(committee, certificate.signers)
    keys = [committee.keys[committee.members.index(member)] for member in certificate.signers]
    return bls.require_aggregate(keys, digest, certificate.signatures[0])


def _possessed(key: bytes, proof: bytes) -> bytes:
    try:
        return bls.possession(key, proof)
    except EvidenceError as error:
        raise EvidenceError(f"the key 0x{key.hex()}: {error}") from error
