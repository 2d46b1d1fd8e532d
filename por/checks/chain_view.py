"""Ask the sources about each snapshot block, and read the header evidence beside their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from por.chains.unchanged import require_unchanged
from por.checks.evidence import OpenBundle
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.checks.sources import Sources
from por.encoding import evm_header_v1, media_types
from por.errors import EvidenceError, IncapableError, UnavailableError
from por.model import BlockRef, ChainId, ChainRule, Digest, Header, Policy, SnapshotBlock, Source
from por.proofs.state.header import header_from_rlp

__all__ = ["ChainView", "Sources", "believed", "header_evidence", "require_genesis", "reread", "view_of"]


@dataclass(frozen=True, slots=True)
class ChainView:
    """Hold what the sources say at a snapshot block's height: the header there, the next one, the last final block.

    `names` are the endpoints that agreed; `child` is None where they have no next block.
    """

    header: Header
    child: Header | None
    finalized: BlockRef
    names: tuple[str, ...]


def header_evidence(opened: OpenBundle, chain: ChainId, digest: Digest) -> Observation[Header]:
    """Read a header evidence file and compute its hash (state-proof.md, header steps)."""
    return then(opened.read(digest, media_types.EVM_HEADER), lambda data: observe(lambda: _header(chain, data)))


def named_header(block: SnapshotBlock, header: Header) -> Header:
    """Return the header if it is of the block that the bundle names. Raises: EvidenceError."""
    if header.ref != block.block:
        raise EvidenceError("the header evidence is not of the block the bundle names")
    return header


def _header(chain: ChainId, data: bytes) -> Header:
    named, rlp = evm_header_v1.read(data)
    if named != chain:
        raise EvidenceError(f"a header of {named}; one of {chain} is needed here")
    return header_from_rlp(rlp)


def believed(
    chain: ChainId, sources: Sources, rules: Mapping[ChainId, ChainRule], recordings: Sequence[Digest]
) -> Observation[tuple[Source, ChainRule]]:
    """Find the chain's source, if it is one that these rules and recordings make believable."""
    source = sources.by_chain.get(chain)
    rule = rules.get(chain)
    if source is None:
        return Missing(f"no source was asked about {chain}; give --source {chain}=URL or --replay FILE")
    if rule is None:
        return Missing(f"the policy does not say how many sources must agree about {chain}; add a [[chain]]")
    if sources.recording is not None and sources.recording not in recordings:
        return Missing(f"the policy does not name the recording {sources.recording}; its facts are self-declared")
    if len(source.names) < rule.sources:
        return Missing(f"{len(source.names)} sources answer for {chain}; the policy asks for {rule.sources}")
    return Seen((source, rule))


def require_genesis(source: Source, rule: ChainRule) -> None:
    """Raise: IncapableError when the sources begin with another block than the rule pins (T53)."""
    if rule.genesis is not None and source.header(0).hash != rule.genesis:
        raise IncapableError(f"the genesis block of the sources is not the one the policy pins for {rule.chain}")


def view_of(block: SnapshotBlock, sources: Sources, policy: Policy) -> Observation[ChainView]:
    """Ask the chain's source, if it is one the policy builds on."""
    source = believed(block.chain, sources, policy.chains, policy.recordings)
    return then(source, lambda seen: observe(lambda: _ask(*seen, block)))


def _ask(source: Source, rule: ChainRule, block: SnapshotBlock) -> ChainView:
    require_genesis(source, rule)
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
