"""Lists whose rows are public: krakendb, BlocPal, Silver Sixpence, WEEX, with a customer's secret and files beside."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.observation import Seen
from por.cli.main import main
from por.errors import EvidenceError, FormatError
from por.formats import blocpal, krakendb, silversixpence, weex
from por.formats.document import Document
from por.formats.times import named_day
from por.model import Instant
from por.model.published import Asked, Reading
from scripts.published_vectors import list_files as made
from scripts.published_vectors.trees import sha
from tests import published_proofs as p

NOW = ("--now", "2026-11-26T00:00:00Z")
BLOCPAL_FILE, BLOCPAL_ROOT, BLOCPAL_ROWS = made.blocpal()
HELD = ("--holding", "BTC=1.5", "--holding", "ETH=20")
SILVER_ROOT = "0d955039b7944c33a7721745870254532d0c904f2804b2a4cde52afaaa3cbba0"


@dataclass
class Bench:
    """Write files and run the command on them."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def put(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_bytes(p.data_of(content))
        return str(path)

    def run(self, file: Any, *options: str) -> tuple[int, list[dict[str, Any]]]:
        path = self.put("file", file)
        status = main(["verify-inclusion", path, *options, *NOW, "--json"])
        told = self.capsys.readouterr()
        return status, json.loads(told.out)["findings"] if told.out else [{"message": told.err}]

    def failed(self, file: Any, *options: str) -> set[str]:
        status, findings = self.run(file, *options)
        assert status == 1
        return {found["check"] for found in findings if found["outcome"] == "FAIL"}


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, capsys)


def read(module: Any, text: str, **asked: Any) -> Reading:
    document = Document(text.encode())
    variant = module.claims(document)
    assert variant is not None
    reading = module.read(document, variant, Asked(**asked))
    assert isinstance(reading, Reading)
    return reading


# krakendb


def test_t03_the_published_list_is_below_zero(vectors: Path, bench: Bench) -> None:
    file = json.loads((vectors / "krakendb-legacy" / "generated.json").read_bytes())
    mine = ("--account", file["codes"][0], "--holding", "value=1000", "--root", file["root"])
    assert bench.failed(file, *mine) == {"published.nonnegative"}


def test_a_code_opens_its_own_value_and_no_other(bench: Bench) -> None:
    file = made.kraken()
    rooted = ("--root", file["root"])
    assert bench.run(file, "--account", file["codes"][1], "--holding", "value=20", *rooted)[0] == 0
    assert bench.failed(file, "--account", file["codes"][1], "--holding", "value=150", *rooted) == {"published.leaf"}
    status, findings = bench.run(file, "--account", "00" * 8, "--holding", "value=150", *rooted)
    assert status == 3
    assert "published.leaf.not_found" in {found["message"] for found in findings}


def test_without_the_key_and_the_nodes_the_list_is_rebuilt_all_the_same(bench: Bench) -> None:
    file = {name: value for name, value in made.kraken().items() if name in {"values", "codes", "leaves", "root"}}
    mine = ("--account", file["codes"][0], "--holding", "value=150", "--root", file["root"])
    assert bench.run(file, *mine)[0] == 0
    assert bench.run(file, *mine, "--total", "value=180")[0] == 0
    assert "published.total" in bench.failed(file, *mine, "--total", "value=181")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("values", ["150", 20, 3, 7]),
        ("values", [150, 20, 3, 7.5]),
        ("values", [150, 20, 3, 2**63]),
        ("values", [150, 20, 3, -(2**63) - 1]),
        ("rootTotal", "180"),
    ],
)
def test_t22_a_value_that_is_no_integer_of_64_bits_is_not_read(member: str, value: Any, bench: Bench) -> None:
    assert bench.run({**made.kraken(), member: value})[0] == 2


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("codes", ["00" * 8, "00" * 8, "00" * 8]),
        ("codes", ["0" * 15, "00" * 8, "00" * 8, "00" * 8]),
        ("codes", [1, 2, 3, 4]),
        ("leaves", []),
        ("root", "00" * 31),
        ("allNodesDumpOrder", ["00" * 32] * 8),
        ("verifierKey", "another key"),
    ],
)
def test_t10_t13_other_shapes_break_the_list(member: str, value: Any, bench: Bench) -> None:
    assert bench.failed({**made.kraken(), member: value}) == {"published.structure"}


