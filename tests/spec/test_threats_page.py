"""The list of attacks is whole, and every attack that it says is met has a test with its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import por
from por.checks.catalogue import CATALOGUE
from por.cli.main import main

SPEC = Path(por.__file__).parent / "spec"
TESTS = Path(__file__).resolve().parents[1]
ROWS = re.findall(r"^\| (T\d\d) \| (.+) \| (.+) \|$", (SPEC / "threats.md").read_text(encoding="utf-8"), re.MULTILINE)
NUMBERED = re.compile(r"def test_((?:t\d\d_)+)")
LATER = "not yet"


def numbers_in_tests() -> set[str]:
    named = (text for path in TESTS.rglob("*.py") for text in NUMBERED.findall(path.read_text(encoding="utf-8")))
    return {number.upper() for text in named for number in text.strip("_").split("_")}


def test_every_number_stands_once_in_order() -> None:
    assert [number for number, _, _ in ROWS] == [f"T{number:02}" for number in range(1, 98)]


def test_an_attack_that_is_met_has_a_test_with_its_number() -> None:
    assert {number for number, _, met in ROWS if LATER not in met} <= numbers_in_tests()


def test_every_number_that_a_test_has_is_met() -> None:
    met = {number for number, _, met in ROWS if not met.startswith(LATER)}
    assert numbers_in_tests() - met == set()


@pytest.mark.parametrize("met", [met for _, _, met in ROWS])
def test_what_meets_an_attack_is_there(met: str) -> None:
    assert set(re.findall(r"\b(?:[a-z]+)\.(?!md|html|csv|toml)[a-z]+\b", met)) <= {check.id for check in CATALOGUE}
    assert all((SPEC / name).is_file() for name in re.findall(r"[a-z-]+\.md", met))


def test_one_is_explained_by_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "T46"]) == 0
    said = capsys.readouterr().out
    assert said in (SPEC / "threats.md").read_text(encoding="utf-8")
    assert main(["explain", "T98"]) == 2
