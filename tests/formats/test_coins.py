"""What codes mean: facts of public chains, and a chain and asset of their own for all others."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.formats.coins import place_address, quoted, read_coins, shipped_coins
from por.formats.holdings import place_wallets
from por.formats.wallet_list import ListedWallet, WalletList
from por.model import ChainAccount
from por.proofs.control.published import SCHEMES

COINS = shipped_coins()
TABLE = """
[[network]]
codes = ["ETH"]
chain = "eip155:1"
scheme = "evm"
[[coin]]
name = "ETH"
network = "ETH"
codes = ["ETH"]
asset = "slip44:60"
decimals = 18
"""


@pytest.mark.parametrize(
    ("code", "network", "asset", "decimals"),
    [
        ("BTC", None, "bip122:000000000019d6689c085ae165831e93/slip44:0", 8),
        ("BTC", "BTC", "bip122:000000000019d6689c085ae165831e93/slip44:0", 8),
        ("ETH-ARBITRUM", None, "eip155:42161/slip44:60", 18),
        ("ETH-Arbitrum", None, "eip155:42161/slip44:60", 18),
        ("USDT", "ETH", "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7", 6),
        ("USDT-Avalanche C-Chain", None, "eip155:43114/erc20:0x9702230a8ea53601f5cd2dc00fdbc13d4df4a8c7", 6),
        ("TRX", "TRON", "tron:0x2b6653dc/slip44:195", 6),
        ("USDT-BEP20", None, "eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955", 18),
        ("DOGE", None, "bip122:1a91e3dace36e2be3bf030a65679fe82/slip44:3", 8),
    ],
)
def test_known_coins(code: str, network: str | None, asset: str, decimals: int) -> None:
    found = COINS.resolve(code, network)
    assert (str(found.asset), found.decimals) == (asset, decimals)


@pytest.mark.parametrize(
    ("code", "network", "chain", "scheme"),
    [
        ("ETH", "STARKNET", "listed:STARKNET", "unread"),
        ("ETC", "OKC", "eip155:66", "evm"),
        ("HTX-ERC20", None, "eip155:1", "evm"),
        ("BETH-Heco", None, "eip155:128", "evm"),
        ("NEWCOIN", None, "listed:NEWCOIN", "unread"),
        ("NEW COIN", "NEW NET", "listed:NEW_NET", "unread"),
        ("USDT-TON", "TON", "listed:TON", "ed25519"),
    ],
)
def test_other_coins_are_of_their_network_and_no_known_asset(
    code: str, network: str | None, chain: str, scheme: str
) -> None:
    found = COINS.resolve(code, network)
    assert (str(found.network.chain), found.network.scheme, found.asset) == (chain, scheme, None)


@pytest.mark.parametrize("code", ["", "x" * 33, "ü", "a/b", "a:b"])
def test_codes_that_make_no_chain_are_refused(code: str) -> None:
    with pytest.raises(FormatError):
        COINS.resolve(code, None)


def test_every_scheme_of_the_table_is_read_or_said_to_be_unread() -> None:
    assert {network.scheme for network in COINS.networks.values()} == {*SCHEMES, "unread"}


def test_t46_no_two_networks_are_one_chain() -> None:
    networks = {network.code: network.chain for network in COINS.networks.values()}
    assert len(set(networks.values())) == len(networks)


def test_t46_no_asset_stands_twice() -> None:
    assets = sorted(str(coin.asset) for coin in COINS.by_name.values() if coin.asset)
    assert [left for left, right in pairwise(assets) if left == right] == []


@pytest.mark.parametrize(
    "change",
    [
        ('codes = ["ETH"]\nchain', 'codes = ["ETH", "ETH"]\nchain'),
        ('network = "ETH"', 'network = "BTC"'),
        ('asset = "slip44:60"', 'asset = "slip44:61"'),
        ("decimals = 18", "decimals = 37"),
        ("decimals = 18", "decimals = 1.5"),
        ('chain = "eip155:1"', 'chain = "ethereum"'),
        ("decimals = 18", "decimal = 18"),
        (TABLE, TABLE + TABLE[TABLE.index("[[coin]]") :]),
        (TABLE, TABLE[TABLE.index("[[coin]]") :]),
    ],
)
def test_a_broken_table_is_refused(change: tuple[str, str]) -> None:
    assert read_coins(TABLE.encode()).by_code
    with pytest.raises(FormatError):
        read_coins(TABLE.replace(*change, 1).encode())


@given(text=st.text(min_size=1, max_size=30))
def test_quoting_is_injective_and_a_caip_reference(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    if text and len(quoted(text)) <= 128:
        assert unquote(quoted(text)) == text
        assert ChainAccount.parse(f"listed:X:{quoted(text)}").address == quoted(text)


def test_t46_two_spellings_of_an_address_are_one_account() -> None:
    ethereum, bitcoin = COINS.networks["ETH"], COINS.networks["BTC"]
    assert place_address(ethereum, "0x" + "aB" * 20) == place_address(ethereum, "0x" + "ab" * 20)
    upper = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"
    assert place_address(bitcoin, upper) == place_address(bitcoin, upper.lower())
    assert place_address(bitcoin, "1Abc") != place_address(bitcoin, "1abc")


def test_what_is_no_evm_address_is_an_account_of_the_lists_own() -> None:
    chain, address = place_address(COINS.networks["ETH"], "0x" + "ab" * 48)
    assert (str(chain), address) == ("listed:ETH", "0x" + "ab" * 48)


def wallets(*rows: tuple[str, str, str | None], smallest: bool = False) -> WalletList:
    return WalletList(
        "list",
        tuple(
            ListedWallet(f"line {i}", coin, address, amount=amount) for i, (coin, address, amount) in enumerate(rows, 2)
        ),
        smallest,
    )


def test_amounts_are_exact_base_units() -> None:
    placed = place_wallets(
        wallets(
            ("BTC", "1a", "0.10000000"),
            ("BTC", "1b", "12"),
            ("BTC", "1c", None),
            ("XYZ", "z", "1.5"),
            ("XYZ", "y", "0.125"),
        ),
        COINS,
    )
    assert [item.units for item in placed] == [10_000_000, 1_200_000_000, None, 1500, 125]
    assert str(placed[3].asset) == str(placed[4].asset) == "listed:XYZ/listed:XYZ.3"


def test_smallest_units_are_taken_as_they_are() -> None:
    placed = place_wallets(wallets(("BTC", "1a", "17263933"), ("XYZ", "z", "15"), smallest=True), COINS)
    assert [(item.units, item.decimals) for item in placed] == [(17263933, 8), (15, 0)]
    assert str(placed[1].asset) == "listed:XYZ/listed:XYZ.0"


@pytest.mark.parametrize(
    "amount",
    ["0.123456789", "1e8", "-1", "+1", "1,5", ".5", "5.", "00.5", "0x10", "NaN", "١", "1 000", "9" * 40, "1.2.3"],
)
def test_t59_nothing_is_rounded_or_guessed(amount: str) -> None:
    with pytest.raises(FormatError, match="line 2"):
        place_wallets(wallets(("BTC", "1a", amount)), COINS)
    with pytest.raises(FormatError, match="line 2"):
        place_wallets(wallets(("BTC", "1a", amount), smallest=True), COINS)


def test_t46_two_codes_never_become_one_chain() -> None:
    with pytest.raises(FormatError, match=r"line 3: .* would both be listed:A_B"):
        place_wallets(wallets(("A B", "x", "1"), ("A_B", "x", "1")), COINS)


@given(units=st.integers(0, 2**60), digits=st.integers(0, 18))
def test_a_written_amount_is_read_back(units: int, digits: int) -> None:
    text = str(units).rjust(digits + 1, "0")
    amount = f"{text[: len(text) - digits]}.{text[len(text) - digits :]}" if digits else text
    placed = place_wallets(wallets(("ETH", "0x" + "ab" * 20, amount)), COINS)[0]
    assert placed.units == units * 10 ** (18 - digits)


@pytest.mark.parametrize(
    ("network", "spellings"),
    [
        ("LTC", ("MTvbfaR9xu1PsbJBX7WJ7GinJTNtjdYKcw", "3MiTMh1C1n9y562HREWxHdUNyknSq1jpsX")),
        ("SUI", ("0x0" + "6e" * 31 + "6", "0x" + "6e" * 31 + "6")),
    ],
)
def test_t46_one_account_has_one_name_however_it_is_spelt(network: str, spellings: tuple[str, str]) -> None:
    """Two prefixes of one script, or leading zeros left out, would be the same coins twice."""
    there = shipped_coins().networks[network]
    assert len({place_address(there, text) for text in spellings}) == 1
