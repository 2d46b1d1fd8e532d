"""Cut one line of comma-separated values into its fields, strictly.

Source: RFC 4180, with two restrictions: a row is one line, and a quote begins or ends a field or is doubled inside
a quoted one. A line ends with CR LF or LF.
"""

import re

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
