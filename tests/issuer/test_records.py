from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.commitments import hashes
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.issuer.records import Record, RecordMaker, unpack
from tests.issuer import ledgers

ETH = AssetTable.load().resolve("ETH")
SNAPSHOT = f"{ledgers.ISSUER}@{ledgers.NOON}"


def maker(split: int = 1, snapshot: str = SNAPSHOT, key: bytes = ledgers.MASTER_KEY) -> RecordMaker:
    return RecordMaker(ledgers.ISSUER, snapshot, key, split)


def made(account: bytes, amount: int, split: int = 1, segment: str = "spot") -> list[Record]:
    by = maker(split)
    return [unpack(packed) for packed in by.records(by.context(segment, ETH), account, amount)]


def test_a_record_is_derived_as_specified() -> None:
    context = maker().context("spot", ETH)
    names = ["por-sum-sha256-v1", ledgers.ISSUER, SNAPSHOT, "spot", "eip155:1/slip44:60"]
    assert context == ledgers.sha(b"\x04", *map(ledgers.lp, names), bytes([18]))
    (record,) = made(b"alice", 5)
    assert record.id_digest == ledgers.sha(b"\x05", b"\x00\x05alice")
    assert record.key == ledgers.key_of(context, "alice", 0)
    assert record.tag == ledgers.tag_of(record.key, context, "alice")
    assert (record.amount, record.part, record.account) == (ledgers.u128(5), 0, b"alice")


@given(account=st.binary(min_size=1, max_size=255), part=st.integers(0, 3))
def test_t97_the_verifiers_table_of_hashes_says_the_same(account: bytes, part: int) -> None:
    context = maker().context("spot", ETH)
    record = made(account, 2**100, split=9)[part]
    secret = hashes.account_key(ledgers.MASTER_KEY, ledgers.ISSUER, SNAPSHOT, record.id_digest)
    assert record.key == hashes.record_key(secret, context, part)
    assert record.tag == hashes.record_tag(record.key, context, record.id_digest)


def test_zero_makes_no_record() -> None:
    assert made(b"alice", 0) == made(b"alice", 0, split=8) == []


@given(amount=st.integers(1, 2**128 - 1), split=st.integers(1, 64), account=st.binary(min_size=1, max_size=40))
def test_t76_parts_add_up_and_none_is_empty(amount: int, split: int, account: bytes) -> None:
    records = made(account, amount, split)
    amounts = [int.from_bytes(record.amount, "big") for record in records]
    assert sum(amounts) == amount
    assert 0 not in amounts
    assert 1 <= len(records) <= split
    assert [record.part for record in records] == list(range(len(records)))
    assert len({record.key for record in records}) == len({record.tag for record in records}) == len(records)
    assert made(account, amount, split) == records


def test_t76_a_split_is_not_told_by_the_amount() -> None:
    first, second = ([record.amount for record in made(account, 10**18, split=5)] for account in (b"alice", b"bob"))
    assert len(first) == len(second) == 5
    assert not set(first) & set(second)


@pytest.mark.parametrize("split", [0, -1, 65])
def test_a_split_outside_its_range_is_refused(split: int) -> None:
    with pytest.raises(FormatError, match="1 to 64"):
        maker(split)


@pytest.mark.parametrize("length", [0, 4, 16, 31, 33, 64])
def test_t79_a_short_master_key_is_refused(length: int) -> None:
    with pytest.raises(FormatError, match="32 bytes"):
        maker(key=bytes(length))


def test_t78_two_snapshots_share_no_field_of_a_leaf() -> None:
    records = []
    for snapshot in (SNAPSHOT, f"{ledgers.ISSUER}@2026-12-01T12:00:00Z"):
        by = maker(snapshot=snapshot)
        records += [unpack(packed) for packed in by.records(by.context("spot", ETH), b"alice", 5)]
    assert records[0].key != records[1].key
    assert records[0].tag != records[1].tag


def test_t79_another_master_key_hides_the_same_account_otherwise() -> None:
    other = maker(key=bytes(32))
    packed = next(other.records(other.context("spot", ETH), b"alice", 5))
    assert unpack(packed).key != made(b"alice", 5)[0].key


def test_t08_where_one_name_ends_and_the_next_begins_is_bound() -> None:
    keys = set()
    for issuer, snapshot in (("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc")):
        by = RecordMaker(issuer, snapshot, ledgers.MASTER_KEY)
        keys.add(unpack(next(by.records(bytes(32), b"alice", 1))).key)
    assert len(keys) == 4


@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=6), st.sampled_from(["spot", "margin", "via:a", "via:ab"])),
        min_size=2,
        max_size=8,
        unique=True,
    )
)
def test_t14_no_two_records_share_a_tag(rows: list[tuple[bytes, str]]) -> None:
    records = [record for account, segment in rows for record in made(account, 9, 3, segment)]
    assert len({record.tag for record in records}) == len({record.key for record in records}) == len(records)


def test_packed_records_sort_by_tag_and_open_with_tag_and_amount() -> None:
    by = maker()
    context = by.context("spot", ETH)
    packed = sorted(p for i in range(50) for p in by.records(context, f"a{i}".encode(), i + 1))
    assert [unpack(p).tag for p in packed] == sorted(unpack(p).tag for p in packed)
    assert all(p[:48] == unpack(p).tag + unpack(p).amount for p in packed)
