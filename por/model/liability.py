"""Hold what an issuer commits to owing, and what it hands one customer to check it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from por.errors import FormatError
from por.model.identifiers import AssetId
from por.model.instant import Instant

MAX_DEPTH = 40
DEBT_PREFIX = "debt:"
VIA_PREFIX = "via:"

_ISSUER = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?", re.ASCII)
_SEGMENT = re.compile(r"[a-z][a-z0-9-]{0,30}(?::[a-z0-9][a-z0-9._-]{0,62})?", re.ASCII)


class CaseRule(StrEnum):
    """Say how the issuer writes account ids before committing to them."""

    EXACT = "exact"
    LOWER = "lower"


def issuer_id(text: str) -> str:
    """Return `text` when it is an issuer id: a domain name in lower case. Raises: FormatError."""
    if not _ISSUER.fullmatch(text):
        raise FormatError("not an issuer id: a domain name in lower case, at most 63 characters")
    return text


def segment_name(text: str) -> str:
    """Return `text` when it is a segment such as spot, via:broker-7 or debt:margin. Raises: FormatError."""
    if not _SEGMENT.fullmatch(text):
        raise FormatError("not a segment such as spot, via:broker-7 or debt:margin")
    return text


def snapshot_id(issuer: str, instant: Instant) -> str:
    """Name a snapshot by its issuer and instant; never free text."""
    return f"{issuer}@{instant}"


@dataclass(frozen=True, slots=True)
class LiabilityCommitment:
    """Commit to what is owed of one asset in one segment.

    `total` is in base units and self-declared until an inclusion proof or a rebuild from the ledger implies it; `top`
    is the top hash of the sum tree, with which anybody computes that `root` binds all the other fields.
    """

    scheme: str
    segment: str
    asset: AssetId
    decimals: int
    depth: int
    total: int
    root: bytes
    top: bytes

    @property
    def is_debt(self) -> bool:
        """Tell whether this is what customers owe the issuer; it never lowers a liability."""
        return self.segment.startswith(DEBT_PREFIX)

    @property
    def intermediary(self) -> str | None:
        """Return the id of the intermediary who introduced the customers of this segment, None for all others."""
        return self.segment.removeprefix(VIA_PREFIX) if self.segment.startswith(VIA_PREFIX) else None

    @property
    def ref(self) -> str:
        """Address this commitment in findings."""
        return f"{self.segment}/{self.asset}"


@dataclass(frozen=True, slots=True)
class PathStep:
    """Hold a sibling on the way up: its 32-byte hash and its sum in base units."""

    hash: bytes
    sum: int


@dataclass(frozen=True, slots=True)
class RecordProof:
    """Open one record: the path from its leaf, leaf level first; sides come from the bits of `index`."""

    key: bytes
    part: int
    amount: int
    index: int
    path: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class TreeProof:
    """Open the records of one account in one tree, and the tree's place among the commitments.

    `position` and `opening` are the leaf index and the RFC 6962 audit path of the committed root.
    """

    commitment: LiabilityCommitment
    position: int
    opening: tuple[bytes, ...]
    records: tuple[RecordProof, ...]


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Open all records of one account: every segment, asset and part.

    `count` is the number of commitments under the commitments root; `note` is the issuer's signed note, or empty.
    The account id is not here: the customer brings it.
    """

    issuer: str
    instant: Instant
    case_rule: CaseRule
    count: int
    note: str
    trees: tuple[TreeProof, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Hold what a customer says is theirs: `coins` whole coins of an asset, which they call `name`.

    `segment` None means: over all segments that are not debts. `decimals` None means: as policy or table say.
    """

    segment: str | None
    asset: AssetId
    coins: str
    name: str
    decimals: int | None = None
