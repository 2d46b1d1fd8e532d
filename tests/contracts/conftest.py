"""The chains that the contracts are tested on: one in this process always, a real node where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from tests.components import running_anvil
from tests.contracts.chain import Chain, anvil_chain, tester_chain


@cache
def _tester() -> Chain:
    return tester_chain()


@pytest.fixture(scope="session")
def _anvil() -> Iterator[Chain]:
    with running_anvil() as url:
        yield anvil_chain(url)


@pytest.fixture
def tester() -> Iterator[Chain]:
    """Lend the chain in this process, and undo what the test did to it."""
    chain = _tester()
    with chain.rewound():
        yield chain


@pytest.fixture
def anvil(_anvil: Chain) -> Iterator[Chain]:
    """Lend the real node, and undo what the test did to it."""
    with _anvil.rewound():
        yield _anvil


@pytest.fixture(params=["tester", "anvil"])
def chain(request: pytest.FixtureRequest) -> Chain:
    """Run the test on each chain."""
    lent: Chain = request.getfixturevalue(request.param)
    return lent
