"""Claim documents: estimates of what comes first to customers, computed here by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from scripts.document_vectors.case import (
    MISSING,
    Case,
    Json,
    Spoiled,
    canonical,
    case,
    digest,
    sha256,
    spelling_cases,
    spoiled_cases,
)

FAMILY = "claim-document"
BITCOIN, ETHER = "bip122:000000000019d6689c085ae165831e93/slip44:0", "eip155:1/slip44:60"


def part(share: Fraction | None, units: int) -> Json | None:
    if share is None:
        return None
    return {
        "share": f"{share.numerator}/{share.denominator}",
        "units": str(share.numerator * units // share.denominator),
    }


def shares(units: int, *parts: Fraction | None) -> Json:
    first, second, third, fourth = (part(share, units) for share in parts)
    return {
        "perKind": {"preferential": first, "general": second},
        "singlePool": {"preferential": third, "general": fourth},
    }


def row(units: int, proven: Json, claimed: Json, asset: str = BITCOIN, decimals: int = 8) -> Json:
    return {
        "asset": asset,
        "kind": asset,
        "decimals": decimals,
        "segments": ["margin", "spot"],
        "units": str(units),
        "proven": proven,
        "claimed": claimed,
    }


# The worked example: 80 % and 31.25 % of the rest by the first model, 436/470 and 31.25 % of the rest by the second.
FOUR_FIFTHS, SIXTEENTH, POOLED = Fraction(4, 5), Fraction(1, 16), Fraction(436, 470)
GOLDEN = shares(150_000_000, FOUR_FIFTHS, SIXTEENTH, POOLED, (1 - POOLED) * Fraction(5, 16))
WHOLE = shares(10**18, Fraction(1), Fraction(0), Fraction(1), Fraction(0))
UNKNOWN = shares(150_000_000, FOUR_FIFTHS, None, None, None)
NOTHING = shares(150_000_000, None, None, None, None)

DOCUMENT: Json = {
    "mediaType": "application/vnd.por.claim.v1+json",
    "issuer": "exchange.example",
    "instant": "2026-11-01T00:00:00Z",
    "bundle": digest("bundle"),
    "policy": digest("policy"),
    "examined": {"verdict": digest("verdict"), "outcome": "FAIL"},
    "inclusion": {"verdict": digest("inclusion"), "outcome": "PASS", "proofs": [digest("proof")]},
    "computedAt": "2026-11-02T00:00:00Z",
    "currency": "JPY",
    "loss": {"hot": True, "coins": [{"asset": BITCOIN, "amount": "200"}]},
    "money": [{"currency": "JPY", "owed": "500", "held": "400", "share": "4/5"}],
    "coins": [row(150_000_000, GOLDEN, GOLDEN), row(10**18, WHOLE, WHOLE, ETHER, 18)],
    "missing": [],
}
LACKS = [{"what": "currency", "subject": ""}, {"what": "estate", "subject": ""}]
OPEN: Json = {
    **DOCUMENT,
    "currency": None,
    "coins": [row(150_000_000, UNKNOWN, UNKNOWN)],
    "missing": LACKS,
}
GOOD: list[tuple[str, str, Json]] = [
    ("worked_example", "the worked example, for one customer", DOCUMENT),
    ("all_customers", "an estimate for all customers together", {**DOCUMENT, "inclusion": None}),
    ("inputs_missing", "no prices and no estate", OPEN),
    (
        "worth_missing",
        "nobody knows what a listed holding stands for",
        {
            **OPEN,
            "coins": [row(150_000_000, UNKNOWN, NOTHING)],
            "missing": [*LACKS, {"what": "worth", "subject": BITCOIN}],
        },
    ),
    (
        "undecided_inclusion",
        "an inclusion that leaves something else undecided",
        {**DOCUMENT, "inclusion": {**DOCUMENT["inclusion"], "outcome": "INCONCLUSIVE"}},
    ),
    (
        "nothing_owed_in_money",
        "money of which nothing is owed is all covered",
        {**DOCUMENT, "money": [{"currency": "JPY", "owed": "0", "held": "0", "share": "1/1"}]},
    ),
    ("nothing_lost", "nothing assumed to be lost", {**DOCUMENT, "loss": {"hot": False, "coins": []}}),
]
_FIRST = "/coins/0/proven/perKind/preferential"
SPOILED: list[Spoiled] = [
    ("inclusion_refuted", "a refuted inclusion proof", "T34", "/inclusion/outcome", "FAIL"),
    ("inclusion_without_proofs", "an inclusion of nothing", "T34", "/inclusion/proofs", []),
    (
        "inclusion_proof_twice",
        "one proof twice",
        "T46",
        "/inclusion/proofs",
        [digest("proof")] * 2,
        "/inclusion/proofs/1",
    ),
    ("inclusion_missing", "no word about an inclusion", "T34", "/inclusion", MISSING, "/"),
    ("issuer_url", "a URL for a name", "T95", "/issuer", "https://exchange.example"),
    ("outcome_unknown", "an outcome that is none", "T73", "/examined/outcome", "SOLVENT"),
    ("bundle_null", "an estimate from nothing", "T34", "/bundle", None),
    ("share_above_one", "more than all", "T16", f"{_FIRST}/share", "5/4"),
    ("share_not_lowest", "a share in other terms", "T86", f"{_FIRST}/share", "8/10"),
    ("share_percent", "a share in per cent", "T22", f"{_FIRST}/share", "80%"),
    ("share_float", "a rounded share", "T22", f"{_FIRST}/share", "0.8"),
    ("share_negative", "a negative share", "T03", f"{_FIRST}/share", "-4/5"),
    ("share_by_zero", "a share of nothing", "T86", f"{_FIRST}/share", "1/0"),
    ("share_long", "a share without end", "T84", f"{_FIRST}/share", "1/1" + "0" * 4000),
    ("share_number", "a share as a number", "T22", f"{_FIRST}/share", 1),
    ("units_not_the_share", "an amount that the share does not give", "T16", f"{_FIRST}/units", "120000001"),
    ("units_rounded_up", "an amount rounded up", "T21", "/coins/0/proven/singlePool/preferential/units", "139148937"),
    ("units_negative", "a negative amount", "T03", "/coins/0/units", "-150000000"),
    ("units_number", "an amount as a number", "T22", "/coins/0/units", 150_000_000),
    (
        "units_other",
        "another amount than the shares were taken of",
        "T16",
        "/coins/0/units",
        "150000005",
        f"{_FIRST}/units",
    ),
    (
        "paid_twice",
        "both parts together are more than is owed",
        "T16",
        "/coins/0/proven/perKind/general",
        part(Fraction(1, 4), 150_000_000),
        "/coins/0/proven/perKind",
    ),
    (
        "second_without_first",
        "what comes second is known, and what comes first is not",
        "T64",
        _FIRST,
        None,
        "/coins/0/proven/perKind/general",
    ),
    ("figure_missing", "a figure left out for no reason", "T64", "/coins/0/proven/perKind/general", None, "/missing"),
    (
        "claimed_below_proven",
        "less is claimed than is proven",
        "T16",
        "/coins/0/claimed",
        shares(150_000_000, Fraction(1, 2), SIXTEENTH, POOLED, Fraction(0)),
    ),
    ("coins_unsorted", "assets out of order", "T86", "/coins", DOCUMENT["coins"][::-1], "/coins/1"),
    ("coins_twice", "one asset twice", "T46", "/coins", [DOCUMENT["coins"][0]] * 2, "/coins/1"),
    (
        "segments_unsorted",
        "segments out of order",
        "T86",
        "/coins/0/segments",
        ["spot", "margin"],
        "/coins/0/segments/1",
    ),
    ("segment_upper_case", "a segment in another spelling", "T86", "/coins/0/segments/0", "Margin"),
    ("decimals_many", "more decimals than there are", "T59", "/coins/0/decimals", 37),
    ("asset_symbol", "a symbol for an asset", "T61", "/coins/0/asset", "BTC"),
    ("money_share_other", "a share that the money does not give", "T16", "/money/0/share", "1/1"),
    ("money_float", "money in floating point", "T22", "/money/0/owed", "5e2"),
    ("money_trailing_zero", "money in another spelling", "T86", "/money/0/owed", "500.0"),
    ("currency_lower_case", "a currency in another spelling", "T86", "/currency", "jpy"),
    ("loss_hot_text", "a truth as text", "T86", "/loss/hot", "true"),
    ("loss_negative", "a loss that adds coins", "T03", "/loss/coins/0/amount", "-200"),
    ("missing_unknown", "an input of no kind", "T86", "/missing", [{"what": "luck", "subject": ""}], "/missing/0/what"),
    ("missing_unsorted", "inputs out of order", "T86", "/missing", LACKS[::-1], "/missing/1"),
    ("account_named", "the account id, which is nobody else's business", "T96", "/account", "alice@example.com", "/"),
]


def claim_cases() -> Iterator[Case]:
    for name, description, document in GOOD:
        text = canonical(document)
        expect = {"coins": len(document["coins"]), "digest": sha256(text)}
        yield case(f"{FAMILY}/{name}", description, None, {"document": text}, expect)
    yield from spoiled_cases(FAMILY, DOCUMENT, SPOILED)
    yield from spelling_cases(FAMILY, DOCUMENT)
