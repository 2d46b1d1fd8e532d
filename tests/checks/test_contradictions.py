"""Contradictions between customers' proofs under one root."""

from __future__ import annotations

import copy
import hashlib
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.contradictions import CHECK, contradictions
from por.model import Finding, Outcome, Verdict
from por.model.published import Opened, Reading
from scripts.published_vectors.sample import put
from scripts.published_vectors.trees import Node, grow, plain, sha, siblings
from tests import published_proofs as p


def found(verdict: Verdict) -> dict[str, list[Finding]]:
    said: dict[str, list[Finding]] = {}
    for finding in verdict.of(CHECK):
        said.setdefault(finding.message.rpartition(".")[2], []).append(finding)
    return said


def test_one_record_is_compared_with_nothing() -> None:
    assert p.judged(p.SAMPLES["okx-v1"].file).of(CHECK) == ()


def test_t01_two_customers_of_one_root_that_under_states_what_they_are_owed() -> None:
    first, second = p.two_of_one()
    for alone in (first, second):
        assert p.judged(alone, holdings=p.amounts(USDT="100"), root=first["root"]["hash"]).outcome is Outcome.PASS
    verdict = p.judged(first, second)
    assert verdict.outcome is Outcome.FAIL
    assert set(found(verdict)) == {"two_sums", "too_small"}
    assert found(verdict)["too_small"][0].facts["owed"] == "200 USDT"
    shown = found(verdict)["two_sums"][0].facts
    assert {shown["one"], shown["other"]} == {"100 USDT", "0 USDT"}
    assert (shown["first"], shown["second"]) == ("0.json", "1.json")


def test_t14_one_leaf_in_two_files_is_said_and_not_refuted() -> None:
    verdict = p.judged(p.SAMPLES["okx-v1"].file, p.SAMPLES["okx-v1"].file)
    assert set(found(verdict)) == {"shared_leaf", "none_found"}
    assert found(verdict)["shared_leaf"][0].outcome is Outcome.INCONCLUSIVE
    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_t09_a_node_above_a_leaf_is_nobodys_own_record() -> None:
    below, above = p.leaf_above_leaf()
    root = below["root"]["hash"]
    whole = p.amounts(**below["root"]["balances"])
    assert p.judged(above, holdings=whole, root=root).outcome is Outcome.PASS, "no file alone can show it"
    verdict = p.judged(below, above)
    assert verdict.outcome is Outcome.FAIL
    assert set(found(verdict)) == {"leaf_above", "too_small"} or set(found(verdict)) == {"leaf_above"}
    shown = found(verdict)["leaf_above"][0].facts
    assert (shown["node"], shown["first"], shown["second"]) == (root, "1.json", "0.json")


def test_a_digest_that_is_anchored_again_is_no_customers_leaf() -> None:
    """Where a format has no balances, a root may be the target of another file."""
    target, x, y = (bytes([number]) * 32 for number in (1, 2, 3))
    inner = hashlib.sha256(target + x).digest()
    root = hashlib.sha256(inner + y).hexdigest()

    def file(hashed: bytes, *siblings: bytes) -> Any:
        made = copy.deepcopy(p.SAMPLES["chainpoint-v2"].file)
        made |= {"targetHash": hashed.hex(), "merkleRoot": root, "proof": [{"right": each.hex()} for each in siblings]}
        return made

    assert set(found(p.judged(file(target, x, y), file(inner, y)))) == {"none_found"}


def test_t35_one_snapshot_with_two_roots_is_refuted() -> None:
    bybit = p.SAMPLES["bybit"]
    verdict = p.judged(bybit.file, bybit.bad["negative-sibling"][0])
    assert "two_roots" in found(verdict)
    other_day = put(bybit.bad["negative-sibling"][0], "/self/auditId", "2026080105")
    assert set(found(p.judged(bybit.file, other_day))) == {"apart"}


def test_t15_a_balance_changed_under_an_unbound_leaf_contradicts_the_honest_file() -> None:
    htx = p.SAMPLES["htx-merkle-v1"].file
    other = put(htx, "/data/3/balances", "BTC:1.4,ETH:20,USDT:1000.25")
    other = put(other, "/data/1/balances", "BTC:0.1,ETH:0.00000001,USDT:3")
    assert p.judged(other).of("published.path")[0].outcome is Outcome.PASS
    assert "two_sums" in found(p.judged(htx, other))


def test_formats_without_sums_are_compared_by_their_leaves() -> None:
    bingx = p.SAMPLES["bingx"].file
    assert set(found(p.judged(bingx, bingx))) == {"shared_leaf", "none_found"}


def customers(owed: list[int], shown: dict[tuple[int, int], int]) -> tuple[list[Opened], str]:
    """Make records of one parent-sum tree; `shown` lets the exchange lie to a customer about a sibling's sum."""
    leaves = [Node(sha(f"leaf {number}"), {"X": units}) for number, units in enumerate(owed)]
    levels = grow(leaves, lambda a, b, sums, up: sha(f"{a.hash}{b.hash}{sums['X']}"))
    made = []
    for number in range(len(owed)):
        path = siblings(levels, number)
        nodes = [
            p.published_node(node.hash, plain(shown.get((number, level), node.sums["X"])))
            for level, (node, _) in enumerate(path)
        ]
        above = [levels[level + 1][number >> level + 1] for level in range(len(path))]
        ancestors = [p.published_node(node.hash, plain(node.sums["X"])) for node in above]
        made.append(
            Opened(
                "",
                {"id": str(number)},
                p.amounts(X=plain(owed[number])),
                None,
                leaves[number].hash,
                tuple(nodes),
                tuple(ancestors),
                None,
                None,
            )
        )
    return made, levels[-1][0].hash


def judged(records: list[Opened]) -> set[str]:
    card = p.published(p.SAMPLES["okx-v1"].file).card
    readings = [(f"{number}", Reading(card, "", (opened,))) for number, opened in enumerate(records)]
    return {finding.message.rpartition(".")[2] for finding in contradictions(readings)}


@given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=4, max_size=4))
def test_honest_customers_never_contradict_one_another(owed: list[int]) -> None:
    records, _ = customers(owed, {})
    for count in (2, 3, 4):
        for some in itertools.combinations(records, count):
            assert judged(list(some)) == {"none_found"}


@given(st.lists(st.integers(min_value=1, max_value=10**6), min_size=4, max_size=4), st.data())
def test_t01_any_sum_that_is_shown_smaller_to_one_is_found_with_the_other(owed: list[int], data: st.DataObject) -> None:
    liar, level = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 1))
    records, _ = customers(owed, {(liar, level): 0})
    assert "two_sums" in judged(records)


@pytest.mark.parametrize("count", [2, 40])
def test_many_records_are_compared_in_one_pass(count: int) -> None:
    records, _ = customers([1] * 64, {})
    assert judged(records[:count]) == {"none_found"}
