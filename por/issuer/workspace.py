"""Keep an issuer's files of one snapshot in one directory, each written whole or not at all.

commitments.json records.csv store/   made by commit
snapshot/ challenges/                 made by challenge
control/ salts/                       made by collect
proofs.sqlite                         made by bundle while it runs, so that it can go on after it was cut short
bundle/                               made by bundle: the only part to publish
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from por.encoding import commitments_v1
from por.encoding.commitments_v1 import Commitments
from por.errors import FormatError
from por.issuer.snapshot import Snapshot, read_snapshot


@dataclass(frozen=True, slots=True)
class Workspace:
    """Name the files of one snapshot's directory."""

    directory: Path

    def commitments(self) -> Commitments:
        """Read what `commit` wrote. Raises: FormatError."""
        return commitments_v1.read(self._read("commitments.json", "por issuer commit"))

    def snapshot(self) -> Snapshot:
        """Read what `challenge` wrote. Raises: FormatError."""
        return read_snapshot(self._read("snapshot/snapshot.json", "por issuer challenge"))

    def bundle(self) -> bytes:
        """Return the document that `bundle` wrote. Raises: FormatError."""
        return self._read("bundle/bundle.json", "por issuer bundle")

    def files(self, folder: str) -> dict[str, bytes]:
        """Read all files of a folder by name; none when the folder is not there."""
        path = self.directory / folder
        return {file.name: file.read_bytes() for file in sorted(path.iterdir())} if path.is_dir() else {}

    def note(self) -> str:
        """Return the bundle's signed note, or nothing when there is no bundle yet."""
        path = self.directory / "bundle" / "bundle.note"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def require_absent(self, *folders: str) -> None:
        """Raise: FormatError, naming all of `folders` that are there already."""
        there = [str(self.directory / folder) for folder in folders if (self.directory / folder).exists()]
        if there:
            raise FormatError(f"already made; to make it anew remove {' '.join(there)}", str(self.directory))

    def put(self, folder: str, files: Mapping[str, bytes]) -> Path:
        """Write a whole folder, which must not be there yet, and return its path. Raises: FormatError."""
        target = self.directory / folder
        if target.exists():
            raise FormatError("is there already; remove it to make it anew", str(target))
        with _staged(target) as staging:
            for name, data in files.items():
                path = staging / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            staging.rename(target)
        return target

    def _read(self, name: str, maker: str) -> bytes:
        path = self.directory / name
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise FormatError(f"is not there; run {maker} first", str(path)) from error


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    staging.chmod(0o700)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
