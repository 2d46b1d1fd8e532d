"""A dispute says that two issuers list one account; it accuses nobody, and nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.contracts.anchors import Anchored, Entry, put
from tests.contracts.chain import Chain, assert_reverts, events
from tests.contracts.committed import Claim, ReserveSet

VICTIM = "eip155:1:0x00000000219ab540356cbb839cbe05303d7705fa"
COLD = "bip122:000000000019d6689c085ae165831e93:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
COIN = "eip155:1/slip44:60"
BITCOIN = "bip122:000000000019d6689c085ae165831e93/slip44:0"
HONEST = ReserveSet([Claim(COLD, BITCOIN, 21 * 10**8), Claim(VICTIM, COIN, 10**20)])
GRIEFER = ReserveSet([Claim(COLD, BITCOIN, 1), Claim(VICTIM, COIN, 0), Claim(VICTIM + "0", COIN, 0)])


@dataclass
class Scene:
    """Hold contracts and the entries of two issuers."""

    proofs: Any
    registry: Any
    first: Anchored
    second: Anchored

    def dispute(self, **changes: Any) -> Any:
        """Show one account in both reserve sets, with whatever is to be false in the evidence."""
        arguments = {
            "first": self.first.preimage,
            "first_claim": HONEST.shown(1),
            "second": self.second.preimage,
            "second_claim": GRIEFER.shown(1),
        }
        return self.proofs.functions.dispute(*(arguments | changes).values())


@pytest.fixture(scope="module")
def _scene(shared_chain: Chain) -> Scene:
    registry = shared_chain.deploy("ReserveRegistry")
    entry = Entry(shared_chain.now - 10)
    first = put(shared_chain, registry, entry.but(reserve_set_root=HONEST.root))
    second = put(shared_chain, registry, entry.but(reserve_set_root=GRIEFER.root), sender=1)
    return Scene(shared_chain.deploy("LiabilityProofs", registry.address), registry, first, second)


@pytest.fixture
def scene(_scene: Scene, chain: Chain) -> Scene:
    return _scene


@pytest.mark.parametrize(("position", "account"), [(0, COLD), (1, VICTIM)])
def test_one_account_in_two_lists_is_told(chain: Chain, scene: Scene, position: int, account: str) -> None:
    call = scene.dispute(first_claim=HONEST.shown(position), second_claim=GRIEFER.shown(position))
    (told,) = events(scene.proofs.events.AccountDisputed(), chain.send(call, sender=5))
    assert told == {
        "account": keccak(text=account),
        "firstId": scene.first.id,
        "secondId": scene.second.id,
        "first": chain.accounts[0],
        "second": chain.accounts[1],
    }


def test_a_griefing_dispute_moves_nothing(chain: Chain, scene: Scene) -> None:
    chain.send(scene.dispute(), sender=1)
    chain.send(scene.dispute(), sender=1)
    for entry in (scene.first, scene.second):
        assert not chain.ask(scene.proofs.functions.refuted(entry.id))


def test_an_issuer_has_no_dispute_with_itself(chain: Chain, scene: Scene) -> None:
    call = scene.dispute(second=scene.first.preimage, second_claim=HONEST.shown(1))
    assert_reverts(call, f"SameIssuer({chain.accounts[0]})")


def test_two_accounts_are_no_dispute(scene: Scene) -> None:
    assert_reverts(scene.dispute(second_claim=GRIEFER.shown(2)), "AccountsDiffer()")


def test_an_account_that_nobody_lists_is_refused(scene: Scene) -> None:
    account, asset, amount, opening = HONEST.shown(1)
    for bent in [(account, asset, amount + 1, opening), (account, asset + b"1", amount, opening)]:
        assert_reverts(scene.dispute(first_claim=bent), "RootNotAnchored")
    _, _, _, other = GRIEFER.shown(0)
    assert_reverts(scene.dispute(second_claim=(account, asset, 0, other)), "RootNotAnchored")


def test_t08_a_byte_moved_from_account_to_asset_is_another_claim(scene: Scene) -> None:
    account, asset, amount, opening = HONEST.shown(1)
    moved = (account[:-1], account[-1:] + asset, amount, opening)
    assert_reverts(scene.dispute(first_claim=moved, second_claim=moved), "RootNotAnchored")


@pytest.mark.parametrize("side", ["first", "second"])
def test_an_entry_that_was_not_anchored_is_refused(scene: Scene, side: str) -> None:
    entry = scene.first if side == "first" else scene.second
    other = entry.but(sequence=2)
    assert_reverts(scene.dispute(**{side: other.preimage}), f"NotAnchored(0x{other.id.hex()})")


@pytest.mark.parametrize("member", [0, 1])
def test_a_text_beyond_16_bits_is_refused(scene: Scene, member: int) -> None:
    account, asset, amount, opening = HONEST.shown(1)
    long = b"x" * 65536
    shown = (long, asset, amount, opening) if member == 0 else (account, long, amount, opening)
    call = scene.dispute(first_claim=shown, second_claim=shown)
    assert_reverts(call, "TextTooLong(65536)", gas=20_000_000)
