"""List the questions that publishing needs, send no other, and send none to a node of another chain."""

from collections.abc import Mapping, Sequence
from typing import Any

from web3.types import RPCEndpoint, RPCResponse

from por.chains.checked_provider import CheckedProvider
from por.chains.evm_answers import read_quantity
from por.chains.transport import Transport
from por.errors import FormatError, IncapableError, SourceError, UnavailableError
from por.model import ChainId, printable

PUBLISHING_METHODS = frozenset(
    {
        "eth_call",
        "eth_chainId",
        "eth_estimateGas",
        "eth_gasPrice",
        "eth_getBlockByNumber",
        "eth_getCode",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
        "eth_maxPriorityFeePerGas",
        "eth_sendRawTransaction",
    }
)

_MAX_WORDS = 300
# Refused by the chain's rules: a revert (3), and what nodes answer for a transaction that no block can take.
_RULED_OUT = frozenset({3, -32000, -32003, -32010, -32015})


class RuledOutError(UnavailableError):
    """Report what a node says against a call or a transaction: its words, and the data of a revert or none."""

    def __init__(self, place: str, code: int, words: str, data: bytes) -> None:
        """Keep what was said apart from where."""
        super().__init__(f"{place}: {words}")
        self.code = code
        self.words = words
        self.data = data


class PublishingProvider(CheckedProvider):
    """Send what publishing needs, after the node named the right chain (T53).

    A transaction may be sent twice where the connection breaks: the second is then already known.
    """

    methods = PUBLISHING_METHODS
    may_be_null = frozenset({"eth_getBlockByNumber", "eth_getTransactionReceipt"})

    def __init__(self, transport: Transport, chain: ChainId) -> None:
        """Send over `transport` to a node of `chain`. Raises: FormatError for a chain of another kind."""
        if chain.namespace != "eip155":
            raise FormatError(f"{chain} is not an EVM chain: nothing can be published there")
        super().__init__(transport)
        self._chain = chain
        self._is_checked = False

    def ask(self, method: str, *parameters: object) -> object:
        """Return the result of one question.

        Raises: RuledOutError when the node says that the chain's rules forbid it; any other SourceError.
        """
        return self.make_request(RPCEndpoint(method), list(parameters))["result"]

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Ask one question. Raises: as `ask`; LookupError for a method that is not on the list (T66)."""
        if method in self.methods:
            self._require_chain()
        return super().make_request(method, params)

    def make_batch_request(self, requests: Sequence[tuple[RPCEndpoint, Any]]) -> list[RPCResponse]:
        """Ask many questions at once. Raises: as `make_request`."""
        if all(method in self.methods for method, _ in requests):
            self._require_chain()
        return super().make_batch_request(requests)

    def _require_chain(self) -> None:
        if self._is_checked:
            return
        try:
            number = read_quantity(super().make_request(RPCEndpoint("eth_chainId"), [])["result"])
        except FormatError as error:
            raise self._unusable(f"a chain id that is {error}") from error
        if str(number) != self._chain.reference:
            raise IncapableError(
                f"{self._transport.origin}: it serves eip155:{number}, not {self._chain}; nothing was sent to it"
            )
        self._is_checked = True

    def _refusal(self, place: str, error: object) -> SourceError:
        code = error.get("code") if isinstance(error, dict) else None
        if not isinstance(error, dict) or type(code) is not int or code not in _RULED_OUT:
            return super()._refusal(place, error)
        message = error.get("message")
        words = printable(self._transport.redact(message if isinstance(message, str) else ""))[:_MAX_WORDS]
        return RuledOutError(place, code, words, _revert_data(error))


def _revert_data(error: Mapping[str, object]) -> bytes:
    data = error.get("data")
    if isinstance(data, dict):
        data = data.get("data")
    try:
        return bytes.fromhex(data.removeprefix("Reverted ").removeprefix("0x")) if isinstance(data, str) else b""
    except ValueError:
        return b""
