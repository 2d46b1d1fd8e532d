"""`por formats`: each grade card, whole, in the reader's language; `por explain` shows the same."""

from __future__ import annotations

import json
import re

import pytest

from por.cli.main import main
from por.formats.proofs import FORMATS
from tests.cli.desk import por
from tests.report.translations import JAPANESE

NAMES = [each.card.name for each in FORMATS]
Captured = pytest.CaptureFixture[str]


def told(capsys: Captured, *command: str) -> str:
    assert main(list(command)) == 0
    return capsys.readouterr().out


def test_all_cards_are_listed(capsys: Captured) -> None:
    out = told(capsys, "formats")
    heads = [block.splitlines()[0] for block in out.split("\n\n")]
    assert heads == NAMES


def test_all_cards_are_listed_in_japanese(capsys: Captured) -> None:
    blocks = told(capsys, "formats", "--lang", "ja").split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == NAMES
    assert all(len(re.findall(JAPANESE, block)) > 50 for block in blocks)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_the_same_from_por_explain(name: str, capsys: Captured) -> None:
    for language in ("en", "ja"):
        card = told(capsys, "formats", name, "--lang", language)
        assert told(capsys, "explain", name, "--lang", language) == card
        assert card.startswith(f"{name}\n")


def test_the_json_is_of_no_language(capsys: Captured) -> None:
    english = told(capsys, "formats", "--json")
    assert told(capsys, "formats", "--json", "--lang", "ja") == english
    cards = json.loads(english)
    assert [card["name"] for card in cards] == NAMES
    assert all(weakness["source"] for card in cards for weakness in card["weaknesses"])


@pytest.mark.parametrize("name", ["", "okx", "OKX-V1", "okx-v1 ", "../okx-v1", "\x1b[2J", "x" * 5000])
def test_an_unknown_format_is_2(name: str) -> None:
    run = por("formats", name)
    assert (run.status, run.out) == (2, "")
    assert "por formats lists them" in run.err
    assert "\x1b" not in run.err
    assert len(run.err) < 1000


def test_an_unknown_language_is_2() -> None:
    run = por("formats", "--lang", "fr")
    assert (run.status, run.out) == (2, "")
    assert "there are en, ja" in run.err
