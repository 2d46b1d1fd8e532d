"""Write account ids as the issuer committed to them."""

import unicodedata

from por.errors import FormatError
from por.model import CaseRule, plain_text

MAX_BYTES = 255


def account_id_bytes(text: str, rule: CaseRule) -> bytes:
    """Return the bytes of an account id: NFC; for the rule `lower` also `str.lower`, and NFC again; UTF-8.

    Raises: FormatError for an empty id, one beyond 255 bytes, outer white space, or misleading characters.
    """
    normal = unicodedata.normalize("NFC", plain_text(text, MAX_BYTES))
    if rule is CaseRule.LOWER:
        normal = unicodedata.normalize("NFC", normal.lower())
    if normal != normal.strip():
        raise FormatError("an account id with white space around it")
    data = normal.encode()
    if not 1 <= len(data) <= MAX_BYTES:
        raise FormatError(f"an account id of {len(data)} bytes; 1 to {MAX_BYTES} are allowed")
    return data
