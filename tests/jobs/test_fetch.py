"""A bundle is fetched whole and by digest, or the run says what is missing; a server chooses no name and no size."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from por.chains.transport import Limits
from por.encoding import bundle_v1, media_types
from por.encoding.digests import digest_of
from por.errors import SourceError, UnavailableError
from por.jobs import fetch as module
from por.jobs import places
from por.jobs.fetch import fetch, open_fetched
from por.jobs.log import Log
from por.jobs.places import (
    DirectoryPlace,
    Offer,
    ServedPlace,
    UnreadableBundleError,
    newest_among,
    newest_at,
    newest_in,
    read_bundle,
    registered_at,
)
from por.model import Digest, EvidenceEntry
from por.simulator.exchange import Exchange
from tests.jobs.bundle_server import FAULTS, BundleServer
from tests.jobs.scene import published

IMPATIENT = Limits(connect_ms=500, read_ms=5_000, total_ms=10_000, attempts=2, pause_ms=10, max_pause_ms=20)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "DEFAULT_LIMITS", IMPATIENT)
    monkeypatch.setattr(places, "TOTAL_MS", 2000)


class Kept:
    """A log that is read back."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.log = Log(self.stream)

    @property
    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def copy(exchange: Exchange, tmp_path: Path) -> Path:
    """Copy the bundle, to be spoiled."""
    return Path(shutil.copytree(exchange.bundle, tmp_path / "copy"))


