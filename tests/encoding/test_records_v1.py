from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding.records_v1 import HEADER, read_records, record_line
from por.errors import FormatError
from por.model import UINT128_MAX, AssetId, printable
from por.model.record import LedgerRecord

KEY = "ab" * 32
ETH = AssetId.parse("eip155:1/slip44:60")

RECORDS = st.builds(
    LedgerRecord,
    account_id=st.text(min_size=1, max_size=60).filter(lambda text: printable(text) == text),
    segment=st.sampled_from(["spot", "via:broker-7", "debt:margin"]),
    asset=st.just(ETH),
    amount=st.integers(0, UINT128_MAX),
    part=st.integers(0, 2**32 - 1),
    record_key=st.binary(min_size=32, max_size=32),
)


def refusal(*lines: str) -> str:
    with pytest.raises(FormatError) as caught:
        list(read_records(lines))
    return str(caught.value)


@given(st.lists(RECORDS, min_size=1, max_size=5))
def test_what_is_written_is_read(records: list[LedgerRecord]) -> None:
    assert list(read_records([HEADER, *map(record_line, records)])) == records


def test_records_come_one_by_one() -> None:
    rows = read_records([HEADER, f"alice,spot,{ETH},1,0,{KEY}\n", "nonsense\n"])
    assert next(rows) == LedgerRecord("alice", "spot", ETH, 1, 0, bytes.fromhex(KEY))
    with pytest.raises(FormatError, match=r"records\.csv:3: 1 fields; expected 6"):
        next(rows)


@pytest.mark.parametrize("account", ["=1+1", "+819012345678", "-alice", "@alice", '"', "a,b", " "])
def test_t94_an_id_is_kept_as_it_is(account: str) -> None:
    (record,) = read_records([HEADER, record_line(LedgerRecord(account, "spot", ETH, 1, 0, bytes(32)))])
    assert record.account_id == account


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("", "records.csv:2: an empty line"),
        (f"a,spot,{ETH},1,0", "records.csv:2: 5 fields; expected 6"),
        (f"a,spot,{ETH},1,0,{KEY},", "records.csv:2: 7 fields; expected 6"),
        (f"a,spot,{ETH},1,0,{KEY}\rb", "records.csv:2: a line end inside the line"),
        (f'"a,spot,{ETH},1,0,{KEY}', "records.csv:2: a quote that is out of place"),
        (f",spot,{ETH},1,0,{KEY}", "column account_id: no account id"),
        (f"{'a' * 256},spot,{ETH},1,0,{KEY}", "column account_id: text of 256 characters"),
        (f"a\0,spot,{ETH},1,0,{KEY}", "column account_id: character U+0000"),
        (f"a\u202e,spot,{ETH},1,0,{KEY}", "column account_id: character U+202E"),
        (f"a,Spot,{ETH},1,0,{KEY}", "column segment: not a segment"),
        (f"a,,{ETH},1,0,{KEY}", "column segment: not a segment"),
        (f"a,spot,ETH,1,0,{KEY}", "column asset: not a CAIP-19"),
        (f"a,spot,{ETH}0x,1,0,{KEY}", "column asset: the reference of a slip44"),
        (f"a,spot,{ETH},-1,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},+1,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},1.0,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},01,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},1e3,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},1_000,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},１,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},{2**128},0,{KEY}", "column amount: an amount must be below 2^128"),
        (f"a,spot,{ETH},,0,{KEY}", "column amount: not an amount"),
        (f"a,spot,{ETH},1,,{KEY}", "column part: not a part number"),
        (f"a,spot,{ETH},1,-1,{KEY}", "column part: not a part number"),
        (f"a,spot,{ETH},1,00,{KEY}", "column part: not a part number"),
        (f"a,spot,{ETH},1,{2**32},{KEY}", "column part: not a part number"),
        (f"a,spot,{ETH},1,٣,{KEY}", "column part: not a part number"),
        (f"a,spot,{ETH},1,0,", "column record_key: 0 bytes; expected 32"),
        (f"a,spot,{ETH},1,0,{KEY[:-2]}", "column record_key: 31 bytes; expected 32"),
        (f"a,spot,{ETH},1,0,{KEY.upper()}", "column record_key: not lower-case"),
        (f"a,spot,{ETH},1,0,0x{KEY[2:]}", "column record_key: not lower-case"),
        (f"a,spot,{ETH},1,0,{KEY}" + " " * 5000, "records.csv:2: a line of more than 4096"),
    ],
)
def test_t86_a_bad_row_is_named_by_line_and_column(row: str, told: str) -> None:
    assert told in refusal(HEADER, row + "\n")
    assert refusal(HEADER, row + "\n").startswith("records.csv:2")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["\n"],
        [HEADER.upper()],
        ["\ufeff" + HEADER],
        [HEADER.replace(",part", "")],
        [f"alice,spot,{ETH},1,0,{KEY}\n"],
        ["account_id,segment,asset,amount\n"],
    ],
)
def test_another_header_is_refused(lines: list[str]) -> None:
    assert refusal(*lines).startswith("records.csv:1: the first line must be exactly account_id,segment")


def test_t68_a_list_without_records_is_refused() -> None:
    assert refusal(HEADER) == "records.csv: no record in this list"


def test_a_name_of_ones_own_is_shown() -> None:
    with pytest.raises(FormatError, match=r"mine\.csv:1: "):
        list(read_records([], "mine.csv"))
