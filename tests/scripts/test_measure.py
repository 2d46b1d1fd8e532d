"""The gate of scripts/measure: silent on a sound project, and each zero it keeps."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOUND = '"""A module."""\n\n\ndef answer() -> int:\n    """Answer."""\n    return 42\n'


@pytest.fixture
def measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the script, pointed at a small project of its own."""
    loader = SourceFileLoader("measure", str(ROOT / "scripts" / "measure"))
    spec = importlib.util.spec_from_loader("measure", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    (tmp_path / "por").mkdir()
    (tmp_path / "por" / "one.py").write_text(SOUND)
    (tmp_path / "por" / "two.py").write_text('"""A module."""\n\nimport por.one\n')
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def test_a_sound_project_passes_in_silence(measure: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert measure.main(["--gate"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("import por.two\n", "import cycles: por.one <-> por.two"),
        ("try:\n    pass\nexcept Exception:\n    pass\n", "broad excepts: por/one.py:9"),
        ("assert answer\n", "asserts: por/one.py:7"),
        (
            "def more() -> None: ...\n",
            "public names undocumented or not annotated: por/one.py:7 por.one.more",
        ),
    ],
)
def test_a_broken_zero_is_named_and_fails(
    measure: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, named: str
) -> None:
    (tmp_path / "por" / "one.py").write_text(SOUND + line)
    assert measure.main(["--gate"]) == 1
    assert capsys.readouterr().err == named + "\n"


def test_the_table_shows_every_budget(measure: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tests" / "vectors" / "tree"
    folder.mkdir(parents=True)
    for name in ("one", "two_fail", "three_fail"):
        (folder / f"{name}.json").touch()
    assert measure.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert any(line.startswith("negative vectors") and "66.6 % of 3" in line for line in lines)
    assert any(line.startswith("public names") and "100.0 % of 3" in line for line in lines)


def test_what_is_too_long_is_named(measure: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "    x = 1\n" * 60
    (tmp_path / "por" / "one.py").write_text(f'"""A module."""\n\n\ndef f() -> None:\n    """F."""\n{body}')
    measure.main([])
    assert "too long: 61 code lines: por/one.py:4 f" in capsys.readouterr().out
