"""Run `por explain`: what a check asks and its outcomes mean, or what a published format can show."""

import argparse

from por.checks.catalogue import CATALOGUE, check
from por.formats.proofs import FORMATS
from por.report.format_card import card_text

EXAMPLE = "por explain reserves.balance"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "id", metavar="ID", nargs="?", help="a check's id, or a format's name; without it all checks are listed"
    )


def run(args: argparse.Namespace) -> int:
    """Print the explanation."""
    if args.id is None:
        for entry in CATALOGUE:
            print(f"{entry.id:<26}{entry.question}")
        return 0
    card = next((each.card for each in FORMATS if each.card.name == args.id), None)
    if card is not None:
        print(card_text(card), end="")
        return 0
    entry = check(args.id)
    print(f"{entry.id}\n{entry.question}\n")
    rows = (
        ("looks at", entry.evidence),
        ("PASS", entry.passes),
        ("FAIL", entry.fails),
        ("INCONCLUSIVE", entry.inconclusive),
        ("does not show", entry.limits),
        ("needs a chain", "yes: give --source or --replay" if entry.needs_chain else "no, works offline"),
    )
    for name, text in rows:
        print(f"{name:<15}{text}")
    return 0
