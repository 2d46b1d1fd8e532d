"""scripts/make_vectors: what it writes, deletes, leaves alone, and says of differences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "make_vectors"
MODULE = """
def cases():
    yield "tree/one.json", {"description": "déjà vu", "expect": {"result": 1}}
    yield "tree/deep/two_fail.json", {"expect": {"error": "EvidenceError"}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out a project with the script and one module beside it."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "make_vectors").write_bytes(SCRIPT.read_bytes())
    (tmp_path / "scripts" / "vectors_tree.py").write_text(MODULE, "utf-8")
    return tmp_path


def run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / "scripts" / "make_vectors"), *options]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60)


def files(project: Path) -> dict[str, bytes]:
    folder = project / "tests" / "vectors"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def loaded() -> ModuleType:
    loader = SourceFileLoader("make_vectors", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_it_is_an_executable_python_program() -> None:
    assert os.access(SCRIPT, os.X_OK)
    assert SCRIPT.read_text().startswith("#!/usr/bin/env python3\n")


def test_it_writes_and_then_finds_no_difference(project: Path) -> None:
    assert run(project).returncode == 0
    written = files(project)
    assert set(written) == {"tree/one.json", "tree/deep/two_fail.json"}
    assert json.loads(written["tree/one.json"])["description"] == "déjà vu"
    assert all(data.isascii() and data.endswith(b"}\n") for data in written.values())
    done = run(project, "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert run(project).stdout == "2 vectors, 0 written or deleted\n"
    assert files(project) == written


def test_check_writes_nothing_and_lists_what_is_missing(project: Path) -> None:
    done = run(project, "--check")
    assert done.returncode == 1
    assert done.stderr == "missing: tree/deep/two_fail.json\nmissing: tree/one.json\n"
    assert not (project / "tests").exists()


@pytest.mark.parametrize("change", [b"", b"\n", b"{}\n"])
def test_check_compares_byte_for_byte(project: Path, change: bytes) -> None:
    run(project)
    path = project / "tests" / "vectors" / "tree" / "one.json"
    path.write_bytes(path.read_bytes() + change if change == b"\n" else change)
    done = run(project, "--check")
    assert (done.returncode, done.stderr) == (1, "differs: tree/one.json\n")
    assert run(project).stdout.startswith("differs: tree/one.json\n")
    assert run(project, "--check").returncode == 0


def test_stale_vectors_go_and_other_files_stay(project: Path) -> None:
    run(project)
    folder = project / "tests" / "vectors"
    (folder / "tree" / "old_fail.json").write_text("{}")
    (folder / "tree" / "notes.md").write_text("by hand")
    (folder / "by-hand").mkdir()
    (folder / "by-hand" / "kept.json").write_text("{}")
    done = run(project, "--check")
    assert (done.returncode, done.stderr) == (1, "stale: tree/old_fail.json\n")
    assert run(project).returncode == 0
    assert set(files(project)) == {"by-hand/kept.json", "tree/deep/two_fail.json", "tree/notes.md", "tree/one.json"}


@pytest.mark.parametrize(
    "path", ["one.json", "/tree/one.json", "../tree/one.json", "tree/../one.json", "tree//one.json", "tree/one.txt", ""]
)
def test_a_path_outside_a_family_is_refused_and_nothing_is_written(project: Path, path: str) -> None:
    (project / "scripts" / "vectors_bad.py").write_text(f"def cases():\n    yield {path!r}, {{}}\n")
    done = run(project)
    assert done.returncode == 1
    assert "scripts/vectors_bad.py" in done.stderr
    assert not (project / "tests").exists()


def test_one_path_from_two_modules_is_refused(project: Path) -> None:
    (project / "scripts" / "vectors_twin.py").write_text(MODULE, "utf-8")
    done = run(project)
    assert done.returncode == 1
    assert "scripts/vectors_twin.py: tree/one.json is made twice" in done.stderr


def test_a_number_that_json_does_not_know_is_refused(project: Path) -> None:
    (project / "scripts" / "vectors_bad.py").write_text(
        "def cases():\n    yield 'tree/nan.json', {'a': float('nan')}\n"
    )
    assert run(project).returncode == 1
    assert not (project / "tests").exists()


def test_a_family_may_come_from_two_modules(project: Path) -> None:
    (project / "scripts" / "vectors_more.py").write_text("def cases():\n    yield 'tree/three.json', {}\n")
    run(project)
    assert "tree/three.json" in files(project)
    assert run(project, "--check").returncode == 0


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = loaded()
    path = tmp_path / "tree" / "one.json"
    module.mend(path, b"first\n")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.Path, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        module.mend(path, b"second\n")
    assert path.read_bytes() == b"first\n"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [item.suffix for item in path.parent.glob("*.json")] == [".json"]


def test_nothing_needs_the_folder_it_is_started_from(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [sys.executable, str(project / "scripts" / "make_vectors")]
    assert subprocess.run(command, cwd=elsewhere, capture_output=True, timeout=60).returncode == 0
    assert set(files(project)) == {"tree/one.json", "tree/deep/two_fail.json"}
