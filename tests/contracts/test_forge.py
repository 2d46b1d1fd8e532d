"""Forge calls the contracts at random, as forge/*.t.sol says, and tells whether the sources have one form."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import components

pytestmark = pytest.mark.thorough

FOLDER = Path(__file__).resolve().parent / "forge"
ROOT = FOLDER.parents[2]


def forge(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run forge with the project as its root, and the project's own compiler."""
    variables = {"FOUNDRY_CONFIG": str(FOLDER / "foundry.toml"), "FOUNDRY_SOLC": str(components.solc())}
    command = [str(components.forge()), *arguments, "--root", str(ROOT)]
    return subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=300)


def test_whatever_is_called_the_contracts_keep_their_promises() -> None:
    done = forge("test", "--json")
    suites: dict[str, Any] = json.loads(done.stdout) if done.returncode in {0, 1} and done.stdout else {}
    told = {
        f"{place.rpartition(':')[2]}.{name}": result["reason"] or result["status"]
        for place, suite in suites.items()
        for name, result in suite["test_results"].items()
    }
    assert {name: told[name] for name in told if told[name] != "Success"} == {}, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    written = [line.split()[1].partition("(")[0] for path in FOLDER.glob("*.t.sol") for line in written_in(path)]
    assert sorted(name.rpartition(".")[2].partition("(")[0] for name in told) == sorted(written)


def written_in(path: Path) -> list[str]:
    """List the lines that begin a test."""
    lines = map(str.strip, path.read_text("utf-8").splitlines())
    return [line for line in lines if line.startswith(("function test", "function invariant_"))]


def test_the_sources_have_one_form() -> None:
    done = forge("fmt", "--check", "contracts", "tests/contracts/solidity", "tests/contracts/forge")
    assert done.returncode == 0, done.stdout
