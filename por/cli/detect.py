"""Run `por detect`: how likely it is that a customer who was left out is noticed, or how many must look."""

import argparse
import json
import re
from dataclasses import dataclass
from fractions import Fraction

from por.checks.detection import (
    EACH_PLACES,
    Chance,
    chance_of_count,
    chance_of_each,
    count_for,
    each_for,
)
from por.errors import FormatError
from por.model.figures import decimal_text

EXAMPLE = "por detect --accounts 1000000 --omitted 100 --checked 5%"
MAX_DIGITS = 4_000

_COUNT = re.compile(r"0|[1-9][0-9]{0,10}", re.ASCII)
_PERCENT = re.compile(rf"(?P<whole>[0-9]{{1,3}})(?:\.(?P<part>[0-9]{{1,{EACH_PLACES}}}))?%", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Answer:
    accounts: int
    omitted: int
    checked: int | None
    each: Fraction | None
    chance: Chance


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--accounts", metavar="N", required=True, help="all customers who are owed something")
    parser.add_argument("--omitted", metavar="K", required=True, help="how many of them were left out")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--checked", metavar="P", help="how many look, drawn at random: a number, or a percentage of N")
    asked.add_argument("--chance", metavar="X%", help="say how many must look for this chance that somebody notices")
    parser.add_argument(
        "--each", action="store_true", help="the percentage is the chance that each customer looks, apart from the rest"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Compute and print."""
    accounts, omitted = _count(args.accounts, "--accounts"), _count(args.omitted, "--omitted")
    answer = _of_each(args, accounts, omitted) if args.each else _of_count(args, accounts, omitted)
    print(json.dumps(_value(answer), separators=(",", ":")) if args.json else _told(answer))
    return 0


def _of_count(args: argparse.Namespace, accounts: int, omitted: int) -> _Answer:
    if args.chance is not None:
        checked = count_for(accounts, omitted, _percent(args.chance, "--chance"))
    elif args.checked.endswith("%"):
        share = _percent(args.checked, "--checked")
        checked = accounts * share.numerator // share.denominator
    else:
        checked = _count(args.checked, "--checked")
    return _Answer(accounts, omitted, checked, None, chance_of_count(accounts, omitted, checked))


def _of_each(args: argparse.Namespace, accounts: int, omitted: int) -> _Answer:
    chance_of_count(accounts, omitted, 0)
    if args.chance is not None:
        each = each_for(omitted, _percent(args.chance, "--chance"))
    else:
        each = _percent(args.checked, "--checked")
    return _Answer(accounts, omitted, None, each, chance_of_each(omitted, each))


def _count(text: str, option: str) -> int:
    if not _COUNT.fullmatch(text):
        raise FormatError("not a whole number, such as 1000", option)
    return int(text)


def _percent(text: str, option: str) -> Fraction:
    match = _PERCENT.fullmatch(text)
    value = Fraction(text.removesuffix("%")) / 100 if match else Fraction(2)
    if value > 1:
        raise FormatError(f"not a percentage from 0% to 100% with at most {EACH_PLACES} places, such as 2.5%", option)
    return value


def _value(answer: _Answer) -> dict[str, object]:
    exact = answer.chance.exact
    short = exact is not None and exact.denominator < 10**MAX_DIGITS
    return {
        "accounts": answer.accounts,
        "omitted": answer.omitted,
        "checked": answer.checked,
        "each": None if answer.each is None else _percent_text(answer.each),
        "chance": answer.chance.text,
        "chanceExact": f"{exact.numerator}/{exact.denominator}" if exact is not None and short else None,
        "words": answer.chance.words,
    }


def _percent_text(share: Fraction) -> str:
    """Write a share as a percentage of at most 8 places, rounded down."""
    return decimal_text(share.numerator * 10 ** (EACH_PLACES + 2) // share.denominator, EACH_PLACES)


def _told(answer: _Answer) -> str:
    if answer.each is None:
        who = f"{answer.checked} of {answer.accounts} customers look, drawn at random"
    else:
        who = f"each of {answer.accounts} customers looks with a chance of {_percent_text(answer.each)} %"
    chance = answer.chance
    lines = [
        f"{answer.omitted} are left out, and {who}:",
        f"the chance that at least one of those left out looks is {_figure(chance)}: {chance.words}.",
    ]
    exact = chance.exact
    if exact is not None and 0 < exact < 1 and exact.denominator < 10**40:
        lines.append(f"exactly {exact.numerator}/{exact.denominator}")
    lines.append("An exchange that knows who never looks leaves out those: then it is less (por/spec/detect.md).")
    return "\n".join(lines)


def _figure(chance: Chance) -> str:
    if chance.exact in {0, 1}:
        return f"{100 * int(chance.low)} %"
    shown = _percent_text(chance.low)
    if shown == "0":
        return "less than 0.00000001 %"
    about = f", about 1 in {round(1 / chance.low)}" if chance.low <= Fraction(1, 2) else ""
    return f"{shown} %{about}"
