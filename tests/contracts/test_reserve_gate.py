"""The example gate: open for recent and sufficient reserves, closed for everything else."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode

from tests.contracts.anchors import COIN
from tests.contracts.attesters import FAIL
from tests.contracts.chain import Chain, assert_reverts
from tests.contracts.feeds import FIGURES, RATIO, UNITS, Deployment, World, settling

OPEN, UNREADABLE, NOT_POSITIVE, IN_FUTURE, STALE, BELOW_MINIMUM = range(6)
MAX_AGE = 86_400
PAR = 10**8
ROUND = ["uint80", "int256", "uint256", "uint256", "uint80"]


class Scripted:
    """Hold a gate over a feed that answers what a test says."""

    def __init__(self, chain: Chain, minimum: int = PAR, margin: int = 0) -> None:
        self.chain = chain
        self.feed = chain.deploy("ScriptedFeed", 8)
        self.gate = chain.deploy("ReserveGate", self.feed.address, MAX_AGE, minimum, margin)

    def answers(self, ratio: int, updated_at: int) -> None:
        self.says(encode(ROUND, [1, ratio, updated_at, updated_at, 1]))

    def says(self, data: bytes, *, reverts: bool = False) -> None:
        self.chain.send(self.feed.functions.script(data, reverts))

    def require(self, state: int) -> None:
        assert self.chain.ask(self.gate.functions.check()) == state
        assert self.chain.ask(self.gate.functions.isOpen()) is (state == OPEN)
        if state == OPEN:
            self.chain.ask(self.gate.functions.requireOpen())
        else:
            assert_reverts(self.gate.functions.requireOpen(), f"GateClosed({state})")


@pytest.mark.parametrize(
    ("ratio", "state"), [(PAR - 1, BELOW_MINIMUM), (PAR, OPEN), (2**255 - 1, OPEN), (1, BELOW_MINIMUM)]
)
def test_the_minimum_opens(chain: Chain, ratio: int, state: int) -> None:
    scripted = Scripted(chain)
    scripted.answers(ratio, chain.now)
    scripted.require(state)


@pytest.mark.parametrize("answer", [0, -1, -(2**255)])
def test_an_answer_that_is_not_positive_closes(chain: Chain, answer: int) -> None:
    scripted = Scripted(chain)
    scripted.answers(answer, chain.now)
    scripted.require(NOT_POSITIVE)


@pytest.mark.parametrize(
    ("minimum", "margin", "required"),
    [
        (PAR, 0, PAR),
        (PAR, 500, 105_000_000),
        (1, 1, 2),
        (PAR, 1, 100_010_000),
        (33_333_333, 3, 33_343_333),
        (PAR, 10_000, 2 * PAR),
    ],
)
def test_the_margin_is_added_and_rounded_up(chain: Chain, minimum: int, margin: int, required: int) -> None:
    scripted = Scripted(chain, minimum, margin)
    assert chain.ask(scripted.gate.functions.requiredRatio()) == required
    scripted.answers(required, chain.now)
    scripted.require(OPEN)
    scripted.answers(required - 1, chain.now)
    scripted.require(BELOW_MINIMUM)


def test_t37_a_stale_snapshot_closes(chain: Chain) -> None:
    scripted = Scripted(chain)
    snapshot = chain.now
    scripted.answers(PAR, snapshot)
    chain.warp(snapshot + MAX_AGE - 100)
    scripted.require(OPEN)
    chain.warp(snapshot + MAX_AGE + 100)
    scripted.require(STALE)


def test_a_snapshot_in_the_future_closes(chain: Chain) -> None:
    scripted = Scripted(chain)
    for updated_at in (chain.now + 10_000, 2**256 - 1):
        scripted.answers(PAR, updated_at)
        scripted.require(IN_FUTURE)


@pytest.mark.parametrize("data", [b"", bytes(32), bytes(159)])
def test_a_feed_that_answers_too_little_closes(chain: Chain, data: bytes) -> None:
    scripted = Scripted(chain)
    scripted.says(data)
    scripted.require(UNREADABLE)


def test_a_feed_that_reverts_closes(chain: Chain) -> None:
    scripted = Scripted(chain)
    scripted.says(encode(ROUND, [1, PAR, chain.now, chain.now, 1]), reverts=True)
    scripted.require(UNREADABLE)


def test_what_is_no_round_id_does_not_stop_the_gate(chain: Chain) -> None:
    scripted = Scripted(chain)
    scripted.says(b"\xff" * 32 + encode(ROUND[1:], [PAR, chain.now, chain.now, 1]))
    scripted.require(OPEN)


@pytest.mark.parametrize("decimals", [0, 6, 18])
def test_a_feed_of_other_decimals_is_refused(chain: Chain, decimals: int) -> None:
    feed = chain.deploy("ScriptedFeed", decimals)
    call = Deployment(chain, "ReserveGate", feed.address, MAX_AGE, PAR, 0)
    assert_reverts(call, f"WrongDecimals({decimals})")


def test_a_minimum_of_nothing_is_refused(chain: Chain) -> None:
    feed = chain.deploy("ScriptedFeed", 8)
    assert_reverts(Deployment(chain, "ReserveGate", feed.address, MAX_AGE, 0, 0), "NoMinimum()")


def test_an_address_without_code_is_refused(chain: Chain) -> None:
    assert_reverts(Deployment(chain, "ReserveGate", chain.accounts[5], MAX_AGE, PAR, 0), "")


# over a real feed


def gate_over(world: World, feed: Any) -> Any:
    return world.chain.deploy("ReserveGate", feed.address, MAX_AGE, PAR, 1000)


def check(world: World, gate: Any) -> int:
    state: int = world.chain.ask(gate.functions.check())
    return state


def test_the_gate_follows_a_feed_through_its_life(chain: Chain) -> None:
    world = World(chain)
    feed = world.feed(RATIO)
    gate = gate_over(world, feed)
    assert check(world, gate) == UNREADABLE

    world.settle(feed, world.anchor())
    assert check(world, gate) == OPEN

    short = [(COIN, 3 * UNITS, 3 * UNITS)]
    world.settle(feed, world.anchor(), short, outcome=FAIL)
    assert check(world, gate) == BELOW_MINIMUM

    refuted = world.anchor()
    world.settle(feed, refuted)
    assert check(world, gate) == OPEN
    world.refute(refuted)
    assert check(world, gate) == NOT_POSITIVE

    anchored = world.anchor()
    statement = world.attested(anchored)
    chain.send(settling(feed, statement, FIGURES, anchored))
    assert check(world, gate) == OPEN
    world.revoke(statement)
    assert check(world, gate) == NOT_POSITIVE

    last = world.anchor()
    world.settle(feed, last)
    assert check(world, gate) == OPEN
    chain.warp(last.entry.instant + MAX_AGE + 1)
    assert check(world, gate) == STALE
