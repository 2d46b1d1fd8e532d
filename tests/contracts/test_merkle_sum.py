"""The fold: the contract's, its plain twin, the verifier's and the slow one agree on every path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.commitments.hashes import empty_nodes
from tests.commitments import reference
from tests.commitments.trees import leaf_lists, leaf_of, leaves_of, path_of, smallest_depth
from tests.contracts.chain import Chain, RawCall, assert_reverts, revert_reason
from tests.contracts.folds import (
    MOST,
    Case,
    Step,
    adversarial_cases,
    folded_on,
    random_case,
    random_tree,
    slow_fold,
    verifiers_fold,
)

NOBODY = "0x" + "00" * 20
TREES = {"tester": 50, "anvil": 1000}
BATCH = 50
LEAF = b"l" * 32
ZEROS: list[Step] = [(bytes(32), 0)] * 40


@pytest.fixture(scope="module")
def _proofs(shared_chain: Chain) -> Any:
    return shared_chain.deploy("LiabilityProofs", NOBODY)


@pytest.fixture
def proofs(_proofs: Any, chain: Chain) -> Any:
    return _proofs


@pytest.fixture(scope="module")
def proofs_here(shared_tester: Chain) -> Any:
    return shared_tester.deploy("LiabilityProofs", NOBODY)


def agree(chain: Chain, twins: Any, cases: Sequence[Case]) -> int:
    """Require that all four folds say the same of each case; return how many were accepted."""
    expected = [slow_fold(case) for case in cases]
    assert [verifiers_fold(case) for case in cases] == expected
    plain, tuned = folded_on(chain, twins.address, cases)
    assert plain == expected
    assert tuned == expected
    return sum(each is not None for each in expected)


def batches(chain: Chain) -> list[range]:
    return [range(start, start + BATCH) for start in range(0, TREES[chain.name], BATCH)]


def steps(path: Sequence[Any]) -> list[Step]:
    return [(step.hash, step.sum) for step in path]


# four folds


def test_four_folds_lead_to_the_tops_of_random_trees(chain: Chain) -> None:
    twins = chain.deploy("PlainMerkleSum")
    for batch in batches(chain):
        made = [random_tree(seed) for seed in batch]
        cases = [case for case, _ in made]
        assert [slow_fold(case) for case in cases] == [top for _, top in made]
        assert agree(chain, twins, cases) == len(cases)


def test_four_folds_agree_on_random_paths(chain: Chain) -> None:
    twins = chain.deploy("PlainMerkleSum")
    accepted = sum(agree(chain, twins, [random_case(seed) for seed in batch]) for batch in batches(chain))
    assert TREES[chain.name] / 3 < accepted < TREES[chain.name] * 9 / 10


def test_four_folds_agree_on_what_a_careless_one_gets_wrong(chain: Chain) -> None:
    accepted = agree(chain, chain.deploy("PlainMerkleSum"), adversarial_cases())
    assert 0 < accepted < len(adversarial_cases())


@settings(max_examples=25)
@given(data=st.data(), leaves=leaf_lists.filter(bool), deeper=st.integers(0, 2))
def test_every_leaf_of_every_tree_leads_to_its_top(
    shared_tester: Chain, proofs_here: Any, data: st.DataObject, leaves: list[reference.Leaf], deeper: int
) -> None:
    depth = smallest_depth(len(leaves)) + deeper
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = steps(path_of(leaves, depth, index))
    call = proofs_here.functions.fold(leaf_of(leaves[index]), leaves[index][1], index, path)
    assert tuple(shared_tester.ask(call)) == reference.top(leaves, depth)


# the view


def test_no_path_leads_to_the_leaf_itself(chain: Chain, proofs: Any) -> None:
    assert chain.ask(proofs.functions.fold(LEAF, MOST, 0, [])) == [LEAF, MOST]


def test_the_empty_tree_of_forty_levels(chain: Chain, proofs: Any) -> None:
    empties = empty_nodes(40)
    path = [(each, 0) for each in empties[:40]]
    assert chain.ask(proofs.functions.fold(empties[0], 0, 2**40 - 1, path)) == [empties[40], 0]


def test_t13_a_path_beyond_forty_levels_is_refused(proofs: Any) -> None:
    assert_reverts(proofs.functions.fold(LEAF, 1, 0, [*ZEROS, *ZEROS[:1]]), "PathTooLong(41)")


@pytest.mark.parametrize(("levels", "index"), [(0, 1), (1, 2), (3, 8), (40, 2**40), (2, 2**255), (40, 2**256 - 1)])
def test_t17_an_index_beyond_the_path_is_refused(proofs: Any, levels: int, index: int) -> None:
    assert_reverts(proofs.functions.fold(LEAF, 1, index, ZEROS[:levels]), f"IndexBeyondPath({index},{levels})")


@pytest.mark.parametrize("index", [0, 2**40 - 1])
@pytest.mark.parametrize("level", [1, 2, 17, 40])
def test_t06_a_sum_of_2_128_is_refused_at_every_level(proofs: Any, level: int, index: int) -> None:
    path = [*ZEROS[: level - 1], (b"s" * 32, MOST), *ZEROS[level:]]
    assert_reverts(proofs.functions.fold(LEAF, 1, index, path), f"SumOverflow({level})")


@pytest.mark.parametrize("dirt", [1, 2**127, 2**128 - 1])
@pytest.mark.parametrize("level", [1, 2, 3])
def test_t06_a_sum_wider_than_128_bits_is_refused_and_never_cut(proofs: Any, level: int, dirt: int) -> None:
    encoded = bytearray.fromhex(proofs.encode_abi("fold", [LEAF, 1, 0, ZEROS[:3]])[2:])
    place = 4 + 32 * (5 + 2 * (level - 1) + 1)
    assert encoded[place : place + 32] == bytes(32)
    encoded[place : place + 16] = dirt.to_bytes(16, "big")
    assert_reverts(RawCall(proofs, encoded), f"SumOverflow({level})")


def test_an_amount_wider_than_128_bits_is_refused(proofs: Any) -> None:
    encoded = bytearray.fromhex(proofs.encode_abi("fold", [LEAF, 1, 0, []])[2:])
    encoded[4 + 32] = 1
    assert_reverts(RawCall(proofs, encoded), "")


def test_a_path_longer_than_the_call_is_refused(proofs: Any) -> None:
    encoded = bytearray.fromhex(proofs.encode_abi("fold", [LEAF, 1, 0, ZEROS[:3]])[2:])
    encoded[4 + 32 * 4 + 31] = 4
    assert_reverts(RawCall(proofs, encoded), "")


def test_too_little_gas_never_gives_another_answer(tester: Chain, proofs_here: Any) -> None:
    eight = leaves_of(*range(8))
    call = proofs_here.functions.fold(leaf_of(eight[5]), 5, 5, steps(path_of(eight, 3, 5)))
    expected, seen = list(reference.top(eight, 3)), set()
    for gas in range(26_000, 34_000, 100):
        starved = revert_reason(call, gas=gas) is not None
        seen.add(starved)
        if not starved:
            assert tester.ask(call, gas=gas) == expected
    assert seen == {True, False}


def test_t01_a_sibling_made_small_for_one_customer_leads_elsewhere(chain: Chain, proofs: Any) -> None:
    eight = leaves_of(5, 9, 2, 4, 4, 1, 1, 7)
    path = steps(path_of(eight, 3, 0))
    honest = chain.ask(proofs.functions.fold(leaf_of(eight[0]), 5, 0, path))
    for level, (sibling, added) in enumerate(path):
        friendly = [*path[:level], (sibling, added - 1), *path[level + 1 :]]
        assert chain.ask(proofs.functions.fold(leaf_of(eight[0]), 5, 0, friendly))[0] != honest[0]
