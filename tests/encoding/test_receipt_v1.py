"""Receipts: what is written is read again, and the salted digest tells every salt and file apart."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import receipt_v1
from por.encoding.receipt_v1 import NATIVE, read, salted_digest, write
from por.errors import FormatError
from por.model import Digest, Instant, Outcome
from por.model.receipt import Receipt, ToldVerdict

instants = st.integers(1_230_768_000, 4_000_000_000).map(
    lambda seconds: Instant.parse(
        f"{2009 + seconds % 90}-{1 + seconds % 12:02}-{1 + seconds % 28:02}T00:00:{seconds % 60:02}Z"
    )
)
digests = st.binary(min_size=32, max_size=32).map(Digest)
checks = st.lists(st.from_regex(r"[a-z]{1,8}\.[a-z]{1,8}", fullmatch=True), min_size=1, max_size=64, unique=True)
verdicts = st.one_of(
    st.builds(ToldVerdict, st.sampled_from([Outcome.PASS, Outcome.INCONCLUSIVE]), st.just(()), instants),
    st.builds(ToldVerdict, st.just(Outcome.FAIL), checks.map(lambda names: tuple(sorted(names))), instants),
)
days = instants.map(lambda instant: str(instant).partition("T")[0])
published = st.builds(
    Receipt,
    format=st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True).filter(lambda name: name != NATIVE),
    issuer=st.none(),
    snapshot=st.none() | days,
    root=st.none()
    | st.sampled_from([8, 16, 20, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(bytes.hex),
    salted=digests,
    verdict=st.none() | verdicts,
)
native = st.builds(
    lambda instant, root, salted, told: Receipt(
        NATIVE, "exchange.example", f"exchange.example@{instant}", root, salted, told
    ),
    instants,
    st.none() | digests.map(lambda digest: digest.value.hex()),
    digests,
    st.none() | verdicts,
)


@given(st.one_of(published, native))
def test_what_is_written_is_read_again(receipt: Receipt) -> None:
    data = write(receipt)
    assert len(data) <= receipt_v1.MAX_BYTES
    assert read(data) == receipt


@given(
    st.binary(min_size=32, max_size=32),
    st.binary(max_size=80),
    st.binary(min_size=32, max_size=32),
    st.binary(max_size=80),
)
def test_t79_another_salt_or_file_is_another_digest(salt: bytes, file: bytes, other: bytes, second: bytes) -> None:
    assert (salted_digest(salt, file) == salted_digest(other, second)) is ((salt, file) == (other, second))


@given(st.binary(max_size=40).filter(lambda salt: len(salt) != 32))
def test_t79_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    with pytest.raises(FormatError, match="32 are needed"):
        salted_digest(salt, b"")


@given(published, st.integers(0, 400), st.binary(max_size=3))
def test_t86_a_changed_document_is_another_receipt_or_refused(receipt: Receipt, place: int, put: bytes) -> None:
    data = write(receipt)
    changed = data[:place] + put + data[place + 1 :]
    with contextlib.suppress(FormatError):
        assert (read(changed) == receipt) is (changed == data)


def test_t84_a_receipt_is_small() -> None:
    with pytest.raises(FormatError, match="at most 16384"):
        read(b" " * 16_385)
