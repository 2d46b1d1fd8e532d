"""What sources say about a snapshot block, asked once at the start and once at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from por.chains.recording import RecordingSource, ReplaySource
from por.checks.chain_view import ChainView, Sources, header_evidence, reread, view_of
from por.checks.observation import Broken, Missing, Observation, Seen
from por.encoding import media_types
from por.errors import DisagreementError, IncapableError, SourceError, UnavailableError
from por.model import BlockRef, ChainId, ChainRule, Digest, Header
from por.proofs.state.header import header_from_rlp
from tests.checks.scenery import (
    CHAIN,
    NUMBER,
    FakeSource,
    bundle,
    files,
    header_bytes,
    headers,
    listed,
    open_in,
    policy,
    sources,
)

BLOCK = bundle().blocks[0]
HEADER, CHILD = headers()
RECORDING = Digest(b"\x33" * 32)


def reason(seen: Observation[ChainView]) -> str:
    assert isinstance(seen, Missing)
    return seen.reason


def test_what_sources_say_is_seen() -> None:
    seen = view_of(BLOCK, sources(), policy())
    assert isinstance(seen, Seen)
    assert (seen.value.header, seen.value.child) == (HEADER, CHILD)
    assert seen.value.finalized.number == NUMBER + 20
    assert len(seen.value.names) == 2


def test_t55_nobody_asked_is_missing_and_says_what_to_give() -> None:
    assert "--source eip155:1=URL" in reason(view_of(BLOCK, Sources({}), policy()))
    elsewhere = FakeSource(chain=ChainId("eip155", "10"))
    assert "no source" in reason(view_of(BLOCK, sources(elsewhere), policy()))


def test_t55_a_chain_that_the_policy_does_not_name_is_missing() -> None:
    assert "[[chain]]" in reason(view_of(BLOCK, sources(), policy(chains={})))


@pytest.mark.parametrize(("names", "wanted"), [((), 1), (("a",), 2), (("a", "b"), 3), (("a",), 64)])
def test_t55_too_few_sources_are_missing_and_counted(names: tuple[str, ...], wanted: int) -> None:
    rules = policy(chains={CHAIN: ChainRule(CHAIN, wanted, None)})
    source = FakeSource(names=names)
    said = reason(view_of(BLOCK, sources(source), rules))
    assert f"{len(names)} sources answer" in said
    assert f"asks for {wanted}" in said
    assert source.asked == []


def test_more_sources_than_asked_for_will_do() -> None:
    rules = policy(chains={CHAIN: ChainRule(CHAIN, 1, None)})
    assert isinstance(view_of(BLOCK, sources(), rules), Seen)


def test_a_recording_that_the_policy_does_not_name_is_self_declared() -> None:
    said = reason(view_of(BLOCK, sources(recording=RECORDING), policy()))
    assert "self-declared" in said
    assert str(RECORDING) in said
    other = policy(recordings=(Digest(b"\x44" * 32),))
    assert "self-declared" in reason(view_of(BLOCK, sources(recording=RECORDING), other))


def test_a_recording_that_the_policy_names_is_as_good_as_its_sources() -> None:
    rules = policy(recordings=(RECORDING,))
    assert isinstance(view_of(BLOCK, sources(recording=RECORDING), rules), Seen)


def test_a_pinned_recording_still_needs_enough_sources() -> None:
    rules = policy(recordings=(RECORDING,))
    one = FakeSource(names=("https://node-a.example:443",))
    assert "asks for 2" in reason(view_of(BLOCK, sources(one, RECORDING), rules))


@pytest.mark.parametrize(
    "error",
    [SourceError("s"), UnavailableError("u"), IncapableError("i"), DisagreementError("d")],
)
def test_t64_a_source_that_fails_is_missing(error: SourceError) -> None:
    assert reason(view_of(BLOCK, sources(FakeSource(fails=error)), policy())) == str(error)


def test_t64_a_source_without_the_block_is_missing() -> None:
    assert "no block 1000" in reason(view_of(BLOCK, sources(FakeSource(())), policy()))


def test_a_source_without_the_next_block_has_no_child() -> None:
    seen = view_of(BLOCK, sources(FakeSource((HEADER,))), policy())
    assert isinstance(seen, Seen)
    assert seen.value.child is None


@pytest.mark.parametrize("kind", [IncapableError, DisagreementError])
def test_t55_disagreement_about_the_next_block_is_missing(kind: type[SourceError]) -> None:
    class Torn(FakeSource):
        def header(self, number: int) -> Header:
            if number == NUMBER + 1:
                raise kind("they differ")
            return super().header(number)

    assert reason(view_of(BLOCK, sources(Torn()), policy())) == "they differ"


GENESIS = header_from_rlp(header_bytes(0, 0, bytes(32), bytes(32)))
PINNED = {CHAIN: ChainRule(CHAIN, 2, GENESIS.hash)}


def replaying(*known: Header) -> ReplaySource:
    """Replay what two nodes said of the snapshot block, and of the first one if they have it."""
    recorder = RecordingSource(FakeSource(known))  # type: ignore[arg-type]
    view_of(BLOCK, sources(recorder), policy(chains=PINNED))
    view_of(BLOCK, sources(recorder), policy())
    return ReplaySource(recorder.recording())


def test_t53_sources_with_the_policys_genesis_are_seen() -> None:
    rules = policy(chains=PINNED, recordings=(RECORDING,))
    live = FakeSource((GENESIS, *headers()))
    assert isinstance(view_of(BLOCK, sources(live), rules), Seen)
    assert isinstance(view_of(BLOCK, sources(replaying(GENESIS, *headers()), RECORDING), rules), Seen)


@pytest.mark.parametrize("recording", [None, RECORDING])
def test_t53_another_genesis_is_missing_live_and_replayed(recording: Digest | None) -> None:
    """A test network with this chain's number has any block that one likes."""
    other = header_from_rlp(header_bytes(0, 1, bytes(32), bytes(32)))
    source = FakeSource((other, *headers())) if recording is None else replaying(other, *headers())
    rules = policy(chains=PINNED, recordings=(RECORDING,))
    said = reason(view_of(BLOCK, sources(source, recording), rules))
    assert "genesis" in said
    assert "eip155:1" in said
    if isinstance(source, FakeSource):
        assert source.asked == [0]


