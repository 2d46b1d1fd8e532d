"""Text out of documents is harmless in markup and in a spreadsheet (T93, T94)."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.report.safe_text import cell, harmless

FORMULAS = [
    '=HYPERLINK("http://evil.example","x")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\N{MINUS SIGN}1",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_t94_a_formula_is_no_longer_one(text: str) -> None:
    made = cell(text)
    assert made[0] in "'\\"
    assert not made.startswith(tuple("=+-@\t\r\n"))


@pytest.mark.parametrize("text", ["", "1.5", "eip155:1/slip44:60", "no = sign first", "a-b", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@given(st.text())
def test_t94_no_cell_begins_as_a_formula_does(text: str) -> None:
    made = cell(text)
    assert not made.lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert not any(character in made for character in "\t\r\n")


@given(st.text())
def test_t93_no_character_misleads_and_xml_holds_all(text: str) -> None:
    made = harmless(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in made)
    element = ET.Element("a", b=made)
    element.text = made
    again = ET.fromstring(ET.tostring(element))
    assert (again.get("b"), again.text or "") == (made, made)


@pytest.mark.parametrize("text", ["\ufffe", "\uffff", "\x00", "\x1b[31m", "\u202e", "\u200b", "\ud800", "\u2028"])
def test_t93_what_xml_cannot_hold_or_misleads_is_written_out(text: str) -> None:
    assert harmless(text).startswith("\\u")
