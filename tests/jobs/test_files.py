"""Files are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from por.errors import FormatError
from por.jobs.files import finish_directory, make_directory, partial_path, replace_file


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_over_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for data in (b"one", b"two", b""):
        replace_file(path, data)
        assert path.read_bytes() == data
        assert names(tmp_path) == ["a.json"]


def test_modes_are_as_asked_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    path.chmod(0o666)
    replace_file(path, b"y")
    assert path.stat().st_mode & 0o777 == 0o600
    before = os.umask(0o022)
    try:
        replace_file(path, b"y", mode=0o644)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("leftover", [b"", b"half of somethi"])
def test_what_a_killed_run_left_is_written_over(tmp_path: Path, leftover: bytes) -> None:
    path = tmp_path / "a"
    partial_path(path).write_bytes(leftover)
    replace_file(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert names(tmp_path) == ["a"]


def test_a_write_that_is_cut_short_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    replace_file(path, b"old")
    monkeypatch.setattr("por.jobs.files.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(FormatError, match="No space left") as caught:
        replace_file(path, b"new")
    assert caught.value.place == str(path)
    assert path.read_bytes() == b"old"


def test_t95_a_link_that_stands_in_the_way_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "a"
    victim.write_bytes(b"keep")
    path.symlink_to(victim)
    partial_path(path).symlink_to(victim)
    replace_file(path, b"new")
    assert victim.read_bytes() == b"keep"
    assert not path.is_symlink()


@pytest.mark.parametrize("name", ["gone/a", "file/a"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FormatError) as caught:
        replace_file(tmp_path / name, b"x")
    assert caught.value.place == str(tmp_path / name)


def test_a_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = make_directory(tmp_path / "a")
    assert made.stat().st_mode & 0o777 == 0o700
    assert make_directory(made) == made
    (tmp_path / "file").write_bytes(b"")
    for wrong in (tmp_path / "file", tmp_path / "file" / "a"):
        with pytest.raises(FormatError):
            make_directory(wrong)


def test_a_directory_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    partial = make_directory(partial_path(tmp_path / "a"))
    (partial / "x").write_bytes(b"x")
    finish_directory(partial, tmp_path / "a")
    assert (tmp_path / "a" / "x").read_bytes() == b"x"
    assert names(tmp_path) == ["a"]
    with pytest.raises(FormatError):
        finish_directory(partial, tmp_path / "a")
