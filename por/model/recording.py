"""Hold what chain sources answered, so that a run can be repeated without them."""

from dataclasses import dataclass

from por.model.chain import AccountProof, BlockRef, Log
from por.model.identifiers import ChainId


@dataclass(frozen=True, slots=True)
class RecordedHeader:
    """Hold the consensus encoding of the header that was answered for block `number`."""

    number: int
    rlp: bytes


@dataclass(frozen=True, slots=True)
class RecordedProof:
    """Hold the proof that was answered for storage `keys` of an account at the block with hash `block`."""

    block: bytes
    keys: tuple[bytes, ...]
    proof: AccountProof


@dataclass(frozen=True, slots=True)
class RecordedLogs:
    """Hold the logs that were answered for a contract and first topics, in the blocks `first` to `last`."""

    address: str
    topics: tuple[bytes, ...]
    first: int
    last: int
    logs: tuple[Log, ...]

    @property
    def question(self) -> tuple[str, tuple[bytes, ...], int, int]:
        """Return what was asked."""
        return self.address, self.topics, self.first, self.last


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """Hold what a call of a contract gave at the block with hash `block`; None where it reverted."""

    block: bytes
    to: str
    data: bytes
    answer: bytes | None

    @property
    def question(self) -> tuple[bytes, str, bytes]:
        """Return what was asked."""
        return self.block, self.to, self.data


@dataclass(frozen=True, slots=True)
class ChainRecording:
    """Hold the answers about one chain of the endpoints named `sources`.

    `headers` keep every reading in its order: one block read twice stands there twice, and a chain that
    changed during the run shows it. `finalized` is None where it was not asked for, or not answered. `logs` and
    `calls` stand in the order of their questions.
    """

    chain: ChainId
    sources: tuple[str, ...]
    finalized: BlockRef | None
    headers: tuple[RecordedHeader, ...]
    proofs: tuple[RecordedProof, ...]
    logs: tuple[RecordedLogs, ...] = ()
    calls: tuple[RecordedCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """Hold the answers about several chains, in the order of their ids."""

    chains: tuple[ChainRecording, ...]
