"""The page on rule checks names every check and every parameter, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from por.checks.rules.table import RULE_CHECKS

PAGE = Path(__file__).resolve().parents[2] / "por" / "spec" / "rule-checks.md"
ROW = re.compile(r"^\| `(?P<check>[a-z]+\.[a-z]+)` \| (?P<parameters>.*) \|$", re.MULTILINE)
ROWS = {match["check"]: match["parameters"] for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
# Said once for all checks that look at reports of practitioners.
SHARED = {"kind", "forms"}


@pytest.mark.parametrize("check", RULE_CHECKS)
def test_every_parameter_of_a_check_is_on_the_page(check: str) -> None:
    named = set(re.findall(r"`([a-z_]+)`", ROWS[check]))
    taken = set(RULE_CHECKS[check].parameters)
    assert taken - named <= SHARED
    assert named - taken <= {"held", "custodian", "most", "day", "week", "since", "via"}


def test_no_check_of_the_page_is_unknown() -> None:
    assert set(ROWS) <= set(RULE_CHECKS)
