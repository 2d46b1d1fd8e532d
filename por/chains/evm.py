"""Ask an EVM node for headers, state proofs, logs and calls; every header is hashed here.

What one node says of its chain is only as good as the node: `QuorumSource` compares several. What it proves
is checked by `por.proofs` against a header, whoever delivered it.
"""

from collections.abc import Mapping, Sequence

from por.chains.bulk import AccessList, Progress, ProofRequest
from por.chains.evm_answers import read_logs, read_proof
from por.chains.evm_calls import CallReader
from por.chains.evm_logs import SPAN, SpanReader, require_log_question
from por.chains.evm_node import EvmNode
from por.chains.transport import DEFAULT_LIMITS, Limits
from por.chains.unchanged import require_unchanged
from por.errors import DisagreementError, FormatError
from por.model import AccountProof, BlockRef, Call, ChainId, Header, Log


class EvmSource:
    """Be a `Source` on one JSON-RPC endpoint, named by its origin.

    The chain id, and the genesis hash if one is given, are compared before the first question (T53). The last
    finalized block is asked for once and kept; headers are asked for again each time, so that a chain which
    changes under a run is seen to (T56). `batch` is the number of questions in one request, as long as the node takes
    as many; `span` the number of blocks whose logs are asked for at once.
    """

    def __init__(
        self,
        chain: ChainId,
        url: str,
        *,
        genesis: bytes | None = None,
        limits: Limits = DEFAULT_LIMITS,
        batch: int = 20,
        span: int = SPAN,
    ) -> None:
        """Keep the arguments; nothing is sent yet.

        Raises: FormatError for a chain of another kind, or for what is no URL.
        """
        self._node = EvmNode(chain, url, genesis, limits, batch)
        self._calls = CallReader(self._node)
        self._spans = SpanReader(span)
        self._finalized: BlockRef | None = None

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self._node.chain

    @property
    def names(self) -> tuple[str, ...]:
        """Name the endpoint by its origin."""
        return (self._node.origin,)

    def finalized(self) -> BlockRef:
        """Name the last finalized block, asked for once.

        Raises: SourceError.
        """
        if self._finalized is None:
            self._node.require_chain()
            self._finalized = self._node.tagged("finalized").ref
        return self._finalized

    def header(self, number: int) -> Header:
        """Return the header that the node now has at `number`.

        Raises: UnavailableError when there is none; any other SourceError.
        """
        self._node.require_chain()
        return self._node.header(number)

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        """Return the proof of one account and of 32-byte storage keys, by the block's hash.

        The node is asked to refuse a block that is not canonical (EIP-1898); one that does not understand
        that is asked by the bare hash. Raises: SourceError.
        """
        return self.account_proofs(block, [(address, keys)])[0]

    def account_proofs(
        self, block: BlockRef, requests: Sequence[ProofRequest], progress: Progress | None = None
    ) -> tuple[AccountProof, ...]:
        """Return the proofs of many accounts at one block, in the order of `requests`.

        `progress` is called with the number done and the number wanted. Raises: SourceError; one proof that
        cannot be had fails all.
        """
        checked = [(self._node.address(address), _whole_keys(keys)) for address, keys in requests]
        self._node.require_chain()
        proofs: list[AccountProof] = []
        questions = [[address, ["0x" + key.hex() for key in keys]] for address, keys in checked]
        for answers in self._node.ask_at("eth_getProof", block, questions):
            for answer in answers:
                address, keys = checked[len(proofs)]
                proofs.append(self._node.read(f"eth_getProof of {address}", read_proof, answer, address, keys))
            if progress is not None:
                progress(len(proofs), len(checked))
        return tuple(proofs)

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return the logs of a contract whose topics begin with `topics`, in the blocks `first` to `last`.

        Each stands in a block that the node has under that hash, and the chain was the same before and after. A node
        that leaves logs out is not seen here; `QuorumSource` compares several. Raises: SourceError; FormatError for
        other than 1 to 4 topics of 32 bytes, and for no blocks.
        """
        contract = self._node.address(address)
        require_log_question(topics, first, last)
        # A node that is behind `last` would answer as if nothing followed.
        end = self.header(last).ref
        logs = self._spans.read(lambda low, high: self._some_logs(contract, topics, low, high), first, last)
        self._require_canonical({log.block.number: log.block for log in logs})
        require_unchanged(self, [end])
        return logs

    def calls(self, block: BlockRef, calls: Sequence[Call]) -> tuple[bytes | None, ...]:
        """Return what each call gives at `block`, by the block's hash; None for one that the node says reverts.

        A contract that does not exist gives `b""`, which is no answer: the caller refuses whatever has not the length
        it must have. Raises: SourceError for every other failure, never a value in its place (T64).
        """
        return self._calls.calls(block, calls)

    def access(self, block: BlockRef, call: Call) -> AccessList:
        """Return what the node says that a call reads at `block`. Raises: SourceError."""
        return self._calls.access(block, call)

    def codes(self, block: BlockRef, addresses: Sequence[str]) -> tuple[bytes, ...]:
        """Return the codes that the node says stand at addresses at `block`. Raises: SourceError."""
        return self._calls.codes(block, addresses)

    def trial(self, block: BlockRef, call: Call, overrides: Mapping[str, Mapping[bytes, bytes]]) -> bytes | None:
        """Return what a call would give at `block` if storage held other words; None where it reverts.

        Raises: SourceError.
        """
        return self._calls.trial(block, call, overrides)

    def close(self) -> None:
        """Close idle connections."""
        self._node.close()

    def _some_logs(self, contract: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        named = ["0x" + topic.hex() for topic in topics]
        asked = {"address": contract, "topics": named, "fromBlock": hex(first), "toBlock": hex(last)}
        answer = self._node.ask("eth_getLogs", asked)
        question = f"eth_getLogs of {contract} in blocks {first} to {last}"
        return self._node.read(question, read_logs, answer, contract, topics, first, last)

    def _require_canonical(self, blocks: Mapping[int, BlockRef]) -> None:
        for header in self._node.headers(list(blocks)):
            named = blocks[header.number]
            if header.ref != named:
                raise DisagreementError(
                    f"{self._node.origin}: it answers with a log of block {named.number} with hash "
                    f"0x{named.hash.hex()}, and has the block 0x{header.hash.hex()} there"
                )


def _whole_keys(keys: Sequence[bytes]) -> Sequence[bytes]:
    if any(len(key) != 32 for key in keys):
        raise FormatError("a storage key is 32 bytes")
    return keys