def files(directory: Path) -> dict[str, bytes]:
    found = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def test_a_bundle_in_a_directory_is_copied_whole(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    offer = newest_in(exchange.bundle)
    opened = fetch(offer, tmp_path, kept.log)
    assert opened.digest == offer.digest
    assert files(opened.directory) == files(exchange.bundle)
    assert [path.name for path in tmp_path.iterdir()] == [offer.digest.value.hex()]
    assert kept.events == []


def test_a_bundle_on_a_server_is_fetched_whole(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    with BundleServer(exchange.bundle) as server:
        offer = newest_at(server.url)
        opened = fetch(offer, tmp_path, kept.log)
        assert all(path.endswith("?key=s3cret-query") for path in server.asked)
        evidence = [f"/evidence/{entry.digest.value.hex()}" for entry in opened.bundle.evidence]
        assert sorted(server.names()) == sorted(["/bundle.json", "/bundle.note", *evidence])
    assert files(opened.directory) == files(exchange.bundle)


def test_a_registered_bundle_is_fetched_by_its_digest(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    digest = digest_of((exchange.bundle / "bundle.json").read_bytes())
    shutil.copytree(exchange.bundle, tmp_path / "shelf" / digest.value.hex())
    with BundleServer(tmp_path / "shelf") as server:
        offer = registered_at(server.url, digest)
        assert server.asked == []
        opened = fetch(offer, tmp_path / "bundles", kept.log)
        assert {name.split("/")[1] for name in server.names()} == {digest.value.hex()}
    assert opened.digest == digest
    assert "s3cret" not in repr(offer)


def test_t42_a_server_with_another_document_under_a_registered_digest_is_not_believed(
    exchange: Exchange, tmp_path: Path, kept: Kept
) -> None:
    digest = digest_of((exchange.bundle / "bundle.json").read_bytes())
    shutil.copytree(exchange.bundle, tmp_path / "shelf" / digest.value.hex())
    with (
        BundleServer(tmp_path / "shelf", fault="another document") as server,
        pytest.raises(UnreadableBundleError, match="another document"),
    ):
        fetch(registered_at(server.url, digest), tmp_path / "bundles", kept.log)
    assert not (tmp_path / "bundles" / digest.value.hex()).exists()


LEFT_OUT = {
    "evidence swapped": "evidence.other",
    "evidence withheld": "evidence.missing",
    "evidence too large": "evidence.other",
}


@pytest.mark.parametrize(("fault", "event"), LEFT_OUT.items())
def test_t42_evidence_that_is_another_file_is_left_out_and_told(
    exchange: Exchange, tmp_path: Path, kept: Kept, fault: str, event: str
) -> None:
    with BundleServer(exchange.bundle, fault=fault) as server:
        opened = fetch(newest_at(server.url), tmp_path, kept.log)
    assert kept.events == [event]
    missing = set(files(exchange.bundle)) - set(files(opened.directory))
    assert len(missing) == 1
    assert files(opened.directory).items() <= files(exchange.bundle).items()


def test_what_was_left_out_is_asked_for_again_and_nothing_else_is(
    exchange: Exchange, tmp_path: Path, kept: Kept
) -> None:
    with BundleServer(exchange.bundle, fault="evidence withheld") as server:
        first = fetch(newest_at(server.url), tmp_path, kept.log)
        server.fault, server.asked = "", []
        again = fetch(newest_at(server.url), tmp_path, kept.log)
        assert len([name for name in server.names() if "evidence" in name]) == 1
    assert first.directory == again.directory
    assert files(again.directory) == files(exchange.bundle)


def test_t85_t86_an_endless_file_is_cut_off(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    with BundleServer(exchange.bundle, fault="evidence without end") as server:
        opened = fetch(newest_at(server.url), tmp_path, kept.log)
        assert server.sent < 2**24 * len(opened.bundle.evidence)
    assert set(kept.events) == {"evidence.other"}
    assert not list((opened.directory / "evidence").iterdir())


def test_t85_an_endless_document_is_cut_off(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_v1, "MAX_BYTES", 2**20)
    with BundleServer(exchange.bundle, fault="document without end") as server:
        with pytest.raises(UnavailableError, match="more than 1048576 bytes"):
            newest_at(server.url)
        assert server.sent < 2**27


STOPPED = {
    "garbage": "cannot be read",
    "empty": "cannot be read",
    "dies in the midst": "HTTP 503",
    "not there": "HTTP 404",
    "forbidden": "HTTP 403",
    "redirect": "redirects are not followed",
    "note too large": "more than 65536 bytes",
}


@pytest.mark.parametrize(("fault", "reason"), STOPPED.items())
def test_t84_t95_a_server_that_serves_no_bundle_stops_the_fetch_and_leaves_no_bundle(
    exchange: Exchange, tmp_path: Path, kept: Kept, fault: str, reason: str
) -> None:
    with BundleServer(exchange.bundle, fault=fault) as server:
        with pytest.raises(SourceError, match=reason) as caught:
            fetch(newest_at(server.url), tmp_path, kept.log)
        assert "s3cret" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_every_fault_of_the_server_is_tested() -> None:
    others = {"another document", "evidence without end", "document without end"}
    assert {*LEFT_OUT, *STOPPED} | others == set(FAULTS)


def test_a_fetch_that_was_cut_short_goes_on(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    with BundleServer(exchange.bundle, fault="dies in the midst") as server:
        with pytest.raises(UnavailableError):
            fetch(newest_at(server.url), tmp_path, kept.log)
        server.fault, server.asked = "", []
        opened = fetch(newest_at(server.url), tmp_path, kept.log)
        asked = [name for name in server.names() if "evidence" in name]
    assert len(asked) == len(opened.bundle.evidence) - 5
    assert files(opened.directory) == files(exchange.bundle)
    assert [path.name for path in tmp_path.iterdir()] == [opened.digest.value.hex()]


def test_what_a_killed_fetch_left_is_not_believed(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    offer = newest_in(exchange.bundle)
    name = offer.digest.value.hex()
    entry = read_bundle(offer.place.document(), "").evidence[0]
    partial = tmp_path / f".{name}.partial"
    (partial / "evidence").mkdir(parents=True)
    (partial / "evidence" / entry.digest.value.hex()).write_bytes(b"half")
    assert files(fetch(offer, tmp_path, kept.log).directory) == files(exchange.bundle)


def test_a_missing_note_is_no_error_and_a_later_one_is_taken(copy: Path, tmp_path: Path, kept: Kept) -> None:
    note = (copy / "bundle.note").read_bytes()
    (copy / "bundle.note").unlink()
    opened = fetch(newest_in(copy), tmp_path / "bundles", kept.log)
    assert opened.note is None
    (copy / "bundle.note").write_bytes(note)
    assert fetch(newest_in(copy), tmp_path / "bundles", kept.log).note == note.decode()


def test_t42_a_fetched_bundle_that_was_changed_since_is_refused(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    opened = fetch(newest_in(exchange.bundle), tmp_path, kept.log)
    document = opened.directory / "bundle.json"
    data = document.read_bytes()
    document.write_bytes(data.replace(b'"caseRule":"lower"', b'"caseRule":"exact"'))
    with pytest.raises(UnreadableBundleError, match="changed since"):
        open_fetched(opened.directory)
    document.write_bytes(b"{}")
    with pytest.raises(UnreadableBundleError):
        fetch(newest_in(exchange.bundle), tmp_path, kept.log)


def test_t88_t95_no_name_from_a_bundle_becomes_a_path(exchange: Exchange, tmp_path: Path) -> None:
    """Evidence is named by 32 bytes; what else a document holds is refused before anything is asked for."""
    document = (exchange.bundle / "bundle.json").read_bytes()
    entry = bundle_v1.read(document).evidence[0]
    for name in (
        b"../../etc/passwd",
        b"/etc/passwd",
        b"http://169.254.169.254/",
        str(entry.digest).encode()[:-2] + b"/.",
    ):
        with pytest.raises(UnreadableBundleError):
            read_bundle(document.replace(str(entry.digest).encode(), name), "x")
    asked: list[str] = []

    class Watched(DirectoryPlace):
        def _read(self, name: str, limit: int) -> bytes | None:
            asked.append(name)
            return super()._read(name, limit)

    fetch(Offer(digest_of(document), Watched(exchange.bundle)), tmp_path, Kept().log)
    shapes = {name if "/" not in name else name.partition("/")[0] for name in asked}
    assert shapes == {"bundle.json", "bundle.note", "evidence"}
    assert all(len(name) == len("evidence/") + 64 for name in asked if name.startswith("evidence/"))


def test_t85_a_bundle_that_lists_more_than_can_be_kept_is_refused_before_anything_is_asked_for(
    exchange: Exchange, tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_EVIDENCE_BYTES", 1000)
    with BundleServer(exchange.bundle) as server:
        with pytest.raises(UnreadableBundleError, match="at most 1000 are fetched"):
            fetch(newest_at(server.url), tmp_path, kept.log)
        assert not [name for name in server.names() if "evidence" in name]


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (media_types.DOCUMENT, 16 * 2**20),
        (media_types.DECLARATIONS, 4 * 2**20),
        (media_types.EVM_WITNESS, 256 * 2**10),
    ],
)
def test_t84_evidence_is_read_up_to_what_its_type_may_have(tmp_path: Path, kind: str, limit: int) -> None:
    entry = EvidenceEntry(Digest(bytes(32)), kind, limit)
    file = tmp_path / "evidence" / entry.digest.value.hex()
    file.parent.mkdir()
    file.write_bytes(bytes(limit))
    assert DirectoryPlace(tmp_path).evidence(entry) == bytes(limit)
    file.write_bytes(bytes(limit + 1))
    with pytest.raises(UnreadableBundleError):
        DirectoryPlace(tmp_path).evidence(entry)


@pytest.mark.parametrize("what", ["bundle.json", "bundle.note"])
def test_a_file_that_is_no_regular_one_is_refused(copy: Path, tmp_path: Path, kept: Kept, what: str) -> None:
    (copy / what).unlink()
    (copy / what).mkdir()
    with pytest.raises(UnreadableBundleError):
        fetch(newest_in(copy), tmp_path / "bundles", kept.log)


def test_evidence_in_a_directory_that_is_another_file_is_left_out(copy: Path, tmp_path: Path, kept: Kept) -> None:
    spoiled, endless, gone = sorted((copy / "evidence").iterdir())[:3]
    spoiled.write_bytes(b"x" + spoiled.read_bytes()[1:])
    endless.unlink()
    endless.symlink_to("/dev/zero")
    gone.unlink()
    opened = fetch(newest_in(copy), tmp_path / "bundles", kept.log)
    assert sorted(kept.events) == ["evidence.missing", "evidence.other", "evidence.other"]
    left = {path.name for path in (opened.directory / "evidence").iterdir()}
    assert not left & {spoiled.name, endless.name, gone.name}


def test_no_bundle_is_told(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "gone"):
        with pytest.raises(UnreadableBundleError, match=r"no bundle\.json"):
            newest_in(place)


# --- the newest of several


def test_the_highest_sequence_is_the_newest_whatever_its_folder(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    shelf = tmp_path / "shelf"
    first = published(exchange, shelf / "z")
    second = published(exchange, shelf / "m", sequence=2, previous=first)
    third = published(exchange, shelf / "a", sequence=3, previous=second)
    offer, certain = newest_among(shelf, "exchange.example", kept.log)
    assert (offer.digest, certain, kept.events) == (third, True, [])


def test_other_issuers_and_hidden_folders_and_files_are_left_alone(
    exchange: Exchange, tmp_path: Path, kept: Kept
) -> None:
    shelf = tmp_path / "shelf"
    first = published(exchange, shelf / "a")
    published(exchange, shelf / "b", sequence=9, previous=first, issuer="other.example")
    published(exchange, shelf / ".new", sequence=5, previous=first)
    (shelf / "readme.txt").write_text("hello")
    offer, certain = newest_among(shelf, "exchange.example", kept.log)
    assert (offer.digest, certain, kept.events) == (first, True, [])


@pytest.mark.parametrize("document", [None, b"", b"{}", b"<html>"])
def test_a_subdirectory_that_cannot_be_read_leaves_a_doubt(
    exchange: Exchange, tmp_path: Path, kept: Kept, document: bytes | None
) -> None:
    shelf = tmp_path / "shelf"
    first = published(exchange, shelf / "a")
    (shelf / "b").mkdir()
    if document is not None:
        (shelf / "b" / "bundle.json").write_bytes(document)
    offer, certain = newest_among(shelf, "exchange.example", kept.log)
    assert (offer.digest, certain, kept.events) == (first, False, ["bundle.unreadable"])


def test_t34_two_bundles_of_one_sequence_leave_a_doubt(exchange: Exchange, tmp_path: Path, kept: Kept) -> None:
    shelf = tmp_path / "shelf"
    published(exchange, shelf / "a")
    published(exchange, shelf / "a-copy")
    assert newest_among(shelf, "exchange.example", kept.log)[1]
    expires = bundle_v1.read((exchange.bundle / "bundle.json").read_bytes()).expires
    published(exchange, shelf / "b", expires=replace(expires, seconds=expires.seconds + 1))
    assert not newest_among(shelf, "exchange.example", kept.log)[1]
    assert kept.events == ["bundle.rival"]


def test_no_bundle_among_subdirectories_is_told(tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableBundleError, match="cannot be read"):
        newest_among(tmp_path / "gone", "exchange.example", kept.log)
    with pytest.raises(UnreadableBundleError, match="no subdirectory"):
        newest_among(tmp_path, "exchange.example", kept.log)
    monkeypatch.setattr(places, "MAX_SUBDIRECTORIES", 1)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with pytest.raises(UnreadableBundleError, match="at most 1"):
        newest_among(tmp_path, "exchange.example", kept.log)


def test_t96_a_served_place_shows_its_origin_alone() -> None:
    place = ServedPlace("https://user:s3cret@shelf.example/s3cret?key=s3cret")
    assert repr(place) == "ServedPlace(https://shelf.example:443)"
    entry = EvidenceEntry(Digest(bytes(32)), "x", 1)
    assert "s3cret" not in repr(Offer(entry.digest, place))
