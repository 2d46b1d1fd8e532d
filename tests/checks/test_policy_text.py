"""A policy to start from, and a policy in words."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from por.checks.policy import load_policy
from por.checks.policy_text import described, open_points, starting_policy
from por.errors import FormatError
from por.model import (
    AssetClass,
    AssetId,
    AssetKind,
    Bridge,
    CallMethod,
    ChainAccount,
    ChainId,
    ChainRule,
    Denomination,
    Digest,
    Encumbrance,
    EncumbranceKind,
    Grade,
    Instant,
    KnownDocument,
    KnownEncumbrance,
    LawTrust,
    Movement,
    Registration,
    RegistrationKind,
    RegistryPin,
    TokenCall,
    Waiver,
)
from por.model.declarations import Price, Topic
from tests.checks.registry_scenery import PIN
from tests.checks.scenery import CHAIN, ETH, ISSUER, KEY, USDC, policy

REGISTRY = ("publication.anchored", "publication.unequivocal")
BOTH_WAIVED = tuple(Waiver(check, "no registry") for check in REGISTRY)


LAW = LawTrust(
    rulebooks=("jp-exchange",),
    documents=(KnownDocument(Digest(b"\x0a" * 32), (Topic.MONEY, Topic.CUSTODY)),),
    registered=frozenset({Registration("Kanto 00099", "An Exchange", RegistrationKind.EXCHANGE)}),
    prices=(Price(ETH, "JPY", Fraction(824701, 2), "an index", Instant.parse("2026-11-01T00:00:00Z")),),
)


def test_what_is_brought_for_rulebooks_is_said() -> None:
    said = list(described(policy(law=LAW)))
    for line in (
        "judges     the rulebook jp-exchange",
        "accepts    of rules, nothing below the grade third-party document",
        f"trusts     document {Digest(bytes([10]) * 32)} of custody, money, for 366 days",
        "trusts     the registration Kanto 00099 of An Exchange, exchange",
        "trusts     412350.5 JPY for eip155:1/slip44:60 at 2026-11-01T00:00:00Z, from an index",
    ):
        assert line in said
    assert not any("rulebook" in line or "grade" in line for line in described(policy()))


@pytest.mark.parametrize(
    ("law", "open_point"),
    [
        (replace(LAW, documents=()), "no document of a third party"),
        (replace(LAW, prices=()), "the prices are the issuer's"),
        (replace(LAW, registered=frozenset()), "the issuer alone says"),
        (replace(LAW, grade=Grade.SELF_DECLARED), "on the issuer's own word"),
    ],
)
def test_what_rules_will_rest_on_is_said(law: LawTrust, open_point: str) -> None:
    before = set(open_points(policy(law=LAW)))
    assert before == set(open_points(policy()))
    (point,) = set(open_points(policy(law=law))) - before
    assert open_point in point


def test_without_a_rulebook_nothing_of_rules_is_open() -> None:
    bare = LawTrust(grade=Grade.SELF_DECLARED)
    assert list(open_points(policy(law=bare))) == list(open_points(policy()))


def test_the_starting_policy_shows_what_rulebooks_take(tmp_path: Path) -> None:
    lines = starting_policy(ISSUER, [KEY], "auditor", []).splitlines()
    start, end = lines.index("# [law]"), lines.index('# at = "2026-11-01T00:00:00Z"')
    shown = "\n".join(line.removeprefix("# ") for line in lines[start : end + 1])
    (tmp_path / "p.toml").write_text(starting_policy(ISSUER, [KEY], "auditor", []) + shown)
    rules = load_policy(tmp_path / "p.toml")
    assert rules.law.rulebooks == ("jp-exchange",)
    assert len(rules.law.prices) == 1


def test_it_trusts_nothing_that_was_not_given() -> None:
    start = tomllib.loads(starting_policy(ISSUER, [], "auditor", []))
    assert start["issuer"] == {"id": ISSUER, "keys": [], "bundles": [], "roots": []}
    assert "chain" not in start
    assert "waive" not in start


@pytest.mark.parametrize("profile", ["auditor", "job"])
def test_it_says_what_was_given(tmp_path: Path, profile: str) -> None:
    text = starting_policy(ISSUER, [KEY], profile, ["eip155:1=2", "eip155:10=64"])
    (tmp_path / "p.toml").write_text(text)
    rules = load_policy(tmp_path / "p.toml")
    assert (rules.profile, rules.keys, rules.ratio, rules.waivers) == (profile, (KEY,), Fraction(1), ())
    assert {str(rule.chain): rule.sources for rule in rules.chains.values()} == {"eip155:1": 2, "eip155:10": 64}


@pytest.mark.parametrize(
    "chain",
    [
        *("", "eip155:1", "eip155:1=", "eip155:1=0", "eip155:1=65", "eip155:1=100", "eip155:1=02", "eip155:1=-1"),
        *("eip155:1=2=2", "eip155:1=٢", "eip155:1=2\n", "eip155:01=2", "ETH=2", 'eip155:1"=2', "eip155:1=1.0", "=2"),
    ],
)
def test_t86_a_chain_of_another_form_is_refused_by_its_option(chain: str) -> None:
    with pytest.raises(FormatError, match="--chain"):
        starting_policy(ISSUER, [], "auditor", [chain])


def test_t96_a_url_given_as_a_chain_is_not_repeated() -> None:
    with pytest.raises(FormatError) as caught:
        starting_policy(ISSUER, [], "auditor", ["eip155:1=https://node.example/v2/SECRETKEY"])
    assert "SECRETKEY" not in str(caught.value)


@pytest.mark.parametrize("key", ["", 'x"]\nroots = ["00', KEY[:-1], "exchange.example"])
def test_t39_a_malformed_key_never_gets_into_a_policy(key: str) -> None:
    with pytest.raises(FormatError):
        starting_policy(ISSUER, [key], "auditor", [])


# --- what stays open


def test_a_policy_without_pins_says_what_stays_open() -> None:
    points = list(open_points(policy(keys=(), chains={}, waivers=())))
    assert [point.partition(":")[0] for point in points[:2]] == [
        "no key, bundle digest, root or registry",
        "no [[chain]]",
    ]
    assert [point.split()[0] for point in points[2:]] == list(REGISTRY)


@pytest.mark.parametrize(
    "pins", [{"keys": (KEY,)}, {"bundles": (Digest(bytes(32)),)}, {"roots": (bytes(32),)}, {"registry": PIN}]
)
def test_any_pin_closes_the_first_point(pins: dict[str, object]) -> None:
    points = list(open_points(policy(**{"keys": (), **pins})))
    assert not any(point.startswith("no key") for point in points)


def test_t55_one_source_is_said_to_be_little() -> None:
    ten = ChainId("eip155", "10")
    rules = policy(chains={CHAIN: ChainRule(CHAIN, 2, None), ten: ChainRule(ten, 1, None)}, waivers=BOTH_WAIVED)
    assert list(open_points(rules)) == ["one source is enough for eip155:10: if it lies, the verdict does"]


def test_a_policy_with_a_registry_leaves_nothing_of_it_open() -> None:
    assert list(open_points(policy(registry=PIN))) == []
    (point,) = open_points(policy(registry=replace(PIN, contract=replace(PIN.contract, chain=ChainId("eip155", "10")))))
    assert point.startswith("the registry is on eip155:10, and no [[chain]]")


def test_a_policy_that_leaves_nothing_open_says_nothing() -> None:
    assert list(open_points(policy(waivers=BOTH_WAIVED))) == []


# --- in words


def test_every_comment_of_the_policy_to_start_from_can_be_used(tmp_path: Path) -> None:
    """Whoever takes the marks away before an entry has a policy that is read."""
    text = starting_policy(ISSUER, [KEY], "auditor", ["eip155:1=2"])
    places = {"0x…": "0x" + "11" * 20, '"eip155:10/erc20:0x' + "11" * 20: '"eip155:10/erc20:0x' + "22" * 20}
    for name in ("[movement]", "[[encumbered]]", "[[class]]", "[[bridge]]"):
        start = text.index(f"# {name}")
        block = text[start:].split("\n\n")[0]
        opened = "\n".join(line.removeprefix("# ") for line in block.splitlines())
        for old, new in places.items():
            opened = opened.replace(old, new)
        (tmp_path / "p.toml").write_text(text + "\n" + opened + "\n")
        load_policy(tmp_path / "p.toml")


def test_a_policy_in_words_says_everything_it_trusts_requires_and_waives() -> None:
    rules = policy(
        bundles=(Digest(b"\x01" * 32),),
        roots=(b"\x02" * 32,),
        recordings=(Digest(b"\x03" * 32),),
        ratio=Fraction(21, 20),
        own_assets=frozenset({USDC}),
        classes=(AssetClass((Denomination(ETH, 18), Denomination(USDC, 6))),),
        require=("liabilities.inclusion",),
        waivers=BOTH_WAIVED,
    )
    lines = list(described(rules))
    for expected in (
        f"policy     {rules.digest}",
        f"issuer     {ISSUER}",
        f"trusts     key {KEY}",
        f"trusts     bundle sha256:{'01' * 32}",
        f"trusts     commitments root {'02' * 32}",
        f"trusts     recording sha256:{'03' * 32}",
        "asks       2 sources to agree about eip155:1",
        "accepts    snapshots up to 1 d old",
        "requires   reserves of at least 21/20 × the liabilities, in each asset class",
        "requires   solvency.coverage",
        "requires   liabilities.inclusion",
        "waives     publication.anchored: no registry",
        f"counts not {USDC}, the issuer's own",
        f"one asset  {ETH} (18 decimals) = {USDC} (6 decimals)",
    ):
        assert expected in lines


def test_a_policy_in_words_says_which_registry_and_committees_it_believes() -> None:
    lines = list(described(policy(registry=PIN, committees=(b"\x07" * 32,), registries=(b"\x08" * 32,))))
    for expected in (
        f"asks       what {PIN.issuer} anchored in {PIN.contract}, from block {PIN.from_block} on",
        "accepts    anchors up to 1 d after the instant",
        f"trusts     committee 0x{'07' * 32}",
        f"registry   by its code hash 0x{'08' * 32}",
    ):
        assert expected in lines
    assert not any("anchored in" in line or "committee" in line for line in described(policy()))


TEN = ChainId("eip155", "10")
VAULT = AssetId(CHAIN, "erc20", "0x" + "88" * 20)
INTO_USDC = TokenCall(VAULT, (b"\x05" * 32, b"\x06" * 32), CallMethod.CONVERT_TO_ASSETS, USDC)


def test_t51_t52_t54_t62_a_policy_in_words_says_what_counts_of_reserves(tmp_path: Path) -> None:
    escrow, minted = ChainAccount(CHAIN, "0x" + "aa" * 20), AssetId(TEN, "erc20", "0x" + "77" * 20)
    rules = policy(
        chains={CHAIN: ChainRule(CHAIN, 2, None, b"\x04" * 32)},
        quorum_tokens=frozenset({USDC}),
        kinds=frozenset({AssetKind.NATIVE, AssetKind.WRAPPED}),
        classes=(AssetClass((Denomination(ETH, 18), Denomination(USDC, 6, AssetKind.WRAPPED))),),
        bridges=(Bridge(escrow, ETH, minted),),
        encumbrances=(KnownEncumbrance(escrow, ETH, Encumbrance(EncumbranceKind.PEG, 12)),),
        movement=Movement((86_400,), (3600, 60), Fraction(1, 20)),
        calls=(INTO_USDC, TokenCall(USDC, (b"\x05" * 32,), CallMethod.BALANCE_OF, None)),
        wallets=(b"\x09" * 32,),
    )
    lines = list(described(rules))
    for expected in (
        f"trusts     the beacon block 0x{'04' * 32} of eip155:1, to start light clients from",
        f"trusts     the sources' word, if they agree, on balances of {USDC}",
        "counts     native, wrapped assets",
        f"counts not {ETH} of {escrow}, which stands behind {minted}",
        f"counts not 12 base units of {ETH} of {escrow}: peg",
        "asks       what was held 1 d before and 1 h, 1 min after the instant; 0.05 of it is material",
        f"one asset  {ETH} (18 decimals) = {USDC} (6 decimals, wrapped)",
        (
            f"code of    {VAULT} tells convertToAssets, shares of {USDC}, under the code hashes 0x{'05' * 32}, "
            f"0x{'06' * 32}"
        ),
        f"code of    {USDC} tells balanceOf, under the code hashes 0x{'05' * 32}",
        f"wallet     by its code hash 0x{'09' * 32}",
    ):
        assert expected in lines


@pytest.mark.parametrize(
    ("changes", "point"),
    [
        ({"quorum_tokens": frozenset({USDC})}, f"balances of {USDC} are the sources' word"),
        ({"chains": {TEN: ChainRule(TEN, 2, None, bytes(32))}}, "a checkpoint of eip155:10, and no [[beacon]] row"),
        ({"require": ("reserves.movement",)}, "reserves.movement stays inconclusive without a [movement]"),
        ({"kinds": frozenset(AssetKind)}, "vaults count, and no [[call]] says"),
    ],
)
def test_t55_t62_what_of_the_reserves_rests_on_little_is_said(changes: dict[str, object], point: str) -> None:
    (said,) = open_points(policy(waivers=BOTH_WAIVED, **changes))
    assert said.startswith(point)


def test_what_is_complete_about_reserves_is_not_called_open() -> None:
    rules = policy(
        waivers=BOTH_WAIVED,
        require=("reserves.movement",),
        movement=Movement((1,), (1,), Fraction(1, 2)),
        kinds=frozenset(AssetKind),
        calls=(INTO_USDC,),
    )
    assert list(open_points(rules)) == []


@pytest.mark.parametrize("pin", [None, PIN])
def test_a_registry_is_in_the_policy_to_start_from_only_when_it_was_given(
    tmp_path: Path, pin: RegistryPin | None
) -> None:
    (tmp_path / "p.toml").write_text(starting_policy(ISSUER, [KEY], "auditor", ["eip155:1=2"], pin))
    rules = load_policy(tmp_path / "p.toml")
    assert (rules.registry, rules.committees) == (pin, ())
    assert "[registry]" in (tmp_path / "p.toml").read_text()


def test_t73_a_policy_in_words_promises_nothing() -> None:
    text = "\n".join(described(policy())).lower()
    assert "audited" not in text
    assert "solvent" not in text
