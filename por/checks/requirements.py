"""Decide which findings a verdict rests on: the profile's and what a policy adds, less what it waives by name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from por.model import Finding, Outcome, Policy

CUSTOMER = (
    "liabilities.scheme",
    "liabilities.inclusion",
    "liabilities.nonnegative",
    "publication.identified",
)
JOB = (
    "snapshot.complete",
    "snapshot.canonical",
    "snapshot.simultaneous",
    "snapshot.fresh",
    "liabilities.scheme",
    "reserves.control",
    "reserves.balance",
    "reserves.eligible",
    "reserves.distinct",
    "reserves.totals",
    "solvency.coverage",
    "publication.identified",
    "publication.anchored",
    "publication.unequivocal",
)
AUDITOR = (*JOB[:5], "liabilities.nonnegative", "liabilities.recomputed", *JOB[5:])
CERTIFICATE = (
    "attestation.signed",
    "attestation.committee",
    "attestation.policy",
    "attestation.figures",
    "attestation.current",
    "snapshot.fresh",
    "attestation.bundle",
    "attestation.revoked",
    "attestation.outcome",
)
PUBLISHED = (
    "published.structure",
    "published.leaf",
    "published.identity",
    "published.path",
    "published.root",
    "published.sums",
    "published.nonnegative",
    "published.total",
    "published.age",
    "published.consistent",
)
PROFILES = {
    "customer": CUSTOMER,
    "job": JOB,
    "auditor": AUDITOR,
    "certificate": CERTIFICATE,
    "published": PUBLISHED,
}
NEVER_WAIVED = (
    "liabilities.scheme",
    "liabilities.inclusion",
    "reserves.control",
    "reserves.balance",
    "solvency.coverage",
    "publication.identified",
    "attestation.signed",
    "attestation.committee",
    "attestation.outcome",
)


def required_checks(policy: Policy) -> tuple[str, ...]:
    """List what the policy's profile applies, and what the policy adds."""
    profile = PROFILES[policy.profile]
    return (*profile, *(name for name in policy.require if name not in profile))


def answered(check: str, subject: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Pass a check's findings on; one that looked at nothing is INCONCLUSIVE about the whole snapshot (T68)."""
    empty = True
    for finding in findings:
        empty = False
        yield finding
    if empty:
        yield Finding(check, subject, Outcome.INCONCLUSIVE, "evidence.nothing")


def with_waivers(findings: Sequence[Finding], policy: Policy | None) -> tuple[Finding, ...]:
    """Mark the inconclusive findings that the policy waives by check or rule; they stay in the verdict with the reason.

    What is refuted stays refuted: no waiver turns a FAIL into a zero.
    """
    reasons = {waiver.check: waiver.reason for waiver in policy.waivers} if policy else {}
    return tuple(
        _waived(finding, reasons.get(finding.check) or reasons.get(finding.rule or "")) for finding in findings
    )


def _waived(finding: Finding, reason: str | None) -> Finding:
    if reason is None or finding.outcome is Outcome.FAIL:
        return finding
    return replace(finding, required=False, waived=reason)
