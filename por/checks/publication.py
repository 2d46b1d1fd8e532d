"""Ask who stands behind the bundle, since when, and whether everybody is shown the same one."""

from collections.abc import Iterator

from por.checks import anchoring, equivocation, identity
from por.checks.equivocation import Published
from por.checks.examination import Examination
from por.checks.identity import Standing
from por.checks.note import note_finding, pinned, signing_keys
from por.checks.observation import Broken
from por.checks.requirements import required_checks
from por.model import ChainAccount, Finding, Outcome
from por.proofs.signed_note import BundleNote


def identified(examination: Examination) -> Iterator[Finding]:
    """Ask: is this bundle signed by a key the policy names, anchored by its address, or named by the policy itself?

    A policy that names a key and a registry needs both, where the registry decides anything.
    """
    opened, policy = examination.opened, examination.policy
    subject = opened.bundle.snapshot
    if opened.bundle.issuer != policy.issuer:
        yield _other_issuer(subject, policy.issuer, opened.bundle.issuer)
        return
    by_name = opened.digest in policy.bundles and not isinstance(examination.note, Broken)
    named = pinned(subject, "publication.identified.pinned", str(opened.digest)) if by_name else _by_note(examination)
    if policy.registry is None:
        yield named
        return
    by_registry = anchoring.identified(opened, policy.registry, examination.registry)
    if not (policy.keys or by_name):
        yield by_registry
    else:
        yield by_registry if by_registry.outcome is Outcome.FAIL and named.outcome is not Outcome.FAIL else named


def _by_note(examination: Examination) -> Finding:
    opened, bundle = examination.opened, examination.bundle
    wanted = BundleNote(bundle.issuer, bundle.snapshot, opened.digest, bundle.commitments_root, bundle.case_rule)
    return note_finding(bundle.snapshot, examination.note, wanted)


def _other_issuer(subject: str, expected: str, actual: str) -> Finding:
    message = "publication.identified.other_issuer"
    return Finding("publication.identified", subject, Outcome.FAIL, message, expected=expected, actual=actual)


def anchored(examination: Examination) -> Iterator[Finding]:
    """Ask: is the bundle anchored by the issuer's address, in time and before its control proofs expire?"""
    pin = examination.policy.registry
    if pin is None:
        yield _without_registry("publication.anchored", examination.bundle.snapshot)
    else:
        yield anchoring.anchored(examination.opened, pin, examination.registry, examination.now)


def unequivocal(examination: Examination) -> Iterator[Finding]:
    """Ask: is exactly one bundle published for this instant, the same for everybody?"""
    bundle = examination.bundle
    if examination.policy.registry is None:
        yield _without_registry("publication.unequivocal", bundle.snapshot)
        return
    published = Published(
        bundle.snapshot, bundle.commitments_root, bundle=examination.opened.digest, supersedes=bundle.supersedes
    )
    yield from equivocation.unequivocal(published, examination.registry)


def bound(examination: Examination) -> Iterator[Finding]:
    """Ask: does the issuer's own domain name the key that signed and the address that anchors?"""
    policy, pin = examination.policy, examination.policy.registry
    standing = Standing(
        issuer=examination.bundle.issuer,
        keys=signing_keys(examination.note, policy.keys),
        account=examination.bundle.anchored_by if pin is None else ChainAccount(pin.contract.chain, pin.issuer),
        registry=None if pin is None else pin.contract,
    )
    required = "publication.bound" in required_checks(policy)
    yield identity.bound(examination.bundle.snapshot, standing, examination.identity, required=required)


def _without_registry(check: str, subject: str) -> Finding:
    return Finding(check, subject, Outcome.INCONCLUSIVE, f"{check}.no_registry")
