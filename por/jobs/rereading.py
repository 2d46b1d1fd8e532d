"""Look whether a bundle that passed still would: time goes on, and the issuer may have anchored another since."""

from por.checks.observation import Seen
from por.checks.registry_view import recent
from por.checks.sources import Sources
from por.errors import UnavailableError
from por.jobs.configuration import Job, open_sources
from por.jobs.history import VerdictRow
from por.model import Digest, Instant, Policy, Verdict


def outdated(policy: Policy, found: VerdictRow, instant: Instant, now: Instant) -> str:
    """Say that a snapshot that was young enough is so no more; nothing where it is, or was too old before."""
    newest = instant.seconds + policy.max_age
    if found.checked_at.seconds <= newest < now.seconds:
        return f"the snapshot of {instant} is older than the policy's max_age_seconds, {policy.max_age}, now"
    return ""


def superseded(job: Job, bundle: Digest, instant: Instant, now: Instant, verdict: Verdict | None) -> str:
    """Say which entry of the policy's registry the verdict was not about; nothing where none is.

    Without the verdict, an entry of the bundle itself is nothing new. Raises: UnavailableError where the registry
    cannot be read.
    """
    if job.policy.registry is None:
        return ""
    # Reading a registry needs libraries that other jobs do without.
    from por.checks.registry_reading import policys_view  # noqa: PLC0415

    view = recent(policys_view(job.policy, Sources(open_sources(job)), instant), now)
    if not isinstance(view, Seen):
        raise UnavailableError(f"the registry was not read again: {view.reason}")
    if view.value.gap:
        raise UnavailableError(f"the registry was not read again: {view.value.gap}")
    newest = view.value.newest
    if newest is None or (verdict is None and newest.entry.anchor.bundle == bundle):
        return ""
    known = () if verdict is None else verdict.of("publication.anchored")
    if any(finding.facts.get("entry") == f"0x{newest.id.hex()}" for finding in known):
        return ""
    whose = "this bundle" if newest.entry.anchor.bundle == bundle else f"another bundle: {newest.entry.anchor.bundle}"
    return f"entry {newest.entry.sequence} of {view.value.account} was not seen before, and is of {whose}"
