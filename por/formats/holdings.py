"""Write what a published list says an account holds as exact base units of an asset id; nothing is rounded."""

from collections.abc import Iterable
from dataclasses import dataclass

from por.errors import FormatError
from por.formats.coins import Coin, Coins, place_address, quoted
from por.formats.wallet_list import ListedWallet, WalletList
from por.model import AssetId, ChainAccount, ChainId, parse_coins, parse_units


@dataclass(frozen=True, slots=True)
class PlacedWallet:
    """Hold a row with the account and asset that its codes mean; `units` is None where the list gives no amount."""

    row: ListedWallet
    scheme: str
    account: ChainAccount
    asset: AssetId
    decimals: int
    units: int | None


def place_wallets(wallets: WalletList, coins: Coins) -> tuple[PlacedWallet, ...]:
    """Find account, asset and base units of every row.

    A coin whose asset id is not known becomes `listed:<coin>.<digits>`, which counts in units of 10^-digits: the
    coin's decimals where they are known, else as many digits as this list shows. Raises: FormatError naming the line:
    for an amount with more digits than its asset has, and for two codes that would become one chain (T46).
    """
    found = [(row, _resolve(coins, row)) for row in wallets.rows]
    digits = _digits(found, smallest_units=wallets.smallest_units)
    codes: dict[ChainId, str] = {}
    placed = []
    for row, coin in found:
        item = _place(row, coin, digits[coin.code.upper(), coin.network.code], smallest_units=wallets.smallest_units)
        chain = item.account.chain
        if chain.namespace == "listed" and codes.setdefault(chain, coin.network.code) != coin.network.code:
            raise FormatError(f"{coin.network.code} and {codes[chain]} would both be {chain}", row.place)
        placed.append(item)
    return tuple(placed)


def _resolve(coins: Coins, row: ListedWallet) -> Coin:
    try:
        return coins.resolve(row.coin, row.network)
    except FormatError as error:
        raise FormatError(error.reason, row.place) from error


def _digits(found: Iterable[tuple[ListedWallet, Coin]], *, smallest_units: bool) -> dict[tuple[str, str], int]:
    digits: dict[tuple[str, str], int] = {}
    for row, coin in found:
        key = (coin.code.upper(), coin.network.code)
        shown = 0 if smallest_units else len(_trimmed(row.amount or "").partition(".")[2])
        digits[key] = max(digits.get(key, 0), shown) if coin.decimals is None else coin.decimals
    return digits


def _place(row: ListedWallet, coin: Coin, digits: int, *, smallest_units: bool) -> PlacedWallet:
    try:
        chain, address = place_address(coin.network, row.address)
        account = ChainAccount.parse(f"{chain}:{address}")
        asset = coin.asset
        if asset is None or asset.chain != chain:
            asset = AssetId.parse(f"{chain}/listed:{quoted(row.coin)}.{digits}")
    except FormatError as error:
        raise FormatError(error.reason, row.place) from error
    return PlacedWallet(row, coin.network.scheme, account, asset, digits, _units(row, digits, smallest=smallest_units))


def _units(row: ListedWallet, digits: int, *, smallest: bool) -> int | None:
    if row.amount is None:
        return None
    try:
        return parse_units(row.amount) if smallest else parse_coins(_trimmed(row.amount), digits)
    except FormatError as error:
        raise FormatError(error.reason, f"{row.place} (amount)") from error


def _trimmed(amount: str) -> str:
    """Leave out zeros that say nothing: lists write 250706562775323.00 of a coin without decimals."""
    whole, point, part = amount.partition(".")
    kept = part.rstrip("0") if part.strip("0123456789") == "" else part
    return f"{whole}{point}{kept}" if kept or not part else whole
