"""Read an intermediary's list of the customers that it introduced (`por/spec/proof-store.md`).

It holds customers' account ids, as the issuer commits to them, and nothing of what they own.
"""

from por.encoding.csv_rows import table_rows
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import plain_text
from por.model.record import IntroducedCustomers

COLUMNS = ("account_id",)
MAX_BYTES = 2**28


def read(data: bytes) -> IntroducedCustomers:
    """Read the list. Raises: FormatError naming the line; also for an id that stands there twice, or for no id."""
    if len(data) > MAX_BYTES:
        raise FormatError(f"{len(data)} bytes; at most {MAX_BYTES} are read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8 at byte {error.start}") from error
    seen: dict[str, None] = {}
    for place, (account_id,) in table_rows(text, COLUMNS, "introduced.csv"):
        if not account_id or account_id in seen:
            raise FormatError("no account id" if not account_id else "this account id stands here twice", place)
        seen[plain_text(account_id, 255)] = None
    if not seen:
        raise FormatError("no account id in this list")
    return IntroducedCustomers(digest_of(data), tuple(seen))
