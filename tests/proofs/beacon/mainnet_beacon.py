"""The real light-client answers around Ethereum block 22432262, cut into the parts that evidence holds."""

from __future__ import annotations

from pathlib import Path

from por.checks.policy import shipped_tables
from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, Finality, Signed, SignedBlock
from por.model import BeaconChain, ChainId
from por.proofs.beacon.block import block_parts

CHAIN = ChainId("eip155", "1")
CHECKPOINT = bytes.fromhex("d9717ecc253684291f828688f311ba74d05af74c31654f6e14077669fca62f6a")
BLOCK_ROOT = bytes.fromhex("5ffcd747195840a9dd5f2670a71e82f47872931df47b31c2f6eda2bc030494d0")
NUMBER = 22_432_262
HASH = bytes.fromhex("551ebdf70f3b286ae97bacd125048ae7278615b180bf73033c9d9e5606e7b8a2")
SLOT = 11_650_252
COMMITTEE = 513 * 48


def beacon() -> BeaconChain:
    return next(row for row in shipped_tables().beacons if row.chain == CHAIN)


def data(vectors: Path, name: str) -> bytes:
    return (vectors / "eth_getproof" / "mainnet-22432262-prague" / name).read_bytes()


def nodes(text: bytes) -> tuple[bytes, ...]:
    return tuple(text[at : at + 32] for at in range(0, len(text), 32))


def offset(text: bytes, at: int) -> int:
    return int.from_bytes(text[at : at + 4], "little")


def bootstrap(vectors: Path) -> Bootstrap:
    said = data(vectors, "lc_bootstrap_deneb_slot11640864.ssz")
    header = said[offset(said, 0) :][:112]
    return Bootstrap(CHAIN, header, said[4 : 4 + COMMITTEE], nodes(said[4 + COMMITTEE :][:160]))


def light_client_header(text: bytes) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """Return the beacon header, the execution header and its branch."""
    return text[:112], text[offset(text, 112) :], nodes(text[116 : 116 + 128])


def _update(vectors: Path) -> tuple[CommitteeUpdate, bytes, tuple[bytes, ...]]:
    said = data(vectors, "lc_update_period1421.ssz")[12:]
    at = 4 + COMMITTEE
    branch, at = nodes(said[at : at + 160]), at + 160
    final_at, at = offset(said, at), at + 4
    finality_branch, at = nodes(said[at : at + 192]), at + 192
    participants, signature = said[at : at + 64], said[at + 64 : at + 160]
    slot = int.from_bytes(said[at + 160 : at + 168], "little")
    attested, _, _ = light_client_header(said[offset(said, 0) : final_at])
    final, execution, execution_branch = light_client_header(said[final_at:])
    update = CommitteeUpdate(
        CHAIN,
        Signed(attested, participants, signature, slot),
        Finality(final, finality_branch),
        said[4 : 4 + COMMITTEE],
        branch,
    )
    return update, execution, execution_branch


def update(vectors: Path) -> CommitteeUpdate:
    return _update(vectors)[0]


def final_block(vectors: Path) -> SignedBlock:
    """Take what the update itself calls final."""
    made, execution, branch = _update(vectors)
    return SignedBlock(CHAIN, made.signed, made.finality, execution, branch)


def head_block(vectors: Path) -> SignedBlock:
    """Take the block of the USDC proofs, signed as the head by the aggregate in the block after it."""
    block = block_parts(data(vectors, "beacon_block_11650252.ssz"))
    after = block_parts(data(vectors, "beacon_block_11650253_signs_parent.ssz"))
    return SignedBlock(
        CHAIN,
        Signed(block.header, after.participants, after.signature, SLOT + 1),
        None,
        block.execution,
        block.branch,
    )
