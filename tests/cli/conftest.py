"""One desk for all tests of commands; a test that changes a file copies it first."""

from __future__ import annotations

import pytest

from tests.cli.desk import Desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk.laid(tmp_path_factory.mktemp("desk"))
