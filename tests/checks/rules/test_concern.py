"""A rule for issuers of coins of certain kinds asks nobody else, and of nobody in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from por.errors import FormatError
from por.model import Finding
from por.model.declarations import Declarations, Stablecoin
from tests.checks.rules.scenery import context, judged, rule
from tests.checks.rules.test_records import series
from tests.checks.scenery import one

PARAMETERS: dict[str, dict[str, Any]] = {
    "segregation.days": {"series": "secured:*"},
    "procedures.listed": {"list": "redemption", "items": ["at-par"]},
    "procedures.filed": {"kind": "report", "every": 12, "fiscal": False, "months": 1},
}


def of(check: str, tmp_path: Path, *kinds: str, coins: object = ("funds-transfer",), **declared: Any) -> Finding:
    issued = tuple(Stablecoin(f"X{i}", kind, "JPY", (), ()) for i, kind in enumerate(kinds))
    given: dict[str, Any] = {} if coins is None else {"coins": coins}
    asked = rule(check, **PARAMETERS[check], **given)
    return one(judged(context(tmp_path, {}, [], asked, declared=Declarations(stablecoins=issued, **declared))))


@pytest.mark.parametrize("check", PARAMETERS)
def test_who_issues_coins_of_other_kinds_only_is_not_asked(tmp_path: Path, check: str) -> None:
    finding = of(check, tmp_path, "trust", "bank")
    assert (finding.message, finding.required) == ("rulebook.answer.not_applicable", False)
    assert finding.facts["inputs"] == "supply"


@pytest.mark.parametrize("check", PARAMETERS)
@pytest.mark.parametrize("kinds", [("funds-transfer",), ("trust", "funds-transfer")])
def test_who_issues_one_of_the_kind_is_asked(tmp_path: Path, check: str, kinds: tuple[str, ...]) -> None:
    finding = of(check, tmp_path, *kinds)
    assert (finding.message, finding.required) == ("rulebook.answer.input_missing", True)
    assert finding.facts["input"] != "supply"


@pytest.mark.parametrize("check", PARAMETERS)
def test_t68_who_declares_no_coin_is_undecided_and_not_let_off(tmp_path: Path, check: str) -> None:
    finding = of(check, tmp_path)
    assert (finding.facts["input"], finding.required) == ("supply", True)


@pytest.mark.parametrize("check", PARAMETERS)
def test_without_kinds_everybody_is_asked(tmp_path: Path, check: str) -> None:
    assert of(check, tmp_path, "trust", coins=None).facts["input"] != "supply"


def test_a_kind_written_otherwise_is_another_kind(tmp_path: Path) -> None:
    finding = of("segregation.days", tmp_path, "Funds-Transfer", series=(series(name="secured:X0"),))
    assert finding.message == "rulebook.answer.not_applicable"


@pytest.mark.parametrize("coins", ["funds-transfer", 7, [7]])
def test_kinds_that_are_no_list_are_an_error_at_the_rule(tmp_path: Path, coins: object) -> None:
    with pytest.raises(FormatError, match="R-1/parameters/coins"):
        of("segregation.days", tmp_path, "trust", coins=coins)
