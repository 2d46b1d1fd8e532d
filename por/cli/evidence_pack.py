"""Put together an evidence pack: a verdict, its reports, all that it was made of, and proof that it is made again."""

import argparse
import contextlib
import os
import platform
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata, resources
from pathlib import Path, PurePosixPath

from por.checks.evidence import NOTE_MAX_BYTES, OpenBundle, open_bundle, read_document
from por.checks.policy import load_policy
from por.checks.rulebooks import SUFFIX, load_rulebook, shipped_ids
from por.cli import verify
from por.encoding import (
    bundle_v1,
    canonical,
    identity_v1,
    introduced_v1,
    movements_v1,
    recording_v1,
    toml,
    verdict_v1,
)
from por.errors import FormatError
from por.model import Policy, Verdict
from por.model.rulebook import Rulebook
from por.report.formats import FILES, FORMATS
from por.report.papers import Papers
from por.report.reperformance import reperform_text

DISTRIBUTION = "por-verifier"
SUMS = "SHA256SUMS"
MAX_LEDGER = 2**36

_CHUNK = 2**20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """Name the files that a verdict was made of, as the command line gives them."""

    bundle: Path
    policy: Path
    recording: Path | None = None
    ledger: Path | None = None
    previous: Path | None = None
    movements: Path | None = None
    others: tuple[Path, ...] = ()
    openings: tuple[Path, ...] = ()
    introduced: tuple[str, ...] = ()
    identity: Path | None = None
    remarks: Path | None = None
    rulebooks: tuple[str, ...] = ()


def write_pack(target: Path, papers: Papers, given: Given) -> None:
    """Write a pack, a zip archive where `target` ends in .zip and else a directory: whole, or not at all.

    The same papers and files give the same bytes. Raises: FormatError, also where the files given do not lead to the
    verdict again, byte for byte.
    """
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
            folder = Path(scratch) / "pack"
            folder.mkdir()
            command = _gather(folder, papers.verdict, given)
            _require_same(folder, papers.verdict, command)
            _write_reports(folder, papers, command)
            _write_sums(folder)
            if target.suffix == ".zip":
                whole = Path(scratch) / "whole.zip"
                _write_archive(folder, whole)
                target.hardlink_to(whole)
            else:
                folder.rename(target)
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(target)) from error


def _gather(folder: Path, verdict: Verdict, given: Given) -> list[str]:
    """Copy what the verdict was made of, and return the command that makes it again, relative to the folder."""
    _copy_bundle(open_bundle(given.bundle), folder / "bundle")
    _copy(given.policy, folder / "policy.toml", toml.MAX_BYTES)
    command = ["verify", "bundle", "--policy", "policy.toml", "--now", str(verdict.checked_at)]
    if given.remarks is not None:
        _copy(given.remarks, folder / "remarks.toml", toml.MAX_BYTES)
    return [
        *command,
        *_copy_files(folder, given),
        *_copy_bundles(folder, given),
        *_copy_rows(folder, given),
        *_copy_rulebooks(folder, verdict, given),
    ]


def _copy_files(folder: Path, given: Given) -> Iterator[str]:
    """Copy what one option names in one file, and yield the options."""
    for option, source, name, limit in (
        ("--replay", given.recording, "recording.json", recording_v1.MAX_BYTES),
        ("--ledger", given.ledger, "records.csv", MAX_LEDGER),
        ("--movements", given.movements, "movements.csv", movements_v1.MAX_BYTES),
        ("--identity", given.identity, "identity.json", identity_v1.MAX_BYTES),
    ):
        if source is not None:
            _copy(source, folder / name, limit)
            yield from (option, name)


def _copy_bundles(folder: Path, given: Given) -> Iterator[str]:
    beside = [("--previous", given.previous, "previous")] if given.previous else []
    beside += [("--other", path, f"others/{number}") for number, path in enumerate(given.others, 1)]
    for option, path, name in beside:
        _copy_bundle(open_bundle(path), folder / name)
        yield from (option, name)


def _copy_rows(folder: Path, given: Given) -> Iterator[str]:
    """Copy what is given file by file: openings of control proofs, and intermediaries' lists of customers."""
    for number, path in enumerate(_opening_files(given.openings), 1):
        _copy(path, folder / "openings" / f"{number}.json", verify.MAX_OPENING)
        yield from ("--opening", f"openings/{number}.json")
    for number, text in enumerate(given.introduced, 1):
        name, _, source = text.partition("=")
        _copy(Path(source), folder / "introduced" / str(number), introduced_v1.MAX_BYTES)
        yield from ("--introduced", f"{name}=introduced/{number}")


def _copy_rulebooks(folder: Path, verdict: Verdict, given: Given) -> Iterator[str]:
    """Copy the rulebooks, and yield the options that name those which the policy does not name."""
    policy = load_policy(given.policy)
    by_digest = {book.digest: (name, book) for name, book in _known(policy, given)}
    for position, digest in enumerate(verdict.rulebooks):
        if digest not in by_digest:
            raise FormatError(f"the rulebook {digest} is not among those given", "--rulebook")
        name, book = by_digest[digest]
        path = _place(name, book) if position < len(policy.law.rulebooks) else f"rulebooks/{book.id}{SUFFIX}"
        _write(folder / path, _bytes(name))
        if position >= len(policy.law.rulebooks):
            yield from ("--rulebook", path)


