"""Hold findings and the verdict over them; every surface renders the same verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from por.errors import NotProvenError
from por.model.digest import Digest
from por.model.instant import Instant


class Outcome(StrEnum):
    """Answer a check's question."""

    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


class Grade(IntEnum):
    """Rank evidence; a higher grade is stronger."""

    SELF_DECLARED = 1
    THIRD_PARTY_DOCUMENT = 2
    SINGLE_SOURCE = 3
    QUORUM_VALUE = 4
    STATE_PROOF = 5
    LIGHT_CLIENT = 6

    @property
    def text(self) -> str:
        """Write the grade as documents and people read it."""
        return _GRADE_TEXT[self]


_GRADE_TEXT = {
    Grade.SELF_DECLARED: "self-declared",
    Grade.THIRD_PARTY_DOCUMENT: "third-party document",
    Grade.SINGLE_SOURCE: "single source",
    Grade.QUORUM_VALUE: "quorum value",
    Grade.STATE_PROOF: "state proof against an agreed header",
    Grade.LIGHT_CLIENT: "light-client proven",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Answer one check about one subject.

    `message` is a key of the report's catalogue, `facts` what that message speaks of; `expected`, `actual` and
    `required_figure` are exact text. `required` says whether the outcome decides the verdict, `waived` why not.
    """

    check: str
    subject: str
    outcome: Outcome
    message: str
    grade: Grade | None = None
    expected: str | None = None
    actual: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    waived: str | None = None
    rule: str | None = None

    @property
    def ref(self) -> str:
        """Address this finding; stable across releases."""
        return f"{self.check}@{self.subject}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Join all findings of one examination.

    `bundle` and `policy` are digests, or None where the command had none; `as_of` is the snapshot's instant, None
    where a published proof does not say it, and `checked_at` the clock the checks were given.
    """

    profile: str
    snapshot: str
    bundle: Digest | None
    policy: Digest | None
    as_of: Instant | None
    checked_at: Instant
    findings: tuple[Finding, ...]
    rulebooks: tuple[Digest, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Decide: a required FAIL is FAIL; else a required INCONCLUSIVE, or nothing required, is INCONCLUSIVE."""
        outcomes = {finding.outcome for finding in self.findings if finding.required}
        if Outcome.FAIL in outcomes:
            return Outcome.FAIL
        return Outcome.PASS if outcomes == {Outcome.PASS} else Outcome.INCONCLUSIVE

    def __bool__(self) -> bool:
        """Be true for PASS alone."""
        return self.outcome is Outcome.PASS

    @property
    def exit_code(self) -> int:
        """Give the process exit status for this verdict: 0 verified, 1 refuted, 3 inconclusive."""
        return {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCONCLUSIVE: 3}[self.outcome]

    def of(self, check: str) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def require_pass(self) -> None:
        """Raise: NotProvenError, naming the required findings that did not pass, unless the verdict is PASS."""
        if not self:
            open_refs = [f.ref for f in self.findings if f.required and f.outcome is not Outcome.PASS]
            raise NotProvenError(f"{self.outcome}: {', '.join(open_refs) or 'nothing was required'}")
