"""Read HTX's published wallet list (`por/spec/published-lists.md`)."""

from por.formats.wallet_list import Layout, Lines, WalletList

NAME = "htx-wallets"

LAYOUTS = (
    Layout(
        NAME,
        ("coin", "address", "snapshot height", "balance", "message", "signature"),
        ("coin", "address", "height", "amount", "message", "signatures"),
    ),
)


def identify(lines: Lines) -> str | None:
    """Return the layout's name, or None."""
    found = lines.header(LAYOUTS)
    return None if found is None else found[1].name


def read(lines: Lines) -> WalletList:
    """Read the list. Raises: FormatError naming line and column."""
    return lines.wallets(LAYOUTS)
