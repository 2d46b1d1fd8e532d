"""Judge records of days: that none is missing, that enough was there on each, and that what was short was made good."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from itertools import takewhile

from por.checks.rules.answer import Answer, absent
from por.checks.rules.context import Context
from por.checks.rules.days import after_business_days, working_days
from por.checks.rules.parameters import Parameters
from por.model import Outcome
from por.model.declarations import DayFigures, Series, Topic
from por.model.rulebook import Cure

CADENCES = ("business-day", "day", "week")
A_DAY = timedelta(days=1)
A_WEEK = 7

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Short:
    """Hold days in a row on which less was held than owed, and the day on which it was made good, None if on none."""

    first: date
    last: date
    cured: date | None


def days(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is every day that the rule wants recorded, was enough held on each, and was what fell short made good?

    The snapshot's own day is not over, so the last day asked for is the one before. Days that are missing between
    recorded ones are gaps; of those before and after them the declarations say nothing.
    """
    pattern, today = parameters.text("series"), context.today
    first = max(today - timedelta(days=parameters.integer("window", 31)), parameters.since)
    found = [row for row in context.declared.series if fnmatchcase(row.name, pattern)]
    if not found:
        yield absent(Topic.SERIES, f"a record of days called {pattern}")
    for series in found:
        rows = list(takewhile(lambda row: row.day <= today, series.days))
        spans = _spans(context, parameters, first)
        if rows and spans:
            yield _judged(context, parameters, Series(series.name, tuple(rows)), spans)
        else:
            yield absent(Topic.SERIES, f"days of {series.name} from {first} to {today - A_DAY}", series.name)


def _judged(context: Context, parameters: Parameters, series: Series, spans: list[Span]) -> Answer:
    gaps, unsaid = missing([row.day for row in series.days], spans)
    late: list[date] = []
    curing: list[date] = []
    for short in _shorts(series) if parameters.flag("compare", default=True) else ():
        deadline = _deadline(context, parameters.cure, short.first)
        if short.cured is not None and short.cured <= deadline:
            continue
        if short.last >= spans[0][0]:
            (late if max(short.last, short.cured or short.last) >= deadline else curing).append(short.first)
    word = _word(gaps, late, curing, unsaid)
    return Answer(
        Outcome.FAIL if gaps or late else Outcome.PASS if word == "pass" else Outcome.INCONCLUSIVE,
        f"segregation.days.{word}",
        series.name,
        expected="0",
        actual=str(len(gaps) + len(late)),
        facts={
            "name": series.name,
            "first": str(spans[0][0]),
            "last": str(spans[-1][1]),
            "gaps": listed(gaps),
            "late": listed(late),
            "curing": listed(curing),
            "unsaid": listed(unsaid),
        },
        topics=(Topic.SERIES,),
    )


def _word(gaps: list[date], late: list[date], curing: list[date], unsaid: list[date]) -> str:
    if late:
        return "fail_short"
    if gaps:
        return "fail_gap"
    return "curing" if curing else "unsaid" if unsaid else "pass"


def _spans(context: Context, parameters: Parameters, first: date) -> list[Span]:
    """List spans of days, ascending, in each of which a record must be."""
    cadence, last = parameters.text("cadence", "business-day"), context.today - A_DAY
    if cadence not in CADENCES:
        raise parameters.fail("cadence", f"none of {', '.join(CADENCES)}")
    if cadence == "business-day":
        return [(day, day) for day in working_days(first, last, context.calendar)]
    length = timedelta(days=A_WEEK if cadence == "week" else 1) - A_DAY
    ends = (first + length + timedelta(days=i) for i in range((last - first - length).days + 1))
    return [(end - length, end) for end in ends]


def missing(recorded: list[date], spans: list[Span]) -> tuple[list[date], list[date]]:
    """Return the last days of spans without a record: those between recorded days, and those before or after them."""
    have = set(recorded)
    between: list[date] = []
    outside: list[date] = []
    low, high = min(recorded, default=date.max), max(recorded, default=date.min)
    for start, end in spans:
        if not any(start + timedelta(days=i) in have for i in range((end - start).days + 1)):
            (between if low <= start and end <= high else outside).append(end)
    return between, outside


def listed(found: list[date]) -> str:
    """Write days, the first twenty of them."""
    return ", ".join(map(str, found[:20]))


def _shorts(series: Series) -> Iterator[Short]:
    run: list[DayFigures] = []
    for row in series.days:
        if row.held < row.owed:
            run.append(row)
        elif run:
            yield Short(run[0].day, run[-1].day, row.day)
            run = []
    if run:
        yield Short(run[0].day, run[-1].day, None)


def _deadline(context: Context, cure: Cure | None, day: date) -> date:
    if cure is None:
        return day
    return after_business_days(day, cure.days, context.calendar) if cure.business else day + timedelta(days=cure.days)
