"""The published table of exit statuses, as processes see it (T69)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from por.cli.main import main
from por.encoding import verdict_v1
from por.errors import (
    DisagreementError,
    EvidenceError,
    FormatError,
    IncapableError,
    NotProvenError,
    PolicyError,
    PublishError,
    SourceError,
    UnavailableError,
    UnsupportedVersionError,
)
from tests.cli.desk import MINE, PROGRAM, ROOT, WHO, Desk, broken, environment, por

CASES: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "honest": (0, "customer", ()),
    "honest, as JSON": (0, "customer", ("--json",)),
    "an amount too many and another root": (1, "customer", ("--holding", "earn/ETH=1", "--root", "00" * 32)),
    "another root": (1, "customer", ("--root", "11" * 32)),
    "an amount more": (3, "customer", ("--holding", "BTC=1")),
    "too old": (1, "customer", ("--now", "2027-01-01T00:00:00Z")),
    "of tomorrow": (1, "customer", ("--now", "2026-10-01T00:00:00Z")),
    "no such date": (2, "customer", ("--now", "2026-02-30T00:00:00Z")),
    "no root": (2, "customer", ("--root", "xyz")),
    "no amount": (2, "customer", ("--holding", "BTC=much")),
    "no such option": (2, "customer", ("--force",)),
    "audited": (0, "auditor", ()),
    "audited, as JSON": (0, "auditor", ("--json", "--all")),
    "audited too late": (1, "auditor", ("--now", "2027-01-01T00:00:00Z")),
    "replayed and asked": (2, "auditor", ("--source", "eip155:1=http://127.0.0.1:9/")),
    "replayed and recorded": (2, "auditor", ("--record", "x.json")),
}


SAMPLE = ("honest", "another root", "an amount more", "no root", "audited", "audited too late")


@pytest.mark.parametrize(("case", "flags"), [*((case, ()) for case in CASES), *((case, ("-O",)) for case in SAMPLE)])
def test_t69_t71_the_table_of_exit_statuses(desk: Desk, case: str, flags: tuple[str, ...]) -> None:
    status, who, options = CASES[case]
    command = desk.customer(*options) if who == "customer" else desk.auditor(*options)
    run = por(*command, flags=flags)
    assert run.status == status, run.err
    assert bool(run.out) == (status != 2)
    if status == 2:
        assert run.err.rstrip().splitlines()[-1].startswith("por")
        assert "Traceback" not in run.err


@pytest.mark.parametrize(
    ("mine", "status"),
    [
        ((*WHO, *MINE), 0),
        (WHO, 3),
        (MINE, 3),
        ((), 3),
        (("--account", "bob", *MINE), 1),
        ((*WHO, "--holding", "spot/ETH=51"), 1),
        ((*WHO, "--holding", "ETH=65"), 0),
        ((*WHO, "--holding", "ETH=64.999999999999999999"), 1),
    ],
)
def test_t68_t69_without_what_only_the_customer_knows_there_is_no_0(
    desk: Desk, mine: tuple[str, ...], status: int
) -> None:
    assert por(*desk.customer(mine=mine)).status == status


def test_t34_t69_without_policy_or_root_there_is_no_0(desk: Desk) -> None:
    command = ("verify-inclusion", desk.alice_json, *WHO, *MINE)
    assert por(*command).status == 3
    assert por(*command, "--root", "00" * 32).status == 1


def test_t69_without_answers_about_the_chain_there_is_no_0(desk: Desk) -> None:
    run = por("verify", desk.bundle, "--policy", desk.policy_toml, "--ledger", desk.records_csv)
    assert run.status != 0
    assert "--replay" in run.out


@pytest.mark.parametrize("name", ["bundle", "policy_toml", "answers_json", "records_csv"])
def test_t69_a_file_that_is_not_there_is_2_and_named(desk: Desk, name: str) -> None:
    path = getattr(desk, name)
    command = [f"{path}.gone" if part == path else part for part in desk.auditor()]
    run = por(*command)
    assert run.status == 2
    assert ".gone" in run.err
    assert run.out == ""


def test_t69_every_byte_of_the_proof_matters(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flipped bit is refused as a document or refuted as a proof, and never verified."""
    data = Path(desk.alice_json).read_bytes()
    spoiled = tmp_path / "proof.json"
    for position in range(0, len(data), max(1, len(data) // 150)):
        spoiled.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        command = [str(spoiled) if part == desk.alice_json else part for part in desk.customer()]
        status = main(command)
        assert status in {1, 2, 3}, position
    capsys.readouterr()


# --- a crash is never a verdict


def spoiled(module: str, name: str, body: str) -> str:
    """Put another function in a module's place."""
    return f"import time\nimport {module} as m\ndef bang(*a, **k): {body}\nm.{name} = bang"


CRASHES = {
    "in the check": spoiled("por.checks.inclusion", "_open", "raise LookupError('injected')"),
    "in the report": spoiled("por.cli.output", "render", "raise KeyError('injected')"),
    "in the reader": spoiled("por.encoding.inclusion_proof_v1", "read", "raise ValueError('injected')"),
    "an assertion": spoiled("por.checks.pins", "commitments_root", "raise AssertionError('injected')"),
    "no memory": spoiled("por.checks.pins", "commitments_root", "raise MemoryError('injected')"),
    "no stack": spoiled("por.checks.pins", "commitments_root", "return bang(*a)"),
    "a missing library": "sys.modules['por.cli.verify_inclusion'] = None",
    "an input error": spoiled("por.checks.pins", "commitments_root", "raise OSError(5, 'injected')"),
}


@pytest.mark.parametrize("where", CRASHES)
def test_t69_an_injected_crash_exits_70_and_says_that_it_says_nothing(desk: Desk, where: str) -> None:
    run = por(*desk.customer(), program=broken(CRASHES[where]))
    assert run.status == 70
    assert run.err.rstrip().endswith("por: internal error; this says nothing about the evidence")
    assert run.out == ""


def test_t69_a_crash_of_the_auditors_command_exits_70(desk: Desk) -> None:
    spoil = spoiled("por.checks.reserves", "_balance", "raise ZeroDivisionError('injected')")
    run = por(*desk.auditor("--json"), program=broken(spoil))
    assert (run.status, run.out) == (70, "")


def test_t71_a_crash_exits_70_under_python_o_too(desk: Desk) -> None:
    assert por(*desk.customer(), program=broken(CRASHES["in the check"]), flags=("-O",)).status == 70


def test_t96_a_crash_shows_no_url(desk: Desk) -> None:
    url = "https://user:PASSWORD@node.example/v2/SECRETKEY"
    spoil = spoiled("por.checks.pins", "commitments_root", f"raise LookupError('at {url} it ended')")
    run = por(*desk.customer(), program=broken(spoil))
    assert run.status == 70
    assert "SECRETKEY" not in run.err
    assert "PASSWORD" not in run.err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (FormatError("r", "p"), 2),
        (UnsupportedVersionError("r"), 2),
        (PolicyError("r"), 2),
        (EvidenceError("r"), 1),
        (SourceError("r"), 3),
        (UnavailableError("r"), 3),
        (IncapableError("r"), 3),
        (DisagreementError("r"), 3),
        (PublishError("r"), 3),
        (NotProvenError("r"), 70),
    ],
)
def test_t69_each_error_has_its_status(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising(*_: object) -> int:
        raise error

    monkeypatch.setattr("por.cli.main.dispatch", raising)
    assert main(["verify"]) == status
    assert capsys.readouterr() == ("", f"por: {error}\n")


# --- interrupted


def interrupted(*arguments: str, program: str = PROGRAM, ready: str) -> tuple[int, str]:
    """Start a command, wait until stderr says `ready`, press Ctrl-C, and return its exit status and stderr."""
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED="1"),
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            assert ready in line
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            status = process.wait(30)
            return status, process.stderr.read()
        finally:
            process.kill()


