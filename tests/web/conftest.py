"""One browser for all tests of the page, and both machines that run its modules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from por.web.shipped import FILE
from tests.web.browser import Browser, Page, running_browser
from tests.web.engines import Engine, in_browser, in_node


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running_browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="session", params=["node", "chromium"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("engine")
    if request.param == "node":
        return in_node(folder)
    return in_browser(request.getfixturevalue("browser"), folder)


@pytest.fixture(scope="session")
def node_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Node alone, where many small jobs come one after the other."""
    return in_node(tmp_path_factory.mktemp("node"))


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Open the committed page from disk, as a customer does."""
    copy = tmp_path / "verify.html"
    copy.write_bytes(FILE.read_bytes())
    with browser.tab() as tab:
        yield tab.open(copy.as_uri())
