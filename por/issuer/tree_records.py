"""Gather the records of a ledger by tree, one tree for each pair of segment and asset."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from por.encoding.bundle_v1 import MAX_LIABILITIES
from por.errors import FormatError
from por.issuer.ledger import LedgerRow, LedgerTree
from por.issuer.records import RecordMaker

_ROWS_A_REPORT = 100_000


@dataclass(frozen=True, slots=True)
class TreeRecords:
    """Hold the packed records of one tree, in the ledger's order until somebody sorts them."""

    tree: LedgerTree
    context: bytes
    packed: list[bytes]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Hold all trees' records, sorted by (segment, asset), and how many rows there were, zeros among them."""

    trees: tuple[TreeRecords, ...]
    rows: int
    zero_rows: int


def gather(rows: Iterable[LedgerRow], maker: RecordMaker, progress: Callable[[str], None]) -> Gathered:
    """Make the records of all rows; a row of amount zero makes none.

    Raises: FormatError, also when no row makes a record (T68).
    """
    trees: dict[str, TreeRecords] = {}
    count = zeros = 0
    for count, row in enumerate(rows, start=1):
        if count % _ROWS_A_REPORT == 0:
            progress(f"{count:,} rows read")
        if not row.amount:
            zeros += 1
            continue
        found = trees.get(row.tree.ref)
        if found is None:
            context = maker.context(row.tree.segment, row.tree.denomination)
            found = trees[row.tree.ref] = TreeRecords(row.tree, context, [])
        found.packed.extend(maker.records(found.context, row.account, row.amount))
    if not trees:
        raise FormatError("every amount is zero: nothing to commit to")
    if len(trees) > MAX_LIABILITIES:
        raise FormatError(f"{len(trees)} pairs of segment and asset; at most {MAX_LIABILITIES} are allowed")
    return Gathered(tuple(sorted(trees.values(), key=_order)), count, zeros)


def _order(records: TreeRecords) -> tuple[str, str]:
    return records.tree.segment, str(records.tree.denomination.asset)
