"""Say of single assets behind a stablecoin what they are worth, and what keeps them from counting.

A criterion yields doubts about one asset: a breach is known, anything else is an input that is missing.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.rules.context import Context
from por.checks.rules.days import after_business_days, after_months
from por.checks.rules.parameters import Parameters
from por.model.declarations import ReserveItem, Stablecoin, Topic

VALUED_DAYS = 4
EVERY_KIND = "*"
COUNTED = (
    "kinds",
    "tokenised",
    "valued_days",
    "maturity",
    "early",
    "separate",
    "same_currency",
    "also",
    "credit_kinds",
    "credit",
    "outstanding",
    "outstanding_currency",
)

_LIMIT = re.compile(
    r"(?P<kind>[a-z0-9-]+) (?P<count>[0-9]{1,4}) (?P<unit>month|day|business-day)s?(?P<bought> from acquisition)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Say why an asset does not count: `breach` is true where that is known, false where an input is missing."""

    text: str
    breach: bool = True


@dataclass(frozen=True, slots=True)
class Worth:
    """Hold market values in the coin's currency: of all of an asset, and of what nobody else has a claim on.

    Both are None where nobody says what it is worth; `why` then tells.
    """

    whole: Fraction | None
    free: Fraction | None
    why: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """Hold how long an asset of one kind may run, counted from the snapshot's day or from its acquisition."""

    kind: str
    count: int
    unit: str
    from_acquisition: bool

    def last(self, day: date, context: Context) -> date:
        """Return the last day on which an asset may end that is counted from a day."""
        if self.unit == "month":
            return after_months(day, self.count)
        if self.unit == "day":
            return day + timedelta(days=self.count)
        return after_business_days(day, self.count, context.calendar)


Criterion = Callable[[Context, Parameters, Stablecoin, ReserveItem], Iterable[Doubt]]


def worth(context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem) -> Worth:
    """Return what an asset is worth; without a market value of these days it counts nothing."""
    doubts = list(unvalued(context, parameters, coin, item))
    if doubts or item.market_value is None:
        return Worth(None, None, doubts[0] if doubts else None)
    rate = rate_of(context, item.currency, coin.currency)
    if rate is None:
        return Worth(None, None, _no_rate(item, item.currency, coin.currency))
    return Worth(item.market_value * rate, max(item.market_value - item.encumbered, Fraction(0)) * rate)


def _no_rate(item: ReserveItem, currency: str, to: str) -> Doubt:
    return Doubt(f"{item.id}: in {currency}, and no rate to {to} is known", breach=False)


def rate_of(context: Context, currency: str, to: str) -> Fraction | None:
    """Return what one unit of a currency is in another: the declared figure `rate:CURRENCY` of these days."""
    if currency == to:
        return Fraction(1)
    oldest = context.today - timedelta(days=VALUED_DAYS)
    rows = [row for row in context.declared.figures if (row.name, row.currency) == (f"rate:{currency}", to)]
    near = [row for row in rows if oldest <= row.as_of <= context.today and row.amount > 0]
    return max(near, key=lambda row: row.as_of).amount if near else None


def topics_of(coin: Stablecoin) -> tuple[Topic, ...]:
    """Name the declared inputs that a sum of the coin's assets rests on."""
    foreign = any(item.currency != coin.currency for item in coin.reserves)
    return (Topic.RESERVES, Topic.FIGURES) if foreign else (Topic.RESERVES,)


def unvalued(context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem) -> Iterator[Doubt]:
    """Doubt an asset without market value, with one of another time, or not yet there: what it cost says nothing."""
    del coin
    oldest = context.today - timedelta(days=parameters.integer("valued_days", VALUED_DAYS))
    if item.market_value is None or item.valued is None:
        yield Doubt(f"{item.id}: no market value")
    elif not oldest <= item.valued <= context.today:
        yield Doubt(f"{item.id}: its market value is of {item.valued}")
    elif item.acquired is not None and item.acquired > context.today:
        yield _bought_later(item, item.acquired)


def _bought_later(item: ReserveItem, day: date) -> Doubt:
    return Doubt(f"{item.id}: acquired on {day}, after the snapshot")


def other_kind(context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem) -> Iterator[Doubt]:
    """Doubt an asset of a kind that the rule does not name, and a token of one where it does not allow that."""
    del context, coin
    kinds = parameters.texts("kinds", ())
    if kinds and item.kind not in kinds:
        yield Doubt(f"{item.id}: of the kind {item.kind}, which does not count")
    if item.tokenised and not _named(parameters, "tokenised", item):
        yield Doubt(f"{item.id}: a token of it, not the asset itself")


