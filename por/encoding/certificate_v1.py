"""Read and write a certificate: a statement that members of a committee signed (`por/spec/attestation.md`)."""

from por.encoding import canonical
from por.encoding.attestation_v1 import read_signature
from por.encoding.attester_key_v1 import KEY_BYTES
from por.encoding.committee_v1 import (
    MAX_MEMBERS,
    address_member,
    address_text,
    committee_value,
    key_member,
    read_committee,
)
from por.encoding.liability_v1 import Json
from por.encoding.media_types import CERTIFICATE
from por.encoding.reader import Reader
from por.encoding.statement_v1 import read_statement, statement_value
from por.model import Certificate, Digest, Revocation, SignatureScheme

MAX_BYTES = 8 * 2**20


def read(data: bytes) -> Certificate:
    """Read the canonical document (certificate 1); whether a signature holds is not looked at.

    Raises: FormatError, also for signers that are no members or do not ascend, and for another number of reports or
    signatures than belongs to them.
    """
    statement, committee, signers, signatures = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        CERTIFICATE, "statement", "committee", "signers", "signatures"
    )
    said, members = read_statement(statement), read_committee(committee)
    bls, revoking = members.scheme is SignatureScheme.BLS, isinstance(said.content, Revocation)
    items = list(signers.items(MAX_MEMBERS))
    rows = [_read_signer(item, bls, revoking) for item in items]
    names = tuple(name for name, _ in rows)
    for item, name in zip(items, names, strict=True):
        if name not in members.members:
            raise item.fail("no member of the committee")
    signers.require_ascending(names)
    parts = list(signatures.items(MAX_MEMBERS))
    if not items or len(parts) != (1 if bls else len(items)):
        raise signatures.fail(f"{len(parts)} signatures of {len(items)} signers")
    return Certificate(
        statement=said,
        committee=members,
        signers=names,
        reports=tuple(report for _, report in rows if report is not None),
        signatures=tuple(read_signature(part, members.scheme) for part in parts),
    )


def write(certificate: Certificate) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": CERTIFICATE,
            "statement": statement_value(certificate.statement),
            "committee": committee_value(certificate.committee),
            "signers": [_signer_value(certificate, i) for i in range(len(certificate.signers))],
            "signatures": ["0x" + signature.hex() for signature in certificate.signatures],
        }
    )


def _read_signer(reader: Reader, bls: bool, revoking: bool) -> tuple[bytes, Digest | None]:
    member, report = reader.members("member", "report")
    name = key_member(member.data(KEY_BYTES, KEY_BYTES)) if bls else member.parse(address_member)
    digest = report.optional(Reader.digest)
    if (digest is None) != revoking:
        raise report.fail("an attestation comes with the digest of each signer's report, a revocation with null")
    return name, digest


def _signer_value(certificate: Certificate, position: int) -> Json:
    committee, name = certificate.committee, certificate.signers[position]
    if committee.scheme is SignatureScheme.BLS:
        member = "0x" + committee.keys[committee.members.index(name)].hex()
    else:
        member = address_text(name)
    return {"member": member, "report": str(certificate.reports[position]) if certificate.reports else None}
