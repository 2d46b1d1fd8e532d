"""Open a bundle directory: `bundle.json`, `bundle.note` and `evidence/<hex digest>`; nothing else is read.

No name inside the bundle becomes a path: files are found by digest (T88, T95).
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from por.checks.observation import Broken, Missing, Observation, Seen
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import Bundle, Digest, EvidenceEntry

NOTE_MAX_BYTES = 64 * 1024

Document = TypeVar("Document")


@dataclass(frozen=True)
class OpenBundle:
    """Hold a bundle as read, its digest, the text of its signed note (None when absent) and where its evidence is."""

    bundle: Bundle
    digest: Digest
    note: str | None
    directory: Path

    def entry(self, digest: Digest) -> EvidenceEntry | None:
        """Return the evidence list's row for a digest."""
        return self._entries().get(digest)

    def _entries(self) -> dict[Digest, EvidenceEntry]:
        cache: dict[Digest, EvidenceEntry] | None = self.__dict__.get("_by_digest")
        if cache is None:
            cache = {entry.digest: entry for entry in self.bundle.evidence}
            self.__dict__["_by_digest"] = cache
        return cache

    def read(self, digest: Digest, media_type: str) -> Observation[bytes]:
        """Read an evidence file of the bundle's list, whole and unaltered."""
        entry = self.entry(digest)
        if entry is None:
            return Broken(f"{digest} is not in the bundle's evidence list")
        if entry.media_type != media_type:
            return Broken(f"{digest} is listed as {entry.media_type}; {media_type} is needed here")
        return self.intact(entry)

    def intact(self, entry: EvidenceEntry) -> Observation[bytes]:
        """Read one listed file; an altered one is Missing, for it shows nothing about what it stood for."""
        seen = self.found(entry)
        return Missing(seen.reason) if isinstance(seen, Broken) else seen

    def found(self, entry: EvidenceEntry) -> Observation[bytes]:
        """Read one listed file and compare its size and digest; an altered one is Broken, a fault of the bundle."""
        path = self.directory / "evidence" / entry.digest.value.hex()
        try:
            data = read_capped(path, entry.size)
        except FileNotFoundError:
            return Missing(f"evidence file {entry.digest} is not there")
        except OSError as error:
            return Missing(f"evidence file {entry.digest} cannot be read: {error.strerror}")
        if data is None or len(data) != entry.size or digest_of(data) != entry.digest:
            return Broken(f"evidence file {entry.digest} is not the one the bundle names")
        return Seen(data)


def open_bundle(path: Path) -> OpenBundle:
    """Open a bundle by its directory or its bundle.json. Raises: FormatError."""
    directory = path if path.is_dir() else path.parent
    document = directory / "bundle.json" if path.is_dir() else path
    data = read_document(document, bundle_v1.MAX_BYTES)
    try:
        bundle = bundle_v1.read(data)
    except FormatError as error:
        raise error.within(f"{document.name}:") from error
    note = directory / "bundle.note"
    text = read_text(note, NOTE_MAX_BYTES) if note.exists() else None
    return OpenBundle(bundle, digest_of(data), text, directory)


def read_document(path: Path, limit: int) -> bytes:
    """Read a whole regular file of at most `limit` bytes. Raises: FormatError naming the file."""
    try:
        data = read_capped(path, limit)
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", str(path)) from error
    if data is None:
        raise FormatError(f"not a regular file of at most {limit} bytes", str(path))
    return data


def load_document(path: Path, limit: int, read: Callable[[bytes], Document]) -> Document:
    """Return what `read` makes of a whole file of at most `limit` bytes. Raises: FormatError naming the file."""
    data = read_document(path, limit)
    try:
        return read(data)
    except FormatError as error:
        raise error.within(f"{path}:") from error


def read_text(path: Path, limit: int) -> str:
    """Read a whole UTF-8 file of at most `limit` bytes. Raises: FormatError naming the file."""
    try:
        return read_document(path, limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 at byte {error.start}", str(path)) from error


def read_capped(path: Path, limit: int) -> bytes | None:
    """Read a regular file of at most `limit` bytes; None for a larger one or one that is not regular."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None
