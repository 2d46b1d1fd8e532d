"""A registry's history out of its logs: whole, checked, gone on with, and what it says to readers."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.abi import event_abi_to_log_topic

from por.chains import evm_logs
from por.chains.rpc_errors import TooMuchAskedError
from por.commitments.anchors import anchor_id, totals_digest
from por.commitments.statements import attestation_digest
from por.errors import DisagreementError, FormatError, IncapableError, UnavailableError
from por.model import BlockRef, ChainAccount, ChainId, Log, Outcome
from por.publish import events
from por.publish.contracts import artifact, artifact_names
from por.publish.feeds import preimage as contract_preimage
from por.publish.history import entry_at, entry_named, history, preimage
from por.publish.index import Update, update
from por.publish.index_schema import OF_BLOCKS, TABLES, Index, Watched, opened, opened_to_read
from tests.issuer.ledgers import NOON
from tests.publish.changed import Changed
from tests.publish.registry_story import SECRET, Story, tell, watched
from tests.publish.registry_world import ASSET, World, digest, entry, world

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[2]
HOUR = 3600


def quiet(_message: str) -> None:
    pass


@pytest.fixture(scope="module", params=["embedded", "anvil"])
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    with world(request.param) as made:
        yield tell(made)


@pytest.fixture(scope="module")
def told() -> Iterator[Story]:
    """Tell the story on the embedded chain alone, for tests that change what is said of it."""
    with world("embedded") as made:
        yield tell(made)


def run(path: Path, of: Watched, source: Any, span: int = 10_000) -> Update:
    with opened(path, of) as index:
        return update(index, source, quiet, span=span)


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    with opened_to_read(path) as index:
        return sorted(index.rows.execute(f"SELECT * FROM {table}"))


def everything(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that is held of the chain, apart from how it was divided into spans."""
    return {table: rows(path, table) for table in TABLES if table != "spans"}


def history_of(path: Path, issuer: str | None = None) -> Any:
    with opened_to_read(path) as index:
        return history(index, issuer)


# --- what is held


def test_every_entry_is_there_with_its_totals(story: Story, tmp_path: Path) -> None:
    done = run(tmp_path / "history.sqlite", watched(story.world), story.world.source())
    assert done.is_proven
    assert done.rebuilt_from is None
    assert len(rows(tmp_path / "history.sqlite", "entries")) == len(story.entries)
    for made in story.entries.values():
        with opened_to_read(tmp_path / "history.sqlite") as index:
            assert entry_at(index, made.issuer, made.sequence) == made
            assert entry_named(index, anchor_id(made)) == made


