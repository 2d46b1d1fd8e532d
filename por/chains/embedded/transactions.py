"""Answer what wallets ask a node about transactions, calls, code, storage and logs of the embedded chain."""

from collections.abc import Callable, Mapping
from typing import Any

from por.chains.embedded.calls import called, estimated
from por.chains.embedded.parameters import data, fixed, quantity
from por.chains.embedded.pool import Pool, decoded
from por.chains.embedded.receipts import log_values, receipt_value
from por.chains.embedded.server import RefusedQuestionError
from por.chains.embedded.state import account_at, code_of, storage_at
from por.model import AccountState

TIP_WEI = 10**9

HeaderOf = Callable[[object], Any]


class TransactionAnswers:
    """Answer questions about one chain; `pool` holds what waits for the next block.

    `chain` returns py-evm's chain, and `header_of` the header of a block that a question names.
    """

    def __init__(self, chain: Callable[[], Any], header_of: HeaderOf) -> None:
        """Begin with nothing waiting."""
        self.pool = Pool()
        self._chain = chain
        self._header_of = header_of
        # Each question with the kinds of parameters it must have, and how many more it may have.
        self._questions: dict[str, tuple[Callable[..., object], tuple[type, ...], int]] = {
            "eth_sendRawTransaction": (self._send, (str,), 0),
            "eth_getTransactionReceipt": (self._receipt, (str,), 0),
            "eth_getTransactionCount": (self._count, (str,), 1),
            "eth_estimateGas": (self._estimate, (dict,), 1),
            "eth_gasPrice": (self._price, (), 0),
            "eth_maxPriorityFeePerGas": (lambda: hex(TIP_WEI), (), 0),
            "eth_call": (self._call, (dict,), 2),
            "eth_getCode": (self._code, (str,), 1),
            "eth_getStorageAt": (self._storage, (str, str), 1),
            "eth_getLogs": (self._logs, (dict,), 0),
        }

    @property
    def methods(self) -> frozenset[str]:
        """Name the questions."""
        return frozenset(self._questions)

    def answer(self, method: str, parameters: list[object]) -> object:
        """Answer one question. Raises: RefusedQuestionError."""
        question, kinds, more = self._questions[method]
        fits = all(isinstance(value, kind) for value, kind in zip(parameters, kinds, strict=False))
        if not fits or not len(kinds) <= len(parameters) <= len(kinds) + more:
            raise RefusedQuestionError(-32602, "invalid params")
        return question(*parameters)

    def _send(self, raw: str) -> str:
        transaction = decoded(data(raw), self._chain())
        self.pool.add(transaction, self._chain())
        named: bytes = transaction.hash
        return "0x" + named.hex()

    def _receipt(self, named: str) -> object:
        return receipt_value(self._chain(), fixed(named, 32))

    def _count(self, address: str, block: object = "latest") -> str:
        account = fixed(address, 20)
        nonce = self._account(account, block).nonce
        return hex(self.pool.next_nonce(account, nonce) if block == "pending" else nonce)

    def _estimate(self, call: Mapping[str, object], block: object = "latest") -> str:
        return hex(estimated(self._chain(), self._header_of(block), call))

    def _price(self) -> str:
        return hex(self._chain().header.base_fee_per_gas + TIP_WEI)

    def _call(self, call: Mapping[str, object], block: object = "latest", overrides: object = None) -> str:
        return "0x" + called(self._chain(), self._header_of(block), call, overrides).hex()

    def _code(self, address: str, block: object = "latest") -> str:
        return "0x" + code_of(self._nodes, self._account(fixed(address, 20), block)).hex()

    def _storage(self, address: str, key: str, block: object = "latest") -> str:
        account = self._account(fixed(address, 20), block)
        word = storage_at(self._nodes, account.storage_root, quantity(key).to_bytes(32, "big"))
        return "0x" + word.to_bytes(32, "big").hex()

    def _logs(self, wanted: Mapping[str, object]) -> object:
        if "blockHash" in wanted:
            number = self._header_of(wanted["blockHash"]).block_number
            return log_values(self._chain(), range(number, number + 1), wanted)
        first = self._header_of(wanted.get("fromBlock", "latest")).block_number
        last = self._header_of(wanted.get("toBlock", "latest")).block_number
        if first > last:
            raise RefusedQuestionError(-32602, "invalid block range params")
        return log_values(self._chain(), range(first, last + 1), wanted)

    @property
    def _nodes(self) -> Mapping[bytes, bytes]:
        nodes: Mapping[bytes, bytes] = self._chain().chaindb.db
        return nodes

    def _account(self, address: bytes, block: object) -> AccountState:
        return account_at(self._nodes, self._header_of(block).state_root, address)