def too_long(context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem) -> Iterator[Doubt]:
    """Doubt an asset that runs longer than the rule allows for its kind, or that has ended."""
    del coin
    for term in terms_of(parameters):
        if term.kind == item.kind:
            yield from _term(context, term, item)


def _term(context: Context, term: Term, item: ReserveItem) -> Iterator[Doubt]:
    start = item.acquired if term.from_acquisition else context.today
    if item.maturity is None:
        yield Doubt(f"{item.id}: its day of maturity is not declared", breach=False)
    elif start is None:
        yield Doubt(f"{item.id}: its day of acquisition is not declared", breach=False)
    elif start > context.today:
        yield _bought_later(item, start)
    elif item.maturity < context.today:
        yield Doubt(f"{item.id}: ended on {item.maturity}")
    elif item.maturity > term.last(start, context):
        yield Doubt(f"{item.id}: ends on {item.maturity}, after {term.last(start, context)}")


def terms_of(parameters: Parameters) -> tuple[Term, ...]:
    """Read the parameter `maturity`, such as `government-bond 3 months`. Raises: FormatError."""
    found = []
    for text in parameters.texts("maturity", ()):
        match = _LIMIT.fullmatch(text)
        if match is None:
            raise parameters.fail("maturity", "not such as 'government-bond 3 months' or 'reverse-repo 1 business-day'")
        found.append(Term(match["kind"], int(match["count"]), match["unit"], match["bought"] is not None))
    return tuple(found)


def poor_terms(context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem) -> Iterator[Doubt]:
    """Doubt an asset whose terms are not those that the rule asks of its kind."""
    if _named(parameters, "early", item) and not item.early_termination:
        yield Doubt(f"{item.id}: cannot be ended early")
    if _named(parameters, "separate", item) and not item.separate:
        yield Doubt(f"{item.id}: not in an account apart")
    if _named(parameters, "unencumbered", item) and item.encumbered:
        yield Doubt(f"{item.id}: others have a claim on {exact_text(item.encumbered)}")
    if _named(parameters, "credit_kinds", item):
        yield from _credit(context, parameters, item)
    del coin


def _named(parameters: Parameters, name: str, item: ReserveItem) -> bool:
    kinds = parameters.texts(name, ())
    return item.kind in kinds or EVERY_KIND in kinds


def _credit(context: Context, parameters: Parameters, item: ReserveItem) -> Iterator[Doubt]:
    wanted = parameters.texts("credit", ())
    if wanted and item.credit is None:
        yield Doubt(f"{item.id}: its credit category is not declared", breach=False)
    elif wanted and item.credit not in wanted:
        yield Doubt(f"{item.id}: of the credit category {item.credit}")
    if parameters.has("outstanding"):
        yield from _outstanding(context, parameters, item)


def _outstanding(context: Context, parameters: Parameters, item: ReserveItem) -> Iterator[Doubt]:
    least, currency = parameters.amount("outstanding"), parameters.text("outstanding_currency")
    if item.outstanding is None or item.outstanding_currency is None:
        yield Doubt(f"{item.id}: what its issuer has outstanding is not declared", breach=False)
        return
    rate = rate_of(context, item.outstanding_currency, currency)
    if rate is None:
        yield _no_rate(item, item.outstanding_currency, currency)
    elif item.outstanding * rate < least:
        said = f"{exact_text(item.outstanding)} {item.outstanding_currency}"
        yield Doubt(f"{item.id}: its issuer has {said} outstanding, too little")


def other_currency(context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem) -> Iterator[Doubt]:
    """Doubt an asset of another currency than the coin's, and than those that the rule allows beside it."""
    del context
    if item.currency not in (coin.currency, *parameters.texts("also", ())):
        yield Doubt(f"{item.id}: in {item.currency}, not in {coin.currency}")


def _currency_asked(context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem) -> Iterable[Doubt]:
    return other_currency(context, parameters, coin, item) if parameters.flag("same_currency") else ()


COUNTS: tuple[Criterion, ...] = (other_kind, too_long, poor_terms, _currency_asked)


def doubts_of(
    criteria: Iterable[Criterion], context: Context, parameters: Parameters, coin: Stablecoin, item: ReserveItem
) -> list[Doubt]:
    """List what these criteria say against an asset."""
    return [doubt for criterion in criteria for doubt in criterion(context, parameters, coin, item)]
