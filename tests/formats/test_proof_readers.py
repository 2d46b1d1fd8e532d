"""The parts that readers of published proofs share: documents, fields, times, records, paths."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding.strict_json import Number
from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError
from por.formats import bybit, fields, htx_v1, lemon, pionex, proofs, times
from por.formats.bybit_orders import ORDERS
from por.formats.document import Document, is_items, is_members, is_text
from por.formats.path_file import NO_COMMA
from por.model import Instant
from por.model.published import Asked, Opened
from scripts.published_vectors.sample import put
from scripts.published_vectors.trees import sha
from tests import published_proofs as p


def opened(name: str, file: Any = None, **asked: Any) -> Opened:
    document = Document(p.data_of(p.SAMPLES[name].file if file is None else file))
    found, variant = proofs.detect(document)
    return found.read(document, variant, Asked(**asked)).opened[0]


# --- documents and fields


@pytest.mark.parametrize("value", [None, [], {}, True])
def test_t35_an_audit_without_a_name_is_not_the_same_audit_twice(value: Any) -> None:
    """Two files of no snapshot are of no one snapshot: their roots accuse nobody."""
    assert fields.word_or_nothing({"auditId": value}, "auditId") == ""
    assert fields.word_or_nothing({}, "auditId") == ""
    assert fields.word_or_nothing({"auditId": Number("7")}, "auditId") == "7"


def test_a_path_written_as_one_text_may_have_forty_steps() -> None:
    text = ",".join(f"{'ab' * 32}:l" for _ in range(40))
    assert fields.text_at({"path": text}, "path", "") == text


def test_numbers_are_kept_as_they_were_written() -> None:
    document = Document(b'{"a": 0.10, "b": 1e5, "c": 12345678901234567890123, "d": -0, "e": "0.10"}')
    assert [str(value) for value in document.members.values()] == [
        "0.10",
        "1e5",
        "12345678901234567890123",
        "-0",
        "0.10",
    ]
    assert [isinstance(value, Number) for value in document.members.values()] == [True] * 4 + [False]
    assert [is_text(value) for value in document.members.values()] == [False] * 4 + [True]


@pytest.mark.parametrize(
    "data", [b"", b"5", b'"x"', b"{", b'{"a":NaN}', b'{"a":1}{', b"\xff{}", b'{"a":1,"a":1}', b"null"]
)
def test_t86_what_is_no_strict_json_object_or_list_has_no_members_and_a_reason(data: bytes) -> None:
    document = Document(data)
    assert document.members == {}
    assert document.json is None
    assert document.why_not_json


def test_lines_lose_their_ends_and_a_byte_order_mark() -> None:
    assert Document(b"\xef\xbb\xbfa\r\nb\n").lines == ("a", "b")
    assert Document(b"\xff").lines == ("",)
    assert is_members(Document(b"\xef\xbb\xbf{}").json)
    assert is_items(Document(b"[]").json)


@pytest.mark.parametrize(
    "text", ["", "ab" * 31, "ab" * 33, "AB" * 32, "0x" + "ab" * 31, " " + "ab" * 31 + "a", "zz" * 32]
)
def test_t10_t86_a_hash_has_its_length_and_form(text: str) -> None:
    with pytest.raises(EvidenceError, match="not a hash of 64"):
        fields.hash_text(text, "/x", 64)
    assert fields.hash_text("ab" * 32, "/x", 64) == "ab" * 32


@pytest.mark.parametrize(
    "value", ["1", 1, None, [], {}, Number("1.0"), Number("01"), Number("1e3"), Number("-0"), Number("9" * 19)]
)
def test_t86_an_integer_is_a_json_integer(value: Any) -> None:
    with pytest.raises(FormatError):
        fields.integer_at({"x": value}, "x", "")
    assert fields.integer_at({"x": Number("-12")}, "x", "") == -12


@pytest.mark.parametrize(
    "value",
    [None, [], "x", {"A": None}, {"A": []}, {"A": "1,0"}, {"": "1"}, {"A B": "1"}, {"Ä": "1"}, {"A": Number("1")}],
)
def test_t61_t86_amounts_are_coins_and_plain_text(value: Any) -> None:
    with pytest.raises(FormatError):
        fields.amounts_at({"x": value}, "x", "")
    assert fields.amounts_at({"x": {"ETH+BETH": "1.0"}}, "x", "")["ETH+BETH"].text == "1.0"


def test_t87_amounts_as_bare_numbers_are_taken_only_where_the_format_has_them() -> None:
    assert fields.amounts_at({"x": {"A": Number("1.50")}}, "x", "", bare=True)["A"].text == "1.50"
    with pytest.raises(FormatError, match="a number"):
        fields.amounts_at({"x": {"A": "1.50"}}, "x", "", bare=True)


@pytest.mark.parametrize("text", ["A", "A:", ":1", "A:1,", "A:1,A:2", "A:1;B:2", "A:1, B:2", ",", "A:1e5"])
def test_t86_a_list_of_amounts_is_coin_colon_amount_each_once(text: str) -> None:
    with pytest.raises(FormatError):
        fields.listed_amounts(text, "/x")
    assert list(fields.listed_amounts("B:1,A:2", "/x")) == ["B", "A"]
    assert fields.listed_amounts("", "/x") == {}


def test_t84_too_many_coins_are_refused() -> None:
    rows = {f"C{number}": "0" for number in range(fields.MAX_COINS + 1)}
    with pytest.raises(FormatError, match="coins"):
        fields.amounts_at({"x": rows}, "x", "")
    with pytest.raises(FormatError):
        fields.listed_amounts(",".join(f"{name}:0" for name in rows), "/x")


@pytest.mark.parametrize("text", ["\x1b[31m", "a\u202eb", "a\u200bb", "\ud800", "x" * 65_537])
def test_t93_text_that_misleads_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        fields.text_at({"x": text}, "x", "")


# --- times


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-09-21 00:00:00", "2026-09-21T00:00:00Z"),
        ("2022-12-18-745ed8c9", "2022-12-18T00:00:00Z"),
        ("2026-02-30", None),
        ("yesterday", None),
        ("1999-01-01", None),
        ("", None),
    ],
)
def test_t92_a_date_is_read_as_utc_or_not_at_all(text: str, instant: str | None) -> None:
    assert times.utc_instant(text) == (None if instant is None else Instant.parse(instant))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Au20221129", "2022-11-29"),
        ("2024050804", "2024-05-08"),
        ("499930592", None),
        ("Au2022", None),
        ("20221399", None),
    ],
)
def test_t92_a_date_in_a_name_is_read_or_not_at_all(text: str, instant: str | None) -> None:
    assert times.packed_date(text) == (None if instant is None else Instant.parse(f"{instant}T00:00:00Z"))


@given(st.text(max_size=30))
def test_t92_no_text_makes_a_reader_of_dates_crash(text: str) -> None:
    times.utc_instant(text)
    times.packed_date(text)


@pytest.mark.parametrize("value", [-1, 10**30, -(10**30)])
def test_milliseconds_that_are_no_instant_are_none(value: int) -> None:
    assert times.milliseconds(value) is None
    assert times.milliseconds(1767196800000) == Instant.parse("2025-12-31T16:00:00Z")


# --- single formats


def test_every_order_of_bybit_is_one_of_distinct_coins() -> None:
    assert len(set(ORDERS.values())) == len(ORDERS)
    for name, order in ORDERS.items():
        assert len(set(order)) == len(order) == int(re.match(r"\d+", name)[0])  # type: ignore[index]


@pytest.mark.parametrize("name", ORDERS)
def test_t70_every_version_of_bybit_is_recognised_and_verified(name: str) -> None:
    order = ORDERS[name]
    places = {coin: 4 if name == bybit.FOUR and coin.startswith("USD") else 8 for coin in order}
    balance = {coin: f"{number}.{'0' * places[coin]}" for number, coin in enumerate(order)}
    user = "ab" * 32
    leaf = sha(user + "".join(balance.values()))
    sibling = {"balance": balance, "type": 2, "hash": "cd" * 32, "height": 1}
    sums = {coin: f"{2 * number}.{'0' * places[coin]}" for number, coin in enumerate(order)}
    root = sha(leaf + "cd" * 32 + "".join(sums.values()) + "2")
    own = {"auditId": "7", "balance": balance, "type": 1, "hash": leaf, "height": 1, "nonce": "n", "userHash": user}
    top = {"balance": sums, "type": 3, "hash": root, "height": 2}
    document = Document(json.dumps({"self": own, "path": [sibling, top]}).encode())
    found, variant = proofs.detect(document)
    assert (found.card.name, variant) == ("bybit", name)
    (record,) = found.read(document, variant, Asked()).opened
    assert record.root.hash == root
    shuffled = dict(reversed(balance.items()))
    other = Document(json.dumps({"self": {**own, "balance": shuffled}, "path": [sibling, top]}).encode())
    with pytest.raises(UnsupportedEvidenceError, match="names are not hashed"):
        bybit.read(other, bybit.claims(other) or "", Asked())


def test_t16_bybit_hashes_eight_places_and_more_are_refused() -> None:
    with pytest.raises(EvidenceError, match="more than 8 places"):
        opened("bybit", put(p.SAMPLES["bybit"].file, "/self/balance/BTC", "1.500000001"))


def test_t01_an_opened_sibling_is_bound_to_its_balance() -> None:
    changed = put(p.SAMPLES["okx-v1"].file, "/path/0/balances/BTC", "0.1")
    assert any("own balance" in text for text in opened("okx-v1", changed).problems)
    assert opened("okx-v1").problems == ()


@pytest.mark.parametrize("level", ["/pathList/0", "/pathList/1"])
def test_t20_a_level_that_mexc_leaves_out_is_an_empty_sibling_and_another_root(level: str) -> None:
    found = opened("mexc", put(p.SAMPLES["mexc"].file, level, None))
    assert found.root.hash != found.stated_root


def test_t20_a_level_of_mexc_that_is_there_twice_or_above_the_root_is_refused() -> None:
    for value in (0, 2, -1):
        with pytest.raises(EvidenceError, match="twice, or not below"):
            opened("mexc", put(p.SAMPLES["mexc"].file, "/pathList/1/level", value))
    with pytest.raises(EvidenceError, match="at most 128"):
        opened("mexc", put(p.SAMPLES["mexc"].file, "/pathList/2/level", 10**9))


def test_a_sibling_that_is_not_there_has_no_balance() -> None:
    empty = put(p.SAMPLES["mexc"].file, "/pathList/0/hash", "")
    with pytest.raises(EvidenceError, match="has a balance"):
        opened("mexc", empty)


@pytest.mark.parametrize(
    "text", ["5:x", "5", "0:" + "00" * 32, "5:" + "00" * 32 + ",5:" + "11" * 32, "05:" + "00" * 32]
)
def test_t13_t17_pionex_indexes_are_those_of_one_path(text: str) -> None:
    with pytest.raises(EvidenceError):
        opened("pionex", put(p.SAMPLES["pionex"].file, "/path", text))


@pytest.mark.parametrize("member", ["userId", "proofId"])
def test_t08_a_comma_inside_an_id_is_refused(member: str) -> None:
    with pytest.raises(EvidenceError, match="comma"):
        opened("pionex", put(p.SAMPLES["pionex"].file, f"/{member}", "a,b"))
    assert NO_COMMA.fullmatch("a,b") is None


def test_t14_ids_of_a_record_are_those_that_make_it_somebodys() -> None:
    assert opened("lemon", account="user 0").ids == {"user": "user 0"}
    assert set(opened("pionex").ids) == {"userId"}
    assert set(opened("mexc").ids) == {"accountId"}
    assert set(opened("htx-merkle-v1").ids) == set()
    assert htx_v1.RULE.leaf is None
    assert "{user}" in (lemon.RULE.leaf or "")
    assert pionex.TOTAL in opened("pionex").amounts


def test_t15_htx_takes_no_coins_in_another_order() -> None:
    for text in ("ETH:0,BTC:0,USDT:0", "BTC:0,ETH:0", "BTC:0,ETH:0,USDT:0,TRX:0"):
        with pytest.raises(EvidenceError, match="other coins"):
            opened("htx-merkle-v1", put(p.SAMPLES["htx-merkle-v1"].file, "/data/1/balances", text))


def test_t70_a_name_that_no_format_has_is_refused() -> None:
    with pytest.raises(FormatError, match="por formats"):
        proofs.format_named("mtgox")
    names = [each.card.name for each in proofs.FORMATS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{1,30}", name) for name in names)
