"""A format's grade card: for the terminal, in both languages, with every row, citation and figure."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from por.formats.proofs import FORMATS
from por.model.published import Card, IdRule, LeafRule, SumRule
from por.report.facts import said
from por.report.format_card import card_text, card_value, cards_page, shows
from por.report.format_texts import SHARED, card_said, card_texts, title_said, weakness_said
from por.report.format_words import CARD, VARIANTS
from por.report.language import IN_ENGLISH, Translator, translator
from por.report.text import columns
from tests import published_proofs as p
from tests.report.translations import FORBIDDEN, JAPANESE

JA = translator("ja")
READERS = Path(__file__).resolve().parents[2] / "por" / "formats"
CARDS = [each.card for each in FORMATS]
LEMON = next(card for card in CARDS if card.name == "lemon")

ENGLISH_CARD = """lemon
Lemon, proofs as CSV, 2022
  publishers      Lemon
  proves          your balances are in the tree, and the tree's total is at least the sum of all balances in it
  at most         inclusion and total
  sums hashed     both children
  leaf            recomputed from the balance
  tied to you by  a value that the exchange chose
  hash kept       256 bits
  coins           every coin, sorted
  set-up          none
  T22             amounts are hashed as a decimal library prints them: 0.00000001 as 1E-8 [see source]
  T08             hashes and balances are joined without lengths [see source]
  source          github.com/lemonatio/proof-of-liabilities, commit 33e662d4
"""
JAPANESE_CARD = """lemon
Lemon、CSV の証明、2022 年
  公表者              Lemon
  証明する内容        利用者本人の残高がツリーにあり、ツリーの合計が、その中の全残高の和以上であること
  示せる上限          包含と合計
  ハッシュされる合計  両方の子
  リーフ              残高から再計算
  利用者との結び付き  取引所が選んだ値
  残すハッシュの長さ  256 ビット
  コイン              すべてのコイン（並べ替え済み）
  信頼を要する準備    なし
  T22                 額は十進数ライブラリの出力のままハッシュされる：0.00000001 は 1E-8 となる［出典を参照］
  T08                 ハッシュと残高を、長さを示さずに連結する［出典を参照］
  出典                github.com/lemonatio/proof-of-liabilities, commit 33e662d4
