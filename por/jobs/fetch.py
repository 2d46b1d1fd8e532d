"""Keep a bundle's files in a directory of the job's own, named by the bundle's digest.

What is there already is not asked for again: a fetch that was cut short goes on where it stopped.
"""

from pathlib import Path

from por.chains.transport import OversizedError
from por.checks.evidence import NOTE_MAX_BYTES, OpenBundle, open_bundle
from por.checks.observation import Seen
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.jobs.files import finish_directory, make_directory, partial_path, replace_file
from por.jobs.log import Log
from por.jobs.places import Offer, Place, UnreadableBundleError, read_bundle
from por.model import Bundle, EvidenceEntry

MAX_EVIDENCE_BYTES = 8 * 2**30


def fetch(offer: Offer, directory: Path, log: Log) -> OpenBundle:
    """Fetch the bundle that is offered into `directory/<hex digest>`, and open it.

    Evidence that the place does not have, or has another file for, is left out and logged: the checks say what that
    means. Raises: SourceError, UnreadableBundleError for a document that is none or another than was named.
    """
    target = directory / offer.digest.value.hex()
    if not target.is_dir():
        partial = make_directory(partial_path(target))
        document = _document(offer)
        _complete(offer.place, read_bundle(document, str(offer.digest)), partial, log)
        replace_file(partial / "bundle.json", document)
        finish_directory(partial, target)
    else:
        _complete(offer.place, open_fetched(target).bundle, target, log)
    return open_fetched(target)


def open_fetched(target: Path) -> OpenBundle:
    """Open a fetched bundle's directory, named by its digest. Raises: UnreadableBundleError."""
    try:
        opened = open_bundle(target)
    except FormatError as error:
        raise UnreadableBundleError(f"{target.name}: {error}") from error
    if opened.digest.value.hex() != target.name:
        raise UnreadableBundleError(f"{target.name}: changed since it was fetched; remove it, and it is fetched again")
    return opened


def _document(offer: Offer) -> bytes:
    document = offer.place.document()
    if digest_of(document) != offer.digest:
        raise UnreadableBundleError(f"another document is served under {offer.digest}")
    return document


def _complete(place: Place, bundle: Bundle, target: Path, log: Log) -> None:
    total = sum(entry.size for entry in bundle.evidence)
    if total > MAX_EVIDENCE_BYTES:
        raise UnreadableBundleError(f"evidence of {total} bytes; at most {MAX_EVIDENCE_BYTES} are fetched")
    make_directory(target / "evidence")
    fetched = OpenBundle(bundle, digest_of(b""), None, target)
    for entry in bundle.evidence:
        if not isinstance(fetched.intact(entry), Seen):
            _fetch_evidence(place, entry, target, log)
    note = place.note()
    if note is not None:
        replace_file(target / "bundle.note", note[:NOTE_MAX_BYTES])


def _fetch_evidence(place: Place, entry: EvidenceEntry, target: Path, log: Log) -> None:
    try:
        data = place.evidence(entry)
    except (OversizedError, UnreadableBundleError):
        data = b""
    if data is None:
        log.warning("evidence.missing", digest=str(entry.digest))
    elif len(data) != entry.size or digest_of(data) != entry.digest:
        log.warning("evidence.other", digest=str(entry.digest))
    else:
        replace_file(target / "evidence" / entry.digest.value.hex(), data)
