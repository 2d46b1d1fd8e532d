"""A customer's root, taken from what an address anchored in a registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from por.checks.inclusion import Customer, verify_inclusion
from por.checks.observation import Missing, Observation, Seen
from por.checks.pins import Pins
from por.checks.registry_reading import policys_view, read_registry
from por.checks.registry_view import RegistryView
from por.checks.sources import Sources
from por.model import ChainRule, Finding, Grade, Instant, Policy, Verdict
from por.model.identity import Identity
from por.report import render
from por.report.sentence import first_sentence
from tests.checks import scenery
from tests.checks.registry_scenery import (
    ACCOUNT,
    CODE,
    GRIEFERS,
    NAMES,
    PIN,
    REGISTRY,
    Registry,
    anchored,
    bundle,
    policy,
    time_of,
)
from tests.checks.scenery import AN_HOUR_LATER, CHAIN, ETH, ISSUER, KEY, NOON, NUMBER, USDC, proof_of
from tests.checks.test_anchoring import CORRECTION
from tests.checks.test_equivocation import OTHER_LIST, history
from tests.checks.test_identity import IDENTITIES, SAID

RIGHT = scenery.mine(("spot", ETH, "10"), ("spot", USDC, "300"))
UNSIGNED = [proof_of("carol", note="")]


def view_of(registry: Registry, names: Sequence[str] = NAMES, **more: Any) -> Observation[RegistryView]:
    rules = {CHAIN: ChainRule(CHAIN, len(names), None)}
    source = registry.source(names=tuple(names), **more)
    return read_registry(PIN, Sources({CHAIN: source}), rules, (), (CODE,), NOON)


def ask(pins: Pins, proofs: Any = None, expected: Any = RIGHT) -> Verdict:
    return verify_inclusion(
        UNSIGNED if proofs is None else proofs, Customer("carol", expected), pins, now=AN_HOUR_LATER
    )


def by_hand(registry: Registry, names: Sequence[str] = NAMES, **more: Any) -> Verdict:
    return ask(Pins(registry=PIN, view=view_of(registry, names, **more)))


def by_policy(registry: Registry, proofs: Any = None, **rules: Any) -> Verdict:
    chosen = policy(**rules)
    view = policys_view(chosen, Sources({CHAIN: registry.source()}), NOON)
    return ask(Pins(policy=chosen, view=view), [proof_of("carol")] if proofs is None else proofs)


def only(verdict: Verdict, check: str = "publication.identified") -> Finding:
    (finding,) = verdict.of(check)
    return finding


def said(finding: Finding) -> tuple[str, str]:
    return str(finding.outcome), finding.message.rpartition(".")[2]


# --- the registry alone


def test_t34_the_root_is_taken_from_the_registry_alone_and_that_is_said() -> None:
    verdict = by_hand(anchored(), NAMES[:1])
    finding = only(verdict)
    assert (verdict.exit_code, said(finding), finding.grade) == (0, ("PASS", "root_anchored"), Grade.SINGLE_SOURCE)
    assert finding.facts["account"] == str(ACCOUNT)
    assert (finding.facts["registry"], finding.facts["sequence"]) == (str(REGISTRY), "1")
    assert finding.facts["anchored_at"] == str(Instant(time_of(NUMBER + 2)))
    assert finding.facts["sources"] == "1 source: https://node-a.example:443"
    sentence = first_sentence(verdict)
    assert f"pinned by what the address {ACCOUNT} anchored" in sentence
    assert f"(that it is an address of {ISSUER} is unverified)" in sentence
    assert sentence.endswith("this does not show that the list is whole.")
    assert "1 source: https://node-a.example:443" in render(verdict)
    assert only(by_hand(anchored())).grade is Grade.STATE_PROOF


STORIES: dict[str, tuple[Registry, tuple[str, str]]] = {
    "anchored": (anchored(), ("PASS", "root_anchored")),
    "corrected by the same list": (history(bundle(), CORRECTION), ("PASS", "root_anchored")),
    "a correction": (history(OTHER_LIST, bundle()), ("PASS", "root_anchored")),
    "superseded": (history(bundle(), OTHER_LIST), ("FAIL", "root_superseded")),
    "another list": (anchored(OTHER_LIST), ("FAIL", "other_root_anchored")),
    "another instant": (anchored(bundle(instant=Instant(NOON.seconds - 1))), ("FAIL", "other_instant")),
    "nothing": (Registry(), ("INCONCLUSIVE", "missing")),
    "another instant's other list": (
        anchored(replace(OTHER_LIST, instant=Instant(NOON.seconds - 1))),
        ("INCONCLUSIVE", "missing"),
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_t34_t35_t38_a_root_is_compared_with_what_was_anchored_last_for_its_instant(name: str) -> None:
    registry, expected = STORIES[name]
    verdict = by_hand(registry)
    assert said(only(verdict)) == expected
    assert verdict.outcome == expected[0]


def test_t38_a_root_of_another_instant_beside_another_list_is_refuted() -> None:
    registry = anchored(bundle(instant=Instant(NOON.seconds - 1)))
    registry.put(OTHER_LIST, block=NUMBER + 4)
    finding = only(by_hand(registry))
    assert said(finding) == ("FAIL", "other_instant")
    assert (finding.expected, finding.actual) == (str(NOON), str(Instant(NOON.seconds - 1)))


def test_t36_a_rewritten_history_pins_nothing() -> None:
    registry = history(bundle(), OTHER_LIST)
    verdict = by_hand(registry, events=list(registry.source().logged)[:1])
    assert said(only(verdict)) == ("INCONCLUSIVE", "history")
    assert verdict.exit_code == 3


def test_t64_a_registry_that_was_named_and_not_asked_decides_nothing() -> None:
    verdict = ask(Pins(registry=PIN))
    assert said(only(verdict)) == ("INCONCLUSIVE", "missing")
    assert "--source" in only(verdict).facts["reason"]
    assert verdict.exit_code == 3


@pytest.mark.parametrize(
    ("root", "registry", "outcome"),
    [
        (bundle().commitments_root, anchored(), "PASS"),
        (b"\x01" * 32, anchored(), "FAIL"),
        (bundle().commitments_root, anchored(OTHER_LIST), "FAIL"),
        (bundle().commitments_root, Registry(), "INCONCLUSIVE"),
    ],
)
def test_t34_every_pin_that_is_given_must_hold(root: bytes, registry: Registry, outcome: str) -> None:
    verdict = ask(Pins(roots=(root,), registry=PIN, view=view_of(registry)))
    assert only(verdict).outcome == outcome


def test_a_proof_of_several_roots_asks_the_registry_nothing() -> None:
    proofs = [proof_of("carol", note=""), proof_of("carol", scenery.trees()[2:], note="")]
    verdict = ask(Pins(registry=PIN, view=view_of(anchored())), proofs, ())
    assert said(only(verdict)) == ("FAIL", "broken")
    assert verdict.of("publication.unequivocal") == ()


# --- a policy's registry


@pytest.mark.parametrize(
    ("rules", "registry", "expected"),
    [
        ({}, anchored, ("PASS", "signed")),
        ({}, Registry, ("PASS", "signed")),
        ({"keys": ()}, anchored, ("PASS", "root_anchored")),
        ({"keys": ()}, Registry, ("INCONCLUSIVE", "missing")),
        ({"chains": {}}, anchored, ("PASS", "signed")),
        ({"keys": (), "chains": {}}, anchored, ("INCONCLUSIVE", "missing")),
        ({}, lambda: anchored(OTHER_LIST), ("FAIL", "other_root_anchored")),
        ({"roots": (bundle().commitments_root,)}, lambda: anchored(OTHER_LIST), ("FAIL", "other_root_anchored")),
        ({"issuer": "other.example"}, anchored, ("FAIL", "other_issuer")),
        ({"issuer": "other.example", "keys": ()}, anchored, ("FAIL", "other_issuer")),
    ],
)
def test_t34_t35_a_policys_key_and_registry_must_both_hold_where_both_decide(
    rules: dict[str, Any], registry: Any, expected: tuple[str, str]
) -> None:
    assert said(only(by_policy(registry(), **rules))) == expected


def test_a_registry_that_decides_nothing_leaves_the_signature_as_it_is() -> None:
    verdict = ask(Pins(policy=policy()), [proof_of("carol")])
    assert (verdict.exit_code, said(only(verdict))) == (0, ("PASS", "signed"))
    found = only(verdict, "publication.unequivocal")
    assert (found.outcome, found.required) == ("INCONCLUSIVE", False)
    assert first_sentence(verdict).endswith("or that others were shown the same one.")


# --- the only one


def test_t35_that_it_is_the_only_one_is_told_and_the_sentence_is_shorter() -> None:
    verdict = by_policy(anchored())
    found = only(verdict, "publication.unequivocal")
    assert (found.outcome, found.required, verdict.exit_code) == ("PASS", False, 0)
    assert "others were shown" not in first_sentence(verdict)


def test_t35_a_griefer_changes_neither_verdict_nor_sentence() -> None:
    registry = anchored()
    registry.put(bundle(), issuer=GRIEFERS, block=NUMBER + 4)
    for ours, quiet in ((by_hand(registry), by_hand(anchored())), (by_policy(registry), by_policy(anchored()))):
        assert (ours.exit_code, first_sentence(ours)) == (0, first_sentence(quiet))
        assert [f.message.rpartition(".")[2] for f in ours.of("publication.unequivocal")] == ["only", "copied"]


def test_a_policy_may_require_that_it_is_the_only_one() -> None:
    asked = {"require": ("publication.unequivocal",)}
    assert by_policy(anchored(), **asked).exit_code == 0
    assert only(by_policy(anchored(), **asked), "publication.unequivocal").required
    assert by_policy(Registry(), **asked).exit_code == 3
    assert ask(Pins(policy=policy(registry=None, **asked)), [proof_of("carol")]).exit_code == 3
    griefed = anchored()
    griefed.put(bundle(), issuer=GRIEFERS, block=NUMBER + 4)
    assert by_policy(griefed, **asked).exit_code == 0


# --- the name


def bound(identity: Observation[Identity] | None, rules: Policy | None = None, **pins: Any) -> tuple[Verdict, Finding]:
    proofs = [proof_of("carol")]
    verdict = ask(Pins(policy=rules, registry=PIN, view=view_of(anchored()), identity=identity, **pins), proofs)
    return verdict, only(verdict, "publication.bound")


def test_without_policy_and_document_the_name_is_unverified() -> None:
    verdict, found = bound(None)
    assert (said(found), found.required, verdict.exit_code) == (("INCONCLUSIVE", "unverified"), False, 0)
    assert f"the name {ISSUER} is unverified" in render(verdict)


def test_a_policy_names_the_issuer_itself() -> None:
    verdict = by_policy(anchored(), keys=())
    assert verdict.of("publication.bound") == ()
    assert "unverified" not in first_sentence(verdict)


def test_an_identity_document_binds_the_name() -> None:
    verdict, found = bound(Seen(SAID))
    assert (said(found), verdict.exit_code) == (("PASS", "named"), 0)
    assert found.actual == f"{ACCOUNT} in {REGISTRY}"
    assert "unverified" not in first_sentence(verdict)
    rules = scenery.policy()
    verdict, found = bound(Seen(SAID), rules)
    assert (found.actual, verdict.exit_code) == (f"{KEY}, {ACCOUNT} in {REGISTRY}", 0)


@pytest.mark.parametrize("name", ["another address", "another issuer", "another registry", "nothing"])
def test_t39_an_identity_document_of_others_refutes(name: str) -> None:
    verdict, found = bound(Seen(IDENTITIES[name][0]))
    assert (found.outcome, verdict.exit_code) == ("FAIL", 1)


def test_t64_an_identity_document_that_was_asked_for_and_not_had_is_undecided() -> None:
    verdict, found = bound(Missing("no answer"))
    assert (found.outcome, found.required, verdict.exit_code) == ("INCONCLUSIVE", True, 3)


def test_a_policy_may_require_the_name_to_be_bound() -> None:
    chosen = policy(require=("publication.bound",))
    view = policys_view(chosen, Sources({CHAIN: anchored().source()}), NOON)
    verdict = ask(Pins(policy=chosen, view=view), [proof_of("carol")])
    assert (only(verdict, "publication.bound").required, verdict.exit_code) == (True, 3)
