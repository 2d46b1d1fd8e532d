"""Judge who holds the keys of accounts, where, and how many must sign."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.class_rows import ClassRow
from por.checks.rules.answer import Answer, absent, not_concerned
from por.checks.rules.context import Context
from por.checks.rules.figures import NOTHING, Held, at_least, held_at
from por.checks.rules.parameters import Parameters
from por.model import AssetId, ChainAccount, Outcome, RegistrationKind, Role
from por.model.declarations import KeyHolder, Topic


def domestic(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: where an order stands, is as much of each asset as it names in accounts whose keys are held at home?

    An account with a key elsewhere is not at home; one of which nobody says where its keys are might be.
    """
    order, home = context.declared.order, parameters.text("jurisdiction", context.rulebook.jurisdiction)
    if order is None:
        yield absent(Topic.ORDERS, "whether an order to hold assets at home stands")
    elif not order.active or order.jurisdiction != home:
        yield not_concerned("no order to hold assets at home stands", Topic.ORDERS)
    elif not order.required:
        yield absent(Topic.ORDERS, "how much of each asset the order names")
    else:
        roles = _roles(parameters, (Role.CUSTOMER, Role.GUARANTEE))
        places = _places(context.declared.key_holders)
        for asset, amount in order.required:
            yield _domestic(context, asset, amount, _at_home(context, places, asset, home, roles), home)


def _domestic(context: Context, asset: AssetId, amount: Fraction, have: Held, home: str) -> Answer:
    outcome = at_least(have, amount)
    row = _row_of(context, asset)
    return Answer(
        outcome,
        f"segregation.domestic.{outcome.lower()}",
        str(asset if row is None else row.group.canonical),
        expected=exact_text(amount),
        actual=exact_text(have.lower),
        facts={
            "lower": exact_text(have.lower),
            "upper": "any number" if have.upper is None else exact_text(have.upper),
            "required": exact_text(amount),
            "jurisdiction": home,
        },
        topics=(Topic.ORDERS, Topic.CUSTODY),
        grade=have.grade,
    )


def _at_home(
    context: Context, places: dict[ChainAccount, set[str]], asset: AssetId, home: str, roles: tuple[Role, ...]
) -> Held:
    row = _row_of(context, asset)
    if row is None:
        return NOTHING
    accounts = {item.account.account for item in row.claims}
    known = held_at(row, {one for one in accounts if places.get(one) == {home}}, roles)
    open_ = held_at(row, {one for one in accounts if one not in places}, roles)
    upper = None if known.upper is None or open_.upper is None else known.upper + open_.upper
    return Held(known.lower, upper, known.listed + open_.listed, known.grade)


def _places(holders: Iterable[KeyHolder]) -> dict[ChainAccount, set[str]]:
    places: dict[ChainAccount, set[str]] = {}
    for holder in holders:
        places.setdefault(holder.account, set()).add(holder.jurisdiction)
    return places


def _row_of(context: Context, asset: AssetId) -> ClassRow | None:
    return next((row for row in context.rows if asset in {member.asset for member in row.group.members}), None)


