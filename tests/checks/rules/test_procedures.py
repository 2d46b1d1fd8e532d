"""Reports, surprise days, scope, rotation, filings and lists: to the day, and what is left out is never a PASS."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.rules.days import business_days
from por.checks.rules.parameters import Parameters
from por.checks.rules.procedures import _longest
from por.checks.rules.table import RULE_CHECKS
from por.errors import FormatError
from por.model import Finding, Instant, LawTrust, Outcome
from por.model.declarations import Assurance, Declarations, Entity, Filing
from tests.checks.rules.scenery import BTC, ETH, KNOWN, Held, book, context, judged, rule
from tests.checks.scenery import NOON, one

# The snapshot is on 2026-11-01 where the rules run.
TODAY = date(2026, 11, 1)
ENTITY = Entity("Example Exchange Japan", "JP", "00001", 3)


def report(as_of: date, **changes: Any) -> Assurance:
    made = Assurance("por", "A Firm", "A. Lead", "ISRS 4400", "agreed-upon-procedures", as_of)
    return replace(made, **changes)


def of(
    check: str,
    tmp_path: Path,
    declared: Declarations,
    law: LawTrust = KNOWN,
    instant: Instant = NOON,
    **parameters: Any,
) -> list[Finding]:
    asked = rule(check, **parameters)
    accounts = [Held("a", {BTC: 9, ETH: 1})]
    made = context(
        tmp_path, {BTC: 9, ETH: 1}, accounts, declared=declared, law=law, instant=instant, rulebook=book(asked)
    )
    return judged(made)


def of_reports(check: str, tmp_path: Path, *reports: Assurance, **parameters: Any) -> Finding:
    return one(of(f"procedures.{check}", tmp_path, Declarations(assurance=reports), **{"kind": "por", **parameters}))


# --- is there a report


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [("2025-11-01", "PASS"), ("2025-10-31", "FAIL"), ("2026-11-01", "PASS"), ("2026-11-02", "INCONCLUSIVE")],
)
def test_the_newest_report_is_at_most_a_year_old(tmp_path: Path, as_of: str, outcome: str) -> None:
    """One of a day after the snapshot is not there yet."""
    assert of_reports("assured", tmp_path, report(date.fromisoformat(as_of)), months=12).outcome == outcome


def test_an_older_report_does_not_make_the_newest_old(tmp_path: Path) -> None:
    rows = (report(date(2026, 9, 1)), report(date(2020, 1, 1)))
    assert of_reports("assured", tmp_path, *rows, months=6).facts["as_of"] == "2026-09-01"


@pytest.mark.parametrize("changes", [{"kind": "iso-27001"}, {"form": "marketing"}])
def test_a_report_of_another_kind_or_form_is_none(tmp_path: Path, changes: dict[str, str]) -> None:
    forms = ["agreed-upon-procedures", "examination"]
    finding = of_reports("assured", tmp_path, report(TODAY, **changes), months=12, forms=forms)
    assert (finding.outcome, finding.facts["what"]) == ("INCONCLUSIVE", "a report of the kind por")


@pytest.mark.parametrize(("exceptions", "outcome"), [(0, "PASS"), (1, "FAIL")])
def test_exceptions_refute_only_where_the_rule_counts_them(tmp_path: Path, exceptions: int, outcome: str) -> None:
    row = report(TODAY, exceptions=exceptions)
    assert of_reports("assured", tmp_path, row, exceptions=0).outcome == outcome
    assert of_reports("assured", tmp_path / "b", row).outcome is Outcome.PASS


QUARTERS = [date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)]


def test_every_quarter_has_a_report(tmp_path: Path) -> None:
    finding = of_reports("assured", tmp_path, *map(report, QUARTERS), every=3)
    assert (finding.outcome, finding.facts["periods"]) == ("PASS", "4")


def test_a_report_of_any_day_of_the_quarter_is_the_quarters(tmp_path: Path) -> None:
    rows = [date(2025, 10, 1), *QUARTERS[1:]]
    assert of_reports("assured", tmp_path, *map(report, rows), every=3).outcome is Outcome.PASS
    early = [date(2025, 9, 30), *QUARTERS[1:]]
    assert (
        of_reports("assured", tmp_path / "b", *map(report, early), every=3).message == "procedures.assured.fail_period"
    )


@pytest.mark.parametrize(("left_out", "outcome"), [(0, "INCONCLUSIVE"), (1, "FAIL"), (2, "FAIL"), (3, "INCONCLUSIVE")])
def test_a_quarter_without_a_report_is_no_pass(tmp_path: Path, left_out: int, outcome: str) -> None:
    rows = [report(day) for day in QUARTERS if day != QUARTERS[left_out]]
    assert of_reports("assured", tmp_path, *rows, every=3).outcome == outcome


def test_a_quarter_that_ended_just_now_may_still_be_looked_at(tmp_path: Path) -> None:
    rows = [report(day) for day in QUARTERS[:3]]
    rows += [report(date(2025, 9, 30))]
    assert of_reports("assured", tmp_path, *rows, every=3, grace=32).outcome is Outcome.PASS
    assert of_reports("assured", tmp_path / "b", *rows, every=3, grace=31).outcome is Outcome.INCONCLUSIVE


def test_quarters_before_the_rule_are_not_asked_for(tmp_path: Path) -> None:
    rows = [report(day) for day in QUARTERS[2:]]
    assert of_reports("assured", tmp_path, *rows, every=3, day="2026-05-01").outcome is Outcome.PASS
    finding = of_reports("assured", tmp_path / "b", report(TODAY), every=3, day="2026-10-15")
    assert finding.facts["state"] == "does-not-apply"


def test_fiscal_quarters_need_the_entity(tmp_path: Path) -> None:
    finding = of_reports("assured", tmp_path, report(TODAY), every=3, fiscal=True)
    assert (finding.outcome, finding.facts["input"]) == ("INCONCLUSIVE", "entity")


def test_reports_by_the_issuers_word_alone_never_pass(tmp_path: Path) -> None:
    finding = of_reports("assured", tmp_path, report(TODAY), months=12, law=LawTrust())
    assert finding.message == "rulebook.answer.declared_only"


@pytest.mark.parametrize("every", [0, 5, 7, 24])
def test_periods_that_do_not_make_a_year_are_an_error(tmp_path: Path, every: int) -> None:
    with pytest.raises(FormatError, match="R-1/parameters/every"):
        of_reports("assured", tmp_path, report(TODAY), every=every)


# --- surprise

DAYS = (date(2026, 8, 14), date(2026, 9, 2))


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ((0, 0), "PASS"),
        ((1, 1), "PASS"),
        ((1, 2), "FAIL"),
        ((30, 0), "FAIL"),
    ],
)
def test_t58_days_are_told_at_most_a_day_before(tmp_path: Path, told: tuple[int, int], outcome: str) -> None:
    """Who knows the day may borrow coins for it."""
    heard = tuple(day - timedelta(days=before) for day, before in zip(DAYS, told, strict=True))
    assert of_reports("surprise", tmp_path, report(DAYS[1], dates=DAYS, told=heard)).outcome == outcome


@pytest.mark.parametrize("dates", [(), DAYS[:1], (DAYS[0], DAYS[0])])
def test_one_day_is_not_two(tmp_path: Path, dates: tuple[date, ...]) -> None:
    finding = of_reports("surprise", tmp_path, report(DAYS[1], dates=dates, told=dates))
    assert finding.message == "procedures.surprise.fail_few"


@pytest.mark.parametrize(
    ("first", "outcome"),
    [("2025-09-03", "PASS"), ("2025-09-02", "FAIL"), ("2026-09-03", "FAIL")],
)
def test_days_outside_the_year_of_a_report_are_none(tmp_path: Path, first: str, outcome: str) -> None:
    dates = (date.fromisoformat(first), DAYS[1])
    assert of_reports("surprise", tmp_path, report(DAYS[1], dates=dates, told=dates)).outcome == outcome


def test_a_report_that_does_not_say_when_is_undecided(tmp_path: Path) -> None:
    finding = of_reports("surprise", tmp_path, report(DAYS[1], dates=DAYS))
    assert (finding.outcome, finding.facts["input"]) == ("INCONCLUSIVE", "assurance")


def test_reports_before_window_and_rule_are_not_looked_at(tmp_path: Path) -> None:
    old = report(date(2025, 10, 31), dates=())
    assert of_reports("surprise", tmp_path, old).message == "rulebook.answer.input_missing"
    assert of_reports("surprise", tmp_path / "b", report(DAYS[1]), day="2026-10-01").outcome is Outcome.INCONCLUSIVE


# --- scope


@pytest.mark.parametrize(
    ("share", "assets", "outcome"),
    [
        ("4/5", 2, "PASS"),
        ("1", 30, "PASS"),
        ("79999/100000", 2, "FAIL"),
        ("1", 1, "FAIL"),
        (None, 2, "INCONCLUSIVE"),
        ("1", None, "INCONCLUSIVE"),
    ],
)
def test_the_scope_is_wide_enough(tmp_path: Path, share: str | None, assets: int | None, outcome: str) -> None:
    """Only two assets are owed, so that two of ten are enough."""
    row = report(TODAY, share=None if share is None else Fraction(share), assets=assets)
    assert of_reports("scope", tmp_path, row).outcome == outcome


def test_each_report_of_the_year_has_its_scope(tmp_path: Path) -> None:
    rows = (report(TODAY, share=Fraction(1), assets=2), report(QUARTERS[0], share=Fraction(1, 2), assets=2))
    found = of("procedures.scope", tmp_path, Declarations(assurance=rows), kind="por")
    assert [(row.subject.rpartition(":")[2], str(row.outcome)) for row in found] == [
        ("2025-12-31", "FAIL"),
        ("2026-11-01", "PASS"),
    ]


# --- rotation


def firms(*names: str) -> list[Assurance]:
    first = date(2023, 1, 31)
    return [report(first + timedelta(days=90 * i), practitioner=name, lead=name[-1]) for i, name in enumerate(names)]


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (["A"] * 3, "PASS"),
        (["A"] * 4, "FAIL"),
        (["A", "A", "B", "A", "A"], "PASS"),
        (["B", "A", "A", "A", "A", "B"], "FAIL"),
    ],
)
def test_a_firm_writes_at_most_so_many_in_a_row(tmp_path: Path, names: list[str], outcome: str) -> None:
    assert of_reports("rotated", tmp_path, *firms(*names), firm=3).outcome == outcome


def test_a_lead_changes_though_the_firm_stays(tmp_path: Path) -> None:
    rows = [report(date(2026, i, 1), lead="AABB"[i - 1]) for i in range(1, 5)]
    assert of_reports("rotated", tmp_path, *rows, firm=4, lead=2).outcome is Outcome.PASS
    assert of_reports("rotated", tmp_path / "b", *rows, firm=4, lead=1).outcome is Outcome.FAIL
    assert of_reports("rotated", tmp_path / "c", firm=4).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("every", "outcome"), [(3, "FAIL"), (1, "PASS")])
def test_reports_of_others_in_between_end_no_row(tmp_path: Path, every: int, outcome: str) -> None:
    """A second firm's report of the same quarter, or of the same day, changes nothing for the first."""
    rows = [report(day, practitioner="A") for day in QUARTERS]
    rows += [report(day - timedelta(days=31), practitioner="B") for day in QUARTERS]
    assert of_reports("rotated", tmp_path, *rows, firm=3, every=every).outcome == outcome
    same = [report(day, practitioner=name) for day in QUARTERS for name in "AB"]
    assert of_reports("rotated", tmp_path / "b", *same, firm=3).outcome is Outcome.FAIL


