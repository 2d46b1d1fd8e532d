"""A bundle's directory: files by digest, whole and unaltered, and nothing that can hang or lead elsewhere."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from por.checks.evidence import open_bundle, read_capped, read_document, read_text
from por.checks.observation import Broken, Missing, Seen
from por.encoding import bundle_v1, media_types
from por.encoding.digests import digest_of
from por.errors import FormatError
from por.model import Digest, EvidenceEntry
from tests.checks import scenery
from tests.checks.scenery import bundle, open_in

HEADER = bundle().blocks[0].header
CONTROL = next(row.control for row in bundle().reserves if row.control)


def place(directory: Path, digest: Digest = HEADER) -> Path:
    return directory / "evidence" / digest.value.hex()


def test_an_honest_bundle_opens_by_its_directory_and_by_its_document(tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path)
    for path in (tmp_path, tmp_path / "bundle.json"):
        opened = open_bundle(path)
        assert opened.bundle == bundle()
        assert opened.digest == digest_of(bundle_v1.write(bundle()))
        assert opened.note == scenery.note_text(bundle())
        seen = opened.read(HEADER, media_types.EVM_HEADER)
        assert isinstance(seen, Seen)
        assert digest_of(seen.value) == HEADER


def test_a_bundle_without_note_has_none(tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path)
    (tmp_path / "bundle.note").unlink()
    assert open_bundle(tmp_path).note is None


def test_t88_an_unlisted_digest_is_not_looked_for(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    stray = digest_of(b"stray")
    place(tmp_path, stray).write_bytes(b"stray")
    found = opened.read(stray, media_types.EVM_HEADER)
    assert isinstance(found, Broken)
    assert "not in the bundle's evidence list" in found.reason
    assert opened.entry(stray) is None


def test_another_media_type_than_needed_is_broken(tmp_path: Path) -> None:
    found = open_in(tmp_path).read(CONTROL, media_types.EVM_HEADER)
    assert isinstance(found, Broken)
    assert media_types.EVM_HEADER in found.reason


def test_t68_an_absent_file_is_missing(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    place(tmp_path).unlink()
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


def test_t68_an_absent_evidence_folder_is_missing(tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path)
    (tmp_path / "evidence").rename(tmp_path / "elsewhere")
    assert isinstance(open_bundle(tmp_path).read(HEADER, media_types.EVM_HEADER), Missing)


@pytest.mark.parametrize("position", [0, 1, 50, -1])
def test_t42_one_flipped_bit_is_no_evidence(tmp_path: Path, position: int) -> None:
    opened = open_in(tmp_path)
    data = bytearray(place(tmp_path).read_bytes())
    data[position] ^= 1
    place(tmp_path).write_bytes(data)
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)
    entry = opened.entry(HEADER)
    assert entry is not None
    assert isinstance(opened.found(entry), Broken), "a fault of the bundle, which snapshot.complete tells"


@pytest.mark.parametrize("change", [lambda data: data + b"\n", lambda data: data[:-1], lambda _: b""])
def test_t42_a_longer_shorter_or_empty_file_is_no_evidence(tmp_path: Path, change: object) -> None:
    opened = open_in(tmp_path)
    place(tmp_path).write_bytes(change(place(tmp_path).read_bytes()))  # type: ignore[operator]
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


def test_t88_a_file_beyond_its_stated_size_is_not_read_whole(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    with place(tmp_path).open("wb") as file:
        file.truncate(50 * 2**30)  # a hole: 50 GiB that take no room
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


def test_a_stated_size_other_than_the_files_is_no_evidence(tmp_path: Path) -> None:
    made = bundle()
    rows = tuple(replace(e, size=e.size + 1) if e.digest == HEADER else e for e in made.evidence)
    opened = open_in(tmp_path, replace(made, evidence=rows))
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


def test_t88_a_fifo_does_not_hang(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    place(tmp_path).unlink()
    os.mkfifo(place(tmp_path))
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


def test_t88_a_folder_in_a_files_place_is_no_evidence_and_leaves_nothing_open(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    place(tmp_path).unlink()
    place(tmp_path).mkdir()
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0
    for _ in range(20):
        assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)
    after = len(list(Path("/proc/self/fd").iterdir())) if before else 0
    assert after <= before


def test_t88_a_socket_in_a_files_place_is_missing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)  # the path of a socket is short
        try:
            listener.bind("s")
        finally:
            os.chdir(here)
        opened = open_in(tmp_path)
        place(tmp_path).unlink()
        place(tmp_path).symlink_to(tmp_path / "s")
        assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_t88_a_link_to_a_device_does_not_hang(tmp_path: Path, device: str) -> None:
    opened = open_in(tmp_path)
    place(tmp_path).unlink()
    place(tmp_path).symlink_to(device)
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


def test_t88_a_link_out_of_the_bundle_shows_nothing_of_another_file(tmp_path: Path) -> None:
    secret = tmp_path / "por-master.key"
    secret.write_text("a secret")
    opened = open_in(tmp_path / "bundle")
    place(tmp_path / "bundle").unlink()
    place(tmp_path / "bundle").symlink_to(secret)
    found = opened.read(HEADER, media_types.EVM_HEADER)
    assert isinstance(found, Missing)
    assert "secret" not in found.reason


def test_a_dangling_link_is_missing(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    place(tmp_path).unlink()
    place(tmp_path).symlink_to(tmp_path / "nowhere")
    assert isinstance(opened.read(HEADER, media_types.EVM_HEADER), Missing)


def test_a_file_that_may_not_be_read_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_in(tmp_path)

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    found = opened.read(HEADER, media_types.EVM_HEADER)
    assert isinstance(found, Missing)
    assert "Permission denied" in found.reason


def test_t88_no_name_inside_a_bundle_is_a_path(tmp_path: Path) -> None:
    """The only names of files are digests: anything else is refused while the bundle is read."""
    scenery.write_bundle(tmp_path)
    document = (tmp_path / "bundle.json").read_text()
    for name in ("../../etc/passwd", "/etc/passwd", "sha256:../" + "0" * 61, "file:///etc/passwd"):
        (tmp_path / "bundle.json").write_text(document.replace(str(HEADER), name))
        with pytest.raises(FormatError):
            open_bundle(tmp_path)


def test_t95_a_bundle_cannot_name_an_address_to_fetch(tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path)
    document = (tmp_path / "bundle.json").read_text()
    (tmp_path / "bundle.json").write_text(document.replace(str(HEADER), "http://169.254.169.254/latest"))
    with pytest.raises(FormatError, match="digest"):
        open_bundle(tmp_path)


# --- the document and the note


def test_a_missing_bundle_names_the_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "bundle.json", tmp_path / "nowhere" / "bundle.json"):
        with pytest.raises(FormatError, match=r"bundle\.json: cannot be read"):
            open_bundle(path)


def test_a_malformed_bundle_names_the_place(tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path)
    document = (tmp_path / "bundle.json").read_bytes()
    (tmp_path / "bundle.json").write_bytes(document.replace(b'"total":"', b'"total":"-', 1))
    with pytest.raises(FormatError, match=r"bundle\.json:/liabilities/0/total"):
        open_bundle(tmp_path)


@pytest.mark.parametrize("name", ["bundle.json", "bundle.note"])
def test_t88_a_fifo_or_folder_for_a_document_is_refused(tmp_path: Path, name: str) -> None:
    for make in (os.mkfifo, os.mkdir):
        folder = tmp_path / make.__name__
        scenery.write_bundle(folder)
        (folder / name).unlink()
        make(folder / name)
        with pytest.raises(FormatError, match="not a regular file"):
            open_bundle(folder)


def test_t88_a_note_beyond_its_size_is_refused(tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path, note="x" * (64 * 1024 + 1))
    with pytest.raises(FormatError, match="at most 65536 bytes"):
        open_bundle(tmp_path)


def test_a_note_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    scenery.write_bundle(tmp_path)
    (tmp_path / "bundle.note").write_bytes(b"por \xff")
    with pytest.raises(FormatError, match=r"bundle\.note: not UTF-8 at byte 4"):
        open_bundle(tmp_path)


# --- the readers


def test_a_document_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"12345")
    assert read_capped(path, 5) == b"12345"
    assert read_document(path, 5) == b"12345"
    assert read_text(path, 5) == "12345"
    assert read_capped(path, 4) is None
    with pytest.raises(FormatError, match="at most 4 bytes"):
        read_document(path, 4)


def test_a_document_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="gone: cannot be read: No such file"):
        read_document(tmp_path / "gone", 10)


def test_t88_dev_zero_is_no_document() -> None:
    with pytest.raises(FormatError, match="not a regular file"):
        read_document(Path("/dev/zero"), 10)


def test_an_entry_is_found_by_its_digest(tmp_path: Path) -> None:
    opened = open_in(tmp_path)
    entry = opened.entry(HEADER)
    assert isinstance(entry, EvidenceEntry)
    assert (entry.digest, entry.media_type) == (HEADER, media_types.EVM_HEADER)
