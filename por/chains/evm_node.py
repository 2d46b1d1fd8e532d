"""Put questions to one EVM node, over web3: in batches, and at a block by its hash."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from web3 import Web3
from web3.types import RPCEndpoint

from por.chains.evm_answers import read_header, read_quantity
from por.chains.evm_batches import Batches
from por.chains.read_only_provider import ReadOnlyProvider
from por.chains.rpc_errors import ParametersRefusedError, RevertedError
from por.chains.transport import Limits, Transport
from por.errors import DisagreementError, EvidenceError, FormatError, IncapableError, UnavailableError
from por.model import BlockRef, ChainAccount, ChainId, Header

Read = TypeVar("Read")
Question = Sequence[object]
Outcome = Callable[[object], object]


class EvmNode:
    """Ask one JSON-RPC endpoint, named by its origin, after it showed that it serves the right chain (T53)."""

    def __init__(self, chain: ChainId, url: str, genesis: bytes | None, limits: Limits, batch: int) -> None:
        """Keep the arguments; nothing is sent yet.

        Raises: FormatError for a chain of another kind, or for what is no URL.
        """
        if chain.namespace != "eip155":
            raise FormatError(f"{chain} is not an EVM chain; sources of EVM chains are named eip155:…")
        self.chain = chain
        self._genesis = genesis
        self._batch = batch
        self._transport = Transport(url, limits)
        self._provider = ReadOnlyProvider(self._transport)
        self._web3 = Web3(self._provider, middleware=[])
        self._is_checked = False
        self._batches: dict[str, Batches] = {}
        # By method: whether the node takes a block as an object (EIP-1898).
        self._takes_objects: dict[str, bool] = {}

    @property
    def origin(self) -> str:
        """Name the endpoint without its secrets."""
        return self._transport.origin

    def require_chain(self) -> None:
        """Compare the chain id, and the genesis hash if one is pinned, once. Raises: SourceError."""
        if self._is_checked:
            return
        number = self.read("eth_chainId", read_quantity, self.ask("eth_chainId"))
        if str(number) != self.chain.reference:
            raise IncapableError(f"{self.origin}: it serves eip155:{number}, not {self.chain}")
        if self._genesis is not None and self.header(0).hash != self._genesis:
            raise IncapableError(f"{self.origin}: its genesis block is not the pinned one of {self.chain}")
        self._is_checked = True

    def ask(self, method: str, *parameters: object) -> Any:
        """Ask one question. Raises: SourceError."""
        return self._web3.manager.request_blocking(RPCEndpoint(method), list(parameters))

    def ask_many(self, method: str, questions: Sequence[Question]) -> Iterator[list[object]]:
        """Ask many questions; yield the results of batch after batch. Raises: SourceError."""
        return self._sized(method).each(questions, lambda some: self._told(method, some, _failing))

    def ask_at(
        self, method: str, block: BlockRef, questions: Sequence[Question], *after: object
    ) -> Iterator[list[object]]:
        """Ask many questions at one block, by its hash; yield the results of batch after batch.

        The block stands behind the parameters of each question, `after` behind the block. The node is asked to refuse
        a block that is not canonical (EIP-1898); one that does not understand that is asked by the bare hash.
        Raises: SourceError.
        """
        return self._sized(method).each(questions, lambda some: self._told_at(method, block, some, after, _failing))

    def call_at(self, block: BlockRef, questions: Sequence[Question], *after: object) -> Iterator[list[object]]:
        """Ask like `ask_at` for what calls give; a RevertedError stands for one that reverts. Raises: SourceError."""
        told = self._told_at
        return self._sized("eth_call").each(questions, lambda some: told("eth_call", block, some, after, _kept))

    def header(self, number: int) -> Header:
        """Return the header that the node now has at `number`. Raises: SourceError."""
        return self._numbered(self.ask("eth_getBlockByNumber", hex(number), False), number)

    def headers(self, numbers: Sequence[int]) -> Iterator[Header]:
        """Yield the headers that the node now has at `numbers`. Raises: SourceError."""
        wanted = iter(numbers)
        for answers in self.ask_many("eth_getBlockByNumber", [[hex(number), False] for number in numbers]):
            yield from (self._numbered(answer, next(wanted)) for answer in answers)

    def tagged(self, name: str) -> Header:
        """Return the header that the node has under a name such as `finalized`. Raises: SourceError."""
        return self._header_in(self.ask("eth_getBlockByNumber", name, False), name)

    def read(self, question: str, read: Callable[..., Read], *answer: object) -> Read:
        """Return what `read` makes of an answer. Raises: SourceError that names the node, for what it refuses."""
        try:
            return read(*answer)
        except DisagreementError as error:
            raise DisagreementError(f"{self.origin}: {error}") from error
        except (FormatError, EvidenceError) as error:
            raise UnavailableError(f"{self.origin}: {question}: unusable answer: {error}") from error

    def address(self, text: str) -> str:
        """Return an address, in lower case, of the chain. Raises: FormatError."""
        return ChainAccount.parse(f"{self.chain}:{text}").address

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def _sized(self, method: str) -> Batches:
        return self._batches.setdefault(method, Batches(self._batch))

    def _told_at(
        self,
        method: str,
        block: BlockRef,
        questions: Sequence[Question],
        after: Question,
        outcome: Outcome,
    ) -> list[object]:
        named = "0x" + block.hash.hex()
        before = self._takes_objects.get(method)
        at = named if before is False else {"blockHash": named, "requireCanonical": True}
        try:
            answers = self._told(method, [[*question, at, *after] for question in questions], outcome)
        except ParametersRefusedError:
            if before is not None:
                raise
            if len(questions) > 1:
                # The form or the batch may be what the node does not take: one question alone tells.
                self._told_at(method, block, questions[:1], after, outcome)
                return self._told_at(method, block, questions, after, outcome)
            answers = self._told_bare(method, [*questions[0], named, *after], outcome)
            at = named
        self._takes_objects[method] = at != named
        return answers

    def _told_bare(self, method: str, question: Question, outcome: Outcome) -> list[object]:
        try:
            return self._told(method, [question], outcome)
        except ParametersRefusedError as error:
            # Neither form is understood: fewer questions at once would not be either.
            raise IncapableError(str(error)) from error

    def _told(self, method: str, questions: Sequence[Question], outcome: Outcome) -> list[object]:
        if len(questions) > 1:
            return [outcome(each) for each in self._provider.outcomes(method, questions)]
        try:
            return [self.ask(method, *questions[0])]
        except RevertedError as error:
            return [outcome(error)]

    def _numbered(self, answer: object, number: int) -> Header:
        header = self._header_in(answer, str(number))
        if header.number != number:
            raise UnavailableError(f"{self.origin}: asked for block {number}, it answers {header.number}")
        return header

    def _header_in(self, answer: object, name: str) -> Header:
        if answer is None:
            raise UnavailableError(f"{self.origin}: it has no block {name}")
        return self.read(f"block {name}", read_header, answer)


def _kept(outcome: object) -> object:
    return outcome


def _failing(outcome: object) -> object:
    if isinstance(outcome, RevertedError):
        raise outcome
    return outcome
