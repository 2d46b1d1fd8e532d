"""Run `por explain`: what a check asks and its outcomes mean, what a published format can show, which attack it is."""

import argparse
import re
from collections.abc import Iterator
from importlib.resources import files

from por.checks.catalogue import CATALOGUE, check
from por.checks.check import Check
from por.checks.rules.catalogue import RULE_CATALOGUE
from por.cli.output import add_language_option
from por.errors import FormatError
from por.formats.proofs import FORMATS
from por.report.format_card import card_text
from por.report.language import Translator
from por.report.templates import LABELS
from por.report.text import columns, padded
from por.report.texts import catalogue_key

_THREAT = re.compile(r"T[0-9]{2}", re.ASCII)
_RULE = re.compile(r"[a-z][a-z0-9-]{1,40}/[A-Z][A-Z0-9-]{1,64}", re.ASCII)

EXAMPLE = "por explain reserves.balance"

RULE_IDS = frozenset(entry.id for entry in RULE_CATALOGUE)

_FIELDS = {
    "evidence": "evidence",
    "PASS": "passes",
    "FAIL": "fails",
    "INCONCLUSIVE": "inconclusive",
    "limits": "limits",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "id",
        metavar="ID",
        nargs="?",
        help="a check's id, a format's name, or an attack's number; without it all checks are listed",
    )
    add_language_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the explanation."""
    if args.id is None:
        for entry in CATALOGUE:
            print(f"{entry.id:<26}{_said(entry, 'question', args.lang)}")
        return 0
    if _RULE.fullmatch(args.id):
        book, _, rule = args.id.partition("/")
        raise FormatError(f"a rule of a rulebook, and no check: por rulebook show {book} --rule {rule}", args.id)
    if _THREAT.fullmatch(args.id):
        attack, met = _threat(args.id)
        print(f"{args.id}  {attack}\nmet  {met}")
        return 0
    card = next((each.card for each in FORMATS if each.card.name == args.id), None)
    if card is not None:
        print(card_text(card, args.lang), end="")
        return 0
    entry = check(args.id)
    print(f"{entry.id}\n{_said(entry, 'question', args.lang)}\n")
    rows = list(_rows(entry, args.lang))
    width = max(columns(name) for name, _ in rows) + 2
    for name, text in rows:
        print(f"{padded(name, width)}{text}")
    return 0


def _threat(number: str) -> tuple[str, str]:
    """Return an attack and what meets it, from the specification's list. Raises: FormatError."""
    text = files("por").joinpath("spec", "threats.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| {number} \| (.+) \| (.+) \|$", text, re.MULTILINE)
    if row is None:
        raise FormatError("no attack has this number; the list is por/spec/threats.md", number)
    return row[1], row[2]


def _rows(entry: Check, say: Translator) -> Iterator[tuple[str, str]]:
    for name, field in _FIELDS.items():
        yield _label(name, say), _said(entry, field, say)
    yield _label("chain", say), _label("chain_yes" if entry.needs_chain else "chain_no", say)
    if entry.id in RULE_IDS:
        yield _label("rules", say), ", ".join(_rules(entry.id)) or "-"


def _rules(name: str) -> Iterator[str]:
    """Name the rules of shipped rulebooks that a check judges."""
    # Rules are read for the explanation of their checks alone.
    from por.checks.rulebooks import load_rulebook, shipped_ids  # noqa: PLC0415

    for book in map(load_rulebook, shipped_ids()):
        yield from (f"{book.id}/{rule.id}" for rule in book.rules if rule.check == name)


def _said(entry: Check, field: str, say: Translator) -> str:
    return say.pgettext(catalogue_key(entry, field), getattr(entry, field))


def _label(name: str, say: Translator) -> str:
    return say.pgettext(f"explain.{name}", LABELS[f"explain.{name}"])
