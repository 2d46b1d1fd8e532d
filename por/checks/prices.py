"""Find the price of an asset class at an instant."""

from collections.abc import Iterable

from por.model import AssetClass, AssetKind, Instant
from por.model.declarations import Price

# A price is of the instant when it was taken at most so long before or after it.
PRICE_SPAN = 86_400


def price_at(rows: Iterable[Price], group: AssetClass, currency: str, instant: Instant) -> Price | None:
    """Return the price of a class in a currency that was taken nearest to the instant, None where none is near it.

    A claim on the asset, such as a vault's share, has a price of its own, and not the class's.
    """
    members = {member.asset for member in group.members if member.kind is AssetKind.NATIVE} | {group.canonical}
    near = [
        row
        for row in rows
        if row.asset in members and row.currency == currency and abs(row.at.seconds - instant.seconds) <= PRICE_SPAN
    ]
    return min(near, key=lambda row: abs(row.at.seconds - instant.seconds), default=None)
