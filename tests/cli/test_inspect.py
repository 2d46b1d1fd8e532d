"""`por inspect` shows what a document says and verifies nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from por.cli.inspect import READERS
from por.cli.main import main
from por.encoding import control_signature_v1, media_types
from por.proofs.state.header import header_from_rlp
from tests.checks.scenery import files, header_bytes, signature
from tests.cli.desk import Desk, por


def shown(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(["inspect", str(path)])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("name", ["bundle", "bundle/bundle.json", "alice.json", "answers.json"])
def test_a_document_is_shown_indented_and_nothing_is_claimed(
    desk: Desk, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.folder / name
    status, out, err = shown(path, capsys)
    document = path / "bundle.json" if path.is_dir() else path
    assert status == 0
    assert json.loads(out) == json.loads(document.read_bytes())
    assert out.startswith("{\n  ")
    assert "nothing in it was verified" in err


def test_every_evidence_file_is_shown(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = set()
    for path in (Path(desk.bundle) / "evidence").iterdir():
        status, out, _ = shown(path, capsys)
        assert status == 0
        kinds.add(json.loads(out)["mediaType"])
    assert {media_types.EVM_HEADER, media_types.EVM_ACCOUNT_PROOF} <= kinds <= media_types.EVIDENCE
    assert set(READERS) >= media_types.EVIDENCE - {media_types.DOCUMENT}


def test_a_verdict_is_shown(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "verdict.json"
    assert main(list(desk.auditor("--output", str(target)))) == 0
    capsys.readouterr()
    assert shown(target, capsys)[0] == 0


def test_it_reads_every_kind_of_document_that_por_writes() -> None:
    kinds = {value for name, value in vars(media_types).items() if isinstance(value, str) and name.isupper()}
    assert set(READERS) == kinds - {media_types.DOCUMENT, media_types.POLICY}


def test_a_lie_is_shown_without_a_word_against_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lie.json"
    path.write_bytes(control_signature_v1.write(signature("cold", "stranger")))
    status, _, err = shown(path, capsys)
    assert status == 0
    assert "verified" in err.replace("nothing in it was verified", "not verified")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"{}", "none of the documents"),
        (b"[1]", "none of the documents"),
        (b'"text"', "none of the documents"),
        (b'{"mediaType":["x"]}', "none of the documents"),
        (b'{"mediaType":"application/vnd.por.bundle.v2+json"}', "none of the documents"),
        (b'{"mediaType":"application/vnd.por.policy.v1+json"}', "none of the documents"),
        (b'{"mediaType":"application/vnd.por.bundle.v1+json"}', "is missing"),
        (b'{"mediaType":"a","mediaType":"b"}', "appears twice"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 10_000, "nested deeper"),
        (b"1e9", "not an integer"),
    ],
)
def test_t70_t84_t86_anything_else_is_refused_by_name(
    tmp_path: Path, data: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "strange.json"
    path.write_bytes(data)
    status, out, err = shown(path, capsys)
    assert (status, out) == (2, "")
    assert "strange.json" in err
    assert said in err


def test_t86_a_document_that_is_not_canonical_is_refused(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spaced.json"
    path.write_text(json.dumps(json.loads(Path(desk.alice_json).read_bytes()), indent=1))
    status, _, err = shown(path, capsys)
    assert status == 2
    assert "not canonical" in err


@pytest.mark.parametrize("make", ["fifo", "nothing", "empty folder", "device"])
def test_t88_what_is_no_file_is_refused_and_does_not_hang(
    tmp_path: Path, make: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "thing"
    if make == "fifo":
        os.mkfifo(path)
    elif make == "empty folder":
        path.mkdir()
    elif make == "device":
        path.symlink_to("/dev/zero")
    status, out, err = shown(path, capsys)
    assert (status, out) == (2, "")
    assert "thing" in err


def test_t93_text_that_steers_a_terminal_is_refused(tmp_path: Path) -> None:
    document = control_signature_v1.write(signature("cold")).replace(b"eip191", b"\\u001b[2J")
    path = tmp_path / "c.json"
    path.write_bytes(document)
    run = por("inspect", str(path))
    assert run.status == 2
    assert "\x1b" not in run.out + run.err


def test_a_header_is_shown_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    have = files()
    header = header_from_rlp(header_bytes(5, 5, bytes(32), bytes(32)))
    path = tmp_path / "h.json"
    path.write_bytes(have.data[have.header(header)])
    assert shown(path, capsys)[0] == 0
