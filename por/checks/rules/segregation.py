"""Judge whether customers' coins are there, apart, cold and free, asset class by asset class and in all."""

from collections.abc import Iterator
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.class_rows import ClassRow
from por.checks.rules.answer import Answer, absent
from por.checks.rules.context import Context
from por.checks.rules.figures import CUSTODIES, NOTHING, Held, at_least, at_most, covers, held
from por.checks.rules.parameters import Parameters
from por.errors import FormatError
from por.model import ChainAccount, Custody, EncumbranceKind, Outcome, Role
from por.model.declarations import Topic

UNKNOWN_WORTH = "how many coins stand behind shares whose rate is not proven"


def coins(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: are at least ratio × the liabilities of each class held, in these roles and custodies, of the same kind?"""
    roles, custodies = _roles(parameters), _custodies(parameters)
    ratio, same_kind = parameters.ratio("ratio", "1"), parameters.flag("same_kind", default=True)
    labels = (Topic.CUSTODY,) if set(custodies) != set(CUSTODIES) else ()
    for row in context.rows:
        if row.owed:
            have, need = held(row, roles, custodies, same_kind=same_kind), ratio * context.owed(row)
            outcome = at_least(have, need)
            yield Answer(
                outcome,
                f"segregation.coins.{outcome.lower()}",
                _name(row),
                expected=exact_text(need),
                actual=exact_text(have.lower),
                facts={**_interval(have), "required": exact_text(need), "roles": ", ".join(roles)},
                topics=labels,
                grade=have.grade,
            )


def apart(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is no account, and no third party's account, listed in two of these roles?"""
    roles = _roles(parameters)
    listed: dict[ChainAccount, set[Role]] = {}
    for _, account in context.examination.accounts():
        if account.role in roles:
            listed.setdefault(account.account, set()).add(account.role)
    twice = sorted(str(account) for account, found in listed.items() if len(found) > 1)
    if not listed:
        return
    outcome = Outcome.FAIL if twice else Outcome.PASS
    yield Answer(
        outcome,
        f"segregation.apart.{outcome.lower()}",
        expected="0",
        actual=str(len(twice)),
        facts={"accounts": str(len(listed)), "twice": ", ".join(twice[:20]), "roles": ", ".join(roles)},
        topics=(Topic.CUSTODY,),
    )


def excess(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is no more than this share of own coins parked in customers' accounts of a class?"""
    limit = parameters.ratio("limit")
    for row in context.rows:
        owed = context.owed(row)
        if owed:
            have = held(row, (Role.CUSTOMER,))
            outcome = at_most(have, owed * (1 + limit))
            yield Answer(
                outcome,
                f"segregation.excess.{outcome.lower()}",
                _name(row),
                expected=exact_text(owed * (1 + limit)),
                actual=exact_text(have.lower),
                facts={**_interval(have), "owed": exact_text(owed), "limit": exact_text(limit)},
                grade=have.grade,
            )


def hot(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: are customers' coins in these custodies worth at most this share of what is owed, or held, in all?

    One test over all classes, in money; what stays under the limit in all may exceed it in one class.
    """
    currency = parameters.text("currency", context.rulebook.currency)
    limit, of = parameters.ratio("limit"), parameters.text("of", "owed")
    custodies = _custodies(parameters, (Custody.HOT,))
    if of not in {"owed", "held"}:
        raise parameters.fail("of", "neither owed nor held")
    part, whole = NOTHING, NOTHING
    unpriced = []
    for row in (row for row in context.rows if row.owed or row.claims):
        there, price = held(row, (Role.CUSTOMER,), custodies), context.price(row.group, currency)
        base = _certain(context.owed(row)) if of == "owed" else held(row, (Role.CUSTOMER,))
        if price is None:
            unpriced += [_name(row)] if there.listed or there.unknown or base.listed else []
        else:
            part, whole = part + there * price.price, whole + base * price.price
    if unpriced:
        yield absent(Topic.PRICES, f"price in {currency} at the instant of {', '.join(unpriced)}")
    elif whole.listed:
        yield _share(part, whole, limit, currency, custodies)


def _share(part: Held, whole: Held, limit: Fraction, currency: str, custodies: tuple[Custody, ...]) -> Answer:
    outcome = at_most(part, limit * whole.lower)
    if outcome is Outcome.FAIL and (whole.upper is None or part.lower <= limit * whole.upper):
        outcome = Outcome.INCONCLUSIVE
    return Answer(
        outcome,
        f"segregation.hot.{outcome.lower()}",
        expected=exact_text(limit),
        actual=exact_text(part.listed / whole.lower) if whole.lower else None,
        facts={
            "part": exact_text(part.listed),
            "part_proven": exact_text(part.lower),
            "whole": exact_text(whole.lower),
            "currency": currency,
            "custody": ", ".join(custodies),
            "limit": exact_text(limit),
            "percent": _percent(part.listed, whole.lower),
        },
        topics=(Topic.CUSTODY, Topic.PRICES),
        grade=part.grade,
    )


def guarantee(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does each class have own coins, set apart as guarantee, of at least what lies hot of customers'?"""
    del parameters
    for row in context.rows:
        own, there = held(row, (Role.GUARANTEE,), same_kind=True), held(row, (Role.CUSTOMER,), (Custody.HOT,))
        if not row.owed and not there.listed and not there.unknown:
            continue
        outcome = covers(own, there)
        yield Answer(
            outcome,
            f"segregation.guarantee.{outcome.lower()}",
            _name(row),
            expected=exact_text(there.listed),
            actual=exact_text(own.lower),
            facts={**_interval(own), "hot": exact_text(there.listed), "hot_proven": exact_text(there.lower)},
            topics=(Topic.CUSTODY,),
            grade=own.grade if there.grade is None else min(there.grade, own.grade or there.grade),
        )


def kept(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: are all accounts in these roles in one of these custodies?"""
    roles, custodies = _roles(parameters), _custodies(parameters)
    there = [account for _, account in context.examination.accounts() if account.role in roles]
    wrong = sorted(str(account.account) for account in there if account.custody not in custodies)
    if there:
        outcome = Outcome.FAIL if wrong else Outcome.PASS
        yield Answer(
            outcome,
            f"segregation.kept.{outcome.lower()}",
            expected="0",
            actual=str(len(wrong)),
            facts={
                "accounts": str(len(there)),
                "wrong": ", ".join(wrong[:20]),
                "roles": ", ".join(roles),
                "custody": ", ".join(custodies),
            },
            topics=(Topic.CUSTODY,),
        )


def free(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does nobody else have a claim on coins held in these roles?

    What neither the issuer says nor the verifier's policy knows leaves no trace: a PASS does not show that there is
    none. Where a claim of a kind that is asked for stands beside others on a holding, all of them count.
    """
    roles, kinds = _roles(parameters), set(parameters.texts("kinds", tuple(EncumbranceKind)))
    if not kinds <= set(EncumbranceKind):
        raise _unknown(parameters, "kinds", ", ".join(EncumbranceKind))
    for row in context.rows:
        claims = [item for item in row.claims if item.account.role in roles]
        stands = [item for item in claims if item.encumbrances & kinds]
        there = sum((item.worth.encumbered for item in stands), Fraction(0))
        if claims:
            unknown = any(item.worth.coins is None for item in stands)
            outcome = Outcome.FAIL if there or unknown else Outcome.PASS
            yield Answer(
                outcome,
                f"segregation.free.{outcome.lower()}",
                _name(row),
                expected="0",
                actual="any number" if unknown else exact_text(there),
                facts={"encumbered": "any number" if unknown else exact_text(there), "roles": ", ".join(roles)},
                topics=(Topic.CUSTODY,),
            )


def spread(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does no single account, or custodian, hold more than this share of customers' coins of a class?"""
    limit, by = parameters.ratio("limit"), parameters.text("by", "account")
    if by not in {"account", "custodian"}:
        raise parameters.fail("by", "neither account nor custodian")
    custodians = {row.account: row.custodian for row in context.declared.key_holders}
    for row in context.rows:
        there = held(row, (Role.CUSTOMER,))
        if there.unknown:
            yield absent(Topic.CUSTODY, UNKNOWN_WORTH, _name(row))
            continue
        shares: dict[str, Fraction] = {}
        for item in (item for item in row.claims if item.account.role is Role.CUSTOMER and item.worth.coins):
            account = item.account.account
            name = str(account) if by == "account" else custodians.get(account) or ""
            shares[name] = shares.get(name, Fraction(0)) + (item.worth.coins or 0)
        if not shares:
            continue
        if "" in shares:
            yield absent(Topic.CUSTODY, "the custodian of every account of customers' coins", _name(row))
            continue
        most = max(shares, key=lambda name: (shares[name], name))
        whole = sum(shares.values(), Fraction(0))
        outcome = Outcome.FAIL if shares[most] > limit * whole else Outcome.PASS
        if outcome is Outcome.PASS and shares[most] > limit * there.lower:
            outcome = Outcome.INCONCLUSIVE
        yield Answer(
            outcome,
            f"segregation.spread.{outcome.lower()}",
            _name(row),
            expected=exact_text(limit),
            actual=exact_text(shares[most] / whole),
            facts={"most": most, "percent": _percent(shares[most], whole), "limit": exact_text(limit)},
            topics=(Topic.CUSTODY,) if by == "custodian" else (),
            grade=there.grade,
        )


def _certain(amount: Fraction) -> Held:
    return Held(amount, amount, amount, None)


def _interval(have: Held) -> dict[str, str]:
    upper = "any number" if have.upper is None else exact_text(have.upper)
    return {"lower": exact_text(have.lower), "upper": upper, "listed": exact_text(have.listed)}


def _percent(part: Fraction, whole: Fraction) -> str:
    return exact_text(Fraction(part * 100_000 // whole, 1000)) if whole else ""


def _name(row: ClassRow) -> str:
    return str(row.group.canonical)


def _roles(parameters: Parameters) -> tuple[Role, ...]:
    try:
        return tuple(Role(name) for name in parameters.texts("roles", (Role.CUSTOMER,)))
    except ValueError as error:
        raise _unknown(parameters, "roles", ", ".join(Role)) from error


def _custodies(parameters: Parameters, default: tuple[Custody, ...] = CUSTODIES) -> tuple[Custody, ...]:
    try:
        return tuple(Custody(name) for name in parameters.texts("custody", default))
    except ValueError as error:
        raise _unknown(parameters, "custody", ", ".join(Custody)) from error


def _unknown(parameters: Parameters, name: str, known: str) -> FormatError:
    return parameters.fail(name, f"names something that is none of {known}")