@pytest.mark.parametrize("exceptions", [(0, 7), (7, 0)])
def test_of_two_reports_of_a_day_the_worse_counts(tmp_path: Path, exceptions: tuple[int, int]) -> None:
    rows = [report(TODAY, practitioner=f"firm {i}", exceptions=told) for i, told in enumerate(exceptions)]
    finding = of_reports("assured", tmp_path, *rows, exceptions=0)
    assert (finding.message, finding.facts["exceptions"]) == ("procedures.assured.fail_exceptions", "7")


@given(st.lists(st.sampled_from("AB"), min_size=1, max_size=20), st.integers(1, 6))
def test_rotation_counts_rows_and_nothing_else(names: list[str], most: int) -> None:
    longest, name = _longest([{name} for name in names])
    assert name * longest in "".join(names)
    assert name * (longest + 1) not in "".join(names)


# --- handed in


@pytest.mark.parametrize(("filed", "outcome"), [("2026-10-15", "PASS"), ("2026-10-16", "FAIL"), (None, "INCONCLUSIVE")])
def test_a_report_is_handed_in_within_ten_business_days(tmp_path: Path, filed: str | None, outcome: str) -> None:
    """Of 30 September: 12 October is a holiday in Japan."""
    row = report(date(2026, 9, 30), filed=None if filed is None else date.fromisoformat(filed))
    assert of_reports("reported", tmp_path, row, business_days=10).outcome == outcome


