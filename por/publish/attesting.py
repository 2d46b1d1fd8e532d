"""State what a verdict found, and compare it with another's draft (`por/spec/attestation.md`, signing 1 to 3).

Nothing is decided here: a statement says what a verdict found, whatever that is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from por.commitments.anchors import anchor_id
from por.commitments.statements import (
    figures_digest,
    reason_digest,
    rulebooks_digest,
)
from por.errors import EvidenceError, PublishError
from por.model import (
    UINT128_MAX,
    AnchoredEntry,
    AssetId,
    Attestation,
    Figure,
    Finding,
    Instant,
    Revocation,
    Statement,
    Verdict,
)
from por.proofs import attestation

DAY = 86_400
ANCHORED = "publication.anchored"
OTHER_BUNDLE = "nothing was found out about the entry, whoever handed this bundle out; ask for the one that is anchored"
NOT_ANCHORED = "the issuer has anchored nothing for this instant; there is nothing to attest"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Bound, in seconds, a draft's age, how long it may be recordable, and its lead over one's own look."""

    age: int = DAY
    validity: int = 35 * DAY
    lead: int = 900


def figures_of(verdict: Verdict) -> tuple[Figure, ...]:
    """Return each asset class's proven reserves, rounded down, and committed liabilities, rounded up (statement 1).

    They are base units of the class's first asset. Raises: PublishError for a figure beyond 128 bits.
    """
    rows = [finding for finding in verdict.of("solvency.coverage") if "lower" in finding.facts]
    return tuple(sorted(map(_figure, rows), key=lambda figure: str(figure.asset)))


def commitment_of(verdict: Verdict) -> bytes:
    """Return the id of the anchored entry that a verdict is about.

    Raises: PublishError where nothing is anchored, or another bundle than was verified.
    """
    rows = [finding.facts for finding in verdict.of(ANCHORED) if "entry" in finding.facts]
    if len(rows) != 1:
        raise PublishError(_unanchored(verdict))
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
    if is_later(draft, own, tolerance):
        differences.append("observed later than you looked; examine the bundle anew, and compare again")
    if differences:
        raise PublishError("\n".join(["the draft is not signed:", *(f"  {line}" for line in differences)]))
    return draft


def is_later(draft: Statement, own: Statement, tolerance: Tolerance) -> bool:
    """Tell whether a draft is of a later look than one's own: what changed between the two, one did not see."""
    theirs, ours = draft.content, own.content
    if not isinstance(theirs, Attestation) or not isinstance(ours, Attestation):
        return False
    return theirs.observed_at.seconds > ours.observed_at.seconds + tolerance.lead


def _unanchored(verdict: Verdict) -> str:
    """Say why no entry is known: that there is none only where the registry was read."""
    found = verdict.of(ANCHORED)
    if len(found) != 1:
        return f"the verdict has {len(found)} findings of {ANCHORED}, and an attestation is about one entry"
    (finding,) = found
    if finding.message in {f"{ANCHORED}.not_yet", f"{ANCHORED}.not_in_time"}:
        return NOT_ANCHORED
    if finding.message == f"{ANCHORED}.no_registry":
        return "no registry was asked for the entry to attest; name it in the policy's [registry]"
    if finding.message == f"{ANCHORED}.not_bound":
        return f"the bundle names {finding.actual} as the account that anchors it, the policy {finding.expected}"
    return f"the entry to attest is not known: {finding.facts.get('reason') or finding.message}"


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
