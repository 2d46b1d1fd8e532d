"""Judge another exchange's published proof (`por/spec/published-formats.md`); a file alone is never enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from por.checks.contradictions import contradictions
from por.checks.freshness import span
from por.checks.observation import Observation, Seen, unseen
from por.checks.published_leaf import identity, leaf
from por.checks.published_sums import nonnegative, sum_rule, totals
from por.checks.requirements import PUBLISHED, answered
from por.model import Finding, Instant, Outcome, Verdict, printable
from por.model.figures import Amounts
from por.model.published import Asked, Card, Opened, PublishedRoot, Reading, WholeTree

STRUCTURE = "published.structure"
PATH = "published.path"
ROOT = "published.root"
AGE = "published.age"


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """Hold one file, the format that it was found to be in, and what was read of it."""

    name: str
    card: Card
    variant: str
    reading: Observation[Reading]


@dataclass(frozen=True, slots=True)
class Independent:
    """Hold what the customer brings from elsewhere: roots, totals and how old a snapshot may be, in seconds."""

    roots: tuple[PublishedRoot, ...] = ()
    totals: Amounts = field(default_factory=dict)
    max_age: int | None = None


def verify_published(
    files: Sequence[PublishedFile], asked: Asked, independent: Independent, *, now: Instant
) -> Verdict:
    """Verify published files of one list; the best without a root from elsewhere is INCONCLUSIVE."""
    read = [(file, file.reading.value) for file in files if isinstance(file.reading, Seen)]
    findings = [finding for file in files for finding in _structure(file)]
    for file, reading in read:
        findings += _judged(file, reading, asked, independent, now)
    findings += contradictions([(file.name, reading) for file, reading in read])
    root = next((text for _, reading in read for text in implied_roots(reading)), "unread")
    instant = next((reading.instant for _, reading in read if reading.instant is not None), None)
    return Verdict(
        profile="published",
        snapshot=f"{files[0].card.name}:{root}",
        bundle=None,
        policy=None,
        as_of=instant,
        checked_at=now,
        findings=tuple(sorted(findings, key=lambda finding: PUBLISHED.index(finding.check))),
    )


def _structure(file: PublishedFile) -> Iterator[Finding]:
    """Ask: does the file keep to its format?"""
    facts = {"format": file.card.name, "variant": printable(file.variant)}
    if not isinstance(file.reading, Seen):
        yield unseen(STRUCTURE, file.name, file.reading)
        yield Finding(STRUCTURE, file.name, Outcome.INCONCLUSIVE, f"{STRUCTURE}.detected", facts=facts, required=False)
        return
    reading = file.reading.value
    parts: tuple[Opened | WholeTree, ...] = (*reading.opened, *reading.trees)
    problems = [text for part in parts for text in part.problems]
    for text in problems:
        told = {**facts, "reason": printable(text)[:1000]}
        yield Finding(STRUCTURE, file.name, Outcome.FAIL, f"{STRUCTURE}.broken", facts=told)
    if not problems:
        told = {**facts, "variant": printable(reading.variant), "title": file.card.title}
        yield Finding(STRUCTURE, file.name, Outcome.PASS, f"{STRUCTURE}.known", facts=told)


def _judged(
    file: PublishedFile, reading: Reading, asked: Asked, independent: Independent, now: Instant
) -> Iterator[Finding]:
    own = tuple(_settled(each, independent.roots) for each in own_records(reading, asked))
    yield from answered("published.leaf", file.name, leaf(reading.card, own, asked))
    yield from answered("published.identity", file.name, identity(reading.card, own, asked))
    yield from answered(PATH, file.name, _paths(reading, own))
    yield from answered(ROOT, file.name, _root(reading, independent.roots))
    yield sum_rule(reading)
    yield from answered("published.nonnegative", file.name, nonnegative(reading))
    yield from answered("published.total", file.name, totals(reading, independent.roots, independent.totals))
    yield _age(file.name, reading, independent.max_age, now)


def own_records(reading: Reading, asked: Asked) -> tuple[Opened, ...]:
    """Return the records of the account asked for; all of them where none names it."""
    named = tuple(each for each in reading.opened if asked.account in each.ids.values())
    return named or reading.opened


def _paths(reading: Reading, own: Sequence[Opened]) -> Iterator[Finding]:
    """Ask: does every path, and every list, lead to the root that the file states?"""
    for part in own:
        yield _led(part.own.hash or part.root.hash, part.root.hash, part.stated_root)
    for tree in reading.trees:
        yield _led(tree.tree or reading.card.name, tree.root, tree.stated_root)


def _led(subject: str, implied: str, stated: str | None) -> Finding:
    if stated is None:
        return Finding(PATH, subject, Outcome.INCONCLUSIVE, f"{PATH}.implied", actual=implied, required=False)
    good = implied == stated
    message = f"{PATH}.same" if good else f"{PATH}.other_root"
    return Finding(PATH, subject, Outcome.PASS if good else Outcome.FAIL, message, expected=stated, actual=implied)


def implied_roots(reading: Reading) -> tuple[str, ...]:
    """Return the one value over all trees, or else every implied root once."""
    if reading.commitment is not None:
        return (reading.commitment,)
    parts: tuple[Opened | WholeTree, ...] = (*reading.opened, *reading.trees)
    return tuple(dict.fromkeys(part.root if isinstance(part, WholeTree) else part.root.hash for part in parts))


def _root(reading: Reading, given: Sequence[PublishedRoot]) -> Iterator[Finding]:
    """Ask: is the implied root one that the verifier has from elsewhere? The file's own never counts (T34)."""
    known = {text for root in given for text in (root.root, *root.parts.values())}
    wanted = ", ".join(sorted(known))[:1000]
    here = any(implied in known for implied in implied_roots(reading)) or any(root.parts for root in given)
    strays = {part.root.hash for part in reading.opened if not _placed(part, given)}
    for implied in implied_roots(reading):
        if not known:
            yield Finding(ROOT, implied, Outcome.INCONCLUSIVE, f"{ROOT}.not_given", actual=implied)
        elif implied in known and implied not in strays:
            yield Finding(ROOT, implied, Outcome.PASS, f"{ROOT}.given", expected=implied, actual=implied)
        elif reading.is_part and not here:
            yield Finding(ROOT, implied, Outcome.INCONCLUSIVE, f"{ROOT}.not_led_to", expected=wanted, actual=implied)
        else:
            yield Finding(ROOT, implied, Outcome.FAIL, f"{ROOT}.other", expected=wanted, actual=implied)


