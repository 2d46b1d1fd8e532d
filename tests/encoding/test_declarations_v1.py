"""Declarations: one table of members, two spellings, and nothing that is not in it."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import declarations_v1, declared_tables
from por.encoding.declared_fields import CANONICAL, Spelling, Table
from por.encoding.declared_tables import DECLARED
from por.errors import FormatError, UnsupportedVersionError
from por.model import AssetId, ChainAccount, printable
from por.model import declarations as nouns
from por.model.declarations import Declarations
from tests import pages
from tests.declared_documents import declarations
from tests.documents import canonical, places, put
from tests.encoding.test_policy_v1 import toml_bytes

BY_HAND = Spelling(by_hand=True, asset=AssetId.parse, account=ChainAccount.parse)
TABLES = {table.make: table for table in vars(declared_tables).values() if isinstance(table, Table)}
NOUNS = [noun for noun in vars(nouns).values() if getattr(noun, "__module__", "") == nouns.__name__]
NOUNS = [noun for noun in NOUNS if dataclasses.is_dataclass(noun)]


@pytest.fixture
def document() -> Any:
    return pages.document("declarations.md", "declarations.json")


def by_hand(value: Any, inside: str = "") -> Any:
    """Spell a document as a hand does, and leave out what is empty."""
    if isinstance(value, list):
        return [by_hand(item) for item in value]
    if not isinstance(value, dict):
        return value
    if inside == "checklists":
        return value
    spelled = {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in name): by_hand(item, name)
        for name, item in value.items()
        if name != "mediaType" and item not in (None, [], {})
    }
    return {name: item for name, item in spelled.items() if not (name == "exceptions" and item == 0)}


def hand_read(document: Any) -> Declarations:
    return declarations_v1.read_by_hand(tomllib.loads(toml_bytes(by_hand(document)).decode()), BY_HAND)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_no_member_of_any_noun_is_left_out_of_the_document(noun: Any) -> None:
    assert list(TABLES[noun].fields) == [field.name for field in dataclasses.fields(noun)]


def test_the_example_is_read(document: Any) -> None:
    declared = declarations_v1.read(canonical(document))
    assert declared.entity is not None
    assert declared.entity.fiscal_year_end == 3
    assert declared.prices[0].price == Fraction(824701, 2)
    assert declared.series[0].days[1].day == date(2026, 10, 30)
    assert declared.figures[0].amount == Fraction(-25000001, 2)
    assert declared.checklists["trust-deed"]["principal-beneficiaries-are-users"]
    assert declared.stablecoins[0].reserves[0].market_value == Fraction("349200.75")
    assert declared.intermediaries[0].statement[0][1] == Fraction(5, 4)


def test_nothing_declared_is_what_the_noun_begins_with() -> None:
    assert declarations_v1.read(declarations_v1.write(Declarations())) == Declarations()
    assert declarations_v1.read_by_hand({}, BY_HAND) == Declarations()


@given(declared=declarations)
def test_a_hand_may_leave_out_what_is_empty_and_nothing_else_changes(declared: Declarations) -> None:
    written = declarations_v1.write(declared)
    assert hand_read(json.loads(written)) == declared


@given(declared=declarations)
def test_both_spellings_come_to_the_same_bytes(declared: Declarations) -> None:
    written = declarations_v1.write(declared)
    assert declarations_v1.write(hand_read(json.loads(written))) == written


def test_a_hand_writes_days_as_toml_does(document: Any) -> None:
    text = b"[[figures]]\nname = 'net-assets'\ncurrency = 'JPY'\namount = '-1'\nas_of = 2026-09-30\n"
    (figure,) = declarations_v1.read_by_hand(tomllib.loads(text.decode()), BY_HAND).figures
    assert figure.as_of == date(2026, 9, 30)


WRONG_BY_HAND: list[tuple[str, str, str]] = [
    ("[[key_holders]]\naccount = 'eip155:1:0x00'", "/key_holders/0", "entry 'entity' is missing"),
    ("[[keyHolders]]\n", "/", "unknown member 'keyHolders'"),
    ("entity = 'Exchange'", "/entity", "not a table"),
    ("[[venues]]\naccount = 'x'\nvenue = 'other.example'", "/venues/0/account", "not a CAIP-2"),
    ("[[money]]\ncurrency='JPY'\nowed=5\nheld='1'\nholder='b'\nkind='trust'", "/money/0/owed", "not text"),
    ("[[money]]\ncurrency='JPY'\nowed=0.5\nheld='1'\nholder='b'\nkind='trust'", "/money/0/owed", "not text"),
    ("[[figures]]\nname='n'\ncurrency='JPY'\namount='1'\nas_of=2026-09-30T00:00:00Z", "/figures/0/as_of", "not text"),
    ("[[figures]]\nname='n'\ncurrency='JPY'\namount='1'\nas_of=10:00:00", "/figures/0/as_of", "not text"),
    ("[checklists.deed]\nitem = 1", "/checklists/deed/item", "neither true nor false"),
    ("[checklists]\ndeed = true", "/checklists/deed", "not an object"),
    ("venues = {}", "/venues", "not a list"),
    ("comment = ''", "/", "unknown member 'comment'"),
]


@pytest.mark.parametrize(("text", "place", "reason"), WRONG_BY_HAND)
def test_a_slip_of_the_hand_is_refused_at_its_entry(text: str, place: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        declarations_v1.read_by_hand(tomllib.loads(text), BY_HAND)
    assert caught.value.place == place


@pytest.mark.parametrize("version", ["v2", "v0", "v1x"])
def test_t70_another_version_is_named(document: Any, version: str) -> None:
    document["mediaType"] = f"application/vnd.por.declarations.{version}+json"
    with pytest.raises(UnsupportedVersionError, match="is not read by this release"):
        declarations_v1.read(canonical(document))


def test_t84_the_limits_are_these(document: Any) -> None:
    assert (declarations_v1.MAX_BYTES, declared_tables.MAX_ROWS, declared_tables.MAX_NAMES) == (4 * 2**20, 20_000, 1024)
    with pytest.raises(FormatError, match="at most 4194304 are read"):
        declarations_v1.read(b" " * (declarations_v1.MAX_BYTES + 1))


def test_t84_years_of_days_are_read_in_good_time(document: Any) -> None:
    rows = [{"day": date.fromordinal(738_000 + i).isoformat(), "owed": "1", "held": "1"} for i in range(20_000)]
    declared = declarations_v1.read(canonical(put(document, "/series/0/days", rows)))
    assert len(declared.series[0].days) == 20_000
    more = [*rows, {"day": "2099-01-01", "owed": "1", "held": "1"}]
    with pytest.raises(FormatError, match="20001 items"):
        declarations_v1.read(canonical(put(document, "/series/0/days", more)))


@given(data=st.data())
def test_t84_t93_nothing_written_by_hand_breaks_the_reader(data: st.DataObject) -> None:
    document = by_hand(pages.document("declarations.md", "declarations.json"))
    junk: st.SearchStrategy[object] = st.sampled_from(
        [None, True, -1, 10**400, 0.5, float("nan"), "", "\x1b[2J", "\u202e", [], {}, [[]], date.min]
    )
    value = put(document, data.draw(st.sampled_from(places(document))), None)
    spoiled = spoil(value, data.draw(junk))
    refusal = ""
    try:
        declarations_v1.read_by_hand(spoiled, BY_HAND)
    except FormatError as error:
        refusal = str(error)
    assert printable(refusal) == refusal


def spoil(value: Any, junk: object) -> Any:
    """Put junk where there is None."""
    if isinstance(value, dict):
        return {name: spoil(item, junk) for name, item in value.items()}
    if isinstance(value, list):
        return [spoil(item, junk) for item in value]
    return junk if value is None else value


@pytest.mark.parametrize("amount", [Fraction(1, 3), Fraction(1, 10**37), Fraction(-1)])
def test_an_amount_without_exact_text_is_never_written(amount: Fraction) -> None:
    money = nouns.Money("JPY", amount, Fraction(0), "Trust Bank", "trust")
    with pytest.raises(FormatError, match="not a number that an exact decimal"):
        declarations_v1.write(Declarations(money=(money,)))


def test_names_are_spelled_alike_in_both() -> None:
    assert [CANONICAL.member(name) for name in DECLARED.fields][:3] == ["entity", "documents", "keyHolders"]
    assert [BY_HAND.member(name) for name in DECLARED.fields][:3] == ["entity", "documents", "key_holders"]
