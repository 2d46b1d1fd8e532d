"""Collect the light-client evidence of a snapshot block, from a checkpoint up and back down by parent hashes."""

from collections.abc import Sequence
from typing import Protocol

from por.checks.light_client import MAX_ANCESTORS
from por.encoding import evm_header_v1, light_client_v1
from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, LightClientDocument, SignedBlock
from por.encoding.media_types import EVM_HEADER, LIGHT_CLIENT
from por.errors import EvidenceError, IncapableError, UnavailableError
from por.model import BeaconChain, Header, Source
from por.proofs.beacon.containers import read_header
from por.proofs.beacon.forks import period_at
from por.proofs.beacon.light_client import LightClientView, follow


class LightClientSource(Protocol):
    """Answer what light clients ask a beacon node."""

    @property
    def beacon(self) -> BeaconChain:
        """Give the chain's facts."""

    def bootstrap(self, root: bytes) -> Bootstrap:
        """Return the bootstrap of a checkpoint."""

    def updates(self, period: int, count: int) -> Sequence[CommitteeUpdate]:
        """Return the updates of periods from `period` on."""

    def finality(self) -> SignedBlock:
        """Return the block that is final by now."""


def light_client_evidence(
    node: LightClientSource,
    checkpoint: bytes,
    source: Source,
    snapshot: Header,
    finality: SignedBlock | None = None,
) -> tuple[tuple[bytes, str], ...]:
    """Return documents with their media types, in order, that lead from a checkpoint to the snapshot block.

    `finality` is a node's answer saved soon after the snapshot; without it the node is asked what is final now.
    Raises: SourceError, also when the block is not final yet, or too far behind what is.
    """
    last = node.finality() if finality is None else finality
    bootstrap = node.bootstrap(checkpoint)
    documents = _documents(node, bootstrap, last)
    try:
        view = follow(node.beacon, checkpoint, documents)
    except EvidenceError as error:
        raise IncapableError(f"what the beacon node answers proves nothing: {error}") from error
    headers = _down(source, view, snapshot)
    written = [(light_client_v1.write(document), LIGHT_CLIENT) for document in documents]
    return (*written, *((evm_header_v1.write(source.chain, header.rlp), EVM_HEADER) for header in headers))


def _documents(node: LightClientSource, bootstrap: Bootstrap, last: SignedBlock) -> list[LightClientDocument]:
    try:
        first, until = period_at(read_header(bootstrap.header).slot), period_at(last.signed.slot)
    except EvidenceError as error:
        raise IncapableError(f"the beacon node's answer cannot be read: {error}") from error
    if until < first:
        raise IncapableError("the checkpoint is later than what is to be final; take an earlier one")
    updates = node.updates(first, until - first) if until > first else ()
    return [bootstrap, *updates, last]


def _down(source: Source, view: LightClientView, snapshot: Header) -> list[Header]:
    steps = view.block.number - snapshot.number
    if steps < 0:
        raise UnavailableError(
            f"sync committees call block {view.block.number} final, and the snapshot's is {snapshot.number}; try later"
        )
    if steps > MAX_ANCESTORS:
        raise IncapableError(
            f"the final block is {steps} blocks after the snapshot's; at most {MAX_ANCESTORS} may lie between: "
            "save the node's light_client/finality_update soon after the snapshot, and give it"
        )
    headers = [source.header(view.block.number - step) for step in range(steps)]
    names = [view.block.hash, *(header.parent_hash for header in headers)]
    if names != [*(header.hash for header in headers), snapshot.hash]:
        raise IncapableError("the source's blocks do not lead from the final block to the snapshot's")
    return headers
