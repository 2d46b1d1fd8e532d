"""Run `por rulebook list`: list the rulebooks shipped with `por`."""

import argparse
import json

from por.checks.rulebooks import load_rulebook, shipped_ids
from por.checks.rules.engine import UNCOMPUTABLE
from por.cli.output import add_language_option
from por.cli.rulebook_show import book_value
from por.model.rulebook import Rulebook
from por.report.language import Translator

EXAMPLE = "por rulebook list"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_language_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print a line for each rulebook."""
    books = [load_rulebook(name) for name in shipped_ids()]
    if args.json:
        print(json.dumps([_value(book) for book in books], ensure_ascii=False, indent=2))
        return 0
    width = max(len(book.id) for book in books) + 2
    say: Translator = args.lang
    for book in books:
        judged = sum(rule.check != UNCOMPUTABLE for rule in book.rules)
        counted = say("{judged} of {rules} rules computed").format(judged=f"{judged:>3}", rules=f"{len(book.rules):>2}")
        print(f"{book.id:<{width}}{counted}  {book.title[say.language]}")
    return 0


def _value(book: Rulebook) -> dict[str, object]:
    return {
        **book_value(book),
        "rules": [rule.id for rule in book.rules],
        "uncomputable": [rule.id for rule in book.rules if rule.check == UNCOMPUTABLE],
    }
