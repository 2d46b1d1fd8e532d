"""Declarations of every kind, made up by Hypothesis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from por.encoding import declarations_v1
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
from tests.documents import Codec, accounts, assets, digests, instants, plain_texts

words = plain_texts.map(str.strip).filter(bool)
currencies = st.from_regex(r"[A-Z][A-Z0-9]{2,11}", fullmatch=True)
amounts = st.builds(
    lambda whole, part, places: Fraction(whole) + Fraction(part % 10**places, 10**places),
    st.integers(0, 10**39 - 1),
    st.integers(0, 10**36 - 1),
    st.integers(0, 36),
)
days = st.dates()
counts = st.integers(0, 2**53 - 1)
some_words = st.lists(words, max_size=3).map(tuple)
some_days = st.lists(days, max_size=3).map(tuple)
holdings = st.lists(st.tuples(assets(), amounts), max_size=3, unique_by=lambda pair: pair[0]).map(tuple)


@st.composite
def series(draw: st.DrawFn) -> Series:
    told = draw(st.lists(days, max_size=4, unique=True))
    return Series(draw(words), tuple(DayFigures(day, draw(amounts), draw(amounts)) for day in sorted(told)))


@st.composite
def assurances(draw: st.DrawFn) -> Assurance:
    dates, as_of = draw(some_days), draw(days)
    return Assurance(
        kind=draw(words),
        practitioner=draw(words),
        lead=draw(plain_texts),
        standard=draw(words),
        form=draw(words),
        as_of=as_of,
        dates=dates,
        told=draw(st.sampled_from([(), dates])),
        share=draw(st.none() | st.integers(0, 10**36).map(lambda part: Fraction(part, 10**36))),
        assets=draw(st.none() | counts),
        filed=draw(st.none() | st.dates(as_of)),
        exceptions=draw(counts),
    )


@st.composite
def reserve_items(draw: st.DrawFn) -> ReserveItem:
    told, acquired = draw(st.booleans()), draw(st.none() | days)
    return ReserveItem(
        id=draw(words),
        kind=draw(words),
        issuer=draw(words),
        currency=draw(currencies),
        par=draw(amounts),
        market_value=draw(st.none() | amounts),
        valued=draw(st.none() | days),
        acquired=acquired,
        maturity=draw(st.none() | st.dates(acquired or date.min)),
        custodian=draw(words),
        encumbered=draw(amounts),
        early_termination=draw(st.booleans()),
        tokenised=draw(st.booleans()),
        separate=draw(st.booleans()),
        credit=draw(st.none() | words),
        outstanding=draw(amounts) if told else None,
        outstanding_currency=draw(currencies) if told else None,
    )


@st.composite
def filings(draw: st.DrawFn) -> Filing:
    end = draw(days)
    return Filing(draw(words), end, draw(st.none() | st.dates(end)), draw(some_words))


def are_apart(coins: tuple[Stablecoin, ...]) -> bool:
    """Tell whether nothing stands under two coins."""
    tokens = [row.asset for coin in coins for row in coin.supply]
    items = [(row.id, row.issuer, row.custodian) for coin in coins for row in coin.reserves]
    return len(set(tokens)) == len(tokens) and len(set(items)) == len(items)


def of(*names: str) -> Callable[[Any], object]:
    """Tell rows apart by these members."""
    return lambda row: tuple(getattr(row, name) for name in names)


def rows(values: st.SearchStrategy[Any], *names: str) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=2, unique_by=tuple(of(name) for name in names)).map(tuple)


stablecoins = st.builds(
    Stablecoin,
    name=words,
    kind=words,
    currency=currencies,
    supply=rows(st.builds(Supply, assets(), *[amounts] * 6), "asset"),
    reserves=rows(reserve_items(), "id"),
    obligations=st.none() | amounts,
    procedure_cost=st.none() | amounts,
    received=st.none() | amounts,
)
intermediaries = st.builds(
    Intermediary,
    id=words,
    name=words,
    registration=plain_texts,
    principals=some_words,
    activities=some_words,
    customers=counts,
    introduced=st.none() | digests,
    statement=holdings,
    accounts=st.lists(accounts(), max_size=2).map(tuple),
    bank_accounts=some_words,
)
documents = st.builds(Document, words, digests, words, days, st.lists(st.sampled_from(Topic), max_size=3).map(tuple))
signed = st.one_of(amounts, amounts.map(lambda amount: -amount))
checklist_names = st.from_regex(r"[a-z][a-z0-9 -]{0,20}[a-z]", fullmatch=True)

declarations = st.builds(
    Declarations,
    entity=st.none() | st.builds(Entity, words, words, plain_texts, st.integers(1, 12), some_words),
    documents=rows(documents, "name", "digest"),
    key_holders=rows(
        st.builds(KeyHolder, accounts(), words, words, st.integers(1, 10_000), st.none() | words), "account"
    ),
    prices=rows(st.builds(Price, assets(), currencies, amounts.filter(bool), words, instants), "asset"),
    money=rows(st.builds(Money, currencies, amounts, amounts, words, words), "holder"),
    series=rows(series(), "name"),
    assurance=rows(assurances(), "as_of"),
    filings=rows(filings(), "period_end"),
    figures=rows(st.builds(Figure, words, currencies, signed, days), "as_of"),
    checklists=st.dictionaries(
        checklist_names, st.dictionaries(checklist_names, st.booleans(), max_size=3), max_size=3
    ),
    order=st.none() | st.builds(DomesticOrder, st.booleans(), words, holdings),
    intermediaries=rows(intermediaries, "id", "registration"),
    stablecoins=rows(stablecoins, "name").filter(are_apart),
    estate=st.none() | st.builds(Estate, currencies, amounts, amounts),
    venues=rows(st.builds(Venue, accounts(), words), "account"),
)
DECLARATIONS_CODEC = Codec(
    "declarations", declarations, declarations_v1.write, declarations_v1.read, declarations_v1.MAX_BYTES
)
