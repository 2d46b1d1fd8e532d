"""Render a report as SARIF 2.1.0: what did not pass, by check, addressed by ref.

Whatever a verdict rests on and did not pass is an error, undecided or refuted: viewers look at levels alone.
"""

from collections.abc import Sequence

from por.checks.catalogue import check
from por.encoding import canonical
from por.model import Outcome
from por.report.papers import Entry, Papers, entries
from por.report.procedures import said
from por.report.safe_text import harmless
from por.report.sentence import first_sentence
from por.report.words import word

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERDICT_RULE = "verdict"

Json = dict[str, object]


def render_sarif(papers: Papers, artifact: str = "verdict.json") -> str:
    """Write the log; `artifact` names the verdict's file, to which all results point.

    A verdict that did not pass is always a result of its own, also where nothing was required.
    """
    rows = [row for row in entries(papers) if row.outcome is not Outcome.PASS]
    ids = list(dict.fromkeys(row.finding.check for row in rows))
    run: Json = {
        "tool": {"driver": {"name": "por", "rules": _rules(ids, papers)}},
        "artifacts": [{"location": {"uri": artifact}, "mimeType": "application/json"}],
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "exitCode": papers.verdict.exit_code}],
        "results": [*_of_verdict(papers, len(ids), artifact), *(_result(row, ids, artifact) for row in rows)],
        "properties": {
            "outcome": str(papers.verdict.outcome),
            "snapshot": harmless(papers.verdict.snapshot),
            "verdict": str(papers.digest),
            "findings": str(len(papers.verdict.findings)),
        },
    }
    return canonical.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).decode() + "\n"


def _rules(ids: Sequence[str], papers: Papers) -> list[Json]:
    rules: list[Json] = []
    for check_id in ids:
        entry = check(check_id)
        question, limits = said(entry, "question", papers.say), said(entry, "limits", papers.say)
        shown = f"{word('not_shown', papers.say)}: {limits}"
        rules.append({"id": check_id, "shortDescription": {"text": question}, "fullDescription": {"text": shown}})
    text = word("junit.verdict", papers.say)
    return [*rules, {"id": VERDICT_RULE, "shortDescription": {"text": text}}]


def _of_verdict(papers: Papers, index: int, artifact: str) -> list[Json]:
    if papers.verdict:
        return []
    text = f"{papers.verdict.outcome}: {first_sentence(papers.verdict, papers.say)}"
    return [_told(VERDICT_RULE, index, "error", text, f"{VERDICT_RULE}@{papers.verdict.snapshot}", artifact)]


def _result(row: Entry, ids: Sequence[str], artifact: str) -> Json:
    finding = row.finding
    told = _told(
        finding.check,
        ids.index(finding.check),
        _level(row),
        f"{finding.outcome}: {finding.subject}: {row.text}",
        finding.ref,
        artifact,
    )
    properties: Json = {"outcome": str(finding.outcome), "required": finding.required}
    if finding.rule is not None:
        properties["rule"] = harmless(finding.rule)
    if finding.waived is not None:
        told["suppressions"] = [{"kind": "external", "status": "accepted", "justification": harmless(finding.waived)}]
    return {**told, "properties": properties}


def _level(row: Entry) -> str:
    if row.finding.required:
        return "error"
    return "warning" if row.outcome is Outcome.FAIL else "note"


def _told(rule: str, index: int, level: str, text: str, ref: str, artifact: str) -> Json:
    return {
        "ruleId": harmless(rule),
        "ruleIndex": index,
        "kind": "fail",
        "level": level,
        "message": {"text": harmless(text)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": artifact, "index": 0}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": harmless(ref)}],
            }
        ],
        "fingerprints": {"ref/v1": harmless(ref)},
        "partialFingerprints": {"ref/v1": harmless(ref)},
    }
