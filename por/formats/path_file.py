"""Read a customer's own record and the siblings on its path, as most exchanges write them in JSON.

A layout names the members; the rule is the tree's. Sides are what the file says: no format of this family commits to a
leaf's place, so that only their agreement with one another can be checked (T17).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from por.commitments.text_merkle import MAX_STEPS, Odd, Step, TreeRule, climb, leaf_hash
from por.errors import EvidenceError, FormatError
from por.formats.document import Document, is_items, is_members
from por.formats.fields import amounts_at, hash_at, hash_text, integer_at, members_at, objects_at, text_at, word_at
from por.model.figures import Amounts
from por.model.published import Node, Opened

LEFT, RIGHT, ROOT = 1, 2, 3
MAX_ENTRIES = MAX_STEPS + 1

# A comma inside an id would let it be read as two (T08).
NO_COMMA = re.compile(r"[^,]{1,256}")

Members = Mapping[str, object]
Rescale = Callable[[Amounts], Amounts]


@dataclass(frozen=True, slots=True)
class PathLayout:
    """Name the members of a path file.

    `level` is the member that counts levels and `up` how it changes toward the root, 0 where nothing depends on it.
    `padding` is the code of an empty sibling; it is a copy of the node beside it where `copies`. With `gaps` levels
    count from 0, and one that the file leaves out has an empty sibling on the right. `forms` are the shapes
    that ids have, so that a node's hashes cannot stand for one (T09). What is in `shared` is nobody's own.
    """

    rule: TreeRule
    ids: tuple[str, ...]
    path: str = "path"
    hash: str = "hash"
    amounts: str = "balances"
    side: str = "type"
    level: str = "height"
    up: int = 1
    padding: int | None = None
    copies: bool = False
    empty_hash: bool = False
    gaps: bool = False
    bare: bool = False
    forms: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    shared: tuple[str, ...] = ()


def has_shape(document: Document, layout: PathLayout, *more: str, without: Sequence[str] = ()) -> bool:
    """Tell by the members' names whether a document is in this layout."""
    own, path = document.members.get("self"), document.members.get(layout.path)
    if not is_members(own) or not is_items(path) or not path or not is_members(path[0]):
        return False
    wanted = {*layout.ids, layout.amounts, layout.side, layout.level, layout.hash, *more}
    there = set(own) | {name for entry in path[:MAX_ENTRIES] if is_members(entry) for name in entry}
    return wanted <= set(own) and {layout.hash, layout.amounts} <= set(path[0]) and not there & set(without)


def read_path(document: Document, layout: PathLayout, rescale: Rescale = lambda amounts: amounts) -> Opened:
    """Read the record and compute what its path implies. Raises: FormatError, EvidenceError."""
    own = members_at(document.members.get("self"), "/self")
    entries = list(objects_at(document.members.get(layout.path), f"/{layout.path}", MAX_ENTRIES))
    if not entries:
        raise EvidenceError("the path is empty: there is no root")
    top, top_place = entries.pop()
    if layout.side in top and integer_at(top, layout.side, top_place) != ROOT:
        raise EvidenceError("the path does not end at a root")
    entries = _filled(entries, integer_at(top, layout.level, top_place), layout) if layout.gaps else entries
    amounts = rescale(amounts_at(own, layout.amounts, "/self", bare=layout.bare))
    ids = {name: word_at(own, name, "/self") for name in layout.ids}
    leaf = leaf_hash(layout.rule, ids, amounts)
    siblings = [_sibling(entry, place, layout, rescale) for entry, place in entries]
    first = integer_at(own, layout.level, "/self")
    steps = [
        Step(node if node is not None else _absent(layout), on_left, {"level": str(first + layout.up * number)})
        for number, (node, on_left) in enumerate(siblings, 1)
    ]
    return Opened(
        tree="",
        ids={name: value for name, value in ids.items() if name not in layout.shared},
        amounts=amounts,
        stated_leaf=hash_at(own, layout.hash, "/self", layout.rule.digits),
        leaf=leaf,
        siblings=tuple(node for node, _ in siblings if node is not None),
        ancestors=climb(layout.rule, Node(leaf, amounts), steps),
        stated_root=hash_at(top, layout.hash, top_place, layout.rule.digits),
        stated_totals=_totals(top, top_place, layout, rescale),
        problems=(*_forms(ids, layout), *_order(own, entries, top, layout), *_opened_sibling(entries, layout, rescale)),
    )


