"""Read OKX's published wallet lists: five layouts since 2022 (`por/spec/published-lists.md`)."""

from por.formats.wallet_list import Layout, Lines, WalletList

NAME = "okx-wallets"

_SIGNED = ("message", "signature1", "signature2", "redeem script/public key")
_MEANT = ("message", "signatures", "signatures", "key")
_PLACED = ("network", "snapshot height", "address", "amount", *_SIGNED)
_PLACED_MEANT = ("network", "height", "address", "amount", *_MEANT)
_OWNED = ("eoa1", "eoa2")
_OWNERS = ("owners", "owners")

LAYOUTS = (
    Layout(
        "okx-wallets, 7 columns",
        ("coin", "address", "amount", *_SIGNED),
        ("coin", "address", "amount", *_MEANT),
        smallest_units=True,
    ),
    Layout("okx-wallets, 9 columns", ("coin", *_PLACED), ("coin", *_PLACED_MEANT)),
    Layout("okx-wallets, 11 columns", ("coin", *_PLACED, *_OWNED), ("coin", *_PLACED_MEANT, *_OWNERS)),
    Layout(
        "okx-wallets, 12 columns",
        ("coin", "type", *_PLACED, *_OWNED),
        ("coin", "kind", *_PLACED_MEANT, *_OWNERS),
    ),
    Layout(
        "okx-wallets, audit",
        (
            "digitalasset",
            "network",
            "address",
            "signedmessage",
            "signedmessage2",
            "message",
            "publickey",
            "owner1",
            "owner2",
        ),
        ("coin", "network", "address", "signatures", "signatures", "message", "key", *_OWNERS),
    ),
)


def identify(lines: Lines) -> str | None:
    """Return the layout's name, or None."""
    found = lines.header(LAYOUTS)
    return None if found is None else found[1].name


def read(lines: Lines) -> WalletList:
    """Read the list. Raises: FormatError naming line and column."""
    return lines.wallets(LAYOUTS)
