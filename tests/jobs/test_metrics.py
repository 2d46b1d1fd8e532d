"""The metrics are what Prometheus reads, to the byte."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.jobs.metrics import HELP, Measured, text
from por.model import Digest, Finding, Instant, Outcome, Verdict
from tests import pages

ASSET = "eip155:1/slip44:60"
GOLDEN = """\
# HELP por_job_last_run_timestamp_seconds When the job last ran, however it ended.
# TYPE por_job_last_run_timestamp_seconds gauge
por_job_last_run_timestamp_seconds 1800000000
# HELP por_job_last_success_timestamp_seconds When the job last ended with exit status 0.
# TYPE por_job_last_success_timestamp_seconds gauge
por_job_last_success_timestamp_seconds 1799999999
# HELP por_job_exit_status How the job last ended: 0 verified, 1 refuted, 3 inconclusive or stopped.
# TYPE por_job_exit_status gauge
por_job_exit_status 1
# HELP por_job_stale 1 when the newest bundle is older than max_staleness_seconds, or there is none.
# TYPE por_job_stale gauge
por_job_stale 1
# HELP por_job_verdict 1 for the outcome of the newest bundle that was examined, 0 for the others.
# TYPE por_job_verdict gauge
por_job_verdict{outcome="PASS"} 0
por_job_verdict{outcome="FAIL"} 1
por_job_verdict{outcome="INCONCLUSIVE"} 0
# HELP por_job_snapshot_timestamp_seconds The instant of the newest bundle that was examined.
# TYPE por_job_snapshot_timestamp_seconds gauge
por_job_snapshot_timestamp_seconds 1790000000
# HELP por_job_findings Findings of its verdict by outcome, waived ones too.
# TYPE por_job_findings gauge
por_job_findings{outcome="PASS"} 1
por_job_findings{outcome="FAIL"} 1
por_job_findings{outcome="INCONCLUSIVE"} 0
# HELP por_job_coverage_ratio Proven reserves over liabilities of an asset class, rounded toward zero.
# TYPE por_job_coverage_ratio gauge
por_job_coverage_ratio{asset="eip155:1/slip44:60"} 0.999999
por_job_coverage_ratio{asset="odd \\\\ \\"quoted\\"\\nasset"} 12.000000
# HELP por_job_step_seconds How long each step took.
# TYPE por_job_step_seconds gauge
por_job_step_seconds{step="fetch"} 0.007
por_job_step_seconds{step="verify"} 61.200
# HELP por_job_attested 1 when the verdict is certified by the committee, and submitted if the job submits.
# TYPE por_job_attested gauge
por_job_attested 1
# HELP por_job_certificate_expires_timestamp_seconds When the certificate expires.
# TYPE por_job_certificate_expires_timestamp_seconds gauge
por_job_certificate_expires_timestamp_seconds 1900000000
"""

_SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<label>[a-z]+)="(?P<value>(?:[^"\\\n]|\\["\\n])*)"\})? (?P<figure>[0-9]+(?:\.[0-9]+)?)'
)
_UNESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def parsed(document: str) -> dict[tuple[str, str], str]:
    """Read the text format: an independent reader, strict about order, escapes and repetition."""
    assert document.endswith("\n")
    found: dict[tuple[str, str], str] = {}
    typed: list[str] = []
    for line in document[:-1].split("\n"):
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            name, kind = line.removeprefix("# TYPE ").split(" ")
            assert (name not in typed, kind) == (True, "gauge")
            typed.append(name)
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, line
        assert match["name"] == typed[-1]
        label = re.sub(r"\\.", lambda escape: _UNESCAPED[escape[0]], match["value"] or "")
        assert (match["name"], label) not in found
        found[match["name"], label] = match["figure"]
    return found


def coverage(ratio: str, subject: str = ASSET, outcome: Outcome = Outcome.PASS) -> Finding:
    return Finding("solvency.coverage", subject, outcome, "solvency.coverage.pass", facts={"ratio": ratio})


def verdict(*findings: Finding) -> Verdict:
    nothing = Digest(bytes(32))
    return Verdict("job", "x@y", nothing, nothing, Instant(0), Instant(0), findings)


MEASURED = Measured(
    run_at=Instant(1_800_000_000),
    succeeded_at=Instant(1_799_999_999),
    status=1,
    stale=True,
    snapshot=Instant(1_790_000_000),
    attested=True,
    expires=Instant(1_900_000_000),
    verdict=verdict(
        coverage("9999999/10000000", outcome=Outcome.FAIL), coverage("12/1", subject='odd \\ "quoted"\nasset')
    ),
    steps={"fetch": 7, "verify": 61_200},
)
NOTHING = Measured(Instant(1), None, 3, True, None, None, None, None)


def test_the_document_is_this_one() -> None:
    assert text(MEASURED) == GOLDEN


def test_an_independent_reader_reads_it() -> None:
    read = parsed(text(MEASURED))
    assert read["por_job_coverage_ratio", 'odd \\ "quoted"\nasset'] == "12.000000"
    assert {name for name, _ in read} == set(HELP)


def test_what_is_not_known_is_not_published() -> None:
    read = parsed(text(NOTHING))
    known = {"por_job_last_run_timestamp_seconds", "por_job_exit_status", "por_job_stale"}
    assert {name for name, _ in read} == known


def test_the_page_names_every_metric() -> None:
    assert pages.named_in_tables("job.md", "Metrics") == set(HELP)
    rules = (pages.SPEC / "howto" / "run-a-job.md").read_text("utf-8")
    assert set(re.findall(r"por_job_[a-z_]+", rules)) <= set(HELP)


def test_t75_nothing_proven_of_what_nobody_could_look_at_is_no_coverage() -> None:
    for ratio, outcome, known in (
        ("0/1", Outcome.INCONCLUSIVE, False),
        ("1/3", Outcome.INCONCLUSIVE, True),
        ("0/1", Outcome.FAIL, True),
    ):
        read = parsed(text(replace(MEASURED, verdict=verdict(coverage(ratio, outcome=outcome)))))
        assert (("por_job_coverage_ratio", ASSET) in read) is known


def test_whether_a_bundle_is_stale_that_nobody_could_ask_for_is_not_published() -> None:
    assert ("por_job_stale", "") not in parsed(text(replace(MEASURED, stale=None)))


@pytest.mark.parametrize("outcome", Outcome)
def test_one_outcome_is_1(outcome: Outcome) -> None:
    read = parsed(text(replace(MEASURED, verdict=verdict(coverage("1/1", outcome=outcome)))))
    assert {label: value for (name, label), value in read.items() if name == "por_job_verdict"} == {
        str(each): str(int(each is outcome)) for each in Outcome
    }


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        ("1/1", "1.000000"),
        ("21/20", "1.050000"),
        ("2/3", "0.666666"),
        ("0/1", "0.000000"),
        ("1/10000000", "0.000000"),
        ("99999999/100000000", "0.999999"),
        ("1000000000000000000001/1", "1000000000000000000001.000000"),
    ],
)
def test_t75_a_ratio_is_exact_and_never_rounded_up(ratio: str, shown: str) -> None:
    read = parsed(text(replace(MEASURED, verdict=verdict(coverage(ratio)))))
    assert read["por_job_coverage_ratio", ASSET] == shown


@pytest.mark.parametrize("ratio", ["", "1", "1/0", "-1/2", "1.5", "1/2/3", "nan", "٣/4", "1/" + "9" * 300])
def test_what_is_no_ratio_is_no_sample(ratio: str) -> None:
    read = parsed(text(replace(MEASURED, verdict=verdict(coverage(ratio)))))
    assert ("por_job_coverage_ratio", ASSET) not in read


@pytest.mark.parametrize(("attested", "shown"), [(True, "1"), (False, "0"), (None, None)])
def test_a_job_that_does_not_attest_says_nothing_about_it(attested: bool | None, shown: str | None) -> None:
    read = parsed(text(replace(MEASURED, attested=attested)))
    assert read.get(("por_job_attested", "")) == shown


@given(subject=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), over=st.integers(0, 10**30))
def test_t94_any_asset_is_one_label_that_reads_back(subject: str, over: int) -> None:
    found = verdict(coverage(f"{over}/7", subject=subject))
    read = parsed(text(replace(MEASURED, verdict=found)))
    whole, part = read["por_job_coverage_ratio", subject].split(".")
    assert int(whole + part) == over * 10**6 // 7


@given(milliseconds=st.integers(0, 10**12))
def test_any_time_reads_back(milliseconds: int) -> None:
    read = parsed(text(replace(MEASURED, steps={"verify": milliseconds})))
    assert int(read["por_job_step_seconds", "verify"].replace(".", "")) == milliseconds
