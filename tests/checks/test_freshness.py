"""Ages against a clock that the caller gives."""

from __future__ import annotations

import pytest

from por.checks.freshness import freshness
from por.model import Instant

THEN = Instant.parse("2026-11-01T12:00:00Z")


@pytest.mark.parametrize(
    ("age", "limit", "outcome", "message"),
    [
        (0, 0, "PASS", "recent"),
        (0, 60, "PASS", "recent"),
        (60, 60, "PASS", "recent"),
        (61, 60, "FAIL", "stale"),
        (1, 0, "FAIL", "stale"),
        (10**9, 60, "FAIL", "stale"),
        (-1, 60, "FAIL", "future"),
        (-(10**6), 2**40, "FAIL", "future"),
    ],
)
def test_t37_t74_a_snapshot_is_neither_stale_nor_of_tomorrow(age: int, limit: int, outcome: str, message: str) -> None:
    finding = freshness("x@y", THEN, Instant(THEN.seconds + age), limit)
    assert (finding.check, finding.outcome, finding.message) == (
        "snapshot.fresh",
        outcome,
        f"snapshot.fresh.{message}",
    )
    assert (finding.expected, finding.actual) == (f"at most {limit} s", f"{age} s")
    assert finding.facts["instant"] == str(THEN)
