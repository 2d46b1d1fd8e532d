"""Hold the issuer's evidence: one canonical document and the evidence files it names by digest."""

from dataclasses import dataclass

from por.model.chain import BlockRef
from por.model.digest import Digest
from por.model.identifiers import ChainAccount, ChainId
from por.model.instant import Instant
from por.model.liability import CaseRule, LiabilityCommitment, snapshot_id
from por.model.reserve import ControlSet, ReserveAccount


@dataclass(frozen=True, slots=True)
class SnapshotBlock:
    """Name a chain's snapshot block: the last finalized one whose timestamp is not after the instant.

    `header` and `child` are evidence files; the child's later timestamp shows that no later block qualifies.
    `light_client` are evidence files that lead from a checkpoint to this block, in their order.
    """

    chain: ChainId
    block: BlockRef
    header: Digest
    child: Digest | None
    light_client: tuple[Digest, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """Name an evidence file by digest, media type and size in bytes."""

    digest: Digest
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """Hold one snapshot's commitments, blocks, reserve accounts and evidence list.

    `previous` is the digest of the issuer's bundle with the preceding sequence; `supersedes` that of a bundle for the
    same instant which this one corrects. `anchored_by` is the account that anchors it, None where none will. `expires`
    is the last instant at which the control proofs may be anchored. `control_set` commits to all control proofs, also
    those that are not published.
    """

    issuer: str
    instant: Instant
    sequence: int
    previous: Digest | None
    supersedes: Digest | None
    anchored_by: ChainAccount | None
    case_rule: CaseRule
    expires: Instant
    blocks: tuple[SnapshotBlock, ...]
    liabilities: tuple[LiabilityCommitment, ...]
    commitments_root: bytes
    reserves: tuple[ReserveAccount, ...]
    evidence: tuple[EvidenceEntry, ...]
    control_set: ControlSet | None = None
    declarations: Digest | None = None

    @property
    def snapshot(self) -> str:
        """Name the snapshot."""
        return snapshot_id(self.issuer, self.instant)
