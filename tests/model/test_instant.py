"""An instant is a UTC second in one form of RFC 3339."""

from __future__ import annotations

import locale
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.model import Instant
from tests.documents import instants

GOOD = "2026-11-01T00:00:00Z"


@given(instant=instants)
def test_an_instant_is_read_back_from_its_text(instant: Instant) -> None:
    assert Instant.parse(str(instant)) == instant


@given(instant=instants)
def test_seconds_are_those_of_the_calendar(instant: Instant) -> None:
    moment = datetime.fromisoformat(str(instant))
    assert moment.tzinfo == UTC
    assert moment.timestamp() == instant.seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T23:59:59Z", 951_868_799),
        ("2026-11-01T00:00:00Z", 1_793_491_200),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ],
)
def test_known_instants(text: str, seconds: int) -> None:
    assert Instant.parse(text) == Instant(seconds)
    assert str(Instant(seconds)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-01",
        "2026-11-01T00:00:00",
        "2026-11-01T00:00Z",
        "2026-11-01 00:00:00Z",
        "2026-11-01t00:00:00z",
        "2026-11-01T00:00:00z",
        "2026-11-01T00:00:00+00:00",
        "2026-11-01T00:00:00-00:00",
        "2026-11-01T09:00:00+09:00",
        "2026-11-01T00:00:00.0Z",
        "2026-11-01T00:00:00,5Z",
        "2026-11-1T00:00:00Z",
        "26-11-01T00:00:00Z",
        "12026-11-01T00:00:00Z",
        "+2026-11-01T00:00:00Z",
        "2026-W44-7T00:00:00Z",
        "2026-305T00:00:00Z",
        "20261101T000000Z",
        "01/11/2026",
        "1793491200",
        "Nov 1 2026",
        "1.234,5",
        "２０２６-11-01T00:00:00Z",
        GOOD + "\n",
        " " + GOOD,
        GOOD + " ",
    ],
)
def test_t92_every_other_form_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="not an instant such as"):
        Instant.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-11-00T00:00:00Z",
        "2026-11-31T00:00:00Z",
        "2026-11-01T24:00:00Z",
        "2026-11-01T00:60:00Z",
        "2026-11-01T00:00:61Z",
        "0000-01-01T00:00:00Z",
    ],
)
def test_t92_what_the_calendar_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="no such date or time"):
        Instant.parse(text)


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2026-11-01T00:00:60Z"])
def test_t92_a_leap_second_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="no such date or time"):
        Instant.parse(text)


@pytest.mark.parametrize("text", ["1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_t92_nothing_happens_before_1970(text: str) -> None:
    with pytest.raises(FormatError, match="before 1970"):
        Instant.parse(text)


@given(text=st.text(max_size=30))
def test_any_text_is_an_instant_in_its_only_spelling_or_refused(text: str) -> None:
    try:
        instant = Instant.parse(text)
    except FormatError:
        return
    assert str(instant) == text


def test_t92_the_locale_changes_nothing() -> None:
    before = locale.setlocale(locale.LC_ALL)
    try:
        for name in ("de_DE.UTF-8", "ja_JP.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_ALL, name)
            except locale.Error:
                continue
            assert str(Instant.parse(GOOD)) == GOOD
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_instants_are_ordered_by_time() -> None:
    assert Instant.parse("2026-11-01T00:00:00Z") < Instant.parse("2026-11-01T00:00:01Z")


def test_now_is_a_whole_second_that_can_be_written() -> None:
    now = Instant.now()
    assert Instant.parse(str(now)) == now
