"""A node that takes less at once gets less, and is not asked for more again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.chains.evm import EvmSource
from por.chains.evm_batches import Batches
from por.chains.rpc_errors import ParametersRefusedError, TooMuchAskedError
from por.chains.transport import BusyError, OversizedError
from por.errors import DisagreementError, IncapableError, SourceError, UnavailableError
from por.model import BlockRef, Call, ChainId
from tests.chains.honest_chain import ABSENT, POOR, RICH, TOKEN, HonestChain, balance_of
from tests.chains.lying_server import QUICK, REFUSALS, LyingServer

CHAIN = HonestChain()
BLOCK = BlockRef(5, CHAIN.hash(5))
REQUESTS = [(address, ()) for address in (RICH, TOKEN, ABSENT, POOR) * 5]
SMALLER = [BusyError, OversizedError, ParametersRefusedError, TooMuchAskedError]


class Node:
    """Take at most so many questions at once."""

    def __init__(self, most: int, error: type[SourceError] = OversizedError) -> None:
        self.most = most
        self.error = error
        self.sizes: list[int] = []

    def ask(self, some: Sequence[int]) -> list[int]:
        self.sizes.append(len(some))
        if len(some) > self.most:
            raise self.error("too much")
        return [-each for each in some]


@given(count=st.integers(0, 200), size=st.integers(1, 64), most=st.integers(1, 64))
def test_all_is_asked_once_in_order_whatever_the_node_takes(count: int, size: int, most: int) -> None:
    node = Node(most)
    told = [each for batch in Batches(size).each(range(count), node.ask) for each in batch]
    assert told == [-each for each in range(count)]
    taken = [asked for asked in node.sizes if asked <= most]
    assert sum(taken) == count
    assert len(node.sizes) - len(taken) <= 6  # halvings alone


@pytest.mark.parametrize("error", SMALLER)
def test_what_works_is_kept(error: type[SourceError]) -> None:
    node, batches = Node(3, error), Batches(20)
    assert len(list(batches.each(range(7), node.ask))) == 4
    assert node.sizes == [7, 4, 2, 2, 2, 1]
    node.sizes.clear()
    list(batches.each(range(6), node.ask))
    assert node.sizes == [2, 2, 2]


@pytest.mark.parametrize("error", SMALLER)
def test_t64_one_question_that_is_refused_is_an_error(error: type[SourceError]) -> None:
    with pytest.raises(error):
        list(Batches(20).each([1, 2], Node(0, error).ask))


@pytest.mark.parametrize("error", [UnavailableError, IncapableError, DisagreementError])
def test_t64_other_errors_are_not_tried_again(error: type[SourceError]) -> None:
    node = Node(1, error)
    with pytest.raises(error):
        list(Batches(20).each([1, 2], node.ask))
    assert node.sizes == [2]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_t64_a_node_that_refuses_large_batches_is_asked_in_smaller_ones(refusal: str) -> None:
    with LyingServer(CHAIN) as node:
        source = EvmSource(ChainId("eip155", "1"), node.url, limits=QUICK)
        honest = source.account_proofs(BLOCK, REQUESTS)
        node.most, node.refusal = 6, refusal
        node.sizes.clear()
        assert source.account_proofs(BLOCK, REQUESTS) == honest
        taken = [size for size in node.sizes if size <= 6]
        assert taken == [5, 5, 5, 5]
        node.sizes.clear()
        assert source.account_proofs(BLOCK, REQUESTS) == honest
        assert node.sizes == [5, 5, 5, 5]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_t64_calls_come_in_smaller_batches_too(refusal: str) -> None:
    calls = [Call(TOKEN, balance_of("0x" + f"{number:040x}")) for number in range(20)]
    with LyingServer(CHAIN) as node:
        node.most, node.refusal = 6, refusal
        told = EvmSource(ChainId("eip155", "1"), node.url, limits=QUICK).calls(BLOCK, calls)
    assert told == tuple((1000 * number + 5).to_bytes(32, "big") for number in range(20))


def test_progress_follows_the_batches_that_are_taken() -> None:
    seen: list[tuple[int, int]] = []
    with LyingServer(CHAIN) as node:
        node.most = 6
        source = EvmSource(ChainId("eip155", "1"), node.url, limits=QUICK)
        source.account_proofs(BLOCK, REQUESTS, lambda done, wanted: seen.append((done, wanted)))
    assert seen == [(5, 20), (10, 20), (15, 20), (20, 20)]


def test_a_node_that_takes_single_questions_alone_serves_all() -> None:
    with LyingServer(CHAIN) as node:
        node.most, node.refusal = 1, "batch too large"
        source = EvmSource(ChainId("eip155", "1"), node.url, limits=QUICK)
        assert len(source.account_proofs(BLOCK, REQUESTS)) == 20
        assert all(isinstance(block, dict) for block in node.blocks)
