"""Hold everything a bundle is made from, and the evidence files that it gathers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from por.encoding.commitments_v1 import Commitments
from por.encoding.digests import digest_of
from por.issuer.accounts import ListedAccount
from por.issuer.declarations import WrittenDeclarations
from por.issuer.snapshot import Snapshot
from por.issuer.validators import Stake
from por.issuer.witnesses import Document
from por.model import ChainAccount, ChainId, Digest, EvidenceEntry, TokenCall, TokenLayout


@dataclass
class EvidenceFiles:
    """Collect evidence files by digest; one file may serve several holdings."""

    entries: dict[Digest, EvidenceEntry] = field(default_factory=dict)
    data: dict[Digest, bytes] = field(default_factory=dict)

    def add(self, document: bytes, media_type: str) -> Digest:
        """Add a document and return its digest."""
        digest = digest_of(document)
        self.entries[digest] = EvidenceEntry(digest, media_type, len(document))
        self.data[digest] = document
        return digest


@dataclass(frozen=True, slots=True)
class Inputs:
    """Hold everything a bundle is made from; `headers`, `control` and `salts` are files by name.

    With `salts` the control proofs are committed to as a set, and those in `withheld` are not published. Stakes and
    light-client evidence are by chain, stakes then by address.
    """

    commitments: Commitments
    snapshot: Snapshot
    accounts: tuple[ListedAccount, ...]
    headers: Mapping[str, bytes]
    control: Mapping[str, bytes]
    layouts: tuple[TokenLayout, ...]
    previous: tuple[int, Digest] | None
    supersedes: Digest | None
    anchored_by: ChainAccount | None = None
    calls: tuple[TokenCall, ...] = ()
    salts: Mapping[str, bytes] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    stakes: Mapping[ChainId, Mapping[str, Stake]] = field(default_factory=dict)
    light_client: Mapping[ChainId, tuple[Document, ...]] = field(default_factory=dict)
    declared: WrittenDeclarations | None = None
