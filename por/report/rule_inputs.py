"""Say what the answers to rules rest on: procedures of the report, and parts of the issuer's declarations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from por.model.declarations import Declarations, Document
from por.report.papers import Entry
from por.report.procedures import Block
from por.report.ruled import JudgedBook, JudgedRule

_HOLDINGS = ("liabilities.scheme", "reserves.control", "reserves.balance", "reserves.eligible")
_LISTED = ("reserves.distinct",)
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "segregation.coins": _HOLDINGS,
    "segregation.excess": _HOLDINGS,
    "segregation.hot": _HOLDINGS,
    "segregation.guarantee": _HOLDINGS,
    "segregation.free": ("reserves.eligible",),
    "segregation.spread": ("reserves.balance",),
    "segregation.domestic": ("reserves.control", "reserves.balance"),
    "segregation.figures": ("reserves.balance",),
    "segregation.signers": ("reserves.balance",),
    "segregation.apart": _LISTED,
    "segregation.kept": _LISTED,
    "segregation.entity": _LISTED,
    "segregation.venues": _LISTED,
    "intermediary.custody": _LISTED,
    "intermediary.complete": ("liabilities.scheme", "liabilities.recomputed"),
}


@dataclass(frozen=True, slots=True)
class DeclaredInput:
    """Hold one part of the declarations: the documents said to cover it, and the findings that rest on it."""

    topic: str
    documents: tuple[Document, ...]
    entries: tuple[Entry, ...]


def rests_on(rule: JudgedRule, blocks: Sequence[Block]) -> tuple[tuple[str, int], ...]:
    """Name the checks of this report that a rule's answers rest on, each with its procedure's number."""
    numbers = {procedure.check: procedure.number for block in blocks for procedure in block.procedures}
    names: list[str] = []
    for row in rule.entries:
        listened = row.finding.facts.get("check")
        names += RESTS_ON.get(row.finding.check, ()) if listened is None else (listened,)
    return tuple((name, numbers[name]) for name in dict.fromkeys(names) if name in numbers)


def declared_inputs(books: Sequence[JudgedBook], declared: Declarations | None) -> tuple[DeclaredInput, ...]:
    """Return every part of the declarations that a rule looks at, in the order of their names."""
    found: dict[str, list[Entry]] = {}
    for rule in (rule for book in books for rule in book.rules):
        for topic in rule.inputs:
            found.setdefault(topic, []).extend(rule.entries)
    documents = () if declared is None else declared.documents
    return tuple(
        DeclaredInput(topic, tuple(row for row in documents if topic in row.covers), tuple(entries))
        for topic, entries in sorted(found.items())
    )
