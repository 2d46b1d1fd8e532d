"""Hold what issuers anchor in a reserve registry, and which entries a verifier looks for there."""

from dataclasses import dataclass

from por.model.digest import Digest
from por.model.identifiers import ChainAccount
from por.model.instant import Instant


@dataclass(frozen=True, slots=True)
class AssetTotal:
    """Say what an issuer owes and claims to hold of one asset, in base units.

    `asset` is keccak256 of the asset's CAIP-19 text; `liabilities` leaves debts out; `reserves` are claims alone.
    """

    asset: bytes
    liabilities: int
    reserves: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """Hold what an issuer publishes for one instant.

    `snapshot_chain` is the EVM chain id of the snapshot block named here, 0 for none. `supersedes` is the sequence
    of the entry that this one corrects, 0 for none.
    """

    instant: Instant
    snapshot_chain: int
    snapshot_block: int
    snapshot_hash: bytes
    commitments_root: bytes
    bundle: Digest
    reserve_set_root: bytes
    supersedes: int


@dataclass(frozen=True, slots=True)
class AnchoredEntry:
    """Hold an entry of a registry with all that its id binds.

    `issuer` is the address that anchored it, in lower case; `previous` the id of that issuer's entry before.
    """

    issuer: str
    sequence: int
    previous: bytes
    anchor: Anchor
    totals: tuple[AssetTotal, ...]


@dataclass(frozen=True, slots=True)
class RegistryPin:
    """Name the registry that a verifier reads, and the issuer's address there.

    Events are read from `from_block`; `max_delay` is how many seconds after its instant an anchor may come,
    and `max_silence` how many the last final block may lie before the clock.
    """

    contract: ChainAccount
    issuer: str
    from_block: int
    max_delay: int
    max_silence: int = 21_600
