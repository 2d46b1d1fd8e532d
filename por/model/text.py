"""Refuse text that can mislead a reader or a terminal."""

import unicodedata

from por.errors import FormatError

_MISLEADING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain_text(text: str, limit: int = 1024) -> str:
    """Return `text` unchanged when it is safe to print and at most `limit` characters long.

    Raises: FormatError for control, bidirectional, zero-width, line-separating and surrogate characters (T93).
    """
    if len(text) > limit:
        raise FormatError(f"text of {len(text)} characters; at most {limit} are allowed")
    if text.isprintable():
        return text
    for position, character in enumerate(text):
        if unicodedata.category(character) in _MISLEADING:
            raise FormatError(f"character U+{ord(character):04X} at position {position} is not allowed in text")
    return text


def printable(text: str) -> str:
    """Return `text` with every character that `plain_text` refuses written as an escape."""
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in _MISLEADING else c for c in text)
