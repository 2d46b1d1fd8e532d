"""Chains with all contracts on them, one for each module of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.publish.registry_world import World, world


@pytest.fixture(scope="module", params=["embedded", "anvil"])
def shared(request: pytest.FixtureRequest) -> Iterator[World]:
    with world(request.param) as made:
        yield made


@pytest.fixture(scope="module")
def embedded() -> Iterator[World]:
    with world("embedded") as made:
        yield made


@pytest.fixture
def fresh() -> Iterator[World]:
    """Lend an embedded chain of the test's own, which it may rewrite or let fall behind."""
    with world("embedded") as made:
        yield made
