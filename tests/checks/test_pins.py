"""What authenticates the root of a proof: every pin that is given must hold, and without one nothing passes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from por.checks.evidence import OpenBundle
from por.checks.pins import Pins, identified
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.model import Bundle, CaseRule, Digest, Finding, InclusionProof, Policy
from tests.checks.scenery import (
    ETH,
    ISSUER,
    SIGNING_KEY,
    SNAPSHOT,
    STRANGERS_KEY,
    bundle,
    grow,
    note_text,
    one,
    open_in,
    policy,
    proof_of,
    root_of,
    trees,
)
from tests.checks.test_note import spoiled

ROOT = root_of(trees())
OTHER_ROOT = b"\x5a" * 32
DIGEST = digest_of(bundle_v1.write(bundle()))


def judged(pins: Pins, proofs: Sequence[InclusionProof] | None = None) -> Finding:
    finding = one(identified(SNAPSHOT, [proof_of("alice")] if proofs is None else proofs, pins))
    assert (finding.check, finding.subject) == ("publication.identified", SNAPSHOT)
    return finding


def said(pins: Pins, proofs: Sequence[InclusionProof] | None = None) -> tuple[str, str]:
    finding = judged(pins, proofs)
    return str(finding.outcome), finding.message.rpartition(".")[2]


# --- one pin


def test_t34_no_pin_is_undecided() -> None:
    finding = judged(Pins())
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
    assert finding.facts["reason"].startswith("no pin was given; ")
    assert "give a policy" in finding.facts["reason"]
    assert "--root" in finding.facts["reason"]


def test_t34_a_policy_that_pins_nothing_is_not_taken_for_none() -> None:
    for rules in (policy(keys=()), policy(keys=(), roots=(OTHER_ROOT,)), policy(keys=(), bundles=(DIGEST,))):
        finding = judged(Pins(policy=rules))
        assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
        assert finding.facts["reason"].startswith("your policy names neither a key nor this root; ")


def test_a_root_given_by_hand_passes_and_is_named() -> None:
    finding = judged(Pins(roots=(ROOT,)))
    assert (finding.outcome, finding.message) == ("PASS", "publication.identified.root_given")
    assert finding.facts["pin"] == ROOT.hex()


def test_t34_another_root_fails_and_both_are_named() -> None:
    finding = judged(Pins(roots=(OTHER_ROOT,)))
    assert (finding.outcome, finding.message) == ("FAIL", "publication.identified.other_root")
    assert (finding.expected, finding.actual) == (OTHER_ROOT.hex(), ROOT.hex())


def test_one_of_several_roots_given_by_hand_will_do() -> None:
    assert said(Pins(roots=(OTHER_ROOT, ROOT))) == ("PASS", "root_given")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (policy(), ("PASS", "signed")),
        (policy(keys=()), ("INCONCLUSIVE", "missing")),
        (policy(keys=(), roots=(ROOT,)), ("PASS", "root_given")),
        (policy(keys=(), roots=(OTHER_ROOT,)), ("INCONCLUSIVE", "missing")),
        (policy(keys=(), bundles=(DIGEST,)), ("INCONCLUSIVE", "missing")),
        (policy(roots=(OTHER_ROOT,)), ("PASS", "signed")),
        (policy(issuer="other.example"), ("FAIL", "other_issuer")),
        (policy(issuer="other.example", keys=()), ("FAIL", "other_issuer")),
        (policy(issuer="other.example", keys=(), roots=(ROOT,)), ("FAIL", "other_issuer")),
    ],
)
def test_t38_what_a_policy_alone_says(rules: Policy, expected: tuple[str, str]) -> None:
    assert said(Pins(policy=rules)) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("", ("INCONCLUSIVE", "missing")),
        (note_text(bundle(), STRANGERS_KEY), ("INCONCLUSIVE", "missing")),
        (spoiled(note_text(bundle())), ("FAIL", "broken")),
        ("no note", ("FAIL", "broken")),
        (note_text(bundle(), commitments_root=OTHER_ROOT), ("FAIL", "other_note")),
        (note_text(bundle(), snapshot=f"{ISSUER}@2026-10-01T12:00:00Z"), ("FAIL", "other_note")),
        (note_text(bundle(), case_rule=CaseRule.EXACT), ("FAIL", "other_note")),
        (note_text(bundle(), bundle_digest=Digest(bytes(32))), ("PASS", "signed")),
    ],
    ids=[
        "none",
        "a stranger's",
        "spoiled",
        "malformed",
        "another root",
        "another snapshot",
        "another case rule",
        "a bundle not shown",
    ],
)
def test_t34_t36_t39_the_note_in_the_proof(note: str, expected: tuple[str, str]) -> None:
    assert said(Pins(policy=policy()), [proof_of("alice", note=note)]) == expected


def test_without_keys_in_the_policy_the_note_says_nothing() -> None:
    assert said(Pins(policy=policy(keys=())), [proof_of("alice", note="no note")]) == ("INCONCLUSIVE", "missing")


# --- a bundle to compare with


def opened(
    tmp_path: Path, made: Bundle | None = None, note: str | None = None, *, unsigned: bool = False
) -> OpenBundle:
    found = open_in(tmp_path, made, note=note)
    return replace(found, note=None) if unsigned else found


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (None, ("INCONCLUSIVE", "missing")),
        (policy(keys=()), ("INCONCLUSIVE", "missing")),
        (policy(keys=(), bundles=(DIGEST,)), ("PASS", "pinned")),
        (policy(keys=(), bundles=(Digest(bytes(32)),)), ("INCONCLUSIVE", "missing")),
        (policy(), ("INCONCLUSIVE", "missing")),
        (policy(roots=(ROOT,)), ("PASS", "signed")),
        (policy(issuer="other.example", bundles=(DIGEST,)), ("FAIL", "other_issuer")),
        (policy(issuer="other.example", keys=(), bundles=(DIGEST,)), ("FAIL", "other_issuer")),
    ],
)
def test_a_bundle_that_agrees_counts_as_far_as_the_policy_authenticates_it(
    tmp_path: Path, rules: Policy | None, expected: tuple[str, str]
) -> None:
    proofs = [proof_of("alice", note="")]
    assert said(Pins(policy=rules, bundle=opened(tmp_path)), proofs) == expected


def test_t34_a_signed_bundle_does_not_excuse_a_proof_without_note(tmp_path: Path) -> None:
    """Every pin must hold: the policy's key has signed the bundle, and nothing that the proof brings."""
    finding = judged(Pins(policy=policy(), bundle=opened(tmp_path)), [proof_of("alice", note="")])
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")
    assert finding.facts["reason"] == "the proof carries no signed note"


