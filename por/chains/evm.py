"""Ask an EVM node, over web3, for headers, state proofs and logs; every header is hashed here.

What one node says of its chain is only as good as the node: `QuorumSource` compares several. What it proves
is checked by `por.proofs` against a header, whoever delivered it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from web3 import Web3
from web3.types import RPCEndpoint

from por.chains.bulk import Progress, ProofRequest
from por.chains.evm_answers import read_header, read_logs, read_proof, read_quantity
from por.chains.evm_logs import SPAN, SpanReader, require_log_question
from por.chains.read_only_provider import ReadOnlyProvider
from por.chains.rpc_errors import ParametersRefusedError
from por.chains.transport import DEFAULT_LIMITS, Limits, Transport
from por.chains.unchanged import require_unchanged
from por.errors import DisagreementError, EvidenceError, FormatError, IncapableError, UnavailableError
from por.model import AccountProof, BlockRef, ChainAccount, ChainId, Header, Log

Read = TypeVar("Read")


class EvmSource:
    """Be a `Source` on one JSON-RPC endpoint, named by its origin.

    The chain id, and the genesis hash if one is given, are compared before the first question (T53). The last
    finalized block is asked for once and kept; headers are asked for again each time, so that a chain which
    changes under a run is seen to (T56). `batch` is the number of proofs or headers asked for in one request, `span`
    the number of blocks whose logs are.
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
        if chain.namespace != "eip155":
            raise FormatError(f"{chain} is not an EVM chain; sources of EVM chains are named eip155:…")
        self._chain = chain
        self._genesis = genesis
        self._batch = batch
        self._spans = SpanReader(span)
        self._transport = Transport(url, limits)
        self._provider = ReadOnlyProvider(self._transport)
        self._web3 = Web3(self._provider, middleware=[])
        self._is_checked = False
        self._takes_objects = True
        self._finalized: BlockRef | None = None

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return self._chain

    @property
    def names(self) -> tuple[str, ...]:
        """Name the endpoint by its origin."""
        return (self._transport.origin,)

    def finalized(self) -> BlockRef:
        """Name the last finalized block, asked for once.

        Raises: SourceError.
        """
        if self._finalized is None:
            self._require_chain()
            self._finalized = self._header_in(self._ask("eth_getBlockByNumber", "finalized", False), "finalized").ref
        return self._finalized

    def header(self, number: int) -> Header:
        """Return the header that the node now has at `number`.

        Raises: UnavailableError when there is none; any other SourceError.
        """
        self._require_chain()
        return self._numbered(number)

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
        checked = [(self._address(address), _whole_keys(keys)) for address, keys in requests]
        self._require_chain()
        proofs: list[AccountProof] = []
        for start in range(0, len(checked), self._batch):
            proofs += self._some_proofs(block, checked[start : start + self._batch])
            if progress is not None:
                progress(len(proofs), len(checked))
        return tuple(proofs)

    def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        """Return the logs of a contract whose topics begin with `topics`, in the blocks `first` to `last`.

        Each stands in a block that the node has under that hash, and the chain was the same before and after. A node
        that leaves logs out is not seen here; `QuorumSource` compares several. Raises: SourceError; FormatError for
        other than 1 to 4 topics of 32 bytes, and for no blocks.
        """
        contract = self._address(address)
        require_log_question(topics, first, last)
        # A node that is behind `last` would answer as if nothing followed.
        end = self.header(last).ref
        logs = self._spans.read(lambda low, high: self._some_logs(contract, topics, low, high), first, last)
        self._require_canonical({log.block.number: log.block for log in logs})
        require_unchanged(self, [end])
        return logs

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def _some_proofs(self, block: BlockRef, requests: Sequence[ProofRequest]) -> list[AccountProof]:
        try:
            answers = self._proof_answers(block, requests)
        except ParametersRefusedError:
            if len(requests) > 1:
                # It may be the batch that the node does not take.
                return [proof for request in requests for proof in self._some_proofs(block, [request])]
            if not self._takes_objects:
                raise
            self._takes_objects = False
            answers = self._proof_answers(block, requests)
        return [
            self._read(f"eth_getProof of {address}", read_proof, answer, address, keys)
            for answer, (address, keys) in zip(answers, requests, strict=True)
        ]

    def _proof_answers(self, block: BlockRef, requests: Sequence[ProofRequest]) -> list[object]:
        named = "0x" + block.hash.hex()
        at = {"blockHash": named, "requireCanonical": True} if self._takes_objects else named
        calls = [[address, ["0x" + key.hex() for key in keys], at] for address, keys in requests]
        return self._ask_all("eth_getProof", calls)

    def _some_logs(self, contract: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        named = ["0x" + topic.hex() for topic in topics]
        asked = {"address": contract, "topics": named, "fromBlock": hex(first), "toBlock": hex(last)}
        answer = self._ask("eth_getLogs", asked)
        question = f"eth_getLogs of {contract} in blocks {first} to {last}"
        return self._read(question, read_logs, answer, contract, topics, first, last)

    def _require_canonical(self, blocks: Mapping[int, BlockRef]) -> None:
        for header in self._headers(list(blocks)):
            named = blocks[header.number]
            if header.ref != named:
                raise DisagreementError(
                    f"{self._transport.origin}: it answers with a log of block {named.number} with hash "
                    f"0x{named.hash.hex()}, and has the block 0x{header.hash.hex()} there"
                )

    def _headers(self, numbers: Sequence[int]) -> Iterator[Header]:
        for start in range(0, len(numbers), self._batch):
            some = numbers[start : start + self._batch]
            try:
                answers = self._ask_all("eth_getBlockByNumber", [[hex(number), False] for number in some])
            except ParametersRefusedError:
                # It may be the batch that the node does not take.
                yield from (self._numbered(number) for number in some)
            else:
                yield from (self._numbered_in(answer, number) for answer, number in zip(answers, some, strict=True))

    def _require_chain(self) -> None:
        if self._is_checked:
            return
        number = self._read("eth_chainId", read_quantity, self._ask("eth_chainId"))
        if str(number) != self._chain.reference:
            raise IncapableError(f"{self._transport.origin}: it serves eip155:{number}, not {self._chain}")
        if self._genesis is not None and self._numbered(0).hash != self._genesis:
            raise IncapableError(f"{self._transport.origin}: its genesis block is not the pinned one of {self._chain}")
        self._is_checked = True

    def _numbered(self, number: int) -> Header:
        return self._numbered_in(self._ask("eth_getBlockByNumber", hex(number), False), number)

    def _numbered_in(self, answer: object, number: int) -> Header:
        header = self._header_in(answer, str(number))
        if header.number != number:
            raise UnavailableError(f"{self._transport.origin}: asked for block {number}, it answers {header.number}")
        return header

    def _header_in(self, answer: object, name: str) -> Header:
        if answer is None:
            raise UnavailableError(f"{self._transport.origin}: it has no block {name}")
        return self._read(f"block {name}", read_header, answer)

    def _ask(self, method: str, *parameters: object) -> Any:
        return self._web3.manager.request_blocking(RPCEndpoint(method), list(parameters))

    def _ask_all(self, method: str, calls: Sequence[Sequence[object]]) -> list[object]:
        if len(calls) == 1:
            return [self._ask(method, *calls[0])]
        answers = self._provider.make_batch_request([(RPCEndpoint(method), call) for call in calls])
        return [answer["result"] for answer in answers]

    def _read(self, question: str, read: Callable[..., Read], *answer: object) -> Read:
        try:
            return read(*answer)
        except DisagreementError as error:
            raise DisagreementError(f"{self._transport.origin}: {error}") from error
        except (FormatError, EvidenceError) as error:
            raise UnavailableError(f"{self._transport.origin}: {question}: unusable answer: {error}") from error

    def _address(self, address: str) -> str:
        return ChainAccount.parse(f"{self._chain}:{address}").address


def _whole_keys(keys: Sequence[bytes]) -> Sequence[bytes]:
    if any(len(key) != 32 for key in keys):
        raise FormatError("a storage key is 32 bytes")
    return keys
