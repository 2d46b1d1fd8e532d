"""Keep and read the account-keyed proof store (`por/spec/proof-store.md`).

It holds customer data: amounts, and what opens each record. Who reads it can guess account ids against it.
"""

import mmap
import os
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import NamedTuple, Self

from por.checks.evidence import read_document
from por.commitments import rfc6962
from por.commitments.hashes import context
from por.encoding import proof_store_v1
from por.encoding.bundle_v1 import MAX_BYTES
from por.encoding.private_files import new_file
from por.encoding.proof_store_v1 import ProofStoreHeader
from por.errors import FormatError
from por.issuer.records import record_tag
from por.issuer.tree import ROW, committed_root, leaf_row, level_path, path_rows, rows_at, top_over
from por.model import LiabilityCommitment, PathStep, RecordProof, TreeProof

HEADER = "store.json"
RECORDS = "records.bin"

_RECORD = Struct(">32sIIQ32s16s")


class StoredRecord(NamedTuple):
    """Hold where one record of an account lies, and what opens it; `amount` is 16 bytes."""

    id_digest: bytes
    tree: int
    part: int
    leaf: int
    key: bytes
    amount: bytes


def pack_record(record: StoredRecord) -> bytes:
    """Write a record as a row of `records.bin`; rows sort as bytes by id digest, tree and part."""
    return _RECORD.pack(*record)


def tree_path(directory: Path, number: int) -> Path:
    """Name the directory of one tree."""
    return directory / f"tree-{number}"


def write_store(directory: Path, header: ProofStoreHeader, rows: list[bytes]) -> int:
    """Write the header and all record rows beside the trees, and return the number of accounts."""
    rows.sort()
    with new_file(directory / RECORDS) as file:
        file.writelines(rows)
    with new_file(directory / HEADER) as file:
        file.write(proof_store_v1.write(header))
    return sum(1 for _ in groupby(rows, key=lambda row: row[:32]))


class ProofStore:
    """Look up the records of an account, and make their proofs."""

    def __init__(self, directory: Path, header: ProofStoreHeader, records: mmap.mmap) -> None:
        """Take what `open` found to be whole."""
        self.header = header
        self._records = records
        self._levels = _levels(directory, header)
        self._roots = [item.root for item in header.commitments.liabilities]
        self._contexts = [_context(header, commitment) for commitment in header.commitments.liabilities]

    @classmethod
    def open(cls, path: Path) -> "ProofStore":
        """Open a store, or the output of a commit that holds one.

        Establishes that the files' sizes fit the header, and that every tree's top gives its committed root.

        Raises: FormatError.
        """
        directory = path / "store" if (path / "store" / HEADER).is_file() else path
        header = _header(directory / HEADER)
        try:
            _require_sizes(directory, header)
            with (directory / RECORDS).open("rb") as file:
                store = cls(directory, header, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            store._require_roots()
        except OSError as error:
            place = error.filename or str(directory)
            raise FormatError(f"cannot be read: {error.strerror}", place) from error
        return store

    def __enter__(self) -> Self:
        """Use the store in a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._records.close()

    def records(self, digest: bytes) -> tuple[StoredRecord, ...]:
        """Return the records of the account with this id digest, by tree and part; none for a stranger."""
        return tuple(self._from(digest))

    def tree_proofs(self, digest: bytes) -> tuple[TreeProof, ...]:
        """Open all records of the account with this id digest, each checked up to its committed root.

        Raises: FormatError where the store is damaged.
        """
        by_tree = groupby(self._from(digest), key=lambda record: record.tree)
        return tuple(self._tree_proof(number, list(records)) for number, records in by_tree)

    def _from(self, digest: bytes) -> Iterator[StoredRecord]:
        count = len(self._records) // _RECORD.size
        number = bisect_left(range(count), digest, key=lambda i: self._read(i).id_digest)
        while number < count and (record := self._read(number)).id_digest == digest:
            yield record
            number += 1

    def _read(self, number: int) -> StoredRecord:
        return StoredRecord(*_RECORD.unpack_from(self._records, number * _RECORD.size))

    def _tree_proof(self, number: int, records: list[StoredRecord]) -> TreeProof:
        liabilities = self.header.commitments.liabilities
        if number >= len(liabilities):
            raise FormatError("damaged: a record of a tree that is not in the header", RECORDS)
        opening = rfc6962.audit_path(self._roots, number)
        proofs = tuple(self._record_proof(record) for record in records)
        return TreeProof(liabilities[number], number, tuple(opening), proofs)

    def _record_proof(self, record: StoredRecord) -> RecordProof:
        commitment = self.header.commitments.liabilities[record.tree]
        read_row = partial(self._row, record.tree)
        path = path_rows(read_row, self.header.records[record.tree], commitment.depth, record.leaf)
        tag = record_tag(record.key, self._contexts[record.tree], record.id_digest)
        try:
            top = top_over(leaf_row(tag + record.amount), record.leaf, path)
        except OverflowError as error:
            raise self._damage(record.tree) from error
        self._require_root(record.tree, top)
        steps = tuple(PathStep(row[:32], int.from_bytes(row[32:], "big")) for row in path)
        return RecordProof(record.key, record.part, int.from_bytes(record.amount, "big"), record.leaf, steps)

    def _row(self, tree: int, level: int, number: int) -> bytes:
        descriptor = os.open(self._levels[tree][level], os.O_RDONLY)
        try:
            return os.pread(descriptor, ROW, number * ROW)
        finally:
            os.close(descriptor)

    def _require_roots(self) -> None:
        for number, commitment in enumerate(self.header.commitments.liabilities):
            self._require_root(number, self._row(number, commitment.depth, 0))
        if rfc6962.root(self._roots) != self.header.commitments.commitments_root:
            raise FormatError("damaged: the commitments root is not that of its commitments", HEADER)

    def _require_root(self, number: int, top: bytes) -> None:
        commitment = self.header.commitments.liabilities[number]
        implied = committed_root(self._contexts[number], commitment.depth, top)
        stated = commitment.top + commitment.total.to_bytes(16, "big")
        if implied != commitment.root or top != stated:
            raise self._damage(number)

    def _damage(self, number: int) -> FormatError:
        return FormatError("damaged: what is stored does not lead to the committed root", f"tree-{number}")


def _header(path: Path) -> ProofStoreHeader:
    data = read_document(path, MAX_BYTES)
    try:
        return proof_store_v1.read(data)
    except FormatError as error:
        raise error.within(f"{HEADER}:" if error.place else HEADER) from error


def _context(header: ProofStoreHeader, item: LiabilityCommitment) -> bytes:
    made = header.commitments
    return context(item.scheme, made.issuer, made.snapshot, item.segment, str(item.asset), item.decimals)


def _levels(directory: Path, header: ProofStoreHeader) -> list[list[Path]]:
    depths = [item.depth for item in header.commitments.liabilities]
    folders = [tree_path(directory, number) for number in range(len(depths))]
    return [
        [level_path(folder, level) for level in range(depth + 1)] for folder, depth in zip(folders, depths, strict=True)
    ]


def _require_sizes(directory: Path, header: ProofStoreHeader) -> None:
    _require_size(directory / RECORDS, sum(header.records) * _RECORD.size)
    for count, levels in zip(header.records, _levels(directory, header), strict=True):
        for level, path in enumerate(levels):
            _require_size(path, rows_at(count, level) * ROW)


def _require_size(path: Path, size: int) -> None:
    found = path.stat().st_size
    if found != size:
        raise FormatError(f"{found} bytes; the header implies {size}", f"{path.parent.name}/{path.name}")
