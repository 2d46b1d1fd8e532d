"""Signed notes, verifier keys, and what an issuer signs of a bundle."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.proof_vectors.case import EVIDENCE, FORMAT, Case, Json, case, flipped, hexed, number, seed

ED25519, OTHER_TYPE = b"\x01", b"\x02"
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
TEXT = "por/bundle/v1\nexchange.example\nexchange.example@2026-11-01T00:00:00Z\n"


class NoteKey:
    """An Ed25519 key made from its name, and what C2SP notes say of it."""

    def __init__(self, name: str, which: str = "") -> None:
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(seed(f"note key {name} {which}"))
        self.public = self.private.public_key().public_bytes_raw()
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + self.public).digest()[:4]
        self.written = f"{name}+{self.id.hex()}+{encoded64(ED25519 + self.public)}"

    def line(self, text: str, cut: slice = slice(None), name: str | None = None) -> str:
        return f"— {name or self.name} {encoded64((self.id + self.private.sign(text.encode()))[cut])}\n"


def encoded64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def bundle_text() -> str:
    return f"{TEXT}sha256:{seed('bundle').hex()}\n{seed('root').hex()}\nlower\n"


def note_cases() -> Iterator[Case]:
    mine, old, stranger = NoteKey("exchange.example"), NoteKey("exchange.example", "old"), NoteKey("witness.example")
    text, blank = bundle_text(), "One.\n\nTwo, after a blank line; three, ünïcode.\n"

    def given(note: str, *keys: NoteKey) -> Json:
        return {"note": note, "keys": [key.written for key in keys]}

    def said(of: str, *keys: NoteKey) -> Json:
        return {"text": of, "names": [f"{key.name}+{key.id.hex()}" for key in keys]}

    name, line = "signed-note/note", mine.line(text)
    whole = f"{text}\n{line}"
    example = {"text": "This is an example message.\n", "names": ["example.com/foo+530d903a"]}
    yield case(f"{name}_c2sp.json", "C2SP's own example", "T39", {"note": EXAMPLE_NOTE, "keys": [EXAMPLE_KEY]}, example)
    yield case(f"{name}_one.json", "one known key", "T39", given(whole, mine), said(text, mine))
    both = f"{text}\n{mine.line(text)}{old.line(text)}"
    yield case(f"{name}_rotated.json", "two keys of one name", "T39", given(both, old, mine), said(text, mine, old))
    beside = f"{text}\n{stranger.line('other text')}{line}"
    yield case(f"{name}_stranger.json", "an unknown key signs too", "T39", given(beside, mine), said(text, mine))
    yield case(f"{name}_nobody.json", "no known key: nothing is shown", "T34", given(whole, old, stranger), said(text))
    yield case(
        f"{name}_blank.json", "blank lines", "T39", given(f"{blank}\n{mine.line(blank)}", mine), said(blank, mine)
    )
    many = "".join(NoteKey(f"w{i}.example").line(text) for i in range(15))
    yield case(f"{name}_sixteen.json", "16 signatures", "T84", given(f"{text}\n{many}{line}", mine), said(text, mine))
    wrong = [
        ("text_changed", "T42", "one character of the text", whole.replace("11-01", "11-02", 1)),
        ("line_added", "T42", "a line more in the text", f"{text}more\n\n{line}"),
        ("other_text", "T34", "a good signature of another text", f"{text}\n{mine.line('other text')}"),
        ("flipped", "T48", "a signature with one bit changed", f"{text}\n{spoilt_line(mine, text)}"),
        ("above_order", "T48", "the same signature with S above the order", f"{text}\n{lifted_line(mine, text)}"),
        ("cut", "T48", "a signature of 63 bytes", f"{text}\n{mine.line(text, slice(67))}"),
        ("one_bad", "T39", "one of two known keys signs badly", f"{text}\n{line}{old.line('other text')}"),
        ("twice", "T39", "one key signs twice", f"{text}\n{line}{line}"),
        ("stranger_twice", "T39", "an unknown key signs twice", f"{text}\n{line}{stranger.line(text) * 2}"),
        ("unsigned", "T34", "no signature", f"{text}\n"),
        ("no_blank", "T86", "no blank line", f"{text}{line}"),
        ("no_end", "T86", "no line feed at the end", whole[:-1]),
        ("trailing", "T86", "a blank line at the end", whole + "\n"),
        ("hyphen", "T86", "a hyphen for the dash", whole.replace("— ", "- ")),
        ("two_spaces", "T86", "two spaces", whole.replace("— ", "—  ")),
        ("space_end", "T86", "a space at the end of a signature line", whole[:-1] + " \n"),
        ("carriage", "T93", "a carriage return", whole.replace("\n", "\r\n")),
        ("control", "T93", "an escape character", f"{text}\x1b[2J\n\n{line}"),
        ("bidi", "T93", "a character that turns the direction of reading", f"{text}\u202e\n\n{line}"),
        ("seventeen", "T84", "17 signatures", f"{text}\n{many}{line}{stranger.line(text)}"),
        ("unpadded", "T86", "base64 without padding", f"{text}\n{mine.line(text).rstrip('=' + chr(10))}\n"),
        ("loose_bits", "T86", "base64 with unused bits set", f"{text}\n{loosened(line)}"),
        ("url_base64", "T86", "the other base64 alphabet", f"{text}\n— {stranger.name} {'_-' * 34}\n{line}"),
        ("name_plus", "T86", "a plus in a name", f"{text}\n{stranger.line(text, name='a+b')}{line}"),
        ("id_only", "T86", "a key id and nothing after it", f"{text}\n{stranger.line(text, slice(4))}{line}"),
        ("empty", "T68", "nothing", ""),
    ]
    for what, threat, description, note in wrong:
        yield case(f"{name}_{what}_fail.json", description, threat, given(note, mine, old), EVIDENCE)


def spoilt_line(key: NoteKey, text: str) -> str:
    return f"— {key.name} {encoded64(key.id + flipped(key.private.sign(text.encode()), 40))}\n"


def lifted_line(key: NoteKey, text: str) -> str:
    signature = key.private.sign(text.encode())
    lifted = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    return f"— {key.name} {encoded64(key.id + signature[:32] + lifted.to_bytes(32, 'little'))}\n"


def loosened(line: str) -> str:
    """Set the lowest of the bits that the last digit of base64 leaves unused."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = len(line.rstrip("=\n")) - 1
    return line[:at] + digits[digits.index(line[at]) + 1] + line[at + 1 :]


