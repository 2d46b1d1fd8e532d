"""Every row of the table: its bytes, and whatever it must not hash instead."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.commitments import hashes
from por.errors import EvidenceError, FormatError
from tests.commitments import reference

SCHEME, ISSUER, SNAPSHOT = "por-sum-sha256-v1", "exchange.example", "exchange.example@2026-11-01T00:00:00Z"
NAMES = (SCHEME, ISSUER, SNAPSHOT, "spot", "eip155:1/slip44:60")
NOT_32 = (0, 1, 8, 16, 31, 33, 64)

keys = st.binary(min_size=32, max_size=32)
sums = st.integers(0, 2**128 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
depths = st.integers(0, 40)


@given(names=st.tuples(texts, texts, texts, texts, texts), decimals=st.integers(0, 255))
def test_context_is_the_tables(names: tuple[str, str, str, str, str], decimals: int) -> None:
    assert hashes.context(*names, decimals) == reference.context(*names, decimals)


@given(account=st.binary(max_size=300))
def test_id_digest_is_the_tables(account: bytes) -> None:
    assert hashes.id_digest(account) == reference.id_digest(account)


@given(master=keys, digest=keys, issuer=texts, snapshot=texts)
def test_account_key_is_the_tables(master: bytes, digest: bytes, issuer: str, snapshot: str) -> None:
    made = hashes.account_key(master, issuer, snapshot, digest)
    assert made == reference.account_key(master, issuer, snapshot, digest)


@given(key=keys, tree=keys, digest=keys, part=st.integers(0, 2**32 - 1))
def test_record_key_and_tag_are_the_tables(key: bytes, tree: bytes, digest: bytes, part: int) -> None:
    assert hashes.record_key(key, tree, part) == reference.record_key(key, tree, part)
    assert hashes.record_tag(key, tree, digest) == reference.record_tag(key, tree, digest)


@given(left=keys, left_sum=sums, right=keys, right_sum=sums)
def test_leaf_and_node_are_the_tables(left: bytes, left_sum: int, right: bytes, right_sum: int) -> None:
    first, second = reference.u128(left_sum), reference.u128(right_sum)
    assert hashes.leaf_hash(left, left_sum) == reference.sha(b"\x00", left, first)
    assert hashes.node_hash(left, left_sum, right, right_sum) == reference.sha(b"\x01", left, first, right, second)


@given(tree=keys, depth=depths, total=sums, top=keys)
def test_committed_root_is_the_tables(tree: bytes, depth: int, total: int, top: bytes) -> None:
    assert hashes.committed_root(tree, depth, total, top) == reference.committed_root(tree, depth, total, top)


def test_empty_nodes_are_the_tops_of_empty_trees() -> None:
    assert hashes.empty_nodes(0) == (hashes.EMPTY_LEAF,) == (hashlib.sha256(b"\x02").digest(),)
    assert hashes.empty_nodes(12) == tuple(reference.top([], depth)[0] for depth in range(13))
    assert hashes.empty_nodes(40)[:13] == hashes.empty_nodes(12)
    assert len(set(hashes.empty_nodes(40))) == 41


@pytest.mark.parametrize("depth", [-1, 41, 256, 2**40])
def test_no_tree_is_deeper_than_40(depth: int) -> None:
    with pytest.raises(EvidenceError, match="0 to 40"):
        hashes.empty_nodes(depth)
    with pytest.raises(EvidenceError, match="0 to 40"):
        hashes.committed_root(bytes(32), depth, 0, bytes(32))


ZERO = bytes(32)
LENGTHS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("master key", lambda data: hashes.account_key(data, ISSUER, SNAPSHOT, ZERO)),
    ("id digest", lambda data: hashes.account_key(ZERO, ISSUER, SNAPSHOT, data)),
    ("account key", lambda data: hashes.record_key(data, ZERO, 0)),
    ("context", lambda data: hashes.record_key(ZERO, data, 0)),
    ("record key", lambda data: hashes.record_tag(data, ZERO, ZERO)),
    ("context", lambda data: hashes.record_tag(ZERO, data, ZERO)),
    ("id digest", lambda data: hashes.record_tag(ZERO, ZERO, data)),
    ("tag", lambda data: hashes.leaf_hash(data, 0)),
    ("left hash", lambda data: hashes.node_hash(data, 0, ZERO, 0)),
    ("right hash", lambda data: hashes.node_hash(ZERO, 0, data, 0)),
    ("context", lambda data: hashes.committed_root(data, 0, 0, ZERO)),
    ("top hash", lambda data: hashes.committed_root(ZERO, 0, 0, data)),
]


@pytest.mark.parametrize(("name", "call"), LENGTHS)
@pytest.mark.parametrize("length", NOT_32)
def test_t10_only_whole_digests_are_hashed(name: str, call: Callable[[bytes], bytes], length: int) -> None:
    with pytest.raises(EvidenceError, match=f"a {name} of {length} bytes; 32 are needed"):
        call(bytes(length))


@pytest.mark.parametrize(("name", "call"), LENGTHS)
def test_t10_no_error_shows_the_key_it_refuses(name: str, call: Callable[[bytes], bytes]) -> None:
    secret = bytes(range(200, 231))
    with pytest.raises(EvidenceError) as caught:
        call(secret)
    assert secret.hex()[:8] not in str(caught.value)
    assert repr(secret)[2:10] not in str(caught.value)


NUMBERS: list[tuple[str, int, Callable[[int], object]]] = [
    ("number of decimals", 8, lambda n: hashes.context(*NAMES, n)),
    ("part", 32, lambda n: hashes.record_key(bytes(32), bytes(32), n)),
    ("amount", 128, lambda n: hashes.leaf_hash(bytes(32), n)),
    ("left sum", 128, lambda n: hashes.node_hash(bytes(32), n, bytes(32), 0)),
    ("right sum", 128, lambda n: hashes.node_hash(bytes(32), 0, bytes(32), n)),
    ("total", 128, lambda n: hashes.committed_root(bytes(32), 0, n, bytes(32))),
]


@pytest.mark.parametrize(("name", "bits", "call"), NUMBERS)
def test_t03_t06_a_number_fits_its_field_or_is_refused(name: str, bits: int, call: Callable[[int], object]) -> None:
    assert call(0) != call(2**bits - 1)
    for value in (-1, -(2**bits), 2**bits, 2**256):
        with pytest.raises(EvidenceError, match=f"a {name} that is negative, or 2\\^{bits} or more"):
            call(value)


def test_t08_a_letter_across_a_fields_end_is_another_tree() -> None:
    made = {
        hashes.context(SCHEME, ISSUER, SNAPSHOT, "spot", "eip155:1/slip44:60", 18),
        hashes.context(SCHEME, ISSUER, SNAPSHOT, "spote", "ip155:1/slip44:60", 18),
        hashes.context(SCHEME, ISSUER + "e", SNAPSHOT[1:], "spot", "eip155:1/slip44:60", 18),
        hashes.context(SCHEME + ISSUER, "", SNAPSHOT, "spot", "eip155:1/slip44:60", 18),
    }
    assert len(made) == 4


@given(st.lists(st.tuples(texts, texts, texts, texts, texts), min_size=2, max_size=6, unique=True))
def test_t08_contexts_differ_whenever_a_field_does(names: list[tuple[str, str, str, str, str]]) -> None:
    assert len({hashes.context(*fields, 18) for fields in names}) == len(names)


def named(field: int, text: str) -> bytes:
    """Compute a context in which one of the five names is `text`."""
    scheme, issuer, snapshot, segment, asset = (text if at == field else name for at, name in enumerate(NAMES))
    return hashes.context(scheme, issuer, snapshot, segment, asset, 18)


@pytest.mark.parametrize("field", range(5))
def test_t08_a_field_of_65535_bytes_is_hashed_and_a_longer_one_refused(field: int) -> None:
    assert named(field, "a" * 65535) != named(field, "b" * 65535)
    with pytest.raises(FormatError, match="65536 bytes behind a length of 16 bits"):
        named(field, "a" * 65536)


@pytest.mark.parametrize("text", ["a" * 65536, "é" * 32768])
def test_t08_no_long_text_wraps_its_length_round(text: str) -> None:
    with pytest.raises(FormatError, match="65536 bytes"):
        hashes.id_digest(text.encode())
    with pytest.raises(FormatError, match="65536 bytes"):
        hashes.account_key(bytes(32), text, SNAPSHOT, bytes(32))
    with pytest.raises(FormatError, match="65536 bytes"):
        hashes.account_key(bytes(32), ISSUER, text, bytes(32))


@pytest.mark.parametrize("field", range(5))
def test_text_that_is_no_utf8_is_refused_with_its_position(field: int) -> None:
    with pytest.raises(FormatError, match="at position 2"):
        named(field, "ab\ud800")


def test_t09_no_two_rows_of_the_table_hash_the_same_bytes() -> None:
    """Feed every function the same zeros: tags and lengths keep all results apart, and apart from RFC 6962's."""
    zero = bytes(32)
    made = [
        hashes.context("", "", "", "", "", 0),
        hashes.id_digest(b""),
        hashes.account_key(zero, "", "", zero),
        hashes.record_key(zero, zero, 0),
        hashes.record_tag(zero, zero, zero),
        hashes.leaf_hash(zero, 0),
        hashes.node_hash(zero, 0, zero, 0),
        hashes.EMPTY_LEAF,
        hashes.committed_root(zero, 0, 0, zero),
        reference.sha(b"\x00", zero),
        reference.sha(b"\x01", zero, zero),
    ]
    assert len(set(made)) == len(made)


