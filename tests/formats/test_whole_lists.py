"""Customers found in whole trees and lists by what is theirs: keys, parts, credentials, records."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.cli.main import main
from por.commitments.text_merkle import Odd
from por.commitments.text_tree import differences, grow, way
from por.errors import EvidenceError, FormatError
from por.formats import bitmex as bitmex_format
from por.formats import bitso, leaf_list
from por.formats.document import Document
from por.formats.proofs import format_named
from por.formats.whole_list import rows_of, total_of
from por.model import Finding, Outcome, Verdict
from por.model.figures import read_figure
from por.model.published import Asked, Node, Reading
from scripts.published_vectors import whole_files as w
from scripts.published_vectors.path_files import COINS, NAMED, balances, honest
from scripts.published_vectors.sample import put
from scripts.published_vectors.trees import sha
from tests import published_proofs as p


def read(name: str, file: Any, **asked: Any) -> Reading:
    found = format_named(name)
    document = Document(p.data_of(file))
    variant = found.claims(document)
    assert variant is not None
    return found.read(document, variant, Asked(**asked))


def said(verdict: Verdict, check: str) -> set[str]:
    return {finding.message.removeprefix(f"published.{check}.") for finding in verdict.of(f"published.{check}")}


def failed(verdict: Verdict) -> set[str]:
    return {finding.check for finding in verdict.findings if finding.outcome is Outcome.FAIL}


def undecided(verdict: Verdict) -> set[str]:
    return {f.check for f in verdict.findings if f.required and f.outcome is Outcome.INCONCLUSIVE}


def leaf_of(verdict: Verdict) -> Sequence[Finding]:
    return verdict.of("published.leaf")


# --- BitMEX and River


LEVELS, TREE = w.bitmex()
RIVER_CODE = "AE"
"""One byte, 1, in base 32."""


def test_a_balance_split_over_leaves_is_found_and_added_up() -> None:
    verdict = p.judged(
        TREE, account="0", secret=w.KEYS[0], holdings=p.amounts(BTC="0.0000015"), root=LEVELS[-1][0].hash
    )
    assert verdict.outcome is Outcome.PASS
    assert said(verdict, "leaf") == {"same"}
    assert said(verdict, "identity") == {"bound"}
    assert said(verdict, "sums") == {"both"}
    assert said(verdict, "nonnegative") == {"none"}


@pytest.mark.parametrize("owed", ["0.0000009", "0.0000006", "0.000003", "1"])
def test_t23_a_part_of_a_balance_that_is_missing_is_refuted(owed: str) -> None:
    verdict = p.judged(TREE, account="0", secret=w.KEYS[0], holdings=p.amounts(BTC=owed))
    assert failed(verdict) == {"published.leaf"}


@pytest.mark.parametrize(("account", "key"), [("1", 0), ("0", 1), ("7", 0), ("3", 3)])
def test_t68_nobody_found_is_never_a_success(account: str, key: int) -> None:
    verdict = p.judged(TREE, account=account, secret=w.KEYS[key], holdings=p.amounts(BTC="0"), root=LEVELS[-1][0].hash)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert said(verdict, "leaf") == {"not_found"}


def test_without_a_key_nobody_is_looked_for() -> None:
    assert said(p.judged(TREE, root=LEVELS[-1][0].hash), "leaf") == {"nobody"}
    assert said(p.judged(TREE, account="0"), "leaf") == {"not_found"}
    assert read("bitmex", TREE).opened == ()


def test_t14_a_nonce_of_one_snapshot_opens_leaves_and_ties_them_to_nobody() -> None:
    nonce = w.bitmex_key(0).hex()
    verdict = p.judged(TREE, secret=nonce, holdings=p.amounts(BTC="0.0000015"), root=LEVELS[-1][0].hash)
    assert undecided(verdict) == {"published.identity"}
    assert said(verdict, "identity") == {"not_stated"}
    assert read("bitmex", TREE, account="0", secret=nonce).opened == ()


def test_a_customer_of_river_is_found_by_code_key_and_address() -> None:
    levels, file = w.bitmex(lambda owner: w.river_key(owner, "me@example.com"))
    own = read("bitmex", file, account=RIVER_CODE, secret=f"{w.KEYS[1]} me@example.com").opened
    assert [each.amounts["BTC"].plain for each in own] == ["0.00000007"]
    assert own[0].root.hash == levels[-1][0].hash
    assert read("bitmex", file, account=RIVER_CODE, secret=f"{w.KEYS[1]} you@example.com").opened == ()


@pytest.mark.parametrize(
    ("account", "secret", "place"),
    [
        ("0", "short", "--credential"),
        ("0", w.KEYS[0].upper(), "--credential"),
        ("0", f"{w.KEYS[0]} a b", "--credential"),
        ("U7", w.KEYS[0], "--account"),
        ("-1", w.KEYS[0], "--account"),
        ("99999999999999999999", w.KEYS[0], "--account"),
        ("18446744073709551616", w.KEYS[0], "--account"),
        ("1", f"{w.KEYS[0]} me@example.com", "--account"),
        ("AAAAAAAAAAAAAAAAAAAAAAAA", f"{w.KEYS[0]} me@example.com", None),
        ("77777777777777777777777A", f"{w.KEYS[0]} me@example.com", "--account"),
    ],
)
def test_what_is_no_key_or_account_is_refused_by_name(account: str, secret: str, place: str | None) -> None:
    if place is None:
        assert read("bitmex", TREE, account=account, secret=secret).opened == ()
        return
    with pytest.raises(FormatError, match=place):
        read("bitmex", TREE, account=account, secret=secret)


@pytest.mark.parametrize("key", [w.KEYS[0], "no key", f"{w.KEYS[0]} me@example.com"])
def test_no_message_shows_the_key(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree, credential = tmp_path / "tree.csv", tmp_path / "key"
    tree.write_text(TREE)
    credential.write_text(key)
    main(["verify-inclusion", str(tree), "--account", "1", "--credential", str(credential)])
    out, err = capsys.readouterr()
    assert key not in out + err


@given(st.integers(0, 3), st.integers(1, 2**40))
def test_t01_t03_no_leaf_can_be_changed_under_the_root(index: int, added: int) -> None:
    rows = TREE.splitlines()
    hashed, _, units = rows[4 + index].partition(",")
    rows[4 + index] = f"{hashed},{int(units) + added}"
    verdict = p.judged("\n".join(rows), root=LEVELS[-1][0].hash)
    assert {"published.path", "published.root"} <= failed(verdict)


@pytest.mark.parametrize(
    ("line", "text", "error"),
    [
        (0, "block_height:x", FormatError),
        (3, "junk", FormatError),
        (3, f"{'0' * 64},1.5", FormatError),
        (3, f"{'0' * 64},01", FormatError),
        (3, f"{'0' * 64},1,2", FormatError),
        (3, f"{'0' * 63},1", EvidenceError),
        (4, f"{'0' * 64},{2**64}", EvidenceError),
        (4, f"{'0' * 64},-1", EvidenceError),
        (7, f"{'0' * 64},1\n{'0' * 64},1", EvidenceError),
    ],
)
def test_t19_a_row_that_cannot_be_read_is_never_skipped(line: int, text: str, error: type[Exception]) -> None:
    rows = TREE.splitlines()
    rows[line] = text
    with pytest.raises(error):
        bitmex_format.read(Document("\n".join(rows).encode()), "", Asked())


def test_the_levels_are_told_from_rows_whatever_their_line_ends() -> None:
    assert read("bitmex", TREE.replace("\n", "\r\n")) == read("bitmex", TREE)
    assert read("bitmex", TREE.removesuffix("\n")) == read("bitmex", TREE)


# --- OKX


OKX_LEVELS, OKX_TREE = w.okx_tree()
PARTS = w.okx_parts(OKX_LEVELS)
OKX_MINE = p.amounts(BTC="1.5", ETH="20", USDT="1000.25")


def okx(parts: Any = PARTS, **asked: Any) -> Verdict:
    companions = (p.data_of(parts),)
    return p.judged(OKX_TREE, companions=companions, root=OKX_LEVELS[-1][0].hash, **asked)


def test_a_customers_parts_are_leaves_and_sum_to_the_whole() -> None:
    verdict = okx(holdings=OKX_MINE, account=NAMED[0])
    assert verdict.outcome is Outcome.PASS
    assert said(verdict, "identity") == {"opaque_same"}
    assert said(verdict, "sums") == {"parent"}
    reading = read("okx-v1-fulltree", OKX_TREE, companions=(p.data_of(PARTS),))
    assert [each.root.hash for each in reading.opened] == [OKX_LEVELS[-1][0].hash] * 2
    assert (reading.trees[0].leaves, reading.trees[0].nodes) == (4, 7)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/nonce", NAMED[1]),
        ("/nonce", "0" * 128),
        ("/hash", sha("another")),
        ("/totalBalances/BTC", "2"),
        ("/nodes/0/balances/BTC", "2"),
        ("/nodes/0", None),
        ("/nodes/0/hash", sha("another")),
        ("/nodes/1", {"balances": {"BTC": "0", "ETH": "0", "USDT": "0"}, "hash": OKX_LEVELS[0][2].hash}),
    ],
)
def test_t16_t23_parts_that_are_not_what_was_hashed_are_refuted(pointer: str, value: Any) -> None:
    assert failed(okx(put(PARTS, pointer, value))) == {"published.structure"}


def test_t14_one_leaf_cannot_stand_for_two_parts() -> None:
    twice = {**PARTS, "nodes": [*PARTS["nodes"], PARTS["nodes"][0]]}
    assert failed(okx(twice)) == {"published.structure"}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"nonce":"n","totalBalances":{"BTC":1}}', b"\xff"])
def test_what_is_no_file_of_parts_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="--with"):
        read("okx-v1-fulltree", OKX_TREE, companions=(data,))


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (",3,{", ",4,{", EvidenceError),
        (",2,{", ",1,{", EvidenceError),
        ('{"BTC":"1.5"', '{"BTC":1.5', FormatError),
        ('{"BTC":"1.5"', '{"BTC":"1.5","BTC":"1.5"', FormatError),
        ('{"BTC":"1.5"', '{"BTC":"1.123456789"', EvidenceError),
        (OKX_LEVELS[0][0].hash, "", FormatError),
    ],
)
def test_t19_t86_a_line_of_the_tree_that_cannot_be_read_is_never_skipped(
    old: str, new: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        read("okx-v1-fulltree", OKX_TREE.replace(old, new, 1))


# --- Cake


CAKE, CAKE_ROOT = w.cake(honest)


def test_a_leaf_of_cake_is_found_by_its_hash_and_binds_no_balance() -> None:
    leaf = CAKE["left"]["right"]
    verdict = p.judged(CAKE, account=leaf["hash"], root=CAKE_ROOT)
    assert failed(verdict) == set()
    assert said(verdict, "leaf") == {"not_bound"}
    assert said(verdict, "identity") == {"none"}
    reading = read("cakedefi", CAKE, account=leaf["hash"])
    assert [node.hash for node in reading.opened[0].ancestors] == [CAKE["left"]["hash"], CAKE_ROOT]
    assert reading.opened[0].siblings[0].hash == CAKE["left"]["left"]["hash"]
    assert said(p.judged(CAKE, account="0" * 40), "leaf") == {"not_found"}


def test_t15_another_balance_beside_the_leaf_is_refuted_and_its_own_is_not_decided() -> None:
    leaf = CAKE["left"]["right"]
    own = p.amounts(**{"wallet.USDT": leaf["assets"]["wallet"]["USDT"]})
    assert said(p.judged(CAKE, account=leaf["hash"], holdings=own), "leaf") == {"not_bound"}
    more = p.amounts(**{"wallet.USDT": "99"})
    assert failed(p.judged(CAKE, account=leaf["hash"], holdings=more)) == {"published.leaf"}


def test_the_time_of_a_snapshot_is_read_and_bound_by_no_hash() -> None:
    reading = read("cakedefi", {**CAKE, "timeOfSnapshot": 1671408000000})
    assert str(reading.instant) == "2022-12-19T00:00:00Z"
    assert not reading.instant_bound
    assert read("cakedefi", {**CAKE, "timeOfSnapshot": "soon"}).instant is None


# --- SwissBorg


SWISS, AUDIT = w.swissborg()
COMMITMENT = AUDIT["audit"]["commitment"]["digest"]
SWISS_MINE = p.amounts(BTC="1.5")


def swiss(file: Any = SWISS, audit: Any = AUDIT, **asked: Any) -> Verdict:
    asked = {"account": w.USER, "holdings": SWISS_MINE, "root": COMMITMENT, "secret": w.CREDENTIAL, **asked}
    return p.judged(file, companions=(p.data_of(audit),), **asked)


@pytest.mark.parametrize("digest", [False, True])
def test_leaves_follow_from_the_credential_in_files_old_and_new(digest: bool) -> None:
    file, audit = w.swissborg(digest=digest)
    verdict = swiss(file, audit)
    assert verdict.outcome is Outcome.PASS
    assert said(verdict, "root") == {"given"}
    assert said(verdict, "path") == {"same"}


def test_a_file_of_2022_without_the_credential_has_a_leaf_that_is_not_computed() -> None:
    file, audit = w.swissborg(digest=True)
    verdict = swiss(file, audit, secret=None)
    assert failed(verdict) == set()
    assert undecided(verdict) == {"published.leaf", "published.identity"}


def test_t79_the_nonce_in_the_file_serves_where_no_credential_is_given() -> None:
    assert swiss(secret=None).outcome is Outcome.PASS


def test_t14_a_nonce_that_does_not_follow_from_the_credential_is_refuted() -> None:
    assert "published.structure" in failed(swiss(secret="another"))
    assert "published.structure" in failed(swiss(put(SWISS, "/liabilities/0/proof/nonce", "00" * 32)))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/audit/commitment/digest", "00" * 32),
        ("/audit/partitions/0/commitment/liability", "13"),
        ("/audit/partitions/0/id", "another"),
        ("/audit/partitions/1/commitment/digest", "00" * 32),
        ("/audit/partitions/1/commitment/liability", "1"),
        ("/audit/partitions/1/id", "another"),
        ("/audit/partitions/1/currency", "ETH"),
        ("/audit/id", "SBPOL20261102"),
        ("/audit/partitions/0", None),
    ],
)
def test_t38_roots_that_are_not_under_the_commitment_are_refuted(pointer: str, value: Any) -> None:
    assert failed(swiss(audit=put(AUDIT, pointer, value))) & {"published.structure", "published.path"}


def test_t16_a_total_of_a_currency_that_is_not_the_trees_is_refuted() -> None:
    audit = put(AUDIT, "/audit/partitions/1/commitment/liability", "1")
    assert "published.total" in failed(swiss(audit=audit))


def test_a_commitment_can_be_given_as_the_publishers_file(tmp_path: Path) -> None:
    files = {"proof": SWISS, "audit": AUDIT, "broken": put(AUDIT, "/audit/commitment/digest", "00" * 32)}
    for name, value in files.items():
        (tmp_path / name).write_text(json.dumps(value))
    (tmp_path / "credential").write_text(f"{w.CREDENTIAL}\n")
    command = ["verify-inclusion", str(tmp_path / "proof"), "--account", w.USER, "--holding", "BTC=1.5"]
    command += ["--credential", str(tmp_path / "credential")]
    beside = ["--with", str(tmp_path / "audit")]
    assert main([*command, *beside, "--root", str(tmp_path / "audit")]) == 2
    assert main([*command, "--root", str(tmp_path / "audit")]) == 0
    assert main([*command, *beside, "--root", COMMITMENT]) == 0
    assert main([*command, *beside]) == 3
    assert main([*command, *beside, "--root", "00" * 32]) == 1
    assert main([*command, "--root", str(tmp_path / "broken")]) != 0


# --- lists of leaves


RULES = {"tnf": w.tnf_leaf, "tnf-c": w.tnf_named_leaf, "bitso": w.bitso_leaf}


@dataclass
class Listed:
    name: str
    file: str
    root: str


def listed(name: str, first: dict[str, int] | None = None) -> Listed:
    held = [first or balances(0), *(balances(number) for number in range(1, 4)), balances(3)]
    file, root = w.list_tree([RULES[name](number, sums) for number, sums in enumerate(held)])
    return Listed(name, file, root)


def records(first: str = "1.5,20,1000.25") -> bytes:
    rows = [first, "0,0.00000001,3", "0.1,0,0", "2,1.25,99.99999999", "2,1.25,99.99999999"]
    return "\r\n".join(("#ID,BTC,ETH,USDT", *(f"u{number},{row}" for number, row in enumerate(rows)))).encode()


TOTALS = b"BTC:5.6\r\nETH:22.50000001\r\nUSDT:1203.24999998\r\n"


@pytest.mark.parametrize("name", RULES)
def test_whoever_has_all_records_recomputes_every_leaf_and_the_total(name: str) -> None:
    one = listed(name)
    verdict = p.judged(one.file, chosen=name, companions=(records(), TOTALS), root=one.root)
    assert failed(verdict) == set()
    assert said(verdict, "sums") == {"none"}
    assert said(verdict, "nonnegative") == {"none"}
    assert said(verdict, "total") == {"in_file"}
    bare = p.judged(one.file, chosen=name, root=one.root)
    assert said(bare, "sums") == {"none"}
    assert said(bare, "total") == {"none"}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    "changed",
    [
        records("1.6,20,1000.25"),
        records().replace(b"u1", b"u9"),
        records() + b"\r\nu5,1,1,1",
        records().rsplit(b"\r\n", 1)[0],
    ],
    ids=["amount", "id", "more", "fewer"],
)
def test_t15_t23_a_record_that_is_not_the_leafs_is_refuted(name: str, changed: bytes) -> None:
    verdict = p.judged(listed(name).file, chosen=name, companions=(changed,))
    assert failed(verdict) == {"published.structure"}
    assert said(verdict, "sums") == {"none"}


@pytest.mark.parametrize("name", RULES)
def test_t03_a_negative_record_or_total_is_refuted(name: str) -> None:
    one = listed(name, dict(zip(COINS, (-150_000_000, 0, 0), strict=True)))
    assert "published.nonnegative" in failed(p.judged(one.file, chosen=name, companions=(records("-1.5,0,0"),)))
    totals = TOTALS.replace(b"BTC:5.6", b"BTC:-5.6")
    verdict = p.judged(listed(name).file, chosen=name, companions=(totals,))
    assert failed(verdict) == {"published.nonnegative"}
    assert [f.facts["node"] for f in verdict.of("published.nonnegative")] == ["the totals beside it"]


def test_t16_totals_that_the_records_do_not_sum_to_are_refuted() -> None:
    totals = TOTALS.replace(b"BTC:5.6", b"BTC:5.5")
    verdict = p.judged(listed("tnf").file, chosen="tnf", companions=(records(), totals))
    assert failed(verdict) == {"published.total"}


@pytest.mark.parametrize("name", RULES)
def test_a_customer_who_is_in_no_leaf_is_not_decided(name: str) -> None:
    one = listed(name)
    for account, owed in (("u0", "1.6"), ("nobody", "1.5")):
        holdings = p.amounts(BTC=owed, ETH="20", USDT="1000.25")
        verdict = p.judged(one.file, chosen=name, account=account, holdings=holdings, root=one.root)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert said(verdict, "leaf") == {"not_found"}


def test_t70_a_list_of_leaves_is_in_the_form_of_three_and_the_customer_chooses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list"
    file.write_text(listed("tnf").file)
    assert main(["verify-inclusion", str(file)]) == 2
    assert "tnf and tnf-c and bitso; choose with --format NAME" in capsys.readouterr().err
    assert main(["verify-inclusion", str(file), "--format", "bitso"]) == 3


@pytest.mark.parametrize(
    "beside",
    [
        b"hello",
        b"BTC:1\nBTC:2",
        b"#ID,BTC,BTC\nu0,1,1",
        b"#ID,BTC\nu0,1,1",
        b"#ID,BTC\nu0,1e9",
        b"#ID,BTC\nu0,NaN",
        b"#ID,BTC\n\nu0,1",
        b"#ID,B TC\nu0,1",
    ],
)
def test_t86_what_is_neither_totals_nor_records_is_refused(beside: bytes) -> None:
    with pytest.raises(FormatError, match="--with"):
        read("tnf", listed("tnf").file, companions=(beside,))
    with pytest.raises(FormatError, match="--with"):
        read("tnf", listed("tnf").file, companions=(TOTALS, TOTALS))


@pytest.mark.parametrize(
    ("written", "hashed"),
    [
        ("10", "1"),
        ("100", "10"),
        ("1.500", "1.50"),
        ("1.50", "1.5"),
        ("20.10", "20.1"),
        ("1000.000", "1000"),
        ("0", "0"),
    ],
)
def test_t08_the_rule_of_bitso_takes_zeros_as_its_publisher_does(written: str, hashed: str) -> None:
    assert bitso.leaf("code", p.amounts(btc=written)) == sha("code" + sha(hashed))[:16]


# --- several lists, several trees


def test_t01_two_lists_under_one_root_with_other_rows_contradict() -> None:
    one, other = p.two_lists_of_one()
    for each in (one, other):
        assert failed(p.judged(each)) == set()
    verdict = p.judged(one, other)
    assert verdict.outcome is Outcome.FAIL
    assert said(verdict, "consistent") == {"two_lists"}
    assert said(p.judged(one, one), "consistent") == {"same_list"}


def test_t01_records_beside_a_list_tell_it_from_another_with_other_records() -> None:
    lists = [read("tnf", listed("tnf").file, companions=(each,)) for each in (records(), records("1.5,20,1000.26"))]
    assert lists[0].trees[0].root == lists[1].trees[0].root
    assert lists[0].trees[0].rows != lists[1].trees[0].rows


def test_t35_two_trees_of_one_block_have_two_roots() -> None:
    _, other = w.bitmex(lambda owner: w.river_key(owner, "me@example.com"))
    assert said(p.judged(TREE, other), "consistent") == {"two_roots"}
    assert said(p.judged(TREE, other.replace("block_height:900001", "block_height:900002")), "consistent") == set()


def test_a_total_of_one_currency_is_compared_with_its_own_tree_alone() -> None:
    total = AUDIT["audit"]["partitions"][1]["commitment"]["liability"]
    two = p.swissborg_of_two_currencies()
    for owed, message in ((total, "same"), ("1", "other_given")):
        verdict = p.judged(two, totals=p.amounts(BTC=owed))
        assert {f.message for f in verdict.of("published.total") if "-BTC" in f.subject} == {
            f"published.total.{message}"
        }
        assert {f.message for f in verdict.of("published.total") if "-ETH" in f.subject} == {"published.total.in_file"}
    (finding,) = (f for f in p.judged(two, totals=p.amounts(DOGE="1")).of("published.total") if f.subject == "DOGE")
    assert (finding.outcome, finding.required) == (Outcome.INCONCLUSIVE, True)


# --- trees


ROW = st.lists(st.integers(0, 2**30), min_size=1, max_size=9)


@given(ROW, st.data())
def test_every_way_leads_to_the_root_that_was_grown(units: list[int], data: st.DataObject) -> None:
    leaves = [Node(sha(f"{at} {value}"), None) for at, value in enumerate(units)]
    levels = grow(leaf_list.RULE, leaves, Odd.PROMOTE)
    index = data.draw(st.integers(0, len(leaves) - 1))
    steps = list(way(levels, index))
    assert (steps[-1][1] if steps else leaves[0]) == levels[-1][0]
    assert list(differences(levels, levels)) == []


def test_a_tree_without_leaves_or_without_a_needed_sibling_is_none() -> None:
    rule = bitmex_format.RULE
    with pytest.raises(EvidenceError, match="no leaves"):
        grow(rule, [])
    with pytest.raises(EvidenceError, match="must have a sibling"):
        grow(rule, [Node(node.hash, {}) for node in LEVELS[0][:3]])


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(-(10**12), 10**12), st.integers(0, 12)), max_size=8))
def test_totals_are_exact_whatever_the_scales(rows: list[tuple[str, int, int]]) -> None:
    figures = [{name: read_figure(_text(units, places))} for name, units, places in rows]
    totals = total_of(figures)
    for name in "AB":
        wanted = sum(units * 10 ** (12 - places) for each, units, places in rows if each == name)
        assert (totals[name].at(12) if name in totals else 0) == wanted


def _text(units: int, places: int) -> str:
    digits = str(abs(units)).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    return ("-" if units < 0 else "") + whole + (f".{part}" if part else "")


def test_t84_a_list_of_too_many_rows_is_refused_before_it_is_read() -> None:
    with pytest.raises(FormatError, match="at most 3"):
        rows_of(Document(b"a\nb\nc\nd\n"), limit=3)
    assert len(rows_of(Document(b"a\nb\nc\nd\n"), skip=1, limit=3)) == 3


# --- hostile files

POWERS = ["1e200000000", "1E+9", "9" * 5000, "0." + "0" * 5000 + "1", "١", "+1", "0x1", "NaN", " 1", ""]


@pytest.mark.parametrize("power", POWERS)
def test_t84_an_amount_that_is_no_plain_decimal_is_refused_at_once(power: str) -> None:
    bitbase = p.SAMPLES["bitbase"].file
    files: list[tuple[str, Any]] = [
        ("bitmex", TREE.replace(",60\n", f",{power}\n")),
        ("okx-v1-fulltree", OKX_TREE.replace('"BTC":"0.5"', f'"BTC":"{power}"')),
        ("cakedefi", put(CAKE, "/left/left/assets/wallet/BTC", power)),
        ("swissborg", put(SWISS, "/liabilities/0/liability", power)),
        ("bitbase", put(bitbase, "/balances/BTC", power)),
    ]
    began = time.process_time()
    for name, file in files:
        with pytest.raises(FormatError):
            read(name, file)
    assert time.process_time() - began < 0.5


def test_t84_a_tree_nested_beyond_all_trees_is_refused() -> None:
    node: Any = {"hash": "0" * 40, "assets": {}, "left": None, "right": None}
    for _ in range(60):
        node = {**node, "left": node, "right": {**node, "left": None, "right": None}}
    assert failed(p.judged(node)) == {"published.structure", "published.path"}
    for _ in range(100):
        node = {**node, "left": node, "right": {**node, "left": None, "right": None}}
    with pytest.raises(FormatError, match="nested deeper"):
        p.published(node)


def test_t84_lists_of_too_many_rows_are_refused_before_anything_is_hashed() -> None:
    began = time.process_time()
    row = f"{'0' * 64},1\n"
    with pytest.raises(FormatError, match="at most"):
        read("bitmex", "block_height:1\n" + row + "0,1\n" * (1 << 20))
    with pytest.raises(FormatError, match="at most"):
        read("tnf", "2,0\t" + "0" * 16 + "\n" + "\n" * 500_000)
    with pytest.raises(FormatError, match="at most"):
        read("tnf", listed("tnf").file, companions=(b"#ID,BTC\n" + b"u,1\n" * 500_001,))
    assert time.process_time() - began < 4


def test_t84_a_customer_with_too_many_liabilities_or_witnesses_is_refused() -> None:
    with pytest.raises(FormatError, match="at most"):
        read("swissborg", {**SWISS, "liabilities": SWISS["liabilities"] * 5_001})
    witness = SWISS["liabilities"][0]["proof"]["witnesses"][0]
    with pytest.raises(FormatError, match="at most"):
        read("swissborg", put(SWISS, "/liabilities/0/proof/witnesses", [witness] * 129))


@given(st.binary(max_size=200))
def test_t85_any_bytes_beside_a_list_are_read_or_refused(data: bytes) -> None:
    for name, file in (("okx-v1-fulltree", OKX_TREE), ("swissborg", SWISS), ("tnf", listed("tnf").file)):
        with contextlib.suppress(FormatError, EvidenceError):
            read(name, file, companions=(data,))


@given(st.sampled_from(["parts", "audit"]), st.data())
def test_t85_a_byte_changed_in_what_is_beside_never_crashes_or_passes_with_another_amount(
    which: str, data: st.DataObject
) -> None:
    text = bytearray(p.data_of(PARTS if which == "parts" else AUDIT))
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FormatError):
        if which == "parts":
            verdict = p.judged(OKX_TREE, companions=(bytes(text),), holdings=OKX_MINE, root=OKX_LEVELS[-1][0].hash)
        else:
            verdict = p.judged(
                SWISS,
                companions=(bytes(text),),
                account=w.USER,
                holdings=SWISS_MINE,
                root=COMMITMENT,
                secret=w.CREDENTIAL,
            )
        if verdict.outcome is Outcome.PASS:
            assert {f.actual for f in verdict.of("published.leaf") if f.outcome is Outcome.PASS} <= {
                "1.5",
                "20",
                "1000.25",
            }


# --- real files


def told(reading: Reading) -> dict[str, str]:
    return {coin: value.plain for coin, value in total_of(each.amounts for each in reading.opened).items()}


def test_the_real_accounts_of_bitmex_are_found_with_their_whole_balance(vectors: Path) -> None:
    folder = vectors / "bitmex"
    tree = (folder / "generated-900000-proof.csv").read_text()
    owed = dict(line.split(",") for line in (folder / "generated-900000-input.csv").read_text().split()[1:])
    nonces = dict(line.split(",") for line in (folder / "generated-900000-nonces.txt").read_text().split())
    for account, nonce in nonces.items():
        reading = read("bitmex", tree, account=account, secret=nonce)
        assert sum(each.amounts["BTC"].at(8) for each in reading.opened) == int(owed[account])
        assert {each.root.hash for each in reading.opened} <= {reading.trees[0].stated_root}


def test_t68_the_documented_example_of_bitmex_holds_none_of_its_accounts(vectors: Path) -> None:
    folder = vectors / "bitmex"
    tree = (folder / "readme-liabilities.csv").read_text()
    for line in (folder / "generated-900000-nonces.txt").read_text().split():
        account, nonce = line.split(",")
        verdict = p.judged(tree, account=account, secret=nonce)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert said(verdict, "leaf") == {"not_found"}


def test_the_real_parts_of_okx_are_found(vectors: Path) -> None:
    folder = vectors / "okx-v1"
    parts = (folder / "user_info_file.json").read_bytes()
    tree = (folder / "full-liabilities-merkle-tree.txt").read_text()
    reading = read("okx-v1-fulltree", tree, companions=(parts,))
    assert (len(reading.opened), reading.trees[0].leaves, reading.trees[0].problems) == (2, 22, ())
    total = json.loads(parts)["totalBalances"]
    assert told(reading) == total
    verdict = p.judged(tree, companions=(parts,), holdings=p.amounts(**total), root=reading.trees[0].root)
    assert failed(verdict) == set()
    assert undecided(verdict) <= {"published.identity"}


@pytest.mark.parametrize("number", range(1, 6))
def test_t35_a_file_alone_of_swissborg_is_no_contradiction(number: int, vectors: Path) -> None:
    """Files of 2022 have leaves' hashes where later ones have nonces: read as those, each leaf had its own root."""
    folder = vectors / "swissborg"
    file = json.loads((folder / f"userLiab_{number}.json").read_bytes(), parse_float=str)
    verdict = p.judged(file, account=file["user_id"])
    assert (verdict.outcome, failed(verdict)) == (Outcome.INCONCLUSIVE, set())
    assert len({opened.root.hash for opened in read("swissborg", file).opened}) == len(
        {opened.tree for opened in read("swissborg", file).opened}
    )


