"""`por convert` writes a bundle once, says what it read, and says that this is no verification."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from por.checks.evidence import open_bundle
from por.checks.observation import Seen
from por.cli.main import main
from por.encoding.media_types import EVM_HEADER
from tests import published
from tests.published import MESSAGE, key, vrs
from tests.simulator import Exchange, open_exchange

HTX = "coin,address,snapshot height,balance,message,signature"
ALICE = key("alice").public_key.to_address()
DIGEST = published.evm_digests(MESSAGE)["eip191"]
GOOD = f"ETH,{ALICE},1,1.5,{MESSAGE},{vrs(key('alice'), DIGEST)}"
BAD = f"ETH,{ALICE},1,1.5,{MESSAGE},{vrs(key('bob'), DIGEST)}"
UNSIGNED = "XRP,rabc,1,7,-,-"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with open_exchange(tmp_path_factory.mktemp("exchange"), customers=6) as opened:
        yield opened


def convert(folder: Path, *rows: str, options: tuple[str, ...] = (), out: str = "out") -> int:
    source = folder / "list.csv"
    source.write_text("\n".join((HTX, *rows, "")), encoding="utf-8")
    common = ["--issuer", "exchange.example", "--instant", "2026-11-01T00:00:00Z", "--out", str(folder / out)]
    return main(["convert", str(source), *common, *options])


def test_a_bundle_is_written_and_every_file_of_it_is_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(tmp_path, GOOD, UNSIGNED) == 0
    opened = open_bundle(tmp_path / "out")
    assert opened.note is None
    assert opened.bundle.evidence
    assert all(isinstance(opened.intact(entry), Seen) for entry in opened.bundle.evidence)
    said = capsys.readouterr()
    assert "1 of 2 rows are signed: 1 valid, 0 invalid, 0 not supported; 0 rows repeat another" in said.out
    assert "signed for 1.5   not signed for 0" in said.out
    assert "This is no verification" in said.err
    assert "next: por verify" in said.err


def test_t48_a_bad_signature_is_exit_1_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(tmp_path, GOOD, BAD) == 1
    assert "INVALID: line 3: the signature is not by the key of" in capsys.readouterr().out
    assert (tmp_path / "out" / "bundle.json").is_file()


def test_t49_what_is_not_supported_is_exit_0_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(tmp_path, f"NEWCOIN,xyz,1,1,{MESSAGE},abc") == 0
    assert "not supported: line 2: how NEWCOIN accounts sign" in capsys.readouterr().out


def test_json_is_one_canonical_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(tmp_path, GOOD, BAD, UNSIGNED, options=("--json",)) == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["rows"], value["valid"], value["invalid"], value["unsigned"], value["repeated"]) == (3, 1, 1, 1, 1)
    assert [asset["asset"] for asset in value["assets"]] == ["eip155:1/slip44:60", "xrpl:0/slip44:144"]


def test_converting_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    convert(tmp_path, GOOD, UNSIGNED)
    convert(tmp_path, GOOD, UNSIGNED, out="again")
    assert (tmp_path / "out/bundle.json").read_bytes() == (tmp_path / "again/bundle.json").read_bytes()


def test_a_source_names_the_block_at_the_instant(exchange: Exchange, tmp_path: Path) -> None:
    opened = open_bundle(exchange.bundle)
    given = ("--source", exchange.source, "--instant", str(opened.bundle.instant))
    assert convert(tmp_path, GOOD, options=given) == 0
    made = open_bundle(tmp_path / "out")
    assert made.bundle.blocks == opened.bundle.blocks
    headers = [entry for entry in made.bundle.evidence if entry.media_type == EVM_HEADER]
    assert set(headers) == {entry for entry in opened.bundle.evidence if entry.media_type == EVM_HEADER}
    assert all(isinstance(made.intact(header), Seen) for header in headers)


def test_a_source_that_does_not_answer_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(tmp_path, GOOD, options=("--source", "eip155:1=http://127.0.0.1:9")) == 3
    assert "127.0.0.1:9" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    assert convert(tmp_path, GOOD) == 0
    before = (tmp_path / "out/bundle.json").read_bytes()
    with pytest.raises(SystemExit) as caught:
        convert(tmp_path, UNSIGNED)
    assert caught.value.code == 2
    assert (tmp_path / "out/bundle.json").read_bytes() == before


@pytest.mark.parametrize(
    ("rows", "options", "reason"),
    [
        (("BTC,1abc,1,1e8,-,-",), (), "list.csv: line 2 (amount): not an exact decimal amount"),
        (("BTC,1abc,1,1,-,-,x",), (), "list.csv: line 2: 7 cells"),
        ((), (), "a list without rows"),
        ((GOOD,), ("--format", "okx-wallets"), "no line is the header of okx-wallets"),
        ((GOOD,), ("--issuer", "Exchange"), "--issuer"),
        ((GOOD,), ("--instant", "2026-11-01"), "--instant"),
    ],
)
def test_what_cannot_be_read_is_exit_2_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: tuple[str, ...], options: tuple[str, ...], reason: str
) -> None:
    assert convert(tmp_path, *rows, options=options) == 2
    assert reason in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.csv"]


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--issuer", "exchange.example", "--instant", "2026-11-01T00:00:00Z", "--out", str(tmp_path / "out")]
    assert main(["convert", str(tmp_path / "none.csv"), *arguments]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert(tmp_path, GOOD, out="none/out") == 2
    assert "its folder is not there" in capsys.readouterr().err


def test_inspect_shows_the_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    convert(tmp_path, GOOD)
    (evidence,) = (tmp_path / "out/evidence").iterdir()
    capsys.readouterr()
    assert main(["inspect", str(evidence)]) == 0
    assert MESSAGE in capsys.readouterr().out


def test_long_lists_of_reasons_are_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"NEWCOIN,x{i},1,1,{MESSAGE},abc" for i in range(25)]
    assert convert(tmp_path, *rows) == 0
    assert "not supported: 5 more; --json lists all" in capsys.readouterr().out
