"""Read comma-separated values strictly, a line at a time or a small table at once.

Source: RFC 4180, with two restrictions: a row is one line, and a quote begins or ends a field or is doubled inside
a quoted one. A line ends with CR LF or LF.
"""

import re
from collections.abc import Iterator, Sequence

from por.errors import FormatError

_FIELD = re.compile(r'(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^",]*))(?P<end>,|\Z)')


def fields(line: str) -> list[str]:
    """Return the fields of one line, with or without its line end. Raises: FormatError."""
    text = line.removesuffix("\n").removesuffix("\r")
    if not text:
        raise FormatError("an empty line")
    if "\r" in text or "\n" in text:
        raise FormatError("a line end inside the line")
    return text.split(",") if '"' not in text else _quoted_fields(text)


def table_rows(text: str, columns: Sequence[str], name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield `name:line` and the fields of every row under a header that is exactly `columns`.

    Raises: FormatError naming the line.
    """
    head, *lines = text.removesuffix("\n").split("\n")
    if head.removesuffix("\r") != ",".join(columns):
        raise FormatError(f"the first line must be exactly {','.join(columns)}", f"{name}:1")
    for number, line in enumerate(lines, start=2):
        try:
            cells = fields(line)
        except FormatError as error:
            raise FormatError(error.reason, f"{name}:{number}") from error
        if len(cells) != len(columns):
            raise FormatError(f"{len(cells)} fields; expected {len(columns)}", f"{name}:{number}")
        yield f"{name}:{number}", cells


def write_field(text: str) -> str:
    """Write one field, in quotes only where its text needs them."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _quoted_fields(text: str) -> list[str]:
    found: list[str] = []
    position = 0
    while True:
        match = _FIELD.match(text, position)
        if match is None:
            raise FormatError("a quote that is out of place, or not closed on its line")
        quoted = match["quoted"]
        found.append(match["plain"] if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if not match["end"]:
            return found
