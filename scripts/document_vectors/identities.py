"""Identity documents: what an issuer's domain says of its keys and of the accounts that anchor for it."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document_vectors.case import (
    MISSING,
    Case,
    Json,
    Spoiled,
    address,
    canonical,
    case,
    sha256,
    spelling_cases,
    spoiled_cases,
)

FAMILY = "identity-document"
REGISTRY, ACCOUNT = address("registry"), address("issuer")
KEYS = ["exchange.example+00000000+x", "exchange.example+11111111+x"]
ROWS = [{"registry": f"eip155:{chain}:{REGISTRY}", "account": f"eip155:{chain}:{ACCOUNT}"} for chain in (10, 1)]

DOCUMENT: Json = {
    "mediaType": "application/vnd.por.identity.v1+json",
    "issuer": "exchange.example",
    "keys": KEYS,
    "anchors": ROWS,
}
NOTHING: Json = {**DOCUMENT, "keys": [], "anchors": []}
GOOD: list[tuple[str, str, Json]] = [
    ("whole", "two keys and an account on two chains", DOCUMENT),
    ("nothing", "an issuer that names nothing", NOTHING),
    ("keys_alone", "keys and no account", {**DOCUMENT, "anchors": []}),
    ("account_alone", "an account and no key", {**DOCUMENT, "keys": [], "anchors": ROWS[:1]}),
]
SPOILED: list[Spoiled] = [
    ("issuer_upper_case", "an issuer in upper case", "T93", "/issuer", "Exchange.example"),
    ("issuer_url", "a URL for a name", "T95", "/issuer", "https://exchange.example/"),
    ("issuer_null", "nobody's document", "T39", "/issuer", None),
    ("issuer_missing", "no issuer", None, "/issuer", MISSING, "/"),
    ("keys_text", "a key and no list", None, "/keys", KEYS[0]),
    ("keys_unsorted", "keys out of order", "T86", "/keys", KEYS[::-1], "/keys/1"),
    ("keys_twice", "one key twice", "T86", "/keys", [KEYS[0]] * 2, "/keys/1"),
    ("keys_escape", "an escape sequence in a key", "T93", "/keys/0", "\u001b[2J"),
    ("keys_bidirectional", "a key that reads backwards", "T93", "/keys/0", "a\u202eb"),
    ("keys_long", "a key without end", "T84", "/keys/0", "k" * 513),
    ("anchors_unsorted", "accounts out of order", "T86", "/anchors", ROWS[::-1], "/anchors/1"),
    ("anchors_twice", "one account twice", "T86", "/anchors", [ROWS[0]] * 2, "/anchors/1"),
    ("account_without_chain", "an address alone", "T53", "/anchors/0/account", ACCOUNT),
    (
        "account_other_chain",
        "an account that may be another's there",
        "T53",
        "/anchors/0/account",
        f"eip155:1:{ACCOUNT}",
    ),
    ("account_upper_case", "an address in another spelling", "T46", "/anchors/0/account", f"eip155:10:0x{'AB' * 20}"),
    ("registry_bitcoin", "a registry on a chain without contracts", "T53", "/anchors/0/registry", "bip122:0000:1abc"),
    ("registry_missing", "an account anywhere", "T35", "/anchors/0/registry", MISSING, "/anchors/0"),
    ("member_url", "a place to fetch more from", "T95", "/url", "https://exchange.example/more.json", "/"),
]


def identity_cases() -> Iterator[Case]:
    for name, description, document in GOOD:
        text = canonical(document)
        expect = {"anchors": len(document["anchors"]), "digest": sha256(text)}
        yield case(f"{FAMILY}/{name}", description, None, {"document": text}, expect)
    yield from spoiled_cases(FAMILY, DOCUMENT, SPOILED)
    yield from spelling_cases(FAMILY, DOCUMENT)