def _placed(opened: Opened, given: Sequence[PublishedRoot]) -> bool:
    """Tell whether a record's root is given by itself, or as that of its own tree and coin."""
    implied = opened.root.hash
    holders = [root for root in given if implied in root.parts.values()]
    alone = any(implied == root.root for root in given)
    return alone or not holders or any(_own_part(opened, root) for root in holders)


def _own_part(opened: Opened, root: PublishedRoot) -> bool:
    return any(root.parts.get((opened.tree, coin)) == opened.root.hash for coin in opened.amounts)


def _settled(opened: Opened, given: Sequence[PublishedRoot]) -> Opened:
    """Take a currency as settled where a list of trees from elsewhere has the root as that currency's."""
    known = opened.unsettled == "currency" and any(_own_part(opened, root) for root in given)
    return replace(opened, unsettled="") if known else opened


def _age(name: str, reading: Reading, max_age: int | None, now: Instant) -> Finding:
    """Ask: is the snapshot recent enough, and does a hash cover its date? (T37, T74)."""
    asked = max_age is not None
    if reading.instant is None:
        return Finding(AGE, name, Outcome.INCONCLUSIVE, f"{AGE}.no_date", required=asked)
    age = now.seconds - reading.instant.seconds
    facts = {"instant": str(reading.instant), "now": str(now), "age": span(age), "limit": span(max_age or 0)}
    outcome, message = Outcome.INCONCLUSIVE, f"{AGE}.no_limit"
    if age < 0:
        outcome, message, asked = Outcome.FAIL, f"{AGE}.future", True
    elif max_age is not None and age > max_age:
        outcome, message = Outcome.FAIL, f"{AGE}.old"
    elif max_age is not None:
        bound = reading.instant_bound
        outcome, message = (Outcome.PASS, f"{AGE}.recent") if bound else (Outcome.INCONCLUSIVE, f"{AGE}.not_hashed")
    return Finding(AGE, name, outcome, message, facts=facts, required=asked)
