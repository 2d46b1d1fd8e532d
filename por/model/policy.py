"""Hold what one verifier trusts and requires; nothing here ever comes from evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from por.model.anchor import RegistryPin
from por.model.declarations import Document, Price, Topic
from por.model.digest import Digest
from por.model.identifiers import AssetId, ChainAccount, ChainId
from por.model.reserve import Encumbrance
from por.model.verdict import Grade


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

    @property
    def codes(self) -> tuple[bytes, ...]:
        """List the hashes of all code that the layout is for, in the order in which evidence proves it."""
        return (self.code_hash,) if self.implementation is None else (self.code_hash, self.implementation.code_hash)


class CallMethod(StrEnum):
    """Say which method of a token tells what a holder has: units of the token, or of what its shares stand for."""

    BALANCE_OF = "balanceOf"
    CONVERT_TO_ASSETS = "convertToAssets"


@dataclass(frozen=True, slots=True)
class TokenCall:
    """Say that a token's own code may tell balances, for exactly these codes on one chain.

    `codes` are hashes of all code that may run, the token's own first. `underlying` is the asset that a share of a
    vault stands for (EIP-4626), None for `balanceOf`.
    """

    asset: AssetId
    codes: tuple[bytes, ...]
    method: CallMethod
    underlying: AssetId | None


@dataclass(frozen=True, slots=True)
class Bridge:
    """Name an account that holds `asset` for those who have `minted` on another chain: its coins are theirs."""

    escrow: ChainAccount
    asset: AssetId
    minted: AssetId


class AssetKind(StrEnum):
    """Say what a member of a class is: the asset itself, or a claim on it against somebody else."""

    NATIVE = "native"
    BRIDGED = "bridged"
    WRAPPED = "wrapped"
    LENT = "lent"
    VAULT = "vault"
    STAKED = "staked"


@dataclass(frozen=True, slots=True)
class Denomination:
    """Say how many decimals an asset has, and what kind of claim it is."""

    asset: AssetId
    decimals: int
    kind: AssetKind = AssetKind.NATIVE


@dataclass(frozen=True, slots=True)
class KnownEncumbrance:
    """Name what the verifier knows to stand on a holding, whatever the issuer says."""

    account: ChainAccount
    asset: AssetId
    encumbrance: Encumbrance


@dataclass(frozen=True, slots=True)
class Movement:
    """Ask for holdings at blocks these many seconds before and after the instant.

    `threshold` is the share of what is held at the instant from which a rise or a fall is material.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    threshold: Fraction


@dataclass(frozen=True, slots=True)
class Fork:
    """Name a beacon chain's rules from an epoch on, by 4-byte version."""

    epoch: int
    version: bytes


@dataclass(frozen=True, slots=True)
class BeaconChain:
    """Hold the facts of the beacon chain beside an EVM chain: root of its first validators, start, forks ascending."""

    chain: ChainId
    genesis_root: bytes
    genesis_time: int
    forks: tuple[Fork, ...]


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
    """Say how many independent sources must agree on a chain's headers, and the genesis hash if pinned.

    `checkpoint` is the root of a beacon block from which light-client evidence may start.
    """

    chain: ChainId
    sources: int
    genesis: bytes | None
    checkpoint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """Take one check out of the verdict, by name and reason."""

    check: str
    reason: str


class RegistrationKind(StrEnum):
    """Say as what a regulator's list has somebody."""

    EXCHANGE = "exchange"
    STABLECOIN = "stablecoin"
    FUNDS_TRANSFER = "funds-transfer"
    INTERMEDIARY = "intermediary"
    CUSTODIAN = "custodian"


@dataclass(frozen=True, slots=True, order=True)
class Registration:
    """Name one row of a regulator's list: the number, whose it is, and as what."""

    number: str
    name: str
    kind: RegistrationKind


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """Name a third party's document, what of a declaration it bears out, and for how many days it speaks.

    `covers` is the verifier's own reading. `dated` is the day that stands in the document, None where the issuer's word
    for it is taken.
    """

    digest: Digest
    covers: tuple[Topic, ...]
    dated: date | None = None
    max_age_days: int = 366

    def bears_out(self, row: Document, topic: Topic, day: date) -> bool:
        """Tell whether it is the document that an issuer names for a topic, and speaks of that day."""
        if row.digest != self.digest or topic not in row.covers or topic not in self.covers:
            return False
        same = self.dated is None or self.dated == row.dated
        return same and timedelta(0) <= day - row.dated <= timedelta(days=self.max_age_days)


@dataclass(frozen=True, slots=True)
class LawTrust:
    """Hold what a verifier brings for rulebooks, which it names by id or path.

    `documents` are third parties' that it had from them or checked with them; `registered` are rows
    that it found in the regulator's list. `prices` go before the issuer's. A rule passes on no evidence below `grade`.
    """

    rulebooks: tuple[str, ...] = ()
    documents: tuple[KnownDocument, ...] = ()
    registered: frozenset[Registration] = frozenset()
    prices: tuple[Price, ...] = ()
    grade: Grade = Grade.THIRD_PARTY_DOCUMENT

    def knows(self, row: Document, topic: Topic, day: date) -> bool:
        """Tell whether a document that an issuer names for a topic is one of these, and speaks of that day."""
        return any(known.bears_out(row, topic, day) for known in self.documents)


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold one verifier's trust and requirements, with the tables shipped with `por` already joined in.

    `max_age` and `max_skew` are seconds; `ratio` is reserves over liabilities. `registry` is where bundles must be
    anchored, None for nowhere; `registries` are the hashes of the code by which a contract is believed to be one, and
    `committees` the ids of the committees whose attestations are believed. `accepted_policies` are those under which,
    beside this one, attesters may have looked. `calls` are tokens whose own code may tell balances, `quorum_tokens`
    those of which the sources' word is taken; `kinds` are the kinds of class members that count; `wallets` are the
    hashes of the codes of contract accounts whose approval of a signature is believed. `digest` covers all of it.
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
    calls: tuple[TokenCall, ...] = ()
    quorum_tokens: frozenset[AssetId] = frozenset()
    kinds: frozenset[AssetKind] = frozenset({AssetKind.NATIVE})
    bridges: tuple[Bridge, ...] = ()
    encumbrances: tuple[KnownEncumbrance, ...] = ()
    movement: Movement | None = None
    beacons: Mapping[ChainId, BeaconChain] = field(default_factory=dict)
    wallets: tuple[bytes, ...] = ()
    law: LawTrust = field(default_factory=LawTrust)
