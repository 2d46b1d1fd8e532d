"""Render a report as CSV, one row a finding, safe to open in a spreadsheet (RFC 4180; T94)."""

import csv
import io
from collections.abc import Iterator

from por.encoding import canonical
from por.report.papers import Entry, Papers, entries
from por.report.register import closed
from por.report.safe_text import cell

COLUMNS = (
    "number",
    "ref",
    "check",
    "subject",
    "outcome",
    "required",
    "waived",
    "grade",
    "observed",
    "rule",
    "state",
    "severity",
    "confidence",
    "expected",
    "actual",
    "text",
    "facts",
    "remarks",
    "snapshot",
    "verdict",
)
BYTE_ORDER_MARK = "\ufeff"


def render_csv(papers: Papers) -> str:
    """Write the table with a header and CR LF line ends; figures are exact.

    The last rows, without a number and an outcome, are remarks on findings that are no longer there. In any language
    but English a byte order mark comes first, without which spreadsheets misread it.
    """
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(papers):
        writer.writerow([cell(text) for text in row])
    mark = "" if papers.say.language == "en" else BYTE_ORDER_MARK
    return mark + made.getvalue()


def _rows(papers: Papers) -> Iterator[list[str]]:
    digest = str(papers.digest)
    for row in entries(papers):
        yield [*_finding(row), papers.verdict.snapshot, digest]
    for remark in closed(papers.register, papers.verdict):
        told = [{"at": str(remark.at), "by": remark.by, "status": "closed", "text": remark.text}]
        blank = [""] * (len(COLUMNS) - 5)
        yield ["", remark.ref, *blank, canonical.dumps(told).decode(), papers.verdict.snapshot, digest]


def _finding(row: Entry) -> list[str]:
    finding = row.finding
    remarks: list[dict[str, object]] = [
        {"at": str(item.at), "by": item.by, "response": item.response, "status": str(item.status), "text": item.text}
        for item in row.remarks
    ]
    return [
        str(row.number),
        finding.ref,
        finding.check,
        finding.subject,
        str(finding.outcome),
        "yes" if finding.required else "no",
        finding.waived or "",
        finding.grade.text if finding.grade else "",
        row.observed,
        finding.rule or "",
        *(finding.facts.get(name, "") if finding.rule else "" for name in ("state", "severity", "confidence")),
        finding.expected or "",
        finding.actual or "",
        row.text,
        canonical.dumps(dict(finding.facts)).decode(),
        canonical.dumps(remarks).decode() if remarks else "",
    ]
