"""Where a real ReserveRegistry keeps what it keeps, and what its events say, to the last bit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from por.checks.policy import shipped_tables
from por.checks.registry_view import COMMITTED_ADDRESS
from por.errors import EvidenceError
from por.model import Anchor, AnchoredEntry, AssetTotal, BlockRef, Digest, Instant, Log
from por.proofs.state.header import MAX_TIMESTAMP
from por.proofs.state.registry import ANCHORED, RegistryHead, entry_of, head_key, head_of, id_key
from por.publish.contracts import artifact
from por.publish.runtimes import deterministic_address
from tests.checks.registry_scenery import TOPIC, id_of, log_of
from tests.contracts import anchors
from tests.contracts import chain as chains
from tests.contracts.anchors import TOKEN, TOTAL, Anchored, Entry
from tests.contracts.chain import Chain
from tests.documents import evm_addresses, hashes

ARTIFACT = Path(__file__).resolve().parents[3] / "contracts" / "artifacts" / "ReserveRegistry.json"
NOBODY = "0x" + "00" * 20
BLOCK = BlockRef(7, b"\x07" * 32)


@pytest.fixture(scope="module")
def chain() -> Chain:
    return chains.tester_chain()


@pytest.fixture(scope="module")
def registry(chain: Chain) -> Any:
    return chain.deploy("ReserveRegistry")


@pytest.fixture(scope="module")
def put(chain: Chain, registry: Any) -> tuple[Anchored, ...]:
    """Anchor three entries of one issuer, the third a correction, and one of another."""
    now = chain.now
    first = anchors.put(chain, registry, Entry(now - 50))
    second = anchors.put(
        chain, registry, Entry(now - 40, snapshot_chain=0, snapshot_block=0), sorted([TOTAL, (TOKEN, 0, 9)])
    )
    other = anchors.put(chain, registry, Entry(now - 40), sender=1)
    third = anchors.put(chain, registry, Entry(now - 40, bundle_digest=b"\x02" * 32, supersedes=2))
    return first, second, third, other


def told(chain: Chain, registry: Any) -> list[Log]:
    """Read the registry's logs as a source gives them."""
    rows = chain.w3.eth.get_logs({"address": registry.address, "fromBlock": 0})
    return [
        Log(
            row["address"].lower(),
            tuple(bytes(topic) for topic in row["topics"]),
            bytes(row["data"]),
            BlockRef(row["blockNumber"], bytes(row["blockHash"])),
            row["logIndex"],
        )
        for row in rows
    ]


def word(chain: Chain, registry: Any, key: bytes) -> int:
    return int.from_bytes(chain.w3.eth.get_storage_at(registry.address, int.from_bytes(key)))


# --- the real contract


def test_the_shipped_code_hash_is_that_of_the_committed_contract(chain: Chain, registry: Any) -> None:
    artifact = json.loads(ARTIFACT.read_text("utf-8"))
    assert artifact["immutableReferences"] == {}, "its code differs from one place to another"
    runtime = bytes.fromhex(artifact["deployedBytecode"].removeprefix("0x"))
    assert keccak(runtime) in shipped_tables().registries
    assert bytes(chain.w3.eth.get_code(registry.address)) == runtime


def test_the_head_is_where_the_contract_keeps_it(chain: Chain, registry: Any, put: tuple[Anchored, ...]) -> None:
    for made in (put[2], put[3]):
        ident, sequence, instant, anchored_at = registry.functions.head(made.issuer).call()
        head = head_of(word(chain, registry, head_key(made.issuer.lower())))
        assert head == RegistryHead(sequence, Instant(instant), Instant(anchored_at))
        assert word(chain, registry, id_key(made.issuer.lower(), sequence)).to_bytes(32) == ident == made.id
    assert head_of(word(chain, registry, head_key(NOBODY))) == RegistryHead(0, Instant(0), Instant(0))


def test_every_id_is_where_the_contract_keeps_it(chain: Chain, registry: Any, put: tuple[Anchored, ...]) -> None:
    for made in put:
        key = id_key(made.issuer.lower(), made.sequence)
        assert word(chain, registry, key).to_bytes(32) == made.id
        assert registry.functions.idAt(made.issuer, made.sequence).call() == made.id
    assert word(chain, registry, id_key(put[0].issuer.lower(), 4)) == 0


