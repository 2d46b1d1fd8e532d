"""The report's own texts: each is used, and each that is used is there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from por.model.declarations import Topic
from por.model.remark import Observer, RemarkStatus
from por.model.rulebook import Confidence, RuleStatus, Severity
from por.report.language import IN_ENGLISH
from por.report.procedures import BLOCKS
from por.report.words import REPORT, word

FOLDER = Path(__file__).resolve().parents[2] / "por" / "report"
SOURCES = [*FOLDER.glob("*.py"), *(FOLDER / "pages").glob("*.jinja")]
GROUPS = {
    "status": set(RuleStatus),
    "severity": set(Severity),
    "confidence": set(Confidence),
    "topic": set(Topic),
    "remark_status": set(RemarkStatus),
    "block": {*BLOCKS, "attestation", "published", "other", "empty"},
    "state": {"in-force", "shadow", "does-not-apply"},
    "observed": {*Observer, "unknown"},
}
CHOSEN = {"standing.information", "pack.no_sources", "pack.replayed"}


def whole() -> str:
    return "\n".join(path.read_text("utf-8") for path in SOURCES if path.name != "words.py")


@pytest.mark.parametrize("key", REPORT)
def test_every_text_is_used(key: str) -> None:
    name = key.removeprefix("report.")
    group = name.rpartition(".")[0]
    text = whole()
    named = re.search(rf"\b(?:w|word)\(\s*['\"]{re.escape(name)}['\"]", text) or name in CHOSEN
    built = group and re.search(rf"['\"]{re.escape(group)}\.(?:['\"] ~|\{{)|known\(['\"]{re.escape(group)}['\"]", text)
    assert named or built, key


@pytest.mark.parametrize(("group", "names"), GROUPS.items())
def test_every_word_of_a_closed_vocabulary_has_a_text(group: str, names: set[str]) -> None:
    there = {key.removeprefix(f"report.{group}.") for key in REPORT if key.startswith(f"report.{group}.")}
    assert names == {name for name in there if not name.startswith("mark.")}


def test_a_text_fills_its_places_and_no_other() -> None:
    for key, text in REPORT.items():
        places = {name: "x" for _, name, _, _ in string.Formatter().parse(text) if name}
        assert "{" not in word(key.removeprefix("report."), IN_ENGLISH, **places)


def test_t94_a_place_is_filled_as_it_is() -> None:
    assert word("standing.waived", IN_ENGLISH, reason="{reason.__class__} {0}") == "waived: {reason.__class__} {0}"


@pytest.mark.parametrize("name", ["", "nothing at all", "title.", "report.title"])
def test_an_unknown_text_is_a_mistake(name: str) -> None:
    with pytest.raises(KeyError):
        word(name, IN_ENGLISH)
