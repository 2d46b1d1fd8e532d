"""Rebuild a registry's history from its logs, one span of final blocks after another (`por/spec/registry-index.md`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from por.chains.rpc_errors import TooMuchAskedError
from por.errors import DisagreementError, EvidenceError, FormatError, IncapableError, UnavailableError
from por.model import BlockRef, Log, Source
from por.proofs.state.account import account_state, storage_value
from por.proofs.state.registry import head_key, head_of
from por.publish.events import FEED_DEPLOYED, OF_A_FEED, OF_ROLE, Event
from por.publish.index_rows import Place, write_log
from por.publish.index_schema import Index

SPAN = 10_000
PROVEN_AT_ONCE = 64

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Update:
    """Say what a run did: the last block now read, and the first read anew because the chain was rewritten.

    `is_proven` tells whether every issuer's newest entry was proven, against that block's state, to be the newest.
    """

    last: BlockRef
    rebuilt_from: int | None
    is_proven: bool


def update(index: Index, source: Source, progress: Progress, *, span: int = SPAN) -> Update:
    """Read all final blocks that were not read yet; each span of blocks is one transaction.

    A span with more logs than are read at once is halved. What a rewritten chain no longer has is forgotten in the
    transaction that writes the first span read anew, so never on the word of a node that answers no more.
    Raises: SourceError, naming the block where one alone has
    too many; DisagreementError naming the log where logs contradict themselves or one is missing.
    """
    rebuilt = _first_uncommon(index, source)
    final = source.finalized()
    read, width = index.read_up_to(), span
    if rebuilt is not None and rebuilt > final.number:
        raise DisagreementError(
            f"{', '.join(source.names)}: the chain was rewritten from block {rebuilt} on, and of those none is final: "
            "nothing was forgotten; ask another node, or wait"
        )
    first = index.first_block() if read is None else read.number + 1
    first = first if rebuilt is None else rebuilt
    while first <= final.number:
        last = min(first + width - 1, final.number)
        try:
            _read_span(index, source, first, last, read)
        except TooMuchAskedError as error:
            if first == last:
                raise IncapableError(f"block {first} alone has more logs than are read: {error}") from error
            width = (last - first + 1) // 2
            continue
        width = min(2 * width, span)
        progress(f"blocks up to {last} of {final.number} are read")
        read = index.read_up_to()
        first = last + 1 if read is None else read.number + 1
    if read is None or read.number < final.number:
        raise UnavailableError(f"block {index.first_block()} of {index.chain}, the first to read, is not final yet")
    return Update(read, rebuilt, _prove_heads(index, source, read))


def _first_uncommon(index: Index, source: Source) -> int | None:
    newest = index.read_up_to()
    if newest is None or source.header(newest.number).ref == newest:
        return None
    common = index.first_block() - 1
    for block in index.spans():
        if source.header(block.number).ref == block:
            common = block.number
            break
    return common + 1


def _read_span(index: Index, source: Source, first: int, last: int, before: BlockRef | None) -> None:
    end = source.header(last).ref
    try:
        found = list(_logs(index, source, first, last))
    except FormatError as error:
        raise DisagreementError(f"{', '.join(source.names)}: {error}") from error
    if source.header(last).ref != end:
        raise DisagreementError(f"block {last} of {source.chain} changed while its logs were read")
    with index.transaction() as rows:
        # A second process may have read it meanwhile.
        if index.read_up_to() != before:
            return
        index.forget_after(first - 1)
        place = Place(rows, source.chain, _clock(source))
        for event, log in sorted(found, key=lambda pair: (pair[1].block.number, pair[1].index)):
            write_log(place, event, log)
        rows.execute("INSERT INTO spans VALUES (?, ?)", (last, "0x" + end.hash.hex()))


def _logs(index: Index, source: Source, first: int, last: int) -> Iterator[tuple[Event, Log]]:
    feeds = {feed for (feed,) in index.rows.execute("SELECT feed FROM feeds WHERE block < ?", (first,))}
    for role, address in list(index.rows.execute("SELECT role, address FROM contracts")):
        for event in OF_ROLE[role]:
            logs = source.logs(address, (event.topic,), first, last)
            yield from ((event, log) for log in logs)
            if event is FEED_DEPLOYED:
                feeds |= {FEED_DEPLOYED.read(log)["feed"] for log in logs}
    for feed in sorted(feeds):
        for event in OF_A_FEED:
            yield from ((event, log) for log in source.logs(feed, (event.topic,), first, last))


def _clock(source: Source) -> Callable[[Log], int]:
    times: dict[BlockRef, int] = {}

    def time_of(log: Log) -> int:
        if log.block not in times:
            header = source.header(log.block.number)
            if header.ref != log.block:
                raise DisagreementError(
                    f"block {log.block.number} of {source.chain} is not the one that a log stands in"
                )
            times[log.block] = header.timestamp
        return times[log.block]

    return time_of


def _prove_heads(index: Index, source: Source, block: BlockRef) -> bool:
    """Compare every issuer's newest entry with the registry's storage: no log after it was left out (T55)."""
    newest = dict(index.rows.execute("SELECT issuer, max(sequence) FROM entries GROUP BY issuer ORDER BY issuer"))
    registry = index.rows.execute("SELECT address FROM contracts WHERE role = 'registry'").fetchone()[0]
    issuers = list(newest)
    try:
        for start in range(0, len(issuers), PROVEN_AT_ONCE):
            some = issuers[start : start + PROVEN_AT_ONCE]
            for issuer, sequence in zip(some, _proven_sequences(source, block, registry, some), strict=True):
                if sequence != newest[issuer]:
                    raise DisagreementError(
                        f"{issuer} has {sequence} entries at block {block.number}, and logs of {newest[issuer]} were "
                        "found: the node leaves logs out; ask another, or several"
                    )
    except IncapableError:
        return False
    return True


def _proven_sequences(source: Source, block: BlockRef, registry: str, issuers: list[str]) -> list[int]:
    keys = [head_key(issuer) for issuer in issuers]
    proof = source.account_proof(block, registry, keys)
    try:
        state = account_state(source.header(block.number).state_root, registry, proof.account_nodes)
        words = [
            storage_value(state.storage_root, key, nodes) for key, nodes in zip(keys, proof.storage_nodes, strict=True)
        ]
        return [head_of(word).sequence for word in words]
    except EvidenceError as error:
        raise DisagreementError(f"{', '.join(source.names)}: {error}") from error
