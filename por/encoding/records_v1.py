"""Read and write the record list that an issuer hands its auditor (`por/spec/proof-store.md`).

It holds customer data: every account id with its balances, and what opens each record.
It is for programs, not for spreadsheets: an account id such as +81… or =… stands there as it was committed
to, since a prefix would make it another id (T94).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeVar

from por.encoding.csv_rows import fields, write_field
from por.encoding.reader import read_hex
from por.errors import FormatError
from por.model import AssetId, parse_units, plain_text, segment_name
from por.model.record import LedgerRecord

COLUMNS = ("account_id", "segment", "asset", "amount", "part", "record_key")
HEADER = ",".join(COLUMNS) + "\n"
MAX_LINE = 4096

Parsed = TypeVar("Parsed")

_PART = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


def read_records(lines: Iterable[str], name: str = "records.csv") -> Iterator[LedgerRecord]:
    """Read records one by one, in the order of the file.

    Raises: FormatError naming line and column; also for a list without records (T68).
    """
    rows = iter(lines)
    if next(rows, "").rstrip("\r\n") != HEADER.rstrip():
        raise FormatError(f"the first line must be exactly {HEADER.rstrip()}", f"{name}:1")
    number = 1
    for number, line in enumerate(rows, start=2):
        yield _read(line, f"{name}:{number}")
    if number == 1:
        raise FormatError("no record in this list", name)


def record_line(record: LedgerRecord) -> str:
    """Write one record as a line."""
    account = write_field(record.account_id)
    return f"{account},{record.segment},{record.asset},{record.amount},{record.part},{record.record_key.hex()}\n"


def _read(line: str, place: str) -> LedgerRecord:
    if len(line) > MAX_LINE:
        raise FormatError(f"a line of more than {MAX_LINE} characters", place)
    cells = _column(place, "", fields, line)
    if len(cells) != len(COLUMNS):
        raise FormatError(f"{len(cells)} fields; expected {len(COLUMNS)}", place)
    account, segment, asset, amount, part, key = cells
    return LedgerRecord(
        account_id=_column(place, "account_id", _account, account),
        segment=_column(place, "segment", _segment, segment),
        asset=_column(place, "asset", _asset, asset),
        amount=_column(place, "amount", parse_units, amount),
        part=_column(place, "part", _part, part),
        record_key=_column(place, "record_key", _key, key),
    )


def _column(place: str, name: str, read: Callable[[str], Parsed], text: str) -> Parsed:
    try:
        return read(text)
    except FormatError as error:
        raise FormatError(error.reason, f"{place} column {name}" if name else place) from error


def _account(text: str) -> str:
    if not text:
        raise FormatError("no account id")
    return plain_text(text, 255)


_segment = lru_cache(maxsize=1024)(segment_name)
_asset = lru_cache(maxsize=1024)(AssetId.parse)


def _part(text: str) -> int:
    if not _PART.fullmatch(text) or int(text) >= 2**32:
        raise FormatError("not a part number below 2^32")
    return int(text)


def _key(text: str) -> bytes:
    return read_hex(text, 32, 32)
