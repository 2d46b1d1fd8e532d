"""Write how a rulebook's rules came out as plain text: what of it decides, and what decides nothing."""

from collections.abc import Iterator

from por.model import Outcome, printable
from por.report.language import Translator
from por.report.papers import Entry
from por.report.ruled import JudgedBook, JudgedRule
from por.report.text import label, padded
from por.report.words import word

_MARK, _ID = 13, 25


def rule_lines(book: JudgedBook, all_findings: bool, say: Translator) -> Iterator[str]:
    """Write one rulebook: its title, how many rules came out how, its notice, and every rule."""
    title = book.id
    if book.book is not None:
        title = word("rulebook", say, title=book.title, id=book.id, version=book.book.version)
    yield printable(title)
    yield "  " + rules_counted(book, say)
    yield "  " + printable(book.notice or word("rulebook_unknown", say))
    for rule in book.rules:
        yield from _rule_lines(book.id, rule, all_findings, say)


def rules_counted(book: JudgedBook, say: Translator) -> str:
    """Say how many rules came out how, and how many of them decide."""
    return word("rules_counted", say, **book.tally)


def _rule_lines(book_id: str, rule: JudgedRule, all_findings: bool, say: Translator) -> Iterator[str]:
    mark = padded(label(f"outcome.{rule.outcome}", say), _MARK)
    note = standing(rule, say)
    beside = label("note", say).format(note=note) if note else ""
    yield f"  {mark}{printable(rule.id):<{_ID}}{printable(rule.title)}{beside}"
    if all_findings and rule.citation:
        yield f"  {'':<{_MARK}}{printable(rule.citation)}"
    passed = [row for row in rule.entries if row.outcome is Outcome.PASS]
    shown = rule.entries
    if len(passed) > 1 and not all_findings:
        counted = label("counted", say).format(passed=len(passed), all=len(rule.entries))
        yield f"  {'':<{_MARK}}{counted}"
        shown = tuple(row for row in rule.entries if row.outcome is not Outcome.PASS)
    for row in shown:
        yield f"  {'':<{_MARK}}{_said(row, f'{book_id}/{rule.id}', say)}"
    if not rule.entries:
        yield f"  {'':<{_MARK}}{word('rule_absent', say)}"


def _said(row: Entry, rule: str, say: Translator) -> str:
    grade = label("grade", say).format(grade=row.grade) if row.grade else ""
    subject = printable(row.finding.subject.removeprefix(rule).removeprefix("/"))
    text = f"{row.text}{grade}"
    named = not subject or row.text.startswith(subject)
    return text if named else label("reason", say).format(check=subject, reason=text)


def standing(rule: JudgedRule, say: Translator) -> str:
    """Say in a word whether a rule decides, and else why it does not."""
    if rule.waived:
        return label("waived", say)
    if rule.required:
        return label("rule.in-force", say)
    if rule.uncomputable:
        return label("rule.uncomputable", say)
    if rule.state == "in-force":
        severity = word(f"severity.{rule.severity}", say) if rule.severity in {"warn", "disclosure"} else rule.severity
        return label("rule.beside", say).format(severity=printable(severity))
    return label(f"rule.{rule.state}", say) if rule.state in {"shadow", "does-not-apply"} else printable(rule.state)
