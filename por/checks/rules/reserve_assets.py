"""Judge what stands behind a stablecoin in sum: enough of it, in the right shares, spread."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.rules.answer import Answer, absent
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.checks.rules.reserve_items import COUNTS, EVERY_KIND, doubts_of
from por.checks.rules.reserve_sums import (
    ZERO,
    Behind,
    Sum,
    answer_about,
    at_least,
    at_most,
    behind,
    certain,
    every,
    percent,
)
from por.checks.rules.stablecoin import listed, nothing_of
from por.model import Outcome
from por.model.declarations import ReserveItem, Topic

UNCOUNTED, UNDECIDED, ENCUMBERED = "uncounted", "undecided", "encumbered"
# The share of what, and how a finding says it.
DENOMINATORS = {"issued": "the amount issued", "reserves": "the reserves", "received": "the money received"}


@dataclass(slots=True)
class _Counted:
    """Hold what counts behind a coin, by kind too, and what does not: why, and what it is worth where that is known."""

    have: Sum = ZERO
    excluded: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    kinds: dict[str, Fraction] = field(default_factory=dict)
    beside: dict[str, Fraction] = field(default_factory=dict)


def _add(parts: dict[str, Fraction], part: str, worth: Fraction | None) -> None:
    if worth:
        parts[part] = parts.get(part, Fraction(0)) + worth


def _told(parts: dict[str, Fraction]) -> str:
    return ", ".join(f"{name} {exact_text(worth)}" for name, worth in sorted(parts.items()))


def backing(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is what counts behind each coin worth at least ratio × what is in circulation?

    What is of another kind, a token where none may be, without market value, or claimed by others counts nothing.
    """
    ratio = parameters.ratio("ratio", "1")
    for found in behind(context, parameters):
        if isinstance(found, Answer):
            yield found
            continue
        counted, need = _counted(context, parameters, found), certain(found.circulation.amount * ratio)
        have = counted.have
        yield answer_about(
            found,
            "backing",
            at_least(have, need),
            expected=need.low,
            actual=have.low,
            facts={
                "counted": exact_text(have.low),
                "upper": _text(have.high),
                "required": exact_text(need.low),
                "circulation": exact_text(found.circulation.amount),
                "percent": percent(have.low, found.circulation.amount),
                "excluded": listed(counted.excluded),
                "undecided": listed(counted.undecided),
                "composition": _told(counted.kinds),
                "beside": _told(counted.beside),
            },
            issued=True,
        )


def _counted(context: Context, parameters: Parameters, found: Behind) -> _Counted:
    counted = _Counted()
    for item, each in found.items:
        doubts = doubts_of(COUNTS, context, parameters, found.coin, item)
        doubts += [] if each.why is None else [each.why]
        breaches = [doubt.text for doubt in doubts if doubt.breach]
        if breaches:
            counted.excluded += breaches[:1]
            _add(counted.beside, UNCOUNTED, each.whole)
        elif doubts:
            counted.undecided += [doubt.text for doubt in doubts][:1]
            counted.have += Sum(Fraction(0), each.free)
            _add(counted.beside, UNDECIDED, each.whole)
        else:
            counted.have += certain(each.free or Fraction(0))
            _add(counted.kinds, item.kind, each.free)
            _add(counted.beside, ENCUMBERED, (each.whole or Fraction(0)) - (each.free or Fraction(0)))
            if item.encumbered:
                counted.excluded.append(f"{item.id}: others have a claim on {exact_text(item.encumbered)}")
    return counted


