"""Render a report as JUnit XML: one test case a finding, and one for the verdict, so that no CI reads more into it.

A required FAIL is a failure and a required INCONCLUSIVE an error: both break a build. What does not count is skipped.
"""

import xml.etree.ElementTree as ET
from itertools import groupby

from por.model import Outcome
from por.report.papers import Entry, Papers, entries
from por.report.safe_text import harmless
from por.report.sentence import first_sentence
from por.report.words import word

_ELEMENTS = {Outcome.FAIL: "failure", Outcome.INCONCLUSIVE: "error"}


def render_junit(papers: Papers) -> str:
    """Write the document; text out of the verdict cannot break out of it, nor misleads in it (T93, T94)."""
    top = ET.Element("testsuites", name="por")
    _add_verdict(top, papers)
    for check, rows in groupby(entries(papers), key=lambda row: row.finding.check):
        suite = _suite(top, check, papers)
        for row in rows:
            _add_case(suite, row, papers)
        _count(suite)
    _count(top)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _suite(top: ET.Element, name: str, papers: Papers) -> ET.Element:
    when = str(papers.verdict.checked_at)
    return ET.SubElement(top, "testsuite", name=harmless(name), timestamp=when, time="0")


def _add_verdict(top: ET.Element, papers: Papers) -> None:
    suite = _suite(top, "verdict", papers)
    case = _case(suite, "verdict", papers.verdict.snapshot)
    outcome = papers.verdict.outcome
    if outcome in _ELEMENTS:
        said = f"{word('junit.verdict', papers.say)}: {outcome}"
        _told(case, _ELEMENTS[outcome], str(outcome), said, first_sentence(papers.verdict, papers.say))
    _count(suite)


def _add_case(suite: ET.Element, row: Entry, papers: Papers) -> None:
    finding = row.finding
    case = _case(suite, finding.check, finding.subject)
    text = "\n".join([row.text, *(f"{remark.by}, {remark.at}: {remark.text}" for remark in row.remarks)])
    if finding.outcome in _ELEMENTS and finding.required:
        _told(case, _ELEMENTS[finding.outcome], str(finding.outcome), row.text, text)
    elif finding.waived is not None:
        _told(case, "skipped", "", word("junit.waived", papers.say, reason=finding.waived), text)
    elif finding.outcome is not Outcome.PASS:
        _told(case, "skipped", "", word("junit.information", papers.say, outcome=finding.outcome), text)


def _case(suite: ET.Element, check: str, subject: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=harmless(check), name=harmless(subject), time="0")


def _told(case: ET.Element, element: str, kind: str, message: str, text: str) -> None:
    made = ET.SubElement(case, element, message=harmless(message))
    if kind:
        made.set("type", kind)
    made.text = "\n".join(harmless(line) for line in text.split("\n"))


def _count(element: ET.Element) -> None:
    names = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for attribute, name in names.items():
        element.set(attribute, str(sum(1 for _ in element.iter(name))))
