"""Read TOML written by the verifier's own hand, with limits before decoding."""

import tomllib

from por.encoding.reader import Reader
from por.errors import FormatError

MAX_BYTES = 2**20
MAX_DEPTH = 64


def load(data: bytes) -> dict[str, object]:
    """Decode a TOML document of at most 1 MiB. Raises: FormatError."""
    if len(data) > MAX_BYTES:
        raise FormatError(f"{len(data)} bytes; at most {MAX_BYTES} are read")
    if data.count(b"[") + data.count(b"{") > 100_000 or _longest_nesting(data) > MAX_DEPTH:
        raise FormatError(f"nested deeper than {MAX_DEPTH} levels")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"not TOML: {error}") from error


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


def _longest_nesting(data: bytes) -> int:
    depth = deepest = 0
    for byte in data:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth = max(0, depth - 1)
    return deepest
