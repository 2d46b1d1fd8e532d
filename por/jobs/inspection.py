"""Try out whether a job could run, without running it: nothing is signed, fetched or written to stay."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path

from por.chains import open_source
from por.chains.bulk import BulkSource
from por.errors import FormatError, PorError, SourceError
from por.jobs.configuration import Job, doubts, genesis_of, misfits
from por.jobs.files import make_directory, partial_path, replace_file
from por.jobs.lock import BusyError, exclusive
from por.jobs.log import Log
from por.jobs.run import LOCK, find


@dataclass(frozen=True, slots=True)
class Line:
    """Say how one trial ended: `status` is 0, 2 for what the configuration has wrong, 3 for what did not answer.

    `warning` marks what does not keep the job from running, but from its purpose.
    """

    status: int
    subject: str
    words: str
    warning: bool = False


def inspect(job: Job, open_attester: Callable[[], str] | None) -> Iterator[Line]:
    """Try everything; `open_attester` opens signers without signing, and names them."""
    yield Line(0, "policy", f"{job.policy.digest} of profile {job.policy.profile}")
    yield from (Line(0, "policy", words, warning=True) for words in doubts(job.policy))
    yield from (Line(2, "sources", words) for words in misfits(job))
    yield from _directories(job)
    yield _tried("lock", lambda: _lock(job))
    if open_attester is not None:
        yield _tried("signer", open_attester)
    for number, (chain, url) in enumerate(job.sources, 1):
        yield _tried(f"source {number}", partial(_asked, open_source(chain, [url], genesis=genesis_of(job, chain))))
    log = Log(StringIO())
    yield _tried("bundle", lambda: f"the newest is {find(job, log)[0].digest}")


def _directories(job: Job) -> Iterator[Line]:
    yield _tried("directory", lambda: _writable(make_directory(job.directory)))
    attest = job.settings.attest
    if attest is not None:
        yield _tried("outbox", lambda: _writable(make_directory(job.at(attest.outbox))))
        yield _tried("inbox", lambda: _readable(job.at(attest.inbox)))
    if job.settings.metrics is not None:
        metrics = job.at(job.settings.metrics)
        yield _tried("metrics", lambda: _writable(metrics.parent))


def _writable(directory: Path) -> str:
    trial = directory / f".por-job-check-{os.getpid()}"
    try:
        replace_file(trial, b"")
        trial.unlink()
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(directory)) from error
    finally:
        partial_path(trial).unlink(missing_ok=True)
    return f"{directory} can be written"


def _readable(directory: Path) -> str:
    try:
        next(directory.iterdir(), None)
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", str(directory)) from error
    return f"{directory} can be read"


def _asked(source: BulkSource) -> str:
    return f"{', '.join(source.names)}: the final block of {source.chain} is {source.finalized().number}"


def _lock(job: Job) -> str:
    try:
        with exclusive(job.directory / LOCK, 0):
            return "free"
    except BusyError:
        return "held: a run is under way"


def _tried(subject: str, trial: Callable[[], str]) -> Line:
    try:
        return Line(0, subject, trial())
    except SourceError as error:
        return Line(3, subject, str(error))
    except PorError as error:
        return Line(2, subject, str(error))
