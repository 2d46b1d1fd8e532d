"""Keep amounts as integers of base units, and turn them into whole coins and back, exactly."""

import re
from fractions import Fraction

from por.errors import FormatError

UINT128_MAX = 2**128 - 1
MAX_DECIMALS = 36

_UNITS = re.compile(r"0|[1-9][0-9]{0,38}", re.ASCII)
_COINS = re.compile(r"(?P<whole>0|[1-9][0-9]{0,38})(?:\.(?P<part>[0-9]{1,36}))?", re.ASCII)


def parse_units(text: str) -> int:
    """Read an amount in base units: decimal digits, no sign, no leading zero, below 2^128.

    Raises: FormatError.
    """
    if not _UNITS.fullmatch(text):
        raise FormatError("not an amount: decimal digits without sign, leading zero, exponent or separator")
    value = int(text)
    if value > UINT128_MAX:
        raise FormatError("an amount must be below 2^128 base units")
    return value


def parse_coins(text: str, decimals: int) -> int:
    """Read an exact decimal number of whole coins into base units.

    Raises: FormatError when the text is not such a number, has more digits than `decimals`, or is 2^128 or more.
    """
    match = _COINS.fullmatch(text)
    if match is None:
        raise FormatError("not an exact decimal amount such as 12 or 0.5")
    part = match["part"] or ""
    if len(part) > decimals:
        raise FormatError(f"{len(part)} digits after the point; this asset has {decimals}")
    value = int(match["whole"] + part.ljust(decimals, "0"))
    if value > UINT128_MAX:
        raise FormatError("an amount must be below 2^128 base units")
    return value


def format_coins(units: int, decimals: int) -> str:
    """Write base units as an exact decimal number of whole coins, without trailing zeros."""
    digits = str(units).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{whole}.{part}" if part else whole


def checked_sum(left: int, right: int) -> int:
    """Add two sums. Raises: OverflowError at 2^128 (T06)."""
    total = left + right
    if total > UINT128_MAX:
        raise OverflowError("a sum of 2^128 base units or more")
    return total


def parse_decimal(text: str) -> Fraction:
    """Read an exact decimal number that is not negative, such as 12, 0.5 or 15000000.25; no trailing zeros.

    Raises: FormatError.
    """
    match = _COINS.fullmatch(text)
    part = (match and match["part"]) or ""
    if match is None or part.endswith("0"):
        raise FormatError("not an exact decimal number such as 12 or 0.5, without trailing zeros")
    return Fraction(int(match["whole"] + part), 10 ** len(part))


def decimal_text(value: Fraction) -> str:
    """Write what `parse_decimal` read. Raises: FormatError for a number that has no such text."""
    scaled = value * 10**36
    if scaled.denominator != 1 or scaled < 0:
        raise FormatError("not a number that an exact decimal of 36 digits can hold")
    return format_coins(scaled.numerator, 36)
