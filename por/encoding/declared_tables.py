"""List the members of every row that an issuer may declare, in the order of its noun (`por/spec/declarations.md`)."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import cast

from por.encoding.declared_fields import (
    ACCOUNT,
    AMOUNT,
    ASSET,
    CANONICAL,
    DAY,
    DIGEST,
    INSTANT,
    POSITIVE,
    SHARE,
    SIGNED,
    TEXT,
    TRUTH,
    Field,
    Spelling,
    Table,
    integer,
    name,
    one,
    optional,
    plain,
    rows,
    several,
    spare,
)
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import AssetId, printable
from por.model.declarations import (
    Assurance,
    DayFigures,
    Declarations,
    Document,
    DomesticOrder,
    Entity,
    Estate,
    Figure,
    Filing,
    Intermediary,
    KeyHolder,
    Money,
    Price,
    ReserveItem,
    Series,
    Stablecoin,
    Supply,
    Topic,
    Venue,
)
from por.model.text import plain_text

MAX_ROWS = 20_000
MAX_NAMES = 1024

_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{2,11}", re.ASCII)


def _currency(reader: Reader) -> str:
    text = reader.text(16)
    if not _CURRENCY.fullmatch(text):
        raise reader.fail("not a currency such as JPY")
    return text


def _read_asset_amounts(reader: Reader, spelling: Spelling) -> tuple[tuple[AssetId, object], ...]:
    return tuple((row["asset"], row["amount"]) for row in _ASSET_AMOUNTS.read(reader, spelling))


def _answers(reader: Reader) -> Mapping[str, Mapping[str, bool]]:
    return {key: {item: _answer(entry) for item, entry in _named(items)} for key, items in _named(reader)}


def _answer(reader: Reader) -> bool:
    return cast(bool, TRUTH.read(reader, CANONICAL))


def _named(reader: Reader) -> list[tuple[str, Reader]]:
    """Return the members of an object whose names are the issuer's own."""
    if not isinstance(reader.value, dict):
        raise reader.fail("not an object")
    if len(reader.value) > MAX_NAMES:
        raise reader.fail(f"{len(reader.value)} members; at most {MAX_NAMES} are allowed")
    for key in reader.value:
        try:
            plain_text(key, 128)
        except FormatError as error:
            raise reader.fail(f"the name '{printable(key[:64])}': {error.reason}") from error
        if not key or key != key.strip():
            raise reader.fail("a name is not empty, and has no blank around it")
    return [(key, Reader(value, f"{reader.place}/{key}")) for key, value in reader.value.items()]


def _disordered(days: tuple[DayFigures, ...]) -> str:
    wrong = next((right for left, right in pairwise(days) if left.day >= right.day), None)
    return "" if wrong is None else f"{wrong.day} is out of order, or named twice"


def _amiss_report(row: Assurance) -> str:
    if row.told and len(row.told) != len(row.dates):
        return f"{len(row.told)} days of telling for {len(row.dates)} dates; give one each, or none"
    early = row.filed is not None and row.filed < row.as_of
    return f"handed in on {row.filed}, before the day that it is of" if early else ""


def _amiss_asset(row: ReserveItem) -> str:
    together = (row.outstanding is None) == (row.outstanding_currency is None)
    if not together:
        return "outstanding and outstandingCurrency come together"
    impossible = row.acquired is not None and row.maturity is not None and row.maturity < row.acquired
    return f"it ended on {row.maturity}, before it was acquired" if impossible else ""


def _filed_early(row: Filing) -> str:
    early = row.filed is not None and row.filed < row.period_end
    return f"filed on {row.filed}, before its period ended" if early else ""


def _counted_twice(declared: Declarations) -> str:
    """Say what stands under two coins: of each, all of it would be counted (T46)."""
    seen: dict[str, str] = {}
    for coin in declared.stablecoins:
        things = [f"the token {row.asset}" for row in coin.supply]
        things += [f"the asset {row.id} of {row.issuer} with {row.custodian}" for row in coin.reserves]
        for thing in things:
            if seen.setdefault(thing, coin.name) != coin.name:
                return f"{thing} stands under two coins, {seen[thing]} and {coin.name}; name lots apart, each under one"
    return ""


NAME, CURRENCY = name(), plain(_currency)
NAMES = several(NAME, MAX_NAMES)
DAYS = several(DAY, MAX_NAMES)
COUNT = integer(0, 2**53 - 1)
_ASSET_AMOUNTS = rows(Table(dict, {"asset": ASSET, "amount": AMOUNT}, lambda row: (str(row["asset"]),)), MAX_NAMES)
ASSET_AMOUNTS = Field(
    _read_asset_amounts, lambda pairs: [{"asset": str(a), "amount": AMOUNT.write(n)} for a, n in pairs], spare=True
)
ANSWERS = spare(plain(_answers, dict), {})

