"""An issuer's own hashes refute a recorded sum that is not the child's; nothing refutes an honest tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.commitments import reference
from tests.commitments.reference import sha
from tests.commitments.trees import leaves_of
from tests.contracts.anchors import Anchored, Entry, put
from tests.contracts.chain import Chain, assert_reverts, events, revert_reason
from tests.contracts.committed import END_EMPTY, END_LEAF, END_NODE, SumTree, opening

CONTEXT = sha(b"context")
LEAVES = leaves_of(5, 9, 2, 4, 4, 1)
DEPTH = 3
HONEST = SumTree(CONTEXT, DEPTH, LEAVES)
OTHERS = (sha(b"first"), sha(b"third"))
HALF = 2**127


def lying(lies: Mapping[tuple[int, int], int]) -> SumTree:
    return SumTree(CONTEXT, DEPTH, LEAVES, lies)


@dataclass
class Scene:
    """Hold contracts, a tree, and the entry that commits to it."""

    chain: Chain
    proofs: Any
    registry: Any
    tree: SumTree
    anchored: Anchored

    def challenge(self, height: int, place: int, **changes: Any) -> Any:
        """Refute the sum of a row, with whatever is to be false in the evidence."""
        arguments = {
            "anchor": self.anchored.preimage,
            "tree": self.tree.preimage,
            "opening": opening(roots(self.tree), 1),
            "descent": self.tree.descent(height, place),
        }
        return self.proofs.functions.refuteSum(*(arguments | changes).values())

    def is_refuted(self) -> bool:
        answer: bool = self.chain.ask(self.proofs.functions.refuted(self.anchored.id))
        return answer


def roots(tree: SumTree) -> list[bytes]:
    return [OTHERS[0], tree.root, OTHERS[1]]


Contracts = tuple[Any, Any]


def contracts_on(chain: Chain) -> Contracts:
    registry = chain.deploy("ReserveRegistry")
    return registry, chain.deploy("LiabilityProofs", registry.address)


def scene_of(chain: Chain, contracts: Contracts, tree: SumTree) -> Scene:
    registry, proofs = contracts
    anchored = put(chain, registry, Entry(chain.now - 10, commitments_root=reference.mth(roots(tree))))
    return Scene(chain, proofs, registry, tree, anchored)


@pytest.fixture(scope="module")
def _honest(shared_chain: Chain) -> Scene:
    return scene_of(shared_chain, contracts_on(shared_chain), HONEST)


@pytest.fixture(scope="module")
def contracts(shared_chain: Chain) -> Contracts:
    return contracts_on(shared_chain)


@pytest.fixture(scope="module")
def contracts_here(shared_tester: Chain) -> Contracts:
    return contracts_on(shared_tester)


@pytest.fixture
def honest(_honest: Scene, chain: Chain) -> Scene:
    return _honest


# what is proven


@pytest.mark.parametrize(
    ("place", "recorded", "own"),
    [
        ((3, 0), 24, 25),  # the total
        ((2, 0), 19, 20),  # a left child
        ((2, 1), 4, 5),  # a right child
        ((1, 2), 0, 5),  # a grandchild said to owe nothing
        ((0, 0), 4, 5),  # a leaf
        ((0, 5), 0, 1),  # the last leaf
        ((0, 1), 2**127, 9),  # more than it owes
        ((0, 7), 6, 0),  # an empty leaf that owes
        ((1, 3), 1, 0),  # an empty subtree that owes
    ],
)
def test_t01_a_recorded_sum_that_is_not_the_childs_own_is_refuted(
    chain: Chain, contracts: Contracts, place: tuple[int, int], recorded: int, own: int
) -> None:
    scene = scene_of(chain, contracts, lying({place: recorded}))
    assert not scene.is_refuted()
    receipt = chain.send(scene.challenge(*place), sender=2)
    assert scene.is_refuted()
    (told,) = events(scene.proofs.events.SumRefuted(), receipt)
    assert told == {
        "id": scene.anchored.id,
        "issuer": scene.anchored.issuer,
        "root": scene.tree.root,
        "recorded": recorded,
        "own": own,
        "level": DEPTH - place[0],
    }


def test_t06_a_sum_that_wrapped_is_refuted(chain: Chain, contracts: Contracts) -> None:
    leaves = leaves_of(HALF, HALF, 7, 7)
    scene = scene_of(chain, contracts, SumTree(CONTEXT, 2, leaves, {(1, 0): 0}))
    receipt = chain.send(scene.challenge(1, 0))
    (told,) = events(scene.proofs.events.SumRefuted(), receipt)
    assert (told["recorded"], told["own"]) == (0, 2**128)


def test_a_tree_of_one_leaf_is_refuted_by_its_total(chain: Chain, contracts: Contracts) -> None:
    scene = scene_of(chain, contracts, SumTree(CONTEXT, 0, LEAVES[:1], {(0, 0): 4}))
    chain.send(scene.challenge(0, 0))
    assert scene.is_refuted()


def test_a_tree_of_forty_levels_is_refuted_at_its_bottom(chain: Chain, contracts: Contracts) -> None:
    # All but one path are made up: nobody can build 2^40 leaves, and a challenge needs one path only.
    tag, amount = LEAVES[0]
    node, recorded, nodes = sha(b"\x00", tag, reference.u128(amount)), amount - 1, []
    for level in range(40):
        nodes.append((node, recorded, sha(bytes([level])), level))
        node = sha(b"\x01", node, reference.u128(recorded), nodes[-1][2], reference.u128(level))
        recorded += level
    scene = scene_of(chain, contracts, HONEST)
    root = reference.committed_root(CONTEXT, 40, recorded, node)
    anchored = put(chain, scene.registry, Entry(chain.now - 5, commitments_root=reference.mth([root])))
    evidence = ((CONTEXT, 40, recorded, node), opening([root], 0), (nodes[::-1], 0, END_LEAF, tag, amount))
    receipt = chain.send(scene.proofs.functions.refuteSum(anchored.preimage, *evidence))
    (told,) = events(scene.proofs.events.SumRefuted(), receipt)
    assert (told["recorded"], told["own"], told["level"]) == (amount - 1, amount, 40)


def test_a_refuted_entry_stays_so_and_others_are_not_touched(chain: Chain, contracts: Contracts) -> None:
    scene = scene_of(chain, contracts, lying({(1, 0): 3}))
    chain.send(scene.challenge(1, 0))
    mended = put(chain, scene.registry, scene.anchored.entry.but(commitments_root=HONEST.root, supersedes=1))
    assert scene.is_refuted()
    assert not chain.ask(scene.proofs.functions.refuted(mended.id))
    assert not chain.ask(scene.proofs.functions.refuted(bytes(32)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(data=st.data(), amounts=st.lists(st.integers(0, 2**100), max_size=8), false=st.integers(0, 2**128 - 1))
def test_exactly_the_row_that_lies_is_refuted(
    tester: Chain, contracts_here: Contracts, data: st.DataObject, amounts: list[int], false: int
) -> None:
    leaves = leaves_of(*amounts)
    rows = [(height, place) for height in range(DEPTH + 1) for place in range(2 ** (DEPTH - height))]
    lie = data.draw(st.sampled_from(rows))
    # Below the total, what is false makes the sums above it false too, and true to it.
    if false == SumTree(CONTEXT, DEPTH, leaves).levels[lie[0]][lie[1]][1] or false + sum(amounts) >= 2**128:
        reject()
    with tester.rewound():
        scene = scene_of(tester, contracts_here, SumTree(CONTEXT, DEPTH, leaves, {lie: false}))
        for row in [lie, *data.draw(st.lists(st.sampled_from(rows), max_size=4))]:
            reason = revert_reason(scene.challenge(*row))
            assert (reason is None) == (row == lie), (row, lie, reason)
            assert reason is None or reason.startswith("SumsAgree")


# what is not


@pytest.mark.parametrize("height", range(DEPTH + 1))
def test_an_honest_tree_cannot_be_refuted(honest: Scene, height: int) -> None:
    for place in range(2 ** (DEPTH - height)):
        own = HONEST.levels[height][place][1]
        assert_reverts(honest.challenge(height, place), f"SumsAgree({own})")


def test_evidence_for_another_row_is_not_preimage(honest: Scene) -> None:
    nodes, _, *end = HONEST.descent(0, 0)
    assert_reverts(honest.challenge(0, 0, descent=(nodes, 1, *end)), "NotPreimage(1)")
    assert_reverts(honest.challenge(0, 0, descent=(nodes, 2, *end)), "NotPreimage(2)")
    assert_reverts(honest.challenge(0, 0, descent=(nodes, 4, *end)), "NotPreimage(3)")


@pytest.mark.parametrize("level", range(DEPTH))
@pytest.mark.parametrize("member", range(4))
def test_a_bent_node_is_not_preimage(honest: Scene, level: int, member: int) -> None:
    nodes, *rest = HONEST.descent(0, 2)
    node: list[Any] = list(nodes[level])
    node[member] = node[member] + 1 if member % 2 else sha(b"bent")
    bent = [*nodes[:level], tuple(node), *nodes[level + 1 :]]
    assert_reverts(honest.challenge(0, 0, descent=(bent, *rest)), f"NotPreimage({level})")


@pytest.mark.parametrize("end", [(END_LEAF, LEAVES[0][0], 6), (END_LEAF, LEAVES[1][0], 5), (END_EMPTY, bytes(32), 0)])
def test_t09_another_leaf_is_not_preimage(honest: Scene, end: tuple[Any, ...]) -> None:
    nodes, sides, *_ = HONEST.descent(0, 0)
    assert_reverts(honest.challenge(0, 0, descent=(nodes, sides, *end)), "NotPreimage(3)")


def test_t09_a_leaf_is_no_node_and_a_node_no_leaf(honest: Scene) -> None:
    tag, amount = LEAVES[0]
    assert_reverts(honest.challenge(0, 0, descent=([], 0, END_LEAF, tag, amount)), f"DescentDoesNotFit(0,{DEPTH})")
    nodes, sides, *_ = HONEST.descent(0, 0)
    below = (tag, amount, tag, amount)
    assert_reverts(honest.challenge(0, 0, descent=([*nodes, below], sides, END_NODE, tag, 0)), "DescentDoesNotFit(4,3)")
    assert_reverts(honest.challenge(0, 0, descent=([*nodes, below], sides, END_LEAF, tag, 0)), "DescentDoesNotFit(4,3)")
    assert_reverts(honest.challenge(0, 0, descent=(nodes[:2], sides, END_EMPTY, tag, 0)), "DescentDoesNotFit(2,3)")


def test_a_descent_of_nothing_is_refused(honest: Scene) -> None:
    assert_reverts(honest.challenge(0, 0, descent=([], 0, END_NODE, bytes(32), 0)), f"DescentDoesNotFit(0,{DEPTH})")


@pytest.mark.parametrize("member", range(4))
def test_a_tree_that_is_not_committed_to_is_refused(honest: Scene, member: int) -> None:
    bent: list[Any] = list(HONEST.preimage)
    bent[member] = bent[member] + 1 if member in {1, 2} else sha(b"bent")
    assert_reverts(honest.challenge(3, 0, tree=tuple(bent)), "RootNotAnchored")


def test_t34_a_liars_tree_of_ones_own_convicts_nobody(honest: Scene) -> None:
    mine = lying({(3, 0): 1})
    evidence = {"tree": mine.preimage, "descent": mine.descent(3, 0)}
    assert_reverts(honest.challenge(3, 0, **evidence), "RootNotAnchored")
    assert_reverts(honest.challenge(3, 0, opening=opening([mine.root], 0), **evidence), "RootNotAnchored")
    framed = honest.anchored.but(entry=honest.anchored.entry.but(commitments_root=reference.mth(roots(mine))))
    everything = {"anchor": framed.preimage, "opening": opening(roots(mine), 1), **evidence}
    assert_reverts(honest.challenge(3, 0, **everything), f"NotAnchored(0x{framed.id.hex()})")


def test_one_proof_is_enough(chain: Chain, contracts: Contracts) -> None:
    scene = scene_of(chain, contracts, lying({(0, 0): 4, (0, 1): 4}))
    chain.send(scene.challenge(0, 0))
    assert_reverts(scene.challenge(0, 1), f"AlreadyRefuted(0x{scene.anchored.id.hex()})")