def test_t53_a_recording_that_does_not_say_its_genesis_is_missing() -> None:
    rules = policy(chains=PINNED, recordings=(RECORDING,))
    source = replaying(*headers())
    assert isinstance(view_of(BLOCK, sources(source, RECORDING), replace(rules, chains=policy().chains)), Seen)
    assert reason(view_of(BLOCK, sources(source, RECORDING), rules))


def test_a_bug_in_a_source_is_not_taken_for_an_outage() -> None:
    with pytest.raises(ZeroDivisionError):
        view_of(BLOCK, sources(FakeSource(fails=ZeroDivisionError())), policy())


# --- header evidence


def test_header_evidence_is_hashed_here(tmp_path: Path) -> None:
    assert header_evidence(open_in(tmp_path), CHAIN, BLOCK.header) == Seen(HEADER)


def test_t53_a_header_of_another_chain_is_broken(tmp_path: Path) -> None:
    have = files()
    digest = have.header(HEADER, ChainId("eip155", "11155111"))
    made = listed(bundle(blocks=(replace(BLOCK, header=digest),)), have)
    found = header_evidence(open_in(tmp_path, made, have), CHAIN, digest)
    assert isinstance(found, Broken)
    assert "eip155:11155111" in found.reason


@pytest.mark.parametrize("document", [b"", b"{}", b"not json", b'{"mediaType":"x"}', b"\xff"])
def test_malformed_header_evidence_is_broken(tmp_path: Path, document: bytes) -> None:
    have = files()
    digest = have.add(document + b" ", media_types.EVM_HEADER)
    made = listed(bundle(blocks=(replace(BLOCK, header=digest),)), have)
    assert isinstance(header_evidence(open_in(tmp_path, made, have), CHAIN, digest), Broken)


# --- at the end


def seen_by(source: FakeSource) -> Observation[ChainView]:
    return view_of(BLOCK, sources(source), policy())


def test_a_chain_that_stayed_is_seen() -> None:
    source = FakeSource()
    view = seen_by(source)
    assert reread(view, source) == view
    assert source.asked.count(NUMBER) == 2


def test_t56_a_reorganisation_in_mid_run_shows_nothing() -> None:
    source = FakeSource(then=headers(salt=b"another branch"))
    after = reread(seen_by(source), source)
    assert "reorganised" in reason(after)


def test_t56_a_final_block_that_changed_in_mid_run_shows_nothing() -> None:
    final = replace(HEADER, number=NUMBER + 20, hash=b"\x01" * 32)
    moved = replace(final, hash=b"\x02" * 32)
    source = FakeSource((*headers(), final))
    view = seen_by(source)
    source._known[NUMBER + 20] = moved
    assert "reorganised" in reason(reread(view, source))


def test_t64_a_node_killed_in_mid_run_shows_nothing() -> None:
    source = FakeSource()
    view = seen_by(source)
    source.fails = UnavailableError("connection refused")
    assert reason(reread(view, source)) == "connection refused"


@pytest.mark.parametrize("before", [Missing("m"), Broken("b")])
def test_what_was_not_seen_is_not_asked_for_again(before: Observation[ChainView]) -> None:
    source = FakeSource()
    assert reread(before, source) == before
    assert source.asked == []


def test_without_source_there_is_nothing_to_ask_again() -> None:
    view = Seen(ChainView(HEADER, CHILD, BlockRef(NUMBER, HEADER.hash), ()))
    assert reread(view, None) == view


# --- a recording of the whole


@pytest.mark.parametrize("reorganised", [False, True])
def test_t56_a_replayed_recording_shows_what_the_run_saw(reorganised: bool) -> None:
    recorder = RecordingSource(FakeSource(then=headers(salt=b"x") if reorganised else None))  # type: ignore[arg-type]
    first = reread(view_of(BLOCK, sources(recorder), policy()), recorder)
    replayed = ReplaySource(recorder.recording())
    rules = policy(recordings=(RECORDING,))
    again = reread(view_of(BLOCK, sources(replayed, RECORDING), rules), replayed)
    assert type(first) is type(again)
    if isinstance(first, Seen) and isinstance(again, Seen):
        assert first.value == again.value
