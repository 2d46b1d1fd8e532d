"""Read a published list of cut leaves: `Level<TAB>Hash`, and what an exchange or its accountant publishes beside it.

The list is all that is public. Leaves keep 16 digits of a hash; nodes are SHA-256 over bytes; a node without sibling
moves up unchanged. Totals stand in a file of COIN:amount lines; whoever has the customers' records can bring them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from por.commitments.text_merkle import Odd, TreeRule
from por.commitments.text_tree import Levels, grow
from por.encoding.csv_rows import fields
from por.errors import EvidenceError, FormatError
from por.formats.document import Document
from por.formats.fields import amount_text, coin_name, hash_text, listed_amounts
from por.formats.whole_list import opened_at, rows_of, total_of, whole
from por.model.figures import Amounts
from por.model.published import Asked, Card, Node, Opened, Reading, WholeTree
from por.model.text import plain_text

DIGITS = 16
RULE = TreeRule(leaf=None, node="{left}{right}", raw=True)
HEADER = "Level\tHash"
_ROW = re.compile(r"(?P<level>[1-9][0-9]?),(?P<index>0|[1-9][0-9]{0,8})\t(?P<hash>[0-9a-f]{1,64})", re.ASCII)
_TOTAL = re.compile(r"[A-Za-z0-9._@+$-]{1,40}:-?[0-9.]{1,100}", re.ASCII)

LeafOf = Callable[[str, Amounts], str]


@dataclass(frozen=True, slots=True)
class _Beside:
    """Hold what was published beside a list: totals, and customers' records with the leaf of each."""

    totals: Amounts | None = None
    records: tuple[tuple[str, Amounts], ...] | None = None


def claims(document: Document) -> str | None:
    """Recognise a header of level and hash, or the first row."""
    lines = document.lines
    first = lines[1] if lines[0] == HEADER and len(lines) > 1 else lines[0]
    match = _ROW.fullmatch(first.rstrip())
    return "list of leaves" if match and len(match["hash"]) == DIGITS else None


def read_list(
    card: Card, leaf_of: LeafOf, document: Document, variant: str, asked: Asked, *, alike: bool = False
) -> Reading:
    """Read a list; --account and --holding find a customer's leaf, --with brings totals or records.

    `alike` says that the format writes other amounts as it writes these (T08).

    Raises: FormatError, EvidenceError.
    """
    leaves, depth = _leaves(document)
    levels = grow(RULE, leaves, Odd.PROMOTE)
    beside = _beside(asked.companions)
    problems = (
        [] if depth == len(levels) else [f"rows of a tree of {depth} levels; {len(leaves)} leaves make {len(levels)}"]
    )
    tree = _tree(levels, beside, leaf_of, problems)
    own = _own(levels, leaf_of, asked)
    return Reading(card, variant, tuple(replace(each, unsettled="amounts" if alike else "") for each in own), (tree,))


def _leaves(document: Document) -> tuple[list[Node], int]:
    skip = 1 if document.lines[0] == HEADER else 0
    leaves: list[Node] = []
    depth = 0
    for number, line in rows_of(document, skip):
        match = _ROW.fullmatch(line.rstrip())
        if match is None:
            if not line.strip():
                continue
            raise FormatError("not level,index and a hash", f"line {number}")
        if int(match["index"]) != len(leaves) or depth not in {0, int(match["level"])}:
            raise EvidenceError(f"line {number}: not the leaf that follows the one before it (T19)")
        depth = int(match["level"])
        leaves.append(Node(hash_text(match["hash"], f"line {number}", DIGITS), None))
    return leaves, depth


def _tree(levels: Levels, beside: _Beside, leaf_of: LeafOf, problems: list[str]) -> WholeTree:
    stated = beside.totals
    published = [] if stated is None else [Node("the totals beside it", stated)]
    if beside.records is None:
        tree = whole(levels, None, records=published, problems=problems)
        return replace(tree, stated_totals=stated)
    made = [Node(leaf_of(name, amounts), amounts) for name, amounts in beside.records]
    if len(made) != len(levels[0]):
        problems.append(f"{len(made)} records beside a list of {len(levels[0])} leaves")
    pairs = enumerate(zip(levels[0], made, strict=False))
    problems += [
        f"leaf {at} is not the hash of the record beside it (T15)"
        for at, (said, node) in pairs
        if said.hash != node.hash
    ]
    totals = total_of(node.sums or {} for node in made)
    # Other amounts are written alike, and the leaves have 64 bits: no total is bound (T08).
    tree = whole(levels, totals, records=[*made, *published], problems=problems)
    return replace(tree, stated_totals=stated)


def _own(levels: Levels, leaf_of: LeafOf, asked: Asked) -> Sequence[Opened]:
    if asked.account is None:
        return ()
    wanted = leaf_of(asked.account, asked.holdings)
    found = [at for at, node in enumerate(levels[0]) if node.hash == wanted]
    ids = {"id": asked.account}
    return [opened_at(levels, at, ids, asked.holdings, leaf=wanted) for at in found]


def _beside(companions: Sequence[bytes]) -> _Beside:
    totals: Amounts | None = None
    records: tuple[tuple[str, Amounts], ...] | None = None
    for data in companions:
        document = Document(data)
        first = document.lines[0]
        if first.startswith("#") and records is None:
            records = _records(document)
        elif _TOTAL.fullmatch(first) and totals is None:
            totals = listed_amounts(",".join(line for line in document.lines if line), "--with")
        else:
            raise FormatError("neither totals, a line of COIN:amount each, nor records under #ID,COIN,…", "--with")
    return _Beside(totals, records)


def _records(document: Document) -> tuple[tuple[str, Amounts], ...]:
    _, *coins = _cells(document.lines[0], "--with line 1")
    named = [coin_name(coin, "--with line 1") for coin in coins]
    if len(set(named)) != len(named):
        raise FormatError("a coin twice", "--with line 1")
    found = []
    for number, line in rows_of(document, skip=1):
        place = f"--with line {number}"
        uid, *amounts = _cells(line, place)
        if len(amounts) != len(named):
            raise FormatError(f"{len(amounts)} amounts; the first line names {len(named)} coins", place)
        found.append((uid, {coin: amount_text(text, place) for coin, text in zip(named, amounts, strict=True)}))
    return tuple(found)


def _cells(line: str, place: str) -> list[str]:
    try:
        return [plain_text(cell.strip()) for cell in fields(line)]
    except FormatError as error:
        raise FormatError(error.reason, place) from error