DOCUMENT = Table(
    Document,
    {
        "name": NAME,
        "digest": DIGEST,
        "issued_by": NAME,
        "dated": DAY,
        "covers": several(plain(lambda reader: reader.choice(Topic)), len(Topic)),
    },
    lambda row: (row.name, str(row.digest)),
)
ENTITY = Table(
    Entity,
    {
        "name": NAME,
        "jurisdiction": NAME,
        "registration": TEXT,
        "fiscal_year_end": integer(1, 12),
        "activities": NAMES,
    },
)
KEY_HOLDER = Table(
    KeyHolder,
    {
        "account": ACCOUNT,
        "entity": NAME,
        "jurisdiction": NAME,
        "signers": integer(1, 10_000),
        "custodian": optional(NAME),
    },
    lambda row: (str(row.account),),
)
PRICE = Table(
    Price,
    {"asset": ASSET, "currency": CURRENCY, "price": POSITIVE, "source": NAME, "at": INSTANT},
    lambda row: (f"{row.asset} in {row.currency} at {row.at}",),
)
MONEY = Table(
    Money,
    {"currency": CURRENCY, "owed": AMOUNT, "held": AMOUNT, "holder": NAME, "kind": NAME},
    lambda row: (f"{row.currency} of kind {row.kind} with {row.holder}",),
)
DAY_FIGURES = Table(DayFigures, {"day": DAY, "owed": AMOUNT, "held": AMOUNT})
SERIES = Table(
    Series,
    {"name": NAME, "days": rows(DAY_FIGURES, MAX_ROWS)},
    lambda row: (row.name,),
    lambda row: _disordered(row.days),
)
ASSURANCE = Table(
    Assurance,
    {
        "kind": NAME,
        "practitioner": NAME,
        "lead": TEXT,
        "standard": NAME,
        "form": NAME,
        "as_of": DAY,
        "dates": DAYS,
        "told": DAYS,
        "share": optional(SHARE),
        "assets": optional(COUNT),
        "filed": optional(DAY),
        "exceptions": spare(COUNT, 0),
    },
    lambda row: (f"{row.kind} by {row.practitioner} as of {row.as_of}",),
    _amiss_report,
)
FILING = Table(
    Filing,
    {"kind": NAME, "period_end": DAY, "filed": optional(DAY), "attachments": NAMES},
    lambda row: (f"{row.kind} for the period to {row.period_end}",),
    _filed_early,
)
FIGURE = Table(
    Figure,
    {"name": NAME, "currency": CURRENCY, "amount": SIGNED, "as_of": DAY},
    lambda row: (f"{row.name} in {row.currency} as of {row.as_of}",),
)
ORDER = Table(DomesticOrder, {"active": TRUTH, "jurisdiction": NAME, "required": ASSET_AMOUNTS})
INTERMEDIARY = Table(
    Intermediary,
    {
        "id": NAME,
        "name": NAME,
        "registration": TEXT,
        "principals": NAMES,
        "activities": NAMES,
        "customers": COUNT,
        "introduced": optional(DIGEST),
        "statement": ASSET_AMOUNTS,
        "accounts": several(ACCOUNT, MAX_NAMES),
        "bank_accounts": NAMES,
    },
    lambda row: (row.id, *([f"the registration {row.registration}"] if row.registration else [])),
)
SUPPLY = Table(
    Supply,
    {
        "asset": ASSET,
        "minted": AMOUNT,
        "burned": AMOUNT,
        "unissued": AMOUNT,
        "treasury": AMOUNT,
        "locked": AMOUNT,
        "frozen": AMOUNT,
    },
    lambda row: (str(row.asset),),
)
RESERVE_ITEM = Table(
    ReserveItem,
    {
        "id": NAME,
        "kind": NAME,
        "issuer": NAME,
        "currency": CURRENCY,
        "par": AMOUNT,
        "market_value": optional(AMOUNT),
        "valued": optional(DAY),
        "acquired": optional(DAY),
        "maturity": optional(DAY),
        "custodian": NAME,
        "encumbered": AMOUNT,
        "early_termination": TRUTH,
        "tokenised": TRUTH,
        "separate": TRUTH,
        "credit": optional(NAME),
        "outstanding": optional(AMOUNT),
        "outstanding_currency": optional(CURRENCY),
    },
    lambda row: (row.id,),
    _amiss_asset,
)
STABLECOIN = Table(
    Stablecoin,
    {
        "name": NAME,
        "kind": NAME,
        "currency": CURRENCY,
        "supply": rows(SUPPLY, MAX_NAMES),
        "reserves": rows(RESERVE_ITEM, MAX_ROWS),
        "obligations": optional(AMOUNT),
        "procedure_cost": optional(AMOUNT),
        "received": optional(AMOUNT),
    },
    lambda row: (row.name,),
)
ESTATE = Table(Estate, {"currency": CURRENCY, "free_assets": AMOUNT, "other_claims": AMOUNT})
VENUE = Table(Venue, {"account": ACCOUNT, "venue": NAME}, lambda row: (str(row.account),))
DECLARED = Table(
    Declarations,
    {
        "entity": one(ENTITY),
        "documents": rows(DOCUMENT, MAX_NAMES),
        "key_holders": rows(KEY_HOLDER, MAX_ROWS),
        "prices": rows(PRICE, MAX_ROWS),
        "money": rows(MONEY, MAX_NAMES),
        "series": rows(SERIES, MAX_NAMES),
        "assurance": rows(ASSURANCE, MAX_NAMES),
        "filings": rows(FILING, MAX_NAMES),
        "figures": rows(FIGURE, MAX_NAMES),
        "checklists": ANSWERS,
        "order": one(ORDER),
        "intermediaries": rows(INTERMEDIARY, MAX_NAMES),
        "stablecoins": rows(STABLECOIN, MAX_NAMES),
        "estate": one(ESTATE),
        "venues": rows(VENUE, MAX_ROWS),
    },
    amiss=_counted_twice,
)
