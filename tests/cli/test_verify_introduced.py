"""`por verify --introduced`: an intermediary's own list is read, or refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk, por


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.laid(tmp_path)


def test_a_list_is_read_and_changes_nothing_where_no_rulebook_asks(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "introduced.csv"
    path.write_text("account_id\nalice\n")
    assert por(*desk.auditor("--introduced", f"broker-7={path}")).status == 0


@pytest.mark.parametrize(
    ("argument", "place"),
    [("{path}", "--introduced"), ("=", "--introduced"), ("broker-7=", "--introduced"), ("broker-7={path}", "list.csv")],
)
def test_a_list_that_cannot_be_read_stops_the_command(desk: Desk, tmp_path: Path, argument: str, place: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("who\nalice\n")
    run = por(*desk.auditor("--introduced", argument.format(path=path)))
    assert run.status == 2
    assert place in run.err
