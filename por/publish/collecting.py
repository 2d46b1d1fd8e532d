"""Sign as a member of a committee, and join what members signed (`por/spec/attestation.md`, signing 4 to 6)."""

from collections.abc import Sequence

from por.commitments.statements import statement_digest
from por.encoding.attestation_v1 import MAX_SIGNATURE
from por.errors import EvidenceError, PublishError, SourceError
from por.model import Certificate, Committee, Digest, SignatureScheme, SignedStatement, Statement
from por.proofs import attestation, bls
from por.publish.reading import Reading
from por.publish.signers.contract import ContractMember
from por.publish.signers.signer import Signer

# isValidSignature(bytes32,bytes), which a contract answers by these bytes too (ERC-1271).
_ACCEPTED = bytes.fromhex("1626ba7e")


def require_member(signer: Signer, committee: Committee) -> None:
    """Raise: PublishError for a signer that cannot sign for this committee."""
    if signer.member not in committee.members:
        raise PublishError(f"{signer.name} is no member of the committee")
    _require_scheme(signer.name, signer.scheme, committee)
    if isinstance(signer, ContractMember) and signer.chain_id != committee.chain_id:
        raise PublishError(f"{signer.name} is on another chain than the committee's, eip155:{committee.chain_id}")


def signed_by(
    signer: Signer, statement: Statement, committee: Committee, report: Digest | None, issuer: str | None
) -> SignedStatement:
    """Sign a statement as a member of a committee (signing 4 and 5).

    `issuer` is the address that anchors for the issuer, None where none is known. Raises: PublishError.
    """
    require_member(signer, committee)
    if issuer is not None and signer.member == bytes(12) + bytes.fromhex(issuer[2:]):
        raise PublishError(f"{signer.name} anchors for the issuer; an attester is somebody else")
    key = b""
    if committee.scheme is SignatureScheme.BLS:
        key = committee.keys[committee.members.index(signer.member)]
    signature = signer.sign(statement_digest(statement.content))
    if len(signature) > MAX_SIGNATURE:
        raise PublishError(f"a signature of {len(signature)} bytes; at most {MAX_SIGNATURE} are kept")
    return require_signed(SignedStatement(statement, signer.scheme, signer.member, key, signature, report))


def require_signed(signed: SignedStatement) -> SignedStatement:
    """Return a statement once its signature is its signer's own, as far as no contract has to say so.

    Raises: PublishError.
    """
    try:
        attestation.signer(signed)
    except EvidenceError as error:
        raise PublishError(f"the signature of {_name(signed)} is not its own: {error}") from error
    return signed


def collected(statements: Sequence[SignedStatement], committee: Committee) -> Certificate:
    """Join signed statements into a certificate, each signature checked (signing 6).

    Raises: PublishError that names the statement that does not fit, or says how many are missing.
    """
    if not statements:
        raise PublishError("no signed statement was given")
    first = statements[0].statement
    by_member: dict[bytes, SignedStatement] = {}
    for signed in statements:
        if signed.member in by_member:
            raise PublishError(f"{_name(signed)} signed twice; each member counts once")
        require_countable(signed, first, committee)
        by_member[signed.member] = signed
    missing = committee.threshold - len(by_member)
    if missing > 0:
        raise PublishError(f"{len(by_member)} of {committee.threshold} signatures are there, {missing} missing")
    rows = [by_member[member] for member in sorted(by_member)]
    try:
        return _joined(rows, committee)
    except EvidenceError as error:
        raise PublishError(f"the signatures do not join: {error}") from error


def require_countable(signed: SignedStatement, statement: Statement, committee: Committee) -> None:
    """Require that a member signed this very statement, as far as no contract has to say so (signing 6).

    Raises: PublishError that names the signer.
    """
    name = _name(signed)
    if signed.member not in committee.members:
        raise PublishError(f"{name} is no member of the committee")
    if signed.statement.content != statement.content:
        own, other = (statement_digest(each.content).hex() for each in (signed.statement, statement))
        raise PublishError(f"{name} signed another statement: 0x{own}, not 0x{other}")
    _require_scheme(name, signed.scheme, committee)
    try:
        attestation.require_preimages(signed.statement)
        attestation.signer(signed)
        if committee.scheme is SignatureScheme.BLS:
            attestation.require_possession(committee, (signed.member,))
    except EvidenceError as error:
        raise PublishError(f"the statement of {name} does not hold: {error}") from error


def require_proven(signed: SignedStatement, committee: Committee, reading: Reading | None) -> None:
    """Require that a signature is its member's own: by the key, or as the member's contract says on its chain.

    `reading` reads the committee's chain, None where nobody can be asked. Raises: PublishError that names the signer.
    """
    name = _name(signed)
    if signed.member not in committee.members:
        raise PublishError(f"{name} is no member of the committee")
    _require_scheme(name, signed.scheme, committee)
    try:
        found = attestation.signer(signed)
    except EvidenceError as error:
        raise PublishError(f"the signature of {name} is not its own: {error}") from error
    if found.unread:
        _require_accepted(signed, committee, reading)
    elif found.proven != (signed.member,):
        raise PublishError(f"the signature of {name} is another member's")


def _require_accepted(signed: SignedStatement, committee: Committee, reading: Reading | None) -> None:
    name = _name(signed)
    if reading is None:
        chain = f"eip155:{committee.chain_id}"
        raise PublishError(f"only the contract {name} can accept its signature, and no source of {chain} can ask it")
    digest, length = statement_digest(signed.statement.content), len(signed.signature)
    padded = signed.signature + bytes(-length % 32)
    data = _ACCEPTED + digest + (64).to_bytes(32) + length.to_bytes(32) + padded
    try:
        answer = reading.read(name, data)
    except (PublishError, SourceError) as error:
        raise PublishError(f"the contract {name} did not accept its signature: {error}") from error
    if answer != _ACCEPTED + bytes(28):
        raise PublishError(f"the contract {name} did not accept its signature")


def _require_scheme(name: str, scheme: SignatureScheme, committee: Committee) -> None:
    possible = {committee.scheme}
    if committee.scheme is SignatureScheme.CONTRACT:
        possible.add(SignatureScheme.ECDSA)
    if scheme not in possible:
        raise PublishError(f"{name} signs by {scheme.name}, members of this committee by {committee.scheme.name}")


def _joined(rows: Sequence[SignedStatement], committee: Committee) -> Certificate:
    """Make the certificate, and check it whole: BLS keys or signatures may cancel out together."""
    signatures = tuple(row.signature for row in rows)
    certificate = Certificate(
        statement=rows[0].statement,
        committee=committee,
        signers=tuple(row.member for row in rows),
        reports=tuple(row.report for row in rows if row.report is not None),
        signatures=(bls.aggregate(signatures),) if committee.scheme is SignatureScheme.BLS else signatures,
    )
    attestation.signers(certificate)
    return certificate


def _name(signed: SignedStatement) -> str:
    return "0x" + (signed.key or signed.member[12:]).hex()
