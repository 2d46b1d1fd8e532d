"""Judging published proofs: each finding by itself, and what it does to the outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from por.checks.published import Independent, verify_published
from por.checks.requirements import PUBLISHED
from por.encoding import verdict_v1
from por.model import Finding, Outcome, Verdict
from por.model.published import Asked, PublishedRoot
from scripts.published_vectors.sample import put
from tests import published_proofs as p

OKX = p.SAMPLES["okx-v1"]
MINE = p.amounts(BTC="1.5", ETH="20", USDT="1000.25")
LEMON = p.SAMPLES["lemon"]
TOTAL = p.amounts(BTC="3.6", ETH="21.25000001", USDT="1103.24999999")


def of(verdict: Verdict, check: str) -> list[Finding]:
    return list(verdict.of(f"published.{check}"))


def only(verdict: Verdict, check: str) -> Finding:
    (found,) = of(verdict, check)
    return found


def said(verdict: Verdict, check: str) -> set[str]:
    return {finding.message.rpartition(".")[2] for finding in of(verdict, check)}


def test_included_is_the_best_that_a_root_from_elsewhere_makes_of_it() -> None:
    verdict = p.judged(OKX.file, holdings=MINE, root=OKX.root)
    assert verdict.outcome is Outcome.PASS
    assert only(verdict, "sums").outcome is Outcome.INCONCLUSIVE
    assert only(verdict, "total").message == "published.total.in_file"
    assert verdict.snapshot == f"okx-v1:{OKX.root}"
    assert (verdict.profile, verdict.as_of, verdict.bundle, verdict.policy) == ("published", None, None, None)


@pytest.mark.parametrize("name", [name for name, sample in p.SAMPLES.items() if sample.passes == 0])
def test_t34_without_a_root_from_elsewhere_no_format_reaches_a_pass(name: str) -> None:
    sample = p.SAMPLES[name]
    options = dict(zip(sample.mine[::2], sample.mine[1::2], strict=True))
    holdings = p.amounts(**dict(row.split("=") for row in sample.mine if "=" in row))
    asked: dict[str, Any] = {"account": options.get("--account"), "holdings": holdings}
    asked |= {"chosen": options.get("--format"), "snapshot": options.get("--snapshot")}
    verdict = p.judged(sample.file, **asked)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {f.check for f in verdict.findings if f.required and f.outcome is not Outcome.PASS} == {"published.root"}
    rooted = p.judged(sample.file, **asked, root=sample.root)
    assert rooted.outcome is Outcome.PASS


def test_the_findings_stand_in_the_order_of_the_checks() -> None:
    verdict = p.judged(OKX.file, p.SAMPLES["okx-v1"].file)
    order = [PUBLISHED.index(finding.check) for finding in verdict.findings]
    assert order == sorted(order)
    assert {finding.check for finding in verdict.findings} == set(PUBLISHED)


def test_a_verdict_is_written_and_read_again() -> None:
    for verdict in p.scenes():
        assert verdict_v1.read(verdict_v1.write(verdict)) == verdict


# --- structure


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/path/0/height", 2),
        ("/path/2/height", 4),
        ("/self/height", 2),
        ("/path/0/type", 1),
        ("/self/type", 2),
        ("/self/nonce", "ab" * 64),
        ("/self/nonce", 'x{"BTC":"1"'),
        ("/path/0/balances/BTC", "1"),
    ],
)
def test_t09_t13_t17_what_breaks_the_formats_rules_is_refuted(pointer: str, value: Any) -> None:
    verdict = p.judged(put(OKX.file, pointer, value))
    assert "broken" in said(verdict, "structure")
    assert verdict.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/path/1/hash", "ab" * 31),
        ("/path/1/hash", "AB" * 32),
        ("/path/1/hash", ""),
        ("/path/1/type", 7),
        ("/path/1/type", 0),
        ("/path/2/type", 2),
        ("/path/1/hash", "0x" + "ab" * 31),
    ],
)
def test_t10_t17_what_is_no_hash_or_side_is_refuted_and_named(pointer: str, value: Any) -> None:
    verdict = p.judged(put(OKX.file, pointer, value))
    assert verdict.outcome is Outcome.FAIL
    assert {f.message for f in of(verdict, "structure")} == {"evidence.broken", "published.structure.detected"}


def test_t70_a_version_that_is_not_known_is_inconclusive() -> None:
    bybit = p.SAMPLES["bybit"].file
    balance = bybit["self"]["balance"]
    verdict = p.judged(put(bybit, "/self/balance", {"XRP": "0.00000000", **balance}))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {f.message for f in of(verdict, "structure")} == {"evidence.missing", "published.structure.detected"}


def test_t08_the_names_of_bybits_coins_cannot_be_swapped() -> None:
    bybit = p.SAMPLES["bybit"].file
    balance = bybit["self"]["balance"]
    swapped = {"ETH": balance["BTC"], "BTC": balance["ETH"], "USDT": balance["USDT"], "USDC": balance["USDC"]}
    assert p.judged(put(bybit, "/self/balance", swapped)).outcome is Outcome.INCONCLUSIVE


# --- leaf and identity


@pytest.mark.parametrize(
    ("holdings", "messages", "outcome"),
    [
        ({}, {"not_stated"}, Outcome.INCONCLUSIVE),
        ({"BTC": "1.5"}, {"same", "also"}, Outcome.PASS),
        ({"BTC": "1.50", "ETH": "20.000", "USDT": "1000.25"}, {"same"}, Outcome.PASS),
        ({"BTC": "1.5", "SOL": "3"}, {"same", "no_coin", "also"}, Outcome.INCONCLUSIVE),
        ({"BTC": "1.6"}, {"other_amount", "also"}, Outcome.FAIL),
        ({"BTC": "1.5", "ETH": "0"}, {"same", "other_amount", "also"}, Outcome.FAIL),
        ({"BTC": "-1.5"}, {"other_amount", "also"}, Outcome.FAIL),
    ],
)
def test_t15_amounts_are_the_customers_and_not_the_files(
    holdings: dict[str, str], messages: set[str], outcome: Outcome
) -> None:
    verdict = p.judged(OKX.file, holdings=p.amounts(**holdings), root=OKX.root)
    assert said(verdict, "leaf") == messages
    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("sample", "account", "message", "required", "outcome"),
    [
        ("okx-v1", None, "opaque", False, Outcome.INCONCLUSIVE),
        ("okx-v1", OKX.file["self"]["nonce"], "opaque_same", True, Outcome.PASS),
        ("okx-v1", OKX.file["self"]["nonce"][::-1], "other", True, Outcome.FAIL),
        ("okx-v1", "me", "other_kind", True, Outcome.INCONCLUSIVE),
        ("lemon", None, "opaque", False, Outcome.INCONCLUSIVE),
        ("lemon", "user 0", "opaque_same", True, Outcome.PASS),
        ("lemon", "user 1", "other_kind", True, Outcome.INCONCLUSIVE),
        ("lemon", "2026-11-01-a1", "other_kind", True, Outcome.INCONCLUSIVE),
        ("pionex", "proof-7", "other_kind", True, Outcome.INCONCLUSIVE),
        ("pionex", "u0", "opaque_same", True, Outcome.PASS),
        ("bitget-v2", "42", "other_kind", True, Outcome.INCONCLUSIVE),
        ("mexc", "1", "other_kind", True, Outcome.INCONCLUSIVE),
        ("mexc", "PR-7", "other_kind", True, Outcome.INCONCLUSIVE),
        ("mexc", "0", "opaque_same", True, Outcome.PASS),
        ("olalonde_partial", "nonce 0", "other", True, Outcome.FAIL),
        ("htx-merkle-v1", None, "none", False, Outcome.INCONCLUSIVE),
        ("htx-merkle-v1", "me", "none", True, Outcome.INCONCLUSIVE),
        ("topone", None, "not_stated", True, Outcome.INCONCLUSIVE),
        ("topone", "u0", "not_computed", True, Outcome.INCONCLUSIVE),
    ],
)
def test_t14_whose_leaf_it_is_is_shown_by_an_id_under_its_hash(
    sample: str, account: str | None, message: str, required: bool, outcome: Outcome
) -> None:
    finding = only(p.judged(p.SAMPLES[sample].file, account=account), "identity")
    assert finding.message == f"published.identity.{message}"
    assert (finding.required, finding.outcome) == (required, outcome)


def test_t15_a_format_that_ties_no_leaf_to_a_balance_never_passes() -> None:
    htx = p.SAMPLES["htx-merkle-v1"]
    verdict = p.judged(htx.file, holdings=MINE, root=htx.root)
    assert said(verdict, "leaf") == {"not_bound"}
    assert verdict.outcome is Outcome.INCONCLUSIVE
    other = p.judged(htx.file, holdings=p.amounts(BTC="9"), root=htx.root)
    assert said(other, "leaf") == {"not_bound", "other_amount"}
    assert other.outcome is Outcome.FAIL


def test_t68_a_list_in_which_nobody_was_looked_for_decides_nothing() -> None:
    whole = p.SAMPLES["olalonde_whole"]
    verdict = p.judged(whole.file, root=whole.root)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert said(verdict, "leaf") == {"nobody"}
    assert said(p.judged(whole.file, account="stranger", root=whole.root), "leaf") == {"not_found"}


def test_several_customers_in_one_file_are_told_apart_by_their_id() -> None:
    head, row = LEMON.file.splitlines()
    two = f"{head}\n{row}\n{row.replace('user 0', 'user 9')}\n"
    assert said(p.judged(two, holdings=MINE), "leaf") == {"several"}
    assert said(p.judged(two, holdings=MINE, account="user 0", root=LEMON.root), "leaf") == {"same"}


# --- path and root


def test_t16_the_path_starts_at_the_recomputed_leaf_and_not_at_the_stated_one() -> None:
    changed = put(OKX.file, "/self/balances/BTC", "2.5")
    verdict = p.judged(changed, root=OKX.root)
    assert only(verdict, "path").outcome is Outcome.FAIL
    assert only(verdict, "root").outcome is Outcome.FAIL
    assert {f.message for f in of(verdict, "leaf")} >= {"published.leaf.other_hash"}


@pytest.mark.parametrize(
    ("roots", "outcome"),
    [
        ((), Outcome.INCONCLUSIVE),
        ((OKX.root,), Outcome.PASS),
        (("00" * 32, OKX.root), Outcome.PASS),
        (("00" * 32,), Outcome.FAIL),
        ((OKX.root[:16],), Outcome.FAIL),
        ((OKX.root.upper(),), Outcome.FAIL),
    ],
)
def test_t34_the_root_is_one_of_those_given(roots: tuple[str, ...], outcome: Outcome) -> None:
    independent = Independent(tuple(PublishedRoot(root) for root in roots))
    verdict = verify_published([p.published(OKX.file)], Asked(), independent, now=p.NOW)
    assert only(verdict, "root").outcome is outcome


def test_a_file_without_a_root_of_its_own_is_decided_by_the_one_given() -> None:
    path = only(p.judged(LEMON.file), "path")
    assert (path.message, path.required) == ("published.path.implied", False)


# --- sums, signs, totals


@pytest.mark.parametrize(
    ("name", "message", "outcome"),
    [
        ("lemon", "both", Outcome.PASS),
        ("ethereum-research", "both", Outcome.PASS),
        ("olalonde_whole", "whole", Outcome.PASS),
        ("olalonde_partial", "parent", Outcome.INCONCLUSIVE),
        ("renrenbit", "parent", Outcome.INCONCLUSIVE),
        ("okx-v1", "parent", Outcome.INCONCLUSIVE),
        ("bingx", "none", Outcome.INCONCLUSIVE),
    ],
)
def test_t01_t02_which_sums_the_root_binds_is_said(name: str, message: str, outcome: Outcome) -> None:
    finding = only(p.judged(p.SAMPLES[name].file), "sums")
    assert finding.message == f"published.sums.{message}"
    assert finding.outcome is outcome


@pytest.mark.parametrize("name", [name for name, sample in p.SAMPLES.items() if "negative-sibling" in sample.bad])
def test_t03_a_negative_sibling_is_refuted_though_every_hash_is_right(name: str) -> None:
    file, check = p.SAMPLES[name].bad["negative-sibling"]
    verdict = p.judged(file)
    assert check == "published.nonnegative"
    assert {f.check for f in verdict.findings if f.outcome is Outcome.FAIL} == {check}


def test_t03_a_negative_balance_of_ones_own_is_refuted_where_no_sums_are_shown() -> None:
    bingx = p.SAMPLES["bingx"]
    assert only(p.judged(bingx.file), "nonnegative").message == "published.nonnegative.no_sums"
    assert only(p.judged(bingx.bad["own-balance"][0]), "nonnegative").outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("name", "total", "message", "required", "outcome"),
    [
        ("okx-v1", None, "in_file", False, Outcome.INCONCLUSIVE),
        ("okx-v1", TOTAL, "not_bound", True, Outcome.INCONCLUSIVE),
        ("okx-v1", p.amounts(BTC="3.6"), "not_bound", True, Outcome.INCONCLUSIVE),
        ("okx-v1", p.amounts(BTC="3.7"), "other_given", True, Outcome.FAIL),
        ("okx-v1", p.amounts(DOGE="1"), "other_given", True, Outcome.FAIL),
        ("lemon", TOTAL, "same", True, Outcome.PASS),
        ("lemon", p.amounts(BTC="3.5"), "other_given", True, Outcome.FAIL),
        ("olalonde_whole", p.amounts(sum="173"), "same", True, Outcome.PASS),
        ("olalonde_partial", p.amounts(sum="173"), "not_bound", True, Outcome.INCONCLUSIVE),
        ("bingx", None, "none", False, Outcome.INCONCLUSIVE),
        ("bingx", TOTAL, "none", True, Outcome.INCONCLUSIVE),
    ],
)
def test_t01_a_total_is_proven_only_where_the_root_binds_it(
    name: str, total: Any, message: str, required: bool, outcome: Outcome
) -> None:
    finding = only(p.judged(p.SAMPLES[name].file, totals=total), "total")
    assert finding.message == f"published.total.{message}"
    assert (finding.required, finding.outcome) == (required, outcome)


def test_t16_a_stated_total_that_the_hashes_do_not_cover_is_refuted() -> None:
    for name in ("okx-v1", "bybit", "bitget-v2", "bitunix", "mexc", "htx-merkle-v1", "coinex_once"):
        assert said(p.judged(p.SAMPLES[name].bad["total"][0]), "total") == {"other_in_file"}, name


def test_a_total_beside_the_root_is_compared_whole() -> None:
    lemon = p.judged(LEMON.file, root=LEMON.root, beside=TOTAL)
    assert only(lemon, "total").message == "published.total.same"
    for beside in (p.amounts(BTC="3.6"), {**TOTAL, **p.amounts(SOL="1")}):
        assert only(p.judged(LEMON.file, root=LEMON.root, beside=beside), "total").outcome is Outcome.FAIL
    hotcoin = p.SAMPLES["hotcoin-por-sum"]
    told = only(p.judged(hotcoin.file, root=hotcoin.root, beside=TOTAL), "total")
    assert (told.message, told.required) == ("published.total.not_bound", False)


# --- age


@pytest.mark.parametrize(
    ("name", "days", "message", "required", "outcome"),
    [
        ("okx-v1", None, "no_date", False, Outcome.INCONCLUSIVE),
        ("okx-v1", 30, "no_date", True, Outcome.INCONCLUSIVE),
        ("hotcoin-por-sum", None, "no_limit", False, Outcome.INCONCLUSIVE),
        ("hotcoin-por-sum", 25, "recent", True, Outcome.PASS),
        ("hotcoin-por-sum", 24, "old", True, Outcome.FAIL),
        ("bitget-v2", 100, "not_hashed", True, Outcome.INCONCLUSIVE),
        ("bitget-v2", 1, "old", True, Outcome.FAIL),
        ("lemon", 25, "recent", True, Outcome.PASS),
    ],
)
def test_t37_t74_a_snapshot_is_as_old_as_its_hashed_date(
    name: str, days: int | None, message: str, required: bool, outcome: Outcome
) -> None:
    finding = only(p.judged(p.SAMPLES[name].file, days=days), "age")
    assert finding.message == f"published.age.{message}"
    assert (finding.required, finding.outcome) == (required, outcome)


def test_t37_a_date_in_the_future_is_refuted_without_being_asked() -> None:
    later = put(p.SAMPLES["bitget-v2"].file, "/self/auditId", "Au20270101")
    finding = only(p.judged(later), "age")
    assert (finding.message, finding.outcome) == ("published.age.future", Outcome.FAIL)


def test_t34_a_reading_that_states_a_root_is_never_taken_at_its_word() -> None:
    """A format that filled in the stated root for the computed one would still need it from elsewhere."""
    file = p.changed(p.published(OKX.file), stated_root="00" * 32)
    verdict = verify_published([file], Asked(), Independent((PublishedRoot("00" * 32),)), now=p.NOW)
    assert only(verdict, "path").outcome is Outcome.FAIL
    assert only(verdict, "root").outcome is Outcome.FAIL
    assert replace(file, name="other").card is file.card
