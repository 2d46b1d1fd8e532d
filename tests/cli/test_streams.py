"""Streams that are closed, full or have no reader: nothing they do turns into "verified" or "refuted" (T69)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from por.cli.main import main
from por.errors import FormatError, PolicyError
from tests.cli.desk import PROGRAM, ROOT, Desk, broken, environment

pytestmark = pytest.mark.thorough

CRASH = "import por.checks.pins as m\ndef bang(*a, **k): raise LookupError('injected')\nm.commitments_root = bang"
# What a command says when it can speak: exit status, program, the customer's further options.
SAID: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "verified": (0, PROGRAM, ()),
    "refuted": (1, PROGRAM, ("--root", "11" * 32)),
    "could not start": (2, PROGRAM, ("--root", "xyz")),
    "inconclusive": (3, PROGRAM, ("--holding", "BTC=1")),
    "crashed": (70, broken(CRASH), ()),
}
WAYS = ("closed", "full", "no reader")
no_full_disk = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no /dev/full: run the tests on Linux"
)
ways = pytest.mark.parametrize("way", [*WAYS[::2], pytest.param("full", marks=no_full_disk)])


@contextmanager
def spoiled(way: str) -> Iterator[int]:
    """Open what stands in for a stream."""
    if way == "full":
        descriptor = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, descriptor = os.pipe()
        os.close(reading)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def status(program: str, command: Sequence[str], stream: str, way: str) -> int:
    """Run a program whose stdout or stderr is spoiled, and return its exit status."""
    closing = {"stdout": " >&-", "stderr": " 2>&-"}[stream] if way == "closed" else ""
    words = ["/bin/sh", "-c", f'exec "$@"{closing}', "sh", sys.executable, "-c", program, *command]
    streams: dict[str, int] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with spoiled(way) as descriptor:
        streams[stream] = descriptor
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=streams["stdout"],
            stderr=streams["stderr"],
            env=environment(),
            cwd=ROOT,
            timeout=60,
        )
    return done.returncode


@ways
@pytest.mark.parametrize("said", SAID)
def test_t69_a_stderr_that_takes_nothing_changes_no_status(desk: Desk, said: str, way: str) -> None:
    wanted, program, options = SAID[said]
    assert status(program, desk.customer(*options), "stderr", way) == wanted


@ways
@pytest.mark.parametrize("said", SAID)
def test_t69_a_stdout_that_takes_nothing_is_neither_verified_nor_refuted(desk: Desk, said: str, way: str) -> None:
    """A closed one is found before the work, which is then not begun; another one only when it is written to."""
    wanted, program, options = SAID[said]
    expected = 2 if way == "closed" or wanted == 2 else 70
    assert status(program, desk.customer(*options), "stdout", way) == expected


@ways
@pytest.mark.parametrize("command", [("--help",), ("verify", "--help"), ("verify",), ("explain", "--nonsense")])
def test_t69_nor_does_help_or_a_slip_of_the_pen_read_as_a_verdict(command: tuple[str, ...], way: str) -> None:
    for stream in ("stdout", "stderr"):
        ended = status(PROGRAM, command, stream, way)
        assert ended not in {1, 3}
        assert ended != 0 or (stream == "stderr" and "--help" in command)


@ways
def test_t69_an_auditors_long_verdict_breaks_off_as_an_internal_error(desk: Desk, way: str) -> None:
    expected = 2 if way == "closed" else 70
    assert status(PROGRAM, desk.auditor("--all", "--json"), "stdout", way) == expected


@pytest.mark.parametrize("error", [FormatError("one\ntwo\n\x1b[31mthree"), PolicyError("one\ntwo\n\x1b[31mthree")])
def test_t93_an_error_of_several_lines_is_said_line_by_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising(*_: object) -> int:
        raise error

    monkeypatch.setattr("por.cli.main.dispatch", raising)
    assert main(["verify"]) == 2
    assert capsys.readouterr() == ("", "por: one\npor: two\npor: \\u001b[31mthree\n")


def test_a_ledgers_problems_are_said_one_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("account_id,segment,asset,amount\nalice,spot,ETH,-1\nbob,spot,XYZ,1\n")
    assert main(["issuer", "commit", str(ledger), "--output", str(tmp_path / "out")]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("por: ")]
    assert any("ledger.csv:2" in line for line in lines)
    assert any("ledger.csv:3" in line for line in lines)
    assert all("\\u000a" not in line for line in lines)
