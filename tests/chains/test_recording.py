"""What was answered once is answered again, in its order, and nothing else is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.chains.embedded import EmbeddedChain
from por.chains.evm import EvmSource
from por.chains.recording import RecordingSource, ReplaySource
from por.chains.unchanged import require_unchanged
from por.encoding import recording_v1
from por.errors import (
    DisagreementError,
    EvidenceError,
    FormatError,
    IncapableError,
    SourceError,
    UnavailableError,
)
from por.model import BlockRef, Call, ChainId, Instant
from por.model.recording import ChainRecording, RecordedHeader, Recording
from tests.chains.honest_chain import (
    ABSENT,
    OTHER_TOPIC,
    POOR,
    RICH,
    SLOTS,
    TOKEN,
    TOPIC,
    UNSET_SLOT,
    HonestChain,
    balance_of,
)
from tests.chains.lying_server import QUICK, SECRETS, LyingServer
from tests.chains.true_logs import true_logs

CHAIN = HonestChain()
ONE = ChainId("eip155", "1")
BLOCK = BlockRef(5, CHAIN.hash(5))
# It logs the word 7 under one topic while it is made, and is nothing afterwards.
LOGGER_CREATION_CODE = bytes.fromhex("60075f527f" + TOPIC.hex() + "60205fa1")
# It returns the word 7 to whoever sends data, and reverts for the others.
SEVEN_CREATION_CODE = bytes.fromhex("6f366007575f5ffd5b60075f5260205ff35f5260106010f3")


@pytest.fixture
def node() -> Iterator[LyingServer]:
    with LyingServer(CHAIN) as server:
        yield server


@pytest.fixture
def recorder(node: LyingServer) -> RecordingSource:
    return RecordingSource(EvmSource(ONE, node.url, limits=QUICK))


def replayed(recorder: RecordingSource) -> ReplaySource:
    """Replay after a trip through the document."""
    document = recording_v1.write(RecordingSource.joined([recorder]))
    return ReplaySource(recording_v1.read(document).chains[0])


def test_a_whole_run_is_repeated_without_the_node(node: LyingServer, recorder: RecordingSource) -> None:
    requests = [(RICH, ()), (TOKEN, SLOTS), (ABSENT, ())]
    final, header = recorder.finalized(), recorder.header(5)
    proofs = recorder.account_proofs(BLOCK, requests)
    logs, none = recorder.logs(TOKEN, (TOPIC,), 2, 9), recorder.logs(RICH, (TOPIC,), 2, 9)
    calls = [Call(TOKEN, balance_of(RICH)), Call(TOKEN, b""), Call(RICH, b"")]
    given = recorder.calls(BLOCK, calls)
    posts = node.posts
    again = replayed(recorder)
    assert again.chain == ONE
    assert again.names == (node.origin,)
    assert again.finalized() == final
    assert again.header(5) == header
    assert again.account_proofs(BLOCK, requests) == proofs
    assert again.account_proof(BLOCK, TOKEN, SLOTS) == proofs[1]
    assert again.logs(TOKEN, (TOPIC,), 2, 9) == logs == true_logs(CHAIN, 2, 9)
    assert again.logs(RICH, (TOPIC,), 2, 9) == none == ()
    assert again.calls(BLOCK, calls) == given == ((1000 * 0xA1 + 5).to_bytes(32, "big"), None, b"")
    assert again.calls(BLOCK, calls[::-1]) == given[::-1]
    assert again.calls(BLOCK, []) == ()
    assert node.posts == posts


def test_progress_is_reported_by_both(recorder: RecordingSource) -> None:
    requests = [(RICH, ()), (POOR, ())]
    seen: list[tuple[int, int]] = []
    recorder.account_proofs(BLOCK, requests, lambda done, wanted: seen.append((done, wanted)))
    replayed(recorder).account_proofs(BLOCK, requests, lambda done, wanted: seen.append((done, wanted)))
    assert seen == [(2, 2), (1, 2), (2, 2)]


def test_what_was_not_asked_is_not_known(recorder: RecordingSource) -> None:
    recorder.header(5)
    recorder.account_proof(BLOCK, TOKEN, SLOTS)
    recorder.logs(TOKEN, (TOPIC,), 2, 8)
    recorder.calls(BLOCK, [Call(TOKEN, balance_of(RICH))])
    again = replayed(recorder)
    questions: list[Callable[[], object]] = [
        again.finalized,
        lambda: again.header(4),
        lambda: again.account_proof(BLOCK, RICH, []),
        lambda: again.account_proof(BLOCK, TOKEN, SLOTS[:1]),
        lambda: again.account_proof(BLOCK, TOKEN, SLOTS[::-1]),
        lambda: again.account_proof(BlockRef(5, CHAIN.hash(4)), TOKEN, SLOTS),
        lambda: again.account_proofs(BLOCK, [(TOKEN, SLOTS), (POOR, ())]),
        lambda: again.logs(POOR, (TOPIC,), 2, 8),
        lambda: again.logs(TOKEN, (OTHER_TOPIC,), 2, 8),
        lambda: again.logs(TOKEN, (TOPIC, (5).to_bytes(32)), 2, 8),
        lambda: again.logs(TOKEN, (TOPIC,), 3, 8),
        lambda: again.logs(TOKEN, (TOPIC,), 2, 7),
        lambda: again.logs(TOKEN, (TOPIC,), 2, 9),
        lambda: again.calls(BLOCK, [Call(TOKEN, balance_of(POOR))]),
        lambda: again.calls(BLOCK, [Call(TOKEN, balance_of(RICH)), Call(TOKEN, balance_of(POOR))]),
        lambda: again.calls(BLOCK, [Call(POOR, balance_of(RICH))]),
        lambda: again.calls(BLOCK, [Call(TOKEN, b"")]),
        lambda: again.calls(BlockRef(5, CHAIN.hash(4)), [Call(TOKEN, balance_of(RICH))]),
    ]
    for question in questions:
        with pytest.raises(UnavailableError, match="the recording of eip155:1 does not hold"):
            question()


def test_an_error_is_not_an_answer_and_not_recorded(node: LyingServer, recorder: RecordingSource) -> None:
    node.fault = "503"
    questions: list[Callable[[], object]] = [
        recorder.finalized,
        lambda: recorder.header(5),
        lambda: recorder.account_proof(BLOCK, RICH, []),
        lambda: recorder.logs(TOKEN, (TOPIC,), 0, 9),
        lambda: recorder.calls(BLOCK, [Call(TOKEN, balance_of(RICH))]),
    ]
    for question in questions:
        with pytest.raises(SourceError):
            question()
    assert recorder.recording() == ChainRecording(ONE, (node.origin,), None, (), ())


def test_t56_a_chain_that_changed_shows_both_readings(node: LyingServer, recorder: RecordingSource) -> None:
    node.fault = "other hash on the second read"
    first = recorder.header(5)
    with pytest.raises(DisagreementError):
        require_unchanged(recorder, [first.ref])
    kept = recorder.recording().headers
    assert [header.number for header in kept] == [5, 5]
    assert kept[0].rlp != kept[1].rlp
    again = replayed(recorder)
    assert again.header(5) == first
    with pytest.raises(DisagreementError):
        require_unchanged(again, [first.ref])


def test_the_last_reading_is_answered_from_then_on(recorder: RecordingSource) -> None:
    recorder.header(5)
    again = replayed(recorder)
    assert {again.header(5).ref for _ in range(3)} == {BLOCK}


def test_one_question_asked_twice_is_kept_once(recorder: RecordingSource) -> None:
    for _ in range(2):
        recorder.account_proof(BLOCK, RICH, [])
    assert len(recorder.recording().proofs) == 1


def test_logs_asked_for_twice_are_kept_once_and_stand_in_the_order_of_their_questions(
    recorder: RecordingSource,
) -> None:
    one, both = (TOPIC,), (TOPIC, (5).to_bytes(32))
    questions = [(TOKEN, both, 2, 9), (TOKEN, one, 2, 9), (POOR, one, 2, 9), (TOKEN, one, 0, 9), (TOKEN, one, 2, 9)]
    for question in questions:
        recorder.logs(*question)
    assert [recorded.question for recorded in recorder.recording().logs] == sorted(set(questions))


def test_t56_logs_that_changed_during_the_run_are_an_error_and_not_recorded(
    node: LyingServer, recorder: RecordingSource
) -> None:
    recorder.logs(TOKEN, (TOPIC,), 2, 9)
    node.fault = "log left out"
    with pytest.raises(DisagreementError, match=r"were 8 others before \(7 now\)") as caught:
        recorder.logs(TOKEN, (TOPIC,), 2, 9)
    assert str(caught.value).startswith(f"{node.origin}: the logs of {TOKEN} in blocks 2 to 9 of eip155:1")
    assert recorder.recording().logs == ()


def test_t56_logs_that_could_not_be_read_again_are_not_recorded(node: LyingServer, recorder: RecordingSource) -> None:
    recorder.logs(TOKEN, (TOPIC,), 2, 9)
    node.fault = "logs of an abandoned fork"
    with pytest.raises(DisagreementError):
        recorder.logs(TOKEN, (TOPIC,), 2, 9)
    assert recorder.recording().logs == ()
    with pytest.raises(UnavailableError, match="does not hold the logs"):
        replayed(recorder).logs(TOKEN, (TOPIC,), 2, 9)


def test_calls_asked_twice_are_kept_once_and_stand_in_the_order_of_their_questions(recorder: RecordingSource) -> None:
    earlier = BlockRef(4, CHAIN.hash(4))
    calls = [Call(TOKEN, balance_of(RICH)), Call(POOR, b""), Call(TOKEN, b""), Call(TOKEN, balance_of(RICH))]
    for block in (BLOCK, earlier, BLOCK):
        recorder.calls(block, calls)
    kept = [recorded.question for recorded in recorder.recording().calls]
    assert kept == sorted({(block.hash, call.to, call.data) for block in (BLOCK, earlier) for call in calls})


def test_t55_a_call_that_gives_something_else_later_is_an_error_and_not_recorded(
    node: LyingServer, recorder: RecordingSource
) -> None:
    one, other = Call(TOKEN, balance_of(RICH)), Call(RICH, b"")
    recorder.calls(BLOCK, [one, other])
    node.fault = "call of yesterday"
    with pytest.raises(DisagreementError, match="contradicts itself") as caught:
        recorder.calls(BLOCK, [other, one])
    assert f"a call of {TOKEN} at block 5 of eip155:1" in str(caught.value)
    assert recorder.recording().calls == ()
    assert recorder.failures == [str(caught.value)]


def test_t64_a_revert_that_comes_later_is_another_answer(node: LyingServer, recorder: RecordingSource) -> None:
    recorder.calls(BLOCK, [Call(TOKEN, balance_of(RICH))])
    node.fault = "call reverts"
    with pytest.raises(DisagreementError):
        recorder.calls(BLOCK, [Call(TOKEN, balance_of(RICH))])
    with pytest.raises(UnavailableError, match="does not hold this call"):
        replayed(recorder).calls(BLOCK, [Call(TOKEN, balance_of(RICH))])


def test_t64_calls_that_could_not_be_read_again_are_not_recorded(node: LyingServer, recorder: RecordingSource) -> None:
    recorder.calls(BLOCK, [Call(TOKEN, balance_of(RICH)), Call(RICH, b"")])
    node.fault = "call pruned"
    with pytest.raises(IncapableError):
        recorder.calls(BLOCK, [Call(RICH, b"")])
    assert [recorded.to for recorded in recorder.recording().calls] == [TOKEN]


def test_what_issuers_ask_is_passed_on_and_not_recorded(recorder: RecordingSource) -> None:
    call = Call(TOKEN, balance_of(RICH))
    assert recorder.access(BLOCK, call) == ((TOKEN, SLOTS[:2]),)
    assert recorder.codes(BLOCK, [TOKEN, RICH]) == (CHAIN.code(TOKEN), b"")
    assert recorder.trial(BLOCK, call, {}) == (1000 * 0xA1 + 5).to_bytes(32, "big")
    empty = replayed(recorder)
    questions: list[Callable[[], object]] = [
        lambda: empty.access(BLOCK, call),
        lambda: empty.codes(BLOCK, [TOKEN]),
        lambda: empty.trial(BLOCK, call, {}),
    ]
    for question in questions:
        with pytest.raises(IncapableError, match="a recording, such as that of eip155:1, never holds"):
            question()


def test_t96_a_recording_holds_no_key(recorder: RecordingSource) -> None:
    recorder.finalized()
    recorder.account_proof(BLOCK, RICH, [])
    recorder.logs(TOKEN, (TOPIC,), 0, 9)
    recorder.calls(BLOCK, [Call(TOKEN, balance_of(RICH))])
    document = recording_v1.write(RecordingSource.joined([recorder])).decode()
    assert [secret for secret in SECRETS if secret in document] == []


def test_recordings_are_joined_in_the_order_of_their_chains(node: LyingServer) -> None:
    chains = [ChainId("eip155", text) for text in ("5", "10", "1")]
    joined = RecordingSource.joined(RecordingSource(EvmSource(chain, node.url)) for chain in chains)
    assert [str(part.chain) for part in joined.chains] == ["eip155:1", "eip155:10", "eip155:5"]
    assert recording_v1.read(recording_v1.write(joined)) == joined


@pytest.mark.parametrize(
    ("header", "place"),
    [
        (RecordedHeader(4, CHAIN.headers[5]), "/headers/1"),
        (RecordedHeader(5, CHAIN.headers[5][:-1]), "/headers/1/rlp"),
        (RecordedHeader(5, CHAIN.headers[5] + b"\x00"), "/headers/1/rlp"),
        (RecordedHeader(5, b"\xc0"), "/headers/1/rlp"),
        (RecordedHeader(5, b"\x00"), "/headers/1/rlp"),
    ],
)
def test_a_recorded_header_that_is_none_is_refused_with_its_place(header: RecordedHeader, place: str) -> None:
    recording = ChainRecording(ONE, ("http://a:1",), None, (RecordedHeader(5, CHAIN.headers[5]), header), ())
    with pytest.raises(FormatError) as caught:
        ReplaySource(recording)
    assert caught.value.place == place


def test_replaying_needs_no_web3() -> None:
    assert Recording(()).chains == ()
    assert "web3" not in sys.modules["por.chains.recording"].__dict__
    assert not {"EvmSource", "Web3"} & sys.modules["por.chains"].__dict__.keys()


def test_the_example_of_the_specification_is_what_a_run_gives() -> None:
    chain = EmbeddedChain(Instant.parse("2026-11-01T00:00:00Z"))
    chain.fund(RICH, 10**18)
    seven = chain.deploy(SEVEN_CREATION_CODE)
    chain.mine()
    logger = chain.deploy(LOGGER_CREATION_CODE)
    chain.mine()
    with chain.serve() as url:
        recorder = RecordingSource(EvmSource(chain.chain, url))
        block = recorder.header(1).ref
        recorder.finalized()
        recorder.account_proof(block, RICH, [UNSET_SLOT])
        assert recorder.calls(block, [Call(seven, b"\x01"), Call(seven, b"")]) == (bytes(31) + b"\x07", None)
        (log,) = recorder.logs(logger, (TOPIC,), 0, 2)
        recorder.header(1)
    assert (log.topics, log.data, log.block.number) == ((TOPIC,), bytes(31) + b"\x07", 2)
    made = replace(recorder.recording(), sources=("https://node.example:443",))
    page = (Path(__file__).resolve().parents[2] / "por" / "spec" / "recording.md").read_text("utf-8")
    example = page.partition("```json recording.json\n")[2].partition("\n```")[0].encode()
    assert recording_v1.write(Recording((made,))) == example
    ReplaySource(recording_v1.read(example).chains[0])


QUESTIONS: dict[str, tuple[Any, ...]] = {
    "finalized": (),
    "header": (1,),
    "account_proof": (BlockRef(1, bytes(32)), "0x", []),
    "account_proofs": (BlockRef(1, bytes(32)), [], None),
    "logs": ("0x", (bytes(32),), 0, 1),
    "calls": (BlockRef(1, bytes(32)), [Call("0x", b"")]),
    "access": (BlockRef(1, bytes(32)), Call("0x", b"")),
    "codes": (BlockRef(1, bytes(32)), ["0x"]),
    "trial": (BlockRef(1, bytes(32)), Call("0x", b""), {}),
}


class Broken:
    """Fail at every question."""

    chain = ChainId.parse("eip155:1")
    names = ("node",)

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def answer(*_: Any) -> Any:
            raise self.error

        return answer


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("error", [UnavailableError, IncapableError, DisagreementError])
def test_t64_failures_are_passed_on_and_listed(name: str, error: type[SourceError]) -> None:
    recorder = RecordingSource(Broken(error("no")))
    with pytest.raises(error):
        getattr(recorder, name)(*QUESTIONS[name])
    assert recorder.failures == ["no"]


def test_evidence_that_breaks_its_rules_is_no_failure_of_a_source() -> None:
    recorder = RecordingSource(Broken(EvidenceError("no")))
    with pytest.raises(EvidenceError):
        recorder.header(1)
    assert recorder.failures == []
