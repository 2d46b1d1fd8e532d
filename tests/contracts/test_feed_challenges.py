"""Feeds over the contracts that really decide challenges: a proven lie voids a round, a dispute moves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commitments import reference
from tests.commitments.reference import sha
from tests.commitments.trees import leaves_of
from tests.contracts.anchors import Anchored, Entry, put
from tests.contracts.chain import Chain
from tests.contracts.committed import Claim, ReserveSet, SumTree, opening
from tests.contracts.feeds import (
    FIGURES,
    ISSUER,
    LIABILITIES,
    RATIO,
    RESERVES,
    UNITS,
    WORST_LIABILITIES,
    World,
    settling,
)

KINDS = [RESERVES, LIABILITIES, RATIO]
ANSWERS = {RESERVES: 4 * UNITS, LIABILITIES: 3 * UNITS, RATIO: 133_333_333}
WORST = {RESERVES: 0, LIABILITIES: WORST_LIABILITIES, RATIO: 0}
VICTIM = "eip155:1:0x00000000219ab540356cbb839cbe05303d7705fa"
COIN = "eip155:1/slip44:60"


@pytest.fixture(scope="module")
def _world(shared_chain: Chain) -> World:
    return World(shared_chain, real_challenges=True).prepared()


@pytest.fixture
def world(_world: World, chain: Chain) -> World:
    return _world


def anchored_with(world: World, *, sender: int = ISSUER, **members: Any) -> Anchored:
    return put(world.chain, world.registry, Entry(world.start, **members), sender=sender)


def published(world: World, anchored: Anchored) -> dict[int, Any]:
    """Settle feeds of all kinds."""
    feeds = {kind: world.feed(kind) for kind in KINDS}
    statement = world.attested(anchored)
    for feed in feeds.values():
        world.chain.send(settling(feed, statement, FIGURES, anchored))
    return feeds


def answers(world: World, feeds: dict[int, Any]) -> dict[int, int]:
    return {kind: world.latest(feed)[1] for kind, feed in feeds.items()}


def test_t01_a_false_sum_voids_the_rounds_of_all_kinds(world: World) -> None:
    """The commitment records that the first customer is owed less than the leaf says."""
    tree = SumTree(sha(b"context"), 2, leaves_of(5, 9, 2), {(0, 0): 4})
    anchored = anchored_with(world, commitments_root=reference.mth([tree.root]))
    feeds = published(world, anchored)
    assert answers(world, feeds) == ANSWERS
    proof = (anchored.preimage, tree.preimage, opening([tree.root], 0), tree.descent(0, 0))
    world.chain.send(world.of_liabilities.functions.refuteSum(*proof), sender=9)
    assert answers(world, feeds) == WORST


def test_a_griefing_dispute_moves_no_feed(world: World) -> None:
    """The griefer lists the issuer's address as its own and disputes it, again and again."""
    honest = ReserveSet([Claim(VICTIM, COIN, 10**20)])
    griefer = ReserveSet([Claim(VICTIM, COIN, 0)])
    anchored = anchored_with(world, reserve_set_root=honest.root)
    feeds = published(world, anchored)
    listed = anchored_with(world, sender=ISSUER + 1, reserve_set_root=griefer.root)
    for first, second in ((anchored, listed), (listed, anchored)):
        shown = (honest, griefer) if first is anchored else (griefer, honest)
        dispute = (first.preimage, shown[0].shown(0), second.preimage, shown[1].shown(0))
        world.chain.send(world.of_liabilities.functions.dispute(*dispute), sender=ISSUER + 1)
    assert answers(world, feeds) == ANSWERS


def test_a_false_balance_voids_the_rounds_of_all_kinds(world: World) -> None:
    """The commitment names a block that the chain does not have."""
    chain = world.chain
    chain.mine(3)
    number = chain.w3.eth.block_number - 1
    members: dict[str, Any] = {"snapshot_chain": chain.w3.eth.chain_id, "snapshot_block": number}
    anchored = anchored_with(world, **members, snapshot_hash=sha(b"another block"))
    feeds = published(world, anchored)
    assert answers(world, feeds) == ANSWERS
    chain.send(world.of_balances.functions.refuteBlock(anchored.preimage), sender=9)
    assert answers(world, feeds) == WORST


def test_the_chains_registries_tell_apart_what_they_have_not_seen(world: World) -> None:
    assert not world.chain.ask(world.of_liabilities.functions.refuted(reference.mth([])))
    assert not world.chain.ask(world.of_balances.functions.refuted(reference.mth([])))
