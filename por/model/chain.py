"""Hold what a chain says, and the protocol by which sources are asked.

Protocol `Source`: every answer is about one chain; a source raises `SourceError` and never answers zero for "unknown".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from por.model.identifiers import ChainId


@dataclass(frozen=True, order=True, slots=True)
class BlockRef:
    """Name a block by number and 32-byte hash."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """Hold a block header whose hash was computed from `rlp`, its consensus encoding."""

    number: int
    hash: bytes
    parent_hash: bytes
    state_root: bytes
    timestamp: int
    rlp: bytes

    @property
    def ref(self) -> BlockRef:
        """Name this header's block."""
        return BlockRef(self.number, self.hash)


@dataclass(frozen=True, slots=True)
class AccountState:
    """Hold an EVM account as its state trie has it; an absent account has zero balance, the empty code and storage."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes
    exists: bool


@dataclass(frozen=True, slots=True)
class AccountProof:
    """Hold the trie nodes of an EIP-1186 answer: of one account, and of storage keys in the order they were asked."""

    address: str
    account_nodes: tuple[bytes, ...]
    storage_nodes: tuple[tuple[bytes, ...], ...]


@dataclass(frozen=True, slots=True)
class Log:
    """Hold what a contract logged: 32-byte topics, data, the block and the place among all logs of that block."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: BlockRef
    index: int


@dataclass(frozen=True, order=True, slots=True)
class Call:
    """Name a call that changes nothing: a contract's lower-case address, and the call data."""

    to: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """Hold a proven part of a state: each account with its proof, the 32-byte storage keys it shows, and its code.

    Keys stand in the order of the proof's storage nodes; `code` is None where it is not given.
    """

    proof: AccountProof
    keys: tuple[bytes, ...]
    code: bytes | None


Progress = Callable[[int, int], None]
ProofRequest = tuple[str, Sequence[bytes]]


class Source(Protocol):
    """Answer questions about one chain."""

    @property
    def chain(self) -> ChainId:
        """Name the chain."""

    @property
    def names(self) -> tuple[str, ...]:
        """Name the independent endpoints behind every answer, without their secrets."""

    def finalized(self) -> BlockRef:
        """Name the last finalized block, resolved once for the life of this source."""

    def header(self, number: int) -> Header:
        """Return the canonical header at `number`; its hash is computed here, never taken from the answer."""

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        """Return the EIP-1186 proof of `address` and of 32-byte storage `keys` at `block`, by the block's hash."""

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the proofs of many accounts, each with its storage keys, in the order of `requests`.

        `progress` is called with the number done and the number wanted.
        """

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return all logs of a contract in blocks `first` to `last`, in the chain's order.

        They are those whose topics begin with `topics`: 1 to 4, 32 bytes each.
        """

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        """Return what each call gives at `block`, by the block's hash; None for one that reverts.

        It is what the endpoints say, and proves nothing.
        """
