from __future__ import annotations

import os
import stat
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.checks.observation import Seen
from por.checks.recomputation import Recomputation, rebuild
from por.encoding import commitments_v1, records_v1
from por.encoding.commitments_v1 import Commitments
from por.errors import FormatError
from por.issuer import commit as commit_module
from por.issuer.assets import AssetTable
from por.issuer.store import ProofStore
from por.model import UINT128_MAX, Bundle, CaseRule, Instant
from tests.issuer import ledgers

ROWS: list[ledgers.Row] = [
    ("alice", "spot", "ETH", 5 * 10**18),
    ("bob", "spot", "ETH", 10**18),
    ("carol", "spot", "ETH", 1),
    ("alice", "margin", "USDC", 2_500_000),
    ("bob", "debt:margin", "USDC", 10**6),
    ("alice", "spot", "BTC", 0),
]
POINTS = '[[asset]]\nsymbol = "POINT"\nid = "eip155:1/erc20:0x00000000000000000000000000000000000000aa"\ndecimals = 0\n'


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_commitments_are_sorted_counted_and_written(tmp_path: Path) -> None:
    made = ledgers.commit_to(tmp_path, ROWS)
    found = made.commitments.liabilities
    usdc = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
    assert [(item.ref, item.total, item.depth, item.decimals) for item in found] == [
        (f"debt:margin/{usdc}", 10**6, 0, 6),
        (f"margin/{usdc}", 2_500_000, 0, 6),
        ("spot/eip155:1/slip44:60", 6 * 10**18 + 1, 2, 18),
    ]
    assert (made.counts.rows, made.counts.zero_rows, made.counts.accounts, made.counts.records) == (6, 1, 3, 5)
    assert commitments_v1.read((tmp_path / "out" / "commitments.json").read_bytes()) == made.commitments
    assert names(tmp_path / "out") == ["commitments.json", "records.csv", "store"]
    assert names(tmp_path) == ["ledger.csv", "out"]


@settings(max_examples=40)
@given(rows=ledgers.ledgers, split=st.sampled_from([1, 1, 5]), depth=st.sampled_from([None, 3, 7]))
def test_t97_the_record_list_rebuilds_every_root(
    tmp_path_factory: pytest.TempPathFactory, rows: list[ledgers.Row], split: int, depth: int | None
) -> None:
    if not any(amount for *_, amount in rows):
        return
    folder = tmp_path_factory.mktemp("commit")
    made = ledgers.commit_to(folder, rows, split=split, depth=depth).commitments
    owed: dict[tuple[str, str], int] = defaultdict(int)
    leaves: dict[str, list[tuple[bytes, int]]] = defaultdict(list)
    contexts = {item.ref: (item, ledgers.context_for(item)) for item in made.liabilities}
    with (folder / "out" / "records.csv").open(encoding="utf-8", newline="") as lines:
        listed = list(records_v1.read_records(lines))
    for record in listed:
        ref = f"{record.segment}/{record.asset}"
        tag = ledgers.tag_of(record.record_key, contexts[ref][1], record.account_id)
        assert record.record_key == ledgers.key_of(contexts[ref][1], record.account_id, record.part)
        leaves[ref].append((tag, record.amount))
        owed[record.account_id, ref] += record.amount
    assert sorted(leaves) == sorted(contexts)
    for ref, (item, context) in contexts.items():
        assert leaves[ref] == sorted(leaves[ref])
        assert item.depth == max((len(leaves[ref]) - 1).bit_length(), depth or 0)
        top, total = ledgers.perfect(leaves[ref], item.depth)
        assert (item.total, item.root, item.top) == (total, ledgers.sealed(context, item.depth, top, total), top)
    assert sorted(owed.values()) == sorted(amount for *_, amount in rows if amount)


def rebuilt(folder: Path, made: Commitments) -> Recomputation:
    bundle = Bundle(
        issuer=made.issuer,
        instant=made.instant,
        sequence=1,
        previous=None,
        supersedes=None,
        anchored_by=None,
        case_rule=made.case_rule,
        expires=Instant(made.instant.seconds + 1),
        blocks=(),
        liabilities=made.liabilities,
        commitments_root=made.commitments_root,
        reserves=(),
        evidence=(),
    )
    with (folder / "out" / "records.csv").open(encoding="utf-8", newline="") as lines:
        return rebuild(bundle, records_v1.read_records(lines), ledgers.quiet)


