"""`por sample`: what an auditor draws, anybody draws again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from por.cli.main import main
from tests.cli.desk import Desk, por

SEED = ("--seed", "beacon round 4711")


def drawn(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    assert main(["sample", *arguments]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_customers_are_drawn_and_drawn_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("customers", desk.bundle, "--ledger", desk.records_csv, "--size", "2", *SEED)
    first = drawn(capsys, *command)
    assert drawn(capsys, *command) == first
    assert len(first) == 2
    assert {row["population_count"] for row in first} == {"3"}
    assert {row["seed"] for row in first} == {"beacon round 4711"}
    assert {row["item"] for row in first} < {"alice", "bob", "carol"}


def test_by_amount_the_largest_is_drawn_for_certain(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("customers", desk.bundle, "--ledger", desk.records_csv, "--size", "2", "--by-amount", "ETH")
    for number in range(10):
        found = drawn(capsys, *command, "--seed", f"seed {number}")
        assert "alice" in {row["item"] for row in found}
        assert {row["method"] for row in found} == {"monetary-unit"}


def test_json_tells_the_same(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("accounts", desk.bundle, "--size", "3", *SEED)
    rows = drawn(capsys, *command)
    assert main(["sample", *command, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert [row["item"] for row in value["drawn"]] == [row["item"] for row in rows]
    assert value["population"]["digest"] == rows[0]["population_digest"]
    assert value["population"]["count"] == 4


def test_a_file_of_customers_is_for_its_owner_alone(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "sample.csv"
    command = ("customers", desk.bundle, "--ledger", desk.records_csv, "--size", "1", *SEED, "--output", str(target))
    run = por("sample", *command)
    assert (run.status, run.out) == (0, "")
    assert "1 of 3" in run.err
    assert target.stat().st_mode & 0o777 == 0o600
    assert por("sample", *command).status == 2


def test_t19_t23_a_list_that_is_not_the_bundles_is_refuted(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = Path(desk.records_csv).read_text().splitlines(keepends=True)
    other = tmp_path / "records.csv"
    other.write_text("".join(rows[:-1]))
    assert main(["sample", "customers", desk.bundle, "--ledger", str(other), "--size", "1", *SEED]) == 1
    assert "does not imply" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--size", "0"), "--size"),
        (("--size", "five"), "--size"),
        (("--size", "5"), "between 1 and 4"),
        (("--size", "1", "--seed", " "), "--seed"),
        (("--size", "1", "--by-amount", "XYZ"), "--by-amount XYZ"),
        (("--size", "1", "--by-amount", "DAI"), "--by-amount"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert main(["sample", "accounts", desk.bundle, *SEED, *more]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


@pytest.mark.parametrize("ledger", ["nowhere.csv", "."])
def test_a_record_list_that_is_not_there_is_refused(desk: Desk, ledger: str) -> None:
    assert main(["sample", "customers", desk.bundle, "--ledger", ledger, "--size", "1", *SEED]) == 2


def test_a_record_list_that_is_no_text_is_refused(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "records.csv"
    other.write_bytes(Path(desk.records_csv).read_bytes().replace(b"alice", b"\xff"))
    assert main(["sample", "customers", desk.bundle, "--ledger", str(other), "--size", "1", *SEED]) == 2
