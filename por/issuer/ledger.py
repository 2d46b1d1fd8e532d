"""Read the issuer's ledger, a CSV of `account_id,segment,asset,amount`, strictly and row by row.

UTF-8, a leading byte order mark is skipped; RFC 4180 with one row a line; the header is required.
Amounts are whole coins as exact decimals. Problems name line and column and repeat nothing of the row (T83).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, ParamSpec, TypeVar

from por.commitments.account_ids import account_id_bytes
from por.encoding.csv_rows import fields
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.model import CaseRule, Denomination, parse_coins, segment_name

COLUMNS = ("account_id", "segment", "asset", "amount")
MAX_LINE_BYTES = 4096
MAX_PROBLEMS = 20

Parsed = TypeVar("Parsed")
Arguments = ParamSpec("Arguments")


class LedgerTree(NamedTuple):
    """Name a segment and an asset of the ledger; `ref` alone tells it from others."""

    ref: str
    segment: str
    denomination: Denomination


class LedgerRow(NamedTuple):
    """Hold one row: the account id normalised and in UTF-8, the amount in base units."""

    tree: LedgerTree
    account: bytes
    amount: int


def read_ledger(path: Path, assets: AssetTable, case_rule: CaseRule) -> Iterator[LedgerRow]:
    """Read the rows, those of amount zero too.

    Rows come before the end is known to be good: build nothing final on them until the reading is over.

    Raises: FormatError naming up to 20 problems by line and column; also for a ledger without rows (T68).
    """
    reading = _Reading(path.name, assets, case_rule)
    try:
        with path.open("rb") as file:
            yield from reading.rows(file)
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", path.name) from error
    reading.require_good()


class _Reading:
    """Hold what has been seen of one ledger, and its problems."""

    def __init__(self, name: str, assets: AssetTable, case_rule: CaseRule) -> None:
        self.name = name
        self.assets = assets
        self.case_rule = case_rule
        self.line = 0
        self.problems: list[FormatError] = []
        self.trees: dict[tuple[str, str], tuple[LedgerTree, dict[bytes, int]]] = {}
        self.lines: dict[str, dict[bytes, int]] = {}

    def rows(self, file: BinaryIO) -> Iterator[LedgerRow]:
        """Yield the good rows."""
        self._require_header(file.readline(MAX_LINE_BYTES + 1))
        while len(self.problems) < MAX_PROBLEMS and (data := file.readline(MAX_LINE_BYTES + 1)):
            self.line += 1
            try:
                row = self._row(data)
            except FormatError as problem:
                self.problems.append(problem)
                if len(data) > MAX_LINE_BYTES:
                    return
            else:
                yield row

    def require_good(self) -> None:
        """Raise what went wrong, together. Raises: FormatError."""
        if len(self.problems) == 1:
            raise self.problems[0]
        if self.problems:
            told = "".join(f"\n  {problem}" for problem in self.problems)
            end = "; reading stopped at the last" if len(self.problems) == MAX_PROBLEMS else ""
            raise FormatError(f"{len(self.problems)} problems{end}{told}", self.name)
        if self.line == 1:
            raise FormatError("no row after the header: nothing to commit to", self.name)

    def _require_header(self, data: bytes) -> None:
        self.line = 1
        if not data:
            raise FormatError("an empty file", self.name)
        if data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n") != ",".join(COLUMNS).encode():
            raise self._problem(f"the first line must be exactly {','.join(COLUMNS)}")

    def _row(self, data: bytes) -> LedgerRow:
        account, segment, asset, amount = self._cells(data)
        tree, lines = self.trees.get((segment, asset)) or self._tree(segment, asset)
        row = LedgerRow(
            tree,
            self._column("account_id", account_id_bytes, account, self.case_rule),
            self._column("amount", _amount, amount, tree.denomination.decimals),
        )
        first = lines.setdefault(row.account, self.line)
        if first != self.line:
            raise self._problem(f"the same account, segment and asset as line {first}; sum such rows first")
        return row

    def _tree(self, segment: str, asset: str) -> tuple[LedgerTree, dict[bytes, int]]:
        name = self._column("segment", segment_name, segment)
        denomination = self._column("asset", self.assets.resolve, asset)
        tree = LedgerTree(f"{name}/{denomination.asset}", name, denomination)
        self.trees[segment, asset] = tree, self.lines.setdefault(tree.ref, {})
        return self.trees[segment, asset]

    def _cells(self, data: bytes) -> list[str]:
        if len(data) > MAX_LINE_BYTES:
            raise self._problem(f"a line of more than {MAX_LINE_BYTES} bytes; reading stopped here")
        try:
            cells = fields(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise self._problem(f"not UTF-8 at byte {error.start} of the line") from error
        except FormatError as error:
            raise self._problem(error.reason) from error
        if len(cells) != len(COLUMNS):
            raise self._problem(f"{len(cells)} fields; expected {len(COLUMNS)}: {','.join(COLUMNS)}")
        return cells

    def _column(
        self,
        name: str,
        read: Callable[Arguments, Parsed],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Parsed:
        try:
            return read(*arguments, **options)
        except FormatError as error:
            raise FormatError(error.reason, f"{self.name}:{self.line} column {name}") from error

    def _problem(self, reason: str) -> FormatError:
        return FormatError(reason, f"{self.name}:{self.line}")


def _amount(text: str, decimals: int) -> int:
    if text.startswith("-"):
        raise FormatError(
            "a negative amount; net one account's credit and debt of one asset to the larger of 0 and "
            "credit - debt, and list what customers owe in a segment of its own such as debt:margin"
        )
    return parse_coins(text, decimals)
