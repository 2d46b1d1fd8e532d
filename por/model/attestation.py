"""Hold what attesters sign about an issuer's anchored entry, and the committees they form."""

from dataclasses import dataclass
from enum import IntEnum

from por.model.digest import Digest
from por.model.identifiers import AssetId
from por.model.instant import Instant
from por.model.verdict import Outcome


class SignatureScheme(IntEnum):
    """Say how the members of a committee sign, in the registry's numbers."""

    ECDSA = 1
    CONTRACT = 2
    BLS = 3


@dataclass(frozen=True, slots=True)
class Committee:
    """Hold a committee: how its members sign, how many must, and who they are, strictly ascending.

    Members are 32 bytes: addresses with zeros before them, or keccak256 of 48-byte BLS keys, which stand in `keys` in
    the same order, as their proofs of possession do in `possessions`. `chain_id` is 0 unless the scheme is CONTRACT.
    """

    scheme: SignatureScheme
    threshold: int
    chain_id: int
    members: tuple[bytes, ...]
    keys: tuple[bytes, ...] = ()
    possessions: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """Say what an attester found of one asset, in base units: committed liabilities, proven reserves."""

    asset: AssetId
    liabilities: int
    reserves: int


@dataclass(frozen=True, slots=True)
class Attestation:
    """Hold what all members of a committee sign.

    `commitment` is the id of the anchored entry, `rulebooks` one digest over those of all rulebooks (zeros for none),
    `figures` the digest of the figures. From `expires_at` on it can no longer be recorded on any chain.
    """

    commitment: bytes
    policy: Digest
    rulebooks: bytes
    outcome: Outcome
    figures: bytes
    observed_at: Instant
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class Revocation:
    """Take an attestation back; both are 32-byte digests, `reason` of a text that says why, zeros for none."""

    attestation: bytes
    reason: bytes
