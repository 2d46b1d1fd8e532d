"""The newest Python that really runs is taken, not the newest name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHELL = Path(__file__).resolve().parents[2] / "scripts" / "environment.sh"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out a project whose environment.py only tells who runs it, and a PATH with no Python on it."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "environment.py").write_text("")
    shutil.copy(SHELL, tmp_path / "scripts")
    (tmp_path / "path").mkdir()
    for name in ("dirname", "readlink"):
        (tmp_path / "path" / name).symlink_to(str(shutil.which(name)))
    return tmp_path


def put(project: Path, name: str, body: str) -> None:
    program = project / "path" / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def source(project: Path) -> subprocess.CompletedProcess[str]:
    command = [str(shutil.which("bash")), "-c", '. scripts/environment.sh; echo "$python" "$project" "$bin"']
    return subprocess.run(
        command,
        cwd=project,
        env={"PATH": str(project / "path")},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_name_that_does_not_run_is_passed_over(project: Path) -> None:
    put(project, "python3.14", "echo 'not installed' >&2; exit 127")
    put(project, "python3.13", "exit 1")
    put(project, "python3.12", f'exec {sys.executable} "$@"')
    put(project, "python3", f'exec {sys.executable} "$@"')
    done = source(project)
    assert done.stdout.split() == [str(project / "path/python3.12"), str(project), str(project / ".venv/bin")]
    assert done.stderr == ""


def test_without_a_python_the_cure_is_named(project: Path) -> None:
    done = source(project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No Python 3.11 or newer" in done.stderr


def test_what_the_environment_cannot_do_stops_the_script(project: Path) -> None:
    put(project, "python3", f'exec {sys.executable} "$@"')
    (project / "scripts" / "environment.py").write_text("raise SystemExit(1)")
    assert source(project).returncode == 2
