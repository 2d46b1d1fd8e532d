"""Arrange the findings that answer rules, rulebook by rulebook and rule by rule; a rule without one is shown too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from por.model import Outcome
from por.model.rulebook import Citation, Rule, Rulebook
from por.report.language import Translator
from por.report.papers import Entry
from por.report.words import word

NOT_CONCERNED = "does-not-apply"
UNCOMPUTABLE = "rulebook.uncomputable"


@dataclass(frozen=True, slots=True)
class JudgedRule:
    """Hold one rule and the findings that answer it; `rule` is None where its rulebook was not given.

    `citation` is the one that stands on the snapshot's day, as the findings have it.
    """

    id: str
    title: str
    citation: str
    source: str
    rule: Rule | None
    entries: tuple[Entry, ...]

    @property
    def severity(self) -> str:
        """Return the severity, of which the findings keep a copy."""
        return str(self.rule.severity) if self.rule else self._fact("severity")

    @property
    def confidence(self) -> str:
        """Return how sure the rulebook is of the wording."""
        return str(self.rule.confidence) if self.rule else self._fact("confidence")

    @property
    def state(self) -> str:
        """Say whether the rule binds on the snapshot's day, as the findings have it.

        It does not apply only where no answer says otherwise.
        """
        return next((row.finding.facts["state"] for row in self._concerned if row.finding.facts.get("state")), "")

    @property
    def outcome(self) -> Outcome:
        """Return the worst outcome of the answers that concern the issuer; a rule without any is undecided."""
        found = {row.outcome for row in self._concerned} or {Outcome.INCONCLUSIVE}
        return next(each for each in (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS) if each in found)

    @property
    def required(self) -> bool:
        """Tell whether the rule decides the verdict."""
        return any(row.finding.required for row in self.entries)

    @property
    def waived(self) -> bool:
        """Tell whether the policy waived the rule."""
        return any(row.finding.waived for row in self.entries)

    @property
    def uncomputable(self) -> bool:
        """Tell whether nothing that a bundle holds can decide the rule."""
        return any(row.finding.check == UNCOMPUTABLE for row in self.entries)

    @property
    def _concerned(self) -> tuple[Entry, ...]:
        found = tuple(row for row in self.entries if row.finding.facts.get("state") != NOT_CONCERNED)
        return found or self.entries

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the topics of the issuer's declarations that the rule looks at, and that its answers rest on."""
        asked = () if self.rule is None else map(str, self.rule.inputs)
        topics = [topic for row in self.entries for topic in row.finding.facts.get("inputs", "").split(", ") if topic]
        return tuple(dict.fromkeys([*asked, *topics]))

    def _fact(self, name: str) -> str:
        return next((row.finding.facts[name] for row in self.entries if row.finding.facts.get(name)), "")


@dataclass(frozen=True, slots=True)
class JudgedBook:
    """Hold one rulebook's rules; `book` is None where it was not given."""

    id: str
    title: str
    notice: str
    book: Rulebook | None
    rules: tuple[JudgedRule, ...]

    @property
    def tally(self) -> Mapping[str, int]:
        """Count the rules by how they came out, and those that decide the verdict."""
        judged = [rule for rule in self.rules if not rule.uncomputable and rule.state != NOT_CONCERNED]
        outcomes = [rule.outcome for rule in judged]
        return {
            "rules": len(self.rules),
            "passed": outcomes.count(Outcome.PASS),
            "failed": outcomes.count(Outcome.FAIL),
            "open": outcomes.count(Outcome.INCONCLUSIVE),
            "apart": sum(1 for rule in self.rules if rule.state == NOT_CONCERNED and not rule.uncomputable),
            "uncomputable": sum(1 for rule in self.rules if rule.uncomputable),
            "deciding": sum(1 for rule in self.rules if rule.required),
        }


def judged_books(rows: Sequence[Entry], rulebooks: Sequence[Rulebook], say: Translator) -> tuple[JudgedBook, ...]:
    """Return every rulebook that was given or that a finding names, in that order."""
    known = {book.id: book for book in rulebooks}
    by_rule: dict[str, dict[str, list[Entry]]] = {book_id: {} for book_id in known}
    for row in rows:
        if row.finding.rule is not None:
            book_id, _, rule_id = row.finding.rule.partition("/")
            by_rule.setdefault(book_id, {}).setdefault(rule_id, []).append(row)
    return tuple(_book(book_id, known.get(book_id), found, say) for book_id, found in by_rule.items())


def _book(book_id: str, book: Rulebook | None, found: Mapping[str, list[Entry]], say: Translator) -> JudgedBook:
    return JudgedBook(
        id=book_id,
        title="" if book is None else _title(book, say),
        notice="" if book is None else in_language(book.notice, say),
        book=book,
        rules=tuple(_rules(book, found, say)),
    )


def _title(book: Rulebook, say: Translator) -> str:
    """Return a rulebook's title; one that has the id of a shipped one and is another is never shown as that."""
    # Most verdicts judge no rulebook, and do without what reads them.
    from por.checks.rulebooks import load_rulebook, shipped_ids  # noqa: PLC0415

    title = in_language(book.title, say)
    imitates = book.id in shipped_ids() and load_rulebook(book.id).digest != book.digest
    return word("rulebook_other", say, title=title) if imitates else title


def _rules(book: Rulebook | None, found: Mapping[str, list[Entry]], say: Translator) -> Iterator[JudgedRule]:
    rules = {} if book is None else {rule.id: rule for rule in book.rules}
    for rule_id in dict.fromkeys([*rules, *found]):
        rule, rows = rules.get(rule_id), tuple(found.get(rule_id, ()))
        text = next((row.finding.facts["citation"] for row in rows if row.finding.facts.get("citation")), "")
        cited = _cited(rule, text)
        yield JudgedRule(
            id=rule_id,
            title="" if rule is None else in_language(rule.title, say),
            citation=text if cited is None else cited.text,
            source="" if cited is None else cited.source,
            rule=rule,
            entries=rows,
        )


def _cited(rule: Rule | None, text: str) -> Citation | None:
    citations = () if rule is None else rule.citations
    return next((row for row in citations if row.text == text), citations[0] if citations else None)


def in_language(texts: Mapping[str, str], say: Translator) -> str:
    """Return a text that its author wrote in several languages; English where the reader's is not among them."""
    return texts.get(say.language) or texts.get("en", "")
