"""One browser for all tests of the page, and both machines that run its modules."""

from __future__ import annotations

from collections.abc import Iterator

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
    if request.param == "node":
        started: Engine = request.getfixturevalue("node_engine")
        return started
    return in_browser(request.getfixturevalue("browser"), tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def node_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Node alone, where many small jobs come one after the other."""
    with in_node(tmp_path_factory.mktemp("node")) as started:
        yield started


@pytest.fixture(scope="session")
def tab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """One tab, and where the committed page lies: opening a tab takes longer than most tests."""
    copy = tmp_path_factory.mktemp("page") / "verify.html"
    copy.write_bytes(FILE.read_bytes())
    with browser.tab() as opened:
        yield opened.open(copy.as_uri()), copy.as_uri()


@pytest.fixture
def page(tab: tuple[Page, str]) -> Page:
    """Open the committed page anew from disk, as a customer does."""
    opened, url = tab
    return opened.again().open(url)
