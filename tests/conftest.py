"""What all tests share: real data, a closed network, no skips where skips are failures, Hypothesis."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ("127.", "::1", "localhost")

_examples = DirectoryBasedExampleDatabase(ROOT / ".cache" / "hypothesis")
settings.register_profile("quick", max_examples=60, deadline=None, database=_examples)
settings.register_profile("ci", max_examples=300, deadline=None, database=_examples, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick"))


def pytest_configure() -> None:
    """Close the network for this process: a test that needs it fails, whatever it catches."""
    sys.addaudithook(_stay_on_this_machine)
    # A shell's background job ignores interrupts, and so would every program that a test starts and interrupts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if isinstance(host, str) and host and not host.startswith(LOCAL):
        pytest.fail(f"a test reached for {host}; tests stay on this machine", pytrace=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the thorough tests where ten minutes are all there is."""
    left_out = [item for item in items if item.get_closest_marker("thorough")]
    if os.environ.get("POR_QUICK") == "1" and left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("POR_NO_SKIP") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{reason} (and with POR_NO_SKIP=1 a skip is a failure)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into its failure where asked."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into its failure where asked."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Find the folder of real data, which the project reads and never copies."""
    folder = Path(os.environ.get("POR_VECTORS") or ROOT.parent / "shared" / "vectors")
    if not folder.is_dir():
        pytest.skip("the real data is not here: name its folder in POR_VECTORS")
    return folder
