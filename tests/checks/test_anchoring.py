"""A bundle beside what the issuer's address anchored: equal in every field, in time, named back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.checks import publication
from por.checks.examination import Examination
from por.checks.verify import verify
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.errors import UnavailableError
from por.model import AssetTotal, Bundle, ChainAccount, ChainId, ChainRule, Digest, Finding, Grade, Instant, Policy
from tests.checks import scenery
from tests.checks.registry_scenery import (
    ACCOUNT,
    DAY,
    FINAL,
    ISSUERS,
    NAMES,
    PIN,
    REGISTRY,
    THIEFS,
    Registry,
    anchored,
    bundle,
    id_of,
    policy,
    time_of,
    totals,
)
from tests.checks.scenery import AN_HOUR_LATER, CHAIN, KEY, NOON, NUMBER, SNAPSHOT, note_text, one, sources

DIGEST = digest_of(bundle_v1.write(bundle()))
# The same snapshot once more: by another sequence, and saying what it corrects.
RIVAL = bundle(sequence=2, previous=DIGEST)
CORRECTION = bundle(sequence=2, previous=DIGEST, supersedes=DIGEST)
KEYLESS = {"keys": ()}


def digest(made: Bundle) -> Digest:
    return digest_of(bundle_v1.write(made))


def examined(
    folder: Path,
    registry: Registry,
    made: Bundle | None = None,
    rules: Policy | None = None,
    note: str | None = None,
    source: Any = None,
    **more: Any,
) -> Examination:
    chosen = policy() if rules is None else rules
    asked = registry.source() if source is None else source
    return scenery.examined(folder, bundle() if made is None else made, note=note, rules=chosen, source=asked, **more)


def judged(folder: Path, registry: Registry, made: Bundle | None = None, **more: Any) -> Finding:
    return one(publication.anchored(examined(folder, registry, made, **more)))


def short(delay: int, **changes: Any) -> Policy:
    """Allow an anchor to come only so many seconds after the instant."""
    return policy(registry=replace(PIN, max_delay=delay), **changes)


# --- anchored


def test_a_bundle_anchored_as_it_is_in_time_passes(tmp_path: Path) -> None:
    registry = anchored()
    finding = judged(tmp_path, registry)
    assert (finding.outcome, finding.message, finding.subject) == ("PASS", "publication.anchored.in_time", SNAPSHOT)
    assert finding.grade is Grade.STATE_PROOF
    assert (finding.expected, finding.actual) == (None, None)
    told = {
        "entry": f"0x{id_of(registry.rows[0][0]).hex()}",
        "sequence": "1",
        "anchored_at": str(Instant(time_of(NUMBER + 2))),
        "block": str(NUMBER + 2),
        "bundle": str(DIGEST),
        "account": str(ACCOUNT),
        "registry": str(REGISTRY),
    }
    assert told.items() <= finding.facts.items()


DIFFERENT: dict[str, tuple[dict[str, Any], str]] = {
    "another bundle": ({"bundle": Digest(b"\x01" * 32)}, "bundle digest"),
    "another root": ({"commitments_root": b"\x01" * 32}, "commitments root"),
    "another reserve set": ({"reserve_set_root": b"\x01" * 32}, "reserve-set root"),
    "another block": ({"snapshot_block": NUMBER + 1}, "snapshot block"),
    "another block's hash": ({"snapshot_hash": b"\x01" * 32}, "snapshot block"),
    "another chain": ({"snapshot_chain": 10}, "snapshot block"),
    "no chain": ({"snapshot_chain": 0}, "snapshot block"),
    "a total less": ({"sums": totals(bundle())[:1]}, "totals"),
    "a total more": ({"sums": (*totals(bundle()), AssetTotal(b"\xff" * 32, 0, 0))}, "totals"),
    "less owed": ({"sums": tuple(replace(row, liabilities=0) for row in totals(bundle()))}, "totals"),
    "more held": ({"sums": tuple(replace(row, reserves=row.reserves + 1) for row in totals(bundle()))}, "totals"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_t36_t38_t42_a_field_that_differs_is_named_and_fails(tmp_path: Path, name: str) -> None:
    changes, field = DIFFERENT[name]
    finding = judged(tmp_path, anchored(**changes))
    assert (finding.outcome, finding.message) == ("FAIL", "publication.anchored.differs")
    for text in (finding.expected, finding.actual):
        assert text is not None
        assert text.startswith(f"{field} ")
        assert ";" not in text
    assert "entry" in finding.facts


def test_t38_all_fields_that_differ_are_named(tmp_path: Path) -> None:
    registry = anchored(bundle=Digest(b"\x01" * 32), commitments_root=b"\x02" * 32, sums=totals(bundle())[:1])
    finding = judged(tmp_path, registry)
    assert finding.actual is not None
    assert [part.strip().partition(" 0x")[0].rpartition(" ")[0] for part in finding.actual.split(";")][:2] == [
        "commitments root",
        "bundle digest",
    ]
    assert "totals 0x" in finding.actual


def test_t53_a_registry_on_another_chain_names_no_snapshot_block(tmp_path: Path) -> None:
    """The bundle has no block of that chain, and so has the entry."""
    ten = ChainId("eip155", "10")
    account = ChainAccount(ten, ISSUERS)
    made = bundle(anchored_by=account)
    pin = replace(PIN, contract=replace(REGISTRY, chain=ten))
    rules = policy(registry=pin, chains={chain: ChainRule(chain, 2, None) for chain in (CHAIN, ten)})
    for number, changes in enumerate(({"snapshot_chain": 0, "snapshot_block": 0, "snapshot_hash": bytes(32)}, {})):
        source = anchored(made, **changes).source(chain=ten)
        finding = judged(tmp_path / str(number), Registry(), made, rules=rules, source=source)
        assert finding.outcome == ("FAIL" if number else "PASS")


# --- in time


@pytest.mark.parametrize(("delay", "outcome"), [(12, "PASS"), (11, "FAIL"), (0, "FAIL"), (2**40, "PASS")])
def test_t37_an_anchor_after_the_delay_is_late(tmp_path: Path, delay: int, outcome: str) -> None:
    """The block is twelve seconds after the instant."""
    assert time_of(NUMBER + 2) == NOON.seconds + 12
    finding = judged(tmp_path, anchored(), rules=short(delay))
    assert finding.outcome == outcome
    assert finding.message == f"publication.anchored.{'in_time' if outcome == 'PASS' else 'late'}"
    assert finding.facts["delay"] == "12 s"


def test_t43_an_anchor_after_the_control_proofs_expired_is_late_for_them(tmp_path: Path) -> None:
    for seconds, outcome in ((12, "PASS"), (11, "FAIL")):
        made = bundle(expires=Instant(NOON.seconds + seconds))
        finding = judged(tmp_path / str(seconds), anchored(made), made)
        assert finding.outcome == outcome
        assert (finding.message == "publication.anchored.expired") == (outcome == "FAIL")


@pytest.mark.parametrize(
    ("delay", "now", "outcome"),
    [
        (DAY, AN_HOUR_LATER, "INCONCLUSIVE"),
        (time_of(FINAL) - NOON.seconds, AN_HOUR_LATER, "INCONCLUSIVE"),
        (time_of(FINAL) - NOON.seconds - 1, AN_HOUR_LATER, "FAIL"),
        (10, Instant(NOON.seconds + 10), "INCONCLUSIVE"),
        (10, Instant(NOON.seconds + 11), "FAIL"),
        (3599, AN_HOUR_LATER, "INCONCLUSIVE"),
    ],
    ids=["a day", "seen to the deadline", "seen beyond it", "at the deadline", "after it", "final block too old"],
)
def test_t37_what_is_not_anchored_fails_only_once_the_sources_looked_beyond_the_deadline(
    tmp_path: Path, delay: int, now: Instant, outcome: str
) -> None:
    registry = Registry()
    registry.put(bundle(instant=Instant(NOON.seconds - DAY)))
    finding = judged(tmp_path, registry, rules=short(delay), now=now)
    assert finding.outcome == outcome
    assert finding.message == f"publication.anchored.{'not_in_time' if outcome == 'FAIL' else 'not_yet'}"
    assert "entry" not in finding.facts


# --- bound both ways (a stolen bundle)


@pytest.mark.parametrize(
    "account",
    [None, ChainAccount(CHAIN, THIEFS), ChainAccount(ChainId("eip155", "10"), ISSUERS)],
    ids=["nobody", "another address", "another chain"],
)
def test_t35_a_bundle_that_does_not_name_the_address_back_fails(tmp_path: Path, account: ChainAccount | None) -> None:
    made = bundle(anchored_by=account)
    finding = judged(tmp_path, anchored(made), made)
    assert (finding.outcome, finding.message) == ("FAIL", "publication.anchored.not_bound")
    assert (finding.expected, finding.actual) == (str(ACCOUNT), str(account or "no account"))
    assert finding.facts["sequence"] == "1"


def test_t35_a_stolen_bundle_that_a_thief_anchored_is_not_the_thiefs(tmp_path: Path) -> None:
    """Somebody who was talked into the thief's address finds that the bundle names the issuer's."""
    registry = anchored(issuer=THIEFS)
    rules = policy(registry=replace(PIN, issuer=THIEFS))
    examination = examined(tmp_path, registry, rules=rules)
    for ask, check in ((publication.anchored, "anchored"), (publication.identified, "identified")):
        finding = one(ask(examination))
        assert (finding.outcome, finding.message) == ("FAIL", f"publication.{check}.not_bound")
        assert (finding.expected, finding.actual) == (f"eip155:1:{THIEFS}", str(ACCOUNT))


def test_t35_under_the_issuers_address_a_thiefs_entry_is_none(tmp_path: Path) -> None:
    finding = judged(tmp_path, anchored(issuer=THIEFS))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "publication.anchored.not_yet")


def test_t64_a_bundle_that_names_nobody_fails_whatever_the_sources_say(tmp_path: Path) -> None:
    source = Registry().source(fails=UnavailableError("node-a: refused"))
    finding = judged(tmp_path, Registry(), bundle(anchored_by=None), source=source)
    assert (finding.outcome, finding.message, dict(finding.facts)) == ("FAIL", "publication.anchored.not_bound", {})


# --- corrections


def corrected() -> Registry:
    registry = anchored()
    registry.correct(CORRECTION)
    return registry


def test_a_correction_is_anchored_as_one(tmp_path: Path) -> None:
    finding = judged(tmp_path, corrected(), CORRECTION)
    assert (finding.outcome, finding.message) == ("PASS", "publication.anchored.in_time")
    assert finding.facts["sequence"] == "2"


def test_the_corrected_bundle_keeps_its_own_entry(tmp_path: Path) -> None:
    """That it was superseded is another question; its entry is not the correction's."""
    finding = judged(tmp_path, corrected())
    assert (finding.outcome, finding.facts["sequence"]) == ("PASS", "1")
    assert finding.facts["entry"] == f"0x{id_of(corrected().rows[0][0]).hex()}"
    assert finding.grade is Grade.QUORUM_VALUE


