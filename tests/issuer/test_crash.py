"""A commit that is killed, or interrupted, as a process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from por.issuer.store import ProofStore
from tests.issuer import ledgers

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys, time
from pathlib import Path
from tests.issuer.ledgers import commit_file

def tell(line):
    print(line, flush=True)
    if line.startswith("tree 2"):
        time.sleep(60)

commit_file(Path(sys.argv[1]), Path(sys.argv[2]), progress=tell)
"""


def stopped(folder: Path, how: signal.Signals) -> int:
    """Start a commit, stop it in the midst of its second tree, and return its exit status."""
    rows: list[ledgers.Row] = [(f"a{i}", s, "ETH", i + 1) for i in range(50) for s in ("spot", "margin")]
    ledger = ledgers.write_ledger(folder / "ledger.csv", rows)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(ledger), str(folder / "out")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            reached = any(line.startswith("tree 2") for line in process.stdout)
            assert reached, process.stderr.read()
            process.send_signal(how)
            return process.wait(30)
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of a POSIX system")
def test_a_killed_commit_leaves_no_output_and_the_next_one_works(tmp_path: Path) -> None:
    assert stopped(tmp_path, signal.SIGKILL) == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    leftover = [entry for entry in tmp_path.iterdir() if entry.name != "ledger.csv"]
    assert all(entry.name.startswith(".out.partial-") for entry in leftover)
    assert all(entry.stat().st_mode & 0o077 == 0 for entry in leftover)
    ledgers.commit_file(tmp_path / "ledger.csv", tmp_path / "out")
    with ProofStore.open(tmp_path / "out") as store:
        assert sum(store.header.records) == 100


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of a POSIX system")
def test_an_interrupted_commit_leaves_nothing_at_all(tmp_path: Path) -> None:
    assert stopped(tmp_path, signal.SIGINT) not in {0, None}
    assert [entry.name for entry in tmp_path.iterdir()] == ["ledger.csv"]
