"""Signed notes: C2SP's own example, keys and lines that are refused, and what an issuer signs of a bundle."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from por.errors import EvidenceError, FormatError
from por.model import CaseRule, Digest
from por.proofs.signed_note import (
    MAX_CHARACTERS,
    BundleNote,
    NoteContents,
    VerifierKey,
    bundle_note_text,
    private_key_from_text,
    private_key_text,
    read_bundle_note_text,
    sign,
    signers,
    verifier_key,
)
from scripts.proof_vectors.notes import EXAMPLE_KEY, EXAMPLE_NOTE, spoilt_line, vkey
from scripts.proof_vectors.notes import NoteKey as Reference

NAME = "exchange.example"
PRIVATE = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key for tests").digest())
OLD = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"an old key for tests").digest())
KEY, OLD_KEY = verifier_key(NAME, PRIVATE), verifier_key(NAME, OLD)
TEXT = bundle_note_text(NAME, f"{NAME}@2026-11-01T00:00:00Z", Digest(bytes(range(32))), bytes(32), CaseRule.LOWER)
NOTE = sign(TEXT, NAME, PRIVATE)
FIELD = 2**255 - 19
CURVE_D = -121665 * pow(121666, -1, FIELD) % FIELD


def test_the_example_of_the_specification_verifies() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    assert (key.name, key.id.hex()) == ("example.com/foo", "530d903a")
    assert str(key) == EXAMPLE_KEY
    contents = signers(EXAMPLE_NOTE, [key])
    assert contents == NoteContents("This is an example message.\n", ("example.com/foo+530d903a",))


def test_t39_the_example_changed_anywhere_is_refused_or_shows_nobody() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    for at in range(len(EXAMPLE_NOTE)):
        other = EXAMPLE_NOTE[:at] + ("x" if EXAMPLE_NOTE[at] != "x" else "y") + EXAMPLE_NOTE[at + 1 :]
        try:
            contents = signers(other, [key])
        except EvidenceError:
            continue
        assert contents.names == ()


def test_what_is_signed_here_is_what_the_standard_says() -> None:
    reference = Reference(NAME)
    private = reference.private
    assert str(verifier_key(NAME, private)) == reference.written
    assert sign(TEXT, NAME, private) == f"{TEXT}\n{reference.line(TEXT)}"
    public = Ed25519PublicKey.from_public_bytes(KEY.public)
    signature = base64.b64decode(NOTE.split(" ")[-1])[4:]
    public.verify(signature, TEXT.encode())
    with pytest.raises(InvalidSignature):
        public.verify(signature, TEXT.encode() + b"\n")


def test_a_key_that_signed_is_named_with_its_id() -> None:
    assert signers(NOTE, [KEY]) == NoteContents(TEXT, (f"{NAME}+{KEY.id.hex()}",))


def test_t39_keys_are_rotated_by_knowing_both() -> None:
    both = NOTE + sign(TEXT, NAME, OLD).removeprefix(TEXT + "\n")
    assert len(signers(both, [OLD_KEY, KEY]).names) == 2
    assert signers(both, [KEY]).names == signers(both, [KEY, KEY]).names == (f"{NAME}+{KEY.id.hex()}",)
    assert signers(NOTE, [OLD_KEY]).names == ()


def test_t34_a_key_of_the_same_name_is_not_the_key() -> None:
    """A cheat signs with a key of its own under the issuer's name."""
    forged = sign(TEXT, NAME, OLD)
    assert signers(forged, [KEY]) == NoteContents(TEXT, ())


def test_t34_a_cheat_who_copies_name_and_id_is_refused() -> None:
    line = f"— {NAME} {base64.b64encode(KEY.id + OLD.sign(TEXT.encode())).decode()}\n"
    with pytest.raises(EvidenceError, match="not of this text"):
        signers(f"{TEXT}\n{line}", [KEY])


def test_no_keys_show_nobody() -> None:
    assert signers(NOTE, []) == NoteContents(TEXT, ())


def test_two_different_keys_that_one_signature_could_be_of_are_refused() -> None:
    class Colliding(VerifierKey):
        @property
        def id(self) -> bytes:
            return b"same"

    with pytest.raises(FormatError, match="one name and one id"):
        signers(NOTE, [Colliding(NAME, KEY.public), Colliding(NAME, OLD_KEY.public)])


