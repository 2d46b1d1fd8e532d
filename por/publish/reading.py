"""Ask contracts questions that nobody pays for."""

from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol, TypeVar

from eth_utils.crypto import keccak

from por.chains.publishing_provider import RuledOutError
from por.chains.transport import DEFAULT_LIMITS, Limits
from por.errors import DisagreementError, FormatError
from por.model import ChainAccount, ChainId, Header
from por.publish.contracts import Artifact, RevertedError, decode_error
from por.publish.node import Node

Answer = TypeVar("Answer")

MAX_LAG = 300  # seconds


class Reading(Protocol):
    """Read contracts of one chain as they stand after one block, the newest or the last finalized."""

    chain: ChainId

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None) -> bytes:
        """Return what a call returns. Raises: PublishError when it reverts; SourceError."""

    def code(self, address: str) -> bytes:
        """Return the code at an address. Raises: SourceError."""


class ContractReader:
    """Read contracts after one block, as nobody in particular or in an account's name, at nodes that must agree.

    The block is the newest that all nodes have when the first question is asked.
    """

    def __init__(self, chain: ChainId, *urls: str, sender: str | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        """Keep the arguments; nothing is sent yet. Raises: FormatError, also for one origin twice."""
        self.chain = chain
        self._sender = sender
        self._nodes = [Node(chain, url, limits) for url in urls]
        self._block: Header | None = None
        origins = [node.origin for node in self._nodes]
        for origin in origins:
            if origins.count(origin) > 1:
                raise FormatError(f"{origin} is given twice; two URLs of one origin are not independent sources")

    @property
    def block(self) -> Header:
        """Name the block. Raises: SourceError; DisagreementError when the nodes do not have one chain, or one lags."""
        if self._block is None:
            newest = [node.header("latest") for node in self._nodes]
            lowest, highest = (pick(newest, key=lambda header: header.number) for pick in (min, max))
            if highest.timestamp - lowest.timestamp > MAX_LAG:
                self._refuse("the newest block", [str(header.number) for header in newest], "; one lags behind")
            self._block = self._agreed(
                f"block {lowest.number}",
                lambda node: lowest if len(newest) == 1 else node.header(hex(lowest.number)),
                lambda header: f"0x{header.hash.hex()}",
            )
        return self._block

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None) -> bytes:
        """Return what a call returns, at all nodes the same.

        Raises: PublishError when it reverts; SourceError; DisagreementError naming who says what.
        """
        place, number = ChainAccount.parse(f"{self.chain}:{to}").address, self.block.number

        def called(node: Node) -> tuple[bytes, str]:
            try:
                return node.call(self._sender, place, data, hex(number)), ""
            except RuledOutError as error:
                return b"", revert_reason(error, contract)

        # How a revert is told differs from node to node.
        said = [(called(node), node) for node in self._nodes]
        reverts = [answer[1] for answer, _ in said if answer[1]]
        if len(reverts) == len(said):
            raise RevertedError(f"a call of {to} reverts", reverts[0])
        answers = {node.origin: answer for answer, node in said}
        return self._agreed(
            f"a call of {to} after block {number}",
            lambda node: answers[node.origin],
            lambda answer: f"it reverts: {answer[1]}" if answer[1] else f"0x{answer[0].hex()}",
        )[0]

    def code(self, address: str) -> bytes:
        """Return the code at an address, at all nodes the same. Raises: SourceError; DisagreementError."""
        place, number = ChainAccount.parse(f"{self.chain}:{address}").address, self.block.number
        return self._agreed(
            f"the code of {address} after block {number}",
            lambda node: node.code(place, hex(number)),
            lambda code: f"{len(code)} bytes with the hash 0x{keccak(code).hex()}",
        )

    def close(self) -> None:
        """Close idle connections."""
        for node in self._nodes:
            node.close()

    def _agreed(self, subject: str, question: Callable[[Node], Answer], show: Callable[[Answer], str]) -> Answer:
        said = [question(node) for node in self._nodes]
        if any(answer != said[0] for answer in said):
            self._refuse(subject, [show(answer) for answer in said])
        return said[0]

    def _refuse(self, subject: str, said: Sequence[str], why: str = "") -> NoReturn:
        versions = "; ".join(f"{node.origin} says {words}" for node, words in zip(self._nodes, said, strict=True))
        raise DisagreementError(f"{subject}, of {self.chain}: {versions}{why}")


def revert_reason(error: RuledOutError, contract: Artifact | None) -> str:
    """Say why a call reverted: by the name of the contract's error, else in the node's words."""
    return decode_error(contract, error.data) if error.data or error.code == 3 else error.words