def test_t13_a_tree_of_three_leaves_is_none() -> None:
    with pytest.raises(EvidenceError, match="2, 4, 8"):
        read(krakendb, json.dumps(made.kraken((1, 2, 3))))


# BlocPal


def test_the_published_list_holds_and_sums_to_its_totals(vectors: Path, bench: Bench) -> None:
    (path,) = (vectors / "blocpal").glob("*merkletree.txt")
    status, findings = bench.run(path.read_text("utf-8"))
    assert status == 3
    assert {found["check"] for found in findings if found["outcome"] == "PASS"} == {
        "published.structure",
        "published.path",
        "published.sums",
        "published.nonnegative",
    }


def test_a_sentence_opens_its_row(bench: Bench) -> None:
    secret = bench.put("sentence", made.SENTENCE + "\n")
    rooted = ("--credential", secret, "--root", BLOCPAL_ROOT)
    for account in ("AB12", "a***e@example.com"):
        assert bench.run(BLOCPAL_FILE, *rooted, "--account", account, *HELD)[0] == 0
    assert bench.failed(BLOCPAL_FILE, *rooted, "--account", "CD34", *HELD) == {"published.identity"}
    more = ("--account", "AB12", "--holding", "BTC=1.5", "--holding", "ETH=21")
    assert bench.failed(BLOCPAL_FILE, *rooted, *more) == {"published.leaf"}
    status, findings = bench.run(BLOCPAL_FILE, *rooted, *HELD)
    assert status == 3
    assert "published.identity.not_stated" in {found["message"] for found in findings}


def test_a_sentence_that_nobody_s_row_is_of_is_not_found(bench: Bench) -> None:
    secret = bench.put("sentence", made.SENTENCE.replace("AB12", "AB13"))
    status, findings = bench.run(BLOCPAL_FILE, "--credential", secret, "--account", "AB13", *HELD)
    assert status == 3
    assert "published.leaf.not_found" in {found["message"] for found in findings}


@pytest.mark.parametrize(("old", "new"), [("1 November", "2 November"), ("1.50000000 BTC", "2.50000000 BTC")])
def test_t16_t36_a_sentence_of_another_proof_or_balance_breaks_the_row(old: str, new: str, bench: Bench) -> None:
    sentence = made.SENTENCE.replace(old, new)
    row = BLOCPAL_ROWS[0].replace(sha(made.SENTENCE), sha(sentence))
    rows = [row, *BLOCPAL_ROWS[1:]]
    root = made.promoted([sha(each) for each in rows], made.raw)[-1][0]
    file = BLOCPAL_FILE.replace(BLOCPAL_ROWS[0], row).replace(BLOCPAL_ROOT, root)
    secret = bench.put("sentence", sentence)
    mine = ("--credential", secret, "--root", root, "--account", "AB12", *HELD)
    assert bench.failed(file, *mine) == {"published.structure"}


def test_a_credential_that_is_no_sentence_is_refused(bench: Bench) -> None:
    assert bench.run(BLOCPAL_FILE, "--credential", bench.put("sentence", "my key"))[0] == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Root hash: ", "Root: "),
        ("Proof id: ", "Proof id:"),
        ("proofSentenceHash,", "hash,"),
        ("1.50000000 BTC", "1.5e0 BTC"),
        ("1.50000000 BTC", "1.50000000  BTC"),
        ("1.50000000 BTC", "1.50000000"),
        ("1.50000000 BTC", "1.50000000 BTC:1 BTC"),
        (",R0", ""),
        (",R0", ",R0,R1"),
    ],
)
def test_t86_another_spelling_is_not_read(old: str, new: str, bench: Bench) -> None:
    assert bench.run(BLOCPAL_FILE.replace(old, new))[0] == 2


