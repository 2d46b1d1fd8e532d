"""Rulebooks: every entry of its form, and nothing that could block on hearsay or compute with floating point."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import rulebook_v1
from por.errors import FormatError

GOOD = """id = "a-book"
version = "1"
jurisdiction = "JP"
calendar = "JP/bank"
zone = 9
currency = "JPY"
title = {en = "a book", ja = "規則集"}
notice = {en = "not legal advice", ja = "法的助言ではありません"}

[[rule]]
id = "JP-SEG-01"
title = {en = "a rule", ja = "規則"}
citations = [{text = "a law", source = "read", since = "2020-01-01", until = "2026-01-01"}]
status = "in-force"
since = "2020-05-01"
until = "2027-07-22"
superseded_by = "another law"
scope = "asset"
inputs = ["custody"]
check = "segregation.coins"
parameters = {ratio = "1", same_kind = true, days = 3, roles = ["customer"]}
severity = "blocking"
cure = {days = 2, business = true}
confidence = "A"
"""


def test_a_rulebook_is_read_whole() -> None:
    book = rulebook_v1.read(GOOD.encode())
    (rule,) = book.rules
    assert (book.id, book.zone, book.calendar, book.currency) == ("a-book", 9, "JP/bank", "JPY")
    assert (rule.since, rule.until) == (date(2020, 5, 1), date(2027, 7, 22))
    assert rule.parameters == {"ratio": "1", "same_kind": True, "days": 3, "roles": ("customer",)}
    assert rule.cure is not None
    assert (rule.cure.days, rule.cure.business) == (2, True)
    assert rule.citations[0].stands(date(2020, 1, 1))
    assert rule.citations[0].stands(date(2026, 1, 1))
    assert not rule.citations[0].stands(date(2019, 12, 31))
    assert not rule.citations[0].stands(date(2026, 1, 2))
    assert book.rule("JP-SEG-01") is rule
    assert book.rule("JP-SEG-02") is None


@pytest.mark.parametrize(
    ("day", "in_force"), [("2020-04-30", False), ("2020-05-01", True), ("2027-07-22", True), ("2027-07-23", False)]
)
def test_a_rule_binds_from_its_first_day_to_its_last(day: str, in_force: bool) -> None:
    (rule,) = rulebook_v1.read(GOOD.encode()).rules
    assert rule.in_force(date.fromisoformat(day)) is in_force
    assert rule.blocks(date.fromisoformat(day)) is in_force


def test_a_day_may_be_written_as_toml_has_it() -> None:
    text = GOOD.replace('since = "2020-05-01"', "since = 2020-05-01")
    assert rulebook_v1.read(text.encode()).rules == rulebook_v1.read(GOOD.encode()).rules


BAD = {
    "no id": ('id = "a-book"\n', "", "'id' is missing"),
    "id in capitals": ('"a-book"', '"A-Book"', "/id: not an id"),
    "no Japanese": (', ja = "規則集"', "", "/title: entry 'ja' is missing"),
    "unknown entry": ('version = "1"', 'version = "1"\nvalid = true', "unknown member 'valid'"),
    "zone as text": ("zone = 9", 'zone = "9"', "/zone: hours east"),
    "zone too far": ("zone = 9", "zone = 15", "/zone: hours east"),
    "zone as true": ("zone = 9", "zone = true", "/zone: hours east"),
    "calendar": ('"JP/bank"', '"Japan"', "/calendar: not a calendar"),
    "rule id": ('"JP-SEG-01"', '"jp-seg-01"', "/rule/0/id: not an id"),
    "status": ('"in-force"', '"valid"', "/rule/0/status: 'valid' is none of"),
    "since after until": ('"2020-05-01"', '"2028-05-01"', "until is before since"),
    "citation since after until": ('since = "2020-01-01"', 'since = "2027-01-01"', "until is before since"),
    "no such day": ('"2020-05-01"', '"2020-02-30"', "/rule/0/since: no such day"),
    "an instant for a day": ('"2020-05-01"', '"2020-05-01T00:00:00Z"', "not a day"),
    "a TOML instant for a day": ('"2020-05-01"', "2020-05-01T00:00:00Z", "not text"),
    "cites nothing": (
        '[{text = "a law", source = "read", since = "2020-01-01", until = "2026-01-01"}]',
        "[]",
        "only a derived rule cites nothing",
    ),
    "scope": ('"asset"', '"each"', "/rule/0/scope"),
    "input": ('["custody"]', '["keys"]', "/rule/0/inputs/0"),
    "check": ('"segregation.coins"', '"coins"', "/rule/0/check: not a check"),
    "severity": ('"blocking"', '"fatal"', "/rule/0/severity"),
    "press never blocks": ('confidence = "A"', 'confidence = "C"', "a rule of confidence C never blocks"),
    "hearsay never blocks": ('confidence = "A"', 'confidence = "D"', "a rule of confidence D never blocks"),
    "confidence": ('confidence = "A"', 'confidence = "E"', "/rule/0/confidence"),
    "floating point": ('ratio = "1"', "ratio = 0.05", "/parameters/ratio: neither text"),
    "nested": ('ratio = "1"', 'ratio = {a = "1"}', "/parameters/ratio: neither text"),
    "parameter's name": ("same_kind", '"Same kind"', "not a parameter's name"),
    "list of numbers": ('["customer"]', "[1]", "/parameters/roles/0: not text"),
    "cure": ("days = 2,", "days = -2,", "/rule/0/cure/days"),
    "cure of what days": ("business = true", 'business = "yes"', "/rule/0/cure/business"),
    "reason without need": (
        'confidence = "A"\n',
        'confidence = "A"\nreason = {en = "no", ja = "否"}\n',
        "a reason is given where nothing computes",
    ),
    "no reason": ('"segregation.coins"', '"rulebook.uncomputable"', "a reason is given where nothing computes"),
    "control character": ('"a law"', '"a \\u202e law"', "/citations/0/text"),
    "not TOML": ('id = "a-book"', "id = a-book", "not TOML"),
}


@pytest.mark.parametrize("name", BAD)
def test_t86_what_is_not_a_rulebook_is_refused_with_its_place(name: str) -> None:
    old, new, reason = BAD[name]
    assert old in GOOD
    with pytest.raises(FormatError, match=re.escape(reason)):
        rulebook_v1.read(GOOD.replace(old, new, 1).encode())


def test_t86_one_rule_twice_is_refused() -> None:
    rule = GOOD[GOOD.index("[[rule]]") :]
    with pytest.raises(FormatError, match="JP-SEG-01 stands here twice"):
        rulebook_v1.read((GOOD + rule).encode())


def test_t84_no_rules_and_too_many_are_refused() -> None:
    head, rule = GOOD[: GOOD.index("[[rule]]")], GOOD[GOOD.index("[[rule]]") :]
    with pytest.raises(FormatError, match="a rulebook has rules"):
        rulebook_v1.read((head + "rule = []\n").encode())
    many = "".join(rule.replace("JP-SEG-01", f"JP-SEG-{i}") for i in range(501))
    with pytest.raises(FormatError, match="501 items"):
        rulebook_v1.read((head + many).encode())


@given(st.integers(0, len(GOOD.encode()) - 1), st.integers(0, 255))
def test_t84_a_changed_byte_is_read_or_refused_and_never_crashes(place: int, byte: int) -> None:
    data = bytearray(GOOD.encode())
    data[place] = byte
    with suppress(FormatError):
        rulebook_v1.read(bytes(data))
