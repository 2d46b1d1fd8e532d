"""Write account ids as the issuer committed to them.

The rule, in this order: NFC; under the case rule `lower`, every character's lower-case mapping (`str.lower`, which is
Unicode's full mapping, final sigma included and no language's special cases) and NFC again; UTF-8. It is idempotent.
Characters that this Python's Unicode tables do not know are refused: a later table may lower or compose them, and the
same id would have two forms.
"""

import unicodedata

from por.errors import FormatError
from por.model import CaseRule, plain_text

MAX_BYTES = 255

# NFC makes at most four characters into one of three bytes, so no id that fits is refused before it is composed.
_MAX_CHARACTERS = 4 * MAX_BYTES


def account_id_bytes(text: str, rule: CaseRule) -> bytes:
    """Return the 1 to 255 bytes of an account id.

    Raises: FormatError for an empty id or one that is too long, white space around it, or characters that mislead a
    reader or that this release does not know.
    """
    normal = unicodedata.normalize("NFC", _known(plain_text(text, _MAX_CHARACTERS)))
    if rule is CaseRule.LOWER:
        normal = unicodedata.normalize("NFC", normal.lower())
    if normal != normal.strip():
        raise FormatError("white space before or after the account id; take it away")
    data = normal.encode()
    if not data:
        raise FormatError("the account id is empty")
    if len(data) > MAX_BYTES:
        raise FormatError(f"an account id of {len(data)} bytes; at most {MAX_BYTES} are allowed")
    return data


def _known(text: str) -> str:
    if not text.isprintable():  # whatever is unassigned is not printable, so common text is not searched
        unknown = next((c for c in text if unicodedata.category(c) == "Cn"), None)
        if unknown is not None:
            raise FormatError(f"character U+{ord(unknown):04X} is not in Unicode {unicodedata.unidata_version}")
    return text
