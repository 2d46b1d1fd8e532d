"""Read and write the commitments document, which is public (`por/spec/proof-store.md`)."""

from dataclasses import dataclass
from itertools import pairwise

from por.encoding import canonical
from por.encoding.bundle_v1 import MAX_BYTES, MAX_LIABILITIES
from por.encoding.liability_v1 import Json, commitment_value, read_commitment
from por.encoding.media_types import COMMITMENTS
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import CaseRule, Instant, LiabilityCommitment, issuer_id, snapshot_id


@dataclass(frozen=True, slots=True)
class Commitments:
    """Hold the liability commitments of one snapshot, sorted by (segment, asset), and the root over them."""

    issuer: str
    instant: Instant
    case_rule: CaseRule
    liabilities: tuple[LiabilityCommitment, ...]
    commitments_root: bytes

    @property
    def snapshot(self) -> str:
        """Name the snapshot."""
        return snapshot_id(self.issuer, self.instant)


def read(data: bytes) -> Commitments:
    """Read the canonical document. Raises: FormatError, also for commitments unsorted or made twice."""
    return read_value(Reader(canonical.load(data, max_bytes=MAX_BYTES)))


def write(commitments: Commitments) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(value(commitments))


def read_value(reader: Reader) -> Commitments:
    """Read the document where it stands inside another. Raises: FormatError."""
    issuer, instant, case_rule, liabilities, root = reader.document(
        COMMITMENTS, "issuer", "instant", "caseRule", "liabilities", "commitmentsRoot"
    )
    commitments = Commitments(
        issuer=issuer.parse(issuer_id),
        instant=instant.instant(),
        case_rule=case_rule.choice(CaseRule),
        liabilities=tuple(read_commitment(item) for item in liabilities.items(MAX_LIABILITIES)),
        commitments_root=root.hex(32),
    )
    keys = [(item.segment, str(item.asset)) for item in commitments.liabilities]
    if not keys:
        raise liabilities.fail("no commitment")
    for i, (left, right) in enumerate(pairwise(keys), start=1):
        if left >= right:
            raise FormatError("out of order, or committed to twice", f"{liabilities.place}/{i}")
    return commitments


def value(commitments: Commitments) -> Json:
    """Write the document as a JSON value."""
    return {
        "mediaType": COMMITMENTS,
        "issuer": commitments.issuer,
        "instant": str(commitments.instant),
        "caseRule": str(commitments.case_rule),
        "liabilities": [commitment_value(item) for item in commitments.liabilities],
        "commitmentsRoot": commitments.commitments_root.hex(),
    }