"""


def figures(text: str) -> list[str]:
    return sorted(re.findall("[0-9]+", text))


def test_a_card_in_english() -> None:
    assert card_text(LEMON) == card_text(LEMON, IN_ENGLISH) == ENGLISH_CARD


def test_a_card_in_japanese() -> None:
    assert card_text(LEMON, JA) == JAPANESE_CARD


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_card_says_in_japanese_what_it_says_in_english(card: Card) -> None:
    english, japanese = card_text(card).splitlines(), card_text(card, JA).splitlines()
    assert len(english) == len(japanese) == 12 + len(card.weaknesses)
    assert [figures(line) for line in english] == [figures(line) for line in japanese]
    assert all(re.search(JAPANESE, line) for line in japanese[1:] if not re.match(r"  T[0-9]", line))
    assert not FORBIDDEN.search("\n".join(japanese))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_no_weakness_is_left_out_or_left_in_english(card: Card) -> None:
    shown = card_text(card, JA)
    for weakness in card.weaknesses:
        told = weakness_said(card, weakness, JA)
        assert f"{told}\n" in shown
        assert told != weakness_said(card, weakness, IN_ENGLISH)
        assert weakness_said(card, weakness, IN_ENGLISH) == f"{weakness.text} [{weakness.source}]"
        assert re.match(f".*{JAPANESE}", told)
    assert [line.split()[0] for line in shown.splitlines()[11:-1]] == [each.threat for each in card.weaknesses]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_t73_a_card_promises_no_more_in_japanese(card: Card) -> None:
    """What cannot show the total does not show it in any language."""
    assert ("合計は示せない" in shows(card, JA)) == ("no total" in shows(card))
    assert ("残高は示せない" in shows(card, JA)) == ("no balance" in shows(card))
    assert ("total" in shows(card).replace("no total", "")) == (shows(card, JA) == "包含と合計")


@pytest.mark.parametrize(("say", "width"), [(IN_ENGLISH, 18), (JA, 22)], ids=["en", "ja"])
def test_rows_stand_in_columns(say: Translator, width: int) -> None:
    for card in CARDS:
        for line in card_text(card, say).splitlines()[2:]:
            name = re.match(r"  (\S.*?) {2,}(?=\S)", line)
            assert name is not None
            assert columns(name[0]) == width, line


def test_the_json_and_the_page_are_of_no_language() -> None:
    assert not re.search(JAPANESE, json.dumps([card_value(card) for card in CARDS], ensure_ascii=False))
    assert not re.search(JAPANESE, cards_page(CARDS))


def test_every_rule_has_a_word() -> None:
    for group, rules in (("sums", SumRule), ("leaf", LeafRule), ("identity", IdRule)):
        words = {key for key in CARD if key.startswith(f"card.{group}.")}
        assert words == {f"card.{group}.{rule.name.lower()}" for rule in rules}


# The texts.


def test_a_shared_weakness_is_one_text_and_a_formats_own_is_its_own() -> None:
    keys = dict(card_texts())
    assert {f"weakness.{name.lower()}" for name in SHARED.values()} <= set(keys)
    assert "format.lemon.T22" in keys
    assert "format.okx-v1.T01" not in keys
    assert len(keys) == len(list(card_texts()))


def test_names_of_coins_are_no_text() -> None:
    keys = dict(card_texts())
    assert "format.okx-v1.per_coin" not in keys
    assert card_said(next(card for card in CARDS if card.name == "okx-v1"), "per_coin", JA) == "BTC, ETH, USDT"
    assert not any(text == "none" for text in keys.values())


def test_what_has_no_translation_stays() -> None:
    other = replace(LEMON, title="Melon, other proofs", weaknesses=())
    assert card_said(other, "title", JA) == "Melon, other proofs"
    assert title_said("Melon, other proofs", JA) == "Melon, other proofs"
    assert title_said(LEMON.title, JA) == "Lemon、CSV の証明、2022 年"
    assert card_said(replace(LEMON, name="melon"), "proves", JA) == LEMON.proves


# What verdicts say of a file's layout.


@pytest.mark.parametrize("name", p.SAMPLES)
def test_every_layout_that_is_found_is_said_in_japanese(name: str) -> None:
    """What a type says itself, as Chainpoint has it, is a name."""
    verdict = p.judged(p.SAMPLES[name].file, chosen=p.SAMPLES[name].format)
    variants = {finding.facts["variant"] for finding in verdict.of("published.structure")}
    assert all(re.search(JAPANESE, said("variant", text, JA)) for text in variants - {"ChainpointSHA256v2"})
    assert all(said("variant", text, IN_ENGLISH) == text for text in variants)


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("path file, a node without sibling is hashed twice", "経路ファイル、兄弟のないノードは二重にハッシュ"),
        ("path file, places 8/8/6", "経路ファイル、小数桁数 8/8/6"),
        ("level files, 4 nodes of levels 1 to 3", "階層ファイル、階層 1 から 3 までの 4 個のノード"),
        ("unknown order of 7 coins", "7 種のコインの未知の順序"),
    ],
)
def test_a_layout_in_parts(english: str, japanese: str) -> None:
    assert said("variant", english, JA) == japanese


@pytest.mark.parametrize(
    "text", ["", "{count} coins", "x coins", "path files", "ChainpointSHA256v2", "level files,4 nodes", "\x1b[2J"]
)
def test_t93_any_other_layout_stays_as_the_file_says_it(text: str) -> None:
    assert said("variant", text, JA) == text


@pytest.mark.parametrize(
    ("name", "english", "japanese"),
    [
        ("amounts", "1 BTC, 2 ETH and 3 more", "1 BTC, 2 ETH、ほか 3 件"),
        ("amounts", "nothing", "なし"),
        ("covers", "nothing", "なし"),
        ("covers", "user_id, nonce", "user_id, nonce"),
        ("node", "your record", "利用者本人のレコード"),
        ("node", "ab" * 32, "ab" * 32),
    ],
)
def test_facts_of_published_proofs_are_said(name: str, english: str, japanese: str) -> None:
    assert said(name, english, JA) == japanese
    assert said(name, english, IN_ENGLISH) == english


def test_every_layout_has_its_place_in_a_reader() -> None:
    """A layout that no reader finds any more is none."""
    sources = "\n".join(path.read_text("utf-8") for path in sorted(READERS.glob("*.py")))
    for english in VARIANTS.values():
        part = max(re.split(r"\{[a-z]+\}", english), key=len).strip()
        assert part in sources, english
