"""An exceptions register: read strictly, joined by ref, carried on, and without any say in an outcome."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import remarks_v1
from por.errors import FormatError
from por.model import Instant, Outcome
from por.model.remark import Observer, Register, RemarkStatus
from por.report.papers import entries
from por.report.register import by_ref, carried_ref, closed
from tests.report import papers_scene as scene

WHOLE = f"""version = 1

[engagement]
engaging_party = "Exchange K.K."
practitioner = "A. Practitioner, CPA"
standard = "ISRS 4400 (Revised)"

[[recording]]
digest = "{scene.RECORDING}"
observer = "issuer"
made_by = "Example Ltd"

[[remark]]
ref = "reserves.control@{scene.HOT}"
text = "The signing ceremony is planned for the week after."
by = "A. Practitioner"
at = "2026-11-02T09:00:00Z"
status = "explained"
response = "We shall publish the proof."
"""


def test_a_register_is_read() -> None:
    register = remarks_v1.read(WHOLE.encode())
    assert register.engagement.practitioner == "A. Practitioner, CPA"
    assert register.engagement.independence == ""
    origin = register.origin(scene.RECORDING)
    assert origin is not None
    assert (origin.observer, origin.made_by) == (Observer.ISSUER, "Example Ltd")
    assert register.origin(scene.BOOK) is None
    (remark,) = register.remarks
    assert remark.status is RemarkStatus.EXPLAINED
    assert remark.at == Instant.parse("2026-11-02T09:00:00Z")


def test_an_empty_register_says_nothing() -> None:
    assert remarks_v1.read(b"version = 1\n") == Register()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("version = 1", "", "version"),
        ("version = 1", "version = 2", "version"),
        ("version = 1", 'version = "1"', "version"),
        ("version = 1", "version = 1\nauthor = 'x'", "author"),
        ('status = "explained"', 'status = "closed by us"', "status"),
        ('status = "explained"', "", "status"),
        ('observer = "issuer"', 'observer = "auditors"', "observer"),
        ('observer = "issuer"', "", "observer"),
        ('at = "2026-11-02T09:00:00Z"', 'at = "2026-11-02"', "at"),
        ('at = "2026-11-02T09:00:00Z"', "at = 2026-11-02T09:00:00Z", "at"),
        ("ref = ", "reff = ", "ref"),
        ('ref = "reserves.control@', 'ref = "reserves.control ', "ref"),
        ('by = "A. Practitioner"', 'by = ""\nby2 = ""', "by2"),
        ("The signing", "The \\u202esigning", "text"),
        ("The signing", "The \\u001b[31msigning", "text"),
        ("The signing", "x" * 5000, "text"),
        ("sha256:", "sha1:", "digest"),
        ("[engagement]", "[engagements]", "engagements"),
        ("[[remark]]", "[remark]", "remark"),
        ('response = "We', 'outcome = "PASS"\nresponse = "We', "outcome"),
    ],
)
def test_what_is_no_register_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        remarks_v1.read(WHOLE.replace(old, new, 1).encode())
    assert place in str(caught.value)


def test_one_recording_has_one_origin() -> None:
    head, tail = WHOLE.split("[[remark]]")
    twice = head + head[head.index("[[recording]]") :].replace("issuer", "auditor") + "[[remark]]" + tail
    with pytest.raises(FormatError, match="twice"):
        remarks_v1.read(twice.encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(FormatError):
        remarks_v1.read(data)


@given(st.data())
def test_any_change_of_one_byte_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(WHOLE.encode())
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FormatError):
        remarks_v1.read(bytes(whole))


# Joining.


def test_a_remark_stands_beside_the_finding_of_its_ref() -> None:
    rows = {row.finding.ref: row for row in entries(scene.papers())}
    assert [remark.by for remark in rows[f"reserves.control@{scene.HOT}"].remarks] == ["A. Practitioner"]
    assert rows[f"reserves.control@{scene.COLD}"].remarks == ()


def test_a_remark_on_a_whole_snapshot_is_carried_to_the_next() -> None:
    ref = f"publication.anchored@{scene.ISSUER}@{scene.AS_OF}"
    found = by_ref(scene.register(), scene.papers().verdict)
    assert [remark.ref for remark in found[ref]] == [f"publication.anchored@{scene.ISSUER}@2026-10-01T12:00:00Z"]


@pytest.mark.parametrize(
    "ref",
    [
        "publication.anchored@other.example@2026-10-01T12:00:00Z",
        f"publication.anchored@{scene.ISSUER}@2026-10-01",
        f"publication.anchored@{scene.ISSUER}@2026-10-01T12:00:00Zx",
        f"publication.identified@{scene.ISSUER}",
        "publication.anchored@",
        f"publication.anchored@{scene.ISSUER}@2026-10-01T12:00:00Z@2026-10-01T12:00:00Z",
    ],
)
def test_a_remark_on_something_else_is_not(ref: str) -> None:
    register = Register(remarks=(replace(scene.REMARKS[1], ref=ref),))
    assert by_ref(register, scene.papers().verdict) == {}
    assert closed(register, scene.papers().verdict) == register.remarks


def test_remarks_on_findings_that_are_gone_are_closed() -> None:
    gone = closed(scene.register(), scene.papers().verdict)
    assert [remark.ref for remark in gone] == ["reserves.control@eip155:1:0x" + "dd" * 20]


@given(st.text())
def test_any_ref_has_a_carried_form_that_stays(ref: str) -> None:
    assert carried_ref(carried_ref(ref)) == carried_ref(ref)


def test_no_remark_changes_an_outcome() -> None:
    """Also one that says it is closed, or accepted."""
    plain = scene.papers(register=Register())
    remarks = tuple(
        replace(scene.REMARKS[0], ref=finding.ref, status=status, text="PASS")
        for finding in scene.FINDINGS
        for status in RemarkStatus
    )
    remarked = scene.papers(register=Register(remarks=remarks))
    told = [(row.outcome, row.exception, row.standing) for row in entries(remarked)]
    assert told == [(row.outcome, row.exception, row.standing) for row in entries(plain)]
    assert remarked.digest == plain.digest
    assert plain.verdict.outcome is Outcome.FAIL
