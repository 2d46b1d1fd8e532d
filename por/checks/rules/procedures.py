"""Judge what people do and write: reports of practitioners, filings, and answers to lists of questions."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from por.checks.asset_classes import exact_text
from por.checks.rules.answer import Answer, absent, not_concerned
from por.checks.rules.context import Context
from por.checks.rules.days import after_months, period_ends
from por.checks.rules.parameters import Parameters
from por.checks.rules.records import listed as day_list
from por.checks.rules.records import missing
from por.model import Outcome
from por.model.declarations import Assurance, Topic

YEAR = 12


def assured(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is there a report of the kind that is new enough, in one of these forms, and for each period one?"""
    kind, reports = parameters.text("kind"), reports_of(context, parameters)
    if not reports:
        yield absent(Topic.ASSURANCE, f"a report of the kind {kind}", kind)
        return
    newest = max(reports, key=lambda row: (row.as_of, row.exceptions))
    facts = {
        "kind": kind,
        "as_of": str(newest.as_of),
        "practitioner": newest.practitioner,
        "form": newest.form,
        "exceptions": str(newest.exceptions),
    }
    if parameters.has("months") and after_months(newest.as_of, parameters.integer("months")) < context.today:
        facts["months"] = str(parameters.integer("months"))
        yield _assured(kind, Outcome.FAIL, "fail_old", facts)
    elif parameters.has("exceptions") and newest.exceptions > parameters.integer("exceptions"):
        yield _assured(kind, Outcome.FAIL, "fail_exceptions", facts)
    elif parameters.has("every"):
        yield from _each_period(context, parameters, reports, facts)
    else:
        yield _assured(kind, Outcome.PASS, "pass", facts)


def _assured(kind: str, outcome: Outcome, word: str, facts: dict[str, str], *more: Topic) -> Answer:
    return Answer(outcome, f"procedures.assured.{word}", kind, facts=facts, topics=(Topic.ASSURANCE, *more))


def _each_period(
    context: Context, parameters: Parameters, reports: list[Assurance], facts: dict[str, str]
) -> Iterator[Answer]:
    every, kind = parameters.integer("every"), facts["kind"]
    year_end = year_end_of(context, parameters, fiscal=False)
    if isinstance(year_end, Answer):
        yield year_end
        return
    last = context.today - timedelta(days=1 + parameters.integer("grace", 31))
    ends = periods(parameters, after_months(last, -2 * YEAR), last, every, year_end)
    topics = (Topic.ENTITY,) if parameters.flag("fiscal") else ()
    if not ends:
        yield not_concerned(f"no period of {kind} has ended since the rule began", *topics)
        return
    # A year in which February has 29 days may end outside the year before the day; the newest is asked for anyway.
    asked = [end for end in ends if end > after_months(last, -YEAR) or end == max(ends)]
    spans = [(after_months(end + timedelta(days=1), -every), end) for end in asked]
    between, outside = missing([row.as_of for row in reports], spans)
    facts = {**facts, "periods": str(len(spans)), "gaps": day_list(between)}
    if between:
        yield _assured(kind, Outcome.FAIL, "fail_period", facts, *topics)
    elif outside:
        yield absent(Topic.ASSURANCE, f"a report of the kind {kind} of the period to {day_list(outside)}", kind)
    else:
        yield _assured(kind, Outcome.PASS, "pass", facts, *topics)


