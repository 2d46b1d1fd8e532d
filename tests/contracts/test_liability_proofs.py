"""What inclusion proofs imply on chain is what they imply in Python, and the registry's roots decide."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.commitments import rfc6962
from por.model import PathStep, RecordProof
from por.proofs.inclusion import implied_commitment
from tests.commitments import reference
from tests.commitments.reference import sha
from tests.contracts.anchors import Anchored, Entry, put
from tests.contracts.chain import Chain, artifact, assert_reverts
from tests.contracts.committed import SumTree, opening

ISSUER, SNAPSHOT = "exchange.example", "exchange.example@2026-11-01T00:00:00Z"
SPOT = ("por-sum-sha256-v1", "spot", "eip155:1/slip44:60", 18)
PEOPLE = (b"alice@example.com", b"bob@example.com", b"carol@example.com")
AMOUNTS = (15 * 10**17, 10**18, 125 * 10**16)


def context_of(scheme: str, segment: str, asset: str, decimals: int) -> bytes:
    return reference.context(scheme, ISSUER, SNAPSHOT, segment, asset, decimals)


CONTEXT = context_of(*SPOT)
KEYS = {person: sha(b"key", person) for person in PEOPLE}


def tag_of(person: bytes, context: bytes = CONTEXT) -> bytes:
    return reference.record_tag(KEYS[person], context, reference.id_digest(person))


ORDER = sorted(PEOPLE, key=tag_of)
HELD = dict(zip(PEOPLE, AMOUNTS, strict=True))
TREE = SumTree(CONTEXT, 2, [(tag_of(person), HELD[person]) for person in ORDER])
ROOTS = [sha(b"first"), TREE.root, sha(b"third")]


def record_of(person: bytes) -> tuple[bytes, int, int, list[tuple[bytes, int]]]:
    place = ORDER.index(person)
    return (KEYS[person], HELD[person], place, TREE.path(place))


@dataclass
class Scene:
    """Hold contracts and one anchored entry."""

    proofs: Any
    registry: Any
    anchored: Anchored

    def inclusion(self, person: bytes = ORDER[1], **changes: Any) -> Any:
        """Ask for a person's record, with whatever is to be false in it."""
        arguments = {
            "anchor": self.anchored.preimage,
            "context": CONTEXT,
            "digest": reference.id_digest(person),
            "record": record_of(person),
            "opening": opening(ROOTS, 1),
        }
        return self.proofs.functions.inclusion(*(arguments | changes).values())


@pytest.fixture(scope="module")
def _scene(shared_chain: Chain) -> Scene:
    registry = shared_chain.deploy("ReserveRegistry")
    anchored = put(shared_chain, registry, Entry(shared_chain.now - 10, commitments_root=reference.mth(ROOTS)))
    return Scene(shared_chain.deploy("LiabilityProofs", registry.address), registry, anchored)


@pytest.fixture(scope="module")
def proofs_here(shared_tester: Chain) -> Any:
    return shared_tester.deploy("LiabilityProofs", shared_tester.accounts[0])


@pytest.fixture
def scene(_scene: Scene, chain: Chain) -> Scene:
    return _scene


# what a record implies


def test_the_registry_is_named(chain: Chain, scene: Scene) -> None:
    assert chain.ask(scene.proofs.functions.REGISTRY()) == scene.registry.address


@pytest.mark.parametrize("person", PEOPLE)
def test_a_record_implies_the_commitment(chain: Chain, scene: Scene, person: bytes) -> None:
    call = scene.proofs.functions.impliedCommitment(CONTEXT, reference.id_digest(person), record_of(person))
    assert chain.ask(call) == [TREE.root, sum(AMOUNTS), 2]


@settings(max_examples=30)
@given(
    key=st.binary(min_size=32, max_size=32),
    account=st.binary(min_size=1, max_size=255),
    amount=st.integers(0, 2**80),
    index=st.integers(0, 2**40 - 1),
    path=st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 2**100)), max_size=40),
    decimals=st.integers(0, 255),
)
def test_a_record_implies_what_it_implies_in_python(
    shared_tester: Chain,
    proofs_here: Any,
    key: bytes,
    account: bytes,
    amount: int,
    index: int,
    path: list[Any],
    decimals: int,
) -> None:
    names: Any = SimpleNamespace(scheme="x", segment="spot", asset="any asset", decimals=decimals)
    index %= 2 ** len(path)
    record = RecordProof(key, 0, amount, index, tuple(PathStep(*step) for step in path))
    tree: Any = SimpleNamespace(commitment=names)
    expected = implied_commitment(tree, record, ISSUER, SNAPSHOT, account)
    context = context_of("x", "spot", "any asset", decimals)
    call = proofs_here.functions.impliedCommitment(context, reference.id_digest(account), (key, amount, index, path))
    assert shared_tester.ask(call) == [expected.root, expected.total, expected.depth]


def test_a_record_is_folded_where_nothing_is_deployed(anvil: Chain) -> None:
    proofs: Any = anvil.at("LiabilityProofs", "0x" + "ab" * 20)
    call = proofs.functions.impliedCommitment(CONTEXT, reference.id_digest(ORDER[2]), record_of(ORDER[2]))
    injected = {proofs.address: {"code": artifact("LiabilityProofs")["deployedBytecode"]}}
    assert call.call(state_override=injected) == [TREE.root, sum(AMOUNTS), 2]


# what an opening implies


@pytest.mark.parametrize("size", range(1, 12))
def test_every_opening_implies_the_commitments_root(chain: Chain, scene: Scene, size: int) -> None:
    entries = [sha(bytes([number])) for number in range(size)]
    for position, entry in enumerate(entries):
        call = scene.proofs.functions.impliedCommitmentsRoot(entry, opening(entries, position))
        assert chain.ask(call) == rfc6962.root(entries) == reference.mth(entries)


