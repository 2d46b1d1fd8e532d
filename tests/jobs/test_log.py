"""The log is one JSON object a line, shows no key, and never stops the work."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.chains.transport import Transport
from por.jobs import log as module
from por.jobs.log import Log

URL = "https://user:s3cret-pass@node.example/v3/s3cret-path?key=s3cret-query"


class Closed(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(32, "Broken pipe")


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_warnings_are_said_and_everything_is_kept(tmp_path: Path) -> None:
    stream, path = io.StringIO(), tmp_path / "log"
    log = Log(stream)
    log.info("before")
    log.keep(path)
    log.info("one", number=1, none=None, yes=True, names=["a", "b"])
    log.warning("two", text="x")
    log.failure("three")
    assert [line["event"] for line in lines(stream.getvalue())] == ["two", "three"]
    kept = lines(path.read_text())
    assert [(line["level"], line["event"]) for line in kept] == [
        ("info", "one"),
        ("warning", "two"),
        ("error", "three"),
    ]
    assert list(kept[0]) == ["ts", "level", "event", "number", "none", "yes", "names"]
    assert (kept[0]["number"], kept[0]["none"], kept[0]["yes"], kept[0]["names"]) == (1, None, True, ["a", "b"])
    assert path.stat().st_mode & 0o077 == 0


def test_verbose_says_everything() -> None:
    stream = io.StringIO()
    Log(stream, verbose=True).info("one")
    assert [line["event"] for line in lines(stream.getvalue())] == ["one"]


@pytest.mark.parametrize("field", ["text", "names"])
def test_t96_no_part_of_a_url_that_may_be_a_key_is_written(tmp_path: Path, field: str) -> None:
    stream = io.StringIO()
    log = Log(stream, verbose=True)
    log.hide(Transport(URL).redact)
    log.keep(tmp_path / "log")
    text = f"node says {URL} s3cret-path is over quota"
    log.warning("refused", **{field: text if field == "text" else [text, text]})
    for written in (stream.getvalue(), (tmp_path / "log").read_text()):
        assert "s3cret" not in written
        assert "over quota" in written


@given(text=st.text(max_size=200))
def test_t93_any_text_is_one_line_that_reads_back_and_drives_no_terminal(text: str) -> None:
    stream = io.StringIO()
    Log(stream).warning("event", text=text, names=[text])
    (line,) = stream.getvalue().split("\n")[:-1]
    assert line.isascii()
    assert line.isprintable()
    read = json.loads(line)
    if text.isprintable() and text.isascii():
        assert read["text"] == text
        assert read["names"] == [text]


def test_who_cannot_hear_does_not_stop_the_work(tmp_path: Path) -> None:
    log = Log(Closed())
    log.keep(tmp_path / "gone" / "log")
    log.warning("one")
    closed = io.StringIO()
    closed.close()
    Log(closed).warning("two")


def test_a_log_that_has_grown_is_rotated_and_few_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    path = tmp_path / "job.log.jsonl"
    log = Log(io.StringIO())
    log.rotate()
    log.keep(path)
    log.rotate()
    for number in range(6):
        log.info("event", number=number, filler="x" * 100)
        log.rotate()
    names = sorted(entry.name for entry in tmp_path.iterdir())
    assert names == ["job.log.jsonl.1", "job.log.jsonl.2", "job.log.jsonl.3"]
    assert [lines((tmp_path / name).read_text())[0]["number"] for name in names] == [5, 4, 3]


def test_a_small_log_is_not_rotated(tmp_path: Path) -> None:
    log = Log(io.StringIO())
    log.keep(tmp_path / "log")
    log.info("event")
    log.rotate()
    assert [entry.name for entry in tmp_path.iterdir()] == ["log"]
