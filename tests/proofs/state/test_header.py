"""Headers: every real one hashes right, and no header has two encodings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak

from por.errors import EvidenceError, FormatError
from por.model import BlockRef
from por.proofs.state.header import MAX_BYTES, header_from_rlp, header_rlp
from scripts.proof_vectors.headers import NAMES, NUMBERS, header_fields, header_with, json_block
from tests.proofs.state import mainnet

REAL_FIELDS = {15: 1, 16: 2, 17: 1, 20: 2, 21: 3}


def real_headers(vectors: Path) -> list[dict[str, Any]]:
    blocks = mainnet.load(vectors, "headers.json")
    return [{name: value for name, value in block.items() if name != "_source"} for block in blocks]


def test_all_real_headers_hash_right(vectors: Path) -> None:
    blocks = [*real_headers(vectors), mainnet.load(vectors, "mainnet-21925176/block.json")]
    assert len(blocks) == 10
    for block in blocks:
        header = header_from_rlp(header_rlp(block))
        assert "0x" + header.hash.hex() == block["hash"]
        assert header.number == int(block["number"], 16)
        assert "0x" + header.parent_hash.hex() == block["parentHash"]
        assert "0x" + header.state_root.hex() == block["stateRoot"]
        assert header.timestamp == int(block["timestamp"], 16)
        assert header.ref == BlockRef(header.number, header.hash)


def test_the_real_headers_are_of_every_known_fork(vectors: Path) -> None:
    counts = [len(rlp.decode(header_rlp(block))) for block in real_headers(vectors)]
    assert {count: counts.count(count) for count in counts} == REAL_FIELDS


def test_t55_a_changed_member_of_a_real_block_changes_its_hash(vectors: Path) -> None:
    block = mainnet.load(vectors, "mainnet-21925176/block.json")
    real = header_from_rlp(header_rlp(block)).hash
    for name in NAMES:
        if name not in block:
            continue
        member = block[name]
        other = member[:-1] + ("1" if member[-1] != "1" else "2")
        assert header_from_rlp(header_rlp(block | {name: other})).hash != real


def test_t55_every_flipped_bit_of_a_real_header_is_refused_or_is_another_block(vectors: Path) -> None:
    encoded = header_rlp(real_headers(vectors)[0])
    real = header_from_rlp(encoded)
    for at in range(len(encoded)):
        for bit in range(8):
            other = encoded[:at] + bytes([encoded[at] ^ 1 << bit]) + encoded[at + 1 :]
            try:
                assert header_from_rlp(other).hash != real.hash
            except EvidenceError:
                continue


def test_a_header_is_read_field_by_field() -> None:
    fields = header_fields(21)
    encoded = rlp.encode(fields)
    header = header_from_rlp(encoded)
    assert header.hash == keccak(encoded)
    assert header.rlp == encoded
    assert (header.parent_hash, header.state_root) == (fields[0], fields[3])
    assert (header.number, header.timestamp) == (23_700_000, 1_793_491_199)


@pytest.mark.parametrize("count", range(15, 22))
def test_fifteen_to_twenty_one_fields_are_known(count: int) -> None:
    assert header_from_rlp(rlp.encode(header_fields(count))).number == 23_700_000
    assert header_rlp(json_block(count)) == rlp.encode(header_fields(count))


@pytest.mark.parametrize("count", [*range(15), 22, 23])
def test_another_number_of_fields_is_refused(count: int) -> None:
    fields = [*header_fields(21), b"one", b"two"][:count]
    with pytest.raises(EvidenceError, match="unknown header field" if count > 21 else "at least 15"):
        header_from_rlp(rlp.encode(fields))


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_its_own_size(name: str) -> None:
    value = header_fields(21)[NAMES.index(name)]
    for wrong in (b"\x01" * 33 if name in NUMBERS else value + b"\x01", [value], []):
        if name == "extraData" and isinstance(wrong, bytes):
            continue
        with pytest.raises(EvidenceError):
            header_from_rlp(rlp.encode(header_with(**{name: wrong})))


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_every_number_is_canonical(name: str) -> None:
    for wrong in (b"\x00", b"\x00\x01"):
        with pytest.raises(EvidenceError, match=name):
            header_from_rlp(rlp.encode(header_with(**{name: wrong})))


def test_t84_a_header_too_long_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(EvidenceError, match="at most 16384"):
        header_from_rlp(b"\xff" * (MAX_BYTES + 1))
    with pytest.raises(EvidenceError, match="at most 16384"):
        header_from_rlp(rlp.encode(header_with(extraData=bytes(MAX_BYTES))))


def test_t84_lists_nested_a_thousand_deep_are_refused() -> None:
    encoded = b""
    for _ in range(1500):
        encoded = rlp.codec.length_prefix(len(encoded), 0xC0) + encoded
    with pytest.raises(EvidenceError):
        header_from_rlp(encoded)


def test_the_last_second_that_an_instant_can_name_is_read() -> None:
    last = header_from_rlp(rlp.encode(header_with(timestamp=(253_402_300_799).to_bytes(5, "big"))))
    assert last.timestamp == 253_402_300_799


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_member_is_named(name: str) -> None:
    block = {member: value for member, value in json_block().items() if member != name}
    if name == NAMES[-1]:
        assert header_rlp(block) == rlp.encode(header_fields(20))
        return
    with pytest.raises(FormatError) as caught:
        header_rlp(block)
    assert caught.value.place == f"/{name}"


@pytest.mark.parametrize("value", [None, 7, True, ["0x07"], {"a": 1}, "", "7", "0X7", "0x07", "0x7_0", "0x７", " 0x7"])
def test_t86_a_sloppy_number_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(FormatError) as caught:
        header_rlp(json_block() | {"number": value})
    assert caught.value.place == "/number"


@pytest.mark.parametrize("name", ["baseFee", "l1BlockNumber", "author", "", "Number", "blockAccessListHash"])
def test_an_unknown_member_is_refused_by_name_and_never_dropped(name: str) -> None:
    with pytest.raises(FormatError, match=f"unknown header field '{name}'"):
        header_rlp(json_block() | {name: "0x1"})


def test_t93_an_unknown_member_is_named_without_its_control_characters() -> None:
    with pytest.raises(FormatError) as caught:
        header_rlp(json_block() | {"\x1b[2J" + "a" * 1000: "0x1"})
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_members_that_are_not_in_the_header_are_known_and_not_read() -> None:
    beside: dict[str, Any] = {
        "hash": None,
        "size": 1,
        "totalDifficulty": "x",
        "uncles": [],
        "transactions": {},
        "withdrawals": 2,
    }
    assert header_rlp(json_block() | beside) == rlp.encode(header_fields(21))
