"""What a beacon node answers becomes evidence that a verifier follows to the snapshot block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from por.chains.beacon import BeaconSource, finality_of
from por.checks.light_client import MAX_ANCESTORS, light_chain
from por.checks.observation import Seen
from por.encoding import media_types
from por.errors import FormatError, IncapableError, SourceError, UnavailableError
from por.issuer.light_client import light_client_evidence
from por.model import ChainRule, Header
from por.proofs.state.header import header_from_rlp
from tests.chains import beacon_server
from tests.chains.beacon_server import BeaconServer
from tests.chains.lying_server import QUICK
from tests.checks import scenery
from tests.checks.scenery import CHAIN, NUMBER, FakeSource, bundle, headers
from tests.proofs.beacon import worlds
from tests.proofs.beacon.worlds import bootstrap, update

START, HANDOVER, LAST = 8192 + 320, 8192 + 4096, 2 * 8192 + 640
FIRST, NEXT = bootstrap(START), update(HANDOVER)
CHECKPOINT = worlds.root(FIRST.header)
BLOCK, CHILD = headers()
# The child, twelve seconds after the snapshot block, is at the slot that is final.
BEACON = replace(worlds.BEACON, genesis_time=CHILD.timestamp - 12 * LAST)


def final(header: Header = CHILD) -> bytes:
    slot = LAST + (header.timestamp - CHILD.timestamp) // 12
    return beacon_server.finality(worlds.block(slot, header.number, header.hash, timestamp=header.timestamp))


@pytest.fixture
def node() -> Iterator[BeaconServer]:
    with BeaconServer(beacon_server.bootstrap(FIRST), {1: beacon_server.update(NEXT)}, final()) as made:
        yield made


def evidence(node: BeaconServer, checkpoint: bytes = CHECKPOINT, source: FakeSource | None = None) -> object:
    asked = BeaconSource(BEACON, node.origin, QUICK)
    return light_client_evidence(asked, checkpoint, source or FakeSource(), BLOCK)


def test_the_evidence_verifies(node: BeaconServer, tmp_path: Path) -> None:
    asked = BeaconSource(BEACON, node.origin, QUICK)
    documents = light_client_evidence(asked, CHECKPOINT, FakeSource(), BLOCK)
    assert [kind for _, kind in documents] == [media_types.LIGHT_CLIENT] * 3 + [media_types.EVM_HEADER]
    have = scenery.files()
    digests = tuple(have.add(document, kind) for document, kind in documents)
    block = replace(bundle().blocks[0], light_client=digests)
    used = scenery.used(bundle()) | set(digests)
    made = bundle(blocks=(block,), evidence=tuple(have.entries[digest] for digest in sorted(used)))
    rules = scenery.policy(chains={CHAIN: ChainRule(CHAIN, 2, None, CHECKPOINT)}, beacons={CHAIN: BEACON})
    seen = light_chain(scenery.open_in(tmp_path, made, have), block, rules)
    assert isinstance(seen, Seen)
    assert (seen.value.view.finalized, seen.value.child) == (True, CHILD)


def test_a_saved_answer_serves_in_place_of_the_nodes(node: BeaconServer) -> None:
    asked = BeaconSource(BEACON, node.origin, QUICK)
    saved = finality_of(BEACON, node.final)
    assert light_client_evidence(asked, CHECKPOINT, FakeSource(), BLOCK, saved)
    assert not any("finality" in path for path in node.asked)


def test_the_block_itself_needs_no_way_down(node: BeaconServer) -> None:
    node.final = final(BLOCK)
    assert len(evidence(node)) == 3  # type: ignore[arg-type]


def test_t56_a_block_that_is_not_final_waits(node: BeaconServer) -> None:
    node.final = final(replace(BLOCK, number=NUMBER - 1))
    with pytest.raises(UnavailableError, match="try later"):
        evidence(node)


def test_a_final_block_too_far_on_asks_for_a_saved_answer(node: BeaconServer) -> None:
    node.final = final(replace(CHILD, number=NUMBER + MAX_ANCESTORS + 1))
    with pytest.raises(IncapableError, match="save the node's light_client/finality_update"):
        evidence(node)


def test_t55_sources_that_lead_elsewhere_are_refused(node: BeaconServer) -> None:
    other = header_from_rlp(scenery.header_bytes(NUMBER + 1, CHILD.timestamp, BLOCK.hash, bytes(32), b"other"))
    with pytest.raises(IncapableError, match="do not lead"):
        evidence(node, source=FakeSource((BLOCK, other)))
    orphan = header_from_rlp(scenery.header_bytes(NUMBER + 1, CHILD.timestamp, bytes(32), bytes(32)))
    node.final = final(orphan)
    with pytest.raises(IncapableError, match="do not lead"):
        evidence(node, source=FakeSource((BLOCK, orphan)))


def test_t55_a_lying_beacon_node_is_found_out(node: BeaconServer) -> None:
    with pytest.raises(IncapableError, match="proves nothing"):
        evidence(node, checkpoint=bytes(32))
    node.updates = {1: beacon_server.update(update(HANDOVER, next_period=9))}
    with pytest.raises(IncapableError, match="proves nothing"):
        evidence(node)
    node.updates = {}
    with pytest.raises(SourceError):
        evidence(node)


def test_a_checkpoint_after_what_is_final_is_refused(node: BeaconServer) -> None:
    late = bootstrap(5 * 8192 + 32)
    node.first = beacon_server.bootstrap(late)
    with pytest.raises(IncapableError, match="take an earlier one"):
        evidence(node, worlds.root(late.header))


def test_a_saved_answer_of_another_form_is_refused() -> None:
    with pytest.raises(FormatError):
        finality_of(BEACON, b'{"data":1}')
