from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding.csv_rows import fields, write_field
from por.errors import FormatError

CELLS = st.lists(st.text(st.characters(exclude_characters="\r\n")), min_size=1, max_size=6)


@given(CELLS, st.sampled_from(["", "\n", "\r\n"]))
def test_what_is_written_is_read(cells: list[str], end: str) -> None:
    line = ",".join(map(write_field, cells))
    if not line:
        line = '""'
    assert fields(line + end) == cells


@given(CELLS)
def test_another_reader_agrees(cells: list[str]) -> None:
    line = ",".join(map(write_field, cells))
    if "\0" not in line and line:
        assert next(csv.reader([line], strict=True)) == fields(line)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a,b", ["a", "b"]),
        ("a,", ["a", ""]),
        (",", ["", ""]),
        ('""', [""]),
        ('"a","b"', ["a", "b"]),
        ('a,"b,c"', ["a", "b,c"]),
        ('"a""b"', ['a"b']),
        ('""""', ['"']),
        (" a , b ", [" a ", " b "]),
        ("a\u2028b,c", ["a\u2028b", "c"]),
    ],
)
def test_fields_are_cut_as_rfc_4180_says(line: str, cells: list[str]) -> None:
    assert fields(line) == cells


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "\r\n",
        'a"b',
        '"a"b',
        'a,"b',
        '"',
        '"a""',
        'a,b"',
        ' "a"',
        '"a" ,b',
        "a\rb",
        "a\r",
        "a\r\r\n",
        "a\nb\n",
        '"a\nb"',
    ],
)
def test_sloppy_lines_are_refused(line: str) -> None:
    with pytest.raises(FormatError):
        fields(line if line != "a\r" else "a\r\r")


def test_t84_quotes_without_end_cost_linear_time() -> None:
    with pytest.raises(FormatError, match="out of place, or not closed"):
        fields('"' + '""' * 10**6)
