"""Render a verdict for people: one sentence first, then what decided it, then what it does not show."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from por.model import Finding, Outcome, Verdict, printable
from por.model.rulebook import Rulebook
from por.report.language import IN_ENGLISH, Translator
from por.report.limits import LIMITS
from por.report.papers import Papers, entries
from por.report.rule_text import rule_lines
from por.report.ruled import JudgedBook, judged_books
from por.report.sentence import first_sentence
from por.report.text import WORDS, columns, grade_text, label, message, padded


def render(
    verdict: Verdict,
    *,
    all_findings: bool = False,
    say: Translator = IN_ENGLISH,
    rulebooks: Sequence[Rulebook] = (),
) -> str:
    """Write a verdict as plain text; `all_findings` lists every finding that passed one by one.

    `rulebooks` are those that the verdict names, for the titles of their rules.
    """
    books = _books(verdict, rulebooks, say)
    word = label(WORDS[verdict.outcome], say)
    head = label("headline", say).format(word=word, sentence=first_sentence(verdict, say))
    lines = [head, "", *_waivers(verdict, books, say)]
    beside = (finding for finding in verdict.findings if finding.rule is None)
    for check, group in groupby(beside, key=lambda finding: finding.check):
        lines += _check_lines(check, list(group), all_findings, say)
    for book in books:
        lines += ["", *rule_lines(book, all_findings, say)]
    lines += ["", label("limits", say), *(f"  - {say(limit)}" for limit in LIMITS), ""]
    rows = [(label(name, say), value) for name, value in _identity(verdict, say)]
    width = max(columns(name) for name, _ in rows) + 1
    lines += [f"{padded(name, width)}{value}" for name, value in rows]
    return "\n".join(lines) + "\n"


def _books(verdict: Verdict, rulebooks: Sequence[Rulebook], say: Translator) -> tuple[JudgedBook, ...]:
    ruled = tuple(finding for finding in verdict.findings if finding.rule is not None)
    if not (ruled or rulebooks):
        return ()
    return judged_books(entries(Papers(replace(verdict, findings=ruled), say=say)), rulebooks, say)


def _check_lines(check: str, findings: list[Finding], all_findings: bool, say: Translator) -> Iterator[str]:
    passed = [finding for finding in findings if finding.outcome is Outcome.PASS]
    if len(passed) > 1 and not all_findings:
        shown = [finding for finding in findings if finding.outcome is not Outcome.PASS]
        mark = "" if shown else label(f"outcome.{Outcome.PASS}", say)
        counted = label("counted", say).format(passed=len(passed), all=len(findings))
        yield f"  {padded(mark, 13)}{printable(check):<25}{counted}"
    else:
        shown = findings
    for finding in shown:
        yield from _finding_lines(finding, say)


def _finding_lines(finding: Finding, say: Translator) -> Iterator[str]:
    grade = label("grade", say).format(grade=grade_text(finding.grade, say)) if finding.grade else ""
    note = "" if finding.required else label("waived" if finding.waived else "information", say)
    beside = label("note", say).format(note=note) if note else ""
    mark = padded(label(f"outcome.{finding.outcome}", say), 13)
    yield f"  {mark}{printable(finding.check):<25}{printable(finding.subject)}{beside}"
    yield f"  {'':<13}{message(finding, say)}{grade}"


def _waivers(verdict: Verdict, books: Sequence[JudgedBook], say: Translator) -> Iterator[str]:
    waived = {finding.rule or finding.check: finding.waived for finding in verdict.findings if finding.waived}
    titles = {f"{book.id}/{rule.id}": rule.title for book in books for rule in book.rules}
    if waived:
        yield label("waivers", say)
        for name, reason in waived.items():
            told = f"{name} {titles.get(name, '')}".rstrip()
            yield "  - " + label("reason", say).format(check=printable(told), reason=printable(reason))
        yield ""


def _identity(verdict: Verdict, say: Translator) -> Iterator[tuple[str, str]]:
    yield "snapshot", printable(verdict.snapshot)
    yield "bundle", str(verdict.bundle or label("none_given", say))
    yield "policy", str(verdict.policy or label("none_given", say))
    yield "profile", printable(verdict.profile)
    yield "checked_at", str(verdict.checked_at)
