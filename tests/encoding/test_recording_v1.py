"""The document of a recording: one form, everything else refused with its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import canonical, recording_v1
from por.errors import FormatError, UnsupportedVersionError
from por.model import AccountProof, BlockRef, ChainId, Log
from por.model.recording import ChainRecording, RecordedCall, RecordedHeader, RecordedLogs, RecordedProof, Recording

ADDRESS = "0x" + "ab" * 20
KEY = bytes(31) + b"\x07"
TOPIC = b"\x70" * 32


def log(number: int, index: int, *topics: bytes, data: bytes = b"") -> Log:
    return Log(ADDRESS, (TOPIC, *topics), data, BlockRef(number, bytes([number]) * 32), index)


SAMPLE = Recording(
    (
        ChainRecording(
            ChainId("eip155", "1"),
            ("https://one.example:443", "https://two.example:443"),
            BlockRef(7, b"\x07" * 32),
            (RecordedHeader(5, b"\xc1\x05"), RecordedHeader(5, b"\xc1\x06"), RecordedHeader(6, b"\xc1\x07")),
            (
                RecordedProof(b"\x05" * 32, (), AccountProof(ADDRESS, (b"\x80",), ())),
                RecordedProof(b"\x05" * 32, (KEY,), AccountProof(ADDRESS, (b"\xc0", b"\xc1\x80"), ((b"\x80",),))),
            ),
            (
                RecordedLogs(ADDRESS, (TOPIC,), 0, 4, ()),
                RecordedLogs(
                    ADDRESS, (TOPIC,), 3, 5, (log(3, 7, KEY, data=b"\x07"), log(5, 0), log(5, 2, KEY, KEY, KEY))
                ),
                RecordedLogs(ADDRESS, (TOPIC, KEY), 0, 4, (log(3, 7, KEY, data=b"\x07"),)),
            ),
            (
                RecordedCall(b"\x05" * 32, ADDRESS, b"", None),
                RecordedCall(b"\x05" * 32, ADDRESS, b"\x70\xa0", KEY),
                RecordedCall(b"\x06" * 32, ADDRESS, b"", b""),
            ),
        ),
        ChainRecording(ChainId("eip155", "10"), ("http://127.0.0.1:8545",), None, (), ()),
    )
)
DOCUMENT: Any = json.loads(recording_v1.write(SAMPLE))


def test_reading_gives_what_was_written() -> None:
    assert recording_v1.read(recording_v1.write(SAMPLE)) == SAMPLE


def test_an_empty_recording_is_a_recording() -> None:
    assert recording_v1.read(recording_v1.write(Recording(()))) == Recording(())


def test_chains_are_written_in_their_order() -> None:
    assert recording_v1.write(Recording(SAMPLE.chains[::-1])) == recording_v1.write(SAMPLE)


def test_logs_are_written_in_the_order_of_their_questions() -> None:
    turned = [replace(chain, logs=chain.logs[::-1]) for chain in SAMPLE.chains]
    assert recording_v1.write(Recording(tuple(turned))) == recording_v1.write(SAMPLE)


def test_calls_are_written_in_the_order_of_their_questions() -> None:
    turned = [replace(chain, calls=chain.calls[::-1]) for chain in SAMPLE.chains]
    assert recording_v1.write(Recording(tuple(turned))) == recording_v1.write(SAMPLE)


def test_t64_a_revert_no_bytes_and_a_zero_are_three_answers() -> None:
    assert [call["answer"] for call in DOCUMENT["chains"][0]["calls"]] == [None, "0x" + KEY.hex(), "0x"]
    answers = (None, b"", bytes(32))
    calls = tuple(RecordedCall(b"\x05" * 32, ADDRESS, bytes([place]), each) for place, each in enumerate(answers))
    recording = Recording((replace(SAMPLE.chains[0], calls=calls),))
    assert [call.answer for call in recording_v1.read(recording_v1.write(recording)).chains[0].calls] == list(answers)


def test_a_log_does_not_repeat_the_contract_it_was_asked_of() -> None:
    assert DOCUMENT["chains"][0]["logs"][1] == {
        "address": ADDRESS,
        "topics": ["0x" + "70" * 32],
        "first": 3,
        "last": 5,
        "logs": [
            {
                "topics": ["0x" + "70" * 32, "0x" + KEY.hex()],
                "data": "0x07",
                "number": 3,
                "hash": "0x" + "03" * 32,
                "index": 7,
            },
            {"topics": ["0x" + "70" * 32], "data": "0x", "number": 5, "hash": "0x" + "05" * 32, "index": 0},
            {
                "topics": ["0x" + "70" * 32, *["0x" + KEY.hex()] * 3],
                "data": "0x",
                "number": 5,
                "hash": "0x" + "05" * 32,
                "index": 2,
            },
        ],
    }


def test_readings_of_one_block_keep_their_order() -> None:
    assert [header["rlp"] for header in DOCUMENT["chains"][0]["headers"]] == ["0xc105", "0xc106", "0xc107"]


_hashes = st.binary(min_size=32, max_size=32)
_nodes = st.lists(st.binary(min_size=1, max_size=40), max_size=3).map(tuple)
_proofs = st.builds(
    lambda block, address, account, storage: RecordedProof(
        block,
        tuple(key for key, _ in storage),
        AccountProof("0x" + address.hex(), account, tuple(nodes for _, nodes in storage)),
    ),
    _hashes,
    st.binary(min_size=20, max_size=20),
    _nodes,
    st.lists(st.tuples(_hashes, _nodes), max_size=3),
)
_numbers = st.integers(0, 2**53 - 1)


@st.composite
def _recorded_logs(draw: st.DrawFn) -> RecordedLogs:
    address, first = "0x" + draw(st.binary(min_size=20, max_size=20)).hex(), draw(_numbers)
    wanted = tuple(draw(st.lists(_hashes, min_size=1, max_size=4)))
    last = draw(st.integers(first, 2**53 - 1))
    numbers = st.integers(first, last)
    places = sorted(draw(st.sets(st.tuples(numbers, _numbers), max_size=4)))
    hashes = {number: draw(_hashes) for number, _ in places}
    topics = st.lists(_hashes, max_size=4 - len(wanted)).map(lambda more: (*wanted, *more))
    logs = tuple(
        Log(address, draw(topics), draw(st.binary(max_size=40)), BlockRef(number, hashes[number]), index)
        for number, index in places
    )
    return RecordedLogs(address, wanted, first, last, logs)


_questions = _recorded_logs()
_recorded_calls = st.builds(
    RecordedCall,
    _hashes,
    st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    st.binary(max_size=40),
    st.none() | st.binary(max_size=40),
)
_chains = st.builds(
    ChainRecording,
    st.integers(0, 10**17).map(lambda number: ChainId("eip155", str(number))),
    st.lists(st.from_regex(r"https?://[a-z]{1,9}:[1-9]{1,4}", fullmatch=True), min_size=1, max_size=3, unique=True).map(
        tuple
    ),
    st.none() | st.builds(BlockRef, _numbers, _hashes),
    st.lists(st.builds(RecordedHeader, _numbers, st.binary(min_size=1, max_size=60)), max_size=3).map(tuple),
    st.lists(_proofs, max_size=3, unique_by=lambda item: (item.block, item.proof.address, item.keys)).map(tuple),
    st.lists(_questions, max_size=3, unique_by=lambda item: item.question).map(
        lambda items: tuple(sorted(items, key=lambda item: item.question))
    ),
    st.lists(_recorded_calls, max_size=3, unique_by=lambda item: item.question).map(
        lambda items: tuple(sorted(items, key=lambda item: item.question))
    ),
)


@given(st.lists(_chains, max_size=3, unique_by=lambda item: item.chain))
def test_every_recording_has_one_document(chains: list[ChainRecording]) -> None:
    recording = Recording(tuple(sorted(chains, key=lambda item: str(item.chain))))
    data = recording_v1.write(recording)
    assert recording_v1.read(data) == recording
    assert recording_v1.write(recording_v1.read(data)) == data


@given(st.integers(0, len(recording_v1.write(SAMPLE)) - 1), st.integers(0, 255))
def test_t88_another_byte_is_another_recording_or_refused(position: int, byte: int) -> None:
    data = bytearray(recording_v1.write(SAMPLE))
    changed = data[position] != byte
    data[position] = byte
    try:
        read = recording_v1.read(bytes(data))
    except FormatError:
        return
    assert (read != SAMPLE) is changed


Change = Callable[[Any], object]


def first(document: Any) -> Any:
    return document["chains"][0]


def proof(document: Any) -> Any:
    return document["chains"][0]["proofs"][1]


def asked(document: Any) -> Any:
    return document["chains"][0]["logs"][1]


def called(document: Any) -> Any:
    return document["chains"][0]["calls"][1]


def longer(document: Any) -> list[str]:
    return [*asked(document)["topics"], "0x" + KEY.hex()]


def told(document: Any, position: int = 0) -> Any:
    return document["chains"][0]["logs"][1]["logs"][position]


REFUSED: list[tuple[Change, str]] = [
    (lambda d: d.pop("chains"), "/"),
    (lambda d: d.update(more=1), "/"),
    (lambda d: d.update(chains={}), "/chains"),
    (lambda d: d.update(mediaType="application/vnd.por.bundle.v1+json"), "/mediaType"),
    (lambda d: d["chains"].reverse(), "/chains"),
    (lambda d: d["chains"].append(d["chains"][1]), "/chains"),
    (lambda d: first(d).pop("finalized"), "/chains/0"),
    (lambda d: first(d).update(extra=None), "/chains/0"),
    (lambda d: first(d).update(chain="eip155:01"), "/chains/0/chain"),
    (lambda d: first(d).update(chain=1), "/chains/0/chain"),
    (lambda d: first(d).update(sources=[]), "/chains/0/sources"),
    (lambda d: first(d).update(sources=["a", "a"]), "/chains/0/sources"),
    (lambda d: first(d).update(sources=["a\u202eb"]), "/chains/0/sources/0"),
    (lambda d: first(d).update(sources=["a"] * 65), "/chains/0/sources"),
    (lambda d: first(d).update(finalized=7), "/chains/0/finalized"),
    (lambda d: first(d)["finalized"].update(number="7"), "/chains/0/finalized/number"),
    (lambda d: first(d)["finalized"].update(number=-1), "/chains/0/finalized/number"),
    (lambda d: first(d)["finalized"].update(number=True), "/chains/0/finalized/number"),
    (lambda d: first(d)["finalized"].update(hash="0x07"), "/chains/0/finalized/hash"),
    (lambda d: first(d)["headers"][0].update(number=None), "/chains/0/headers/0/number"),
    (lambda d: first(d)["headers"][0].update(rlp="0x"), "/chains/0/headers/0/rlp"),
    (lambda d: first(d)["headers"][0].update(rlp="0xC105"), "/chains/0/headers/0/rlp"),
    (lambda d: first(d)["headers"][0].update(rlp="c105"), "/chains/0/headers/0/rlp"),
    (lambda d: first(d)["headers"][0].update(rlp="0x" + "00" * 16_385), "/chains/0/headers/0/rlp"),
    (lambda d: first(d)["headers"][0].update(hash="0x"), "/chains/0/headers/0"),
    (lambda d: first(d)["proofs"].append(copy.deepcopy(proof(d))), "/chains/0/proofs"),
    (lambda d: proof(d).update(block="0x05"), "/chains/0/proofs/1/block"),
    (lambda d: proof(d).update(address=ADDRESS.upper()), "/chains/0/proofs/1/address"),
    (lambda d: proof(d).update(address="name.eth"), "/chains/0/proofs/1/address"),
    (lambda d: proof(d).update(accountProof=None), "/chains/0/proofs/1/accountProof"),
    (lambda d: proof(d).update(accountProof=["0x"]), "/chains/0/proofs/1/accountProof/0"),
    (lambda d: proof(d).update(accountProof=["0x0"]), "/chains/0/proofs/1/accountProof/0"),
    (lambda d: proof(d).update(accountProof=["0x80"] * 65), "/chains/0/proofs/1/accountProof"),
    (lambda d: proof(d).update(accountProof=["0x" + "00" * 1025]), "/chains/0/proofs/1/accountProof/0"),
    (lambda d: proof(d)["storageProofs"][0].update(key="0x07"), "/chains/0/proofs/1/storageProofs/0/key"),
    (lambda d: proof(d)["storageProofs"][0].pop("nodes"), "/chains/0/proofs/1/storageProofs/0"),
    (lambda d: proof(d)["storageProofs"][0].update(value="0x0"), "/chains/0/proofs/1/storageProofs/0"),
    (lambda d: first(d).pop("logs"), "/chains/0"),
    (lambda d: first(d).update(logs=None), "/chains/0/logs"),
    (lambda d: first(d).update(logs={}), "/chains/0/logs"),
    (lambda d: first(d)["logs"].reverse(), "/chains/0/logs"),
    (lambda d: first(d)["logs"].append(copy.deepcopy(asked(d))), "/chains/0/logs"),
    (lambda d: first(d)["logs"].append(asked(d) | {"logs": []}), "/chains/0/logs"),
    (lambda d: first(d)["logs"].append(asked(d) | {"address": "0x" + "aa" * 20}), "/chains/0/logs"),
    (lambda d: first(d)["logs"].append(asked(d) | {"topics": ["0x" + "11" * 32], "logs": []}), "/chains/0/logs"),
    (lambda d: asked(d).pop("first"), "/chains/0/logs/1"),
    (lambda d: asked(d).pop("logs"), "/chains/0/logs/1"),
    (lambda d: asked(d).update(chain="eip155:1"), "/chains/0/logs/1"),
    (lambda d: asked(d).update(address=ADDRESS.upper()), "/chains/0/logs/1/address"),
    (lambda d: asked(d).update(address=None), "/chains/0/logs/1/address"),
    (lambda d: asked(d).update(topics=["0x70"]), "/chains/0/logs/1/topics/0"),
    (lambda d: asked(d).update(topics="0x" + "70" * 32), "/chains/0/logs/1/topics"),
    (lambda d: asked(d).update(topics=[]), "/chains/0/logs/1/topics"),
    (lambda d: asked(d).update(topics=None), "/chains/0/logs/1/topics"),
    (lambda d: asked(d)["topics"].append(None), "/chains/0/logs/1/topics/1"),
    (lambda d: asked(d).update(topics=asked(d)["topics"] * 5), "/chains/0/logs/1/topics"),
    (lambda d: asked(d).update(topics=["0x" + "71" * 32]), "/chains/0/logs/1/logs/0/topics"),
    (lambda d: asked(d)["topics"].append("0x" + "71" * 32), "/chains/0/logs/1/logs/0/topics"),
    (lambda d: asked(d)["topics"].append("0x" + KEY.hex()), "/chains/0/logs/1/logs/1/topics"),
    (lambda d: asked(d).update(topic=asked(d).pop("topics")[0]), "/chains/0/logs/1"),
    (lambda d: first(d)["logs"].insert(0, asked(d) | {"topics": longer(d), "logs": []}), "/chains/0/logs"),
    (lambda d: asked(d).update(first=-1), "/chains/0/logs/1/first"),
    (lambda d: asked(d).update(first="3"), "/chains/0/logs/1/first"),
    (lambda d: asked(d).update(first=4), "/chains/0/logs/1/logs/0/number"),
    (lambda d: asked(d).update(first=6), "/chains/0/logs/1/last"),
    (lambda d: asked(d).update(last=2), "/chains/0/logs/1/last"),
    (lambda d: asked(d).update(last=4), "/chains/0/logs/1/logs/1/number"),
    (lambda d: asked(d).update(last=None), "/chains/0/logs/1/last"),
    (lambda d: asked(d).update(logs={}), "/chains/0/logs/1/logs"),
    (lambda d: asked(d)["logs"].reverse(), "/chains/0/logs/1/logs"),
    (lambda d: asked(d)["logs"].append(told(d, 2)), "/chains/0/logs/1/logs"),
    (lambda d: asked(d)["logs"].append(told(d, 2) | {"data": "0x01"}), "/chains/0/logs/1/logs"),
    (lambda d: told(d, 2).update(index=0), "/chains/0/logs/1/logs"),
    (lambda d: told(d, 2).update(hash="0x" + "06" * 32), "/chains/0/logs/1/logs"),
    (lambda d: told(d).pop("hash"), "/chains/0/logs/1/logs/0"),
    (lambda d: told(d).update(address=ADDRESS), "/chains/0/logs/1/logs/0"),
    (lambda d: told(d).update(topics=[]), "/chains/0/logs/1/logs/0/topics"),
    (lambda d: told(d).update(topics=None), "/chains/0/logs/1/logs/0/topics"),
    (lambda d: told(d)["topics"].reverse(), "/chains/0/logs/1/logs/0/topics"),
    (lambda d: told(d).update(topics=told(d)["topics"][:1] * 5), "/chains/0/logs/1/logs/0/topics"),
    (lambda d: told(d)["topics"].append("0x"), "/chains/0/logs/1/logs/0/topics/2"),
    (lambda d: told(d).update(data=None), "/chains/0/logs/1/logs/0/data"),
    (lambda d: told(d).update(data="0xA0"), "/chains/0/logs/1/logs/0/data"),
    (lambda d: told(d).update(data="0x" + "00" * (2**20 + 1)), "/chains/0/logs/1/logs/0/data"),
    (lambda d: told(d).update(number=2), "/chains/0/logs/1/logs/0/number"),
    (lambda d: told(d).update(number=6), "/chains/0/logs/1/logs/0/number"),
    (lambda d: told(d).update(number=True), "/chains/0/logs/1/logs/0/number"),
    (lambda d: told(d).update(hash="0x" + "03" * 31), "/chains/0/logs/1/logs/0/hash"),
    (lambda d: told(d).update(index=-1), "/chains/0/logs/1/logs/0/index"),
    (lambda d: told(d).update(index="0x7"), "/chains/0/logs/1/logs/0/index"),
    (lambda d: first(d).pop("calls"), "/chains/0"),
    (lambda d: first(d).update(calls=None), "/chains/0/calls"),
    (lambda d: first(d).update(calls={}), "/chains/0/calls"),
    (lambda d: first(d)["calls"].reverse(), "/chains/0/calls"),
    (lambda d: first(d)["calls"].insert(1, called(d)), "/chains/0/calls"),
    (lambda d: first(d)["calls"].insert(2, called(d) | {"answer": None}), "/chains/0/calls"),
    (lambda d: called(d).update(data="0x"), "/chains/0/calls"),
    (lambda d: called(d).update(block="0x" + "07" * 32), "/chains/0/calls"),
    (lambda d: called(d).update(block="0x05"), "/chains/0/calls/1/block"),
    (lambda d: called(d).update(block=5), "/chains/0/calls/1/block"),
    (lambda d: called(d).pop("block"), "/chains/0/calls/1"),
    (lambda d: called(d).update(to=ADDRESS.upper()), "/chains/0/calls/1/to"),
    (lambda d: called(d).update(to=None), "/chains/0/calls/1/to"),
    (lambda d: called(d).update(to="name.eth"), "/chains/0/calls/1/to"),
    (lambda d: called(d).update(data=None), "/chains/0/calls/1/data"),
    (lambda d: called(d).update(data="0x7"), "/chains/0/calls/1/data"),
    (lambda d: called(d).update(data="0x" + "00" * (2**17 + 1)), "/chains/0/calls/1/data"),
    (lambda d: called(d).pop("answer"), "/chains/0/calls/1"),
    (lambda d: called(d).update(answer=0), "/chains/0/calls/1/answer"),
    (lambda d: called(d).update(answer=False), "/chains/0/calls/1/answer"),
    (lambda d: called(d).update(answer=""), "/chains/0/calls/1/answer"),
    (lambda d: called(d).update(answer="0xA0"), "/chains/0/calls/1/answer"),
    (lambda d: called(d).update(answer="0x" + "00" * (2**17 + 1)), "/chains/0/calls/1/answer"),
    (lambda d: called(d).update({"from": ADDRESS}), "/chains/0/calls/1"),
]


@pytest.mark.parametrize(("change", "place"), REFUSED)
def test_t84_a_document_of_another_form_is_refused_with_its_place(change: Change, place: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(FormatError) as caught:
        recording_v1.read(canonical.dumps(document))
    assert caught.value.place == place


def test_a_later_version_is_named() -> None:
    document = DOCUMENT | {"mediaType": "application/vnd.por.recording.v2+json"}
    with pytest.raises(UnsupportedVersionError, match=r"recording\.v2.*it reads"):
        recording_v1.read(canonical.dumps(document))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        json.dumps(DOCUMENT, indent=1).encode(),
        recording_v1.write(SAMPLE) + b"\n",
        recording_v1.write(SAMPLE)[:-1],
        recording_v1.write(SAMPLE).replace(b'"number":7', b'"number":7.0'),
        recording_v1.write(SAMPLE).replace(b'"number":7', b'"number":7,"number":8'),
    ],
)
def test_t85_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        recording_v1.read(data)