def test_t39_an_unsigned_bundle_is_no_pin(tmp_path: Path) -> None:
    found = Pins(policy=policy(), bundle=opened(tmp_path, unsigned=True))
    assert said(found, [proof_of("alice", note="")]) == ("INCONCLUSIVE", "missing")


def test_t35_a_bundle_with_another_root_fails(tmp_path: Path) -> None:
    """Two lists signed for one instant: one for customers, one for others."""
    other = bundle(liabilities=bundle().liabilities[1:], commitments_root=root_of(trees()[1:]))
    assert said(Pins(policy=policy(), bundle=opened(tmp_path, other))) == ("FAIL", "other_root")


def test_t38_a_bundle_of_another_snapshot_fails(tmp_path: Path) -> None:
    later = bundle(instant=replace(bundle().instant, seconds=bundle().instant.seconds + 60))
    finding = judged(Pins(policy=policy(), bundle=opened(tmp_path, later)))
    assert (finding.outcome, finding.message) == ("FAIL", "publication.identified.other_root")
    assert later.snapshot in (finding.expected or "")


def test_t42_a_bundle_whose_own_note_is_spoiled_fails(tmp_path: Path) -> None:
    found = Pins(policy=policy(), bundle=opened(tmp_path, note=spoiled(note_text(bundle()))))
    assert said(found) == ("FAIL", "broken")


