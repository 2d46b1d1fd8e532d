"""Ask sources what a registry holds, and prove which entry is an issuer's newest (`por/spec/registry.md`, view 1 to 9).

What sources answer is no evidence of the issuer's: where it breaks its own rules, nothing was shown.
"""

from collections.abc import Iterable, Mapping, Sequence

from por.chains.unchanged import require_unchanged
from por.checks.chain_view import believed, require_genesis
from por.checks.observation import Broken, Missing, Observation, Seen, observe, then
from por.checks.registry_view import Anchoring, RegistryView
from por.checks.sources import Sources
from por.commitments.words import address_word
from por.errors import DisagreementError, EvidenceError, IncapableError
from por.model import (
    AccountProof,
    AnchoredEntry,
    ChainId,
    ChainRule,
    Digest,
    Header,
    Instant,
    Log,
    Policy,
    RegistryPin,
    Source,
)
from por.proofs.state.account import EMPTY_CODE_HASH, account_state, storage_value
from por.proofs.state.registry import ANCHORED, RegistryHead, entry_of, head_key, head_of, id_key


def policys_view(policy: Policy, sources: Sources, instant: Instant) -> Observation[RegistryView]:
    """Read the registry that the policy names, under its rules about the chain."""
    if policy.registry is None:
        return Missing("the policy names no registry; add a [registry]")
    return read_registry(policy.registry, sources, policy.chains, policy.recordings, policy.registries, instant)


def read_registry(
    pin: RegistryPin,
    sources: Sources,
    rules: Mapping[ChainId, ChainRule],
    recordings: Sequence[Digest],
    registries: Sequence[bytes],
    instant: Instant,
) -> Observation[RegistryView]:
    """Read what the pinned issuer anchored for an instant, and prove that nothing newer was left out.

    `rules` say how many sources must agree about the chain; `registries` are the hashes of the code believed.
    """
    source = believed(pin.contract.chain, sources, rules, recordings)
    return then(source, lambda seen: _of_sources(observe(lambda: _ask(*seen, pin, registries, instant))))


def entry_with(
    policy: Policy, sources: Sources, instant: Instant, identifier: bytes
) -> Observation[AnchoredEntry | None]:
    """Find the entry with an id among those of the policy's issuer for an instant; None where it is not there."""

    def named(view: RegistryView) -> Observation[AnchoredEntry | None]:
        return Seen(next((found.entry for found in view.entries if found.id == identifier), None))

    return then(policys_view(policy, sources, instant), named)


def reread_registry(view: Observation[RegistryView], sources: Sources) -> Observation[RegistryView]:
    """Ask again at the end of a run: a chain that changed meanwhile shows nothing (T56)."""
    if not isinstance(view, Seen):
        return view
    seen, source = view.value, sources.by_chain[view.value.pin.contract.chain]

    def unchanged() -> RegistryView:
        require_unchanged(source, (seen.final, *(found.block for found in seen.entries)))  # view 8
        return seen

    return observe(unchanged)


def _of_sources(seen: Observation[RegistryView]) -> Observation[RegistryView]:
    if isinstance(seen, Broken):
        return Missing(f"what the sources answer about the registry breaks its own rules: {seen.reason}")
    return seen


def _ask(
    source: Source, rule: ChainRule, pin: RegistryPin, registries: Sequence[bytes], instant: Instant
) -> RegistryView:
    require_genesis(source, rule)
    final = source.finalized()
    header = source.header(final.number)  # view 1
    if header.ref != final:
        raise DisagreementError(f"block {final.number} of {source.chain} is no longer the one that was called final")
    head, head_id = _proven_head(source, header, pin, registries)
    own = _own(source, pin, final.number)
    gap = _gap(own, head, head_id)
    asked = [] if gap else [row for row in own if row[1].anchor.instant == instant or row[1].sequence == head.sequence]
    dated = [_anchoring(source, log, entry, head) for log, entry in asked]
    others = observe(lambda: _others(source, pin, _since(own, pin, instant), final.number))
    return RegistryView(
        pin=pin,
        instant=instant,
        names=source.names,
        final=final,
        final_at=Instant(header.timestamp),
        entries=tuple(found for found in dated if found.entry.anchor.instant == instant),
        history=tuple(entry for _, entry in own),
        others=others.value if isinstance(others, Seen) else (),
        gap=gap or _misdated(dated, head),
        others_unread="" if isinstance(others, Seen) else others.reason,
    )


