"""Read exact figures out of findings, and print them rounded toward zero."""

import re
from fractions import Fraction

from por.model import Finding

PLACES = 8

_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,400})(?:\.(?P<part>[0-9]{1,400}))?", re.ASCII)
_FRACTION = re.compile(r"(?P<over>-?[0-9]{1,400})/(?P<under>[1-9][0-9]{0,399})", re.ASCII)
_GROUPS = re.compile(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", re.ASCII)
_SPACE = "\N{NO-BREAK SPACE}"


def exact(text: str | None) -> Fraction | None:
    """Read a figure as findings write it, `1.5` or `2/3`; None for what is no number, such as `any number`."""
    if match := _DECIMAL.fullmatch(text or ""):
        part = match["part"] or ""
        return Fraction(int(match["sign"] + match["whole"] + part), 10 ** len(part))
    if match := _FRACTION.fullmatch(text or ""):
        return Fraction(int(match["over"]), int(match["under"]))
    return None


def fact(finding: Finding, name: str) -> Fraction | None:
    """Read a figure among a finding's facts; None where there is none."""
    return exact(finding.facts.get(name))


def printed(value: Fraction) -> str:
    """Write a figure with at most 8 decimals, cut and not rounded up; an ellipsis says that digits were cut."""
    scaled = abs(value) * 10**PLACES
    digits = str(scaled.numerator // scaled.denominator).rjust(PLACES + 1, "0")
    whole, part = _GROUPS.sub(_SPACE, digits[:-PLACES]), digits[-PLACES:]
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    if scaled.denominator != 1:
        return f"{sign}{whole}.{part}\N{HORIZONTAL ELLIPSIS}"
    return f"{sign}{whole}.{part.rstrip('0')}" if part.strip("0") else f"{sign}{whole}"


def printed_share(value: Fraction) -> str:
    """Write a share per cent with two decimals, rounded toward zero: 99.999 % never reads as 100 % (T75)."""
    scaled = abs(value) * 10_000
    hundredths = scaled.numerator // scaled.denominator
    sign = "\N{MINUS SIGN}" if value < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}{_SPACE}%"


def scaled(value: Fraction, whole: Fraction, length: int) -> int:
    """Return how many of `length` units a value takes of a whole, rounded toward zero and never more than all."""
    if whole <= 0 or value <= 0:
        return 0
    part = value * length / whole
    return min(part.numerator // part.denominator, length)
