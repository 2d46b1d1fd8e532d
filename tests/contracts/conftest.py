"""The chains that the contracts are tested on: one in this process always, a real node where there is one.

What a module prepares on a chain, all its tests find there; what a test does to it is undone at the test's end.
"""

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


@pytest.fixture(scope="module")
def shared_tester() -> Iterator[Chain]:
    """Let a module prepare the chain in this process."""
    with _tester().rewound():
        yield _tester()


@pytest.fixture(scope="module")
def shared_anvil(_anvil: Chain) -> Iterator[Chain]:
    """Let a module prepare the real node."""
    with _anvil.rewound():
        yield _anvil


@pytest.fixture(scope="module", params=["tester", "anvil"])
def shared_chain(request: pytest.FixtureRequest) -> Chain:
    """Let a module prepare each chain."""
    lent: Chain = request.getfixturevalue(f"shared_{request.param}")
    return lent


@pytest.fixture
def tester(shared_tester: Chain) -> Iterator[Chain]:
    """Lend the chain in this process."""
    with shared_tester.rewound():
        yield shared_tester


@pytest.fixture
def anvil(shared_anvil: Chain) -> Iterator[Chain]:
    """Lend the real node."""
    with shared_anvil.rewound():
        yield shared_anvil


@pytest.fixture
def chain(shared_chain: Chain) -> Iterator[Chain]:
    """Run the test on each chain."""
    with shared_chain.rewound():
        yield shared_chain
