"""Anchor a bundle in a registry, once however often it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from por.checks.evidence import OpenBundle
from por.commitments.anchors import anchor_id, anchor_of, totals_of
from por.commitments.words import address_word, uint_word
from por.errors import DisagreementError, EvidenceError, PublishError, UnavailableError
from por.model import Anchor, AnchoredEntry, BlockRef, ChainAccount, Source
from por.proofs.state.registry import ANCHORED, entry_of
from por.publish.asking import ask
from por.publish.contracts import artifact, encode_call
from por.publish.reading import Reading
from por.publish.transactions import Wallet

REGISTRY = "ReserveRegistry"


@dataclass(frozen=True, slots=True)
class Head:
    """Hold an issuer's newest entry as the registry tells it; all zero for an issuer that never anchored."""

    id: bytes
    sequence: int
    instant: int
    anchored_at: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold what would be anchored next, or where it is anchored already.

    `there` is the sequence of the entry that anchors this bundle, 0 for none; `correction` that of the entry which
    corrects it since, 0 for none.
    """

    entry: AnchoredEntry
    there: int
    correction: int

    @property
    def data(self) -> bytes:
        """Return the data of the call that anchors it."""
        rows = [(total.asset, total.liabilities, total.reserves) for total in self.entry.totals]
        return encode_call(artifact(REGISTRY), "anchor", [anchor_values(self.entry.anchor), rows])


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Say what stands in the registry: the entry, its id, and the transaction's block and gas, None if none was sent.

    `correction` is the sequence of the entry that corrects it since, 0 for none.
    """

    entry: AnchoredEntry
    id: bytes
    correction: int
    block: BlockRef | None
    gas: int | None


def anchor_values(anchor: Anchor) -> tuple[object, ...]:
    """Return the contract's struct."""
    return (
        anchor.instant.seconds,
        anchor.snapshot_chain,
        anchor.snapshot_block,
        anchor.snapshot_hash,
        anchor.commitments_root,
        anchor.bundle.value,
        anchor.reserve_set_root,
        anchor.supersedes,
    )


def require_issuer(opened: OpenBundle, account: ChainAccount) -> None:
    """Raise: PublishError when the bundle does not say that this account anchors it."""
    named = opened.bundle.anchored_by
    if named is None:
        raise PublishError("the bundle names no account that anchors it; bundle it again with --anchored-by")
    if named != account:
        raise PublishError(f"the bundle says that {named} anchors it, not {account}")


def drafted(opened: OpenBundle, registry: ChainAccount, issuer: str, reading: Reading, source: Source) -> Draft:
    """Work out what the issuer would anchor next for a bundle.

    Raises: PublishError when the registry would not take it, or when it would be a second bundle for one instant;
    SourceError.
    """
    bundle, digest = opened.bundle, opened.digest
    try:
        totals = totals_of(bundle)
    except EvidenceError as error:
        raise PublishError(f"no entry can tell this bundle: {error}") from error
    if not totals:
        raise PublishError("the bundle owes nothing and claims nothing: the registry takes no entry without totals")

    def made(sequence: int, previous: bytes, supersedes: int) -> AnchoredEntry:
        return AnchoredEntry(issuer, sequence, previous, anchor_of(bundle, digest, registry.chain, supersedes), totals)

    head = _head(reading, registry.address, issuer)
    if bundle.instant.seconds <= head.instant:
        found = _there(reading, registry.address, head, made)
        if found is not None:
            return Draft(found, found.sequence, _correction(reading, registry.address, issuer, found.sequence))
        _require_correction(opened, head, lambda: _newest(source, registry.address, issuer, head))
        return Draft(made(head.sequence + 1, head.id, head.sequence), 0, 0)
    return Draft(made(head.sequence + 1, head.id, 0), 0, 0)


