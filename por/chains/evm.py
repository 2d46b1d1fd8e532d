"""Ask an EVM node, over web3, for headers and state proofs; every header is hashed here.

What one node says of its chain is only as good as the node: `QuorumSource` compares several. What it proves
is checked by `por.proofs` against a header, whoever delivered it.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from web3 import Web3
from web3.types import RPCEndpoint

from por.chains.bulk import Progress, ProofRequest
from por.chains.evm_answers import read_header, read_proof, read_quantity
from por.chains.read_only_provider import ReadOnlyProvider
from por.chains.rpc_errors import ParametersRefusedError
from por.chains.transport import DEFAULT_LIMITS, Limits, Transport
from por.errors import DisagreementError, EvidenceError, FormatError, IncapableError, UnavailableError
from por.model import AccountProof, BlockRef, ChainAccount, ChainId, Header

Read = TypeVar("Read")


class EvmSource:
    """Be a `Source` on one JSON-RPC endpoint, named by its origin.

    The chain id, and the genesis hash if one is given, are compared before the first question (T53). The last
    finalized block is asked for once and kept; headers are asked for again each time, so that a chain which
    changes under a run is seen to (T56). `batch` is the number of proofs asked for in one request.
    """

    def __init__(
        self,
        chain: ChainId,
        url: str,
        *,
        genesis: bytes | None = None,
        limits: Limits = DEFAULT_LIMITS,
        batch: int = 20,
    ) -> None:
        """Keep the arguments; nothing is sent yet.

        Raises: FormatError for a chain of another kind, or for what is no URL.
        """
        if chain.namespace != "eip155":
            raise FormatError(f"{chain} is not an EVM chain; sources of EVM chains are named eip155:…")
        self._chain = chain
        self._genesis = genesis
        self._batch = batch
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
            self._finalized = self._header("finalized").ref
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
        if len(calls) == 1:
            return [self._ask("eth_getProof", *calls[0])]
        answers = self._provider.make_batch_request([(RPCEndpoint("eth_getProof"), call) for call in calls])
        return [answer["result"] for answer in answers]

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
        header = self._header(hex(number))
        if header.number != number:
            raise UnavailableError(f"{self._transport.origin}: asked for block {number}, it answers {header.number}")
        return header

    def _header(self, tag: str) -> Header:
        value = self._ask("eth_getBlockByNumber", tag, False)
        shown = str(int(tag, 16)) if tag.startswith("0x") else tag
        if value is None:
            raise UnavailableError(f"{self._transport.origin}: it has no block {shown}")
        return self._read(f"block {shown}", read_header, value)

    def _ask(self, method: str, *parameters: object) -> Any:
        return self._web3.manager.request_blocking(RPCEndpoint(method), list(parameters))

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
