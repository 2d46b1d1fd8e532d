"""Judge the sums of a published proof: whether the root binds them, their signs, and the total."""

from collections.abc import Iterable, Iterator, Sequence

from por.checks.published_leaf import subject_of, told
from por.model import Finding, Outcome
from por.model.figures import ZERO, Amounts
from por.model.published import Card, Node, Opened, PublishedRoot, Reading, SumRule, WholeTree

SUMS = "published.sums"
NONNEGATIVE = "published.nonnegative"
TOTAL = "published.total"

_MESSAGES = {
    SumRule.BOTH: f"{SUMS}.both",
    SumRule.WHOLE: f"{SUMS}.whole",
    SumRule.PARENT: f"{SUMS}.parent",
    SumRule.NONE: f"{SUMS}.none",
}


def binds_total(card: Card, part: Opened | WholeTree | None) -> bool:
    """Tell whether one root means one total: by the format, or because a list's leaves were recomputed (T01, T02)."""
    return card.sums in {SumRule.BOTH, SumRule.WHOLE} or (isinstance(part, WholeTree) and part.sums_bound)


def sum_rule(reading: Reading) -> Finding:
    """Ask: does the root bind the sums of the siblings?"""
    whole = bool(reading.trees) and all(tree.sums_bound for tree in reading.trees)
    message = _MESSAGES[SumRule.WHOLE if whole else reading.card.sums]
    bound = whole or binds_total(reading.card, None)
    outcome = Outcome.PASS if bound else Outcome.INCONCLUSIVE
    return Finding(SUMS, reading.card.name, outcome, message, required=bound)


def nonnegative(reading: Reading) -> Iterator[Finding]:
    """Ask: is any amount or sum that the proof shows below zero? (T03)."""
    for opened in reading.opened:
        own = opened.own
        stated = () if opened.stated_totals is None else (Node(opened.stated_root or "", opened.stated_totals),)
        others = any(node.sums is not None for node in (*opened.siblings, *opened.ancestors))
        yield _signs(subject_of(opened), (own, *opened.siblings, *opened.ancestors, *stated), others)
    for tree in reading.trees:
        shown = tree.totals is not None
        yield _signs(tree.tree or reading.card.name, tree.negatives, shown, tree.nodes)


def _signs(subject: str, nodes: Iterable[Node], others: bool, looked_at: int = 0) -> Finding:
    seen = [node for node in nodes if node.sums is not None]
    below = [node for node in seen if any(value.negative for value in (node.sums or {}).values())]
    if below:
        first = {name: value for name, value in (below[0].sums or {}).items() if value.negative}
        facts = {"node": below[0].hash or "your record", "amounts": told(first), "count": str(len(below))}
        return Finding(NONNEGATIVE, subject, Outcome.FAIL, f"{NONNEGATIVE}.below_zero", facts=facts)
    if not others:
        return Finding(NONNEGATIVE, subject, Outcome.INCONCLUSIVE, f"{NONNEGATIVE}.no_sums", required=False)
    facts = {"nodes": str(looked_at or len(seen))}
    return Finding(NONNEGATIVE, subject, Outcome.PASS, f"{NONNEGATIVE}.none", facts=facts)


def totals(reading: Reading, roots: Sequence[PublishedRoot], given: Amounts) -> Iterator[Finding]:
    """Ask: is the implied total the one that the file states, and the one that the verifier has from elsewhere?"""
    elsewhere = [root for root in roots if root.totals is not None]
    parts: tuple[Opened | WholeTree, ...] = reading.trees or reading.opened
    several = len({part.tree for part in parts}) > 1
    shown: set[str] = set()
    for part in parts:
        subject, implied, hashed = _implied(reading, part)
        beside = next((root.totals for root in elsewhere if root.root == hashed), None)
        mine = {name: value for name, value in given.items() if not several or name in (implied or {})}
        shown |= mine.keys()
        yield from _one(binds_total(reading.card, part), subject, implied, part.stated_totals, beside, mine)
    for name in (name for name in given if name not in shown):
        facts = {"name": name}
        yield Finding(TOTAL, name, Outcome.INCONCLUSIVE, f"{TOTAL}.not_here", expected=given[name].plain, facts=facts)


def _implied(reading: Reading, part: Opened | WholeTree) -> tuple[str, Amounts | None, str]:
    if isinstance(part, WholeTree):
        return part.tree or reading.card.name, part.totals, part.root
    return (
        subject_of(part),
        part.root.sums if part.ancestors or reading.card.sums is not SumRule.NONE else None,
        part.root.hash,
    )


def _one(
    bound: bool, subject: str, implied: Amounts | None, stated: Amounts | None, beside: Amounts | None, given: Amounts
) -> Iterator[Finding]:
    if implied is None:
        message, required = f"{TOTAL}.none", bool(given)
        yield Finding(TOTAL, subject, Outcome.INCONCLUSIVE, message, required=required)
        return
    if stated is not None and not _same(implied, stated):
        yield _differs(subject, "other_in_file", implied, stated)
    for wanted in filter(None, (beside, given)):
        if not _same(implied, wanted, only=wanted is given):
            yield _differs(subject, "other_given", implied, wanted)
        else:
            message = f"{TOTAL}.same" if bound else f"{TOTAL}.not_bound"
            outcome = Outcome.PASS if bound else Outcome.INCONCLUSIVE
            yield Finding(TOTAL, subject, outcome, message, actual=told(implied), required=bound or wanted is given)
    if not beside and not given and (stated is None or _same(implied, stated)):
        message = f"{TOTAL}.in_file"
        yield Finding(TOTAL, subject, Outcome.INCONCLUSIVE, message, actual=told(implied), required=False)


def _same(implied: Amounts, wanted: Amounts, *, only: bool = False) -> bool:
    """Compare coin by coin, an absent one as zero; with `only` just the coins that are wanted."""
    names = wanted if only else {**implied, **wanted}
    return all(implied.get(name, ZERO).same(wanted.get(name, ZERO)) for name in names)


def _differs(subject: str, word: str, implied: Amounts, wanted: Amounts) -> Finding:
    apart = [name for name in {**implied, **wanted} if not implied.get(name, ZERO).same(wanted.get(name, ZERO))]
    return Finding(
        TOTAL,
        subject,
        Outcome.FAIL,
        f"{TOTAL}.{word}",
        expected=", ".join(f"{wanted.get(name, ZERO).plain} {name}" for name in apart[:20]),
        actual=", ".join(f"{implied.get(name, ZERO).plain} {name}" for name in apart[:20]),
    )
