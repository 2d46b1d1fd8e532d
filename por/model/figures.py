"""Keep a published number as it was written, beside its exact value; nothing is ever a floating-point number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from por.errors import EvidenceError, FormatError

MAX_WHOLE = 60
MAX_PLACES = 40

_PLAIN = re.compile(rf"(?P<sign>-?)(?P<whole>[0-9]{{1,{MAX_WHOLE}}})(?:\.(?P<part>[0-9]{{1,{MAX_PLACES}}}))?", re.ASCII)
_SMALL = re.compile(r"(?P<sign>-?)(?P<whole>[0-9])(?:\.(?P<part>[0-9]{1,30}))?E-(?P<power>[1-9][0-9]?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold a decimal number: `units` over ten to the `places`; `text` is what the file says, or the plain form."""

    text: str
    units: int
    places: int

    @property
    def negative(self) -> bool:
        """Tell whether it is below zero."""
        return self.units < 0

    @property
    def plain(self) -> str:
        """Write it without trailing zeros and exponent, such as 12, -0.5 or 0."""
        return decimal_text(self.units, self.places)

    def at(self, places: int) -> int:
        """Return the value in units of ten to the minus `places`, cut toward zero where it has more."""
        if places >= self.places:
            return int(self.units * 10 ** (places - self.places))
        cut = int(abs(self.units) // 10 ** (self.places - places))
        return -cut if self.units < 0 else cut

    def same(self, other: "Figure") -> bool:
        """Tell whether both are the same number, however they are written."""
        places = max(self.places, other.places)
        return self.at(places) == other.at(places)


Amounts = Mapping[str, Figure]


def read_figure(text: str, *, small: bool = False) -> Figure:
    """Read a decimal number of at most 60 digits before and 40 behind the point; with `small` also 1E-8.

    A sign is read, so that a check can say what is negative. Raises: FormatError for every other spelling (T03, T22).
    """
    match = _PLAIN.fullmatch(text) or (_SMALL.fullmatch(text) if small else None)
    if match is None:
        raise FormatError(f"not a plain decimal number: {text[:40]!r}")
    part = match["part"] or ""
    units = int(match["whole"] + part)
    power = int(match["power"]) if match.re is _SMALL else 0
    return Figure(text, -units if match["sign"] else units, len(part) + power)


def figure(units: int, places: int) -> Figure:
    """Make a figure that no file wrote; its text is the plain form."""
    return Figure(decimal_text(units, places), units, places)


def added(left: Amounts, right: Amounts, places: int | None = None) -> dict[str, Figure]:
    """Add coin by coin, in the order of the left and then of the right; with `places` each sum is cut to these."""
    names = dict.fromkeys((*left, *right))
    return {name: _sum(left.get(name, ZERO), right.get(name, ZERO), places) for name in names}


def rescaled(amounts: Amounts, places: Mapping[str, int], default: int) -> dict[str, Figure]:
    """Give each coin the scale in which it is hashed. Raises: EvidenceError for more places than are hashed (T16)."""
    found = {}
    for coin, value in amounts.items():
        wanted = places.get(coin, default)
        units = value.at(wanted)
        if not figure(units, wanted).same(value):
            raise EvidenceError(f"{coin} {value.text}: more than {wanted} places; what is behind them is not hashed")
        found[coin] = Figure(value.text, units, wanted)
    return found


def decimal_text(units: int, places: int) -> str:
    """Write units over ten to the `places`, without trailing zeros."""
    digits = str(abs(units)).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    return ("-" if units < 0 else "") + whole + (f".{part}" if part else "")


def _sum(left: Figure, right: Figure, places: int | None) -> Figure:
    common = max(left.places, right.places)
    total = figure(left.at(common) + right.at(common), common)
    return total if places is None or common <= places else figure(total.at(places), places)


ZERO = figure(0, 0)
