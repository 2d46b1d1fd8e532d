"""Read and write the verdict (`por/spec/verdict.md`, reading steps 1 to 3)."""

import re

from por.encoding import canonical
from por.encoding.media_types import VERDICT
from por.encoding.reader import Reader
from por.model import Digest, Finding, Grade, Outcome, Verdict

MAX_BYTES = 256 * 2**20
MAX_ITEMS = 16_000_000
MAX_TEXT = 2**20

Json = dict[str, object]

_FACT = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)


def write(verdict: Verdict) -> bytes:
    """Write the canonical document; the same verdict always gives the same bytes."""
    return canonical.dumps(
        {
            "mediaType": VERDICT,
            "outcome": str(verdict.outcome),
            "exit": verdict.exit_code,
            "profile": verdict.profile,
            "snapshot": verdict.snapshot,
            "bundle": _text(verdict.bundle),
            "policy": _text(verdict.policy),
            "rulebooks": [str(digest) for digest in verdict.rulebooks],
            "asOf": None if verdict.as_of is None else str(verdict.as_of),
            "checkedAt": str(verdict.checked_at),
            "findings": [_finding_value(finding) for finding in verdict.findings],
        }
    )


def read(data: bytes) -> Verdict:
    """Read the canonical document. Raises: FormatError, also when the outcome is not the findings' own."""
    top = Reader(canonical.load(data, max_bytes=MAX_BYTES, max_items=MAX_ITEMS))
    (
        outcome,
        exit_code,
        profile,
        snapshot,
        bundle,
        policy,
        rulebooks,
        as_of,
        checked_at,
        findings,
    ) = top.document(
        VERDICT,
        "outcome",
        "exit",
        "profile",
        "snapshot",
        "bundle",
        "policy",
        "rulebooks",
        "asOf",
        "checkedAt",
        "findings",
    )
    verdict = Verdict(
        profile=profile.text(32),
        snapshot=snapshot.text(256),
        bundle=bundle.optional(Reader.digest),
        policy=policy.optional(Reader.digest),
        as_of=as_of.optional(Reader.instant),
        checked_at=checked_at.instant(),
        findings=tuple(_read_finding(item) for item in findings.items(1_000_000)),
        rulebooks=tuple(item.digest() for item in rulebooks.items(64)),
    )
    if outcome.choice(Outcome) is not verdict.outcome or exit_code.integer(0, 3) != verdict.exit_code:
        raise outcome.fail("the outcome is not that of the findings")
    return verdict


def _finding_value(finding: Finding) -> Json:
    return {
        "check": finding.check,
        "subject": finding.subject,
        "ref": finding.ref,
        "outcome": str(finding.outcome),
        "message": finding.message,
        "grade": None if finding.grade is None else finding.grade.text,
        "expected": finding.expected,
        "actual": finding.actual,
        "facts": dict(finding.facts),
        "required": finding.required,
        "waived": finding.waived,
        "rule": finding.rule,
    }


def _read_finding(reader: Reader) -> Finding:
    check, subject, ref, outcome, message, grade, expected, actual, facts, required, waived, rule = reader.members(
        "check",
        "subject",
        "ref",
        "outcome",
        "message",
        "grade",
        "expected",
        "actual",
        "facts",
        "required",
        "waived",
        "rule",
    )
    if not isinstance(required.value, bool):
        raise required.fail("neither true nor false")
    finding = Finding(
        check=check.text(),
        subject=subject.text(),
        outcome=outcome.choice(Outcome),
        message=message.text(),
        grade=grade.optional(_read_grade),
        expected=expected.optional(_read_figure),
        actual=actual.optional(_read_figure),
        facts=_read_facts(facts),
        required=required.value,
        waived=waived.optional(Reader.text),
        rule=rule.optional(Reader.text),
    )
    if ref.text(4096) != finding.ref:
        raise ref.fail("not check@subject")
    if finding.required and finding.waived is not None:
        raise waived.fail("what is waived is not required")
    return finding


def _read_figure(reader: Reader) -> str:
    return reader.text(MAX_TEXT)


def _read_grade(reader: Reader) -> Grade:
    text = reader.text(64)
    grades = {grade.text: grade for grade in Grade}
    if text not in grades:
        raise reader.fail(f"{text!r} is no evidence grade")
    return grades[text]


def _read_facts(reader: Reader) -> dict[str, str]:
    if not isinstance(reader.value, dict):
        raise reader.fail("not an object")
    names = tuple(reader.value)
    if not all(_FACT.fullmatch(name) for name in names):
        raise reader.fail("a fact's name is of lower-case letters, digits, - and _")
    return {name: _read_figure(member) for name, member in zip(names, reader.members(*names), strict=True)}


def _text(digest: Digest | None) -> str | None:
    return None if digest is None else str(digest)
