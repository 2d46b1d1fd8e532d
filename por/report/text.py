"""Render a verdict for people: one sentence first, then what decided it, then what it does not show."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from por.model import Finding, Grade, Outcome, Verdict, printable
from por.report.facts import said
from por.report.language import IN_ENGLISH, Translator
from por.report.limits import LIMITS
from por.report.messages import ENGLISH
from por.report.sentence import first_sentence
from por.report.templates import GRADES, LABELS

_RATIO = re.compile(r"(?P<over>[0-9]{1,200})/(?P<under>[1-9][0-9]{0,199})", re.ASCII)

WORDS = {Outcome.PASS: "VERIFIED", Outcome.FAIL: "REFUTED", Outcome.INCONCLUSIVE: "INCONCLUSIVE"}


def render(verdict: Verdict, *, all_findings: bool = False, say: Translator = IN_ENGLISH) -> str:
    """Write a verdict as plain text; `all_findings` lists every finding that passed one by one."""
    word = label(WORDS[verdict.outcome], say)
    head = label("headline", say).format(word=word, sentence=first_sentence(verdict, say))
    lines = [head, "", *_waivers(verdict, say)]
    for check, group in groupby(verdict.findings, key=lambda finding: finding.check):
        lines += _check_lines(check, list(group), all_findings, say)
    lines += ["", label("limits", say), *(f"  - {say(limit)}" for limit in LIMITS), ""]
    rows = [(label(name, say), value) for name, value in _identity(verdict, say)]
    width = max(columns(name) for name, _ in rows) + 1
    lines += [f"{padded(name, width)}{value}" for name, value in rows]
    return "\n".join(lines) + "\n"


def message(finding: Finding, say: Translator = IN_ENGLISH) -> str:
    """Write one finding's message; `{percent}` stands for its fact `ratio` where it has one, rounded toward zero.

    Facts of a closed vocabulary are said in the reader's language, and reasons as they are.
    """
    facts = {"expected": finding.expected or "", "actual": finding.actual or "", **finding.facts}
    places = {name: said(name, text, say) for name, text in facts.items()}
    if "ratio" in facts or "percent" not in facts:
        places["percent"] = percent(facts.get("ratio", ""), say)
    return printable(say.pgettext(finding.message, ENGLISH[finding.message]).format_map(places))


def percent(ratio: str, say: Translator = IN_ENGLISH) -> str:
    """Write an exact ratio such as 21/20 per cent with two decimals, rounded toward zero: never up to 100 (T75)."""
    match = _RATIO.fullmatch(ratio)
    if match is None:
        return label("no_share", say)
    hundredths = int(match["over"]) * 10_000 // int(match["under"])
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def label(name: str, say: Translator = IN_ENGLISH) -> str:
    """Write a label of the renderings, such as `waived`."""
    return say.pgettext(f"label.{name}", LABELS[f"label.{name}"])


def grade_text(grade: Grade, say: Translator = IN_ENGLISH) -> str:
    """Write an evidence grade as people read it; documents hold the English."""
    return say.pgettext(f"grade.{grade.name}", GRADES[f"grade.{grade.name}"])


def padded(text: str, width: int) -> str:
    """Fill a label up to `width` columns of a terminal, in which wide characters take two."""
    return text + " " * (width - columns(text))


def columns(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


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


def _waivers(verdict: Verdict, say: Translator) -> Iterator[str]:
    waived = {finding.check: finding.waived for finding in verdict.findings if finding.waived}
    if waived:
        yield label("waivers", say)
        for check, reason in waived.items():
            yield "  - " + label("reason", say).format(check=printable(check), reason=printable(reason))
        yield ""


def _identity(verdict: Verdict, say: Translator) -> Iterator[tuple[str, str]]:
    yield "snapshot", printable(verdict.snapshot)
    yield "bundle", str(verdict.bundle or label("none_given", say))
    yield "policy", str(verdict.policy or label("none_given", say))
    yield "profile", printable(verdict.profile)
    yield "checked_at", str(verdict.checked_at)
