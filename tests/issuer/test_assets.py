from __future__ import annotations

from pathlib import Path

import pytest

from por.errors import FormatError
from por.issuer.assets import AssetTable

USDT_ON_BNB = """
[[asset]]
symbol = "USDT-BNB"
id = "eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955"
decimals = 18
"""


def load(folder: Path, text: str) -> AssetTable:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return AssetTable.load(path)


@pytest.mark.parametrize(
    ("symbol", "asset", "decimals"),
    [
        ("ETH", "eip155:1/slip44:60", 18),
        ("BTC", "bip122:000000000019d6689c085ae165831e93/slip44:0", 8),
        ("USDC", "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 6),
        ("USDT", "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7", 6),
        ("DAI", "eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0f", 18),
        ("WBTC", "eip155:1/erc20:0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", 8),
    ],
)
def test_the_built_in_table_knows_symbols_and_ids(symbol: str, asset: str, decimals: int) -> None:
    table = AssetTable.load()
    assert table.resolve(symbol) == table.resolve(asset)
    assert (str(table.resolve(symbol).asset), table.resolve(symbol).decimals) == (asset, decimals)


def test_a_file_adds_to_the_table(tmp_path: Path) -> None:
    table = load(tmp_path, USDT_ON_BNB)
    assert table.resolve("USDT-BNB").decimals == 18
    assert table.resolve("eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955").decimals == 18
    assert table.resolve("USDT").decimals == 6


def test_a_row_said_again_alike_and_a_second_symbol_are_allowed(tmp_path: Path) -> None:
    text = '[[asset]]\nsymbol = "{}"\nid = "eip155:1/slip44:60"\ndecimals = 18\n'
    table = load(tmp_path, text.format("ETH") + text.format("ETHER"))
    assert table.resolve("ETHER") == table.resolve("ETH")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[asset]]\nsymbol = "ETH"\nid = "eip155:10/slip44:60"\ndecimals = 18', "/asset/0/symbol: ETH is eip155:1"),
        ('[[asset]]\nsymbol = "E"\nid = "eip155:1/slip44:60"\ndecimals = 9', "/asset/0/id: eip155:1/slip44:60 is"),
        (USDT_ON_BNB + USDT_ON_BNB.replace("= 18", "= 6"), "/asset/1/symbol: USDT-BNB is eip155:56"),
        ('[[asset]]\nsymbol = "A/B"\nid = "eip155:9/slip44:60"\ndecimals = 18', "/asset/0/symbol: not a symbol"),
        ('[[asset]]\nsymbol = ""\nid = "eip155:9/slip44:60"\ndecimals = 18', "/asset/0/symbol: not a symbol"),
        ('[[asset]]\nsymbol = "ＥＴＨ"\nid = "eip155:9/slip44:60"\ndecimals = 18', "/asset/0/symbol: not a symbol"),
        ('[[asset]]\nsymbol = "A"\nid = "eip155:1"\ndecimals = 18', "/asset/0/id: not a CAIP-19"),
        (
            '[[asset]]\nsymbol = "A"\nid = "eip155:9/slip44:60"\ndecimals = 37',
            "/asset/0/decimals: not an integer between",
        ),
        (
            '[[asset]]\nsymbol = "A"\nid = "eip155:9/slip44:60"\ndecimals = -1',
            "/asset/0/decimals: not an integer between",
        ),
        ('[[asset]]\nsymbol = "A"\nid = "eip155:9/slip44:60"\ndecimals = 1.5', "/asset/0/decimals: not an integer"),
        ('[[asset]]\nsymbol = "A"\nid = "eip155:9/slip44:60"', "/asset/0: entry 'decimals' is missing"),
        ('[[asset]]\nsymbol = "A"\nid = "eip155:9/slip44:60"\ndecimals = 1\nx = 1', "/asset/0: unknown member 'x'"),
        ("[asset]\n", "/asset: not a list"),
        ("", "entry 'asset' is missing"),
        ("[[asset]", "mine.toml: not TOML"),
    ],
)
def test_a_bad_table_is_named_by_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FormatError) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith("mine.toml:")
    assert told in str(caught.value)


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"nowhere\.toml: cannot be read"):
        AssetTable.load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("text", ["", "eth", "XYZ", "eip155:1", "eip155:1/slip44:61", "EIP155:1/slip44:60"])
def test_t61_nothing_but_the_exact_name_resolves(text: str) -> None:
    with pytest.raises(FormatError):
        AssetTable.load().resolve(text)


def test_t61_an_address_in_mixed_case_is_not_a_second_token() -> None:
    with pytest.raises(FormatError, match="lower case"):
        AssetTable.load().resolve("eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
