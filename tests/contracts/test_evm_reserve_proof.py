"""A claimed balance against the chain, at exactly the committed block, as long as the chain knows that block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import rlp
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.contracts.anchors import Anchored, Entry, put
from tests.contracts.chain import Chain, assert_reverts, events
from tests.contracts.committed import Claim, ReserveSet
from tests.contracts.states import state_proof

RICH = "0x000000000000000000000000000000000000beef"
POOR = "0x00000000000000000000000000000000deadbeef"
HELD = 7 * 10**18


@dataclass
class Scene:
    """Hold contracts, and an entry with claims about RICH and POOR, true or not."""

    chain: Chain
    proofs: Any
    registry: Any
    claims: ReserveSet
    anchored: Anchored

    def challenge(self, position: int, **changes: Any) -> Any:
        """Refute a claim, with whatever is to be false in the evidence."""
        claim = self.claims.claims[position]
        address = claim.account.rpartition(":")[2]
        arguments = {
            "anchor": self.anchored.preimage,
            "claim": (to_checksum_address(address), claim.amount, self.claims.opening(position)),
            "proof": state_proof(self.chain, address, self.block),
        }
        return self.proofs.functions.refuteBalance(*(arguments | changes).values())

    def challenge_block(self) -> Any:
        return self.proofs.functions.refuteBlock(self.anchored.preimage)

    @property
    def block(self) -> int:
        return self.anchored.entry.snapshot_block

    def is_refuted(self) -> bool:
        answer: bool = self.chain.ask(self.proofs.functions.refuted(self.anchored.id))
        return answer


def scene_of(chain: Chain, rich: int, poor: int, **members: Any) -> Scene:
    """Pay RICH, take the snapshot, and anchor claims about it and about POOR, whose account is not there."""
    registry = chain.deploy("ReserveRegistry")
    proofs = chain.deploy("EvmReserveProof", registry.address)
    chain.pay(RICH, HELD)
    block = chain.w3.eth.get_block("latest")
    chain.mine()
    number = chain.w3.eth.chain_id
    claims = ReserveSet(
        [
            Claim(f"eip155:{number}:{RICH}", f"eip155:{number}/slip44:60", rich),
            Claim(f"eip155:{number}:{POOR}", f"eip155:{number}/slip44:60", poor),
            Claim(f"eip155:{number}:{POOR}", f"eip155:{number}/erc20:{RICH}", 10**30),
        ]
    )
    entry = Entry(
        block["timestamp"],
        snapshot_chain=number,
        snapshot_block=block["number"],
        snapshot_hash=bytes(block["hash"]),
        reserve_set_root=claims.root,
    )
    return Scene(chain, proofs, registry, claims, put(chain, registry, entry.but(**members)))


def balance_at(scene: Scene, address: str, number: int, **changes: Any) -> Any:
    header, nodes = state_proof(scene.chain, address, number)
    proof = (changes.get("header", header), changes.get("nodes", nodes))
    return scene.proofs.functions.balanceAt(number, to_checksum_address(address), proof)


# balances


def test_balances_are_read_at_their_block(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    assert chain.ask(balance_at(scene, RICH, scene.block)) == HELD
    assert chain.ask(balance_at(scene, RICH, scene.block - 1)) == 0
    assert chain.ask(balance_at(scene, POOR, scene.block)) == 0
    for account in chain.accounts[:4]:
        held = chain.w3.eth.get_balance(to_checksum_address(account), scene.block)
        assert chain.ask(balance_at(scene, account.lower(), scene.block)) == held


def test_the_registry_is_named(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    assert chain.ask(scene.proofs.functions.REGISTRY()) == scene.registry.address


def test_another_blocks_header_is_refused(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    other, _ = state_proof(chain, RICH, scene.block - 1)
    canonical = chain.w3.eth.get_block(scene.block)["hash"].hex()
    call = balance_at(scene, RICH, scene.block, header=other)
    assert_reverts(call, f"NotCanonical(0x{keccak(other).hex()},0x{canonical})")


def test_t55_a_header_with_another_state_is_refused(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    header, _ = state_proof(chain, RICH, scene.block)
    fields = rlp.decode(header)
    fields[3] = keccak(b"a state where RICH is rich")
    assert_reverts(balance_at(scene, RICH, scene.block, header=rlp.encode(fields)), "NotCanonical")


def test_another_accounts_nodes_are_refused(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    _, nodes = state_proof(chain, chain.accounts[0].lower(), scene.block - 1)
    assert_reverts(balance_at(scene, RICH, scene.block, nodes=nodes), "InvalidAccountProof(2)")
    assert_reverts(balance_at(scene, RICH, scene.block, nodes=[]), "InvalidAccountProof(13)")


# what is refuted


@pytest.mark.parametrize(("position", "claimed", "held"), [(0, HELD + 1, HELD), (1, 1, 0), (0, 2**128 - 1, HELD)])
def test_a_claim_beyond_the_balance_is_refuted(chain: Chain, position: int, claimed: int, held: int) -> None:
    scene = scene_of(chain, claimed, claimed)
    assert not scene.is_refuted()
    receipt = chain.send(scene.challenge(position), sender=3)
    assert scene.is_refuted()
    (told,) = events(scene.proofs.events.BalanceRefuted(), receipt)
    assert told == {
        "id": scene.anchored.id,
        "issuer": scene.anchored.issuer,
        "account": to_checksum_address([RICH, POOR][position]),
        "claimed": claimed,
        "balance": held,
    }


def test_coins_that_came_after_the_snapshot_do_not_help(chain: Chain) -> None:
    scene = scene_of(chain, HELD + 1, 0)
    chain.pay(RICH, HELD)
    chain.send(scene.challenge(0))
    assert scene.is_refuted()


def test_coins_that_left_after_the_snapshot_do_not_hurt(chain: Chain) -> None:
    whole = chain.w3.eth.get_balance(to_checksum_address(chain.accounts[5]))
    scene = scene_of(chain, HELD, 0)
    account = chain.accounts[5].lower()
    number = chain.w3.eth.chain_id
    claims = ReserveSet([Claim(f"eip155:{number}:{account}", f"eip155:{number}/slip44:60", whole)])
    later = scene.anchored.entry.but(reserve_set_root=claims.root, supersedes=1)
    scene.claims, scene.anchored = claims, put(chain, scene.registry, later)
    chain.pay(RICH, whole // 2, sender=5)
    assert_reverts(scene.challenge(0), f"BalanceSuffices({whole},{whole})")


def test_a_block_that_the_chain_does_not_have_is_refuted(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0, snapshot_hash=keccak(b"another block"))
    receipt = chain.send(scene.challenge_block(), sender=3)
    assert scene.is_refuted()
    (told,) = events(scene.proofs.events.BlockRefuted(), receipt)
    assert told == {
        "id": scene.anchored.id,
        "issuer": scene.anchored.issuer,
        "number": scene.block,
        "committed": keccak(b"another block"),
        "canonical": bytes(chain.w3.eth.get_block(scene.block)["hash"]),
    }


# what is not


@pytest.mark.parametrize("claimed", [0, HELD - 1, HELD])
def test_an_honest_claim_cannot_be_refuted(chain: Chain, claimed: int) -> None:
    scene = scene_of(chain, claimed, 0)
    assert_reverts(scene.challenge(0), f"BalanceSuffices({HELD},{claimed})")
    assert_reverts(scene.challenge(1), "BalanceSuffices(0,0)")


def test_an_honest_block_cannot_be_refuted(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    assert_reverts(scene.challenge_block(), f"BlockAgrees(0x{scene.anchored.entry.snapshot_hash.hex()})")


def test_only_the_committed_block_counts(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    earlier = state_proof(chain, RICH, scene.block - 1)
    assert_reverts(scene.challenge(0, proof=earlier), "NotCanonical")


def test_a_balance_is_not_judged_at_a_block_that_is_false(chain: Chain) -> None:
    scene = scene_of(chain, HELD + 1, 0, snapshot_hash=keccak(b"another block"))
    canonical = chain.w3.eth.get_block(scene.block)["hash"].hex()
    assert_reverts(scene.challenge(0), f"NotCanonical(0x{keccak(b'another block').hex()},0x{canonical})")


def test_t34_a_claim_that_the_issuer_never_made_is_refused(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    opening = scene.claims.opening(0)
    account = to_checksum_address(RICH)
    assert_reverts(scene.challenge(0, claim=(account, HELD + 1, opening)), "ClaimNotAnchored")
    assert_reverts(scene.challenge(0, claim=(account, HELD, scene.claims.opening(1))), "ClaimNotAnchored")
    assert_reverts(scene.challenge(0, claim=(chain.accounts[0], HELD, opening)), "ClaimNotAnchored")
    framed = scene.anchored.but(entry=scene.anchored.entry.but(reserve_set_root=bytes(32)))
    assert_reverts(scene.challenge(0, anchor=framed.preimage), f"NotAnchored(0x{framed.id.hex()})")


def test_t60_a_tokens_claim_is_not_compared_with_the_coin(chain: Chain) -> None:
    scene = scene_of(chain, HELD, 0)
    assert_reverts(scene.challenge(2), "ClaimNotAnchored")


@pytest.mark.parametrize("other", [0, 1, 2**64 - 1])
def test_another_chains_snapshot_is_refused(chain: Chain, other: int) -> None:
    scene = scene_of(chain, HELD + 1, 0, snapshot_chain=other)
    assert_reverts(scene.challenge(0), f"OtherChain({other})")
    assert_reverts(scene.challenge_block(), f"OtherChain({other})")


def test_one_proof_is_enough(chain: Chain) -> None:
    scene = scene_of(chain, HELD + 1, 1)
    chain.send(scene.challenge(0))
    expected = f"AlreadyRefuted(0x{scene.anchored.id.hex()})"
    assert_reverts(scene.challenge(1), expected)
    assert_reverts(scene.challenge_block(), expected)


def test_an_entry_that_was_not_anchored_is_refused(chain: Chain) -> None:
    scene = scene_of(chain, HELD + 1, 0)
    scene.anchored = scene.anchored.but(sequence=2)
    assert_reverts(scene.challenge(0), f"NotAnchored(0x{scene.anchored.id.hex()})")
    assert_reverts(scene.challenge_block(), f"NotAnchored(0x{scene.anchored.id.hex()})")


# the window


def test_a_block_that_is_not_there_yet_is_out_of_reach(chain: Chain) -> None:
    ahead = chain.w3.eth.block_number + 1000
    scene = scene_of(chain, HELD, 0, snapshot_block=ahead)
    assert_reverts(scene.challenge_block(), f"BlockOutOfReach({ahead})")


def test_without_a_history_contract_256_blocks_are_in_reach(tester: Chain) -> None:
    scene = scene_of(tester, HELD + 1, 0)
    challenge = scene.challenge(0)
    tester.mine(scene.block + 255 - tester.w3.eth.block_number)
    with tester.rewound():
        tester.send(challenge)
        assert scene.is_refuted()
    tester.mine(2)
    assert_reverts(challenge, f"BlockOutOfReach({scene.block})")


def test_with_a_history_contract_more_blocks_are_in_reach(anvil: Chain) -> None:
    scene = scene_of(anvil, HELD + 1, 0)
    challenge = scene.challenge(0)
    anvil.mine(300)
    anvil.send(challenge)
    assert scene.is_refuted()


@pytest.mark.parametrize(("later", "reached"), [(257, True), (8191, True), (8192, False), (2**40, False)])
def test_the_history_contract_knows_8191_blocks(anvil: Chain, later: int, reached: bool) -> None:
    scene = scene_of(anvil, HELD + 1, 0)
    challenge = scene.challenge(0)
    answer = as_of(anvil, scene.block + later, challenge)
    assert ("error" in answer) != reached
    if not reached:
        assert answer["error"]["data"] == out_of_reach(scene.block)


def as_of(chain: Chain, number: int, challenge: Any) -> Any:
    """Evaluate a call as if a later block were being made; to make so many would take a minute."""
    transaction = {"to": challenge.address, "data": challenge._encode_transaction_data(), "gas": hex(3_000_000)}
    parameters: Any = [transaction, "latest", {}, {"number": hex(number)}]
    return chain.w3.provider.make_request("eth_call", parameters)  # type: ignore[arg-type]


def out_of_reach(number: int) -> str:
    return "0x" + (keccak(text="BlockOutOfReach(uint256)")[:4] + number.to_bytes(32, "big")).hex()
