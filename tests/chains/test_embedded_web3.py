"""The embedded chain as web3.py sees it, and as a real node answers: the same client, the same members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import HTTPProvider, Web3
from web3.exceptions import ContractCustomError, ContractPanicError, TransactionNotFound, Web3RPCError

from por.chains.embedded.token import TOKEN_CREATION_CODE, transfer_data
from tests.chains.wallets import ALICE, rich_chain
from tests.components import RpcError, rpc, running_anvil
from tests.contracts.anchors import Entry
from tests.contracts.chain import artifact

# The first account of anvil's published test mnemonic.
ANVIL_RICH: LocalAccount = Account.from_key("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
TOTALS = [(b"\x01" * 32, 5, 6)]


@dataclass
class Wallet:
    """Sign with one account what web3 builds, and send it raw."""

    w3: Web3
    url: str
    account: LocalAccount

    def send(self, call: Any, **members: Any) -> Any:
        nonce = self.w3.eth.get_transaction_count(self.account.address)
        built = call.build_transaction({"from": self.account.address, "nonce": nonce, **members})
        sent = self.w3.eth.send_raw_transaction(self.account.sign_transaction(built).raw_transaction)
        return self.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)

    def deploy(self, name: str, *arguments: object) -> Any:
        compiled = artifact(name)
        receipt = self.send(
            self.w3.eth.contract(abi=compiled["abi"], bytecode=compiled["bytecode"]).constructor(*arguments)
        )
        assert receipt["status"] == 1
        return self.w3.eth.contract(address=receipt["contractAddress"], abi=compiled["abi"])

    @property
    def now(self) -> int:
        return self.w3.eth.get_block("latest")["timestamp"]


@pytest.fixture
def embedded() -> Iterator[Wallet]:
    with rich_chain(instant_mining=True).serve() as url:
        yield Wallet(Web3(HTTPProvider(url)), url, ALICE)


@pytest.fixture
def anvil() -> Iterator[Wallet]:
    with running_anvil("--hardfork", "prague") as url:
        yield Wallet(Web3(HTTPProvider(url)), url, ANVIL_RICH)


@pytest.fixture(params=["embedded", "anvil"])
def wallet(request: pytest.FixtureRequest) -> Wallet:
    lent: Wallet = request.getfixturevalue(request.param)
    return lent


def test_a_registry_is_deployed_anchored_in_and_read(wallet: Wallet) -> None:
    registry = wallet.deploy("ReserveRegistry")
    first, second = Entry(wallet.now - 1), Entry(wallet.now)
    wallet.send(registry.functions.anchor(first.values, TOTALS))
    receipt = wallet.send(registry.functions.anchor(second.values, TOTALS), gasPrice=3 * 10**9)
    (event,) = registry.events.Anchored().process_receipt(receipt)
    assert (event["args"]["issuer"], event["args"]["sequence"]) == (wallet.account.address, 2)
    logs = registry.events.Anchored().get_logs(from_block=0)
    assert [log["args"]["sequence"] for log in logs] == [1, 2]
    assert logs[1]["transactionHash"] == receipt["transactionHash"]
    identity, sequence, instant, anchored_at = registry.functions.head(wallet.account.address).call()
    assert (identity, sequence, instant) == (event["args"]["id"], 2, second.instant)
    assert anchored_at == wallet.w3.eth.get_block(receipt["blockNumber"])["timestamp"]
    before = registry.functions.head(wallet.account.address).call(block_identifier=receipt["blockNumber"] - 1)
    assert before[1] == 1
    assert wallet.w3.eth.get_storage_at(registry.address, 0) == bytes(32)


@pytest.mark.parametrize("asks", ["call", "estimate_gas"])
def test_a_custom_error_is_named(wallet: Wallet, asks: str) -> None:
    registry = wallet.deploy("ReserveRegistry")
    call = registry.functions.anchor(Entry(wallet.now, bundle_digest=bytes(32)).values, TOTALS)
    selector = "0x" + Web3.keccak(text="ZeroDigest()")[:4].hex().removeprefix("0x")
    with pytest.raises(ContractCustomError) as caught:
        getattr(call, asks)({"from": wallet.account.address})
    assert caught.value.data == selector


def test_a_panic_is_named(wallet: Wallet) -> None:
    wallet.w3.eth.default_account = wallet.account.address
    token = wallet.send(wallet.w3.eth.contract(abi=[], bytecode=TOKEN_CREATION_CODE).constructor())["contractAddress"]
    with pytest.raises(ContractPanicError, match="overflow"):
        wallet.w3.eth.call({"to": token, "data": Web3.to_hex(transfer_data("0x" + "b2" * 20, 1))})


def test_a_transaction_that_is_not_there_is_not_found(wallet: Wallet) -> None:
    with pytest.raises(TransactionNotFound):
        wallet.w3.eth.get_transaction_receipt("0x" + "11" * 32)  # type: ignore[arg-type]


def test_a_used_nonce_is_refused(wallet: Wallet) -> None:
    registry = wallet.deploy("ReserveRegistry")
    with pytest.raises(Web3RPCError, match="nonce too low"):
        wallet.send(registry.functions.anchor(Entry(wallet.now).values, TOTALS), nonce=0)


def test_the_largest_contract_is_created(embedded: Wallet) -> None:
    factory = artifact("ReserveFeedFactory")
    assert len(factory["bytecode"]) == max(
        len(artifact(name)["bytecode"]) for name in ("AttestationRegistry", "ReserveFeed", "ReserveFeedFactory")
    )
    attestations = embedded.deploy("AttestationRegistry").address
    registry = embedded.deploy("ReserveRegistry").address
    challenges = [embedded.deploy(name, registry).address for name in ("LiabilityProofs", "EvmReserveProof")]
    made = embedded.deploy("ReserveFeedFactory", registry, attestations, *challenges)
    assert len(embedded.w3.eth.get_code(made.address)) * 2 + 2 == len(factory["deployedBytecode"])


def kinds(value: object) -> object:
    """Tell the form of an answer: members, and of texts whether they are quantities or data of which length."""
    if isinstance(value, dict):
        return {name: kinds(member) for name, member in value.items()}
    if isinstance(value, list):
        return [kinds(member) for member in value]
    if isinstance(value, str) and value.startswith("0x"):
        # A quantity has no leading zeros; data of more than a word may be of any length.
        return "quantity" if len(value) < 42 else min(len(value), 67)
    return value


def told(wallet: Wallet) -> dict[str, Any]:
    """Ask one node everything that wallets ask."""
    url, address = wallet.url, wallet.account.address.lower()
    registry = wallet.deploy("ReserveRegistry")
    receipt = wallet.send(registry.functions.anchor(Entry(wallet.now).values, TOTALS))
    where = registry.address.lower()
    head = registry.functions.head(address_of(address))._encode_transaction_data()
    bad = registry.functions.anchor(Entry(0, bundle_digest=bytes(32)).values, [])._encode_transaction_data()
    sent = Web3.to_hex(receipt["transactionHash"])
    asked: dict[str, tuple[str, list[Any]]] = {
        "chain": ("eth_chainId", []),
        "receipt": ("eth_getTransactionReceipt", [sent]),
        "no receipt": ("eth_getTransactionReceipt", ["0x" + "11" * 32]),
        "nonce": ("eth_getTransactionCount", [address, "latest"]),
        "nonce to come": ("eth_getTransactionCount", [address, "pending"]),
        "gas": ("eth_estimateGas", [{"from": address, "to": where, "data": head}]),
        "price": ("eth_gasPrice", []),
        "tip": ("eth_maxPriorityFeePerGas", []),
        "call": ("eth_call", [{"to": where, "data": head}, "latest"]),
        "revert": ("eth_call", [{"to": where, "data": bad}, "latest"]),
        "revert of an estimate": ("eth_estimateGas", [{"from": address, "to": where, "data": bad}]),
        "code": ("eth_getCode", [where, "latest"]),
        "no code": ("eth_getCode", ["0x" + "d4" * 20, "latest"]),
        "word": ("eth_getStorageAt", [where, "0x0", "latest"]),
        "logs": ("eth_getLogs", [{"address": where, "fromBlock": "0x0", "toBlock": "latest"}]),
        "no logs": ("eth_getLogs", [{"address": address, "fromBlock": "0x0", "toBlock": "latest"}]),
    }
    answers: dict[str, Any] = {}
    for name, (method, parameters) in asked.items():
        try:
            answers[name] = rpc(url, method, *parameters)
        except RpcError as error:
            answers[name] = {key: error.args[0].get(key) for key in ("code", "data")}
    return answers


def address_of(text: str) -> str:
    return Web3.to_checksum_address(text)


# What anvil adds to what nodes have in common.
ANVILS_OWN = {"blobGasPrice", "blobGasUsed", "blockTimestamp"}


def trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: trimmed(member) for name, member in value.items() if name not in ANVILS_OWN}
    return [trimmed(member) for member in value] if isinstance(value, list) else value


def test_its_answers_have_the_form_of_a_real_nodes(embedded: Wallet, anvil: Wallet) -> None:
    mine, real = told(embedded), trimmed(told(anvil))
    for name, answer in real.items():
        assert kinds(mine[name]) == kinds(answer), name
    for name in ("revert", "revert of an estimate", "code", "word", "nonce", "nonce to come", "no code", "no logs"):
        assert mine[name] == real[name], name
    for name in ("gasUsed", "cumulativeGasUsed", "status", "type", "transactionIndex"):
        assert mine["receipt"][name] == real["receipt"][name], name


WRONG: dict[str, dict[str, Any]] = {
    "nonce too low": {"nonce": 0},
    "insufficient funds": {"value": 10**30},
    "gas too low|intrinsic": {"gas": 20_000},
    "chain id": {"chainId": 5},
    "priority": {"maxPriorityFeePerGas": 10**12},
    "already known|already imported": {},
}


@pytest.mark.parametrize("words", WRONG)
def test_both_refuse_in_words_that_our_wallet_knows(wallet: Wallet, words: str) -> None:
    wallet.deploy("ReserveRegistry")
    built: dict[str, Any] = {
        "chainId": wallet.w3.eth.chain_id,
        "nonce": 2,
        "to": "0x" + "00" * 20,
        "gas": 21_000,
        "maxFeePerGas": 4 * 10**9,
        "maxPriorityFeePerGas": 10**9,
    }
    signed = wallet.account.sign_transaction(built | WRONG[words])
    raw = Web3.to_hex(signed.raw_transaction)
    if not WRONG[words]:
        rpc(wallet.url, "eth_sendRawTransaction", raw)
    with pytest.raises(RpcError, match=f"(?i){words}") as caught:
        rpc(wallet.url, "eth_sendRawTransaction", raw)
    assert caught.value.args[0]["code"] in {-32000, -32003}
