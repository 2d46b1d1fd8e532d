"""A gate of scripts/test passes, fails with its words, or is skipped with one line that names the cure."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "test"
BUILD = """
contracts() {
  "$bin/python" scripts/build_contracts --check
"""


def run(folder: Path, lines: str, no_skip: str = "") -> list[str]:
    """Run lines of shell in the midst of the script's own functions, and tell how many gates failed."""
    _, _, rest = SCRIPT.read_text("utf-8").partition("failed=0\n")
    functions, _, _ = rest.partition("\nfor name in")
    assert BUILD in functions
    (folder / "python").write_text(
        "#!/bin/sh\necho Fetching ... >&2\necho the compiler is not here >&2\nexit $STATUS\n"
    )
    (folder / "python").chmod(0o755)
    whole = f"set -u\nlog={folder}/log bin={folder} failed=0\n{functions}\n{lines}\necho $failed\n"
    variables = {"PATH": "/usr/bin:/bin", "POR_NO_SKIP": no_skip}
    done = subprocess.run(["bash", "-c", whole], env=variables, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return [re.sub(r" \d+ s$", "", " ".join(line.split())) for line in done.stdout.splitlines()]


def test_a_gate_passes_or_fails_with_its_words(tmp_path: Path) -> None:
    lines = run(tmp_path, "gate fine true\ngate broken sh -c 'echo why; exit 3'")
    assert lines == ["ok fine", "FAIL broken", "why", "1"]


def test_what_is_not_here_is_skipped_with_one_line(tmp_path: Path) -> None:
    lines = run(tmp_path, "gate absent sh -c 'echo much; echo the cure; exit 77'")
    assert lines == ["skip absent", "skipped: the cure", "0"]


@pytest.mark.parametrize(
    ("status", "no_skip", "first", "failed"),
    [(0, "1", "ok", "0"), (1, "", "FAIL", "1"), (2, "", "skip", "0"), (2, "0", "skip", "0"), (2, "1", "FAIL", "1")],
)
def test_the_compiler_may_be_absent_unless_nothing_may(
    tmp_path: Path, status: int, no_skip: str, first: str, failed: str
) -> None:
    lines = run(tmp_path, f"export STATUS={status}\ngate contracts contracts", no_skip)
    assert lines[0].split()[0] == first
    assert lines[-1] == failed
    assert ("skipped: the compiler is not here" in lines) == (first == "skip")
