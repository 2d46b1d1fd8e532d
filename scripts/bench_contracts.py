"""Print the gas of what is done on chain, and exit 1 where a figure is above its bound.

`scripts/bench --contracts` runs it: on web3's tester, and on anvil where that is here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.commitments import reference
from tests.commitments.reference import sha, u128
from tests.components import running_anvil
from tests.contracts.anchors import Anchored, Entry, Total, put
from tests.contracts.attesters import (
    CONTRACT,
    Attestation,
    Committee,
    Keyholders,
    accounts,
    attesting,
    key_point,
    possession,
)
from tests.contracts.chain import Chain, anvil_chain, tester_chain
from tests.contracts.committed import END_LEAF, Claim, ReserveSet
from tests.contracts.feeds import FIGURES, RATIO, World, settling
from tests.contracts.states import addresses, state_proof

ROOT = Path(__file__).resolve().parent.parent
DEPTH = 30
ACCOUNTS = 300


@dataclass(frozen=True)
class Cost:
    """Hold what an action costs, and the most that it may cost; None where nothing is promised."""

    action: str
    gas: int
    bound: int | None = None

    @property
    def line(self) -> str:
        promised = "" if self.bound is None else f"   at most {self.bound:,}"
        return f"{self.action:<46}{self.gas:>10,}{promised}{'   TOO MUCH' if self.exceeded else ''}"

    @property
    def exceeded(self) -> bool:
        return self.bound is not None and self.gas > self.bound


def publishing(chain: Chain) -> Iterator[Cost]:
    """Anchors of several sizes."""
    registry = chain.deploy("ReserveRegistry")
    start = chain.now - 1000
    yield Cost("publish, an issuer's first, 1 asset", anchor(chain, registry, Entry(start), 1))
    for step, (assets, bound) in enumerate([(1, 75_000), (5, 90_000), (20, 140_000)], start=1):
        noun = "asset" if assets == 1 else "assets"
        yield Cost(f"publish, {assets} {noun}", anchor(chain, registry, Entry(start + step), assets), bound)
    correction = Entry(start + 3, supersedes=4)
    yield Cost("publish a correction, 1 asset", anchor(chain, registry, correction, 1))


def anchor(chain: Chain, registry: Any, entry: Entry, assets: int) -> int:
    totals: list[Total] = [(sha(bytes([number])), 10**24 + number, 10**25) for number in range(assets)]
    return gas_of(chain, registry.functions.anchor(entry.values, sorted(totals)))


def proving(chain: Chain) -> Iterator[Cost]:
    """Inclusion proofs as transactions (customers ask by eth_call, for nothing), and challenges."""
    registry = chain.deploy("ReserveRegistry")
    proofs = chain.deploy("LiabilityProofs", registry.address)
    digest, key, context = sha(b"digest"), sha(b"key"), sha(b"context")
    tag, amount = reference.record_tag(key, context, digest), 10**20
    node, total, path, nodes = sha(b"\x00", tag, u128(amount)), amount, [], []
    for level in range(DEPTH):
        sibling, added = sha(bytes([level])), 10**18 << level
        path.append((sibling, added))
        # The lie: the leaf is recorded with a base unit less than it has.
        nodes.append((node, total if level else amount - 1, sibling, added))
        node = sha(b"\x01", node, u128(nodes[-1][1]), sibling, u128(added))
        total = nodes[-1][1] + added
    yield Cost(f"fold, depth {DEPTH}", gas_of(chain, proofs.functions.fold(tag, amount, 0, path)), 90_000)
    root = reference.committed_root(context, DEPTH, total, node)
    opening = (0, 8, [sha(b"a"), sha(b"b"), sha(b"c")])
    anchored_root = chain.ask(proofs.functions.impliedCommitmentsRoot(root, opening))
    anchored = put(chain, registry, Entry(chain.now - 10, commitments_root=anchored_root))
    tree, descent = (context, DEPTH, total, node), (nodes[::-1], 0, END_LEAF, tag, amount)
    call = proofs.functions.refuteSum(anchored.preimage, tree, opening, descent)
    yield Cost(f"refute a leaf's sum, depth {DEPTH}", gas_of(chain, call), 250_000)
    yield Cost("dispute an account", disputing(chain, registry, proofs), 100_000)


def disputing(chain: Chain, registry: Any, proofs: Any) -> int:
    claims = ReserveSet([Claim(f"eip155:1:0x{number:040x}", "eip155:1/slip44:60", number) for number in range(64)])
    entry = Entry(chain.now - 5, reserve_set_root=claims.root)
    first, second = (put(chain, registry, entry, sender=sender) for sender in (2, 3))
    shown = claims.shown(40)
    return gas_of(chain, proofs.functions.dispute(first.preimage, shown, second.preimage, shown))


def refuting(chain: Chain) -> Iterator[Cost]:
    """Balances against a state with a few hundred accounts."""
    registry = chain.deploy("ReserveRegistry")
    proofs = chain.deploy("EvmReserveProof", registry.address)
    held = ["0x" + address.hex() for address, _ in zip(addresses(), range(ACCOUNTS), strict=False)]
    for address in held:
        chain.pay(address, 10**9)
    block = chain.w3.eth.get_block("latest")
    number, place = chain.w3.eth.chain_id, block["number"]
    claims = ReserveSet([Claim(f"eip155:{number}:{each}", f"eip155:{number}/slip44:60", 10**9 + 1) for each in held])
    members: dict[str, Any] = {"snapshot_chain": number, "snapshot_block": place, "snapshot_hash": bytes(block["hash"])}
    anchored = put(chain, registry, Entry(block["timestamp"], reserve_set_root=claims.root, **members))
    proof = state_proof(chain, held[7], place)
    call = refutation(chain, proofs, anchored, claims, proof)
    yield Cost(f"refute a balance, {len(proof[1])} trie nodes", gas_of(chain, call), 400_000)


def refutation(chain: Chain, proofs: Any, anchored: Anchored, claims: ReserveSet, proof: Any) -> Any:
    address = chain.w3.to_checksum_address(claims.claims[7].account.rpartition(":")[2])
    claim = (address, claims.claims[7].amount, claims.opening(7))
    return proofs.functions.refuteBalance(anchored.preimage, claim, proof)


def signing(chain: Chain) -> Iterator[Cost]:
    """Attest by accounts, by accounts where contracts could be, and by BLS keys."""
    attestations = chain.deploy("AttestationRegistry")
    for signed, size, scheme, bound in (
        (2, 3, 1, 75_000),
        (4, 5, 1, 85_000),
        (21, 31, 1, 175_000),
        (4, 5, CONTRACT, None),
    ):
        committee = accounts(size, signed, scheme=scheme)
        noun = "accounts" if scheme == 1 else "accounts among contracts"
        registering = attestations.functions.registerCommittee(committee.values)
        yield Cost(f"register {size} {noun}", gas_of(chain, registering))
        yield Cost(f"attest, {signed} of {size} {noun}", signature(chain, attestations, committee), bound)
    # The chain in this process takes seconds for each key.
    sizes = [(1, 2)] if chain.name == "tester" else [(1, 2), (4, 5), (9, 13), (15, 31), (16, 31), (21, 31), (31, 31)]
    keys = Keyholders(tuple(range(1, sizes[-1][1] + 1)), 1)
    costs = [possessing(chain, attestations, secret) for secret in keys.secrets]
    yield Cost("register a BLS key", max(costs))
    for signed, size in sizes:
        committee_of_keys = Keyholders(keys.numbers[:size], signed)
        keys_registered = b"".join(committee_of_keys.points)
        registering = attestations.functions.registerBlsCommittee(signed, keys_registered)
        yield Cost(f"register {size} BLS keys as a committee", gas_of(chain, registering))
        yield Cost(f"attest, {signed} of {size} BLS keys", signature(chain, attestations, committee_of_keys), 235_000)


def signature(chain: Chain, attestations: Any, committee: Committee) -> int:
    commitment = sha(chain.w3.eth.block_number.to_bytes(8))
    statement = Attestation(commitment, chain.now - 60, chain.now + 86_400)
    # Every second member, and then the others: of BLS keys that takes the most steps.
    size = len(committee.values[2])
    positions = sorted(range(size), key=lambda position: (position % 2, position))[: committee.threshold]
    call = attesting(attestations, committee, statement, positions, sha(b"reports"))
    return gas_of(chain, call)


def possessing(chain: Chain, attestations: Any, secret: int) -> int:
    point = key_point(Keyholders((secret,), 1).keys[0])
    return gas_of(chain, attestations.functions.registerKey(point, possession(secret)))


def feeding(chain: Chain) -> Iterator[Cost]:
    """Make, move and read a feed."""
    world = World(chain, real_challenges=True)
    parameters = world.parameters(RATIO)
    yield Cost("make a feed", gas_of(chain, world.factory.functions.deploy(parameters)))
    feed = chain.at("ReserveFeed", chain.ask(world.factory.functions.feedOf(parameters)))
    for words in ("a feed's first", "2 assets"):
        anchored = world.anchor()
        statement = world.attested(anchored)
        yield Cost(f"settle, {words}", gas_of(chain, settling(feed, statement, FIGURES, anchored)), 150_000)
    reading = feed.functions.latestRoundData()
    yield Cost(
        "read a feed, with 21,000 of its own", chain.w3.eth.estimate_gas(reading.build_transaction({"gas": 10**6}))
    )


def gas_of(chain: Chain, call: Any) -> int:
    return chain.send(call)["gasUsed"]


ACTIONS: tuple[Callable[[Chain], Iterator[Cost]], ...] = (publishing, proving, refuting, signing, feeding)


def measure(chain: Chain) -> bool:
    """Print all figures of one chain; tell whether all keep to their bounds."""
    print(f"{chain.name}: gas")
    costs = [cost for action in ACTIONS for cost in action(chain)]
    for cost in costs:
        print(f"  {cost.line}")
    return not any(cost.exceeded for cost in costs)


def main() -> int:
    """Run as a command."""
    kept = measure(tester_chain())
    if Path(os.environ.get("POR_ANVIL") or ROOT / ".cache" / "bin" / "anvil").exists():
        with running_anvil() as url:
            kept = measure(anvil_chain(url)) and kept
    else:
        print("anvil is not here: run scripts/components anvil", file=sys.stderr)
    return 0 if kept else 1
