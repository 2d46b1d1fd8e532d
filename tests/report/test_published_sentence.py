"""The first sentence about a published proof: what was shown, and at once what its format cannot show."""

from __future__ import annotations

from typing import Any

import pytest

from por.model import Outcome
from por.report.sentence import first_sentence
from tests import published_proofs as p

OKX, LEMON = p.SAMPLES["okx-v1"], p.SAMPLES["lemon"]
MINE = p.amounts(BTC="1.5", ETH="20")
TOTAL = p.amounts(BTC="3.6", ETH="21.25000001", USDT="1103.24999999")
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
            f"your 1.5 BTC is under the root {LEMON.root} that you gave (lemon); the total is the published one; {END}",
        ),
        (
            LEMON.file,
            {"holdings": p.amounts(BTC="1.5"), "root": LEMON.root, "account": "user 0"},
            f"your 1.5 BTC is under the root {LEMON.root} that you gave (lemon); {END}",
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