@pytest.mark.parametrize("split", [1, 7])
def test_t97_the_auditors_rebuild_agrees(tmp_path: Path, split: int) -> None:
    made = ledgers.commit_to(tmp_path, ROWS, split=split).commitments
    found = rebuilt(tmp_path, made)
    assert not found.strangers
    for item in made.liabilities:
        seen = found.trees[item.ref]
        assert isinstance(seen, Seen)
        assert (seen.value.root, seen.value.total) == (item.root, item.total)


@pytest.mark.parametrize(
    ("old", "new"),
    [("bob,spot", "eve,spot"), (",1,0,", ",2,0,"), ("alice,spot", "alice,margin"), ("\ncarol", "\n\ncarol")],
)
def test_t97_a_changed_record_list_does_not_rebuild(tmp_path: Path, old: str, new: str) -> None:
    made = ledgers.commit_to(tmp_path, ROWS).commitments
    path = tmp_path / "out" / "records.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    roots: list[bytes | None] = []
    try:
        seen = [rebuilt(tmp_path, made).trees[item.ref] for item in made.liabilities]
        roots = [one.value.root if isinstance(one, Seen) else None for one in seen]
    except FormatError:
        roots = []
    assert roots != [item.root for item in made.liabilities]


def test_the_record_list_is_sorted_by_segment_asset_and_tag(tmp_path: Path) -> None:
    ledgers.commit_to(tmp_path, [(f"a{i}", s, a, 1) for i in range(9) for s in ("spot", "b") for a in ("ETH", "BTC")])
    with (tmp_path / "out" / "records.csv").open(encoding="utf-8") as lines:
        refs = [(record.segment, str(record.asset)) for record in records_v1.read_records(lines)]
    assert refs == sorted(refs)
    assert len(refs) == 36


def test_the_same_ledger_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    ledgers.commit_to(tmp_path / "a", ROWS, split=4)
    ledgers.commit_to(tmp_path / "b", reversed(ROWS), split=4)
    assert content(tmp_path / "a" / "out") == content(tmp_path / "b" / "out")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "other.example"),
        ("instant", Instant.parse("2026-11-01T12:00:01Z")),
        ("master_key", bytes(range(32))),
        ("depth", 3),
        ("split", 2),
    ],
)
def test_every_choice_is_bound_by_the_root(tmp_path: Path, field: str, value: object) -> None:
    roots = [
        ledgers.commit_to(tmp_path / name, ROWS, **options).commitments.commitments_root
        for name, options in (("a", {}), ("b", {field: value}))
    ]
    assert roots[0] != roots[1]


def test_t78_two_snapshots_share_no_leaf_field(tmp_path: Path) -> None:
    later = Instant.parse("2026-12-01T12:00:00Z")
    ledgers.commit_to(tmp_path / "a", ROWS)
    ledgers.commit_to(tmp_path / "b", ROWS, instant=later)
    pieces = []
    for name in ("a", "b"):
        store = tmp_path / name / "out" / "store"
        rows = (store / "tree-2" / "level-00.bin").read_bytes()
        records = (store / "records.bin").read_bytes()
        pieces.append(
            {rows[i : i + 32] for i in range(0, len(rows), 48)}
            | {records[i + 48 : i + 80] for i in range(0, len(records), 96)}
        )
    assert not pieces[0] & pieces[1]


def test_t77_two_sizes_asked_for_one_depth_have_paths_of_one_length(tmp_path: Path) -> None:
    small = ledgers.commit_to(tmp_path / "a", ROWS[:2], depth=12)
    large = ledgers.commit_to(tmp_path / "b", [(f"a{i}", "spot", "ETH", 1) for i in range(300)], depth=12)
    assert small.commitments.liabilities[0].depth == large.commitments.liabilities[0].depth == 12