def key_cases() -> Iterator[Case]:
    name, key = "signed-note/key", NoteKey("exchange.example")
    known = {"name": key.name, "id": key.id.hex(), "public": key.public.hex()}
    yield case(f"{name}.json", "a verifier key", "T39", {"key": key.written}, known)
    weak = {
        "weak_zero": bytes(32),
        "weak_one": number(1) + bytes(31),
        "weak_minus_one": (2**255 - 20).to_bytes(32, "little"),
        "weak_sign": (2**255 + 1).to_bytes(32, "little"),
        "weak_eight": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        "weak_other_eight": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        "field": (2**255 - 18).to_bytes(32, "little"),
    }
    wrong = {what: vkey(key.name, public) for what, public in weak.items()}
    wrong |= {
        "other_id": key.written.replace(key.id.hex(), "00000000"),
        "other_name": key.written.replace("exchange", "exchange2"),
        "id_upper": f"{key.name}+{key.id.hex().upper()}+{encoded64(ED25519 + key.public)}",
        "type_2": f"{key.name}+{key.id.hex()}+{encoded64(OTHER_TYPE + key.public)}",
        "short": f"{key.name}+{key.id.hex()}+{encoded64(ED25519 + key.public[:31])}",
        "no_name": vkey("", key.public),
        "name_space": vkey("exchange example", key.public),
        "line_feed": key.written + "\n",
        "private": f"PRIVATE+KEY+{key.name}+{key.id.hex()}+{encoded64(ED25519 + key.public)}",
        "empty": "",
    }
    for what, written in wrong.items():
        yield case(
            f"{name}_{what}_fail.json", f"a verifier key: {what.replace('_', ' ')}", "T39", {"key": written}, FORMAT
        )


def vkey(name: str, public: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    return f"{name}+{key_id.hex()}+{encoded64(ED25519 + public)}"


def bundle_text_cases() -> Iterator[Case]:
    name, text = "signed-note/bundle", bundle_text()
    said = {"issuer": "exchange.example", "snapshot": "exchange.example@2026-11-01T00:00:00Z"}
    said |= {"digest": f"sha256:{seed('bundle').hex()}", "root": seed("root").hex()}
    exact = text.replace("\nlower\n", "\nexact\n")
    for what, body, rule in ((name, text, "lower"), (f"{name}_exact", exact, "exact")):
        yield case(f"{what}.json", "what an issuer signs of a bundle", "T34", {"text": body}, said | {"caseRule": rule})
    wrong = [
        ("version", "T70", "another version", text.replace("/v1", "/v2")),
        ("snapshot", "T38", "the snapshot of another issuer", text.replace("exchange.example@", "other.example@")),
        ("instant", "T92", "an instant that does not exist", text.replace("11-01", "11-31")),
        ("issuer", "T86", "an issuer in upper case", text.replace("exchange", "Exchange")),
        ("digest", "T86", "a digest in upper case", text.replace(seed("bundle").hex(), seed("bundle").hex().upper())),
        ("algorithm", "T70", "another digest", text.replace("sha256", "sha512")),
        ("root", "T86", "a short root", text.replace(seed("root").hex(), seed("root").hex()[:-2])),
        ("root_prefix", "T86", "a root with 0x", text.replace(seed("root").hex(), hexed(seed("root")))),
        ("line_more", "T86", "a seventh line", text + "more\n"),
        ("line_less", "T14", "five lines, without the case rule", "".join(text.splitlines(keepends=True)[:5])),
        ("case_rule", "T14", "an unknown case rule", text.replace("\nlower\n", "\nupper\n")),
        ("case_rule_capital", "T86", "a case rule with a capital letter", text.replace("\nlower\n", "\nLower\n")),
        ("case_rule_both", "T14", "two case rules", text.replace("\nlower\n", "\nlower exact\n")),
        ("case_rule_none", "T14", "an empty case rule", text.replace("\nlower\n", "\n\n")),
        ("no_end", "T86", "no line feed at the end", text[:-1]),
        ("spaced", "T86", "a space at the end of a line", text.replace("Z\n", "Z \n")),
    ]
    for what, threat, description, body in wrong:
        yield case(f"{name}_{what}_fail.json", description, threat, {"text": body}, EVIDENCE)