def test_the_history_tells_what_became_of_each_entry(story: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", watched(story.world), story.world.source())
    told = history_of(tmp_path / "history.sqlite")
    by_id = {row["id"]: row for issuer in told["issuers"] for row in issuer["entries"]}
    named = {name: by_id[story.id(name)] for name in story.entries}
    assert {name: row["supersededBy"] for name, row in named.items() if row["supersededBy"]} == {"first": 2}
    refuted = {name: [row["kind"] for row in each["refutations"]] for name, each in named.items()}
    assert {name: kinds for name, kinds in refuted.items() if kinds} == {
        "false sum": ["sum"],
        "false block": ["block"],
        "false balance": ["balance"],
    }
    assert {name for name, row in named.items() if row["disputes"]} == {"listed", "false balance"}
    outcomes = {
        name: [(row["outcome"], row["revokedAt"] is not None) for row in each["attestations"]]
        for name, each in named.items()
    }
    assert {name: rows for name, rows in outcomes.items() if rows} == {
        "first": [("PASS", True)],
        "corrected": [("FAIL", False)],
    }


def test_refutations_say_what_was_claimed_and_found(story: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", watched(story.world), story.world.source())
    told = {row[2]: row for row in rows(tmp_path / "history.sqlite", "refutations")}
    assert told["sum"][4:6] == ("11", "12")
    assert told["block"][4] == "0x" + digest("no block").hex()
    assert told["balance"][3:6] == (f"{story.world.id}:0x{'ef' * 20}", str(10**18), "0")
    assert [row[:3] for row in told.values() if row[1] == story.id("false sum")] == [
        (story.world.contracts["LiabilityProofs"], story.id("false sum"), "sum")
    ]


def test_committees_keys_feeds_and_rounds_are_there(story: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", watched(story.world), story.world.source())
    path = tmp_path / "history.sqlite"
    members = " ".join("0x" + member.hex() for member in story.attesters.committee.members)
    assert [row[:4] for row in rows(path, "committees")] == [("0x" + story.attesters.id.hex(), 1, 2, members)]
    assert len(rows(path, "keys")) == 1
    (feed,) = rows(path, "feeds")
    assert (feed[0], feed[1], feed[4:7]) == (story.feed, story.honest, (str(ASSET), 18, "reserves"))
    (told,) = rows(path, "rounds")
    digest_of_failed = "0x" + attestation_digest(story.attested["failed"]).hex()
    assert told[:7] == (story.feed, 1, 2, digest_of_failed, "FAIL", str(4 * 10**18), NOON.seconds)
    assert SECRET


def test_times_are_those_of_the_blocks(story: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", watched(story.world), story.world.source())
    source = story.world.source()
    for row in rows(tmp_path / "history.sqlite", "entries"):
        assert row[12] == source.header(row[13]).timestamp


def test_the_preimage_is_what_contracts_take(story: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", watched(story.world), story.world.source())
    made = story.entries["false balance"]
    with opened_to_read(tmp_path / "history.sqlite") as index:
        shown = preimage(entry_at(index, made.issuer, made.sequence))
    issuer, sequence, previous, fields, totals = contract_preimage(made)
    assert (shown["issuer"], shown["sequence"], shown["previousId"]) == (issuer, str(sequence), "0x" + previous.hex())  # type: ignore[attr-defined]
    texts = ["0x" + word.hex() if isinstance(word, bytes) else str(word) for word in fields]  # type: ignore[attr-defined]
    assert list(shown["entry"].values()) == texts
    assert shown["totalsDigest"] == "0x" + totals.hex() == "0x" + totals_digest(made.totals).hex()  # type: ignore[attr-defined]
    inputs = next(
        each["components"]
        for function in artifact("ReserveFeed").abi
        if function.get("name") == "settle"
        for each in function["inputs"]
        if each["name"] == "anchor"
    )
    assert list(shown) == [each["name"] for each in inputs]
    assert list(shown["entry"]) == [each["name"] for each in inputs[3]["components"]]


def test_one_issuer_can_be_asked_for(told: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", watched(told.world), told.world.source())
    shown = history_of(tmp_path / "history.sqlite", told.honest)
    assert [each["issuer"] for each in shown["issuers"]] == [told.honest]
    assert len(shown["issuers"][0]["feeds"]) == 1
    with pytest.raises(FormatError, match="has no entry in this index"):
        history_of(tmp_path / "history.sqlite", "0x" + "00" * 20)


def test_a_registry_alone_can_be_followed(told: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", Watched(told.world.at("ReserveRegistry")), told.world.source())
    assert len(rows(tmp_path / "history.sqlite", "entries")) == len(told.entries)
    assert rows(tmp_path / "history.sqlite", "attestations") == []


# --- running again


def test_running_twice_changes_nothing(told: Story, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    run(path, watched(told.world), told.world.source())
    before = path.read_bytes()
    run(path, watched(told.world), told.world.source())
    assert path.read_bytes() == before


@pytest.mark.parametrize("span", [1, 2, 7])
def test_spans_of_any_width_give_the_same_rows(told: Story, tmp_path: Path, span: int) -> None:
    run(tmp_path / "wide.sqlite", watched(told.world), told.world.source())
    run(tmp_path / "narrow.sqlite", watched(told.world), told.world.source(), span)
    assert everything(tmp_path / "wide.sqlite") == everything(tmp_path / "narrow.sqlite")


def taking(told: Story, widest: int, asked: list[int], full: int = -1) -> Changed:
    """Take only so many blocks at once, and the block `full` not even alone."""
    honest = told.world.source()

    def logs(address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        asked.append(last - first + 1)
        if last - first >= widest or first <= full <= last:
            raise TooMuchAskedError("so many logs are not read")
        found: tuple[Log, ...] = honest.logs(address, topics, first, last)
        return found

    return Changed(honest, logs=logs)


@pytest.mark.parametrize("widest", [1, 3, 8])
def test_a_span_with_too_many_logs_is_halved(told: Story, tmp_path: Path, widest: int) -> None:
    asked: list[int] = []
    run(tmp_path / "whole.sqlite", watched(told.world), told.world.source())
    run(tmp_path / "halved.sqlite", watched(told.world), taking(told, widest, asked))
    assert everything(tmp_path / "halved.sqlite") == everything(tmp_path / "whole.sqlite")
    assert min(asked) <= widest < max(asked)


def test_a_halved_span_grows_again(told: Story, tmp_path: Path) -> None:
    asked: list[int] = []
    source = taking(told, 10_000, asked)
    answers = source.logs

    def logs(*question: Any) -> Any:
        if len(asked) < 2:
            asked.append(0)
            raise TooMuchAskedError("so many logs are not read")
        return answers(*question)

    run(tmp_path / "history.sqlite", watched(told.world), Changed(source, logs=logs), span=8)
    widths = [width for width in dict.fromkeys(asked) if width]
    assert widths[:3] == [2, 4, 8]


def test_logs_beyond_what_is_read_at_once_are_read_in_parts(
    told: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "whole.sqlite", watched(told.world), told.world.source())
    monkeypatch.setattr(evm_logs, "MAX_LOGS", 2)
    run(tmp_path / "parts.sqlite", watched(told.world), told.world.source())
    assert everything(tmp_path / "parts.sqlite") == everything(tmp_path / "whole.sqlite")


def test_a_block_that_alone_has_too_many_logs_is_named(told: Story, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with pytest.raises(IncapableError, match="block 5 alone has more logs than are read: so many logs are not read"):
        run(path, watched(told.world), taking(told, 10_000, [], full=5))
    with opened_to_read(path) as index:
        read = index.read_up_to()
    assert read is not None
    assert read.number == 4
    run(path, watched(told.world), told.world.source())
    assert len(rows(path, "entries")) == len(told.entries)


def test_what_came_since_is_added(fresh: World, tmp_path: Path) -> None:
    path, of = tmp_path / "history.sqlite", watched(fresh)
    fresh.anchor(fresh.wallet("one"), entry("one"))
    run(path, of, fresh.source())
    fresh.anchor(fresh.wallet("one"), entry("two", NOON.seconds + HOUR))
    run(path, of, fresh.source())
    assert [row[2] for row in sorted(rows(path, "entries"), key=lambda row: row[2])] == [1, 2]


def test_only_final_blocks_are_read(fresh: World, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    fresh.anchor(fresh.wallet("one"), entry("one"))
    assert fresh.chain is not None
    fresh.chain.lag = 1
    assert run(path, watched(fresh), fresh.source()).last == fresh.chain.finalized
    assert rows(path, "entries") == []
    fresh.chain.lag = 0
    run(path, watched(fresh), fresh.source())
    assert len(rows(path, "entries")) == 1


def test_a_node_that_is_behind_changes_nothing(told: Story, tmp_path: Path) -> None:
    path, of = tmp_path / "history.sqlite", watched(told.world)
    last = run(path, of, told.world.source()).last
    honest = told.world.source()
    early = honest.header(3).ref
    assert run(path, of, Changed(honest, finalized=lambda: early)).last == last


def test_two_runs_at_once_write_every_row_once(told: Story, tmp_path: Path) -> None:
    run(tmp_path / "one.sqlite", watched(told.world), told.world.source())
    path, failures = tmp_path / "both.sqlite", []

    def index() -> None:
        try:
            run(path, watched(told.world), told.world.source(), span=2)
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=index) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert everything(path) == everything(tmp_path / "one.sqlite")


KILLED = """
import os, signal, sys
from pathlib import Path
from por.chains import open_source
from por.model import ChainAccount, ChainId
from por.publish.index import update
from por.publish.index_schema import Watched, opened
import por.publish.index as module

path, url, after, inside, *addresses = sys.argv[1:]
accounts = [ChainAccount.parse(text) for text in addresses]
of = Watched(accounts[0], accounts[1], (accounts[2], accounts[3]), accounts[4])
left = int(after)

def spoil(work):
    def called(*arguments):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*arguments)
    return called

if inside == "write":
    module.write_log = spoil(module.write_log)
with opened(Path(path), of) as index:
    update(index, open_source(of.chain, [url]), spoil(lambda m: None) if inside == "span" else print, span=3)
"""


@pytest.mark.parametrize(("after", "inside"), [(0, "span"), (3, "span"), (0, "write"), (7, "write")])
def test_killed_between_or_within_spans_nothing_is_lost(told: Story, tmp_path: Path, after: int, inside: str) -> None:
    path, of = tmp_path / "killed.sqlite", watched(told.world)
    accounts = (of.registry, of.attestations, *of.challenges, of.factory)
    arguments = (str(path), told.world.url, str(after), inside, *map(str, accounts))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], env=environment, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    run(path, of, told.world.source(), span=3)
    run(tmp_path / "whole.sqlite", of, told.world.source())
    assert everything(path) == everything(tmp_path / "whole.sqlite")


# --- a chain that was rewritten


def test_t56_a_rewritten_chain_is_read_anew_from_the_last_common_block(fresh: World, tmp_path: Path) -> None:
    path, of = tmp_path / "history.sqlite", watched(fresh)
    assert fresh.chain is not None
    fresh.anchor(fresh.wallet("one"), entry("one"))
    fresh.mine(3)
    common = fresh.chain.head.number
    run(path, of, fresh.source())
    fresh.anchor(fresh.wallet("one"), entry("two", NOON.seconds + HOUR))
    run(path, of, fresh.source())
    assert len(rows(path, "entries")) == 2
    fresh.chain.rewind(common)
    fresh.mine(2)
    fresh.anchor(fresh.wallet("one"), entry("another two", NOON.seconds + 2 * HOUR))
    done = run(path, of, fresh.source())
    assert done.rebuilt_from == common + 1
    run(tmp_path / "clean.sqlite", of, fresh.source())
    assert everything(path) == everything(tmp_path / "clean.sqlite")


def test_t56_a_chain_with_nothing_in_common_is_read_from_the_first_block(fresh: World, tmp_path: Path) -> None:
    path, of = tmp_path / "history.sqlite", replace(watched(fresh), first_block=2)
    fresh.anchor(fresh.wallet("one"), entry("one"))
    run(path, of, fresh.source(), span=4)
    with opened(path, of) as index, index.transaction() as changed:
        changed.execute("UPDATE spans SET hash = ?", ("0x" + "00" * 32,))
    assert run(path, of, fresh.source()).rebuilt_from == 2
    assert len(rows(path, "entries")) == 1


def test_t56_one_false_header_empties_no_index(told: Story, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    run(path, watched(told.world), told.world.source())
    before, honest = path.read_bytes(), told.world.source()

    def header(number: int) -> Any:
        return replace(honest.header(number), hash=digest("never mined"))

    def logs(*_: object) -> tuple[Log, ...]:
        raise UnavailableError("it limits the rate of requests")

    with pytest.raises(UnavailableError, match="limits the rate"):
        run(path, watched(told.world), Changed(honest, header=header, logs=logs))
    assert path.read_bytes() == before


def test_t56_a_chain_that_is_final_no_further_than_the_common_block_empties_no_index(
    told: Story, tmp_path: Path
) -> None:
    path = tmp_path / "history.sqlite"
    run(path, watched(told.world), told.world.source(), span=4)
    before, honest = path.read_bytes(), told.world.source()
    with opened_to_read(path) as index:
        spans = list(index.spans())

    def header(number: int) -> Any:
        found = honest.header(number)
        return replace(found, hash=digest("never mined")) if number == spans[0].number else found

    source = Changed(honest, header=header, finalized=lambda: spans[1])
    with pytest.raises(DisagreementError, match="nothing was forgotten"):
        run(path, watched(told.world), source)
    assert path.read_bytes() == before


# --- what contradicts itself


def retold(honest: Any, event: events.Event, change: Callable[[list[Log]], list[Log]]) -> Changed:
    """Change the logs of one event."""

    def logs(address: str, topics: tuple[bytes, ...], first: int, last: int) -> tuple[Log, ...]:
        found = list(honest.logs(address, topics, first, last))
        return tuple(change(found) if topics == (event.topic,) else found)

    return Changed(honest, logs=logs)


def without(position: int) -> Callable[[list[Log]], list[Log]]:
    return lambda logs: [log for i, log in enumerate(logs) if i != position]


def contradicted(told: Story, path: Path, source: Any, words: str) -> None:
    with pytest.raises(DisagreementError, match=words):
        run(path / "history.sqlite", watched(told.world), source)
    assert rows(path / "history.sqlite", "entries") == []
    run(path / "history.sqlite", watched(told.world), told.world.source())
    assert len(rows(path / "history.sqlite", "entries")) == len(told.entries)


@pytest.mark.parametrize("position", [0, 1, 3])
def test_t55_a_missing_entry_is_named(told: Story, tmp_path: Path, position: int) -> None:
    source = retold(told.world.source(), events.ANCHORED, without(position))
    contradicted(told, tmp_path, source, "log .* of block .*entry . of 0x.* follows entry .: what is between them")


@pytest.mark.parametrize("position", [2, 5])
def test_t55_a_missing_newest_entry_is_seen_by_the_registrys_storage(
    told: Story, tmp_path: Path, position: int
) -> None:
    source = retold(told.world.source(), events.ANCHORED, without(position))
    with pytest.raises(DisagreementError, match=r"has 3 entries at block .*, and logs of 2 were found"):
        run(tmp_path / "history.sqlite", watched(told.world), source)


def test_a_node_without_proofs_is_told_as_such(told: Story, tmp_path: Path) -> None:
    def incapable(*_: object) -> None:
        raise IncapableError("no proofs here")

    source = Changed(told.world.source(), account_proof=incapable)
    assert not run(tmp_path / "history.sqlite", watched(told.world), source).is_proven


def test_a_proof_that_does_not_hold_is_a_disagreement(told: Story, tmp_path: Path) -> None:
    honest = told.world.source()

    def spoiled(*question: Any) -> Any:
        proof = honest.account_proof(*question)
        return replace(proof, account_nodes=proof.account_nodes[:-1])

    with pytest.raises(DisagreementError, match="trie proof"):
        run(tmp_path / "history.sqlite", watched(told.world), Changed(honest, account_proof=spoiled))


def test_an_entry_whose_predecessor_is_another_is_named(told: Story, tmp_path: Path) -> None:
    def forged(logs: list[Log]) -> list[Log]:
        made = replace(told.entries["corrected"], previous=digest("another"))
        words = encode(
            ["bytes32", ANCHOR, TOTALS],
            [made.previous, contract_preimage(made)[3], [(t.asset, t.liabilities, t.reserves) for t in made.totals]],
        )
        return [logs[0], replace(logs[1], data=words, topics=(*logs[1].topics[:3], anchor_id(made))), *logs[2:]]

    source = retold(told.world.source(), events.ANCHORED, forged)
    contradicted(told, tmp_path, source, "entry 2 of 0x.* follows 0x.*, and entry 1 is 0x")


@pytest.mark.parametrize("changes", [{"supersedes": 0}, {"supersedes": 7}, {"instant": NOON.seconds + 1}])
def test_an_entry_that_no_registry_would_take_is_named(told: Story, tmp_path: Path, changes: dict[str, int]) -> None:
    made = told.entries["corrected"]
    values = {"instant": made.anchor.instant.seconds, "supersedes": 1} | changes
    spoiled = replace(
        made,
        anchor=replace(made.anchor, supersedes=values["supersedes"], instant=type(NOON)(values["instant"])),
    )

    def forged(logs: list[Log]) -> list[Log]:
        totals = [(t.asset, t.liabilities, t.reserves) for t in spoiled.totals]
        words = encode(["bytes32", ANCHOR, TOTALS], [spoiled.previous, contract_preimage(spoiled)[3], totals])
        return [logs[0], replace(logs[1], data=words, topics=(*logs[1].topics[:3], anchor_id(spoiled))), *logs[2:]]

    source = retold(told.world.source(), events.ANCHORED, forged)
    contradicted(told, tmp_path, source, "neither later than entry 1 nor a correction of it")


ANCHOR = "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)"
TOTALS = "(bytes32,uint128,uint128)[]"

EVENTS = [event for event in events.EVENTS if event is not events.ANCHORED]


@pytest.mark.parametrize("event", events.EVENTS, ids=lambda event: event.name)
def test_a_log_without_its_data_is_named(told: Story, tmp_path: Path, event: events.Event) -> None:
    source = retold(told.world.source(), event, lambda logs: [replace(log, data=log.data[:31]) for log in logs])
    contradicted(told, tmp_path, source, "log .* of block")


@pytest.mark.parametrize("event", events.EVENTS, ids=lambda event: event.name)
def test_a_log_with_a_topic_too_few_is_named(told: Story, tmp_path: Path, event: events.Event) -> None:
    source = retold(told.world.source(), event, lambda logs: [replace(log, topics=log.topics[:-1]) for log in logs])
    contradicted(told, tmp_path, source, "log .* of block")


@pytest.mark.parametrize(
    "event", [event for event in EVENTS if event is not events.FEED_DEPLOYED], ids=lambda e: e.name
)
def test_a_log_told_twice_is_named(told: Story, tmp_path: Path, event: events.Event) -> None:
    source = retold(told.world.source(), event, lambda logs: [*logs, *logs])
    contradicted(told, tmp_path, source, "log .* of block")


@pytest.mark.parametrize(
    ("event", "position"),
    [
        (events.COMMITTEE_REGISTERED, 1),
        (events.KEY_REGISTERED, 1),
        (events.ATTESTED, 1),
        (events.ATTESTED, 3),
        (events.FEED_DEPLOYED, 2),
    ],
    ids=lambda each: getattr(each, "name", str(each)),
)
def test_a_log_whose_hash_is_not_of_its_fields_is_named(
    told: Story, tmp_path: Path, event: events.Event, position: int
) -> None:
    def forged(logs: list[Log]) -> list[Log]:
        word = bytes(12) + b"\x77" * 20
        return [replace(log, topics=(*log.topics[:position], word, *log.topics[position + 1 :])) for log in logs]

    contradicted(told, tmp_path, retold(told.world.source(), event, forged), "log .* of block")


def test_an_outcome_that_is_none_is_named(told: Story, tmp_path: Path) -> None:
    def forged(logs: list[Log]) -> list[Log]:
        return [replace(log, data=log.data[:127] + b"\x09" + log.data[128:]) for log in logs]

    contradicted(told, tmp_path, retold(told.world.source(), events.ATTESTED, forged), "an outcome of 9")


def test_an_answer_of_a_round_that_was_not_started_is_named(told: Story, tmp_path: Path) -> None:
    source = retold(told.world.source(), events.ROUND_STARTED, lambda logs: [])
    contradicted(told, tmp_path, source, "round 1 has an answer, and was not started")


def test_a_number_that_no_contract_takes_is_named(told: Story, tmp_path: Path) -> None:
    def forged(logs: list[Log]) -> list[Log]:
        return [replace(log, topics=(log.topics[0], b"\x00" * 22 + b"\xff" * 10, *log.topics[2:])) for log in logs]

    contradicted(told, tmp_path, retold(told.world.source(), events.ROUND_STARTED, forged), "a number that no such")


def test_t56_a_log_of_another_block_than_the_chains_is_a_disagreement(told: Story, tmp_path: Path) -> None:
    def moved(logs: list[Log]) -> list[Log]:
        return [replace(log, block=BlockRef(log.block.number, digest("elsewhere"))) for log in logs]

    contradicted(
        told, tmp_path, retold(told.world.source(), events.ANCHORED, moved), "not the one that a log stands in"
    )


def test_t56_a_block_that_changes_while_it_is_read_is_a_disagreement(told: Story, tmp_path: Path) -> None:
    honest = told.world.source()
    last, asked = honest.finalized(), []

    def header(number: int) -> Any:
        found = honest.header(number)
        asked.append(number)
        return replace(found, hash=digest("rewritten")) if asked.count(last.number) > 1 else found

    contradicted(told, tmp_path, Changed(honest, header=header), "changed while its logs were read")


def test_a_history_that_begins_too_late_is_told_as_a_gap(told: Story, tmp_path: Path) -> None:
    first = told.entries["corrected"]
    block = next(
        log.block.number
        for log in told.world.source().logs(
            told.world.contracts["ReserveRegistry"],
            (events.ANCHORED.topic,),
            0,
            told.world.source().finalized().number,
        )
        if log.topics[3] == anchor_id(first)
    )
    with pytest.raises(DisagreementError, match=r"entry 2 of 0x.* follows entry 0"):
        run(tmp_path / "history.sqlite", watched(told.world, first_block=block), told.world.source())


def test_a_first_block_that_is_not_there_yet_is_waited_for(told: Story, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="the first to read, is not final yet"):
        run(tmp_path / "history.sqlite", watched(told.world, first_block=10_000), told.world.source())


def test_a_feed_that_names_no_text_does_not_stop_the_index(fresh: World, tmp_path: Path) -> None:
    honest = fresh.source()
    event = events.FEED_DEPLOYED
    values = ("0x" + "11" * 20, bytes(32), bytes(32), b"\xff\x1b[2J", 18, 0)
    data = encode(["(address,bytes32,bytes32,bytes,uint8,uint8)"], [values])
    block = honest.header(1).ref
    words = [bytes(12) + bytes([each]) * 20 for each in (0x22, 0x11)]
    place = fresh.contracts["ReserveFeedFactory"]
    made = Log(place, (event.topic, *words, bytes(32)), data, block, 0)
    source = retold(honest, event, lambda logs: [made])
    run(tmp_path / "history.sqlite", watched(fresh), source)
    ((*_, asset, decimals, kind, _),) = rows(tmp_path / "history.sqlite", "feeds")
    assert (decimals, kind) == (18, "reserves")
    assert asset.isprintable()


# --- other files


def test_contracts_of_several_chains_are_refused(tmp_path: Path) -> None:
    here, there = (ChainAccount(ChainId.parse(chain), "0x" + "11" * 20) for chain in ("eip155:1", "eip155:10"))
    for more in ({"attestations": there}, {"challenges": (there,)}, {"factory": there}):
        with (
            pytest.raises(FormatError, match="an index is of one chain"),
            opened(tmp_path / "x", Watched(here, **more)),
        ):
            pass
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"attestations": None},
        {"challenges": ()},
        {"factory": None},
        {"first_block": 5},
        {"registry": ChainAccount(ChainId.parse("eip155:1"), "0x" + "44" * 20)},
    ],
    ids=str,
)
def test_a_database_of_other_contracts_is_not_mixed_up(tmp_path: Path, changes: dict[str, Any]) -> None:
    chain = ChainId.parse("eip155:1")
    one, two, three, four = (ChainAccount(chain, "0x" + digits * 20) for digits in ("11", "22", "33", "66"))
    of = Watched(one, two, (three,), four, 3)
    path = tmp_path / "history.sqlite"
    with opened(path, of):
        pass
    with opened(path, replace(of, first_block=None)) as index:
        assert index.first_block() == 3
    other = replace(of, **changes)
    with pytest.raises(FormatError, match="name the same contracts and block, or another file"), opened(path, other):
        pass


@pytest.mark.parametrize("data", [b"not a database, whatever its name", b"SQLite format 3\x00" + bytes(84)])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(data)
    for context in (opened(path, Watched(ACCOUNT)), opened_to_read(path)):
        with pytest.raises(FormatError, match=str(path)), context:
            pass
    assert path.read_bytes() == data


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    for context in (opened(path, Watched(ACCOUNT)), opened_to_read(path)):
        with pytest.raises(FormatError, match="another program"), context:
            pass


def test_an_index_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with opened(path, Watched(ACCOUNT)) as index:
        index.rows.execute("PRAGMA user_version = 2")
    with pytest.raises(FormatError, match="an index of version 2"), opened_to_read(path):
        pass


def test_a_missing_database_is_refused_to_readers(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="por registry index makes it"), opened_to_read(tmp_path / "none"):
        pass


def test_readers_change_nothing(told: Story, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    run(path, watched(told.world), told.world.source())
    with pytest.raises(FormatError, match="readonly"), opened_to_read(path) as index:
        index.rows.execute("DELETE FROM entries")


def test_t36_an_edited_index_is_not_handed_to_contracts(told: Story, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    run(path, watched(told.world), told.world.source())
    with opened(path, watched(told.world)) as index, index.transaction() as changed:
        changed.execute("UPDATE totals SET reserves = '1'")
    with opened_to_read(path) as index, pytest.raises(FormatError, match="was changed in this index"):
        entry_at(index, told.honest, 1)


def test_an_entry_that_is_not_there_is_named(told: Story, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    run(path, watched(told.world), told.world.source())
    with opened_to_read(path) as index:
        with pytest.raises(FormatError, match="has no entry 9"):
            entry_at(index, told.honest, 9)
        with pytest.raises(FormatError, match="no entry 0x0101"):
            entry_named(index, b"\x01" * 32)


# --- events and tables


def test_events_are_those_of_the_contracts() -> None:
    topics = {
        event_abi_to_log_topic(each)  # type: ignore[arg-type]
        for name in artifact_names()
        for each in artifact(name).abi
        if each["type"] == "event"
    }
    assert {event.topic for event in events.EVENTS} == topics


def test_every_table_that_is_of_blocks_is_cut_back_with_them() -> None:
    assert set(TABLES) - set(OF_BLOCKS) == {"contracts", "scope", "spans"}


def test_the_page_names_every_table_and_column() -> None:
    page = (ROOT / "por" / "spec" / "registry-index.md").read_text("utf-8")
    for name, columns in TABLES.items():
        assert f"`{name}`" in page
        for column in columns.partition(", PRIMARY")[0].partition(", UNIQUE")[0].split(", "):
            assert f"`{column.split()[0]}`" in page, f"{name}.{column}"


def test_outcomes_are_written_in_words(told: Story, tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", watched(told.world), told.world.source())
    assert {row[5] for row in rows(tmp_path / "history.sqlite", "attestations")} <= set(map(str, Outcome))


ACCOUNT = ChainAccount(ChainId.parse("eip155:1"), "0x" + "11" * 20)


def test_an_open_index_rolls_back_what_fails(tmp_path: Path) -> None:
    def fail(index: Index) -> None:
        with index.transaction() as changed:
            changed.execute("INSERT INTO spans VALUES (1, '0x00')")
            raise ZeroDivisionError

    with opened(tmp_path / "history.sqlite", Watched(ACCOUNT)) as index:
        with pytest.raises(ZeroDivisionError):
            fail(index)
        assert Index(index.rows).read_up_to() is None
