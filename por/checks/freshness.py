"""Judge an instant against a clock that the caller gives."""

from por.model import Finding, Instant, Outcome


def freshness(snapshot: str, instant: Instant, now: Instant, max_age: int) -> Finding:
    """Judge an instant against a clock; `max_age` is seconds (T37, T74)."""
    age = now.seconds - instant.seconds
    outcome, message = Outcome.PASS, "snapshot.fresh.recent"
    if age < 0:
        outcome, message = Outcome.FAIL, "snapshot.fresh.future"
    elif age > max_age:
        outcome, message = Outcome.FAIL, "snapshot.fresh.stale"
    facts = {"instant": str(instant), "now": str(now)}
    return Finding(
        "snapshot.fresh",
        snapshot,
        outcome,
        message,
        expected=f"at most {max_age} s",
        actual=f"{age} s",
        facts=facts,
    )
