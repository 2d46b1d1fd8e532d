"""Silver Sixpence, for Mazars in 2022: the nodes of a tree as level files; a leaf hides id, salt and balances."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from por.commitments.amount_text import as_written, equated_by_bar
from por.commitments.text_merkle import MAX_STEPS, TreeRule, Writing, leaf_hash, node_hash
from por.errors import EvidenceError, FormatError
from por.formats.citations import BROKEN, NO_SUMS, NODE_AS_LEAF
from por.formats.document import Document
from por.formats.format import Format
from por.formats.whole_list import MAX_OPENED, MAX_ROWS, MAX_TOLD, rows_of
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule, Weakness, WholeTree

RULE = TreeRule("{id}{salt}{audit}{amounts}", "{left}{right}", Writing(as_written, equated_by_bar), raw=True)
_ROW = re.compile(
    r"(?P<hash>[0-9a-f]{64}),(?P<level>[1-9][0-9]?),(?P<left>[0-9a-f]{64}),(?P<right>[0-9a-f]{64})", re.ASCII
)
CARD = Card(
    name="silversixpence",
    title="Silver Sixpence (Mazars), level files, 2022",
    publishers=("Silver Sixpence", "Mazars"),
    proves="the hash of your id, salt and balances is below the root",
    sums=SumRule.NONE,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.OPAQUE,
    digest_bits=256,
    per_coin="every coin, as the exchange writes them",
    weaknesses=(
        NO_SUMS,
        Weakness("T08", "id, salt, round and balances are joined without separators", "see source"),
        NODE_AS_LEAF,
        Weakness("T24", "accounts of nobody are added by design, at least one in ten", "see source"),
        Weakness("T25", "what an exchange lends is set off against what it owes", "letters of 2022, withdrawn since"),
        Weakness("T79", "the salt of the published example has 32 bits: ids and balances can be tried", "see source"),
        Weakness("T23", "whoever sees the root alone cannot tell who was left out", BROKEN),
    ),
    source="github.com/silversixpence-crypto/merkletree-verify, commit d4ec2fca",
)


@dataclass(frozen=True, slots=True)
class _Row:
    """Hold a node: its hash as stated and as computed, its level, and the two below."""

    hash: str
    computed: str
    level: int
    below: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Hold all nodes by hash, which node stands above each, and the one that stands above all."""

    by_hash: Mapping[str, _Row]
    above: Mapping[str, Sequence[_Row]]
    root: _Row


def claims(document: Document) -> str | None:
    """Recognise a first row of hash, level and two hashes."""
    return "level files" if _ROW.fullmatch(document.lines[0].rstrip()) else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read one level's file with the others beside it (--with).

    --account, the salt in --credential, the audit's name in --snapshot and --holding, in the order and spelling of the
    exchange, are a customer's leaf. Raises: FormatError, also where a level is missing; EvidenceError.
    """
    rows = _joined([document, *(Document(data) for data in asked.companions)])
    unopened = [child for row in rows.by_hash.values() for child in row.below if child not in rows.by_hash]
    tree = WholeTree(
        tree="",
        root=rows.root.computed,
        totals=None,
        stated_root=rows.root.hash,
        stated_totals=None,
        leaves=len(unopened),
        nodes=len(rows.by_hash) + len(unopened),
        problems=tuple(_problems(rows))[:MAX_TOLD],
    )
    opened = () if asked.account is None else tuple(islice(_own(asked.account, asked, rows), MAX_OPENED))
    lowest = min(row.level for row in rows.by_hash.values())
    told = f"{variant}, {len(rows.by_hash)} nodes of levels {lowest} to {rows.root.level}"
    return Reading(CARD, told, opened, (tree,), snapshot=asked.snapshot or "")


def _joined(documents: Sequence[Document]) -> _Rows:
    by_hash: dict[str, _Row] = {}
    above: dict[str, list[_Row]] = {}
    for document in documents:
        for number, line in rows_of(document):
            row = _row(line, f"line {number}")
            if by_hash.setdefault(row.hash, row) is not row:
                raise EvidenceError(f"line {number}: this node has a row already")
            for child in row.below:
                above.setdefault(child, []).append(row)
        if len(by_hash) > MAX_ROWS:
            raise FormatError(f"more than {MAX_ROWS} rows in all files")
    for row in by_hash.values():
        if any(child in by_hash and by_hash[child].level >= row.level for child in row.below):
            raise EvidenceError(f"{row.hash}: level {row.level} is not above the node below it")
    tops = [row for row in by_hash.values() if row.hash not in above]
    if len(tops) != 1:
        raise FormatError(
            f"{len(tops)} nodes have none above them; bring the files of all levels (--with), up to the root's"
        )
    return _Rows(by_hash, above, tops[0])


def _row(line: str, place: str) -> _Row:
    match = _ROW.fullmatch(line.rstrip())
    if match is None:
        raise FormatError("not hash,level,left,right", place)
    left, right = match["left"], match["right"]
    computed = node_hash(RULE, Node(left, None), Node(right, None), None, {})
    return _Row(match["hash"], computed, int(match["level"]), (left, right))


def _problems(rows: _Rows) -> Iterator[str]:
    for row in rows.by_hash.values():
        if row is not rows.root and row.hash != row.computed:
            yield f"level {row.level}, {row.hash}: not the hash of the two below"
    twice = Counter(child for row in rows.by_hash.values() for child in row.below)
    for child, times in twice.items():
        if times > 1:
            yield f"{child} stands in {times} places: a leaf of two customers, or a list that repeats itself (T12, T14)"


def _own(account: str, asked: Asked, rows: _Rows) -> Iterator[Opened]:
    values = {"id": account, "salt": asked.secret or "", "audit": asked.snapshot or ""}
    leaf = leaf_hash(RULE, values, asked.holdings)
    if leaf in rows.by_hash:
        raise EvidenceError(f"{leaf}: a node, and nobody's leaf (T09)")
    for row in rows.above.get(leaf, ()):
        siblings: list[Node] = []
        ancestors: list[Node] = []
        below = leaf
        upper: _Row | None = row
        while upper is not None and len(ancestors) < MAX_STEPS:
            left, right = upper.below
            siblings.append(Node(right if left == below else left, None))
            ancestors.append(Node(upper.computed, None))
            below = upper.hash
            upper = next(iter(rows.above.get(below, ())), None)
        yield Opened(
            tree="",
            ids={"id": account},
            amounts=asked.holdings,
            stated_leaf=leaf,
            leaf=leaf,
            siblings=tuple(siblings),
            ancestors=tuple(ancestors),
            stated_root=rows.root.hash,
            stated_totals=None,
        )


FORMAT = Format(CARD, claims, read)
