"""What page.md shows is what the page has, asks and does."""

from __future__ import annotations

import json
import re

import pytest

from por.cli.main import COMMANDS
from por.model import ChainAccount, RegistryPin
from por.web.assemble import SOURCES
from por.web.registry_answer import questions
from por.web.shipped import FILE, policy_of
from tests import pages

PAGE = "page.md"
TEXT = pages.text(PAGE)
BLOCKS = pages.blocks(PAGE)


def test_the_policy_is_the_files() -> None:
    shown = re.sub("sha256-[^']+", "sha256-…", policy_of(FILE.read_bytes()))
    assert f'content="{shown}"' in BLOCKS["text head"]


def test_the_questions_are_those_that_are_asked() -> None:
    registry = ChainAccount.parse("eip155:1:0x7777777777777777777777777777777777777777")
    pin = RegistryPin(registry, "0x3333333333333333333333333333333333333333", 23_600_000, 0)
    assert json.loads(BLOCKS["text questions"]) == questions(pin)
    for words in (str(registry), pin.issuer, str(pin.from_block)):
        assert words in TEXT


@pytest.mark.parametrize(("name", "count"), [("page", 7), ("answer", 6), ("previous", 4)])
def test_every_numbered_step_is_there(name: str, count: int) -> None:
    assert re.findall(rf"^\d\. \*\*{name} (\d)\*\*", TEXT, re.MULTILINE) == [str(n) for n in range(1, count + 1)]


def test_its_commands_are_all_that_there_are() -> None:
    named = set(re.findall(r"^\| `por (web [a-z]+)", TEXT, re.MULTILINE))
    assert named == {name for name in COMMANDS if name.startswith("web ")}


def test_the_files_it_names_are_there_and_cite_it_or_its_neighbours() -> None:
    for path in re.findall(r"`(por/web/[a-z_/.]+)`", TEXT):
        assert (SOURCES.parents[2] / path).exists(), path
    for path in SOURCES.glob("*.js"):
        for page in re.findall(r"`por/spec/([a-z-]+\.md)`", path.read_text("utf-8")):
            assert page == "receipt.md" or (pages.SPEC / page).exists(), path
