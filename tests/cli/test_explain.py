"""`por explain`."""

from __future__ import annotations

import pytest

from por.checks.catalogue import CATALOGUE
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
