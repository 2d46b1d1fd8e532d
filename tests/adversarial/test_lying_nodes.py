"""Nodes that lie, fail or change their mind while a bundle is verified: named, never believed, never a crash."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from por.chains.embedded.server import LoopbackServer
from tests.adversarial.examinations import BALANCE, CANONICAL, SIMULTANEOUS, reasons, replayed, verify
from tests.adversarial.node_lies import NODE_LIES, RICHER, NodeLie, changed_blocks, rehashed
from tests.simulator import CAUGHT_BY, EXIT, Exchange, ids

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.mark.parametrize("lie", NODE_LIES, ids=ids(NODE_LIES))
def test_a_node_that_lies_is_not_believed(lie: NodeLie, exchange: Exchange) -> None:
    with LoopbackServer(lie.answer(exchange.chain)) as node:
        run = verify(exchange, node.url)
    row = CAUGHT_BY[lie.name]
    assert row is not None
    check, outcome = row
    assert run.outcomes(check) == {outcome}, run.out
    assert run.outcomes(BALANCE) == {outcome}, run.out
    assert run.status == EXIT[outcome]
    assert lie.words in reasons(run, CANONICAL)
    assert run.outcomes("solvency.coverage") == {outcome}, run.out


@pytest.mark.parametrize("lie", NODE_LIES, ids=ids(NODE_LIES))
def test_t55_beside_an_honest_node_every_lie_is_undecided(lie: NodeLie, exchange: Exchange) -> None:
    for order in (1, -1):
        with LoopbackServer(lie.answer(exchange.chain)) as node:
            run = verify(exchange, *(exchange.url, node.url)[::order], sources=2)
        assert run.outcomes(CANONICAL) == {"INCONCLUSIVE"}, run.out
        assert run.status == 3


@pytest.mark.parametrize("lie", NODE_LIES, ids=ids(NODE_LIES))
def test_a_recording_of_a_lie_is_not_better_than_the_lie(lie: NodeLie, exchange: Exchange, tmp_path: Path) -> None:
    """Replayed under a policy that names it, a recording says what the node said, and never more."""
    with LoopbackServer(lie.answer(exchange.chain)) as node:
        live = verify(exchange, node.url, record=tmp_path / "answers.json")
    again = replayed(exchange, tmp_path / "answers.json", tmp_path)
    assert again.outcomes(CANONICAL) == live.outcomes(CANONICAL), again.out
    assert "PASS" not in again.outcomes(CANONICAL)
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
    lie = changed_blocks(lambda block, n: rehashed(block, stateRoot=RICHER))
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
    lie = changed_blocks(lambda block, n: rehashed(block, stateRoot=RICHER))
    with ExitStack() as nodes:
        urls = [nodes.enter_context(LoopbackServer(lie(exchange.chain))).url for _ in range(2)]
        assert verify(exchange, *urls, sources=2).outcomes(CANONICAL) == {"FAIL"}


def test_t56_a_node_that_dies_at_the_end_is_no_better_recorded(exchange: Exchange, tmp_path: Path) -> None:
    """Where the last final block is the snapshot's next one, all its readings but the last are in the recording."""
    lie = changed_blocks(lambda block, n: block if n < 3 else None)
    exchange.chain.lag = 1
    try:
        with LoopbackServer(lie(exchange.chain)) as node:
            live = verify(exchange, node.url, record=tmp_path / "answers.json")
    finally:
        exchange.chain.lag = 0
    again = replayed(exchange, tmp_path / "answers.json", tmp_path)
    assert (live.status, again.status) == (3, 3)