def test_a_report_that_is_not_due_yet_is_not_asked_for(tmp_path: Path) -> None:
    assert (
        of_reports("reported", tmp_path, report(date(2026, 10, 30)), days=2).message == "rulebook.answer.input_missing"
    )
    assert (
        of_reports("reported", tmp_path / "b", report(date(2026, 10, 30)), days=1).facts["what"].startswith("the day")
    )


@pytest.mark.parametrize("parameters", [{}, {"days": 1, "months": 1}])
def test_a_due_day_is_given_once(tmp_path: Path, parameters: dict[str, int]) -> None:
    with pytest.raises(FormatError, match="exactly one of"):
        of_reports("reported", tmp_path, report(TODAY), **parameters)


# --- filings


def filing(end: str, filed: str | None, *attachments: str, kind: str = "quarterly") -> Filing:
    return Filing(kind, date.fromisoformat(end), None if filed is None else date.fromisoformat(filed), attachments)


ON_TIME = (
    filing("2025-09-30", "2025-10-31"),
    filing("2025-12-31", "2026-01-31"),
    filing("2026-03-31", "2026-04-30"),
    filing("2026-06-30", "2026-07-31"),
    filing("2026-09-30", "2026-10-31"),
)


def of_filings(tmp_path: Path, *rows: Filing, who: Entity | None = ENTITY, **parameters: Any) -> dict[str, str]:
    declared = Declarations(filings=rows, entity=who)
    usual: dict[str, Any] = {"kind": "quarterly", "months": 1, **parameters}
    found = of("procedures.filed", tmp_path, declared, **usual)
    return {row.subject.rpartition("quarterly:")[2]: row.message.rpartition(".")[2] for row in found}


