"""Put typed questions to the node that publishes for us."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from por.chains.evm_answers import read_header, read_quantity
from por.chains.publishing_provider import PublishingProvider
from por.chains.transport import Limits, Transport
from por.encoding.reader import Reader
from por.errors import EvidenceError, FormatError, IncapableError, UnavailableError
from por.model import BlockRef, ChainId, Header
from por.publish.receipts import Receipt, read_receipt

MAX_DATA = 2**20
MAX_WEI = 2**128

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Market:
    """Hold what gas costs now, in wei per gas: the base fee that is burnt, and the tip that the node suggests."""

    base: int
    tip: int


class Node:
    """Ask one JSON-RPC endpoint of one chain; every method raises SourceError.

    RuledOutError among them is a refusal by the chain's rules.
    """

    def __init__(self, chain: ChainId, url: str, limits: Limits) -> None:
        """Keep the arguments; nothing is sent yet. Raises: FormatError."""
        self._transport = Transport(url, limits)
        self._provider = PublishingProvider(self._transport, chain)

    @property
    def origin(self) -> str:
        """Name the endpoint without its secrets."""
        return self._transport.origin

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def nonce(self, address: str) -> int:
        """Return the nonce after the newest block; what waits in the node's pool is not counted."""
        return self._quantity("eth_getTransactionCount", address, "latest")

    def market(self) -> Market:
        """Return what gas costs in the newest block."""
        answer = self._provider.ask("eth_getBlockByNumber", "latest", False)
        header = answer if isinstance(answer, dict) else {}
        base = self._read("baseFeePerGas", read_quantity, header.get("baseFeePerGas"))
        try:
            tip = self._quantity("eth_maxPriorityFeePerGas")
        except IncapableError:
            tip = max(0, self._quantity("eth_gasPrice") - base)
        if max(base, tip) > MAX_WEI:
            raise UnavailableError(f"{self.origin}: it names a price of gas that nobody could pay")
        return Market(base, tip)

    def block(self, tag: str) -> BlockRef | None:
        """Return the block with this tag or number, or None; its hash is computed here."""
        answer = self._provider.ask("eth_getBlockByNumber", tag, False)
        return None if answer is None else self._read(f"block {tag}", read_header, answer).ref

    def header(self, tag: str) -> Header:
        """Return the header of the block with this tag or number; its hash is computed here."""
        answer = self._provider.ask("eth_getBlockByNumber", tag, False)
        if answer is None:
            raise UnavailableError(f"{self.origin}: it has no block {tag}: it is not synchronised")
        return self._read(f"block {tag}", read_header, answer)

    def call(self, sender: str | None, to: str | None, data: bytes, block: str = "latest") -> bytes:
        """Return what a call returns on the state after a block."""
        return self._data("eth_call", _message(sender, to, data), block)

    def code(self, address: str, block: str = "latest") -> bytes:
        """Return the code at an address after a block."""
        return self._data("eth_getCode", address, block)

    def gas(self, sender: str, to: str | None, data: bytes) -> int:
        """Return the gas that a transaction would use."""
        return self._quantity("eth_estimateGas", _message(sender, to, data))

    def send(self, raw: bytes) -> None:
        """Hand a signed transaction over."""
        self._provider.ask("eth_sendRawTransaction", "0x" + raw.hex())

    def receipt(self, transaction: bytes) -> tuple[Receipt, bool] | None:
        """Return the receipt of a transaction and whether it succeeded, or None when it stands in no block."""
        answer = self._provider.ask("eth_getTransactionReceipt", "0x" + transaction.hex())
        return (
            None if answer is None else self._read("a receipt", lambda value: read_receipt(value, transaction), answer)
        )

    def _quantity(self, method: str, *parameters: object) -> int:
        return self._read(method, read_quantity, self._provider.ask(method, *parameters))

    def _data(self, method: str, *parameters: object) -> bytes:
        answer = self._provider.ask(method, *parameters)
        return self._read(method, lambda value: Reader(value).data(0, MAX_DATA), answer)

    def _read(self, question: str, read: Callable[[object], Read], answer: object) -> Read:
        try:
            return read(answer)
        except (EvidenceError, FormatError) as error:
            raise UnavailableError(f"{self.origin}: {question}: unusable answer: {error}") from error


def _message(sender: str | None, to: str | None, data: bytes) -> dict[str, str]:
    members = {"from": sender, "to": to, "data": "0x" + data.hex()}
    return {name: value for name, value in members.items() if value is not None}
