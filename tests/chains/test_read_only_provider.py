"""web3 over our transport: read methods alone, whole answers alone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from web3 import Web3
from web3.types import RPCEndpoint

from por.chains.read_only_provider import READ_METHODS, ReadOnlyProvider
from por.chains.transport import Transport
from por.errors import SourceError, UnavailableError
from tests.chains.honest_chain import POOR, RICH, TOKEN, HonestChain, balance_of
from tests.chains.lying_server import BATCH_LIES, QUICK, SECRETS, LyingServer

CHAIN = HonestChain(head=2, final=1)
CALLS = [(RPCEndpoint("eth_getProof"), [address, [], "latest"]) for address in (RICH, POOR, RICH)]


@pytest.fixture
def node() -> Iterator[LyingServer]:
    with LyingServer(CHAIN) as server:
        yield server


@pytest.fixture
def provider(node: LyingServer) -> ReadOnlyProvider:
    return ReadOnlyProvider(Transport(node.url, QUICK))


def test_an_honest_answer(provider: ReadOnlyProvider) -> None:
    assert provider.make_request(RPCEndpoint("eth_chainId"), [])["result"] == "0x1"


def test_web3_runs_on_it(provider: ReadOnlyProvider) -> None:
    assert Web3(provider, middleware=[]).eth.chain_id == 1


def test_no_contract_makes_the_verifier_fetch_a_url(provider: ReadOnlyProvider) -> None:
    assert provider.global_ccip_read_enabled is False


@pytest.mark.parametrize(
    "method",
    [
        "eth_sendRawTransaction",
        "eth_sendTransaction",
        "eth_sign",
        "personal_unlockAccount",
        "admin_addPeer",
        "miner_start",
        "debug_setHead",
        "anvil_reorg",
        "evm_mine",
        "eth_newFilter",
        "eth_estimateGas",
        "eth_callMany",
        "eth_createAccessLists",
        "eth_signTransaction",
        "ETH_CHAINID",
        "",
    ],
)
def test_t66_a_method_that_is_not_on_the_list_is_not_sent(
    node: LyingServer, provider: ReadOnlyProvider, method: str
) -> None:
    with pytest.raises(LookupError):
        provider.make_request(RPCEndpoint(method), [])
    with pytest.raises(LookupError):
        provider.make_batch_request([CALLS[0], (RPCEndpoint(method), [])])
    assert node.posts == 0


def test_t66_the_list_holds_reading_methods_alone() -> None:
    others = {method for method in READ_METHODS if not method.startswith("eth_get")}
    assert others == {"eth_call", "eth_chainId", "eth_createAccessList"}


def test_a_batch_comes_back_in_the_order_of_its_questions(provider: ReadOnlyProvider) -> None:
    asked = [answer["result"]["address"] for answer in provider.make_batch_request(CALLS)]
    assert asked == [RICH, POOR, RICH]


def test_a_batch_answered_in_another_order_is_put_right(node: LyingServer, provider: ReadOnlyProvider) -> None:
    node.fault = "batch in another order"
    asked = [answer["result"]["address"] for answer in provider.make_batch_request(CALLS)]
    assert asked == [RICH, POOR, RICH]


@pytest.mark.parametrize("fault", sorted(BATCH_LIES.keys() - {"batch in another order", "batch swapped results"}))
def test_t64_a_batch_is_whole_or_refused(node: LyingServer, provider: ReadOnlyProvider, fault: str) -> None:
    node.fault = fault
    with pytest.raises(SourceError):
        provider.make_batch_request(CALLS)


@pytest.mark.parametrize("fault", ["wrong id", "id as text", "id true", "null id", "no id", "no version"])
def test_t64_an_answer_to_another_question_is_refused(
    node: LyingServer, provider: ReadOnlyProvider, fault: str
) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match="a question that was not asked"):
        provider.make_request(RPCEndpoint("eth_chainId"), [])
    with pytest.raises(UnavailableError):
        provider.make_batch_request(CALLS)


@pytest.mark.parametrize("fault", ["null result", "no result"])
@pytest.mark.parametrize("method", sorted(READ_METHODS))
def test_t64_no_result_is_no_answer(node: LyingServer, provider: ReadOnlyProvider, fault: str, method: str) -> None:
    node.fault = fault
    call = {"to": TOKEN, "data": "0x" + balance_of(RICH).hex()}
    questions: dict[str, list[object]] = {
        "eth_call": [call, "latest"],
        "eth_createAccessList": [call, "latest"],
        "eth_getCode": [TOKEN, "latest"],
        "eth_getBlockByNumber": ["0x1", False],
        "eth_getLogs": [{"address": RICH, "topics": ["0x" + "11" * 32], "fromBlock": "0x0", "toBlock": "0x1"}],
        "eth_getProof": [RICH, [], "latest"],
    }
    question = questions.get(method, [])
    if (fault, method) == ("null result", "eth_getBlockByNumber"):
        assert provider.make_request(RPCEndpoint(method), question)["result"] is None
        return
    with pytest.raises(UnavailableError, match="no result"):
        provider.make_request(RPCEndpoint(method), question)


@pytest.mark.parametrize(
    "fault",
    ["html", "empty body", "not UTF-8", "NaN", "float", "duplicate key", "deep", "trailing bytes"],
)
def test_t64_a_body_that_is_not_strict_json_is_refused(
    node: LyingServer, provider: ReadOnlyProvider, fault: str
) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match="not strict JSON"):
        provider.make_request(RPCEndpoint("eth_chainId"), [])


@pytest.mark.parametrize("fault", ["null body", "number body"])
def test_t64_a_body_that_is_no_answer_is_refused(node: LyingServer, provider: ReadOnlyProvider, fault: str) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match="no JSON-RPC answer"):
        provider.make_request(RPCEndpoint("eth_chainId"), [])


def test_t64_an_error_goes_before_a_result(node: LyingServer, provider: ReadOnlyProvider) -> None:
    node.fault = "error beside a result"
    with pytest.raises(UnavailableError, match="half an answer"):
        provider.make_request(RPCEndpoint("eth_chainId"), [])


def test_t96_a_node_that_repeats_the_key_is_not_quoted(node: LyingServer, provider: ReadOnlyProvider) -> None:
    node.fault = "key in the error"
    with pytest.raises(UnavailableError, match="rate of requests") as caught:
        provider.make_request(RPCEndpoint("eth_chainId"), [])
    assert [secret for secret in SECRETS if secret in str(caught.value)] == []
    assert "\x1b" not in str(caught.value)


def test_questions_have_ids_of_their_own(node: LyingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    transport = Transport(node.url, QUICK)
    post = transport.post

    def spy(body: bytes) -> bytes:
        asked = json.loads(body)
        sent.extend(call["id"] for call in (asked if isinstance(asked, list) else [asked]))
        return post(body)

    monkeypatch.setattr(transport, "post", spy)
    provider = ReadOnlyProvider(transport)
    provider.make_request(RPCEndpoint("eth_chainId"), [])
    provider.make_batch_request(CALLS)
    assert len(set(sent)) == len(sent) == 4
