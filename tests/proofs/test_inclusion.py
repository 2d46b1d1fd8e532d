"""What a record and an opening imply; nothing here is compared but by the test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from por.commitments import rfc6962
from por.commitments.hashes import empty_nodes, node_hash
from por.commitments.sum_tree import recompute
from por.errors import EvidenceError, FormatError
from por.model import AssetId, LiabilityCommitment, PathStep, RecordProof, TreeProof
from por.proofs.inclusion import ImpliedCommitment, implied_commitment, implied_commitments_root
from scripts.liability_vectors.records import DEPTH, ISSUER, LEDGER, SNAPSHOT, Tree
from tests.commitments import reference
from tests.commitments.trees import leaf_of, path_of

ISSUED = Tree()
ALICE = b"alice@example.com"
COMMITMENT = LiabilityCommitment(
    scheme="por-sum-sha256-v1",
    segment="spot",
    asset=AssetId.parse("eip155:1/slip44:60"),
    decimals=18,
    depth=DEPTH,
    total=ISSUED.total,
    root=ISSUED.root,
    top=ISSUED.top,
)
COMMITTED = ImpliedCommitment(ISSUED.root, ISSUED.total, DEPTH)
# Other trees of the bundle, so that there is something to open.
ROOTS = [reference.sha(b"first"), ISSUED.root, reference.sha(b"third")]


def record_of(account: bytes, part: int = 0) -> RecordProof:
    index = ISSUED.index(account.decode(), part)
    _, amount = ISSUED.leaves[index]
    return RecordProof(ISSUED.keys[index], part, amount, index, tuple(path_of(ISSUED.leaves, DEPTH, index)))


def tree_of(*records: RecordProof, **changes: Any) -> TreeProof:
    commitment = replace(COMMITMENT, **changes)
    return TreeProof(commitment, 1, tuple(reference.audit_path(1, ROOTS)), records)


def implied(record: RecordProof, account: bytes = ALICE, **changes: Any) -> ImpliedCommitment:
    return implied_commitment(tree_of(record, **changes), record, ISSUER, SNAPSHOT, account)


ROWS = [(account.encode(), part) for account, part, _ in LEDGER]
# This record has a sibling with an amount at every level, so that each of its steps can be bent.
MINE = record_of(ALICE, 1)


def stepped(level: int, **members: Any) -> RecordProof:
    path = tuple(replace(step, **members) if at == level else step for at, step in enumerate(MINE.path))
    return replace(MINE, path=path)


@pytest.mark.parametrize(("account", "part"), ROWS)
def test_every_record_implies_the_commitment(account: bytes, part: int) -> None:
    assert implied(record_of(account, part), account) == COMMITTED


def test_the_auditors_rebuild_implies_the_same() -> None:
    told = recompute(ISSUED.leaves, DEPTH)
    assert reference.committed_root(ISSUED.context, told.depth, told.total, told.top) == COMMITTED.root


def test_a_tree_of_one_record_is_opened_without_a_path() -> None:
    tag = ISSUED.leaves[0][0]
    top = leaf_of((tag, MINE.amount))
    alone = RecordProof(ISSUED.keys[0], 0, MINE.amount, 0, ())
    account = ISSUED.rows[0][0].encode()
    assert implied(alone, account).root == reference.committed_root(ISSUED.context, 0, MINE.amount, top)


@pytest.mark.parametrize("changes", [{"depth": 7}, {"total": 0}, {"root": bytes(32)}, {"root": b""}, {"top": b""}])
def test_what_the_commitment_says_of_root_total_and_depth_is_not_read(changes: dict[str, Any]) -> None:
    assert implied(MINE, **changes) == COMMITTED


@pytest.mark.parametrize(
    "changes",
    [
        {"segment": "margin"},
        {"asset": AssetId.parse("eip155:10/slip44:60")},
        {"decimals": 8},
        {"scheme": "por-sum-sha256-v2"},
    ],
)
def test_t08_the_tree_is_bound_to_what_it_is_of(changes: dict[str, Any]) -> None:
    assert implied(MINE, **changes).root != COMMITTED.root


@pytest.mark.parametrize(
    "account", [b"bob@example.com", b"Alice@example.com", b"alice@example.co", b"\0alice@example.com"]
)
def test_t14_one_record_serves_one_account(account: bytes) -> None:
    assert implied(MINE, account).root != COMMITTED.root


def test_t78_one_record_serves_one_snapshot_of_one_issuer() -> None:
    tree = tree_of(MINE)
    later = implied_commitment(tree, MINE, ISSUER, "exchange.example@2026-12-01T00:00:00Z", ALICE)
    other = implied_commitment(tree, MINE, "other.example", SNAPSHOT, ALICE)
    assert len({COMMITTED.root, later.root, other.root}) == 3


def test_t76_the_parts_of_an_amount_are_records_of_their_own() -> None:
    first, second = record_of(ALICE, 0), record_of(ALICE, 1)
    assert implied(first) == implied(second) == COMMITTED
    assert first.index != second.index
    assert first.key != second.key


def test_the_part_number_binds_nothing_and_the_index_does() -> None:
    assert implied(replace(MINE, part=9)) == COMMITTED
    assert implied(replace(MINE, index=MINE.index ^ 1)).root != COMMITTED.root


@pytest.mark.parametrize("more", [-1, 1, 10**18])
def test_t16_one_unit_more_or_less_is_another_root_and_total(more: int) -> None:
    told = implied(replace(MINE, amount=MINE.amount + more))
    assert told.root != COMMITTED.root
    assert told.total == COMMITTED.total + more


@pytest.mark.parametrize("level", range(DEPTH))
def test_t01_a_siblings_sum_is_bound_even_when_the_total_is_kept(level: int) -> None:
    assert implied(stepped(level, sum=MINE.path[level].sum + 1)).root != COMMITTED.root
    told = implied(replace(stepped(level, sum=MINE.path[level].sum + 1), amount=MINE.amount - 1))
    assert told.total == COMMITTED.total
    assert told.root != COMMITTED.root


@pytest.mark.parametrize("level", range(DEPTH))
def test_t17_a_side_chosen_by_the_file_is_another_root(level: int) -> None:
    assert implied(replace(MINE, index=MINE.index ^ 1 << level)).root != COMMITTED.root


@pytest.mark.parametrize("level", range(DEPTH))
def test_t18_t20_every_level_counts(level: int) -> None:
    sibling = MINE.path[level].hash
    assert implied(stepped(level, hash=bytes([sibling[0] ^ 1]) + sibling[1:])).root != COMMITTED.root
    assert implied(stepped(level, hash=empty_nodes(level)[level], sum=0)).root != COMMITTED.root


@pytest.mark.parametrize("level", range(DEPTH))
def test_t13_a_level_left_out_shows_in_root_and_depth(level: int) -> None:
    less = replace(MINE, index=0, path=MINE.path[:level] + MINE.path[level + 1 :])
    told = implied(less)
    assert told.root != COMMITTED.root
    assert told.depth == DEPTH - 1


def test_t13_a_level_added_shows_in_root_and_depth() -> None:
    told = implied(replace(MINE, path=(*MINE.path, PathStep(empty_nodes(DEPTH)[DEPTH], 0))))
    assert told.root != COMMITTED.root
    assert (told.depth, told.total) == (DEPTH + 1, COMMITTED.total)


def test_t09_a_node_in_a_leafs_place_is_another_root() -> None:
    """Neither as key nor as tag can the two hashes below a node stand for a record of both amounts."""
    low = MINE.index & ~1
    left, right = ISSUED.leaves[low : low + 2]
    node = node_hash(leaf_of(left), left[1], leaf_of(right), right[1])
    for key in (node, leaf_of(left), leaf_of(right), left[0]):
        above = RecordProof(key, 0, left[1] + right[1], MINE.index >> 1, MINE.path[1:])
        assert implied(above).root != COMMITTED.root


@pytest.mark.parametrize("amount", [-1, -(2**128), 2**128])
def test_t03_t06_amounts_and_sums_without_sign_and_below_two_to_the_128(amount: int) -> None:
    with pytest.raises(EvidenceError, match="negative, or 2\\^128 or more"):
        implied(replace(MINE, amount=amount))
    for level in range(DEPTH):
        with pytest.raises(EvidenceError, match=f"at level {level + 1}"):
            implied(stepped(level, sum=amount))


@pytest.mark.parametrize("level", range(DEPTH))
def test_t06_a_ghost_that_wraps_the_sum_is_refused(level: int) -> None:
    with pytest.raises(EvidenceError, match="2\\^128 or more"):
        implied(stepped(level, sum=2**128 - MINE.amount))


@pytest.mark.parametrize("length", [0, 8, 16, 31, 33])
def test_t10_keys_and_siblings_have_32_bytes(length: int) -> None:
    with pytest.raises(EvidenceError, match=f"a record key of {length} bytes"):
        implied(replace(MINE, key=bytes(length)))
    for level in range(DEPTH):
        with pytest.raises(EvidenceError, match=f"a sibling of {length} bytes"):
            implied(stepped(level, hash=bytes(length)))


@pytest.mark.parametrize("index", [-1, 8, 2**40])
def test_t13_an_index_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(EvidenceError, match=f"no leaf has index {index}"):
        implied(replace(MINE, index=index))


def test_t08_an_account_id_that_no_length_can_tell_is_refused() -> None:
    with pytest.raises(FormatError, match="65536 bytes"):
        implied(MINE, b"a" * 65536)


# The opening


def opened(count: int = 3, **changes: Any) -> bytes:
    return implied_commitments_root(replace(tree_of(MINE), **changes), count)


def test_an_opening_implies_the_commitments_root() -> None:
    assert opened() == rfc6962.root(ROOTS) == reference.mth(ROOTS)


def test_the_only_tree_is_opened_by_nothing() -> None:
    assert opened(1, position=0, opening=()) == reference.sha(b"\x00", ISSUED.root)


def test_the_committed_root_is_hashed_as_its_32_bytes() -> None:
    assert opened(1, position=0, opening=()) != reference.sha(b"\x00", ISSUED.root.hex().encode())


def test_what_else_the_commitment_says_is_bound_by_the_root_alone() -> None:
    assert opened(commitment=replace(COMMITMENT, total=1, depth=9, segment="margin")) == opened()


@pytest.mark.parametrize("changes", [{"position": 0}, {"commitment": replace(COMMITMENT, root=bytes(32))}])
def test_t17_another_place_or_root_is_another_commitments_root(changes: dict[str, Any]) -> None:
    assert opened(**changes) != opened()


@pytest.mark.parametrize("level", range(2))
def test_t18_every_level_of_an_opening_counts(level: int) -> None:
    path = list(tree_of(MINE).opening)
    path[level] = bytes([path[level][0] ^ 1]) + path[level][1:]
    assert opened(opening=tuple(path)) != opened()


@pytest.mark.parametrize(
    ("count", "changes"),
    [
        (3, {"opening": ()}),
        (3, {"opening": tree_of().opening[:1]}),
        (3, {"opening": (*tree_of().opening, bytes(32))}),
        (3, {"position": 2}),
        (3, {"position": 3}),
        (3, {"position": -1}),
        (2, {}),
        (5, {}),
        (1, {}),
        (0, {"position": 0, "opening": ()}),
    ],
)
def test_t13_a_path_that_does_not_fit_place_and_count_is_refused(count: int, changes: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError):
        opened(count, **changes)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_t09_t10_a_committed_root_has_32_bytes(length: int) -> None:
    with pytest.raises(EvidenceError, match=f"a committed root of {length} bytes"):
        opened(commitment=replace(COMMITMENT, root=bytes(length)))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_t10_an_openings_siblings_have_32_bytes(length: int) -> None:
    with pytest.raises(EvidenceError, match=f"{length}"):
        opened(opening=(bytes(length), bytes(32)))
