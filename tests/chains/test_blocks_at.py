"""The last final block before an instant, and its child, however the blocks lie."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.chains.blocks_at import last_block_at
from por.errors import UnavailableError
from por.model import BlockRef, ChainId, Header, Instant


class Times:
    """Be a chain whose blocks have these times, of which the last is final."""

    chain = ChainId("eip155", "1")

    def __init__(self, *times: int) -> None:
        self.times = times
        self.asked: list[int] = []

    def finalized(self) -> BlockRef:
        return BlockRef(len(self.times) - 1, bytes(32))

    def header(self, number: int) -> Header:
        self.asked.append(number)
        return Header(number, number.to_bytes(32, "big"), bytes(32), bytes(32), self.times[number], b"")


def found(times: Any, instant: int) -> tuple[int, int]:
    block, child = last_block_at(times, Instant(instant))
    return block.number, child.number


_times = st.lists(st.integers(0, 10_000), min_size=2, max_size=60, unique=True).map(sorted)


@given(times=_times, data=st.data())
def test_the_block_is_the_last_that_is_not_after_the_instant(times: list[int], data: st.DataObject) -> None:
    instant = data.draw(st.integers(times[0], times[-1] - 1))
    block, child = found(Times(*times), instant)
    assert child == block + 1
    assert times[block] <= instant < times[child]


@given(times=_times)
def test_a_block_of_the_very_instant_counts(times: list[int]) -> None:
    assert found(Times(*times), times[-2]) == (len(times) - 2, len(times) - 1)


def test_few_blocks_are_read_of_many() -> None:
    chain = Times(*range(0, 120_000, 12))
    assert found(chain, 60_007) == (5000, 5001)
    assert len(chain.asked) < 20


@pytest.mark.parametrize("instant", [0, 99])
def test_an_instant_before_the_chain_is_unavailable(instant: int) -> None:
    with pytest.raises(UnavailableError, match="begins after"):
        found(Times(100, 112), instant)


@pytest.mark.parametrize("instant", [124, 125, 9_999])
def test_t56_an_instant_that_is_not_followed_by_a_final_block_is_unavailable(instant: int) -> None:
    with pytest.raises(UnavailableError, match="wait until a later one is final"):
        found(Times(100, 112, 124), instant)


def test_t56_a_chain_of_one_block_has_none() -> None:
    with pytest.raises(UnavailableError, match="wait"):
        found(Times(100), 100)
