"""The estimate in words: what is known, what is missing, and what it does not say."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from fractions import Fraction

import pytest

from por.encoding import claim_v1
from por.model import AssetId
from por.model.claims import Claim, Lack, Lacking, Loss, MoneyClaim, Payment, Shares
from por.report.changes import CHANGES, render_changes
from por.report.claims import CLAIMS, LIMITS, render_claim
from por.report.language import translator
from tests import pages

BTC = AssetId.parse("bip122:000000000019d6689c085ae165831e93/slip44:0")
GOLDEN: Claim = claim_v1.read(pages.document_bytes("claims.md", "claim.json"))
NAMES = {BTC: "BTC"}


def paying(proven: Shares, claimed: Shares | None = None, **changes: object) -> Claim:
    row = replace(GOLDEN.coins[0], proven=proven, claimed=claimed or proven)
    return replace(GOLDEN, coins=(row,), **changes)  # type: ignore[arg-type]


def shares(first: Payment, second: Payment) -> Shares:
    return Shares(BTC, first, second)


def part(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def payment(first: str | None, second: str | None = "0") -> Payment:
    return Payment(part(first), part(second))


def test_the_page_shows_what_is_printed() -> None:
    assert render_claim(GOLDEN, NAMES) == pages.blocks("claims.md")["text rendering"]


def test_figures_are_rounded_toward_zero() -> None:
    said = render_claim(GOLDEN, NAMES)
    assert "between 1.2 and 1.39148936 BTC (80.00 % to 92.76 %)" in said
    assert "between 1.29375 and 1.42539893 BTC (86.25 % to 95.02 %)" in said


def test_one_figure_is_not_told_as_two() -> None:
    said = render_claim(paying(shares(payment("1/2"), payment("1/2"))), NAMES)
    assert "would cover 0.75 BTC (50.00 %) by both models." in said


def test_t64_an_unknown_figure_is_called_unknown() -> None:
    said = render_claim(paying(shares(payment("1/2", None), payment(None, None))), NAMES)
    assert "would cover 0.75 BTC (50.00 %), where each kind of coin pays for itself; for one pool" in said
    assert "an unknown amount of BTC worth of money" in said
    assert "with the general estate" not in said
    assert "one pool of all kinds, sold" not in said


def test_what_is_claimed_stands_beside_what_is_proven() -> None:
    low, high = shares(payment("1/2"), payment("1/2")), shares(payment("3/4"), payment("4/5"))
    assert "were there too, the segregated assets would cover between 1.125 and 1.2 BTC" in render_claim(
        paying(low, high), NAMES
    )
    alone = shares(payment("3/4", None), payment(None, None))
    assert "would cover 1.125 BTC (75.00 %), where each kind" in render_claim(paying(low, alone), NAMES)
    unknown = shares(payment(None, None), payment(None, None))
    assert "were there too" not in render_claim(paying(low, unknown), NAMES)


def test_for_all_customers_it_is_not_the_readers_own() -> None:
    said = render_claim(replace(GOLDEN, inclusion=None, proofs=()), NAMES)
    assert "Of the 1.5 BTC owed to customers" in said
    assert "your 1.5" not in said


@pytest.mark.parametrize("what", Lack)
def test_every_missing_input_is_named(what: Lack) -> None:
    said = render_claim(replace(GOLDEN, missing=(Lacking(what, str(BTC)),)), NAMES)
    line = next(line for line in said.splitlines() if line.startswith("  - "))
    assert line.removeprefix("  - ") == CLAIMS[f"claim.lack.{what}"].format(subject="BTC")


def test_an_asset_without_a_symbol_is_called_by_its_id() -> None:
    said = render_claim(replace(GOLDEN, loss=Loss(False, ((BTC, Fraction(1, 3)),))), {})
    assert f"Assumed lost: 1/3 {BTC}." in said


def test_money_that_is_not_all_in_trust() -> None:
    said = render_claim(replace(GOLDEN, money=(MoneyClaim("JPY", Fraction(3), Fraction(2)),)), NAMES)
    assert "Of 3 JPY of money owed to customers, 2 is said to be in trust for them (66.66 %)" in said


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_limits_stand_under_every_estimate(language: str) -> None:
    say = translator(language)
    said = render_claim(GOLDEN, NAMES, say)
    for key in LIMITS:
        assert f"  - {say.pgettext(key, CLAIMS[key])}\n" in said


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("key", [*CLAIMS, *CHANGES])
def test_every_template_keeps_its_places(key: str, language: str) -> None:
    english = {**CLAIMS, **CHANGES}[key]
    said = translator(language).pgettext(key, english)
    assert _places(said) == _places(english)


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


def test_t73_no_word_promises_more_than_an_estimate() -> None:
    for text in CLAIMS.values():
        assert not re.search(r"\b(audit|solvent|compliant|guaranteed|will receive|entitled)\b", text.lower())


def test_t93_names_out_of_documents_are_escaped() -> None:
    assert "\u202e" not in render_claim(GOLDEN, {BTC: "B\u202eTC"})
    assert render_changes([]) == "Nothing differs.\n"
