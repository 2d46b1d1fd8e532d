"""What differs between two bundles or two verdicts is listed, each by its own name, and nothing is judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from por.checks.differences import bundle_changes, verdict_changes
from por.checks.evidence import OpenBundle
from por.encoding import declarations_v1
from por.encoding.digests import digest_of
from por.encoding.media_types import DECLARATIONS
from por.model import (
    Bundle,
    ChainAccount,
    Custody,
    Digest,
    Encumbrance,
    EncumbranceKind,
    EvidenceEntry,
    Finding,
    Grade,
    Instant,
    Outcome,
    Role,
    Verdict,
)
from por.model.changes import Change
from por.model.declarations import Declarations, Estate, Figure, Money
from tests.checks import scenery as s
from tests.checks.scenery import ETH, NOON, USDC, bundle

COLD = str(s.account("cold"))


def opened(made: Bundle, folder: Path = Path()) -> OpenBundle:
    return OpenBundle(made, Digest(bytes(32)), None, folder)


def changes(new: Bundle, old: Bundle | None = None) -> list[Change]:
    return bundle_changes(opened(old or bundle()), opened(new))


def test_nothing_differs_from_itself() -> None:
    assert changes(bundle()) == []


def test_totals_and_segments() -> None:
    first, *rest = bundle().liabilities
    found = changes(bundle(liabilities=(replace(first, total=7), *rest[1:])))
    assert Change("commitment", first.ref, f"{first.total} base units", "7 base units") in found
    assert Change("commitment", rest[0].ref, f"{rest[0].total} base units", None) in found
    assert [change.kind for change in found] == ["changed", "removed", "removed"]


def test_decimals_are_told_of_apart() -> None:
    first, *rest = bundle().liabilities
    (found,) = changes(bundle(liabilities=(replace(first, decimals=0), *rest)))
    assert (found.what, found.after) == ("scheme", "por-sum-sha256-v1, 0 decimals")


def test_an_account_that_changes_its_role_or_custody() -> None:
    (found,) = changes(s.with_account("cold", role=Role.HOUSE))
    assert found == Change("account", COLD, "customer, cold", "house, cold")
    (found,) = changes(s.with_account("cold", custody=Custody.HOT))
    assert found == Change("account", COLD, "customer, cold", "customer, hot")


def test_an_account_that_comes_or_goes_with_all_it_holds() -> None:
    fewer = bundle(reserves=bundle().reserves[1:])
    gone = {(change.what, change.kind) for change in changes(fewer)}
    assert gone == {("account", "removed"), ("control", "removed"), ("holding", "removed")}
    assert {change.kind for change in changes(bundle(), fewer)} == {"added"}


def test_t46_an_account_listed_twice_is_not_hidden() -> None:
    twice = changes(bundle(reserves=(*bundle().reserves, bundle().reserves[0])))
    assert {change.subject.partition(" ")[0] for change in twice} == {COLD}
    assert all("(row 5)" in change.subject and change.kind == "added" for change in twice)


def test_holdings_and_what_stands_on_them() -> None:
    (found,) = changes(s.with_claim("cold", ETH, amount=1))
    assert found == Change("holding", f"{COLD} {ETH}", f"{s.COINS['cold']} base units", "1 base units")
    (found,) = changes(s.with_claim("cold", USDC, encumbrance=Encumbrance(EncumbranceKind.LENT, 5)))
    assert found == Change("encumbrance", f"{COLD} {USDC}", None, "5 base units lent")


def test_blocks_instants_and_numbers() -> None:
    block = bundle().blocks[0]
    moved = replace(block, block=replace(block.block, number=1001))
    found = changes(bundle(blocks=(moved,), sequence=2, instant=Instant(NOON.seconds + 60)))
    assert [(change.what, change.subject) for change in found] == [
        ("block", "eip155:1"),
        ("bundle", "instant"),
        ("bundle", "sequence"),
    ]


def test_who_anchors() -> None:
    account = ChainAccount.parse("eip155:1:0x" + "11" * 20)
    (found,) = changes(bundle(anchored_by=account))
    assert found == Change("bundle", "anchored by", None, str(account))


# --- declarations


def declaring(folder: Path, declared: Declarations, *, written: bool = True) -> OpenBundle:
    data = declarations_v1.write(declared)
    digest = digest_of(data)
    (folder / "evidence").mkdir(parents=True, exist_ok=True)
    if written:
        (folder / "evidence" / digest.value.hex()).write_bytes(data)
    entry = EvidenceEntry(digest, DECLARATIONS, len(data))
    return opened(bundle(declarations=digest, evidence=(*bundle().evidence, entry)), folder)


YEN = Money("JPY", Fraction(10), Fraction(10), "A Trust", "trust")


def test_declared_rows_by_their_own_names(tmp_path: Path) -> None:
    old = declaring(tmp_path / "old", Declarations(money=(YEN,), estate=Estate("JPY", Fraction(1), Fraction(2))))
    figure = Figure("net-assets", "JPY", Fraction(5), date(2026, 9, 30))
    new = declaring(tmp_path / "new", Declarations(money=(replace(YEN, held=Fraction(9)),), figures=(figure,)))
    found = {change.subject: change.kind for change in bundle_changes(old, new)}
    assert found == {
        "estate": "removed",
        "figures net-assets JPY 2026-09-30": "added",
        "money JPY trust A Trust": "changed",
    }


def test_declarations_that_come_are_added(tmp_path: Path) -> None:
    new = declaring(tmp_path, Declarations(money=(YEN,)))
    assert [change.kind for change in bundle_changes(opened(bundle()), new)] == ["added"]


def test_declarations_that_cannot_be_read_are_told_of(tmp_path: Path) -> None:
    (found,) = bundle_changes(opened(bundle()), declaring(tmp_path, Declarations(money=(YEN,)), written=False))
    assert (found.subject, found.kind) == ("document", "added")
    assert "is not there" in str(found.after)


# --- verdicts


def verdict(*findings: Finding, **changes: object) -> Verdict:
    usual = Verdict("auditor", s.SNAPSHOT, None, None, NOON, NOON, findings)
    return replace(usual, **changes)  # type: ignore[arg-type]


def finding(subject: str, outcome: Outcome = Outcome.PASS, **changes: object) -> Finding:
    return replace(Finding("reserves.balance", subject, outcome, "reserves.balance.proven"), **changes)  # type: ignore[arg-type]


def test_findings_by_their_refs() -> None:
    old = verdict(finding("a"), finding("b"), finding("c"))
    new = verdict(finding("b", Outcome.FAIL), finding("c"), finding("d"))
    assert verdict_changes(old, new) == [
        Change("finding", "reserves.balance@a", "PASS", None),
        Change("finding", "reserves.balance@b", "PASS", "FAIL"),
        Change("finding", "reserves.balance@d", None, "PASS"),
        Change("verdict", "outcome", "PASS", "FAIL"),
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"required": False}, "PASS, for information"),
        ({"required": False, "waived": "a reason"}, "PASS, waived"),
    ],
)
def test_t73_a_waiver_is_a_difference(changed: dict[str, Any], told: str) -> None:
    found = verdict_changes(verdict(finding("a"), finding("b")), verdict(finding("a", **changed), finding("b")))
    assert found == [Change("finding", "reserves.balance@a", "PASS", told)]


def test_what_a_verdict_rests_on() -> None:
    (found,) = verdict_changes(verdict(finding("a")), verdict(finding("a"), policy=Digest(b"\x01" * 32)))
    assert (found.what, found.subject, found.before) == ("verdict", "policy", "None")


def test_two_findings_of_one_ref_are_kept_apart() -> None:
    once, twice = verdict(finding("a")), verdict(finding("a"), finding("a", Outcome.FAIL))
    assert [change.subject for change in verdict_changes(once, twice)] == ["reserves.balance@a (row 2)", "outcome"]


def test_t73_a_declared_row_does_not_hide_behind_another_of_the_same_words(tmp_path: Path) -> None:
    beside = Money("JPY", Fraction(5), Fraction(5), "A B", "trust")
    rows = [(Money("JPY", Fraction(10), held, "B", "trust A"), beside) for held in (Fraction(10), Fraction(0))]
    old, new = (declaring(tmp_path / str(i), Declarations(money=row)) for i, row in enumerate(rows))
    assert [change.kind for change in bundle_changes(old, new)] == ["changed"]


@pytest.mark.parametrize(
    "changes", [{"grade": Grade.SELF_DECLARED}, {"actual": "1"}, {"expected": "2"}, {"required": False}]
)
def test_t73_a_finding_on_less_evidence_or_of_another_figure_is_a_change(changes: dict[str, Any]) -> None:
    finding = Finding("solvency.coverage", "x", Outcome.FAIL, "m", Grade.LIGHT_CLIENT, "1000", "999")
    old = Verdict("auditor", "i@2026-11-01T00:00:00Z", None, None, NOON, NOON, (finding,))
    new = replace(old, findings=(replace(finding, **changes),))
    assert any(change.what == "finding" for change in verdict_changes(old, new))
