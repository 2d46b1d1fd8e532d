"""The strict reader refuses what Python's own accepts, within time that grows with the input alone."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import canonical, strict_json
from por.errors import FormatError
from por.model import printable

MIB = 2**20


def load(text: str | bytes) -> object:
    return strict_json.load(text if isinstance(text, bytes) else text.encode(), max_bytes=64 * MIB)


def refused(data: bytes, reason: str, seconds: float = 5) -> None:
    """Refuse within time: generous, since machines are shared, and far below what a quadratic reader takes."""
    began = time.monotonic()
    with pytest.raises(FormatError, match=reason):
        load(data)
    assert time.monotonic() - began < seconds


LENIENT = {
    "duplicate key": ('{"a":1,"a":2}', "member 'a' appears twice"),
    "duplicate key deep inside": ('[{"b":{"a":1,"c":2,"a":1}}]', "member 'a' appears twice"),
    "duplicate key in another spelling": ('{"a":1,"\\u0061":2}', "member 'a' appears twice"),
    "NaN": ("[NaN]", "NaN is not an integer"),
    "Infinity": ("[Infinity]", "Infinity is not an integer"),
    "minus Infinity": ("[-Infinity]", "-Infinity is not an integer"),
    "fraction": ("[0.1]", "0.1 is not an integer"),
    "whole fraction": ("[9007199254740993.0]", "is not an integer"),
    "exponent": ("[1e3]", "1e3 is not an integer"),
    "large exponent": ("[1E400]", "1E400 is not an integer"),
    "minus zero": ("[-0]", "or -0"),
    "underscore": ("[1_000]", "not JSON"),
    "full-width digits": ("[１２]", "not JSON"),
    "plus": ("[+1]", "not JSON"),
    "leading zero": ("[01]", "not JSON"),
    "hexadecimal": ("[0x10]", "not JSON"),
    "trailing comma": ("[1,]", "not JSON"),
    "trailing comma in an object": ('{"a":1,}', "not JSON"),
    "comment": ("[1] // one", "not JSON"),
    "trailing data": ("[1] [2]", "not JSON: Extra data"),
    "trailing NUL": ("[1]\x00", "not JSON: Extra data"),
    "two documents": ("{}{}", "not JSON: Extra data"),
    "single quotes": ("['a']", "not JSON"),
    "bare key": ("{a:1}", "not JSON"),
    "control character in a string": ('["a\nb"]', "not JSON: Invalid control character"),
    "NUL in a string": ('["a\x00b"]', "not JSON: Invalid control character"),
    "bad escape": ('["\\x41"]', "not JSON: Invalid"),
    "short escape": ('["\\u00"]', "not JSON: Invalid"),
    "unterminated string": ('["a', "not JSON: Unterminated string"),
    "unterminated escape": ('["a\\', "not JSON: Unterminated string"),
    "nothing": ("", "not JSON"),
    "white space": (" \n", "not JSON"),
    "byte-order mark": ("\ufeff[]", "not JSON: Unexpected UTF-8 BOM"),
    "other white space": ("\u00a0[]", "not JSON"),
    "form feed": ("\f[]", "not JSON"),
    "Python's words": ("[None, True]", "not JSON"),
}


@pytest.mark.parametrize(("text", "reason"), LENIENT.values(), ids=LENIENT)
def test_t86_leniency_is_refused_with_its_reason(text: str, reason: str) -> None:
    refused(text.encode(), reason)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff[]",
        b'["\xc3\x28"]',
        b'["\xed\xa0\x80"]',  # a surrogate, encoded
        b'["\xc0\x80"]',  # NUL, overlong
        b'["\xf4\x90\x80\x80"]',  # above U+10FFFF
        "[]".encode("utf-16"),
        "[]".encode("utf-32"),
        "[\u00e9]".encode("latin-1"),
    ],
)
def test_t86_only_utf_8_is_read(data: bytes) -> None:
    refused(data, "not UTF-8 at byte|not JSON")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("9007199254740991", True),
        ("-9007199254740991", True),
        ("9007199254740992", False),
        ("-9007199254740992", False),
        ("12345678901234567891", False),
        ("1" * 5000, False),
        ("-" + "1" * 5000, False),
    ],
)
def test_t87_integers_end_where_other_languages_lose_digits(text: str, fits: bool) -> None:
    if fits:
        assert load(f"[{text}]") == [int(text)]
    else:
        refused(f"[{text}]".encode(), r"beyond 2\^53 - 1")


HEAVY = {
    "exponent": (b"[1e2000000000]", "not an integer"),
    "fraction of 10^6 digits": (b"[0." + b"1" * 10**6 + b"]", "not an integer"),
    "integer of 10^7 digits": (b"[" + b"9" * 10**7 + b"]", "2\\^53"),
    "depth 10^5": (b"[" * 10**5 + b"]" * 10**5, "nested deeper than 32"),
    "depth 10^5 of objects": (b'{"a":' * 10**5 + b"1" + b"}" * 10**5, "nested deeper than 32"),
    "depth 10^5, never closed": (b"[" * 10**5, "nested deeper than 32"),
    "depth behind closing brackets": (b"]" * 10**5 + b"[" * 10**6, "not JSON|nested deeper"),
    "depth behind a string of brackets": (b'["]]]]]]]]]]]]]]]]]]]]",' + b"[" * 10**5, "nested deeper than 32"),
    "depth behind an escaped quote": (b'["\\"]]]]]]]]]]]]]]]",' + b"[" * 10**5, "nested deeper than 32"),
    "too many siblings": (b"[" + b"1," * 1_000_001 + b"1]", "1000001 items; at most 1000000"),
    "too many members": (b"{" + b'"a":1,' * 500_001 + b'"a":1}', "items; at most 1000000"),
    "escaped quotes": (b'["' + b'\\"' * (8 * MIB), "Unterminated string"),
    "backslashes": (b'["' + b"\\\\" * (8 * MIB), "Unterminated string"),
    "quotes": (b'"' * (8 * MIB), "more than 1000001 strings"),
    "backslashes outside a string": (b"\\" * (8 * MIB), "not JSON"),
    "unterminated strings": (b'["a" ' + b'"a' * (4 * MIB), "more than 1000001 strings"),
    "the last of many keys twice": (
        b"{" + b",".join(b'"k%d":1' % i for i in range(200_000)) + b',"k199999":2}',
        "member 'k199999' appears twice",
    ),
    "NUL": (bytes(8 * MIB), "not JSON"),
    "spaces": (b" " * (16 * MIB), "not JSON"),
}


@pytest.mark.parametrize(("data", "reason"), HEAVY.values(), ids=HEAVY)
def test_t84_heavy_input_is_refused_in_time(data: bytes, reason: str) -> None:
    refused(data, reason)


def test_t84_a_million_siblings_are_read_in_time() -> None:
    began = time.monotonic()
    assert load(b"[" + b"1," * (10**6 - 1) + b"1]") == [1] * 10**6
    assert time.monotonic() - began < 10


def test_t84_time_grows_with_the_input_not_with_its_square() -> None:
    def seconds(size: int) -> float:
        data = b'["' + b'\\"' * size + b'"]'
        began = time.perf_counter()
        load(data)
        return time.perf_counter() - began

    load(b'["a"]')
    small = min(seconds(MIB // 4) for _ in range(3))
    assert seconds(4 * MIB) < 64 * max(small, 0.001), "16 times the input, at most 4 times 16 times the time"


@pytest.mark.parametrize(("depth", "fits"), [(32, True), (33, False)])
def test_t84_the_limit_of_depth(depth: int, fits: bool) -> None:
    data = b"[" * depth + b"]" * depth
    if fits:
        load(data)
    else:
        refused(data, "nested deeper than 32")


def test_t84_the_limit_of_bytes_comes_first() -> None:
    with pytest.raises(FormatError, match="11 bytes; at most 10 are read"):
        strict_json.load(b"[" * 11, max_bytes=10)
    assert strict_json.load(b'["123456"]', max_bytes=10) == ["123456"]


def test_brackets_and_commas_inside_strings_count_for_nothing() -> None:
    text = '[{,:\\"' * 100
    assert strict_json.load(json.dumps([text]).encode(), max_bytes=10_000, max_depth=1, max_items=0) == [text]


@pytest.mark.parametrize("name", ["\x1b[2Ja", "a\u202eb", "a\u200bb", "a\nb", "a" * 1000])
def test_t93_a_name_from_outside_is_escaped_and_cut_in_the_error(name: str) -> None:
    with pytest.raises(FormatError) as caught:
        load(json.dumps([{name: 1}]).replace("}", f", {json.dumps(name)}: 2}}"))
    assert str(caught.value) == printable(str(caught.value))
    assert len(str(caught.value)) < 150


def test_t93_a_long_number_is_cut_in_the_error() -> None:
    with pytest.raises(FormatError) as caught:
        load(b"[1." + b"1" * 10_000 + b"]")
    assert len(str(caught.value)) < 150


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=30,
)


@given(value=values, indent=st.sampled_from([None, 0, 2]), ascii_only=st.booleans())
def test_what_is_strict_json_is_read_as_anybody_reads_it(value: object, indent: int | None, ascii_only: bool) -> None:
    assert load(json.dumps(value, indent=indent, ensure_ascii=ascii_only)) == value


@given(value=values)
def test_canonical_json_is_read_back_and_written_the_same(value: object) -> None:
    written = canonical.dumps(value)
    assert canonical.load(written, max_bytes=MIB) == value
    assert canonical.dumps(json.loads(written)) == written


NOT_CANONICAL = {
    "white space": (b'{"a": 1}', 5),
    "line feed at the end": (b"[]\n", 2),
    "order of members": (b'{"b":1,"a":2}', 2),
    "order by code point, not by code unit": ('{"\ufb33":2,"\U0001f600":1}'.encode(), 2),
    "escaped solidus": (b'["\\/"]', 2),
    "escaped letter": (b'["\\u0061"]', 2),
    "upper-case escape": (b'["\\u001B"]', None),
    "long escape": (b'["\\u000a"]', None),
    "escaped non-ASCII": (b'["\\u00e9"]', None),
}


@pytest.mark.parametrize(("data", "position"), NOT_CANONICAL.values(), ids=NOT_CANONICAL)
def test_t86_another_spelling_is_refused_with_its_place(data: bytes, position: int | None) -> None:
    with pytest.raises(FormatError, match=r"not canonical JSON \(RFC 8785\): differs at byte \d+") as caught:
        canonical.load(data, max_bytes=100)
    if position is not None:
        assert f"differs at byte {position};" in str(caught.value)
        assert "get the original again" in str(caught.value)


def test_members_are_in_the_order_of_their_utf_16_code_units() -> None:
    canonical.load('{"\U0001f600":1,"\ufb33":2}'.encode(), max_bytes=100)


@pytest.mark.parametrize("text", ['["\\ud800"]', '["\\udc00\\ud800"]', '{"\\ud800":1}', '["a\\ud800b"]'])
def test_t86_a_lone_surrogate_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="no canonical JSON for this value"):
        canonical.load(text.encode(), max_bytes=100)


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), b"bytes", {1: 2}, {"a": {1, 2}}, object()]
)
def test_what_has_no_canonical_json_is_not_written(value: object) -> None:
    with pytest.raises(FormatError, match="no canonical JSON"):
        canonical.dumps(value)


@pytest.mark.parametrize("value", [[], {}, "", 0, None, True, [0, None, {"a": "é"}]])
def test_small_values_are_written_as_rfc_8785_says(value: object) -> None:
    expected = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
    assert canonical.dumps(value) == expected