def test_every_quarter_is_filed_by_the_end_of_the_next_month(tmp_path: Path) -> None:
    """The quarter to 2025-09-30 was due within the year before the snapshot, by a day less than that."""
    assert of_filings(tmp_path, *ON_TIME) == dict.fromkeys(
        ["2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30"], "pass"
    )


@pytest.mark.parametrize(("day", "word"), [("2026-07-31", "pass"), ("2026-08-01", "fail_late"), (None, "fail_missing")])
def test_a_filing_is_in_time_to_the_day(tmp_path: Path, day: str | None, word: str) -> None:
    rows = [filing("2026-06-30", day) if str(row.period_end) == "2026-06-30" else row for row in ON_TIME]
    assert of_filings(tmp_path, *rows)["2026-06-30"] == word


def test_a_filing_that_is_left_out_between_two_was_not_filed(tmp_path: Path) -> None:
    rows = [row for row in ON_TIME if row.period_end != date(2026, 3, 31)]
    assert of_filings(tmp_path, *rows)["2026-03-31"] == "fail_missing"


def test_a_filing_that_is_left_out_at_the_end_is_undecided(tmp_path: Path) -> None:
    assert of_filings(tmp_path, *ON_TIME[:-1])["2026-09-30"] == "input_missing"
    assert set(of_filings(tmp_path / "b").values()) == {"input_missing"}
    others = [replace(row, kind="yearly") for row in ON_TIME]
    assert set(of_filings(tmp_path / "c", *others).values()) == {"input_missing"}


