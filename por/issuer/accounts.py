"""Read the issuer's list of reserve accounts, a CSV of `account,role,custody,asset`, one row a holding.

Two more columns, `encumbrance,encumbered`, say what stands on a holding: a kind and an amount in base units, or nothing
in both. Accounts are CAIP-10 ids, EVM addresses also with the checksum of EIP-55; assets are symbols of the asset table
or CAIP-19 ids, on the account's own chain.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from eth_utils.address import is_checksum_address, is_checksum_formatted_address

from por.checks.evidence import read_text
from por.encoding.csv_rows import table_rows
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import AssetId, ChainAccount, Custody, Encumbrance, EncumbranceKind, Role, parse_units

MAX_BYTES = 256 * 2**20
COLUMNS = ["account", "role", "custody", "asset"]
ENCUMBERED = [*COLUMNS, "encumbrance", "encumbered"]

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """Hold an account that the issuer will claim, with the assets to prove on it."""

    account: ChainAccount
    role: Role
    custody: Custody
    assets: tuple[AssetId, ...]
    encumbrances: tuple[tuple[AssetId, Encumbrance], ...] = ()


def read_accounts(path: Path, table: AssetTable) -> tuple[ListedAccount, ...]:
    """Read the list, sorted by account.

    Raises: FormatError naming line and column; also for an account in two roles, or with one asset twice.
    """
    listed: dict[ChainAccount, ListedAccount] = {}
    text = read_text(path, MAX_BYTES)
    columns = ENCUMBERED if text.split("\n", 1)[0].removesuffix("\r") == ",".join(ENCUMBERED) else COLUMNS
    for place, fields in table_rows(text, columns, str(path)):
        row = _listed(fields, place, table)
        above = listed.get(row.account, row)
        if (above.role, above.custody) != (row.role, row.custody):
            raise FormatError(f"{row.account} stands above with another role or custody", place)
        if above is not row and row.assets[0] in above.assets:
            raise FormatError(f"{row.account} stands above with the same asset", place)
        assets = sorted({*above.assets, *row.assets}, key=str)
        encumbrances = () if above is row else above.encumbrances
        listed[row.account] = replace(above, assets=tuple(assets), encumbrances=(*encumbrances, *row.encumbrances))
    if not listed:
        raise FormatError("no account in it", str(path))
    return tuple(listed[account] for account in sorted(listed, key=str))


def written_account(text: str) -> ChainAccount:
    """Read an account as people write it: an EVM address also with the checksum of EIP-55, or it is misspelt (T46).

    Raises: FormatError.
    """
    chain, _, address = text.rpartition(":")
    mixed = address.startswith("0x") and address not in {address.lower(), "0x" + address[2:].upper()}
    if chain.startswith("eip155:") and mixed and is_checksum_formatted_address(address):
        if not is_checksum_address(address):
            raise FormatError("the address has another checksum (EIP-55) than it is written with; is it misspelt?")
        return ChainAccount.parse(f"{chain}:{address.lower()}")
    return ChainAccount.parse(text)


def _listed(fields: list[str], place: str, table: AssetTable) -> ListedAccount:
    account = _column(place, "account", written_account, fields[0])
    asset = _column(place, "asset", lambda text: table.resolve(text).asset, fields[3])
    if asset.chain != account.chain:
        raise FormatError(f"{asset} is on another chain than the account", f"{place} column asset")
    return ListedAccount(
        account,
        _column(place, "role", _role, fields[1]),
        _column(place, "custody", _custody, fields[2]),
        (asset,),
        _encumbrance(asset, fields[4:], place),
    )


def _encumbrance(asset: AssetId, fields: list[str], place: str) -> tuple[tuple[AssetId, Encumbrance], ...]:
    if not any(fields):
        return ()
    kind = _column(place, "encumbrance", _kind, fields[0])
    return ((asset, Encumbrance(kind, _column(place, "encumbered", parse_units, fields[1]))),)


def _kind(text: str) -> EncumbranceKind:
    if text not in set(EncumbranceKind):
        raise FormatError(f"none of {', '.join(EncumbranceKind)}")
    return EncumbranceKind(text)


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
