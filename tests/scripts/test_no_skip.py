"""With POR_NO_SKIP=1 whatever would be skipped fails, and nothing else does; no test reaches the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import socket
import pytest

def test_passes(): pass

def test_skips(): pytest.skip("the reason")

@pytest.mark.skipif(True, reason="the reason")
def test_is_marked(): pass

@pytest.fixture
def needs(): pytest.skip("the reason")

def test_needs(needs): pass

@pytest.mark.xfail(strict=True)
def test_is_expected_to_fail(): raise ValueError
"""
MODULE = "import pytest\npytest.skip('the reason', allow_module_level=True)\n"
NETWORK = """
import socket
import urllib.request

def test_swallows():
    try:
        urllib.request.urlopen("http://192.0.2.1/")
    except OSError:
        pass

def test_resolves():
    socket.getaddrinfo("example.invalid", 80)

def test_stays():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
"""


def outcomes(folder: Path, *, no_skip: str) -> dict[str, int]:
    environment = os.environ | {"POR_NO_SKIP": no_skip, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    done = subprocess.run(
        [*command, "--rootdir", folder, folder],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return {word: int(count) for count, word in re.findall(r"(\d+) (\w+)", done.stdout.splitlines()[-1])}


def test_a_skip_is_a_failure_where_skips_are(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    found = outcomes(tmp_path, no_skip="1")
    assert "skipped" not in found
    assert found["failed"] + found["errors"] == 3
    assert (found["passed"], found["xfailed"]) == (1, 1)


def test_a_skipped_module_is_one_too(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(MODULE)
    assert set(outcomes(tmp_path, no_skip="1")) >= {"error"}


def test_a_skip_is_a_skip_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    found = outcomes(tmp_path, no_skip="")
    assert (found["passed"], found["skipped"], found["xfailed"]) == (1, 3, 1)


@pytest.mark.parametrize("no_skip", ["", "1"])
def test_the_network_is_closed_to_tests(tmp_path: Path, no_skip: str) -> None:
    (tmp_path / "test_some.py").write_text(NETWORK)
    found = outcomes(tmp_path, no_skip=no_skip)
    assert (found["passed"], found["failed"]) == (1, 2)