def test_t48_every_flipped_bit_of_a_signature_is_refused() -> None:
    raw = base64.b64decode(NOTE.split(" ")[-1])
    for at in range(4, len(raw)):
        other = raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :]
        with pytest.raises(EvidenceError):
            signers(f"{TEXT}\n— {NAME} {base64.b64encode(other).decode()}\n", [KEY])


def test_t39_a_flipped_key_id_is_another_key() -> None:
    raw = base64.b64decode(NOTE.split(" ")[-1])
    other = bytes([raw[0] ^ 1]) + raw[1:]
    assert signers(f"{TEXT}\n— {NAME} {base64.b64encode(other).decode()}\n", [KEY]).names == ()


def test_t42_a_text_that_was_added_to_is_refused() -> None:
    for other in ("more\n" + NOTE, NOTE.replace("\n\n", "\nmore\n\n"), NOTE.replace("\n\n", "\n\n\n")):
        with pytest.raises(EvidenceError):
            signers(other, [KEY])


def test_t34_one_bad_signature_of_a_known_key_spoils_the_note() -> None:
    bad = spoilt_line(Reference("witness.example"), TEXT)
    assert signers(NOTE + bad, [KEY]).names == (f"{NAME}+{KEY.id.hex()}",)
    with pytest.raises(EvidenceError, match=r"witness\.example"):
        signers(NOTE + bad, [KEY, VerifierKey.parse(Reference("witness.example").written)])


def test_t84_limits_of_size_and_number() -> None:
    strangers = [Reference(f"w{i}.example").line(TEXT) for i in range(16)]
    assert signers(NOTE + "".join(strangers[:15]), [KEY]).names
    with pytest.raises(EvidenceError, match="17 signature lines; 1 to 16"):
        signers(NOTE + "".join(strangers), [KEY])
    with pytest.raises(EvidenceError, match="at most 65536 are read"):
        signers("a" * MAX_CHARACTERS + NOTE, [KEY])


SLOPPY = [
    "",
    "\n",
    "\n\n",
    TEXT,
    TEXT + "\n",
    TEXT + "\n\n",
    NOTE[:-1],
    NOTE + "\n",
    NOTE + " \n",
    "\n" + NOTE.replace(TEXT, ""),
    NOTE.replace("— ", "— " * 2),
    NOTE.replace("— ", "—"),
    NOTE.replace("— ", "– "),
    NOTE.replace("— ", " — "),
    NOTE.replace("— ", "—\u00a0"),
    NOTE[:-1] + " \n",
    NOTE[:-1] + "=\n",
    NOTE[:-2] + "\n",
    NOTE.replace("\n", "\r\n"),
    NOTE.replace("\n", "\r"),
    NOTE.replace("por", "p\x00r"),
    NOTE.replace("por", "p\tr"),
    NOTE.replace("por", "p\x7fr"),
    NOTE.replace("por", "p\x85r"),
    NOTE.replace("por", "p\u200br"),
    NOTE.replace("por", "p\u2028r"),
    NOTE.replace("por", "p\ud800r"),
    NOTE + f"— {NAME}\n",
    NOTE + f"— {NAME} \n",
    NOTE + f"— {NAME} AAAA\n",
    NOTE + f"— {NAME} !!!!\n",
    NOTE + "— +name AAAAAAAA\n",
    NOTE + "— a\u2003b AAAAAAAA\n",
    NOTE + "—  AAAAAAAA\n",
    NOTE + "— " + "n" * 256 + " AAAAAAAA\n",
    NOTE + "— ünï AAAA\u0661AAA\n",
]


@pytest.mark.parametrize("note", SLOPPY)
def test_t86_a_sloppy_note_is_refused(note: str) -> None:
    with pytest.raises(EvidenceError):
        signers(note, [KEY])


@pytest.mark.parametrize(
    "text", ["", "no line feed", "a\r\n", "a\x00\n", "a\u202e\n", "a\ud800\n", "a" * MAX_CHARACTERS + "\n"]
)
def test_a_text_that_no_note_may_hold_is_not_signed(text: str) -> None:
    with pytest.raises(FormatError):
        sign(text, NAME, PRIVATE)


