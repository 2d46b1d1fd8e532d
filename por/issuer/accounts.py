"""Read the issuer's list of reserve accounts, a CSV of `account,role,custody,asset`, one row a holding.

Accounts are CAIP-10 ids; assets are symbols of the asset table or CAIP-19 ids, on the account's own chain.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from por.checks.evidence import read_text
from por.encoding.csv_rows import table_rows
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import AssetId, ChainAccount, Custody, Role

MAX_BYTES = 256 * 2**20
COLUMNS = ["account", "role", "custody", "asset"]

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """Hold an account that the issuer will claim, with the assets to prove on it."""

    account: ChainAccount
    role: Role
    custody: Custody
    assets: tuple[AssetId, ...]


def read_accounts(path: Path, table: AssetTable) -> tuple[ListedAccount, ...]:
    """Read the list, sorted by account.

    Raises: FormatError naming line and column; also for an account in two roles, or with one asset twice.
    """
    listed: dict[ChainAccount, ListedAccount] = {}
    text = read_text(path, MAX_BYTES)
    for place, fields in table_rows(text, COLUMNS, str(path)):
        row = _listed(fields, place, table)
        above = listed.get(row.account, row)
        if (above.role, above.custody) != (row.role, row.custody):
            raise FormatError(f"{row.account} stands above with another role or custody", place)
        if above is not row and row.assets[0] in above.assets:
            raise FormatError(f"{row.account} stands above with the same asset", place)
        assets = sorted({*above.assets, *row.assets}, key=str)
        listed[row.account] = replace(above, assets=tuple(assets))
    if not listed:
        raise FormatError("no account in it", str(path))
    return tuple(listed[account] for account in sorted(listed, key=str))


def _listed(fields: list[str], place: str, table: AssetTable) -> ListedAccount:
    account = _column(place, "account", ChainAccount.parse, fields[0])
    asset = _column(place, "asset", lambda text: table.resolve(text).asset, fields[3])
    if asset.chain != account.chain:
        raise FormatError(f"{asset} is on another chain than the account", f"{place} column asset")
    return ListedAccount(
        account,
        _column(place, "role", _role, fields[1]),
        _column(place, "custody", _custody, fields[2]),
        (asset,),
    )


def _column(place: str, name: str, read: Callable[[str], Parsed], text: str) -> Parsed:
    try:
        return read(text)
    except FormatError as error:
        raise FormatError(error.reason, f"{place} column {name}") from error


def _role(text: str) -> Role:
    if text not in set(Role):
        raise FormatError(f"none of {', '.join(Role)}")
    return Role(text)


def _custody(text: str) -> Custody:
    if text not in set(Custody):
        raise FormatError(f"none of {', '.join(Custody)}")
    return Custody(text)
