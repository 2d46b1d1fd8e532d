"""Inclusion-proof files; what they prove is in the family liability-tree."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document_vectors.bundles import ETHER, commitment
from scripts.document_vectors.case import (
    MISSING,
    Case,
    Json,
    Spoiled,
    canonical,
    case,
    seed,
    sha256,
    spelling_cases,
    spoiled_cases,
)

FAMILY = "inclusion-proof-document"
RECORD: Json = {
    "key": seed("record key"),
    "part": 0,
    "amount": "1500000000000000000",
    "index": 2,
    "path": [{"hash": seed("sibling 0"), "sum": "0"}, {"hash": seed("sibling 1"), "sum": "340282366920938463461"}],
}
PROOF: Json = {
    "mediaType": "application/vnd.por.inclusion-proof.v1+json",
    "issuer": "exchange.example",
    "instant": "2026-11-01T00:00:00Z",
    "caseRule": "exact",
    "count": 3,
    "note": "por/bundle/v1\n\n\u2014 exchange.example AAAA\n",
    "trees": [
        {
            "commitment": commitment("spot", ETHER, 18, "340282366920938463463"),
            "position": 2,
            "opening": [seed("root 0")],
            "records": [RECORD],
        }
    ],
}
GOOD = [
    ("whole", "one tree, one record", PROOF),
    ("no_note", "no signature", {**PROOF, "note": ""}),
    ("no_tree", "nothing opened: well formed, and nothing to pass", {**PROOF, "trees": []}),
]
HEAD, ONE, SIBLING = "/trees/0/commitment", "/trees/0/records/0", {"hash": seed("sibling 0"), "sum": "0"}
SPOILED: list[Spoiled] = [
    ("issuer_missing", "no issuer", None, "/issuer", MISSING, "/"),
    ("instant_offset", "an instant with an offset", "T92", "/instant", "2026-11-01T00:00:00+00:00"),
    ("case_rule_unknown", "an unknown rule for account ids", None, "/caseRule", "nfc"),
    ("count_zero", "no commitments", None, "/count", 0),
    ("note_carriage_return", "a carriage return in the note", "T93", "/note", "a\r\n"),
    ("note_escape_sequence", "an escape sequence in the note", "T93", "/note", "\x1b[2J"),
    ("note_long", "a note of 65,537 characters", "T84", "/note", "a" * 65_537),
    ("account_id", "an account id in the proof", "T14", "/account", "alice@example.com", "/"),
    ("root_in_proof", "a root to compare with, in the proof", "T34", "/root", seed("x"), "/"),
    ("hash_name", "a hash named by the proof", "T11", "/hash", "sha1", "/"),
    ("position_negative", "a negative position", None, "/trees/0/position", -1),
    ("opening_33", "an opening for more than 2^32 commitments", "T84", "/trees/0/opening", [seed("x")] * 33),
    ("opening_truncated", "a hash of 8 bytes", "T10", "/trees/0/opening/0", "ab" * 8),
    ("total_negative", "a negative total", "T03", "/trees/0/commitment/total", "-1"),
    ("top_missing", "a commitment without its top hash", "T16", f"{HEAD}/top", MISSING, HEAD),
    ("top_long", "a top hash of 33 bytes", "T10", f"{HEAD}/top", "00" * 33),
    ("top_upper_case", "a top hash in upper case", "T86", f"{HEAD}/top", "AB" * 32),
    ("key_short", "a record key of 4 bytes", "T79", f"{ONE}/key", "00112233"),
    ("key_long", "a record key of 33 bytes", None, f"{ONE}/key", "00" * 33),
    ("part_2_32", "a part beyond 32 bits", "T07", f"{ONE}/part", 2**32),
    ("amount_negative", "a negative amount", "T03", f"{ONE}/amount", "-1500000000000000000"),
    ("amount_coins", "an amount in coins", "T22", f"{ONE}/amount", "1.5"),
    ("amount_number", "an amount as a number", "T87", f"{ONE}/amount", 1500),
    ("amount_exponent", "an amount with an exponent", "T84", f"{ONE}/amount", "1e200000000"),
    ("amount_overflow", "2^128", "T06", f"{ONE}/amount", str(2**128)),
    ("index_2_40", "an index beyond 40 bits", "T13", f"{ONE}/index", 2**40),
    ("index_negative", "a negative index", "T17", f"{ONE}/index", -1),
    ("side", "a side chosen by the proof", "T17", f"{ONE}/path/0/side", "left", f"{ONE}/path/0"),
    ("path_41", "a path of 41 levels", "T13", f"{ONE}/path", [SIBLING] * 41),
    ("path_null", "a missing level", "T20", f"{ONE}/path/0", None),
    ("sibling_without_sum", "a sibling without its sum", "T02", f"{ONE}/path/0/sum", MISSING, f"{ONE}/path/0"),
    ("sibling_negative_0", "a negative sum on the first level", "T03", f"{ONE}/path/0/sum", "-9"),
    ("sibling_negative_1", "a negative sum on the second level", "T18", f"{ONE}/path/1/sum", "-9"),
    ("sibling_minus_zero", "minus zero", "T03", f"{ONE}/path/0/sum", "-0"),
    ("sibling_upper_case", "a hash in upper case", "T86", f"{ONE}/path/0/hash", "AB" * 32),
]


def inclusion_cases() -> Iterator[Case]:
    for name, description, document in GOOD:
        text = canonical(document)
        expect = {"trees": len(document["trees"]), "digest": sha256(text)}
        yield case(f"{FAMILY}/{name}", description, None, {"document": text}, expect)
    yield from spoiled_cases(FAMILY, PROOF, SPOILED)
    yield from spelling_cases(FAMILY, PROOF)
