"""What published-formats.md shows is what the code reads, hashes and says."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from por.checks.requirements import PUBLISHED
from por.cli.main import main
from por.commitments.text_merkle import MAX_STEPS, TreeRule
from por.formats import document
from por.formats.fields import MAX_COINS
from por.formats.proofs import FORMATS, detect
from por.model.published import Asked
from por.report.format_card import cards_page
from tests import pages

PAGE = "published-formats.md"
TEXT = pages.text(PAGE)
ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "okx-v1": "okx_v1",
    "mexc": "mexc",
    "coinex": "coinex",
    "bitunix": "bitunix",
    "htx-merkle-v1": "htx_v1",
    "lemon": "lemon",
    "bingx": "bingx",
    "pionex": "pionex",
    "topone": "topone",
    "bifinance": "bifinance",
    "renrenbit": "renrenbit",
    "olalonde": "olalonde",
    "ethereum-research": "ethereum_research",
    "chainpoint-v2": "chainpoint",
    "bitbase": "bitbase",
    "bitmex": "bitmex",
    "krakendb": "krakendb",
    "blocpal": "blocpal",
    "silversixpence": "silversixpence",
    "weex": "weex",
}


def test_the_example_is_read_and_its_leaf_is_the_hash_shown() -> None:
    data = pages.blocks(PAGE)["json coinex"].encode()
    found, variant = detect(document.Document(data))
    reading = found.read(document.Document(data), variant, Asked())
    text = pages.blocks(PAGE)["text leaf"].rstrip("\n")
    (opened,) = reading.opened
    assert (found.card.name, reading.variant) == ("coinex", "path file, a node without sibling is hashed twice")
    assert opened.leaf == hashlib.sha256(text.encode()).hexdigest()
    assert opened.root.hash == opened.stated_root


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 3),
        (("--holding", "BTC=1.5", "--holding", "ETH=20", "--holding", "USDT=1000.25"), 3),
        (("--root", "1b3e04f0355805e6216fdc0a46fa53f832452a25206255581d911107bf7f5d3a"), 3),
        (("--holding", "BTC=1.5", "--root", "1b3e04f0355805e6216fdc0a46fa53f832452a25206255581d911107bf7f5d3a"), 0),
        (("--holding", "BTC=1.6", "--root", "1b3e04f0355805e6216fdc0a46fa53f832452a25206255581d911107bf7f5d3a"), 1),
    ],
)
def test_t34_the_example_ends_as_the_page_says(options: tuple[str, ...], status: int, tmp_path: Path) -> None:
    file = tmp_path / "coinex.json"
    file.write_text(pages.blocks(PAGE)["json coinex"])
    assert main(["verify-inclusion", str(file), *options]) == status


@pytest.mark.parametrize("name", RULES)
def test_the_tables_have_the_templates_of_the_code(name: str) -> None:
    rule = importlib.import_module(f"por.formats.{RULES[name]}").RULE
    assert isinstance(rule, TreeRule)
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
    written = row.replace("\\|", "|")
    assert f"`{rule.node}`" in written
    assert rule.leaf is None or f"`{rule.leaf}`" in written
    assert (" raw |" in row) is rule.raw
    assert rule.digits == 64 or f" {rule.digits} |" in row


def test_every_format_is_on_the_page_and_every_check_has_its_step() -> None:
    for each in FORMATS:
        assert f"`{each.card.name}`" in TEXT
    assert list(re.findall(r"`(published\.[a-z]+)`", TEXT)) == list(PUBLISHED)


def test_the_limits_are_the_codes() -> None:
    for limit in (document.MAX_BYTES, document.MAX_ITEMS, document.MAX_DEPTH, MAX_STEPS, MAX_COINS):
        assert f"{limit:,}" in TEXT


def test_the_page_of_grade_cards_is_what_the_code_makes() -> None:
    made = cards_page([each.card for each in FORMATS])
    assert made == (pages.SPEC / "howto" / "published-proofs.md").read_text("utf-8"), "run scripts/format_cards"
    command = [sys.executable, str(ROOT / "scripts" / "format_cards"), "--check"]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.card.name)
def test_every_card_says_all_there_is_to_say(each: object, capsys: pytest.CaptureFixture[str]) -> None:
    card = each.card  # type: ignore[attr-defined]
    assert card.weaknesses, "no format of this family is without one"
    assert all(re.fullmatch(r"T\d\d", weakness.threat) and weakness.source for weakness in card.weaknesses)
    assert main(["explain", card.name]) == 0
    out = capsys.readouterr().out
    for text in (
        card.title,
        card.proves,
        card.setup,
        card.per_coin,
        str(card.sums),
        str(card.leaf),
        str(card.identity),
    ):
        assert text in out
    assert main(["formats", card.name, "--json"]) == 0
    (value,) = json.loads(capsys.readouterr().out)
    assert value["name"] == card.name
    assert not re.search(r"\b(audit|solvent|compliant)\b", card.proves)


def test_por_formats_lists_all_and_refuses_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    out = capsys.readouterr().out
    assert all(f"{each.card.name}\n" in out for each in FORMATS)
    assert main(["formats", "mtgox"]) == 2
    assert "por formats lists them" in capsys.readouterr().err
