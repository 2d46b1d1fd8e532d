"""Read JSON from outside with limits before decoding and none of Python's leniency.

Refused with the place and the reason: too many bytes, levels or items; invalid UTF-8; duplicate keys; NaN and Infinity;
every number with a fraction or exponent; integers beyond 2^53 - 1; control, bidirectional and surrogate characters are
the reader's to refuse, since only it knows which texts may hold a line feed. Sources: RFC 8259, RFC 7493 (I-JSON).
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from por.errors import FormatError

MAX_SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 32
MAX_ITEMS = 1_000_000

_STRING = re.compile(
    rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL
)  # an unterminated string ends with the data: linear time
_OPENING = re.compile(rb"[\[{]+|[\]}]+")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})", re.ASCII)


class Number(str):
    """Keep a number of a published document as it was written; what it means is its format's to say."""

    __slots__ = ()


def load(
    data: bytes,
    *,
    max_bytes: int,
    max_depth: int = MAX_DEPTH,
    max_items: int = MAX_ITEMS,
    keep_numbers: bool = False,
) -> object:
    """Decode one JSON document of at most `max_bytes` bytes, `max_depth` levels and `max_items` separators.

    With `keep_numbers` every number is a `Number`, its literal text, so that others' documents with fractions are read
    without a floating-point number. Raises: FormatError (T84, T86, T87).
    """
    if len(data) > max_bytes:
        raise FormatError(f"{len(data)} bytes; at most {max_bytes} are read")
    _require_few_strings(data, max_items)
    _require_shape(_STRING.sub(b'""', data), max_depth, max_items)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 at byte {error.start}") from error
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=Number if keep_numbers else _integer,
            parse_float=Number if keep_numbers else _refuse_float,
            parse_constant=_refuse_float,
        )
    except json.JSONDecodeError as error:
        raise FormatError(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from error


def _require_few_strings(data: bytes, max_items: int) -> None:
    """Bound what taking the strings out costs: of n items at most n + 1 are strings, each with two quotes."""
    limit = 2 * (max_items + 1)
    quotes = data.count(b'"')
    if quotes > limit and data.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') > limit:
        raise FormatError(f"more than {max_items + 1} strings; at most {max_items} items are read")


def _require_shape(skeleton: bytes, max_depth: int, max_items: int) -> None:
    items = skeleton.count(b",") + skeleton.count(b":")
    if items > max_items:
        raise FormatError(f"{items} items; at most {max_items} are read")
    depth = 0
    for match in _OPENING.finditer(skeleton):
        run = match[0]
        depth += len(run) if run[:1] in b"[{" else -len(run)
        if depth > max_depth:
            raise FormatError(f"nested deeper than {max_depth} levels")


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise FormatError(f"member {twice[:64]!r} appears twice")
    return members


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text) or abs(int(text)) > MAX_SAFE_INTEGER or text == "-0":
        raise FormatError("an integer beyond 2^53 - 1, or -0; larger numbers are written as text")
    return int(text)


def _refuse_float(text: str) -> NoReturn:
    raise FormatError(f"the number {text[:32]} is not an integer; fractions and exponents are refused")
