"""Keep a log of JSON lines, one object a line: all in a file, on stderr only what somebody should look at.

Text is shown without control characters and without what may be a key (T93, T96).
"""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from por.model import Instant, printable

MAX_BYTES = 8 * 2**20
KEPT = 3

Field = str | int | bool | None | Sequence[str]
Redact = Callable[[str], str]


class Log:
    """Write events; `redact` takes what may be a key out of a text."""

    def __init__(self, stream: TextIO, *, verbose: bool = False) -> None:
        """Write to `stream` warnings and errors, and with `verbose` everything; no file is written yet."""
        self._stream = stream
        self._verbose = verbose
        self._file: Path | None = None
        self._redact: tuple[Redact, ...] = ()

    def hide(self, redact: Redact) -> None:
        """Pass every text through `redact` from now on."""
        self._redact = (*self._redact, redact)

    def keep(self, path: Path) -> None:
        """Also append every event to the file `path` from now on."""
        self._file = path

    def rotate(self) -> None:
        """Begin a new file where the file has grown too large; older ones get numbers, and few are kept."""
        with suppress(FileNotFoundError):
            if self._file is None or self._file.stat().st_size < MAX_BYTES:
                return
            for number in range(KEPT - 1, 0, -1):
                with suppress(FileNotFoundError):
                    _numbered(self._file, number).replace(_numbered(self._file, number + 1))
            self._file.replace(_numbered(self._file, 1))

    def info(self, event: str, **fields: Field) -> None:
        """Tell what happened."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Field) -> None:
        """Tell what somebody should look at."""
        self._write("warning", event, fields)

    def failure(self, event: str, **fields: Field) -> None:
        """Tell what kept the job from its work."""
        self._write("error", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, Field]) -> None:
        shown = {name: self._shown(value) for name, value in fields.items()}
        line = json.dumps({"ts": str(Instant.now()), "level": level, "event": event, **shown})
        # Whoever cannot hear is no reason to stop the work.
        if self._file is not None:
            with suppress(OSError), open(self._file, "ab", opener=_private) as file:
                file.write(line.encode() + b"\n")
        if self._verbose or level != "info":
            with suppress(OSError, ValueError):
                self._stream.write(line + "\n")
                self._stream.flush()

    def _shown(self, value: Field) -> Field:
        if isinstance(value, str):
            for redact in self._redact:
                value = redact(value)
            return printable(value)
        return value if value is None or isinstance(value, int) else [str(self._shown(item)) for item in value]


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
