"""Draft, sign and collect attestations (`por/spec/attestation.md`, signing 1 to 6).

Nothing is decided here: a statement says what a verdict found, whatever that is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from por.commitments.anchors import anchor_id
from por.commitments.statements import (
    figures_digest,
    reason_digest,
    rulebooks_digest,
    statement_digest,
)
from por.errors import EvidenceError, PublishError
from por.model import (
    UINT128_MAX,
    AnchoredEntry,
    AssetId,
    Attestation,
    Certificate,
    Committee,
    Digest,
    Figure,
    Finding,
    Instant,
    Revocation,
    SignatureScheme,
    SignedStatement,
    Statement,
    Verdict,
)
from por.proofs import attestation, bls
from por.publish.signers.contract import ContractMember
from por.publish.signers.signer import Signer

DAY = 86_400
MAX_CONTRACT_SIGNATURE = 8192
OTHER_BUNDLE = "nothing was found out about the entry, whoever handed this bundle out; ask for the one that is anchored"
NOT_ANCHORED = "the issuer has anchored nothing for this instant; there is nothing to attest"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Bound, in seconds, how old a draft may be, and how long a statement may be recordable."""

    age: int = DAY
    validity: int = 35 * DAY


def figures_of(verdict: Verdict) -> tuple[Figure, ...]:
    """Return each asset class's proven reserves, rounded down, and committed liabilities, rounded up (signing 2).

    They are base units of the class's first asset. Raises: PublishError for a figure beyond 128 bits.
    """
    rows = [finding for finding in verdict.of("solvency.coverage") if "lower" in finding.facts]
    return tuple(sorted(map(_figure, rows), key=lambda figure: str(figure.asset)))


def commitment_of(verdict: Verdict) -> bytes:
    """Return the id of the anchored entry that a verdict is about.

    Raises: PublishError where nothing is anchored, or another bundle than was verified.
    """
    rows = [finding.facts for finding in verdict.of("publication.anchored") if "entry" in finding.facts]
    if len(rows) != 1:
        raise PublishError(NOT_ANCHORED)
    if rows[0]["bundle"] != str(verdict.bundle):
        raise PublishError(
            f"the issuer anchored {rows[0]['bundle']}, and {verdict.bundle} was verified: {OTHER_BUNDLE}"
        )
    return bytes.fromhex(rows[0]["entry"].removeprefix("0x"))


def statement_of(verdict: Verdict, expires: Instant, entry: AnchoredEntry | None = None) -> Statement:
    """Return what an attester states of a verdict, whatever the outcome (signing 1).

    `entry` is the entry attested, for readers; another one is left out. Raises: PublishError.
    """
    if verdict.policy is None:
        raise PublishError("a verdict under no policy is nobody's to attest")
    figures, rulebooks = figures_of(verdict), tuple(sorted(verdict.rulebooks))
    content = Attestation(
        commitment=commitment_of(verdict),
        policy=verdict.policy,
        rulebooks=rulebooks_digest(rulebooks),
        outcome=verdict.outcome,
        figures=figures_digest(figures),
        observed_at=verdict.checked_at,
        expires_at=expires,
    )
    known = entry if entry is not None and anchor_id(entry) == content.commitment else None
    return Statement(content, figures, rulebooks, known)


def revocation_of(attested: bytes, reason: str) -> Statement:
    """Return the statement that takes an attestation, named by its digest, back."""
    return Statement(Revocation(attested, reason_digest(reason)), reason=reason)


def require_same(draft: Statement, own: Statement, now: Instant, tolerance: Tolerance) -> Statement:
    """Return another's draft once it states what `own` does, and its two instants are acceptable (signing 3).

    Raises: PublishError that names every difference.
    """
    try:
        attestation.require_preimages(draft)
    except EvidenceError as error:
        raise PublishError(f"the draft contradicts itself: {error}") from error
    differences = [*_differences(draft, own), *_untimely(draft, now, tolerance)]
    if differences:
        raise PublishError("\n".join(["the draft is not signed:", *(f"  {line}" for line in differences)]))
    return draft


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
    if len(signature) > MAX_CONTRACT_SIGNATURE:
        raise PublishError(f"a signature of {len(signature)} bytes; at most {MAX_CONTRACT_SIGNATURE} are kept")
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
        name = _name(signed)
        if signed.member not in committee.members:
            raise PublishError(f"{name} is no member of the committee")
        if signed.member in by_member:
            raise PublishError(f"{name} signed twice; each member counts once")
        _require_one_statement(name, signed.statement, first)
        _require_signed(name, signed, committee)
        by_member[signed.member] = signed
    missing = committee.threshold - len(by_member)
    if missing > 0:
        raise PublishError(f"{len(by_member)} of {committee.threshold} signatures are there, {missing} missing")
    rows = [by_member[member] for member in sorted(by_member)]
    try:
        return _joined(rows, committee)
    except EvidenceError as error:
        raise PublishError(f"the signatures do not join: {error}") from error


