"""Lie about the chain: headers nobody mined, blocks that were reorganised away, a node that says what is wanted."""

from dataclasses import replace
from pathlib import Path

import rlp

from por.encoding import evm_header_v1
from por.encoding.media_types import EVM_HEADER
from por.model import BlockRef, SnapshotBlock
from por.proofs.state.header import header_from_rlp
from por.simulator.exchange import Exchange
from por.simulator.lie import Draft, Lie, shown_to_auditor

_STATE_ROOT, _NUMBER, _TIME = 3, 8, 11


def _fabricated(exchange: Exchange, draft: Draft, changes: dict[int, bytes]) -> SnapshotBlock:
    """Return the snapshot block with header fields of the cheat's choosing, and its evidence file."""
    block = draft.bundle.blocks[0]
    _, raw = evm_header_v1.read(draft.files.data[block.header])
    fields = rlp.decode(raw)
    for position, value in changes.items():
        fields[position] = value
    header = header_from_rlp(rlp.encode(fields))
    digest = draft.files.add(evm_header_v1.write(exchange.chain.chain, header.rlp), EVM_HEADER)
    return replace(block, block=BlockRef(header.number, header.hash), header=digest)


def _header_nobody_mined(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    block = _fabricated(exchange, draft, {_STATE_ROOT: bytes(range(32))})
    draft.bundle = replace(draft.bundle, blocks=(block,))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _header_of_another_block(exchange: Exchange, stage: Path) -> list[str]:
    draft = Draft.of(exchange)
    block = draft.bundle.blocks[0]
    draft.bundle = replace(draft.bundle, blocks=(replace(block, header=block.child or block.header),))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _next_block_invented(exchange: Exchange, stage: Path) -> list[str]:
    """Use an older block, and a made-up child dated after the instant, to hide the blocks between."""
    draft = Draft.of(exchange)
    block = draft.bundle.blocks[0]
    _, raw = evm_header_v1.read(draft.files.data[block.child or block.header])
    fields = rlp.decode(raw)
    fields[_TIME] = (int.from_bytes(fields[_TIME]) + 60).to_bytes(5).lstrip(b"\0")
    digest = draft.files.add(evm_header_v1.write(exchange.chain.chain, rlp.encode(fields)), EVM_HEADER)
    draft.bundle = replace(draft.bundle, blocks=(replace(block, child=digest),))
    return shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))


def _no_source(exchange: Exchange, stage: Path) -> list[str]:
    shown = shown_to_auditor(exchange, exchange.bundle)
    position = shown.index("--source")
    return [*shown[:position], *shown[position + 2 :]]


LIES = (
    Lie(
        "header nobody mined",
        ("T55",),
        "invents a block with balances to its liking",
        "snapshot.canonical",
        _header_nobody_mined,
    ),
    Lie(
        "header of another block",
        ("T38", "T55"),
        "shows the header of another block",
        "snapshot.canonical",
        _header_of_another_block,
    ),
    Lie(
        "next block invented",
        ("T57",),
        "invents the following block, to hide later ones",
        "snapshot.simultaneous",
        _next_block_invented,
    ),
    Lie(
        "nobody asked",
        ("T55", "T64"),
        "wants its own word for the chain to be enough",
        "snapshot.canonical",
        _no_source,
        "INCONCLUSIVE",
    ),
)
