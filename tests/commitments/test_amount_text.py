"""How amounts become text: each choice, and what it must not do."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.commitments import amount_text as a
from por.commitments.text_merkle import Write
from por.model.figures import figure, read_figure

ROWS = [("BTC", "1.5"), ("ETH", "0")]


@pytest.mark.parametrize(
    ("write", "text", "written"),
    [
        (a.plain, "1.500", "1.5"),
        (a.plain, "0.000", "0"),
        (a.plain_to(8), "1.123456789", "1.12345678"),
        (a.plain_to(8), "-0.000000009", "0"),
        (a.fixed(8), "1.5", "1.50000000"),
        (a.fixed(8), "-1.123456789", "-1.12345678"),
        (a.fixed(0), "7.9", "7"),
        (a.as_scaled, "7681.7340", "7681.7340"),
        (a.as_scaled, "5000", "5000"),
        (a.as_scaled, "-0.20", "-0.20"),
        (a.with_point, "0", "0.0"),
        (a.with_point, "20384", "20384.0"),
        (a.with_point, "2.50", "2.5"),
        (a.scientific(8), "0.00000001", "1E-8"),
        (a.scientific(8), "0.00000012", "1.2E-7"),
        (a.scientific(8), "0.000001", "0.00000100"),
        (a.scientific(8), "0", "0E-8"),
        (a.scientific(8), "1000", "1000.00000000"),
        (a.scientific(8), "0.000000015", "2E-8"),
        (a.scientific(8), "0.000000025", "2E-8"),
        (a.base_units, "37618", "37618"),
        (a.base_units, "5.9", "5"),
    ],
)
def test_an_amount_is_written_so(write: Write, text: str, written: str) -> None:
    assert write(read_figure(text)) == written


@given(st.integers(min_value=-(10**20), max_value=10**20), st.integers(min_value=0, max_value=12))
def test_the_decimal_module_agrees(units: int, places: int) -> None:
    value = figure(units, places)
    exact = Decimal(units).scaleb(-places)
    step = Decimal(1).scaleb(-8)
    with localcontext(prec=60):
        assert a.scientific(8)(value) == str(exact.quantize(step, ROUND_HALF_EVEN)).replace("-0E", "0E")
        assert Decimal(a.fixed(8)(value)) == exact.quantize(step, ROUND_DOWN)
    assert Decimal(a.plain(value)) == exact
    assert Decimal(a.as_scaled(value)) == exact


@pytest.mark.parametrize(
    ("join", "text"),
    [
        (a.concatenated, "1.50"),
        (a.json_texts, '{"BTC":"1.5","ETH":"0"}'),
        (a.json_numbers, '{"BTC":1.5,"ETH":0}'),
        (a.named_by_comma, "BTC:1.5,ETH:0"),
        (a.named_by_bar, "BTC:1.5|ETH:0"),
        (a.equated_by_bar, "BTC=1.5|ETH=0"),
        (a.values_by_comma, "1.5,0"),
    ],
)
def test_amounts_are_joined_so(join: object, text: str) -> None:
    assert join(ROWS) == text  # type: ignore[operator]


def test_t08_values_without_separators_alias_and_names_do_not() -> None:
    one, other = [("BTC", "1"), ("ETH", "23")], [("BTC", "12"), ("ETH", "3")]
    assert a.concatenated(one) == a.concatenated(other)
    for join in (a.json_texts, a.json_numbers, a.named_by_comma, a.named_by_bar, a.equated_by_bar):
        assert join(one) != join(other)
