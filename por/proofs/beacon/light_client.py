"""Follow a beacon chain from a checkpoint to an execution block (`por/spec/light-client.md`, L1 to L9).

Source: the consensus specifications, light-client/sync-protocol.md, Deneb to Fulu.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, Finality, LightClientDocument, Signed, SignedBlock
from por.errors import EvidenceError
from por.model import BeaconChain, BlockRef
from por.proofs.beacon.containers import COMMITTEE, EXECUTION_HEADER, BeaconHeader, read_header
from por.proofs.beacon.forks import EXECUTION_PAYLOAD, SECONDS_PER_SLOT, known_places, period_at
from por.proofs.beacon.merkle import implied_root
from por.proofs.beacon.ssz import hash_tree_root, number, parts
from por.proofs.beacon.sync_committee import participation


@dataclass(frozen=True, slots=True)
class LightClientView:
    """Hold the execution block that a chain of sync committees leads to.

    `finalized` says whether they signed that it is final, or only that it is the head. `participation` is the lowest
    number of members, of 512, that signed on the way.
    """

    block: BlockRef
    timestamp: int
    slot: int
    finalized: bool
    participation: int


def follow(beacon: BeaconChain, checkpoint: bytes, documents: Sequence[LightClientDocument]) -> LightClientView:
    """Return what the documents lead to: a bootstrap, then updates period by period, then one block.

    That the checkpoint is of the chain everybody uses is not established. Raises: EvidenceError.
    """
    if len(documents) < 2 or not isinstance(documents[0], Bootstrap) or not isinstance(documents[-1], SignedBlock):
        raise EvidenceError("light-client evidence is a bootstrap, then updates, then one block")
    if any(document.chain != beacon.chain for document in documents):
        raise EvidenceError(f"light-client evidence of another chain than {beacon.chain}")
    committees = _start(beacon, checkpoint, documents[0])
    lowest = []
    for update in documents[1:-1]:
        if not isinstance(update, CommitteeUpdate):
            raise EvidenceError("between the bootstrap and the block stand updates only")
        lowest.append(_hand_over(beacon, committees, update))
    return _arrive(beacon, committees, documents[-1], lowest)


def _start(beacon: BeaconChain, checkpoint: bytes, bootstrap: Bootstrap) -> dict[int, bytes]:
    header = read_header(bootstrap.header)
    if header.root != checkpoint:
        raise EvidenceError(f"the bootstrap's header has the root 0x{header.root.hex()}, not the checkpoint's")
    place = known_places(beacon, header.slot).current_committee
    _require_in_state(header, hash_tree_root(COMMITTEE, bootstrap.committee), bootstrap.branch, place, "sync committee")
    return {period_at(header.slot): bootstrap.committee}


def _hand_over(beacon: BeaconChain, committees: dict[int, bytes], update: CommitteeUpdate) -> int:
    last = max(committees)
    header, signers = _signed_header(beacon, committees, update.signed)
    final = _final_header(beacon, header, update.finality)
    if not period_at(header.slot) == period_at(final.slot) == last:
        raise EvidenceError(
            f"an update of period {period_at(header.slot)}, final in {period_at(final.slot)}; one of {last} comes next"
        )
    place = known_places(beacon, header.slot).next_committee
    _require_in_state(header, hash_tree_root(COMMITTEE, update.committee), update.branch, place, "next sync committee")
    committees[last + 1] = update.committee
    return signers


def _arrive(
    beacon: BeaconChain, committees: dict[int, bytes], block: SignedBlock, lowest: Sequence[int]
) -> LightClientView:
    header, signers = _signed_header(beacon, committees, block.signed)
    finalized = block.finality is not None
    if block.finality is not None:
        header = _final_header(beacon, header, block.finality)
    known_places(beacon, header.slot)
    root = implied_root(hash_tree_root(EXECUTION_HEADER, block.execution), block.branch, EXECUTION_PAYLOAD)
    if root != header.body_root:
        raise EvidenceError("the execution header is not in the beacon block")
    cut = parts(EXECUTION_HEADER, block.execution)
    timestamp = number(cut["timestamp"])
    if timestamp != beacon.genesis_time + header.slot * SECONDS_PER_SLOT:
        raise EvidenceError("the execution header's timestamp is not its slot's")
    return LightClientView(
        block=BlockRef(number(cut["block_number"]), cut["block_hash"]),
        timestamp=timestamp,
        slot=header.slot,
        finalized=finalized,
        participation=min([signers, *lowest]),
    )


def _signed_header(beacon: BeaconChain, committees: dict[int, bytes], signed: Signed) -> tuple[BeaconHeader, int]:
    header = read_header(signed.header)
    if header.slot >= signed.slot:
        raise EvidenceError(f"a header of slot {header.slot} signed at slot {signed.slot}")
    committee = committees.get(period_at(signed.slot))
    if committee is None:
        raise EvidenceError(f"signed in period {period_at(signed.slot)}, whose sync committee is not shown")
    return header, participation(beacon, committee, header.root, signed)


def _final_header(beacon: BeaconChain, signed: BeaconHeader, finality: Finality) -> BeaconHeader:
    header = read_header(finality.header)
    if header.slot > signed.slot:
        raise EvidenceError("a final header later than the one whose state calls it final")
    place = known_places(beacon, signed.slot).finalized_root
    _require_in_state(signed, header.root, finality.branch, place, "final header")
    return header


def _require_in_state(header: BeaconHeader, leaf: bytes, branch: Sequence[bytes], place: int, what: str) -> None:
    if implied_root(leaf, branch, place) != header.state_root:
        raise EvidenceError(f"the {what} is not in the state of the header at slot {header.slot}")
