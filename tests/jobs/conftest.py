"""One honest exchange for all tests of the job; no test changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from por.simulator.exchange import Exchange, open_exchange
from tests.jobs.scene import Scene


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=12) as opened:
        yield opened


@pytest.fixture
def scene(exchange: Exchange, tmp_path: Path) -> Scene:
    """Lay a job's files into an empty folder; nothing was run yet."""
    return Scene(tmp_path, exchange)