@pytest.mark.parametrize(("at", "asked"), [("2026-10-31T14:59:59Z", False), ("2026-10-31T15:00:00Z", True)])
def test_what_is_not_past_due_is_not_asked_for(tmp_path: Path, at: str, asked: bool) -> None:
    """The day of the snapshot is that of the rulebook's zone: midnight in Tokyo is 15:00 UTC."""
    found = of_filings(tmp_path, *ON_TIME[:-1], instant=Instant.parse(at))
    assert ("2026-09-30" in found) == asked


def test_all_attachments_belong_to_it(tmp_path: Path) -> None:
    rows = [replace(row, attachments=("a", "b")) for row in ON_TIME]
    rows[-1] = replace(rows[-1], attachments=("a",))
    found = of_filings(tmp_path, *rows, attachments=["b", "a"])
    assert (found.pop("2026-09-30"), set(found.values())) == ("fail_lacking", {"pass"})


@pytest.mark.parametrize(("month", "ends"), [(12, {"2025-12-31"}), (3, {"2026-03-31"}), (6, {"2026-06-30"})])
def test_a_fiscal_year_is_the_entitys(tmp_path: Path, month: int, ends: set[str]) -> None:
    found = of_filings(tmp_path, who=replace(ENTITY, fiscal_year_end=month), every=12, months=3)
    assert set(found) == ends


def test_without_an_entity_there_is_no_fiscal_year(tmp_path: Path) -> None:
    assert list(of_filings(tmp_path, *ON_TIME, who=None).values()) == ["input_missing"]
    assert set(of_filings(tmp_path / "b", *ON_TIME, who=None, fiscal=False).values()) == {"pass"}


def test_ninety_days_are_days(tmp_path: Path) -> None:
    on_time, late = filing("2025-12-31", "2026-03-31"), filing("2025-12-31", "2026-04-01")
    parameters: dict[str, Any] = {"months": None, "every": 12, "fiscal": False, "days": 90}
    declared = [Declarations(filings=(row,)) for row in (on_time, late)]
    found = []
    for i, said in enumerate(declared):
        asked = {"kind": "quarterly", **{name: value for name, value in parameters.items() if value is not None}}
        found += [row.message for row in of("procedures.filed", tmp_path / str(i), said, **asked)]
    assert found == ["procedures.filed.pass", "procedures.filed.fail_late"]


@pytest.mark.parametrize(
    ("day", "rolled", "plain"), [("2026-02-02", "pass", "fail_late"), ("2026-02-03", "fail_late", "fail_late")]
)
def test_a_due_day_that_is_no_business_day_may_roll(tmp_path: Path, day: str, rolled: str, plain: str) -> None:
    """31 January 2026 is a Saturday."""
    row = filing("2025-12-31", day)
    assert of_filings(tmp_path, row, roll=True)["2025-12-31"] == rolled
    assert of_filings(tmp_path / "b", row)["2025-12-31"] == plain


def test_without_a_due_day_it_is_the_end_of_the_next_period(tmp_path: Path) -> None:
    rows = (filing("2026-03-31", "2026-06-30"), filing("2025-12-31", "2026-04-01"))
    found = of("procedures.filed", tmp_path, Declarations(filings=rows), kind="quarterly", fiscal=False)
    said = {row.subject.rpartition(":")[2]: row.message.rpartition(".")[2] for row in found}
    assert said == {
        "2025-09-30": "input_missing",
        "2025-12-31": "fail_late",
        "2026-03-31": "pass",
        "2026-06-30": "input_missing",
    }


def test_periods_before_the_rule_are_not_asked_for(tmp_path: Path) -> None:
    assert set(of_filings(tmp_path, *ON_TIME, day="2026-06-30")) == {"2026-06-30", "2026-09-30"}
    found = of(
        "procedures.filed", tmp_path / "b", Declarations(entity=ENTITY), kind="quarterly", day="2026-10-01", months=1
    )
    assert one(found).facts["state"] == "does-not-apply"


