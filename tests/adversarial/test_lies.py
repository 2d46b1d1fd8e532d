"""Every lie is told to its victim's command: in this process, in processes, and in processes without assertions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from por.encoding import verdict_v1
from por.simulator import lies_registry
from tests.simulator import (
    CAUGHT_BY,
    CUSTOMER,
    DOCUMENT,
    LIES,
    UNSEEN,
    Exchange,
    Lie,
    holdings_of,
    ids,
    must_be_caught,
    por,
    shown_to_auditor,
    shown_to_customer,
    slug,
    told,
)

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = (
    "negative amount",
    "one leaf for two customers",
    "replayed signature",
    "unsigned account",
    "not enough coins",
    "header nobody mined",
)
CHANGING = ("coins of a day", "a node of its own", "an owner who came later", "a wallet's later state")
CRASH = "import por.checks.verify as v\ndef crash(*a, **k): raise LookupError('injected')\nv.examine = crash\n"


def test_the_honest_exchange_passes_as_an_auditor_sees_it(exchange: Exchange) -> None:
    run = por(*shown_to_auditor(exchange, exchange.bundle))
    assert (run.status, run.outcome) == (0, "PASS"), run.out


def test_the_honest_exchange_passes_as_a_customer_sees_it(exchange: Exchange, stage: Path) -> None:
    proof = exchange.proof(CUSTOMER, stage / "proof.json")
    run = por(*shown_to_customer(exchange, proof, CUSTOMER, *holdings_of(exchange, CUSTOMER)))
    assert (run.status, run.outcome) == (0, "PASS"), run.out


@pytest.mark.parametrize("lie", LIES, ids=ids(LIES))
def test_caught(lie: Lie, exchange: Exchange, stage: Path) -> None:
    row = CAUGHT_BY[lie.name]
    assert row is not None
    must_be_caught(told(lie, exchange, stage), *row)


@pytest.mark.parametrize("lie", UNSEEN, ids=ids(UNSEEN))
def test_nothing_reveals(lie: Lie, exchange: Exchange, stage: Path) -> None:
    run = told(lie, exchange, stage)
    assert run.status == 0, run.out
    assert "does not show" in run.out


Ended = tuple[dict[str, int], dict[str, Path]]


@pytest.fixture(scope="module")
def ended(exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Ended]:
    """Tell every lie once, and run its victim's command in a process of its own, with and without assertions."""
    # What is told about a registry, and some of what is told of a worth, changes the chain; all others go together.
    alone = [lie for lie in LIES if lie in lies_registry.LIES or lie.name in CHANGING]
    together = [lie for lie in (*LIES, *UNSEEN) if lie not in alone]
    both: dict[tuple[str, ...], Ended] = {(): ({}, {}), ("-O",): ({}, {})}
    with ExitStack() as running:
        runners = {flags: running.enter_context(runner(flags)) for flags in both}
        for batch in (together, *([lie] for lie in alone)):
            folder = tmp_path_factory.mktemp("lies")
            with exchange.aside():
                commands = dict(tell(lie, exchange, folder) for lie in batch)
                for flags, (statuses, written) in both.items():
                    written |= {name: folder / f"{slug((), name)}{len(flags)}.json" for name in commands}
                    whole = {name: [*command, "--output", str(written[name])] for name, command in commands.items()}
                    statuses.update(runners[flags](whole))
    return both


def tell(lie: Lie, exchange: Exchange, folder: Path) -> tuple[str, list[str]]:
    stage = folder / slug((), lie.name)
    stage.mkdir()
    return lie.name, lie.tell(exchange, stage)


Runner = Callable[[dict[str, list[str]]], dict[str, int]]


@contextmanager
def runner(flags: tuple[str, ...]) -> Iterator[Runner]:
    """Start what runs commands in processes of their own; yield what hands it some, and returns how they ended."""
    command = [sys.executable, *flags, "tests/adversarial/processes.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        ways_in, ways_out = process.stdin, process.stdout
        assert ways_in is not None
        assert ways_out is not None

        def run(commands: dict[str, list[str]]) -> dict[str, int]:
            print(json.dumps(commands), file=ways_in, flush=True)
            report = json.loads(ways_out.readline())
            assert report["optimize"] == len(flags)
            statuses: dict[str, int] = report["statuses"]
            return statuses

        yield run
        ways_in.close()


@pytest.mark.thorough
@pytest.mark.parametrize("flags", [(), ("-O",)], ids=["t69-as-a-process", "t71-as-a-process-without-assertions"])
def test_the_negative_table_by_exit_status(flags: tuple[str, ...], ended: dict[tuple[str, ...], Ended]) -> None:
    statuses, written = ended[flags]
    assert set(statuses) == {lie.name for lie in (*LIES, *UNSEEN)}
    for name, status in statuses.items():
        verdict = verdict_v1.read(written[name].read_bytes()) if written[name].exists() else None
        row = CAUGHT_BY[name]
        if row is None:
            assert verdict, name
            assert status == 0, name
        elif row[0] == DOCUMENT:
            assert (status, verdict) == (2, None), name
        else:
            assert verdict is not None, name
            assert row[1] in {f.outcome for f in verdict.of(row[0]) if f.required}, name
            assert status == verdict.exit_code, name
            assert status in {1, 3}, name


@pytest.mark.thorough
@pytest.mark.parametrize("flags", [(), ("-O",)], ids=["t69", "t71"])
@pytest.mark.parametrize("name", SAMPLE, ids=[slug((), name) for name in SAMPLE])
def test_as_a_person_runs_it(name: str, flags: tuple[str, ...], exchange: Exchange, stage: Path) -> None:
    lie = next(lie for lie in LIES if lie.name == name)
    done = program(flags, *lie.tell(exchange, stage))
    row = CAUGHT_BY[name]
    assert row is not None
    if row[0] == DOCUMENT:
        assert (done.returncode, done.stdout) == (2, "")
        assert "proof.json" in done.stderr
    else:
        assert done.returncode == {"FAIL": 1, "INCONCLUSIVE": 3}[row[1]]
        assert done.stdout.startswith({"FAIL": "REFUTED: ", "INCONCLUSIVE": "INCONCLUSIVE: "}[row[1]])
        assert row[0] in done.stdout


@pytest.mark.parametrize("flags", [(), ("-O",)], ids=["t69", "t71"])
def test_a_crash_says_nothing_about_the_evidence(flags: tuple[str, ...], exchange: Exchange) -> None:
    done = program(flags, *shown_to_auditor(exchange, exchange.bundle), before=CRASH)
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.endswith("por: internal error; this says nothing about the evidence\n")


@pytest.mark.thorough
@pytest.mark.parametrize("flags", [(), ("-O",)], ids=["t69", "t71"])
def test_an_interruption_is_no_verdict(flags: tuple[str, ...], exchange: Exchange) -> None:
    before = CRASH.replace("LookupError('injected')", "KeyboardInterrupt")
    done = program(flags, *shown_to_auditor(exchange, exchange.bundle), before=before)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith("por: interrupted\n")


def test_t68_a_bundle_of_nothing_is_not_verified(exchange: Exchange, tmp_path: Path) -> None:
    for name in ("", "empty"):
        run = por("verify", tmp_path / name, "--policy", exchange.policy())
        assert run.status == 2
        assert "bundle.json" in run.talk or "empty" in run.talk


def program(flags: tuple[str, ...], *command: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the console command's own entry, `por.cli.main:main`."""
    entry = "import sys\nfrom por.cli.main import main\nsys.exit(main())\n"
    return python(*flags, "-c", before + entry, *command)


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
