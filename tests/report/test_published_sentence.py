"""The first sentence about a published proof: what was shown, and at once what its format cannot show."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from por.model import Finding, Outcome, Verdict, printable
from por.report.language import IN_ENGLISH, translator
from por.report.sentence import first_sentence
from tests import published_proofs as p
from tests.report.translations import FORBIDDEN, JAPANESE

OKX, LEMON = p.SAMPLES["okx-v1"], p.SAMPLES["lemon"]
MINE = p.amounts(BTC="1.5", ETH="20")
TOTAL = p.amounts(BTC="3.6", ETH="21.25000001", USDT="1103.24999999")
JA = translator("ja")
END = "this does not show that the list is whole, or that others were shown the same root."


@pytest.mark.parametrize(
    ("file", "question", "sentence"),
    [
        (
            OKX.file,
            {"holdings": MINE, "root": OKX.root},
            (
                f"your 1.5 BTC and 20 ETH are under the root {OKX.root} that you gave (okx-v1); its format cannot show "
                f"the total; nothing shows that the leaf is yours alone; {END}"
            ),
        ),
        (
            LEMON.file,
            {"holdings": p.amounts(BTC="1.5"), "root": LEMON.root, "account": "user 0", "totals": TOTAL},
            (
                f"your 1.5 BTC is under the root {LEMON.root} that you gave (lemon); the total is the published one; "
                f"nothing shows that the leaf is yours alone; {END}"
            ),
        ),
        (
            LEMON.file,
            {"holdings": p.amounts(BTC="1.5"), "root": LEMON.root, "account": "user 0"},
            (
                f"your 1.5 BTC is under the root {LEMON.root} that you gave (lemon); "
                f"nothing shows that the leaf is yours alone; {END}"
            ),
        ),
        (
            OKX.file,
            {"holdings": MINE},
            (
                "a consistent okx-v1 file, which is not yet a proof; not decided: published.root; "
                "its format cannot show "
                f"the total; nothing shows that the leaf is yours alone; {END}"
            ),
        ),
        (
            OKX.bad["amount"][0],
            {},
            "this okx-v1 file does not hold: published.leaf, published.path, published.total failed.",
        ),
        (OKX.bad["digest"][0], {}, "this okx-v1 file does not hold: published.structure failed."),
        (OKX.file, {"root": "00" * 32}, "this okx-v1 file does not hold: published.root failed."),
    ],
)
def test_t72_the_sentence_says_what_was_shown_and_what_not(file: Any, question: dict[str, Any], sentence: str) -> None:
    assert first_sentence(p.judged(file, **question)) == sentence


def test_t01_a_contradiction_is_said_first() -> None:
    said = first_sentence(p.judged(*p.two_of_one()))
    assert said == "these coinex files contradict one another, and cannot all be true: published.consistent failed."


def test_t70_a_version_that_is_not_known_shows_nothing_yet() -> None:
    bybit = p.SAMPLES["bybit"].file
    unknown = {**bybit, "self": {**bybit["self"], "balance": dict(reversed(bybit["self"]["balance"].items()))}}
    verdict = p.judged(unknown)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert first_sentence(verdict).startswith("this bybit file shows nothing yet; not decided: published.structure")


@pytest.mark.parametrize("verdict", list(p.scenes()), ids=lambda verdict: verdict.snapshot[:30])
def test_t68_t73_no_sentence_is_good_news_without_a_pass(verdict: Any) -> None:
    said = first_sentence(verdict)
    assert (" that you gave (" in said) is (verdict.outcome is Outcome.PASS)
    assert not any(word in said for word in ("solvent", "compliant", "audit", "safe"))
    assert said.endswith(".")


# In Japanese.

ALL = "リストに漏れがないことも、ほかの人に同じルートが示されたことも、示されません。"
NOT_YOURS = f"リーフがお客様だけのものであることも、{ALL}"


@pytest.mark.parametrize(
    ("file", "question", "sentence"),
    [
        (
            OKX.file,
            {"holdings": MINE, "root": OKX.root},
            (
                f"お客様の 1.5 BTC、20 ETH は、ご指定のルート {OKX.root} の下に含まれています（形式：okx-v1）。"
                f"ただし、この形式では合計は示されず、{NOT_YOURS}"
            ),
        ),
        (
            LEMON.file,
            {"holdings": p.amounts(BTC="1.5"), "root": LEMON.root, "account": "user 0", "totals": TOTAL},
            (
                f"お客様の 1.5 BTC は、ご指定のルート {LEMON.root} の下に含まれており、"
                f"合計は公表された合計と一致しています（形式：lemon）。ただし、{NOT_YOURS}"
            ),
        ),
        (
            LEMON.file,
            {"holdings": p.amounts(BTC="1.5"), "root": LEMON.root, "account": "user 0"},
            (
                f"お客様の 1.5 BTC は、ご指定のルート {LEMON.root} の下に含まれています（形式：lemon）。"
                f"ただし、{NOT_YOURS}"
            ),
        ),
        (
            LEMON.file,
            {"holdings": p.amounts(BTC="1.5"), "account": "user 0", "totals": TOTAL},
            (
                "この lemon 形式のファイルの内容に矛盾はなく、合計は公表された合計と一致していますが、"
                f"まだ証明にはなりません（判定不能の検査：published.root）。また、{NOT_YOURS}"
            ),
        ),
        (
            OKX.file,
            {"holdings": MINE},
            (
                "この okx-v1 形式のファイルの内容に矛盾はありませんが、まだ証明にはなりません"
                f"（判定不能の検査：published.root）。また、この形式では合計は示されず、{NOT_YOURS}"
            ),
        ),
        (
            OKX.bad["amount"][0],
            {},
            (
                "この okx-v1 形式のファイルは成り立ちません"
                "（不合格の検査：published.leaf, published.path, published.total）。"
            ),
        ),
    ],
)
def test_t72_a_sentence_in_japanese(file: Any, question: dict[str, Any], sentence: str) -> None:
    assert first_sentence(p.judged(file, **question), JA) == sentence


def test_t01_a_contradiction_in_japanese() -> None:
    assert first_sentence(p.judged(*p.two_of_one()), JA) == (
        "これらの coinex 形式のファイルは互いに矛盾しており、すべてが真実ではあり得ません"
        "（不合格の検査：published.consistent）。"
    )


@pytest.mark.parametrize("verdict", list(p.scenes()), ids=lambda verdict: verdict.snapshot[:30])
def test_t68_t73_no_sentence_in_japanese_is_good_news_without_a_pass(verdict: Verdict) -> None:
    said, english = first_sentence(verdict, JA), first_sentence(verdict)
    assert ("の下に含まれて" in said) is (verdict.outcome is Outcome.PASS)
    assert sorted(re.findall("[0-9]+", said)) == sorted(re.findall("[0-9]+", english))
    assert set(re.findall(r"published\.[a-z]+", said)) == set(re.findall(r"published\.[a-z]+", english))
    assert said.endswith(("。", "。）"))
    assert re.search(JAPANESE, said)
    assert not FORBIDDEN.search(said)


# Verdicts that no command makes.


def test_a_pass_in_which_nothing_was_looked_for_says_so() -> None:
    given = Finding("published.root", "r", Outcome.PASS, "published.root.given")
    bare = replace(p.judged(LEMON.file), findings=(given,))
    assert bare.outcome is Outcome.PASS
    assert "but no amount of yours was looked for under it" in first_sentence(bare)
    assert "お客様の残高がその下に含まれるかどうかは調べていません" in first_sentence(bare, JA)


def test_nothing_required_is_said_to_decide_nothing() -> None:
    bare = replace(p.judged(LEMON.file), findings=())
    assert first_sentence(bare) == "this lemon file shows nothing yet; not decided: anything that counts."
    assert "判定の根拠となる検査がすべて判定不能" in first_sentence(bare, JA)


@pytest.mark.parametrize("text", ["{limits}", "{0}", "{", "}}", "%s", "\x1b[2J", "\u202e", "a\nb"])
def test_t93_a_name_that_looks_like_a_place_is_not_one_and_none_steers(text: str) -> None:
    for say in (IN_ENGLISH, JA):
        said = first_sentence(replace(p.judged(OKX.file), snapshot=f"{text}:{text}"), say)
        assert printable(said) == said
        assert printable(text) in said
