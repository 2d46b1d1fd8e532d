"""`por demo` fails when a lie passes."""

from __future__ import annotations

import contextlib
import json
import shlex
from pathlib import Path

import pytest

from por.cli import demo
from por.cli.main import main
from por.simulator.catalogue import LIES, UNSEEN
from por.simulator.lie import DOCUMENT, Lie

FEW = ("demo", "--customers", "12")
CAUGHT = {lie.name: lie for lie in LIES}


@pytest.fixture
def lies(monkeypatch: pytest.MonkeyPatch) -> list[Lie]:
    """Choose which lies are told."""
    chosen: list[Lie] = []
    monkeypatch.setattr(demo, "LIES", chosen)
    monkeypatch.setattr(demo, "UNSEEN", ())
    return chosen


@pytest.fixture
def off_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what happens on chain, which takes long and has tests of its own."""
    monkeypatch.setattr(demo, "set_up", contextlib.nullcontext)
    monkeypatch.setattr(demo, "play", lambda *_: True)


@pytest.mark.thorough
def test_the_honest_story_and_a_lie_that_is_caught(
    tmp_path: Path, lies: list[Lie], capsys: pytest.CaptureFixture[str]
) -> None:
    lies += [CAUGHT["negative amount"], CAUGHT["not enough coins"]]
    assert main([*FEW, "--keep", str(tmp_path / "kept")]) == 0
    out = capsys.readouterr().out
    assert out.count("VERIFIED: ") == 2
    assert out.count("\ncaught") == 2
    assert "2 of 2 lies caught" in out
    assert (tmp_path / "kept" / "snapshot" / "bundle" / "bundle.json").is_file()
    kept = [json.loads(path.read_bytes()) for path in (tmp_path / "kept").glob("lie-*/verdict.json")]
    assert {verdict["outcome"] for verdict in kept} == {"FAIL"}
    commands = [shlex.split(line)[1:] for line in out.splitlines() if line.startswith("  por ")]
    assert [(command[0], main(command)) for command in commands] == [
        ("verify", 0),
        ("verify", 3),
        ("report", 3),
        ("claims", 0),
        ("verify-inclusion", 0),
    ], "what is printed can be run, without the chain; the demo's exchange declares nothing to the rules"


def by_another(lie: Lie, caught_by: str | None, outcome: str = "FAIL") -> Lie:
    return Lie(lie.name, lie.threats, lie.sentence, caught_by, lie.tell, outcome)


@pytest.mark.usefixtures("off_chain")
def test_t69_a_lie_that_passes_or_is_caught_by_another_check_fails_the_demo(
    lies: list[Lie], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the exit status of the lie's victim, the check that was named must be the one that caught it."""
    honest = UNSEEN[0]
    lies += [
        by_another(honest, "solvency.coverage"),
        by_another(honest, DOCUMENT),
        by_another(CAUGHT["not enough coins"], "reserves.distinct"),
        by_another(CAUGHT["not enough coins"], "solvency.coverage", "INCONCLUSIVE"),
        by_another(CAUGHT["negative amount"], "liabilities.inclusion"),
    ]
    assert main(list(FEW)) == 1
    out = capsys.readouterr().out
    assert out.count("\nMISSED") == 5
    assert "0 of 5 lies caught" in out


def test_an_attack_on_chain_that_succeeds_fails_the_demo(
    lies: list[Lie], off_chain: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "play", lambda *_: False)
    assert (main(list(FEW)), lies) == (1, [])
    assert "0 of 0 lies caught" in capsys.readouterr().out


@pytest.mark.usefixtures("off_chain")
def test_a_victims_crash_catches_nothing(
    lies: list[Lie], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lies.append(CAUGHT["not enough coins"])
    monkeypatch.setattr(demo, "examine", lambda *_: (70, None))
    assert main(list(FEW)) == 1
    assert "0 of 1 lies caught" in capsys.readouterr().out


@pytest.mark.parametrize("customers", ["0", "-1", "5"])
def test_too_few_customers_for_the_story_are_2(customers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", f"--customers={customers}"]) == 2
    assert "--customers" in capsys.readouterr().err
