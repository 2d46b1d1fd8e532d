"""Walk a decoded document and refuse everything its layout does not name, with the place."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from por.errors import FormatError, UnsupportedVersionError
from por.model import Digest, Instant, parse_decimal, parse_units, plain_text, printable

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]*", re.ASCII)

Parsed = TypeVar("Parsed")
Choice = TypeVar("Choice", bound=StrEnum)
Comparable = TypeVar("Comparable", str, bytes, tuple[str, str])


class Reader:
    """Hold one decoded value and its place, such as `/liabilities/0/total`; every method raises FormatError."""

    def __init__(self, value: object, place: str = "") -> None:
        """Stand at `value`."""
        self.value = value
        self.place = place

    def fail(self, reason: str) -> FormatError:
        """Make, without raising, the error for this place."""
        return FormatError(reason, self.place or "/")

    def members(self, *names: str) -> tuple["Reader", ...]:
        """Return the members of an object that has exactly `names`, in that order."""
        if not isinstance(self.value, dict):
            raise self.fail("not an object")
        missing = [name for name in names if name not in self.value]
        if missing:
            raise self.fail(f"member {missing[0]!r} is missing")
        unknown = [name for name in self.value if name not in names]
        if unknown:
            raise self.fail(f"unknown member '{printable(unknown[0][:64])}'")
        return tuple(Reader(self.value[name], f"{self.place}/{name}") for name in names)

    def document(self, media_type: str, *names: str) -> tuple["Reader", ...]:
        """Return the members of a document of `media_type`, without that one; another kind of document is named first.

        Raises: UnsupportedVersionError for another version of the same family.
        """
        if isinstance(self.value, dict) and "mediaType" in self.value:
            Reader(self.value["mediaType"], f"{self.place}/mediaType").media_type(media_type)
        return self.members("mediaType", *names)[1:]

    def items(self, limit: int) -> Iterator["Reader"]:
        """Iterate over a list of at most `limit` items."""
        if not isinstance(self.value, list):
            raise self.fail("not a list")
        if len(self.value) > limit:
            raise self.fail(f"{len(self.value)} items; at most {limit} are allowed")
        return (Reader(item, f"{self.place}/{i}") for i, item in enumerate(self.value))

    def require_ascending(self, keys: Sequence[Comparable]) -> None:
        """Require that the items of this list, one key each, ascend strictly."""
        for i, (left, right) in enumerate(pairwise(keys), 1):
            if not left < right:
                raise Reader(None, f"{self.place}/{i}").fail("out of order, or named twice")

    def text(self, limit: int = 1024) -> str:
        """Return printable text."""
        return self.parse(lambda text: plain_text(text, limit))

    def lines(self, limit: int = 65_536) -> str:
        """Return text that may also hold line feeds."""

        def read(text: str) -> str:
            plain_text(text.replace("\n", " "), limit)
            return text

        return self.parse(read)

    def parse(self, read: Callable[[str], Parsed]) -> Parsed:
        """Return what `read` makes of this text; its FormatError gets this place."""
        if not isinstance(self.value, str):
            raise self.fail("not text")
        try:
            return read(self.value)
        except FormatError as error:
            raise (error.within(self.place) if error.place else type(error)(error.reason, self.place)) from error

    def choice(self, kind: type[Choice]) -> Choice:
        """Return a member of a closed enumeration."""
        text = self.text(64)
        if text not in set(kind):
            raise self.fail(f"{text!r} is none of {', '.join(kind)}")
        return kind(text)

    def integer(self, low: int, high: int) -> int:
        """Return a JSON integer between `low` and `high`."""
        if type(self.value) is not int:
            raise self.fail("not an integer")
        if not low <= self.value <= high:
            raise self.fail(f"not an integer between {low} and {high}")
        return self.value

    def units(self) -> int:
        """Return an amount in base units, written as decimal text."""
        return self.parse(parse_units)

    def hex(self, length: int) -> bytes:
        """Return exactly `length` bytes, written as lower-case hexadecimal without prefix."""
        return self.parse(lambda text: read_hex(text, length, length))

    def data(self, low: int, high: int) -> bytes:
        """Return `low` to `high` bytes, written as 0x and lower-case hexadecimal."""

        def read(text: str) -> bytes:
            if not text.startswith("0x"):
                raise FormatError("hexadecimal data begins with 0x here")
            return read_hex(text[2:], low, high)

        return self.parse(read)

    def digest(self) -> Digest:
        """Return a digest."""
        return self.parse(Digest.parse)

    def instant(self) -> Instant:
        """Return an instant."""
        return self.parse(Instant.parse)

    def day(self) -> date:
        """Return a day, written YYYY-MM-DD; TOML's own dates are taken too."""
        if type(self.value) is date:
            return self.value
        return self.parse(_read_day)

    def decimal(self) -> Fraction:
        """Return an exact number that is not negative, written as decimal text."""
        return self.parse(parse_decimal)

    def optional(self, read: Callable[["Reader"], Parsed]) -> Parsed | None:
        """Return None for null, else what `read` makes of this value."""
        return None if self.value is None else read(self)

    def media_type(self, expected: str) -> None:
        """Require a media type. Raises: UnsupportedVersionError for another version of the same family."""
        text = self.text(128)
        if text == expected:
            return
        family = expected.rpartition(".v")[0]
        if text.startswith(family + ".v"):
            raise UnsupportedVersionError(f"{text} is not read by this release; it reads {expected}", self.place)
        raise self.fail(f"a document of type {text}; expected {expected}")


def _read_day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise FormatError("not a day such as 2026-11-01")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FormatError("no such day") from error


def read_hex(text: str, low: int, high: int) -> bytes:
    """Return `low` to `high` bytes of lower-case hexadecimal text. Raises: FormatError."""
    if not _HEX.fullmatch(text) or len(text) % 2:
        raise FormatError("not lower-case hexadecimal with an even number of digits")
    if not low <= len(text) // 2 <= high:
        wanted = str(low) if low == high else f"{low} to {high}"
        raise FormatError(f"{len(text) // 2} bytes; expected {wanted}")
    return bytes.fromhex(text)
