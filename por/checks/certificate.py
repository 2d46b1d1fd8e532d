"""Ask what a certificate of attesters is worth to one reader (`por/spec/attestation.md`, Verification)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from por.checks.asset_classes import classes_by_asset
from por.checks.evidence import OpenBundle
from por.checks.freshness import freshness
from por.checks.observation import Missing, Observation, Seen, judge, observe, then, unseen
from por.checks.policy import require_usable
from por.checks.requirements import answered, with_waivers
from por.checks.rulebooks import load_rulebooks
from por.commitments.statements import attestation_digest, committee_id
from por.errors import FormatError
from por.model import (
    AnchoredEntry,
    Attestation,
    Certificate,
    Committee,
    Figure,
    Finding,
    Instant,
    Outcome,
    Policy,
    Revocation,
    SignatureScheme,
    Statement,
    Verdict,
    format_coins,
    snapshot_id,
)
from por.proofs.attestation import Signers, require_preimages, signers

PROFILE = "certificate"

_OFFLINE = (
    "contracts of the committee signed, and what they accept only their chain knows; "
    "this release does not ask it: {names}"
)


@dataclass(frozen=True, slots=True)
class Given:
    """Hold what a reader has beside the certificate: the bundle, the id of an anchored entry, revocations."""

    bundle: OpenBundle | None = None
    entry: bytes | None = None
    revocations: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class _Reading:
    """Hold a certificate, what it says, and what it is read with."""

    certificate: Certificate
    said: Attestation
    subject: str
    policy: Policy
    given: Given
    now: Instant
    opened: Observation[Statement]

    def found(self, outcome: Outcome, message: str, **facts: str) -> Finding:
        return Finding(message.rpartition(".")[0], self.subject, outcome, message, facts=facts)

    def compared(self, same: str, other: str, expected: str, actual: str, differs: Outcome = Outcome.FAIL) -> Finding:
        equal = expected == actual
        finding = self.found(Outcome.PASS if equal else differs, same if equal else other)
        return replace(finding, expected=expected, actual=actual)


def check_certificate(certificate: Certificate, policy: Policy, given: Given, *, now: Instant) -> Verdict:
    """Judge a certificate without asking anybody; its verdict is PASS only where the attesters found PASS.

    Nothing of the bundle is examined again. Raises: FormatError for a certificate of a revocation and a rulebook of the
    policy that cannot be read, PolicyError for a policy that cannot be used.
    """
    require_usable(policy)
    said = certificate.statement.content
    if isinstance(said, Revocation):
        raise FormatError("a certificate of a revocation, which attests nothing; give it as a revocation")
    opened = observe(lambda: require_preimages(certificate.statement))
    subject = "0x" + attestation_digest(said).hex()
    reading = _Reading(certificate, said, subject, policy, given, now, opened)
    entry = opened.value.entry if isinstance(opened, Seen) else None
    return Verdict(
        profile=PROFILE,
        snapshot=snapshot_id(policy.issuer, entry.anchor.instant) if entry else "0x" + said.commitment.hex(),
        bundle=given.bundle.digest if given.bundle else None,
        policy=policy.digest,
        as_of=entry.anchor.instant if entry else said.observed_at,
        checked_at=now,
        findings=with_waivers(list(_findings(reading)), policy),
        rulebooks=opened.value.rulebooks if isinstance(opened, Seen) else (),
    )


def _findings(reading: _Reading) -> Iterator[Finding]:
    run = {
        "attestation.signed": signed,
        "attestation.committee": committee,
        "attestation.policy": policy_named,
        "attestation.figures": figures,
        "attestation.current": current,
        "snapshot.fresh": fresh,
        "attestation.revoked": revoked,
        "attestation.outcome": outcome,
    }
    for check, ask in run.items():
        yield from answered(check, reading.subject, ask(reading))
    about = list(bundle(reading))
    if about or "attestation.bundle" in reading.policy.require:
        yield from answered("attestation.bundle", reading.subject, about)


def signed(reading: _Reading) -> Iterator[Finding]:
    """Ask: did as many members as the committee's threshold sign exactly this statement?"""
    seen = observe(lambda: signers(reading.certificate))
    yield judge("attestation.signed", reading.subject, seen, lambda found: _enough(reading, found))


