"""Commit to a ledger: build every tree, the proof store and the record list, or leave nothing behind.

The directory made:
commitments.json   public
records.csv        for the auditor: customer data
store/             for proving: customer data
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from por.commitments import rfc6962
from por.commitments.schemes import POR_SUM
from por.encoding import commitments_v1, records_v1
from por.encoding.commitments_v1 import Commitments
from por.encoding.private_files import new_directory, new_file, sync_directory
from por.encoding.proof_store_v1 import ProofStoreHeader
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.issuer.ledger import read_ledger
from por.issuer.records import RecordMaker, unpack
from por.issuer.store import StoredRecord, pack_record, tree_path, write_store
from por.issuer.tree import ROW, build, committed_root, depth_for
from por.issuer.tree_records import Gathered, TreeRecords, gather
from por.model import CaseRule, Instant, LiabilityCommitment, issuer_id, snapshot_id
from por.model.record import LedgerRecord

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Counts:
    """Count ledger rows, those of amount zero among them, accounts with a record, and records."""

    rows: int
    zero_rows: int
    accounts: int
    records: int


@dataclass(frozen=True, slots=True)
class Committed:
    """Hold what a commit made."""

    commitments: Commitments
    counts: Counts


def commit(
    ledger: Path,
    output: Path,
    *,
    issuer: str,
    instant: Instant,
    case_rule: CaseRule,
    master_key: bytes,
    assets: AssetTable,
    depth: int | None = None,
    split: int = 1,
    progress: Progress,
) -> Committed:
    """Commit to what `ledger` owes, and write the directory `output`, which must not exist yet.

    `depth` makes every tree at least that deep, so that paths do not tell how many records it has (T77).
    `split` spreads each amount over up to that many records, so that a neighbour does not see it (T76).
    The same arguments always give the same bytes.

    Raises: FormatError; then, as after an interruption, nothing is left. Only a killed process may leave a
    hidden directory beside `output`, which no command reads.
    """
    if output.exists() or output.is_symlink():
        raise FormatError("is there already; commitments are never written over", str(output))
    depth_for(0, depth or 0)
    maker = RecordMaker(issuer_id(issuer), snapshot_id(issuer, instant), master_key, split)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{output.name}.partial-", dir=output.parent) as folder:
            staged = new_directory(Path(folder) / "whole")
            gathered = _gather(ledger, assets, case_rule, maker, progress)
            writing = _Writing(staged, depth or 0, progress)
            liabilities = writing.trees(gathered.trees)
            root = rfc6962.root([item.root for item in liabilities])
            commitments = Commitments(issuer, instant, case_rule, liabilities, root)
            accounts = writing.documents(commitments)
            staged.rename(output)
        sync_directory(output.parent)
    except OSError as error:
        raise FormatError(f"cannot be written: {error.strerror}", str(output)) from error
    counts = Counts(gathered.rows, gathered.zero_rows, accounts, len(writing.stored))
    return Committed(commitments, counts)


def _gather(ledger: Path, assets: AssetTable, case_rule: CaseRule, maker: RecordMaker, progress: Progress) -> Gathered:
    try:
        return gather(read_ledger(ledger, assets, case_rule), maker, progress)
    except FormatError as error:
        if error.place:
            raise
        raise error.within(ledger.name) from error


class _Writing:
    """Fill the directory of one commit."""

    def __init__(self, directory: Path, depth: int, progress: Progress) -> None:
        self.directory = directory
        self.store = new_directory(directory / "store")
        self.depth = depth
        self.progress = progress
        self.counts: list[int] = []
        self.stored: list[bytes] = []

    def trees(self, trees: tuple[TreeRecords, ...]) -> tuple[LiabilityCommitment, ...]:
        """Build every tree, and list its records for the store and for the auditor."""
        made: list[LiabilityCommitment] = []
        with new_file(self.directory / "records.csv") as listing:
            listing.write(records_v1.HEADER.encode())
            for number, records in enumerate(trees):
                count = len(records.packed)
                what = "1 record" if count == 1 else f"{count:,} records"
                self.progress(f"tree {number + 1} of {len(trees)}: {records.tree.ref}, {what}")
                self.counts.append(count)
                records.packed.sort()
                made.append(self._commitment(number, records))
                listing.writelines(self._listed(number, records))
                records.packed.clear()
        return tuple(made)

    def documents(self, commitments: Commitments) -> int:
        """Write the index and the documents, put all on the disk, and return the number of accounts."""
        accounts = write_store(self.store, ProofStoreHeader(commitments, tuple(self.counts)), self.stored)
        with new_file(self.directory / "commitments.json") as file:
            file.write(commitments_v1.write(commitments))
        for folder, _, _ in os.walk(self.directory):
            sync_directory(Path(folder))
        return accounts

    def _commitment(self, number: int, records: TreeRecords) -> LiabilityCommitment:
        tree, depth = records.tree, depth_for(len(records.packed), self.depth)
        directory = new_directory(tree_path(self.store, number))
        try:
            top = build(directory, (packed[:ROW] for packed in records.packed), depth, self.progress)
        except OverflowError as error:
            raise FormatError("the total reaches 2^128 base units", tree.ref) from error
        return LiabilityCommitment(
            scheme=POR_SUM.name,
            segment=tree.segment,
            asset=tree.denomination.asset,
            decimals=tree.denomination.decimals,
            depth=depth,
            total=int.from_bytes(top[32:], "big"),
            root=committed_root(records.context, depth, top),
            top=top[:32],
        )

    def _listed(self, number: int, records: TreeRecords) -> Iterator[bytes]:
        segment, asset = records.tree.segment, records.tree.denomination.asset
        for leaf, packed in enumerate(records.packed):
            record = unpack(packed)
            stored = StoredRecord(record.id_digest, number, record.part, leaf, record.key, record.amount)
            self.stored.append(pack_record(stored))
            amount, account = int.from_bytes(record.amount, "big"), record.account.decode()
            listed = LedgerRecord(account, segment, asset, amount, record.part, record.key)
            yield records_v1.record_line(listed).encode()
