"""Judge how much of a stablecoin there is: what the chain says, and what of it is in circulation."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.observation import Observation, Seen
from por.checks.rules.answer import Answer, absent, not_concerned
from por.checks.rules.context import Context
from por.checks.rules.figures import weaker
from por.checks.rules.parameters import Parameters
from por.checks.rules.reserve_items import rate_of
from por.checks.supplies import TokenSupply, same_coin
from por.model import AssetId, Grade, Outcome
from por.model.declarations import Stablecoin, Supply, Topic

CIRCULATION = ("coins", "frozen_in_scope", "locked_in_scope")


@dataclass(frozen=True, slots=True)
class Circulation:
    """Hold how much of a coin is in circulation, in whole units, which are worth one of its currency each.

    `grade` is of what was read on chain, None where nothing was; `topics` are the declared inputs that it rests on.
    """

    amount: Fraction
    grade: Grade | None
    topics: tuple[Topic, ...]


def coins_of(context: Context, parameters: Parameters) -> Iterator[Stablecoin | Answer]:
    """Yield the coins that the rule concerns, or the answer that there is none."""
    kinds, declared = parameters.texts("coins", ()), context.declared.stablecoins
    if not declared:
        yield absent(Topic.SUPPLY, "the coins that the issuer issues, and what stands behind them")
        return
    found = [coin for coin in declared if not kinds or coin.kind in kinds]
    yield from found
    if not found:
        yield not_concerned(f"no coin is of the kinds {', '.join(kinds)}", Topic.SUPPLY)


def kind(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is each coin of a kind that the rulebook has rules for? By any other name none would concern it."""
    kinds = parameters.texts("kinds")
    for coin in coins_of(context, parameters):
        if isinstance(coin, Answer):
            yield coin
            continue
        outcome = Outcome.PASS if coin.kind in kinds else Outcome.INCONCLUSIVE
        facts = {"name": coin.name, "word": coin.kind, "kinds": ", ".join(kinds)}
        message = f"stablecoin.kind.{outcome.lower()}"
        yield Answer(outcome, message, coin.name, actual=coin.kind, facts=facts, topics=(Topic.SUPPLY,))


