"""What is packed for `aggregate3` is what the contract reads, and what it does not answer is refused."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from por.chains.multicall import pack, unpack
from por.errors import FormatError
from por.model import Call

_addresses = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
_calls = st.lists(st.builds(Call, _addresses, st.binary(max_size=100)), max_size=6)
_results = st.lists(st.tuples(st.booleans(), st.binary(max_size=100)), max_size=6)
RESULTS = [(True, bytes(31) + b"\x07"), (False, b""), (True, b""), (True, b"\x01" * 33)]


def answer(results: list[tuple[bool, bytes]]) -> bytes:
    """Lay results out as Solidity does, with another encoder than that of `por`."""
    return encode(["(bool,bytes)[]"], [results])


def shown(data: bytes) -> str:
    return "0x" + data.hex()


@given(calls=_calls)
def test_packed_calls_are_what_the_abi_says(calls: list[Call]) -> None:
    packed = pack(calls)
    assert packed[:4] == keccak(b"aggregate3((address,bool,bytes)[])")[:4]
    rows = [(call.to, True, call.data) for call in calls]
    assert list(decode(["(address,bool,bytes)[]"], packed[4:])[0]) == rows
    assert packed[4:] == encode(["(address,bool,bytes)[]"], [rows])


@given(results=_results)
def test_results_are_unpacked(results: list[tuple[bool, bytes]]) -> None:
    wanted = tuple(returned if success else None for success, returned in results)
    assert unpack(shown(answer(results)), len(results)) == wanted


@given(results=_results, more=st.integers(-3, 3).filter(bool))
def test_t64_another_number_of_results_is_refused(results: list[tuple[bool, bytes]], more: int) -> None:
    with pytest.raises(FormatError):
        unpack(shown(answer(results)), len(results) + more)


@given(data=st.data())
def test_t64_a_changed_answer_is_refused_or_says_what_it_holds(data: st.DataObject) -> None:
    whole = answer(RESULTS)
    place, flip = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    changed = whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :]
    try:
        told = unpack(shown(changed), len(RESULTS))
    except FormatError:
        return
    results: Any = decode(["(bool,bytes)[]"], changed)[0]
    assert told == tuple(returned if success else None for success, returned in results)
    assert changed == answer(results)


@given(cut=st.integers(0, len(answer(RESULTS)) - 1))
def test_t64_a_cut_answer_is_refused(cut: int) -> None:
    with pytest.raises(FormatError):
        unpack(shown(answer(RESULTS)[:cut]), len(RESULTS))


@given(more=st.binary(min_size=1, max_size=64))
def test_t64_a_longer_answer_is_refused(more: bytes) -> None:
    with pytest.raises(FormatError):
        unpack(shown(answer(RESULTS) + more), len(RESULTS))


@given(noise=st.binary(max_size=400), count=st.integers(0, 5))
def test_t64_noise_is_refused(noise: bytes, count: int) -> None:
    if noise == answer([])[: len(noise)] and count == 0:
        return
    with pytest.raises(FormatError):
        unpack(shown(noise), count)


def test_t64_many_results_in_one_place_do_not_multiply_an_answer() -> None:
    """A hundred results that all point to one of a megabyte would be a hundred megabytes."""
    head = (32).to_bytes(32, "big") + (100).to_bytes(32, "big") + (3200).to_bytes(32, "big") * 100
    one = (1).to_bytes(32, "big") + (64).to_bytes(32, "big") + (2**20).to_bytes(32, "big") + bytes(2**20)
    with pytest.raises(FormatError):
        unpack(shown(head + one), 100)


@pytest.mark.parametrize("value", [None, 7, [], {}, "", "0x0", "00", "0xZZ", "0x"])
def test_t64_what_is_no_data_is_refused(value: object) -> None:
    with pytest.raises(FormatError):
        unpack(value, 1)
