"""Hold all that an issuer commits to owing at one snapshot."""

from dataclasses import dataclass

from por.model.instant import Instant
from por.model.liability import CaseRule, LiabilityCommitment, snapshot_id


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


@dataclass(frozen=True, slots=True)
class ProofStoreHeader:
    """Head a proof store: its commitments, and the number of records in the tree of each, in the same order."""

    commitments: Commitments
    records: tuple[int, ...]
