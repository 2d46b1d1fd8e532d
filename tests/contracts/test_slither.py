"""Slither finds nothing of high or medium impact in the contracts but what is explained here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import components

pytestmark = pytest.mark.thorough

INPUT = Path(__file__).resolve().parents[2] / "contracts" / "standard-input.json"
NEEDED = {"": ["ast"], "*": ["abi", "devdoc", "userdoc", "evm.bytecode", "evm.deployedBytecode"]}

EXPLAINED = {
    ("incorrect-equality", "ReserveRegistry._requireInstant"): (
        "a correction names the newest entry and has exactly its instant; neither is the block's time"
    ),
    ("divide-before-multiply", "Bls12381.countBits"): "what is divided is a constant, to make masks of repeated bits",
    # What the libraries are: pinned, and compiled only where a contract uses them.
    ("incorrect-exp", "Math.mulDiv"): "a Newton iteration begins with an exclusive or; no contract calls it",
    ("divide-before-multiply", "Math.mulDiv"): "the divisions leave no remainder; no contract calls it",
    ("divide-before-multiply", "Math.invMod"): "Euclid's remainders; no contract calls it",
    ("uninitialized-local", "TrieProof.tryTraverse"): "both are set before they are read: at the root neither is",
    ("unused-return", "RLP.push"): "only encoders push; the contracts decode",
}


def findings(folder: Path) -> list[tuple[str, str]]:
    """Run slither on the committed compiler input; return each finding's detector and function."""
    given: dict[str, Any] = json.loads(INPUT.read_text("utf-8"))
    for name, source in given["sources"].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source["content"], "utf-8")
    given["settings"]["outputSelection"] = {"*": NEEDED}
    (folder / "input.json").write_text(json.dumps(given), "utf-8")
    options = ["--compile-force-framework", "Solc-json", "--solc", str(components.solc()), "--json", "told.json"]
    quiet = ["--exclude-low", "--exclude-informational", "--exclude-optimization", "--fail-none"]
    command = [str(components.slither()), "input.json", *options, *quiet]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads((folder / "told.json").read_text("utf-8"))
    assert told["success"], told["error"]
    return [(each["check"], each["description"].partition("(")[0]) for each in told["results"]["detectors"]]


def test_whatever_slither_finds_is_explained(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert [each for each in found if each not in EXPLAINED] == []
    assert set(found) == set(EXPLAINED), "what is no longer found needs no explanation"
