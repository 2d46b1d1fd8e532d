"""Raw transactions on the embedded chain: what is taken, what is refused and in which words, and what they leave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rlp
from eth_keys.constants import SECPK1_N

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.token import TOKEN_CREATION_CODE, mint_data, transfer_data
from por.errors import UnavailableError
from por.model import Instant
from tests.chains.wallets import ALICE, BOB, GENESIS, GWEI, NOBODY, legacy, put, raw, rich_chain, transaction
from tests.components import RpcError, rpc

CAROL = "0x" + "b2" * 20
# Returns the time of the block that it runs in: timestamp push0 mstore, return 32 bytes.
CLOCK = "425f5260205ff3"
# Stores the time at slot 0 when it is called: timestamp push0 sstore stop.
CLOCK_KEEPER = bytes.fromhex("63425f55005f526004601cf3")


@pytest.fixture
def chain() -> EmbeddedChain:
    return rich_chain()


@pytest.fixture
def url(chain: EmbeddedChain) -> Iterator[str]:
    with chain.serve() as served:
        yield served


def refusal(url: str, method: str, *parameters: object) -> dict[str, Any]:
    with pytest.raises(RpcError) as caught:
        rpc(url, method, *parameters)
    error: dict[str, Any] = caught.value.args[0]
    return error


KINDS: dict[str, Callable[[EmbeddedChain], dict[str, Any]]] = {
    "0x0": legacy,
    "0x1": lambda chain: legacy(chain, accessList=[{"address": CAROL, "storageKeys": ["0x" + "00" * 32]}], gas=30_000),
    "0x2": transaction,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_transaction_is_taken(chain: EmbeddedChain, url: str, kind: str) -> None:
    sent = put(url, KINDS[kind](chain))
    assert rpc(url, "eth_getTransactionReceipt", sent) is None
    assert rpc(url, "eth_getBalance", CAROL, "latest") == "0x0"
    block = chain.mine()
    receipt = rpc(url, "eth_getTransactionReceipt", sent)
    base = int(rpc(url, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    assert (
        receipt
        | {
            "transactionHash": sent,
            "transactionIndex": "0x0",
            "blockHash": "0x" + block.hash.hex(),
            "blockNumber": "0x2",
            "type": kind,
            "status": "0x1",
            "from": ALICE.address.lower(),
            "to": CAROL,
            "contractAddress": None,
            "effectiveGasPrice": hex(base + GWEI if kind == "0x2" else 3 * GWEI),
            "logs": [],
        }
        == receipt
    )
    assert receipt["gasUsed"] == receipt["cumulativeGasUsed"]
    assert rpc(url, "eth_getBalance", CAROL, "latest") == "0x1"
    assert rpc(url, "eth_getBlockByNumber", "latest", False)["transactions"] == [sent]


def bad_signature(chain: EmbeddedChain, **changes: int) -> str:
    fields = rlp.decode(bytes.fromhex(raw(transaction(chain))[4:]))
    names = {"y_parity": 9, "r": 10, "s": 11}
    for name, value in changes.items():
        fields[names[name]] = rlp.sedes.big_endian_int.serialize(value)
    encoded: bytes = rlp.encode(fields)
    return "0x02" + encoded.hex()


def high_s(chain: EmbeddedChain) -> str:
    fields = rlp.decode(bytes.fromhex(raw(transaction(chain))[4:]))
    s = SECPK1_N - int.from_bytes(fields[11], "big")
    return bad_signature(chain, s=s, y_parity=1 - int.from_bytes(fields[9], "big"))


def unprotected(chain: EmbeddedChain) -> str:
    return raw(legacy(chain, chainId=None))


REFUSED: dict[str, tuple[Callable[[EmbeddedChain], str], str]] = {
    "nothing": (lambda _: "0x", "typed transaction too short"),
    "blobs": (lambda chain: "0x03" + raw(transaction(chain))[4:], "transaction type not supported"),
    "set code": (lambda chain: "0x04" + raw(transaction(chain))[4:], "transaction type not supported"),
    "no list": (lambda _: "0x80", "rlp"),
    "cut": (lambda chain: raw(transaction(chain))[:-2], "rlp"),
    "longer": (lambda chain: raw(transaction(chain)) + "00", "rlp"),
    "another list": (lambda _: "0xc20102", "rlp"),
    "another chain": (lambda chain: raw(transaction(chain, chainId=1)), "invalid chain id for signer: have 1 want"),
    "another chain, legacy": (lambda chain: raw(legacy(chain, chainId=1)), "invalid chain id for signer"),
    "any chain": (unprotected, "only replay-protected"),
    "no r": (lambda chain: bad_signature(chain, r=0), "invalid transaction v, r, s values"),
    "r too large": (lambda chain: bad_signature(chain, r=SECPK1_N), "invalid transaction v, r, s values"),
    "high s": (high_s, "invalid transaction v, r, s values"),
    "no funds": (lambda chain: raw(transaction(chain), NOBODY), "^insufficient funds for gas .* balance 0, tx cost"),
    "too much": (lambda chain: raw(transaction(chain, value=10**21)), "insufficient funds.*overshot"),
    "little gas": (lambda chain: raw(transaction(chain, gas=20_999)), "intrinsic gas too low: .* needed 21000"),
    "little gas for its data": (
        lambda chain: raw(transaction(chain, gas=24_000, data=b"\x01" * 100)),
        "intrinsic gas too low: .* needed 25000",
    ),
    "too much gas": (lambda chain: raw(transaction(chain, gas=30_029_123)), "exceeds block gas limit"),
    "tip above all": (
        lambda chain: raw(transaction(chain, maxPriorityFeePerGas=4 * GWEI)),
        "max priority fee per gas higher than max fee per gas",
    ),
    "large code": (
        lambda chain: raw(transaction(chain, to=None, value=0, gas=10**7, data=b"\xfe" * 49_153)),
        "max initcode size exceeded: code size 49153, limit 49152",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_block_can_take_is_refused_in_a_nodes_words(chain: EmbeddedChain, url: str, case: str) -> None:
    make, words = REFUSED[case]
    error = refusal(url, "eth_sendRawTransaction", make(chain))
    assert error["code"] == -32000
    assert re.search(words, error["message"])
    chain.mine()
    assert rpc(url, "eth_getTransactionCount", ALICE.address, "latest") == "0x0"


@pytest.mark.parametrize("parameters", [[], [7], ["xyz"], ["0xzz"], ["0x0"], ["0x02", "latest"]])
def test_what_is_no_data_is_refused(url: str, parameters: list[Any]) -> None:
    assert refusal(url, "eth_sendRawTransaction", *parameters)["code"] == -32602


def test_a_nonce_is_used_once(chain: EmbeddedChain, url: str) -> None:
    put(url, transaction(chain))
    chain.mine()
    assert refusal(url, "eth_sendRawTransaction", raw(transaction(chain)))["message"] == (
        "nonce too low: next nonce 1, tx nonce 0"
    )


def test_a_nonce_to_come_waits_for_those_before_it(chain: EmbeddedChain, url: str) -> None:
    later = put(url, transaction(chain, nonce=1))
    chain.mine()
    assert rpc(url, "eth_getTransactionReceipt", later) is None
    assert rpc(url, "eth_getTransactionCount", ALICE.address, "pending") == "0x0"
    first = put(url, transaction(chain))
    assert rpc(url, "eth_getTransactionCount", ALICE.address, "pending") == "0x2"
    assert rpc(url, "eth_getTransactionCount", ALICE.address) == "0x0"
    chain.mine()
    places = [rpc(url, "eth_getTransactionReceipt", each)["transactionIndex"] for each in (first, later)]
    assert places == ["0x0", "0x1"]
    receipt = rpc(url, "eth_getTransactionReceipt", later)
    assert (receipt["gasUsed"], receipt["cumulativeGasUsed"]) == (hex(21_000), hex(42_000))


def test_the_same_transaction_is_known(chain: EmbeddedChain, url: str) -> None:
    put(url, transaction(chain))
    assert refusal(url, "eth_sendRawTransaction", raw(transaction(chain)))["message"] == "already known"
    chain.mine()
    assert rpc(url, "eth_getTransactionCount", ALICE.address, "latest") == "0x1"


@pytest.mark.parametrize(
    ("most", "tip"), [(3 * GWEI, GWEI), (4 * GWEI, GWEI), (3 * GWEI, 2 * GWEI), (3_299_999_999, 2 * GWEI)]
)
def test_what_hardly_pays_more_replaces_nothing(chain: EmbeddedChain, url: str, most: int, tip: int) -> None:
    kept = put(url, transaction(chain))
    other = raw(transaction(chain, value=2, maxFeePerGas=most, maxPriorityFeePerGas=tip))
    assert refusal(url, "eth_sendRawTransaction", other)["message"] == "replacement transaction underpriced"
    chain.mine()
    assert rpc(url, "eth_getTransactionReceipt", kept)["status"] == "0x1"


def test_what_pays_a_tenth_more_replaces(chain: EmbeddedChain, url: str) -> None:
    lost = put(url, transaction(chain))
    better = transaction(chain, value=2, maxFeePerGas=3_300_000_000, maxPriorityFeePerGas=1_100_000_000)
    kept = put(url, better)
    chain.mine()
    assert rpc(url, "eth_getTransactionReceipt", lost) is None
    assert rpc(url, "eth_getTransactionReceipt", kept)["status"] == "0x1"
    assert rpc(url, "eth_getBalance", CAROL, "latest") == "0x2"


def test_what_offers_less_than_the_base_fee_waits(chain: EmbeddedChain, url: str) -> None:
    poor = put(url, transaction(chain, maxFeePerGas=5 * 10**8, maxPriorityFeePerGas=1))
    chain.mine()
    assert rpc(url, "eth_getTransactionReceipt", poor) is None
    for _ in range(6):  # the base fee falls by an eighth in each empty block
        chain.mine()
    assert rpc(url, "eth_getTransactionReceipt", poor)["status"] == "0x1"


def test_what_does_not_fit_waits_for_the_next_block(chain: EmbeddedChain, url: str) -> None:
    sent = [put(url, transaction(chain, nonce=nonce, gas=30_029_000)) for nonce in range(2)]
    chain.mine()
    chain.mine()
    receipts = [rpc(url, "eth_getTransactionReceipt", each) for each in sent]
    assert [receipt["blockNumber"] for receipt in receipts] == ["0x2", "0x3"]


def test_mined_at_once_where_asked() -> None:
    chain = rich_chain(instant_mining=True)
    with chain.serve() as url:
        sent = put(url, transaction(chain))
        assert rpc(url, "eth_getTransactionReceipt", sent)["blockNumber"] == "0x2"
        assert chain.instant(2).seconds == GENESIS.seconds + 24
        refusal(url, "eth_sendRawTransaction", raw(transaction(chain)))
        assert chain.head.number == 2
        late = Instant(GENESIS.seconds + 1000)
        chain.mine(late)
        put(url, transaction(chain, nonce=1))
        assert chain.instant(4).seconds == late.seconds + 12
        chain.instant_mining = False
        assert rpc(url, "eth_getTransactionReceipt", put(url, transaction(chain, nonce=2))) is None


def test_the_same_calls_give_the_same_blocks_with_raw_transactions_too() -> None:
    heads = []
    for instant in (False, True, False):
        chain = rich_chain(instant_mining=instant)
        with chain.serve() as url:
            put(url, transaction(chain))
            if not instant:
                chain.mine()
        heads.append(chain.head)
    assert heads[0] == heads[1] == heads[2]


def test_a_contract_sees_the_time_of_the_block_it_runs_in(chain: EmbeddedChain, url: str) -> None:
    keeper = chain.deploy(CLOCK_KEEPER)
    chain.mine()
    put(url, transaction(chain, to=keeper, value=0, gas=100_000))
    late = Instant(GENESIS.seconds + 10**6)
    chain.mine(late)
    assert int(rpc(url, "eth_getStorageAt", keeper, "0x0", "latest"), 16) == late.seconds
    assert int(rpc(url, "eth_getStorageAt", keeper, "0x" + "00" * 32, "0x2"), 16) == 0
    chain.mine()
    chain.rewind(3)
    assert int(rpc(url, "eth_getStorageAt", keeper, "0x0"), 16) == late.seconds


def test_a_call_sees_the_time_of_the_block_it_asks_about(chain: EmbeddedChain, url: str) -> None:
    chain.mine(Instant(GENESIS.seconds + 999))
    code = {CAROL: {"code": "0x" + CLOCK}}
    told = [int(rpc(url, "eth_call", {"to": CAROL}, block, code), 16) for block in ("earliest", "0x1", "latest")]
    assert told == [GENESIS.seconds + seconds for seconds in (0, 12, 999)]


def test_a_raw_transaction_that_reverts_is_no_error_of_mine(chain: EmbeddedChain, url: str) -> None:
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    call = {"to": token, "value": 0, "gas": 100_000, "data": transfer_data(CAROL, 1)}
    sent = put(url, transaction(chain, **call))
    chain.mine()
    receipt = rpc(url, "eth_getTransactionReceipt", sent)
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])
    put(url, transaction(chain, **call, nonce=1))
    chain.send(token, transfer_data(CAROL, 1))
    with pytest.raises(UnavailableError, match="1 of 1 transactions failed"):
        chain.mine()


def test_what_the_faucet_sent_is_judged_by_mine_though_a_raw_transaction_made_the_block() -> None:
    chain = rich_chain(instant_mining=True)
    with chain.serve() as url:
        chain.send(chain.deploy(TOKEN_CREATION_CODE), transfer_data(CAROL, 1))
        put(url, transaction(chain))
    with pytest.raises(UnavailableError, match="1 of 2 transactions failed"):
        chain.mine()


def test_the_faucet_does_not_give_more_than_it_has(chain: EmbeddedChain) -> None:
    with pytest.raises(UnavailableError, match=r"faucet .* cannot send this: insufficient funds"):
        chain.fund(CAROL, 10**27)


def test_a_rewound_transaction_leaves_nothing_and_may_come_again(chain: EmbeddedChain, url: str) -> None:
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    sent = put(url, transaction(chain, to=token, value=0, gas=100_000, data=mint_data(CAROL, 1)))
    lost = chain.mine()
    waiting = put(url, transaction(chain, nonce=1))
    chain.rewind(2)
    assert rpc(url, "eth_getTransactionReceipt", sent) is None
    chain.mine()
    assert rpc(url, "eth_getTransactionReceipt", sent) is None
    assert rpc(url, "eth_getTransactionReceipt", waiting) is None
    assert rpc(url, "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"}) == []
    assert rpc(url, "eth_getTransactionCount", ALICE.address, "pending") == "0x0"
    assert put(url, transaction(chain, to=token, value=0, gas=100_000, data=mint_data(CAROL, 1))) == sent
    chain.mine()
    receipt = rpc(url, "eth_getTransactionReceipt", sent)
    assert receipt["blockNumber"] == "0x4"
    assert receipt["blockHash"] != "0x" + lost.hash.hex()


def test_two_senders_in_one_block_have_their_logs_numbered_through(chain: EmbeddedChain, url: str) -> None:
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    mint = {"to": token, "value": 0, "gas": 100_000, "data": mint_data(CAROL, 1)}
    sent = [put(url, transaction(chain, **mint), signer) for signer in (ALICE, BOB)]
    chain.mine()
    receipts = [rpc(url, "eth_getTransactionReceipt", each) for each in sent]
    assert [log["logIndex"] for receipt in receipts for log in receipt["logs"]] == ["0x0", "0x1"]
    asked = rpc(url, "eth_getLogs", {"address": token, "fromBlock": "0x3", "toBlock": "0x3"})
    assert asked == [log for receipt in receipts for log in receipt["logs"]]


TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
APPROVAL = "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
TO_CAROL = "0x" + CAROL[2:].rjust(64, "0")
ZERO = "0x" + "00" * 32


@pytest.fixture(scope="module")
def minted() -> tuple[EmbeddedChain, str]:
    """Blocks 3 and 5 hold a mint each; block 4 nothing."""
    chain = rich_chain()
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    for units in (1, 2):
        chain.send(token, mint_data(CAROL, units))
        chain.mine()
        chain.mine()
    return chain, token


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"fromBlock": "0x0", "toBlock": "latest"}, ["0x3", "0x5"]),
    ({"fromBlock": "earliest", "toBlock": "0x4"}, ["0x3"]),
    ({"fromBlock": "0x4", "toBlock": "0x5"}, ["0x5"]),
    ({"fromBlock": "0x4", "toBlock": "0x4"}, []),
    ({}, []),
    ({"fromBlock": "0x0", "topics": []}, ["0x3", "0x5"]),
    ({"fromBlock": "0x0", "topics": [TRANSFER]}, ["0x3", "0x5"]),
    ({"fromBlock": "0x0", "topics": [APPROVAL]}, []),
    ({"fromBlock": "0x0", "topics": [[APPROVAL, TRANSFER]]}, ["0x3", "0x5"]),
    ({"fromBlock": "0x0", "topics": [None, ZERO]}, ["0x3", "0x5"]),
    ({"fromBlock": "0x0", "topics": [TRANSFER, ZERO]}, ["0x3", "0x5"]),
    ({"fromBlock": "0x0", "topics": [TRANSFER, TO_CAROL]}, []),
    ({"fromBlock": "0x0", "topics": [TRANSFER, ZERO, TO_CAROL]}, ["0x3", "0x5"]),
    ({"fromBlock": "0x0", "topics": [TRANSFER, ZERO, ZERO]}, []),
    ({"fromBlock": "0x0", "topics": [None, TO_CAROL]}, []),
    ({"fromBlock": "0x0", "topics": [TRANSFER, None, TO_CAROL]}, ["0x3", "0x5"]),
    ({"fromBlock": "0x0", "topics": [TRANSFER, None, TO_CAROL, None]}, []),
    ({"fromBlock": "0x0", "address": CAROL}, []),
]


@pytest.mark.parametrize(("wanted", "blocks"), FILTERS)
def test_logs_are_filtered(minted: tuple[EmbeddedChain, str], wanted: dict[str, Any], blocks: list[str]) -> None:
    chain, token = minted
    with chain.serve() as url:
        found = rpc(url, "eth_getLogs", wanted)
        assert [log["blockNumber"] for log in found] == blocks
        if "address" not in wanted:
            assert rpc(url, "eth_getLogs", wanted | {"address": [CAROL, token]}) == found
            assert rpc(url, "eth_getLogs", wanted | {"address": token.upper().replace("0X", "0x")}) == found
        for log in found:
            assert rpc(url, "eth_getLogs", {"blockHash": log["blockHash"]}) == [log]
            assert (log["address"], log["topics"][0], log["removed"]) == (token, TRANSFER, False)


NONSENSE: list[tuple[str, list[Any], int]] = [
    ("eth_getLogs", [], -32602),
    ("eth_getLogs", [[]], -32602),
    ("eth_getLogs", [{"topics": TRANSFER}], -32602),
    ("eth_getLogs", [{"topics": [TRANSFER] * 5}], -32602),
    ("eth_getLogs", [{"topics": ["0x01"]}], -32602),
    ("eth_getLogs", [{"address": "0x01"}], -32602),
    ("eth_getLogs", [{"fromBlock": "0x2", "toBlock": "0x1"}], -32602),
    ("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "0x99"}], -32001),
    ("eth_getLogs", [{"blockHash": ZERO}], -32001),
    ("eth_getTransactionReceipt", [], -32602),
    ("eth_getTransactionReceipt", ["0x01"], -32602),
    ("eth_getTransactionCount", ["0x01", "latest"], -32602),
    ("eth_getTransactionCount", [CAROL, "tomorrow"], -32602),
    ("eth_getTransactionCount", [CAROL, "0x99"], -32001),
    ("eth_getCode", [CAROL, "0x99"], -32001),
    ("eth_getStorageAt", [CAROL], -32602),
    ("eth_getStorageAt", [CAROL, "0x", "latest"], -32602),
    ("eth_getStorageAt", [CAROL, "0x" + "00" * 33, "latest"], -32602),
    ("eth_call", [], -32602),
    ("eth_call", [{"to": "0x01"}, "latest"], -32602),
    ("eth_call", [{"to": CAROL, "value": 1}, "latest"], -32602),
    ("eth_call", [{"to": CAROL, "data": "0x1"}, "latest"], -32602),
    ("eth_call", [{"to": CAROL}, "0x99"], -32001),
    ("eth_call", [{"to": CAROL}, "latest", []], -32602),
    ("eth_call", [{"to": CAROL}, "latest", {CAROL: {"balance": "0x1"}}], -32602),
    ("eth_call", [{"to": CAROL}, "latest", {CAROL: {"code": "0x"}}, {}], -32602),
    ("eth_call", [{"to": CAROL, "gas": "0x5207"}, "latest"], -32000),
    ("eth_call", [{"to": CAROL, "from": CAROL, "value": hex(10**30)}, "latest"], -32000),
    ("eth_estimateGas", [{"to": CAROL, "from": CAROL, "value": hex(10**30)}], -32000),
    ("eth_estimateGas", ["latest"], -32602),
    ("eth_gasPrice", ["latest"], -32602),
]


@pytest.mark.parametrize(("method", "parameters", "code"), NONSENSE)
def test_a_question_that_makes_no_sense_gets_an_error(
    minted: tuple[EmbeddedChain, str], method: str, parameters: list[Any], code: int
) -> None:
    with minted[0].serve() as url:
        assert refusal(url, method, *parameters)["code"] == code


def test_calls_read_the_block_they_name(minted: tuple[EmbeddedChain, str]) -> None:
    chain, token = minted
    asked = {"to": token, "input": "0x70a08231" + CAROL[2:].rjust(64, "0")}
    chain.lag = 2
    with chain.serve() as url:
        fourth = rpc(url, "eth_getBlockByNumber", "0x4", False)["hash"]
        blocks = ["0x2", "0x3", fourth, {"blockHash": fourth}, "finalized", "safe", "latest", "pending"]
        told = [int(rpc(url, "eth_call", asked, block), 16) for block in blocks]
        assert told == [0, 1, 1, 1, 1, 1, 3, 3]
        assert int(rpc(url, "eth_call", asked), 16) == 3
        assert rpc(url, "eth_call", {"to": CAROL}) == rpc(url, "eth_call", {}) == "0x"
        assert rpc(url, "eth_call", asked, "0x1") == "0x"
    chain.lag = 0


def test_a_call_changes_nothing(chain: EmbeddedChain, url: str) -> None:
    token = chain.deploy(TOKEN_CREATION_CODE)
    head = chain.mine()
    rpc(url, "eth_call", {"from": ALICE.address, "to": token, "data": "0x" + mint_data(CAROL, 9).hex()})
    rpc(url, "eth_estimateGas", {"from": ALICE.address, "to": token, "data": "0x" + mint_data(CAROL, 9).hex()})
    assert chain.head == head
    assert int(rpc(url, "eth_call", {"to": token, "data": "0x70a08231" + CAROL[2:].rjust(64, "0")}), 16) == 0


PANIC = "0x4e487b71" + "11".rjust(64, "0")
FAILING: dict[str, tuple[str, int, str, str | None]] = {
    "revert with nothing": ("5f5ffd", 3, "execution reverted", "0x"),
    # mstore the four bytes at the right end of word 0, revert with bytes 28 to 32.
    "revert with an unknown error": ("63deadbeef5f526004601cfd", 3, "execution reverted", "0xdeadbeef"),
    "invalid opcode": ("fe", -32000, "", None),
    "endless": ("5b5f56", -32000, "out of gas", None),
}


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
@pytest.mark.parametrize("case", ["revert with nothing", "revert with an unknown error", "invalid opcode", "endless"])
def test_a_call_that_fails_tells_how(chain: EmbeddedChain, url: str, case: str, method: str) -> None:
    code, number, words, data = FAILING[case]
    size = len(code) // 2
    # Push the code, store it at the right end of word 0, return it.
    creation = f"{0x5F + size:02x}{code}5f5260{size:02x}60{32 - size:02x}f3"
    contract = chain.deploy(bytes.fromhex(creation))
    chain.mine()
    assert rpc(url, "eth_getCode", contract, "latest") == "0x" + code
    error = refusal(url, method, {"to": contract, "gas": "0x30d40"})
    assert error["code"] == number
    assert words in error["message"]
    assert error.get("data") == data


def test_a_panic_brings_its_data(chain: EmbeddedChain, url: str) -> None:
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    error = refusal(url, "eth_call", {"to": token, "data": "0x" + transfer_data(CAROL, 1).hex()}, "latest")
    assert error == {"code": 3, "message": "execution reverted", "data": PANIC}


def test_code_storage_and_nonces_of_past_blocks(minted: tuple[EmbeddedChain, str]) -> None:
    chain, token = minted
    slot = "0x0"  # the total supply
    with chain.serve() as url:
        assert rpc(url, "eth_getCode", token, "0x1") == "0x"
        assert len(rpc(url, "eth_getCode", token, "0x2")) > 1000
        assert rpc(url, "eth_getCode", ALICE.address, "latest") == "0x"
        assert [int(rpc(url, "eth_getStorageAt", token, slot, hex(n)), 16) for n in range(1, 6)] == [0, 0, 1, 1, 3]
        assert len(rpc(url, "eth_getStorageAt", token, slot, "latest")) == 66
        assert rpc(url, "eth_getTransactionCount", token, "latest") == "0x1"
        assert rpc(url, "eth_getTransactionCount", NOBODY.address, "latest") == "0x0"


def test_what_is_estimated_is_enough_and_hardly_more(chain: EmbeddedChain, url: str) -> None:
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    calls: list[dict[str, Any]] = [
        {"to": CAROL, "value": 1},
        {"to": CAROL, "value": 0, "data": b"\x01" * 1000},
        {"to": None, "value": 0, "data": TOKEN_CREATION_CODE},
        {"to": token, "value": 0, "data": mint_data(CAROL, 1)},
    ]
    for nonce, call in enumerate(calls):
        asked = {name: "0x" + v.hex() if isinstance(v, bytes) else v for name, v in call.items() if v is not None}
        asked["value"] = hex(call["value"])
        gas = int(rpc(url, "eth_estimateGas", asked | {"from": ALICE.address}), 16)
        sent = put(url, transaction(chain, nonce=nonce, gas=gas, **call))
        chain.mine()
        receipt = rpc(url, "eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1"
        assert int(receipt["gasUsed"], 16) <= gas <= int(receipt["gasUsed"], 16) * 102 // 100


def test_an_estimate_keeps_to_the_gas_that_is_named(chain: EmbeddedChain, url: str) -> None:
    assert rpc(url, "eth_estimateGas", {"to": CAROL, "gas": "0x5208"}, "latest") == "0x5208"
    call = {"data": "0x" + TOKEN_CREATION_CODE.hex(), "gas": "0x20000"}
    assert refusal(url, "eth_estimateGas", call)["message"] == "out of gas"


def test_a_call_that_wants_more_gas_than_it_uses_is_estimated_with_what_it_wants(
    chain: EmbeddedChain, url: str
) -> None:
    # push3 100000, gas, lt: revert where less gas than that is left, else stop. It uses far less than it wants to have.
    code = "620186a05a10600a5700" + "5b5f5ffd"
    size = len(code) // 2
    contract = chain.deploy(bytes.fromhex(f"{0x5F + size:02x}{code}5f5260{size:02x}60{32 - size:02x}f3"))
    chain.mine()
    gas = int(rpc(url, "eth_estimateGas", {"to": contract}), 16)
    assert 121_000 <= gas <= 124_000
    sent = put(url, transaction(chain, to=contract, value=0, gas=gas))
    chain.mine()
    assert rpc(url, "eth_getTransactionReceipt", sent)["status"] == "0x1"


def test_prices(chain: EmbeddedChain, url: str) -> None:
    tip = int(rpc(url, "eth_maxPriorityFeePerGas"), 16)
    price = int(rpc(url, "eth_gasPrice"), 16)
    chain.mine()
    base = int(rpc(url, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    assert price == base + tip


def test_a_contract_is_created_where_its_receipt_says(chain: EmbeddedChain, url: str) -> None:
    call = transaction(chain, to=None, value=0, gas=2_000_000, data=TOKEN_CREATION_CODE)
    sent = put(url, call)
    chain.mine()
    receipt = rpc(url, "eth_getTransactionReceipt", sent)
    assert receipt["to"] is None
    assert len(rpc(url, "eth_getCode", receipt["contractAddress"], "latest")) > 1000
