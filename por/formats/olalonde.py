"""The olalonde scheme of 2014 (lproof, blproof): a sum tree as numbered nodes, whole or one customer's part of it."""

from collections.abc import Mapping

from por.commitments.amount_text import plain, values_by_comma
from por.commitments.text_merkle import Step, TreeRule, Writing, climb, leaf_hash, node_hash
from por.errors import EvidenceError
from por.formats.citations import PARENT_SUMS
from por.formats.document import Document, is_items, is_members
from por.formats.fields import amount_text, hash_at, integer_at, members_at, objects_at, text_at, word_at
from por.formats.format import Format
from por.formats.whole_list import digest_of
from por.model.figures import Amounts, added
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
    WholeTree,
)

COIN = "sum"
MAX_NODES = 400_000
MAX_INDEX = 1 << 40
_SUM = Writing(plain, values_by_comma)
RULE = TreeRule("{user}|{amounts}|{nonce}", "{sums}|{left}|{right}", _SUM, _SUM)
CARD = Card(
    name="olalonde",
    title="olalonde proof of liabilities (lproof, blproof), 2014, whole or partial tree",
    publishers=("lproof", "blproof", "peatio"),
    proves="your user name and balance are in the tree under the root; a whole tree also shows its sum",
    sums=SumRule.PARENT,
    leaf=LeafRule.RECOMPUTED,
    identity=IdRule.KNOWN,
    digest_bits=256,
    per_coin="one sum a tree",
    weaknesses=(
        PARENT_SUMS,
        Weakness("T08", "user, sum and nonce are joined by bars that a user name may hold too", "see source"),
    ),
    source="github.com/olalonde/proof-of-liabilities, commit d99c84df",
)

Nodes = Mapping[int, tuple[Mapping[str, object], str]]


def claims(document: Document) -> str | None:
    """Recognise a list of numbered nodes."""
    listed = document.json
    if not is_items(listed) or not listed or not is_members(listed[0]) or set(listed[0]) != {"index", "data"}:
        return None
    data = listed[0]["data"]
    return "numbered nodes" if is_members(data) and "sum" in data else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a tree, whole or in part. Raises: FormatError, EvidenceError."""
    nodes = _nodes(document)
    leaves = [index for index, (data, _) in nodes.items() if "user" in data]
    own = [index for index in leaves if asked.account is not None and nodes[index][0]["user"] == asked.account]
    whole = len(leaves) > 1 and all(_complete(nodes, index) for index in nodes)
    opened = () if whole and asked.account is None else tuple(_opened(nodes, index) for index in own or leaves)
    trees = (_whole(nodes, len(leaves)),) if whole else ()
    told = "whole tree" if whole else "partial tree"
    return Reading(CARD, told, opened if not whole or own else (), trees)


def read_root(document: Document) -> PublishedRoot | None:
    """Read root.json: a hash and a sum. Raises: FormatError, EvidenceError."""
    inner = document.members.get("root", document.json)
    if not is_members(inner) or set(inner) != {"hash", "sum"}:
        return None
    return PublishedRoot(hash_at(inner, "hash", "", 64), _sum(inner, ""))


def _nodes(document: Document) -> Nodes:
    found: dict[int, tuple[Mapping[str, object], str]] = {}
    for entry, place in objects_at(document.json, "", MAX_NODES):
        index = integer_at(entry, "index", place)
        if index in found or not 0 <= index < MAX_INDEX:
            raise EvidenceError(f"{place}/index: there twice, or out of range")
        found[index] = members_at(entry.get("data"), f"{place}/data"), f"{place}/data"
    if 0 not in found:
        raise EvidenceError("there is no root (index 0)")
    return found


def _complete(nodes: Nodes, index: int) -> bool:
    return ("user" in nodes[index][0]) is not (2 * index + 1 in nodes and 2 * index + 2 in nodes)


def _sum(data: Mapping[str, object], place: str) -> Amounts:
    return {COIN: amount_text(word_at(data, "sum", place), f"{place}/sum")}


def _leaf(data: Mapping[str, object], place: str) -> tuple[dict[str, str], Node]:
    ids = {name: text_at(data, name, place) for name in ("user", "nonce")}
    if "|" in ids["nonce"] or "|" in ids["user"]:
        raise EvidenceError(f"{place}: a bar inside user or nonce: it could be read as another record (T08)")
    amounts = _sum(data, place)
    return ids, Node(leaf_hash(RULE, ids, amounts), amounts)


def _node(nodes: Nodes, index: int) -> Node:
    if index not in nodes:
        raise EvidenceError(f"the node {index}, a sibling on the path, is not there")
    data, place = nodes[index]
    return _leaf(data, place)[1] if "hash" not in data else Node(hash_at(data, "hash", place, 64), _sum(data, place))


def _opened(nodes: Nodes, index: int) -> Opened:
    data, place = nodes[index]
    ids, leaf = _leaf(data, place)
    steps = []
    above = index
    while above:
        steps.append(Step(_node(nodes, above + 1 if above % 2 else above - 1), on_left=above % 2 == 0))
        above = (above - 1) // 2
    top, top_place = nodes[0]
    return Opened(
        tree="",
        ids={"user": ids["user"]},
        amounts=leaf.sums or {},
        stated_leaf=hash_at(data, "hash", place, 64) if "hash" in data else None,
        leaf=leaf.hash,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, leaf, steps),
        stated_root=hash_at(top, "hash", top_place, 64) if "hash" in top else None,
        stated_totals=_sum(top, top_place) if index else None,
    )


def _whole(nodes: Nodes, leaves: int) -> WholeTree:
    made: dict[int, Node] = {}
    problems: list[str] = []
    for index in sorted(nodes, reverse=True):
        data, place = nodes[index]
        if "user" in data:
            made[index] = _leaf(data, place)[1]
        else:
            left, right = made[2 * index + 1], made[2 * index + 2]
            sums = added(left.sums or {}, right.sums or {})
            made[index] = Node(node_hash(RULE, left, right, sums, {}), sums)
        if index and data.get("hash", made[index].hash) != made[index].hash and len(problems) < 5:
            problems.append(f"{place}: the hash stated is not that of what lies below")
    top, top_place = nodes[0]
    negatives = [node for node in made.values() if any(value.negative for value in (node.sums or {}).values())]
    return WholeTree(
        tree="",
        root=made[0].hash,
        totals=made[0].sums,
        stated_root=hash_at(top, "hash", top_place, 64),
        stated_totals=_sum(top, top_place),
        leaves=leaves,
        nodes=len(nodes),
        negatives=tuple(negatives[:5]),
        problems=tuple(problems),
        sums_bound=True,
        rows=digest_of(made[index] for index in sorted(made)),
    )


FORMAT = Format(CARD, claims, read, read_root)
