"""What sources say of a registry: proven to its newest entry, whole, and of one piece, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from por.chains.evm_answers import MAX_LOG_DATA, read_logs
from por.chains.recording import RecordingSource, ReplaySource
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.registry_reading import policys_view, read_registry, reread_registry
from por.checks.registry_view import RegistryView, recent
from por.checks.sources import Sources
from por.errors import (
    DisagreementError,
    EvidenceError,
    FormatError,
    IncapableError,
    PorError,
    SourceError,
    UnavailableError,
)
from por.model import AccountProof, BlockRef, ChainId, ChainRule, Digest, Grade, Header, Instant, Log, Policy
from por.proofs.state.header import header_from_rlp
from tests.checks import scenery
from tests.checks.registry_scenery import (
    CODE,
    DAY,
    FINAL,
    ISSUERS,
    NAMES,
    PIN,
    REGISTRY,
    THIEFS,
    TOPIC,
    Registry,
    RegistrySource,
    anchored,
    bundle,
    id_of,
    log_of,
    policy,
    time_of,
)
from tests.checks.scenery import CHAIN, NO_CODE, NOON, NUMBER, address, header_bytes, headers

RECORDING = Digest(b"\x33" * 32)
EARLIER, LATER = Instant(NOON.seconds - DAY), Instant(NOON.seconds + 1)


def look(source: Any, rules: Policy | None = None, recording: Digest | None = None) -> Observation[RegistryView]:
    return policys_view(policy() if rules is None else rules, Sources({CHAIN: source}, recording), NOON)


def seen(source: Any, rules: Policy | None = None) -> RegistryView:
    view = look(source, rules)
    assert isinstance(view, Seen), view
    return view.value


def reason(view: Observation[RegistryView]) -> str:
    """Return why nothing was seen; what sources answer never refutes an issuer."""
    assert isinstance(view, Missing), view
    return view.reason


def story() -> Registry:
    """Five entries of the issuer, the third and fourth for noon, among those of others."""
    registry = Registry()
    registry.put(bundle(instant=EARLIER), issuer=THIEFS, block=NUMBER - 3 + 5)
    registry.put(bundle(instant=Instant(EARLIER.seconds - DAY)), block=NUMBER + 2)
    registry.put(bundle(instant=EARLIER), block=NUMBER + 2)
    registry.put(bundle(), block=NUMBER + 4)
    registry.put(bundle(), issuer=THIEFS, block=NUMBER + 5)
    registry.correct(bundle(sequence=2, previous=Digest(bytes(32))), block=NUMBER + 6)
    registry.put(bundle(instant=LATER), block=NUMBER + 9)
    return registry


# --- the honest chain


def test_an_anchored_bundle_is_seen() -> None:
    registry = anchored()
    view = seen(registry.source())
    (found,) = view.entries
    assert found.entry == registry.rows[0][0]
    assert (found.id, found.block.number, found.anchored_at) == (
        id_of(found.entry),
        NUMBER + 2,
        Instant(time_of(NUMBER + 2)),
    )
    assert (view.newest, view.gap, view.others, view.names) == (found, "", (), NAMES)
    assert (view.final.number, view.final_at, str(view.account)) == (
        FINAL,
        Instant(time_of(FINAL)),
        f"eip155:1:{ISSUERS}",
    )
    assert view.grade(found) is Grade.STATE_PROOF


def test_only_the_entries_of_the_instant_are_for_it_and_all_are_history() -> None:
    view = seen(story().source())
    assert [found.entry.sequence for found in view.entries] == [3, 4]
    assert [found.proven for found in view.entries] == [False, False]
    assert [entry.sequence for entry in view.history] == [1, 2, 3, 4, 5]
    assert {entry.issuer for entry in view.others} == {THIEFS}
    assert view.corrected_by(view.entries[1]) == view.entries[0]
    assert view.corrected_by(view.entries[0]) is None
    assert view.grade(view.entries[0]) is Grade.QUORUM_VALUE


def test_one_source_is_a_single_source() -> None:
    rules = policy(chains={CHAIN: ChainRule(CHAIN, 1, None)})
    view = seen(anchored().source(names=NAMES[:1]), rules)
    assert view.grade(view.entries[0]) is Grade.SINGLE_SOURCE
    assert view.sources == "1 source: https://node-a.example:443"
    assert seen(anchored().source()).sources.startswith("2 sources: ")


def test_an_issuer_that_never_anchored_has_an_empty_history() -> None:
    registry = Registry()
    registry.put(bundle(), issuer=THIEFS)
    view = seen(registry.source())
    assert (view.entries, view.history, view.newest, view.gap) == ((), (), None, "")
    assert len(view.others) == 1


def test_the_head_and_its_id_are_asked_for_and_nothing_else() -> None:
    source = story().source()
    seen(source)
    assert [question[0] for question in source.questions] == [REGISTRY.address, REGISTRY.address]
    assert [len(question) for question in source.questions] == [2, 2]


# --- T36: a history with something left out or rewritten


Spoil = Callable[[list[Log]], Sequence[Log]]


def told(registry: Registry) -> list[Log]:
    return list(registry.source().logged)


def altered(log: Log, **changes: Any) -> Log:
    """Rewrite an entry, and give it the id that it then has."""
    entry = next(entry for entry, _ in story().rows if id_of(entry) == log.topics[3])
    return log_of(replace(entry, anchor=replace(entry.anchor, **changes)), log.block, log.index)


SPOILED: dict[str, tuple[Spoil, str]] = {
    "nothing told": (lambda logs: [], "the newest entry given is none, the proven one 5"),
    "the first left out": (lambda logs: [log for log in logs if log is not logs[1]], "entry 2 stands where entry 1"),
    "one in the middle left out": (lambda logs: [*logs[:3], *logs[4:]], "entry 4 stands where entry 3"),
    "the newest left out": (lambda logs: logs[:-1], "the newest entry given is 4, the proven one 5"),
    "a correction left out": (lambda logs: [*logs[:5], logs[6]], "entry 5 stands where entry 4"),
    "one told twice": (lambda logs: [*logs[:3], logs[3], *logs[3:]], "entry 3 stands where entry 4"),
    "two in another order": (lambda logs: [logs[0], logs[2], logs[1], *logs[3:]], "entry 2 stands where entry 1"),
    "an old one rewritten": (
        lambda logs: [*logs[:2], altered(logs[2], commitments_root=b"\x01" * 32), *logs[3:]],
        "entry 3 does not follow the one before it",
    ),
    "the newest rewritten": (
        lambda logs: [*logs[:-1], altered(logs[-1], bundle=Digest(b"\x01" * 32))],
        "entry 5 is another one than the proven one",
    ),
    "one in an earlier block": (
        lambda logs: [*logs[:3], replace(logs[3], block=BlockRef(NUMBER, headers()[0].hash)), *logs[4:]],
        "entry 3 does not follow the one before it",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_t36_events_that_do_not_lead_to_the_proven_head_show_nothing(name: str) -> None:
    spoil, why = SPOILED[name]
    view = seen(story().source(events=spoil(told(story()))))
    assert view.gap.startswith(why)
    assert view.entries == ()


@given(st.data())
def test_t36_no_choice_of_the_issuers_events_but_all_in_order_is_whole(data: st.DataObject) -> None:
    logs = told(story())
    own = [log for log in logs if log.topics[1].endswith(bytes.fromhex(ISSUERS[2:]))]
    chosen = data.draw(st.lists(st.sampled_from(own), max_size=7))
    assert (seen(story().source(events=chosen)).gap == "") == (chosen == own)


def test_t36_a_head_that_is_newer_or_older_than_the_events_shows_nothing() -> None:
    registry = anchored()
    later = anchored()
    later.put(bundle(instant=LATER), block=NUMBER + 4)
    assert "given is 1, the proven one 2" in seen(registry.source(words=later.storage())).gap
    known = later.source(words=registry.storage())
    assert "given is 2, the proven one 1" in seen(known).gap
    assert "given is 1, the proven one none" in seen(registry.source(words={})).gap


def test_t36_a_block_in_which_to_begin_that_is_too_late_is_named_by_what_is_missing() -> None:
    rules = policy(registry=replace(PIN, from_block=NUMBER + 3))
    assert "entry 3 stands where entry 1 belongs" in seen(story().source(), rules).gap


def test_t36_an_event_in_another_block_than_it_was_in_shows_nothing() -> None:
    registry = anchored()
    (log,) = told(registry)
    block, child = headers()
    for other, why in ((child, "was anchored at"), (block, "was anchored at")):
        view = seen(registry.source(events=[replace(log, block=other.ref)]))
        assert why in view.gap
    assert seen(registry.source()).gap == ""


def test_t36_an_entry_before_its_own_instant_shows_nothing() -> None:
    registry = anchored(block=NUMBER + 2)
    registry.put(bundle(instant=LATER), block=NUMBER + 4)
    first, second = told(registry)
    moved = replace(first, block=headers()[0].ref)
    view = seen(registry.source(events=[moved, second]))
    assert view.gap == "entry 1 is said to have been anchored before its instant"


def test_t36_what_others_are_said_to_have_anchored_leads_nowhere_and_hides_nothing() -> None:
    logs = told(story())
    without = [log for log in logs if log.topics[1].endswith(bytes.fromhex(ISSUERS[2:]))]
    view = seen(story().source(events=without))
    assert (view.gap, view.others, len(view.entries)) == ("", (), 2)


# --- which contract it is


def test_t60_a_contract_of_other_code_is_no_registry() -> None:
    registry = anchored()
    registry.code = keccak(b"a registry whose owner may rewrite it")
    said = reason(look(registry.source()))
    assert str(REGISTRY) in said
    assert f"0x{registry.code.hex()}" in said
    assert reason(look(registry.source())).count("no registry that is known") == 1


def test_an_account_without_code_is_no_registry() -> None:
    registry = Registry(code=NO_CODE)
    assert "it has no code" in reason(look(registry.source()))
    elsewhere = replace(PIN, contract=replace(REGISTRY, address=THIEFS))
    assert "it has no code" in reason(look(anchored().source(), policy(registry=elsewhere)))


def test_a_policy_may_believe_other_code() -> None:
    registry = anchored()
    registry.code = keccak(b"compiled otherwise")
    assert seen(registry.source(), policy(registries=(CODE, registry.code))).gap == ""
    assert isinstance(look(registry.source(), policy(registries=())), Missing)


# --- answers that break their own rules


class Spoiled(RegistrySource):
    """Spoil the proofs on their way."""

    spoil: Callable[[AccountProof], AccountProof]

    def account_proof(self, block: BlockRef, address: str, keys: Sequence[bytes]) -> AccountProof:
        return type(self).spoil(super().account_proof(block, address, keys))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda proof: replace(proof, account_nodes=()),
        lambda proof: replace(proof, account_nodes=proof.account_nodes[:-1]),
        lambda proof: replace(proof, account_nodes=(*proof.account_nodes[:-1], b"\xc0")),
        lambda proof: replace(proof, storage_nodes=()),
        lambda proof: replace(proof, storage_nodes=(*proof.storage_nodes, ())),
        lambda proof: replace(proof, storage_nodes=((),)),
        lambda proof: replace(proof, storage_nodes=(proof.storage_nodes[0][1:],)),
        lambda proof: replace(proof, storage_nodes=((b"\x80", *proof.storage_nodes[0]),)),
    ],
)
def test_t55_a_proof_that_does_not_hold_is_the_sources_fault_and_refutes_nobody(
    spoil: Callable[[AccountProof], AccountProof],
) -> None:
    class Here(Spoiled):
        pass

    Here.spoil = staticmethod(spoil)
    said = reason(look(Here(story())))
    assert "what the sources answer about the registry breaks its own rules" in said


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: replace(log, data=log.data[:-1]),
        lambda log: replace(log, data=log.data + bytes(32)),
        lambda log: replace(log, data=b""),
        lambda log: replace(log, topics=log.topics[:3]),
        lambda log: replace(log, topics=(*log.topics[:3], bytes(32))),
        lambda log: replace(log, topics=(*log.topics, bytes(32))),
    ],
)
@pytest.mark.parametrize("position", [1, 3])
def test_t55_an_event_that_no_registry_emits_is_the_sources_fault(spoil: Callable[[Log], Log], position: int) -> None:
    logs = told(story())
    logs[position] = spoil(logs[position])
    assert "breaks its own rules" in reason(look(story().source(events=logs)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: replace(log, data=b""),
        lambda log: replace(log, data=log.data + bytes(32)),
        lambda log: replace(log, topics=log.topics[:1]),
        lambda log: replace(log, topics=(*log.topics[:3], bytes(32))),
        lambda log: replace(log, topics=(log.topics[0], b"\xff" * 32, *log.topics[2:])),
    ],
)
def test_t35_an_event_of_others_that_no_registry_emits_hides_nothing_of_the_issuers(
    spoil: Callable[[Log], Log],
) -> None:
    logs = told(story())
    assert logs[4].topics[1].endswith(bytes.fromhex(THIEFS[2:]))
    logs[4] = spoil(logs[4])
    view = seen(story().source(events=logs))
    assert (view.gap, len(view.entries), view.others) == ("", 2, ())
    assert view.others_unread.startswith("registry: ")


def test_t55_an_event_of_another_contract_is_the_sources_fault() -> None:
    class Careless(RegistrySource):
        def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
            return tuple(replace(log, address=THIEFS) for log in super().logs(address, topics, first, last))

    assert "another contract" in reason(look(Careless(story())))


def test_t55_an_event_of_another_issuer_among_the_issuers_is_the_sources_fault() -> None:
    class Careless(RegistrySource):
        def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
            return super().logs(address, topics[:1], first, last)

    assert "another issuer" in reason(look(Careless(story())))


@pytest.mark.parametrize("word", [1 << 192, 1 << 255, 1 << 64, 1 << 128, (1 << 64) + (1 << 128)])
def test_t55_a_head_that_no_registry_writes_is_the_sources_fault(word: int) -> None:
    registry = anchored()
    words = dict(registry.storage())
    (head,) = [key for key, value in words.items() if value < 1 << 192 and value >> 128]
    words[head] = word
    assert "breaks its own rules" in reason(look(registry.source(words=words)))


def test_an_event_of_a_block_that_the_sources_do_not_have_is_missing() -> None:
    (log,) = told(anchored())
    forked = replace(log, block=BlockRef(log.block.number, b"\x01" * 32))
    assert "is not the one of the event" in reason(look(anchored().source(events=[forked])))
    gone = replace(log, block=BlockRef(FINAL - 1, b"\x01" * 32))
    assert "no block" in reason(look(anchored().source(events=[gone])))


# --- whom to believe


def test_t55_nobody_asked_is_missing() -> None:
    view = policys_view(policy(), Sources({}), NOON)
    assert "--source eip155:1=URL" in reason(view)
    assert "names no registry" in reason(policys_view(scenery.policy(), Sources({}), NOON))


@pytest.mark.parametrize(
    ("rules", "recording", "why"),
    [
        (policy(chains={}), None, "[[chain]]"),
        (policy(chains={CHAIN: ChainRule(CHAIN, 3, None)}), None, "2 sources answer"),
        (policy(), RECORDING, "self-declared"),
        (policy(recordings=(Digest(b"\x44" * 32),)), RECORDING, "self-declared"),
        (policy(chains={CHAIN: ChainRule(CHAIN, 2, b"\x01" * 32)}), None, "no block 0"),
    ],
)
def test_t53_t55_the_rules_about_a_chain_hold_for_its_registries(
    rules: Policy, recording: Digest | None, why: str
) -> None:
    assert why in reason(look(story().source(), rules, recording))


def test_t53_another_genesis_is_missing() -> None:
    source = story().source()
    source._known[0] = header_from_rlp(header_bytes(0, 0, bytes(32), bytes(32)))
    assert "genesis" in reason(look(source, policy(chains={CHAIN: ChainRule(CHAIN, 2, b"\x01" * 32)})))
    right = policy(chains={CHAIN: ChainRule(CHAIN, 2, source._known[0].hash)})
    assert isinstance(look(source, right), Seen)


def test_t53_a_registry_on_another_chain_is_asked_for_there() -> None:
    ten = ChainId("eip155", "10")
    rules = policy(registry=replace(PIN, contract=replace(REGISTRY, chain=ten)))
    assert "no source was asked about eip155:10" in reason(look(story().source(), rules))


def test_rules_of_ones_own_do_without_a_policy() -> None:
    source = anchored().source(names=NAMES[:1])
    own = {CHAIN: ChainRule(CHAIN, 1, None)}
    view = read_registry(PIN, Sources({CHAIN: source}), own, (), (CODE,), NOON)
    assert isinstance(view, Seen)
    assert "2 sources" not in view.value.sources


@pytest.mark.parametrize(
    "error", [SourceError("s"), UnavailableError("u"), IncapableError("i"), DisagreementError("d")]
)
def test_t64_a_source_that_fails_is_missing(error: SourceError) -> None:
    assert reason(look(anchored().source(fails=error))) == str(error)


@pytest.mark.parametrize("question", ["header", "account_proof", "logs"])
def test_t64_a_source_that_fails_at_one_question_is_missing(question: str) -> None:
    source = story().source()

    def fail(*arguments: object) -> None:
        raise UnavailableError("node-b: connection refused")

    setattr(source, question, fail)
    assert reason(look(source)) == "node-b: connection refused"


def test_a_bug_in_a_source_is_not_taken_for_an_outage() -> None:
    with pytest.raises(ZeroDivisionError):
        look(anchored().source(fails=ZeroDivisionError()))


def test_a_registry_that_begins_after_the_last_final_block_is_missing() -> None:
    rules = policy(registry=replace(PIN, from_block=FINAL + 1))
    assert f"from block {FINAL + 1} on" in reason(look(story().source(), rules))


# --- T56


def test_t56_a_final_block_that_is_another_one_is_missing() -> None:
    source = story().source()
    moved = header_from_rlp(header_bytes(FINAL, NOON.seconds + 500, bytes(32), source.state_root))

    class Moving(RegistrySource):
        def header(self, number: int) -> Header:
            return moved if number == FINAL else super().header(number)

    assert "no longer the one" in reason(look(Moving(story())))


@pytest.mark.parametrize("number", [FINAL, NUMBER + 4, NUMBER + 6])
def test_t56_a_reorganisation_in_mid_run_shows_nothing(number: int) -> None:
    source = story().source()
    sources = Sources({CHAIN: source})
    view = policys_view(policy(), sources, NOON)
    assert reread_registry(view, sources) == view
    source._known[number] = header_from_rlp(header_bytes(number, NOON.seconds + 600, bytes(32), bytes(32)))
    assert "reorganised" in reason(reread_registry(view, sources))


@pytest.mark.parametrize("before", [Missing("m"), Broken("b")])
def test_what_was_not_seen_is_not_asked_for_again(before: Observation[RegistryView]) -> None:
    assert reread_registry(before, Sources({})) == before


def test_a_replayed_recording_shows_what_the_run_saw() -> None:
    recorder = RecordingSource(story().source())
    sources = Sources({CHAIN: recorder})
    first = reread_registry(policys_view(policy(), sources, NOON), sources)
    replayed = Sources({CHAIN: ReplaySource(recorder.recording())}, RECORDING)
    rules = policy(recordings=(RECORDING,))
    again = reread_registry(policys_view(rules, replayed, NOON), replayed)
    assert isinstance(first, Seen)
    assert again == first


def test_what_a_recording_does_not_hold_is_missing() -> None:
    recorder = RecordingSource(story().source())
    look(recorder)
    recording = replace(recorder.recording(), logs=())
    rules = policy(recordings=(RECORDING,))
    assert "does not hold the logs" in reason(look(ReplaySource(recording), rules, RECORDING))


# --- T35: a shared registry that somebody fills

OWN_TOPICS = (TOPIC, bytes(12) + bytes.fromhex(ISSUERS[2:]))


def griefed(issuers: int = 100, entries: int = 1) -> Registry:
    """Put the issuer's bundle among entries of many others."""
    registry = anchored()
    for number in range(issuers):
        for further in range(entries):
            made = bundle(instant=Instant(EARLIER.seconds + further))
            registry.put(made, issuer=address(f"griefer {number}"), block=NUMBER + 3)
    return registry


