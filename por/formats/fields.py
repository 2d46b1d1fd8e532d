"""Read the fields of published files strictly: each refusal names its place.

What is of no form at all is a FormatError, exit status 2. What is read, but breaks its format's rules, is an
EvidenceError: the proof is refuted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from por.encoding.strict_json import Number
from por.errors import EvidenceError, FormatError
from por.formats.document import is_items, is_members
from por.model.figures import Figure, read_figure
from por.model.text import plain_text

MAX_COINS = 2_000
# A path of 40 steps, or the balances of a thousand coins, in one text.
MAX_TEXT = 65_536

_COIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+$-]{0,39}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]*", re.ASCII)
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)


def members_at(value: object, place: str) -> Mapping[str, object]:
    """Return a JSON object. Raises: FormatError."""
    if not is_members(value):
        raise FormatError("not an object", place)
    return value


def items_at(value: object, place: str, limit: int) -> Sequence[object]:
    """Return a JSON list of at most `limit` items. Raises: FormatError."""
    if not is_items(value):
        raise FormatError("not a list", place)
    if len(value) > limit:
        raise FormatError(f"{len(value)} items; at most {limit} are read", place)
    return value


def objects_at(value: object, place: str, limit: int) -> Iterator[tuple[Mapping[str, object], str]]:
    """Iterate over a list of objects with their places. Raises: FormatError."""
    for number, item in enumerate(items_at(value, place, limit)):
        yield members_at(item, f"{place}/{number}"), f"{place}/{number}"


def text_at(members: Mapping[str, object], name: str, place: str) -> str:
    """Return a member that is printable text. Raises: FormatError."""
    value = _member(members, name, place)
    if not isinstance(value, str) or isinstance(value, Number):
        raise FormatError("not text", f"{place}/{name}")
    try:
        return plain_text(value, MAX_TEXT)
    except FormatError as error:
        raise FormatError(error.reason, f"{place}/{name}") from error


def word_or_nothing(members: Mapping[str, object], name: str) -> str:
    """Return a member that is text or a number, as it was written; anything else, such as null, is empty text."""
    value = members.get(name)
    return str(value) if isinstance(value, str) else ""


def word_at(members: Mapping[str, object], name: str, place: str) -> str:
    """Return a member that is printable text, or a number as it was written. Raises: FormatError."""
    value = _member(members, name, place)
    return str(value) if isinstance(value, Number) else text_at(members, name, place)


def integer_at(members: Mapping[str, object], name: str, place: str) -> int:
    """Return a member that is a JSON integer of at most 18 digits. Raises: FormatError."""
    value = _member(members, name, place)
    if not isinstance(value, Number) or not _INTEGER.fullmatch(value):
        raise FormatError("not an integer", f"{place}/{name}")
    return int(value)


def hash_at(members: Mapping[str, object], name: str, place: str, digits: int) -> str:
    """Return a member that is a hash of exactly `digits` digits. Raises: EvidenceError for another length (T10)."""
    return hash_text(text_at(members, name, place), f"{place}/{name}", digits)


def hash_text(text: str, place: str, digits: int) -> str:
    """Return a hash of exactly `digits` lower-case hexadecimal digits. Raises: EvidenceError (T10)."""
    if len(text) != digits or not _HEX.fullmatch(text):
        raise EvidenceError(f"{place}: not a hash of {digits} lower-case hexadecimal digits")
    return text


def amounts_at(
    members: Mapping[str, object], name: str, place: str, *, bare: bool = False, small: bool = False
) -> dict[str, Figure]:
    """Return a member that maps coins to amounts, quoted or, with `bare`, JSON numbers. Raises: FormatError."""
    inside = f"{place}/{name}"
    rows = members_at(_member(members, name, place), inside)
    if len(rows) > MAX_COINS:
        raise FormatError(f"{len(rows)} coins; at most {MAX_COINS} are read", inside)
    found = {}
    for coin, value in rows.items():
        where = f"{inside}/{coin_name(coin, inside)}"
        if not isinstance(value, str) or isinstance(value, Number) is not bare:
            raise FormatError("not an amount written as " + ("a number" if bare else "text"), where)
        found[coin] = amount_text(value, where, small=small)
    return found


def amount_text(text: str, place: str, *, small: bool = False) -> Figure:
    """Read one amount. Raises: FormatError naming the place."""
    try:
        return read_figure(text, small=small)
    except FormatError as error:
        raise FormatError(error.reason, place) from error


def coin_name(text: str, place: str) -> str:
    """Return text that may name a coin. Raises: FormatError."""
    if not _COIN.fullmatch(text):
        raise FormatError("not the name of a coin", place)
    return text


def listed_amounts(text: str, place: str, between: str = ",", *, small: bool = False) -> dict[str, Figure]:
    """Read COIN:amount pairs between `between`. Raises: FormatError, also for a coin named twice."""
    found: dict[str, Figure] = {}
    for pair in text.split(between) if text else ():
        coin, colon, amount = pair.partition(":")
        if not colon or coin in found or len(found) >= MAX_COINS:
            raise FormatError("not a list of COIN:amount, each coin once", place)
        found[coin_name(coin, place)] = amount_text(amount, f"{place} {coin}", small=small)
    return found


def _member(members: Mapping[str, object], name: str, place: str) -> object:
    if name not in members:
        raise FormatError(f"member {name!r} is missing", place or "/")
    return members[name]
