"""Published lists are told apart, and read strictly, with line and column."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.formats.known import WALLET_FORMATS, read_wallets
from por.formats.wallet_list import MAX_BYTES, Lines

HTX = "coin,address,snapshot height,balance,message,signature"
OKX7 = "coin,address,amount,message,signature1,signature2,redeem script/ public key"
OKX9 = "coin,Network,Snapshot Height,address,amount,message,signature1,signature2,redeem script/ public key"
OKX11 = f"{OKX9}, eoa1, eoa2"
OKX12 = OKX11.replace("coin,Network", "coin,Type,Network")
AUDIT = "digitalAsset,network,address,signedMessage,signedMessage2,message,publicKey,owner1,owner2"
SUMMARY = "coin,snapshot height,amount\nBTC,1,2\n\n"


def read(*lines: str, name: str | None = None) -> object:
    return read_wallets("\n".join(lines).encode(), name)


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (HTX, "htx-wallets"),
        (OKX7, "okx-wallets, 7 columns"),
        (OKX9, "okx-wallets, 9 columns"),
        (OKX11, "okx-wallets, 11 columns"),
        (OKX12, "okx-wallets, 12 columns"),
        (AUDIT, "okx-wallets, audit"),
    ],
)
@pytest.mark.parametrize("before", ["", SUMMARY, "\ufeff" + SUMMARY])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_layout_is_known_by_its_header(header: str, layout: str, before: str, end: str) -> None:
    row = ",".join("x" for _ in header.split(","))
    found = read_wallets((before + header + "\n" + row + "\n").replace("\n", end).encode())
    assert found.layout == layout
    assert len(found.rows) == 1
    assert found.smallest_units == (header == OKX7)


def test_what_a_row_says() -> None:
    whole = "ETH,Native ETH Staking,ETH,7,0xab, 1.5 ,hi,s1,s2,51ae,o1,o2"
    row = read_wallets(f"{OKX12}\n{whole}\n".encode()).rows[0]
    assert (row.coin, row.kind, row.network, row.height, row.address) == (
        "ETH",
        "Native ETH Staking",
        "ETH",
        "7",
        "0xab",
    )
    assert (row.amount, row.message, row.signatures) == ("1.5", "hi", ("s1", "s2"))
    assert (row.key, row.owners, row.place) == ("51ae", ("o1", "o2"), "line 2")


@pytest.mark.parametrize("absent", ["", "-", "null", " - ", " "])
def test_blank_null_and_a_hyphen_are_absent(absent: str) -> None:
    row = read_wallets(
        f"{OKX11}\nETH,ETH,{absent},0xab,{absent},{absent},{absent},s2,{absent},{absent},{absent}".encode()
    ).rows[0]
    assert (row.height, row.amount, row.message, row.key, row.owners) == (None, None, None, None, ())
    assert row.signatures == ("s2",)


def test_cells_may_be_missing_at_the_end_and_lines_blank() -> None:
    assert len(read_wallets(f"{HTX}\nBTC,1abc\nBTC,1abd,1\n\n,,,\n".encode()).rows) == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{HTX}\n\nBTC,1abc", "line 2"),
        (f"{HTX}\nBTC", "line 2 column 2 (address)"),
        (f"{HTX}\nBTC,-,1,2", "line 2 column 2 (address)"),
        (f"{HTX}\n,1abc,1,2", "line 2 column 1 (coin)"),
        (f"{HTX}\nBTC,1abc,1,2,m,s,more", "line 2: 7 cells"),
        (f'{HTX}\nBTC,"1abc,1,2,m,s', "line 2"),
        (f'{HTX}\nBTC,1"abc,1,2,m,s', "line 2"),
        (f"{HTX}\nBTC,1\u202eabc,1,2,m,s", "line 2 column 2"),
        (f"{HTX}\nBTC,1abc,1,2,m\x00,s", "line 2 column 5 (message)"),
        (f"{HTX}\nBTC,1a\rbc,1,2,m,s", "line 2"),
        (f"{HTX}\nBTC,1abc,1,2,{'m' * 8193},s", "line 2 column 5"),
        (f"{HTX}\n", "line 1: "),
        (f"a,b\n{HTX}\nBTC,1abc", "line 1: above"),
        (f"a,b,c,d\n{HTX}\nBTC,1abc", "line 1: above"),
    ],
)
def test_errors_name_line_and_column(text: str, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text)
    assert place in str(caught.value)


def test_no_format_and_two_formats_are_refused_by_name() -> None:
    with pytest.raises(FormatError, match="known here: okx-wallets, htx-wallets"):
        read("coin,address", "BTC,1abc")
    with pytest.raises(FormatError, match="okx-wallets, htx-wallets; say which"):
        read(HTX, "BTC,1abc", OKX7, "BTC,1abc")
    with pytest.raises(FormatError, match="line 1: above"):
        read(HTX, "BTC,1abc", OKX7, "BTC,1abc", name="okx-wallets")
    with pytest.raises(FormatError, match="no line is the header"):
        read(HTX, "BTC,1abc", name="okx-wallets")
    with pytest.raises(FormatError, match="is none of"):
        read(HTX, name="binance")


def test_t84_what_is_no_text_is_refused() -> None:
    with pytest.raises(FormatError, match="not UTF-8"):
        read_wallets(b"\xff\xfe" + HTX.encode("utf-16-le"))
    with pytest.raises(FormatError, match="at most"):
        Lines.decode(bytes(MAX_BYTES + 1))


@given(data=st.binary(max_size=200))
def test_no_bytes_do_anything_but_raise(data: bytes) -> None:
    with pytest.raises(FormatError):
        read_wallets(data)


@given(header=st.sampled_from([HTX, OKX7, OKX9, OKX11, OKX12, AUDIT]), rows=st.text(max_size=120))
def test_t84_any_rows_are_read_or_refused_with_a_place(header: str, rows: str) -> None:
    data = f"{header}\n{rows}".encode("utf-8", "replace")
    with suppress(FormatError):
        assert all(row.coin and row.address for row in read_wallets(data).rows)


@given(data=st.data())
def test_a_changed_byte_gives_a_list_or_a_refusal(data: st.DataObject) -> None:
    text = bytearray(f"{SUMMARY}{OKX11}\nETH,ETH,1,0xab,1.5,hi,s1,s2,51ae,o1,o2\n".encode())
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert read_wallets(bytes(text)).layout.startswith("okx-wallets")
    except FormatError:
        return


def test_the_list_of_formats_is_one_place() -> None:
    assert list(WALLET_FORMATS) == ["okx-wallets", "htx-wallets"]
