"""Compute the chance that a customer who was left out of a list is noticed (`por/spec/detect.md`, T23)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from math import gcd

from por.errors import FormatError

MAX_ACCOUNTS = 10**10
MAX_EXACT = 1_000
EACH_PLACES = 8
SHOWN_PLACES = 12

_DIGITS = 60
_ENOUGH = Decimal("1E-40")
_WORDS = (
    (Fraction(1, 1000), "very unlikely"),
    (Fraction(1, 10), "unlikely"),
    (Fraction(1, 2), "less likely than not"),
    (Fraction(9, 10), "more likely than not"),
    (Fraction(999, 1000), "likely"),
)

Factors = Callable[[], Iterator[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Chance:
    """Hold a chance: between `low` and `high`, both of them where it is known exactly, as `exact`."""

    low: Fraction
    high: Fraction
    exact: Fraction | None

    @property
    def text(self) -> str:
        """Write it as a decimal number of 12 places, rounded down."""
        units = self.low.numerator * 10**SHOWN_PLACES // self.low.denominator
        return f"{units // 10**SHOWN_PLACES}.{units % 10**SHOWN_PLACES:0{SHOWN_PLACES}}"

    @property
    def words(self) -> str:
        """Say how likely it is."""
        if self.exact in {0, 1}:
            return "certain" if self.exact else "impossible"
        return next((words for limit, words in _WORDS if self.low < limit), "very likely")

    def reaches(self, wanted: Fraction) -> bool:
        """Tell whether it is `wanted` or more; what the bounds leave open is not."""
        return self.low >= wanted


def chance_of_count(accounts: int, omitted: int, checked: int) -> Chance:
    """Compute the chance that `checked` of `accounts` customers, drawn at random, hold one of the `omitted`.

    What is not established: that they are drawn at random. Raises: FormatError for numbers out of range.
    """
    _require_counts(accounts, omitted, checked)
    if omitted + checked > accounts:
        return _exactly(Fraction(1))
    few, many = sorted((omitted, checked))
    return _chance(few, lambda: ((accounts - many - at, accounts - at) for at in range(few)))


def chance_of_each(omitted: int, each: Fraction) -> Chance:
    """Compute the chance that one of the `omitted` looks, where the chance of each is `each`. Raises: FormatError."""
    _require_counts(MAX_ACCOUNTS, omitted, 0)
    if not 0 <= each <= 1:
        raise FormatError("not a chance from 0 to 100%")
    left = 1 - each
    if omitted <= MAX_EXACT or left in {0, 1}:
        return _exactly(1 - (left**omitted if omitted <= MAX_EXACT else left))
    low, high = _power(left, omitted)
    return Chance(1 - high, 1 - low, None)


def count_for(accounts: int, omitted: int, wanted: Fraction) -> int:
    """Return the least number of customers who must look for a chance of `wanted` or more. Raises: FormatError."""
    _require_counts(accounts, omitted, 0)
    _require_wanted(omitted, wanted)
    return _least(accounts, lambda checked: chance_of_count(accounts, omitted, checked).reaches(wanted))


def each_for(omitted: int, wanted: Fraction) -> Fraction:
    """Return the least chance of each customer, of 8 places as a percentage, that makes it `wanted` or more.

    Raises: FormatError.
    """
    _require_counts(MAX_ACCOUNTS, omitted, 0)
    _require_wanted(omitted, wanted)
    whole = 100 * 10**EACH_PLACES
    return Fraction(_least(whole, lambda units: chance_of_each(omitted, Fraction(units, whole)).reaches(wanted)), whole)


def _require_counts(accounts: int, omitted: int, checked: int) -> None:
    if not 1 <= accounts <= MAX_ACCOUNTS:
        raise FormatError(f"not a number of customers from 1 to {MAX_ACCOUNTS}", "--accounts")
    for name, value in (("--omitted", omitted), ("--checked", checked)):
        if not 0 <= value <= accounts:
            raise FormatError(f"not a number from 0 to {accounts}, all customers", name)


def _require_wanted(omitted: int, wanted: Fraction) -> None:
    if not 0 < wanted <= 1:
        raise FormatError("not more than 0 and at most 100%", "--chance")
    if not omitted:
        raise FormatError("nobody was left out: nobody can notice it", "--omitted")


def _exactly(value: Fraction) -> Chance:
    return Chance(value, value, value)


def _chance(count: int, factors: Factors) -> Chance:
    if count <= MAX_EXACT:
        return _exactly(1 - _product(factors))
    low, high = _bounds(factors)
    return Chance(1 - high, 1 - low, None)


def _least(whole: int, enough: Callable[[int], bool]) -> int:
    """Return the least number from 1 to `whole` that is enough; `whole` is."""
    low, high = 0, whole
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _product(factors: Factors) -> Fraction:
    over = under = 1
    for top, bottom in factors():
        shared = gcd(top, bottom)
        over, under = over * (top // shared), under * (bottom // shared)
    return Fraction(over, under)


def _bounds(factors: Factors) -> tuple[Fraction, Fraction]:
    """Multiply with directed rounding; what is small enough needs no more factors."""
    down, up = Context(prec=_DIGITS, rounding=ROUND_FLOOR), Context(prec=_DIGITS, rounding=ROUND_CEILING)
    low = high = Decimal(1)
    for top, bottom in factors():
        low = down.divide(down.multiply(low, Decimal(top)), Decimal(bottom))
        high = up.divide(up.multiply(high, Decimal(top)), Decimal(bottom))
        if high < _ENOUGH:
            low = Decimal(0)
            break
    return Fraction(low), Fraction(high)


def _power(base: Fraction, exponent: int) -> tuple[Fraction, Fraction]:
    found = []
    for rounding in (ROUND_FLOOR, ROUND_CEILING):
        context = Context(prec=_DIGITS, rounding=rounding)
        square = context.divide(Decimal(base.numerator), Decimal(base.denominator))
        result, rest = Decimal(1), exponent
        while rest:
            result = context.multiply(result, square) if rest & 1 else result
            square = context.multiply(square, square)
            rest >>= 1
        found.append(Fraction(result))
    return found[0], found[1]
