"""Deploys compiled contracts on a test chain, calls them, and reads why a call reverted."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import decode
from eth_tester.exceptions import TransactionFailed
from eth_utils.abi import function_abi_to_4byte_selector
from eth_utils.address import to_checksum_address
from web3 import EthereumTesterProvider, HTTPProvider, Web3
from web3.contract import Contract
from web3.contract.contract import ContractEvent, ContractFunction
from web3.exceptions import ContractLogicError
from web3.types import TxReceipt

FOLDER = Path(__file__).resolve().parent
ARTIFACTS = (FOLDER.parent.parent / "contracts" / "artifacts", FOLDER / "artifacts")
GAS = 3_000_000
DEPLOYMENT_GAS = 12_000_000

_BUILT_IN: dict[bytes, tuple[str, tuple[str, ...]]] = {
    bytes.fromhex("08c379a0"): ("Error", ("string",)),
    bytes.fromhex("4e487b71"): ("Panic", ("uint256",)),
}


class Chain:
    """Hold one test chain that mines a block for each transaction; senders are numbered from 0."""

    def __init__(self, name: str, w3: Web3) -> None:
        self.name = name
        self.w3 = w3
        self.accounts: Sequence[str] = w3.eth.accounts
        w3.eth.default_account = w3.eth.accounts[0]
        # They ask the chain again and again what these tests know.
        for middleware in ("gas_price_strategy", "ens_name_to_address", "validation"):
            w3.middleware_onion.remove(middleware)

    def deploy(self, name: str, *arguments: object, sender: int = 0, gas: int = DEPLOYMENT_GAS) -> Any:
        """Deploy the contract whose artifact has this name."""
        compiled = artifact(name)
        factory = self.w3.eth.contract(abi=compiled["abi"], bytecode=compiled["bytecode"])
        call = factory.constructor(*arguments)
        sent = call.transact({"from": self.accounts[sender], "gas": gas})
        receipt = self.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        assert receipt["status"] == 1, f"the deployment of {name} reverted"
        return self.w3.eth.contract(address=receipt["contractAddress"], abi=compiled["abi"])

    def at(self, name: str, address: str) -> Contract:
        """Speak to what already stands at an address."""
        return self.w3.eth.contract(address=to_checksum_address(address), abi=artifact(name)["abi"])

    def send(self, call: ContractFunction, *, sender: int = 0, gas: int = GAS) -> TxReceipt:
        """Put a call into a block and require its success."""
        sent = call.transact({"from": self.accounts[sender], "gas": gas})
        receipt = self.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        assert receipt["status"] == 1, f"{call.fn_name} reverted"
        return receipt

    def pay(self, address: str, wei: int, *, sender: int = 0) -> None:
        """Send coins to an account."""
        transaction = {"from": self.accounts[sender], "to": to_checksum_address(address), "value": wei, "gas": 21_000}
        self.w3.eth.wait_for_transaction_receipt(self.w3.eth.send_transaction(transaction), poll_latency=0.01)  # type: ignore[arg-type]

    def ask(self, call: ContractFunction, *, sender: int = 0, gas: int = GAS) -> Any:
        """Evaluate a call without sending it."""
        return call.call({"from": self.accounts[sender], "gas": gas})

    @property
    def now(self) -> int:
        """Tell the time of the newest block."""
        return self.w3.eth.get_block("latest")["timestamp"]

    def warp(self, timestamp: int) -> None:
        """Mine an empty block at a later instant."""
        if self.name == "tester":
            self._tester.time_travel(timestamp)
            self._tester.mine_block()
        else:
            self._ask("evm_setNextBlockTimestamp", timestamp)
            self._ask("evm_mine")

    def wait(self, seconds: int) -> None:
        """Mine an empty block at least so much later than the newest one."""
        # eth-tester gives its pending block the time of the machine, which a short wait may not reach.
        pending = self.w3.eth.get_block("pending")["timestamp"] if self.name == "tester" else 0
        self.warp(max(self.now + seconds, pending))

    def mine(self, count: int = 1) -> None:
        """Mine empty blocks."""
        if self.name == "tester":
            self._tester.mine_blocks(count)
        else:
            self._ask("anvil_mine", hex(count))

    @contextmanager
    def rewound(self) -> Iterator[None]:
        """Undo at the end whatever happens inside."""
        mark = self._tester.take_snapshot() if self.name == "tester" else self._ask("evm_snapshot")
        try:
            yield
        finally:
            if self.name == "tester":
                self._tester.revert_to_snapshot(mark)
            else:
                self._ask("evm_revert", mark)

    @property
    def _tester(self) -> Any:
        assert isinstance(self.w3.provider, EthereumTesterProvider)
        return self.w3.provider.ethereum_tester

    def _ask(self, method: str, *parameters: object) -> Any:
        answer = self.w3.provider.make_request(method, list(parameters))  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]


def tester_chain() -> Chain:
    """Start web3's tester: Prague rules, in this process."""
    return Chain("tester", Web3(EthereumTesterProvider()))