@pytest.mark.parametrize("text", ["\n", "a\n", "a\n\n", "\n\n\n", "a\n\nb\n", "— name AAAAAAAA\n", "— a b\n\n— c d\n"])
def test_a_text_that_looks_like_something_else_is_read_back(text: str) -> None:
    assert signers(sign(text, NAME, PRIVATE), [KEY]).text == text


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\n", "a\u200b", "\ud800", "n" * 256])
def test_a_name_that_no_key_may_have(name: str) -> None:
    with pytest.raises(FormatError):
        verifier_key(name, PRIVATE)
    with pytest.raises(FormatError):
        sign(TEXT, name, PRIVATE)
    with pytest.raises(FormatError):
        private_key_text(name, PRIVATE)


@pytest.mark.parametrize("name", ["a", "exchange.example", "example.com/foo", "ünïcode", "n" * 255, "PRIVATE", "—"])
def test_a_name_that_a_key_may_have(name: str) -> None:
    key = verifier_key(name, PRIVATE)
    assert VerifierKey.parse(str(key)) == key
    assert signers(sign(TEXT, name, PRIVATE), [key]).names == (f"{name}+{key.id.hex()}",)
    read_name, private = private_key_from_text(private_key_text(name, PRIVATE))
    assert (read_name, private.private_bytes_raw()) == (name, PRIVATE.private_bytes_raw())


def curve_sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x1, y1), (x2, y2) = one, other
    product = CURVE_D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + product, -1, FIELD) % FIELD,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, FIELD) % FIELD,
    )