def test_t01_a_node_binds_each_childs_sum_and_not_only_their_total() -> None:
    left, right = reference.sha(b"left"), reference.sha(b"right")
    made = {hashes.node_hash(left, amount, right, 100 - amount) for amount in range(101)}
    assert len(made) == 101


def test_t78_two_snapshots_share_no_field_of_a_leaf() -> None:
    master, digest = bytes(range(32)), hashes.id_digest(b"alice@example.com")
    fields: list[set[bytes]] = []
    for snapshot in ("exchange.example@2026-11-01T00:00:00Z", "exchange.example@2026-12-01T00:00:00Z"):
        tree = hashes.context(SCHEME, ISSUER, snapshot, "spot", "eip155:1/slip44:60", 18)
        account = hashes.account_key(master, ISSUER, snapshot, digest)
        key = hashes.record_key(account, tree, 0)
        tag = hashes.record_tag(key, tree, digest)
        fields.append({account, key, tag, hashes.leaf_hash(tag, 5)})
    assert not fields[0] & fields[1]


def test_t78_two_trees_and_two_parts_share_no_key() -> None:
    account = reference.sha(b"account key")
    trees = [hashes.context(*NAMES[:3], segment, NAMES[4], 18) for segment in ("spot", "margin")]
    assert len({hashes.record_key(account, tree, part) for tree in trees for part in range(3)}) == 6


def test_two_accounts_with_one_key_have_two_tags() -> None:
    """T14: the id binds the issuer; the key only hides."""
    key, tree = bytes(32), reference.sha(b"context")
    ids = (b"alice@example.com", b"bob@example.com")
    assert len({hashes.record_tag(key, tree, hashes.id_digest(account)) for account in ids}) == 2
