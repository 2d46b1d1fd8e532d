"""Make text from documents harmless in markup and in spreadsheets."""

import re

from por.model import printable

# XML 1.0 has no way to say these, and a parser refuses the whole document for one.
_NO_XML = re.compile("[\ufffe\uffff]")
_FORMULA = re.compile("[=+\\-@\uff0b\uff0d\uff1d\uff20\u2212]")


def harmless(text: str) -> str:
    """Return text without control, bidirectional and invisible characters, or any that XML cannot hold (T93)."""
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", printable(text))


def cell(text: str) -> str:
    """Return text as a spreadsheet's cell that no program takes for a formula (T94).

    An apostrophe is put before what begins, after any spaces, with = + - @ or their full-width forms; tabs and
    carriage returns are written as escapes.
    """
    plain = harmless(text)
    return f"'{plain}" if _FORMULA.match(plain.lstrip()) else plain
