"""Build whole published trees from their leaves, level by level, and lead from a leaf to the root.

The rule of one node is that of `text_merkle`; here is only how rows become levels. What is not established: that the
leaves are customers, or all of them (T23).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from por.commitments.text_merkle import MAX_STEPS, Odd, Step, TreeRule, parent
from por.errors import EvidenceError
from por.model.figures import Amounts
from por.model.published import Node

Levels = Sequence[Sequence[Node]]
Labels = Callable[[int], Mapping[str, str]]


def no_labels(_level: int) -> Mapping[str, str]:
    """Return what else a node's hash covers: nothing."""
    return {}


def grow(
    rule: TreeRule,
    leaves: Sequence[Node],
    odd: Odd | None = None,
    labels: Labels = no_labels,
    pad: Callable[[Node], Node] | None = None,
    stated: Levels = (),
) -> Levels:
    """Compute every level, the leaves first, the root last; `labels` is asked with the level of the parent, from 1.

    Where a format writes padding as a node of its own, `pad` makes it from the node that it stands beside. A node that
    is the one in `stated` is not kept twice.

    Raises: EvidenceError for no leaves, and for a row of an odd number of nodes where the format has no rule for it.
    """
    if not leaves:
        raise EvidenceError("the list has no leaves")
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        row, level = levels[-1], len(levels)
        if pad is not None and len(row) % 2:
            row.append(pad(row[-1]))
        made = above(rule, row, odd, labels(level))
        levels.append(_shared(made, stated[level]) if level < len(stated) else made)
    return levels


def _shared(made: list[Node], stated: Sequence[Node]) -> list[Node]:
    known = (stated[at] if at < len(stated) else None for at in range(len(made)))
    return [node if other is None or node != other else other for node, other in zip(made, known, strict=True)]


def above(rule: TreeRule, row: Sequence[Node], odd: Odd | None, labels: Mapping[str, str]) -> list[Node]:
    """Compute the row above a row. Raises: EvidenceError."""
    found = [parent(rule, row[at], Step(row[at + 1], labels=labels)) for at in range(0, len(row) - 1, 2)]
    if len(row) % 2:
        if odd is None:
            raise EvidenceError(f"a level of {len(row)} nodes: each must have a sibling here")
        found.append(parent(rule, row[-1], Step(odd, labels=labels)))
    return found


def way(levels: Levels, index: int) -> Iterator[tuple[Node | None, Node]]:
    """Iterate from a leaf upward over its sibling, or None for one that is not there, and the node above both.

    Raises: EvidenceError beyond 128 levels.
    """
    if len(levels) > MAX_STEPS + 1:
        raise EvidenceError(f"{len(levels)} levels; at most {MAX_STEPS} are looked at")
    for row, upper in pairwise(levels):
        beside = index ^ 1
        index >>= 1
        yield row[beside] if beside < len(row) else None, upper[index]


def differences(stated: Levels, computed: Levels) -> Iterator[tuple[int, int]]:
    """Iterate over level and place of each stated node whose hash or sums are not the computed ones.

    Raises: EvidenceError for levels of another shape.
    """
    shapes = [[len(row) for row in levels] for levels in (stated, computed)]
    if shapes[0] != shapes[1]:
        raise EvidenceError(f"levels of {shapes[0][:8]} nodes; {shapes[1][0]} leaves lead to {shapes[1][:8]} (T13)")
    for level, rows in enumerate(zip(stated, computed, strict=True)):
        for place, (said, made) in enumerate(zip(*rows, strict=True)):
            if said is not made and (said.hash != made.hash or unlike(said.sums or {}, made.sums or {})):
                yield level, place


def unlike(one: Amounts, other: Amounts) -> tuple[str, ...]:
    """Name the coins whose amounts are not the same, or that stand on one side alone."""
    names = {**one, **other}
    return tuple(name for name in names if name not in one or name not in other or not one[name].same(other[name]))
