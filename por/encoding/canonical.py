"""Write JSON in its one canonical form, and refuse documents in any other.

Source: RFC 8785 (JCS).
"""

import rfc8785

from por.encoding import strict_json
from por.errors import FormatError


def dumps(value: object) -> bytes:
    """Write a value of dicts, lists, text, integers, booleans and None canonically. Raises: FormatError."""
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise FormatError(f"no canonical JSON for this value: {type(error).__name__}") from error


def load(data: bytes, *, max_bytes: int, max_items: int = strict_json.MAX_ITEMS) -> object:
    """Read a canonical document strictly: writing what was read gives the same bytes. Raises: FormatError."""
    value = strict_json.load(data, max_bytes=max_bytes, max_items=max_items)
    canonical = dumps(value)
    if canonical != data:
        raise FormatError(
            f"not canonical JSON (RFC 8785): differs at byte {_first_difference(canonical, data)}; "
            "the file was changed, or saved anew by another program: get the original again"
        )
    return value


def _first_difference(left: bytes, right: bytes) -> int:
    shorter = min(len(left), len(right))
    return next((i for i in range(shorter) if left[i] != right[i]), shorter)