def _filled(entries: Sequence[tuple[Members, str]], depth: int, layout: PathLayout) -> list[tuple[Members, str]]:
    by_level: dict[int, tuple[Members, str]] = {}
    for entry, place in entries:
        level = integer_at(entry, layout.level, place)
        if level in by_level or not 0 <= level < depth:
            raise EvidenceError(f"{place}/{layout.level}: {level} is there twice, or not below the root")
        by_level[level] = entry, place
    if depth > MAX_STEPS:
        raise EvidenceError(f"{depth} levels; at most {MAX_STEPS} are looked at")
    absent: Members = {}
    return [by_level.get(level, (absent, f"/{layout.path}")) for level in range(depth)]


def _totals(top: Members, place: str, layout: PathLayout, rescale: Rescale) -> Amounts | None:
    return rescale(amounts_at(top, layout.amounts, place, bare=layout.bare)) if layout.amounts in top else None


def _absent(layout: PathLayout) -> Odd:
    return Odd.EMPTY if layout.empty_hash else Odd.COPY


def _sibling(entry: Members, place: str, layout: PathLayout, rescale: Rescale) -> tuple[Node | None, bool]:
    """Return a sibling and whether it stands on the left; None stands for one that is not there."""
    if not entry and layout.gaps:
        return None, False
    side = integer_at(entry, layout.side, place)
    if side not in {LEFT, RIGHT, layout.padding}:
        raise EvidenceError(f"{place}/{layout.side}: {side} is no side")
    sums = rescale(amounts_at(entry, layout.amounts, place, bare=layout.bare))
    blank = (layout.empty_hash and entry.get(layout.hash) == "") or (layout.copies and side == layout.padding)
    if (blank or side == layout.padding) and any(value.units for value in sums.values()):
        raise EvidenceError(f"{place}: a sibling that is not there has a balance")
    if blank:
        return None, side == LEFT
    return Node(hash_text(text_at(entry, layout.hash, place), place, layout.rule.digits), sums), side == LEFT


def _forms(ids: Mapping[str, str], layout: PathLayout) -> list[str]:
    return [
        f"{name} has not the form of one: something else may stand in its place"
        for name, form in layout.forms.items()
        if not form.fullmatch(ids[name])
    ]


def _order(own: Members, entries: Sequence[tuple[Members, str]], top: Members, layout: PathLayout) -> list[str]:
    """Find levels that do not follow one another, and a sibling on the record's own side."""
    found = []
    if layout.up:
        first = integer_at(own, layout.level, "/self")
        levels = [integer_at(entry, layout.level, place) for entry, place in entries]
        levels.append(integer_at(top, layout.level, f"/{layout.path}"))
        if levels != [first + layout.up * number for number in range(len(levels))]:
            found.append(f"the levels ({layout.level}) do not lead from the leaf to the root one by one")
    if (
        entries
        and entries[0][0]
        and integer_at(own, layout.side, "/self") == integer_at(entries[0][0], layout.side, entries[0][1])
    ):
        found.append(f"the record and its sibling say that they stand on the same side ({layout.side})")
    return found


def _opened_sibling(entries: Sequence[tuple[Members, str]], layout: PathLayout, rescale: Rescale) -> list[str]:
    """Recompute the sibling leaf where the file opens it: its balance is then bound after all."""
    if not entries or not {*layout.ids, layout.amounts} <= set(entries[0][0]):
        return []
    entry, place = entries[0]
    try:
        ids = {name: word_at(entry, name, place) for name in layout.ids}
    except FormatError:
        return []
    amounts = rescale(amounts_at(entry, layout.amounts, place, bare=layout.bare))
    if leaf_hash(layout.rule, ids, amounts) == entry.get(layout.hash):
        return []
    return [f"{place}: the sibling's hash is not that of its own balance"]
