"""Count days as rules do: business days by a country's calendar, months by the calendar, days in a zone."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Protocol

from por.errors import FormatError
from por.model import Instant


class BusinessDays(Protocol):
    """Tell business days apart from others."""

    def is_working_day(self, day: date) -> bool:
        """Tell whether a day is one."""


def day_of(instant: Instant, zone: int) -> date:
    """Return the day of an instant, `zone` hours east of UTC."""
    return (datetime.fromtimestamp(instant.seconds, UTC) + timedelta(hours=zone)).date()


@cache
def business_days(calendar: str) -> BusinessDays:
    """Return the calendar of a country such as `JP`, or of its banks, `JP/bank`.

    Source: the `holidays` package; weekends are the country's. Raises: FormatError for a calendar it does not have.
    """
    import holidays  # noqa: PLC0415 - thousands of modules, for the few rules that count such days

    country, _, kind = calendar.partition("/")
    try:
        found: BusinessDays = holidays.country_holidays(country, categories=("public", kind) if kind else None)
    except (NotImplementedError, ValueError) as error:
        raise FormatError(f"no calendar of business days is called {calendar}") from error
    return found


def after_business_days(day: date, count: int, calendar: BusinessDays) -> date:
    """Return the last of so many business days that follow a day."""
    found = day
    while count > 0:
        found += timedelta(days=1)
        count -= calendar.is_working_day(found)
    return found


def working_days(first: date, last: date, calendar: BusinessDays) -> list[date]:
    """List the business days from the first day to the last, both included."""
    span = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return [day for day in span if calendar.is_working_day(day)]


def after_months(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last day; negative months go back."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def after_period(end: date, months: int) -> date:
    """Return the last day of so many months after a period; one that ends with a month is followed by whole months."""
    found = after_months(end, months)
    if end.day < monthrange(end.year, end.month)[1]:
        return found
    return found.replace(day=monthrange(found.year, found.month)[1])


def period_ends(first: date, last: date, every: int, year_end: int) -> list[date]:
    """List, ascending, the last days of periods of `every` months between two days, both included.

    `every` divides 12; a year's last period ends with the month `year_end`.
    """
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    places = [divmod(month, 12) for month in months if (month + 1 - year_end) % every == 0]
    ends = [date(year, month + 1, monthrange(year, month + 1)[1]) for year, month in places]
    return [end for end in ends if first <= end <= last]