# --- lists


def of_list(tmp_path: Path, answers: dict[str, bool] | None, check: str = "listed", **parameters: Any) -> Finding:
    declared = Declarations(checklists={} if answers is None else {"deed": answers})
    return one(of(f"procedures.{check}", tmp_path, declared, **{"list": "deed", **parameters}))


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"a": True, "b": True}, "PASS"),
        ({"a": True, "b": True, "c": False}, "PASS"),
        ({"a": True, "b": False}, "FAIL"),
        ({"b": False}, "FAIL"),
        ({"a": True}, "INCONCLUSIVE"),
        ({}, "INCONCLUSIVE"),
        (None, "INCONCLUSIVE"),
    ],
)
def test_every_item_is_answered_yes(tmp_path: Path, answers: dict[str, bool] | None, outcome: str) -> None:
    """What the list says beside the rule's items is no matter of the rule."""
    assert of_list(tmp_path, answers, items=["a", "b"]).outcome == outcome


def test_a_yes_by_the_issuers_word_alone_is_no_pass(tmp_path: Path) -> None:
    assert of_list(tmp_path, {"a": True}, items=["a"], law=LawTrust()).message == "rulebook.answer.declared_only"
    assert of_list(tmp_path / "b", {"a": False}, items=["a"], law=LawTrust()).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"licensed": True, "many": True, "rich": False}, "procedures.concerned.pass"),
        ({"licensed": True, "rich": True}, "procedures.concerned.pass"),
        ({"licensed": False}, "rulebook.answer.not_applicable"),
        ({"licensed": True, "many": False, "rich": False}, "rulebook.answer.not_applicable"),
        ({"licensed": True, "many": False}, "rulebook.answer.input_missing"),
        ({"many": True}, "rulebook.answer.input_missing"),
        ({}, "rulebook.answer.input_missing"),
    ],
)
def test_whom_a_law_concerns_follows_from_its_conditions(
    tmp_path: Path, answers: dict[str, bool], message: str
) -> None:
    finding = of_list(tmp_path, answers, "concerned", all=["licensed"], any=["many", "rich"])
    assert (finding.message, finding.outcome is Outcome.FAIL) == (message, False)


# --- no day on which nothing is asked


@pytest.mark.parametrize("check", ["procedures.filed", "procedures.assured"])
@pytest.mark.parametrize("month", [12, 2])
def test_on_every_day_of_four_years_a_period_is_asked_for(check: str, month: int) -> None:
    """Leap years make a year of 365 or 366 days, so that a due day may lie in no year before the snapshot's."""
    due: dict[str, Any] = {"days": 90} if check == "procedures.filed" else {}
    asked = Parameters(rule(check, kind="k", every=12, fiscal=True, **due))
    declared = Declarations(
        entity=replace(ENTITY, fiscal_year_end=month), assurance=(report(date(2026, 1, 1), kind="k"),)
    )

    class Day:
        rulebook = book()
        calendar = business_days("JP/bank")

        def __init__(self, day: date) -> None:
            self.today, self.declared = day, declared

    for number in range(365 * 5 + 1):
        day = Day(date(2027, 1, 1) + timedelta(days=number))
        answers = list(RULE_CHECKS[check].run(day, asked))  # type: ignore[arg-type]
        assert [day.today for answer in answers if not answer.applies] == []
        assert answers, day.today


def test_who_says_when_the_year_ends_leaves_no_rule_by_it(tmp_path: Path) -> None:
    for i, month in enumerate((8, 10)):
        declared = Declarations(entity=replace(ENTITY, fiscal_year_end=month))
        parameters: dict[str, Any] = {"kind": "quarterly", "every": 12, "months": 1, "day": "2026-06-01"}
        for finding in of("procedures.filed", tmp_path / str(i), declared, law=LawTrust(), **parameters):
            assert (finding.outcome, finding.required) == ("INCONCLUSIVE", True)