@pytest.mark.parametrize("digest", [False, True])
def test_t35_one_leaf_alone_does_not_say_how_it_is_read(digest: bool) -> None:
    file, audit = w.swissborg(digest=digest)
    root = audit["audit"]["partitions"][1]["commitment"]["digest"]
    one = {**file, "liabilities": file["liabilities"][:1]}
    for known in (None, root):
        verdict = p.judged(one, account=w.USER, root=known)
        assert (verdict.outcome, failed(verdict)) == (Outcome.INCONCLUSIVE, set())
    commitment = audit["audit"]["commitment"]["digest"]
    whole = p.judged(one, account=w.USER, root=commitment, companions=(p.data_of(audit),))
    assert failed(whole) == set()


@pytest.mark.parametrize("digest", [False, True])
def test_t34_the_commitment_alone_decides_nothing_about_a_tree_under_it(digest: bool) -> None:
    file, audit = w.swissborg(digest=digest)
    verdict = p.judged(file, account=w.USER, root=audit["audit"]["commitment"]["digest"])
    assert (verdict.outcome, said(verdict, "root")) == (Outcome.INCONCLUSIVE, {"not_led_to"})
    rooted = p.judged(file, account=w.USER, root=audit["audit"]["partitions"][1]["commitment"]["digest"])
    assert said(rooted, "root") == {"given"}


