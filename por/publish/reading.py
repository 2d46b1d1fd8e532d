"""Ask contracts questions that nobody pays for."""

from typing import Any, Protocol

from por.chains.publishing_provider import RuledOutError
from por.chains.transport import DEFAULT_LIMITS, Limits
from por.errors import PublishError
from por.model import ChainAccount, ChainId
from por.publish.contracts import Artifact, artifact, decode_error, decode_output, encode_call
from por.publish.node import Node


class Reading(Protocol):
    """Read contracts of one chain as they stand after one block, the newest or the last finalized."""

    chain: ChainId

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None) -> bytes:
        """Return what a call returns. Raises: PublishError when it reverts; SourceError."""

    def code(self, address: str) -> bytes:
        """Return the code at an address. Raises: SourceError."""


class ContractReader:
    """Read contracts after the newest block, through one node, as nobody in particular or in an account's name."""

    def __init__(self, chain: ChainId, url: str, sender: str | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        """Keep the arguments; nothing is sent yet. Raises: FormatError."""
        self.chain = chain
        self._sender = sender
        self._node = Node(chain, url, limits)

    def read(self, to: str, data: bytes, *, contract: Artifact | None = None) -> bytes:
        """Return what a call returns. Raises: PublishError when it reverts; SourceError."""
        try:
            return self._node.call(self._sender, ChainAccount.parse(f"{self.chain}:{to}").address, data)
        except RuledOutError as error:
            raise PublishError(f"a call of {to} reverts: {revert_reason(error, contract)}") from error

    def code(self, address: str) -> bytes:
        """Return the code at an address. Raises: SourceError."""
        return self._node.code(ChainAccount.parse(f"{self.chain}:{address}").address)

    def close(self) -> None:
        """Close idle connections."""
        self._node.close()


def revert_reason(error: RuledOutError, contract: Artifact | None) -> str:
    """Say why a call reverted: by the name of the contract's error, else in the node's words."""
    return decode_error(contract, error.data) if error.data or error.code == 3 else error.words


def ask(reading: Reading, name: str, place: str, function: str, *args: object) -> tuple[Any, ...]:
    """Return what a function of the contract `name` at an address answers.

    Raises: PublishError when it reverts; SourceError, also where no such contract stands.
    """
    contract = artifact(name)
    answer = reading.read(place, encode_call(contract, function, args), contract=contract)
    return decode_output(contract, function, answer)
