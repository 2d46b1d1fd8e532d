"""Read what a policy brings for rulebooks, its entry `[law]` (`por/spec/policy.md`)."""

import re
from typing import cast

from por.encoding import toml
from por.encoding.declared_fields import Spelling, rows
from por.encoding.declared_tables import PRICE
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model import AssetId, ChainAccount, Grade, LawTrust
from por.model.declarations import Price

_BY_HAND = Spelling(by_hand=True, asset=AssetId.parse, account=ChainAccount.parse)
_PRICES = rows(PRICE, toml.MAX_ROWS)
_GRADES = {grade.text: grade for grade in Grade}
_RULE = re.compile(r"[a-z][a-z0-9-]{1,40}/[A-Z][A-Z0-9]{0,11}(?:-[A-Z0-9]{1,12}){1,4}", re.ASCII)


def read_law(reader: Reader) -> LawTrust:
    """Read the table. Raises: FormatError, also for a second price of one asset, currency and instant."""
    entry = toml.table(reader.value, reader.place, (), ("rulebooks", "documents", "registered", "price", "grade"))
    return LawTrust(
        rulebooks=_names(entry["rulebooks"]),
        documents=frozenset(item.digest() for item in toml.rows(entry["documents"])),
        registered=frozenset(_names(entry["registered"])),
        prices=cast(tuple[Price, ...], _PRICES.read(entry["price"], _BY_HAND)),
        grade=entry["grade"].optional(lambda item: item.parse(_grade)) or LawTrust().grade,
    )


def law_value(law: LawTrust) -> dict[str, object]:
    """Write all of it as a JSON value."""
    return {
        "rulebooks": sorted(law.rulebooks),
        "documents": sorted(map(str, law.documents)),
        "registered": sorted(law.registered),
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


def _grade(text: str) -> Grade:
    if text not in _GRADES:
        raise FormatError(f"none of the grades {', '.join(_GRADES)}")
    return _GRADES[text]
