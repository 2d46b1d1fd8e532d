"""Run `por rulebook show`: say what a rulebook requires, with its citations and dates in force."""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import date

from por.checks.catalogue import check
from por.checks.rulebooks import load_rulebook
from por.cli.output import add_language_option
from por.encoding.reader import Reader
from por.errors import FormatError
from por.model.rulebook import Rule, Rulebook
from por.report.language import Translator
from por.report.procedures import said
from por.report.text import padded
from por.report.words import word

EXAMPLE = "por rulebook show jp-exchange --rule JP-COLD-01 --at 2026-11-01"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("rulebook", metavar="RULEBOOK", help="the id of a shipped one, or the path of your own .toml")
    parser.add_argument("--rule", metavar="ID", help="show this rule alone")
    parser.add_argument("--at", metavar="DAY", help="say what is in force on this day, such as 2026-11-01")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_language_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the rulebook, or one rule."""
    book = load_rulebook(args.rulebook)
    day = None if args.at is None else Reader(args.at, "--at").day()
    rules = [rule for rule in book.rules if args.rule in {None, rule.id}]
    if not rules:
        raise FormatError(f"{book.id} has no rule {args.rule}", "--rule")
    if args.json:
        print(
            json.dumps(
                {**book_value(book), "rules": [rule_value(rule) for rule in rules]}, ensure_ascii=False, indent=2
            )
        )
        return 0
    say: Translator = args.lang
    print(f"{book.id} {book.version}  {book.title[say.language]}\n{book.digest}\n{book.notice[say.language]}")
    for rule in rules:
        print()
        for line in _lines(rule, day, say):
            print(line)
    return 0


def book_value(book: Rulebook) -> dict[str, object]:
    """Write what a rulebook is, without its rules, as a JSON value."""
    return {
        "id": book.id,
        "version": book.version,
        "digest": str(book.digest),
        "jurisdiction": book.jurisdiction,
        "title": dict(book.title),
        "notice": dict(book.notice),
    }


def rule_value(rule: Rule) -> dict[str, object]:
    """Write a rule as a JSON value, in both languages."""
    return {
        "id": rule.id,
        "title": dict(rule.title),
        "citations": [
            {"text": row.text, "source": row.source, "since": _day(row.since), "until": _day(row.until)}
            for row in rule.citations
        ],
        "status": str(rule.status),
        "since": _day(rule.since),
        "until": _day(rule.until),
        "supersededBy": rule.superseded_by,
        "scope": str(rule.scope),
        "inputs": [str(topic) for topic in rule.inputs],
        "check": rule.check,
        "parameters": _plain(rule.parameters),
        "severity": str(rule.severity),
        "cure": None if rule.cure is None else {"days": rule.cure.days, "business": rule.cure.business},
        "confidence": str(rule.confidence),
        "reason": dict(rule.reason),
    }


def _lines(rule: Rule, day: date | None, say: Translator) -> Iterator[str]:
    yield f"{rule.id}  {rule.title[say.language]}"
    rows = [(say("cited"), f"{row.text} [{row.source}]{_span(row.since, row.until)}") for row in rule.citations]
    rows += [(say("status"), word(f"status.{rule.status}", say) + _span(rule.since, rule.until))]
    if day is not None:
        state = say("in force") if rule.in_force(day) else say("not in force: it would run in shadow")
        rows += [(str(day), state)]
    if rule.superseded_by:
        rows += [(say("then"), rule.superseded_by)]
    rows += [(say("asks"), said(check(rule.check), "question", say))]
    rows += [("", f"{rule.check} {json.dumps(_plain(rule.parameters), ensure_ascii=False)}")]
    if rule.reason:
        rows += [(say("why not"), rule.reason[say.language])]
    if rule.inputs:
        rows += [(say("declared"), ", ".join(f"{topic}: {word(f'topic.{topic}', say)}" for topic in rule.inputs))]
    if rule.cure is not None:
        rows += [(say("cure"), f"{rule.cure.days} {say('business days') if rule.cure.business else say('days')}")]
    rows += [(say("breach"), word(f"severity.{rule.severity}", say))]
    rows += [(say("confidence"), word(f"confidence.{rule.confidence}", say))]
    yield from (f"  {padded(name, 12)}{text}" for name, text in rows)


def _span(since: date | None, until: date | None) -> str:
    begins = "" if since is None else f" {since}"
    return f"{begins} …" + ("" if until is None else f" {until}") if since or until else ""


def _plain(parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in parameters.items()}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
