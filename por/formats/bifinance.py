"""Bifinance: a path in a tree without sums, whose leaves nothing ties to a balance."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from por.commitments.text_merkle import MAX_STEPS, Odd, Step, TreeRule, climb, parent
from por.errors import EvidenceError
from por.formats.citations import DUPLICATED, LEAF_UNBOUND, NO_SUMS, NODE_AS_LEAF, OPEN_ROOT, SIDES
from por.formats.document import Document, is_items, is_members
from por.formats.fields import amounts_at, hash_text, integer_at, members_at, objects_at, text_at, word_or_nothing
from por.formats.format import Format
from por.model.published import Asked, Card, IdRule, LeafRule, Node, Opened, Reading, SumRule

LEFT, RIGHT, ROOT = 1, 2, 3
RULE = TreeRule(None, "{left}{right}", raw=True)
CARD = Card(
    name="bifinance",
    title="Bifinance, path file, 2025",
    publishers=("Bifinance",),
    proves="a hash that the exchange says is yours is in the tree under the root",
    sums=SumRule.NONE,
    leaf=LeafRule.STATED,
    identity=IdRule.NONE,
    digest_bits=256,
    per_coin="none: balances are shown and not hashed",
    weaknesses=(LEAF_UNBOUND, NO_SUMS, DUPLICATED, NODE_AS_LEAF, SIDES, OPEN_ROOT),
    source="github.com/bifinance-exchange/proof-of-reserves, commit ff1d2c4d",
)

Members = Mapping[str, object]


def claims(document: Document) -> str | None:
    """Recognise the layout: Bitget's names, but siblings without balances."""
    own, path = document.members.get("self"), document.members.get("path")
    if not is_members(own) or not is_items(path) or not path:
        return None
    entries = [entry for entry in path[: MAX_STEPS * 2] if is_members(entry)]
    plain = all("balances" not in entry for entry in entries)
    named = {"merkelLeaf", "level", "role"} <= set(own) and all("merkelLeaf" in entry for entry in entries)
    return "path file" if named and entries and plain else None


def read(document: Document, variant: str, asked: Asked) -> Reading:
    """Read a path file. Raises: FormatError, EvidenceError."""
    own = members_at(document.members["self"], "/self")
    entries = list(objects_at(document.members["path"], "/path", MAX_STEPS * 2))
    roots = [(entry, place) for entry, place in entries if integer_at(entry, "level", place) == 0]
    if len(roots) != 1:
        raise EvidenceError("/path: not one root (level 0)")
    leaf = Node(_hash(own, "/self"), None)
    depth = integer_at(own, "level", "/self")
    if not 0 < depth <= MAX_STEPS:
        raise EvidenceError(f"/self/level: not 1 to {MAX_STEPS}")
    steps, problems = _steps(leaf, depth, entries)
    opened = Opened(
        tree="",
        ids={},
        amounts=amounts_at(own, "balances", "/self") if "balances" in own else {},
        stated_leaf=leaf.hash,
        leaf=None,
        siblings=tuple(step.sibling for step in steps if isinstance(step.sibling, Node)),
        ancestors=climb(RULE, leaf, steps),
        stated_root=_hash(*roots[0]),
        stated_totals=None,
        problems=tuple(problems),
    )
    return Reading(CARD, variant, (opened,), snapshot=word_or_nothing(own, "auditId"))


def _hash(members: Members, place: str) -> str:
    return hash_text(text_at(members, "merkelLeaf", place), f"{place}/merkelLeaf", 64)


def _steps(leaf: Node, depth: int, entries: Sequence[tuple[Members, str]]) -> tuple[list[Step], list[str]]:
    """Find each level's sibling; a level also lists the path's own node, which must be the one computed."""
    levels: dict[int, list[tuple[Members, str]]] = defaultdict(list)
    for entry, place in entries:
        levels[integer_at(entry, "level", place)].append((entry, place))
    node, steps, problems = leaf, list[Step](), list[str]()
    for level in range(depth, 0, -1):
        others = [(each, at) for each, at in levels[level] if _hash(each, at) != node.hash]
        if len(others) > 1:
            raise EvidenceError(f"/path: level {level} has more than one sibling")
        if level < depth and len(others) == len(levels[level]):
            problems.append(f"level {level} does not list the node that the level below implies")
        steps.append(_step(*others[0]) if others else Step(Odd.COPY))
        node = parent(RULE, node, steps[-1])
    return steps, problems


def _step(entry: Members, place: str) -> Step:
    side = integer_at(entry, "role", place)
    if side not in {LEFT, RIGHT}:
        raise EvidenceError(f"{place}/role: {side} is no side")
    return Step(Node(_hash(entry, place), None), side == LEFT)


FORMAT = Format(CARD, claims, read)
