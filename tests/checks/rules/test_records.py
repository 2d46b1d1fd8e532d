"""Records of days: gaps, shortfalls and the time to make them good, to the day and by the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.rules.days import after_business_days, after_months, after_period, business_days, period_ends
from por.checks.rules.records import missing
from por.errors import FormatError
from por.model import Finding, Instant, LawTrust, Outcome
from por.model.declarations import DayFigures, Declarations, Series
from por.model.rulebook import Cure
from tests.checks.rules.scenery import KNOWN, context, judged, rule
from tests.checks.scenery import NOON, one

# The snapshot is on Sunday 2026-11-01 in Tokyo; 3 November is a holiday there, as 12 October was.
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
MONTH = [FIRST + timedelta(days=i) for i in range(31)]


def series(
    short: dict[date, int] | None = None,
    without: tuple[date, ...] = (),
    days: list[date] | None = None,
    name: str = "trust:JPY",
) -> Series:
    rows = [day for day in (MONTH if days is None else days) if day not in without]
    return Series(name, tuple(DayFigures(day, Fraction(100), Fraction((short or {}).get(day, 100))) for day in rows))


def of_days(
    tmp_path: Path, *rows: Series, law: LawTrust = KNOWN, instant: Instant = NOON, **parameters: Any
) -> list[Finding]:
    made = {"series": "trust:*", **parameters}
    asked = rule("segregation.days", **made)
    return judged(context(tmp_path, {}, [], asked, declared=Declarations(series=rows), law=law, instant=instant))


def judge(tmp_path: Path, *rows: Series, **parameters: Any) -> Finding:
    return one(of_days(tmp_path, *rows, **parameters))


def test_a_whole_month_passes(tmp_path: Path) -> None:
    finding = judge(tmp_path, series())
    assert (finding.outcome, finding.subject) == ("PASS", "a-book/R-1/trust:JPY")
    assert (finding.facts["first"], finding.facts["last"]) == ("2026-10-01", "2026-10-30")


@pytest.mark.parametrize("cadence", ["business-day", "day"])
def test_one_missing_business_day_is_a_gap(tmp_path: Path, cadence: str) -> None:
    finding = judge(tmp_path, series(without=(date(2026, 10, 14),)), cadence=cadence)
    assert (finding.outcome, finding.message) == ("FAIL", "segregation.days.fail_gap")
    assert finding.facts["gaps"] == "2026-10-14"


@pytest.mark.parametrize("day", [date(2026, 10, 12), date(2026, 10, 17), date(2026, 10, 18)])
def test_a_holiday_is_no_business_day(tmp_path: Path, day: date) -> None:
    assert judge(tmp_path, series(without=(day,))).outcome is Outcome.PASS
    assert judge(tmp_path / "b", series(without=(day,)), cadence="day").outcome is Outcome.FAIL


def test_the_snapshots_own_day_is_not_asked_for(tmp_path: Path) -> None:
    """It is not over; the zone decides which day that is."""
    assert judge(tmp_path, series(), cadence="day").outcome is Outcome.PASS
    later = Instant.parse("2026-11-01T15:00:00Z")
    finding = judge(tmp_path / "b", series(), cadence="day", instant=later)
    assert (finding.outcome, finding.facts["unsaid"]) == ("INCONCLUSIVE", "2026-11-01")
    assert judge(tmp_path / "c", series(), cadence="day", instant=Instant(later.seconds - 1)).outcome is Outcome.PASS


@pytest.mark.parametrize("days", [MONTH[1:], MONTH[:-2]])
def test_days_before_and_after_the_records_are_undecided(tmp_path: Path, days: list[date]) -> None:
    """Cutting the series never refutes, and never passes."""
    finding = judge(tmp_path, series(days=days))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "segregation.days.unsaid")


def test_no_series_is_undecided_and_named(tmp_path: Path) -> None:
    finding = judge(tmp_path, series(name="coins"))
    assert (finding.message, finding.facts["what"]) == (
        "rulebook.answer.input_missing",
        "a record of days called trust:*",
    )
    assert judge(tmp_path / "b", series(days=[])).message == "rulebook.answer.input_missing"
    assert judge(tmp_path / "c", series(days=[date(2026, 11, 2)])).message == "rulebook.answer.input_missing"


def test_each_series_is_judged_by_itself(tmp_path: Path) -> None:
    found = of_days(tmp_path, series(), series({LAST: 99}, name="trust:USD"))
    assert [(row.subject.rpartition("/")[2], str(row.outcome)) for row in found] == [
        ("trust:JPY", "PASS"),
        ("trust:USD", "FAIL"),
    ]


def test_without_days_to_cure_one_short_day_refutes(tmp_path: Path) -> None:
    finding = judge(tmp_path, series({date(2026, 10, 7): 99}))
    assert (finding.message, finding.facts["late"]) == ("segregation.days.fail_short", "2026-10-07")
    assert judge(tmp_path / "b", series({date(2026, 10, 7): 99}), compare=False).outcome is Outcome.PASS


TWO = Cure(2, business=True)


@pytest.mark.parametrize(
    ("short", "outcome"),
    [
        ([8], "PASS"),
        ([8, 9], "PASS"),
        # The 10th and 11th are a weekend, the 12th a holiday: the second business day after the 8th is the 13th.
        ([8, 9, 10, 11, 12], "PASS"),
        ([8, 9, 10, 11, 12, 13], "FAIL"),
        ([6, 7, 8], "FAIL"),
        ([6, 7], "PASS"),
        ([6, 7, 9, 10, 11, 12], "PASS"),
    ],
)
def test_a_shortfall_is_made_good_within_business_days(tmp_path: Path, short: list[int], outcome: str) -> None:
    days = {date(2026, 10, day): 99 for day in short}
    assert judge(tmp_path, series(days), cure=TWO).outcome == outcome


def test_all_days_count_where_the_rule_counts_all(tmp_path: Path) -> None:
    days = {date(2026, 10, day): 99 for day in (8, 9, 10)}
    assert judge(tmp_path, series(days), cure=Cure(3, business=False)).outcome is Outcome.PASS
    assert judge(tmp_path / "b", series(days), cure=Cure(2, business=False)).outcome is Outcome.FAIL


def test_before_the_last_day_to_cure_nothing_is_decided(tmp_path: Path) -> None:
    """Short since Friday: the second business day after it is Wednesday, since Tuesday is a holiday."""
    short = series({date(2026, 10, 30): 99, LAST: 99})
    finding = judge(tmp_path, short, cure=TWO)
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "segregation.days.curing")
    assert finding.facts["curing"] == "2026-10-30"


@pytest.mark.parametrize(("upto", "outcome"), [(3, "INCONCLUSIVE"), (4, "FAIL")])
def test_on_the_last_day_to_cure_it_is_decided(tmp_path: Path, upto: int, outcome: str) -> None:
    """The record of that day decides, once it is there."""
    days = [*MONTH, *(date(2026, 11, day) for day in range(1, upto + 1))]
    short = {day: 99 for day in days if day >= date(2026, 10, 30)}
    at = Instant.parse(f"2026-11-0{upto}T16:00:00Z")
    assert judge(tmp_path, series(short, days=days), cure=TWO, instant=at).outcome == outcome


def test_a_missing_day_does_not_begin_the_time_to_cure_again(tmp_path: Path) -> None:
    days = {date(2026, 10, day): 99 for day in (5, 6, 8, 9)}
    finding = judge(tmp_path, series(days, without=(date(2026, 10, 7),)), cure=TWO)
    assert (finding.message, finding.facts["late"]) == ("segregation.days.fail_short", "2026-10-05")
    assert finding.facts["gaps"] == "2026-10-07"


def test_a_shortfall_that_began_before_the_window_counts_from_its_beginning(tmp_path: Path) -> None:
    days = [date(2026, 9, 28) + timedelta(days=i) for i in range(34)]
    short = {date(2026, 9, 28) + timedelta(days=i): 99 for i in range(4)}
    assert judge(tmp_path, series(short, days=days), cure=TWO).facts["late"] == "2026-09-28"
    over = dict.fromkeys(list(short)[:3], 99)
    assert judge(tmp_path / "b", series(over, days=days), cure=TWO).outcome is Outcome.PASS


def test_days_before_the_rule_are_not_asked_for(tmp_path: Path) -> None:
    days = [day for day in MONTH if day >= date(2026, 10, 20)]
    assert judge(tmp_path, series(days=days), day="2026-10-20").outcome is Outcome.PASS
    assert judge(tmp_path / "b", series(days=days), day="2026-10-19").outcome is Outcome.INCONCLUSIVE


def test_every_week_means_any_seven_days(tmp_path: Path) -> None:
    weekly = [date(2026, 9, 27) + timedelta(days=7 * i) for i in range(5)]
    assert judge(tmp_path, series(days=weekly), cadence="week").outcome is Outcome.PASS
    late = [day + timedelta(days=day == date(2026, 10, 11)) for day in weekly]
    finding = judge(tmp_path / "b", series(days=late), cadence="week")
    assert (finding.outcome, finding.facts["gaps"]) == ("FAIL", "2026-10-11")


def test_records_by_the_issuers_word_alone_never_pass(tmp_path: Path) -> None:
    assert judge(tmp_path, series(), law=LawTrust()).message == "rulebook.answer.declared_only"
    assert judge(tmp_path / "b", series({LAST: 1}), law=LawTrust()).outcome is Outcome.FAIL


@pytest.mark.parametrize("parameters", [{"cadence": "monthly"}, {"window": -1}, {"compare": "yes"}, {"series": 7}])
def test_parameters_that_cannot_be_used_are_errors(tmp_path: Path, parameters: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="R-1/parameters/"):
        judge(tmp_path, series(), **parameters)


@given(st.sets(st.integers(0, 40)))
def test_every_missing_day_is_told_once(there: set[int]) -> None:
    spans = [(day, day) for day in MONTH]
    recorded = [FIRST + timedelta(days=i - 5) for i in there]
    between, outside = missing(recorded, spans)
    assert sorted([*between, *outside]) == [day for day in MONTH if day not in recorded]
    assert all(min(recorded) < day < max(recorded) for day in between)


# --- counting


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 6, 30), 1, date(2026, 7, 31)),
        (date(2026, 2, 28), 1, date(2026, 3, 31)),
        (date(2024, 2, 28), 1, date(2024, 3, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 6, 15), 2, date(2026, 8, 15)),
    ],
)
def test_months_after_a_period_that_ends_with_a_month_are_whole(day: date, months: int, found: date) -> None:
    assert after_period(day, months) == found


@pytest.mark.parametrize(
    ("every", "year_end", "ends"),
    [
        (3, 3, ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]),
        (3, 2, ["2026-02-28", "2026-05-31", "2026-08-31", "2026-11-30"]),
        (12, 3, ["2026-03-31"]),
        (6, 12, ["2026-06-30", "2026-12-31"]),
    ],
)
def test_periods_follow_the_fiscal_year(every: int, year_end: int, ends: list[str]) -> None:
    assert [str(day) for day in period_ends(date(2026, 1, 1), date(2026, 12, 31), every, year_end)] == ends


def test_a_period_that_ends_outside_is_not_listed() -> None:
    assert period_ends(date(2026, 4, 1), date(2026, 6, 29), 3, 3) == []


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_months_forth_and_back_never_pass_the_day(day: date, months: int) -> None:
    assert after_months(after_months(day, months), -months) <= day
    assert after_period(day, months) >= after_months(day, months)


def test_the_european_banks_days_are_a_calendar_too() -> None:
    assert after_business_days(date(2026, 4, 2), 1, business_days("XECB")) == date(2026, 4, 7)