def _figure(finding: Finding) -> Figure:
    units = 10 ** int(finding.facts["decimals"])
    reserves = Fraction(finding.facts["lower"]) * units
    owed = -(-Fraction(finding.facts["liabilities"]) * units // 1)
    figure = Figure(AssetId.parse(finding.subject), int(owed), int(reserves // 1))
    if max(figure.liabilities, figure.reserves) > UINT128_MAX:
        raise PublishError(f"a figure of {finding.subject} has more than 128 bits")
    return figure


def _differences(draft: Statement, own: Statement) -> Iterator[str]:
    theirs, ours = draft.content, own.content
    if not isinstance(theirs, Attestation) or not isinstance(ours, Attestation):
        yield "the draft is no attestation"
        return
    rows = (
        ("commitment", "0x" + theirs.commitment.hex(), "0x" + ours.commitment.hex()),
        ("policy", str(theirs.policy), str(ours.policy)),
        ("rulebooks", ", ".join(map(str, draft.rulebooks)), ", ".join(map(str, own.rulebooks))),
        ("outcome", str(theirs.outcome), str(ours.outcome)),
    )
    for name, said, found in rows:
        if said != found:
            yield f"{name}: the draft says {said or 'none'}, you found {found or 'none'}"
    said_figures, own_figures = ({str(row.asset): row for row in each.figures} for each in (draft, own))
    for asset in sorted({*said_figures, *own_figures}):
        if said_figures.get(asset) != own_figures.get(asset):
            yield f"{asset}: the draft says {_text(said_figures.get(asset))}, you found {_text(own_figures.get(asset))}"


def _text(figure: Figure | None) -> str:
    return "nothing" if figure is None else f"{figure.reserves} proven of {figure.liabilities} owed"


def _untimely(draft: Statement, now: Instant, tolerance: Tolerance) -> Iterator[str]:
    content = draft.content
    if not isinstance(content, Attestation):
        return
    observed, expires = content.observed_at.seconds, content.expires_at.seconds
    if observed > now.seconds:
        yield f"observed at {content.observed_at}, which is after your clock's {now}"
    elif now.seconds - observed > tolerance.age:
        yield f"observed at {content.observed_at}, more than {tolerance.age} s before your clock's {now}"
    if expires <= now.seconds:
        yield f"expires at {content.expires_at}, which is past"
    elif expires - observed > tolerance.validity:
        yield f"expires at {content.expires_at}, more than {tolerance.validity} s after it was observed"


def _require_scheme(name: str, scheme: SignatureScheme, committee: Committee) -> None:
    possible = {committee.scheme}
    if committee.scheme is SignatureScheme.CONTRACT:
        possible.add(SignatureScheme.ECDSA)
    if scheme not in possible:
        raise PublishError(f"{name} signs by {scheme.name}, members of this committee by {committee.scheme.name}")


def _require_one_statement(name: str, statement: Statement, first: Statement) -> None:
    if statement.content == first.content:
        return
    own, other = (statement_digest(each.content).hex() for each in (statement, first))
    raise PublishError(f"{name} signed another statement: 0x{own}, not 0x{other}")


def _require_signed(name: str, signed: SignedStatement, committee: Committee) -> None:
    _require_scheme(name, signed.scheme, committee)
    try:
        attestation.require_preimages(signed.statement)
        attestation.signer(signed)
        if committee.scheme is SignatureScheme.BLS:
            attestation.require_possession(committee, (signed.member,))
    except EvidenceError as error:
        raise PublishError(f"the statement of {name} does not hold: {error}") from error


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