def anchor(opened: OpenBundle, registry: ChainAccount, wallet: Wallet, source: Source) -> Anchoring:
    """Anchor a bundle and wait until that is final; send nothing where it is anchored already.

    Raises: PublishError; SourceError.
    """
    issuer = wallet.address
    require_issuer(opened, ChainAccount(registry.chain, issuer))
    draft = drafted(opened, registry, issuer, wallet, source)
    if draft.there:
        return _found(draft, registry, wallet)
    try:
        wallet.read(registry.address, draft.data, contract=artifact(REGISTRY))
        receipt = wallet.send(registry.address, draft.data, contract=artifact(REGISTRY))
    except PublishError:
        # Of two runs at once, the second finds the first one's entry.
        again = drafted(opened, registry, issuer, wallet, source)
        if not again.there:
            raise
        return _found(again, registry, wallet)
    logs = [log for log in receipt.logs if log.address == registry.address and log.topics[:1] == (ANCHORED,)]
    if len(logs) != 1 or entry_of(logs[0]) != draft.entry:
        raise UnavailableError("the transaction succeeded and left another entry than it was to; ask another node")
    return Anchoring(draft.entry, anchor_id(draft.entry), 0, receipt.block, receipt.gas)


def _found(draft: Draft, registry: ChainAccount, wallet: Wallet) -> Anchoring:
    identifier, where = anchor_id(draft.entry), (draft.entry.issuer, draft.there)
    wallet.wait_until_final(
        registry.address, lambda final: ask(final, REGISTRY, registry.address, "idAt", *where)[0] == identifier
    )
    return Anchoring(draft.entry, identifier, draft.correction, None, None)


def _head(reading: Reading, registry: str, issuer: str) -> Head:
    return Head(*ask(reading, REGISTRY, registry, "head", issuer))


def _correction(reading: Reading, registry: str, issuer: str, sequence: int) -> int:
    return int(ask(reading, REGISTRY, registry, "supersededBy", issuer, sequence)[0])


def _there(
    reading: Reading, registry: str, head: Head, made: Callable[[int, bytes, int], AnchoredEntry]
) -> AnchoredEntry | None:
    """Walk back from the newest entry: an entry is known by its id alone, which follows from what it would be."""
    issuer, identifier = made(1, bytes(32), 0).issuer, head.id
    for sequence in range(head.sequence, 0, -1):
        previous = bytes(32)
        if sequence > 1:
            previous = ask(reading, REGISTRY, registry, "idAt", issuer, sequence - 1)[0]
        for supersedes in (0, sequence - 1):
            entry = made(sequence, previous, supersedes)
            if anchor_id(entry) == identifier:
                return entry
        identifier = previous
    return None


def _require_correction(opened: OpenBundle, head: Head, newest: Callable[[], AnchoredEntry]) -> None:
    bundle = opened.bundle
    if bundle.instant.seconds < head.instant:
        raise PublishError(
            f"InstantNotLater: a later snapshot than {bundle.instant} is anchored, as entry {head.sequence}; "
            "only the newest can be corrected"
        )
    stands = newest().anchor.bundle
    if stands == opened.digest:
        raise PublishError(f"entry {head.sequence} anchors this bundle, with totals or roots that are not the bundle's")
    if bundle.supersedes != stands:
        said = "does not say that it corrects it" if bundle.supersedes is None else f"corrects {bundle.supersedes}"
        raise PublishError(
            f"two bundles for one instant: entry {head.sequence} anchors {stands} for {bundle.instant}, and this "
            f"bundle {said}; make it again with --supersedes"
        )


def _newest(source: Source, registry: str, issuer: str, head: Head) -> AnchoredEntry:
    """Find the newest entry by the time of its block."""
    first, last = _blocks_at(source, head.anchored_at)
    topics = (ANCHORED, address_word(issuer), uint_word(head.sequence, 64), head.id)
    for log in source.logs(registry, topics, first, last):
        try:
            entry = entry_of(log)
        except EvidenceError as error:
            raise DisagreementError(f"{', '.join(source.names)}: {error}") from error
        if (entry.issuer, anchor_id(entry)) == (issuer, head.id):
            return entry
    raise DisagreementError(
        f"{', '.join(source.names)}: no log of entry {head.sequence} in blocks {first} to {last}, where it was anchored"
    )


def _blocks_at(source: Source, seconds: int) -> tuple[int, int]:
    """Return the first and the last final block of one timestamp. Raises: UnavailableError while there is none."""
    final = source.finalized().number
    first = _first_block(source, final, seconds)
    last = _first_block(source, final, seconds + 1) - 1
    if last < first:
        raise UnavailableError("the issuer's newest entry is not final yet; wait, and run this again")
    return first, last


def _first_block(source: Source, final: int, seconds: int) -> int:
    low, high = -1, final + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if source.header(middle).timestamp < seconds else (low, middle)
    return high