def _proven_head(
    source: Source, header: Header, pin: RegistryPin, registries: Sequence[bytes]
) -> tuple[RegistryHead, bytes]:
    key, address = head_key(pin.issuer), pin.contract.address
    proof = source.account_proof(header.ref, address, [key])
    state = account_state(header.state_root, address, proof.account_nodes)  # view 2
    if state.code_hash not in registries:
        found = "it has no code" if state.code_hash == EMPTY_CODE_HASH else f"its code is 0x{state.code_hash.hex()}"
        raise IncapableError(f"{pin.contract} is no registry that is known ({found}); see registries in the policy")
    head = head_of(storage_value(state.storage_root, key, _one_path(proof)))  # view 3
    if not head.sequence:
        return head, bytes(32)
    key = id_key(pin.issuer, head.sequence)
    path = _one_path(source.account_proof(header.ref, address, [key]))
    return head, storage_value(state.storage_root, key, path).to_bytes(32)


def _one_path(proof: AccountProof) -> Sequence[bytes]:
    if len(proof.storage_nodes) != 1:
        raise EvidenceError(f"{len(proof.storage_nodes)} storage proofs where one was asked for")
    return proof.storage_nodes[0]


def _own(source: Source, pin: RegistryPin, last: int) -> list[tuple[Log, AnchoredEntry]]:
    if pin.from_block > last:
        raise IncapableError(f"the registry is read from block {pin.from_block} on, and the last final one is {last}")
    # What others anchor must not stand between a verifier and the issuer's own: it is not asked for here.
    own = _told(source, pin, (ANCHORED, address_word(pin.issuer)), pin.from_block, last)  # view 4
    if any(entry.issuer != pin.issuer for _, entry in own):
        raise EvidenceError("an event of another issuer")
    return own


def _since(own: Iterable[tuple[Log, AnchoredEntry]], pin: RegistryPin, instant: Instant) -> int:
    """Return the block after that of the issuer's last entry before an instant: copies are looked for from there on."""
    earlier = (log.block.number + 1 for log, entry in own if entry.anchor.instant < instant)
    return max(earlier, default=pin.from_block)


def _others(source: Source, pin: RegistryPin, first: int, last: int) -> tuple[AnchoredEntry, ...]:
    told = _told(source, pin, (ANCHORED,), first, last) if first <= last else []  # view 9
    return tuple(entry for _, entry in told if entry.issuer != pin.issuer)


def _told(
    source: Source, pin: RegistryPin, topics: tuple[bytes, ...], first: int, last: int
) -> list[tuple[Log, AnchoredEntry]]:
    logs = source.logs(pin.contract.address, topics, first, last)
    if any(log.address != pin.contract.address for log in logs):
        raise EvidenceError("an event of another contract")
    return [(log, entry_of(log)) for log in logs]


def _gap(own: Iterable[tuple[Log, AnchoredEntry]], head: RegistryHead, head_id: bytes) -> str:
    """Say how the issuer's events fail to be the history that ends in the proven entry; nothing where they are it."""
    previous, place, count = bytes(32), (0, 0), 0
    for count, (log, entry) in enumerate(own, 1):  # view 5
        if entry.sequence != count:
            return f"entry {entry.sequence} stands where entry {count} belongs"
        if entry.previous != previous or (log.block.number, log.index) < place:
            return f"entry {count} does not follow the one before it"
        previous, place = log.topics[3], (log.block.number, log.index)
    if count != head.sequence:
        return f"the newest entry given is {count or 'none'}, the proven one {head.sequence or 'none'}"
    return "" if previous == head_id else f"entry {count} is another one than the proven one"


def _anchoring(source: Source, log: Log, entry: AnchoredEntry, head: RegistryHead) -> Anchoring:
    header = source.header(log.block.number)  # view 6
    if header.ref != log.block:
        raise DisagreementError(f"block {log.block.number} of {source.chain} is not the one of the event in it")
    return Anchoring(entry, log.topics[3], log.block, Instant(header.timestamp), entry.sequence == head.sequence)


def _misdated(dated: Iterable[Anchoring], head: RegistryHead) -> str:
    for found in dated:
        sequence = found.entry.sequence
        if found.proven and found.anchored_at != head.anchored_at:  # view 7
            return f"entry {sequence} was anchored at {head.anchored_at}, and its event is from {found.anchored_at}"
        if found.anchored_at < found.entry.anchor.instant:
            return f"entry {sequence} is said to have been anchored before its instant"
    return ""