def test_t37_the_proof_s_day_is_told_and_no_hash_covers_it(bench: Bench) -> None:
    _, findings = bench.run(BLOCPAL_FILE, "--max-age", "30")
    assert "published.age.not_hashed" in {found["message"] for found in findings}
    assert "published.age" in bench.failed(BLOCPAL_FILE, "--max-age", "3")


@given(st.integers(1, 28), st.sampled_from(["January", "June", "December"]), st.integers(2009, 2100))
def test_a_named_day_is_read_as_utc(day: int, month: str, year: int) -> None:
    number = {"January": 1, "June": 6, "December": 12}[month]
    assert named_day(f"{day} {month} {year}") == Instant.parse(f"{year}-{number:02}-{day:02}T00:00:00Z")


@pytest.mark.parametrize("text", ["", "31 June 2023", "1 Juni 2023", "1 june 2023", "1 June 23", "1 June 1990", "x"])
def test_another_day_is_none(text: str) -> None:
    assert named_day(text) is None


# Silver Sixpence


def levels_of(folder: Path) -> list[str]:
    paths = sorted((folder / "silversixpence").glob("tree-level*.csv"))
    return [str(path) for path in paths if "level14" not in path.name]


def beside(paths: Sequence[str]) -> list[str]:
    return [part for path in paths for part in ("--with", path)]


def test_the_published_levels_lead_to_the_published_root(vectors: Path, bench: Bench) -> None:
    top = (vectors / "silversixpence" / "tree-level14.csv").read_text()
    status, findings = bench.run(top, *beside(levels_of(vectors)), "--root", SILVER_ROOT)
    assert status == 3
    passed = {found["check"] for found in findings if found["outcome"] == "PASS"}
    assert {"published.structure", "published.path", "published.root"} <= passed
    structure = next(found for found in findings if found["check"] == "published.structure")
    assert structure["facts"]["variant"] == "level files, 684 nodes of levels 1 to 14"


def test_a_changed_node_of_a_published_level_is_found(vectors: Path, bench: Bench) -> None:
    paths = levels_of(vectors)
    five = next(path for path in paths if "level5.csv" in path)
    text = Path(five).read_text()
    other = bench.put("level5.csv", text.replace(text[70:74], "0000" if text[70:74] != "0000" else "1111", 1))
    rest = [path for path in paths if path != five]
    top = (vectors / "silversixpence" / "tree-level14.csv").read_text()
    status, _ = bench.run(top, *beside([*rest, other]), "--root", SILVER_ROOT)
    assert status in {1, 2}


def test_a_record_is_found_in_levels_apart(bench: Bench) -> None:
    levels, rows = made.silver()
    by_level = {level: [row for row in rows if f",{level}," in row] for level in (1, 2, 3)}
    more = [bench.put(f"level{level}", "\n".join(by_level[level]) + "\n") for level in (1, 3)]
    rooted = ("--root", levels[-1][0], "--snapshot", "A1NOV26", *beside(more))
    top = "\n".join(by_level[2]) + "\n"
    mine = ("--account", "id 0", *HELD, "--holding", "USDT=1000.25")
    assert bench.run(top, *rooted, *mine)[0] == 0
    last = ("--account", "id 4", *HELD, "--holding", "USDT=1000.25")
    assert bench.run(top, *rooted, *last)[0] == 0, "a leaf that moved up"
    for other in (("--account", "id 9", *mine[2:]), (*mine[:4], "--holding", "ETH=21", *mine[-2:])):
        assert bench.run(top, *rooted, *other)[0] == 3
    salted = bench.put("salt", "2A496ECE\n")
    assert bench.run(top, *rooted, *mine, "--credential", salted)[0] == 3


def test_t20_a_missing_level_is_asked_for(bench: Bench) -> None:
    _, rows = made.silver()
    status, told = bench.run("\n".join(row for row in rows if ",2," not in row) + "\n")
    assert status == 2
    assert "bring the files of all levels" in told[0]["message"]