def test_the_real_events_are_read(chain: Chain, registry: Any, put: tuple[Anchored, ...]) -> None:
    logs = told(chain, registry)
    assert {log.topics[0] for log in logs} == {ANCHORED}
    for log in logs:
        entry = entry_of(log)
        made = next(each for each in put if each.id == log.topics[3])
        assert (entry.issuer, entry.sequence, entry.previous) == (made.issuer.lower(), made.sequence, made.previous)
        anchor, said = entry.anchor, made.entry
        assert (anchor.instant.seconds, anchor.snapshot_chain, anchor.snapshot_block) == (
            said.instant,
            said.snapshot_chain,
            said.snapshot_block,
        )
        assert (anchor.snapshot_hash, anchor.commitments_root) == (said.snapshot_hash, said.commitments_root)
        assert (anchor.bundle.value, anchor.reserve_set_root) == (said.bundle_digest, said.reserve_set_root)
        assert anchor.supersedes == said.supersedes
        assert [(t.asset, t.liabilities, t.reserves) for t in entry.totals] == list(made.totals)


def test_the_real_events_are_written_as_the_tests_write_them(chain: Chain, registry: Any) -> None:
    for log in told(chain, registry):
        assert log_of(entry_of(log), log.block, log.index, log.address) == log


def test_every_bit_of_a_real_event_matters(chain: Chain, registry: Any) -> None:
    log = told(chain, registry)[1]
    for position in range(0, len(log.data), 3):
        changed = bytearray(log.data)
        changed[position] ^= 1 << position % 8
        with pytest.raises(EvidenceError):
            entry_of(replace(log, data=bytes(changed)))
    for number in range(1, 4):
        for position in range(32):
            topic = bytearray(log.topics[number])
            topic[position] ^= 1
            topics = (*log.topics[:number], bytes(topic), *log.topics[number + 1 :])
            with pytest.raises(EvidenceError):
                entry_of(replace(log, topics=topics))


# --- whatever an issuer anchors

u64 = st.integers(0, 2**64 - 1)
u128 = st.integers(0, 2**128 - 1)


@st.composite
def entries(draw: st.DrawFn) -> AnchoredEntry:
    anchor = Anchor(
        instant=Instant(draw(st.integers(0, MAX_TIMESTAMP))),
        snapshot_chain=draw(u64),
        snapshot_block=draw(u64),
        snapshot_hash=draw(hashes),
        commitments_root=draw(hashes),
        bundle=Digest(draw(hashes)),
        reserve_set_root=draw(hashes),
        supersedes=draw(u64),
    )
    totals = draw(st.lists(st.builds(AssetTotal, hashes, u128, u128), max_size=3))
    return AnchoredEntry(draw(evm_addresses), draw(u64), draw(hashes), anchor, tuple(totals))


@given(entries())
def test_any_event_is_read_as_what_was_anchored(entry: AnchoredEntry) -> None:
    assert entry_of(log_of(entry, BLOCK)) == entry


@given(entries(), st.binary(max_size=70))
def test_spare_bytes_are_refused(entry: AnchoredEntry, spare: bytes) -> None:
    log = log_of(entry, BLOCK)
    for data in (log.data + spare, log.data[: len(log.data) - len(spare)]):
        if spare:
            with pytest.raises(EvidenceError):
                entry_of(replace(log, data=data))


@given(entries(), st.integers(0, 2**192))
def test_a_head_is_read_as_it_was_packed(entry: AnchoredEntry, later: int) -> None:
    sequence, instant = max(entry.sequence, 1), entry.anchor.instant.seconds
    at = later % (MAX_TIMESTAMP + 1)
    assert head_of(sequence | instant << 64 | at << 128) == RegistryHead(sequence, Instant(instant), Instant(at))


EXAMPLE = AnchoredEntry(
    "0x" + "11" * 20,
    3,
    b"\x01" * 32,
    Anchor(Instant(5), 1, 2, b"\x02" * 32, b"\x03" * 32, Digest(b"\x04" * 32), b"\x05" * 32, 2),
    (AssetTotal(b"\x06" * 32, 7, 8), AssetTotal(b"\x07" * 32, 9, 10)),
)


