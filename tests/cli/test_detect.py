"""por detect: what it prints, and what it refuses; detect.md says the same."""

from __future__ import annotations

import json
import re

import pytest

from por.checks import detection
from por.cli.main import main
from tests import pages

PAGE = "detect.md"
TEXT = pages.text(PAGE)


def said(capsys: pytest.CaptureFixture[str], *argv: str, status: int = 0) -> str:
    assert main(["detect", *argv]) == status
    told = capsys.readouterr()
    return told.err if status else told.out


def value(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, object]:
    return dict(json.loads(said(capsys, *argv, "--json")))


BASE = ("--accounts", "1000", "--omitted", "10")


def test_the_page_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *BASE, "--checked", "100", "--json") == pages.blocks(PAGE)["text json"]
    needed = re.search(r"chance of 95 of 100, (\d+) must look", TEXT)
    assert needed
    assert value(capsys, *BASE, "--chance", "95%")["checked"] == int(needed[1])


def test_the_page_names_every_member_and_limit(capsys: pytest.CaptureFixture[str]) -> None:
    shown = value(capsys, *BASE, "--checked", "1")
    assert all(f"`{name}`" in TEXT for name in shown)
    assert f"{detection.MAX_ACCOUNTS:,}" in TEXT
    assert f"at most {detection.MAX_EXACT:,}" in TEXT
    assert all(f"`{words}`" in TEXT for _, words in detection._WORDS)


def test_t23_a_count_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "--accounts", "100", "--omitted", "10", "--checked", "2")
    assert "10 are left out, and 2 of 100 customers look, drawn at random" in out
    assert "19.0909" in out
    assert "about 1 in 5: less likely than not" in out
    assert "exactly 21/110" in out
    assert "knows who never looks" in out


@pytest.mark.parametrize(
    ("options", "members"),
    [
        (("--checked", "5%"), {"checked": 50, "each": None}),
        (("--checked", "0.19%"), {"checked": 1}),
        (("--checked", "0.09%"), {"checked": 0, "chance": "0.000000000000", "words": "impossible"}),
        (("--checked", "100%"), {"checked": 1000, "chanceExact": "1/1", "words": "certain"}),
        (("--checked", "5%", "--each"), {"checked": None, "each": "5", "chanceExact": "4108933742199/10240000000000"}),
        (("--checked", "100%", "--each"), {"each": "100", "words": "certain"}),
        (("--chance", "100%"), {"checked": 991, "words": "certain"}),
        (("--chance", "0.00000001%"), {"checked": 1}),
        (("--chance", "95%", "--each"), {"each": "25.88655509", "checked": None}),
        (("--chance", "100%", "--each"), {"each": "100", "words": "certain"}),
    ],
)
def test_counts_percentages_and_chances_of_each(
    options: tuple[str, ...], members: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = value(capsys, *BASE, *options)
    assert {name: shown[name] for name in members} == members


def test_a_chance_that_is_not_known_exactly_or_too_long_has_no_fraction(capsys: pytest.CaptureFixture[str]) -> None:
    large = ("--accounts", "10000000", "--omitted", "2000", "--checked", "3000")
    assert value(capsys, *large)["chanceExact"] is None
    assert value(capsys, "--accounts", "9999999999", "--omitted", "999", "--checked", "1000")["chanceExact"] is None
    assert "exactly" not in said(capsys, *large)


def test_little_is_never_said_to_be_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "--accounts", "9999999999", "--omitted", "1", "--checked", "1", "--each", status=2)
    assert "--checked" in out
    out = said(capsys, "--accounts", "9999999999", "--omitted", "1", "--checked", "1")
    assert "0.00000001 %, about 1 in 9999999999: very unlikely" in out
    assert "each of 1000 customers looks with a chance of 0.00000001 %" in said(
        capsys, *BASE, "--checked", "0.00000001%", "--each"
    )


@pytest.mark.parametrize(
    "options",
    [
        ("--accounts", "1e3", "--omitted", "1", "--checked", "1"),
        ("--accounts", "-5", "--omitted", "1", "--checked", "1"),
        ("--accounts", "01", "--omitted", "1", "--checked", "1"),
        ("--accounts", "0", "--omitted", "0", "--checked", "0"),
        ("--accounts", "99999999999", "--omitted", "1", "--checked", "1"),
        ("--accounts", "1" * 5000, "--omitted", "1", "--checked", "1"),
        ("--accounts", "10", "--omitted", "11", "--checked", "1"),
        ("--accounts", "10", "--omitted", "1", "--checked", "11"),
        ("--accounts", "10", "--omitted", "1", "--checked", "101%"),
        ("--accounts", "10", "--omitted", "1", "--checked", "1.123456789%"),
        ("--accounts", "10", "--omitted", "1", "--checked", "%"),
        ("--accounts", "10", "--omitted", "1", "--checked", "1.%"),
        ("--accounts", "10", "--omitted", "1", "--checked", "٣%"),
        ("--accounts", "10", "--omitted", "1", "--checked", "1", "--each"),
        ("--accounts", "10", "--omitted", "1", "--chance", "95"),
        ("--accounts", "10", "--omitted", "1", "--chance", "0%"),
        ("--accounts", "10", "--omitted", "0", "--chance", "95%"),
        ("--accounts", "10", "--omitted", "0", "--chance", "95%", "--each"),
        ("--accounts", "10", "--omitted", "11", "--checked", "5%", "--each"),
    ],
)
def test_other_numbers_are_refused(options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert "por: --" in said(capsys, *options, status=2)


def test_one_question_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    for options in ((), ("--checked", "1", "--chance", "95%")):
        with pytest.raises(SystemExit) as stopped:
            main(["detect", *BASE, *options])
        assert stopped.value.code == 2
