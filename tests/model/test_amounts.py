"""Amounts are exact, unsigned and below 2^128, however they are written."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.model import MAX_DECIMALS, UINT128_MAX, checked_sum, format_coins, parse_coins, parse_units
from tests.documents import amounts

MALFORMED = [
    "",
    " ",
    "-",
    "+1",
    "00",
    "01",
    "1 ",
    " 1",
    "1\n",
    "1_000",
    "1,000",
    "0x10",
    "1e3",
    "1E3",
    "1e200000000",
    "NaN",
    "Infinity",
    "１２",
    "٣",
    "²",
    "1\u200b",
    "1" * 5000,
]


@pytest.mark.parametrize("text", MALFORMED)
def test_t86_a_sloppy_amount_is_refused_in_units_and_in_coins(text: str) -> None:
    with pytest.raises(FormatError):
        parse_units(text)
    with pytest.raises(FormatError):
        parse_coins(text, 18)


@pytest.mark.parametrize("text", ["-1", "-0", "-0.5", "−1", "(1)", "1-"])
def test_t03_a_negative_amount_cannot_be_written(text: str) -> None:
    with pytest.raises(FormatError, match="without sign"):
        parse_units(text)
    with pytest.raises(FormatError, match="exact decimal"):
        parse_coins(text, 18)


@pytest.mark.parametrize("text", ["0.1", "9007199254740993.0", "1.", ".5", "1.0"])
def test_t22_base_units_have_no_fraction(text: str) -> None:
    with pytest.raises(FormatError):
        parse_units(text)


@pytest.mark.parametrize("text", ["1.234,5", "1.2.3", "1.", ".5", "0.", "1. 5", "1.5e1", "00.5", "1.٣"])
def test_t92_coins_have_one_point_and_no_separators(text: str) -> None:
    with pytest.raises(FormatError):
        parse_coins(text, 18)


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("0", 0, 0),
        ("0", 18, 0),
        ("12", 0, 12),
        ("0.5", 1, 5),
        ("0.50", 2, 50),
        ("1.5", 18, 15 * 10**17),
        ("0.000000000000000001", 18, 1),
        ("340282366920938463463374607431768211455", 0, UINT128_MAX),
        ("340282366920938463463.374607431768211455", 18, UINT128_MAX),
    ],
)
def test_coins_are_read_exactly(text: str, decimals: int, units: int) -> None:
    assert parse_coins(text, decimals) == units


def test_t06_nothing_is_2_to_the_128_or_more() -> None:
    assert parse_units(str(UINT128_MAX)) == UINT128_MAX
    for text in (str(UINT128_MAX + 1), "9" * 39):
        with pytest.raises(FormatError, match="below 2\\^128"):
            parse_units(text)
    with pytest.raises(FormatError, match="below 2\\^128"):
        parse_coins("340282366920938463463.374607431768211456", 18)
    assert checked_sum(UINT128_MAX, 0) == UINT128_MAX
    with pytest.raises(OverflowError):
        checked_sum(UINT128_MAX, 1)


@pytest.mark.parametrize(("text", "decimals"), [("0.1", 0), ("0.0000000000000000001", 18), ("1.50", 1), ("1.0", 0)])
def test_t59_more_digits_than_the_asset_has_are_refused_never_rounded(text: str, decimals: int) -> None:
    with pytest.raises(FormatError, match=f"this asset has {decimals}"):
        parse_coins(text, decimals)


@given(units=amounts, decimals=st.integers(0, MAX_DECIMALS))
def test_t75_coins_are_written_exactly_and_read_back(units: int, decimals: int) -> None:
    text = format_coins(units, decimals)
    assert parse_coins(text, decimals) == units
    assert Fraction(text) * 10**decimals == units
    assert not ("." in text and text.endswith("0"))


@given(units=amounts, decimals=st.integers(0, MAX_DECIMALS))
def test_t75_coins_are_what_a_decimal_says(units: int, decimals: int) -> None:
    with localcontext(prec=80):
        assert Decimal(format_coins(units, decimals)) == Decimal(units).scaleb(-decimals)


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (0, 18, "0"),
        (1, 18, "0.000000000000000001"),
        (999_999_999_999_999_999, 18, "0.999999999999999999"),
        (10**18, 18, "1"),
        (1_500_000, 6, "1.5"),
        (10, 0, "10"),
        (100, 1, "10"),
    ],
)
def test_t75_one_unit_below_a_coin_is_not_written_as_the_coin(units: int, decimals: int, text: str) -> None:
    assert format_coins(units, decimals) == text


@given(text=st.text(max_size=50))
def test_t86_any_text_is_an_amount_in_its_only_spelling_or_refused(text: str) -> None:
    try:
        units = parse_units(text)
    except FormatError:
        return
    assert str(units) == text
    assert 0 <= units <= UINT128_MAX


@given(text=st.text(alphabet="0123456789.-+e_ ", max_size=90), decimals=st.integers(0, MAX_DECIMALS))
def test_t22_coins_never_become_another_number(text: str, decimals: int) -> None:
    try:
        units = parse_coins(text, decimals)
    except FormatError:
        return
    assert Fraction(units, 10**decimals) == Fraction(text)
