"""Lemon: proofs of a sum tree as CSV rows; every node hashes both children's balances."""

import re

from por.commitments.amount_text import named_by_bar, scientific
from por.commitments.text_merkle import MAX_STEPS, Step, TreeRule, Writing, climb, sha256_text
from por.encoding.csv_rows import fields
from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError
from por.formats.document import Document
from por.formats.fields import hash_text, listed_amounts
from por.formats.format import Format
from por.formats.times import utc_instant
from por.model.figures import Amounts
from por.model.published import (
    Asked,
    Card,
    IdRule,
    LeafRule,
    Node,
    Opened,
    PublishedRoot,
    Reading,
    SumRule,
    Weakness,
)
from por.model.text import plain_text

HEADER = ["id", "balances", "proof", "audit_id"]
MAX_ROWS = 100_000
_BALANCES = Writing(scientific(8), named_by_bar, sort=True, drop_zero=True)
RULE = TreeRule(
    leaf="{audit}{user}",
    node="{left}{left_sums}{right}{right_sums}",
    sums=_BALANCES,
    raw=True,
)
_ITEM = re.compile(r"\{(?:Side\.)?(?P<side>LEFT|RIGHT),(?P<hash>[^,{}]*),(?P<sums>[^,{}]*)\}")
CARD = Card(
    name="lemon",
    title="Lemon, proofs as CSV, 2022",
    publishers=("Lemon",),
    proves="your balances are in the tree, and the tree's total is at least the sum of all balances in it",
    sums=SumRule.BOTH,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="every coin, sorted",
    weaknesses=(
        Weakness("T22", "amounts are hashed as a decimal library prints them: 0.00000001 as 1E-8", "see source"),
        Weakness("T08", "hashes and balances are joined without lengths", "see source"),
    ),
    source="github.com/lemonatio/proof-of-liabilities, commit 33e662d4",
)


def claims(document: Document) -> str | None:
    """Recognise the header, or the first row of a builder's raw output."""
    first = document.lines[0]
    if first.replace(" ", "") == ",".join(HEADER):
        return "proof file"
    return "builder's raw output" if re.match(r'[^",]{1,128},"\[\{', first) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read all rows, or those of the account asked for. Raises: FormatError, EvidenceError."""
    raw = variant != "proof file"
    rows = document.lines if raw else document.lines[1:]
    if len(rows) > MAX_ROWS:
        raise FormatError(f"{len(rows)} rows; at most {MAX_ROWS} are read")
    parsed = [_row(line, number + (1 if raw else 2), raw) for number, line in enumerate(rows)]
    own = [row for row in parsed if asked.account in (None, row[0])] or parsed
    audits = {row[3] or asked.snapshot or "" for row in own}
    if raw and (asked.snapshot is None or not asked.holdings):
        raise UnsupportedEvidenceError(
            "the rows name no audit and no balances: give --snapshot, --account and --holding"
        )
    audit = next(iter(audits)) if len(audits) == 1 else ""
    opened = tuple(_opened(row, asked) for row in own)
    return Reading(CARD, variant, opened, snapshot=audit, instant=utc_instant(audit), instant_bound=True)


def read_root(document: Document) -> PublishedRoot | None:
    """Read root.json. Raises: FormatError, EvidenceError."""
    members = document.members
    root, totals = members.get("root_hash"), members.get("root_balances")
    if not isinstance(root, str) or not isinstance(totals, str):
        return None
    return PublishedRoot(hash_text(root, "/root_hash", 64), listed_amounts(totals, "/root_balances", "|", small=True))


def _row(line: str, number: int, raw: bool) -> tuple[str, str, str, str, str]:
    place = f"line {number}"
    try:
        cells = fields(line)
        for cell in cells:
            plain_text(cell, 100_000)
    except FormatError as error:
        raise FormatError(error.reason, place) from error
    if len(cells) != (2 if raw else 4):
        raise FormatError(f"{len(cells)} fields", place)
    return (cells[0], "", cells[1], "", place) if raw else (cells[0], cells[1], cells[2], cells[3], place)


def _opened(row: tuple[str, str, str, str, str], asked: Asked) -> Opened:
    user, balances, proof, audit, place = row
    amounts: Amounts = listed_amounts(balances.strip(), place, "|", small=True) if audit else asked.holdings
    named = audit or asked.snapshot or ""
    leaf = sha256_text(named + user)
    steps = _steps(proof, place)
    if not steps:
        raise EvidenceError(f"{place}: no sibling: the balance is hashed nowhere")
    return Opened(
        tree="",
        ids={"user": user},
        amounts=amounts,
        stated_leaf=None,
        leaf=leaf,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, Node(leaf, amounts), steps),
        stated_root=None,
        stated_totals=None,
    )


def _steps(text: str, place: str) -> list[Step]:
    if not text.startswith("[") or not text.endswith("]"):
        raise FormatError("not a list of {side,hash,balances}", place)
    inside, steps, position = text[1:-1], list[Step](), 0
    while position < len(inside):
        match = _ITEM.match(inside, position)
        if match is None or len(steps) > MAX_STEPS:
            raise EvidenceError(f"{place}: not a list of at most {MAX_STEPS} {{side,hash,balances}}")
        sums = listed_amounts(match["sums"], place, "|", small=True)
        steps.append(Step(Node(hash_text(match["hash"], place, 64), sums), match["side"] == "LEFT"))
        position = match.end() + (1 if inside[match.end() : match.end() + 1] == "," else 0)
    return steps


FORMAT = Format(CARD, claims, read, read_root)
