"""Hold what one verifier trusts and requires; nothing here ever comes from evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from por.model.anchor import RegistryPin
from por.model.digest import Digest
from por.model.identifiers import AssetId, ChainId


class KeyOrder(StrEnum):
    """Say how a mapping's storage key is hashed: key then slot (Solidity) or slot then key (Vyper)."""

    KEY_SLOT = "key-slot"
    SLOT_KEY = "slot-key"


@dataclass(frozen=True, slots=True)
class Implementation:
    """Pin the code behind a proxy: the storage slot naming it, and its code hash."""

    slot: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class TokenLayout:
    """Say where a token keeps balances, for exactly one code on one chain.

    `mask` selects the balance in the 256-bit word; set bits outside it are a flag such as a blocked holder.
    """

    asset: AssetId
    code_hash: bytes
    base_slot: int
    order: KeyOrder
    mask: int
    implementation: Implementation | None


@dataclass(frozen=True, slots=True)
class Denomination:
    """Say how many decimals an asset has."""

    asset: AssetId
    decimals: int


@dataclass(frozen=True, slots=True)
class AssetClass:
    """Join assets that may cover one another; the first names the class."""

    members: tuple[Denomination, ...]

    @property
    def canonical(self) -> AssetId:
        """Name the class."""
        return self.members[0].asset


@dataclass(frozen=True, slots=True)
class ChainRule:
    """Say how many independent sources must agree on a chain's headers, and the genesis hash if pinned."""

    chain: ChainId
    sources: int
    genesis: bytes | None


@dataclass(frozen=True, slots=True)
class Waiver:
    """Take one check out of the verdict, by name and reason."""

    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold one verifier's trust and requirements, with the tables shipped with `por` already joined in.

    `max_age` and `max_skew` are seconds; `ratio` is reserves over liabilities. `registry` is where bundles must be
    anchored, None for nowhere; `registries` are the hashes of the code by which a contract is believed to be one, and
    `committees` the ids of the committees whose attestations are believed. `accepted_policies` are those under which,
    beside this one, attesters may have looked. `digest` covers all of it.
    """

    profile: str
    issuer: str
    keys: tuple[str, ...]
    bundles: tuple[Digest, ...]
    roots: tuple[bytes, ...]
    recordings: tuple[Digest, ...]
    max_age: int
    max_skew: int
    ratio: Fraction
    chains: Mapping[ChainId, ChainRule]
    classes: tuple[AssetClass, ...]
    layouts: tuple[TokenLayout, ...]
    own_assets: frozenset[AssetId]
    registry: RegistryPin | None
    registries: tuple[bytes, ...]
    committees: tuple[bytes, ...]
    accepted_policies: tuple[Digest, ...]
    require: tuple[str, ...]
    waivers: tuple[Waiver, ...]
    digest: Digest
