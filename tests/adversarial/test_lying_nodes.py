"""Nodes that lie, fail or change their mind while a bundle is verified: named, never believed, never a crash."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.chains.embedded import EmbeddedChain
from por.chains.embedded_server import LoopbackServer, RefusedQuestionError
from por.proofs.state.header import header_rlp
from tests.adversarial.examinations import BALANCE, CANONICAL, SIMULTANEOUS, reasons, replayed, verify
from tests.simulator import Exchange, slug

pytestmark = pytest.mark.usefixtures("impatient")

Answer = Callable[[str, Sequence[object]], object]


@dataclass(frozen=True)
class NodeLie:
    """A change of what the embedded chain answers; `outcome` is what snapshot.canonical must say of it."""

    name: str
    threats: tuple[str, ...]
    answer: Callable[[EmbeddedChain], Answer]
    outcome: str
    words: str
    status: int = 3


def _refused(code: int, words: str) -> Callable[[EmbeddedChain], Answer]:
    def answers(chain: EmbeddedChain) -> Answer:
        def answer(method: str, parameters: Sequence[object]) -> object:
            if method == "eth_getBlockByNumber":
                raise RefusedQuestionError(code, words)
            return chain.answer(method, parameters)

        return answer

    return answers


def _blocks(change: Callable[[dict[str, Any], int], object]) -> Callable[[EmbeddedChain], Answer]:
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


def _chain_id(chain: EmbeddedChain) -> Answer:
    return lambda method, parameters: "0x1" if method == "eth_chainId" else chain.answer(method, parameters)


def _final_long_ago(chain: EmbeddedChain) -> Answer:
    def answer(method: str, parameters: Sequence[object]) -> object:
        tag = "0x0" if parameters and parameters[0] == "finalized" else parameters[0] if parameters else None
        return chain.answer(method, [tag, *parameters[1:]] if parameters else [])

    return answer


RICHER = "0x" + "77" * 32
NODE_LIES = (
    NodeLie("another chain id", ("T53",), _chain_id, "INCONCLUSIVE", "it serves eip155:1, not"),
    NodeLie("no block", ("T64",), _blocks(lambda block, n: None), "INCONCLUSIVE", "it has no block"),
    NodeLie("unknown block", ("T64",), _refused(-32001, "Resource not found"), "INCONCLUSIVE", "does not know that"),
    NodeLie("pruned", ("T64",), _refused(-32000, "missing trie node"), "INCONCLUSIVE", "no state of that block"),
    NodeLie("rate limited", ("T64",), _refused(-32005, "too many requests"), "INCONCLUSIVE", "limits the rate"),
    NodeLie("zero for an answer", ("T64",), _blocks(lambda block, n: "0x0"), "INCONCLUSIVE", "unusable answer"),
    NodeLie(
        "edited state under the old hash",
        ("T55",),
        _blocks(lambda block, n: block | {"stateRoot": RICHER}),
        "INCONCLUSIVE",
        "does not hash to the hash",
    ),
    NodeLie(
        "old state under a new hash",
        ("T55",),
        _blocks(lambda block, n: block | {"hash": RICHER}),
        "INCONCLUSIVE",
        "does not hash to the hash",
    ),
    NodeLie(
        "another header at the end",
        ("T56",),
        _blocks(lambda block, n: block if n < 3 else rehashed(block, stateRoot=RICHER)),
        "INCONCLUSIVE",
        "reorganised while it was read",
    ),
    NodeLie(
        "dead at the end",
        ("T56", "T64"),
        _blocks(lambda block, n: block if n < 3 else None),
        "INCONCLUSIVE",
        "it has no block",
    ),
    NodeLie(
        "dead between two reads",
        ("T64",),
        _blocks(lambda block, n: block if n < 1 else None),
        "INCONCLUSIVE",
        "it has no block",
    ),
    NodeLie("nothing is final yet", ("T56",), _final_long_ago, "INCONCLUSIVE", ""),
    NodeLie(
        "another chain with the same number of blocks",
        ("T55",),
        _blocks(lambda block, n: rehashed(block, stateRoot=RICHER)),
        "FAIL",
        "",
        status=1,
    ),
)


@pytest.mark.parametrize("lie", NODE_LIES, ids=[slug(lie.threats, lie.name) for lie in NODE_LIES])
def test_a_node_that_lies_is_not_believed(lie: NodeLie, exchange: Exchange) -> None:
    with LoopbackServer(lie.answer(exchange.chain)) as node:
        run = verify(exchange, node.url)
    assert run.outcomes(CANONICAL) == {lie.outcome}, run.out
    assert run.outcomes(BALANCE) == {lie.outcome}, run.out
    assert run.status == lie.status
    assert lie.words in reasons(run, CANONICAL)
    assert run.outcomes("solvency.coverage") == {lie.outcome}, run.out


@pytest.mark.parametrize("lie", NODE_LIES, ids=[slug(lie.threats, lie.name) for lie in NODE_LIES])
def test_t55_beside_an_honest_node_every_lie_is_undecided(lie: NodeLie, exchange: Exchange) -> None:
    for order in (1, -1):
        with LoopbackServer(lie.answer(exchange.chain)) as node:
            run = verify(exchange, *(exchange.url, node.url)[::order], sources=2)
        assert run.outcomes(CANONICAL) == {"INCONCLUSIVE"}, run.out
        assert run.status == 3


@pytest.mark.parametrize("lie", NODE_LIES, ids=[slug(lie.threats, lie.name) for lie in NODE_LIES])
def test_a_recording_of_a_lie_is_not_better_than_the_lie(lie: NodeLie, exchange: Exchange, tmp_path: Path) -> None:
    """Replayed under a policy that names it, a recording says what the node said, and never more."""
    with LoopbackServer(lie.answer(exchange.chain)) as node:
        live = verify(exchange, node.url, record=tmp_path / "answers.json")
    assert live.outcomes(CANONICAL) == {lie.outcome}
    again = replayed(exchange, tmp_path / "answers.json", tmp_path)
    assert again.outcomes(CANONICAL) == {lie.outcome}, again.out
    assert again.status == live.status


def test_an_honest_run_is_replayed_to_the_same_verdict(exchange: Exchange, tmp_path: Path) -> None:
    live = verify(exchange, exchange.url, record=tmp_path / "answers.json")
    again = replayed(exchange, tmp_path / "answers.json", tmp_path)
    assert (live.status, again.status) == (0, 0)
    assert live.verdict is not None
    assert again.verdict is not None
    assert again.verdict.findings == live.verdict.findings


def test_t55_a_recording_that_the_policy_does_not_name_is_only_told(exchange: Exchange, tmp_path: Path) -> None:
    verify(exchange, exchange.url, record=tmp_path / "answers.json")
    again = replayed(exchange, tmp_path / "answers.json", tmp_path, named=False)
    assert again.status == 3
    assert again.outcomes(CANONICAL) == {"INCONCLUSIVE"}
    assert "self-declared" in reasons(again, CANONICAL)


def test_t55_two_nodes_that_agree_raise_the_grade(exchange: Exchange) -> None:
    with LoopbackServer(exchange.chain.answer) as second:
        run = verify(exchange, exchange.url, second.url, sources=2)
    assert run.status == 0, run.out
    assert run.verdict is not None
    assert {finding.grade and finding.grade.text for finding in run.verdict.of(BALANCE)} == {
        "state proof against an agreed header"
    }


def test_t55_one_lie_of_two_is_a_disagreement_that_names_both(exchange: Exchange) -> None:
    lie = _blocks(lambda block, n: rehashed(block, stateRoot=RICHER))
    with LoopbackServer(lie(exchange.chain)) as node:
        run = verify(exchange, exchange.url, node.url, sources=2)
        words = reasons(run, CANONICAL)
        assert exchange.url in words
        assert node.url in words
    assert run.status == 3
    assert run.outcomes(CANONICAL) == run.outcomes(SIMULTANEOUS) == run.outcomes(BALANCE) == {"INCONCLUSIVE"}


def test_t55_one_node_is_not_two(exchange: Exchange) -> None:
    assert verify(exchange, exchange.url, sources=2).status == 3
    twice = verify(exchange, exchange.url, exchange.url + "/another/path", sources=2)
    assert twice.status == 2
    assert "given twice" in twice.talk


def test_t55_two_liars_who_agree_are_believed_about_the_chain_alone(exchange: Exchange) -> None:
    """They can make an honest bundle look false; only a bundle that fits their chain would pass, and README says so."""
    lie = _blocks(lambda block, n: rehashed(block, stateRoot=RICHER))
    with ExitStack() as nodes:
        urls = [nodes.enter_context(LoopbackServer(lie(exchange.chain))).url for _ in range(2)]
        assert verify(exchange, *urls, sources=2).outcomes(CANONICAL) == {"FAIL"}


def test_t56_a_node_that_dies_at_the_end_is_no_better_recorded(exchange: Exchange, tmp_path: Path) -> None:
    """Where the last final block is the snapshot's next one, all its readings but the last are in the recording."""
    lie = _blocks(lambda block, n: block if n < 3 else None)
    exchange.chain.lag = 1
    try:
        with LoopbackServer(lie(exchange.chain)) as node:
            live = verify(exchange, node.url, record=tmp_path / "answers.json")
    finally:
        exchange.chain.lag = 0
    again = replayed(exchange, tmp_path / "answers.json", tmp_path)
    assert (live.status, again.status) == (3, 3)