def entity(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: does the entity that owes hold the keys of these accounts itself, and no parent or affiliate?

    An account at a named custodian is no exception where the rule allows custodians, and the verifier found it listed
    as one: a parent that calls itself a custodian is a parent.
    """
    roles, custodians = _roles(parameters), parameters.flag("custodians", default=True)
    licensed = context.declared.entity
    accounts = sorted({str(row.account) for _, row in context.examination.accounts() if row.role in roles})
    if licensed is None:
        yield absent(Topic.ENTITY, "the legal entity that owes")
        return
    there = [row for row in context.declared.key_holders if str(row.account) in accounts]
    elsewhere = [row for row in there if row.entity != licensed.name]
    others = sorted({f"{row.account} ({row.entity})" for row in elsewhere if not (custodians and _at_custodian(row))})
    known = {row.name for row in context.law.registered if row.kind is RegistrationKind.CUSTODIAN}
    unknown = sorted({row.entity for row in elsewhere} - known)
    unsaid = sorted(set(accounts) - {str(row.account) for row in there})
    if unsaid and not others:
        yield absent(Topic.CUSTODY, f"who holds the keys of {', '.join(unsaid[:20])}")
    elif unknown and not others:
        yield absent(
            Topic.CUSTODY, f"the custodians {', '.join(unknown[:20])} in a regulator's list that you looked up"
        )
    elif accounts:
        outcome = Outcome.FAIL if others else Outcome.PASS
        yield Answer(
            outcome,
            f"segregation.entity.{outcome.lower()}",
            expected="0",
            actual=str(len(others)),
            facts={"entity": licensed.name, "accounts": str(len(accounts)), "others": ", ".join(others[:20])},
            topics=(Topic.ENTITY, Topic.CUSTODY),
        )


def _at_custodian(row: KeyHolder) -> bool:
    return row.custodian == row.entity


def signers(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: do at least so many sign for every account that has more than a share of what is listed of a class?"""
    least, share, roles = parameters.integer("least", 2), parameters.ratio("share", "0"), _roles(parameters)
    said: dict[ChainAccount, int] = {}
    for holder in context.declared.key_holders:
        said[holder.account] = min(holder.signers, said.get(holder.account, holder.signers))
    for row in context.rows:
        coins = _coins(row, roles)
        whole = sum(coins.values(), Fraction(0))
        # What shares of unknown worth stand for may be most of it.
        unknown = {c.account.account for c in row.claims if c.account.role in roles and c.worth.coins is None}
        large = sorted({one for one, amount in coins.items() if amount > share * whole} | unknown, key=str)
        few = [str(one) for one in large if said.get(one, least) < least]
        unsaid = [str(one) for one in large if one not in said]
        if unsaid and not few:
            what = f"how many must sign for {', '.join(unsaid[:20])}"
            yield absent(Topic.CUSTODY, what, str(row.group.canonical))
        elif large:
            yield _signers(row, large, few, least)


def _signers(row: ClassRow, large: list[ChainAccount], few: list[str], least: int) -> Answer:
    outcome = Outcome.FAIL if few else Outcome.PASS
    return Answer(
        outcome,
        f"segregation.signers.{outcome.lower()}",
        str(row.group.canonical),
        expected="0",
        actual=str(len(few)),
        facts={"accounts": str(len(large)), "few": ", ".join(few[:20]), "least": str(least)},
        topics=(Topic.CUSTODY,),
    )


def _coins(row: ClassRow, roles: tuple[Role, ...]) -> dict[ChainAccount, Fraction]:
    coins: dict[ChainAccount, Fraction] = {}
    for item in row.claims:
        if item.account.role in roles and item.worth.coins:
            account = item.account.account
            coins[account] = coins.get(account, Fraction(0)) + item.worth.coins
    return coins


def venues(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is no reserve account one that another exchange gave this issuer to pay into?

    What lies there is a claim on that exchange. Only venues that the issuer itself declares are known.
    """
    del parameters
    accounts = {row.account for _, row in context.examination.accounts()}
    there = sorted(f"{row.account} ({row.venue})" for row in context.declared.venues if row.account in accounts)
    if accounts:
        outcome = Outcome.FAIL if there else Outcome.PASS
        yield Answer(
            outcome,
            f"segregation.venues.{outcome.lower()}",
            expected="0",
            actual=str(len(there)),
            facts={"accounts": str(len(accounts)), "venues": ", ".join(there[:20])},
            topics=(Topic.VENUES,),
        )


def _roles(parameters: Parameters, default: tuple[Role, ...] = (Role.CUSTOMER,)) -> tuple[Role, ...]:
    try:
        return tuple(Role(name) for name in parameters.texts("roles", default))
    except ValueError as error:
        raise parameters.fail("roles", f"names something that is none of {', '.join(Role)}") from error
