"""Bundle documents."""

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
    changed,
    digest,
    refusal,
    seed,
    sha256,
    spelling_cases,
    spoiled_cases,
)

FAMILY = "bundle-document"
ETHER, STAKED = "eip155:1/slip44:60", "eip155:1/staked:60"
TOKEN, VAULT = (f"eip155:1/erc20:{address(name)}" for name in ("token", "vault"))
TYPES = {
    digest(kind): kind.rstrip("12")
    for kind in (
        *("evm-header1", "evm-header2", "evm-account-proof", "evm-witness", "evm-code", "validators", "light-client"),
        *("control-signature", "control-opening", "published-signature", "declarations", "document"),
    )
}
HEADER, CHILD, PROOF, WITNESS, CODE, VALIDATORS, LIGHT, SIGNATURE, OPENING, _, DECLARED, DOCUMENT = TYPES


def commitment(segment: str, asset: str, decimals: int, total: str) -> Json:
    return {
        "scheme": "por-sum-sha256-v1",
        "segment": segment,
        "asset": asset,
        "decimals": decimals,
        "depth": 12,
        "total": total,
        "root": seed(f"root {segment} {asset}"),
        "top": seed(f"top {segment} {asset}"),
    }


def holding(asset: str, amount: str, *evidence: str, encumbrance: Json | None = None) -> Json:
    return {"asset": asset, "amount": amount, "evidence": list(evidence), "encumbrance": encumbrance}


def listed(name: str, size: int = 1000) -> Json:
    form = "" if TYPES[name] == "document" else "+json"
    return {"digest": name, "mediaType": f"application/vnd.por.{TYPES[name]}.v1{form}", "size": size}


