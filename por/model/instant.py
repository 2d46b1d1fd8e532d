"""Name a point in time as a UTC second."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from por.errors import FormatError

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
LAST_SECOND = 253_402_300_799
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, order=True, slots=True)
class Instant:
    """Hold whole seconds since 1970-01-01T00:00:00Z, up to the end of the year 9999: no later one can be written.

    Raises: FormatError.
    """

    seconds: int

    def __post_init__(self) -> None:
        """Refuse what has no text."""
        if self.seconds > LAST_SECOND:
            raise FormatError("an instant after the year 9999")

    @classmethod
    def parse(cls, text: str) -> "Instant":
        """Read `YYYY-MM-DDTHH:MM:SSZ`, the one form of RFC 3339 used here (T92).

        Raises: FormatError, also for dates that do not exist and for leap seconds.
        """
        if not _RFC3339.fullmatch(text):
            raise FormatError("not an instant such as 2026-11-01T00:00:00Z")
        try:
            moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise FormatError("no such date or time") from error
        instant = cls((moment - _EPOCH) // timedelta(seconds=1))
        if instant.seconds < 0:
            raise FormatError("an instant before 1970")
        return instant

    @classmethod
    def now(cls) -> "Instant":
        """Read the machine's clock; called by commands only, never by a check."""
        return cls((datetime.now(UTC) - _EPOCH) // timedelta(seconds=1))

    def __str__(self) -> str:
        """Give the canonical text."""
        return (_EPOCH + timedelta(seconds=self.seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
