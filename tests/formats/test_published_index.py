"""Every row of the shared index of real and synthetic proofs, through the command line, with and without a root."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from por.cli.main import main
from por.formats.document import Document
from por.formats.proofs import FORMATS, detect
from por.formats.whole_list import total_of
from por.model.published import Asked, LeafRule, Reading

FOLDER = Path(os.environ.get("POR_VECTORS") or Path(__file__).resolve().parents[3] / "shared" / "vectors")
INDEX = FOLDER / "merkle-family-index.json"
ROWS: list[dict[str, Any]] = json.loads(INDEX.read_bytes()) if INDEX.exists() else []
PROOFS = [row for row in ROWS if row["kind"] != "wallets"]
NAMES = {
    "bitmex-csv": "bitmex",
    "okx-v1-path": "okx-v1",
    "bitget": "bitget-v2",
    "bybit-40_v1": "bybit",
    "bybit-40_v2": "bybit",
    "bybit-40_v4": "bybit",
    "bitbase-por-v1": "bitbase",
}
KNOWN = {each.card.name for each in FORMATS}
OPENED = {
    "lemon/generated-proofs.csv": ("--account", "u-0002"),
    "lemon/generated-proofs-raw.csv": (
        *("--account", "u-0002", "--snapshot", "2026-01-01-test"),
        *("--holding", "BTC=0.00000001", "--holding", "USDT=1000"),
    ),
    "lemon/proof.csv": ("--account", "00cf6625-9c3d-4e61-a17a-9820cae615cc"),
    "bingx/generated.json": ("--account", "10000003"),
    "pionex/generated.json": ("--account", "u2"),
    "olalonde/complete_tree.json": ("--account", "mark"),
}
BESIDE = {
    "tnf/default-tree.txt": "tnf/default-totals.txt",
    "tnf/concat-tree.txt": "tnf/concat-totals.txt",
    **{f"swissborg/userLiab_{number}.json": f"swissborg/auditRoots_{number}.json" for number in range(1, 6)},
}
"""What is published beside a file: of bare hashes only the totals show that somebody owes less than nothing."""
CONTRADICTING = ("bitget", "bitunix", "bybit", "coinex", "mexc")


def name_of(row: dict[str, Any]) -> str:
    return NAMES.get(str(row["format"]), str(row["format"]))


Run = tuple[int, dict[str, Any]]


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    """Run the command in this process; return its status and its verdict."""
    status = main(["verify-inclusion", *argv, "--json", "--now", "2026-11-26T00:00:00Z"])
    out = capsys.readouterr().out
    return status, json.loads(out) if out else {}


def reading_of(path: Path, row: dict[str, Any]) -> Reading:
    found, variant = detect(document := Document(path.read_bytes()), name_of(row))
    options = dict(zip(OPENED.get(row["path"], ())[::2], OPENED.get(row["path"], ())[1::2], strict=True))
    files = tuple((FOLDER / BESIDE[each]).read_bytes() for each in (row["path"],) if each in BESIDE)
    asked = Asked(account=options.get("--account"), snapshot=options.get("--snapshot"), companions=files)
    return found.read(document, variant, asked)


def root_of(row: dict[str, Any]) -> str:
    """Return the root that the index has from the publisher or the peer's tool, or else the one the file states."""
    if "root" in row:
        return str(row["root"])
    reading = reading_of(FOLDER / row["path"], row)
    if reading.commitment is not None:
        return reading.commitment
    stated = [each.stated_root for each in reading.opened] + [each.stated_root for each in reading.trees]
    assert stated[0]
    return stated[0]


def mine(row: dict[str, Any]) -> list[str]:
    """Say what the customer says: the amounts of the record, or of the account that is looked for."""
    options = list(OPENED.get(row["path"], ()))
    if "--holding" in options:
        return options
    reading = reading_of(FOLDER / row["path"], row)
    own = [each for each in reading.opened if "--account" not in options or options[1] in each.ids.values()]
    one = own if len({tuple(each.ids.items()) for each in own}) == 1 else own[:1]
    for coin, value in total_of(each.amounts for each in one).items():
        options += ["--holding", f"{coin}={value.plain}"]
    return options


def status_of(row: dict[str, Any], *, rooted: bool) -> int:
    """Say which status the row's expectation means."""
    expected = row["expected"]
    if "fail" in {expected.get(name) for name in ("hash", "nonneg", "verdict", "leaf_binding", "root_total")}:
        return 1
    if expected.get("leaf_form") == "fail":
        return 1
    card = next(each.card for each in FORMATS if each.card.name == name_of(row))
    looked_for = row["kind"] in {"proof", "proofs", "attack"} or row["path"] in OPENED
    return 0 if rooted and looked_for and card.leaf is LeafRule.RECOMPUTED and name_of(row) not in UNOPENED else 3


