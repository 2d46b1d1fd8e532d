"""Hold one row of the issuer's record list, from which an auditor rebuilds every tree."""

from dataclasses import dataclass

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
