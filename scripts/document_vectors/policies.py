"""Policies, which are TOML; read here with no shipped tables, so that the digest is the policy's own."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document_vectors.case import Case, Json, address, canonical, case, digest, refusal, seed, sha256

FAMILY = "policy-document"
TOKEN, OTHER = (f"eip155:{chain}/erc20:{address('token')}" for chain in (1, 10))
VAULT = f"eip155:1/erc20:{address('vault')}"
WORD = f"0x{seed('word')}"
ACCEPTED = digest("a policy accepted")

SHORT = """version = 1
profile = "job"
[issuer]
id = "exchange.example"
[snapshot]
max_age_seconds = 86400
max_skew_seconds = 900
"""
CHAIN = '[[chain]]\nid = "eip155:1"\nsources = 2\n'
WAIVE = '[[waive]]\ncheck = "publication.anchored"\nreason = "no registry is in use"\n'
CLASS = f"""[[class]]
members = [{{ asset = "{TOKEN}", decimals = 6 }}, {{ asset = "{OTHER}", decimals = 18, kind = "bridged" }}]
"""
REGISTRY = f"""[registry]
contract = "eip155:1:{address("registry")}"
issuer = "{address("issuer")}"
from_block = 23_600_000
max_delay_seconds = 604_800
max_silence_seconds = 7_200
"""
LAYOUT = f"""[[layout]]
asset = "{TOKEN}"
code_hash = "{WORD}"
base_slot = "0x09"
order = "key-slot"
"""
PROXY = f'implementation_slot = "{WORD}"\nimplementation_code_hash = "{WORD}"\nmask = "0x7f{"ff" * 31}"\n'
CALLS = f"""[[call]]
asset = "{VAULT}"
codes = ["{WORD}", "0x{seed("code")}"]
method = "convertToAssets"
underlying = "{TOKEN}"
[[call]]
asset = "{TOKEN}"
codes = ["{WORD}"]
"""
BRIDGE = f'[[bridge]]\nescrow = "eip155:1:{address("escrow")}"\nasset = "{TOKEN}"\nminted = "{OTHER}"\n'
BEACON = f"""[[beacon]]
chain = "eip155:1"
genesis_validators_root = "{WORD}"
genesis_time = 1_606_824_023
forks = [{{ epoch = 0, version = "0x00000000" }}, {{ epoch = 364_032, version = "0x05000000" }}]
"""
ENCUMBERED = f"""[[encumbered]]
account = "eip155:1:{address("cold")}"
asset = "{TOKEN}"
kind = "pledged"
amount = "1000000"
"""
PRICE = f"""[[law.price]]
asset = "{TOKEN}"
currency = "JPY"
price = "150.25"
source = "an index"
at = "2026-11-01T00:00:00Z"
"""
REGISTERED = """[[law.registered]]
number = "Kanto 00099"
name = "Example Exchange K.K."
kind = "exchange"
"""
ONE_NUMBER = '[law]\nregistered = ["Kanto 00099"]'
DOCUMENT = f"""[[law.document]]
digest = "{digest("trustee")}"
covers = ["money", "custody"]
dated = 2026-10-31
max_age_days = 90
"""
DIGESTS = f'[law]\ndocuments = ["{digest("trustee")}"]'
LAW = f"""[law]
rulebooks = ["jp-intermediary", "jp-exchange"]
grade = "self-declared"
{DOCUMENT}{REGISTERED}{PRICE}"""
MOVEMENT = """[movement]
before_seconds = [86_400, 604_800]
after_seconds = [86_400]
threshold = "0.1"
"""
LONG = f"""# everything there is
version = 1
profile = "auditor"
own_assets = ["{OTHER}"]
recordings = ["{digest("recording")}"]
registries = ["{WORD}"]
quorum_tokens = ["{OTHER}"]
wallets = ["{WORD}"]
committees = ["{WORD}"]
accepted_policies = ["{ACCEPTED}"]
require = ["liabilities.recomputed"]
[issuer]
id = "exchange.example"
keys = ["exchange.example+00000000+x"]
bundles = ["{digest("bundle")}"]
roots = ["{seed("root")}"]
[snapshot]
max_age_seconds = 3_024_000
max_skew_seconds = 3600
[coverage]
ratio = "1.05"
kinds = ["vault", "bridged"]
{CHAIN}genesis = "{WORD}"
checkpoint = "{WORD}"
{CLASS}{LAYOUT}{PROXY}{WAIVE}{REGISTRY}{CALLS}{BRIDGE}{BEACON}{ENCUMBERED}{MOVEMENT}{LAW}"""

EMPTY: Json = {
    "mediaType": "application/vnd.por.policy.v1+json",
    "profile": "job",
    "issuer": "exchange.example",
    "keys": [],
    "bundles": [],
    "roots": [],
    "recordings": [],
    "maxAge": 86_400,
    "maxSkew": 900,
    "ratio": "1/1",
    "chains": [],
    "classes": [],
    "layouts": [],
    "ownAssets": [],
    "registry": None,
    "registries": [],
    "committees": [],
    "acceptedPolicies": [],
    "require": [],
    "calls": [],
    "quorumTokens": [],
    "kinds": ["native"],
    "bridges": [],
    "beacons": [],
    "wallets": [],
    "encumbrances": [],
    "movement": None,
    "law": {"rulebooks": [], "documents": [], "registered": [], "prices": [], "grade": "third-party document"},
    "waive": [],
}
FULL: Json = {
    **EMPTY,
    "profile": "auditor",
    "keys": ["exchange.example+00000000+x"],
    "bundles": [digest("bundle")],
    "roots": [seed("root")],
    "recordings": [digest("recording")],
    "maxAge": 3_024_000,
    "maxSkew": 3600,
    "ratio": "21/20",
    "chains": [["eip155:1", 2, seed("word"), seed("word")]],
    "classes": [[[TOKEN, 6, "native"], [OTHER, 18, "bridged"]]],
    "layouts": [
        {
            "asset": TOKEN,
            "codeHash": seed("word"),
            "baseSlot": "9",
            "order": "key-slot",
            "mask": "7f" + "ff" * 31,
            "implementation": [seed("word"), seed("word")],
        }
    ],
    "ownAssets": [OTHER],
    "registry": [f"eip155:1:{address('registry')}", address("issuer"), 23_600_000, 604_800, 7200],
    "registries": [seed("word")],
    "committees": [seed("word")],
    "acceptedPolicies": [ACCEPTED],
    "require": ["liabilities.recomputed"],
    "calls": [
        [VAULT, [seed("word"), seed("code")], "convertToAssets", TOKEN],
        [TOKEN, [seed("word")], "balanceOf", None],
    ],
    "quorumTokens": [OTHER],
    "kinds": ["bridged", "native", "vault"],
    "bridges": [[f"eip155:1:{address('escrow')}", TOKEN, OTHER]],
    "beacons": [["eip155:1", seed("word"), 1_606_824_023, [[0, "00000000"], [364_032, "05000000"]]]],
    "wallets": [seed("word")],
    "encumbrances": [[f"eip155:1:{address('cold')}", TOKEN, "pledged", "1000000"]],
    "movement": [[86_400, 604_800], [86_400], "1/10"],
    "law": {
        "rulebooks": ["jp-exchange", "jp-intermediary"],
        "documents": [
            {"digest": digest("trustee"), "covers": ["custody", "money"], "dated": "2026-10-31", "maxAgeDays": 90}
        ],
        "registered": [{"number": "Kanto 00099", "name": "Example Exchange K.K.", "kind": "exchange"}],
        "prices": [
            {
                "asset": TOKEN,
                "currency": "JPY",
                "price": "150.25",
                "source": "an index",
                "at": "2026-11-01T00:00:00Z",
            }
        ],
        "grade": "self-declared",
    },
    "waive": [["publication.anchored", "no registry is in use"]],
}
GOOD: list[tuple[str, str, str, Json]] = [
    ("shortest", "nothing trusted", SHORT, EMPTY),
    ("longest", "every entry", LONG, FULL),
    ("comments", "comments and spaces do not change the digest", f"# a comment\n{SHORT}\n  # another\n", EMPTY),
    ("crlf", "line ends do not change the digest", LONG.replace("\n", "\r\n"), FULL),
    ("ratio_fraction", "a ratio by another spelling", LONG.replace('"1.05"', '"42/40"'), FULL),
    ("one_chain", "a chain", SHORT + CHAIN, {**EMPTY, "chains": [["eip155:1", 2, None, None]]}),
    ("movement", "a look before and after", SHORT + MOVEMENT, {**EMPTY, "movement": FULL["movement"]}),
    ("law", "rulebooks, documents and a price", SHORT + LAW, {**EMPTY, "law": FULL["law"]}),
    ("law_empty", "nothing brought for rulebooks", SHORT + "[law]\n", EMPTY),
    (
        "waiver_of_a_rule",
        "a rule that does not count",
        SHORT + WAIVE.replace("publication.anchored", "jp-exchange/JP-REC-01"),
        {**EMPTY, "waive": [["jp-exchange/JP-REC-01", "no registry is in use"]]},
    ),
    ("registry", "a registry", SHORT + REGISTRY, {**EMPTY, "registry": FULL["registry"]}),
    (
        "whole_word",
        "a layout without mask",
        SHORT + LAYOUT,
        {**EMPTY, "layouts": [{**FULL["layouts"][0], "mask": "ff" * 32, "implementation": None}]},
    ),
]
SPOILED: list[tuple[str, str, str | None, str, str, str]] = [
    ("version_text", "a version as text", None, SHORT, "version = 1", 'version = "1"'),
    ("version_missing", "no version", None, SHORT, "version = 1\n", ""),
    ("profile_customer", "a profile that no policy has", None, SHORT, '"job"', '"customer"'),
    ("entry_misspelt", "a slip of the pen", None, SHORT, "max_skew_seconds", "max_skew_second"),
    ("entry_unknown", "an unknown entry", None, SHORT, "version = 1", "version = 1\nstrict = false"),
    ("entry_twice", "an entry twice", "T86", SHORT, "version = 1", "version = 1\nversion = 1"),
    ("age_negative", "a negative age", "T37", SHORT, "86400", "-1"),
    ("age_fraction", "an age with a fraction", "T22", SHORT, "86400", "86400.0"),
    ("age_infinite", "an age without end", "T37", SHORT, "86400", "inf"),
    ("age_text", "an age in words", "T92", SHORT, "86400", '"1 day"'),
    ("issuer_upper_case", "an issuer in upper case", "T93", SHORT, "exchange.example", "Exchange.example"),
    ("issuer_list", "a list for a table", None, SHORT, "[issuer]", "[[issuer]]"),
    ("source_url", "the address of a source", "T96", SHORT + CHAIN, "sources = 2", 'sources = 2\nurl = "https://x"'),
    ("sources_zero", "no source needed", "T55", SHORT + CHAIN, "sources = 2", "sources = 0"),
    ("chain_by_name", "a chain by its common name", "T53", SHORT + CHAIN, "eip155:1", "mainnet"),
    ("chain_twice", "a chain twice", None, SHORT + CHAIN, CHAIN, CHAIN * 2),
    ("ratio_number", "a ratio as a floating-point number", "T75", LONG, '"1.05"', "1.05"),
    ("ratio_zero", "a ratio of zero", "T75", LONG, '"1.05"', '"0"'),
    ("ratio_over_zero", "a ratio over zero", "T75", LONG, '"1.05"', '"1/0"'),
    ("ratio_exponent", "a ratio with an exponent", "T84", LONG, '"1.05"', '"1e200000000"'),
    ("ratio_comma", "a decimal comma", "T92", LONG, '"1.05"', '"1,05"'),
    ("ratio_per_cent", "a ratio per cent", None, LONG, '"1.05"', '"105 %"'),
    ("bundle_hexadecimal", "a digest without its algorithm", None, LONG, digest("bundle"), seed("bundle")),
    ("root_upper_case", "a root in upper case", "T86", LONG, seed("root"), seed("root").upper()),
    ("own_asset_symbol", "a symbol for an asset", "T63", LONG, f'own_assets = ["{OTHER}"]', 'own_assets = ["FTT"]'),
    ("registry_without_chain", "a registry on no chain", "T53", SHORT + REGISTRY, "eip155:1:", ""),
    (
        "registry_upper_case",
        "an address in another spelling",
        "T46",
        SHORT + REGISTRY,
        address("issuer"),
        "0x" + "AB" * 20,
    ),
    (
        "registry_issuer_domain",
        "a domain for an address",
        "T39",
        SHORT + REGISTRY,
        address("issuer"),
        "exchange.example",
    ),
    ("registry_issuer_missing", "nobody's history", "T36", SHORT + REGISTRY, f'issuer = "{address("issuer")}"\n', ""),
    ("registry_no_delay", "an anchor at any time", "T37", SHORT + REGISTRY, "max_delay_seconds = 604_800\n", ""),
    ("registry_any_silence", "a view of any age", "T37", SHORT + REGISTRY, "7_200", "0"),
    ("registry_silence_text", "an age as text", None, SHORT + REGISTRY, "7_200", '"2 hours"'),
    ("registry_negative_delay", "an anchor before the instant", "T37", SHORT + REGISTRY, "604_800", "-1"),
    ("registry_block_text", "a block as text", None, SHORT + REGISTRY, "23_600_000", '"latest"'),
    ("registry_twice", "two registries", "T35", SHORT + REGISTRY, REGISTRY, REGISTRY * 2),
    ("registry_url", "the address of a source", "T96", SHORT + REGISTRY, "[registry]", '[registry]\nurl = "https://x"'),
    (
        "registries_name",
        "a contract's name for its code",
        "T60",
        LONG,
        f'registries = ["{WORD}"]',
        'registries = ["main"]',
    ),
    ("wallets_name", "a wallet's name for its code", "T47", LONG, f'wallets = ["{WORD}"]', 'wallets = ["safe"]'),
    ("accepted_policies_sha1", "a weak digest", "T11", LONG, ACCEPTED, "sha1:" + "0" * 40),
    ("committees_short", "half an id", None, LONG, f'committees = ["{WORD}"]', f'committees = ["{WORD[:34]}"]'),
    ("waiver_without_reason", "a waiver without a reason", None, SHORT + WAIVE, "no registry is in use", " "),
    ("waiver_twice", "a waiver twice", None, SHORT + WAIVE, WAIVE, WAIVE * 2),
    ("waiver_of_a_family", "a waiver of many checks", None, SHORT + WAIVE, "publication.anchored", "publication"),
    ("waiver_escape", "an escape sequence in a reason", "T93", SHORT + WAIVE, "no registry", "\\u001b[2J"),
    ("class_empty", "a class of nothing", None, SHORT + CLASS, CLASS, "[[class]]\nmembers = []\n"),
    ("class_twice", "an asset in two classes", "T62", SHORT + CLASS, CLASS, CLASS * 2),
    ("class_symbol", "a symbol in a class", "T61", SHORT + CLASS, TOKEN, "USDT"),
    ("class_decimals", "more decimals than there are", "T59", SHORT + CLASS, "decimals = 18", "decimals = 37"),
    ("layout_slot_number", "a slot as a number", None, SHORT + LAYOUT, '"0x09"', "9"),
    ("layout_order", "an unknown order", None, SHORT + LAYOUT, "key-slot", "solidity"),
    (
        "layout_half_proxy",
        "a proxy's slot without its code",
        "T60",
        SHORT + LAYOUT,
        "order =",
        f'implementation_slot = "{WORD}"\norder =',
    ),
    ("layout_no_code", "a layout for any code", "T60", SHORT + LAYOUT, f'code_hash = "{WORD}"\n', ""),
    ("call_no_code", "a token's own word under any code", "T60", SHORT + CALLS, f'codes = ["{WORD}"]', "codes = []"),
    ("call_method", "an unknown method", "T60", SHORT + CALLS, "convertToAssets", "convertToWealth"),
    ("call_no_underlying", "shares of nothing", "T62", SHORT + CALLS, f'underlying = "{TOKEN}"\n', ""),
    (
        "call_own_coin",
        "a call of a chain's own coin",
        "T60",
        SHORT + CALLS,
        f'asset = "{VAULT}"',
        'asset = "eip155:1/slip44:60"',
    ),
    ("kind_unknown", "an unknown kind", "T62", SHORT + CLASS, "bridged", "synthetic"),
    ("kinds_unknown", "a kind that no class has", "T62", LONG, '["vault", "bridged"]', '["any"]'),
    ("quorum_symbol", "a symbol for a token", "T61", LONG, f'quorum_tokens = ["{OTHER}"]', 'quorum_tokens = ["USDT"]'),
    ("bridge_one_asset", "a bridge to itself", "T54", SHORT + BRIDGE, f'minted = "{OTHER}"', f'minted = "{TOKEN}"'),
    (
        "bridge_other_chain",
        "an escrow of another chain's asset",
        "T54",
        SHORT + BRIDGE,
        f'asset = "{TOKEN}"',
        f'asset = "{OTHER}"',
    ),
    ("bridge_no_minted", "an escrow for nobody", "T54", SHORT + BRIDGE, f'minted = "{OTHER}"\n', ""),
    ("beacon_forks_unsorted", "forks out of order", "T53", SHORT + BEACON, "epoch = 0,", "epoch = 400_000,"),
    ("beacon_version_short", "a fork version of 3 bytes", "T53", SHORT + BEACON, "0x05000000", "0x050000"),
    ("beacon_no_forks", "no rules at all", "T53", SHORT + BEACON, "forks = [", "forks = []\nolder = ["),
    ("checkpoint_short", "half a root", "T55", LONG, f'checkpoint = "{WORD}"', f'checkpoint = "{WORD[:34]}"'),
    ("encumbered_other_chain", "another chain's asset", "T53", SHORT + ENCUMBERED, TOKEN, OTHER),
    ("encumbered_number", "an amount as a number", "T87", SHORT + ENCUMBERED, '"1000000"', "1000000"),
    ("encumbered_twice", "one holding twice", "T52", SHORT + ENCUMBERED, ENCUMBERED, ENCUMBERED * 2),
    ("movement_never", "no moment before", "T51", SHORT + MOVEMENT, "[86_400, 604_800]", "[]"),
    ("movement_zero_threshold", "everything is material", "T51", SHORT + MOVEMENT, '"0.1"', '"0.0"'),
    ("movement_whole_threshold", "nothing is material", "T51", SHORT + MOVEMENT, '"0.1"', '"1"'),
    ("movement_float", "a share as a floating-point number", "T51", SHORT + MOVEMENT, '"0.1"', "0.1"),
    (
        "movement_at_once",
        "a look at the instant itself",
        "T58",
        SHORT + MOVEMENT,
        "after_seconds = [86_400]",
        "after_seconds = [0]",
    ),
    ("law_document_name", "a name for a document", "T88", SHORT + LAW, digest("trustee"), "trustee.pdf"),
    ("law_document_sha1", "a weak digest", "T11", SHORT + LAW, digest("trustee"), "sha1:" + "0" * 40),
    ("law_document_digests", "digests alone", "T73", SHORT + LAW.replace(DOCUMENT, ""), "[law]", DIGESTS),
    ("law_document_twice", "a document twice", "T86", SHORT + LAW, DOCUMENT, DOCUMENT * 2),
    ("law_document_nothing", "a document of nothing", None, SHORT + LAW, '["money", "custody"]', "[]"),
    ("law_document_topic_twice", "a topic twice", "T86", SHORT + LAW, '"money", "custody"', '"money", "money"'),
    ("law_document_topic", "a topic that is none", None, SHORT + LAW, '"money", "custody"', '"everything"'),
    ("law_document_covers", "no topics", "T73", SHORT + LAW, 'covers = ["money", "custody"]\n', ""),
    ("law_document_day", "a day that does not exist", "T92", SHORT + LAW, "dated = 2026-10-31", 'dated = "2026-02-30"'),
    ("law_document_age", "a document for ever", "T37", SHORT + LAW, "max_age_days = 90", "max_age_days = 36_600"),
    ("law_grade", "a grade that is none", None, SHORT + LAW, "self-declared", "audited"),
    ("law_grade_number", "a grade as a number", None, SHORT + LAW, '"self-declared"', "1"),
    ("law_rulebook_twice", "a rulebook twice", None, SHORT + LAW, "jp-intermediary", "jp-exchange"),
    (
        "law_rulebook_text",
        "a rulebook and no list",
        None,
        SHORT + LAW,
        '["jp-intermediary", "jp-exchange"]',
        '"jp-exchange"',
    ),
    ("law_rulebook_empty", "a rulebook without a name", None, SHORT + LAW, '"jp-intermediary"', '""'),
    ("law_registered_escape", "an escape sequence", "T93", SHORT + LAW, "Kanto 00099", "\\u001b[2J"),
    ("law_registered_blank", "blanks around a number", "T86", SHORT + LAW, "Kanto 00099", " Kanto 00099"),
    ("law_registered_number", "a number alone", None, SHORT + LAW.replace(REGISTERED, ""), "[law]", ONE_NUMBER),
    ("law_registered_nameless", "a number of nobody's", None, SHORT + LAW, 'name = "Example Exchange K.K."\n', ""),
    ("law_registered_kind", "a kind that is none", None, SHORT + LAW, '"exchange"', '"bank"'),
    ("law_registered_twice", "a number twice", None, SHORT + LAW, REGISTERED, REGISTERED * 2),
    ("law_url", "a place to fetch rulebooks from", "T95", SHORT + LAW, "[law]", '[law]\nurl = "https://x"'),
    ("law_twice", "two of them", "T86", SHORT + LAW, LAW, LAW * 2),
    ("price_twice", "two prices of one instant", "T67", SHORT + LAW, PRICE, PRICE * 2),
    ("price_symbol", "a symbol for an asset", "T61", SHORT + LAW, f'asset = "{TOKEN}"', 'asset = "USDT"'),
    ("price_number", "a price as a floating-point number", "T67", SHORT + LAW, '"150.25"', "150.25"),
    ("price_zero", "a coin that is worth nothing", "T67", SHORT + LAW, "150.25", "0"),
    ("price_negative", "a negative price", "T67", SHORT + LAW, "150.25", "-150.25"),
    ("price_no_time", "a price of any time", "T67", SHORT + LAW, 'at = "2026-11-01T00:00:00Z"\n', ""),
    ("price_no_source", "a price from nowhere", "T67", SHORT + LAW, "an index", ""),
    ("waiver_of_a_rulebook", "a waiver of all rules", None, SHORT + WAIVE, "publication.anchored", "jp-exchange/"),
    ("waiver_of_any_rule", "a waiver of many rules", None, SHORT + WAIVE, "publication.anchored", "jp-exchange/JP-*"),
    ("integer_5000_digits", "a number of 5000 digits", "T84", SHORT, "86400", "9" * 5000),
    ("integer_hexadecimal", "a number of 40,000 bits", "T84", SHORT, "86400", "0x" + "f" * 10_000),
    ("nested", "lists in lists", "T84", SHORT, "version = 1", "version = " + "[" * 5000),
    ("dotted", "a key of many parts", "T84", SHORT, "version = 1", "a." * 5000 + "a = 1"),
    ("no_such_date", "a day that does not exist", "T92", SHORT, "86400", "2026-02-30"),
    ("json", "JSON", None, SHORT, SHORT, '{"version": 1}'),
    ("nothing", "nothing", "T68", SHORT, SHORT, ""),
]


def policy_cases() -> Iterator[Case]:
    for name, description, text, covered in GOOD:
        expect = {"digest": sha256(canonical(covered))}
        yield case(f"{FAMILY}/{name}", description, None, {"toml": text}, expect)
    for name, description, threat, base, old, new in SPOILED:
        if base.count(old) != 1 and name not in {"class_twice", "root_upper_case"}:
            raise SystemExit(f"{name}: {old!r} stands {base.count(old)} times in its policy")
        text = base.replace(old, new, 1)
        yield case(f"{FAMILY}/{name}", description, threat, {"toml": text}, {"error": "FormatError"})
    newer = SHORT.replace("version = 1", "version = 2")
    expect = refusal("/version", "UnsupportedVersionError")
    yield case(f"{FAMILY}/version_2", "another version", "T70", {"toml": newer}, expect)
