"""The list of reserve accounts: one row a holding, spelt in one way or refused by line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.issuer.accounts import ListedAccount, read_accounts
from por.issuer.assets import AssetTable
from por.model import AssetId, Custody, Encumbrance, EncumbranceKind, Role

TABLE = AssetTable.load()
FOUR = "account,role,custody,asset"
SIX = f"{FOUR},encumbrance,encumbered"
LOWER = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
MIXED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # the first example of EIP-55
OTHER = "0x" + "a1" * 20
ETH, USDC = (TABLE.resolve(symbol).asset for symbol in ("ETH", "USDC"))
STAKED = AssetId.parse("eip155:1/staked:60")


def read(folder: Path, *rows: str, header: str = FOUR) -> tuple[ListedAccount, ...]:
    path = folder / "accounts.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return read_accounts(path, TABLE)


def row(address: str = LOWER, role: str = "customer", custody: str = "cold", asset: str = "ETH", more: str = "") -> str:
    return f"eip155:1:{address},{role},{custody},{asset}{more}"


def refused(folder: Path, *rows: str, header: str = FOUR) -> str:
    with pytest.raises(FormatError) as caught:
        read(folder, *rows, header=header)
    return str(caught.value)


def test_rows_of_one_account_are_joined_and_sorted(tmp_path: Path) -> None:
    listed = read(tmp_path, row(OTHER, "house", "hot"), row(asset="USDC"), row(asset="ETH"))
    assert [item.account.address for item in listed] == [LOWER, OTHER]
    assert listed[0].assets == tuple(sorted((ETH, USDC), key=str))
    assert (listed[1].role, listed[1].custody) == (Role.HOUSE, Custody.HOT)
    assert {item.encumbrances for item in listed} == {()}


# --- addresses


def test_t46_a_checksum_that_holds_is_lower_case_here(tmp_path: Path) -> None:
    assert read(tmp_path, row(MIXED)) == read(tmp_path, row(LOWER))


def test_t46_two_spellings_are_one_account(tmp_path: Path) -> None:
    (one,) = read(tmp_path, row(LOWER), row(MIXED, asset="USDC"))
    assert len(one.assets) == 2
    assert "the same asset" in refused(tmp_path, row(LOWER), row(MIXED))


@pytest.mark.parametrize(
    "address",
    [
        MIXED.replace("Aed", "aed"),
        MIXED.swapcase().replace("0X", "0x"),
        "0x" + MIXED[2:].upper(),
        MIXED[:-1],
        MIXED + "0",
        MIXED.replace("0x", ""),
        MIXED.replace("0x", "0X"),
        MIXED[:-1] + "g",
    ],
)
def test_t46_an_address_with_another_checksum_or_form_is_refused(tmp_path: Path, address: str) -> None:
    words = refused(tmp_path, row(OTHER), row(address))
    assert "accounts.csv:3 column account" in words


@given(st.binary(min_size=20, max_size=20), st.integers(0, 39))
def test_t46_a_letter_of_another_case_is_seen(tmp_path_factory: pytest.TempPathFactory, raw: bytes, at: int) -> None:
    folder = tmp_path_factory.getbasetemp()
    right = str(to_checksum_address(raw))
    assert read(folder, row(right))[0].account.address == right.lower()
    wrong = right[: at + 2] + right[at + 2].swapcase() + right[at + 3 :]
    if wrong not in {right, right.lower()}:
        refused(folder, row(wrong))


# --- what stands on a holding


def test_an_encumbrance_is_a_kind_and_base_units(tmp_path: Path) -> None:
    (listed,) = read(
        tmp_path,
        row(more=",pledged,500"),
        row(asset="USDC", more=",,"),
        row(asset=str(STAKED), more=",staked,7"),
        header=SIX,
    )
    assert dict(listed.encumbrances) == {
        ETH: Encumbrance(EncumbranceKind.PLEDGED, 500),
        STAKED: Encumbrance(EncumbranceKind.STAKED, 7),
    }
    assert listed.assets == tuple(sorted((ETH, USDC, STAKED), key=str))


@pytest.mark.parametrize(
    ("more", "place"),
    [
        (",pledged,", "encumbered"),
        (",,5", "encumbrance"),
        (",hired,5", "encumbrance"),
        (",Pledged,5", "encumbrance"),
        (",pledged,-5", "encumbered"),
        (",pledged,05", "encumbered"),
        (",pledged,0.5", "encumbered"),
        (",pledged,1e18", "encumbered"),
        (f",pledged,{2**128}", "encumbered"),
        (",pledged, 5", "encumbered"),
    ],
)
def test_t52_an_encumbrance_of_no_form_is_refused(tmp_path: Path, more: str, place: str) -> None:
    assert f"accounts.csv:2 column {place}" in refused(tmp_path, row(more=more), header=SIX)


@pytest.mark.parametrize(
    "header", ["", f"{FOUR},encumbered,encumbrance", f"{FOUR},encumbrance", f"{SIX},note", FOUR.upper(), f" {FOUR}"]
)
def test_t68_only_two_headers_are_read(tmp_path: Path, header: str) -> None:
    assert "accounts.csv:1" in refused(tmp_path, row(), header=header)


@pytest.mark.parametrize(("header", "more"), [(FOUR, ",pledged,5"), (SIX, ""), (SIX, ",pledged"), (SIX, ",,,")])
def test_t68_every_row_has_the_headers_columns(tmp_path: Path, header: str, more: str) -> None:
    assert "accounts.csv:2" in refused(tmp_path, row(more=more), header=header)


# --- the rest of a row


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (row(role="customers"), "role"),
        (row(role=""), "role"),
        (row(custody="warm"), "custody"),
        (row(asset="SHIB"), "asset"),
        (row(asset="eth"), "asset"),
        (row(asset="eip155:10/slip44:60"), "asset"),
        (row(asset="eip155:10/staked:60"), "asset"),
        (row(asset="staked"), "asset"),
        (row(asset=""), "asset"),
        (f"eip155:01:{LOWER},customer,cold,ETH", "account"),
        (f"{LOWER},customer,cold,ETH", "account"),
        (",customer,cold,ETH", "account"),
    ],
)
def test_t68_a_bad_column_is_named(tmp_path: Path, text: str, column: str) -> None:
    assert f"accounts.csv:2 column {column}" in refused(tmp_path, text)


def test_t45_an_account_has_one_role_and_one_custody(tmp_path: Path) -> None:
    assert "another role" in refused(tmp_path, row(), row(role="house", asset="USDC"))
    assert "custody" in refused(tmp_path, row(), row(custody="hot", asset="USDC"))


def test_t46_an_asset_stands_once_on_an_account(tmp_path: Path) -> None:
    assert "accounts.csv:4" in refused(tmp_path, row(), row(asset="USDC"), row())
    assert "same asset" in refused(tmp_path, row(), row(asset=str(ETH)))


def test_t68_a_list_of_nobody_is_refused(tmp_path: Path) -> None:
    assert "no account in it" in refused(tmp_path)
