"""Say what the answers to rules rest on: procedures of the report, and parts of the issuer's declarations."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from por.checks.rules.days import day_of
from por.model.declarations import Document, Topic
from por.report.papers import Entry, Papers
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
class ShownDocument:
    """Hold a document that the issuer names, and whether the policy knows it for the topic; None without a policy."""

    document: Document
    known: bool | None


@dataclass(frozen=True, slots=True)
class DeclaredInput:
    """Hold one part of the declarations: the documents said to cover it, and the findings that rest on it."""

    topic: str
    documents: tuple[ShownDocument, ...]
    entries: tuple[Entry, ...]


def rests_on(rule: JudgedRule, blocks: Sequence[Block]) -> tuple[tuple[str, int], ...]:
    """Name the checks of this report that a rule's answers rest on, each with its procedure's number."""
    numbers = {procedure.check: procedure.number for block in blocks for procedure in block.procedures}
    names: list[str] = []
    for row in rule.entries:
        listened = row.finding.facts.get("check")
        names += RESTS_ON.get(row.finding.check, ()) if listened is None else (listened,)
    return tuple((name, numbers[name]) for name in dict.fromkeys(names) if name in numbers)


def declared_inputs(books: Sequence[JudgedBook], papers: Papers) -> tuple[DeclaredInput, ...]:
    """Return every part of the declarations that a rule looks at, in the order of their names."""
    found: dict[str, list[Entry]] = {}
    days: dict[str, set[date]] = {}
    for book in books:
        day = _day(papers, book)
        for rule in book.rules:
            for topic in rule.inputs:
                found.setdefault(topic, []).extend(rule.entries)
                days.setdefault(topic, set()).update(day)
    return tuple(
        DeclaredInput(topic, tuple(_documents(papers, topic, days.get(topic, set()))), tuple(entries))
        for topic, entries in sorted(found.items())
    )


def _day(papers: Papers, book: JudgedBook) -> tuple[date, ...]:
    instant = papers.verdict.as_of
    return () if book.book is None or instant is None else (day_of(instant, book.book.zone),)


def _documents(papers: Papers, topic: str, days: AbstractSet[date]) -> Iterator[ShownDocument]:
    """Yield the documents of a topic; the policy knows one as rules do, by digest, topic and day."""
    law = papers.law
    for row in () if papers.declared is None else papers.declared.documents:
        if topic in row.covers:
            known = None if law is None else any(law.knows(row, Topic(topic), day) for day in days)
            yield ShownDocument(row, known)
