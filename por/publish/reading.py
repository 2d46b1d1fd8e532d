"""Ask contracts questions that nobody pays for."""

from typing import Any, Protocol

from por.chains.publishing_provider import RuledOutError
from por.chains.transport import DEFAULT_LIMITS, Limits
from por.errors import PublishError
from por.model import ChainAccount, ChainId
from por.publish.contracts import Artifact, artifact, decode_error, decode_output, encode_call
from por.publish.node import Node


class Reading(Protocol):
    """Read contracts of one chain; `por.publish.transactions.Wallet` does it too."""

    chain: ChainId

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None) -> bytes:
        """Return what a call returns after the newest block. Raises: PublishError when it reverts; SourceError."""

    def code(self, address: str) -> bytes:
        """Return the code at an address after the newest block. Raises: SourceError."""


class ContractReader:
    """Read contracts through one node, as nobody in particular or in the name of an account."""

    def __init__(self, chain: ChainId, url: str, sender: str | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        """Keep the arguments; nothing is sent yet. Raises: FormatError."""
        self.chain = chain
        self._sender = sender
        self._node = Node(chain, url, limits)

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None) -> bytes:
        """Return what a call returns after the newest block. Raises: PublishError when it reverts; SourceError."""
        try:
            return self._node.call(self._sender, ChainAccount.parse(f"{self.chain}:{to}").address, data)
        except RuledOutError as error:
            reason = decode_error(contract, error.data) if error.data or error.code == 3 else error.words
            raise PublishError(f"a call of {to} reverts: {reason}") from error

    def code(self, address: str) -> bytes:
        """Return the code at an address after the newest block. Raises: SourceError."""
        return self._node.code(ChainAccount.parse(f"{self.chain}:{address}").address)

    def close(self) -> None:
        """Close idle connections."""
        self._node.close()


def ask(reading: Reading, name: str, place: str, function: str, *args: object) -> tuple[Any, ...]:
    """Return what a function of the contract `name` at an address answers.

    Raises: PublishError when it reverts; SourceError, also where no such contract stands.
    """
    contract = artifact(name)
    answer = reading.read(place, encode_call(contract, function, args), contract=contract)
    return decode_output(contract, function, answer)
