"""Sum holdings of one asset class by role and custody, as an interval between what is proven and what is claimed."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from por.checks.class_rows import ClassClaim, ClassRow
from por.model import AssetKind, ChainAccount, Custody, Grade, Outcome, Role

CUSTODIES = (Custody.COLD, Custody.HOT, Custody.THIRD_PARTY)


@dataclass(frozen=True, slots=True)
class Held:
    """Hold whole coins: `lower` is proven, `upper` adds what is undecided, `listed` is all that is claimed.

    `upper` is None where nobody knows what an undecided claim stands for. `grade` is that of the weakest balance.
    `unknown` says that something listed stands for nobody knows how much, counted or not.
    """

    lower: Fraction
    upper: Fraction | None
    listed: Fraction
    grade: Grade | None
    unknown: bool = False

    def __add__(self, other: "Held") -> "Held":
        """Add two sums of the same class."""
        upper = None if self.upper is None or other.upper is None else self.upper + other.upper
        grade, unknown = weaker(self.grade, other.grade), self.unknown or other.unknown
        return Held(self.lower + other.lower, upper, self.listed + other.listed, grade, unknown)

    def __mul__(self, price: Fraction) -> "Held":
        """Turn coins into money."""
        upper = None if self.upper is None else self.upper * price
        return Held(self.lower * price, upper, self.listed * price, self.grade, self.unknown)


NOTHING = Held(Fraction(0), Fraction(0), Fraction(0), None)


def weaker(left: Grade | None, right: Grade | None) -> Grade | None:
    """Return the weaker of two grades, where there are any."""
    return min((grade for grade in (left, right) if grade is not None), default=None)


def held(
    row: ClassRow, roles: Iterable[Role], custodies: Iterable[Custody] = CUSTODIES, *, same_kind: bool = False
) -> Held:
    """Sum the claims of accounts in these roles and custodies; with `same_kind` only coins of the class itself count.

    What others have a claim on is in `listed` alone.
    """
    wanted = (set(roles), set(custodies))
    return _sum(
        row,
        lambda item: (
            item.account.role in wanted[0]
            and item.account.custody in wanted[1]
            and (not same_kind or item.worth.kind is AssetKind.NATIVE)
        ),
    )


def held_at(row: ClassRow, accounts: AbstractSet[ChainAccount], roles: Iterable[Role]) -> Held:
    """Sum the claims of these accounts in these roles."""
    wanted = set(roles)
    return _sum(row, lambda item: item.account.role in wanted and item.account.account in accounts)


def _sum(row: ClassRow, of: Callable[[ClassClaim], bool]) -> Held:
    lower = upper = listed = Fraction(0)
    unbounded = unknown = False
    grades = []
    for item in filter(of, row.claims):
        listed += item.worth.coins or 0
        unknown |= item.worth.coins is None
        if Outcome.FAIL not in item.outcomes:
            upper += item.worth.free
            unbounded |= item.worth.coins is None and item.worth.counts
        if item.shown:
            lower += item.worth.free
            grades += [finding.grade for finding in item.judged if finding.check == "reserves.balance"]
    grade = min((each for each in grades if each is not None), default=None)
    return Held(lower, None if unbounded else upper, listed, grade, unknown)


def at_least(have: Held, need: Fraction) -> Outcome:
    """Decide whether what is held is at least so much."""
    if have.lower >= need:
        return Outcome.PASS
    return Outcome.FAIL if have.upper is not None and have.upper < need else Outcome.INCONCLUSIVE


def at_most(have: Held, limit: Fraction) -> Outcome:
    """Decide whether what is held is at most so much: all that is listed passes, what is proven refutes."""
    if not have.unknown and have.upper is not None and have.listed <= limit:
        return Outcome.PASS
    return Outcome.FAIL if have.lower > limit else Outcome.INCONCLUSIVE


def covers(have: Held, other: Held) -> Outcome:
    """Decide whether one sum covers another, both intervals."""
    if not other.unknown and other.upper is not None and have.lower >= other.listed:
        return Outcome.PASS
    return Outcome.FAIL if have.upper is not None and have.upper < other.lower else Outcome.INCONCLUSIVE