def surprise(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: did each report look at so many different days, of which the issuer was told no earlier than allowed?

    Days count that are of the year to the day that the report is of.
    """
    count, told = parameters.integer("dates", 2), parameters.integer("told", 1)

    def judge(report: Assurance) -> Answer:
        subject, first = _subject(report), after_months(report.as_of, -YEAR)
        dates = {day for day in report.dates if first < day <= report.as_of}
        facts = {"dates": day_list(sorted(dates)) or "no day", "count": str(count), "told": str(told)}
        if len(dates) < count:
            return _report("surprise", Outcome.FAIL, "fail_few", subject, facts)
        if len(report.told) != len(report.dates):
            return absent(Topic.ASSURANCE, "when the issuer was told of each date", subject)
        pairs = zip(report.dates, report.told, strict=True)
        early = [day for day, heard in pairs if heard < day - timedelta(days=told)]
        facts["early"] = day_list(early)
        if early:
            return _report("surprise", Outcome.FAIL, "fail_early", subject, facts)
        return _report("surprise", Outcome.PASS, "pass", subject, facts)

    yield from _each_report(context, parameters, judge)


def scope(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: did each report look at so large a share of what customers are owed, and at so many assets?

    Where fewer assets are owed than the rule names, all of them are enough.
    """
    share, owed = parameters.ratio("share", "80/100"), sum(1 for row in context.rows if any(i.total for i in row.owed))
    assets = min(parameters.integer("assets", 10), owed)

    def judge(report: Assurance) -> Answer:
        subject = _subject(report)
        if report.share is None or report.assets is None:
            return absent(Topic.ASSURANCE, "the share of customers' balances and how many assets it looked at", subject)
        outcome = Outcome.PASS if report.share >= share and report.assets >= assets else Outcome.FAIL
        facts = {
            "share": _percent(report.share),
            "assets": str(report.assets),
            "least_share": _percent(share),
            "least_assets": str(assets),
        }
        return _report("scope", outcome, outcome.lower(), subject, facts)

    yield from _each_report(context, parameters, judge)


def rotated(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: did no firm report on more consecutive periods than allowed, and no lead?

    A report by another of a period on which the firm reports too ends no row. Periods of which the issuer declares no
    report neither lengthen a row nor end it.
    """
    kind, reports = parameters.text("kind"), reports_of(context, parameters)
    if not reports:
        yield absent(Topic.ASSURANCE, f"a report of the kind {kind}", kind)
        return
    every = parameters.integer("every", 1)
    if every == 0 or YEAR % every:
        raise parameters.fail("every", "a year has no whole number of such periods")
    months = [row.as_of.year * YEAR + row.as_of.month - 1 for row in reports]
    by_period = [{reports[i] for i in part} for _, part in groupby(range(len(reports)), lambda i: months[i] // every)]
    firms = _longest([{row.practitioner for row in part} for part in by_period])
    leads = _longest([{row.lead for row in part} for part in by_period])
    limits = [parameters.integer(name) if parameters.has(name) else None for name in ("firm", "lead")]
    over = any(limit is not None and most > limit for limit, (most, _) in zip(limits, (firms, leads), strict=True))
    facts = {"kind": kind, "firm": firms[1], "firm_count": str(firms[0]), "lead_count": str(leads[0])}
    facts["lead"] = leads[1] or "not named"
    outcome = Outcome.FAIL if over else Outcome.PASS
    yield _report("rotated", outcome, outcome.lower(), kind, facts)


def _longest(periods: list[set[str]]) -> tuple[int, str]:
    """Return the most consecutive periods in which one name stands, and that name."""
    most, running = (0, ""), dict[str, int]()
    for there in periods:
        running = {name: running.get(name, 0) + 1 for name in there}
        most = max([most, *((count, name) for name, count in running.items())])
    return most


def reports_of(context: Context, parameters: Parameters) -> list[Assurance]:
    """List the reports of the rule's kind and forms up to the snapshot's day, the oldest first."""
    kind, forms = parameters.text("kind"), parameters.texts("forms", ())
    rows = [row for row in context.declared.assurance if row.kind == kind and row.as_of <= context.today]
    return sorted((row for row in rows if not forms or row.form in forms), key=lambda row: row.as_of)


def _each_report(context: Context, parameters: Parameters, judge: Callable[[Assurance], Answer]) -> Iterator[Answer]:
    """Judge each report of the window, or say that there is none."""
    first = max(after_months(context.today, -parameters.integer("window", YEAR)), parameters.since)
    reports = [row for row in reports_of(context, parameters) if row.as_of >= first]
    if not reports:
        kind = parameters.text("kind")
        yield absent(Topic.ASSURANCE, f"a report of the kind {kind} as of {first} or later", kind)
    yield from map(judge, reports)


def _report(check: str, outcome: Outcome, word: str, subject: str, facts: dict[str, str]) -> Answer:
    return Answer(outcome, f"procedures.{check}.{word}", subject, facts=facts, topics=(Topic.ASSURANCE,))


def _subject(report: Assurance) -> str:
    return f"{report.kind}:{report.as_of}"


def _percent(share: Fraction) -> str:
    return exact_text(share * 100)


def year_end_of(context: Context, parameters: Parameters, *, fiscal: bool) -> int | Answer:
    """Return the last month of the years in which the rule counts periods: the entity's own, or December."""
    if not parameters.flag("fiscal", default=fiscal):
        return YEAR
    if context.declared.entity is None:
        return absent(Topic.ENTITY, "the last month of the fiscal year")
    return context.declared.entity.fiscal_year_end


def periods(parameters: Parameters, first: date, last: date, every: int, year_end: int) -> list[date]:
    """List the last days of periods between two days and since the rule is in force."""
    if every == 0 or YEAR % every:
        raise parameters.fail("every", "a year has no whole number of such periods")
    return period_ends(max(first, parameters.since), last, every, year_end)


def listed(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: are all these items of a list answered yes? What stands behind an answer is in the documents."""
    name, items = parameters.text("list"), parameters.texts("items")
    answers = context.declared.checklists.get(name, {})
    unanswered = [item for item in items if item not in answers]
    refused = [item for item in items if answers.get(item) is False]
    if unanswered and not refused:
        yield absent(Topic.CHECKLISTS, f"answers to {', '.join(unanswered)} in the list {name}", name)
        return
    outcome = Outcome.FAIL if refused else Outcome.PASS
    yield Answer(
        outcome,
        f"procedures.listed.{outcome.lower()}",
        name,
        expected=str(len(items)),
        actual=str(len(items) - len(unanswered) - len(refused)),
        facts={"list": name, "count": str(len(items)), "refused": ", ".join(refused)},
        topics=(Topic.CHECKLISTS,),
    )


def concerned(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: is the issuer one of those whom the law concerns: are all of these so, and any of those?"""
    name = parameters.text("list")
    answers = context.declared.checklists.get(name, {})
    every, some = parameters.texts("all", ()), parameters.texts("any", ())
    unanswered = [item for item in (*every, *some) if item not in answers]
    no = any(answers.get(item) is False for item in every)
    none = bool(some) and all(answers.get(item) is False for item in some)
    if no or none:
        yield not_concerned(f"the list {name} says that the law does not concern the issuer", Topic.CHECKLISTS)
    elif any(item in unanswered for item in every) or (some and not any(answers.get(item) for item in some)):
        yield absent(Topic.CHECKLISTS, f"answers to {', '.join(unanswered)} in the list {name}", name)
    else:
        facts = {"list": name}
        yield Answer(Outcome.PASS, "procedures.concerned.pass", name, facts=facts, topics=(Topic.CHECKLISTS,))
