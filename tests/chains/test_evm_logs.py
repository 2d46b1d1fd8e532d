"""Logs of one endpoint: all that it has of one question, each in a block that it has too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.chains import evm_answers, evm_logs
from por.chains.evm import EvmSource
from por.chains.evm_answers import read_logs
from por.chains.evm_logs import SpanReader
from por.chains.rpc_errors import TooMuchAskedError
from por.chains.transport import OversizedError
from por.errors import DisagreementError, FormatError, IncapableError, SourceError, UnavailableError
from por.model import BlockRef, ChainId, Log
from tests.chains.honest_chain import OTHER_TOPIC, POOR, RICH, TOKEN, TOPIC, HonestChain
from tests.chains.lying_server import QUICK, SECRETS, LyingServer
from tests.chains.true_logs import at, true_logs

CHAIN = HonestChain()
ONE = ChainId("eip155", "1")
ALL = true_logs(CHAIN, 0, 9)
HEX_TOPIC = "0x" + TOPIC.hex()


@pytest.fixture
def node() -> Iterator[LyingServer]:
    with LyingServer(CHAIN) as server:
        yield server


@pytest.fixture
def source(node: LyingServer) -> EvmSource:
    return EvmSource(ONE, node.url, limits=QUICK)


# what is asked


def test_logs_are_the_contracts_own_in_the_order_of_the_chain(source: EvmSource) -> None:
    assert source.logs(TOKEN, (TOPIC,), 0, 9) == ALL
    assert len(ALL) == 9
    assert all((one.block.number, one.index) < (two.block.number, two.index) for one, two in pairwise(ALL))


def test_the_first_and_the_last_block_are_in(source: EvmSource) -> None:
    assert source.logs(TOKEN, (TOPIC,), 4, 5) == true_logs(CHAIN, 4, 5)
    assert source.logs(TOKEN, (TOPIC,), 5, 5) == true_logs(CHAIN, 5, 5)
    assert len(true_logs(CHAIN, 5, 5)) == 2


def test_another_contract_or_topic_has_other_logs(source: EvmSource) -> None:
    assert [log.block.number for log in source.logs(POOR, (TOPIC,), 2, 4)] == [2, 3, 4]
    assert [log.index for log in source.logs(TOKEN, (OTHER_TOPIC,), 2, 4)] == [0, 0, 0]
    assert source.logs(RICH, (TOPIC,), 0, 9) == ()


def word(number: int) -> bytes:
    return number.to_bytes(32)


def test_several_topics_are_the_first_ones_of_every_log(source: EvmSource) -> None:
    assert source.logs(TOKEN, (TOPIC, word(5)), 0, 9) == true_logs(CHAIN, 5, 5)
    assert source.logs(TOKEN, (TOPIC, word(6)), 0, 9) == ()
    assert source.logs(TOKEN, (word(5), TOPIC), 0, 9) == ()
    assert source.logs(TOKEN, (TOPIC, word(5), word(5)), 0, 9) == ()
    assert source.logs(TOKEN, (TOPIC, word(5), word(5), word(5)), 0, 9) == ()


@pytest.mark.parametrize("fault", ["log of another topic", "log with another second topic", "log of one topic"])
def test_t64_a_log_that_lacks_one_of_several_topics_is_refused(
    node: LyingServer, source: EvmSource, fault: str
) -> None:
    node.fault = fault
    with pytest.raises(UnavailableError, match="/0/topics: a log with other topics"):
        source.logs(TOKEN, (TOPIC, word(5)), 0, 9)


def test_a_narrow_span_gives_the_same_in_more_questions(node: LyingServer) -> None:
    for span in range(1, 12):
        node.spans.clear()
        narrow = EvmSource(ONE, node.url, limits=QUICK, span=span)
        assert narrow.logs(TOKEN, (TOPIC,), 0, 9) == ALL
        assert len(node.spans) == -(-10 // span)
        assert [low for low, _ in node.spans] == list(range(0, 10, span))


def test_blocks_are_asked_for_in_batches(node: LyingServer) -> None:
    EvmSource(ONE, node.url, limits=QUICK, batch=2).logs(TOKEN, (TOPIC,), 0, 9)
    # The chain, the last block twice, the logs, and three batches of the six blocks that have some.
    assert node.posts == 7
    assert node.asked.count("eth_getBlockByNumber") == 8


def test_a_node_that_takes_no_batch_is_asked_for_blocks_one_by_one(node: LyingServer, source: EvmSource) -> None:
    node.fault = "batch refused"
    assert source.logs(TOKEN, (TOPIC,), 0, 9) == ALL


def test_t56_a_node_that_is_behind_is_not_asked_what_it_cannot_know(node: LyingServer, source: EvmSource) -> None:
    with pytest.raises(UnavailableError, match="it has no block 10"):
        source.logs(TOKEN, (TOPIC,), 0, 10)
    assert node.spans == []


@pytest.mark.parametrize(
    ("address", "topics", "first", "last"),
    [
        ("", (TOPIC,), 0, 9),
        (TOKEN.upper(), (TOPIC,), 0, 9),
        (TOKEN[:-2], (TOPIC,), 0, 9),
        ("token.eth", (TOPIC,), 0, 9),
        (TOKEN, (), 0, 9),
        (TOKEN, (b"",), 0, 9),
        (TOKEN, (TOPIC,) * 5, 0, 9),
        (TOKEN, (TOPIC, TOPIC[:31]), 0, 9),
        (TOKEN, (TOPIC[:31],), 0, 9),
        (TOKEN, (TOPIC + b"\x00",), 0, 9),
        (TOKEN, (TOPIC,), -1, 9),
        (TOKEN, (TOPIC,), 5, 4),
        (TOKEN, (TOPIC,), -2, -1),
    ],
)
def test_a_question_that_is_none_is_refused_before_anything_is_sent(
    node: LyingServer, source: EvmSource, address: str, topics: tuple[bytes, ...], first: int, last: int
) -> None:
    with pytest.raises(FormatError):
        source.logs(address, topics, first, last)
    assert node.posts == 0


def test_t53_a_node_of_another_chain_is_not_asked(node: LyingServer) -> None:
    with pytest.raises(IncapableError, match="it serves eip155:1, not eip155:5"):
        EvmSource(ChainId("eip155", "5"), node.url, limits=QUICK).logs(TOKEN, (TOPIC,), 0, 9)
    assert node.spans == []


# what is answered

FAULTS: list[tuple[str, type[SourceError], str]] = [
    ("log of another contract", UnavailableError, "/0/address: a log of another contract"),
    ("log of no contract", UnavailableError, "/0/address: a log of another contract"),
    ("log of another topic", UnavailableError, "/0/topics: a log with other topics"),
    ("log with its topics turned", UnavailableError, "/0/topics: a log with other topics"),
    ("log of no topic", UnavailableError, "/0/topics: a log with other topics"),
    ("log of five topics", UnavailableError, "/0/topics: 5 items"),
    ("log of a short topic", UnavailableError, "/0/topics/1"),
    ("log before the span", UnavailableError, "/0/blockNumber: a log of block 0, which was not asked about"),
    ("log after the span", UnavailableError, "/0/blockNumber: a log of block 65535, which was not asked about"),
    ("log of an endless number", UnavailableError, "/0/blockNumber"),
    ("log of a pending block", UnavailableError, "/0/blockNumber"),
    ("log without its block's hash", UnavailableError, "/0/blockHash: not text"),
    ("log of a short hash", UnavailableError, "/0/blockHash"),
    ("log of another block", DisagreementError, r"a log of block 2 with hash 0x7777.*and has the block 0x"),
    ("logs of two blocks in one", UnavailableError, "logs of two blocks with number 8"),
    ("logs of an abandoned fork", DisagreementError, r"a log of block 2 with hash 0x.*and has the block 0x"),
    ("log removed", UnavailableError, "/0/removed"),
    ("log perhaps removed", UnavailableError, "/0/removed"),
    ("log removed by zero", UnavailableError, "/0/removed"),
    ("log without index", UnavailableError, "/0/logIndex"),
    ("log with a number for an index", UnavailableError, "/0/logIndex"),
    ("log of an endless index", UnavailableError, "/0/logIndex: a number that no chain has reached"),
    ("log twice", UnavailableError, "log 1 of block 2 twice"),
    ("log twice with other data", UnavailableError, "log 1 of block 2 twice"),
    ("log without data", UnavailableError, "/0/data"),
    ("log of odd data", UnavailableError, "/0/data"),
    ("log of huge data", IncapableError, "an answer of more than .* block 2 alone was asked about"),
    ("log of nothing", UnavailableError, "/0: not an object"),
    ("logs in an object", UnavailableError, "not a list"),
    ("logs as null", UnavailableError, "no result for eth_getLogs"),
    ("logs as text", UnavailableError, "not a list"),
    ("no logs of any span", IncapableError, "block 2 alone was asked about"),
    ("logs in no form", IncapableError, "does not understand"),
    ("no logs", IncapableError, "ask another node"),
    ("no index of logs", UnavailableError, "internal error"),
    ("0x0", UnavailableError, "unusable answer"),
    ("empty object", UnavailableError, "unusable answer"),
    ("upper-case hexadecimal", UnavailableError, "unusable answer"),
    ("missing block", UnavailableError, "it has no block 8"),
    ("edited time", DisagreementError, "does not hash to the hash"),
    ("rate limit with 200", UnavailableError, "rate of requests"),
]


@pytest.mark.parametrize(("fault", "kind", "words"), FAULTS)
def test_t64_logs_are_of_what_was_asked_or_are_refused(
    node: LyingServer, source: EvmSource, fault: str, kind: type[SourceError], words: str
) -> None:
    source.header(5)
    node.fault = fault
    with pytest.raises(kind, match=words) as caught:
        source.logs(TOKEN, (TOPIC,), 2, 8)
    assert str(caught.value).startswith(node.origin)
    assert [secret for secret in SECRETS if secret in str(caught.value)] == []


def test_logs_in_another_order_are_put_right(node: LyingServer, source: EvmSource) -> None:
    node.fault = "logs backwards"
    assert source.logs(TOKEN, (TOPIC,), 0, 9) == ALL


@pytest.mark.parametrize("fault", ["log left out", "log of other data"])
def test_t55_what_a_log_says_is_only_as_good_as_the_node(node: LyingServer, source: EvmSource, fault: str) -> None:
    node.fault = fault
    assert source.logs(TOKEN, (TOPIC,), 0, 9) != ALL


def test_t56_logs_read_while_the_chain_changes_are_refused(node: LyingServer, source: EvmSource) -> None:
    node.fault = "other hash on the second read"
    with pytest.raises(DisagreementError, match="and has the block 0x"):
        source.logs(TOKEN, (TOPIC,), 0, 9)


def test_t56_that_nothing_was_logged_is_refused_too_when_the_chain_changes(
    node: LyingServer, source: EvmSource
) -> None:
    assert source.logs(RICH, (TOPIC,), 0, 9) == ()
    node.asked.clear()
    node.fault = "other hash on the second read"
    with pytest.raises(DisagreementError, match=r"block 9 of eip155:1 was 0x.* and is 0x"):
        source.logs(RICH, (TOPIC,), 0, 9)


# spans


@pytest.mark.parametrize(
    ("fault", "spans"),
    [
        ("logs of 2 blocks at most", [(0, 9), (0, 4), (0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]),
        ("logs of 1 block at most", [(0, 9), (0, 4), (0, 1), *[(number, number) for number in range(10)]]),
        ("2 logs at most", [(0, 9), (0, 4), (0, 1), (2, 3), (4, 5), (4, 4), *[(n, n) for n in range(5, 10)]]),
        ("400 for the logs of many blocks", [(0, 9), (0, 4), (0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]),
        ("413 for the logs of many blocks", [(0, 9), (0, 4), (0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]),
    ],
)
def test_a_span_that_is_refused_is_halved_and_the_width_kept(
    node: LyingServer, source: EvmSource, fault: str, spans: list[tuple[int, int]]
) -> None:
    node.fault = fault
    assert source.logs(TOKEN, (TOPIC,), 0, 9) == ALL
    assert node.spans == spans
    node.spans.clear()
    assert source.logs(TOKEN, (TOPIC,), 0, 9) == ALL
    assert (0, 9) not in node.spans


def test_a_single_block_that_is_refused_ends_it(node: LyingServer, source: EvmSource) -> None:
    node.fault = "no logs of any span"
    with pytest.raises(IncapableError, match=r"too wide.*block 0 alone was asked about"):
        source.logs(TOKEN, (TOPIC,), 0, 9)
    assert node.spans == [(0, 9), (0, 4), (0, 1), (0, 0)]


@pytest.mark.parametrize("fault", ["no logs", "no index of logs", "log of another contract"])
def test_another_error_is_not_taken_for_a_wide_span(node: LyingServer, source: EvmSource, fault: str) -> None:
    node.fault = fault
    with pytest.raises(SourceError):
        source.logs(TOKEN, (TOPIC,), 2, 9)
    assert node.spans == [(2, 9)]


def spied(asked: list[tuple[int, int]], takes: int = 10**9) -> Callable[[int, int], tuple[Log, ...]]:
    def ask(first: int, last: int) -> tuple[Log, ...]:
        asked.append((first, last))
        if last - first >= takes:
            raise (OversizedError if len(asked) % 2 else TooMuchAskedError)("less, please")
        return tuple(Log(TOKEN, (TOPIC,), b"", BlockRef(number, bytes(32)), 0) for number in range(first, last + 1))

    return ask


@given(st.integers(0, 2**40), st.integers(1, 60), st.integers(1, 70), st.integers(1, 70))
def test_spans_cover_every_block_once(first: int, count: int, span: int, takes: int) -> None:
    asked: list[tuple[int, int]] = []
    logs = SpanReader(span).read(spied(asked, takes), first, first + count - 1)
    assert [log.block.number for log in logs] == list(range(first, first + count))
    answered = [(low, high) for low, high in asked if high - low < takes]
    assert answered[0][0] == first
    assert all(two[0] == one[1] + 1 for one, two in pairwise(answered))
    assert len(asked) - len(answered) <= span.bit_length()


def test_what_a_node_cannot_answer_in_reasonable_time_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evm_logs, "MAX_QUESTIONS", 5)
    asked: list[tuple[int, int]] = []
    assert len(SpanReader(10).read(spied(asked), 0, 49)) == 50
    asked.clear()
    with pytest.raises(IncapableError, match="blocks 0 to 50 take more than 5 questions of 10 blocks"):
        SpanReader(10).read(spied(asked), 0, 50)
    assert asked == []
    with pytest.raises(IncapableError, match="blocks 0 to 49 take more than 5 questions of 5 blocks"):
        SpanReader(10).read(spied(asked, takes=9), 0, 49)
    assert asked == [(0, 9)]


def test_more_logs_than_anybody_reads_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evm_logs, "MAX_LOGS", 20)
    assert len(SpanReader(10).read(spied([]), 0, 19)) == 20
    asked: list[tuple[int, int]] = []
    with pytest.raises(IncapableError, match="more than 20 logs or 67108864 bytes of them in blocks 0 to 29"):
        SpanReader(10).read(spied(asked), 0, 99)
    assert len(asked) == 3


# one answer


def log_answer(**changes: object) -> dict[str, Any]:
    return CHAIN.logs(TOKEN, [HEX_TOPIC], 5, 5)[0] | changes


def test_an_address_may_be_answered_in_any_case() -> None:
    assert read_logs([log_answer(address="0x" + TOKEN[2:].upper())], TOKEN, (TOPIC,), 5, 5) == ALL[4:5]


def test_members_that_are_not_needed_are_not_read() -> None:
    told = log_answer(transactionHash=None, blockTimestamp=7, more=[])
    assert read_logs([told], TOKEN, (TOPIC,), 5, 5) == ALL[4:5]


@given(st.permutations(CHAIN.logs(TOKEN, [HEX_TOPIC], 0, 9)))
def test_every_order_of_an_answer_is_one_answer(told: list[dict[str, Any]]) -> None:
    assert read_logs(told, TOKEN, (TOPIC,), 0, 9) == ALL


@given(st.integers(1, 4), st.binary(max_size=100), st.integers(0, 2**53 - 1))
def test_topics_data_and_index_are_kept(topics: int, data: bytes, index: int) -> None:
    told = log_answer(topics=[HEX_TOPIC] * topics, data="0x" + data.hex(), logIndex=hex(index))
    (log,) = read_logs([told], TOKEN, (TOPIC,), 5, 5)
    assert log == Log(TOKEN, (TOPIC,) * topics, data, at(CHAIN, 5), index)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3))
def test_a_log_is_read_where_its_topics_begin_with_those_asked_for(asked: int, said: int, other: int) -> None:
    wanted = tuple(word(number) for number in range(asked))
    named = [word(7 if number == other else number) for number in range(said)]
    told = log_answer(topics=["0x" + topic.hex() for topic in named])
    if tuple(named[:asked]) == wanted:
        assert [log.topics for log in read_logs([told], TOKEN, wanted, 5, 5)] == [tuple(named)]
        return
    with pytest.raises(FormatError) as caught:
        read_logs([told], TOKEN, wanted, 5, 5)
    assert caught.value.place == "/0/topics"


def test_data_up_to_a_limit_are_read() -> None:
    limit = evm_answers.MAX_LOG_DATA
    (log,) = read_logs([log_answer(data="0x" + "00" * limit)], TOKEN, (TOPIC,), 5, 5)
    assert len(log.data) == limit
    with pytest.raises(FormatError, match=f"{limit + 1} bytes") as caught:
        read_logs([log_answer(data="0x" + "00" * (limit + 1))], TOKEN, (TOPIC,), 5, 5)
    assert caught.value.place == "/0/data"


def test_one_answer_holds_so_many_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evm_answers, "MAX_LOGS", 2)
    told = [log_answer(logIndex=hex(index)) for index in range(3)]
    assert len(read_logs(told[:2], TOKEN, (TOPIC,), 5, 5)) == 2
    with pytest.raises(FormatError, match="3 items; at most 2"):
        read_logs(told, TOKEN, (TOPIC,), 5, 5)


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (None, "/"),
        ({}, "/"),
        ("0x", "/"),
        ([[]], "/0"),
        ([log_answer(), None], "/1"),
        ([log_answer(address=RICH)], "/0/address"),
        ([log_answer(address=TOKEN + "00")], "/0/address"),
        ([log_answer(address=7)], "/0/address"),
        ([log_answer(topics=None)], "/0/topics"),
        ([log_answer(topics=[HEX_TOPIC.upper()])], "/0/topics/0"),
        ([log_answer(topics=["0x" + OTHER_TOPIC.hex()])], "/0/topics"),
        ([log_answer(topics=[HEX_TOPIC, None])], "/0/topics/1"),
        ([log_answer(blockNumber="0x4")], "/0/blockNumber"),
        ([log_answer(blockNumber="0x6")], "/0/blockNumber"),
        ([log_answer(blockNumber=5)], "/0/blockNumber"),
        ([log_answer(blockNumber="0x05")], "/0/blockNumber"),
        ([log_answer(blockNumber="latest")], "/0/blockNumber"),
        ([log_answer(blockHash=None)], "/0/blockHash"),
        ([log_answer(blockHash="0x" + "11" * 33)], "/0/blockHash"),
        ([log_answer(removed="false")], "/0/removed"),
        ([log_answer(removed=None)], "/0/removed"),
        ([log_answer(data=None)], "/0/data"),
        ([log_answer(data="")], "/0/data"),
        ([log_answer(data="0xAB")], "/0/data"),
        ([log_answer(logIndex="0x")], "/0/logIndex"),
        ([log_answer(logIndex="-0x1")], "/0/logIndex"),
        ([log_answer(logIndex=hex(2**53))], "/0/logIndex"),
        ([log_answer(), log_answer()], ""),
        ([log_answer(), log_answer(logIndex="0x9", blockHash="0x" + "11" * 32)], ""),
    ],
)
def test_t64_an_answer_of_another_form_is_refused_with_its_place(answer: object, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_logs(answer, TOKEN, (TOPIC,), 5, 5)
    assert caught.value.place == place
