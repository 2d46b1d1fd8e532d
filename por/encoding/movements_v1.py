"""Read the movements between two snapshots from a CSV file (`por/spec/roll-forward.md`)."""

import re

from por.encoding.csv_rows import table_rows
from por.errors import FormatError
from por.model import AssetId, segment_name
from por.model.movements import Flow, Movements

COLUMNS = ("segment", "asset", "deposits", "withdrawals", "trades", "fees")
MAX_BYTES = 4 * 2**20
MAX_ROWS = 10_000

# Flows of a month may be many times what is owed at its end.
_UNITS = re.compile(r"0|[1-9][0-9]{0,59}", re.ASCII)
_SIGNED = re.compile(r"0|-?[1-9][0-9]{0,59}", re.ASCII)


def read(data: bytes, name: str = "movements.csv") -> Movements:
    """Read the table. Raises: FormatError naming line and column, also for a segment and asset named twice."""
    if len(data) > MAX_BYTES:
        raise FormatError(f"more than {MAX_BYTES} bytes", name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 at byte {error.start}", name) from error
    flows: dict[str, Flow] = {}
    for place, cells in table_rows(text, COLUMNS, name):
        ref, flow = _row(cells, place)
        if ref in flows:
            raise FormatError(f"{ref} is named twice; sum such rows first", place)
        flows[ref] = flow
        if len(flows) > MAX_ROWS:
            raise FormatError(f"more than {MAX_ROWS} rows", place)
    if not flows:
        raise FormatError("no row after the header", name)
    return Movements(flows)


def _row(cells: list[str], place: str) -> tuple[str, Flow]:
    column = COLUMNS[0]
    try:
        segment = segment_name(cells[0])
        column = COLUMNS[1]
        asset = AssetId.parse(cells[1])
        amounts = []
        for column, text in zip(COLUMNS[2:], cells[2:], strict=True):
            amounts.append(_amount(text, signed=column == "trades"))
    except FormatError as error:
        raise FormatError(error.reason, f"{place} column {column}") from error
    return f"{segment}/{asset}", Flow(*amounts)


def _amount(text: str, *, signed: bool) -> int:
    if not (_SIGNED if signed else _UNITS).fullmatch(text):
        sign = "a minus sign where it is negative and no" if signed else "without sign,"
        raise FormatError(f"not an amount in base units: decimal digits, {sign} leading zero, exponent or separator")
    return int(text)
