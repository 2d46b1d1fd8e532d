"""Fix the snapshot's blocks, the instant up to which control proofs may be anchored, and the challenges to sign."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from por.chains.blocks_at import last_block_at
from por.encoding import bundle_v1, canonical, evm_header_v1
from por.encoding.digests import digest_of
from por.encoding.media_types import SNAPSHOT
from por.encoding.reader import Reader
from por.model import ChainAccount, Challenge, Instant, SnapshotBlock, Source, snapshot_id

MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold one snapshot's blocks, by chain, and the expiry of its control proofs."""

    issuer: str
    instant: Instant
    expires: Instant
    blocks: tuple[SnapshotBlock, ...]

    def challenge(self, account: ChainAccount) -> Challenge:
        """Return the challenge of one account. Raises: LookupError when its chain has no snapshot block."""
        block = next(block.block for block in self.blocks if block.chain == account.chain)
        return Challenge(
            issuer=self.issuer,
            snapshot=snapshot_id(self.issuer, self.instant),
            account=account,
            block_number=block.number,
            block_hash=block.hash,
            expires=str(self.expires),
        )


def take_snapshot(
    issuer: str, instant: Instant, expires: Instant, sources: Iterable[Source]
) -> tuple[Snapshot, Mapping[str, bytes]]:
    """Fix the snapshot's blocks; also return the header evidence files by hexadecimal digest."""
    blocks, files = [], {}
    for source in sources:
        pair = last_block_at(source, instant)
        documents = [evm_header_v1.write(source.chain, header.rlp) for header in pair]
        digests = [digest_of(document) for document in documents]
        files.update({digest.value.hex(): document for digest, document in zip(digests, documents, strict=True)})
        blocks.append(SnapshotBlock(source.chain, pair[0].ref, digests[0], digests[1]))
    return Snapshot(issuer, instant, expires, tuple(sorted(blocks, key=lambda block: str(block.chain)))), files


def write_snapshot(snapshot: Snapshot) -> bytes:
    """Write the canonical document."""
    return canonical.dumps(
        {
            "mediaType": SNAPSHOT,
            "issuer": snapshot.issuer,
            "instant": str(snapshot.instant),
            "expires": str(snapshot.expires),
            "blocks": [bundle_v1.block_value(block) for block in snapshot.blocks],
        }
    )


def read_snapshot(data: bytes) -> Snapshot:
    """Read the canonical document. Raises: FormatError."""
    issuer, instant, expires, blocks = Reader(canonical.load(data, max_bytes=MAX_BYTES)).document(
        SNAPSHOT, "issuer", "instant", "expires", "blocks"
    )
    rows = tuple(bundle_v1.read_block(item) for item in blocks.items(1024))
    return Snapshot(issuer.text(63), instant.instant(), expires.instant(), rows)
