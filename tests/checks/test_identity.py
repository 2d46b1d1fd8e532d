"""Does the issuer's own domain name what stands for its name here?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from por.checks import publication
from por.checks.identity import Standing, bound
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.verify import verify
from por.encoding import identity_v1
from por.encoding.digests import digest_of
from por.model import Bundle, ChainAccount, Finding, Policy, Waiver
from por.model.identity import AnchoringAccount, Identity
from por.proofs.signed_note import verifier_key
from tests.checks import scenery
from tests.checks.registry_scenery import ACCOUNT, ISSUERS, REGISTRY, THIEFS, anchored, bundle, policy
from tests.checks.scenery import AN_HOUR_LATER, CHAIN, ISSUER, KEY, SNAPSHOT, STRANGERS_KEY, note_text, one, sources

OTHER_KEY = str(verifier_key(ISSUER, STRANGERS_KEY))
HERE = AnchoringAccount(REGISTRY, ACCOUNT)
ELSEWHERE = AnchoringAccount(ChainAccount(CHAIN, "0x" + "99" * 20), ACCOUNT)
THIEF = AnchoringAccount(REGISTRY, ChainAccount(CHAIN, THIEFS))
SAID = Identity(ISSUER, (KEY,), (HERE,))


def judged(
    folder: Path,
    identity: Observation[Identity] | None,
    made: Bundle | None = None,
    rules: Policy | None = None,
    **more: Any,
) -> Finding:
    chosen = policy() if rules is None else rules
    asked = anchored().source()
    examination = scenery.examined(folder, bundle() if made is None else made, rules=chosen, source=asked, **more)
    return one(publication.bound(replace(examination, identity=identity)))


def said(finding: Finding) -> tuple[str, str]:
    return str(finding.outcome), finding.message.rpartition(".")[2]


def test_a_domain_that_names_key_and_address_binds_the_name(tmp_path: Path) -> None:
    finding = judged(tmp_path, Seen(SAID))
    assert said(finding) == ("PASS", "named")
    assert (finding.check, finding.subject, finding.required) == ("publication.bound", SNAPSHOT, True)
    assert finding.actual == f"{KEY}, {ACCOUNT} in {REGISTRY}"
    assert finding.facts["document"] == str(digest_of(identity_v1.write(SAID)))


IDENTITIES: dict[str, tuple[Identity, tuple[str, str]]] = {
    "more keys and addresses": (Identity(ISSUER, (OTHER_KEY, KEY), (THIEF, HERE)), ("PASS", "named")),
    "another issuer": (Identity("other.example", (KEY,), (HERE,)), ("FAIL", "other_issuer")),
    "another key": (Identity(ISSUER, (OTHER_KEY,), (HERE,)), ("FAIL", "other")),
    "no key": (Identity(ISSUER, (), (HERE,)), ("FAIL", "other")),
    "another address": (Identity(ISSUER, (KEY,), (THIEF,)), ("FAIL", "other")),
    "another registry": (Identity(ISSUER, (KEY,), (ELSEWHERE,)), ("FAIL", "other")),
    "no address": (Identity(ISSUER, (KEY,), ()), ("FAIL", "other")),
    "nothing": (Identity(ISSUER, (), ()), ("FAIL", "other")),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_t39_a_domain_that_names_others_does_not_bind(tmp_path: Path, name: str) -> None:
    identity, expected = IDENTITIES[name]
    assert said(judged(tmp_path, Seen(identity))) == expected


def test_t39_what_is_not_named_and_what_is_are_told(tmp_path: Path) -> None:
    finding = judged(tmp_path / "a", Seen(Identity(ISSUER, (OTHER_KEY,), (THIEF,))))
    assert finding.expected == f"{KEY}, {ACCOUNT} in {REGISTRY}"
    assert finding.actual == f"{OTHER_KEY}, eip155:1:{THIEFS} in {REGISTRY}"
    finding = judged(tmp_path / "b", Seen(Identity(ISSUER, (), ())))
    assert finding.actual == "nothing"


def test_only_keys_that_signed_are_looked_for(tmp_path: Path) -> None:
    """A policy may name an old key beside the new one."""
    rules = policy(keys=(OTHER_KEY, KEY))
    assert said(judged(tmp_path / "a", Seen(SAID), rules=rules)) == ("PASS", "named")
    note = note_text(bundle(), STRANGERS_KEY)
    assert said(judged(tmp_path / "b", Seen(SAID), rules=rules, note=note)) == ("FAIL", "other")


def test_without_a_registry_the_account_that_the_bundle_names_is_looked_for(tmp_path: Path) -> None:
    rules = policy(registry=None)
    for number, (anchors, outcome) in enumerate((((HERE,), "PASS"), ((ELSEWHERE,), "PASS"), ((THIEF,), "FAIL"))):
        found = judged(tmp_path / str(number), Seen(Identity(ISSUER, (KEY,), anchors)), rules=rules)
        assert found.outcome == outcome
    made = bundle(anchored_by=None)
    found = judged(tmp_path / "none", Seen(Identity(ISSUER, (KEY,), ())), made, rules=rules)
    assert (found.outcome, found.actual) == ("PASS", KEY)


def test_t68_where_nothing_stands_for_the_name_nothing_is_bound(tmp_path: Path) -> None:
    rules = policy(registry=None, keys=())
    finding = judged(tmp_path, Seen(SAID), bundle(anchored_by=None), rules=rules)
    assert (finding.outcome, finding.message, finding.required) == ("INCONCLUSIVE", "evidence.missing", True)
    assert "nothing to compare" in finding.facts["reason"]


# --- not given


def test_a_name_without_document_is_unverified_and_decides_nothing(tmp_path: Path) -> None:
    finding = judged(tmp_path, None)
    assert said(finding) == ("INCONCLUSIVE", "unverified")
    assert (finding.required, finding.facts["issuer"]) == (False, ISSUER)


def test_a_policy_may_require_it(tmp_path: Path) -> None:
    rules = policy(require=("publication.bound",))
    finding = judged(tmp_path, None, rules=rules)
    assert (finding.outcome, finding.required) == ("INCONCLUSIVE", True)


@pytest.mark.parametrize(("seen", "outcome"), [(Missing("no answer"), "INCONCLUSIVE"), (Broken("b"), "FAIL")])
def test_t64_a_document_that_was_asked_for_and_not_had_is_undecided(
    tmp_path: Path, seen: Observation[Identity], outcome: str
) -> None:
    finding = judged(tmp_path, seen)
    assert (finding.outcome, finding.required) == (outcome, True)


@pytest.mark.parametrize(
    ("identity", "require", "exit_code"),
    [
        (None, (), 0),
        (None, ("publication.bound",), 3),
        (Seen(SAID), (), 0),
        (Seen(SAID), ("publication.bound",), 0),
        (Seen(IDENTITIES["another key"][0]), (), 1),
        (Missing("no answer"), (), 3),
    ],
)
def test_every_verdict_says_whether_the_name_is_bound(
    tmp_path: Path, identity: Observation[Identity] | None, require: tuple[str, ...], exit_code: int
) -> None:
    opened = scenery.open_in(tmp_path / "bundle", bundle())
    records = scenery.write_records(tmp_path / "records.csv")
    verdict = verify(
        opened,
        policy(require=require),
        sources(anchored().source()),
        now=AN_HOUR_LATER,
        records=records,
        identity=identity,
    )
    assert len(verdict.of("publication.bound")) == 1
    assert verdict.exit_code == exit_code


def test_t69_a_waiver_hides_no_other_domain(tmp_path: Path) -> None:
    opened = scenery.open_in(tmp_path / "bundle", bundle())
    rules = policy(profile="job", waivers=(Waiver("publication.bound", "we never look"),))
    for identity, exit_code in ((Seen(IDENTITIES["another key"][0]), 1), (Missing("no answer"), 0)):
        asked = sources(anchored().source())
        verdict = verify(opened, rules, asked, now=AN_HOUR_LATER, identity=identity)
        assert verdict.exit_code == exit_code


def test_an_account_without_known_registry_is_named_alone() -> None:
    standing = Standing(ISSUER, (), ChainAccount(CHAIN, ISSUERS), None)
    finding = bound("s", standing, Seen(Identity(ISSUER, (), ())), required=False)
    assert (finding.outcome, finding.expected) == ("FAIL", str(ACCOUNT))
