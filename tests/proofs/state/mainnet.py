"""Real blocks and proofs of Ethereum mainnet, read from the folder of real data; nothing of it is kept here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from por.model import AccountProof, AssetId, Implementation, KeyOrder, TokenLayout

FOLDER = "eth_getproof"
USDC_BLOCK = 22_432_262
HOLDER = "0x37305b1cd40574e4c5ce33f8e8306be057fd7341"
BALANCE = 0xC35A80FFAF35C

USDC = TokenLayout(
    asset=AssetId.parse("eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
    code_hash=bytes.fromhex("d80d4b7c890cb9d6a4893e6b52bc34b56b25335cb13716e0d1d31383e6b41505"),
    base_slot=9,
    order=KeyOrder.KEY_SLOT,
    mask=2**255 - 1,
    implementation=Implementation(
        slot=bytes.fromhex("7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3"),
        code_hash=bytes.fromhex("cdfb7d322961af3acae7a8f7ee8b69c205b36f576cc5b077f170c7eb8ecbe3ea"),
    ),
)


@dataclass(frozen=True)
class Proven:
    """An EIP-1186 answer, with what the node says beside it."""

    said: dict[str, Any]
    nodes: tuple[bytes, ...]
    storage: dict[bytes, tuple[bytes, ...]]

    def proof(self, *keys: bytes) -> AccountProof:
        return AccountProof(self.said["address"], self.nodes, tuple(self.storage[key] for key in keys))


def load(vectors: Path, name: str) -> Any:
    value = json.loads((vectors / FOLDER / name).read_text())
    return value["result"] if isinstance(value, dict) and "result" in value else value


def proven(vectors: Path, name: str) -> Proven:
    said = load(vectors, name)
    storage = {read(entry["key"]).rjust(32, b"\x00"): nodes(entry["proof"]) for entry in said["storageProof"]}
    return Proven(said, nodes(said["accountProof"]), storage)


def usdc(vectors: Path) -> tuple[Proven, Proven]:
    folder = f"mainnet-{USDC_BLOCK}-prague"
    return proven(vectors, f"{folder}/proof_usdc_proxy_3slots.json"), proven(vectors, f"{folder}/proof_usdc_impl.json")


def usdc_state_root(vectors: Path) -> bytes:
    """Cut the state root of the USDC proofs out of the beacon block's payload, beside its parent and number."""
    block = (vectors / FOLDER / f"mainnet-{USDC_BLOCK}-prague" / "beacon_block_11650252.ssz").read_bytes()
    receipts_bloom_and_mix = 32 + 256 + 32
    number = USDC_BLOCK.to_bytes(8, "little")
    found = [at for at in range(len(block)) if block.startswith(number, at)]
    roots = {block[at - receipts_bloom_and_mix - 32 : at - receipts_bloom_and_mix] for at in found}
    assert len(roots) == 1
    return roots.pop()


def read(text: str) -> bytes:
    digits = text.removeprefix("0x")
    return bytes.fromhex("0" * (len(digits) % 2) + digits)


def nodes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(read(text) for text in texts)
