"""Read and write the header of a proof store (`por/spec/proof-store.md`)."""

from dataclasses import dataclass

from por.encoding import canonical, commitments_v1
from por.encoding.bundle_v1 import MAX_BYTES, MAX_LIABILITIES
from por.encoding.commitments_v1 import Commitments
from por.encoding.media_types import PROOF_STORE
from por.encoding.reader import Reader
from por.errors import FormatError


@dataclass(frozen=True, slots=True)
class ProofStoreHeader:
    """Head a proof store: its commitments, and how many records the tree of each has, in the same order."""

    commitments: Commitments
    records: tuple[int, ...]


def read(data: bytes) -> ProofStoreHeader:
    """Read the canonical document.

    Raises: FormatError, also for a tree whose depth does not hold its records.
    """
    top = Reader(canonical.load(data, max_bytes=MAX_BYTES))
    commitments, records = top.document(PROOF_STORE, "commitments", "records")
    header = ProofStoreHeader(
        commitments=commitments_v1.read_value(commitments),
        records=tuple(item.integer(1, 2**40) for item in records.items(MAX_LIABILITIES)),
    )
    liabilities = header.commitments.liabilities
    if len(header.records) != len(liabilities):
        raise records.fail(f"{len(header.records)} counts for {len(liabilities)} commitments")
    for i, (count, commitment) in enumerate(zip(header.records, liabilities, strict=True)):
        if count > 1 << commitment.depth:
            place = f"{records.place}/{i}"
            raise FormatError(f"{count} records in a tree of depth {commitment.depth}", place)
    return header


def write(header: ProofStoreHeader) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": PROOF_STORE,
            "commitments": commitments_v1.value(header.commitments),
            "records": list(header.records),
        }
    )
