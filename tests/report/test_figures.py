"""Figures are read exactly, and printed so that none looks like more than it is."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.asset_classes import exact_text
from por.report.figures import exact, printed, printed_share, scaled

VALUES = st.fractions()


def back(text: str) -> Fraction:
    return Fraction(text.replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-").rstrip("…"))


@given(VALUES)
def test_what_a_check_writes_is_read_back(value: Fraction) -> None:
    assert exact(exact_text(value)) == value


@given(VALUES)
def test_t75_print_rounds_toward_zero_and_says_when_it_cut(value: Fraction) -> None:
    shown = printed(value)
    assert abs(back(shown)) <= abs(value) < abs(back(shown)) + Fraction(1, 10**8)
    assert shown.endswith("…") == (back(shown) != value)


@given(VALUES)
def test_t75_a_share_never_reads_as_more(value: Fraction) -> None:
    shown = printed_share(value).removesuffix("\N{NO-BREAK SPACE}%")
    assert abs(back(shown)) <= abs(value) * 100 < abs(back(shown)) + Fraction(1, 100)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(1, 3), "0.33333333…"),
        (Fraction(-1, 3), "\N{MINUS SIGN}0.33333333…"),
        (Fraction(1, 10**9), "0.00000000…"),
        (Fraction(1234567), "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"),
        (Fraction(999), "999"),
        (Fraction(123456789, 10), "12\N{NO-BREAK SPACE}345\N{NO-BREAK SPACE}678.9"),
    ],
)
def test_figures_as_printed(value: Fraction, text: str) -> None:
    assert printed(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(99_999, 100_000), "99.99"),
        (Fraction(1), "100.00"),
        (Fraction(-1, 10), "\N{MINUS SIGN}10.00"),
        (Fraction(-1, 10**9), "0.00"),
    ],
)
def test_shares_as_printed(value: Fraction, text: str) -> None:
    assert printed_share(value) == f"{text}\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1", "1 ", "1\n", "+1", ".5", "5.", "1e3", "0x1", "1_000", "1,000", "１２", "NaN", "Infinity"),
        *("1/0", "1/-2", "1/2/3", "1/02", "/2", "any number", "--1", "1" * 401, "1." + "1" * 401),
    ],
)
def test_what_is_no_figure_is_none(text: str) -> None:
    assert exact(text) is None


def test_no_text_is_no_figure() -> None:
    assert exact(None) is None


@given(value=VALUES, whole=VALUES, length=st.integers(1, 10_000))
def test_a_bar_never_leaves_its_chart(value: Fraction, whole: Fraction, length: int) -> None:
    drawn = scaled(value, whole, length)
    assert 0 <= drawn <= length
    if 0 < value <= whole:
        assert Fraction(drawn, length) <= value / whole < Fraction(drawn + 1, length)
