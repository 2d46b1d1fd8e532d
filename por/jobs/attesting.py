"""Say what the job asks of whoever signs, and take the three steps: sign, certify, submit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from por.checks.evidence import OpenBundle, read_capped
from por.encoding.digests import digest_of
from por.errors import PublishError, UnavailableError
from por.jobs.files import replace_file
from por.jobs.log import Log
from por.model import Instant, Verdict

MAX_DRAFTS = 10_000
MAX_DRAFT_BYTES = 2**20


class OutdatedLookError(PublishError):
    """Report a member's draft of a later look than the own: the bundle is to be examined anew before it is signed."""


class RefusedSignatureError(PublishError):
    """Report a certificate whose signatures its registry would refuse: they are to be collected again."""


@dataclass(frozen=True, slots=True)
class Examined:
    """Hold what was examined and found, and how long the statement about it is to stand."""

    opened: OpenBundle
    verdict: Verdict
    expires: Instant


@dataclass(frozen=True, slots=True)
class Signing:
    """Hold the own signed statement, None while another's draft is waited for, and why drafts were not signed.

    `outdated` says that a member's draft is of a later look than the own.
    """

    document: bytes | None
    refused: tuple[str, ...] = ()
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """Hold the certificate, None below the committee's threshold, the members counted, and why others were not."""

    document: bytes | None
    signers: int
    threshold: int
    refused: tuple[str, ...] = ()


class Attester(Protocol):
    """Sign as one member of a committee; documents are bytes, as they are exchanged.

    Every method raises PublishError, and SourceError where a chain is asked.
    """

    def sign(self, examined: Examined, drafts: Sequence[bytes]) -> Signing:
        """Sign what was found: a draft that says the same, or, for who proposes, a statement of its own."""

    def certify(self, own: bytes, others: Sequence[bytes]) -> Collection:
        """Join the own signature and those of others over the same statement."""

    def submit(self, certificate: bytes) -> str:
        """Bring a certificate to its registry, unless it is there, and name the transaction or say that it was.

        Raises: RefusedSignatureError where the registry would refuse a signature.
        """


def sign(attester: Attester, examined: Examined, inbox: Path, outbox: Path, log: Log) -> bytes | None:
    """Sign, and hand the statement to the other attesters.

    Raises: OutdatedLookError where a draft is of a later look; PublishError, SourceError, FormatError.
    """
    signing = attester.sign(examined, tuple(drafts(inbox, log)))
    for reason in signing.refused:
        log.warning("draft.refused", reason=reason)
    if signing.outdated:
        raise OutdatedLookError("a member's draft was observed later than this job looked")
    if signing.document is None:
        log.info("draft.awaited", inbox=str(inbox))
    else:
        replace_file(outbox / f"{digest_of(signing.document).value.hex()}.json", signing.document, mode=0o644)
    return signing.document


def certify(attester: Attester, own: bytes, inbox: Path, log: Log) -> bytes | None:
    """Collect what other attesters signed. Raises: PublishError, SourceError."""
    collected = attester.certify(own, tuple(drafts(inbox, log)))
    for reason in collected.refused:
        log.warning("signature.refused", reason=reason)
    if collected.document is None:
        log.info("signatures.awaited", signers=collected.signers, threshold=collected.threshold)
    return collected.document


def drafts(inbox: Path, log: Log) -> Iterator[bytes]:
    """Read what others dropped, in an order that does not depend on the disk. Raises: UnavailableError."""
    try:
        paths = sorted(path for path in inbox.iterdir() if path.suffix == ".json" and not path.name.startswith("."))
    except OSError as error:
        raise UnavailableError(f"the inbox {inbox} cannot be read: {error.strerror}") from error
    if len(paths) > MAX_DRAFTS:
        raise UnavailableError(f"the inbox {inbox} holds {len(paths)} files; at most {MAX_DRAFTS} are read")
    for path in paths:
        try:
            data = read_capped(path, MAX_DRAFT_BYTES)
        except OSError as error:
            log.warning("draft.unreadable", file=path.name, reason=error.strerror)
            continue
        if data is None:
            log.warning("draft.unreadable", file=path.name, reason=f"not a file of at most {MAX_DRAFT_BYTES} bytes")
        else:
            yield data
