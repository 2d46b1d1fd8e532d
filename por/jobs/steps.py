"""Take the steps of one run. Each writes whole files, then says what it made; taken again it makes the same.

Documents of a run are read back from its folder, so a run that goes on after a kill is as one that was not killed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from por.chains.recording import RecordingSource
from por.checks.evidence import read_document
from por.checks.rulebooks import load_rulebooks
from por.checks.sources import Sources
from por.checks.verify import verify
from por.encoding import recording_v1, verdict_v1
from por.encoding.digests import digest_of
from por.encoding.job_v1 import AttestSettings
from por.errors import FormatError, UnavailableError
from por.jobs import attesting
from por.jobs.attesting import Attester, Examined
from por.jobs.configuration import Job, open_sources
from por.jobs.fetch import fetch, open_fetched
from por.jobs.files import make_directory, replace_file
from por.jobs.history import History, Run, VerdictRow
from por.jobs.log import Log
from por.jobs.places import Offer, UnreadableBundleError
from por.jobs.unanswered import unanswered
from por.model import Instant, Outcome, Verdict
from por.report.plain_text import render
from por.report.text import message

VERDICT = "verdict.json"
RECORDING = "recording.json"
REPORT = "report.txt"
STATEMENT = "statement.json"
CERTIFICATE = "certificate.json"
MAX_TOLD = 20
MAX_REASON = 300


@dataclass(frozen=True)
class Work:
    """Hold what steps need: the job, its history, the run, where the bundle is, the clock, the log, the attester."""

    job: Job
    history: History
    run: Run
    offer: Offer
    now: Instant
    log: Log
    attester: Attester | None

    @property
    def bundles(self) -> Path:
        """Return the directory of all fetched bundles."""
        return self.job.directory / "bundles"

    @property
    def folder(self) -> Path:
        """Return the run's own directory."""
        return run_folder(self.job, self.run)

    def verdict(self) -> Verdict:
        """Read the run's verdict back. Raises: FormatError when it is another than was made."""
        data = self.made(VERDICT, "verify", verdict_v1.MAX_BYTES)
        return verdict_v1.read(data)

    def made(self, name: str, step: str, limit: int) -> bytes:
        """Read back what a step made. Raises: FormatError when it is gone or changed."""
        path = self.folder / name
        data = read_document(path, limit)
        if str(digest_of(data)) != self.history.steps(self.run)[step].made:
            raise FormatError("changed since the job wrote it; restore it", str(path))
        return data

    def attest_settings(self) -> tuple[Attester, AttestSettings]:
        """Return attester and settings of a job that attests. Raises: FormatError for one that does not."""
        settings = self.job.settings.attest
        if settings is None or self.attester is None:
            raise FormatError("the job's file has no [attest]")
        return self.attester, settings


Step = Callable[[Work], str | None]


def run_folder(job: Job, run: Run) -> Path:
    """Name the directory of a run."""
    return job.directory / "runs" / run.id


def take_bundle(work: Work) -> str:
    """Fetch the bundle. Raises: SourceError."""
    opened = fetch(work.offer, make_directory(work.bundles), work.log)
    work.history.put_bundle(opened.digest, opened.bundle)
    work.log.info("bundle.fetched", bundle=str(opened.digest), snapshot=opened.bundle.snapshot)
    return str(opened.digest)


def examine(work: Work) -> str:
    """Verify the bundle, and keep the verdict and what the sources answered.

    What stays undecided because sources failed is kept nowhere. Raises: UnreadableBundleError; UnavailableError.
    """
    opened = open_fetched(work.bundles / work.run.key.bundle.value.hex())
    recorders = {chain: RecordingSource(source) for chain, source in open_sources(work.job).items()}
    try:
        verdict = verify(opened, work.job.policy, Sources(recorders), now=work.now)
    except FormatError as error:
        raise UnreadableBundleError(f"{opened.digest}: {error}") from error
    missing = unanswered(verdict, [failure for recorder in recorders.values() for failure in recorder.failures])
    if missing:
        told = "; ".join(reason[:MAX_REASON] for reason in missing[:MAX_TOLD])
        raise UnavailableError(f"sources did not answer, so nothing is decided yet: {told}")
    recording = recording_v1.write(RecordingSource.joined(recorders.values()))
    document = verdict_v1.write(verdict)
    make_directory(make_directory(work.folder.parent) / work.folder.name)
    replace_file(work.folder / RECORDING, recording)
    replace_file(work.folder / VERDICT, document)
    return str(digest_of(document))


def record(work: Work) -> str:
    """Write the verdict into the history, and say aloud what did not pass."""
    verdict = work.verdict()
    recording = digest_of(read_document(work.folder / RECORDING, recording_v1.MAX_BYTES))
    document = digest_of(verdict_v1.write(verdict))
    row = VerdictRow(verdict.outcome, verdict.exit_code, verdict.checked_at, document, recording)
    work.history.put_verdict(work.run, row)
    found = [f for f in verdict.findings if f.required and f.outcome is not Outcome.PASS]
    open_points = [f"{f.ref}: {message(f)[:MAX_REASON]}" for f in found[:MAX_TOLD]]
    tell = work.log.info if verdict else work.log.warning
    tell(
        "verdict",
        outcome=str(verdict.outcome),
        snapshot=verdict.snapshot,
        bundle=str(verdict.bundle),
        verdict=str(document),
        recording=str(recording),
        folder=str(work.folder),
        findings=open_points,
    )
    return str(recording)


def report(work: Work) -> str:
    """Write the report for people, if the job wants one."""
    if not work.job.settings.text_report:
        return ""
    text = render(work.verdict(), rulebooks=load_rulebooks(work.job.policy.law.rulebooks)).encode()
    replace_file(work.folder / REPORT, text)
    return str(digest_of(text))


def sign(work: Work) -> str | None:
    """Sign what was found, whatever it is; None while another attester's draft is waited for."""
    attester, settings = work.attest_settings()
    verdict = work.verdict()
    opened = open_fetched(work.bundles / work.run.key.bundle.value.hex())
    expires = Instant(verdict.checked_at.seconds + settings.expires_in)
    inbox, outbox = work.job.at(settings.inbox), make_directory(work.job.at(settings.outbox))
    document = attesting.sign(attester, Examined(opened, verdict, expires), inbox, outbox, work.log)
    return _kept(work, STATEMENT, document)


def certify(work: Work) -> str | None:
    """Join signatures to a certificate; None while there are too few."""
    attester, settings = work.attest_settings()
    own = work.made(STATEMENT, "sign", attesting.MAX_DRAFT_BYTES)
    return _kept(work, CERTIFICATE, attesting.certify(attester, own, work.job.at(settings.inbox), work.log))


def submit(work: Work) -> str:
    """Submit the certificate, if the job is to. Raises: PublishError, SourceError."""
    attester, settings = work.attest_settings()
    if settings.submission is None:
        return ""
    transaction = attester.submit(work.made(CERTIFICATE, "certify", 16 * attesting.MAX_DRAFT_BYTES))
    work.log.info("certificate.submitted", transaction=transaction)
    return transaction


EXAMINATION: dict[str, Step] = {"fetch": take_bundle, "verify": examine, "record": record, "report": report}
ATTESTING: dict[str, Step] = {"sign": sign, "certify": certify, "submit": submit}


def _kept(work: Work, name: str, document: bytes | None) -> str | None:
    if document is None:
        return None
    replace_file(work.folder / name, document)
    work.log.info("written", file=name, digest=str(digest_of(document)))
    return str(digest_of(document))