def points_at(height: int) -> list[tuple[int, int]]:
    square = (height**2 - 1) * pow(CURVE_D * height**2 + 1, -1, FIELD) % FIELD
    root = pow(square, (FIELD + 3) // 8, FIELD)
    if root * root % FIELD != square:
        root = root * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    assert root * root % FIELD == square
    return [(root, height), (-root % FIELD, height)]


def test_t48_no_key_of_small_order_is_read_and_these_are_all() -> None:
    """Under such a key anybody can sign: R = [S]B, S = anything, for one text in eight at least."""
    eighth = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    point, small = points_at(eighth)[0], set()
    for _ in range(8):
        small.add(point)
        point = curve_sum(point, points_at(eighth)[0])
    assert len(small) == 8
    assert (0, 1) in small
    for x, height in small:
        public = (height | (x % 2) << 255).to_bytes(32, "little")
        with pytest.raises(FormatError, match="small order"):
            VerifierKey.parse(vkey(NAME, public))


def test_t48_a_signature_that_anybody_makes_under_a_weak_key() -> None:
    weak = VerifierKey(NAME, (1).to_bytes(32, "little"))
    anybody = (1).to_bytes(32, "little") + bytes(32)
    note = f"{TEXT}\n— {NAME} {base64.b64encode(weak.id + anybody).decode()}\n"
    assert signers(note, [weak]).names, "the library takes it: that is why such a key is never read"


@pytest.mark.parametrize("height", [FIELD, FIELD + 1, FIELD + 2, 2**255 - 1])
def test_t48_a_key_with_a_second_spelling_of_its_height_is_refused(height: int) -> None:
    for sign_bit in (0, 1 << 255):
        with pytest.raises(FormatError):
            VerifierKey.parse(vkey(NAME, (height | sign_bit).to_bytes(32, "little")))


WRITTEN = str(KEY)
NOT_KEYS = [
    "",
    "+",
    "++",
    NAME,
    f"{NAME}+{KEY.id.hex()}",
    WRITTEN[:-1],
    WRITTEN + "=",
    WRITTEN + " ",
    " " + WRITTEN,
    WRITTEN.replace("+", " ", 1),
    WRITTEN.replace(KEY.id.hex(), KEY.id.hex()[:-1]),
    WRITTEN.replace(KEY.id.hex(), "0x" + KEY.id.hex()),
    WRITTEN.replace(KEY.id.hex(), "00000000"),
    WRITTEN.replace(NAME, "other.example"),
    WRITTEN.replace("+A", "+B"),
    "PRIVATE+KEY+" + WRITTEN,
    private_key_text(NAME, PRIVATE),
]


@pytest.mark.parametrize("text", NOT_KEYS)
def test_t86_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        VerifierKey.parse(text)


SECRET = private_key_text(NAME, PRIVATE)
NOT_SECRETS = [
    "",
    WRITTEN,
    "PRIVATE+KEY+" + WRITTEN,
    SECRET[:-1],
    SECRET + "\n",
    SECRET.lower(),
    SECRET.replace(NAME, "other.example"),
    SECRET.replace(KEY.id.hex(), "00000000"),
    SECRET.replace("KEY+", "KEY++"),
    SECRET.replace("PRIVATE+KEY+", "PRIVATE KEY "),
]


@pytest.mark.parametrize("text", NOT_SECRETS)
def test_t80_what_is_no_signing_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        private_key_from_text(text)
    seed = base64.b64encode(b"\x01" + PRIVATE.private_bytes_raw()).decode()
    seen: BaseException | None = caught.value
    while seen is not None:
        assert seed[4:20] not in str(seen)
        seen = seen.__cause__ or seen.__context__


def test_a_signing_key_is_written_as_other_tools_write_it() -> None:
    head, word, name, key_id, seed = SECRET.split("+", 4)
    assert (head, word, name, key_id) == ("PRIVATE", "KEY", NAME, KEY.id.hex())
    assert base64.b64decode(seed) == b"\x01" + PRIVATE.private_bytes_raw()


def test_what_an_issuer_signs_of_a_bundle_is_six_lines() -> None:
    digest = f"sha256:{bytes(range(32)).hex()}"
    lines = ["por/bundle/v1", NAME, f"{NAME}@2026-11-01T00:00:00Z", digest, "00" * 32, "lower", ""]
    assert TEXT.split("\n") == lines
    note = read_bundle_note_text(TEXT)
    assert note == BundleNote(NAME, f"{NAME}@2026-11-01T00:00:00Z", Digest(bytes(range(32))), bytes(32), CaseRule.LOWER)
    assert text_of(note) == TEXT
    exact = read_bundle_note_text(TEXT.replace("lower", "exact"))
    assert exact == replace(note, case_rule=CaseRule.EXACT)


def text_of(note: BundleNote) -> str:
    return bundle_note_text(note.issuer, note.snapshot, note.bundle_digest, note.commitments_root, note.case_rule)


def test_t34_every_change_of_a_character_is_refused_or_read_as_itself() -> None:
    for at, character in enumerate(TEXT):
        for other in ("0", "a", "Z", " ", "\n", "+", "é"):
            if other == character:
                continue
            changed = TEXT[:at] + other + TEXT[at + 1 :]
            try:
                note = read_bundle_note_text(changed)
            except EvidenceError:
                continue
            assert text_of(note) == changed != TEXT


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (TEXT.replace("/v1", "/v2"), "six lines of a por/bundle/v1"),
        (TEXT.replace(f"{NAME}@", "other.example@"), "another issuer's"),
        (TEXT.replace("11-01", "02-30"), "no such date"),
        (TEXT.replace("sha256:", "sha256:00"), "not a digest"),
        (TEXT.replace("lower", "upper"), "case rule is not one of exact, lower"),
        (TEXT.replace("lower", "Lower"), "case rule"),
        (TEXT.replace("lower", "lower "), "case rule"),
        (TEXT.replace("lower", ""), "case rule"),
        (TEXT.replace("lower\n", ""), "six lines"),
        (TEXT.replace("lower", "lower\nexact"), "six lines"),
        (TEXT + "\n", "six lines"),
        (TEXT.replace("\n", "\r\n"), "six lines"),
        ("", "six lines"),
    ],
)
def test_a_refusal_says_what_is_wrong(changed: str, reason: str) -> None:
    with pytest.raises(EvidenceError, match=reason):
        read_bundle_note_text(changed)


def test_opening_a_note_loads_nothing_heavy() -> None:
    program = (
        "import sys, por.proofs.signed_note\n"
        "print(sorted({'eth_account', 'eth_utils', 'rlp', 'trie', 'web3', 'requests'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
