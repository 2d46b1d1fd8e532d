"""TOML comes from the verifier's own hand, and still cannot hang or crash a run."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import toml
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import printable

N = toml.MAX_BYTES

HEAVY = {
    "dotted key": b"a." * (N // 2 - 2) + b"a=1",
    "dotted key of quoted parts": b'"a".' * (N // 4 - 4) + b"a=1",
    "dotted key with spaces": b"'a' . " * (N // 6 - 2) + b"a=1",
    "dotted header": b"[" + b"a." * (N // 2 - 4) + b"a]",
    "brackets": b"a=" + b"[" * (N - 10),
    "brackets behind strings of brackets": b"a=" + b'["]",' * (N // 5 - 10),
    "inline tables": b"a=" + b"{a=" * (N // 3 - 5),
    "integer of 5000 digits": b"a=" + b"1" * 5000,
    "quotes": b'"' * (N - 10),
    "apostrophes": b"'" * (N - 10),
    "escapes": b'a="' + b'\\"' * (N // 2 - 10),
    "NUL": bytes(N),
    "not UTF-8": b"a='\xff'",
    "lone surrogate": b'a="\\ud800"',
    "no such date": b"a=2026-02-30",
    "duplicate key": b"a=1\na=2",
    "duplicate table": b"[a]\n[a]",
    "nothing but a key": b"a",
    "JSON": b'{"a": 1}',
    "too large": b"#" * (N + 1),
}


@pytest.mark.parametrize("data", HEAVY.values(), ids=HEAVY)
def test_t84_heavy_or_broken_toml_is_refused_in_time(data: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(FormatError):
        toml.load(data)
    assert time.monotonic() - began < 10


def test_t84_a_long_hexadecimal_number_is_refused_where_a_number_is_read() -> None:
    value = toml.load(b"a=0x" + b"f" * 100_000)["a"]
    with pytest.raises(FormatError, match="not an integer between"):
        Reader(value, "/a").integer(0, 10)


def test_t84_a_file_full_of_long_keys_is_read_in_time() -> None:
    began = time.monotonic()
    toml.load(b"".join(b"[a%d" % i + b".a" * 14 + b"]\n" for i in range(N // 180)))
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("text", ['"\x1b[31m"=1', "a='\u202e'\nb", 'a="\x07"', "a=\u200b"])
def test_t93_the_error_does_not_repeat_what_must_not_be_printed(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        toml.load(text.encode())
    assert str(caught.value) == printable(str(caught.value))


def test_t84_a_file_of_the_largest_size_is_read_and_no_larger() -> None:
    assert toml.load(b"#" * toml.MAX_BYTES) == {}
    with pytest.raises(FormatError, match="1048577 bytes; at most 1048576 are read"):
        toml.load(b"#" * (toml.MAX_BYTES + 1))


@given(data=st.binary(max_size=100))
def test_t84_random_bytes_raise_nothing_but_format_errors(data: bytes) -> None:
    try:
        toml.load(data)
    except FormatError:
        return


pieces = st.sampled_from(
    ["[", "]", "[[", "]]", "{", "}", "=", ".", ",", '"', "'", '"""', "\\", "a", "1", "-", "\n", "#"]
)


@given(text=st.lists(pieces, max_size=40).map("".join))
def test_t84_toml_shaped_noise_raises_nothing_but_format_errors(text: str) -> None:
    try:
        toml.load(text.encode())
    except FormatError:
        return


def test_a_table_has_its_entries_and_no_other() -> None:
    entries = toml.table({"a": 1, "c": [1]}, "/t", ("a",), ("b", "c"))
    assert {name: (entry.value, entry.place) for name, entry in entries.items()} == {
        "a": (1, "/t/a"),
        "b": (None, "/t/b"),
        "c": ([1], "/t/c"),
    }
    assert [item.value for item in toml.rows(entries["c"])] == [1]
    assert list(toml.rows(entries["b"])) == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, "/t: entry 'a' is missing"),
        ({"a": 1, "d": 1}, "/t: unknown member 'd'"),
        ({"a": 1, "\x1b": 1}, "/t: unknown member '\\u001b'"),
        ([], "/t: not a table"),
        (None, "/t: not a table"),
    ],
)
def test_a_table_of_another_form_is_refused(value: object, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        toml.table(value, "/t", ("a",), ("b",))
    assert str(caught.value) == reason


@pytest.mark.parametrize("value", [{}, "a", 1, False])
def test_rows_are_a_list(value: object) -> None:
    with pytest.raises(FormatError, match="not a list"):
        toml.rows(Reader(value, "/rows"))
