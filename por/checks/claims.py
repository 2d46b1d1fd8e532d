"""Estimate what comes first to customers, from what a bundle is shown to hold (`por/spec/claims.md`)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from por.checks.asset_classes import exact_text
from por.checks.class_rows import ClassRow, class_rows
from por.checks.examination import Examination
from por.checks.observation import Seen
from por.checks.prices import price_at
from por.checks.rules.figures import CUSTODIES, held
from por.checks.waterfall import waterfall
from por.errors import FormatError
from por.model import AssetId, Custody, LiabilityCommitment, Role
from por.model.claims import CoinClaim, Kind, Lack, Lacking, Loss, MoneyClaim, Remains, Shares
from por.model.declarations import Declarations

IN_TRUST = "trust"
PREFERRED = (Role.CUSTOMER, Role.GUARANTEE)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold shares by kind from what is proven and from what is claimed, what money is owed, and what is missing.

    `pools` are the proven whole coins that are there for customers, by kind.
    """

    currency: str | None
    proven: dict[AssetId, Shares]
    claimed: dict[AssetId, Shares]
    money: tuple[MoneyClaim, ...]
    missing: tuple[Lacking, ...]
    rows: tuple[ClassRow, ...]
    pools: dict[AssetId, Fraction]

    def of(self, commitments: Iterable[LiabilityCommitment], units: Sequence[int]) -> tuple[CoinClaim, ...]:
        """Claim so many base units under each of these commitments; debts are no claims."""
        found: dict[AssetId, CoinClaim] = {}
        kinds = {item.asset: row.group.canonical for row in self.rows for item in row.owed}
        for item, amount in zip(commitments, units, strict=True):
            if item.is_debt or kinds[item.asset] not in self.proven:
                continue
            kind = kinds[item.asset]
            new = CoinClaim(item.asset, kind, item.decimals, (), 0, self.proven[kind], self.claimed[kind])
            known = found.get(item.asset, new)
            segments = (*known.segments, item.segment)
            found[item.asset] = replace(known, units=known.units + amount, segments=segments)
        return tuple(found[asset] for asset in sorted(found, key=str))


def estimate(examination: Examination, loss: Loss) -> Estimate:
    """Estimate by both models, twice: from what is proven, and from what is listed and not refuted.

    Only coins of accounts listed as customers' and as guarantee are kept for customers.
    Raises: FormatError for a loss of coins that are not there, or of an asset of no class that is owed.
    """
    rows = tuple(row for row in class_rows(examination) if row.owed or _kept(row, loss))
    declared = examination.declared.value if isinstance(examination.declared, Seen) else Declarations()
    prices = examination.policy.law.prices or declared.prices
    currency = _currency(declared, {row.currency for row in prices})
    lost, money = _lost(rows, loss), tuple(_money(declared))
    shortfall = _shortfall(money, currency)
    lower, upper = [], []
    for row in rows:
        found = price_at(prices, row.group, currency, examination.bundle.instant) if currency else None
        low, high = _kinds(row, loss, lost.get(row.group.canonical, Fraction(0)), found.price if found else None)
        lower.append(low)
        upper.append(high)
    proven = waterfall(Remains(tuple(lower), shortfall, declared.estate))
    claimed = waterfall(Remains(tuple(upper), shortfall, declared.estate))
    known = all(shares.total is not None for shares in (*proven, *claimed))
    lacks = () if known else _missing(upper, money, shortfall, currency, declared)
    return Estimate(
        currency=currency,
        proven={shares.asset: shares for shares in proven},
        claimed={shares.asset: shares for shares in claimed},
        money=money,
        missing=tuple(sorted(set(lacks))),
        rows=rows,
        pools={kind.asset: kind.pool or Fraction(0) for kind in lower},
    )


def _kinds(row: ClassRow, loss: Loss, lost: Fraction, price: Fraction | None) -> tuple[Kind, Kind]:
    """Return what remains of a class by what is proven and by what is claimed."""
    kept, owed = held(row, PREFERRED, _custodies(loss)), row.coins(row.owed)
    left = None if kept.upper is None else max(kept.upper - lost, Fraction(0))
    asset = row.group.canonical
    return Kind(asset, owed, max(kept.lower - lost, Fraction(0)), price), Kind(asset, owed, left, price)


def _kept(row: ClassRow, loss: Loss) -> bool:
    kept = held(row, PREFERRED, _custodies(loss))
    return kept.lower > 0 or kept.upper is None or kept.upper > 0


def _custodies(loss: Loss) -> tuple[Custody, ...]:
    return tuple(custody for custody in CUSTODIES if not (loss.hot and custody is Custody.HOT))


def _lost(rows: Sequence[ClassRow], loss: Loss) -> dict[AssetId, Fraction]:
    """Sum losses by class, and refuse more than is listed: a slip there would be an estimate of nothing."""
    by_member = {member.asset: row for row in rows for member in row.group.members}
    lost: dict[AssetId, Fraction] = {}
    for asset, coins in loss.coins:
        row = by_member.get(asset)
        if row is None:
            raise FormatError(f"nothing of {asset} is owed or kept here", "--lost")
        listed = held(row, PREFERRED, _custodies(loss)).listed
        kind = row.group.canonical
        lost[kind] = lost.get(kind, Fraction(0)) + coins
        if lost[kind] > listed:
            raise FormatError(f"{exact_text(lost[kind])} coins lost, and {exact_text(listed)} are listed", "--lost")
    return lost


def _currency(declared: Declarations, priced: set[str]) -> str | None:
    """Choose the estate's currency, else that of all prices."""
    if declared.estate is not None:
        return declared.estate.currency
    return next(iter(priced)) if len(priced) == 1 else None


def _money(declared: Declarations) -> Iterator[MoneyClaim]:
    for currency in sorted({row.currency for row in declared.money}):
        rows = [row for row in declared.money if row.currency == currency]
        owed = sum((row.owed for row in rows), Fraction(0))
        in_trust = sum((row.held for row in rows if row.kind == IN_TRUST), Fraction(0))
        yield MoneyClaim(currency, owed, in_trust)


def _shortfall(money: Sequence[MoneyClaim], currency: str | None) -> Fraction | None:
    """Value what trusts do not cover; nobody says what another currency is worth."""
    if not money:
        return None
    short = [row for row in money if row.owed > row.held]
    if any(row.currency != currency for row in short):
        return None
    return sum((row.owed - row.held for row in short), Fraction(0))


def _missing(
    kinds: Sequence[Kind],
    money: Sequence[MoneyClaim],
    shortfall: Fraction | None,
    currency: str | None,
    declared: Declarations,
) -> Iterator[Lacking]:
    if currency is None:
        yield Lacking(Lack.CURRENCY, "")
    if declared.estate is None:
        yield Lacking(Lack.ESTATE, "")
    if not money:
        yield Lacking(Lack.MONEY, "")
    elif shortfall is None:
        short = (row.currency for row in money if row.owed > row.held and row.currency != currency)
        yield from (Lacking(Lack.RATE, name) for name in short)
    for kind in kinds:
        if kind.pool is None:
            yield Lacking(Lack.WORTH, str(kind.asset))
        if currency is not None and kind.price is None:
            yield Lacking(Lack.PRICE, str(kind.asset))
