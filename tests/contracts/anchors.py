"""Registry entries for tests, and their ids computed outside the contracts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.contracts.chain import Chain, events

ENTRY = "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)"
TOTALS = "(bytes32,uint128,uint128)[]"

Total = tuple[bytes, int, int]

COIN = keccak(text="eip155:1/slip44:60")
TOKEN = keccak(text="eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
TOTAL: Total = (COIN, 3 * 10**18, 4 * 10**18)


def digest(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


@dataclass(frozen=True)
class Entry:
    """Hold what an issuer anchors, in the order of the contract's struct."""

    instant: int
    snapshot_chain: int = 1
    snapshot_block: int = 23_700_000
    snapshot_hash: bytes = digest("block")
    commitments_root: bytes = digest("commitments")
    bundle_digest: bytes = digest("bundle")
    reserve_set_root: bytes = digest("reserves")
    supersedes: int = 0

    @property
    def values(self) -> tuple[Any, ...]:
        return astuple(self)

    def but(self, **members: Any) -> Entry:
        return replace(self, **members)


@dataclass(frozen=True)
class Anchored:
    """Hold an entry that stands in the registry, with all that its id binds."""

    issuer: str
    sequence: int
    previous: bytes
    entry: Entry
    totals: Sequence[Total]

    @property
    def id(self) -> bytes:
        """Compute the id."""
        types = ["address", "uint64", "bytes32", ENTRY, "bytes32"]
        return keccak(encode(types, self.preimage))

    @property
    def preimage(self) -> tuple[Any, ...]:
        """Return what contracts take as AnchorPreimage."""
        totals_digest = keccak(encode([TOTALS], [list(self.totals)]))
        return (self.issuer, self.sequence, self.previous, self.entry.values, totals_digest)

    def but(self, **members: Any) -> Anchored:
        return replace(self, **members)


def put(chain: Chain, registry: Any, entry: Entry, totals: Sequence[Total] = (TOTAL,), sender: int = 0) -> Anchored:
    """Anchor an entry; return it as the event tells it."""
    receipt = chain.send(registry.functions.anchor(entry.values, list(totals)), sender=sender)
    (told,) = events(registry.events.Anchored(), receipt)
    return Anchored(chain.accounts[sender], told["sequence"], told["previousId"], entry, totals)
