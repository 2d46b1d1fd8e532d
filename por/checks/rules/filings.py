"""Judge whether what must be filed or handed in was, by its day, with what belongs to it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from por.checks.rules.answer import Answer, absent, not_concerned
from por.checks.rules.context import Context
from por.checks.rules.days import after_business_days, after_months, after_period
from por.checks.rules.parameters import Parameters
from por.checks.rules.procedures import YEAR, periods, reports_of, year_end_of
from por.model import Outcome
from por.model.declarations import Filing, Topic

UNITS = ("months", "days", "business_days")


def filed(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: was the report of every period filed by its due day, with all attachments?

    Without a due day it is the end of the next period. Periods whose due day is not past are not asked for; one that
    is missing between two that are declared was not filed, while others may be left out of the declarations.
    """
    kind, every = parameters.text("kind"), parameters.integer("every", 3)
    year_end = year_end_of(context, parameters, fiscal=True)
    if isinstance(year_end, Answer):
        yield year_end
        return
    first = after_months(context.today, -parameters.integer("window", YEAR))
    ends = periods(parameters, after_months(first, -2 * YEAR), context.today, every, year_end)
    asked = {end: _due(context, parameters, end, every) for end in ends}
    past = {end: due for end, due in asked.items() if due < context.today}
    newest = max(past, default=None)
    asked = {end: due for end, due in past.items() if due >= first or end == newest}
    rows = {row.period_end: row for row in context.declared.filings if row.kind == kind}
    topics = (Topic.ENTITY,) if parameters.flag("fiscal", default=True) else ()
    if not asked:
        yield not_concerned(f"no period of {kind} has come due since the rule began", *topics)
    for end, due in asked.items():
        subject, row = f"{kind}:{end}", rows.get(end)
        if row is not None:
            yield replace(_filed(parameters, row, due, subject), topics=(Topic.FILINGS, *topics))
        elif any(other < end for other in rows) and any(other > end for other in rows):
            yield _answer(Outcome.FAIL, "fail_missing", subject, {"kind": kind, "period": str(end), "due": str(due)})
        else:
            yield absent(Topic.FILINGS, f"the {kind} of the period to {end}", subject)


def _filed(parameters: Parameters, row: Filing, due: date, subject: str) -> Answer:
    lacking = [name for name in parameters.texts("attachments", ()) if name not in row.attachments]
    facts = {
        "kind": row.kind,
        "period": str(row.period_end),
        "due": str(due),
        "filed": "" if row.filed is None else str(row.filed),
        "lacking": ", ".join(lacking),
    }
    if row.filed is None:
        return _answer(Outcome.FAIL, "fail_missing", subject, facts)
    if row.filed > due:
        return _answer(Outcome.FAIL, "fail_late", subject, facts)
    if lacking:
        return _answer(Outcome.FAIL, "fail_lacking", subject, facts)
    return _answer(Outcome.PASS, "pass", subject, facts)


def _answer(outcome: Outcome, word: str, subject: str, facts: dict[str, str]) -> Answer:
    actual = facts.get("filed") or None
    message = f"procedures.filed.{word}"
    return Answer(outcome, message, subject, facts["due"], actual, facts, topics=(Topic.FILINGS,))


def reported(context: Context, parameters: Parameters) -> Iterator[Answer]:
    """Ask: was each report of the kind handed in by its due day, counted from the day that it is of?"""
    first = max(after_months(context.today, -parameters.integer("window", YEAR)), parameters.since)
    kind = parameters.text("kind")
    due_days = {row.as_of: _due(context, parameters, row.as_of) for row in reports_of(context, parameters)}
    asked = [row for row in reports_of(context, parameters) if first <= due_days[row.as_of] < context.today]
    if not asked:
        yield absent(Topic.ASSURANCE, f"a report of the kind {kind} that had to be handed in since {first}", kind)
    for row in asked:
        due, subject = due_days[row.as_of], f"{kind}:{row.as_of}"
        if row.filed is None:
            yield absent(Topic.ASSURANCE, f"the day on which the report as of {row.as_of} was handed in", subject)
            continue
        outcome = Outcome.PASS if row.filed <= due else Outcome.FAIL
        yield Answer(
            outcome,
            f"procedures.reported.{outcome.lower()}",
            subject,
            expected=str(due),
            actual=str(row.filed),
            facts={"kind": kind, "as_of": str(row.as_of), "due": str(due), "filed": str(row.filed)},
            topics=(Topic.ASSURANCE,),
        )


def _due(context: Context, parameters: Parameters, end: date, every: int = 0) -> date:
    """Return the last day on which something of a period is in time; `roll` moves it to the next business day."""
    given = [unit for unit in UNITS if parameters.has(unit)]
    if len(given) > 1 or not (given or every):
        raise parameters.fail("months", "exactly one of months, days and business_days is given")
    unit = given[0] if given else "months"
    count = parameters.integer(unit, every)
    if unit == "business_days":
        return after_business_days(end, count, context.calendar)
    due = after_period(end, count) if unit == "months" else end + timedelta(days=count)
    if parameters.flag("roll") and not context.calendar.is_working_day(due):
        return after_business_days(due, 1, context.calendar)
    return due
