"""RenrenBit, 2019: a whole sum tree as CSV rows of level, amount and hash, leaves first."""

import re
from itertools import pairwise

from por.commitments.amount_text import base_units, concatenated
from por.commitments.text_merkle import TreeRule, Writing, leaf_hash, node_hash
from por.errors import EvidenceError, FormatError
from por.formats.citations import PARENT_SUMS, SHORT_64, SIGNS
from por.formats.document import Document
from por.formats.fields import hash_text
from por.formats.format import Format
from por.formats.whole_list import digest_of
from por.model.figures import Figure, added, read_figure
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness, WholeTree

COIN = "units"
MAX_ROWS = 400_000
_UNITS = Writing(base_units, concatenated)
RULE = TreeRule("{uid}{nonce}{amounts}", "{sums}{left}{right}", _UNITS, _UNITS, digits=16)
_ROW = re.compile(r"(?P<level>0|[1-9][0-9]?),(?P<amount>-?[0-9]{1,40}),(?P<hash>[0-9a-f]{16})", re.ASCII)
CARD = Card(
    name="renrenbit",
    title="RenrenBit, whole tree as CSV, 2019",
    publishers=("RenrenBit",),
    proves="your uid, nonce and amount in smallest units are in the tree, and what the tree sums to",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=64,
    per_coin="one asset a tree, in smallest units",
    weaknesses=(
        PARENT_SUMS,
        SIGNS,
        SHORT_64,
        Weakness("T08", "uid, nonce and amount are joined without separators", "see source"),
        Weakness("T79", "the nonce is below 65536: whoever knows a uid and an amount can try them all", "see source"),
    ),
    source="github.com/RenrenBit-zz/ProofOfReserves, commit ae78b35c",
)

Levels = list[list[Node]]


def claims(document: Document) -> str | None:
    """Recognise rows of level, amount and a hash of 64 bits, beginning with level 0."""
    first = _ROW.fullmatch(document.lines[0])
    return "whole tree" if first and first["level"] == "0" and len(document.lines) > 1 else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read the tree; --account and the nonce as secret find a customer's leaf. Raises: FormatError, EvidenceError."""
    levels = _levels(document)
    problems = [text for number, pair in enumerate(pairwise(levels), 1) for text in _checked(number, *pair)]
    leaves = levels[0]
    totals = {COIN: Figure("", sum(node.sums[COIN].units for node in leaves if node.sums), 0)}
    top = levels[-1][0]
    negatives = [node for level in levels for node in level if node.sums and node.sums[COIN].negative]
    tree = WholeTree(
        tree="",
        root=_rebuilt(leaves)[-1][0].hash,
        totals=totals,
        stated_root=top.hash,
        stated_totals=top.sums,
        leaves=len(leaves),
        nodes=sum(len(level) for level in levels),
        negatives=tuple(negatives[:5]),
        problems=tuple(problems[:5]),
        rows=digest_of(leaves),
    )
    return Reading(CARD, variant, tuple(_own(levels, asked)), (tree,))


def _levels(document: Document) -> Levels:
    levels: Levels = []
    if len(document.lines) > MAX_ROWS:
        raise FormatError(f"{len(document.lines)} rows; at most {MAX_ROWS} are read")
    for number, line in enumerate(document.lines, 1):
        match = _ROW.fullmatch(line)
        if match is None:
            raise FormatError("not level,amount,hash", f"line {number}")
        level = int(match["level"])
        if level not in {len(levels) - 1, len(levels)}:
            raise EvidenceError(f"line {number}: level {level} out of order")
        if level == len(levels):
            levels.append([])
        levels[level].append(Node(hash_text(match["hash"], f"line {number}", 16), {COIN: read_figure(match["amount"])}))
    if len(levels[-1]) != 1:
        raise EvidenceError("the last level is not one root")
    return levels


def _rebuilt(leaves: list[Node]) -> Levels:
    levels = [leaves]
    while len(levels[-1]) > 1:
        row = levels[-1]
        if len(row) % 2:
            raise EvidenceError("a level of an odd number of nodes: the padding node is missing")
        levels.append([_parent(row[at], row[at + 1]) for at in range(0, len(row), 2)])
    return levels


def _parent(left: Node, right: Node) -> Node:
    sums = added(left.sums or {}, right.sums or {})
    return Node(node_hash(RULE, left, right, sums, {}), sums)


def _checked(number: int, below: list[Node], above: list[Node]) -> list[str]:
    if len(below) not in {2 * len(above) - 1, 2 * len(above)}:
        return [f"level {number} has {len(above)} nodes above {len(below)}"]
    wanted = [_parent(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
    return [
        f"level {number}, node {at + 1}: hash or amount is not that of the two below"
        for at, (made, said) in enumerate(zip(wanted, above, strict=False))
        if made.hash != said.hash or not (made.sums or {})[COIN].same((said.sums or {})[COIN])
    ]


def _own(levels: Levels, asked: Asked) -> list[Opened]:
    if asked.account is None or asked.secret is None:
        return []
    ids = {"uid": asked.account, "nonce": asked.secret}
    found = [at for at, leaf in enumerate(levels[0]) if leaf.hash == leaf_hash(RULE, ids, leaf.sums or {})]
    return [_opened(levels, at, asked.account) for at in found]


def _opened(levels: Levels, at: int, uid: str) -> Opened:
    siblings, ancestors, place = [], [], at
    for level, row in enumerate(levels[:-1]):
        if place ^ 1 >= len(row) or place >> 1 >= len(levels[level + 1]):
            raise EvidenceError(f"level {level + 1} is too short to lead to the root")
        siblings.append(row[place ^ 1])
        place >>= 1
        ancestors.append(levels[level + 1][place])
    leaf = levels[0][at]
    return Opened(
        tree="",
        ids={"uid": uid},
        amounts=leaf.sums or {},
        stated_leaf=leaf.hash,
        leaf=leaf.hash,
        siblings=tuple(siblings),
        ancestors=tuple(ancestors),
        stated_root=levels[-1][0].hash,
        stated_totals=levels[-1][0].sums,
    )


FORMAT = Format(CARD, claims, read)
