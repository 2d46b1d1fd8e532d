"""Hold what an issuer claims to hold, where, and who signed for it."""

from dataclasses import dataclass
from enum import StrEnum

from por.model.digest import Digest
from por.model.identifiers import AssetId, ChainAccount


class Role(StrEnum):
    """Say whose coins an account holds."""

    CUSTOMER = "customer"
    GUARANTEE = "guarantee"
    HOUSE = "house"
    ISSUER_RESERVE = "issuer-reserve"


class Custody(StrEnum):
    """Say how an account is kept."""

    COLD = "cold"
    HOT = "hot"
    THIRD_PARTY = "third-party"


@dataclass(frozen=True, slots=True)
class ClaimedHolding:
    """Claim an amount, in base units, of an asset at the snapshot block, with the evidence files that show it."""

    asset: AssetId
    amount: int
    evidence: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class ReserveAccount:
    """List one on-chain account with its role, custody, claimed holdings and control proof."""

    account: ChainAccount
    role: Role
    custody: Custody
    holdings: tuple[ClaimedHolding, ...]
    control: Digest | None


@dataclass(frozen=True, slots=True)
class ControlSignature:
    """Hold a signature over the challenge of one account; the challenge itself is never evidence.

    `scheme` is eip191, eip712 or eip1271.
    """

    account: ChainAccount
    scheme: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Challenge:
    """Hold what a control proof must be signed over; the verifier rebuilds it from the bundle.

    `block_hash` is the snapshot block's of the account's chain: not before. `expires` is the last instant at which
    the signature may be anchored: not after.
    """

    issuer: str
    snapshot: str
    account: ChainAccount
    block_number: int
    block_hash: bytes
    expires: str
