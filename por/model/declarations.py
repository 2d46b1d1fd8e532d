"""Hold what an issuer declares beside its bundle, for rules that no chain can show: money, documents, filings, people.

All of it is the issuer's word; a document that the verifier's policy names lifts what it covers to a third party's.
Amounts of money and coins are exact rationals in whole units, days those of the issuer's jurisdiction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from por.model.digest import Digest
from por.model.identifiers import AssetId, ChainAccount
from por.model.instant import Instant


class Topic(StrEnum):
    """Name a part of the declarations, and what an attached document may cover."""

    ENTITY = "entity"
    CUSTODY = "custody"
    PRICES = "prices"
    MONEY = "money"
    SERIES = "series"
    ASSURANCE = "assurance"
    FILINGS = "filings"
    CHECKLISTS = "checklists"
    FIGURES = "figures"
    ORDERS = "orders"
    INTERMEDIARIES = "intermediaries"
    SUPPLY = "supply"
    RESERVES = "reserves"
    ESTATE = "estate"
    VENUES = "venues"


@dataclass(frozen=True, slots=True)
class Document:
    """Name a document of a third party by digest; `covers` are the topics that it is said to bear out."""

    name: str
    digest: Digest
    issued_by: str
    dated: date
    covers: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """Name the legal entity that owes, its registration, and its fiscal year's last month."""

    name: str
    jurisdiction: str
    registration: str
    fiscal_year_end: int
    activities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Say which entity holds the keys of an account, in which jurisdiction, and how many must sign."""

    account: ChainAccount
    entity: str
    jurisdiction: str
    signers: int
    custodian: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """Give the price of one whole coin in a currency, with its source and time."""

    asset: AssetId
    currency: str
    price: Fraction
    source: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Money:
    """Declare what customers are owed of a currency, and what a trustee or a bank holds for them at the instant."""

    currency: str
    owed: Fraction
    held: Fraction
    holder: str
    kind: str


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Hold what was owed and held at the end of one day."""

    day: date
    owed: Fraction
    held: Fraction


@dataclass(frozen=True, slots=True)
class Series:
    """Hold a record of days, ascending: `name` says of what, such as `trust:JPY`, `coins` or `reserve:JPYX`."""

    name: str
    days: tuple[DayFigures, ...]


@dataclass(frozen=True, slots=True)
class Assurance:
    """Name a report of an independent practitioner: `kind` says on what, `standard` by which, `form` of which nature.

    `dates` are the days that it looked at, `told` when the issuer was told of each. `share` is the part of customers'
    balances in its scope, and `assets` how many assets; `filed` the day on which it was given where it must be.
    """

    kind: str
    practitioner: str
    lead: str
    standard: str
    form: str
    as_of: date
    dates: tuple[date, ...] = ()
    told: tuple[date, ...] = ()
    share: Fraction | None = None
    assets: int | None = None
    filed: date | None = None
    exceptions: int = 0


@dataclass(frozen=True, slots=True)
class Filing:
    """Name a report that was filed or published: its kind, the last day of its period, the day, its attachments."""

    kind: str
    period_end: date
    filed: date | None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """Declare one figure of the accounts in a currency, such as `net-assets`, `liability-reserve` or `insurance`."""

    name: str
    currency: str
    amount: Fraction
    as_of: date


@dataclass(frozen=True, slots=True)
class DomesticOrder:
    """Declare whether an order to hold assets at home stands, and how much of each asset it names."""

    active: bool
    jurisdiction: str
    required: tuple[tuple[AssetId, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Intermediary:
    """Name one who introduces customers and holds nothing of theirs.

    `statement` is what it says, by asset, its customers are owed; `customers` how many it introduced, and `introduced`
    the digest of its list of account ids. `accounts` are on-chain accounts of its own, `bank_accounts` those for
    customers' money.
    """

    id: str
    name: str
    registration: str
    principals: tuple[str, ...]
    activities: tuple[str, ...]
    customers: int
    introduced: Digest | None
    statement: tuple[tuple[AssetId, Fraction], ...]
    accounts: tuple[ChainAccount, ...] = ()
    bank_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supply:
    """Declare the supply of a stablecoin on one chain, in whole units."""

    asset: AssetId
    minted: Fraction
    burned: Fraction
    unissued: Fraction
    treasury: Fraction
    locked: Fraction
    frozen: Fraction


@dataclass(frozen=True, slots=True)
class ReserveItem:
    """Declare one asset behind a stablecoin; without a `market_value` and the day it was valued it counts nothing."""

    id: str
    kind: str
    issuer: str
    currency: str
    par: Fraction
    market_value: Fraction | None
    valued: date | None
    acquired: date | None
    maturity: date | None
    custodian: str
    encumbered: Fraction
    early_termination: bool
    tokenised: bool
    separate: bool
    credit: str | None = None
    outstanding: Fraction | None = None
    outstanding_currency: str | None = None


@dataclass(frozen=True, slots=True)
class Stablecoin:
    """Declare a coin that the issuer itself issues, its supply by chain, and what stands behind it.

    `obligations` and `procedure_cost` are of a funds transfer service provider: what it owes, and what paying it out
    would cost; `received` the money taken for what is in circulation.
    """

    name: str
    kind: str
    currency: str
    supply: tuple[Supply, ...]
    reserves: tuple[ReserveItem, ...]
    obligations: Fraction | None = None
    procedure_cost: Fraction | None = None
    received: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """Declare what else the entity owns free of charge and owes without preference, in one currency."""

    currency: str
    free_assets: Fraction
    other_claims: Fraction


@dataclass(frozen=True, slots=True)
class Venue:
    """Name an account that another exchange gave this issuer to pay into: what lies there is a claim, not a coin."""

    account: ChainAccount
    venue: str


@dataclass(frozen=True, slots=True)
class Declarations:
    """Hold all that the issuer declares for one snapshot; `checklists` are answers by list and item."""

    entity: Entity | None = None
    documents: tuple[Document, ...] = ()
    key_holders: tuple[KeyHolder, ...] = ()
    prices: tuple[Price, ...] = ()
    money: tuple[Money, ...] = ()
    series: tuple[Series, ...] = ()
    assurance: tuple[Assurance, ...] = ()
    filings: tuple[Filing, ...] = ()
    figures: tuple[Figure, ...] = ()
    checklists: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    order: DomesticOrder | None = None
    intermediaries: tuple[Intermediary, ...] = ()
    stablecoins: tuple[Stablecoin, ...] = ()
    estate: Estate | None = None
    venues: tuple[Venue, ...] = ()
