"""One .venv: made once, left alone while nothing changed, remade when half-built or outdated."""

from __future__ import annotations

import importlib.util
import subprocess
import threading
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment() -> ModuleType:
    spec = importlib.util.spec_from_file_location("environment", ROOT / "scripts" / "environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def builds(environment: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stand in for pip, and write down each build."""
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    done: list[Path] = []

    def install(root: Path) -> None:
        done.append(root)
        (root / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (root / ".venv" / "bin" / "python").touch()

    monkeypatch.setattr(environment, "install", install)
    return done


def test_the_same_stamp_builds_nothing(environment: ModuleType, builds: list[Path], tmp_path: Path) -> None:
    environment.ensure(tmp_path)
    environment.ensure(tmp_path)
    assert builds == [tmp_path]


@pytest.mark.parametrize("change", ["pyproject", "extras", "python", "half-built", "interpreter gone"])
def test_what_it_depends_on_remakes_it(
    environment: ModuleType, builds: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    environment.ensure(tmp_path)
    match change:
        case "pyproject":
            (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
        case "extras":
            monkeypatch.setattr(environment, "EXTRAS", ("demo",))
        case "python":
            monkeypatch.setattr(environment.sys, "version", "3.99")
        case "half-built":
            (tmp_path / ".venv" / "stamp").unlink()
        case _:
            (tmp_path / ".venv" / "bin" / "python").unlink()
    environment.ensure(tmp_path)
    assert builds == [tmp_path, tmp_path]


def test_a_build_that_fails_leaves_no_stamp(
    environment: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(environment, "install", _fail)
    with pytest.raises(subprocess.CalledProcessError):
        environment.ensure(tmp_path)
    assert not environment.is_ready(tmp_path)


def _fail(root: Path) -> None:
    (root / ".venv").mkdir()
    raise subprocess.CalledProcessError(1, "pip")


def test_of_two_at_once_one_builds(environment: ModuleType, builds: list[Path], tmp_path: Path) -> None:
    threads = [threading.Thread(target=environment.ensure, args=(tmp_path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert builds == [tmp_path]
