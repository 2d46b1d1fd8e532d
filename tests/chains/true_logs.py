"""The logs of an `HonestChain` as a source must give them."""

from __future__ import annotations

from por.model import BlockRef, Log
from tests.chains.honest_chain import TOKEN, TOPIC, HonestChain


def true_logs(chain: HonestChain, first: int, last: int) -> tuple[Log, ...]:
    """Tell the logs of TOKEN with TOPIC: block `n` has `n % 3` of them, from place 1 on."""
    return tuple(
        Log(TOKEN, (TOPIC, number.to_bytes(32, "big")), index.to_bytes(32, "big"), at(chain, number), index)
        for number in range(first, last + 1)
        for index in range(1, number % 3 + 1)
    )


def at(chain: HonestChain, number: int) -> BlockRef:
    return BlockRef(number, chain.hash(number))
