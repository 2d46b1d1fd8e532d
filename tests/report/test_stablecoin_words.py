"""What findings on stablecoins say of single assets is said in the reader's language, and ids stay as they are."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.model import Finding
from por.report.facts import said
from por.report.language import translator
from por.report.messages import ENGLISH
from por.report.stablecoin_messages import STABLECOIN_RULES
from tests.checks.rules.coins import HERE, THERE, asked, coin, item, seen
from tests.checks.rules.scenery import rule

JA = translator("ja")
BAD: tuple[dict[str, Any], ...] = (
    {"kind": "loan"},
    {"value": None},
    {"valued": date(2026, 1, 1)},
    {"tokenised": True},
    {"kind": "bond"},
    {"kind": "bond", "maturity": date(2030, 1, 1)},
    {"kind": "bond", "maturity": date(2020, 1, 1)},
    {"kind": "bill", "maturity": date(2026, 12, 1)},
    {"kind": "time"},
    {"kind": "apart"},
    {"encumbered": Fraction(1)},
    {"kind": "foreign"},
    {"kind": "foreign", "credit": "3-1"},
    {"kind": "foreign", "credit": "1-1", "outstanding": Fraction(1), "outstanding_currency": "JPY"},
    {"kind": "foreign", "credit": "1-1", "outstanding": Fraction(1), "outstanding_currency": "USD"},
    {"currency": "EUR"},
)
BACKING = rule(
    "stablecoin.backing",
    kinds=["demand-deposit", "bond", "bill", "time", "apart", "foreign"],
    maturity=["bond 3 months", "bill 3 months from acquisition"],
    early=["time"],
    separate=["apart"],
    credit_kinds=["foreign"],
    credit=["1-1"],
    outstanding="100",
    outstanding_currency="JPY",
)


def in_japanese(finding: Finding) -> str:
    facts = {name: said(name, text, JA) for name, text in finding.facts.items()}
    return JA.pgettext(finding.message, ENGLISH[finding.message]).format(**facts)


@pytest.mark.parametrize("changes", BAD, ids=str)
def test_why_an_asset_does_not_count_is_said_in_japanese(tmp_path: Path, changes: dict[str, Any]) -> None:
    bad = item(**{"name": "A-1", "value": 1, **changes})
    finding = asked(tmp_path, coin(item("B-2", value=999), bad), BACKING)
    for name in ("excluded", "undecided"):
        told = said(name, finding.facts[name], JA)
        assert not re.search(r"[a-z]{3}", told.replace(str(changes.get("kind")), "")), told
    assert "A-1" in in_japanese(finding) or finding.facts["undecided"] != "nothing"


def test_several_assets_are_taken_apart(tmp_path: Path) -> None:
    finding = asked(tmp_path, coin(item("A", value=None), item("B", value=None)), rule("stablecoin.valued"))
    assert finding.facts["breaches"] == "A: no market value; B: no market value"
    assert not re.search("[a-z]{3}", said("breaches", finding.facts["breaches"], JA))


def test_the_figure_that_the_limit_is_of_is_said(tmp_path: Path) -> None:
    for number, of in enumerate(("issued", "reserves", "received")):
        asks = rule("stablecoin.share", kinds=["demand-deposit"], limit="1/2", of=of)
        finding = asked(tmp_path / str(number), coin(item(), received=Fraction(9)), asks)
        assert not re.search("[a-z]", said("of", finding.facts["of"], JA))


@pytest.mark.parametrize("there", [0, 5])
def test_what_differs_on_chain_is_said_with_its_token(tmp_path: Path, there: int) -> None:
    finding = asked(tmp_path, coin(), rule("stablecoin.supply"), supplies={HERE: seen(7), THERE: seen(there)})
    told = said("differ", finding.facts["differ"], JA)
    assert str(HERE) in told
    assert "chain" not in told
    assert "declared" not in told


@pytest.mark.parametrize("key", STABLECOIN_RULES)
def test_every_message_names_its_coin_or_currency(key: str) -> None:
    assert "{name}" in STABLECOIN_RULES[key] or key.startswith("stablecoin.issued.")
    assert STABLECOIN_RULES[key].startswith("not decided: ") == ("inconclusive" in key)
