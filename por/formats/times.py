"""Read the instants that published files state, where they say one."""

import re
from datetime import UTC, datetime

from por.errors import FormatError
from por.model.instant import Instant

_SPACED = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}):(\d{2}))?", re.ASCII)
_NAMED = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]{2,8}) ([0-9]{4})", re.ASCII)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PACKED = re.compile(r"[A-Za-z]{0,2}(\d{4})(\d{2})(\d{2})\d*", re.ASCII)


def utc_instant(text: str) -> Instant | None:
    """Read `2026-09-21 00:00:00` or a date, taken as UTC; None for anything else."""
    match = _SPACED.match(text)
    return _instant([int(part or 0) for part in match.groups()]) if match else None


def packed_date(text: str) -> Instant | None:
    """Read a date inside an audit's name, such as Au20221129 or 2024050804, as UTC; None for anything else."""
    match = _PACKED.fullmatch(text)
    return _instant([int(part) for part in match.groups()]) if match else None


def named_day(text: str) -> Instant | None:
    """Read a day such as 27 June 2023, as UTC; None for anything else."""
    match = _NAMED.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        return None
    return _instant([int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1])])


def milliseconds(value: int) -> Instant | None:
    """Read milliseconds since 1970; None where there is no such instant."""
    try:
        return Instant.parse(datetime.fromtimestamp(value // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    except (ValueError, OverflowError, OSError, FormatError):
        return None


def _instant(parts: list[int]) -> Instant | None:
    try:
        found = datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return None
    return Instant.parse(found.strftime("%Y-%m-%dT%H:%M:%SZ")) if found.year >= 2009 else None
