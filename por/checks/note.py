"""Judge the issuer's signed note: which of the policy's keys signed it, and whether it says what it must."""

from collections.abc import Sequence

from por.checks.observation import Missing, Observation, Seen, observe, unseen
from por.model import Finding, Outcome
from por.proofs.signed_note import (
    BundleNote,
    NoteContents,
    VerifierKey,
    bundle_note_text,
    read_bundle_note_text,
    signers,
)


def read_signatures(text: str, keys: Sequence[str]) -> Observation[NoteContents]:
    """Read a signed note with the policy's keys; a bad signature by one of them is broken evidence."""
    parsed = [VerifierKey.parse(key) for key in keys]
    return observe(lambda: signers(text, parsed))


def signing_keys(note: Observation[NoteContents], keys: Sequence[str]) -> tuple[str, ...]:
    """Return which of the policy's keys signed a note, in their written form."""
    if not isinstance(note, Seen):
        return ()
    return tuple(key for key in keys if "+".join(key.split("+", 2)[:2]) in note.value.names)


def note_finding(subject: str, note: Observation[NoteContents], wanted: BundleNote) -> Finding:
    """Judge a signed note against what it must say, field by field."""
    if not isinstance(note, Seen):
        return unseen("publication.identified", subject, note)
    said = read_note(note.value)
    if not isinstance(said, Seen):
        return unseen("publication.identified", subject, said)
    if said.value != wanted:
        return _other_note(subject, said.value, wanted)
    if not note.value.names:
        return unseen("publication.identified", subject, Missing("no key that the policy names has signed the note"))
    return pinned(subject, "publication.identified.signed", ", ".join(note.value.names))


def _other_note(subject: str, said: BundleNote, wanted: BundleNote) -> Finding:
    lines = zip(_lines(said), _lines(wanted), strict=True)
    actual, expected = zip(*[(found, other) for found, other in lines if found != other], strict=True)
    message = "publication.identified.other_note"
    return Finding(
        "publication.identified",
        subject,
        Outcome.FAIL,
        message,
        expected=", ".join(expected),
        actual=", ".join(actual),
    )


def _lines(note: BundleNote) -> list[str]:
    text = bundle_note_text(note.issuer, note.snapshot, note.bundle_digest, note.commitments_root, note.case_rule)
    return text.splitlines()


def read_note(note: NoteContents) -> Observation[BundleNote]:
    """Read the body of a signed note; a body of another form is broken evidence."""
    return observe(lambda: read_bundle_note_text(note.text))


def pinned(subject: str, message: str, pin: str) -> Finding:
    """Find PASS for a root or bundle that `pin` authenticates."""
    return Finding("publication.identified", subject, Outcome.PASS, message, facts={"pin": pin})