def test_t09_a_record_that_hashes_to_a_node_is_nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    levels, rows = made.silver()
    monkeypatch.setattr(silversixpence, "leaf_hash", lambda *_: levels[1][0])
    with pytest.raises(EvidenceError, match="T09"):
        read(silversixpence, "\n".join(rows) + "\n", account="id 0")


@pytest.mark.parametrize("row", ["", "x", "00,1,00,00", f"{'0' * 64},0,{'1' * 64},{'2' * 64}", f"{'A' * 64},1,,"])
def test_t19_a_row_that_is_none_is_not_skipped(row: str) -> None:
    _, rows = made.silver()
    with pytest.raises(FormatError):
        read(silversixpence, "\n".join([*rows, row, rows[-1]]))


def test_t84_rows_that_lead_in_a_circle_end() -> None:
    one, two, leaf = "1" * 64, "2" * 64, "3" * 64
    with pytest.raises(EvidenceError, match="not above"):
        read(silversixpence, f"{one},1,{two},{leaf}\n{two},2,{one},{leaf}\n")


# WEEX


def weex_files(bench: Bench, **metadata: Any) -> tuple[str, str]:
    file, _, _ = made.weex()
    return bench.put("part", file), bench.put("metadata", {**made.weex_metadata(), **metadata})


def test_the_lines_that_a_customer_is_pointed_to_are_added_up(bench: Bench) -> None:
    file, root, _ = made.weex()
    for count, owed in ((1, "1.5"), (3, "1.6")):
        metadata = bench.put("metadata", made.weex_metadata(count=count))
        options = ("--with", metadata, "--root", root, "--holding", f"balance={owed}")
        assert bench.run(file, *options)[0] == 0
        assert bench.run(made.weex_metadata(count=count), "--with", bench.put("part", file), *options[2:])[0] == 0
        assert bench.failed(file, *options[:-1], "balance=2") == {"published.leaf"}
        assert bench.run(file, *options, "--account", "7")[0] == 3, "nothing shows whose the lines are"
        assert bench.run(file, *options[:2], *options[4:])[0] == 3


def test_parts_are_joined_in_their_order(bench: Bench) -> None:
    _, root, lines = made.weex()
    one, two = bench.put("1", f"POR[user]\n{lines[0]}\n{lines[1]}\n"), bench.put("2", f"{lines[2]}\n")
    metadata = made.weex_metadata(files=2)
    rooted = ("--root", root, "--holding", "balance=1.5")
    assert bench.run(metadata, "--with", one, "--with", two, *rooted)[0] == 0
    assert {"published.structure", "published.path"} <= bench.failed(metadata, "--with", two, "--with", one, *rooted)
    assert bench.run(metadata, "--with", one, *rooted)[0] == 2
    assert bench.run(metadata, *rooted)[0] == 2


def test_the_platform_s_list_is_compared_with_its_root_and_names_the_coin(bench: Bench) -> None:
    file, root, _ = made.weex()
    part, metadata = weex_files(bench)
    platform = bench.put("platform", "POR[platform]\nBTC,address,1.6\n")
    rooted = ("--with", part, "--with", platform, "--root", root, "--holding", "BTC=1.5")
    assert bench.run(made.weex_metadata(), *rooted)[0] == 0
    assert bench.run(made.weex_metadata(), *rooted, "--total", "BTC=1.6")[0] == 0
    other = bench.put("platform", "POR[platform]\nBTC,address,1.7\n")
    assert bench.failed(made.weex_metadata(), *rooted) == {"published.structure"}
    assert bench.run(made.weex_metadata(), *rooted, "--with", other)[0] == 2
    assert bench.run(file, "--with", metadata, "--with", metadata)[0] == 2


