"""The closed list of questions that publishing sends, to the right chain alone; refusals in the node's own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from web3.types import RPCEndpoint

from por.chains.embedded.server import LoopbackServer, RefusedQuestionError
from por.chains.publishing_provider import PUBLISHING_METHODS, PublishingProvider, RuledOutError
from por.chains.read_only_provider import READ_METHODS
from por.chains.transport import Transport
from por.errors import FormatError, IncapableError, SourceError, UnavailableError
from por.model import ChainId
from tests.chains.honest_chain import HonestChain
from tests.chains.lying_server import QUICK, SECRETS, LyingServer

CHAIN = ChainId("eip155", "5")


class Told:
    """Answer one question with what a test sets, and name chain 5."""

    def __init__(self) -> None:
        self.result: object = "0x1"
        self.error: RefusedQuestionError | None = None
        self.chain_id: object = "0x5"
        self.asked: list[str] = []

    def answer(self, method: str, _: Sequence[object]) -> object:
        self.asked.append(method)
        if method == "eth_chainId":
            return self.chain_id
        if self.error is not None:
            raise self.error
        return self.result


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def provider(told: Told) -> Iterator[PublishingProvider]:
    with LoopbackServer(told.answer) as server:
        yield PublishingProvider(Transport(server.url, QUICK), CHAIN)


def test_an_answer_is_given_after_the_chain_was_compared_once(told: Told, provider: PublishingProvider) -> None:
    assert provider.ask("eth_gasPrice") == "0x1"
    assert provider.ask("eth_gasPrice") == "0x1"
    assert told.asked == ["eth_chainId", "eth_gasPrice", "eth_gasPrice"]


@pytest.mark.parametrize("method", sorted(PUBLISHING_METHODS - {"eth_chainId"}))
def test_t53_every_question_waits_for_the_right_chain(told: Told, provider: PublishingProvider, method: str) -> None:
    told.chain_id = "0x1"
    with pytest.raises(IncapableError, match="it serves eip155:1, not eip155:5; nothing was sent to it"):
        provider.ask(method)
    with pytest.raises(IncapableError):
        provider.make_batch_request([(RPCEndpoint(method), [])])
    assert set(told.asked) == {"eth_chainId"}


@pytest.mark.parametrize("chain_id", ["0x", "5", 5, "0x05", [], {}])
def test_t53_a_chain_id_that_is_none_is_refused(told: Told, provider: PublishingProvider, chain_id: object) -> None:
    told.chain_id = chain_id
    with pytest.raises(UnavailableError, match="a chain id that is not a quantity"):
        provider.ask("eth_gasPrice")


@pytest.mark.parametrize("namespace", ["bip122", "solana"])
def test_a_chain_of_another_kind_is_refused(namespace: str) -> None:
    with pytest.raises(FormatError, match="is not an EVM chain"):
        PublishingProvider(Transport("http://127.0.0.1:9"), ChainId(namespace, "1"))


@pytest.mark.parametrize(
    "method",
    [
        "eth_sendTransaction",
        "eth_sign",
        "eth_signTransaction",
        "eth_accounts",
        "personal_unlockAccount",
        "eth_getProof",
        "eth_getLogs",
        "debug_setHead",
        "anvil_setBalance",
        "ETH_CALL",
        "",
    ],
)
def test_t66_a_method_that_is_not_on_the_list_is_not_sent(
    told: Told, provider: PublishingProvider, method: str
) -> None:
    with pytest.raises(LookupError, match="PublishingProvider sends"):
        provider.ask(method)
    with pytest.raises(LookupError):
        provider.make_batch_request([(RPCEndpoint("eth_gasPrice"), []), (RPCEndpoint(method), [])])
    assert told.asked == []


def test_t66_the_node_holds_no_key_and_the_verifier_sends_nothing() -> None:
    assert {method for method in PUBLISHING_METHODS if "send" in method.lower()} == {"eth_sendRawTransaction"}
    assert not any("send" in method.lower() or "gas" in method.lower() for method in READ_METHODS)


@pytest.mark.parametrize("code", [3, -32000, -32003, -32010, -32015])
def test_what_the_chain_forbids_keeps_code_words_and_data(told: Told, provider: PublishingProvider, code: int) -> None:
    told.error = RefusedQuestionError(code, "execution reverted", b"\xde\xad")
    with pytest.raises(RuledOutError, match=r"127\.0\.0\.1:\d+: eth_call: execution reverted") as caught:
        provider.ask("eth_call")
    error = caught.value
    assert (error.code, error.words, error.data) == (code, "execution reverted", b"\xde\xad")


@pytest.mark.parametrize(
    ("code", "kind"),
    [(-32601, IncapableError), (-32602, IncapableError), (-32005, UnavailableError), (-32603, UnavailableError)],
)
def test_what_the_node_cannot_do_is_no_rule_of_the_chain(
    told: Told, provider: PublishingProvider, code: int, kind: type[SourceError]
) -> None:
    told.error = RefusedQuestionError(code, "no", b"\x01")
    with pytest.raises(kind) as caught:
        provider.ask("eth_call")
    assert not isinstance(caught.value, RuledOutError)


DATA: list[tuple[object, bytes]] = [
    ("0xdead", b"\xde\xad"),
    ("Reverted 0xdead", b"\xde\xad"),
    ({"data": "0xdead"}, b"\xde\xad"),
    ("0x", b""),
    ("0xdea", b""),
    ("0xzz", b""),
    ("", b""),
    (None, b""),
    (7, b""),
    ([], b""),
    ({}, b""),
    ({"data": {"data": "0xdead"}}, b""),
]


@pytest.mark.parametrize(("data", "read"), DATA)
def test_revert_data_is_read_in_the_forms_that_nodes_give_it(
    told: Told, provider: PublishingProvider, data: object, read: bytes
) -> None:
    error = provider._refusal("here", {"code": 3, "message": "execution reverted", "data": data})
    assert isinstance(error, RuledOutError)
    assert error.data == read


@pytest.mark.parametrize("error", ["text", 7, [], {}, {"code": "3"}, {"code": True}, {"code": 3.5}, {"message": "m"}])
def test_an_error_of_no_known_form_is_the_nodes_fault(provider: PublishingProvider, error: object) -> None:
    assert not isinstance(provider._refusal("here", error), RuledOutError)


@pytest.mark.parametrize("message", [None, 7, [], "x" * 10_000, "a\x1b[31mb\u202ec\n"])
def test_words_from_outside_are_made_printable_and_short(provider: PublishingProvider, message: object) -> None:
    error = provider._refusal("here", {"code": 3, "message": message})
    assert isinstance(error, RuledOutError)
    assert error.words.isprintable()
    assert len(error.words) <= 300


@pytest.mark.parametrize(
    ("method", "may"),
    [
        ("eth_getTransactionReceipt", True),
        ("eth_getBlockByNumber", True),
        ("eth_call", False),
        ("eth_sendRawTransaction", False),
        ("eth_getCode", False),
        ("eth_getTransactionCount", False),
    ],
)
def test_t64_null_is_an_answer_to_few_questions(
    told: Told, provider: PublishingProvider, method: str, may: bool
) -> None:
    told.result = None
    if may:
        assert provider.ask(method) is None
    else:
        with pytest.raises(UnavailableError, match="no result"):
            provider.ask(method)


@pytest.mark.parametrize("fault", ["wrong id", "no id", "no version", "html", "NaN", "duplicate key", "null body"])
def test_t64_answers_are_checked_like_the_verifiers(fault: str) -> None:
    with LyingServer(HonestChain(head=2, final=1), fault) as node:
        provider = PublishingProvider(Transport(node.url, QUICK), ChainId("eip155", "1"))
        with pytest.raises(UnavailableError) as caught:
            provider.ask("eth_getBlockByNumber", "0x1", False)
    assert not any(secret in str(caught.value) for secret in SECRETS)


def test_t96_a_node_that_repeats_the_key_is_not_quoted(told: Told) -> None:
    told.error = RefusedQuestionError(3, "no such project: s3cret-path")
    with LoopbackServer(told.answer) as server:
        provider = PublishingProvider(Transport(f"{server.url}/v3/s3cret-path", QUICK), CHAIN)
        with pytest.raises(RuledOutError) as caught:
            provider.ask("eth_call")
    assert "s3cret" not in str(caught.value) + caught.value.words
