"""Describe a whole published list and the customers found in it, whatever its format."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from por.commitments.text_tree import Levels, way
from por.errors import FormatError
from por.formats.document import Document
from por.model.figures import Amounts, Figure, figure
from por.model.published import Node, Opened, WholeTree

MAX_ROWS = 500_000
MAX_TOLD = 5
MAX_OPENED = 1_000


def rows_of(document: Document, skip: int = 0, limit: int = MAX_ROWS) -> Sequence[tuple[int, str]]:
    """Return the lines behind the first `skip` with their numbers. Raises: FormatError for too many."""
    if len(document.lines) - skip > limit:
        raise FormatError(f"{len(document.lines) - skip} rows; at most {limit} are read")
    return [(number, line) for number, line in enumerate(document.lines, 1) if number > skip]


def total_of(rows: Iterable[Amounts]) -> dict[str, Figure]:
    """Add up many rows coin by coin, at each coin's finest scale."""
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        for name, value in row.items():
            units, places = sums.get(name, (0, value.places))
            if value.places > places:
                units, places = units * 10 ** (value.places - places), value.places
            sums[name] = units + value.at(places), places
    return {name: figure(units, places) for name, (units, places) in sums.items()}


def below_zero(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return the nodes with a negative amount, at most a few."""
    found = []
    for node in nodes:
        if any(value.negative for value in (node.sums or {}).values()):
            found.append(node)
            if len(found) == MAX_TOLD:
                break
    return tuple(found)


def digest_of(leaves: Iterable[Node]) -> str:
    """Hash leaves with their amounts, so that two lists can be told apart without keeping either."""
    made = sha256()
    for leaf in leaves:
        sums = ",".join(f"{name}:{value.plain}" for name, value in (leaf.sums or {}).items())
        made.update(f"{leaf.hash};{sums}\n".encode())
    return made.hexdigest()


def whole(
    levels: Levels,
    totals: Amounts | None,
    *,
    stated: Node | None = None,
    records: Sequence[Node] = (),
    problems: Sequence[str] = (),
    sums_bound: bool = False,
) -> WholeTree:
    """Describe a rebuilt tree; `stated` is the root with totals as published, `records` are leaves beside amounts."""
    return WholeTree(
        tree="",
        root=levels[-1][0].hash,
        totals=totals,
        stated_root=None if stated is None else stated.hash,
        stated_totals=None if stated is None else stated.sums,
        leaves=len(levels[0]),
        nodes=sum(len(row) for row in levels),
        negatives=below_zero((*records, *(node for row in levels for node in row))),
        problems=tuple(problems[:MAX_TOLD]),
        sums_bound=sums_bound,
        rows=digest_of((*levels[0], *records)),
    )


def opened_at(
    levels: Levels,
    index: int,
    ids: Mapping[str, str],
    amounts: Amounts,
    *,
    leaf: str | None,
    stated: Node | None = None,
    problems: Sequence[str] = (),
) -> Opened:
    """Open one leaf of a rebuilt tree; `leaf` is its hash by the customer's record, or None without a rule."""
    steps = list(way(levels, index))
    return Opened(
        tree="",
        ids=ids,
        amounts=amounts,
        stated_leaf=levels[0][index].hash,
        leaf=leaf,
        siblings=tuple(sibling for sibling, _ in steps if sibling is not None),
        ancestors=tuple(node for _, node in steps),
        stated_root=None if stated is None else stated.hash,
        stated_totals=None if stated is None else stated.sums,
        problems=tuple(problems),
    )
