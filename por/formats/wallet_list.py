"""Hold a published list of wallets as it stands, and read its lines strictly."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from por.encoding import csv_rows
from por.errors import FormatError
from por.model import plain_text

MAX_BYTES = 256 * 2**20
MAX_ROWS = 1_000_000

_MAX_CELL = 8192
_ABSENT = frozenset({"", "-", "null"})
_SUM = re.compile(r"[0-9]{1,60}(?:\.[0-9]{1,60})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListedWallet:
    """Hold one row: texts as published, None for what is absent. `place` is `line N`.

    `kind` is what the list calls the way the coins are kept, such as "Native ETH Staking".
    """

    place: str
    coin: str
    address: str
    network: str | None = None
    kind: str | None = None
    height: str | None = None
    amount: str | None = None
    message: str | None = None
    signatures: tuple[str, ...] = ()
    key: str | None = None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedSum:
    """Hold what a list's own summary says that the rows of one coin's code sum to, in whole coins as published."""

    place: str
    coin: str
    amount: str


@dataclass(frozen=True, slots=True)
class WalletList:
    """Hold a list: its layout's name, its rows, whether amounts count the coin's smallest unit, and its summary."""

    layout: str
    rows: tuple[ListedWallet, ...]
    smallest_units: bool = False
    summary: tuple[StatedSum, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Name a table's columns; a member of `ListedWallet` names the meaning of each."""

    name: str
    columns: tuple[str, ...]
    meanings: tuple[str, ...]
    smallest_units: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Hold a file's lines, without a byte order mark and line ends."""

    lines: tuple[str, ...]

    @classmethod
    def decode(cls, data: bytes) -> "Lines":
        """Decode UTF-8. Raises: FormatError."""
        if len(data) > MAX_BYTES:
            raise FormatError(f"{len(data)} bytes; at most {MAX_BYTES} are read")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError(f"not UTF-8 at byte {error.start}") from error
        return cls(tuple(line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")))

    def header(self, layouts: Sequence[Layout]) -> tuple[int, Layout] | None:
        """Find the first line that is the header of one of the layouts."""
        known = {layout.columns: layout for layout in layouts}
        for number, line in enumerate(self.lines):
            layout = known.get(tuple(_title(cell) for cell in line.split(",")))
            if layout is not None:
                return number, layout
        return None

    def wallets(self, layouts: Sequence[Layout]) -> WalletList:
        """Read the rows below the header, and make sure that a summary and nothing else is above it.

        Raises: FormatError naming line and column.
        """
        found = self.header(layouts)
        if found is None:
            raise FormatError(f"no line is the header of {', '.join(layout.name for layout in layouts)}")
        start, layout = found
        summary = tuple(self._summary(start))
        rows = tuple(_wallet(layout, place, cells) for place, cells in self._rows(start + 1, len(layout.columns)))
        if not rows:
            raise FormatError("a list without rows", f"line {start + 1}")
        return WalletList(layout.name, rows, layout.smallest_units, summary)

    def _summary(self, end: int) -> Iterator[StatedSum]:
        """Read the lines before `end`: a coin, a height and a sum, or blank; a line without a sum is a title.

        Raises: FormatError naming the line.
        """
        for number, line in enumerate(self.lines[:end], 1):
            if _blank(line):
                continue
            cells = [_text(cell, f"line {number}") for cell in _cells(line, number)]
            if len(cells) != 3:
                raise FormatError("above the list stands a summary of coin, height and amount alone", f"line {number}")
            coin, _, amount = cells
            if coin is not None and amount is not None and _SUM.fullmatch(amount):
                yield StatedSum(f"line {number}", coin, amount)

    def _rows(self, start: int, width: int) -> Iterator[tuple[int, list[str]]]:
        """Yield line number and cells; blank lines stand at the end alone, cells may be missing at a row's end."""
        end = len(self.lines)
        while end > start and _blank(self.lines[end - 1]):
            end -= 1
        if end - start > MAX_ROWS:
            raise FormatError(f"{end - start} rows; at most {MAX_ROWS} are read")
        for number in range(start, end):
            cells = _cells(self.lines[number], number + 1)
            if len(cells) > width:
                raise FormatError(f"{len(cells)} cells; the header has {width}", f"line {number + 1}")
            yield number + 1, cells + [""] * (width - len(cells))


def _wallet(layout: Layout, line: int, cells: Sequence[str]) -> ListedWallet:
    values: dict[str, str | None] = {}
    lists: dict[str, list[str]] = {"signatures": [], "owners": []}
    for column, (meaning, cell) in enumerate(zip(layout.meanings, cells, strict=True), 1):
        text = _text(cell, f"line {line} column {column} ({layout.columns[column - 1]})")
        if meaning not in lists:
            values[meaning] = text
        elif text is not None:
            lists[meaning].append(text)
    coin, address = (_required(values, name, line, layout) for name in ("coin", "address"))
    rest: Mapping[str, str | None] = {name: text for name, text in values.items() if name not in {"coin", "address"}}
    signatures, owners = tuple(lists["signatures"]), tuple(lists["owners"])
    return ListedWallet(f"line {line}", coin, address, signatures=signatures, owners=owners, **rest)


def _required(values: Mapping[str, str | None], name: str, line: int, layout: Layout) -> str:
    text = values[name]
    if text is None:
        column = layout.meanings.index(name)
        raise FormatError("is absent", f"line {line} column {column + 1} ({layout.columns[column]})")
    return text


def _text(cell: str, place: str) -> str | None:
    try:
        text = plain_text(cell.strip(" "), _MAX_CELL)
    except FormatError as error:
        raise FormatError(error.reason, place) from error
    return None if text in _ABSENT else text


def _cells(line: str, number: int) -> list[str]:
    try:
        return csv_rows.fields(line)
    except FormatError as error:
        raise FormatError(error.reason, f"line {number}") from error


def _blank(line: str) -> bool:
    return not line.strip(" ,")


def _title(cell: str) -> str:
    return cell.strip(" ").lower().replace(" / ", "/").replace("/ ", "/")
