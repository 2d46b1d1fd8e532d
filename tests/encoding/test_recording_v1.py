"""The document of a recording: one form, everything else refused with its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import canonical, recording_v1
from por.errors import FormatError, UnsupportedVersionError
from por.model import AccountProof, BlockRef, ChainId
from por.model.recording import ChainRecording, RecordedHeader, RecordedProof, Recording

ADDRESS = "0x" + "ab" * 20
KEY = bytes(31) + b"\x07"
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
_chains = st.builds(
    ChainRecording,
    st.integers(0, 10**17).map(lambda number: ChainId("eip155", str(number))),
    st.lists(st.from_regex(r"https?://[a-z]{1,9}:[1-9]{1,4}", fullmatch=True), min_size=1, max_size=3, unique=True).map(
        tuple
    ),
    st.none() | st.builds(BlockRef, _numbers, _hashes),
    st.lists(st.builds(RecordedHeader, _numbers, st.binary(min_size=1, max_size=60)), max_size=3).map(tuple),
    st.lists(_proofs, max_size=3, unique_by=lambda item: (item.block, item.proof.address, item.keys)).map(tuple),
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
