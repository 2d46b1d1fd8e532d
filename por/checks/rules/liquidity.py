"""Judge how soon what stands behind a stablecoin is at hand."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.rules.answer import Answer
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.checks.rules.reserve_items import Term
from por.checks.rules.reserve_sums import ZERO, Behind, Sum, answer_about, at_least, behind, certain, every, percent
from por.checks.rules.stablecoin import listed
from por.model import Outcome
from por.model.declarations import ReserveItem

AT_HAND = ("cash", "central-bank-deposit", "demand-deposit")

_BUCKET = re.compile(
    r"(?P<count>[0-9]{1,4}) (?P<unit>day|business-day)s? (?P<over>[0-9]{1,18})/(?P<under>[1-9][0-9]{0,17})", re.ASCII
)


def buckets(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is at least this share of everything behind the coin at hand within each of these times?"""
    asked = [_bucket(parameters, text) for text in parameters.texts("buckets")]
    for found in behind(context, parameters):
        if isinstance(found, Answer):
            yield found
        else:
            yield from (_judged(context, parameters, found, term, ratio) for term, ratio in asked)


def _bucket(parameters: Parameters, text: str) -> tuple[Term, Fraction]:
    match = _BUCKET.fullmatch(text)
    if match is None:
        raise parameters.fail("buckets", "not such as '1 business-day 20/100'")
    return Term("", int(match["count"]), match["unit"], False), Fraction(int(match["over"]), int(match["under"]))


def _judged(context: Context, parameters: Parameters, found: Behind, term: Term, ratio: Fraction) -> Answer:
    last, part, undecided = term.last(context.today, context), ZERO, list[str]()
    for item, each in found.items:
        value = Sum(Fraction(0), None) if each.free is None else certain(each.free)
        undecided += [] if each.why is None else [each.why.text]
        if item.kind in parameters.texts("at_hand", AT_HAND) or _ends(item, context.today, last):
            part += value
        elif item.maturity is None or item.maturity < context.today:
            undecided.append(_undated(item))
            part += Sum(Fraction(0), value.high)
    whole = found.total(every)
    outcome = at_least(part, whole * ratio)
    time = f"{term.count} {term.unit}"
    return answer_about(
        found,
        "buckets",
        outcome,
        subject=f"{found.coin.name}/{time}",
        expected=ratio,
        actual=part.low / whole.low if whole.low else None,
        facts={
            "last": str(last),
            "part": exact_text(part.low),
            "reserves": exact_text(whole.low),
            "percent": percent(part.low, whole.low),
            "limit": exact_text(ratio),
            "undecided": listed(undecided),
        },
    )


def tenor(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: do the assets behind the coin run for at most so many days on average, weighted by what they are worth?"""
    limit = parameters.integer("days")
    for found in behind(context, parameters):
        if isinstance(found, Answer):
            yield found
            continue
        whole, weighted, undecided = found.total(every).low, Fraction(0), found.unknown(every)
        for item, each in found.items:
            if item.kind in parameters.texts("at_hand", AT_HAND) or each.whole is None:
                continue
            if item.maturity is None or item.maturity < context.today:
                undecided.append(_undated(item))
            else:
                weighted += each.whole * (item.maturity - context.today).days
        outcome = Outcome.PASS if weighted <= limit * whole else Outcome.FAIL
        yield answer_about(
            found,
            "tenor",
            Outcome.INCONCLUSIVE if undecided or not whole else outcome,
            expected=Fraction(limit),
            actual=weighted / whole if whole else None,
            facts={
                "days": exact_text(Fraction(weighted * 1000 // whole, 1000)) if whole else "",
                "most": str(limit),
                "undecided": listed(undecided),
            },
        )


def _ends(item: ReserveItem, first: date, last: date) -> bool:
    return item.maturity is not None and first <= item.maturity <= last


def _undated(item: ReserveItem) -> str:
    """Say why nobody knows when an asset is at hand: one that ended and is still listed was not paid."""
    if item.maturity is None:
        return f"{item.id}: its day of maturity is not declared"
    return f"{item.id}: ended on {item.maturity}"