def test_t36_a_bundle_beside_the_note_of_another_fails(tmp_path: Path) -> None:
    note = note_text(bundle(), bundle_digest=Digest(bytes(32)))
    assert said(Pins(policy=policy(), bundle=opened(tmp_path, note=note))) == ("FAIL", "other_note")


@pytest.mark.parametrize("change", [{"total": 5}, {"depth": 7}, {"decimals": 17}, {"scheme": "por-sum-md5-v0"}])
def test_t16_a_bundle_that_states_something_else_under_the_same_root_fails(
    tmp_path: Path, change: dict[str, object]
) -> None:
    """The proof implies the real total; a bundle that states half of it was made for those who only read it."""
    rows = bundle().liabilities
    made = bundle(liabilities=(*rows[:-1], replace(rows[-1], **change)))  # type: ignore[arg-type]
    pins = Pins(policy=policy(), bundle=opened(tmp_path, made))
    finding = judged(pins, [proof_of("alice", note=note_text(made))])
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")
    assert rows[-1].ref in finding.facts["reason"]


def test_t27_a_bundle_without_the_proofs_segment_fails(tmp_path: Path) -> None:
    made = bundle(liabilities=tuple(row for row in bundle().liabilities if row.segment != "margin"))
    pins = Pins(policy=policy(), bundle=opened(tmp_path, made))
    finding = judged(pins, [proof_of("alice", note=note_text(made))])
    assert finding.message == "evidence.broken"
    assert "margin/" in finding.facts["reason"]


def test_t14_a_proof_that_spells_ids_by_another_rule_than_the_bundle_fails(tmp_path: Path) -> None:
    """Under `lower` a proof for alice would fit Alice, who is somebody else where ids are taken exactly."""
    made = bundle(case_rule=CaseRule.EXACT)
    pins = Pins(policy=policy(), bundle=opened(tmp_path, made))
    finding = judged(pins, [proof_of("alice", note=note_text(made))])
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")
    assert "exact" in finding.facts["reason"]


@pytest.mark.parametrize("proof_says", CaseRule)
@pytest.mark.parametrize("note_says", CaseRule)
def test_t14_a_proof_under_a_note_of_another_case_rule_fails(proof_says: CaseRule, note_says: CaseRule) -> None:
    """One record of alice would serve Alice too, once the file she is handed says `lower`."""
    proof = replace(proof_of("alice", note=note_text(bundle(), case_rule=note_says)), case_rule=proof_says)
    finding = judged(Pins(policy=policy()), [proof])
    same = proof_says is note_says
    assert finding.outcome == ("PASS" if same else "FAIL")
    assert finding.message == f"publication.identified.{'signed' if same else 'other_note'}"
    assert (finding.expected, finding.actual) == ((None, None) if same else (proof_says, note_says))


# --- every combination


ROOTS: dict[str, tuple[bytes, ...]] = {"no root": (), "root": (ROOT,), "wrong root": (OTHER_ROOT,)}
POLICIES: dict[str, Policy | None] = {
    "no policy": None,
    "keys": policy(),
    "policy root": policy(keys=(), roots=(ROOT,)),
    "policy digest": policy(keys=(), bundles=(DIGEST,)),
    "keys, root and digest": policy(roots=(ROOT,), bundles=(DIGEST,)),
    "other issuer": policy(issuer="other.example"),
    "no pins": policy(keys=()),
}
BUNDLES = ("no bundle", "bundle", "unsigned bundle", "other bundle", "edited bundle")
NOTES = {"note": None, "no note": "", "spoiled note": spoiled(note_text(bundle()))}
FAILS = {"wrong root", "other issuer", "other bundle", "edited bundle"}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OpenBundle | None]:
    folder = tmp_path_factory.mktemp("bundles")
    rows = bundle().liabilities
    edited = bundle(liabilities=(*rows[:-1], replace(rows[-1], total=1)))
    other = bundle(liabilities=rows[1:], commitments_root=root_of(trees()[1:]))
    return {
        "no bundle": None,
        "bundle": opened(folder / "a"),
        "unsigned bundle": opened(folder / "b", unsigned=True),
        "other bundle": opened(folder / "c", other),
        "edited bundle": opened(folder / "d", edited),
    }


