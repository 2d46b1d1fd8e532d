"""Read TOML written by the verifier's own hand, with limits before decoding."""

import re
import tomllib
from collections.abc import Iterator

from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import printable

MAX_BYTES = 2**20
MAX_ROWS = 10_000

# tomllib works in the square of a dotted key's length, and recurses into brackets.
_LONG_KEY = re.compile(rb"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){16}""", re.ASCII)


def load(data: bytes) -> dict[str, object]:
    """Decode a TOML document of at most 1 MiB. Raises: FormatError (T84)."""
    if len(data) > MAX_BYTES:
        raise FormatError(f"{len(data)} bytes; at most {MAX_BYTES} are read")
    if _LONG_KEY.search(data):
        raise FormatError("a key of more than 16 parts")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 at byte {error.start}") from error
    except ValueError as error:
        raise FormatError(f"not TOML: {printable(str(error))[:200]}") from error
    except RecursionError as error:
        raise FormatError("not TOML: nested too deeply") from error


def table(value: object, place: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Reader]:
    """Return the members of a table that has all of `required` and nothing outside `optional`. Raises: FormatError."""
    if not isinstance(value, dict):
        raise FormatError("not a table", place or "/")
    filled = {name: value.get(name) for name in (*required, *optional)}
    filled.update(value)
    for name in required:
        if name not in value:
            raise FormatError(f"entry {name!r} is missing", place or "/")
    names = (*required, *optional)
    return dict(zip(names, Reader(filled, place).members(*names), strict=True))


def rows(reader: Reader) -> Iterator[Reader]:
    """Iterate over a list of at most 10,000 items; an entry that is not there has none. Raises: FormatError."""
    return iter(()) if reader.value is None else reader.items(MAX_ROWS)
