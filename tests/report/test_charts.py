"""Charts are laid out from findings alone, and no bar is longer than its figure."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.model import Finding, Outcome
from por.report import charts
from por.report.figures import exact
from por.report.papers import Entry, entries, with_history
from tests.report import papers_scene as scene

AMOUNTS = st.integers(0, 10**12).map(str)


def rows(*findings: Finding) -> tuple[Entry, ...]:
    return entries(scene.papers(verdict=scene.verdict(*findings), history=()))


def per_cent(text: str) -> Fraction:
    assert re.fullmatch(r"[0-9]{1,3}\.[0-9]{2}%", text), text
    return Fraction(text.removesuffix("%"))


def test_a_class_is_drawn_as_shares_of_what_is_owed() -> None:
    (row,) = charts.coverage_rows(rows(scene.coverage(scene.ETH, "100", "80", {"cold": "40"})))
    proven, undecided = row.bars
    assert per_cent(row.owed_at) == per_cent(row.required_at) == Fraction("90.90")
    assert (proven.start, proven.length) == ("0.00%", "36.36%")
    assert (undecided.start, undecided.length) == ("36.36%", "36.36%")
    assert (row.share, row.difference.text, row.clipped) == ("40.00\N{NO-BREAK SPACE}%", "\N{MINUS SIGN}60", False)


def test_a_class_without_an_upper_figure_is_drawn_to_the_end_and_says_so() -> None:
    (row,) = charts.coverage_rows(rows(scene.coverage(scene.ETH, "100", "any number", {"cold": "40"})))
    assert per_cent(row.bars[1].start) + per_cent(row.bars[1].length) == 100
    assert row.clipped
    assert row.at_most.text == "any number"


def test_far_more_than_is_owed_is_clipped_and_the_others_stay_readable() -> None:
    rich, poor = charts.coverage_rows(
        rows(scene.coverage(scene.ETH, "1", parts={"cold": "1000"}), scene.coverage(scene.BTC, "100"))
    )
    assert rich.clipped
    assert not poor.clipped
    assert per_cent(poor.owed_at) > 60
    assert per_cent(rich.bars[0].length) == 100


def test_what_is_owed_of_nothing_is_a_row_without_a_bar() -> None:
    (row,) = charts.coverage_rows(rows(scene.coverage(scene.ETH, "0", parts={"cold": "5"})))
    assert (row.bars, row.share, row.owed.text) == ((), "", "0")


@pytest.mark.parametrize("facts", [{}, {"liabilities": "much"}, {"liabilities": "1/0"}, {"lower": "5"}])
def test_a_coverage_without_figures_draws_nothing(facts: dict[str, str]) -> None:
    broken = replace(scene.coverage(scene.ETH, "1"), facts=facts, message="evidence.nothing")
    assert charts.coverage_rows(rows(broken)) == ()


@given(owed=AMOUNTS, upper=AMOUNTS, cold=AMOUNTS, hot=AMOUNTS)
def test_t75_no_bar_is_longer_than_its_figure(owed: str, upper: str, cold: str, hot: str) -> None:
    for row in charts.coverage_rows(rows(scene.coverage(scene.ETH, owed, upper, {"cold": cold, "hot": hot}))):
        for bar in row.bars:
            assert per_cent(bar.start) + per_cent(bar.length) <= 100
        if row.bars and not row.clipped and Fraction(owed):
            drawn = per_cent(row.bars[0].length) / per_cent(row.owed_at) if per_cent(row.owed_at) else Fraction(0)
            assert drawn <= (Fraction(cold) + Fraction(hot)) / Fraction(owed) * Fraction(1001, 1000)


@given(cold=AMOUNTS, hot=AMOUNTS, other=AMOUNTS)
def test_a_stack_is_whole_and_without_gaps(cold: str, hot: str, other: str) -> None:
    found = charts.custody_rows(
        rows(scene.coverage(scene.ETH, "1", parts={"cold": cold, "hot": hot, "third-party": other}))
    )
    if not any(map(int, (cold, hot, other))):
        assert found == ()
        return
    (row,) = found
    end = Fraction(0)
    for bar in row.bars:
        assert per_cent(bar.start) == end
        end += per_cent(bar.length)
    assert end == 100
    assert [exact(bar.figure.exact) for bar in row.bars] == [Fraction(text) for text in (cold, hot, other) if int(text)]


def test_the_guarantee_of_a_class_is_its_rules_own_finding() -> None:
    whole = entries(scene.papers())
    eth = next(row for row in charts.custody_rows(whole) if row.asset == scene.ETH)
    assert [bar.series for bar in eth.bars] == ["cold", "hot", "third-party", "guarantee"]
    guarantee = eth.bars[-1].figure
    assert guarantee.entry is not None
    assert (guarantee.entry.finding.check, guarantee.text) == ("segregation.guarantee", "46")


def test_a_class_without_a_guarantee_has_none() -> None:
    usdc = next(row for row in charts.custody_rows(entries(scene.papers())) if row.asset == scene.USDC)
    assert [bar.series for bar in usdc.bars] == ["cold", "hot"]


def test_kinds_stand_apart_and_what_counts_nothing_beside() -> None:
    eth = charts.kind_rows(entries(scene.papers()))[0]
    assert {bar.series: bar.figure.text for bar in eth.bars} == {"native": "785.5", "wrapped": "20", "staked": "200"}
    assert {bar.series: bar.figure.text for bar in eth.beside} == {"encumbered": "12.5", "uncounted": "3"}
    assert list(charts.legend([eth])) == ["native", "wrapped", "staked", "encumbered", "uncounted"]


def backing(name: str, composition: str, beside: str = "") -> Finding:
    words = dict.fromkeys(("name", "currency", "circulation", "counted", "percent", "excluded", "required"), "1")
    facts = {**words, "composition": composition, "beside": beside}
    return Finding("stablecoin.backing", name, Outcome.PASS, "stablecoin.backing.pass", facts=facts, rule="own/R-1")


def test_what_counts_behind_a_coin_stands_by_kind_and_what_does_not_beside() -> None:
    beside = {"undecided": "40", "encumbered": "5", "uncounted": "7"}
    told = ", ".join(f"{name} {worth}" for name, worth in beside.items())
    asked = {"A": "demand-deposit 600, government-bond 900/4", "B": "art-print 1, demand-deposit 3", "C": ""}
    made = (backing(f"own/R-1/{name}", text, told if name == "A" else "") for name, text in asked.items())
    one, two = charts.composition_rows(rows(*made))
    assert {bar.series: bar.figure.text for bar in one.bars} == {"demand-deposit": "600", "government-bond": "225"}
    assert {bar.series: bar.figure.text for bar in one.beside} == beside
    assert sum(per_cent(bar.length) for bar in one.bars) == 100
    styles = charts.legend([one, two])
    assert styles["demand-deposit"] == "part1", "one kind has one look in every row"
    assert len({styles[kind] for kind in ("demand-deposit", "government-bond", "art-print")}) == 3


@pytest.mark.parametrize("text", ["", "x", "cash", "cash one", "cash -", ", ", "cash 1 2x"])
def test_t94_a_composition_that_is_none_is_not_drawn(text: str) -> None:
    assert charts.composition_rows(rows(backing("own/R-1/A", text))) == ()


def test_a_history_has_every_snapshot_once_in_order() -> None:
    papers = with_history(scene.papers(), [*reversed(scene.history()), scene.papers().verdict, scene.history()[0]])
    (row,) = charts.history_rows(papers, entries(papers), 120)
    before = sorted(str(verdict.as_of) for verdict in scene.history())
    assert [point.at for point in row.points] == [*before, str(scene.AS_OF)]
    outcomes = [point.outcome for point in row.points]
    assert outcomes[:2] == [Outcome.FAIL, Outcome.PASS]
    assert row.points[-1].entry is not None
    assert {point.entry for point in row.points[:-1]} == {None}
    places = [per_cent(point.across) for point in row.points]
    assert places == sorted(places)
    assert (row.points[0].across, row.points[-1].across) == ("4.00%", "96.00%")
    assert all(0 <= point.down <= 120 for point in row.points)
    more = row.points[2].down < row.owed_down < row.points[0].down
    assert more, "what covers more than is owed stands above the line"


def test_one_snapshot_is_no_history() -> None:
    papers = scene.papers(history=())
    assert charts.history_rows(papers, entries(papers), 120) == ()


def test_a_class_that_is_new_has_no_history() -> None:
    papers = scene.papers()
    assert [row.asset for row in charts.history_rows(papers, entries(papers), 120)] == [scene.ETH]


@pytest.mark.parametrize("asset", [scene.ETH, scene.USDC, scene.BTC, "x", "y" * 300])
def test_a_label_is_short(asset: str) -> None:
    assert len(charts.short(asset)) <= 34
