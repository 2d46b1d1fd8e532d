"""Sum what stands behind a stablecoin, as intervals between what is known and what may be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.rules.answer import Answer, absent, not_concerned
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.checks.rules.reserve_items import Worth, topics_of, worth
from por.checks.rules.supply import Circulation, circulation, coins_of
from por.model import Outcome
from por.model.declarations import ReserveItem, Stablecoin, Topic

Chosen = Callable[[ReserveItem], bool]


@dataclass(frozen=True, slots=True)
class Sum:
    """Hold a sum in money: `low` is known, `high` is all that it can be, None where nobody says."""

    low: Fraction
    high: Fraction | None

    def __add__(self, other: "Sum") -> "Sum":
        """Add two sums."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Sum(self.low + other.low, high)

    def __mul__(self, ratio: Fraction) -> "Sum":
        """Take a part of a sum."""
        return Sum(self.low * ratio, None if self.high is None else self.high * ratio)


ZERO = Sum(Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Behind:
    """Hold one coin that a rule concerns, with what is in circulation, and each of its assets with its worth."""

    coin: Stablecoin
    circulation: Circulation
    items: tuple[tuple[ReserveItem, Worth], ...]

    def total(self, of: Chosen, *, free: bool = False) -> Sum:
        """Sum the assets chosen: in whole, or what nobody else has a claim on."""
        found = ZERO
        for item, each in self.items:
            value = each.free if free else each.whole
            if of(item):
                found += Sum(Fraction(0), None) if value is None else certain(value)
        return found

    def unknown(self, of: Chosen) -> list[str]:
        """Say of which of the assets chosen nobody knows what they are worth."""
        return [each.why.text for item, each in self.items if of(item) and each.why is not None]


def behind(context: Context, parameters: Parameters) -> Iterator[Behind | Answer]:
    """Yield each coin that the rule concerns with what stands behind it, or the answer that something is missing."""
    for coin in coins_of(context, parameters):
        if isinstance(coin, Answer):
            yield coin
            continue
        issued = circulation(context, parameters, coin)
        if not coin.reserves:
            yield absent(Topic.RESERVES, f"what stands behind {coin.name}", coin.name)
        elif not issued.amount:
            none = not_concerned(f"nothing of {coin.name} is in circulation", Topic.SUPPLY)
            yield Answer(none.outcome, none.message, coin.name, facts=none.facts, topics=none.topics, applies=False)
        else:
            yield Behind(coin, issued, tuple((item, worth(context, parameters, coin, item)) for item in coin.reserves))


def answer_about(
    found: Behind,
    check: str,
    outcome: Outcome,
    *,
    expected: Fraction | None,
    actual: Fraction | None,
    facts: dict[str, str],
    subject: str | None = None,
    word: str | None = None,
    issued: bool = False,
    more: tuple[Topic, ...] = (),
) -> Answer:
    """Answer about one coin; with `issued` the answer rests on what is in circulation too."""
    topics = (*topics_of(found.coin), *(found.circulation.topics if issued else ()), *more)
    return Answer(
        outcome,
        f"stablecoin.{check}.{word or outcome.lower()}",
        found.coin.name if subject is None else subject,
        expected=None if expected is None else exact_text(expected),
        actual=None if actual is None else exact_text(actual),
        facts={"name": found.coin.name, "currency": found.coin.currency, **facts},
        topics=tuple(dict.fromkeys(topics)),
        grade=found.circulation.grade if issued else None,
    )


def certain(amount: Fraction) -> Sum:
    """Make a sum that is known."""
    return Sum(amount, amount)


def at_least(have: Sum, need: Sum) -> Outcome:
    """Decide whether a sum is at least another."""
    if need.high is not None and have.low >= need.high:
        return Outcome.PASS
    return Outcome.FAIL if have.high is not None and have.high < need.low else Outcome.INCONCLUSIVE


def at_most(have: Sum, limit: Sum) -> Outcome:
    """Decide whether a sum is at most another."""
    if have.high is not None and have.high <= limit.low:
        return Outcome.PASS
    return Outcome.FAIL if limit.high is not None and have.low > limit.high else Outcome.INCONCLUSIVE


def percent(part: Fraction, whole: Fraction) -> str:
    """Write a share in per cent, rounded down to a thousandth."""
    return exact_text(Fraction(part * 100_000 // whole, 1000)) if whole else ""


def every(item: ReserveItem) -> bool:
    """Choose every asset."""
    del item
    return True
