"""What happened in a registry: entries, a correction, attestations, refutations, a dispute and a feed, on any chain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from por.commitments.anchors import anchor_id
from por.model import AnchoredEntry, Attestation, Outcome
from por.proofs import bls
from por.publish.feeds import Parameters, make, preimage
from por.publish.index_schema import Watched
from por.publish.settling import settle
from tests.commitments import reference
from tests.contracts.attesters import possession
from tests.contracts.committed import Claim, ReserveSet, SumTree, opening
from tests.issuer.ledgers import NOON
from tests.publish.registry_world import ASSET, POLICY, Attesters, World, digest, entry, now, revocation

HOUR = 3600
SHARED = Claim("eip155:1:0x" + "ab" * 20, str(ASSET), 5)
TREE = SumTree(digest("context"), 2, [(digest("a"), 5), (digest("b"), 7)], {(1, 0): 11})
SECRET = 20_261_101


def watched(world: World, **changes: Any) -> Watched:
    plain = Watched(
        world.at("ReserveRegistry"),
        world.at("AttestationRegistry"),
        (world.at("LiabilityProofs"), world.at("EvmReserveProof")),
        world.at("ReserveFeedFactory"),
    )
    return replace(plain, **changes)


@dataclass
class Story:
    """Hold what was published."""

    world: World
    honest: str = ""
    liar: str = ""
    entries: dict[str, AnchoredEntry] = field(default_factory=dict)
    attested: dict[str, Attestation] = field(default_factory=dict)
    attesters: Attesters = field(default_factory=lambda: Attesters("storytellers"))
    feed: str = ""

    def id(self, name: str) -> str:
        return "0x" + anchor_id(self.entries[name]).hex()


def tell(world: World) -> Story:
    """Let all of it happen."""
    story = Story(world, world.account("honest").address, world.account("liar").address)
    _anchor(story)
    _attest(story)
    _refute(story)
    _feed(story)
    return story


def _anchor(story: Story) -> None:
    world, honest, liar = story.world, story.world.wallet("honest"), story.world.wallet("liar")
    told = story.entries
    told["first"] = world.anchor(honest, entry("first"))
    told["corrected"] = world.anchor(honest, entry("corrected", supersedes=1))
    listed = ReserveSet([SHARED, Claim("eip155:1:0x" + "cd" * 20, str(ASSET), 1)])
    told["listed"] = world.anchor(honest, entry("listed", NOON.seconds + HOUR, reserve_set_root=listed.root))
    root = reference.mth([TREE.root])
    told["false sum"] = world.anchor(liar, entry("false sum", commitments_root=root))
    head = world.source().finalized()
    chain = int(world.id.reference)
    told["false block"] = world.anchor(
        liar,
        entry(
            "false block",
            NOON.seconds + HOUR,
            snapshot_chain=chain,
            snapshot_block=head.number,
            snapshot_hash=digest("no block"),
        ),
    )
    claims = ReserveSet([Claim(f"{world.id}:0x{'ef' * 20}", f"{world.id}/slip44:60", 10**18), SHARED])
    told["false balance"] = world.anchor(
        liar,
        entry(
            "false balance",
            NOON.seconds + 2 * HOUR,
            snapshot_chain=chain,
            snapshot_block=head.number,
            snapshot_hash=head.hash,
            reserve_set_root=claims.root,
        ),
    )


def _attest(story: Story) -> None:
    world, attesters = story.world, story.attesters
    passed = attesters.statement(story.entries["first"], now(world))
    failed = attesters.statement(story.entries["corrected"], now(world), outcome=Outcome.FAIL)
    story.attested = {"passed": passed, "failed": failed}
    for content in (passed, failed, revocation(passed)):
        world.attest(attesters.certify(content))
    key = bls.key_point(_public_key())
    world.call(world.wallet("submitter"), "AttestationRegistry", "registerKey", key, possession(SECRET))


def _public_key() -> bytes:
    from py_ecc.bls.ciphersuites import G2ProofOfPossession  # noqa: PLC0415

    return bytes(G2ProofOfPossession.SkToPk(SECRET))


def _refute(story: Story) -> None:
    world, told, sender = story.world, story.entries, story.world.wallet("challenger")
    descent = TREE.descent(1, 0)
    evidence = (preimage(told["false sum"]), TREE.preimage, opening([TREE.root], 0), descent)
    world.call(sender, "LiabilityProofs", "refuteSum", *evidence)
    world.call(sender, "EvmReserveProof", "refuteBlock", preimage(told["false block"]))
    poor, block = "0x" + "ef" * 20, told["false balance"].anchor.snapshot_block
    source = world.source()
    header = source.header(block)
    nodes = list(source.account_proof(header.ref, poor, []).account_nodes)
    claims = ReserveSet([Claim(f"{world.id}:{poor}", f"{world.id}/slip44:60", 10**18), SHARED])
    claim = (poor, 10**18, claims.opening(0))
    balance = (preimage(told["false balance"]), claim, (header.rlp, nodes))
    world.call(sender, "EvmReserveProof", "refuteBalance", *balance)
    listed = ReserveSet([SHARED, Claim("eip155:1:0x" + "cd" * 20, str(ASSET), 1)])
    pair = (preimage(told["listed"]), listed.shown(0), preimage(told["false balance"]), claims.shown(1))
    world.call(sender, "LiabilityProofs", "dispute", *pair)


def _feed(story: Story) -> None:
    world, attesters = story.world, story.attesters
    made_for = Parameters(story.honest, attesters.id, POLICY, str(ASSET), 18, "reserves")
    payer = world.wallet("payer")
    story.feed = make(payer, world.contracts["ReserveFeedFactory"], made_for).feed
    certificate = attesters.certify(story.attested["failed"], story.entries["corrected"])
    settle(payer, story.feed, certificate, lambda *_: story.entries["corrected"])
