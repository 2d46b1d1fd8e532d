"""Run `por formats`: which published proofs are read, and what each can and cannot show."""

import argparse
import json

from por.cli.output import add_language_option
from por.formats.proofs import FORMATS, format_named
from por.report.format_card import card_text, card_value

EXAMPLE = "por formats okx-v1"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="show one format; without it all are listed")
    parser.add_argument("--json", action="store_true", help="print the grade cards as JSON")
    add_language_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the grade cards."""
    chosen = FORMATS if args.name is None else (format_named(args.name),)
    cards = [each.card for each in chosen]
    if args.json:
        print(json.dumps([card_value(card) for card in cards], indent=2))
    else:
        print("\n".join(card_text(card, args.lang) for card in cards), end="")
    return 0
