"""What was answered once is answered again, in its order, and nothing else is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from por.chains.embedded import EmbeddedChain
from por.chains.evm import EvmSource
from por.chains.recording import RecordingSource, ReplaySource
from por.chains.unchanged import require_unchanged
from por.encoding import recording_v1
from por.errors import DisagreementError, FormatError, SourceError, UnavailableError
from por.model import BlockRef, ChainId, Instant
from por.model.recording import ChainRecording, RecordedHeader, Recording
from tests.chains.honest_chain import ABSENT, POOR, RICH, SLOTS, TOKEN, UNSET_SLOT, HonestChain
from tests.chains.lying_server import QUICK, SECRETS, LyingServer

CHAIN = HonestChain()
ONE = ChainId("eip155", "1")
BLOCK = BlockRef(5, CHAIN.hash(5))


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
    posts = node.posts
    again = replayed(recorder)
    assert again.chain == ONE
    assert again.names == (node.origin,)
    assert again.finalized() == final
    assert again.header(5) == header
    assert again.account_proofs(BLOCK, requests) == proofs
    assert again.account_proof(BLOCK, TOKEN, SLOTS) == proofs[1]
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
    again = replayed(recorder)
    questions: list[Callable[[], object]] = [
        again.finalized,
        lambda: again.header(4),
        lambda: again.account_proof(BLOCK, RICH, []),
        lambda: again.account_proof(BLOCK, TOKEN, SLOTS[:1]),
        lambda: again.account_proof(BLOCK, TOKEN, SLOTS[::-1]),
        lambda: again.account_proof(BlockRef(5, CHAIN.hash(4)), TOKEN, SLOTS),
        lambda: again.account_proofs(BLOCK, [(TOKEN, SLOTS), (POOR, ())]),
    ]
    for question in questions:
        with pytest.raises(UnavailableError, match="the recording of eip155:1 does not hold"):
            question()


def test_an_error_is_not_an_answer_and_not_recorded(node: LyingServer, recorder: RecordingSource) -> None:
    node.fault = "503"
    for question in (recorder.finalized, lambda: recorder.header(5), lambda: recorder.account_proof(BLOCK, RICH, [])):
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


def test_t96_a_recording_holds_no_key(recorder: RecordingSource) -> None:
    recorder.finalized()
    recorder.account_proof(BLOCK, RICH, [])
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
    chain.mine()
    chain.mine()
    with chain.serve() as url:
        recorder = RecordingSource(EvmSource(chain.chain, url))
        block = recorder.header(1).ref
        recorder.finalized()
        recorder.account_proof(block, RICH, [UNSET_SLOT])
        recorder.header(1)
    made = replace(recorder.recording(), sources=("https://node.example:443",))
    page = (Path(__file__).resolve().parents[2] / "por" / "spec" / "recording.md").read_text("utf-8")
    example = page.partition("```json recording.json\n")[2].partition("\n```")[0].encode()
    assert recording_v1.write(Recording((made,))) == example
    ReplaySource(recording_v1.read(example).chains[0])
