"""A registry in memory, said again without the code under test: entries, their events, the contract's storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import rlp
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from por.checks.policy import shipped_tables
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.errors import UnavailableError
from por.model import (
    AccountProof,
    Anchor,
    AnchoredEntry,
    AssetTotal,
    BlockRef,
    Bundle,
    ChainAccount,
    Header,
    Log,
    Policy,
    RegistryPin,
    Role,
)
from por.proofs.state.header import header_from_rlp
from tests.checks import scenery
from tests.checks.scenery import CHAIN, NO_CODE, NO_STORAGE, NOON, NUMBER, FakeSource, address, header_bytes
from tests.commitments.reference import lp, mth, sha, u128

REGISTRY = ChainAccount(CHAIN, "0x" + "5e" * 20)
ISSUERS, THIEFS, GRIEFERS = address("the issuer's anchors"), address("a thief"), address("a griefer")
ACCOUNT = ChainAccount(CHAIN, ISSUERS)
CODE: bytes = shipped_tables().registries[0]
DAY = 86_400
FINAL = NUMBER + 20
PIN = RegistryPin(REGISTRY, ISSUERS, NUMBER, DAY)
NAMES = ("https://node-a.example:443", "https://node-b.example:443")

_ENTRY = "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)"
_TOTALS = "(bytes32,uint128,uint128)[]"
TOPIC: bytes = keccak(text=f"Anchored(address,uint64,bytes32,bytes32,{_ENTRY},{_TOTALS})")


def values_of(anchor: Anchor) -> tuple[Any, ...]:
    """Return an anchor as the contract takes it."""
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


def totals_of(entry: AnchoredEntry) -> list[tuple[bytes, int, int]]:
    return [(total.asset, total.liabilities, total.reserves) for total in entry.totals]


def id_of(entry: AnchoredEntry) -> bytes:
    """Compute an entry's id as the contract documents it."""
    totals = keccak(encode([_TOTALS], [totals_of(entry)]))
    preimage = (entry.issuer, entry.sequence, entry.previous, values_of(entry.anchor), totals)
    hashed: bytes = keccak(encode(["address", "uint64", "bytes32", _ENTRY, "bytes32"], preimage))
    return hashed


def log_of(entry: AnchoredEntry, block: BlockRef, index: int = 0, contract: str = REGISTRY.address) -> Log:
    """Write the event of an entry as the contract does."""
    topics = (TOPIC, encode(["address"], [entry.issuer]), encode(["uint64"], [entry.sequence]), id_of(entry))
    data = encode(["bytes32", _ENTRY, _TOTALS], [entry.previous, values_of(entry.anchor), totals_of(entry)])
    return Log(contract, topics, data, block, index)


def anchor_of(made: Bundle, **changes: Any) -> Anchor:
    """Say what a bundle is anchored as."""
    block = made.blocks[0].block
    claims = sorted((str(row.account), str(c.asset), c.amount) for row in made.reserves for c in row.holdings)
    usual = Anchor(
        instant=made.instant,
        snapshot_chain=1,
        snapshot_block=block.number,
        snapshot_hash=block.hash,
        commitments_root=made.commitments_root,
        bundle=digest_of(bundle_v1.write(made)),
        reserve_set_root=mth([sha(b"\x08", lp(who), lp(asset), u128(amount)) for who, asset, amount in claims]),
        supersedes=0,
    )
    return replace(usual, **changes)


def totals(made: Bundle) -> tuple[AssetTotal, ...]:
    """Say which totals a bundle is anchored with."""
    sums: dict[str, list[int]] = {}
    for item in made.liabilities:
        sums.setdefault(str(item.asset), [0, 0])[0] += 0 if item.segment.startswith("debt:") else item.total
    for row in made.reserves:
        for claim in row.holdings:
            sums.setdefault(str(claim.asset), [0, 0])[1] += claim.amount if row.role is Role.CUSTOMER else 0
    return tuple(sorted((AssetTotal(keccak(text=a), *pair) for a, pair in sums.items()), key=lambda t: t.asset))


@cache
def _block(number: int, state_root: bytes) -> Header:
    """Make a block five seconds after the one before."""
    seconds = NOON.seconds + 7 + 5 * (number - NUMBER - 1)
    return header_from_rlp(header_bytes(number, seconds, bytes(32), state_root))


def time_of(number: int) -> int:
    return _block(number, bytes(32)).timestamp


