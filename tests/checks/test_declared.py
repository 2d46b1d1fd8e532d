"""What an issuer declares is read once, and its file and documents are part of a whole snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from por.checks import snapshot
from por.checks.declared import declared_of
from por.checks.observation import Broken, Missing, Seen
from por.encoding import declarations_v1, media_types
from por.encoding.digests import digest_of
from por.model import Bundle, Digest
from por.model.declarations import Declarations, Document, Topic
from tests.checks.scenery import Files, bundle, examined, files, one, open_in, used

DEED = b"%PDF-1.7 a deed, \x00 in no form of ours"
ROW = Document("trust deed", digest_of(DEED), "Trust Bank", date(2026, 10, 31), (Topic.MONEY,))
DECLARED = Declarations(documents=(ROW,))
WRITTEN = declarations_v1.write(DECLARED)


def declaring(
    have: Files,
    document: bytes = WRITTEN,
    *,
    more: dict[bytes, str] | None = None,
    kind: str = media_types.DECLARATIONS,
) -> Bundle:
    """Let the honest bundle name declarations, and list them with more files."""
    digest = have.add(document, kind)
    extra = [have.add(data, media_type) for data, media_type in (more or {}).items()]
    rows = tuple(have.entries[name] for name in sorted({*used(bundle()), digest, *extra}))
    return bundle(declarations=digest, evidence=rows)


def test_a_bundle_that_names_none_has_none(tmp_path: Path) -> None:
    assert declared_of(open_in(tmp_path)) is None
    assert examined(tmp_path / "again").declared is None


def test_declarations_are_read(tmp_path: Path) -> None:
    have = files()
    made = declaring(have)
    assert examined(tmp_path, made, have).declared == Seen(DECLARED)


def test_t42_other_declarations_than_the_bundle_names_are_refused(tmp_path: Path) -> None:
    have = files()
    made = declaring(have)
    assert made.declarations is not None
    have.data[made.declarations] = declarations_v1.write(Declarations())
    found = examined(tmp_path, made, have)
    assert isinstance(found.declared, Missing)
    assert [row.message for row in snapshot.complete(found)] == ["evidence.broken"]


def test_t68_declarations_that_are_not_there_are_missing_and_undecided(tmp_path: Path) -> None:
    have = files()
    made = declaring(have, more={DEED: media_types.DOCUMENT})
    assert made.declarations is not None
    del have.data[made.declarations]
    found = examined(tmp_path, made, have)
    assert isinstance(found.declared, Missing)
    finding = one(snapshot.complete(found))
    assert (finding.outcome, finding.message, finding.subject) == (
        "INCONCLUSIVE",
        "evidence.missing",
        str(made.declarations),
    )


def test_t42_declarations_that_are_not_listed_are_broken(tmp_path: Path) -> None:
    have = files()
    made = replace(declaring(have), evidence=bundle().evidence)
    found = examined(tmp_path, made, have)
    assert isinstance(found.declared, Broken)
    finding = one(snapshot.complete(found))
    assert (finding.outcome, finding.message) == ("FAIL", "snapshot.complete.unlisted")


@pytest.mark.parametrize("document", [b"{}", b"[]", WRITTEN + b"\n", WRITTEN.replace(b"v1", b"v2"), b"\xff", DEED])
def test_t86_declarations_that_break_their_form_fail_though_no_rulebook_asks(tmp_path: Path, document: bytes) -> None:
    have = files()
    made = declaring(have, document)
    found = examined(tmp_path, made, have)
    assert isinstance(found.declared, Broken)
    finding = one(snapshot.complete(found))
    assert (finding.outcome, finding.message, finding.subject) == ("FAIL", "evidence.broken", str(made.declarations))


def test_t42_declarations_of_another_type_fail_once(tmp_path: Path) -> None:
    have = files()
    found = examined(tmp_path, declaring(have, kind=media_types.DOCUMENT), have)
    assert isinstance(found.declared, Broken)
    finding = one(snapshot.complete(found))
    assert (finding.message, finding.actual) == ("snapshot.complete.misplaced", media_types.DOCUMENT)


@pytest.mark.parametrize("listed", [True, False])
def test_a_document_may_be_listed_and_need_not_be(tmp_path: Path, listed: bool) -> None:
    have = files()
    made = declaring(have, more={DEED: media_types.DOCUMENT} if listed else None)
    finding = one(snapshot.complete(examined(tmp_path, made, have)))
    assert (finding.outcome, finding.message) == ("PASS", "snapshot.complete.whole")
    assert finding.facts["files"] == str(len(bundle().evidence) + 1 + listed)


def test_t42_a_listed_document_is_that_document(tmp_path: Path) -> None:
    have = files()
    made = declaring(have, more={DEED: media_types.DOCUMENT})
    have.data[ROW.digest] = DEED.replace(b"deed", b"dead")
    finding = one(snapshot.complete(examined(tmp_path, made, have)))
    assert (finding.outcome, finding.message, finding.subject) == ("FAIL", "evidence.broken", str(ROW.digest))


def test_t42_a_document_that_nothing_names_is_unused(tmp_path: Path) -> None:
    have = files()
    made = declaring(have, more={b"another": media_types.DOCUMENT})
    finding = one(snapshot.complete(examined(tmp_path, made, have)))
    assert (finding.outcome, finding.message) == ("FAIL", "snapshot.complete.unused")
    assert finding.subject == str(digest_of(b"another"))


def test_t42_a_document_without_declarations_is_unused(tmp_path: Path) -> None:
    have = files()
    made = replace(declaring(have, more={DEED: media_types.DOCUMENT}), declarations=None)
    found = snapshot.complete(examined(tmp_path, made, have))
    assert {row.message for row in found} == {"snapshot.complete.unused"}


def test_t42_a_document_is_listed_as_a_document(tmp_path: Path) -> None:
    have = files()
    made = declaring(have, more={DEED: media_types.EVM_CODE})
    finding = one(snapshot.complete(examined(tmp_path, made, have)))
    assert (finding.message, finding.subject) == ("snapshot.complete.misplaced", str(ROW.digest))


def test_t88_no_name_of_a_document_is_a_path(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(DEED)
    have = files()
    rows = (replace(ROW, name="../../outside", digest=Digest(bytes(32))),)
    made = declaring(have, declarations_v1.write(Declarations(documents=rows)))
    assert one(snapshot.complete(examined(tmp_path / "bundle", made, have))).outcome == "PASS"
