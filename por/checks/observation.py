"""Give checks plain observations: something seen, evidence that is broken, or nothing to go by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from por.errors import EvidenceError, FormatError, SourceError, UnsupportedEvidenceError
from por.model import Finding, Outcome, printable

T = TypeVar("T")
Next = TypeVar("Next")


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """Hold what evidence implies."""

    value: T


@dataclass(frozen=True, slots=True)
class Broken:
    """Say how evidence breaks its own rules."""

    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Say what is absent, unsupported or unanswered."""

    reason: str


Observation = Seen[T] | Broken | Missing


def observe(look: Callable[[], T]) -> Observation[T]:
    """Look once: a source's failure and unsupported evidence are Missing, evidence that breaks its rules is Broken.

    Nothing else is caught.
    """
    try:
        return Seen(look())
    except (SourceError, UnsupportedEvidenceError) as error:
        return Missing(str(error))
    except (EvidenceError, FormatError) as error:
        return Broken(str(error))


def then(first: Observation[T], look: Callable[[T], Observation[Next]]) -> Observation[Next]:
    """Go on from something seen; pass on what was not."""
    return look(first.value) if isinstance(first, Seen) else first


def judge(check: str, subject: str, seen: Observation[T], decide: Callable[[T], Finding]) -> Finding:
    """Decide on something seen; what was not seen is a finding of its own kind."""
    return decide(seen.value) if isinstance(seen, Seen) else unseen(check, subject, seen)


def unseen(check: str, subject: str, why: Broken | Missing) -> Finding:
    """Find FAIL for broken evidence, and INCONCLUSIVE for nothing to go by."""
    outcome = Outcome.FAIL if isinstance(why, Broken) else Outcome.INCONCLUSIVE
    message = "evidence.broken" if isinstance(why, Broken) else "evidence.missing"
    return Finding(check, subject, outcome, message, facts={"reason": printable(why.reason)[:1000]})