BUNDLE: Json = {
    "mediaType": "application/vnd.por.bundle.v1+json",
    "issuer": "exchange.example",
    "instant": "2026-11-01T00:00:00Z",
    "sequence": 2,
    "previous": digest("bundle 1"),
    "supersedes": None,
    "anchoredBy": "eip155:1:0x" + "ab" * 20,
    "caseRule": "lower",
    "expires": "2026-11-08T00:00:00Z",
    "blocks": [
        {
            "chain": "eip155:1",
            "number": 23_700_000,
            "hash": f"0x{seed('block')}",
            "header": HEADER,
            "child": CHILD,
            "lightClient": [LIGHT],
        }
    ],
    "liabilities": [
        commitment("debt:margin", TOKEN, 6, "1000000"),
        commitment("spot", TOKEN, 6, "5000000000"),
        commitment("spot", ETHER, 18, "340282366920938463463374607431768211455"),
    ],
    "commitmentsRoot": seed("commitments root"),
    "reserves": [
        {
            "account": f"eip155:1:{address('cold')}",
            "role": "customer",
            "custody": "cold",
            "holdings": [
                holding(TOKEN, "5000000000", PROOF, encumbrance={"kind": "pledged", "amount": "1000000000"}),
                holding(ETHER, "1500000000000000000", PROOF),
                holding(STAKED, "32000000000000000000", VALIDATORS),
            ],
            "control": OPENING,
            "controlState": [],
        },
        {
            "account": f"eip155:1:{address('wallet')}",
            "role": "guarantee",
            "custody": "third-party",
            "holdings": [holding(VAULT, "0", WITNESS, CODE)],
            "control": SIGNATURE,
            "controlState": [WITNESS, CODE],
        },
        {
            "account": f"eip155:1:{address('house')}",
            "role": "house",
            "custody": "hot",
            "holdings": [],
            "control": None,
            "controlState": [],
        },
    ],
    "controlSet": {"root": seed("control set"), "count": 3},
    "declarations": DECLARED,
    "evidence": [listed(name) for name in sorted(TYPES)],
}
FIRST = {**BUNDLE, "sequence": 1, "previous": None}
EMPTY = {**FIRST, "blocks": [], "liabilities": [], "reserves": [], "evidence": []}
EMPTY |= {"controlSet": None, "declarations": None}
AT = {name: f"/evidence/{place}" for place, name in enumerate(sorted(TYPES))}
GOOD = [
    ("whole", "every kind of member", BUNDLE),
    ("first", "the issuer's first bundle", FIRST),
    ("empty", "nothing owed and nothing held: well formed, and nothing to pass", EMPTY),
    ("no_control_set", "control proofs that are published one by one", {**BUNDLE, "controlSet": None}),
    (
        "not_read_yet",
        "a claim that the verifier is to read itself",
        changed(BUNDLE, "/reserves/0/holdings/0/evidence", []),
    ),
    ("not_anchored", "a bundle that nobody anchors", {**BUNDLE, "anchoredBy": None}),
    ("nothing_declared", "a bundle without declarations", {**BUNDLE, "declarations": None}),
    ("declarations_4_mib", "declarations as large as they may be", changed(BUNDLE, f"{AT[DECLARED]}/size", 2**22)),
    ("document_16_mib", "a document as large as it may be", changed(BUNDLE, f"{AT[DOCUMENT]}/size", 2**24)),
    ("correction", "a bundle that corrects another", {**BUNDLE, "supersedes": digest("bundle 1")}),
    (
        "account_twice",
        "an account in two rows: the checks fail it",
        changed(BUNDLE, "/reserves/1", BUNDLE["reserves"][0]),
    ),
]
HOLDING, ROW, COMMITTED = "/reserves/0/holdings/0", "/reserves/0", "/liabilities/1"
BURDEN, BLOCK = f"{HOLDING}/encumbrance", "/blocks/0"
SPOILED: list[Spoiled] = [
    ("issuer_upper_case", "an issuer in upper case", "T93", "/issuer", "Exchange.example"),
    ("instant_february_30", "a day that does not exist", "T92", "/instant", "2026-02-30T00:00:00Z"),
    ("instant_leap_second", "a leap second", "T92", "/instant", "2026-06-30T23:59:60Z"),
    ("instant_number", "seconds as a number", "T92", "/instant", 1_793_491_200),
    ("sequence_zero", "sequence 0", None, "/sequence", 0),
    ("sequence_text", "a sequence as text", None, "/sequence", "2"),
    ("previous_missing", "no previous bundle, though it is not the first", "T36", "/previous", None),
    ("previous_for_the_first", "a previous bundle before the first", "T36", "/sequence", 1, "/previous"),
    ("previous_path", "a path for a digest", "T88", "/previous", "sha256:../bundle.json"),
    (
        "anchored_by_other_chain",
        "an anchoring account of a chain without registries",
        "T53",
        "/anchoredBy",
        "bip122:000000000019d6689c085ae165831e93:bc1q",
    ),
    ("anchored_by_address_alone", "an address without its chain", "T53", "/anchoredBy", "0x" + "ab" * 20),
    ("anchored_by_upper_case", "an address in another spelling", "T46", "/anchoredBy", "eip155:1:0x" + "AB" * 20),
    ("supersedes_sha1", "a weak digest", "T11", "/supersedes", "sha1:" + "0" * 40),
    ("case_rule_unknown", "an unknown rule for account ids", None, "/caseRule", "upper"),
    ("expires_at_once", "control proofs that expire at the instant", "T43", "/expires", BUNDLE["instant"]),
    ("root_with_prefix", "a root with 0x", "T86", "/commitmentsRoot", "0x" + seed("x")),
    ("root_upper_case", "a root in upper case", "T86", "/commitmentsRoot", "AB" * 32),
    ("root_truncated", "a root of 16 bytes", "T10", "/commitmentsRoot", "ab" * 16),
    ("chain_leading_zero", "a chain by a second name", "T53", "/blocks/0/chain", "eip155:01"),
    ("block_negative", "a negative block number", None, "/blocks/0/number", -1),
    ("block_beyond_2_53", "a block number beyond 2^53 - 1", "T87", "/blocks/0/number", 2**53, ""),
    ("block_hash_without_prefix", "a hash without 0x", "T86", "/blocks/0/hash", seed("block")),
    ("block_hash_space", "a space in a hash", "T86", "/blocks/0/hash", f"0x{'ab' * 15} ab{'ab' * 16}"),
    ("header_missing", "a block without its header", None, "/blocks/0/header", None),
    ("blocks_twice", "two blocks of one chain", "T38", "/blocks", BUNDLE["blocks"] * 2, "/blocks/1"),
    ("total_number", "a total as a number", "T87", f"{COMMITTED}/total", 5_000_000_000),
    ("total_negative", "a negative total", "T03", f"{COMMITTED}/total", "-5000000000"),
    ("total_minus_zero", "minus zero", "T03", f"{COMMITTED}/total", "-0"),
    ("total_exponent", "a total with an exponent", "T84", f"{COMMITTED}/total", "5e9"),
    ("total_fraction", "a total with a fraction", "T22", f"{COMMITTED}/total", "5000000000.5"),
    ("total_underscore", "an underscore", "T86", f"{COMMITTED}/total", "5_000_000_000"),
    ("total_full_width", "full-width digits", "T86", f"{COMMITTED}/total", "\uff15"),
    ("total_overflow", "2^128", "T06", f"{COMMITTED}/total", str(2**128)),
    ("decimals_37", "more decimals than there are", "T59", f"{COMMITTED}/decimals", 37),
    ("decimals_text", "decimals as text", "T59", f"{COMMITTED}/decimals", "6"),
    ("depth_41", "a tree deeper than 40", "T13", f"{COMMITTED}/depth", 41),
    ("top_missing", "a commitment without its top hash", "T16", f"{COMMITTED}/top", MISSING, COMMITTED),
    ("top_null", "no top hash", "T16", f"{COMMITTED}/top", None),
    ("top_truncated", "a top hash of 16 bytes", "T10", f"{COMMITTED}/top", "ab" * 16),
    ("top_with_prefix", "a top hash with 0x", "T86", f"{COMMITTED}/top", "0x" + seed("x")),
    ("asset_symbol", "a symbol for an asset", "T61", f"{COMMITTED}/asset", "USDT"),
    ("symbol_beside_asset", "a symbol beside the asset", "T61", f"{COMMITTED}/symbol", "USDT", COMMITTED),
    ("segment_upper_case", "a segment in upper case", None, f"{COMMITTED}/segment", "Spot"),
    ("scheme_escape_sequence", "an escape sequence", "T93", f"{COMMITTED}/scheme", "\x1b[32mPASS\x1b[0m"),
    (
        "commitments_unsorted",
        "commitments out of order",
        None,
        "/liabilities",
        BUNDLE["liabilities"][::-1],
        "/liabilities/1",
    ),
    (
        "commitment_twice",
        "two commitments for one segment and asset",
        "T35",
        "/liabilities/2",
        BUNDLE["liabilities"][1],
    ),
    ("account_checksummed", "an address in upper case", "T46", f"{ROW}/account", "eip155:1:0x" + "AB" * 20),
    ("account_no_chain", "an address without a chain", "T53", f"{ROW}/account", address("cold")),
    ("role_unknown", "an unknown role", "T52", f"{ROW}/role", "customers"),
    ("custody_unknown", "an unknown custody", "T50", f"{ROW}/custody", "warm"),
    ("control_challenge", "a challenge beside the signature", "T43", f"{ROW}/challenge", "I own this", ROW),
    (
        "holding_on_test_chain",
        "a holding on another chain than its account",
        "T53",
        f"{ROW}/holdings/2/asset",
        "eip155:11155111/slip44:60",
        f"{ROW}/holdings/2",
    ),
    (
        "holding_twice",
        "one asset twice in an account",
        "T46",
        f"{ROW}/holdings/1",
        BUNDLE["reserves"][0]["holdings"][0],
    ),
    ("holding_negative", "a negative holding", "T03", f"{HOLDING}/amount", "-1"),
    ("holding_slot", "evidence that names a storage slot", "T60", f"{HOLDING}/slot", "0x09", HOLDING),
    ("holding_1025_files", "more than 1024 evidence files", "T84", f"{HOLDING}/evidence", [PROOF] * 1025),
    ("encumbrance_unknown", "an unknown kind of encumbrance", "T52", f"{BURDEN}/kind", "none"),
    ("encumbrance_negative", "a negative encumbrance", "T52", f"{BURDEN}/amount", "-1000000000"),
    ("encumbrance_number", "an encumbrance as a number", "T87", f"{BURDEN}/amount", 1_000_000_000),
    ("encumbrance_missing", "a holding that says nothing of encumbrances", "T52", BURDEN, MISSING, HOLDING),
    ("encumbrance_list", "a list for an encumbrance", "T52", BURDEN, []),
    ("encumbrance_until", "an encumbrance with an end", "T52", f"{BURDEN}/until", "2027-01-01T00:00:00Z", BURDEN),
    ("control_state_missing", "no list of the state that judges", "T47", f"{ROW}/controlState", MISSING, ROW),
    ("control_state_null", "null for a list", "T47", f"{ROW}/controlState", None),
    ("control_state_path", "a path for a digest", "T88", f"{ROW}/controlState", ["../code"], f"{ROW}/controlState/0"),
    ("control_set_empty", "a set of nothing", "T13", "/controlSet/count", 0),
    ("control_set_huge", "a set of more leaves than accounts", "T13", "/controlSet/count", 200_001),
    ("control_set_text", "a count as text", "T87", "/controlSet/count", "3"),
    ("control_set_no_count", "a set without its count", "T09", "/controlSet/count", MISSING, "/controlSet"),
    ("control_set_root", "a root of 16 bytes", "T10", "/controlSet/root", "ab" * 16),
    ("control_set_depth", "a depth beside the count", "T13", "/controlSet/depth", 2, "/controlSet"),
    ("control_set_missing", "no member for a set", None, "/controlSet", MISSING, "/"),
    (
        "light_client_missing",
        "a block that says nothing of a light client",
        None,
        f"{BLOCK}/lightClient",
        MISSING,
        BLOCK,
    ),
    ("light_client_checkpoint", "a checkpoint of the issuer's", "T55", f"{BLOCK}/checkpoint", seed("root"), BLOCK),
    ("light_client_url", "a URL to ask", "T95", f"{BLOCK}/lightClient", ["https://x"], f"{BLOCK}/lightClient/0"),
    ("declarations_missing", "no member for declarations", None, "/declarations", MISSING, "/"),
    ("declarations_path", "a path for a digest", "T88", "/declarations", "../declarations.json"),
    ("declarations_url", "a URL to fetch", "T95", "/declarations", "https://exchange.example/declarations.json"),
    ("declarations_inside", "declarations inside the bundle", "T86", "/declarations", {"documents": []}),
    ("declarations_list", "a list of them", None, "/declarations", [DECLARED]),
    ("declarations_5_mib", "declarations that are too large", "T84", f"{AT[DECLARED]}/size", 5 * 2**20),
    ("document_17_mib", "a document that is too large", "T84", f"{AT[DOCUMENT]}/size", 17 * 2**20),
    ("proof_16_mib", "a state proof as large as a document", "T84", f"{AT[PROOF]}/size", 2**24),
    (
        "document_as_json",
        "a document said to be JSON",
        None,
        f"{AT[DOCUMENT]}/mediaType",
        "application/vnd.por.document.v1+json",
    ),
    ("evidence_name", "a file name", "T88", "/evidence/0/name", "../../etc/passwd", "/evidence/0"),
    ("evidence_url", "a URL to fetch", "T95", "/evidence/0/url", "http://169.254.169.254/", "/evidence/0"),
    ("evidence_type_archive", "an archive", "T88", "/evidence/0/mediaType", "application/zip"),
    ("evidence_size_zero", "an empty file", "T88", "/evidence/0/size", 0),
    ("evidence_size_10_gib", "a file of 10 GiB", "T88", "/evidence/0/size", 10 * 2**30),
    ("evidence_unsorted", "evidence out of order", None, "/evidence", BUNDLE["evidence"][::-1], "/evidence/1"),
    ("evidence_twice", "a file listed twice", None, "/evidence/1", BUNDLE["evidence"][0]),
    ("member_unknown", "an unknown member", "T86", "/comment", "x", "/"),
    ("member_bidirectional", "an unknown member with a trick in its name", "T93", "/\u202ex", None, "/"),
    ("member_missing", "a missing member", None, "/expires", MISSING, "/"),
]


def bundle_cases() -> Iterator[Case]:
    for name, description, document in GOOD:
        text = canonical(document)
        expect = {"snapshot": "exchange.example@2026-11-01T00:00:00Z", "digest": sha256(text)}
        yield case(f"{FAMILY}/{name}", description, None, {"document": text}, expect)
    yield from spoiled_cases(FAMILY, BUNDLE, SPOILED)
    yield from spelling_cases(FAMILY, BUNDLE)
    yield case(
        f"{FAMILY}/list_for_object",
        "a list for a commitment",
        None,
        {"document": canonical(changed(BUNDLE, COMMITTED, []))},
        refusal(COMMITTED),
    )