@dataclass
class Registry:
    """Entries in the order of their blocks; `storage` says what the contract keeps of them."""

    code: bytes = CODE
    rows: list[tuple[AnchoredEntry, int]] = field(default_factory=list)

    def put(
        self, made: Bundle, *, issuer: str = ISSUERS, block: int = NUMBER + 2, sums: Any = None, **changes: Any
    ) -> AnchoredEntry:
        """Anchor a bundle, as it is or changed."""
        own = [entry for entry, _ in self.rows if entry.issuer == issuer]
        previous = id_of(own[-1]) if own else bytes(32)
        chosen = totals(made) if sums is None else sums
        entry = AnchoredEntry(issuer, len(own) + 1, previous, anchor_of(made, **changes), chosen)
        self.rows.append((entry, block))
        return entry

    def correct(self, made: Bundle, *, block: int = NUMBER + 3, issuer: str = ISSUERS, **changes: Any) -> AnchoredEntry:
        """Anchor a correction of the issuer's newest entry."""
        newest = max(entry.sequence for entry, _ in self.rows if entry.issuer == issuer)
        return self.put(made, block=block, issuer=issuer, supersedes=newest, **changes)

    def storage(self) -> Mapping[bytes, int]:
        """Say what the contract keeps: heads in slot 0, ids in slot 1, corrections in slot 2."""
        words: dict[bytes, int] = {}
        for entry, block in self.rows:
            who, anchor = encode(["address"], [entry.issuer]), entry.anchor
            head = entry.sequence | anchor.instant.seconds << 64 | time_of(block) << 128
            words[keccak(who + encode(["uint256"], [0]))] = head
            inner = keccak(who + encode(["uint256"], [1]))
            words[keccak(encode(["uint64"], [entry.sequence]) + inner)] = int.from_bytes(id_of(entry))
            if anchor.supersedes:
                inner = keccak(who + encode(["uint256"], [2]))
                words[keccak(encode(["uint64"], [anchor.supersedes]) + inner)] = entry.sequence
        return words

    def source(self, **changes: Any) -> RegistrySource:
        return RegistrySource(self, **changes)


class RegistrySource(FakeSource):
    """Answer about the snapshot block and about a registry; a test leaves out or changes what it likes.

    `wide` is raised where everybody's events are asked for at once.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        events: Iterable[Log] | None = None,
        words: Mapping[bytes, int] | None = None,
        wide: Exception | None = None,
        **more: Any,
    ) -> None:
        self.wide = wide
        self.log_questions: list[tuple[tuple[bytes, ...], int, int]] = []
        self.nodes: dict[bytes, bytes] = {}
        self.storage_root = self._storage(registry.storage() if words is None else words)
        self.state_root = self._state(registry.code)
        numbers = {block for _, block in registry.rows}
        known = {header.number: header for header in scenery.headers()}
        known |= {number: _block(number, bytes(32)) for number in numbers if number not in known}
        known[FINAL] = _block(FINAL, self.state_root)
        told = [log_of(entry, known[block].ref, i) for i, (entry, block) in enumerate(registry.rows)]
        super().__init__(known.values(), logged=told if events is None else events, **more)
        self.questions: list[tuple[str, ...]] = []

    def _storage(self, words: Mapping[bytes, int]) -> bytes:
        trie: Any = HexaryTrie(self.nodes)
        for key, word in words.items():
            trie[keccak(key)] = rlp.encode(word)
        root: bytes = trie.root_hash
        return root

    def _state(self, code: bytes) -> bytes:
        trie: Any = HexaryTrie(self.nodes)
        trie[keccak(bytes.fromhex(REGISTRY.address[2:]))] = rlp.encode([1, 0, self.storage_root, code])
        trie[keccak(bytes.fromhex(address("cold")[2:]))] = rlp.encode([1, 5, NO_STORAGE, NO_CODE])
        root: bytes = trie.root_hash
        return root

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        if self.fails is not None:
            raise self.fails
        if block != self._known[FINAL].ref:
            raise UnavailableError("node-a: no state of that block")
        self.questions.append((address, *(key.hex() for key in keys)))
        return AccountProof(
            address,
            self._path(self.state_root, bytes.fromhex(address[2:])),
            tuple(self._path(self.storage_root, key) for key in keys),
        )

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        self.log_questions.append((topics, first, last))
        if self.wide is not None and topics == (TOPIC,):
            raise self.wide
        return super().logs(address, topics, first, last)

    def _path(self, root: bytes, key: bytes) -> tuple[bytes, ...]:
        if root == NO_STORAGE:
            return ()
        trie: Any = HexaryTrie(self.nodes, root)
        return tuple(rlp.encode(node) for node in trie.get_proof(keccak(key)))

    def account_proofs(self, block: BlockRef, requests: Any, progress: Any = None) -> tuple[AccountProof, ...]:
        return tuple(self.account_proof(block, who, keys) for who, keys in requests)

    def access(self, block: BlockRef, call: Any) -> Any:
        raise AssertionError("a verifier does not ask what a call reads")

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        raise AssertionError("a verifier asks for no code")

    def trial(self, block: BlockRef, call: Any, overrides: Any) -> bytes | None:
        raise AssertionError("a verifier tries nothing out")


def bundle(**changes: Any) -> Bundle:
    """Return the honest bundle, which names the account that anchors it."""
    return scenery.bundle(**{"anchored_by": ACCOUNT, **changes})


def policy(**changes: Any) -> Policy:
    """Trust the issuer's key, two sources and the registry."""
    return scenery.policy(**{"registry": PIN, **changes})


def anchored(made: Bundle | None = None, **changes: Any) -> Registry:
    """Return a registry in which the issuer anchored a bundle, and nothing else."""
    registry = Registry()
    registry.put(bundle() if made is None else made, **changes)
    return registry
