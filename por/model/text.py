"""Refuse text that can mislead a reader or a terminal."""

import unicodedata

from por.errors import FormatError

_MISLEADING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters and marks by category, and nothing to the eye: joiner, Hangul and Khmer fillers.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def plain_text(text: str, limit: int = 1024) -> str:
    """Return `text` unchanged when it is safe to print and at most `limit` characters long.

    Raises: FormatError for control, bidirectional, zero-width, line-separating and surrogate characters (T93).
    """
    if len(text) > limit:
        raise FormatError(f"text of {len(text)} characters; at most {limit} are allowed")
    if text.isprintable() and _INVISIBLE.isdisjoint(text):
        return text
    for position, character in enumerate(text):
        if _misleads(character):
            raise FormatError(f"character U+{ord(character):04X} at position {position} is not allowed in text")
    return text


def printable(text: str) -> str:
    """Return `text` with every character that `plain_text` refuses written as an escape."""
    return "".join(f"\\u{ord(c):04x}" if _misleads(c) else c for c in text)


def _misleads(character: str) -> bool:
    return unicodedata.category(character) in _MISLEADING or character in _INVISIBLE
