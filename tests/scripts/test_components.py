"""What scripts/components says before it fetches anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "components"


def run(*names: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | variables
    return subprocess.run([SCRIPT, *names], env=environment, capture_output=True, text=True, timeout=60)


def test_a_program_of_ones_own_is_used_as_it_is() -> None:
    done = run("anvil", "bitcoin", POR_ANVIL="/one", POR_BITCOIND="/two")
    assert (done.returncode, done.stdout) == (0, "/one\n/two\n")


@pytest.mark.parametrize(("names", "words"), [([], "usage"), (["geth"], "no such component: geth")])
def test_what_it_does_not_know_is_named(names: list[str], words: str) -> None:
    done = run(*names)
    assert done.returncode == 2
    assert words in done.stderr
