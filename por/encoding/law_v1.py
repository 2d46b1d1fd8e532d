"""Read what a policy brings for rulebooks, its entry `[law]` (`por/spec/policy.md`)."""

import re
from dataclasses import replace
from typing import cast

from por.encoding import toml
from por.encoding.declared_fields import (
    DAY,
    DIGEST,
    Spelling,
    Table,
    integer,
    name,
    optional,
    plain,
    rows,
    several,
    spare,
)
from por.encoding.declared_tables import PRICE
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import AssetId, ChainAccount, Grade, KnownDocument, LawTrust, Registration, RegistrationKind
from por.model.declarations import Price, Topic

_BY_HAND = Spelling(by_hand=True, asset=AssetId.parse, account=ChainAccount.parse)
_PRICES = rows(PRICE, toml.MAX_ROWS)
_REGISTRATION = Table(
    Registration,
    {"number": name(), "name": name(), "kind": plain(lambda reader: reader.choice(RegistrationKind))},
    lambda row: (f"the {row.kind} {row.number}",),
)
_REGISTRATIONS = rows(_REGISTRATION, toml.MAX_ROWS)
_MAX_AGE_DAYS = 3_660
_DOCUMENT = Table(
    KnownDocument,
    {
        "digest": DIGEST,
        "covers": replace(several(plain(lambda reader: reader.choice(Topic)), len(Topic)), spare=False),
        "dated": optional(DAY),
        "max_age_days": spare(integer(0, _MAX_AGE_DAYS), 366),
    },
    lambda row: (str(row.digest),),
    lambda row: "" if row.covers and len({*row.covers}) == len(row.covers) else "covers names no topic, or one twice",
)
_DOCUMENTS = rows(_DOCUMENT, toml.MAX_ROWS)
_GRADES = {grade.text: grade for grade in Grade}
_RULE = re.compile(r"[a-z][a-z0-9-]{1,40}/[A-Z][A-Z0-9]{0,11}(?:-[A-Z0-9]{1,12}){1,4}", re.ASCII)


def read_law(reader: Reader) -> LawTrust:
    """Read the table. Raises: FormatError, also for a second price of one asset, currency and instant."""
    names = ("rulebooks", "document", "documents", "registered", "price", "grade")
    entry = toml.table(reader.value, reader.place, (), names)
    if entry["documents"].value is not None:
        raise entry["documents"].fail("write [[law.document]] with digest and covers, what you read in the document")
    return LawTrust(
        rulebooks=_names(entry["rulebooks"]),
        documents=cast(tuple[KnownDocument, ...], _DOCUMENTS.read(entry["document"], _BY_HAND)),
        registered=_registered(entry["registered"]),
        prices=cast(tuple[Price, ...], _PRICES.read(entry["price"], _BY_HAND)),
        grade=entry["grade"].optional(lambda item: item.parse(_grade)) or LawTrust().grade,
    )


def law_value(law: LawTrust) -> dict[str, object]:
    """Write all of it as a JSON value."""
    return {
        "rulebooks": sorted(law.rulebooks),
        "documents": [
            _DOCUMENT.write(replace(row, covers=tuple(sorted(row.covers))))
            for row in sorted(law.documents, key=lambda row: str(row.digest))
        ],
        "registered": [_REGISTRATION.write(row) for row in sorted(law.registered)],
        "prices": [PRICE.write(price) for price in sorted(law.prices, key=_order)],
        "grade": law.grade.text,
    }


def rule_id(text: str) -> str:
    """Read the name of a rule of a rulebook. Raises: FormatError."""
    if not _RULE.fullmatch(text):
        raise FormatError("not a rule such as jp-exchange/JP-SEG-01")
    return text


def _order(price: Price) -> tuple[str, str, str]:
    return str(price.asset), price.currency, str(price.at)


def _names(reader: Reader) -> tuple[str, ...]:
    found = []
    for item in toml.rows(reader):
        text = item.text(256)
        if not text or text != text.strip() or text in found:
            raise item.fail("empty, with blanks around it, or named twice")
        found.append(text)
    return tuple(found)


def _registered(reader: Reader) -> frozenset[Registration]:
    for item in toml.rows(reader):
        if isinstance(item.value, str):
            raise item.fail("a number alone; write [[law.registered]] with number, name and kind")
    return frozenset(cast(tuple[Registration, ...], _REGISTRATIONS.read(reader, _BY_HAND)))


def _grade(text: str) -> Grade:
    if text not in _GRADES:
        raise FormatError(f"none of the grades {', '.join(_GRADES)}")
    return _GRADES[text]
