"""What a node may say in place of the truth, told by an embedded chain; `tests.simulator` says what catches each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import RefusedQuestionError
from por.proofs.state.header import header_rlp

Answer = Callable[[str, Sequence[object]], object]


@dataclass(frozen=True)
class NodeLie:
    """A change of what the embedded chain answers, and words that the reason given must hold."""

    name: str
    threats: tuple[str, ...]
    answer: Callable[[EmbeddedChain], Answer]
    words: str


def refused(code: int, words: str) -> Callable[[EmbeddedChain], Answer]:
    def answers(chain: EmbeddedChain) -> Answer:
        def answer(method: str, parameters: Sequence[object]) -> object:
            if method == "eth_getBlockByNumber":
                raise RefusedQuestionError(code, words)
            return chain.answer(method, parameters)

        return answer

    return answers


def changed_blocks(change: Callable[[dict[str, Any], int], object]) -> Callable[[EmbeddedChain], Answer]:
    """Change every block answered; the change is told how many were asked for before."""

    def answers(chain: EmbeddedChain) -> Answer:
        count = itertools.count()

        def answer(method: str, parameters: Sequence[object]) -> object:
            said = chain.answer(method, parameters)
            is_block = method == "eth_getBlockByNumber" and isinstance(said, dict)
            return change(dict(said), next(count)) if is_block else said  # type: ignore[call-overload]

        return answer

    return answers


def rehashed(block: dict[str, Any], **members: str) -> dict[str, Any]:
    """Make up another block that hashes to what it says."""
    changed = block | members
    return changed | {"hash": "0x" + keccak(header_rlp(changed)).hex()}


def chain_id(chain: EmbeddedChain) -> Answer:
    return lambda method, parameters: "0x1" if method == "eth_chainId" else chain.answer(method, parameters)


def final_long_ago(chain: EmbeddedChain) -> Answer:
    def answer(method: str, parameters: Sequence[object]) -> object:
        tag = "0x0" if parameters and parameters[0] == "finalized" else parameters[0] if parameters else None
        return chain.answer(method, [tag, *parameters[1:]] if parameters else [])

    return answer


RICHER = "0x" + "77" * 32
NODE_LIES = (
    NodeLie("another chain id", ("T53",), chain_id, "it serves eip155:1, not"),
    NodeLie("no block", ("T64",), changed_blocks(lambda block, n: None), "it has no block"),
    NodeLie("unknown block", ("T64",), refused(-32001, "Resource not found"), "does not know that"),
    NodeLie("pruned", ("T64",), refused(-32000, "missing trie node"), "no state of that block"),
    NodeLie("rate limited", ("T64",), refused(-32005, "too many requests"), "limits the rate"),
    NodeLie("zero for an answer", ("T64",), changed_blocks(lambda block, n: "0x0"), "unusable answer"),
    NodeLie(
        "edited state under the old hash",
        ("T55",),
        changed_blocks(lambda block, n: block | {"stateRoot": RICHER}),
        "does not hash to the hash",
    ),
    NodeLie(
        "old state under a new hash",
        ("T55",),
        changed_blocks(lambda block, n: block | {"hash": RICHER}),
        "does not hash to the hash",
    ),
    NodeLie(
        "another header at the end",
        ("T56",),
        changed_blocks(lambda block, n: block if n < 3 else rehashed(block, stateRoot=RICHER)),
        "reorganised while it was read",
    ),
    NodeLie(
        "dead at the end",
        ("T56", "T64"),
        changed_blocks(lambda block, n: block if n < 3 else None),
        "it has no block",
    ),
    NodeLie(
        "dead between two reads",
        ("T64",),
        changed_blocks(lambda block, n: block if n < 1 else None),
        "it has no block",
    ),
    NodeLie("nothing is final yet", ("T56",), final_long_ago, ""),
    NodeLie(
        "another chain with the same number of blocks",
        ("T55",),
        changed_blocks(lambda block, n: rehashed(block, stateRoot=RICHER)),
        "",
    ),
)
