"""Write verdicts and documents: to stdout, or to a file that is whole or absent; talk goes to stderr."""

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from por.checks.evidence import read_document
from por.encoding import verdict_v1
from por.errors import FormatError
from por.model import Instant, Verdict
from por.model.rulebook import Rulebook
from por.report.language import LANGUAGES, Translator, translator
from por.report.plain_text import render

_COUNTED = re.compile(r"([0-9]{1,9}) of ([0-9]{1,9})", re.ASCII)


def new_path(text: str) -> Path:
    """Read an argument that names a file to write; nothing is written over. Raises: argparse.ArgumentTypeError."""
    path = Path(text)
    if path.exists():
        raise argparse.ArgumentTypeError(f"{text} is there already; choose another name, or remove it first")
    return path


def add_verdict_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command with a verdict has."""
    parser.add_argument("--output", metavar="FILE", type=new_path, help="also write the verdict JSON to FILE")
    add_rendering_options(parser)


def add_rendering_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a verdict is printed, and as of when."""
    parser.add_argument("--json", action="store_true", help="print the verdict as canonical JSON")
    parser.add_argument("--all", action="store_true", help="list every finding, also those that passed")
    parser.add_argument("--now", metavar="INSTANT", help="judge ages at this UTC instant, not at the machine's clock")
    add_language_option(parser)


def add_language_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the language of what people read; the machine's locale chooses nothing."""
    known = " or ".join(LANGUAGES)
    parser.add_argument(
        "--lang", metavar="LANGUAGE", type=_language, default="en", help=f"say it in {known}; en if left out"
    )


def _language(text: str) -> Translator:
    try:
        return translator(text)
    except FormatError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def clock(args: argparse.Namespace) -> Instant:
    """Return --now, or the machine's clock. Raises: FormatError."""
    if args.now is None:
        return Instant.now()
    try:
        return Instant.parse(args.now)
    except FormatError as error:
        raise error.within("--now") from error


def put_verdict(verdict: Verdict, args: argparse.Namespace, rulebooks: Sequence[Rulebook] = ()) -> int:
    """Print a verdict, write it where asked, and return its exit status; `rulebooks` are those it was judged by."""
    if args.output:
        write_file(args.output, verdict_v1.write(verdict))
    return print_verdict(verdict, args, rulebooks)


def print_verdict(verdict: Verdict, args: argparse.Namespace, rulebooks: Sequence[Rulebook] = ()) -> int:
    """Print a verdict and return its exit status."""
    if args.json:
        put_json(verdict_v1.write(verdict))
    else:
        sys.stdout.write(render(verdict, all_findings=args.all, say=args.lang, rulebooks=rulebooks))
    return verdict.exit_code


def put_json(document: bytes) -> None:
    """Print a document to the byte, so that a file that stdout is sent to can be read again."""
    sys.stdout.write(document.decode() + ("\n" if sys.stdout.isatty() else ""))


def write_file(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that is not there yet, whole or not at all. Raises: FormatError naming the place."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            written = Path(folder) / "whole"
            with written.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            written.chmod(mode)
            path.hardlink_to(written)
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(path)) from error


def replace_file(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file over what it held, whole or not at all. Raises: FormatError naming the place."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            written = Path(folder) / "whole"
            write_file(written, data, mode)
            written.replace(path)
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(path)) from error


def require_place(path: Path) -> None:
    """Find out, before anything is paid, whether a file can be written there. Raises: FormatError naming the place."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            write_file(Path(folder) / "trial", b"")
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(path)) from error
    except FormatError as error:
        raise FormatError(error.reason, str(path)) from error


def write_once(path: Path, data: bytes) -> bool:
    """Write a file, or find it there already with these very bytes; return whether it was written now.

    Raises: FormatError for a file that holds anything else: nothing is written over.
    """
    if path.exists():
        if read_document(path, max(len(data), 1)) != data:
            raise FormatError("is there already and holds something else; choose another name", str(path))
        return False
    write_file(path, data)
    return True


class Progress:
    """Say on stderr how far long work has come: in place on a terminal, else at most one line in ten seconds.

    A message with counts, such as "account 3 of 10", gets a bar and the time that the rest will take.
    """

    def __init__(self) -> None:
        """Start silent; short work says nothing."""
        self._next = time.monotonic_ns() + 10**9
        self._shown = False
        self._work = ""
        self._began = time.monotonic_ns()
        self._first = 0

    def __call__(self, message: str) -> None:
        """Say `message` when it is time to; an empty one clears the line."""
        if not message:
            self.done()
            return
        counted = _COUNTED.search(message)
        if counted and (work := message[: counted.start()]) != self._work:
            self._work, self._began, self._first = work, time.monotonic_ns(), int(counted[1])
        if time.monotonic_ns() < self._next:
            return
        terminal = sys.stderr.isatty()
        told = f"{_bar(counted)} {message}{self._rest(counted)}" if counted else message
        sys.stderr.write(f"\r\x1b[K{told}" if terminal else f"{told}\n")
        sys.stderr.flush()
        self._shown = terminal
        self._next = time.monotonic_ns() + (10**8 if terminal else 10**10)

    def _rest(self, counted: re.Match[str]) -> str:
        done, wanted = int(counted[1]), int(counted[2])
        if done <= self._first or done >= wanted:
            return ""
        seconds = (time.monotonic_ns() - self._began) * (wanted - done) // (done - self._first) // 10**9
        return f", {seconds // 60}:{seconds % 60:02} left"

    def done(self) -> None:
        """Clear the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        self._shown = False


def _bar(counted: re.Match[str]) -> str:
    share = min(int(counted[1]) * 20 // max(int(counted[2]), 1), 20)
    return f"[{'#' * share}{'.' * (20 - share)}]"
