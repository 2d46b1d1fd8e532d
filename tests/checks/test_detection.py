"""The chance that somebody notices, against counting every choice of customers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.checks import detection
from por.checks.detection import MAX_ACCOUNTS, Chance, chance_of_count, chance_of_each, count_for, each_for
from por.errors import FormatError

small = st.integers(1, 9)
shares = st.fractions(0, 1, max_denominator=1000)
wanted = st.fractions(0, 1, max_denominator=1000).filter(lambda share: share > 0)


def counted(accounts: int, omitted: int, checked: int) -> Fraction:
    """Draw every set of customers who look; the first `omitted` are those left out."""
    drawn = list(combinations(range(accounts), checked))
    return Fraction(sum(any(each < omitted for each in who) for who in drawn), len(drawn))


@st.composite
def cases(draw: st.DrawFn, most: int = 9) -> tuple[int, int, int]:
    accounts = draw(st.integers(1, most))
    return accounts, draw(st.integers(0, accounts)), draw(st.integers(0, accounts))


@given(cases())
def test_t23_the_chance_is_that_of_counting_every_choice(case: tuple[int, int, int]) -> None:
    chance = chance_of_count(*case)
    assert chance.exact == chance.low == chance.high == counted(*case)


@given(cases(400))
def test_t23_the_chance_is_one_minus_a_quotient_of_binomials(case: tuple[int, int, int]) -> None:
    accounts, omitted, checked = case
    missed = Fraction(comb(accounts - omitted, checked), comb(accounts, checked))
    assert chance_of_count(*case).exact == 1 - missed
    assert chance_of_count(accounts, checked, omitted).exact == 1 - missed


@given(st.integers(0, 40), shares)
def test_t23_each_looking_apart_is_the_complement_of_all_looking_away(omitted: int, each: Fraction) -> None:
    assert chance_of_each(omitted, each).exact == 1 - (1 - each) ** omitted


@given(cases(3000))
@settings(max_examples=40, deadline=None)
def test_bounds_enclose_the_exact_chance_and_agree_to_what_is_shown(case: tuple[int, int, int]) -> None:
    exact = chance_of_count(*case).exact if min(case[1:]) <= detection.MAX_EXACT else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detection, "MAX_EXACT", 0)
        bounded = chance_of_count(*case)
    assert bounded.low <= bounded.high
    assert bounded.high - bounded.low < Fraction(1, 10**39)
    if exact is not None:
        assert bounded.low <= exact <= bounded.high


@given(st.integers(0, 3000), shares)
@settings(deadline=None)
def test_bounds_of_powers_enclose_them_too(omitted: int, each: Fraction) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detection, "MAX_EXACT", 0)
        bounded = chance_of_each(omitted, each)
    assert bounded.low <= 1 - (1 - each) ** omitted <= bounded.high
    assert bounded.high - bounded.low < Fraction(1, 10**39)


@given(cases(60).filter(lambda case: case[1] > 0), wanted)
def test_t23_the_inverse_is_the_least_number_that_is_enough(case: tuple[int, int, int], chance: Fraction) -> None:
    accounts, omitted, _ = case
    found = count_for(accounts, omitted, chance)
    assert chance_of_count(accounts, omitted, found).low >= chance
    assert found == 1 or chance_of_count(accounts, omitted, found - 1).low < chance


@given(st.integers(1, 60), wanted)
def test_the_least_percentage_is_the_least_of_eight_places(omitted: int, chance: Fraction) -> None:
    found, step = each_for(omitted, chance), Fraction(1, 10**10)
    assert (found / step).denominator == 1
    assert chance_of_each(omitted, found).low >= chance
    assert found == step or chance_of_each(omitted, found - step).low < chance


@given(cases(200).filter(lambda case: case[2] > 0))
def test_more_who_look_or_more_left_out_never_make_it_less(case: tuple[int, int, int]) -> None:
    accounts, omitted, checked = case
    assert chance_of_count(accounts, omitted, checked).low >= chance_of_count(accounts, omitted, checked - 1).low
    assert chance_of_count(accounts, checked, omitted).low >= chance_of_count(accounts, checked - 1, omitted).low


@pytest.mark.parametrize(
    ("chance", "text", "words"),
    [
        (Fraction(0), "0.000000000000", "impossible"),
        (Fraction(1, 10**15), "0.000000000000", "very unlikely"),
        (Fraction(1, 1000), "0.001000000000", "unlikely"),
        (Fraction(1, 10), "0.100000000000", "less likely than not"),
        (Fraction(1, 2), "0.500000000000", "more likely than not"),
        (Fraction(2, 3), "0.666666666666", "more likely than not"),
        (Fraction(9, 10), "0.900000000000", "likely"),
        (Fraction(999, 1000), "0.999000000000", "very likely"),
        (1 - Fraction(1, 10**30), "0.999999999999", "very likely"),
        (Fraction(1), "1.000000000000", "certain"),
    ],
)
def test_a_chance_is_rounded_down_and_said_in_words(chance: Fraction, text: str, words: str) -> None:
    made = Chance(chance, chance, chance)
    assert (made.text, made.words) == (text, words)


@pytest.mark.thorough
def test_large_numbers_are_bounded_and_end_soon() -> None:
    most = MAX_ACCOUNTS
    assert chance_of_count(most, 10**6, 10**6).exact is None
    assert chance_of_count(most, most, 1).exact == 1
    assert chance_of_each(most, Fraction(1, most)).text == "0.632120558846"
    assert 299_000 < count_for(most, 100_000, Fraction(95, 100)) < 300_000


REFUSED: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (chance_of_count, (0, 0, 0), "--accounts"),
    (chance_of_count, (-1, 0, 0), "--accounts"),
    (chance_of_count, (MAX_ACCOUNTS + 1, 0, 0), "--accounts"),
    (chance_of_count, (10, 11, 0), "--omitted"),
    (chance_of_count, (10, -1, 0), "--omitted"),
    (chance_of_count, (10, 0, 11), "--checked"),
    (chance_of_count, (10, 0, -1), "--checked"),
    (chance_of_each, (-1, Fraction(1, 2)), "--omitted"),
    (chance_of_each, (1, Fraction(3, 2)), "chance"),
    (chance_of_each, (1, Fraction(-1, 2)), "chance"),
    (count_for, (10, 0, Fraction(1, 2)), "nobody was left out"),
    (count_for, (10, 1, Fraction(0)), "--chance"),
    (count_for, (10, 1, Fraction(2)), "--chance"),
    (count_for, (10, 11, Fraction(1, 2)), "--omitted"),
    (each_for, (0, Fraction(1, 2)), "nobody was left out"),
    (each_for, (1, Fraction(0)), "--chance"),
]


@pytest.mark.parametrize(("ask", "given_numbers", "named"), REFUSED)
def test_what_is_out_of_range_is_refused(ask: Callable[..., Any], given_numbers: tuple[Any, ...], named: str) -> None:
    with pytest.raises(FormatError, match=named):
        ask(*given_numbers)
