"""An intermediary's list: one id a line, none twice, and the file's digest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import introduced_v1
from por.encoding.csv_rows import write_field
from por.encoding.digests import digest_of
from por.errors import FormatError

GOOD = b'account_id\nalice\n"bob, the second"\n+81-90\n'


def test_ids_stand_in_their_order_and_the_digest_is_the_files() -> None:
    found = introduced_v1.read(GOOD)
    assert found.account_ids == ("alice", "bob, the second", "+81-90")
    assert found.digest == digest_of(GOOD)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "first line"),
        (b"account_id\n", "no account id in this list"),
        (b"account\nalice\n", "first line"),
        (b"alice\nbob\n", "first line"),
        (b"account_id\nalice\nalice\n", "introduced.csv:3: .*twice"),
        (b"account_id\nalice\n\nbob\n", "introduced.csv:3"),
        (b'account_id\n""\n', "no account id"),
        (b"account_id\nalice,10\n", "2 fields"),
        (b"account_id\n\xff\n", "not UTF-8"),
        ("account_id\na\u202elice\n".encode(), "not allowed"),
        (b"account_id\n" + b"a" * 256 + b"\n", "at most 255"),
    ],
)
def test_t84_a_list_that_is_none_is_refused_with_its_line(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        introduced_v1.read(data)


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=9),
        min_size=1,
        unique=True,
    )
)
def test_what_is_written_is_read(ids: list[str]) -> None:
    text = "account_id\n" + "".join(write_field(name) + "\n" for name in ids)
    assert introduced_v1.read(text.encode()).account_ids == tuple(ids)


@given(st.binary(max_size=60))
def test_t84_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = introduced_v1.read(b"account_id\n" + data)
    except FormatError:
        return
    assert found.account_ids
