"""Read records that some exchanges let their customers type into a tool: an id, amounts and a path, each as text.

`por` takes them as JSON, as the tools' command lines name the parts: one object, or `{root, records: [...]}`.
"""

from collections.abc import Iterator, Mapping

from por.formats.document import Document, is_items, is_members
from por.formats.fields import hash_text, members_at, objects_at, text_at

MAX_RECORDS = 100_000

Record = tuple[Mapping[str, object], str]


def first_record(document: Document) -> Mapping[str, object]:
    """Return the first record's members, or none where the document has another form."""
    listed = document.members.get("records")
    if not is_items(listed):
        return document.members
    return listed[0] if listed and is_members(listed[0]) else {}


def records(document: Document) -> Iterator[Record]:
    """Iterate over the records with their places. Raises: FormatError."""
    if "records" in document.members:
        yield from objects_at(document.members["records"], "/records", MAX_RECORDS)
    else:
        yield members_at(document.json, ""), ""


def stated_root(document: Document) -> str | None:
    """Return the root that stands beside the records, or None. Raises: FormatError, EvidenceError."""
    return hash_text(text_at(document.members, "root", ""), "/root", 64) if "root" in document.members else None


def parts(text: str) -> list[str]:
    """Split a path at its commas."""
    return text.split(",") if text else []
