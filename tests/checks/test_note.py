"""The issuer's signed note: by a key of the policy, and saying exactly what it must."""

from __future__ import annotations

import pytest

from por.checks.note import note_finding, pinned, read_note, read_signatures
from por.checks.observation import Broken, Missing, Observation, Seen
from por.errors import FormatError
from por.model import CaseRule, Digest
from por.proofs.signed_note import BundleNote, NoteContents, sign, verifier_key
from tests.checks.scenery import (
    ISSUER,
    KEY,
    SIGNING_KEY,
    SNAPSHOT,
    STRANGERS_KEY,
    bundle,
    note_text,
)

WANTED = BundleNote(ISSUER, SNAPSHOT, Digest(b"\x01" * 32), b"\x02" * 32, CaseRule.LOWER)
STRANGER = str(verifier_key(ISSUER, STRANGERS_KEY))


def signed(key: object = SIGNING_KEY, **changes: object) -> str:
    said = {"bundle_digest": WANTED.bundle_digest, "commitments_root": WANTED.commitments_root, **changes}
    return note_text(bundle(), key, **said)  # type: ignore[arg-type]


def judged(note: Observation[NoteContents]) -> tuple[str, str]:
    finding = note_finding(SNAPSHOT, note, WANTED)
    assert (finding.check, finding.subject) == ("publication.identified", SNAPSHOT)
    return str(finding.outcome), finding.message


def test_a_note_by_a_known_key_passes_and_names_the_key() -> None:
    finding = note_finding(SNAPSHOT, read_signatures(signed(), [KEY]), WANTED)
    assert (finding.outcome, finding.message) == ("PASS", "publication.identified.signed")
    assert finding.facts["pin"] == KEY.rpartition("+")[0]


@pytest.mark.parametrize("keys", [(), (STRANGER,)])
def test_t34_t39_a_note_by_unknown_keys_alone_is_undecided(keys: tuple[str, ...]) -> None:
    assert judged(read_signatures(signed(), keys)) == ("INCONCLUSIVE", "evidence.missing")


def test_t39_one_known_key_among_unknown_ones_will_do() -> None:
    by_both = signed() + signed(STRANGERS_KEY).rpartition("\n\n")[2]
    assert judged(read_signatures(by_both, [KEY])) == ("PASS", "publication.identified.signed")
    both = read_signatures(by_both, [KEY, STRANGER])
    assert isinstance(both, Seen)
    assert len(both.value.names) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"bundle_digest": Digest(b"\x09" * 32)},
        {"commitments_root": bytes(32)},
        {"case_rule": CaseRule.EXACT},
        {"snapshot": f"{ISSUER}@2026-10-01T12:00:00Z"},
        {"issuer": "other.example", "snapshot": SNAPSHOT.replace(ISSUER, "other.example")},
    ],
)
def test_t34_t36_t38_a_note_that_says_anything_else_fails(changes: dict[str, object]) -> None:
    assert judged(read_signatures(signed(**changes), [KEY])) == ("FAIL", "publication.identified.other_note")


@pytest.mark.parametrize(
    ("changes", "expected", "actual"),
    [
        ({"case_rule": CaseRule.EXACT}, "lower", "exact"),
        ({"commitments_root": bytes(32)}, "02" * 32, "00" * 32),
        (
            {"commitments_root": bytes(32), "case_rule": CaseRule.EXACT},
            f"{'02' * 32}, lower",
            f"{'00' * 32}, exact",
        ),
    ],
)
def test_what_differs_is_named_and_nothing_else(changes: dict[str, object], expected: str, actual: str) -> None:
    finding = note_finding(SNAPSHOT, read_signatures(signed(**changes), [KEY]), WANTED)
    assert (finding.expected, finding.actual) == (expected, actual)


def test_t36_an_unknown_keys_note_of_another_bundle_fails_too() -> None:
    other = signed(STRANGERS_KEY, bundle_digest=Digest(b"\x09" * 32))
    assert judged(read_signatures(other, [KEY])) == ("FAIL", "publication.identified.other_note")


def spoiled(note: str) -> str:
    head, _, last = note.rstrip("\n").rpartition(" ")
    return f"{head} {last[:20]}{'B' if last[20] == 'A' else 'A'}{last[21:]}\n"


SPOILED = {
    "spoiled signature": spoiled(signed()),
    "text changed under the signature": signed().replace("por/bundle/v1\n", "por/bundle/v2\n"),
    "root changed under the signature": signed().replace("02" * 32, "03" * 32),
    "no signature": signed().rpartition("\n\n")[0] + "\n",
    "empty": "",
    "no line feed": signed().rstrip("\n"),
    "signed twice": signed() + signed().rpartition("\n\n")[2],
    "control character": signed().replace("por/bundle", "por\x07/bundle"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_t39_a_bad_signature_of_a_known_key_or_no_note_fails(what: str) -> None:
    seen = read_signatures(SPOILED[what], [KEY])
    assert isinstance(seen, Broken)
    assert judged(seen) == ("FAIL", "evidence.broken")


def test_t39_a_spoiled_signature_of_an_unknown_key_shows_nothing() -> None:
    assert judged(read_signatures(spoiled(signed(STRANGERS_KEY)), [KEY])) == ("INCONCLUSIVE", "evidence.missing")


@pytest.mark.parametrize("text", ["hello\n", "por/bundle/v1\n", "por/bundle/v2\na\nb\nc\nd\n"])
def test_t70_a_well_signed_note_of_another_form_fails(text: str) -> None:
    seen = read_signatures(sign(text, ISSUER, SIGNING_KEY), [KEY])
    assert isinstance(seen, Seen)
    assert isinstance(read_note(seen.value), Broken)
    assert judged(seen) == ("FAIL", "evidence.broken")


def test_an_absent_note_is_undecided() -> None:
    assert judged(Missing("no bundle.note")) == ("INCONCLUSIVE", "evidence.missing")


def test_a_malformed_key_of_the_policy_is_the_policys_fault() -> None:
    with pytest.raises(FormatError):
        read_signatures(signed(), ["exchange.example+00000000+AAAA"])


def test_pinned_says_what_pins() -> None:
    finding = pinned(SNAPSHOT, "publication.identified.pinned", "the pin")
    assert (finding.outcome, finding.facts) == ("PASS", {"pin": "the pin"})
