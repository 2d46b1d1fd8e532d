"""Judge a customer's own record in a published proof: its hash, its amounts, and whose it is."""

import re
from collections.abc import Iterator, Sequence

from por.model import Finding, Outcome
from por.model.figures import Amounts, added
from por.model.published import Asked, Card, IdRule, LeafRule, Opened, SumRule

LEAF = "published.leaf"
IDENTITY = "published.identity"

_MAX_TOLD = 60
_DRAWN = re.compile(r"[0-9a-f]{16,}", re.ASCII)


def subject_of(opened: Opened) -> str:
    """Name a record in findings: by its leaf, under its tree where there are several."""
    hashed = opened.own.hash or "no leaf"
    return f"{opened.tree}/{hashed}" if opened.tree else hashed


def told(amounts: Amounts) -> str:
    """Write the amounts that are not zero, such as 1.5 ETH, 20 USDT."""
    rows = [f"{value.plain} {name}" for name, value in amounts.items() if value.units]
    more = f" and {len(rows) - _MAX_TOLD} more" if len(rows) > _MAX_TOLD else ""
    return ", ".join(rows[:_MAX_TOLD]) + more or "nothing"


def leaf(card: Card, own: Sequence[Opened], asked: Asked) -> Iterator[Finding]:
    """Ask: is each leaf the hash of its record, and does the record say what the customer says? (T15, T16)."""
    if not own:
        message = f"{LEAF}.nobody" if asked.account is None else f"{LEAF}.not_found"
        yield Finding(LEAF, card.name, Outcome.INCONCLUSIVE, message)
    for opened in own:
        yield from _hashed(card, opened)
    compared = _compared(own, asked) if own else ()
    if all(opened.leaf is not None for opened in own):
        yield from compared
    else:
        yield from (finding for finding in compared if finding.outcome is Outcome.FAIL)


def _hashed(card: Card, opened: Opened) -> Iterator[Finding]:
    subject = subject_of(opened)
    if opened.leaf is not None:
        if opened.stated_leaf is not None and opened.stated_leaf != opened.leaf:
            yield Finding(
                LEAF, subject, Outcome.FAIL, f"{LEAF}.other_hash", expected=opened.stated_leaf, actual=opened.leaf
            )
        return
    if card.leaf is LeafRule.STATED and card.sums is SumRule.NONE and opened.amounts:
        yield Finding(LEAF, subject, Outcome.FAIL, f"{LEAF}.hashed_nowhere", facts={"amounts": told(opened.amounts)})
    elif card.leaf is LeafRule.STATED and opened.amounts:
        facts = {"amounts": told(opened.amounts)}
        yield Finding(LEAF, subject, Outcome.INCONCLUSIVE, f"{LEAF}.not_bound", facts=facts)
    else:
        yield Finding(LEAF, subject, Outcome.INCONCLUSIVE, f"{LEAF}.not_computed")


def _compared(own: Sequence[Opened], asked: Asked) -> Iterator[Finding]:
    several = {tuple(opened.ids.items()) for opened in own if opened.tree == own[0].tree}
    if not asked.holdings or len(several) > 1:
        message = f"{LEAF}.several" if len(several) > 1 and asked.holdings else f"{LEAF}.not_stated"
        for opened in own:
            facts = {"amounts": told(opened.amounts)}
            yield Finding(LEAF, subject_of(opened), Outcome.INCONCLUSIVE, message, facts=facts)
        return
    for name, wanted in asked.holdings.items():
        yield _coin(name, wanted.plain, own)
    for opened in own:
        rest = {name: value for name, value in opened.amounts.items() if name not in asked.holdings and value.units}
        if rest:
            facts = {"amounts": told(rest)}
            yield Finding(LEAF, subject_of(opened), Outcome.INCONCLUSIVE, f"{LEAF}.also", facts=facts, required=False)


def _coin(name: str, wanted: str, own: Sequence[Opened]) -> Finding:
    facts = {"name": name}
    held = [opened.amounts for opened in _apart(own) if name in opened.amounts]
    if not held:
        return Finding(LEAF, name, Outcome.INCONCLUSIVE, f"{LEAF}.no_coin", expected=wanted, facts=facts)
    owed: Amounts = {}
    for amounts in held:
        owed = added(owed, {name: amounts[name]})
    actual = owed[name].plain
    good = actual == wanted
    message = f"{LEAF}.same" if good else f"{LEAF}.other_amount"
    outcome = Outcome.PASS if good else Outcome.FAIL
    unsettled = next((opened.unsettled for opened in own if name in opened.amounts and opened.unsettled), "")
    if good and unsettled:
        outcome, message = Outcome.INCONCLUSIVE, f"{LEAF}.other_{unsettled}"
    return Finding(LEAF, name, outcome, message, expected=wanted, actual=actual, facts=facts)


def _apart(own: Sequence[Opened]) -> Iterator[Opened]:
    """Iterate over the leaves of one customer, whose balance may be split; a leaf shown twice counts once."""
    seen: set[tuple[str, ...]] = set()
    for opened in own:
        place = (opened.tree, opened.leaf or "", *(node.hash for node in opened.siblings))
        if place not in seen:
            yield opened
        seen.add(place)


def _alike(account: str, value: str) -> bool:
    """Tell values of one kind: what the exchange drew in hexadecimal is nobody's id to log in with."""
    return len(account) == len(value) and bool(_DRAWN.fullmatch(account) and _DRAWN.fullmatch(value))


def identity(card: Card, own: Sequence[Opened], asked: Asked) -> Iterator[Finding]:
    """Ask: does the leaf's hash cover something that makes it this customer's alone? (T14)."""
    for opened in own:
        yield _identity(card, opened, asked.account)


def _identity(card: Card, opened: Opened, account: str | None) -> Finding:
    subject = subject_of(opened)
    covered = {"covers": ", ".join(opened.ids) or "nothing"}
    if card.identity is IdRule.NONE:
        required = account is not None
        return Finding(IDENTITY, subject, Outcome.INCONCLUSIVE, f"{IDENTITY}.none", facts=covered, required=required)
    if account is None:
        known = card.identity is IdRule.KNOWN
        message = f"{IDENTITY}.not_stated" if known else f"{IDENTITY}.opaque"
        return Finding(IDENTITY, subject, Outcome.INCONCLUSIVE, message, facts=covered, required=known)
    if opened.leaf is None:
        return Finding(IDENTITY, subject, Outcome.INCONCLUSIVE, f"{IDENTITY}.not_computed", facts=covered)
    if account not in opened.ids.values():
        alike = card.identity is IdRule.KNOWN or any(_alike(account, value) for value in opened.ids.values())
        outcome, word = (Outcome.FAIL, "other") if alike else (Outcome.INCONCLUSIVE, "other_kind")
        return Finding(IDENTITY, subject, outcome, f"{IDENTITY}.{word}", facts=covered)
    message = f"{IDENTITY}.bound" if card.identity is IdRule.KNOWN else f"{IDENTITY}.opaque_same"
    return Finding(IDENTITY, subject, Outcome.PASS, message, facts=covered)
