"""Judge the assets behind a stablecoin one by one: their kinds, values, terms and currencies."""

from collections.abc import Callable, Iterator
from functools import partial

from por.checks.rules.answer import Answer, absent, not_concerned
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.checks.rules.reserve_items import (
    EVERY_KIND,
    Criterion,
    Doubt,
    doubts_of,
    other_currency,
    other_kind,
    poor_terms,
    terms_of,
    too_long,
    unvalued,
)
from por.checks.rules.supply import coins_of
from por.model import Outcome
from por.model.declarations import ReserveItem, Stablecoin, Topic

Kinds = Callable[[Parameters], set[str]]


def eligible(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is everything behind the coin of a kind that counts?"""
    yield from _each(context, parameters, "eligible", other_kind, lambda _: {EVERY_KIND})


def valued(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: has everything behind the coin a market value of these days? What it cost is none."""
    yield from _each(context, parameters, "valued", unvalued, lambda _: {EVERY_KIND})


def maturity(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does nothing behind the coin run longer than the rule allows for its kind?"""
    yield from _each(context, parameters, "maturity", too_long, lambda given: {term.kind for term in terms_of(given)})


def terms(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: has everything behind the coin the terms that the rule asks of its kind?"""
    yield from _each(context, parameters, "terms", poor_terms, _named_kinds)


def currency(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is everything behind the coin, of these kinds, in the coin's currency?"""
    kinds = set(parameters.texts("kinds", (EVERY_KIND,)))
    yield from _each(context, parameters, "currency", other_currency, lambda _: kinds)


def _named_kinds(parameters: Parameters) -> set[str]:
    names = ("early", "separate", "unencumbered", "credit_kinds")
    return {kind for name in names for kind in parameters.texts(name, ())}


def _each(context: Context, parameters: Parameters, check: str, criterion: Criterion, kinds: Kinds) -> Iterator[Answer]:
    """Judge every asset of the kinds that the rule speaks of, coin by coin."""
    wanted = kinds(parameters)
    rated = parameters.text("outstanding_currency", "")
    for coin in coins_of(context, parameters):
        if isinstance(coin, Answer):
            yield coin
        elif not coin.reserves:
            yield absent(Topic.RESERVES, f"what stands behind {coin.name}", coin.name)
        else:
            items = [item for item in coin.reserves if item.kind in wanted or EVERY_KIND in wanted]
            look = partial(doubts_of, (criterion,), context, parameters, coin)
            yield _judged(coin, items, check, look, rated) if items else nothing_of(coin, wanted)


def _judged(
    coin: Stablecoin, items: list[ReserveItem], check: str, look: Callable[[ReserveItem], list[Doubt]], rated: str
) -> Answer:
    doubts = [doubt for item in items for doubt in look(item)]
    breaches = [doubt.text for doubt in doubts if doubt.breach]
    missing = [doubt.text for doubt in doubts if not doubt.breach]
    outcome = Outcome.FAIL if breaches else Outcome.INCONCLUSIVE if missing else Outcome.PASS
    return Answer(
        outcome,
        f"stablecoin.{check}.{outcome.lower()}",
        coin.name,
        expected="0",
        actual=str(len(breaches)),
        facts={
            "name": coin.name,
            "count": str(len(items)),
            "breaches": listed(breaches),
            "undecided": listed(missing),
        },
        topics=(Topic.RESERVES, Topic.FIGURES) if _converts(items, rated) else (Topic.RESERVES,),
    )


def _converts(items: list[ReserveItem], rated: str) -> bool:
    """Tell whether a rate between currencies was looked at."""
    return bool(rated) and any(item.outstanding_currency not in {None, rated} for item in items)


def nothing_of(coin: Stablecoin, kinds: set[str]) -> Answer:
    """Answer that the rule does not concern a coin, behind which there is nothing of these kinds."""
    why = f"nothing behind {coin.name} is of the kinds {', '.join(sorted(kinds))}"
    found = not_concerned(why, Topic.RESERVES)
    return Answer(
        found.outcome, found.message, coin.name, facts=found.facts, topics=found.topics, applies=found.applies
    )


def listed(texts: list[str]) -> str:
    """Write what is said of assets, the first twenty of them."""
    return "; ".join(texts[:20]) or "nothing"