def by_bundle(rules: str, shown: str) -> str:
    """Say what a bundle that agrees with the proof is worth under a policy."""
    named = rules in {"policy digest", "keys, root and digest"}
    signed = rules.startswith("keys") and shown == "bundle"
    return "PASS" if named or signed else "INCONCLUSIVE"


def by_policy(rules: str, note: str) -> str:
    """Say what a policy is worth that has something to say of the proof."""
    if rules in {"policy root", "keys, root and digest"}:
        return "PASS"
    return {"note": "PASS", "no note": "INCONCLUSIVE", "spoiled note": "FAIL"}[note]


def held(root: str, rules: str, shown: str, note: str) -> str:
    """Say what the worst of the pins is that are given; without any, nothing is decided."""
    if {root, rules, shown} & FAILS:
        return "FAIL"
    outcomes = {"PASS"} if root == "root" else set()
    if shown != "no bundle":
        outcomes.add(by_bundle(rules, shown))
    if rules in {"keys", "policy root", "keys, root and digest"}:
        outcomes.add(by_policy(rules, note))
    return next((outcome for outcome in ("FAIL", "INCONCLUSIVE", "PASS") if outcome in outcomes), "INCONCLUSIVE")


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("rules", POLICIES)
def test_t34_t35_t38_every_combination_of_pins(bundles: dict[str, OpenBundle | None], root: str, rules: str) -> None:
    """Any pin that fails makes FAIL; else any that is open leaves it open; only when all hold it is PASS."""
    for shown, note in itertools.product(BUNDLES, NOTES):
        pins = Pins(POLICIES[rules], bundles[shown], ROOTS[root])
        outcome = judged(pins, [proof_of("alice", note=NOTES[note])]).outcome
        assert outcome == held(root, rules, shown, note), (root, rules, shown, note)


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("rules", POLICIES)
def test_t34_t35_one_more_pin_never_makes_more_of_a_proof(
    bundles: dict[str, OpenBundle | None], root: str, rules: str
) -> None:
    """Where something passes with a bundle beside it, it passes without, unless the bundle was the only pin."""
    rank = ["FAIL", "INCONCLUSIVE", "PASS"]
    for shown, note in itertools.product(BUNDLES[1:], NOTES):
        proofs = [proof_of("alice", note=NOTES[note])]
        with_it = judged(Pins(POLICIES[rules], bundles[shown], ROOTS[root]), proofs).outcome
        without = judged(Pins(POLICIES[rules], None, ROOTS[root]), proofs).outcome
        alone = root == "no root" and rules in {"no policy", "policy digest", "no pins"}
        assert alone or rank.index(with_it) <= rank.index(without), (shown, note)


def test_t34_a_root_given_by_hand_is_not_excused_by_one_of_the_policys() -> None:
    assert said(Pins(policy=policy(roots=(ROOT,)), roots=(OTHER_ROOT,))) == ("FAIL", "other_root")


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("", "INCONCLUSIVE"),
        (note_text(bundle(), STRANGERS_KEY), "INCONCLUSIVE"),
        (spoiled(note_text(bundle())), "FAIL"),
    ],
    ids=["none", "a stranger's", "spoiled"],
)
def test_t34_t39_a_root_given_by_hand_does_not_excuse_the_policy(note: str, expected: str) -> None:
    """Whoever copied the root from the issuer's page, and has the issuer's key, wants both to be true."""
    assert said(Pins(policy=policy(), roots=(ROOT,)), [proof_of("alice", note=note)])[0] == expected
    assert said(Pins(policy=policy(keys=(), roots=(ROOT,)), roots=(ROOT,)), [proof_of("alice", note=note)])[0] == "PASS"


