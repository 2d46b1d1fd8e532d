"""List the published formats, and find out which one a file is in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from por.errors import FormatError
from por.formats import htx_wallets, okx_wallets
from por.formats.wallet_list import Lines, WalletList


@dataclass(frozen=True, slots=True)
class WalletFormat:
    """Hold how a format is told from others, and read."""

    identify: Callable[[Lines], str | None]
    read: Callable[[Lines], WalletList]


WALLET_FORMATS: Mapping[str, WalletFormat] = {
    okx_wallets.NAME: WalletFormat(okx_wallets.identify, okx_wallets.read),
    htx_wallets.NAME: WalletFormat(htx_wallets.identify, htx_wallets.read),
}


def read_wallets(data: bytes, name: str | None = None) -> WalletList:
    """Read a wallet list, in the format of that name or in the one that it is in.

    Raises: FormatError naming line and column; also for a file that is in no known format, or in two.
    """
    lines = Lines.decode(data)
    if name is None:
        claims = [known for known, each in WALLET_FORMATS.items() if each.identify(lines) is not None]
        if not claims:
            raise FormatError(f"in no format that is known here: {', '.join(WALLET_FORMATS)}")
        if len(claims) > 1:
            raise FormatError(f"in more than one format: {', '.join(claims)}; say which by --format")
        name = claims[0]
    if name not in WALLET_FORMATS:
        raise FormatError(f"{name} is none of {', '.join(WALLET_FORMATS)}")
    return WALLET_FORMATS[name].read(lines)
