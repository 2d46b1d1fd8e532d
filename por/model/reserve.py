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


class EncumbranceKind(StrEnum):
    """Say what stands between an account's coins and those who would claim them."""

    PLEDGED = "pledged"
    LENT = "lent"
    BORROWED = "borrowed"
    LOCKED = "locked"
    STAKED = "staked"
    PEG = "peg"


@dataclass(frozen=True, slots=True)
class Encumbrance:
    """Hold how much of a holding, in base units, somebody else has a claim on, or cannot be moved at once."""

    kind: EncumbranceKind
    amount: int


@dataclass(frozen=True, slots=True)
class ClaimedHolding:
    """Claim an amount, in base units, of an asset at the snapshot block, with the evidence files that show it.

    `encumbrance` is what the issuer itself says stands on it.
    """

    asset: AssetId
    amount: int
    evidence: tuple[Digest, ...]
    encumbrance: Encumbrance | None = None


@dataclass(frozen=True, slots=True)
class ReserveAccount:
    """List one on-chain account with its role, custody, claimed holdings and control proof.

    `control_state` are evidence files on the state in which a contract account judges the control proof.
    """

    account: ChainAccount
    role: Role
    custody: Custody
    holdings: tuple[ClaimedHolding, ...]
    control: Digest | None
    control_state: tuple[Digest, ...] = ()


class ControlScheme(StrEnum):
    """Say how a challenge was signed: its text (EIP-191) or typed data (EIP-712), by a key or for a contract."""

    EIP191 = "eip191"
    EIP712 = "eip712"
    EIP1271_EIP191 = "eip1271-eip191"
    EIP1271_EIP712 = "eip1271-eip712"
    EIP6492_EIP191 = "eip6492-eip191"
    EIP6492_EIP712 = "eip6492-eip712"

    @property
    def typed(self) -> bool:
        """Tell whether the typed data is signed, and not the text."""
        return self.value.endswith("eip712")

    @property
    def contract(self) -> bool:
        """Tell whether a contract judges the signature."""
        return "-" in self.value


@dataclass(frozen=True, slots=True)
class ControlSignature:
    """Hold a signature over the challenge of one account; the challenge itself is never evidence.

    `scheme` is the text of a `ControlScheme`, or of one that this release does not read.
    """

    account: ChainAccount
    scheme: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class ControlSet:
    """Commit to all control proofs of a snapshot: 32-byte root and number of leaves."""

    root: bytes
    count: int


@dataclass(frozen=True, slots=True)
class ControlOpening:
    """Open one leaf of a control set: place, 32-byte salt, record and siblings, leaf level first.

    `record` is the canonical document of a `ControlSignature`.
    """

    index: int
    salt: bytes
    record: bytes
    path: tuple[bytes, ...]


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