def test_t80_everything_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ledgers.commit_to(tmp_path, ROWS)
    finally:
        os.umask(before)
    for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_t83_progress_tells_no_balance_and_no_account(tmp_path: Path) -> None:
    told = ledgers.Talk([])
    rows: list[ledgers.Row] = [(f"customer-{i}@mail", "spot", "ETH", 87654321 + i) for i in range(20)]
    made = ledgers.commit_to(tmp_path, rows, progress=told)
    text = "\n".join(told.lines)
    assert "spot/eip155:1/slip44:60, 20 records" in text
    assert "customer" not in text
    assert "8765" not in text
    assert str(made.commitments.liabilities[0].total) not in text


def test_t21_a_million_dust_amounts_lose_nothing(tmp_path: Path) -> None:
    rows: list[ledgers.Row] = [(f"a{i}", "spot", "ETH", 4 * 10**17) for i in range(10_000)]
    assert ledgers.commit_to(tmp_path, rows).commitments.liabilities[0].total == 4 * 10**17 * 10_000


def test_t21_more_digits_than_the_asset_has_are_not_rounded(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(f"{ledgers.HEADER}\nalice,spot,USDC,0.4999999\n")
    with pytest.raises(FormatError, match=r"ledger\.csv:2 column amount: 7 digits after the point; this asset has 6"):
        ledgers.commit_file(ledger, tmp_path / "out")


def points(folder: Path, amounts: list[int]) -> commit_module.Committed:
    (folder / "assets.toml").write_text(POINTS)
    rows = [f"a{i},spot,POINT,{amount}" for i, amount in enumerate(amounts)]
    (folder / "ledger.csv").write_text("\n".join([ledgers.HEADER, *rows]) + "\n")
    table = AssetTable.load(folder / "assets.toml")
    return ledgers.commit_file(folder / "ledger.csv", folder / "out", assets=table)


def test_t06_a_total_may_reach_the_last_128_bit_number(tmp_path: Path) -> None:
    assert points(tmp_path, [UINT128_MAX - 3, 1, 2]).commitments.liabilities[0].total == UINT128_MAX


@pytest.mark.parametrize(
    "amounts", [[UINT128_MAX, 1], [2**127, 2**127], [2**126] * 4, [UINT128_MAX - 5, 1, 2, 3], [2**127] * 9]
)
def test_t06_a_total_of_2_to_the_128_is_refused_by_name(tmp_path: Path, amounts: list[int]) -> None:
    with pytest.raises(FormatError) as caught:
        points(tmp_path, amounts)
    asset = "eip155:1/erc20:0x00000000000000000000000000000000000000aa"
    assert str(caught.value) == f"spot/{asset}: the total reaches 2^128 base units"
    assert names(tmp_path) == ["assets.toml", "ledger.csv"]


def test_t14_equal_balances_have_leaves_of_their_own(tmp_path: Path) -> None:
    ledgers.commit_to(tmp_path, [(f"a{i}", "spot", "ETH", 10**18) for i in range(100)])
    rows = (tmp_path / "out" / "store" / "tree-0" / "level-00.bin").read_bytes()
    assert len({rows[i : i + 32] for i in range(0, len(rows), 48)}) == 100


def test_t14_a_builder_that_met_one_tag_twice_would_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("por.issuer.records.record_tag", lambda *_: b"t" * 32)
    with pytest.raises(FormatError, match="two leaves with one tag"):
        ledgers.commit_to(tmp_path, ROWS)
    assert names(tmp_path) == ["ledger.csv"]


def test_t68_a_ledger_of_zeros_commits_to_nothing(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"ledger\.csv: every amount is zero: nothing to commit to"):
        ledgers.commit_to(tmp_path, [("alice", "spot", "ETH", 0), ("bob", "spot", "BTC", 0)])
    assert names(tmp_path) == ["ledger.csv"]


@pytest.mark.parametrize("there", ["file", "directory", "full directory", "link"])
def test_what_is_there_already_is_left_alone(tmp_path: Path, there: str) -> None:
    output = tmp_path / "out"
    if there == "file":
        output.write_text("mine")
    elif there == "link":
        output.symlink_to(tmp_path / "nowhere")
    else:
        output.mkdir()
        if there == "full directory":
            (output / "mine").write_text("mine")
    with pytest.raises(FormatError, match="is there already"):
        ledgers.commit_to(tmp_path, ROWS)
    assert names(tmp_path) == ["ledger.csv", "out"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"issuer": "Exchange.Example"}, "not an issuer id"),
        ({"issuer": "a b"}, "not an issuer id"),
        ({"depth": 41}, "at most 40"),
        ({"split": 0}, "1 to 64"),
        ({"master_key": b"short"}, "32 bytes"),
    ],
)
def test_bad_choices_are_refused_before_the_ledger_is_read(
    tmp_path: Path, options: dict[str, object], told: str
) -> None:
    with pytest.raises(FormatError, match=told):
        ledgers.commit_file(tmp_path / "nowhere.csv", tmp_path / "out", **options)


