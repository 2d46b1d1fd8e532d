"""The factory: which feeds it makes, where they stand, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.contracts.chain import Chain, artifact, assert_reverts, events
from tests.contracts.feeds import COIN_TEXT, LIABILITIES, RATIO, RESERVES, TOKEN_TEXT, Deployment, World

PARAMETERS = "(address,bytes32,bytes32,string,uint8,uint8)"
SOURCES = "(address,address,address,address)"


@pytest.fixture(scope="module")
def _world(shared_chain: Chain) -> World:
    return World(shared_chain)


@pytest.fixture
def world(_world: World, chain: Chain) -> World:
    return _world


def expected_address(world: World, parameters: tuple[Any, ...]) -> str:
    sources = tuple(world.chain.ask(world.factory.functions.sources()))
    creation = bytes.fromhex(artifact("ReserveFeed")["bytecode"][2:])
    creation += encode([PARAMETERS, SOURCES], [parameters, sources])
    salt = bytes(32)
    whole = b"\xff" + bytes.fromhex(world.factory.address[2:]) + salt + keccak(creation)
    return to_checksum_address(keccak(whole)[12:])


def test_the_factory_names_itself_and_its_sources(world: World) -> None:
    assert world.chain.ask(world.factory.functions.typeAndVersion()) == "ReserveFeedFactory 1.0.0 (unaudited)"
    expected = [world.registry, world.attestations, world.of_liabilities, world.of_balances]
    assert world.chain.ask(world.factory.functions.sources()) == [each.address for each in expected]


@pytest.mark.parametrize("kind", [RESERVES, LIABILITIES, RATIO])
def test_a_feeds_address_follows_from_its_parameters(world: World, kind: int) -> None:
    parameters = world.parameters(kind)
    expected = expected_address(world, parameters)
    assert world.chain.ask(world.factory.functions.feedOf(parameters)) == expected
    receipt = world.chain.send(world.factory.functions.deploy(parameters), sender=5)
    (told,) = events(world.factory.events.FeedDeployed(), receipt)
    assert tuple(told.pop("parameters").values()) == parameters
    assert told == {"feed": expected, "issuer": world.issuer, "committee": world.committee_id}
    assert tuple(world.chain.ask(world.chain.at("ReserveFeed", expected).functions.parameters())) == parameters


def test_every_parameter_makes_another_feed(world: World) -> None:
    issuer, committee, policy, text, decimals, kind = world.parameters()
    others = [
        (world.chain.accounts[0], committee, policy, text, decimals, kind),
        (issuer, keccak(committee), policy, text, decimals, kind),
        (issuer, committee, keccak(policy), text, decimals, kind),
        (issuer, committee, policy, TOKEN_TEXT, decimals, kind),
        (issuer, committee, policy, text, 6, kind),
        (issuer, committee, policy, text, decimals, LIABILITIES),
    ]
    feeds = {world.chain.ask(world.factory.functions.feedOf(each)) for each in [world.parameters(), *others]}
    assert len(feeds) == 7


def test_a_feed_is_made_once_whoever_asks(world: World) -> None:
    feed = world.feed()
    call = world.factory.functions.deploy(world.parameters())
    assert_reverts(call, f"FeedExists({feed.address})", sender=world.chain.accounts[3])


@pytest.mark.parametrize(("kind", "decimals"), [(RESERVES, 39), (LIABILITIES, 255), (RATIO, 18), (RATIO, 0)])
def test_decimals_out_of_range_are_refused(world: World, kind: int, decimals: int) -> None:
    call = world.factory.functions.deploy(world.parameters(kind, COIN_TEXT, decimals))
    assert_reverts(call, f"DecimalsOutOfRange({decimals})")


@pytest.mark.parametrize(("kind", "decimals"), [(RESERVES, 0), (LIABILITIES, 38), (RATIO, 8)])
def test_decimals_at_the_bounds_are_taken(world: World, kind: int, decimals: int) -> None:
    world.chain.send(world.factory.functions.deploy(world.parameters(kind, COIN_TEXT, decimals)))


@pytest.mark.parametrize("missing", range(4))
def test_a_factory_asks_contracts_alone(world: World, missing: int) -> None:
    sources = list(world.chain.ask(world.factory.functions.sources()))
    sources[missing] = world.chain.accounts[8]
    call = Deployment(world.chain, "ReserveFeedFactory", *sources)
    assert_reverts(call, f"NotAContract({world.chain.accounts[8]})")
