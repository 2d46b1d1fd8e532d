"""Hold what a jurisdiction requires, as data: rules with citations, dates in force and parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from por.model.declarations import Topic
from por.model.digest import Digest


class RuleStatus(StrEnum):
    """Say what a rule rests on; `derived` is a consequence that no regulator wrote."""

    IN_FORCE = "in-force"
    ENACTED_PENDING = "enacted-pending"
    PROPOSED = "proposed"
    GUIDANCE = "guidance"
    DERIVED = "derived"


class Severity(StrEnum):
    """Say what a breach means: it refutes, it warns, or it is shown and nothing more."""

    BLOCKING = "blocking"
    WARN = "warn"
    DISCLOSURE = "disclosure"


class RuleScope(StrEnum):
    """Say what is judged apart: each asset class, all of them together, or the entity."""

    ASSET = "asset"
    AGGREGATE = "aggregate"
    ENTITY = "entity"


class Confidence(StrEnum):
    """Say how sure the rulebook is of a rule's words: A read, B careful secondary, C press, D not confirmed."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class Citation:
    """Name a law's article and where its text was found; `since` and `until` bound the days it is cited for."""

    text: str
    source: str
    since: date | None = None
    until: date | None = None

    def stands(self, day: date) -> bool:
        """Tell whether the rule is cited so on a day; both ends are included."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Cure:
    """Give the days within which a breach may be cured: business days of the rulebook's calendar, or all days."""

    days: int
    business: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold one requirement; `check` names the arithmetic that judges it and `parameters` are that check's.

    `since` and `until` are its first and last day in force, None where it has none; `superseded_by` names what takes
    its place then. `inputs` are the topics of the issuer's declarations that it looks at. `reason` says, by language,
    why nothing can compute it, and is empty for every other rule.
    """

    id: str
    title: Mapping[str, str]
    citations: tuple[Citation, ...]
    status: RuleStatus
    since: date | None
    until: date | None
    superseded_by: str | None
    scope: RuleScope
    inputs: tuple[Topic, ...]
    check: str
    parameters: Mapping[str, object]
    severity: Severity
    cure: Cure | None
    confidence: Confidence
    reason: Mapping[str, str] = field(default_factory=dict)

    def in_force(self, day: date) -> bool:
        """Tell whether the rule binds on a day; one that is pending or proposed, or has no first day, never does."""
        if self.status in {RuleStatus.ENACTED_PENDING, RuleStatus.PROPOSED}:
            return False
        began = self.status is RuleStatus.DERIVED if self.since is None else self.since <= day
        return began and (self.until is None or day <= self.until)

    def blocks(self, day: date) -> bool:
        """Tell whether its breach refutes: in force, blocking, and of confidence A or B."""
        sure = self.confidence in {Confidence.A, Confidence.B}
        return self.severity is Severity.BLOCKING and sure and self.in_force(day)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Hold a jurisdiction's rules for one kind of business; `zone` is the hours east of UTC in which its days run.

    `calendar` names the business days: a country, and `/bank` where banks' days count. `digest` covers all bytes.
    """

    id: str
    version: str
    title: Mapping[str, str]
    jurisdiction: str
    calendar: str
    zone: int
    currency: str
    notice: Mapping[str, str]
    rules: tuple[Rule, ...]
    digest: Digest

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule of an id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)