def test_a_bad_row_at_the_end_leaves_nothing(tmp_path: Path) -> None:
    ledger = ledgers.write_ledger(tmp_path / "ledger.csv", ROWS)
    with ledger.open("a") as file:
        file.write("dave,spot,ETH,1,000\n")
    with pytest.raises(FormatError, match=r"ledger\.csv:8: 5 fields"):
        ledgers.commit_file(ledger, tmp_path / "out")
    assert names(tmp_path) == ["ledger.csv"]


@pytest.mark.parametrize("parent", ["nowhere", "ledger.csv"])
def test_an_output_that_cannot_be_written_is_named(tmp_path: Path, parent: str) -> None:
    ledger = ledgers.write_ledger(tmp_path / "ledger.csv", ROWS)
    with pytest.raises(FormatError, match=r"out: cannot be written"):
        ledgers.commit_file(ledger, tmp_path / parent / "out")
    assert names(tmp_path) == ["ledger.csv"]


@pytest.mark.parametrize("call", range(12))
def test_a_disk_that_fills_up_at_any_moment_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    calls, sync = [0], os.fsync

    def fail_at(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] > call:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_at)
    with pytest.raises(FormatError, match="out: cannot be written: No space left on device"):
        ledgers.commit_to(tmp_path, ROWS)
    assert names(tmp_path) == ["ledger.csv"]


def test_an_injected_defect_leaves_nothing_and_is_not_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(commit_module, "write_store", fail)
    with pytest.raises(ZeroDivisionError):
        ledgers.commit_to(tmp_path, ROWS)
    assert names(tmp_path) == ["ledger.csv"]


def test_an_output_that_appears_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    def appear(_line: str) -> None:
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / "mine").write_text("mine")

    with pytest.raises(FormatError, match="out: cannot be written"):
        ledgers.commit_to(tmp_path, ROWS, progress=appear)
    assert names(tmp_path / "out") == ["mine"]
    assert names(tmp_path) == ["ledger.csv", "out"]


@pytest.mark.parametrize("line", range(3))
def test_ctrl_c_leaves_nothing(tmp_path: Path, line: int) -> None:
    told = ledgers.Talk([])

    def interrupt(text: str) -> None:
        told(text)
        if len(told.lines) > line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledgers.commit_to(tmp_path, ROWS, progress=interrupt)
    assert names(tmp_path) == ["ledger.csv"]


@pytest.mark.parametrize("account", ["=1+1", "+819012345678", "-alice", "@alice", 'a"b,c'])
def test_t94_the_record_list_keeps_ids_as_committed(tmp_path: Path, account: str) -> None:
    ledgers.commit_to(tmp_path, [(account, "spot", "ETH", 1)])
    with (tmp_path / "out" / "records.csv").open(encoding="utf-8", newline="") as lines:
        assert [record.account_id for record in records_v1.read_records(lines)] == [account]


def test_ids_are_listed_in_the_form_committed_to(tmp_path: Path) -> None:
    ledgers.commit_to(tmp_path, [("ÅSA@Mail", "spot", "ETH", 1)], case_rule=CaseRule.LOWER)
    with (tmp_path / "out" / "records.csv").open(encoding="utf-8", newline="") as lines:
        assert [record.account_id for record in records_v1.read_records(lines)] == ["åsa@mail"]


def test_the_verifiers_modules_are_not_needed_to_build() -> None:
    assert "por.commitments.sum_tree" not in Path(sys.modules["por.issuer.tree"].__file__ or "").read_text()
    assert not hasattr(commit_module, "sum_tree")


def test_a_store_of_one_customer_opens(tmp_path: Path) -> None:
    ledgers.commit_to(tmp_path, ROWS[:1])
    with ProofStore.open(tmp_path / "out") as store:
        assert store.header.records == (1,)
