"""What declarations.md shows is what the code reads and writes."""

from __future__ import annotations

from typing import Any

from por.encoding import bundle_v1, declarations_v1, media_types
from por.encoding.declared_fields import CANONICAL
from por.encoding.declared_tables import DECLARED, MAX_NAMES, MAX_ROWS
from por.encoding.digests import digest_of
from por.model.declarations import Topic
from tests import pages

PAGE = "declarations.md"
TEXT = pages.text(PAGE)
DATA = pages.document_bytes(PAGE, "declarations.json")


def members(value: Any) -> set[str]:
    """Name all members, but those that the issuer names."""
    if isinstance(value, dict):
        inner = [item for name, item in value.items() if name != "checklists"]
        return set(value).union(*map(members, inner))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


def test_the_example_leaves_nothing_out_and_says_its_size() -> None:
    declared = declarations_v1.read(DATA)
    assert all(getattr(declared, name) for name in DECLARED.fields)
    assert f"{len(DATA)} bytes in one line" in TEXT


def test_the_tables_name_every_member_and_no_other() -> None:
    shown = members(pages.document(PAGE, "declarations.json"))
    assert pages.named_in_tables(PAGE, "The document") <= shown
    assert all(f"`{name}`" in TEXT for name in shown)


def test_the_page_has_the_codecs_limits_and_topics() -> None:
    assert declarations_v1.MAX_BYTES == 4 * 2**20
    assert f"at most {MAX_ROWS:,}" in TEXT
    assert f"at most {MAX_NAMES} items" in TEXT
    told = TEXT.split("| `covers` |")[1].split("\n")[0]
    for topic in Topic:
        assert topic in {CANONICAL.member(name) for name in DECLARED.fields} or f"`{topic}`" in told


def test_the_bundles_example_names_these_declarations() -> None:
    bundle = bundle_v1.read(pages.document_bytes("bundle.md", "bundle.json"))
    (entry,) = (row for row in bundle.evidence if row.media_type == media_types.DECLARATIONS)
    assert bundle.declarations == digest_of(DATA) == entry.digest
    assert entry.size == len(DATA)
