"""`por explain`."""

from __future__ import annotations

import pytest

from por.checks.catalogue import CATALOGUE
from por.checks.check import Check
from por.checks.rulebooks import load_rulebook, shipped_ids
from por.checks.rules.catalogue import RULE_CATALOGUE
from por.cli.main import main
from tests.cli.desk import por


def test_without_id_every_check_is_listed_with_its_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [[entry.id, entry.question] for entry in CATALOGUE]


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.id)
def test_each_check_says_what_its_outcomes_mean(entry: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", entry.id]) == 0  # type: ignore[attr-defined]
    out = capsys.readouterr().out
    for text in (entry.question, entry.passes, entry.fails, entry.inconclusive, entry.limits):  # type: ignore[attr-defined]
        assert text in out
    assert ("--source or --replay" in out) == entry.needs_chain  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["", "reserves", "RESERVES.BALANCE", "reserves.balance@x", "\x1b[2J"])
def test_an_unknown_check_is_2(name: str) -> None:
    run = por("explain", name)
    assert (run.status, run.out) == (2, "")
    assert "por explain lists them" in run.err
    assert "\x1b" not in run.err


@pytest.mark.parametrize("entry", RULE_CATALOGUE, ids=lambda entry: entry.id)
def test_a_rules_check_names_the_rules_that_it_judges(entry: Check, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", entry.id]) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    rules = [f"{book}/{rule.id}" for book in shipped_ids() for rule in load_rulebook(book).rules]
    assert line.startswith("judges ")
    listed = line.removeprefix("judges").strip().split(", ")
    assert set(listed) <= {*rules, "-"}
    assert ("jp-exchange/JP-COLD-01" in listed) == (entry.id == "segregation.hot")


def test_a_rule_is_no_check_and_the_message_says_where_it_is_shown() -> None:
    run = por("explain", "jp-exchange/JP-COLD-01")
    assert (run.status, run.out) == (2, "")
    assert "por rulebook show jp-exchange --rule JP-COLD-01" in run.err


@pytest.mark.parametrize("name", ["a/\x1b[2J", "/", "a/b c"])
def test_t93_an_odd_name_of_a_rule_is_2_and_steers_nothing(name: str) -> None:
    run = por("explain", name)
    assert (run.status, run.out) == (2, "")
    assert "\x1b" not in run.err