@pytest.mark.parametrize("number", range(1, 6))
def test_the_real_liabilities_of_swissborg_pass_with_credential_and_roots(number: int, vectors: Path) -> None:
    folder = vectors / "swissborg"
    rows = re.findall(r"^\| (\d) \| (\w+) \| (\d) \| true: (.*) \|$", (folder / "ORIGIN.md").read_text(), re.MULTILINE)
    _, credential, audit, shown = next(row for row in rows if row[0] == str(number))
    roots = (folder / f"auditRoots_{audit}.json").read_bytes()
    file = json.loads((folder / f"userLiab_{number}.json").read_bytes(), parse_float=str)
    reading = read("swissborg", file, secret=credential, companions=(roots,))
    if not shown.startswith("same"):
        assert told(reading) == dict(row.split(" ") for row in shown.split(", "))
    asked: dict[str, Any] = {"account": file["user_id"], "holdings": p.amounts(**told(reading)), "secret": credential}
    verdict = p.judged(file, companions=(roots,), root=reading.commitment, **asked)
    assert verdict.outcome is Outcome.PASS
    asked["secret"] = credential[::-1]
    assert p.judged(file, companions=(roots,), root=reading.commitment, **asked).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("name", "made", "file"),
    [
        ("tnf", "default", "input-generated.csv"),
        ("tnf-c", "concat", "input-generated.csv"),
        ("tnf", "example", "example_input.txt"),
    ],
)
def test_every_real_record_of_the_network_firm_is_its_leaf(name: str, made: str, file: str, vectors: Path) -> None:
    folder = vectors / "tnf"
    beside = ((folder / file).read_bytes(), (folder / f"{made}-totals.txt").read_bytes())
    tree = (folder / f"{made}-tree.txt").read_text()
    root = (folder / f"{made}-root.txt").read_text()
    verdict = p.judged(tree, chosen=name, companions=beside, root=root)
    assert said(verdict, "structure") == {"known"}
    assert said(verdict, "sums") == {"none"}
    assert said(verdict, "root") == {"given"}
    assert failed(verdict) == (set() if made == "example" else {"published.nonnegative"})
    other = {"tnf": "tnf-c", "tnf-c": "tnf"}[name]
    assert "published.structure" in failed(p.judged(tree, chosen=other, companions=beside))


