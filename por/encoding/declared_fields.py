"""Describe the members of a declared row as data, from which two spellings follow: the document's and that of a hand.

The document has every member, in camelCase, and CAIP ids; what is written by hand is TOML with the same names in
snake_case, may leave out what is empty, and may write assets and accounts in further ways.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from por.encoding import toml
from por.encoding.liability_v1 import Json
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import AssetId, ChainAccount, Digest, Instant
from por.model.amounts import decimal_text, parse_decimal


@dataclass(frozen=True, slots=True)
class Spelling:
    """Say who wrote it: `by_hand`, with what reads an asset and an account there."""

    by_hand: bool
    asset: Callable[[str], AssetId]
    account: Callable[[str], ChainAccount]

    def member(self, name: str) -> str:
        """Write the name of a member."""
        first, *rest = name.split("_")
        return name if self.by_hand else first + "".join(map(str.capitalize, rest))


CANONICAL = Spelling(by_hand=False, asset=AssetId.parse, account=ChainAccount.parse)


@dataclass(frozen=True, slots=True)
class Field:
    """Read and write one member; with `spare` a hand may leave it out."""

    read: Callable[[Reader, Spelling], Any]
    write: Callable[[Any], object]
    spare: bool = False


def _unnamed(_row: Any) -> tuple[str, ...]:
    return ()


def _fine(_row: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Table:
    """Read and write rows of one kind: `make` builds one of its members by name.

    No two rows of a list share one of `keys`. `amiss` says what is wrong with a row as a whole, or nothing.
    """

    make: Callable[..., Any]
    fields: Mapping[str, Field]
    keys: Callable[[Any], tuple[str, ...]] = field(default=_unnamed)
    amiss: Callable[[Any], str] = field(default=_fine)

    def read(self, reader: Reader, spelling: Spelling) -> Any:
        """Read one row. Raises: FormatError."""
        names = {spelling.member(name): name for name in self.fields}
        if spelling.by_hand:
            needed = tuple(name for name in names if not self.fields[name].spare)
            entries = toml.table(reader.value, reader.place, needed, tuple(set(names) - set(needed)))
        else:
            entries = dict(zip(names, reader.members(*names), strict=True))
        return self.built({names[name]: entry for name, entry in entries.items()}, reader, spelling)

    def built(self, entries: Mapping[str, Reader], reader: Reader, spelling: Spelling) -> Any:
        """Make a row of its members, which stand in `reader`. Raises: FormatError."""
        row = self.make(**{name: self.fields[name].read(entry, spelling) for name, entry in entries.items()})
        reason = self.amiss(row)
        if reason:
            raise reader.fail(reason)
        return row

    def write(self, row: Any) -> Json:
        """Write one row as a JSON value."""
        return {CANONICAL.member(name): item.write(getattr(row, name)) for name, item in self.fields.items()}


def plain(read: Callable[[Reader], Any], write: Callable[[Any], object] = str) -> Field:
    """Describe a member that both spellings write alike."""
    return Field(lambda reader, _: read(reader), write)


def spare(item: Field, empty: object) -> Field:
    """Describe a member that a hand may leave out, which then is `empty`; the document has it in any case."""

    def read(reader: Reader, spelling: Spelling) -> Any:
        return empty if spelling.by_hand and reader.value is None else item.read(reader, spelling)

    return Field(read, item.write, spare=True)


def optional(item: Field) -> Field:
    """Describe a member that is null, or left out by hand, where there is none."""
    return Field(
        lambda reader, by: reader.optional(lambda value: item.read(value, by)),
        lambda value: None if value is None else item.write(value),
        spare=True,
    )


def several(item: Field, limit: int) -> Field:
    """Describe a list of at most `limit` members."""
    return spare(
        Field(
            lambda reader, by: tuple(item.read(entry, by) for entry in reader.items(limit)),
            lambda values: [item.write(value) for value in values],
        ),
        (),
    )


def one(table: Table) -> Field:
    """Describe a row that may be missing."""
    return optional(Field(table.read, table.write))


def rows(table: Table, limit: int) -> Field:
    """Describe a list of at most `limit` rows, which share none of their keys."""
    whole = several(Field(table.read, table.write), limit)

    def read(reader: Reader, spelling: Spelling) -> tuple[Any, ...]:
        found: tuple[Any, ...] = whole.read(reader, spelling)
        seen: set[str] = set()
        for i, row in enumerate(found):
            for key in table.keys(row):
                if key in seen:
                    raise FormatError(f"{key} stands above already", f"{reader.place}/{i}")
                seen.add(key)
        return found

    return Field(read, whole.write, spare=True)


def name(limit: int = 256) -> Field:
    """Describe text that names something: not empty, no blank around it."""
    return plain(lambda reader: _named(reader, limit))


def _named(reader: Reader, limit: int) -> str:
    text = reader.text(limit)
    if not text or text != text.strip():
        raise reader.fail("a name is not empty, and has no blank around it")
    return text


def _signed(text: str) -> Fraction:
    if text.startswith("-"):
        value = -parse_decimal(text[1:])
        if not value:
            raise FormatError("zero has no sign")
        return value
    return parse_decimal(text)


def _signed_text(value: Fraction) -> str:
    return f"-{decimal_text(-value)}" if value < 0 else decimal_text(value)


def _positive(text: str) -> Fraction:
    value = parse_decimal(text)
    if not value:
        raise FormatError("not a number above zero")
    return value


def _share(text: str) -> Fraction:
    value = parse_decimal(text)
    if value > 1:
        raise FormatError("a share is at most 1")
    return value


def _truth(reader: Reader) -> bool:
    if not isinstance(reader.value, bool):
        raise reader.fail("neither true nor false")
    return reader.value


def integer(low: int, high: int) -> Field:
    """Describe an integer."""
    return plain(lambda reader: reader.integer(low, high), int)


AMOUNT = plain(Reader.decimal, decimal_text)
SIGNED = plain(lambda reader: reader.parse(_signed), _signed_text)
POSITIVE = plain(lambda reader: reader.parse(_positive), decimal_text)
SHARE = plain(lambda reader: reader.parse(_share), decimal_text)
DAY = plain(Reader.day, date.isoformat)
INSTANT = plain(Reader.instant, Instant.__str__)
DIGEST = plain(Reader.digest, Digest.__str__)
TRUTH = plain(_truth, bool)
TEXT = spare(plain(lambda reader: reader.text(256)), "")
ASSET = Field(lambda reader, by: reader.parse(by.asset), str)
ACCOUNT = Field(lambda reader, by: reader.parse(by.account), str)