@pytest.mark.parametrize(("issuers", "entries"), [(100, 1), (1, 300), (30, 10)])
def test_t35_a_griefers_hundred_entries_change_nothing_about_the_issuers(issuers: int, entries: int) -> None:
    view, quiet = seen(griefed(issuers, entries).source()), seen(anchored().source())
    assert (view.gap, view.others_unread, len(view.others)) == ("", "", issuers * entries)
    assert len(quiet.entries) == 1
    assert replace(view, final=quiet.final, others=()) == quiet


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("node-a: /7/data: 1048577 bytes"),
        IncapableError("node-a: more than 1000000 logs"),
        DisagreementError("node-a says 3 logs; node-b says 4 logs"),
        EvidenceError("an event of nobody"),
        FormatError("5 items; at most 4", "/0/topics"),
    ],
)
def test_t35_griefing_that_makes_everybodys_events_unreadable_hides_nothing_of_the_issuers(error: PorError) -> None:
    view, quiet = seen(griefed(3).source(wide=error)), seen(anchored().source())
    assert (view.others, view.others_unread) == ((), str(error))
    assert replace(view, final=quiet.final, others_unread="") == quiet


def test_a_bug_at_everybodys_events_is_not_taken_for_griefing() -> None:
    with pytest.raises(ZeroDivisionError):
        look(griefed(3).source(wide=ZeroDivisionError()))