HANG = "print('here', file=sys.stderr); time.sleep(60)"
HANGS = {
    "in a check": spoiled("por.checks.pins", "commitments_root", HANG),
    "in the reader": spoiled("por.encoding.inclusion_proof_v1", "read", HANG),
    "at its stdin": "print('here', file=sys.stderr)",
}


@pytest.mark.thorough
@pytest.mark.parametrize("where", HANGS)
def test_t69_ctrl_c_exits_130(desk: Desk, where: str) -> None:
    command = desk.customer() if where != "at its stdin" else desk.customer(mine=("--mine", "-"))
    status, err = interrupted(*command, program=broken(HANGS[where]), ready="here")
    assert status == 130
    assert err.rstrip().endswith("por: interrupted")
    assert "Traceback" not in err


# --- a reader that goes away


def closed_early(*arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a command whose stdout has no reader from the start."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            env=environment(**(env or {})),
            cwd=ROOT,
            timeout=60,
        )
    finally:
        os.close(writing)
    return done.returncode, done.stderr.decode()


@pytest.mark.thorough
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("who", ["customer", "auditor", "explain"])
def test_t69_a_closed_stdout_is_neither_verified_nor_refuted(desk: Desk, who: str, unbuffered: str) -> None:
    command = {"customer": desk.customer(), "auditor": desk.auditor("--all"), "explain": ("explain",)}[who]
    status, err = closed_early(*command, env={"PYTHONUNBUFFERED": unbuffered})
    assert status == 70
    assert "stdout was closed" in err
    assert "Traceback" not in err
    assert "Exception ignored" not in err


def test_t69_the_first_line_can_be_taken_alone(desk: Desk) -> None:
    command = [sys.executable, "-c", PROGRAM, *desk.auditor("--all")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment(), cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"VERIFIED: ")
        process.stdout.close()
        assert process.wait(30) in {0, 70}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full: run the tests on Linux")
def test_t69_a_full_disk_is_neither_verified_nor_refuted(desk: Desk) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *desk.customer()], stdout=full, stderr=subprocess.PIPE, env=environment()
        )
    assert done.returncode not in {0, 1, 2, 3}


def test_t69_a_missing_stdout_is_neither_verified_nor_refuted(desk: Desk) -> None:
    shell = 'exec "$@" >&-'
    done = subprocess.run(
        ["/bin/sh", "-c", shell, "sh", sys.executable, "-c", PROGRAM, *desk.customer()],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment(),
        cwd=ROOT,
    )
    assert done.returncode in {2, 70}


def test_t69_the_verdict_in_a_file_says_the_same_as_the_exit_status(desk: Desk, tmp_path: Path) -> None:
    for number, (status, who, options) in enumerate(CASES.values()):
        if status == 2:
            continue
        target = tmp_path / f"{number}.json"
        extra = (*options, "--output", str(target))
        command = desk.customer(*extra) if who == "customer" else desk.auditor(*extra)
        assert main(list(command)) == status
        assert verdict_v1.read(target.read_bytes()).exit_code == status
