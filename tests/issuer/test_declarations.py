"""Declarations written by hand: the how-to's example, and every slip of the hand by its entry or line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from por.checks.rulebooks import load_rulebook
from por.encoding import bundle_v1, declarations_v1
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.issuer.declarations import WrittenDeclarations, read_declarations
from por.model import ChainAccount, Digest
from tests.issuer.test_spec import blocks

PAGE = blocks("howto/declare-for-rules.md")
ACCOUNT = ChainAccount.parse("eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
TRUSTEE, AUDIT = b"%PDF-1.7 trustee", b"%PDF-1.7 audit"
DOCUMENT = '[[documents]]\nname = "a"\nissued_by = "b"\ndated = 2026-10-31\n'
SERIES = '[[series]]\nname = "trust:JPY"\nfile = "days.csv"\n'
HEAD = "day,owed,held\n"


def written(folder: Path, text: str, *, days: str | None = None) -> Path:
    (folder / "trustee.pdf").write_bytes(TRUSTEE)
    (folder / "audit.pdf").write_bytes(AUDIT)
    if days is not None:
        (folder / "days.csv").write_text(days)
    path = folder / "declarations.toml"
    path.write_text(text)
    return path


def load(path: Path, *accounts: ChainAccount) -> WrittenDeclarations:
    return read_declarations(path, AssetTable.load(), frozenset(accounts))


@pytest.fixture
def example(tmp_path: Path) -> WrittenDeclarations:
    (tmp_path / "trust-jpy.csv").write_text(PAGE["csv trust-jpy.csv"])
    return load(written(tmp_path, PAGE["toml declarations.toml"]), ACCOUNT)


def test_the_how_tos_example_is_read(example: WrittenDeclarations) -> None:
    said = example.said
    assert declarations_v1.read(example.document) == said
    assert [row.digest for row in said.documents] == [digest_of(TRUSTEE), digest_of(AUDIT)]
    assert example.published == (TRUSTEE,), "what is withheld is named, and not published"
    assert [str(row.asset) for row in said.prices] == ["eip155:1/slip44:60"]
    assert said.key_holders[0].account == ACCOUNT
    assert [(row.day, row.held) for row in said.series[0].days] == [
        (date(2026, 10, 29), Fraction(1_500_000_000)),
        (date(2026, 10, 30), Fraction(1_512_000_000)),
    ]


def test_the_how_to_uses_the_names_that_the_rulebook_looks_at(example: WrittenDeclarations) -> None:
    book = load_rulebook("jp-exchange")
    asked = {str(value) for rule in book.rules for value in rule.parameters.values()}
    lists = {str(rule.parameters["list"]): rule.parameters["items"] for rule in book.rules if "list" in rule.parameters}
    said = example.said
    assert {row.kind for row in said.assurance} | {row.kind for row in said.filings} <= asked
    assert all(any(row.name in text for text in asked) for row in said.figures)
    assert all(set(items) <= set(lists[name]) for name, items in said.checklists.items())  # type: ignore[call-overload]


def test_nothing_is_declared_by_an_empty_file(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")).published == ()


def test_a_document_may_be_named_by_its_digest_alone(tmp_path: Path) -> None:
    found = load(written(tmp_path, DOCUMENT + f'digest = "{Digest(bytes(32))}"\n'))
    assert (found.said.documents[0].digest, found.published) == (Digest(bytes(32)), ())


def test_years_of_days_need_no_toml(tmp_path: Path) -> None:
    days = [date.fromordinal(730_000 + i).isoformat() for i in range(4000)]
    path = written(tmp_path, SERIES, days=HEAD + "".join(f"{day},1.50,2.00\r\n" for day in days))
    (series,) = load(path).said.series
    assert len(series.days) == 4000
    assert series.days[0].owed == Fraction(3, 2)


WRONG: list[tuple[str, str, str]] = [
    ("[[documents", "declarations.toml", "not TOML"),
    ("comment = 1", "declarations.toml:/", "unknown member 'comment'"),
    ("documents = 1", "declarations.toml:/documents", "not a list"),
    ("documents = [1]", "declarations.toml:/documents/0", "not a table"),
    (DOCUMENT, "declarations.toml:/documents/0", "entry 'digest' is missing"),
    (DOCUMENT + 'file = ""', "declarations.toml:/documents/0/file", "no file is named"),
    (DOCUMENT + "file = 1", "declarations.toml:/documents/0/file", "not text"),
    (DOCUMENT + 'file = "\\u0000"', "declarations.toml:/documents/0/file", "U\\+0000"),
    (DOCUMENT + 'file = "trustee.pdf"\nwithhold = "yes"', "declarations.toml:/documents/0/withhold", "neither true"),
    (DOCUMENT + f'file = "trustee.pdf"\ndigest = "{Digest(bytes(32))}"', "documents/0/file", "give one of them"),
    (DOCUMENT + f'withhold = true\ndigest = "{Digest(bytes(32))}"', "/documents/0", "unknown member 'withhold'"),
    (DOCUMENT + 'file = "other.pdf"', "other.pdf", "cannot be read: No such file"),
    (DOCUMENT + 'file = "."', "", "not a regular file"),
    (DOCUMENT + 'file = "empty"', "empty", "an empty file"),
    (DOCUMENT + 'file = "trustee.pdf"\n' + DOCUMENT + 'file = "trustee.pdf"', "/documents/1", "stands above already"),
    (SERIES + "days = []", "declarations.toml:/series/0/file", "file stands for days"),
    (SERIES.replace("days.csv", "other.csv"), "other.csv", "cannot be read"),
    ('[[prices]]\nasset = "WIBBLE"\ncurrency = "JPY"\nprice = "1"\nsource = "s"\nat = "2026-11-01T00:00:00Z"',
     "declarations.toml:/prices/0/asset", "not in the table of assets"),
    ('[[venues]]\naccount = "eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed"\nvenue = "v"',
     "declarations.toml:/venues/0/account", "checksum"),
    (f'[[key_holders]]\naccount = "{ACCOUNT}"\nentity = "e"\njurisdiction = "JP"\nsigners = 1',
     "declarations.toml:/key_holders/0/account", "not in the list of accounts"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "reason"), WRONG)
def test_a_slip_is_named_by_file_and_entry(tmp_path: Path, text: str, place: str, reason: str) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(FormatError, match=reason) as caught:
        load(written(tmp_path, text))
    assert caught.value.place.startswith(str(tmp_path))
    assert caught.value.place.count(str(tmp_path)) == 1
    assert caught.value.place.endswith(place)


WRONG_DAYS: list[tuple[str, str, str]] = [
    ("", ":1", "first line must be exactly day,owed,held"),
    ("day;owed;held\n", ":1", "first line must be exactly"),
    (HEAD + "2026-10-29,1\n", ":2", "2 fields; expected 3"),
    (HEAD + "2026-10-29,1,1\n2026-10-29,1,1\n", ":3 column day", "does not come after 2026-10-29"),
    (HEAD + "2026-10-29,1,1\n2026-10-28,1,1\n", ":3 column day", "does not come after"),
    (HEAD + "29.10.2026,1,1\n", ":2 column day", "not a day"),
    (HEAD + "2026-02-30,1,1\n", ":2 column day", "no such day"),
    (HEAD + "2026-10-29,-1,1\n", ":2 column owed", "not an exact decimal"),
    (HEAD + "2026-10-29,1,5.\n", ":2 column held", "not an exact decimal"),
    (HEAD + "2026-10-29,1,\n", ":2 column held", "not an exact decimal"),
    (HEAD + '2026-10-29,1,"1,5"\n', ":2 column held", "not an exact decimal"),
    (HEAD + "2026-10-29,1,1e5\n", ":2 column held", "not an exact decimal"),
    (HEAD + "2026-10-29,0.00,\uff11\n", ":2 column held", "not an exact decimal"),
    (HEAD + "\n", ":2", "an empty line"),
]


@pytest.mark.parametrize(("days", "place", "reason"), WRONG_DAYS)
def test_a_slip_in_a_series_is_named_by_line(tmp_path: Path, days: str, place: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        load(written(tmp_path, SERIES, days=days))
    assert caught.value.place == f"{tmp_path / 'days.csv'}{place}"


def test_t84_a_document_has_a_limit(tmp_path: Path) -> None:
    path = written(tmp_path, DOCUMENT + 'file = "big"\n')
    with (tmp_path / "big").open("wb") as file:
        file.truncate(bundle_v1.MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(FormatError, match="at most 16777216 bytes"):
        load(path)


def test_t84_more_than_a_bundle_takes_is_refused_before_it_is_signed(tmp_path: Path) -> None:
    days = "".join(f"{date.fromordinal(700_000 + i)},{'9' * 39},{'9' * 39}\n" for i in range(20_000))
    again = SERIES.replace("trust:JPY", "coins")
    with pytest.raises(FormatError, match="at most 4194304 are read"):
        load(written(tmp_path, SERIES + again, days=HEAD + days))