def committee(reading: _Reading) -> Iterator[Finding]:
    """Ask: does the policy name this committee?"""
    known = reading.policy.committees
    seen = observe(lambda: committee_id(reading.certificate.committee))
    if isinstance(seen, Seen) and not known:
        seen = Missing(f"your policy names no committee; this one is 0x{seen.value.hex()}")

    def decide(found: bytes) -> Finding:
        finding = reading.found(Outcome.PASS, "attestation.committee.named")
        if found not in known:
            finding = reading.found(Outcome.FAIL, "attestation.committee.other")
        named = ", ".join("0x" + item.hex() for item in known)
        return replace(finding, expected=named, actual="0x" + found.hex())

    yield judge("attestation.committee", reading.subject, seen, decide)


def policy_named(reading: _Reading) -> Iterator[Finding]:
    """Ask: was the statement made under the reader's own policy, or under one that it accepts?"""
    own, theirs = str(reading.policy.digest), str(reading.said.policy)
    if reading.said.policy in reading.policy.accepted_policies:
        yield reading.found(Outcome.PASS, "attestation.policy.accepted", policy=theirs)
        return
    yield reading.compared(
        "attestation.policy.same", "attestation.policy.other", own, theirs, differs=Outcome.INCONCLUSIVE
    )
    if own == theirs:
        yield from _rulebooks(reading)


def _rulebooks(reading: _Reading) -> Iterator[Finding]:
    """Ask: did the attesters judge by the rulebooks that the reader has? A policy names them, and no bytes of them."""
    own = [str(book.digest) for book in load_rulebooks(reading.policy.law.rulebooks)]
    theirs = list(map(str, reading.opened.value.rulebooks)) if isinstance(reading.opened, Seen) else []
    if not set(own) <= set(theirs):
        finding = reading.found(Outcome.INCONCLUSIVE, "attestation.policy.other_rulebooks")
        yield replace(finding, expected=", ".join(own), actual=", ".join(theirs) or "none")


def figures(reading: _Reading) -> Iterator[Finding]:
    """Ask: are the figures, the rulebooks and the entry beside the statement those that were signed?"""
    if not isinstance(reading.opened, Seen):
        yield unseen("attestation.figures", reading.subject, reading.opened)
        return
    for figure in reading.opened.value.figures:
        yield _figure(figure, reading.policy)


def current(reading: _Reading) -> Iterator[Finding]:
    """Ask: is the clock given between the attesters' look and the statement's expiry?"""
    said, now = reading.said, reading.now
    facts = {"observed": str(said.observed_at), "expires": str(said.expires_at), "now": str(now)}
    if said.observed_at > now:
        yield reading.found(Outcome.FAIL, "attestation.current.future", **facts)
    elif said.expires_at <= now:
        yield reading.found(Outcome.FAIL, "attestation.current.expired", **facts)
    else:
        yield reading.found(Outcome.PASS, "attestation.current.now", **facts)


def fresh(reading: _Reading) -> Iterator[Finding]:
    """Ask: is the snapshot that was attested young enough for the policy? A statement outlives it (T37)."""
    entry = then(reading.opened, _entry)
    yield judge(
        "snapshot.fresh",
        reading.subject,
        entry,
        lambda seen: freshness(reading.subject, seen.anchor.instant, reading.now, reading.policy.max_age),
    )


def bundle(reading: _Reading) -> Iterator[Finding]:
    """Ask: is what was attested the entry, the issuer's and the bundle that the reader has?"""
    said, given = reading.said, reading.given
    if given.entry is not None:
        own, theirs = "0x" + given.entry.hex(), "0x" + said.commitment.hex()
        yield reading.compared("attestation.bundle.same_entry", "attestation.bundle.other_entry", own, theirs)
    entry = then(reading.opened, _entry)
    if isinstance(entry, Seen):
        yield from _of_entry(reading, entry.value)
    elif given.bundle is not None or (reading.policy.registry is not None and given.entry is None):
        yield unseen("attestation.bundle", reading.subject, entry)


