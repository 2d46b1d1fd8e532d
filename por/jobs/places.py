"""Find the newest bundle and give its files: from a directory, from a server, or from a server as the registry says.

No name that a bundle or server gives becomes a path or a URL: files are asked for by digest (T88, T95).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from por.chains.transport import DEFAULT_LIMITS, Transport, below, origin
from por.checks.evidence import NOTE_MAX_BYTES, read_capped
from por.checks.observation import Seen
from por.checks.sources import Sources
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.errors import FormatError, SourceError, UnavailableError
from por.jobs.log import Log
from por.model import Bundle, Digest, EvidenceEntry, Instant, Policy

MAX_SUBDIRECTORIES = 10_000
TOTAL_MS = 300_000

Answer = TypeVar("Answer")


class UnreadableBundleError(SourceError):
    """Report a bundle that is not there, or that cannot be read: nothing was examined."""


class Place(Protocol):
    """Give the files of one bundle; None is a file that is not there. Every method raises SourceError."""

    def document(self) -> bytes:
        """Return bundle.json."""

    def note(self) -> bytes | None:
        """Return bundle.note."""

    def evidence(self, entry: EvidenceEntry) -> bytes | None:
        """Return an evidence file as the place has it; its digest is not compared yet."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Name the newest bundle by digest, and where its files are."""

    digest: Digest
    place: Place


def newest_in(directory: Path) -> Offer:
    """Take the bundle in a directory. Raises: SourceError."""
    place = DirectoryPlace(directory)
    return Offer(digest_of(place.document()), place)


def newest_among(directory: Path, issuer: str, log: Log) -> tuple[Offer, bool]:
    """Take the newest bundle of an issuer among subdirectories, and say whether it is certain to be that.

    The newest has the highest sequence. Hidden subdirectories are left alone, as are other issuers' bundles.
    Raises: SourceError.
    """
    found: list[tuple[Bundle, str, Offer]] = []
    whole = True
    for folder in _subdirectories(directory):
        try:
            document = DirectoryPlace(folder).document()
            bundle = read_bundle(document, folder.name)
        except SourceError as error:
            log.warning("bundle.unreadable", reason=str(error))
            whole = False
            continue
        if bundle.issuer == issuer:
            found.append((bundle, folder.name, Offer(digest_of(document), DirectoryPlace(folder))))
    if not found:
        raise UnreadableBundleError(f"{directory}: no subdirectory holds a bundle of {issuer} that can be read")
    sequence = max(bundle.sequence for bundle, _, _ in found)
    candidates = [row for row in found if row[0].sequence == sequence]
    corrected = {bundle.supersedes for bundle, _, _ in candidates}
    # No bundle can name one that names it, so one of them is left.
    standing = [row for row in candidates if row[2].digest not in corrected]
    _, _, newest = max(standing, key=lambda row: row[1])
    rivals = {str(offer.digest) for _, _, offer in standing}
    if len(rivals) > 1:
        log.warning("bundle.rival", sequence=sequence, bundles=sorted(rivals))
    return newest, whole and len(rivals) == 1


def newest_at(url: str) -> Offer:
    """Take the bundle that a server has at a URL. Raises: SourceError."""
    document = ServedPlace(url).document()
    return Offer(digest_of(document), ServedPlace(url, document))


def registered_at(url: str, digest: Digest) -> Offer:
    """Take the bundle with this digest from below a server's URL; nothing is asked yet."""
    return Offer(digest, ServedPlace(below(url, f"/{digest.value.hex()}")))


def registered_digest(policy: Policy, sources: Sources) -> Digest:
    """Return the digest in the newest entry of the issuer in the policy's registry. Raises: UnavailableError."""
    # Reading a registry needs libraries that the other places do without.
    from por.checks.registry_reading import policys_view  # noqa: PLC0415

    view = policys_view(policy, sources, Instant(0))
    if not isinstance(view, Seen):
        raise UnavailableError(view.reason)
    if view.value.gap or not view.value.history:
        raise UnavailableError(view.value.gap or f"{view.value.account} has no entry in the registry yet")
    return view.value.history[-1].anchor.bundle


def read_bundle(document: bytes, name: str) -> Bundle:
    """Read a bundle's document. Raises: UnreadableBundleError."""
    try:
        return bundle_v1.read(document)
    except FormatError as error:
        raise UnreadableBundleError(f"{name}: bundle.json cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class DirectoryPlace:
    """Give a bundle's files out of a directory."""

    directory: Path

    def document(self) -> bytes:
        """Return bundle.json. Raises: UnreadableBundleError."""
        data = self._read("bundle.json", bundle_v1.MAX_BYTES)
        if data is None:
            raise UnreadableBundleError(f"{self.directory}: there is no bundle.json here")
        return data

    def note(self) -> bytes | None:
        """Return bundle.note. Raises: UnreadableBundleError."""
        return self._read("bundle.note", NOTE_MAX_BYTES)

    def evidence(self, entry: EvidenceEntry) -> bytes | None:
        """Return an evidence file. Raises: UnreadableBundleError."""
        return self._read(f"evidence/{entry.digest.value.hex()}", bundle_v1.max_evidence_bytes(entry.media_type))

    def _read(self, name: str, limit: int) -> bytes | None:
        path = self.directory / name
        try:
            data = read_capped(path, limit)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreadableBundleError(f"{path}: cannot be read: {error.strerror}") from error
        if data is None:
            raise UnreadableBundleError(f"{path}: not a regular file of at most {limit} bytes")
        return data


@dataclass(frozen=True, slots=True)
class ServedPlace:
    """Give a bundle's files from a server; `first` is the document where it was fetched already."""

    url: str
    first: bytes | None = None

    def __repr__(self) -> str:
        """Show the origin alone (T96)."""
        return f"ServedPlace({origin(self.url)})"

    def document(self) -> bytes:
        """Return bundle.json. Raises: SourceError."""
        if self.first is not None:
            return self.first
        return _settled(below(self.url, "/bundle.json"), bundle_v1.MAX_BYTES, lambda transport: transport.get())

    def note(self) -> bytes | None:
        """Return bundle.note. Raises: SourceError."""
        return self._file("/bundle.note", NOTE_MAX_BYTES)

    def evidence(self, entry: EvidenceEntry) -> bytes | None:
        """Return an evidence file. Raises: SourceError."""
        return self._file(f"/evidence/{entry.digest.value.hex()}", entry.size)

    def _file(self, path: str, limit: int) -> bytes | None:
        return _settled(below(self.url, path), limit, lambda transport: transport.get_if_present())


def _settled(url: str, limit: int, ask: Callable[[Transport], Answer]) -> Answer:
    transport = Transport(url, replace(DEFAULT_LIMITS, max_bytes=limit, total_ms=TOTAL_MS))
    try:
        return ask(transport)
    finally:
        transport.close()


def _subdirectories(directory: Path) -> Iterator[Path]:
    try:
        found = sorted(path for path in directory.iterdir() if not path.name.startswith(".") and path.is_dir())
    except OSError as error:
        raise UnreadableBundleError(f"{directory}: cannot be read: {error.strerror}") from error
    if len(found) > MAX_SUBDIRECTORIES:
        raise UnreadableBundleError(f"{directory}: {len(found)} subdirectories; at most {MAX_SUBDIRECTORIES} are read")
    return iter(found)
