"""Hold a receipt: what may be shown in public of a customer's inclusion proof (`por/spec/receipt.md`)."""

from dataclasses import dataclass

from por.model.digest import Digest
from por.model.instant import Instant
from por.model.verdict import Outcome


@dataclass(frozen=True, slots=True)
class ToldVerdict:
    """Hold what a verdict said: its outcome, the checks that are required and failed, and when it was checked."""

    outcome: Outcome
    failed: tuple[str, ...]
    checked_at: Instant


@dataclass(frozen=True, slots=True)
class Receipt:
    """Name a list and how a proof about it ended, with nothing that only one customer's proof holds.

    `issuer` is None for a published proof; `snapshot` is then a day, or None. `root` is hexadecimal, or None. `salted`
    is the digest of the salt and the proof.
    """

    format: str
    issuer: str | None
    snapshot: str | None
    root: str | None
    salted: Digest
    verdict: ToldVerdict | None = None