def anvil_chain(url: str) -> Chain:
    """Speak to a running anvil."""
    return Chain("anvil", Web3(HTTPProvider(url, request_kwargs={"timeout": 120})))


@cache
def artifact(name: str) -> dict[str, Any]:
    """Read a compiled contract: one of the project's own, or one that only tests use."""
    for folder in ARTIFACTS:
        path = folder / f"{name}.json"
        if path.is_file():
            compiled: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return compiled
    raise FileNotFoundError(f"{name} is not compiled: run scripts/build_contracts")


def events(event: ContractEvent, receipt: TxReceipt) -> list[dict[str, Any]]:
    """Return the arguments of all such events that the event's own contract emitted in a transaction."""
    own = [log for log in receipt["logs"] if log["address"] == event.address]
    topic = Web3.keccak(text=event.signature)
    return [dict(event.process_log(log)["args"]) for log in own if log["topics"][0] == topic]


class RawCall:
    """Call a contract with bytes that no encoder would write."""

    fn_name = "the call"

    def __init__(self, contract: Any, data: bytes | bytearray) -> None:
        self.contract = contract
        self.data = data

    def call(self, transaction: Any) -> bytes:
        """Evaluate the call."""
        data = "0x" + self.data.hex()
        answer: bytes = self.contract.w3.eth.call({**transaction, "to": self.contract.address, "data": data})
        return answer


def assert_reverts(
    call: ContractFunction | RawCall, expected: str, *, sender: str | None = None, gas: int = GAS
) -> None:
    """Require that a call reverts with `Name(1,0xab…,true)`, with `Name` and whatever arguments, or with nothing: ``.

    Integers stand in decimal, bytes in lower-case hexadecimal, addresses with their checksum, without spaces.
    """
    reason = revert_reason(call, sender=sender, gas=gas)
    assert reason is not None, f"{call.fn_name} did not revert; expected {expected}"
    assert expected in {reason, reason.partition("(")[0]}, f"{call.fn_name} reverted with {reason}, not {expected}"


def revert_reason(call: ContractFunction | RawCall, *, sender: str | None = None, gas: int = GAS) -> str | None:
    """Return how a call reverts, written as for `assert_reverts`; None when it does not."""
    transaction = {"gas": gas} | ({"from": sender} if sender else {})
    try:
        call.call(transaction)  # type: ignore[arg-type]
    except TransactionFailed as error:
        return _written(_tester_data(str(error.args[0])))
    except ContractLogicError as error:
        data = error.data
        return _written(bytes.fromhex(data.removeprefix("0x")) if isinstance(data, str) else b"")
    return None


def _tester_data(message: str) -> bytes | str:
    """Read the revert bytes, which the tester only tells in words."""
    words = message.removeprefix("execution reverted: ")
    if words.startswith(("b'", 'b"')):
        data: bytes = ast.literal_eval(words)
        return data
    return words


def _written(data: bytes | str) -> str:
    if isinstance(data, str):
        return data
    if not data:
        return ""
    known = _errors().get(data[:4])
    if known is None:
        return "0x" + data.hex()
    name, types = known
    return f"{name}({','.join(map(_value, types, decode(types, data[4:])))})"


def _value(kind: str, value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, bool):
        return str(value).lower()
    return to_checksum_address(value) if kind == "address" and isinstance(value, str) else str(value)


@cache
def _errors() -> dict[bytes, tuple[str, tuple[str, ...]]]:
    found: dict[bytes, tuple[str, tuple[str, ...]]] = dict(_BUILT_IN)
    for path in sorted(path for folder in ARTIFACTS for path in folder.glob("*.json")):
        for entry in json.loads(path.read_text("utf-8"))["abi"]:
            if entry["type"] == "error":
                types = tuple(item["type"] for item in entry["inputs"])
                found[function_abi_to_4byte_selector(entry)] = (entry["name"], types)
    return found
