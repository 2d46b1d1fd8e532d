"""Count what was read of a published list, per asset, with exact totals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from por.formats.conversion import Conversion, ConvertedWallet, Standing
from por.formats.wallet_list import StatedSum
from por.model import AssetId, format_coins


@dataclass
class AssetCount:
    """Count the rows of one asset by what their signatures show, and sum their amounts in base units.

    `proven` sums rows with a valid signature of their own; all else is `unproven`. Neither says that the amount is
    there: no chain was asked. A row that repeats an earlier one is counted, and its amount is in no sum (T46).
    """

    asset: AssetId
    decimals: int
    codes: set[str] = field(default_factory=set)
    rows: int = 0
    standings: Counter[Standing] = field(default_factory=Counter)
    repeated: int = 0
    without_amount: int = 0
    proven: int = 0
    unproven: int = 0

    def add(self, wallet: ConvertedWallet) -> None:
        """Count a row."""
        units = wallet.placed.units
        self.codes.add(wallet.placed.row.coin)
        self.rows += 1
        self.standings[wallet.standing] += 1
        self.repeated += wallet.again
        self.without_amount += units is None
        if wallet.again or units is None:
            return
        if wallet.standing is Standing.VALID:
            self.proven += units
        else:
            self.unproven += units

    def value(self) -> dict[str, object]:
        """Write the counts as a JSON value."""
        return {
            "asset": str(self.asset),
            "codes": sorted(self.codes),
            "rows": self.rows,
            **{str(standing): self.standings[standing] for standing in Standing},
            "repeated": self.repeated,
            "withoutAmount": self.without_amount,
            "signedFor": format_coins(self.proven, self.decimals),
            "notSignedFor": format_coins(self.unproven, self.decimals),
        }


def count_accounts(conversion: Conversion) -> int:
    """Count accounts once each, however often the list has them."""
    return len({row.account for row in conversion.bundle.reserves})


def count_assets(wallets: Iterable[ConvertedWallet]) -> tuple[AssetCount, ...]:
    """Count per asset, in the order of the asset ids."""
    counts: dict[AssetId, AssetCount] = {}
    for wallet in wallets:
        placed = wallet.placed
        counts.setdefault(placed.asset, AssetCount(placed.asset, placed.decimals)).add(wallet)
    return tuple(counts[asset] for asset in sorted(counts))


def class_totals(counts: Iterable[AssetCount], classes: Mapping[AssetId, str]) -> tuple[tuple[str, str, str], ...]:
    """Sum proven and unproven amounts of assets that are one and the same to a customer, by the class's name."""
    sums: dict[str, list[AssetCount]] = {}
    for count in counts:
        if count.asset in classes:
            sums.setdefault(classes[count.asset], []).append(count)
    return tuple((name, *_totals(group)) for name, group in sorted(sums.items()) if len(group) > 1)


def contradicted(conversion: Conversion) -> tuple[tuple[StatedSum, str], ...]:
    """List the sums of the list's own summary that its rows do not have, to the digits shown, with the rows' sum.

    A sum of a code that no row has is not compared.
    """
    rows: dict[str, list[tuple[int, int]]] = {}
    for placed in (wallet.placed for wallet in conversion.wallets):
        rows.setdefault(placed.row.coin, []).append((placed.units or 0, placed.decimals))
    sums = ((stated, _summed(rows[stated.coin])) for stated in conversion.summary if stated.coin in rows)
    return tuple((stated, format_coins(*found)) for stated, found in sums if not _rounds_to(*found, stated.amount))


def _summed(amounts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Sum amounts in units of the finest of their decimals."""
    digits = max(decimals for _, decimals in amounts)
    return sum(units * 10 ** (digits - decimals) for units, decimals in amounts), digits


def _rounds_to(units: int, decimals: int, shown: str) -> bool:
    """Tell whether an amount is the one shown, rounded up or down to the digits shown."""
    exact, step = Fraction(units, 10**decimals), Fraction(1, 10 ** len(shown.partition(".")[2]))
    return abs(exact - Fraction(shown)) < step


def reasons(wallets: Iterable[ConvertedWallet], standing: Standing) -> tuple[tuple[str, str], ...]:
    """List place and reason of the rows that stand so."""
    return tuple((wallet.placed.row.place, wallet.reason) for wallet in wallets if wallet.standing is standing)


def report_value(conversion: Conversion) -> dict[str, object]:
    """Write the report as a JSON value."""
    totals = Counter(wallet.standing for wallet in conversion.wallets)
    return {
        "layout": conversion.layout,
        "rows": len(conversion.wallets),
        **{str(standing): totals[standing] for standing in Standing},
        "repeated": sum(wallet.again for wallet in conversion.wallets),
        "accounts": count_accounts(conversion),
        "assets": [count.value() for count in count_assets(conversion.wallets)],
        "summary": [
            {"place": stated.place, "coin": stated.coin, "stated": stated.amount, "rows": rows}
            for stated, rows in contradicted(conversion)
        ],
        "findings": [
            {"place": place, "standing": str(standing), "reason": reason}
            for standing in (Standing.INVALID, Standing.UNSUPPORTED)
            for place, reason in reasons(conversion.wallets, standing)
        ],
    }


def _totals(group: list[AssetCount]) -> tuple[str, str]:
    proven = _summed([(count.proven, count.decimals) for count in group])
    unproven = _summed([(count.unproven, count.decimals) for count in group])
    return format_coins(*proven), format_coins(*unproven)
