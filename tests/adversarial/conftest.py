"""One exchange for all adversarial tests: no lie changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from por.chains.evm import EvmSource
from por.chains.transport import Limits
from tests.simulator import Exchange, open_exchange


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=60) as opened:
        yield opened


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """Make an empty folder for what a cheat writes."""
    folder = tmp_path / "stage"
    folder.mkdir()
    return folder


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less than two seconds for any node, as nobody should in earnest."""
    defaults = EvmSource.__init__.__kwdefaults__
    assert defaults is not None
    limits = Limits(connect_ms=700, read_ms=700, total_ms=2000, attempts=3, pause_ms=10, max_pause_ms=50)
    monkeypatch.setitem(defaults, "limits", limits)
