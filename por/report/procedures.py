"""Arrange findings as numbered procedures, in the blocks that a report of findings has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from por.checks.catalogue import CATALOGUE, check
from por.checks.check import Check
from por.model import Outcome
from por.report.language import Translator
from por.report.papers import Entry, by_check
from por.report.texts import catalogue_key

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "as_of": ("snapshot.complete", "snapshot.canonical", "snapshot.simultaneous", "snapshot.fresh"),
    "publication": (
        "publication.identified",
        "publication.anchored",
        "publication.unequivocal",
        "publication.bound",
    ),
    "commitment": ("liabilities.scheme",),
    "population": ("liabilities.recomputed", "liabilities.nonnegative", "liabilities.inclusion"),
    "wallets": ("reserves.control", "reserves.distinct", "reserves.unshared", "reserves.code"),
    "holdings": ("reserves.balance", "reserves.eligible", "reserves.totals"),
    "reconciliation": ("solvency.coverage",),
    "movement": ("reserves.movement",),
}
APART = {"attestation": "attestation.", "published": "published."}
EXEMPT = ("solvency.coverage", "reserves.totals", "reserves.movement")
MAX_PASSED = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """Count findings by outcome."""

    passed: int
    failed: int
    open: int

    @property
    def all(self) -> int:
        """Return how many there are."""
        return self.passed + self.failed + self.open


@dataclass(frozen=True, slots=True)
class Procedure:
    """Hold one procedure: its number, the check's texts, its findings; `left_out` that passed are not shown."""

    number: int
    check: str
    question: str
    evidence: str
    passes: str
    limits: str
    count: Count
    shown: tuple[Entry, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Block:
    """Hold the procedures of one block, which may be none."""

    name: str
    procedures: tuple[Procedure, ...]


def counted(rows: Sequence[Entry]) -> Count:
    """Count entries by outcome."""
    outcomes = [row.outcome for row in rows]
    return Count(outcomes.count(Outcome.PASS), outcomes.count(Outcome.FAIL), outcomes.count(Outcome.INCONCLUSIVE))


def blocks(rows: Sequence[Entry], say: Translator) -> tuple[Block, ...]:
    """Arrange all findings that answer no rule; checks of no block of their own stand in the last one."""
    found = by_check(rows)
    numbers = {name: number for number, name in enumerate(_ordered(found), 1)}
    made = []
    for block, names in _blocks(found).items():
        there = tuple(_procedure(numbers[name], found[name], say) for name in names if name in found)
        made.append(Block(block, there))
    return tuple(made)


def _blocks(found: Mapping[str, Sequence[Entry]]) -> Mapping[str, tuple[str, ...]]:
    """Name each block's checks; attestations, published proofs and the rest are blocks only where they have any."""
    placed = {name for names in BLOCKS.values() for name in names}
    rest = [entry.id for entry in CATALOGUE if entry.id in found and entry.id not in placed]
    more = {block: tuple(name for name in rest if name.startswith(start)) for block, start in APART.items()}
    apart = any(more.values())
    more["other"] = tuple(name for name in rest if not name.startswith(tuple(APART.values())))
    always = {name: names for name, names in BLOCKS.items() if not apart or any(each in found for each in names)}
    return {**always, **{name: names for name, names in more.items() if names}}


def _ordered(found: Mapping[str, Sequence[Entry]]) -> list[str]:
    return [name for names in _blocks(found).values() for name in names if name in found]


def _procedure(number: int, rows: Sequence[Entry], say: Translator) -> Procedure:
    entry = check(rows[0].finding.check)
    passed = [row for row in rows if row.outcome is Outcome.PASS]
    hidden = set() if entry.id in EXEMPT else {row.number for row in passed[MAX_PASSED:] if not row.remarks}
    return Procedure(
        number=number,
        check=entry.id,
        question=said(entry, "question", say),
        evidence=said(entry, "evidence", say),
        passes=said(entry, "passes", say),
        limits=said(entry, "limits", say),
        count=counted(rows),
        shown=tuple(row for row in rows if row.number not in hidden),
        left_out=len(hidden),
    )


def said(entry: Check, field: str, say: Translator) -> str:
    """Say one of a check's texts."""
    return say.pgettext(catalogue_key(entry, field), getattr(entry, field))