def _known(policy: Policy, given: Given) -> Iterator[tuple[str, Rulebook]]:
    for name in dict.fromkeys([*policy.law.rulebooks, *given.rulebooks, *shipped_ids()]):
        yield name, load_rulebook(name)


def _place(name: str, book: Rulebook) -> str:
    """Say where the policy's own word finds a rulebook below the pack."""
    if not name.endswith(SUFFIX):
        return f"rulebooks/{book.id}{SUFFIX}"
    path = PurePosixPath(name)
    if path.is_absolute() or not all(_NAME.fullmatch(part) for part in path.parts):
        raise FormatError(f"the policy names its rulebook as {name}; only a plain relative path can be packed")
    return str(path)


def _bytes(name: str) -> bytes:
    if name.endswith(SUFFIX):
        return read_document(Path(name), toml.MAX_BYTES)
    return resources.files("por").joinpath("rulebooks", name + SUFFIX).read_bytes()


def _opening_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(file for file in path.iterdir() if file.suffix == ".json") if path.is_dir() else [path]


def _copy_bundle(opened: OpenBundle, target: Path) -> None:
    """Copy a bundle with the evidence that is there, unaltered or not: a verdict rests on either."""
    _copy(opened.directory / "bundle.json", target / "bundle.json", bundle_v1.MAX_BYTES)
    if opened.note is not None:
        _copy(opened.directory / "bundle.note", target / "bundle.note", NOTE_MAX_BYTES)
    (target / "evidence").mkdir(parents=True, exist_ok=True)
    for entry in opened.bundle.evidence:
        name = entry.digest.value.hex()
        source = opened.directory / "evidence" / name
        if source.is_file():
            with source.open("rb") as file:
                _write(target / "evidence" / name, file.read(entry.size + 1))


def _copy(source: Path, target: Path, limit: int) -> None:
    """Copy a regular file, piece by piece. Raises: FormatError naming it."""
    if not source.is_file() or source.stat().st_size > limit:
        raise FormatError(f"not a regular file of at most {limit} bytes", str(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as old, target.open("xb") as new:
            while piece := old.read(_CHUNK):
                new.write(piece)
    except FileExistsError as error:
        raise FormatError("would stand in the pack twice", target.name) from error


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)


def _require_same(folder: Path, verdict: Verdict, command: Sequence[str]) -> None:
    """Make the verdict again from the pack alone. Raises: FormatError naming what differs."""
    parser = argparse.ArgumentParser()
    verify.add(parser)
    with contextlib.chdir(folder):
        again, _ = verify.examined(parser.parse_args(command[1:]))
    if verdict_v1.write(again) != verdict_v1.write(verdict):
        raise FormatError(
            f"the files given do not lead to this verdict again: {_difference(verdict, again)}; give the bundle, "
            "policy, recording (--replay), record list and rulebooks that it was made of",
            "--pack",
        )


def _difference(verdict: Verdict, again: Verdict) -> str:
    for name in ("bundle", "policy", "profile", "rulebooks", "snapshot"):
        if getattr(verdict, name) != getattr(again, name):
            return f"another {name}"
    old, new = ({finding.ref: finding for finding in each.findings} for each in (verdict, again))
    refs = [ref for ref in dict.fromkeys([*old, *new]) if old.get(ref) != new.get(ref)]
    return f"{len(refs)} findings differ, such as {refs[0]}" if refs else "the findings stand in another order"


def _write_reports(folder: Path, papers: Papers, command: Sequence[str]) -> None:
    _write(folder / "verdict.json", verdict_v1.write(papers.verdict))
    for name, render in FORMATS.items():
        _write(folder / FILES[name], render(papers).encode())
    for number, older in enumerate(papers.history, 1):
        _write(folder / "history" / f"{number:04}.json", verdict_v1.write(older))
    _write(folder / "versions.json", canonical.dumps(_versions()) + b"\n")
    _write(folder / "REPERFORM.md", reperform_text(papers.verdict, command, papers.say).encode())


def _versions() -> dict[str, object]:
    """List what ran: Python, this distribution, and everything that it names as needed."""
    found: dict[str, object] = {"python": platform.python_version()}
    with contextlib.suppress(metadata.PackageNotFoundError):
        found[DISTRIBUTION] = metadata.version(DISTRIBUTION)
        for needed in (row for row in metadata.requires(DISTRIBUTION) or [] if "extra ==" not in row):
            name = re.split(r"[^A-Za-z0-9._-]", needed, maxsplit=1)[0]
            with contextlib.suppress(metadata.PackageNotFoundError):
                found[name] = metadata.version(name)
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write_sums(folder: Path) -> None:
    lines = []
    for path in _files(folder):
        with path.open("rb") as file:
            digest = sha256()
            while piece := file.read(_CHUNK):
                digest.update(piece)
        lines.append(f"{digest.hexdigest()}  {path.relative_to(folder).as_posix()}\n")
    _write(folder / SUMS, "".join(lines).encode())


def _write_archive(folder: Path, target: Path) -> None:
    """Store the files, not compressed: a compressor's version would change the bytes."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.file_size = path.stat().st_size
            with archive.open(entry, "w") as new, path.open("rb") as old:
                while piece := old.read(_CHUNK):
                    new.write(piece)
    with target.open("rb") as written:
        os.fsync(written.fileno())