def test_the_real_leaf_of_bitso_is_found(vectors: Path) -> None:
    folder = vectors / "bitso"
    match = re.search(r"account code ([0-9a-f-]+), btc=([0-9.]+)\.", (folder / "ORIGIN.md").read_text())
    assert match
    tree = (folder / "example-merkle-tree.tsv").read_text()
    verdict = p.judged(tree, chosen="bitso", account=match[1], holdings=p.amounts(btc=match[2]))
    assert said(verdict, "leaf") == {"same"}
    assert undecided(verdict) == {"published.root"}


def test_the_real_broken_trees_of_cake_are_refuted_for_what_is_broken_in_them(vectors: Path) -> None:
    files = {file.stem.rsplit("_", 1)[1]: file for file in (vectors / "cakedefi").glob("*.json")}
    reasons = {name: json.dumps(read("cakedefi", file.read_text()).trees[0].problems) for name, file in files.items()}
    assert reasons["correct"] == "[]"
    assert "is not the sum of the two below" in reasons["sumError"]
    assert "hash: not that of its sums" in reasons["checksumHashError"]
    assert "HELLO is not the sum" in reasons["checksumAttributeError"]


# --- what one root, or one leaf, may also stand for


def test_t08_a_part_and_its_row_that_are_written_alike_are_not_the_same() -> None:
    """BTC 1 and ETH 23 hash as BTC 1, ETH 2 and USDT 3 more do: the row beside the leaf is compared, too."""
    rows = OKX_TREE.splitlines()
    own = next(at for at, row in enumerate(rows) if row.startswith(PARTS["nodes"][0]["hash"]) and '"1' in row)
    spoilt = "\n".join([*rows[:own], rows[own].replace('"BTC":"', '"BTC":"1', 1), *rows[own + 1 :]])
    verdict = p.judged(spoilt, chosen="okx-v1-fulltree", companions=(p.data_of(PARTS),))
    assert "published.structure" in failed(verdict)


