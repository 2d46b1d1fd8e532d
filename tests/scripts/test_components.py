"""What scripts/components says before it fetches anything."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests import components

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "components"


def run(*names: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | variables
    return subprocess.run([SCRIPT, *names], env=environment, capture_output=True, text=True, timeout=60)


def test_a_program_of_ones_own_is_used_as_it_is() -> None:
    done = run("anvil", "bitcoin", POR_ANVIL="/one", POR_BITCOIND="/two")
    assert (done.returncode, done.stdout) == (0, "/one\n/two\n")


@pytest.mark.parametrize("name", ["forge", "node", "safe", "slither", "solc"])
def test_so_is_any_other(name: str) -> None:
    done = run(name, **{f"POR_{name.upper()}": "/my own/program"})
    assert (done.returncode, done.stdout) == (0, "/my own/program\n")


def test_the_compiler_answers_as_a_native_one_does() -> None:
    source = "// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.37;\ncontract Empty {}\n"
    selection = {"*": {"*": ["evm.bytecode.object"]}}
    given = {"language": "Solidity", "sources": {"E.sol": {"content": source}}}
    text = json.dumps(given | {"settings": {"outputSelection": selection}})
    command = str(components.solc())
    compiled = subprocess.run([command, "--standard-json"], input=text, capture_output=True, text=True, timeout=60)
    told = json.loads(compiled.stdout)
    assert "errors" not in told
    assert told["contracts"]["E.sol"]["Empty"]["evm"]["bytecode"]["object"].startswith("60")
    version = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60)
    assert version.stdout.splitlines()[-1].startswith("Version: 0.8.37+commit.")
    other = subprocess.run([command, "--gas"], capture_output=True, text=True, timeout=60)
    assert (other.returncode, other.stdout) == (2, "")


@pytest.mark.parametrize(("names", "words"), [([], "usage"), (["geth"], "no such component: geth")])
def test_what_it_does_not_know_is_named(names: list[str], words: str) -> None:
    done = run(*names)
    assert done.returncode == 2
    assert words in done.stderr
