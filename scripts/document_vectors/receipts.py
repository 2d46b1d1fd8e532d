"""Receipts: what may be shown in public of an inclusion proof, and salted digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from scripts.document_vectors.case import (
    MISSING,
    Case,
    Json,
    Spoiled,
    canonical,
    case,
    digest,
    seed,
    sha256,
    spelling_cases,
    spoiled_cases,
)

FAMILY = "receipt-document"
FILE = '{"path": [], "self": {"balances": {"BTC": "1.5"}}}\n'
SALT = seed("receipt salt")


def salted(file: str, salt: str = SALT) -> str:
    return f"sha256:{hashlib.sha256(b'por/receipt/v1' + bytes(1) + bytes.fromhex(salt) + file.encode()).hexdigest()}"


DOCUMENT: Json = {
    "mediaType": "application/vnd.por.receipt.v1+json",
    "file": salted(FILE),
    "format": "okx-v1",
    "issuer": None,
    "root": seed("receipt root"),
    "snapshot": "2026-11-01",
    "verdict": {
        "checkedAt": "2026-11-26T00:00:00Z",
        "failed": ["published.consistent", "published.root"],
        "outcome": "FAIL",
    },
}
PASSED: Json = {"checkedAt": "2026-11-26T00:00:00Z", "failed": [], "outcome": "PASS"}
NATIVE: Json = {
    **DOCUMENT,
    "format": "por-inclusion-proof-v1",
    "issuer": "exchange.example",
    "snapshot": "exchange.example@2026-11-01T00:00:00Z",
    "verdict": PASSED,
}
GOOD: list[tuple[str, str, Json]] = [
    ("published", "a published proof and a verdict that refutes it", DOCUMENT),
    ("native", "a proof of por and a verdict", NATIVE),
    ("undecided", "a verdict that decides nothing", {**DOCUMENT, "verdict": {**PASSED, "outcome": "INCONCLUSIVE"}}),
    ("native_rootless", "trees that lead to different roots", {**NATIVE, "root": None}),
    ("nothing_known", "no root, day or verdict", {**DOCUMENT, "root": None, "snapshot": None, "verdict": None}),
    *((f"root_{size}", f"a root of {size} digits", {**DOCUMENT, "root": "ab" * (size // 2)}) for size in (16, 32, 40)),
]
SPOILED: list[Spoiled] = [
    ("balance", "the balance beside it", "T82", "/balances", {"BTC": "1.5"}, "/"),
    ("account", "the account beside it", "T82", "/account", "alice@example.com", "/"),
    ("position", "the leaf's place beside it", "T82", "/index", 7, "/"),
    ("salt", "the salt in it", "T79", "/salt", SALT, "/"),
    ("file_missing", "no digest", None, "/file", MISSING, "/"),
    ("file_null", "no digest", None, "/file", None),
    ("file_bare", "a digest without its algorithm", "T11", "/file", seed("receipt root")),
    ("file_sha1", "a weak digest", "T11", "/file", "sha1:" + "ab" * 20),
    ("file_short", "a shorter digest", "T10", "/file", digest("x")[:-2]),
    ("format_null", "no format", "T70", "/format", None),
    ("format_empty", "an empty format", "T70", "/format", ""),
    ("format_upper_case", "a format in upper case", "T70", "/format", "OKX"),
    ("format_escape", "an escape sequence", "T93", "/format", "okx\u001b[2J"),
    ("format_long", "a name that could hold an id", "T82", "/format", "a" * 33),
    ("issuer_of_published", "an issuer that no hash binds", "T39", "/issuer", "exchange.example"),
    ("root_short", "a root of another length", "T10", "/root", "ab" * 31),
    ("root_upper_case", "a root in upper case", "T86", "/root", "AB" * 32),
    ("root_prefix", "a root with 0x", "T86", "/root", "0x" + "ab" * 32),
    ("snapshot_text", "free text for a day", "T82", "/snapshot", "Au20221129-alice"),
    ("snapshot_instant", "more than a day", "T82", "/snapshot", "2026-11-01T12:34:56Z"),
    ("snapshot_no_day", "a day that is none", None, "/snapshot", "2026-13-01"),
    ("verdict_missing", "no verdict, not even null", None, "/verdict", MISSING, "/"),
    ("verdict_text", "an outcome alone", None, "/verdict", "FAIL"),
    ("outcome_other", "an outcome that is none", "T72", "/verdict/outcome", "SOLVENT"),
    ("outcome_pass", "failed checks that pass", "T72", "/verdict/outcome", "PASS", "/verdict/failed"),
    ("failed_none", "a failure of nothing", "T72", "/verdict/failed", []),
    ("failed_twice", "one check twice", "T86", "/verdict/failed", ["published.root"] * 2, "/verdict/failed/1"),
    ("failed_unsorted", "out of order", "T86", "/verdict/failed", ["b.b", "a.a"], "/verdict/failed/1"),
    ("failed_text", "words for a check", "T82", "/verdict/failed/0", "I am owed 1.5 BTC"),
    ("failed_subject", "a check with its subject", "T82", "/verdict/failed/0", "published.leaf@alice"),
    ("failed_many", "more checks than there are", "T84", "/verdict/failed", [f"a.{'a' * n}" for n in range(1, 66)]),
    ("checked_at_date", "a day for an instant", None, "/verdict/checkedAt", "2026-11-26"),
    ("verdict_findings", "the whole verdict", "T82", "/verdict/findings", [], "/verdict"),
]
SPOILED_NATIVE: list[Spoiled] = [
    ("native_nobody", "no issuer", "T39", "/issuer", None),
    ("native_snapshot_missing", "no snapshot", "T39", "/snapshot", None),
    ("native_snapshot_other", "another issuer's", "T39", "/snapshot", "other.example@2026-11-01T00:00:00Z"),
    ("native_snapshot_day", "a day", None, "/snapshot", "exchange.example@2026-11-01"),
    ("native_root_short", "a root of 16 digits", "T10", "/root", "ab" * 8),
]


def receipt_cases() -> Iterator[Case]:
    for name, description, document in GOOD:
        text = canonical(document)
        yield case(f"{FAMILY}/{name}", description, None, {"document": text}, {"digest": sha256(text)})
    text = canonical(DOCUMENT)
    given = {"document": text, "file": FILE, "salt": SALT}
    yield case(f"{FAMILY}/opened", "the file and its salt", None, given, {"same": True})
    others = [
        ("other_file", "one balance is another", {"file": FILE.replace("1.5", "2.5")}),
        ("other_salt", "the salt of another receipt", {"salt": seed("other salt")}),
        ("shorter_file", "without the line feed", {"file": FILE[:-1]}),
    ]
    for name, description, changed in others:
        yield case(f"{FAMILY}/{name}", description, "T79", {**given, **changed}, {"same": False})
    short = {**given, "salt": SALT[:8]}
    expect = {"error": "FormatError", "place": ""}
    yield case(f"{FAMILY}/short_salt", "a salt of 32 bits", "T79", short, expect)
    yield from spoiled_cases(FAMILY, DOCUMENT, SPOILED)
    yield from spoiled_cases(FAMILY, NATIVE, SPOILED_NATIVE)
    yield from spelling_cases(FAMILY, DOCUMENT)
