"""Judge customers' money and the figures of the accounts that stand behind coins."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.class_rows import ClassRow
from por.checks.rules.answer import Answer, absent
from por.checks.rules.context import Context
from por.checks.rules.days import after_months
from por.checks.rules.figures import NOTHING, Held, held
from por.checks.rules.parameters import Parameters
from por.errors import FormatError
from por.model import Custody, Outcome, Role
from por.model.amounts import parse_decimal
from por.model.declarations import Figure, Money, Topic

AGAINST = {
    "guarantee": "the worth of the guarantee coins",
    "hot": "the worth of what is hot",
    "owed": "the worth of what is owed",
    "amount": "the amount",
}


def money(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is at least ratio × what customers are owed in each currency held for them, by holders of these kinds?"""
    kinds, ratio = parameters.texts("kinds", ()), parameters.ratio("ratio", "1")
    declared = sorted({row.currency for row in context.declared.money})
    currencies = sorted({*parameters.texts("currencies", ()), *declared})
    if not currencies:
        yield absent(Topic.MONEY, "what customers are owed in money, and who holds it")
    elif declared and not any(row.owed for row in context.declared.money):
        yield absent(Topic.MONEY, "what customers are owed in money: zero is declared of every currency")
        return
    for currency in currencies:
        rows = [row for row in context.declared.money if row.currency == currency]
        if rows:
            yield _money(currency, rows, kinds, ratio)
        else:
            yield absent(Topic.MONEY, f"what customers are owed in {currency}, and who holds it", currency)


def _money(currency: str, rows: list[Money], kinds: tuple[str, ...], ratio: Fraction) -> Answer:
    counted = [row for row in rows if not kinds or row.kind in kinds]
    have = sum((row.held for row in counted), Fraction(0))
    elsewhere = sum((row.held for row in rows), Fraction(0)) - have
    need = ratio * sum((row.owed for row in rows), Fraction(0))
    outcome = Outcome.PASS if have >= need else Outcome.FAIL
    return Answer(
        outcome,
        f"segregation.money.{outcome.lower()}",
        currency,
        expected=exact_text(need),
        actual=exact_text(have),
        facts={
            "held": exact_text(have),
            "required": exact_text(need),
            "currency": currency,
            "elsewhere": exact_text(elsewhere),
            "holders": ", ".join(sorted({row.holder for row in counted})) or "nobody",
        },
        topics=(Topic.MONEY,),
    )


def figures(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is the sum of these figures at least, or at most, ratio × what it is set against?

    That is, in one currency: the guarantee's worth, customers' hot coins', all that they are owed, or a fixed amount.
    """
    currency = parameters.text("currency", context.rulebook.currency)
    need = _need(context, parameters, currency)
    if isinstance(need, Answer):
        yield need
        return
    names = parameters.texts("figures")
    oldest = after_months(context.today, -parameters.integer("months", 12))
    found = {name: _newest(context, name, currency, oldest) for name in names}
    have = sum((row.amount for row in found.values() if row is not None), Fraction(0))
    missing = [name for name, row in found.items() if row is None]
    outcome = _decide(parameters, have, need, missing)
    if outcome is Outcome.INCONCLUSIVE and missing:
        yield absent(Topic.FIGURES, f"{', '.join(missing)} in {currency}, of {oldest} or later")
    else:
        yield _figures(parameters, outcome, have, need, currency)


def _figures(parameters: Parameters, outcome: Outcome, have: Fraction, need: Held, currency: str) -> Answer:
    names, against = parameters.texts("figures"), parameters.text("against")
    topics = (Topic.FIGURES,) if against == "amount" else (Topic.FIGURES, Topic.PRICES)
    return Answer(
        outcome,
        f"segregation.figures.{outcome.lower()}_{_bound(parameters)}",
        expected=exact_text(need.listed),
        actual=exact_text(have),
        facts={
            "figures": ", ".join(names),
            "amount": exact_text(have),
            "required": exact_text(need.listed),
            "required_proven": exact_text(need.lower),
            "ratio": exact_text(parameters.ratio("ratio", "1")),
            "against": AGAINST[against],
            "currency": currency,
        },
        topics=(*topics, Topic.CUSTODY) if against == "hot" else topics,
        grade=need.grade,
    )


def _bound(parameters: Parameters) -> str:
    bound = parameters.text("bound", "least")
    if bound not in {"least", "most"}:
        raise parameters.fail("bound", "neither least nor most")
    return bound


def _decide(parameters: Parameters, have: Fraction, need: Held, missing: list[str]) -> Outcome:
    """Decide between what is proven and what is listed; a figure that is missing could be any number."""
    if _bound(parameters) == "most":
        if have > need.listed and need.upper is not None:
            return Outcome.FAIL
        return Outcome.PASS if have <= need.lower and not missing else Outcome.INCONCLUSIVE
    if have >= need.listed and need.upper is not None:
        return Outcome.PASS
    return Outcome.FAIL if have < need.lower and not missing else Outcome.INCONCLUSIVE


def _newest(context: Context, name: str, currency: str, oldest: date) -> Figure | None:
    """Return the newest figure of a name that is not of a later day than the snapshot's, nor too old."""
    rows = [row for row in context.declared.figures if row.name == name and row.currency == currency]
    near = [row for row in rows if oldest <= row.as_of <= context.today]
    return max(near, key=lambda row: row.as_of, default=None)


def _need(context: Context, parameters: Parameters, currency: str) -> Held | Answer:
    against, ratio = parameters.text("against"), parameters.ratio("ratio", "1")
    if against not in AGAINST:
        raise parameters.fail("against", f"none of {', '.join(AGAINST)}")
    if against == "amount":
        if not parameters.has("amount"):
            return Answer(
                Outcome.INCONCLUSIVE,
                "segregation.figures.not_set",
                facts={"figures": ", ".join(parameters.texts("figures"))},
                topics=(Topic.FIGURES,),
            )
        return _certain(_amount(parameters) * ratio)
    need, unpriced = NOTHING, []
    for row in context.rows:
        part = _part(context, row, against)
        price = context.price(row.group, currency)
        if part.listed and price is None:
            unpriced.append(str(row.group.canonical))
        elif price is not None:
            need += part * (price.price * ratio)
    if unpriced:
        return absent(Topic.PRICES, f"price in {currency} at the instant of {', '.join(unpriced)}")
    return need


def _part(context: Context, row: ClassRow, against: str) -> Held:
    if against == "owed":
        return _certain(context.owed(row))
    if against == "guarantee":
        return held(row, (Role.GUARANTEE,))
    return held(row, (Role.CUSTOMER,), (Custody.HOT,))


def _amount(parameters: Parameters) -> Fraction:
    try:
        return parse_decimal(parameters.text("amount"))
    except FormatError as error:
        raise parameters.fail("amount", "not an exact amount such as 2000000000") from error


def _certain(amount: Fraction) -> Held:
    return Held(amount, amount, amount, None)
