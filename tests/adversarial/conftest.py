"""One exchange for all adversarial tests: no lie changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