def test_a_correction_that_is_not_anchored_yet_is_awaited(tmp_path: Path) -> None:
    for delay, outcome in ((DAY, "INCONCLUSIVE"), (20, "FAIL")):
        finding = judged(tmp_path / str(delay), anchored(), CORRECTION, rules=short(delay))
        assert finding.outcome == outcome
        assert finding.message.startswith("publication.anchored.not_")


def test_t35_a_bundle_that_supersedes_must_be_anchored_as_the_correction_of_what_it_supersedes(tmp_path: Path) -> None:
    """Anchored without correcting anything, or in another's place, it is not the bundle that it says it is."""
    elsewhere = replace(CORRECTION, supersedes=Digest(b"\x01" * 32))
    stories: list[tuple[Registry, Bundle, str, str]] = [
        (anchored(CORRECTION), CORRECTION, "no bundle", str(DIGEST)),
        (anchored(), elsewhere, str(DIGEST), str(elsewhere.supersedes)),
        (anchored(), RIVAL, str(DIGEST), "no bundle"),
    ]
    stories[1][0].correct(elsewhere)
    stories[2][0].correct(RIVAL)
    for number, (registry, made, actual, expected) in enumerate(stories):
        finding = judged(tmp_path / str(number), registry, made)
        assert (finding.outcome, finding.message) == ("FAIL", "publication.anchored.differs")
        assert (finding.actual, finding.expected) == (f"correction of {actual}", f"correction of {expected}")


