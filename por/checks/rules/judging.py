"""Judge rulebooks after everything else: their rules look at the other checks' findings too."""

from collections.abc import Iterable, Iterator

from por.checks.class_rows import class_rows
from por.checks.examination import Examination
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.rules.context import Context
from por.checks.rules.engine import judge_rulebook
from por.errors import PolicyError
from por.model import Finding, Waiver
from por.model.declarations import Declarations
from por.model.rulebook import Rulebook

NOTHING_DECLARED = Declarations()


def rule_findings(
    examination: Examination, findings: Iterable[Finding], books: Iterable[Rulebook]
) -> Iterator[Finding]:
    """Answer every rule of these rulebooks. Raises: FormatError, as `judge_rulebook`."""
    known = tuple(findings)
    rows = tuple(class_rows(examination))
    declared, unread = _declared(examination.declared)
    for book in books:
        yield from judge_rulebook(
            Context(
                examination=examination,
                findings=known,
                rows=rows,
                declared=declared,
                law=examination.policy.law,
                rulebook=book,
                supplies=examination.supplies,
                unread=unread,
            )
        )


def require_known_rules(waivers: Iterable[Waiver], books: Iterable[Rulebook]) -> None:
    """Raise: PolicyError for a waiver of a rule that its rulebook, which is asked for, does not have."""
    by_id = {book.id: book for book in books}
    for waiver in waivers:
        book_id, slash, rule_id = waiver.check.partition("/")
        if slash and book_id in by_id and by_id[book_id].rule(rule_id) is None:
            raise PolicyError(f"the policy waives {waiver.check}, and {book_id} has no such rule")


def _declared(
    observation: Observation[Declarations] | None,
) -> tuple[Declarations, Broken | Missing | None]:
    if isinstance(observation, Seen):
        return observation.value, None
    return NOTHING_DECLARED, observation