def patched(position: int, word: bytes) -> Log:
    """Put another word into the event's data, and compute nothing anew."""
    log = log_of(EXAMPLE, BLOCK)
    data = log.data[: 32 * position] + word + log.data[32 * (position + 1) :]
    return replace(log, data=data)


@pytest.mark.parametrize(
    ("position", "word"),
    [
        *((place, b"\x01" + bytes(31)) for place in (1, 2, 3, 8)),
        *((place, bytes(23) + b"\x01" + bytes(8)) for place in (1, 2, 3, 8)),
        (1, (MAX_TIMESTAMP + 1).to_bytes(32)),
        (9, bytes(32)),
        (9, (352).to_bytes(32)),
        (9, b"\xff" * 32),
        (10, bytes(32)),
        (10, (1).to_bytes(32)),
        (10, (3).to_bytes(32)),
        (10, b"\xff" * 32),
        (12, b"\x01" + bytes(31)),
        (13, (1 << 128).to_bytes(32)),
    ],
)
def test_t86_another_encoding_of_the_same_or_nearly_is_refused(position: int, word: bytes) -> None:
    with pytest.raises(EvidenceError):
        entry_of(patched(position, word))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: replace(log, topics=()),
        lambda log: replace(log, topics=log.topics[:3]),
        lambda log: replace(log, topics=(*log.topics, bytes(32))),
        lambda log: replace(log, topics=(keccak(b"another event"), *log.topics[1:])),
        lambda log: replace(log, topics=(log.topics[0], b"\x01" + log.topics[1][1:], *log.topics[2:])),
        lambda log: replace(log, topics=(*log.topics[:2], b"\x01" + log.topics[2][1:], log.topics[3])),
        lambda log: replace(log, topics=(*log.topics[:3], bytes(32))),
        lambda log: replace(log, topics=(*log.topics[:2], b"", log.topics[3])),
        lambda log: replace(log, data=b""),
        lambda log: replace(log, data=log.data[:320]),
    ],
)
def test_a_log_of_another_form_is_refused(spoil: Callable[[Log], Log]) -> None:
    assert entry_of(log_of(EXAMPLE, BLOCK)) == EXAMPLE
    with pytest.raises(EvidenceError):
        entry_of(spoil(log_of(EXAMPLE, BLOCK)))


def test_t36_an_entry_with_another_id_than_its_own_is_refused() -> None:
    log = log_of(EXAMPLE, BLOCK)
    other = log_of(replace(EXAMPLE, sequence=4), BLOCK)
    with pytest.raises(EvidenceError, match="id is not the one"):
        entry_of(replace(log, topics=(*log.topics[:3], other.topics[3])))


@pytest.mark.parametrize(
    "word", [1 << 192, 1 << 255, 2**256 - 1, 1 << 64, 1 << 128, -1, 1 | (MAX_TIMESTAMP + 1) << 64, 1 | 2**63 << 128]
)
def test_a_word_that_no_registry_writes_is_refused(word: int) -> None:
    with pytest.raises(EvidenceError):
        head_of(word)


@pytest.mark.parametrize("issuer", ["", "0x", "0x" + "11" * 19, "0x" + "11" * 21, "exchange.example", "0x" + "zz" * 20])
def test_an_issuer_that_is_no_address_has_no_keys(issuer: str) -> None:
    with pytest.raises(EvidenceError):
        head_key(issuer)
    with pytest.raises(EvidenceError):
        id_key(issuer, 1)


@pytest.mark.parametrize("sequence", [-1, 2**64])
def test_a_sequence_beyond_64_bits_has_no_key(sequence: int) -> None:
    with pytest.raises(EvidenceError):
        id_key("0x" + "11" * 20, sequence)


def test_the_topic_is_that_of_the_interface() -> None:
    assert ANCHORED == TOPIC
    assert id_of(EXAMPLE) == log_of(EXAMPLE, BLOCK).topics[3]


def test_the_committed_address_is_where_the_deterministic_deployer_puts_the_committed_code() -> None:
    assert deterministic_address(artifact("ReserveRegistry"), ()) == COMMITTED_ADDRESS
