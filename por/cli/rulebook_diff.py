"""Run `por rulebook diff`: say what changed between two rulebooks, rule by rule and entry by entry."""

import argparse
import json
from collections.abc import Iterator

from por.checks.rulebooks import load_rulebook
from por.cli.rulebook_show import rule_value
from por.model.rulebook import Rulebook

EXAMPLE = "por rulebook diff old/jp-exchange.toml jp-exchange"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("old", metavar="OLD", help="a rulebook, by id or path")
    parser.add_argument("new", metavar="NEW", help="the one to compare it with")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the differences; the exit status is 0 whether there are any or not."""
    old, new = load_rulebook(args.old), load_rulebook(args.new)
    changes = list(_changes(old, new))
    if args.json:
        print(json.dumps({"old": str(old.digest), "new": str(new.digest), "changes": changes}, ensure_ascii=False))
        return 0
    print(f"{old.id} {old.version} {old.digest}\n{new.id} {new.version} {new.digest}")
    for change in changes:
        print(f"{change['rule']:<14}{change['entry']}: {_text(change['old'])} -> {_text(change['new'])}")
    if not changes:
        print("no rule differs")
    return 0


def _changes(old: Rulebook, new: Rulebook) -> Iterator[dict[str, object]]:
    before = {rule.id: rule_value(rule) for rule in old.rules}
    after = {rule.id: rule_value(rule) for rule in new.rules}
    for rule_id in [*before, *(name for name in after if name not in before)]:
        left, right = before.get(rule_id), after.get(rule_id)
        if left is None or right is None:
            there = right if left is None else left
            title = there["title"] if there is not None else None
            yield {
                "rule": rule_id,
                "entry": "rule",
                "old": None if left is None else title,
                "new": None if right is None else title,
            }
            continue
        for entry in left:
            if left[entry] != right[entry]:
                yield {"rule": rule_id, "entry": entry, "old": left[entry], "new": right[entry]}


def _text(value: object) -> str:
    return "(none)" if value is None else json.dumps(value, ensure_ascii=False)
