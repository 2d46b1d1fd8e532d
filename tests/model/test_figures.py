"""Published numbers: as written, exact, and nothing that is not plain."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import EvidenceError, FormatError
from por.model.figures import ZERO, Figure, added, decimal_text, figure, read_figure, rescaled

UNITS = st.integers(min_value=-(10**30), max_value=10**30)
PLACES = st.integers(min_value=0, max_value=20)


def exact(value: Figure) -> Fraction:
    return Fraction(value.units, 10**value.places)


@pytest.mark.parametrize(
    ("text", "units", "places", "plain"),
    [
        ("0", 0, 0, "0"),
        ("12", 12, 0, "12"),
        ("1.50", 150, 2, "1.5"),
        ("0.00000001", 1, 8, "0.00000001"),
        ("-1536.70659782", -153670659782, 8, "-1536.70659782"),
        ("-0", 0, 0, "0"),
        ("-0.00", 0, 2, "0"),
        ("007", 7, 0, "7"),
        ("100", 100, 0, "100"),
        ("10.0", 100, 1, "10"),
        ("9" * 60 + "." + "9" * 40, int("9" * 100), 40, "9" * 60 + "." + "9" * 40),
    ],
)
def test_a_plain_number_keeps_its_scale_and_text(text: str, units: int, places: int, plain: str) -> None:
    found = read_figure(text)
    assert (found.units, found.places, found.text, found.plain) == (units, places, text, plain)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            "+1",
            " 1",
            "1 ",
            "1\n",
            ".5",
            "5.",
            "1,5",
            "1_000",
            "--1",
            "1.2.3",
            "0x10",
            "1e5",
            "1E5",
            "1e200000000",
        ),
        *(
            "1E-8",
            "NaN",
            "Infinity",
            "-inf",
            "１２",
            "1٫5",
            "²",
            "9" * 61,
            "0." + "0" * 41,
            "1e-99999999",
            "(5)",
            "1/2",
        ),
    ],
)
def test_t22_t84_t86_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        read_figure(text)


@pytest.mark.parametrize("text", ["1E+8", "1e-8", "10E-8", "1E-0", "1E-100", "1.E-8", "E-8", "1E-8 ", "1E-08"])
def test_t22_only_a_small_exponent_is_read_where_one_may_stand(text: str) -> None:
    with pytest.raises(FormatError):
        read_figure(text, small=True)
    assert read_figure("1E-8", small=True).plain == "0.00000001"
    assert read_figure("-1.25E-7", small=True).units == -125


@given(UNITS, PLACES)
def test_writing_and_reading_gives_the_same_number(units: int, places: int) -> None:
    value = figure(units, places)
    assert read_figure(value.plain).same(value)
    assert value.plain == read_figure(value.plain).plain


@given(UNITS, PLACES, UNITS, PLACES)
def test_two_numbers_are_the_same_where_their_values_are(a: int, b: int, c: int, d: int) -> None:
    left, right = figure(a, b), figure(c, d)
    assert left.same(right) is (exact(left) == exact(right))
    assert left.same(left)


@given(UNITS, PLACES, PLACES)
def test_t21_what_is_cut_is_cut_toward_zero(units: int, places: int, wanted: int) -> None:
    value = figure(units, places)
    cut = figure(value.at(wanted), wanted)
    assert abs(exact(cut)) <= abs(exact(value))
    assert abs(exact(value) - exact(cut)) < Fraction(1, 10**wanted)


@given(st.dictionaries(st.sampled_from("ABC"), UNITS), st.dictionaries(st.sampled_from("ABC"), UNITS), PLACES)
def test_sums_are_exact_coin_by_coin_and_in_the_order_of_the_left(
    left: dict[str, int], right: dict[str, int], places: int
) -> None:
    one = {name: figure(units, places) for name, units in left.items()}
    other = {name: figure(units, 3) for name, units in right.items()}
    both = added(one, other)
    assert list(both)[: len(left)] == list(left)
    for name in {*left, *right}:
        assert exact(both[name]) == exact(one.get(name, ZERO)) + exact(other.get(name, ZERO))


def test_t21_a_sum_is_cut_where_its_format_cuts() -> None:
    one, other = {"A": read_figure("0.000000019")}, {"A": read_figure("0.000000009")}
    assert added(one, other, 8)["A"].plain == "0.00000002"
    assert added(one, other)["A"].plain == "0.000000028"


@pytest.mark.parametrize(("text", "places"), [("1.5", 0), ("0.000000001", 8), ("-0.1234567", 6), ("1.00000001", 4)])
def test_t16_more_places_than_are_hashed_are_refused(text: str, places: int) -> None:
    with pytest.raises(EvidenceError, match="more than"):
        rescaled({"A": read_figure(text)}, {"A": places}, 8)


def test_a_coin_is_given_its_own_scale_or_the_default() -> None:
    found = rescaled({"A": read_figure("1.5000"), "B": read_figure("2")}, {"A": 2}, 8)
    assert (found["A"].units, found["A"].places, found["B"].places) == (150, 2, 8)
    assert found["A"].text == "1.5000"


@pytest.mark.parametrize(("units", "places", "text"), [(0, 0, "0"), (5, 3, "0.005"), (-5, 3, "-0.005"), (1000, 3, "1")])
def test_decimal_text(units: int, places: int, text: str) -> None:
    assert decimal_text(units, places) == text
