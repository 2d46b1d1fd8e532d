"""BlocPal, 2023: the whole list of balances as text; a customer's row is the hash of a sentence that names them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from por.commitments.text_merkle import Odd, TreeRule, leaf_hash, sha256_text
from por.commitments.text_tree import Levels, grow
from por.errors import FormatError
from por.formats.citations import BROKEN, NO_SUMS, NODE_AS_LEAF
from por.formats.document import Document
from por.formats.fields import amount_text, coin_name, hash_text
from por.formats.format import Format
from por.formats.times import named_day
from por.formats.whole_list import MAX_OPENED, opened_at, rows_of, total_of, whole
from por.model.figures import Amounts, Figure
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness
from por.model.text import plain_text

TITLE = "BlocPalX proof of reserves merkle tree file"
HEADER = "proofSentenceHash,proofBalanceString,proofRewardCode"
NOTHING = "none"
MAX_COINS = 200
MAX_BALANCES = 1_000_000
RULE = TreeRule(leaf="{user},{written}", node="{left}{right}", raw=True)
_NAMED = re.compile(r"(Proof id|Root hash|Balance totals): (.{1,10000})")
_BRACKETS = re.compile(r"\[([^\[\]]{1,400})\]")
CARD = Card(
    name="blocpal",
    title="BlocPalX, whole list, 2023",
    publishers=("BlocPal",),
    proves="your sentence and your balances are one row of the list under the root, and what the list sums to",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=256,
    per_coin="every coin",
    weaknesses=(
        NO_SUMS,
        NODE_AS_LEAF,
        Weakness("T16", "the publisher's verifier does not compare the totals that the file states", "see source"),
        Weakness("T22", "the publisher's verifier adds up floating-point numbers", "see source"),
        Weakness("T24", "whoever makes the list can add accounts of nobody", BROKEN),
        Weakness("T83", "every balance is public, beside a hash that its owner can be asked to open", "see source"),
    ),
    source="github.com/Blocpal-Inc/proof-of-reserves, commit f8a2d5f5",
)


@dataclass(frozen=True, slots=True)
class _Row:
    """Hold a row: the hash of a sentence, the balances as they are hashed, and the leaf."""

    user: str
    written: str
    node: Node


def claims(document: Document) -> str | None:
    """Recognise the title."""
    return "whole list" if document.lines[0] == TITLE else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the list; the sentence in --credential finds the customer's row. Raises: FormatError, EvidenceError."""
    proof, root, totals = _head(document.lines[1:4])
    if len(document.lines) < 5 or document.lines[4] != HEADER:
        raise FormatError(f"not {HEADER}", "line 5")
    if document.data.count(b" ") > MAX_BALANCES:
        raise FormatError(f"more than {MAX_BALANCES} balances; at most these are read")
    rows = [_row(line, f"line {number}") for number, line in rows_of(document, skip=5) if line]
    levels = grow(RULE, [Node(row.node.hash, None) for row in rows], Odd.PROMOTE)
    users = [row.user for row in rows]
    problems = [] if len(set(users)) == len(users) else ["one sentence's hash stands in two rows (T14)"]
    records = [row.node for row in rows]
    summed = total_of(record.sums or {} for record in records)
    tree = whole(levels, summed, stated=Node(root, totals), records=records, problems=problems, sums_bound=True)
    opened = () if asked.secret is None else tuple(islice(_own(asked.secret, proof, rows, levels, root), MAX_OPENED))
    return Reading(CARD, variant, opened, (tree,), snapshot=proof, instant=named_day(proof))


def _head(lines: Sequence[str]) -> tuple[str, str, Amounts]:
    named = {match[1]: match[2] for match in map(_NAMED.fullmatch, lines) if match}
    if len(named) != 3:
        raise FormatError("not the proof's id, root hash and balance totals", "lines 2 to 4")
    root = hash_text(named["Root hash"].strip(), "line 3", RULE.digits)
    return plain_text(named["Proof id"].strip(), 100), root, _balances(named["Balance totals"].strip(), ",", "line 4")


def _row(line: str, place: str) -> _Row:
    cells = line.split(",")
    if len(cells) != 3:
        raise FormatError("not a hash, balances and a code", place)
    user, written = hash_text(cells[0].strip(), place, RULE.digits), cells[1].strip()
    amounts = {} if written == NOTHING else _balances(written, ":", place)
    return _Row(user, written, Node(leaf_hash(RULE, {"user": user, "written": written}, amounts), amounts))


def _balances(text: str, between: str, place: str) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for part in text.split(between, MAX_COINS):
        amount, space, coin = part.strip().partition(" ")
        if not space or coin in found:
            raise FormatError("not amounts with coins, each coin once", place)
        found[coin_name(coin, place)] = amount_text(amount, place)
    return found


def _own(sentence: str, proof: str, rows: Sequence[_Row], levels: Levels, root: str) -> Iterator[Opened]:
    """Open the row of a sentence; what stands in its brackets are the client, their code, the proof and balances."""
    said = _BRACKETS.findall(sentence.strip())
    if len(said) < 3:
        raise FormatError("not a proof sentence: client, code and proof in brackets", "--credential")
    user = sha256_text(sentence.strip())
    for at, row in enumerate(rows):
        if row.user == user:
            problems = [] if said[2] == proof else ["the sentence names another proof (T36)"]
            if said[3:4] not in ([row.written], []) or (len(said) < 4 and row.written != NOTHING):
                problems.append("the sentence names other balances than the row (T16)")
            ids = {"client": said[0], "code": said[1]}
            yield opened_at(
                levels,
                at,
                ids,
                row.node.sums or {},
                leaf=row.node.hash,
                stated=Node(root, None),
                problems=problems,
            )


FORMAT = Format(CARD, claims, read)
