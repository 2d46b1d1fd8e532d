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
from por.model import AssetClass, ChainId, ChainRule, Denomination, Digest, RegistryPin, Waiver
from tests.checks.registry_scenery import PIN
from tests.checks.scenery import CHAIN, ETH, ISSUER, KEY, USDC, policy

REGISTRY = ("publication.anchored", "publication.unequivocal")
BOTH_WAIVED = tuple(Waiver(check, "no registry") for check in REGISTRY)


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
