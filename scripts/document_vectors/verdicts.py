"""Verdict documents: what findings decide, and documents that say otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document_vectors.case import (
    MISSING,
    Case,
    Json,
    Spoiled,
    canonical,
    case,
    digest,
    refusal,
    sha256,
    spelling_cases,
    spoiled_cases,
)

FAMILY = "verdict-document"
EXIT = {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 3}
SNAPSHOT = "exchange.example@2026-11-01T00:00:00Z"


def finding(outcome: str, check: str = "reserves.balance", required: bool = True, waived: str | None = None) -> Json:
    subject = "eip155:1/slip44:60"
    return {
        "check": check,
        "subject": subject,
        "ref": f"{check}@{subject}",
        "outcome": outcome,
        "message": f"{check}.proven",
        "grade": "state proof against an agreed header",
        "expected": "1500000000000000000",
        "actual": "1500000000000000000",
        "facts": {"block": "23700000", "third-party": "0"},
        "required": required,
        "waived": waived,
        "rule": None,
    }


def verdict(outcome: str, *findings: Json) -> Json:
    return {
        "mediaType": "application/vnd.por.verdict.v1+json",
        "outcome": outcome,
        "exit": EXIT[outcome],
        "profile": "auditor",
        "snapshot": SNAPSHOT,
        "bundle": digest("bundle"),
        "policy": digest("policy"),
        "rulebooks": [],
        "asOf": "2026-11-01T00:00:00Z",
        "checkedAt": "2026-11-02T00:00:00Z",
        "findings": list(findings),
    }


PASSED, FAILED, OPEN = (finding(outcome) for outcome in EXIT)
ASIDE = finding("FAIL", required=False)
WAIVED = finding("INCONCLUSIVE", required=False, waived="no registry is in use")
BASE = verdict("PASS", PASSED, WAIVED)
GOOD = [
    ("pass", "one required finding, passed", verdict("PASS", PASSED)),
    ("pass_with_waiver", "what is waived does not count", BASE),
    ("pass_beside_information", "what is not required does not count", verdict("PASS", PASSED, ASIDE)),
    ("fail", "one required finding failed", verdict("FAIL", PASSED, FAILED)),
    ("fail_beside_open", "a failure counts for more than what is open", verdict("FAIL", OPEN, FAILED)),
    ("inconclusive", "one required finding is open", verdict("INCONCLUSIVE", PASSED, OPEN)),
    ("inconclusive_empty", "no finding", verdict("INCONCLUSIVE")),
    ("inconclusive_nothing_required", "nothing required", verdict("INCONCLUSIVE", ASIDE, WAIVED)),
]
DISHONEST = [
    ("pass_over_a_failure", "PASS over a required failure", "T69", "PASS", [PASSED, FAILED]),
    ("pass_over_open", "PASS over a required finding that is open", "T69", "PASS", [PASSED, OPEN]),
    ("pass_over_nothing", "PASS over no finding", "T68", "PASS", []),
    ("pass_over_nothing_required", "PASS over nothing required", "T68", "PASS", [WAIVED]),
    ("inconclusive_over_a_failure", "INCONCLUSIVE over a required failure", "T69", "INCONCLUSIVE", [FAILED, OPEN]),
    ("fail_over_an_outage", "FAIL over a finding that is open", "T69", "FAIL", [PASSED, OPEN]),
]
FIRST = "/findings/0"
SPOILED: list[Spoiled] = [
    ("exit_1", "exit 1 for PASS", "T69", "/exit", 1, "/outcome"),
    ("exit_3", "exit 3 for PASS", "T69", "/exit", 3, "/outcome"),
    ("exit_2", "exit 2 is no verdict", "T69", "/exit", 2, "/outcome"),
    ("exit_70", "exit 70 is no verdict", "T69", "/exit", 70),
    ("outcome_word", "another word", None, "/outcome", "SUCCESS"),
    ("outcome_lower_case", "lower case", None, "/outcome", "pass"),
    ("finding_outcome_word", "another word in a finding", None, f"{FIRST}/outcome", "not_checked"),
    ("ref_of_another_subject", "a reference to something else", None, f"{FIRST}/ref", "reserves.balance@other"),
    ("grade_unknown", "an unknown grade", None, f"{FIRST}/grade", "gold"),
    ("required_number", "1 for true", "T86", f"{FIRST}/required", 1),
    ("required_null", "null for false", "T86", f"{FIRST}/required", None),
    ("required_and_waived", "waived, and required all the same", None, f"{FIRST}/waived", "because", f"{FIRST}/waived"),
    ("expected_number", "a figure as a number", "T87", f"{FIRST}/expected", 15),
    ("fact_number", "a fact as a number", "T75", f"{FIRST}/facts/block", 23_700_000),
    ("fact_name_upper_case", "a fact's name in upper case", None, f"{FIRST}/facts/Block", "1", f"{FIRST}/facts"),
    ("fact_name_escape", "an escape sequence in a fact's name", "T93", f"{FIRST}/facts/\x1b[2J", "1", f"{FIRST}/facts"),
    ("fact_bidirectional", "a right-to-left override in a fact", "T93", f"{FIRST}/facts/block", "\u202e1"),
    ("subject_escape", "an escape sequence in a subject", "T93", f"{FIRST}/subject", "\x1b[32mPASS\x1b[0m"),
    ("message_line_feed", "a line feed in a message key", "T93", f"{FIRST}/message", "a\nb"),
    ("snapshot_zero_width", "a zero-width space", "T93", "/snapshot", "exchange\u200b.example@x"),
    ("bundle_hexadecimal", "a digest without its algorithm", None, "/bundle", "00" * 32),
    ("as_of_date", "a date alone", "T92", "/asOf", "2026-11-01"),
    ("duration", "a member that differs from run to run", None, "/duration", "3 s", "/"),
    ("source_url", "the address of a source", "T96", "/source", "https://node.example/v3/key", "/"),
    ("finding_missing_member", "a finding without its outcome", "T68", f"{FIRST}/outcome", MISSING, FIRST),
]


def verdict_cases() -> Iterator[Case]:
    for name, description, document in GOOD:
        text = canonical(document)
        expect = {"outcome": document["outcome"], "exit": document["exit"], "digest": sha256(text)}
        yield case(f"{FAMILY}/{name}", description, None, {"document": text}, expect)
    for name, description, threat, outcome, findings in DISHONEST:
        text = canonical(verdict(outcome, *findings))
        yield case(f"{FAMILY}/{name}", description, threat, {"document": text}, refusal("/outcome"))
    fraction = canonical(BASE).replace('"third-party":"0"', '"third-party":0.999996')
    description = "a figure as a floating-point number"
    yield case(f"{FAMILY}/fact_fraction", description, "T75", {"document": fraction}, refusal(""))
    yield from spoiled_cases(FAMILY, BASE, SPOILED)
    yield from spelling_cases(FAMILY, BASE)
