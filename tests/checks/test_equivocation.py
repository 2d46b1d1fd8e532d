"""Is it the only one for its instant? For a bundle by its digest, for a customer by the commitments root."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.checks import publication
from por.checks.equivocation import Published, unequivocal
from por.checks.observation import Seen
from por.checks.registry_reading import policys_view
from por.checks.sources import Sources
from por.checks.verify import verify
from por.errors import UnavailableError
from por.model import Bundle, Digest, Finding, Instant, Outcome
from por.report.sentence import first_sentence
from tests.checks import scenery
from tests.checks.registry_scenery import (
    ACCOUNT,
    GRIEFERS,
    ISSUERS,
    REGISTRY,
    THIEFS,
    Registry,
    anchored,
    bundle,
    policy,
)
from tests.checks.scenery import AN_HOUR_LATER, CHAIN, NOON, NUMBER, SNAPSHOT, address, one, sources
from tests.checks.test_anchoring import CORRECTION, DIGEST, RIVAL, digest, examined

CHECK = "publication.unequivocal"
OTHER_TREES = scenery.trees((("alice", "spot", "ETH", 1),))
OTHER_LIST = bundle(
    sequence=2,
    previous=DIGEST,
    supersedes=DIGEST,
    liabilities=tuple(tree.commitment for tree in OTHER_TREES),
    commitments_root=scenery.root_of(OTHER_TREES),
)


def judged(folder: Path, registry: Registry, made: Bundle | None = None, **more: Any) -> list[Finding]:
    return list(publication.unequivocal(examined(folder, registry, made, **more)))


def history(*made: Bundle) -> Registry:
    """Anchor bundles of one instant, each the correction of the one before."""
    registry = anchored(made[0])
    for number, each in enumerate(made[1:]):
        registry.correct(each, block=NUMBER + 3 + number)
    return registry


def said(finding: Finding) -> tuple[str, str]:
    return str(finding.outcome), finding.message.rpartition(".")[2]


THIRD = bundle(sequence=3, previous=digest(CORRECTION), supersedes=digest(CORRECTION))
STRANGE = bundle(sequence=3, previous=digest(CORRECTION), supersedes=Digest(b"\x01" * 32))

STORIES: dict[str, tuple[tuple[Bundle, ...], Bundle, tuple[str, str]]] = {
    "one": ((bundle(),), bundle(), ("PASS", "only")),
    "one twice": ((bundle(), bundle()), bundle(), ("PASS", "correction")),
    "a correction": ((bundle(), CORRECTION), CORRECTION, ("PASS", "correction")),
    "a correction twice": ((bundle(), CORRECTION, CORRECTION), CORRECTION, ("PASS", "correction")),
    "a correction of a correction": ((bundle(), CORRECTION, THIRD), THIRD, ("PASS", "correction")),
    "what was corrected": ((bundle(), CORRECTION), bundle(), ("FAIL", "superseded")),
    "what was corrected in between": ((bundle(), CORRECTION, THIRD), CORRECTION, ("FAIL", "superseded")),
    "corrected by one that does not say so": ((bundle(), RIVAL), bundle(), ("FAIL", "superseded")),
    "a second one that corrects nothing": ((bundle(), RIVAL), RIVAL, ("FAIL", "two_bundles")),
    "a correction of something else": ((bundle(), CORRECTION, STRANGE), STRANGE, ("FAIL", "two_bundles")),
    "taken back": ((bundle(), CORRECTION, bundle()), bundle(), ("FAIL", "two_bundles")),
    "another one anchored": ((RIVAL,), bundle(), ("FAIL", "two_bundles")),
    "others anchored": ((RIVAL, STRANGE), bundle(), ("FAIL", "two_bundles")),
    "a correction not anchored yet": ((bundle(),), CORRECTION, ("INCONCLUSIVE", "not_anchored")),
}


@pytest.mark.parametrize("name", STORIES)
def test_t35_two_entries_for_one_instant_are_told_apart(tmp_path: Path, name: str) -> None:
    made, shown, expected = STORIES[name]
    finding = one(judged(tmp_path, history(*made), shown))
    assert said(finding) == expected
    assert (finding.check, finding.subject) == (CHECK, SNAPSHOT)


def test_nothing_anchored_is_undecided(tmp_path: Path) -> None:
    registry = Registry()
    registry.put(bundle(instant=Instant(NOON.seconds - 1)))
    assert said(one(judged(tmp_path, registry))) == ("INCONCLUSIVE", "not_anchored")


def test_t35_the_other_one_is_named(tmp_path: Path) -> None:
    finding = one(judged(tmp_path / "a", history(bundle(), RIVAL), RIVAL))
    assert (finding.expected, finding.actual) == (str(digest(RIVAL)), str(DIGEST))
    assert (finding.facts["sequence"], finding.facts["other"]) == ("2", "1")
    finding = one(judged(tmp_path / "b", history(bundle(), CORRECTION)))
    assert (finding.expected, finding.actual) == (str(DIGEST), str(digest(CORRECTION)))
    assert (finding.facts["sequence"], finding.facts["other"]) == ("1", "2")


def test_a_correction_says_what_it_corrects(tmp_path: Path) -> None:
    finding = one(judged(tmp_path, history(bundle(), CORRECTION, THIRD), THIRD))
    assert (finding.facts["sequence"], finding.facts["corrected"]) == ("3", "1, 2")
    assert (finding.facts["account"], finding.facts["registry"]) == (str(ACCOUNT), str(REGISTRY))


# --- copies


def copied(*issuers: str, made: Bundle | None = None) -> Registry:
    registry = Registry()
    for issuer in issuers:
        registry.put(bundle() if made is None else made, issuer=issuer)
    registry.put(bundle(), block=NUMBER + 3)
    return registry


@pytest.mark.parametrize("first", [True, False])
def test_t35_a_griefer_who_anchors_the_same_is_named_and_turns_nothing(tmp_path: Path, first: bool) -> None:
    registry = copied(GRIEFERS)
    if not first:
        registry.rows.reverse()
        registry.rows = [(entry, NUMBER + 2 + i) for i, (entry, _) in enumerate(registry.rows)]
    finding, copy = judged(tmp_path / "a", registry)
    assert said(finding) == ("PASS", "only")
    assert said(copy) == ("INCONCLUSIVE", "copied")
    assert (copy.required, copy.subject, copy.facts["addresses"]) == (False, str(REGISTRY), GRIEFERS)
    assert finding.ref != copy.ref


def test_t35_no_griefer_turns_the_verdict_or_its_sentence(tmp_path: Path) -> None:
    opened = scenery.open_in(tmp_path / "bundle", bundle())
    records = scenery.write_records(tmp_path / "records.csv")
    first, second = (
        verify(opened, policy(), sources(registry.source()), now=AN_HOUR_LATER, records=records)
        for registry in (copied(), copied(GRIEFERS, THIEFS))
    )
    assert (first.outcome, second.outcome) == (Outcome.PASS, Outcome.PASS)
    assert first_sentence(first) == first_sentence(second)
    assert "others were shown" not in first_sentence(second)


def test_a_copy_of_the_root_alone_is_one_too(tmp_path: Path) -> None:
    findings = judged(tmp_path / "a", copied(THIEFS, made=bundle(reserves=())))
    assert [said(finding)[1] for finding in findings] == ["only", "copied"]
    findings = judged(tmp_path / "b", copied(THIEFS, made=OTHER_LIST))
    assert [said(finding)[1] for finding in findings] == ["only"]


def test_many_copies_are_counted(tmp_path: Path) -> None:
    griefers = [address(f"griefer {number}") for number in range(5)]
    _, copy = judged(tmp_path, copied(*griefers, *griefers))
    assert copy.facts["addresses"] == f"{', '.join(griefers[:3])} and 2 more"


def test_a_thief_who_was_there_before_the_issuer_is_named(tmp_path: Path) -> None:
    finding, copy = judged(tmp_path, anchored(issuer=THIEFS))
    assert said(finding) == ("INCONCLUSIVE", "not_anchored")
    assert copy.facts["addresses"] == THIEFS


# --- griefing: a registry that somebody fills

CROWD = copied(*(address(f"griefer {number}") for number in range(100)))
SPAM = UnavailableError("node-a: eth_getLogs: /7/data: 1048577 bytes\nand more")


def test_t35_griefing_by_a_hundred_copies_is_told_in_one_finding(tmp_path: Path) -> None:
    finding, copy = judged(tmp_path, CROWD)
    assert (said(finding), said(copy)) == (("PASS", "only"), ("INCONCLUSIVE", "copied"))
    assert copy.facts["addresses"].endswith(" and 97 more")


def test_t35_griefing_that_keeps_everybodys_entries_from_being_read_is_told_and_turns_nothing(tmp_path: Path) -> None:
    finding, unread = judged(tmp_path / "a", CROWD, source=CROWD.source(wide=SPAM))
    assert finding == one(judged(tmp_path / "b", copied()))
    assert said(unread) == ("INCONCLUSIVE", "others_unread")
    assert (unread.required, unread.subject, unread.check) == (False, str(REGISTRY), CHECK)
    assert unread.facts["reason"].startswith("node-a: eth_getLogs: /7/data: 1048577 bytes")
    assert "\n" not in unread.facts["reason"]
    assert finding.ref != unread.ref


@pytest.mark.parametrize("name", STORIES)
def test_t35_griefing_changes_no_outcome_of_any_story(tmp_path: Path, name: str) -> None:
    made, shown, expected = STORIES[name]
    registry = history(*made)
    finding, unread = judged(tmp_path, registry, shown, source=registry.source(wide=SPAM))
    assert (said(finding), said(unread)[1]) == (expected, "others_unread")


@pytest.mark.parametrize("required", [(), (CHECK,)])
def test_t35_no_griefing_turns_the_verdict_or_its_sentence(tmp_path: Path, required: tuple[str, ...]) -> None:
    opened = scenery.open_in(tmp_path / "bundle", bundle())
    records = scenery.write_records(tmp_path / "records.csv")
    rules = policy(require=required)
    quiet, spam = (
        verify(opened, rules, sources(source), now=AN_HOUR_LATER, records=records)
        for source in (copied().source(), CROWD.source(wide=SPAM))
    )
    assert (quiet.outcome, spam.outcome) == (Outcome.PASS, Outcome.PASS)
    assert first_sentence(quiet) == first_sentence(spam)
    assert [finding for finding in spam.findings if finding.message != f"{CHECK}.others_unread"] == list(quiet.findings)


# --- for a customer, who knows the root


def by_root(registry: Registry, root: bytes | None = None, **changes: Any) -> list[Finding]:
    view = policys_view(policy(), Sources({CHAIN: registry.source(**changes)}), NOON)
    assert isinstance(view, Seen)
    return list(unequivocal(Published(SNAPSHOT, bundle().commitments_root if root is None else root), view))


ROOTS: dict[str, tuple[Registry, tuple[str, str]]] = {
    "one": (history(bundle()), ("PASS", "only")),
    "a correction with the same list": (history(bundle(), CORRECTION), ("PASS", "correction")),
    "a correction of another list": (history(OTHER_LIST, bundle()), ("PASS", "correction")),
    "corrected by another list": (history(bundle(), OTHER_LIST), ("FAIL", "superseded")),
    "another list": (history(OTHER_LIST), ("FAIL", "two_bundles")),
    "nothing": (Registry(), ("INCONCLUSIVE", "not_anchored")),
}


@pytest.mark.parametrize("name", ROOTS)
def test_t35_a_root_is_looked_for_among_the_roots_of_the_instant(name: str) -> None:
    registry, expected = ROOTS[name]
    assert said(one(by_root(registry))) == expected


def test_t35_a_root_is_named_as_a_root() -> None:
    finding = one(by_root(history(OTHER_LIST)))
    assert finding.expected == f"commitments root {bundle().commitments_root.hex()}"
    assert finding.actual == f"commitments root {OTHER_LIST.commitments_root.hex()}"


def test_a_customer_is_told_of_copies_too() -> None:
    findings = by_root(copied(GRIEFERS, made=replace(bundle(), expires=Instant(NOON.seconds + 1))))
    assert [said(finding) for finding in findings] == [("PASS", "only"), ("INCONCLUSIVE", "copied")]
    assert ISSUERS not in findings[1].facts["addresses"]


def test_t35_a_customer_is_told_of_griefing_too() -> None:
    findings = by_root(CROWD, wide=SPAM)
    assert [said(finding) for finding in findings] == [("PASS", "only"), ("INCONCLUSIVE", "others_unread")]
    assert not findings[1].required