@pytest.mark.parametrize(
    "metadata",
    [
        {"userHeadHash": sha("nobody")},
        {"n": 0},
        {"n": 4},
        {"userMerkleRoot": "00" * 31},
        {"platformMerkleRoot": "00" * 33},
    ],
)
def test_t14_t10_metadata_that_points_nowhere_breaks_the_list(metadata: dict[str, Any], bench: Bench) -> None:
    part, _ = weex_files(bench)
    platform = bench.put("platform", "POR[platform]\nBTC,address,1.6\n")
    file = {**made.weex_metadata(), **metadata}
    assert bench.failed(file, "--with", part, "--with", platform) == {"published.structure"}


@pytest.mark.parametrize(
    "line", ["", "hash", f"{'0' * 64},1,2", f"{'0' * 64},1e2", f"{'0' * 64},+1", f"{'0' * 64},", "short,1"]
)
def test_t19_a_line_that_is_none_is_not_skipped(line: str) -> None:
    file, _, lines = made.weex()
    with pytest.raises(FormatError):
        read(weex, file + line + "\n" + lines[0] + "\n")


def test_t12_a_last_line_twice_leads_to_the_same_root_and_another_total(bench: Bench) -> None:
    file, root, lines = made.weex()
    twice = file + lines[-1] + "\n"
    assert read(weex, twice).trees[0].root == root
    assert "published.total" in bench.failed(twice, "--root", root, "--total", "balance=1.6")


# all of them


@pytest.mark.parametrize("module", [krakendb, blocpal, silversixpence, weex])
@given(text=st.text(max_size=200), data=st.binary(max_size=200))
def test_anything_is_read_or_refused(module: Any, text: str, data: bytes) -> None:
    name = module.CARD.name
    sample = p.data_of(p.SAMPLES[name].file)
    for content in (text.encode("utf-8", "replace"), data, sample[: len(data)] + data, sample + data):
        document = Document(content)
        variant = module.claims(document)
        if variant is None:
            continue
        with contextlib.suppress(FormatError, EvidenceError):
            assert isinstance(module.read(document, variant, Asked()), Reading)


@pytest.mark.parametrize("name", ["krakendb", "blocpal", "silversixpence", "weex"])
def test_no_other_format_claims_these_files(name: str) -> None:
    file = p.published(p.SAMPLES[name].file)
    assert file.card.name == name
    assert isinstance(file.reading, Seen)


# bounds


def test_t14_one_code_beside_several_values_breaks_the_list(bench: Bench) -> None:
    file = {**made.kraken(), "codes": ["00" * 8] * 4}
    status, findings = bench.run(file, "--account", "00" * 8)
    assert status == 1
    reasons = {found["facts"].get("reason", "") for found in findings}
    assert "one code stands beside several values (T14)" in reasons


def test_t84_of_one_customer_no_more_leaves_are_opened_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (krakendb, silversixpence, blocpal, weex):
        monkeypatch.setattr(module, "MAX_OPENED", 2)
    twins = {**made.kraken(), "codes": ["00" * 8] * 4}
    assert len(read(krakendb, json.dumps(twins), account="00" * 8).opened) == 2
    rows = "".join(f"{sha(str(number))},1,{sha('id 0')},{sha(f'other {number}')}\n" for number in range(4))
    pairs = ((2, "a", "0", "1"), (2, "b", "2", "3"), (3, "c", "a", "b"))
    above = "".join(f"{sha(node)},{level},{sha(left)},{sha(right)}\n" for level, node, left, right in pairs)
    assert len(read(silversixpence, rows + above, account="id 0").opened) == 2
    same = "\r\n".join((*BLOCPAL_FILE.split("\r\n")[:5], *[f"{BLOCPAL_ROWS[0]},R"] * 5))
    assert len(read(blocpal, same, secret=made.SENTENCE).opened) == 2
    metadata = json.dumps(made.weex_metadata(count=3))
    with pytest.raises(FormatError, match="at most 2 are opened"):
        read(weex, metadata, companions=(made.weex()[0].encode(),))


def test_t84_more_balances_than_are_read_are_counted_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocpal, "MAX_BALANCES", 10)
    with pytest.raises(FormatError, match="more than 10 balances"):
        read(blocpal, BLOCPAL_FILE)
