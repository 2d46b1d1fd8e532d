"""Judge an instant against a clock that the caller gives."""

from por.model import Finding, Instant, Outcome


def span(seconds: int) -> str:
    """Write a time span in days, hours, minutes and seconds, exactly."""
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(abs(seconds), size)
        if count:
            parts.append(f"{count} {unit}")
        seconds = rest
    return " ".join(parts) or "0 s"


def freshness(snapshot: str, instant: Instant, now: Instant, max_age: int) -> Finding:
    """Judge an instant against a clock; `max_age` is seconds (T37, T74)."""
    age = now.seconds - instant.seconds
    outcome, message = Outcome.PASS, "snapshot.fresh.recent"
    if age < 0:
        outcome, message = Outcome.FAIL, "snapshot.fresh.future"
    elif age > max_age:
        outcome, message = Outcome.FAIL, "snapshot.fresh.stale"
    facts = {"instant": str(instant), "now": str(now), "age": span(age), "limit": span(max_age)}
    return Finding(
        "snapshot.fresh",
        snapshot,
        outcome,
        message,
        expected=f"at most {max_age} s",
        actual=f"{age} s",
        facts=facts,
    )
