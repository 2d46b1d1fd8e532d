"""A policy is read strictly, and its digest covers all it trusts and requires, and nothing else."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import policy_v1, tables_v1
from por.encoding.digests import digest_of
from por.encoding.tables_v1 import Tables
from por.errors import FormatError, UnsupportedVersionError
from por.model import (
    AssetClass,
    AssetId,
    ChainId,
    Denomination,
    Digest,
    Grade,
    KnownDocument,
    LawTrust,
    Policy,
    Registration,
    RegistrationKind,
    printable,
)
from por.model.declarations import Topic
from tests import pages
from tests.documents import canonical, evm_addresses, places, plain_texts, put

HEX = "ab" * 32
DIGEST = f"sha256:{HEX}"
ETHER, TOKEN = "eip155:1/slip44:60", "eip155:1/erc20:0x" + "22" * 20
NONE = Tables((), ())


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def toml_bytes(document: dict[str, Any]) -> bytes:
    """Write TOML with inline tables alone: enough, and another spelling than people use."""
    return "".join(f"{json.dumps(key)} = {toml_value(value)}\n" for key, value in document.items()).encode()


def read(document: dict[str, Any], shipped: Tables = NONE) -> Policy:
    return policy_v1.read(toml_bytes(document), shipped)


@pytest.fixture
def document() -> Any:
    return tomllib.loads(pages.blocks("policy.md")["toml policy.toml"])


@pytest.fixture
def shortest() -> Any:
    return tomllib.loads(pages.blocks("policy.md")["toml shortest.toml"])


def refused(document: Any, place: str, reason: str = "") -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        read(document)
    assert caught.value.place == place
    assert str(caught.value) == printable(str(caught.value))


def test_the_example_is_read(document: Any) -> None:
    policy = read(document)
    assert (policy.profile, policy.issuer, policy.ratio) == ("auditor", "exchange.example", Fraction(21, 20))
    assert (policy.max_age, policy.max_skew) == (3_024_000, 3600)
    assert policy.chains[ChainId.parse("eip155:1")].sources == 2
    assert policy.layouts[0].mask == 2**255 - 1
    assert policy.layouts[0].base_slot == 9
    assert policy.layouts[0].implementation is not None
    assert [waiver.check for waiver in policy.waivers] == ["liabilities.nonnegative", "snapshot.simultaneous"]
    assert AssetId.parse("eip155:1/erc20:0x" + "55" * 20) in policy.own_assets
    pin = policy.registry
    assert pin is not None
    assert (str(pin.contract), pin.issuer) == ("eip155:1:0x" + "77" * 20, "0x" + "33" * 20)
    assert (pin.from_block, pin.max_delay) == (23_600_000, 604_800)
    assert [len(item) for item in (*policy.registries, *policy.committees)] == [32, 32]


def test_nothing_is_trusted_by_default(shortest: Any) -> None:
    policy = read(shortest)
    assert policy.ratio == 1
    nothing = (policy.keys, policy.bundles, policy.roots, policy.recordings, policy.chains, policy.own_assets)
    assert not any(nothing)
    assert not any((policy.classes, policy.layouts, policy.require, policy.waivers))
    assert policy.registry is None
    assert not any((policy.registries, policy.committees))


WRONG_VALUES: list[tuple[str, object, str]] = [
    ("/version", 0, "not an integer between"),
    ("/version", "1", "not an integer"),
    ("/version", True, "not an integer"),
    ("/version", 1.0, "not an integer"),
    ("/profile", "customer", "one of auditor, job"),
    ("/profile", "Auditor", "one of auditor, job"),
    ("/profile", 1, "not text"),
    ("/issuer/id", "EXCHANGE.example", "domain name"),
    ("/issuer/keys", "exchange.example+00000000+AA==", "not a list"),
    ("/issuer/keys", ["a\u202eb"], "U\\+202E"),
    ("/issuer/keys", ["k" * 513], "at most 512"),
    ("/issuer/bundles", [HEX], "not a digest"),
    ("/issuer/roots", [DIGEST], "hexadecimal"),
    ("/issuer/roots", [HEX.upper()], "lower-case"),
    ("/recordings", ["sha256:x"], "not a digest"),
    ("/snapshot/max_age_seconds", -1, "not an integer between"),
    ("/snapshot/max_age_seconds", 1e9, "not an integer"),
    ("/snapshot/max_age_seconds", "35 days", "not an integer"),
    ("/snapshot/max_age_seconds", 2**41, "not an integer between"),
    ("/snapshot/max_skew_seconds", -5, "not an integer between"),
    ("/coverage/ratio", 1, "not text"),
    ("/coverage/ratio", 1.05, "not text"),
    ("/coverage/ratio", "", "not a ratio"),
    ("/coverage/ratio", "0", "not a ratio"),
    ("/coverage/ratio", "-1", "not a ratio"),
    ("/coverage/ratio", "1/0", "not a ratio"),
    ("/coverage/ratio", "1e2", "not a ratio"),
    ("/coverage/ratio", "105%", "not a ratio"),
    ("/coverage/ratio", "1,05", "not a ratio"),
    ("/coverage/ratio", "NaN", "not a ratio"),
    ("/coverage/ratio", "１", "not a ratio"),
    ("/coverage/ratio", " 1", "not a ratio"),
    ("/coverage/ratio", "1" * 5000, "not a ratio"),
    ("/coverage", [], "not a table"),
    ("/coverage", 0, "not a table"),
    ("/coverage", "", "not a table"),
    ("/coverage", False, "not a table"),
    ("/issuer", [], "not a table"),
    ("/snapshot", "1 day", "not a table"),
    ("/coverage/kinds", "wrapped", "not a list"),
    ("/coverage/kinds", ["synthetic"], "none of native"),
    ("/quorum_tokens", ["USDT"], "CAIP-19"),
    ("/wallets", ["safe"], "0x"),
    ("/movement", [], "not a table"),
    ("/movement/before_seconds", [], "at least one moment"),
    ("/movement/after_seconds", [0], "not an integer between"),
    ("/movement/threshold", 0.1, "not text"),
    ("/movement/threshold", "0.0", "above zero and below one"),
    ("/movement/threshold", "1", "above zero and below one"),
    ("/encumbered/0/kind", "free", "none of pledged"),
    ("/encumbered/0/amount", 1, "not text"),
    ("/encumbered/0/asset", "eip155:10/slip44:60", "another chain"),
    ("/call/0/codes", [], "at least the hash"),
    ("/call/0/method", "totalAssets", "none of balanceOf"),
    ("/call/0/asset", ETHER, "not a token"),
    ("/bridge/0/minted", "eip155:1/erc20:0x" + "22" * 20, "the escrowed asset itself"),
    ("/bridge/0/asset", ETHER.replace("eip155:1/", "eip155:10/"), "another chain"),
    ("/beacon/0/forks", [], "at least one fork"),
    ("/beacon/0/forks/0/version", "0x0101", "4"),
    ("/beacon/0/genesis_time", "noon", "not an integer"),
    ("/chain/0/checkpoint", "0x" + HEX[2:], "31 bytes"),
    ("/chain", {}, "not a list"),
    ("/chain/0", "eip155:1", "not a table"),
    ("/chain/0/id", "mainnet", "not a CAIP-2"),
    ("/chain/0/sources", 0, "between 1 and 64"),
    ("/chain/0/sources", 65, "between 1 and 64"),
    ("/chain/0/genesis", HEX, "begins with 0x"),
    ("/chain/0/genesis", "0x" + HEX + "00", "33 bytes"),
    ("/own_assets", ["FTT"], "not a CAIP-19"),
    ("/require", ["everything"], "not a check id"),
    ("/require", "liabilities.recomputed", "not a list"),
    ("/waive/0/check", "publication", "not a check id"),
    ("/waive/0/reason", "", "gives its reason"),
    ("/waive/0/reason", "   ", "gives its reason"),
    ("/waive/0/reason", "r" * 501, "at most 500"),
    ("/waive/0/reason", "\x1b[2J", "U\\+001B"),
    ("/class/0/members", [], "at least one member"),
    ("/class/0/members/0/asset", "USDX", "not a CAIP-19"),
    ("/class/0/members/0/decimals", 37, "between 0 and 36"),
    ("/class/0/members/0/decimals", "6", "not an integer"),
    ("/layout/0/code_hash", HEX, "begins with 0x"),
    ("/layout/0/base_slot", 9, "not text"),
    ("/layout/0/base_slot", "0x", "0 bytes"),
    ("/layout/0/base_slot", "0x9", "even number"),
    ("/layout/0/base_slot", "0x" + "00" * 33, "expected 1 to 32"),
    ("/layout/0/code_hash", "0x" + HEX + "00", "33 bytes"),
    ("/layout/0/mask", "0x" + HEX + "00", "33 bytes"),
    ("/layout/0/implementation_slot", "0x" + HEX + "00", "33 bytes"),
    ("/layout/0/implementation_code_hash", "0x" + HEX[:-2], "31 bytes"),
    ("/layout/0/implementation_code_hash", "0x" + HEX + "00", "33 bytes"),
    ("/snapshot/max_skew_seconds", 2**40 + 1, "not an integer between"),
    ("/snapshot/max_age_seconds", 2**40 + 1, "not an integer between"),
    ("/class/0/members/0/decimals", -1, "between 0 and 36"),
    ("/layout/0/order", "solidity", "is none of key-slot, slot-key"),
    ("/layout/0/mask", "0xff", "1 bytes"),
    ("/layout/0/implementation_slot", "0x00", "1 bytes"),
    ("/registries", "0x" + HEX, "not a list"),
    ("/registries/0", HEX, "begins with 0x"),
    ("/registries/0", "0x" + HEX + "00", "33 bytes"),
    ("/committees", {}, "not a list"),
    ("/committees/0", HEX, "begins with 0x"),
    ("/committees/0", "0x" + HEX[:-2], "31 bytes"),
    ("/committees/0", 7, "not text"),
    ("/accepted_policies", {}, "not a list"),
    ("/accepted_policies/0", "0x" + HEX, "not a digest"),
    ("/registry", [], "not a table"),
    ("/registry", "eip155:1:0x" + "77" * 20, "not a table"),
    ("/registry/contract", "0x" + "77" * 20, "not a CAIP-2"),
    ("/registry/contract", "eip155:1:0x" + "AA" * 20, "lower case"),
    ("/registry/contract", "bip122:000000000019d6689c085ae165831e93:1abc", "EVM chain"),
    ("/registry/contract", "eip155:1:registry.example", "not an EVM address"),
    ("/registry/issuer", "exchange.example", "not an EVM address"),
    ("/registry/issuer", "0x" + "AA" * 20, "lower case"),
    ("/registry/issuer", "eip155:1:0x" + "88" * 20, "not"),
    ("/registry/issuer", "", "not an EVM address"),
    ("/registry/from_block", -1, "not an integer between"),
    ("/registry/from_block", "23600000", "not an integer"),
    ("/registry/from_block", 2**53, "not an integer between"),
    ("/registry/max_delay_seconds", -1, "not an integer between"),
    ("/registry/max_silence_seconds", 0, "not an integer between"),
    ("/registry/max_silence_seconds", "6 h", "not an integer"),
    ("/registry/max_delay_seconds", 2**40 + 1, "not an integer between"),
    ("/registry/max_delay_seconds", "7 days", "not an integer"),
    ("/law", [], "not a table"),
    ("/law", "jp-exchange", "not a table"),
    ("/law/rulebooks", "jp-exchange", "not a list"),
    ("/law/rulebooks", [""], "empty"),
    ("/law/rulebooks", ["r" * 257], "at most 256"),
    ("/law/documents", DIGEST, r"write \[\[law.document\]\]"),
    ("/law/document/0/digest", "trustee.pdf", "not a digest"),
    ("/law/document", [{"digest": DIGEST, "covers": []}], "covers names no topic"),
    ("/law/document", [{"digest": DIGEST, "covers": ["money", "money"]}], "or one twice"),
    ("/law/document/0/covers", ["everything"], "none of"),
    ("/law/document/0/dated", "2026-02-30", "no such day"),
    ("/law/document/0/max_age_days", 36_600, "not an integer between"),
    ("/law/registered/0/number", "a\u202eb", "U\\+202E"),
    ("/law/registered/0/number", " Kanto 00099", "blank"),
    ("/law/registered/0/name", "", "not empty"),
    ("/law/registered/0/kind", "bank", "none of exchange"),
    ("/law/registered/0", "Kanto 00099", "a number alone; write"),
    ("/law/grade", "audited", "none of the grades self-declared, third-party document"),
    ("/law/grade", 2, "not text"),
    ("/law/price/0/asset", "ETH", "not a CAIP-19"),
    ("/law/price/0/currency", "¥", "not a currency"),
    ("/law/price/0/price", 412350.5, "not text"),
    ("/law/price/0/price", "0", "above zero"),
    ("/law/price/0/price", "-1", "not an exact decimal"),
    ("/law/price/0/price", "NaN", "not an exact decimal"),
    ("/law/price/0/source", "", "not empty"),
    ("/law/price/0/at", "2026-11-01", "not an instant"),
    ("/waive/0/check", "jp-exchange/", "not a rule"),
    ("/waive/0/check", "jp-exchange/JP-*", "not a rule"),
    ("/waive/0/check", "JP-EXCHANGE/JP-SEG-01", "not a rule"),
]


@pytest.mark.parametrize(("place", "value", "reason"), WRONG_VALUES)
def test_a_wrong_value_is_refused_at_its_place(document: Any, place: str, value: object, reason: str) -> None:
    inside = isinstance(value, list) and value and "list" not in reason
    refused(put(document, place, value), f"{place}/0" if inside else place, reason)


AT_THE_LIMIT: list[tuple[str, object]] = [
    ("/snapshot/max_age_seconds", 2**40),
    ("/snapshot/max_skew_seconds", 2**40),
    ("/snapshot/max_skew_seconds", 0),
    ("/chain/0/sources", 64),
    ("/issuer/keys/0", "k" * 512),
    ("/waive/0/reason", "r" * 500),
    ("/class/0/members/0/decimals", 36),
    ("/class/0/members/0/decimals", 0),
    ("/layout/0/base_slot", "0x" + "ff" * 32),
    ("/layout/0/base_slot", "0x00"),
]


@pytest.mark.parametrize(("place", "value"), AT_THE_LIMIT)
def test_a_value_at_its_limit_is_read(document: Any, place: str, value: object) -> None:
    assert read(put(document, place, value)).digest != read(document).digest


def test_an_empty_coverage_is_the_default(shortest: Any) -> None:
    assert read({**shortest, "coverage": {}}).digest == read(shortest).digest


def test_t84_a_list_has_a_limit(shortest: Any) -> None:
    roots = [f"{number:064x}" for number in range(10_001)]
    assert len(read(put(shortest, "/issuer/roots", roots[1:])).roots) == 10_000
    refused(put(shortest, "/issuer/roots", roots), "/issuer/roots", "10001 items; at most 10000")


def test_t70_another_version_is_refused_by_name(document: Any) -> None:
    with pytest.raises(UnsupportedVersionError, match="/version: a policy of version 2; this release reads 1"):
        read({**document, "version": 2})


@pytest.mark.parametrize(
    "above",
    [
        "",
        "/issuer",
        "/snapshot",
        "/coverage",
        "/chain/0",
        "/waive/0",
        "/class/0",
        "/class/0/members/0",
        "/layout/0",
        "/law",
    ],
)
@pytest.mark.parametrize("name", ["max_ages", "rato", "Keys", "url", "endpoint", "api_key", "\x1b[31m"])
def test_a_slip_of_the_pen_does_not_loosen_a_policy(document: Any, above: str, name: str) -> None:
    refused(put(document, f"{above}/{name}", "x"), above or "/", "unknown member")


def test_t95_t96_a_policy_has_no_place_for_a_source_and_the_error_does_not_show_its_key(document: Any) -> None:
    secret = "https://node.example/v3/0123456789abcdef"
    for place in ("/chain/0/url", "/sources", "/chain/0/source"):
        with pytest.raises(FormatError, match="unknown member") as caught:
            read(put(document, place, secret))
        assert "0123456789abcdef" not in str(caught.value)


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ("", "version"),
        ("", "profile"),
        ("", "issuer"),
        ("", "snapshot"),
        ("/issuer", "id"),
        ("/snapshot", "max_age_seconds"),
        ("/snapshot", "max_skew_seconds"),
        ("/chain/0", "id"),
        ("/chain/0", "sources"),
        ("/waive/0", "check"),
        ("/waive/0", "reason"),
        ("/class/0", "members"),
        ("/class/0/members/0", "decimals"),
        ("/layout/0", "code_hash"),
        ("/layout/0", "base_slot"),
        ("/registry", "contract"),
        ("/registry", "issuer"),
        ("/registry", "from_block"),
        ("/registry", "max_delay_seconds"),
        *(("/law/document/0", name) for name in ("digest", "covers")),
        *(("/law/price/0", name) for name in ("asset", "currency", "price", "source", "at")),
        *(("/law/registered/0", name) for name in ("number", "name", "kind")),
    ],
)
def test_a_missing_entry_is_named(document: Any, above: str, name: str) -> None:
    changed = json.loads(json.dumps(document))
    holder = changed
    for step in above.split("/")[1:]:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    del holder[name]
    refused(changed, above or "/", f"entry '{name}' is missing")


def test_what_is_brought_for_rulebooks_is_read(document: Any, shortest: Any) -> None:
    law = read(document).law
    assert law.rulebooks == ("jp-exchange",)
    assert law.registered == {Registration("Kanto 00099", "Example Exchange K.K.", RegistrationKind.EXCHANGE)}
    assert law.grade is Grade.THIRD_PARTY_DOCUMENT
    (row,) = document["law"]["document"]
    assert law.documents == (
        KnownDocument(Digest.parse(row["digest"]), (Topic.CUSTODY, Topic.MONEY), date(2026, 10, 31), 366),
    )
    (price,) = law.prices
    assert (price.price, price.currency, str(price.asset)) == (Fraction(824701, 2), "JPY", ETHER)
    assert read(shortest).law == read(put(shortest, "/law", {})).law == LawTrust()


@pytest.mark.parametrize("name", ["rulebooks", "document", "registered", "price"])
def test_a_rulebook_a_registration_and_a_price_are_named_once(document: Any, name: str) -> None:
    rows = document["law"][name]
    refused(put(document, f"/law/{name}", [*rows, *rows]), f"/law/{name}/1", "twice|above already")


@pytest.mark.parametrize("name", ["rulebooks", "document", "registered", "price"])
def test_the_order_of_what_is_brought_for_rulebooks_changes_no_digest(document: Any, name: str) -> None:
    other = {
        "rulebooks": "jp-intermediary",
        "document": {"digest": DIGEST, "covers": ["prices"]},
        "registered": {"number": "Kanto 00001", "name": "Another", "kind": "exchange"},
        "price": {**document["law"]["price"][0], "asset": TOKEN},
    }
    rows = [*document["law"][name], other[name]]
    one, two = (read(put(document, f"/law/{name}", items)).digest for items in (rows, rows[::-1]))
    assert one == two != read(document).digest


def test_a_price_of_another_instant_is_another_price(document: Any) -> None:
    rows = document["law"]["price"]
    later = {**rows[0], "at": "2026-11-01T00:00:01Z"}
    assert len(read(put(document, "/law/price", [*rows, later])).law.prices) == 2


def test_chains_and_waivers_are_named_once(document: Any) -> None:
    chain, waiver = document["chain"][0], document["waive"][0]
    refused(put(document, "/chain", [chain, {**chain, "sources": 1}]), "/chain/1", "eip155:1 is named twice")
    refused(put(document, "/waive", [waiver, waiver]), "/waive/1", "liabilities.nonnegative is named twice")


@pytest.mark.parametrize("name", ["implementation_slot", "implementation_code_hash"])
def test_a_proxys_slot_and_code_come_together(document: Any, name: str) -> None:
    layout = {key: value for key, value in document["layout"][0].items() if key != name}
    refused(put(document, "/layout/0", layout), "/layout/0", "come together")


def test_t60_without_a_mask_the_whole_word_is_the_balance(document: Any) -> None:
    names = ("asset", "code_hash", "base_slot", "order")
    layout = {name: document["layout"][0][name] for name in names}
    policy = read(put(document, "/layout/0", layout))
    assert policy.layouts[0].mask == 2**256 - 1
    assert policy.layouts[0].implementation is None


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("1", Fraction(1)),
        ("1.0", Fraction(1)),
        ("1.05", Fraction(21, 20)),
        ("21/20", Fraction(21, 20)),
        ("19/20", Fraction(19, 20)),
        ("1/3", Fraction(1, 3)),
        ("1.00000001", Fraction(100_000_001, 100_000_000)),
        ("999999999/999999998", Fraction(999_999_999, 999_999_998)),
    ],
)
def test_t75_a_ratio_is_exact(shortest: Any, text: str, ratio: Fraction) -> None:
    assert read({**shortest, "coverage": {"ratio": text}}).ratio == ratio


# The digest.


def test_the_digest_is_that_of_the_canonical_bytes(document: Any) -> None:
    policy = read(document)
    data = policy_v1.canonical_bytes(policy)
    assert policy.digest == digest_of(data)
    assert canonical(json.loads(data)) == data


def test_the_digest_does_not_depend_on_spelling(document: Any) -> None:
    people = pages.blocks("policy.md")["toml policy.toml"].encode()
    spellings = [
        toml_bytes(document),
        people,
        b"# a comment\n" + people,
        people.replace(b"\n", b"\r\n"),
        people.replace(b'ratio = "1.05"', b'ratio = "21/20"'),
        people.replace(b"3024000", b"3_024_000"),
        people.replace(b'"auditor"', b"'auditor'"),
        toml_bytes(dict(reversed(document.items()))),
        toml_bytes({**document, "waive": document["waive"][::-1]}),
    ]
    assert len({policy_v1.read(text, NONE).digest for text in spellings}) == 1


CHANGES: list[tuple[str, object]] = [
    ("/profile", "job"),
    ("/issuer/id", "other.example"),
    ("/issuer/keys", []),
    ("/issuer/keys/0", "other"),
    ("/issuer/bundles", []),
    ("/issuer/bundles/0", DIGEST),
    ("/issuer/roots/0", HEX),
    ("/recordings/0", DIGEST),
    ("/snapshot/max_age_seconds", 3_024_001),
    ("/snapshot/max_skew_seconds", 0),
    ("/coverage/ratio", "1.04"),
    ("/chain/0/id", "eip155:10"),
    ("/chain/0/sources", 1),
    ("/chain/0/genesis", "0x" + HEX),
    ("/chain", []),
    ("/class/0/members/0/decimals", 7),
    ("/class/0/members/1/asset", ETHER),
    ("/class", []),
    ("/layout/0/base_slot", "0x08"),
    ("/layout/0/code_hash", "0x" + HEX),
    ("/layout/0/order", "slot-key"),
    ("/layout/0/mask", "0x" + "ff" * 32),
    ("/layout/0/implementation_slot", "0x" + HEX),
    ("/layout/0/implementation_code_hash", "0x" + HEX),
    ("/layout", []),
    ("/own_assets", []),
    ("/own_assets/0", TOKEN),
    ("/require", []),
    ("/require/0", "liabilities.nonnegative"),
    ("/waive", []),
    ("/waive/0/check", "snapshot.fresh"),
    ("/waive/0/reason", "another reason"),
    ("/registry/contract", "eip155:10:0x" + "77" * 20),
    ("/registry/issuer", "0x" + "99" * 20),
    ("/registry/from_block", 0),
    ("/registry/max_delay_seconds", 604_801),
    ("/registry/max_silence_seconds", 21_601),
    ("/registries", []),
    ("/registries/0", "0x" + HEX),
    ("/committees", []),
    ("/committees/0", "0x" + HEX),
    ("/accepted_policies", []),
    ("/accepted_policies/0", "sha256:" + HEX),
    ("/wallets", []),
    ("/wallets/0", "0x" + HEX),
    ("/quorum_tokens", []),
    ("/quorum_tokens/0", TOKEN),
    ("/coverage/kinds", []),
    ("/coverage/kinds/0", "lent"),
    ("/chain/0/checkpoint", "0x" + HEX),
    ("/class/0/members/2/kind", "wrapped"),
    ("/movement/before_seconds", [86_400]),
    ("/movement/after_seconds", [3600]),
    ("/movement/threshold", "0.2"),
    ("/encumbered", []),
    ("/encumbered/0/account", "eip155:1:0x" + "66" * 20),
    ("/encumbered/0/asset", "eip155:1/erc20:0x" + "66" * 20),
    ("/encumbered/0/kind", "lent"),
    ("/encumbered/0/amount", "2"),
    ("/call", []),
    ("/call/0/asset", TOKEN),
    ("/call/0/codes", ["0x" + HEX]),
    ("/call/0/codes/1", "0x" + HEX),
    ("/call/0/underlying", "eip155:1/erc20:0x" + "66" * 20),
    ("/bridge", []),
    ("/bridge/0/escrow", "eip155:1:0x" + "66" * 20),
    ("/bridge/0/asset", "eip155:1/erc20:0x" + "66" * 20),
    ("/bridge/0/minted", "eip155:10/erc20:0x" + "66" * 20),
    ("/law", {}),
    ("/law/rulebooks", []),
    ("/law/rulebooks/0", "jp-intermediary"),
    ("/law/document", []),
    ("/law/document/0/digest", DIGEST),
    ("/law/document/0/covers", ["money"]),
    ("/law/document/0/dated", "2026-10-30"),
    ("/law/document/0/max_age_days", 30),
    ("/law/registered/0/number", "Kanto 00100"),
    ("/law/registered/0/name", "Another"),
    ("/law/registered/0/kind", "custodian"),
    ("/law/grade", "self-declared"),
    ("/law/price", []),
    ("/law/price/0/asset", TOKEN),
    ("/law/price/0/currency", "USD"),
    ("/law/price/0/price", "412350.4"),
    ("/law/price/0/source", "another"),
    ("/law/price/0/at", "2026-11-01T00:00:01Z"),
    ("/waive/0/check", "jp-exchange/JP-SEG-01"),
    ("/beacon", []),
    ("/beacon/0/chain", "eip155:5"),
    ("/beacon/0/genesis_validators_root", "0x" + HEX),
    ("/beacon/0/genesis_time", 0),
    ("/beacon/0/forks", [{"epoch": 0, "version": "0x01017000"}]),
]


@pytest.mark.parametrize(("place", "value"), CHANGES)
def test_the_digest_changes_with_whatever_is_trusted_or_required(document: Any, place: str, value: object) -> None:
    assert read(put(document, place, value)).digest != read(document).digest


def test_every_entry_of_the_example_is_tried_above(document: Any) -> None:
    tried = {place for place, _ in CHANGES}
    untried = {
        place for place in places(document) if not any(t.startswith(place) or place.startswith(t) for t in tried)
    }
    assert untried == {"/version"}


def test_the_digest_covers_the_shipped_tables(shortest: Any) -> None:
    shipped = Tables((AssetClass((Denomination(AssetId.parse(ETHER), 18),)),), ())
    assert read(shortest, shipped).digest != read(shortest).digest
    known = Tables((), (), (bytes.fromhex(HEX),))
    assert read(shortest, known).digest != read(shortest).digest
    assert read(shortest, known).registries == (bytes.fromhex(HEX),)


@given(
    keys=st.lists(plain_texts, max_size=4),
    ratio=st.fractions(min_value=Fraction(1, 10**6), max_value=100, max_denominator=10**6),
    sources=st.dictionaries(st.integers(0, 10**6), st.integers(1, 64), max_size=4),
    own=st.lists(evm_addresses, max_size=3, unique=True),
    order=st.randoms(use_true_random=False),
)
def test_the_digest_does_not_depend_on_order(
    keys: list[str], ratio: Fraction, sources: dict[int, int], own: list[str], order: Any
) -> None:
    def written(shuffle: bool) -> Policy:
        lists: list[list[Any]] = [
            list(keys),
            [{"id": f"eip155:{number}", "sources": count} for number, count in sources.items()],
            [f"eip155:1/erc20:{address}" for address in own],
        ]
        if shuffle:
            for items in lists:
                order.shuffle(items)
        entries: list[tuple[str, Any]] = [
            ("version", 1),
            ("profile", "job"),
            ("issuer", {"id": "exchange.example", "keys": lists[0]}),
            ("snapshot", {"max_age_seconds": 1, "max_skew_seconds": 1}),
            ("coverage", {"ratio": f"{ratio.numerator}/{ratio.denominator}"}),
            ("chain", lists[1]),
            ("own_assets", lists[2]),
        ]
        if shuffle:
            order.shuffle(entries)
        return read(dict(entries))

    policy = written(shuffle=False)
    assert policy.ratio == ratio
    assert {rule.chain.reference: rule.sources for rule in policy.chains.values()} == {
        str(number): count for number, count in sources.items()
    }
    assert written(shuffle=True).digest == policy.digest


junk = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | plain_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_texts, inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
def test_t84_any_change_of_a_policy_is_refused_or_is_another_policy(data: st.DataObject) -> None:
    example = tomllib.loads(pages.blocks("policy.md")["toml policy.toml"])
    changed = put(example, data.draw(st.sampled_from(places(example))), data.draw(junk))
    try:
        policy = read(changed)
    except FormatError as error:
        assert str(error) == printable(str(error))  # noqa: PT017
    else:
        assert policy.digest == digest_of(policy_v1.canonical_bytes(policy))


@given(position=st.integers(0, 3000), piece=st.binary(max_size=3), cut=st.integers(0, 3))
def test_t84_any_changed_byte_is_refused_or_is_another_policy(position: int, piece: bytes, cut: int) -> None:
    text = pages.blocks("policy.md")["toml policy.toml"].encode()
    try:
        policy_v1.read(text[:position] + piece + text[position + cut :], NONE)
    except FormatError as error:
        assert str(error) == printable(str(error))  # noqa: PT017


# The tables.


def member(asset: str, decimals: int = 6) -> dict[str, Any]:
    return {"asset": asset, "decimals": decimals}


def test_t61_an_asset_is_in_one_class(document: Any) -> None:
    twice = [{"members": [member(TOKEN)]}, {"members": [member(ETHER, 18), member(TOKEN)]}]
    refused(put(document, "/class", twice), "/class", "is in two classes, or in one twice")
    refused(put(document, "/class", [{"members": [member(TOKEN), member(TOKEN, 18)]}]), "/class", "or in one twice")


def test_a_class_of_the_policy_replaces_the_shipped_ones_it_touches(shortest: Any) -> None:
    def group(*names: str) -> AssetClass:
        return AssetClass(tuple(Denomination(AssetId.parse(name), 6) for name in names))

    a, b, c = (f"eip155:1/erc20:0x{digit * 40}" for digit in "abc")
    shipped = Tables((group(a, b), group(c)), ())
    policy = read({**shortest, "class": [{"members": [member(b, 18)]}]}, shipped)
    assert policy.classes == (AssetClass((Denomination(AssetId.parse(b), 18),)), group(c))
    assert policy.classes[0].canonical == AssetId.parse(b)


def test_layouts_of_the_policy_stand_before_the_shipped_ones(document: Any, shortest: Any) -> None:
    shipped = Tables((), read(document).layouts)
    own = {**document["layout"][0], "base_slot": "0x33"}
    assert [row.base_slot for row in read({**shortest, "layout": [own]}, shipped).layouts] == [0x33, 9]


def test_tables_are_read_from_a_file_of_their_own(document: Any) -> None:
    alone = {name: document[name] for name in ("class", "layout")}
    tables = tables_v1.read_tables(toml_bytes(alone))
    policy = read(document)
    assert (tables.classes, tables.layouts) == (policy.classes, policy.layouts)
    assert tables_v1.read_tables(b"") == NONE
    with pytest.raises(FormatError, match="unknown member 'issuer'"):
        tables_v1.read_tables(toml_bytes({**alone, "issuer": {}}))
