"""Who stands behind the bundle, since when, and is everybody shown the same one?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from por.checks import publication
from por.checks.observation import Missing
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.model import CaseRule, Digest
from tests.checks import registry_scenery
from tests.checks.scenery import (
    SNAPSHOT,
    STRANGERS_KEY,
    bundle,
    examined,
    files,
    listed,
    note_text,
    one,
    policy,
    with_account,
)
from tests.checks.test_note import spoiled

DIGEST = digest_of(bundle_v1.write(bundle()))


def test_t34_a_bundle_signed_by_the_policys_key_is_identified(tmp_path: Path) -> None:
    finding = one(publication.identified(examined(tmp_path)))
    assert (finding.outcome, finding.message, finding.subject) == (
        "PASS",
        "publication.identified.signed",
        SNAPSHOT,
    )


def test_t34_a_bundle_named_by_the_policy_is_identified_without_signature(tmp_path: Path) -> None:
    rules = policy(keys=(), bundles=(DIGEST,))
    finding = one(publication.identified(examined(tmp_path, rules=rules)))
    assert (finding.outcome, finding.message) == ("PASS", "publication.identified.pinned")
    assert finding.facts["pin"] == str(DIGEST)


@pytest.mark.parametrize(
    "options",
    [
        {"rules": policy(keys=())},
        {"rules": policy(keys=(), bundles=(Digest(b"\x05" * 32),))},
        {"rules": policy(keys=(), roots=(bundle().commitments_root,))},
        {"note": note_text(bundle(), STRANGERS_KEY)},
    ],
    ids=["no pin", "another bundle named", "only the root named", "a stranger's signature"],
)
def test_t34_t39_without_a_pin_that_fits_nothing_is_decided(tmp_path: Path, options: dict[str, object]) -> None:
    """A commitments root names what is owed; it says nothing of the accounts in the bundle."""
    finding = one(publication.identified(examined(tmp_path, **options)))  # type: ignore[arg-type]
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")


def test_t39_a_bundle_without_note_is_undecided(tmp_path: Path) -> None:
    examination = replace(examined(tmp_path), note=Missing("there is no bundle.note"))
    finding = one(publication.identified(examination))
    assert (finding.outcome, finding.message) == ("INCONCLUSIVE", "evidence.missing")


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (spoiled(note_text(bundle())), "evidence.broken"),
        ("", "evidence.broken"),
        (note_text(bundle(sequence=2, previous=DIGEST)), "publication.identified.other_note"),
        (note_text(bundle(), commitments_root=bytes(32)), "publication.identified.other_note"),
        (note_text(bundle(), bundle_digest=Digest(bytes(32))), "publication.identified.other_note"),
        (note_text(bundle(), case_rule=CaseRule.EXACT), "publication.identified.other_note"),
    ],
    ids=["spoiled", "empty", "an older note", "another root", "another digest", "another case rule"],
)
def test_t14_t36_t38_t42_a_note_that_does_not_fit_fails(tmp_path: Path, note: str, message: str) -> None:
    finding = one(publication.identified(examined(tmp_path, note=note)))
    assert (finding.outcome, finding.message) == ("FAIL", message)


def test_t42_any_change_of_the_bundle_needs_another_note(tmp_path: Path) -> None:
    changed = listed(with_account("house", control=None), files())
    finding = one(publication.identified(examined(tmp_path, changed, note=note_text(bundle()))))
    assert (finding.outcome, finding.message) == ("FAIL", "publication.identified.other_note")
    assert finding.expected == str(digest_of(bundle_v1.write(changed)))
    assert finding.actual == str(DIGEST)


@pytest.mark.parametrize("note", [spoiled(note_text(bundle())), "", "no note"], ids=["spoiled", "empty", "malformed"])
def test_t39_t42_a_bundle_named_by_the_policy_fails_beside_a_bad_signature_by_its_key(
    tmp_path: Path, note: str
) -> None:
    """What a known key did not sign, somebody put there under its name."""
    finding = one(publication.identified(examined(tmp_path, note=note, rules=policy(bundles=(DIGEST,)))))
    assert (finding.outcome, finding.message) == ("FAIL", "evidence.broken")


@pytest.mark.parametrize(
    "note",
    [note_text(bundle(), STRANGERS_KEY), spoiled(note_text(bundle(), STRANGERS_KEY))],
    ids=["a stranger's", "a stranger's, spoiled"],
)
def test_t34_a_bundle_named_by_the_policy_needs_no_signature_by_a_key_of_it(tmp_path: Path, note: str) -> None:
    for number, rules in enumerate((policy(bundles=(DIGEST,)), policy(keys=(), bundles=(DIGEST,)))):
        finding = one(publication.identified(examined(tmp_path / str(number), note=note, rules=rules)))
        assert (finding.outcome, finding.message) == ("PASS", "publication.identified.pinned")


@pytest.mark.parametrize("bundles", [(), (DIGEST,)])
def test_t38_another_issuers_bundle_fails_even_when_it_is_named(tmp_path: Path, bundles: tuple[Digest, ...]) -> None:
    rules = policy(issuer="other.example", bundles=bundles)
    finding = one(publication.identified(examined(tmp_path, rules=rules)))
    assert (finding.outcome, finding.message) == ("FAIL", "publication.identified.other_issuer")
    assert (finding.expected, finding.actual) == ("other.example", "exchange.example")


def test_t35_t40_without_registry_nothing_is_anchored_or_unequivocal(tmp_path: Path) -> None:
    examination = examined(tmp_path)
    for ask, name in ((publication.anchored, "anchored"), (publication.unequivocal, "unequivocal")):
        finding = one(ask(examination))
        assert (finding.check, finding.outcome) == (f"publication.{name}", "INCONCLUSIVE")
        assert finding.message == f"publication.{name}.no_registry"


def test_t40_a_bundle_that_names_an_account_is_judged_as_before_where_no_registry_is_asked(tmp_path: Path) -> None:
    examination = examined(tmp_path, registry_scenery.bundle())
    assert one(publication.identified(examination)).message == "publication.identified.signed"
    assert one(publication.anchored(examination)).message == "publication.anchored.no_registry"
