"""Read the declarations that an issuer writes by hand, TOML with files beside it, and make the document of a bundle.

A document is named by `file` and hashed; unless it has `withhold = true` it goes into the bundle. A series may have its
days in a CSV of `day,owed,held`. Files are found from the folder of the TOML.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from por.checks.evidence import load_document, read_document, read_text
from por.encoding import declarations_v1, toml
from por.encoding.bundle_v1 import MAX_DOCUMENT_BYTES
from por.encoding.csv_rows import table_rows
from por.encoding.declared_fields import Spelling
from por.encoding.digests import digest_of
from por.encoding.reader import Reader
from por.errors import FormatError
from por.issuer.accounts import written_account
from por.issuer.assets import AssetTable
from por.model import AssetId, ChainAccount
from por.model.amounts import decimal_text, parse_decimal
from por.model.declarations import Declarations

COLUMNS = ["day", "owed", "held"]


@dataclass(frozen=True, slots=True)
class WrittenDeclarations:
    """Hold the canonical document, what it says, and the third parties' documents that are published with it."""

    document: bytes
    said: Declarations
    published: tuple[bytes, ...]


def read_declarations(path: Path, table: AssetTable, accounts: frozenset[ChainAccount]) -> WrittenDeclarations:
    """Read the TOML file and all files that it names; `accounts` are those that the issuer lists.

    Raises: FormatError naming the file and the entry, or the line of a CSV; also for a key holder of another account.
    """
    value = load_document(path, toml.MAX_BYTES, toml.load)
    with _inside(path):
        named = list(_named_files(value, "documents", "digest"))
        withheld = [_withheld(row, place) for row, place, _ in named]
        days = list(_named_files(value, "series", "days"))
    contents = [_add_digest(row, path.parent / name) for row, _, name in named]
    for row, _, name in days:
        row["days"] = list(_days(path.parent / name))
    by_hand = Spelling(by_hand=True, asset=lambda text: _asset(text, table), account=written_account)
    with _inside(path):
        said = declarations_v1.read_by_hand(value, by_hand)
        _require_listed(said, accounts)
        document = declarations_v1.write(said)
        declarations_v1.read(document)
    published = tuple(data for data, kept in zip(contents, withheld, strict=True) if not kept)
    return WrittenDeclarations(document, said, published)


@contextmanager
def _inside(path: Path) -> Iterator[None]:
    try:
        yield
    except FormatError as error:
        raise error.within(f"{path}:") from error


def _asset(text: str, table: AssetTable) -> AssetId:
    return AssetId.parse(text) if "/" in text else table.resolve(text).asset


def _named_files(value: object, name: str, instead_of: str) -> Iterator[tuple[dict[str, object], str, str]]:
    """Yield the rows of a list that name a `file`, which is taken out of them, with the row's place."""
    listed = value.get(name) if isinstance(value, dict) else None
    for i, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict) and "file" in row:
            place = f"/{name}/{i}"
            file = Reader(row.pop("file"), f"{place}/file")
            if instead_of in row:
                raise file.fail(f"file stands for {instead_of}: give one of them")
            if not file.text():
                raise file.fail("no file is named")
            yield row, place, file.text()


def _withheld(row: dict[str, object], place: str) -> bool:
    value = row.pop("withhold", False)
    if not isinstance(value, bool):
        raise FormatError("neither true nor false", f"{place}/withhold")
    return value


def _add_digest(row: dict[str, object], path: Path) -> bytes:
    data = read_document(path, MAX_DOCUMENT_BYTES)
    if not data:
        raise FormatError("an empty file", str(path))
    row["digest"] = str(digest_of(data))
    return data


def _require_listed(said: Declarations, accounts: frozenset[ChainAccount]) -> None:
    for i, row in enumerate(said.key_holders):
        if row.account not in accounts:
            raise FormatError(f"{row.account} is not in the list of accounts", f"/key_holders/{i}/account")


def _days(path: Path) -> Iterator[dict[str, object]]:
    before = ""
    for place, (day, owed, held) in table_rows(read_text(path, declarations_v1.MAX_BYTES), COLUMNS, str(path)):
        Reader(day, f"{place} column day").day()
        if day <= before:
            raise FormatError(f"{day} does not come after {before}", f"{place} column day")
        before = day
        yield {"day": day, "owed": _amount(owed, f"{place} column owed"), "held": _amount(held, f"{place} column held")}


def _amount(text: str, place: str) -> str:
    """Write an amount as the document has it, without the zeros that a spreadsheet puts behind the point."""
    short = text.rstrip("0").removesuffix(".") if "." in text[:-1] else text
    return decimal_text(Reader(short, place).parse(parse_decimal))
