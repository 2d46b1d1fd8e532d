"""Ask who stands behind the bundle, since when, and whether everybody is shown the same one."""

from collections.abc import Iterator

from por.checks.examination import Examination
from por.checks.note import note_finding, pinned
from por.checks.observation import Broken
from por.model import Finding, Outcome
from por.proofs.signed_note import BundleNote


def identified(examination: Examination) -> Iterator[Finding]:
    """Ask: is this bundle signed by a key the policy names, or named by the policy itself?"""
    opened, policy = examination.opened, examination.policy
    subject = opened.bundle.snapshot
    if opened.bundle.issuer != policy.issuer:
        yield _other_issuer(subject, policy.issuer, opened.bundle.issuer)
        return
    if opened.digest in policy.bundles and not isinstance(examination.note, Broken):
        yield pinned(subject, "publication.identified.pinned", str(opened.digest))
        return
    bundle = opened.bundle
    wanted = BundleNote(bundle.issuer, subject, opened.digest, bundle.commitments_root, bundle.case_rule)
    yield note_finding(subject, examination.note, wanted)


def _other_issuer(subject: str, expected: str, actual: str) -> Finding:
    message = "publication.identified.other_issuer"
    return Finding("publication.identified", subject, Outcome.FAIL, message, expected=expected, actual=actual)


def anchored(examination: Examination) -> Iterator[Finding]:
    """Ask: is the bundle anchored by the issuer's address, before its control proofs expire?"""
    yield _without_registry("publication.anchored", examination.bundle.snapshot)


def unequivocal(examination: Examination) -> Iterator[Finding]:
    """Ask: is exactly one bundle published for this instant, the same for everybody?"""
    yield _without_registry("publication.unequivocal", examination.bundle.snapshot)


def _without_registry(check: str, subject: str) -> Finding:
    return Finding(check, subject, Outcome.INCONCLUSIVE, f"{check}.no_registry")