def test_a_bundle_anchored_anew_corrects_nothing_but_its_entry(tmp_path: Path) -> None:
    """The first time with a wrong total; the correction of that entry is of the same bundle."""
    registry = anchored(sums=totals(bundle())[:1])
    registry.correct(bundle())
    finding = judged(tmp_path / "a", registry)
    assert (finding.outcome, finding.facts["sequence"]) == ("PASS", "2")
    twice = corrected()
    twice.correct(CORRECTION, block=NUMBER + 5)
    finding = judged(tmp_path / "b", twice, CORRECTION)
    assert (finding.outcome, finding.facts["sequence"]) == ("PASS", "3")


# --- what decides nothing


def test_t36_a_rewritten_history_is_named_and_refutes_nobody(tmp_path: Path) -> None:
    registry = corrected()
    source = registry.source(events=list(registry.source().logged)[:1])
    examination = examined(tmp_path, registry, CORRECTION, source=source)
    for ask in (publication.anchored, publication.unequivocal):
        finding = one(ask(examination))
        assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.history")
        assert finding.facts["reason"] == "the newest entry given is 1, the proven one 2"


def test_t64_without_an_answer_nothing_is_decided(tmp_path: Path) -> None:
    source = Registry().source(fails=UnavailableError("node-a: refused"))
    examination = examined(tmp_path, Registry(), source=source)
    for ask in (publication.anchored, publication.unequivocal):
        finding = one(ask(examination))
        assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")


