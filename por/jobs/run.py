"""Run the job once: find the newest bundle, take the steps that are not taken yet, say how it stands."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from por.checks.evidence import read_document
from por.checks.sources import Sources
from por.encoding import canonical, certificate_v1, verdict_v1
from por.encoding.digests import digest_of
from por.errors import FormatError, PublishError, SourceError
from por.jobs.attesting import Attester, OutdatedLookError, RefusedSignatureError
from por.jobs.configuration import Job, open_sources, require_fitting
from por.jobs.files import make_directory, replace_file
from por.jobs.history import History, Run, RunKey, StepRow, open_history
from por.jobs.lock import BusyError, exclusive
from por.jobs.log import Log
from por.jobs.metrics import Measured, text
from por.jobs.places import (
    Offer,
    UnreadableBundleError,
    newest_among,
    newest_at,
    newest_in,
    registered_at,
    registered_digest,
)
from por.jobs.rereading import outdated, superseded
from por.jobs.steps import ATTESTING, CERTIFICATE, EXAMINATION, VERDICT, Step, Work, run_folder
from por.model import Instant, Outcome, Revocation, Verdict

LOG = "job.log.jsonl"
LOCK = "lock"
HISTORY = "history.sqlite"

VERIFIED, REFUTED, INCONCLUSIVE = 0, 1, 3
_RANK = {VERIFIED: 0, INCONCLUSIVE: 1, REFUTED: 2}


def run_once(job: Job, attester: Attester | None, log: Log, *, now: Instant, wait_seconds: int) -> int:
    """Do what is left to do, and return the exit status: of the newest bundle's verdict, or worse.

    Raises: FormatError for a directory or file of the job's own that cannot be used, and for too few sources.
    """
    require_fitting(job)
    make_directory(job.directory)
    log.keep(job.directory / LOG)
    try:
        with exclusive(job.directory / LOCK, wait_seconds):
            log.rotate()
            with open_history(job.directory / HISTORY) as history:
                return _called(job, attester, history, log, now)
    except BusyError as error:
        log.failure("lock.busy", reason=str(error))
        return INCONCLUSIVE


def find(job: Job, log: Log) -> tuple[Offer, bool]:
    """Find the newest bundle, and say whether it is certain to be that. Raises: SourceError."""
    place = job.settings.bundle
    if job.bundle_url is None:
        directory = job.at(place.directory or "")
        return newest_among(directory, job.policy.issuer, log) if place.each else (newest_in(directory), True)
    if not place.registry:
        return newest_at(job.bundle_url), True
    return registered_at(job.bundle_url, registered_digest(job.policy, Sources(open_sources(job)))), True


def key_of(job: Job, offer: Offer) -> RunKey:
    """Name what a run is about. Raises: FormatError where the committee cannot be read."""
    settings = job.settings.attest
    if settings is None:
        return RunKey(offer.digest, job.policy.digest, "none")
    submission = settings.submission
    committee = read_document(job.at(settings.committee), certificate_v1.MAX_BYTES)
    document = canonical.dumps(
        [
            str(digest_of(committee)),
            settings.signer,
            settings.expires_in,
            settings.propose,
            None if submission is None else str(submission.attestations),
        ]
    )
    return RunKey(offer.digest, job.policy.digest, str(digest_of(document)))


def worse(one: int, other: int) -> int:
    """Return the worse of two exit statuses: refuted, then inconclusive, then verified."""
    return max(one, other, key=lambda status: _RANK[status])


def _called(job: Job, attester: Attester | None, history: History, log: Log, now: Instant) -> int:
    key, status, asked = None, INCONCLUSIVE, True
    try:
        offer, certain = find(job, log)
        key = key_of(job, offer)
        status = VERIFIED if certain else INCONCLUSIVE
        run = _due(history, key, job.settings.retries, now)
        _work(Work(job, history, run, offer, now, log, attester))
    except (SourceError, PublishError) as error:
        log.failure("run.stopped", reason=str(error), bundle=None if key is None else str(key.bundle))
        status = INCONCLUSIVE
        asked = key is not None or isinstance(error, UnreadableBundleError)
    newest = None if key is None else history.newest(key)
    status = worse(status, _standing(history, newest, now, log))
    shown = newest if newest is not None and history.verdict(newest) else history.last_run()
    stale = _is_stale(job, history, (newest, shown), now, asked=asked)
    if stale and asked:
        instant = _instant(history, (newest, shown))
        log.warning("bundle.stale", newest=None if instant is None else str(instant))
    status = worse(status, INCONCLUSIVE if stale else VERIFIED)
    history.put_call(now, status, newest)
    _publish(job, history, shown, now, status, stale=stale)
    log.info("run.done", status=status, run=None if newest is None else newest.id)
    return status


def _due(history: History, key: RunKey, retries: int, now: Instant) -> Run:
    """Return the run to go on with, or the one that is finished; what stayed undecided is examined again."""
    run = history.newest(key)
    if run is None:
        return history.begin(key, 1, now)
    found = history.verdict(run)
    undecided = run.finished and found is not None and found.outcome is Outcome.INCONCLUSIVE
    again = undecided and history.undecided(key) <= retries
    return history.begin(key, run.number + 1, now) if again else run


def _work(work: Work) -> None:
    """Do what is left of a run, or of a new one where what was found is no longer so."""
    reason = _changed(work)
    if reason:
        work = _anew(work, reason)
    elif work.run.finished:
        work.log.info("bundle.known", bundle=str(work.offer.digest), run=work.run.id)
        return
    try:
        _advance(work)
    except OutdatedLookError as error:
        _advance(_anew(work, str(error)))
    except RefusedSignatureError:
        work.history.forget_step(work.run, "certify")
        raise


def _changed(work: Work) -> str:
    """Say why a bundle that was not refuted is to be examined again. Raises: UnavailableError."""
    found, instant = work.history.verdict(work.run), work.history.instant_of(work.run.key.bundle)
    if found is None or instant is None or found.outcome is Outcome.FAIL:
        return ""
    verdict = _verdict(work.job, work.run)
    return outdated(work.job.policy, found, instant, work.now) or superseded(
        work.job, work.run.key.bundle, instant, work.now, verdict
    )


def _anew(work: Work, reason: str) -> Work:
    work.log.warning("bundle.reexamined", bundle=str(work.run.key.bundle), reason=reason)
    return replace(work, run=work.history.begin(work.run.key, work.run.number + 1, work.now))


def _advance(work: Work) -> None:
    if not _taken(work, EXAMINATION):
        return
    found = work.history.verdict(work.run)
    undecided = found is not None and found.outcome is Outcome.INCONCLUSIVE
    waits = undecided and work.history.undecided(work.run.key) <= work.job.settings.retries
    if work.attester is None or waits or _taken(work, ATTESTING):
        work.history.finish(work.run, work.now)


def _taken(work: Work, steps: Mapping[str, Step]) -> bool:
    for name, step in steps.items():
        if name not in work.history.steps(work.run) and not _take(work, name, step):
            return False
    return True


def _take(work: Work, name: str, step: Step) -> bool:
    begun = time.monotonic_ns()
    with work.history.transaction():
        made = step(work)
        if made is None:
            return False
        milliseconds = (time.monotonic_ns() - begun) // 10**6
        work.history.put_step(work.run, name, StepRow(milliseconds, made))
    work.log.info("step.done", step=name, milliseconds=milliseconds, run=work.run.id)
    return True


def _standing(history: History, run: Run | None, now: Instant, log: Log) -> int:
    found = None if run is None else history.verdict(run)
    if run is None or found is None:
        return INCONCLUSIVE
    corrected = history.corrected(run.key.bundle)
    if corrected:
        tell = log.warning if found.checked_at == now else log.info
        tell("bundle.corrected", bundle=str(run.key.bundle), supersedes=[str(digest) for digest in corrected])
    rivals = history.rivals(run.key.bundle)
    if rivals:
        # Whoever serves the older of two, or two of one sequence, hides one of them (T34).
        log.warning("bundle.rival", bundle=str(run.key.bundle), verified=[str(digest) for digest in rivals])
        return worse(found.status, INCONCLUSIVE)
    return found.status


def _instant(history: History, runs: Sequence[Run | None]) -> Instant | None:
    """Return the instant of the first run whose bundle was fetched."""
    instants = (None if run is None else history.instant_of(run.key.bundle) for run in runs)
    return next((instant for instant in instants if instant is not None), None)


def _is_stale(job: Job, history: History, runs: Sequence[Run | None], now: Instant, *, asked: bool) -> bool | None:
    """Tell whether the newest bundle is too old, or there is none; None where nobody could be asked for one."""
    instant = _instant(history, runs)
    if instant is None:
        return True if asked and not any(runs) else None
    return now.seconds - instant.seconds > job.settings.max_staleness


def _publish(job: Job, history: History, run: Run | None, now: Instant, status: int, *, stale: bool | None) -> None:
    if job.settings.metrics is None:
        return
    steps = {} if run is None else history.steps(run)
    measured = Measured(
        run_at=now,
        succeeded_at=history.last_success(),
        status=status,
        stale=stale,
        snapshot=None if run is None else history.instant_of(run.key.bundle),
        attested=None if job.settings.attest is None else "submit" in steps,
        expires=_expiry(job, run) if run is not None and "certify" in steps else None,
        verdict=None if run is None else _verdict(job, run),
        steps={name: row.milliseconds for name, row in steps.items()},
    )
    replace_file(job.at(job.settings.metrics), text(measured).encode(), mode=0o644)


def _verdict(job: Job, run: Run) -> Verdict | None:
    path = run_folder(job, run) / VERDICT
    return verdict_v1.read(read_document(path, verdict_v1.MAX_BYTES)) if path.exists() else None


def _expiry(job: Job, run: Run) -> Instant | None:
    try:
        data = read_document(run_folder(job, run) / CERTIFICATE, certificate_v1.MAX_BYTES)
        content = certificate_v1.read(data).statement.content
    except FormatError:
        return None
    return None if isinstance(content, Revocation) else content.expires_at
