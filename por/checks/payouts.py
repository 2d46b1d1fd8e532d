"""Divide what is kept of each kind among all customers of the record list, to the last base unit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from por.checks.asset_classes import member_of
from por.checks.claims import Estimate
from por.checks.waterfall import apportion
from por.commitments.account_ids import account_id_bytes
from por.model import AssetClass, AssetId, CaseRule
from por.model.liability import DEBT_PREFIX
from por.model.record import LedgerRecord


@dataclass(frozen=True, slots=True)
class Payout:
    """Hold what one customer is owed of a kind and paid in coins of it, in units of ten to the minus `decimals`."""

    account_id: str
    kind: AssetId
    decimals: int
    owed: int
    paid: int


def payouts(records: Iterable[LedgerRecord], found: Estimate, case_rule: CaseRule) -> Iterator[Payout]:
    """Pay each kind's proven pool out, by kind and account id; what is paid sums to the pool, or to all that is owed.

    The records are those that the bundle commits to: that is for the caller to see to. Raises: FormatError as their
    reader.
    """
    groups = {item.asset: row.group for row in found.rows for item in row.owed}
    owed: dict[AssetClass, dict[str, int]] = {}
    for record in records:
        group = groups.get(record.asset)
        if group is not None and not record.segment.startswith(DEBT_PREFIX):
            name = account_id_bytes(record.account_id, case_rule).decode()
            of_group = owed.setdefault(group, {})
            scale = 10 ** (_decimals(group) - member_of(group, record.asset).decimals)
            of_group[name] = of_group.get(name, 0) + record.amount * scale
    for group in sorted(owed, key=lambda item: str(item.canonical)):
        yield from _paid(group, owed[group], found.pools[group.canonical])


def _paid(group: AssetClass, owed: dict[str, int], pool: Fraction) -> Iterator[Payout]:
    decimals = _decimals(group)
    names = sorted(owed, key=str.encode)
    shares = apportion([owed[name] for name in names], int(pool * 10**decimals))
    for name, paid in zip(names, shares, strict=True):
        yield Payout(name, group.canonical, decimals, owed[name], paid)


def _decimals(group: AssetClass) -> int:
    """Return the finest unit of a class, in which all its members are whole."""
    return max(member.decimals for member in group.members)