def test_t12_a_row_that_is_listed_twice_binds_no_total() -> None:
    for name in ("tnf", "bitso"):
        verdict = p.judged(listed(name).file, chosen=name, companions=(records(), TOTALS))
        assert said(verdict, "total") == {"in_file"}


def test_t53_the_root_of_another_currencys_tree_is_none_of_mine(tmp_path: Path) -> None:
    renamed = json.loads(json.dumps(AUDIT).replace('"currency": "BTC"', '"currency": "DOGE"'))
    other = json.loads(json.dumps(AUDIT))
    for part in other["audit"]["partitions"]:
        part["id"] += "-2"
    for value in (renamed, other):
        # The publisher's own list says of which currency a tree is, and under which name.
        assert json.dumps(value) != json.dumps(AUDIT)
    reading = read("swissborg", json.dumps(SWISS))
    assert {each.unsettled for each in reading.opened} == {"currency"}
    (tmp_path / "proof").write_text(json.dumps(SWISS))
    (tmp_path / "credential").write_text(f"{w.CREDENTIAL}\n")
    command = ["verify-inclusion", str(tmp_path / "proof"), "--account", w.USER, "--holding", "BTC=1.5"]
    command += ["--credential", str(tmp_path / "credential")]
    assert main([*command, "--root", listed_root(SWISS)]) == 3


def listed_root(proof: Any) -> str:
    (opened,) = [each for each in read("swissborg", json.dumps(proof)).opened if "BTC" in each.amounts][:1]
    return opened.root.hash


@pytest.mark.parametrize("spoil", ["spaces", "a line more"])
def test_t34_a_proof_saved_anew_is_no_root_from_elsewhere(tmp_path: Path, spoil: str) -> None:
    sample = p.SAMPLES["hotcoin-por-sum"] if "hotcoin-por-sum" in p.SAMPLES else p.SAMPLES["okx-v1"]
    text = json.dumps(sample.file, indent=1)
    (tmp_path / "proof").write_text(text)
    (tmp_path / "root").write_text(json.dumps(sample.file, indent=3) if spoil == "spaces" else text + "\n")
    command = ["verify-inclusion", str(tmp_path / "proof"), *sample.mine]
    assert main([*command, "--root", str(tmp_path / "root")]) == 2