# --- two bundles for one instant


def second(tmp_path: Path, key: Ed25519PrivateKey = SIGNING_KEY) -> OpenBundle:
    """Open another bundle of the same trees: for its readers, the issuer left the house accounts out."""
    made = bundle(reserves=bundle().reserves[:2])
    return opened(tmp_path, made, note_text(made, key))


def test_t35_a_bundle_that_the_signed_note_does_not_name_fails(tmp_path: Path) -> None:
    other = second(tmp_path)
    finding = judged(Pins(policy=policy(), bundle=other))
    assert (finding.outcome, finding.message) == ("FAIL", "publication.identified.other_bundle")
    assert (finding.expected, finding.actual) == (str(other.digest), str(DIGEST))


@pytest.mark.parametrize(
    "options", [{"roots": (ROOT,)}, {"bundles": (DIGEST,)}, {"roots": (ROOT,), "bundles": (DIGEST,)}]
)
def test_t35_nothing_else_that_the_policy_names_excuses_a_second_bundle(
    tmp_path: Path, options: dict[str, object]
) -> None:
    other = second(tmp_path)
    for rules in (policy(**options), policy(**{**options, "bundles": (other.digest,)})):
        for roots in ((), (ROOT,)):
            assert said(Pins(rules, other, roots)) == ("FAIL", "other_bundle")


def test_t35_a_bundle_that_supersedes_the_one_of_the_note_is_no_second_one(tmp_path: Path) -> None:
    """A correction says of itself what it corrects, so that nobody is shown another list unawares."""
    made = bundle(sequence=2, previous=DIGEST, supersedes=DIGEST)
    assert said(Pins(policy=policy(), bundle=opened(tmp_path / "a", made))) == ("PASS", "signed")
    for number, supersedes in enumerate((None, Digest(bytes(32)))):
        other = replace(made, supersedes=supersedes)
        pins = Pins(policy=policy(), bundle=opened(tmp_path / str(number), other))
        assert said(pins) == ("FAIL", "other_bundle")


def test_t35_a_note_of_the_correction_beside_the_first_bundle_fails(tmp_path: Path) -> None:
    """Whoever is shown what was corrected afterwards has an old list."""
    correction = bundle(sequence=2, previous=DIGEST, supersedes=DIGEST)
    pins = Pins(policy=policy(), bundle=opened(tmp_path))
    assert said(pins, [proof_of("alice", note=note_text(correction))]) == ("FAIL", "other_bundle")


def test_t35_one_of_several_proofs_that_names_another_bundle_fails(tmp_path: Path) -> None:
    other = second(tmp_path)
    proofs = [proof_of("alice", note=note_text(other.bundle)), proof_of("alice")]
    for order in (proofs, proofs[::-1]):
        assert said(Pins(policy=policy(), bundle=other), order) == ("FAIL", "other_bundle")
    assert said(Pins(policy=policy(), bundle=other), proofs[:1]) == ("PASS", "signed")


def test_t35_t39_what_a_stranger_signed_is_no_second_bundle(tmp_path: Path) -> None:
    """Anybody can sign that there is another bundle; it counts only from a key of the policy."""
    stranger = proof_of("alice", note=note_text(bundle(), STRANGERS_KEY))
    assert said(Pins(policy=policy(), bundle=second(tmp_path / "a")), [stranger]) == ("INCONCLUSIVE", "missing")
    pinned = policy(keys=(), bundles=(second(tmp_path / "b").digest,))
    assert said(Pins(policy=pinned, bundle=second(tmp_path / "c"))) == ("PASS", "pinned")