def test_t06_a_bundle_whose_sums_cannot_be_anchored_breaks_its_own_rules(tmp_path: Path) -> None:
    claim = bundle().reserves[0].holdings[1]
    row = replace(bundle().reserves[0], holdings=(replace(claim, amount=2**128 - 1),))
    made = scenery.listed(bundle(reserves=(row, replace(row, account=scenery.account("hot")))), scenery.files())
    finding = judged(tmp_path, anchored(made, sums=totals(bundle())), made)
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")


# --- identified by the registry


Changes = dict[str, Any]


@pytest.mark.parametrize(
    ("rules", "note", "registry", "expected"),
    [
        (KEYLESS, None, anchored, ("PASS", "anchored")),
        (KEYLESS, "no note", anchored, ("PASS", "anchored")),
        ({}, None, anchored, ("PASS", "signed")),
        ({}, None, Registry, ("PASS", "signed")),
        (KEYLESS, None, Registry, ("INCONCLUSIVE", "missing")),
        ({}, note_text(bundle(), scenery.STRANGERS_KEY), anchored, ("INCONCLUSIVE", "missing")),
        ({}, "no note", anchored, ("FAIL", "broken")),
        ({}, note_text(RIVAL), anchored, ("FAIL", "other_note")),
        ({}, None, lambda: anchored(RIVAL), ("FAIL", "other_anchored")),
        (KEYLESS, None, lambda: anchored(RIVAL), ("FAIL", "other_anchored")),
        ({"bundles": (DIGEST,), **KEYLESS}, None, Registry, ("PASS", "pinned")),
        ({"bundles": (DIGEST,), **KEYLESS}, None, lambda: anchored(RIVAL), ("FAIL", "other_anchored")),
        ({"issuer": "other.example"}, None, anchored, ("FAIL", "other_issuer")),
        ({"issuer": "other.example", **KEYLESS}, None, anchored, ("FAIL", "other_issuer")),
    ],
)
def test_t34_t35_t39_a_policy_with_a_key_and_a_registry_needs_both_where_both_decide(
    tmp_path: Path, rules: Changes, note: str | None, registry: Callable[[], Registry], expected: tuple[str, str]
) -> None:
    finding = one(publication.identified(examined(tmp_path, registry(), rules=policy(**rules), note=note)))
    assert (finding.outcome, finding.message.rpartition(".")[2]) == expected


def test_t34_the_registry_as_a_pin_is_told(tmp_path: Path) -> None:
    finding = one(publication.identified(examined(tmp_path, anchored(), rules=policy(**KEYLESS))))
    assert finding.facts["pin"] == f"{ACCOUNT} in {REGISTRY}"
    assert finding.facts["bundle"] == str(DIGEST)


def test_t64_a_registry_that_does_not_answer_leaves_a_good_signature_as_it_is(tmp_path: Path) -> None:
    source = Registry().source(fails=UnavailableError("node-a: refused"))
    for number, (keys, expected) in enumerate((((KEY,), "PASS"), ((), "INCONCLUSIVE"))):
        examination = examined(tmp_path / str(number), Registry(), rules=policy(keys=keys), source=source)
        assert one(publication.identified(examination)).outcome == expected


def test_t36_a_rewritten_history_identifies_nothing(tmp_path: Path) -> None:
    registry = corrected()
    source = registry.source(events=list(registry.source().logged)[:1])
    rules = policy(**KEYLESS)
    finding = one(publication.identified(examined(tmp_path, registry, rules=rules, source=source)))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.history")


# --- the whole


def test_the_honest_issuer_passes_with_a_registry_and_no_waiver(tmp_path: Path) -> None:
    opened = scenery.open_in(tmp_path / "bundle", bundle())
    records = scenery.write_records(tmp_path / "records.csv")
    for rules in (policy(), policy(**KEYLESS)):
        verdict = verify(opened, rules, sources(anchored().source()), now=AN_HOUR_LATER, records=records)
        assert (verdict.exit_code, [f.check for f in verdict.findings if f.waived]) == (0, [])
        assert [f.check for f in verdict.findings if not f.required] == ["publication.bound"]


def test_t55_one_source_is_not_enough_for_a_policy_of_two(tmp_path: Path) -> None:
    finding = judged(tmp_path, Registry(), source=anchored().source(names=NAMES[:1]))
    assert finding.outcome == "INCONCLUSIVE"
    assert "the policy asks for 2" in finding.facts["reason"]
