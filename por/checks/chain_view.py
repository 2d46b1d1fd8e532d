"""Ask the sources about each snapshot block, and read the header evidence beside their answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from por.chains.unchanged import require_unchanged
from por.checks.evidence import OpenBundle
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.encoding import evm_header_v1, media_types
from por.errors import EvidenceError, IncapableError, UnavailableError
from por.model import BlockRef, ChainId, Digest, Header, Policy, SnapshotBlock, Source
from por.proofs.state.header import header_from_rlp


@dataclass(frozen=True, slots=True)
class ChainView:
    """Hold what the sources say at a snapshot block's height: the header there, the next one, the last final block.

    `names` are the endpoints that agreed; `child` is None where they have no next block.
    """

    header: Header
    child: Header | None
    finalized: BlockRef
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Hold the sources given to a command; `recording` is the digest of the recording they replay, if they do."""

    by_chain: Mapping[ChainId, Source]
    recording: Digest | None = None


def header_evidence(opened: OpenBundle, chain: ChainId, digest: Digest) -> Observation[Header]:
    """Read a header evidence file and compute its hash (state-proof.md, header steps)."""
    return then(opened.read(digest, media_types.EVM_HEADER), lambda data: observe(lambda: _header(chain, data)))


def _header(chain: ChainId, data: bytes) -> Header:
    named, rlp = evm_header_v1.read(data)
    if named != chain:
        raise EvidenceError(f"a header of {named}; one of {chain} is needed here")
    return header_from_rlp(rlp)


def view_of(block: SnapshotBlock, sources: Sources, policy: Policy) -> Observation[ChainView]:
    """Ask the chain's source, if it is one the policy builds on."""
    source = sources.by_chain.get(block.chain)
    rule = policy.chains.get(block.chain)
    if source is None:
        return Missing(f"no source was asked about {block.chain}; give --source {block.chain}=URL or --replay FILE")
    if rule is None:
        return Missing(f"the policy does not say how many sources must agree about {block.chain}; add a [[chain]]")
    if sources.recording is not None and sources.recording not in policy.recordings:
        return Missing(f"the policy does not name the recording {sources.recording}; its facts are self-declared")
    if len(source.names) < rule.sources:
        return Missing(f"{len(source.names)} sources answer for {block.chain}; the policy asks for {rule.sources}")
    return observe(lambda: _ask(source, block, rule.genesis))


def _ask(source: Source, block: SnapshotBlock, genesis: bytes | None) -> ChainView:
    if genesis is not None and source.header(0).hash != genesis:
        raise IncapableError(f"the genesis block of the sources is not the one the policy pins for {block.chain}")
    header = source.header(block.block.number)
    finalized = source.finalized()
    try:
        child = source.header(block.block.number + 1)
    except UnavailableError:
        child = None
    return ChainView(header, child, finalized, source.names)


def reread(view: Observation[ChainView], source: Source | None) -> Observation[ChainView]:
    """Ask again at the end of a run: a chain that changed meanwhile shows nothing (T56)."""
    if source is None or not isinstance(view, Seen):
        return view
    return then(view, lambda seen: observe(lambda: _unchanged(seen, source)))


def _unchanged(seen: ChainView, source: Source) -> ChainView:
    require_unchanged(source, (seen.header.ref, seen.finalized))
    return seen
