"""Follow the light-client evidence of a snapshot block, from the policy's checkpoint (`por/spec/light-client.md`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from por.checks.evidence import OpenBundle
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.encoding import evm_header_v1, light_client_v1, media_types
from por.encoding.light_client_v1 import Bootstrap, LightClientDocument
from por.errors import EvidenceError
from por.model import BeaconChain, Digest, Header, Policy, SnapshotBlock
from por.proofs.beacon.containers import read_header
from por.proofs.beacon.forks import places_at
from por.proofs.beacon.light_client import LightClientView, follow
from por.proofs.state.header import header_from_rlp

# A final block is at most 64 slots behind; more than a day's blocks are no step.
MAX_ANCESTORS = 512


@dataclass(frozen=True, slots=True)
class LightChain:
    """Hold where sync committees lead, and the headers from there down to the snapshot block's child, newest first."""

    view: LightClientView
    headers: tuple[Header, ...]

    @property
    def child(self) -> Header | None:
        """Return the header of the block after the snapshot block, None where the view is the snapshot block."""
        return self.headers[-1] if self.headers else None


def light_chain(opened: OpenBundle, block: SnapshotBlock, policy: Policy) -> Observation[LightChain]:
    """Follow a snapshot block's light-client evidence to exactly that block."""
    rule, beacon = policy.chains.get(block.chain), policy.beacons.get(block.chain)
    if not block.light_client:
        return Missing("the bundle gives no light-client evidence for this block")
    if rule is None or rule.checkpoint is None:
        return Missing(f"the policy names no checkpoint of {block.chain}, so that light-client evidence shows nothing")
    if beacon is None:
        return Missing(f"neither the policy nor the shipped table has the beacon chain of {block.chain}")
    checkpoint = rule.checkpoint
    ancestors = sum(_is_header(opened, digest) for digest in block.light_client)
    documents = _documents(opened, block.light_client[: len(block.light_client) - ancestors], beacon)
    headers = observe(lambda: _headers(opened, block, ancestors))
    view = then(documents, lambda seen: observe(lambda: follow(beacon, checkpoint, seen)))
    return then(view, lambda lit: then(headers, lambda linked: observe(lambda: _joined(block, lit, linked))))


def final(light: Observation[LightChain]) -> LightChain | None:
    """Return what was seen, if sync committees signed that it is final."""
    return light.value if isinstance(light, Seen) and light.value.view.finalized else None


def _is_header(opened: OpenBundle, digest: Digest) -> bool:
    entry = opened.entry(digest)
    return entry is not None and entry.media_type == media_types.EVM_HEADER


def _documents(
    opened: OpenBundle, digests: Sequence[Digest], beacon: BeaconChain
) -> Observation[list[LightClientDocument]]:
    documents: list[LightClientDocument] = []
    for digest in digests:
        data = opened.read(digest, media_types.LIGHT_CLIENT)
        seen = then(data, lambda text: observe(lambda: light_client_v1.read(text)))
        if not isinstance(seen, Seen):
            return seen
        documents.append(seen.value)
    return then(observe(lambda: _unknown_slots(documents, beacon)), lambda slots: _unless(slots, documents))


def _unknown_slots(documents: Sequence[LightClientDocument], beacon: BeaconChain) -> list[int]:
    slots = [_slot(document) for document in documents]
    return [slot for slot in slots if places_at(beacon, slot) is None]


def _unless(unknown: Sequence[int], documents: list[LightClientDocument]) -> Observation[list[LightClientDocument]]:
    if unknown:
        return Missing(f"slot {unknown[0]} is of a fork of the beacon chain that this release does not read")
    return Seen(documents)


def _slot(document: LightClientDocument) -> int:
    return read_header(document.header if isinstance(document, Bootstrap) else document.signed.header).slot


def _headers(opened: OpenBundle, block: SnapshotBlock, count: int) -> tuple[Header, ...]:
    if count > MAX_ANCESTORS:
        raise EvidenceError(f"{count} headers between the proven block and the snapshot's; at most {MAX_ANCESTORS}")
    headers = []
    for digest in block.light_client[len(block.light_client) - count :]:
        data = opened.read(digest, media_types.EVM_HEADER)
        if not isinstance(data, Seen):
            raise EvidenceError(data.reason)
        chain, encoded = evm_header_v1.read(data.value)
        if chain != block.chain:
            raise EvidenceError(f"a header of {chain} among those of {block.chain}")
        headers.append(header_from_rlp(encoded))
    return tuple(headers)


def _joined(block: SnapshotBlock, view: LightClientView, headers: tuple[Header, ...]) -> LightChain:
    """Go down from the proven block by parent hashes; every header is used."""
    at = view.block.hash
    for header in headers:
        if header.hash != at:
            raise EvidenceError(f"the header of block {header.number} is not the one that the step above it names")
        at = header.parent_hash
    number = view.block.number - len(headers)
    if (at, number) != (block.block.hash, block.block.number):
        raise EvidenceError(
            f"the light client is led to block {number} with the hash 0x{at.hex()}, not to the snapshot's"
        )
    return LightChain(view, headers)
