"""Hold one row of the issuer's record list, and what an intermediary says of the customers that it introduced."""

from dataclasses import dataclass

from por.model.digest import Digest
from por.model.identifiers import AssetId


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """Hold one record: the account id as committed to, and an amount in base units.

    `record_key` is 32 bytes; it opens this record and no other.
    """

    account_id: str
    segment: str
    asset: AssetId
    amount: int
    part: int
    record_key: bytes


@dataclass(frozen=True, slots=True)
class IntroducedCustomers:
    """Hold an intermediary's own list of the account ids that it introduced, and the digest of the file."""

    digest: Digest
    account_ids: tuple[str, ...]