UNOPENED = {"topone", "swissborg"}
"""Of these the index has hashes alone, or a secret in its notes; their own tests open them."""


@pytest.mark.parametrize("row", PROOFS, ids=lambda row: row["path"])
def test_t69_every_row_has_its_exit_status(
    row: dict[str, Any], vectors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name_of(row)
    if name not in KNOWN:
        pytest.skip(f"the format {name} is not read yet")
    beside = [str(vectors / BESIDE[row["path"]])] if row["path"] in BESIDE else []
    path, chosen = (
        str(vectors / row["path"]),
        ("--format", name, *(part for each in beside for part in ("--with", each))),
    )
    status, verdict = run(capsys, path, *chosen)
    assert status == status_of(row, rooted=False)
    assert any(f["facts"].get("format") == name for f in verdict["findings"] if f["check"] == "published.structure")
    failing = status_of(row, rooted=True) == 1
    options = list(OPENED.get(row["path"], ())) if failing else mine(row)
    roots = [] if failing and "root" not in row else ["--root", root_of(row)]
    status, verdict = run(capsys, path, *chosen, *options, *roots)
    assert status == status_of(row, rooted=True), [f for f in verdict["findings"] if f["outcome"] != "PASS"]
    if not failing:
        assert run(capsys, path, *chosen, *options, "--root", "00" * (len(roots[-1]) // 2))[0] == 1


@pytest.mark.parametrize("row", PROOFS, ids=lambda row: row["path"])
def test_t70_every_row_is_recognised_as_its_format_by_its_shape(row: dict[str, Any], vectors: Path) -> None:
    if name_of(row) not in KNOWN:
        pytest.skip(f"the format {name_of(row)} is not read yet")
    document = Document((vectors / row["path"]).read_bytes())
    claimed = [each.card.name for each in FORMATS if each.claims(document) is not None]
    assert name_of(row) in claimed
    assert len(claimed) == 1 or set(claimed) <= SAME_SHAPE, claimed


SAME_SHAPE = {"tnf", "tnf-c", "bitso"}
"""These lists are level and hash and nothing else; the customer chooses."""


@pytest.mark.parametrize("name", CONTRADICTING)
def test_t01_two_customers_under_one_root_contradict(
    name: str, vectors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(vectors / "attacks-synthetic" / f"{name}-{each}.json") for each in "AB"]
    for file in files:
        assert run(capsys, file)[0] == 3
    status, verdict = run(capsys, *files)
    said = {f["message"] for f in verdict["findings"] if f["check"] == "published.consistent"}
    assert status == 1
    assert {"published.consistent.two_sums", "published.consistent.too_small"} <= said
    assert not {f["check"] for f in verdict["findings"] if f["outcome"] == "FAIL"} - {"published.consistent"}


@pytest.mark.parametrize(
    ("file", "check"),
    [
        ("bybit-neg.json", "published.nonnegative"),
        ("coinex-neg.json", "published.nonnegative"),
        ("bitunix-rootbalance-ignored.json", "published.total"),
        ("mexc-rootbalance-ignored.json", "published.total"),
        ("coinex-inner-as-leaf.json", "published.structure"),
        ("bifinance-anybalance.json", "published.leaf"),
        ("bifinance-rootonly.json", "published.structure"),
    ],
)
def test_each_attack_is_caught_by_the_check_that_is_there_for_it(
    file: str, check: str, vectors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, verdict = run(capsys, str(vectors / "attacks-synthetic" / file))
    assert status == 1
    assert {f["check"] for f in verdict["findings"] if f["outcome"] == "FAIL"} == {check}


def test_t15_an_unbound_leaf_beside_the_honest_ones_contradicts(
    vectors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vectors / "htx-merkle-v1"
    honest: Sequence[str] = [str(folder / f"htxv1-user{number}.json") for number in range(4)]
    assert run(capsys, *honest)[0] == 3
    assert run(capsys, *honest, str(folder / "htxv1-attack-unbound-leaf.json"))[0] == 1


def test_a_sample_of_topone_is_opened_by_id_and_amount(vectors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = next(row for row in PROOFS if row["format"] == "topone")
    path = str(vectors / row["path"])
    assert run(capsys, path, "--account", "nobody", "--holding", "USDT=1", "--root", row["root"])[0] == 1