def test_the_largest_list_is_opened(chain: Chain, scene: Scene) -> None:
    path = [sha(bytes([level])) for level in range(32)]
    call = scene.proofs.functions.impliedCommitmentsRoot(sha(b""), (2**32 - 1, 2**32, path))
    assert chain.ask(call) == rfc6962.root_from_audit_path(sha(b""), 2**32 - 1, 2**32, path)


@pytest.mark.parametrize(("position", "count"), [(0, 0), (3, 3), (2**255, 3)])
def test_t13_no_entry_beyond_the_list_is_opened(scene: Scene, position: int, count: int) -> None:
    call = scene.proofs.functions.impliedCommitmentsRoot(TREE.root, (position, count, []))
    assert_reverts(call, f"NoSuchEntry({position},{count})")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_t13_an_opening_of_another_length_is_refused(scene: Scene, size: int) -> None:
    entries = [sha(bytes([number])) for number in range(size)]
    for position, entry in enumerate(entries):
        _, _, path = opening(entries, position)
        for bent in [path[:-1]] * bool(path) + [[*path, bytes(32)]]:
            call = scene.proofs.functions.impliedCommitmentsRoot(entry, (position, size, bent))
            assert_reverts(call, f"OpeningDoesNotFit({position},{size},{len(bent)})")


# what the registry decides


@pytest.mark.parametrize("person", PEOPLE)
def test_a_record_is_included(chain: Chain, scene: Scene, person: bytes) -> None:
    assert chain.ask(scene.inclusion(person)) == [scene.anchored.id, TREE.root, sum(AMOUNTS), 2]


def test_t34_a_root_of_the_proofs_own_is_refused(chain: Chain, scene: Scene) -> None:
    mine = SumTree(CONTEXT, 2, [(tag_of(ORDER[0]), 10**30)])
    record = (KEYS[ORDER[0]], 10**30, 0, mine.path(0))
    call = scene.inclusion(ORDER[0], record=record, opening=opening([mine.root], 0))
    implied = rfc6962.root([mine.root])
    anchored = scene.anchored.entry.commitments_root
    assert_reverts(call, f"RootNotAnchored(0x{implied.hex()},0x{anchored.hex()})")


def test_t14_one_record_is_not_two_customers(scene: Scene) -> None:
    other = reference.id_digest(b"mallory@example.com")
    assert_reverts(scene.inclusion(digest=other), "RootNotAnchored")


def test_t16_another_amount_is_not_in_the_tree(scene: Scene) -> None:
    key, amount, index, path = record_of(ORDER[1])
    for bent in (amount - 1, amount + 1, 0):
        assert_reverts(scene.inclusion(record=(key, bent, index, path)), "RootNotAnchored")


def test_t17_another_place_is_not_in_the_tree(scene: Scene) -> None:
    key, amount, _, path = record_of(ORDER[1])
    for bent in (0, 2, 3):
        assert_reverts(scene.inclusion(record=(key, amount, bent, path)), "RootNotAnchored")


@pytest.mark.parametrize("member", range(4))
def test_t38_another_tree_is_not_this_one(scene: Scene, member: int) -> None:
    names: list[Any] = list(SPOT)
    names[member] = 17 if member == 3 else names[member] + "x"
    assert_reverts(scene.inclusion(context=context_of(*names)), "RootNotAnchored")


def test_another_place_among_the_commitments_is_refused(scene: Scene) -> None:
    assert_reverts(scene.inclusion(opening=opening(ROOTS, 0)), "RootNotAnchored")


@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": 2},
        {"previous": sha(b"other")},
        {"totals": []},
        {"issuer": "0x000000000000000000000000000000000000dEaD"},
    ],
)
def test_an_entry_that_the_registry_does_not_have_is_refused(scene: Scene, changes: dict[str, Any]) -> None:
    other = scene.anchored.but(**changes)
    assert_reverts(scene.inclusion(anchor=other.preimage), f"NotAnchored(0x{other.id.hex()})")


@pytest.mark.parametrize(
    "changes",
    [
        {"instant": 1},
        {"snapshot_chain": 2},
        {"snapshot_block": 2},
        {"snapshot_hash": bytes(32)},
        {"commitments_root": TREE.root},
        {"bundle_digest": bytes(32)},
        {"reserve_set_root": bytes(32)},
        {"supersedes": 1},
    ],
)
def test_an_entry_with_another_member_is_refused(scene: Scene, changes: dict[str, Any]) -> None:
    other = scene.anchored.but(entry=scene.anchored.entry.but(**changes))
    assert_reverts(scene.inclusion(anchor=other.preimage), f"NotAnchored(0x{other.id.hex()})")


def test_the_zero_id_of_a_sequence_that_is_not_there_is_no_entry(chain: Chain, scene: Scene) -> None:
    nobody = scene.anchored.but(issuer=chain.accounts[3], sequence=9)
    assert_reverts(scene.inclusion(anchor=nobody.preimage), "NotAnchored")


def test_an_older_entry_stays_open(chain: Chain, scene: Scene) -> None:
    put(chain, scene.registry, Entry(chain.now))
    assert chain.ask(scene.inclusion())[0] == scene.anchored.id


def test_nothing_but_challenges_and_disputes_can_be_written(scene: Scene) -> None:
    functions = [each for each in scene.proofs.abi if each["type"] == "function"]
    writers = [each["name"] for each in functions if each["stateMutability"] not in {"view", "pure"}]
    assert sorted(writers) == ["dispute", "refuteSum"]