def revoked(reading: _Reading) -> Iterator[Finding]:
    """Ask: did the committee take the attestation back, as far as revocations were given?"""
    undecided = False
    for revocation in reading.given.revocations:
        revokes = _revokes(reading, revocation)
        if revokes is Outcome.FAIL:
            reason = _reason(revocation)
            yield reading.found(Outcome.FAIL, "attestation.revoked.revoked", reason=reason)
            return
        undecided = undecided or revokes is Outcome.INCONCLUSIVE
    if undecided:
        reason = "a revocation was given whose signatures could not all be checked"
        yield unseen("attestation.revoked", reading.subject, Missing(reason))
        return
    count = str(len(reading.given.revocations))
    finding = reading.found(Outcome.INCONCLUSIVE, "attestation.revoked.not_given", count=count)
    yield replace(finding, required=finding.check in reading.policy.require)


def outcome(reading: _Reading) -> Iterator[Finding]:
    """Ask: what did the attesters find?"""
    found = reading.said.outcome
    yield reading.found(found, f"attestation.outcome.{found.lower()}")


def _enough(reading: _Reading, found: Signers) -> Finding:
    by = reading.certificate.committee
    counts = {"threshold": str(by.threshold), "members": str(len(by.members))}
    if len(found.proven) >= by.threshold:
        names = ", ".join(member_text(by, member) for member in found.proven)
        counts["signed"] = str(len(found.proven))
        return reading.found(Outcome.PASS, "attestation.signed.enough", signers=names, **counts)
    if len(found.all) >= by.threshold:
        names = ", ".join(member_text(by, member) for member in found.unread)
        return unseen("attestation.signed", reading.subject, Missing(_OFFLINE.format(names=names)))
    return reading.found(Outcome.FAIL, "attestation.signed.too_few", signed=str(len(found.all)), **counts)


def member_text(committee: Committee, member: bytes) -> str:
    """Write a member for people: an address, or a BLS key."""
    if committee.scheme is SignatureScheme.BLS:
        return "0x" + committee.keys[committee.members.index(member)].hex()
    return "0x" + member[12:].hex()


def _figure(figure: Figure, policy: Policy) -> Finding:
    group = classes_by_asset(policy.classes).get(figure.asset)
    decimals = next((row.decimals for row in group.members if row.asset == figure.asset), 0) if group else 0
    share = Fraction(figure.reserves, figure.liabilities) if figure.liabilities else None
    facts = {
        "reserves": format_coins(figure.reserves, decimals),
        "liabilities": format_coins(figure.liabilities, decimals),
        "unit": "whole coins" if group else "base units",
        "ratio": "" if share is None else f"{share.numerator}/{share.denominator}",
    }
    return Finding("attestation.figures", str(figure.asset), Outcome.PASS, "attestation.figures.signed", facts=facts)


def _entry(statement: Statement) -> Observation[AnchoredEntry]:
    if statement.entry is None:
        return Missing("the anchored entry does not stand beside the statement; give its id, which a registry tells")
    return Seen(statement.entry)


def _of_entry(reading: _Reading, entry: AnchoredEntry) -> Iterator[Finding]:
    opened, pin = reading.given.bundle, reading.policy.registry
    named = opened.bundle.anchored_by if opened else None
    anchors = pin.issuer if pin else named.address if named else None
    if anchors is not None:
        messages = ("attestation.bundle.same_issuer", "attestation.bundle.other_issuer")
        yield reading.compared(*messages, anchors, entry.issuer)
    if opened is not None:
        messages = ("attestation.bundle.same_bundle", "attestation.bundle.other_bundle")
        yield reading.compared(*messages, str(opened.digest), str(entry.anchor.bundle))


def _revokes(reading: _Reading, revocation: Certificate) -> Outcome:
    """Return FAIL for a revocation of this attestation by this committee, PASS for one that is about another."""
    said, committee = revocation.statement.content, reading.certificate.committee
    if not isinstance(said, Revocation) or "0x" + said.attestation.hex() != reading.subject:
        return Outcome.PASS
    same = observe(lambda: committee_id(revocation.committee) == committee_id(committee))
    if same != Seen(True):
        return Outcome.PASS
    seen = observe(lambda: signers(revocation))
    if isinstance(seen, Seen) and len(seen.value.proven) >= committee.threshold:
        return Outcome.FAIL
    too_few = isinstance(seen, Seen) and len(seen.value.all) < committee.threshold
    return Outcome.PASS if too_few else Outcome.INCONCLUSIVE


def _reason(revocation: Certificate) -> str:
    """Return the reason that the members signed; another text beside the digest is nobody's."""
    seen = observe(lambda: require_preimages(revocation.statement))
    return (seen.value.reason if isinstance(seen, Seen) else "") or "no reason is given"