def test_t35_the_issuers_own_events_are_asked_for_alone_and_everybodys_only_since_its_entry_before() -> None:
    source = story().source()
    seen(source)
    assert source.log_questions == [(OWN_TOPICS, NUMBER, FINAL), ((TOPIC,), NUMBER + 3, FINAL)]


def test_t35_everybodys_events_are_asked_for_from_the_pinned_block_on_where_nothing_was_anchored_before() -> None:
    for registry in (anchored(), Registry()):
        source = registry.source()
        seen(source)
        assert source.log_questions == [(OWN_TOPICS, NUMBER, FINAL), ((TOPIC,), NUMBER, FINAL)]


def test_everybodys_events_are_not_asked_for_after_the_final_block() -> None:
    registry = Registry()
    registry.put(bundle(instant=EARLIER), block=FINAL)
    source = registry.source()
    view = seen(source)
    assert source.log_questions == [(OWN_TOPICS, NUMBER, FINAL)]
    assert (view.others, view.others_unread) == ((), "")


def test_t35_a_griefers_oversized_event_is_refused_where_it_is_read_and_hides_nothing() -> None:
    """A node answers with an event over the limit; asked for the issuer's own alone, it does not."""

    class Node(RegistrySource):
        def logs(self, address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
            answered = [answer_of(log) for log in super().logs(address, topics, first, last)]
            try:
                return read_logs(answered, address, topics, first, last)
            except FormatError as error:
                raise UnavailableError(f"node-a: {error}") from error

    registry = griefed(2)
    logs = told(registry)
    logs[1] = replace(logs[1], data=bytes(MAX_LOG_DATA + 1))
    view = seen(Node(registry, events=logs))
    assert (view.gap, len(view.entries), view.others) == ("", 1, ())
    assert f"{MAX_LOG_DATA + 1} bytes" in view.others_unread
    assert seen(Node(registry)).others_unread == ""


def answer_of(log: Log) -> dict[str, object]:
    return {
        "address": log.address,
        "topics": ["0x" + topic.hex() for topic in log.topics],
        "data": "0x" + log.data.hex(),
        "blockNumber": hex(log.block.number),
        "blockHash": "0x" + log.block.hash.hex(),
        "logIndex": hex(log.index),
        "removed": False,
    }


def test_t35_a_recording_without_everybodys_events_shows_the_issuers() -> None:
    recorder = RecordingSource(griefed(3).source(wide=UnavailableError("node-a: too much")))
    first = look(recorder)
    again = look(ReplaySource(recorder.recording()), policy(recordings=(RECORDING,)), RECORDING)
    assert isinstance(first, Seen)
    assert isinstance(again, Seen)
    assert "does not hold the logs" in again.value.others_unread
    assert replace(again.value, others_unread="") == replace(first.value, others_unread="")


@pytest.mark.parametrize(("later", "shown"), [(0, True), (21_600, True), (21_601, False), (10**9, False)])
def test_t37_a_view_that_is_much_older_than_the_clock_shows_nothing(later: int, shown: bool) -> None:
    view = look(anchored().source())
    assert isinstance(view, Seen)
    passed = recent(view, Instant(view.value.final_at.seconds + later))
    assert isinstance(passed, Seen) == shown
    if not shown:
        assert "ask other nodes" in reason(passed)


def test_what_was_not_seen_is_passed_on_however_late() -> None:
    missing = policys_view(policy(), Sources({}), NOON)
    assert recent(missing, Instant(10**10)) == missing
