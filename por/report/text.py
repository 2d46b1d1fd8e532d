"""Render a verdict for people: one sentence first, then what decided it, then what it does not show."""

import re
from collections.abc import Iterator
from itertools import groupby

from por.model import Finding, Outcome, Verdict, printable
from por.report.limits import LIMITS
from por.report.messages import ENGLISH
from por.report.sentence import first_sentence

_RATIO = re.compile(r"(?P<over>[0-9]{1,200})/(?P<under>[1-9][0-9]{0,199})", re.ASCII)

WORDS = {Outcome.PASS: "VERIFIED", Outcome.FAIL: "REFUTED", Outcome.INCONCLUSIVE: "INCONCLUSIVE"}


def render(verdict: Verdict, *, all_findings: bool = False) -> str:
    """Write a verdict as plain text; `all_findings` lists every finding that passed one by one."""
    lines = [f"{WORDS[verdict.outcome]}: {first_sentence(verdict)}", "", *_waivers(verdict)]
    for check, group in groupby(verdict.findings, key=lambda finding: finding.check):
        lines += _check_lines(check, list(group), all_findings)
    lines += ["", "This does not show:", *(f"  - {limit}" for limit in LIMITS), ""]
    lines += [f"{name:<11}{value}" for name, value in _identity(verdict)]
    return "\n".join(lines) + "\n"


def message(finding: Finding) -> str:
    """Write one finding's message; `{percent}` stands for its fact `ratio`, rounded toward zero."""
    facts = {
        "expected": finding.expected or "",
        "actual": finding.actual or "",
        **finding.facts,
        "percent": percent(finding.facts.get("ratio", "")),
    }
    return printable(ENGLISH[finding.message].format_map(facts))


def percent(ratio: str) -> str:
    """Write an exact ratio such as 21/20 per cent with two decimals, rounded toward zero: never up to 100 (T75)."""
    match = _RATIO.fullmatch(ratio)
    if match is None:
        return "no share"
    hundredths = int(match["over"]) * 10_000 // int(match["under"])
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def _check_lines(check: str, findings: list[Finding], all_findings: bool) -> Iterator[str]:
    passed = [finding for finding in findings if finding.outcome is Outcome.PASS]
    if len(passed) > 1 and not all_findings:
        shown = [finding for finding in findings if finding.outcome is not Outcome.PASS]
        mark = "" if shown else Outcome.PASS
        yield f"  {mark:<13}{printable(check):<25}{len(passed)} of {len(findings)} passed"
    else:
        shown = findings
    for finding in shown:
        yield from _finding_lines(finding)


def _finding_lines(finding: Finding) -> Iterator[str]:
    grade = f" [{finding.grade.text}]" if finding.grade else ""
    note = "" if finding.required else " (waived)" if finding.waived else " (for information)"
    yield f"  {finding.outcome:<13}{printable(finding.check):<25}{printable(finding.subject)}{note}"
    yield f"  {'':<13}{message(finding)}{grade}"


def _waivers(verdict: Verdict) -> Iterator[str]:
    waived = {finding.check: finding.waived for finding in verdict.findings if finding.waived}
    if waived:
        yield "Waived by the policy:"
        yield from (f"  - {printable(check)}: {printable(reason)}" for check, reason in waived.items())
        yield ""


def _identity(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield "snapshot", printable(verdict.snapshot)
    yield "bundle", str(verdict.bundle or "none given")
    yield "policy", str(verdict.policy or "none given")
    yield "profile", printable(verdict.profile)
    yield "checked at", str(verdict.checked_at)