def supply(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is there as much of each token of a coin on its chain as the issuer declares?

    What of it was not issued, or lies in the treasury, is the issuer's word and not judged here.
    """
    for coin in coins_of(context, parameters):
        yield coin if isinstance(coin, Answer) else _supply(context, parameters, coin)


def _supply(context: Context, parameters: Parameters, coin: Stablecoin) -> Answer:
    seen = {asset: context.supplies.get(asset) for asset in _tokens(context, coin)}
    declared = {row.asset: row.minted - row.burned for row in coin.supply}
    read = {asset: found.value for asset, found in seen.items() if isinstance(found, Seen)}
    differ = [asset for asset, found in read.items() if found.whole != declared.get(asset, 0)]
    unread = [asset for asset in seen if asset not in read]
    over = [str(row.asset) for row in coin.supply if _gross(context, row) < _taken_off(parameters, row)]
    word = "fail" if differ else "over" if over else "inconclusive" if unread or not seen else "pass"
    outcome = {"pass": Outcome.PASS, "inconclusive": Outcome.INCONCLUSIVE}.get(word, Outcome.FAIL)
    circulating = circulation(context, parameters, coin)
    return Answer(
        outcome,
        f"stablecoin.supply.{word}",
        coin.name,
        expected=exact_text(sum(declared.values(), Fraction(0))),
        actual=exact_text(sum((found.whole for found in read.values()), Fraction(0))) if read else None,
        facts={
            "name": coin.name,
            "currency": coin.currency,
            "tokens": str(len(read)),
            "declared": exact_text(sum(declared.values(), Fraction(0))),
            "on_chain": exact_text(sum((found.whole for found in read.values()), Fraction(0))),
            "circulation": exact_text(circulating.amount),
            **{name: exact_text(_sum(coin, name)) for name in ("unissued", "treasury", "frozen", "locked")},
            "differ": "; ".join(_differing(asset, read[asset], declared) for asset in differ[:20]),
            "over": ", ".join(over[:20]),
            "unread": ", ".join(map(str, unread[:20])),
            "reason": _reason(seen[unread[0]]) if unread else "",
        },
        topics=(Topic.SUPPLY,) if over or not read else (),
        grade=min((found.grade for found in read.values()), default=None),
    )


def issued(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is no more of these coins in circulation than this amount, all together?

    A coin of another currency counts at a declared rate; without one it could be any number.
    """
    most, money = parameters.amount("most"), parameters.text("currency", context.rulebook.currency)
    amount, grade, topics, unrated = Fraction(0), None, {Topic.SUPPLY}, set[str]()
    for coin in coins_of(context, parameters):
        if isinstance(coin, Answer):
            yield coin
            return
        found = circulation(context, parameters, coin)
        rate = rate_of(context, coin.currency, money)
        grade = weaker(grade, found.grade)
        topics |= {Topic.FIGURES} if coin.currency != money else set()
        amount += found.amount * (rate or 0)
        unrated |= {coin.currency} if rate is None else set()
    if unrated and amount <= most:
        yield absent(Topic.FIGURES, f"rates of {', '.join(sorted(unrated))} to {money}, of these days")
        return
    outcome = Outcome.PASS if amount <= most else Outcome.FAIL
    facts = {"amount": exact_text(amount), "most": exact_text(most), "currency": money}
    message = f"stablecoin.issued.{outcome.lower()}"
    yield Answer(
        outcome,
        message,
        expected=exact_text(most),
        actual=exact_text(amount),
        facts=facts,
        topics=tuple(sorted(topics)),
        grade=grade,
    )


def circulation(context: Context, parameters: Parameters, coin: Stablecoin) -> Circulation:
    """Return how much of a coin is in circulation: what the chain says where it was read, less what is declared off.

    A token that the verifier's class table knows as the coin, and that the issuer does not declare, circulates in full.
    What is taken off on one chain is never taken off what is on another.
    """
    amount, grade, rests = Fraction(0), None, False
    rows = {row.asset: row for row in coin.supply}
    for asset in _tokens(context, coin):
        row, found = rows.get(asset), context.supplies.get(asset)
        if isinstance(found, Seen):
            grade = weaker(grade, found.value.grade)
        gross = found.value.whole if isinstance(found, Seen) else _gross(context, row) if row else Fraction(0)
        off = _taken_off(parameters, row) if row else Fraction(0)
        rests |= off > 0 or not isinstance(found, Seen)
        amount += max(gross - off, Fraction(0))
    return Circulation(amount, grade, (Topic.SUPPLY,) if rests else ())


def _tokens(context: Context, coin: Stablecoin) -> list[AssetId]:
    declared = (row.asset for row in coin.supply)
    return sorted({*declared, *same_coin(coin, context.examination.policy)})


def _gross(context: Context, row: Supply) -> Fraction:
    found = context.supplies.get(row.asset)
    return found.value.whole if isinstance(found, Seen) else row.minted - row.burned


def _taken_off(parameters: Parameters, row: Supply) -> Fraction:
    frozen = Fraction(0) if parameters.flag("frozen_in_scope", default=True) else row.frozen
    locked = Fraction(0) if parameters.flag("locked_in_scope", default=True) else row.locked
    return row.unissued + row.treasury + frozen + locked


def _sum(coin: Stablecoin, name: str) -> Fraction:
    return sum((getattr(row, name) for row in coin.supply), Fraction(0))


def _differing(asset: AssetId, found: TokenSupply, declared: dict[AssetId, Fraction]) -> str:
    said = exact_text(declared[asset]) if asset in declared else "none"
    return f"{asset}: {exact_text(found.whole)} on chain, {said} declared"


def _reason(found: Observation[TokenSupply] | None) -> str:
    return "no source was asked" if found is None or isinstance(found, Seen) else found.reason
