"""The examples in the documents, made again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from por.errors import FormatError
from por.issuer.assets import AssetTable
from por.issuer.ledger import read_ledger
from por.issuer.store import ProofStore
from por.model import CaseRule, Instant
from tests.issuer import ledgers

SPEC = Path(__file__).resolve().parents[2] / "por" / "spec"
BLOCK = re.compile(r"^```(?P<name>[^\n]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(document: str) -> dict[str, str]:
    """Return the examples of a document by what stands behind their fence."""
    return {match["name"]: match["text"] for match in BLOCK.finditer((SPEC / document).read_text("utf-8"))}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    (folder / "ledger.csv").write_text(blocks("proof-store.md")["csv ledger.csv"], encoding="utf-8")
    instant = Instant.parse("2026-11-01T00:00:00Z")
    ledgers.commit_file(folder / "ledger.csv", folder / "out", instant=instant, master_key=bytes(range(32)))
    return folder / "out"


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ("json commitments.json", "commitments.json"),
        ("csv records.csv", "records.csv"),
        ("json store.json", "store/store.json"),
    ],
)
def test_the_examples_files_are_what_the_code_writes(example: Path, block: str, name: str) -> None:
    assert blocks("proof-store.md")[block].rstrip("\n") == (example / name).read_text("utf-8").rstrip("\n")


def test_the_examples_row_is_the_last_of_its_file(example: Path) -> None:
    cells = [line.split()[-1] for line in blocks("proof-store.md")["text"].splitlines()]
    assert bytes.fromhex("".join(cells)) == (example / "store" / "records.bin").read_bytes()[-96:]


def test_the_example_opens(example: Path) -> None:
    with ProofStore.open(example) as store:
        assert store.header.records == (1, 3)


def test_the_how_tos_ledger_and_assets_are_read(tmp_path: Path) -> None:
    found = blocks("howto/commit-a-ledger.md")
    (tmp_path / "ledger.csv").write_text(found["csv"], encoding="utf-8")
    (tmp_path / "assets.toml").write_text(found["toml"], encoding="utf-8")
    table = AssetTable.load(tmp_path / "assets.toml")
    assert len(list(read_ledger(tmp_path / "ledger.csv", table, CaseRule.LOWER))) == 4
    assert table.resolve("USDT-BNB").decimals == 18


def test_the_how_to_warns_of_what_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(f"{ledgers.HEADER}\nalice,spot,ETH,-1\n")
    with pytest.raises(FormatError, match="debt:margin"):
        list(read_ledger(tmp_path / "ledger.csv", AssetTable.load(), CaseRule.LOWER))
