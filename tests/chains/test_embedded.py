"""The embedded chain against the very code that judges real ones."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from eth_utils.crypto import keccak

from por.chains.embedded import FAUCET_WEI, EmbeddedChain
from por.chains.embedded.server import MAX_QUESTION_BYTES
from por.chains.embedded.token import (
    TOKEN_BASE_SLOT,
    TOKEN_CODE_HASH,
    TOKEN_CREATION_CODE,
    mint_data,
    transfer_data,
)
from por.chains.evm import EvmSource
from por.chains.unchanged import require_unchanged
from por.errors import DisagreementError, FormatError, IncapableError, UnavailableError
from por.model import BlockRef, ChainId, Instant
from por.proofs.state.account import account_state, storage_value
from tests.components import RpcError, rpc

GENESIS = Instant.parse("2026-11-01T00:00:00Z")
ALICE = "0x" + "a1" * 20
BOB = "0x" + "b2" * 20
ABSENT = "0x" + "d4" * 20


def balance_key(holder: str) -> bytes:
    key: bytes = keccak(bytes(12) + bytes.fromhex(holder[2:]) + TOKEN_BASE_SLOT.to_bytes(32, "big"))
    return key


@pytest.fixture
def chain() -> EmbeddedChain:
    return EmbeddedChain(GENESIS)


@pytest.fixture(scope="module")
def busy() -> tuple[EmbeddedChain, str]:
    """Block 1: a token, and coins for Alice. Block 2: more coins. Block 3: tokens. Block 4: nothing."""
    chain = EmbeddedChain(GENESIS)
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.fund(ALICE, 5)
    chain.mine()
    chain.fund(ALICE, 10**18)
    chain.mine()
    chain.send(token, mint_data(ALICE, 700))
    chain.send(token, mint_data(BOB, 2**255))
    chain.mine()
    chain.mine()
    return chain, token


@pytest.fixture
def served(busy: tuple[EmbeddedChain, str]) -> Iterator[EvmSource]:
    chain, _ = busy
    with chain.serve() as url:
        source = EvmSource(chain.chain, url)
        yield source
        source.close()


def test_every_header_hashes_to_its_blocks_hash(busy: tuple[EmbeddedChain, str], served: EvmSource) -> None:
    headers = [served.header(number) for number in range(5)]
    assert headers[4].ref == busy[0].head
    assert [header.parent_hash for header in headers[1:]] == [header.hash for header in headers[:-1]]
    assert [header.timestamp for header in headers] == [GENESIS.seconds + 12 * n for n in range(5)]


@pytest.mark.parametrize(("number", "wei"), [(0, 0), (1, 5), (2, 5 + 10**18), (3, 5 + 10**18), (4, 5 + 10**18)])
def test_accounts_of_past_blocks_are_proven(served: EvmSource, number: int, wei: int) -> None:
    header = served.header(number)
    proof = served.account_proof(header.ref, ALICE, [])
    state = account_state(header.state_root, ALICE, proof.account_nodes)
    assert state.balance == wei
    assert state.exists is (number > 0)


def test_an_absent_account_is_proven_absent(served: EvmSource) -> None:
    header = served.header(4)
    proof = served.account_proof(header.ref, ABSENT, [balance_key(ABSENT)])
    assert not account_state(header.state_root, ABSENT, proof.account_nodes).exists
    assert proof.storage_nodes == ((),)


def test_storage_of_past_blocks_is_proven(busy: tuple[EmbeddedChain, str], served: EvmSource) -> None:
    token = busy[1]
    keys = [balance_key(holder) for holder in (ALICE, BOB, ABSENT)]
    words = []
    for number in (2, 3):
        header = served.header(number)
        proof = served.account_proof(header.ref, token, keys)
        state = account_state(header.state_root, token, proof.account_nodes)
        assert state.code_hash == TOKEN_CODE_HASH
        nodes = zip(keys, proof.storage_nodes, strict=True)
        words.append([storage_value(state.storage_root, key, path) for key, path in nodes])
    assert words == [[0, 0, 0], [700, 2**255, 0]]


def test_many_proofs_come_in_one_batch(busy: tuple[EmbeddedChain, str], served: EvmSource) -> None:
    proofs = served.account_proofs(busy[0].head, [(ALICE, []), (BOB, []), (busy[1], [balance_key(BOB)])])
    assert [proof.address for proof in proofs] == [ALICE, BOB, busy[1]]


def test_the_same_calls_give_the_same_blocks() -> None:
    heads = []
    for _ in range(2):
        chain = EmbeddedChain(GENESIS)
        chain.fund(ALICE, 7)
        chain.mine()
        heads.append(chain.mine(Instant(GENESIS.seconds + 1000)))
    assert heads[0] == heads[1]


def test_time_is_what_the_caller_says(chain: EmbeddedChain) -> None:
    assert chain.instant(0) == GENESIS
    late = Instant.parse("2027-01-01T00:00:00Z")
    assert chain.mine(late).number == 1
    assert chain.instant(1) == late
    chain.mine()
    assert chain.instant(2).seconds == late.seconds + 12


@pytest.mark.parametrize("seconds", [-1, 0])
def test_time_does_not_go_back(chain: EmbeddedChain, seconds: int) -> None:
    with pytest.raises(FormatError, match="is not after its parent"):
        chain.mine(Instant(GENESIS.seconds + seconds))
    assert chain.head.number == 0


def test_the_finalized_block_lags_as_told(chain: EmbeddedChain) -> None:
    for _ in range(5):
        chain.mine()
    assert chain.finalized == chain.head
    chain.lag = 2
    assert chain.finalized.number == 3
    chain.lag = 9
    assert chain.finalized.number == 0
    with chain.serve() as url:
        assert EvmSource(chain.chain, url).finalized() == chain.finalized
        assert rpc(url, "eth_getBlockByNumber", "safe", False)["number"] == "0x0"
        assert rpc(url, "eth_getBlockByNumber", "latest", False)["number"] == "0x5"


def test_what_is_sent_waits_for_a_block(chain: EmbeddedChain) -> None:
    chain.fund(ALICE, 7)
    assert not chain.account(ALICE).exists
    chain.mine()
    assert chain.account(ALICE).balance == 7


def test_a_transaction_that_fails_is_named(chain: EmbeddedChain) -> None:
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    chain.send(token, transfer_data(ALICE, 1))
    with pytest.raises(UnavailableError, match="1 of 1 transactions failed"):
        chain.mine()
    chain.mine()


@pytest.mark.parametrize("number", [0, 2])
def test_t56_a_rewound_chain_has_other_blocks(chain: EmbeddedChain, number: int) -> None:
    for _ in range(4):
        chain.fund(ALICE, 1)
        chain.mine()
    with chain.serve() as url:
        source = EvmSource(chain.chain, url)
        before = [source.header(n).ref for n in range(5)]
        chain.rewind(number)
        assert chain.head == before[number]
        with pytest.raises(UnavailableError, match="it has no block 4"):
            require_unchanged(source, [before[4]])
        while chain.head.number < 4:
            chain.mine()
        require_unchanged(source, before[: number + 1])
        for ref in before[number + 1 :]:
            with pytest.raises(DisagreementError):
                require_unchanged(source, [ref])
        with pytest.raises(UnavailableError, match="does not know that block"):
            source.account_proof(before[4], ALICE, [])
    assert chain.account(ALICE).balance == number


@pytest.mark.parametrize("number", [-1, 1, 7])
def test_there_is_no_way_back_to_a_block_that_never_was(chain: EmbeddedChain, number: int) -> None:
    with pytest.raises(FormatError, match="no block"):
        chain.rewind(number)


@pytest.mark.parametrize("address", ["", "0x", "alice.eth", ALICE.upper(), ALICE + "00"])
def test_an_address_that_is_none_is_refused(chain: EmbeddedChain, address: str) -> None:
    for ask in (chain.account, lambda text: chain.fund(text, 1), lambda text: chain.send(text, b"")):
        with pytest.raises(FormatError):
            ask(address)


def test_the_faucet_has_the_coins(chain: EmbeddedChain) -> None:
    chain.fund(ALICE, FAUCET_WEI // 2)
    chain.mine()
    assert chain.account(ALICE).balance == FAUCET_WEI // 2


def test_it_is_another_chain_than_any_real_one(chain: EmbeddedChain) -> None:
    with chain.serve() as url, pytest.raises(IncapableError, match="not eip155:1"):
        EvmSource(ChainId("eip155", "1"), url).finalized()


REFUSED: list[tuple[str, list[Any], int]] = [
    ("eth_sendTransaction", [{}], -32601),
    ("eth_accounts", [], -32601),
    ("nonsense", [], -32601),
    ("eth_getBlockByNumber", ["0x1"], -32602),
    ("eth_getBlockByNumber", [1, False], -32602),
    ("eth_getBlockByNumber", ["one", False], -32602),
    ("eth_getBlockByNumber", ["0xz", False], -32602),
    ("eth_getBlockByHash", ["0x1", False], -32602),
    ("eth_getProof", [], -32602),
    ("eth_getProof", [ALICE, [], None], -32602),
    ("eth_getProof", [ALICE, [], {}], -32602),
    ("eth_getProof", [ALICE[:-2], [], "latest"], -32602),
    ("eth_getProof", [ALICE, ["0x0"], "latest"], -32602),
    ("eth_getProof", [ALICE, [7], "latest"], -32602),
    ("eth_getProof", [ALICE, [], "0x99"], -32001),
    ("eth_getProof", [ALICE, [], {"blockHash": "0x" + "11" * 32}], -32001),
    ("eth_getBalance", [ALICE], -32602),
]


@pytest.mark.parametrize(("method", "parameters", "code"), REFUSED)
def test_a_question_it_does_not_serve_gets_an_error(
    busy: tuple[EmbeddedChain, str], method: str, parameters: list[Any], code: int
) -> None:
    with busy[0].serve() as url, pytest.raises(RpcError) as caught:
        rpc(url, method, *parameters)
    assert caught.value.args[0]["code"] == code


def test_plain_reads(busy: tuple[EmbeddedChain, str]) -> None:
    chain, _ = busy
    head = "0x" + chain.head.hash.hex()
    with chain.serve() as url:
        assert rpc(url, "eth_chainId") == hex(int(chain.chain.reference))
        assert rpc(url, "eth_blockNumber") == "0x4"
        assert rpc(url, "eth_getBalance", ALICE, "0x1") == "0x5"
        assert rpc(url, "eth_getBalance", ALICE, {"blockNumber": "0x1"}) == "0x5"
        assert rpc(url, "eth_getBlockByHash", head, False) == rpc(url, "eth_getBlockByNumber", "0x4", False)
        assert rpc(url, "eth_getBlockByNumber", "earliest", True)["number"] == "0x0"
        assert rpc(url, "eth_getBlockByNumber", "0x5", False) is None
        assert rpc(url, "eth_getBlockByHash", "0x" + "11" * 32, False) is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b"{}", -32600),
        (b'{"method":7}', -32600),
        (b'{"method":"eth_chainId","params":{}}', -32600),
    ],
)
def test_what_is_no_request_gets_an_error(busy: tuple[EmbeddedChain, str], body: bytes, code: int) -> None:
    with busy[0].serve() as url:
        assert requests.post(url, data=body, timeout=5).json()["error"]["code"] == code


def test_it_answers_this_machine_alone(busy: tuple[EmbeddedChain, str]) -> None:
    with busy[0].serve() as url:
        assert url.startswith("http://127.0.0.1:")
        for host in ("evil.example", "evil.example:80", ""):
            answer = requests.post(url, data=b"{}", headers={"Host": host}, timeout=5)
            assert answer.status_code == 403
        long = {"Content-Length": str(MAX_QUESTION_BYTES + 1), "Connection": "close"}
        assert requests.post(url, data=iter(()), headers=long, timeout=5).status_code == 413
        assert requests.get(url, timeout=5).status_code == 501


def test_the_server_ends_with_its_block(busy: tuple[EmbeddedChain, str]) -> None:
    with busy[0].serve() as url:
        port = int(url.rpartition(":")[2])
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", port)) != 0


def test_one_chain_may_be_served_twice(busy: tuple[EmbeddedChain, str]) -> None:
    with busy[0].serve() as one, busy[0].serve() as two:
        assert one != two
        assert rpc(one, "eth_blockNumber") == rpc(two, "eth_blockNumber")


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "eth_tester.backends.pyevm.main", None)
    with pytest.raises(FormatError, match=r"pip install 'por-verifier\[demo\]'"):
        EmbeddedChain(GENESIS)


def test_blocks_are_named_by_number_and_hash(busy: tuple[EmbeddedChain, str]) -> None:
    assert isinstance(busy[0].head, BlockRef)
    assert len(busy[0].head.hash) == 32


def test_a_head_of_an_abandoned_branch_can_be_restored() -> None:
    chain = EmbeddedChain(GENESIS)
    kept = [chain.mine() for _ in range(3)][-1]
    chain.rewind(1)
    other = [chain.mine() for _ in range(4)][-1]
    chain.restore(kept)
    assert chain.head == kept
    again = chain.mine()
    assert again.number == kept.number + 1
    chain.restore(other)
    assert chain.head == other


def test_a_block_that_never_was_is_not_restored() -> None:
    chain = EmbeddedChain(GENESIS)
    with pytest.raises(FormatError, match="there was no block 7"):
        chain.restore(BlockRef(7, bytes(32)))
