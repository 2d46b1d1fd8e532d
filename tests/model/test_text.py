"""Text from outside cannot steer a terminal or mislead an eye."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.errors import FormatError
from por.model import plain_text, printable
from tests.documents import plain_texts

MISLEADING = {
    "ANSI colour": "\x1b[32mPASS\x1b[0m",
    "8-bit CSI": "\x9b32mPASS",
    "OSC title": "\x1b]0;title\x07",
    "carriage return": "FAIL\rPASS",
    "backspace": "FAIL\b\b\b\bPASS",
    "line feed": "one\ntwo",
    "vertical tab": "one\x0btwo",
    "tab": "one\ttwo",
    "NUL": "one\x00two",
    "delete": "one\x7ftwo",
    "next line": "one\x85two",
    "line separator": "one\u2028two",
    "paragraph separator": "one\u2029two",
    "right-to-left override": "\u202e1234\u202c",
    "left-to-right embedding": "\u202aabc",
    "right-to-left isolate": "\u2067abc\u2069",
    "Arabic letter mark": "\u061cabc",
    "zero-width space": "exchange\u200b.example",
    "zero-width joiner": "a\u200db",
    "zero-width non-joiner": "a\u200cb",
    "word joiner": "a\u2060b",
    "soft hyphen": "a\u00adb",
    "byte-order mark": "\ufeffabc",
    "tag characters": "a\U000e0041b",
    "combining grapheme joiner": "a\u034fb",
    "Hangul filler": "a\u3164b",
    "half-width Hangul filler": "a\uffa0b",
    "Hangul choseong filler": "a\u115fb",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "a\udfffb",
}


@pytest.mark.parametrize("text", MISLEADING.values(), ids=MISLEADING)
def test_t93_misleading_text_is_refused_and_can_be_shown(text: str) -> None:
    with pytest.raises(FormatError, match=r"character U\+[0-9A-F]{4,6} at position \d+ is not allowed"):
        plain_text(text)
    shown = printable(text)
    assert shown != text
    assert plain_text(shown) == shown
    shown.encode("utf-8")


def test_t93_the_place_of_the_character_is_named() -> None:
    with pytest.raises(FormatError, match=r"U\+202E at position 3 "):
        plain_text("abc\u202edef")


@pytest.mark.parametrize("text", ["", "Ünïcode", "日本語", "עברית", "emoji 🙂", "a b", "\u00a0", "[green]PASS[/]"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text
    assert printable(text) == text


@given(text=st.text(st.characters(exclude_categories=[])))
def test_t93_text_is_plain_exactly_when_printing_leaves_it_alone(text: str) -> None:
    try:
        assert plain_text(text) == printable(text)
    except FormatError:
        assert printable(text) != text
    assert printable(printable(text)) == printable(text)


@given(text=plain_texts)
def test_plain_text_is_accepted(text: str) -> None:
    assert plain_text(text) == text


def test_t93_every_control_and_format_character_there_is_is_refused() -> None:
    passed = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            try:
                plain_text(chr(code))
            except FormatError:
                continue
            passed.append(code)
    assert passed == []


def test_t84_long_text_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(FormatError, match="text of 1025 characters; at most 1024"):
        plain_text("\x1b" * 1025)
    assert plain_text("a" * 1024) == "a" * 1024
    assert plain_text("a" * 5, 5) == "a" * 5
