"""Write what the job found for Prometheus, in its text format.

Source: Prometheus text exposition format 0.0.4.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from por.encoding.job_v1 import MAX_SECONDS
from por.model import Instant, Outcome, Verdict

_RATIO = re.compile(r"(?P<over>[0-9]{1,200})/(?P<under>[1-9][0-9]{0,199})", re.ASCII)
_PLACES = 6

HELP = {
    "por_job_last_run_timestamp_seconds": "When the job last ran, however it ended.",
    "por_job_last_success_timestamp_seconds": "When the job last ended with exit status 0.",
    "por_job_exit_status": "How the job last ended: 0 verified, 1 refuted, 3 inconclusive or stopped.",
    "por_job_stale": "1 when the newest bundle is older than max_staleness_seconds, or there is none.",
    "por_job_verdict": "1 for the outcome of the newest bundle that was examined, 0 for the others.",
    "por_job_snapshot_timestamp_seconds": "The instant of the newest bundle that was examined.",
    "por_job_findings": "Findings of its verdict by outcome, waived ones too.",
    "por_job_coverage_ratio": "Proven reserves over liabilities of an asset class, rounded toward zero.",
    "por_job_step_seconds": "How long each step took.",
    "por_job_attested": "1 when the verdict is certified by the committee, and submitted if the job submits.",
    "por_job_certificate_expires_timestamp_seconds": "When the certificate expires.",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what is published; None is not published at all. `steps` are milliseconds.

    `stale` is None where no bundle is known, and it could not be asked whether there is one.
    """

    run_at: Instant
    succeeded_at: Instant | None
    status: int
    stale: bool | None
    snapshot: Instant | None
    attested: bool | None
    expires: Instant | None
    verdict: Verdict | None
    steps: Mapping[str, int] = field(default_factory=dict)


def text(measured: Measured) -> str:
    """Write all metrics, each with its HELP and TYPE."""
    lines: list[str] = []
    for name, samples in _samples(measured).items():
        if samples:
            lines += [f"# HELP {name} {_escaped(HELP[name])}", f"# TYPE {name} gauge"]
            lines += [f"{name}{_labels(labels)} {value}" for labels, value in samples]
    return "\n".join(lines) + "\n"


_Samples = Sequence[tuple[Mapping[str, str], str]]


def _samples(measured: Measured) -> dict[str, _Samples]:
    verdict = measured.verdict
    outcomes: list[Outcome] = [] if verdict is None else list(Outcome)
    counts = dict.fromkeys(outcomes, 0)
    for finding in () if verdict is None else verdict.findings:
        counts[finding.outcome] += 1
    return {
        "por_job_last_run_timestamp_seconds": _instant(measured.run_at),
        "por_job_last_success_timestamp_seconds": _instant(measured.succeeded_at),
        "por_job_exit_status": [({}, str(measured.status))],
        "por_job_stale": [] if measured.stale is None else [({}, str(int(measured.stale)))],
        "por_job_verdict": [
            ({"outcome": outcome}, str(int(verdict is not None and outcome is verdict.outcome))) for outcome in outcomes
        ],
        "por_job_snapshot_timestamp_seconds": _instant(measured.snapshot),
        "por_job_findings": [({"outcome": outcome}, str(count)) for outcome, count in counts.items()],
        "por_job_coverage_ratio": [] if verdict is None else list(_coverage(verdict)),
        "por_job_step_seconds": [({"step": name}, _fixed(ms, 1000, 3)) for name, ms in measured.steps.items()],
        "por_job_attested": [] if measured.attested is None else [({}, str(int(measured.attested)))],
        "por_job_certificate_expires_timestamp_seconds": _instant(measured.expires),
    }


def _instant(instant: Instant | None) -> _Samples:
    return [] if instant is None or instant.seconds > MAX_SECONDS else [({}, str(instant.seconds))]


def _coverage(verdict: Verdict) -> Iterator[tuple[Mapping[str, str], str]]:
    for finding in verdict.of("solvency.coverage"):
        ratio = _RATIO.fullmatch(finding.facts.get("ratio", ""))
        # Nothing proven is no coverage of zero: nobody could look.
        unknown = finding.outcome is Outcome.INCONCLUSIVE and ratio is not None and int(ratio["over"]) == 0
        if ratio is not None and not unknown:
            yield {"asset": finding.subject}, _fixed(int(ratio["over"]), int(ratio["under"]), _PLACES)


def _fixed(over: int, under: int, places: int) -> str:
    whole, rest = divmod(over * 10**places // under, 10**places)
    return f"{whole}.{rest:0{places}}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value, quoted=True)}"' for name, value in labels.items()) + "}"


def _escaped(value: str, *, quoted: bool = False) -> str:
    text = value.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quoted else text
