"""Evaluate a rulebook as of the snapshot's day, and turn answers into findings (`por/spec/rulebook.md`).

A rule that does not bind on that day runs in shadow: its outcome is shown and decides nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from por.checks.observation import unseen
from por.checks.rules.answer import INPUT_MISSING, Answer
from por.checks.rules.context import Context
from por.checks.rules.parameters import Parameters
from por.checks.rules.table import RULE_CHECKS
from por.errors import FormatError
from por.model import Custody, Finding, Grade, Outcome, Role
from por.model.rulebook import Rule, Rulebook

UNCOMPUTABLE = "rulebook.uncomputable"
# Lists of what is asked about: of nothing, everything holds.
_ASKED = frozenset({"assets", "buckets", "checks", "custody", "figures", "items", "maturity", "roles"})
_CLOSED = {"custody": frozenset(map(str, Custody)), "roles": frozenset(map(str, Role))}


def require_computable(book: Rulebook) -> None:
    """Raise: FormatError for a rule whose check is unknown, or whose parameters ask nothing or are not that check's."""
    for rule in book.rules:
        row = RULE_CHECKS.get(rule.check)
        if row is None:
            raise FormatError(f"no rule check is called {rule.check}", f"{rule.id}/check")
        unknown = sorted(set(rule.parameters) - set(row.parameters))
        if unknown:
            raise FormatError(f"{rule.check} takes no parameter {unknown[0]!r}", f"{rule.id}/parameters")
        for name, value in rule.parameters.items():
            if name in _ASKED and value in ((), []):
                raise FormatError("an empty list asks nothing", f"{rule.id}/parameters/{name}")
            if name in _CLOSED and not (isinstance(value, (list, tuple)) and _CLOSED[name].issuperset(value)):
                known = ", ".join(sorted(_CLOSED[name]))
                raise FormatError(f"not a list of {known}", f"{rule.id}/parameters/{name}")


def judge_rulebook(context: Context) -> Iterator[Finding]:
    """Answer every rule of the context's rulebook; none is left out.

    Raises: FormatError for parameters that the rule's check cannot use.
    """
    for rule in context.rulebook.rules:
        for answer in list(_answers(context, rule)) or [Answer(Outcome.INCONCLUSIVE, "evidence.nothing")]:
            yield _finding(context, rule, _graded(context, answer))


def _answers(context: Context, rule: Rule) -> Iterable[Answer]:
    if rule.inputs and context.unread is not None:
        why = unseen(rule.check, "", context.unread)
        return [Answer(why.outcome, why.message, facts=why.facts, topics=rule.inputs)]
    return RULE_CHECKS[rule.check].run(context, Parameters(rule))


def _graded(context: Context, answer: Answer) -> Answer:
    """Give an answer the grade of its weakest input; a PASS below what the verifier asks for is undecided.

    So is that a rule does not concern the issuer: nobody leaves a rule by their own word.
    """
    if answer.message == INPUT_MISSING:
        return answer
    grades = [context.grade_of(topic) for topic in answer.topics]
    grade = min([*grades, *([] if answer.grade is None else [answer.grade])], default=None)
    if grade is None and answer.outcome is Outcome.PASS and not answer.recomputed:
        grade = Grade.SELF_DECLARED  # it rests on how the issuer lists its accounts
    graded = replace(answer, grade=grade)
    if (answer.outcome is not Outcome.PASS and answer.applies) or grade is None or grade >= context.law.grade:
        return graded
    weak = [str(topic) for topic in answer.topics if context.grade_of(topic) < context.law.grade]
    facts = {**answer.facts, "weak": ", ".join(weak) or "how accounts are listed", "wanted": context.law.grade.text}
    message = "rulebook.answer.declared_only" if answer.applies else "rulebook.answer.not_applicable_declared"
    return replace(graded, outcome=Outcome.INCONCLUSIVE, applies=True, message=message, facts=facts)


def _finding(context: Context, rule: Rule, answer: Answer) -> Finding:
    book, day = context.rulebook, context.today
    binds = rule.in_force(day)
    citation = next((row for row in rule.citations if row.stands(day)), rule.citations[0] if rule.citations else None)
    facts = {
        **answer.facts,
        "rule": rule.id,
        "state": "does-not-apply" if not answer.applies else "in-force" if binds else "shadow",
        "severity": str(rule.severity),
        "confidence": str(rule.confidence),
        "citation": "" if citation is None else citation.text,
        "inputs": ", ".join(answer.topics),
    }
    where = f"/{answer.subject}" if answer.subject else ""
    return Finding(
        rule.check,
        f"{book.id}/{rule.id}{where}",
        answer.outcome,
        answer.message,
        grade=answer.grade if answer.grade is None else Grade(answer.grade),
        expected=answer.expected,
        actual=answer.actual,
        facts=facts,
        required=answer.applies and rule.blocks(day) and rule.check != UNCOMPUTABLE,
        rule=f"{book.id}/{rule.id}",
    )
