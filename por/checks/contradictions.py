"""Look for contradictions between customers' proofs under one root: what no file alone can show."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from por.checks.published_leaf import told
from por.model import Finding, Outcome, printable
from por.model.figures import ZERO, Amounts, added
from por.model.published import Node, Opened, Reading

CHECK = "published.consistent"

Record = tuple[str, Reading, Opened]


def contradictions(readings: Sequence[tuple[str, Reading]]) -> Iterator[Finding]:
    """Ask, of two records or more: can they all be true at once?"""
    yield from _split_views([reading for _, reading in readings])
    yield from _two_lists(readings)
    records = [(name, reading, opened) for name, reading in readings for opened in reading.opened]
    if len(records) < 2:
        return
    by_root: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_root[record[2].root.hash].append(record)
    for root, group in by_root.items():
        if len(group) > 1:
            yield from _under_one_root(root, group)
    if len(by_root) > 1 and all(len(group) == 1 for group in by_root.values()):
        yield Finding(CHECK, f"{len(records)} records", Outcome.INCONCLUSIVE, f"{CHECK}.apart", required=False)


def _split_views(readings: Sequence[Reading]) -> Iterator[Finding]:
    """Find one audit of one publisher with two roots (T35)."""
    roots: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for reading in readings:
        if reading.snapshot and reading.commitment is None:
            for tree, root in _shown_roots(reading):
                roots[reading.card.name, reading.snapshot, tree].add(root)
    for (_, snapshot, _), found in roots.items():
        if len(found) > 1:
            named = printable(snapshot)[:200]
            facts = {"snapshot": named, "roots": ", ".join(sorted(found)[:5])}
            yield Finding(CHECK, named, Outcome.FAIL, f"{CHECK}.two_roots", facts=facts)


def _shown_roots(reading: Reading) -> Iterator[tuple[str, str]]:
    for opened in reading.opened:
        yield opened.tree, opened.root.hash
    for tree in reading.trees:
        yield tree.tree, tree.root


def _two_lists(readings: Sequence[tuple[str, Reading]]) -> Iterator[Finding]:
    """Find two whole lists with one root and other rows: where nodes do not bind their children's sums (T01)."""
    first: dict[str, tuple[str, str]] = {}
    for name, reading in readings:
        for tree in reading.trees:
            known, rows = first.setdefault(tree.root, (name, tree.rows))
            if not rows or not tree.rows or known == name:
                continue
            good = rows == tree.rows
            outcome, message = (Outcome.PASS, "same_list") if good else (Outcome.FAIL, "two_lists")
            facts = {"first": known, "second": name}
            yield Finding(CHECK, tree.root, outcome, f"{CHECK}.{message}", facts=facts)


def _under_one_root(root: str, group: Sequence[Record]) -> Iterator[Finding]:
    found = [*_two_sums(group), *_too_small(group), *_leaves_above(group)]
    yield from found
    yield from _shared_leaves(group)
    if not found:
        facts = {"records": str(len(group))}
        yield Finding(CHECK, root, Outcome.PASS, f"{CHECK}.none_found", facts=facts)


def _two_sums(group: Sequence[Record]) -> Iterator[Finding]:
    """Find one node that two files show with different sums."""
    shown: dict[str, tuple[str, Mapping[str, str]]] = {}
    said: set[str] = set()
    for name, _, opened in group:
        for node in _nodes(opened):
            if node.sums is None or not node.hash:
                continue
            sums = {coin: value.plain for coin, value in node.sums.items() if value.units}
            first, known = shown.setdefault(node.hash, (name, sums))
            if known != sums and node.hash not in said:
                said.add(node.hash)
                one, other = _apart(known, sums)
                facts = {"node": node.hash, "one": one, "other": other, "first": first, "second": name}
                yield Finding(CHECK, node.hash, Outcome.FAIL, f"{CHECK}.two_sums", facts=facts)


def _too_small(group: Sequence[Record]) -> Iterator[Finding]:
    """Find a node whose sum is less than the balances of the records below it."""
    below: dict[str, dict[str, Amounts]] = defaultdict(dict)
    sums: dict[str, Amounts] = {}
    for _, _, opened in group:
        own = opened.own.hash
        for node in opened.ancestors:
            if node.sums is not None:
                below[node.hash][own] = opened.amounts
                sums.setdefault(node.hash, node.sums)
    for hashed, leaves in below.items():
        owed: Amounts = {}
        for amounts in leaves.values():
            owed = added(owed, amounts)
        short = {coin: value for coin, value in owed.items() if _less(sums[hashed], coin, owed)}
        if len(leaves) > 1 and short:
            facts = {"node": hashed, "owed": told(short), "records": str(len(leaves))}
            yield Finding(CHECK, hashed, Outcome.FAIL, f"{CHECK}.too_small", facts=facts)
            return


def _less(sums: Amounts, coin: str, owed: Amounts) -> bool:
    have, wanted = sums.get(coin, ZERO), owed[coin]
    places = max(have.places, wanted.places)
    return have.at(places) < wanted.at(places)


def _leaves_above(group: Sequence[Record]) -> Iterator[Finding]:
    """Find one customer's leaf that is a node above another's: one balance stands for all below it (T09)."""
    leaves = {opened.own.hash: name for name, _, opened in reversed(group) if opened.amounts}
    said: set[str] = set()
    for name, _, opened in group:
        for node in opened.ancestors:
            if node.hash in leaves and node.hash not in {opened.own.hash, "", *said}:
                said.add(node.hash)
                facts = {"node": node.hash, "first": leaves[node.hash], "second": name}
                yield Finding(CHECK, node.hash, Outcome.FAIL, f"{CHECK}.leaf_above", facts=facts)


def _shared_leaves(group: Sequence[Record]) -> Iterator[Finding]:
    """Find one leaf in two records: the same customer twice, or one balance promised to two (T14)."""
    seen: set[str] = set()
    for _, _, opened in group:
        own = opened.own.hash
        if own in seen:
            yield Finding(CHECK, own, Outcome.INCONCLUSIVE, f"{CHECK}.shared_leaf")
        seen.add(own)


def _nodes(opened: Opened) -> Iterator[Node]:
    yield opened.own
    yield from opened.siblings
    yield from opened.ancestors


def _apart(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, str]:
    coins = [coin for coin in {**one, **other} if one.get(coin) != other.get(coin)][:20]
    return tuple(", ".join(f"{sums.get(coin, '0')} {coin}" for coin in coins) for sums in (one, other))  # type: ignore[return-value]