def test_t35_without_a_policy_nobody_says_which_bundle_is_the_issuers(tmp_path: Path) -> None:
    assert said(Pins(bundle=second(tmp_path))) == ("INCONCLUSIVE", "missing")
    assert said(Pins(bundle=second(tmp_path), roots=(ROOT,))) == ("INCONCLUSIVE", "missing")


def test_t35_two_second_bundles_are_named_in_one_order(tmp_path: Path) -> None:
    digests = [Digest(bytes([fill]) * 32) for fill in (1, 2)]
    proofs = [proof_of("alice", note=note_text(bundle(), bundle_digest=digest)) for digest in digests]
    named = {judged(Pins(policy=policy(), bundle=opened(tmp_path)), order).actual for order in (proofs, proofs[::-1])}
    assert len(named) == 1


# --- several proofs, and what leads to no root


def test_t38_trees_under_two_roots_fail() -> None:
    proof = proof_of("alice")
    other = replace(proof, trees=(proof_of("alice", [trees()[-1]]).trees[0],), count=1)
    assert said(Pins(roots=(ROOT,)), [proof, other]) == ("FAIL", "broken")


def test_t68_a_proof_without_trees_fails() -> None:
    empty = replace(proof_of("alice"), trees=())
    for pins in (Pins(), Pins(policy=policy()), Pins(roots=(ROOT,))):
        assert said(pins, [empty]) == ("FAIL", "broken")


@pytest.mark.parametrize("count", [1, 2, 3, 5, 2**32 - 1])
def test_t13_another_number_of_commitments_leads_elsewhere(count: int) -> None:
    outcome, _ = said(Pins(roots=(ROOT,)), [replace(proof_of("alice"), count=count)])
    assert outcome == "FAIL"


def opening_changed(position: int = 0, opening: tuple[bytes, ...] | None = None) -> InclusionProof:
    proof = proof_of("alice")
    tree = proof.trees[0]
    changed = replace(tree, position=tree.position + position, opening=tree.opening if opening is None else opening)
    return replace(proof, trees=(changed, *proof.trees[1:]))


@pytest.mark.parametrize(
    "proof",
    [
        opening_changed(position=1),
        opening_changed(position=3),
        opening_changed(opening=()),
        opening_changed(opening=proof_of("alice").trees[0].opening[:-1]),
        opening_changed(opening=(*proof_of("alice").trees[0].opening, bytes(32))),
        opening_changed(opening=proof_of("alice").trees[0].opening[::-1]),
        opening_changed(opening=(b"short",)),
    ],
)
def test_t13_t17_an_opening_that_does_not_fit_fails(proof: InclusionProof) -> None:
    assert said(Pins(roots=(ROOT,)), [proof])[0] == "FAIL"


def test_t34_a_tree_of_the_cheats_own_has_another_root() -> None:
    fake = grow("spot", ETH, [("alice", 50 * 10**18), ("ghost", 1)])
    assert said(Pins(roots=(ROOT,)), [proof_of("alice", [fake])]) == ("FAIL", "other_root")
    assert said(Pins(policy=policy()), [proof_of("alice", [fake])]) == ("FAIL", "other_note")


def test_two_proofs_one_of_them_without_note() -> None:
    proofs = [proof_of("alice", note=""), proof_of("alice")]
    assert said(Pins(policy=policy()), proofs) == ("PASS", "signed")


def test_t35_two_proofs_one_with_a_note_of_another_root_fail() -> None:
    proofs = [proof_of("alice"), proof_of("alice", note=note_text(bundle(), commitments_root=OTHER_ROOT))]
    assert said(Pins(policy=policy()), proofs) == ("FAIL", "other_note")
    assert said(Pins(policy=policy()), proofs[::-1]) == ("FAIL", "other_note")


def test_two_proofs_one_signed_by_a_stranger_are_undecided() -> None:
    proofs = [proof_of("alice"), proof_of("alice", note=note_text(bundle(), STRANGERS_KEY))]
    assert said(Pins(policy=policy()), proofs) == ("INCONCLUSIVE", "missing")