def share(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: are assets of these kinds at most, or at least, this share of what is issued, of reserves, or received?

    With `each = "currency"` the share is asked of the reserves of each currency by itself.
    """
    _require(parameters, "of", tuple(DENOMINATORS), "issued")
    _require(parameters, "bound", ("most", "least"), "most")
    _require(parameters, "each", ("coin", "currency"), "coin")
    for found in behind(context, parameters):
        if isinstance(found, Answer):
            yield found
        elif parameters.text("each", "coin") == "coin":
            yield _share(parameters, found, found.coin.name)
        else:
            for currency in sorted({item.currency for item, _ in found.items}):
                rows = tuple(row for row in found.items if row[0].currency == currency)
                yield _share(parameters, Behind(found.coin, found.circulation, rows), f"{found.coin.name}/{currency}")


def _share(parameters: Parameters, found: Behind, subject: str) -> Answer:
    limit, of = parameters.ratio("limit"), parameters.text("of", "issued")
    kinds, least = parameters.texts("kinds"), parameters.text("bound", "most") == "least"
    apart = parameters.flag("apart")
    if of == "received" and found.coin.received is None:
        return absent(Topic.SUPPLY, f"the money received for {found.coin.name}", subject)

    def chosen(item: ReserveItem) -> bool:
        return item.kind in kinds and (item.separate or not apart)

    part, whole = found.total(chosen, free=least), _whole(found, of)
    outcome = at_least(part, whole * limit) if least else at_most(part, whole * limit)
    undecided = found.unknown(chosen if of != "reserves" else every)
    return answer_about(
        found,
        "share",
        outcome,
        subject=subject,
        word=f"{outcome.lower()}_{'least' if least else 'most'}",
        expected=limit,
        actual=part.low / whole.low if whole.low else None,
        facts={
            "kinds": ", ".join(kinds),
            "part": exact_text(part.low),
            "of": DENOMINATORS[of],
            "limit": exact_text(limit),
            "percent": percent(part.low, whole.low),
            "issued": exact_text(found.circulation.amount),
            "issued_percent": percent(part.low, found.circulation.amount),
            "reserves": exact_text(found.total(every).low),
            "reserves_percent": percent(part.low, found.total(every).low),
            "undecided": listed(undecided),
        },
        issued=of == "issued",
        more=(Topic.SUPPLY,) if of == "received" else (),
    )


def _whole(found: Behind, of: str) -> Sum:
    if of == "issued":
        return certain(found.circulation.amount)
    return certain(found.coin.received or Fraction(0)) if of == "received" else found.total(every)


def pool(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does everything behind the coin together exceed what is in circulation by no more than this share of it?"""
    limit = parameters.ratio("limit")
    for found in behind(context, parameters):
        if isinstance(found, Answer):
            yield found
            continue
        have, most = found.total(every), certain(found.circulation.amount * (1 + limit))
        yield answer_about(
            found,
            "pool",
            at_most(have, most),
            expected=most.low,
            actual=have.low,
            facts={
                "reserves": exact_text(have.low),
                "most": exact_text(most.low),
                "limit": exact_text(limit),
                "issued": exact_text(found.circulation.amount),
                "undecided": listed(found.unknown(every)),
            },
            issued=True,
        )


def concentration(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does no single custodian, or issuer, have more than this share of everything behind the coin?"""
    limit, by = parameters.ratio("limit"), _require(parameters, "by", ("custodian", "issuer"), "custodian")
    kinds = set(parameters.texts("kinds", (EVERY_KIND,)))
    for found in behind(context, parameters):
        if isinstance(found, Answer):
            yield found
            continue
        items = [item for item, _ in found.items if item.kind in kinds or EVERY_KIND in kinds]
        if not items:
            yield nothing_of(found.coin, kinds)
            continue
        parts = _parts(found, {item.id for item in items}, by)
        most = max(parts, key=lambda name: (parts[name].low, name))
        whole = found.total(every)
        outcomes = {at_most(part, whole * limit) for part in parts.values()}
        yield answer_about(
            found,
            "concentration",
            worst(outcomes),
            expected=limit,
            actual=parts[most].low / whole.low if whole.low else None,
            facts={
                "most": most,
                "percent": percent(parts[most].low, whole.low),
                "limit": exact_text(limit),
                "undecided": listed(found.unknown(every)),
            },
        )


def _parts(found: Behind, chosen: set[str], by: str) -> dict[str, Sum]:
    parts: dict[str, Sum] = {}
    for item, each in found.items:
        if item.id in chosen:
            value = Sum(Fraction(0), None) if each.whole is None else certain(each.whole)
            parts[getattr(item, by)] = parts.get(getattr(item, by), ZERO) + value
    return parts


def secured(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is what secures a funds transfer provider's obligations as much as they are, with the procedure's cost?

    Obligations are at least what is in circulation, whatever the issuer declares.
    """
    kinds = parameters.texts("kinds")
    for found in behind(context, parameters):
        if isinstance(found, Answer):
            yield found
            continue
        coin = found.coin
        if coin.obligations is None or coin.procedure_cost is None:
            what = f"what is owed for {coin.name}, and what the procedure to pay it out would cost"
            yield absent(Topic.SUPPLY, what, coin.name)
            continue
        have = found.total(lambda item: item.kind in kinds, free=True)
        need = certain(max(coin.obligations, found.circulation.amount) + coin.procedure_cost)
        yield answer_about(
            found,
            "secured",
            at_least(have, need),
            expected=need.low,
            actual=have.low,
            facts={
                "secured": exact_text(have.low),
                "required": exact_text(need.low),
                "obligations": exact_text(coin.obligations),
                "circulation": exact_text(found.circulation.amount),
                "cost": exact_text(coin.procedure_cost),
                "undecided": listed(found.unknown(lambda item: item.kind in kinds)),
            },
            issued=True,
            more=(Topic.SUPPLY,),
        )


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return FAIL if there is one, else INCONCLUSIVE if there is one."""
    found = set(outcomes)
    return next((outcome for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE) if outcome in found), Outcome.PASS)


def _text(amount: Fraction | None) -> str:
    return "any number" if amount is None else exact_text(amount)


def _require(parameters: Parameters, name: str, known: tuple[str, ...], default: str) -> str:
    value = parameters.text(name, default)
    if value not in known:
        raise parameters.fail(name, f"none of {', '.join(known)}")
    return value
