"""Everything a check can find, found once: examinations and customers' questions that together say every message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from por.checks.control_evidence import Approved, ControlEvidence, Published, Signed
from por.checks.control_reasons import Misuse
from por.checks.evidence import OpenBundle
from por.checks.examination import Examination
from por.checks.holdings import ProvenHolding
from por.checks.inclusion import Customer, verify_inclusion
from por.checks.light_client import LightChain
from por.checks.movement_view import MovementView
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.pins import Pins
from por.checks.requirements import answered
from por.checks.verify import RUN
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.errors import UnavailableError
from por.model import (
    AccountState,
    AssetClass,
    AssetId,
    AssetKind,
    Bridge,
    Bundle,
    CallMethod,
    ChainId,
    ControlSet,
    Denomination,
    Encumbrance,
    EncumbranceKind,
    Finding,
    Grade,
    Instant,
    Movement,
    TokenCall,
    Verdict,
)
from por.proofs.beacon.light_client import LightClientView
from por.proofs.control.contract import Approval
from por.proofs.control.replay import Use
from por.proofs.state.header import header_from_rlp
from tests.checks import registry_scenery as r
from tests.checks import scenery as s
from tests.checks import test_code_change as code_scenes
from tests.checks import test_rolled as rolled_scenes
from tests.checks import test_unshared as shared_scenes
from tests.checks.scenery import CHAIN, ETH, USDC
from tests.checks.test_anchored_root import STORIES, by_hand
from tests.checks.test_anchoring import CORRECTION, RIVAL
from tests.checks.test_equivocation import history
from tests.checks.test_identity import IDENTITIES, SAID
from tests.issuer.ledgers import NOON

DAY = 86_400


def judged(examination: Examination) -> list[Finding]:
    """Run every check."""
    subject = examination.bundle.snapshot
    return [finding for check, run in RUN for finding in answered(check, subject, run(examination))]


class Scenes:
    """Examinations, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def examined(self, *arguments: object, **changes: object) -> Examination:
        self._made += 1
        return s.examined(self._folder / str(self._made), *arguments, **changes)  # type: ignore[arg-type]

    def all(self) -> Iterator[Examination]:
        yield self.examined(recomputation=s.recomputed())
        yield from self.snapshots()
        yield from self.files()
        yield from self.liabilities()
        yield from self.reserves()
        yield from self.qualities()
        yield from self.movements()
        yield from self.beside()
        yield from self.controls()
        yield from self.publications()
        yield from self.registries()
        yield from self.identities()

    def snapshots(self) -> Iterator[Examination]:
        block, _ = s.headers()
        yield self.examined(source=s.FakeSource(fails=UnavailableError("node-a: connection refused")))
        yield self.examined(source=s.FakeSource(s.headers(salt=b"another")))
        yield self.examined(source=s.FakeSource(final=s.NUMBER - 1))
        yield self.examined(rules=s.policy(max_skew=1))
        yield self.examined(now=Instant(NOON.seconds - 1))
        yield self.examined(now=Instant(NOON.seconds + 30 * DAY))
        honest = self.examined()
        later = header_from_rlp(s.header_bytes(s.NUMBER + 1, NOON.seconds, block.hash, bytes(32)))
        stranger = header_from_rlp(s.header_bytes(s.NUMBER + 1, NOON.seconds + 7, bytes(32), bytes(32)))
        for other in (later, stranger):
            view = honest.views[CHAIN]
            assert isinstance(view, Seen)
            views = {CHAIN: Seen(replace(view.value, child=other))}
            yield replace(honest, children={CHAIN: Seen(other)}, views=views)
        signed = LightClientView(block.ref, block.timestamp, 11_650_252, finalized=False, participation=505)
        final = Seen(LightChain(replace(signed, finalized=True), ()))
        unasked = {CHAIN: Missing("no source was asked")}
        yield replace(honest, light={CHAIN: final})
        yield replace(self.examined(source=s.FakeSource(s.headers(salt=b"another"))), light={CHAIN: final})
        yield replace(honest, views=unasked, light={CHAIN: Seen(LightChain(signed, ()))})

    def files(self) -> Iterator[Examination]:
        made = s.bundle()
        yield self.examined(replace(made, evidence=made.evidence[1:]))
        yield self.examined(replace(made, blocks=()))
        yield self.examined(s.with_account("cold", control=made.blocks[0].header))
        yield self.examined(replace(made, reserves=made.reserves[1:]))
        yield self.examined(replace(made, reserves=(), liabilities=(), evidence=(), blocks=()))

    def liabilities(self) -> Iterator[Examination]:
        made = s.bundle()
        owed = made.liabilities
        yield self.examined(replace(made, liabilities=(replace(owed[0], scheme="other-v1"), *owed[1:])))
        yield self.examined(replace(made, liabilities=(replace(owed[0], total=1), *owed[1:])))
        yield self.examined(replace(made, commitments_root=bytes(32)))
        yield self.examined(rules=s.policy(classes=()))
        yield self.examined(rules=s.policy(classes=(AssetClass((Denomination(ETH, 8), Denomination(USDC, 6))),)))
        rows = s.ledger_records()
        for changed in (
            rows[1:],
            [*rows[1:], replace(rows[0], segment="zzz")],
            [*rows[:-1], replace(rows[-1], part=7)],
        ):
            yield self.examined(recomputation=s.recomputed(made, changed))
        same_total = self.examined(recomputation=s.recomputed())
        assert isinstance(same_total.recomputation, Seen)
        trees = dict(same_total.recomputation.value.trees)
        for ref, seen in trees.items():
            assert isinstance(seen, Seen)
            trees[ref] = Seen(replace(seen.value, root=bytes(32)))
        yield replace(same_total, recomputation=Seen(replace(same_total.recomputation.value, trees=trees)))

    def reserves(self) -> Iterator[Examination]:
        made = s.bundle()
        have = s.files()
        forged = have.control(s.signature("cold", signer="hot"))
        yield self.examined(s.listed(s.with_account("cold", control=forged), have), have)
        yield self.examined(s.with_claim("cold", ETH, amount=1))
        yield self.examined(replace(made, reserves=(*made.reserves, made.reserves[0])))
        yield self.examined(replace(made, reserves=(*made.reserves, replace(made.reserves[0], holdings=()))))
        yield self.examined(rules=s.policy(own_assets=frozenset({USDC})))
        yield self.examined(s.with_account("cold", control=None))
        honest = self.examined()
        contract = AccountState(1, 5, bytes(32), b"\x01" * 32, exists=True)
        flagged = Seen(ProvenHolding(5, 2**255, contract))
        yield replace(honest, holdings=dict.fromkeys(honest.holdings, flagged))
        yield replace(honest, holdings=dict.fromkeys(honest.holdings, Broken("a node is missing")))

    def qualities(self) -> Iterator[Examination]:
        """Say every reason for which a holding counts less, or not, and all three outcomes of a mixed class."""
        minted = AssetId(ChainId("eip155", "10"), "erc20", "0x" + "77" * 20)
        yield self.examined(rules=s.policy(bridges=(Bridge(s.account("cold"), ETH, minted),)))
        wrapped = (AssetClass((Denomination(USDC, 6), Denomination(ETH, 18, AssetKind.WRAPPED))),)
        owed = tuple(item for item in s.bundle().liabilities if item.asset == USDC)
        mixed = s.bundle(liabilities=owed)
        yield self.examined(mixed, rules=s.policy(classes=wrapped))
        both = frozenset({AssetKind.NATIVE, AssetKind.WRAPPED})
        whole = self.examined(mixed, rules=s.policy(classes=wrapped, kinds=both))
        yield whole
        yield replace(whole, policy=replace(whole.policy, ratio=Fraction(100)))
        open_one = {**whole.holdings, (0, USDC): Missing("no layout")}
        yield replace(whole, policy=replace(whole.policy, ratio=Fraction(1)), holdings=open_one)
        little = replace(whole.policy, ratio=Fraction(11, 10))
        yield replace(whole, policy=little, holdings=open_one)
        vault = TokenCall(ETH, (bytes(32),), CallMethod.CONVERT_TO_ASSETS, USDC)
        yield self.examined(mixed, rules=s.policy(calls=(vault,), kinds=frozenset(AssetKind)))
        for amount in (1, s.COINS["cold"] + 1):
            yield self.examined(s.with_claim("cold", ETH, encumbrance=Encumbrance(EncumbranceKind.PLEDGED, amount)))
        for units in (s.COINS["cold"], 1):
            told = Seen(ProvenHolding(units, 0, s.PLAIN, grade=Grade.QUORUM_VALUE))
            yield replace(self.examined(), holdings={**self.examined().holdings, (0, ETH): told})

    def movements(self) -> Iterator[Examination]:
        rule = Movement((3600,), (3600,), Fraction(1, 10))
        honest = self.examined(rules=s.policy(movement=rule))
        held = sum(s.COINS[name] for name in ("cold", "hot"))
        dollars = {(moment, USDC): Seen(1000 * 10**6) for moment in (-3600, 3600)}
        moments: list[tuple[Observation[int], Observation[int]]] = [
            (Seen(held), Seen(held)),
            (Seen(0), Seen(held)),
            (Seen(held), Seen(0)),
            (Seen(0), Seen(0)),
            (Missing("pruned"), Seen(held)),
        ]
        for before, after in moments:
            seen = {**dollars, (-3600, ETH): before, (3600, ETH): after}
            yield replace(honest, movement=MovementView((-3600, 3600), seen))

    def beside(self) -> Iterator[Examination]:
        """Bring the bundle before, and another issuer's."""
        new = {**code_scenes.HONEST, code_scenes.TOKEN: code_scenes.NEW}
        got = {**code_scenes.HONEST, code_scenes.COLD.address: code_scenes.NEW}
        known = s.policy(layouts=(replace(s.LAYOUT, code_hash=code_scenes.NEW),))
        for then, now, rules in (
            (code_scenes.HONEST, code_scenes.HONEST, None),
            (code_scenes.HONEST, new, None),
            (code_scenes.HONEST, new, known),
            (code_scenes.HONEST, got, None),
            (got, code_scenes.HONEST, None),
        ):
            self._made += 1
            yield code_scenes.compared(self._folder / str(self._made), then, now, rules=rules)
        for spot in (10, 11):
            self._made += 1
            yield rolled_scenes.rolling(self._folder / str(self._made), opening=100, closing=110, spot=spot)
        theirs = shared_scenes.other(shared_scenes.row(s.account("cold")))
        strangers = shared_scenes.other(shared_scenes.row(shared_scenes.STRANGERS[0]))
        old = shared_scenes.other(instant=Instant(NOON.seconds - 30 * DAY))
        for others in ((theirs,), (strangers, old), (old,)):
            yield replace(self.examined(), others=others)

    def controls(self) -> Iterator[Examination]:
        honest = self.examined()
        who = s.address("cold")
        said = Signed("eip191", who)
        for use in Use:
            instead = Misuse(use, "other.example", "other.example@2026-10-01T00:00:00Z", CHAIN, "eip712", str(NOON))
            yield controlled(honest, ControlEvidence(replace(said, signer=s.address("hot"), misuse=instead)))
        delegation = b"\x02" * 32
        yield controlled(honest, ControlEvidence(said, delegates=((delegation, who),)), delegation)
        for deployed in (True, False):
            approval = Approval(who, ((who, b"\x01" * 32),), deployed)
            approved = controlled(honest, ControlEvidence(Approved("eip1271-eip191", approval)))
            yield from (approved, replace(approved, policy=replace(approved.policy, wallets=(b"\x01" * 32,))))
        yield controlled(honest, ControlEvidence(Published("I am an address", (who,))))
        opened = replace(honest.opened, bundle=replace(honest.bundle, control_set=ControlSet(b"\x01" * 32, 4)))
        yield controlled(replace(honest, opened=opened), ControlEvidence(said, (0, b"\x02" * 32)))
        yield self.examined(s.bundle(expires=Instant(NOON.seconds + 91 * DAY)))

    def publications(self) -> Iterator[Examination]:
        made = s.bundle()
        yield self.examined(rules=s.policy(bundles=(digest_of(bundle_v1.write(made)),)))
        yield self.examined(rules=s.policy(issuer="other.example"))
        yield self.examined(note=s.note_text(made, commitments_root=bytes(32)))
        yield self.examined(note=s.note_text(made, s.STRANGERS_KEY))

    def anchored(self, registry: r.Registry, made: Bundle | None = None, **changes: Any) -> Examination:
        chosen = {"rules": r.policy(), "source": registry.source(), **changes}
        return self.examined(r.bundle() if made is None else made, **chosen)

    def registries(self) -> Iterator[Examination]:
        keyless = r.policy(keys=())
        quick = r.policy(registry=replace(r.PIN, max_delay=1))
        yield self.anchored(r.anchored(), rules=keyless)
        yield self.anchored(history(r.bundle(), RIVAL), RIVAL, rules=keyless)
        yield self.anchored(history(r.bundle(), CORRECTION), CORRECTION)
        yield self.anchored(history(r.bundle(), CORRECTION))
        yield self.anchored(r.anchored(RIVAL), rules=keyless)
        yield self.anchored(r.Registry())
        yield self.anchored(r.Registry(), rules=quick)
        yield self.anchored(r.anchored(), rules=quick)
        yield self.anchored(r.anchored(), s.bundle())
        expired = r.bundle(expires=Instant(NOON.seconds + 1))
        yield self.anchored(r.anchored(expired), expired)
        griefed = r.anchored()
        griefed.put(r.bundle(), issuer=r.GRIEFERS, block=s.NUMBER + 4)
        yield self.anchored(griefed)
        yield self.anchored(griefed, source=griefed.source(wide=UnavailableError("node-a: too much is asked")))
        yield self.anchored(r.anchored(), source=r.anchored().source(events=()))

    def identities(self) -> Iterator[Examination]:
        honest = self.anchored(r.anchored())
        for said in (SAID, IDENTITIES["another key"][0], IDENTITIES["another issuer"][0]):
            yield replace(honest, identity=Seen(said))


def controlled(honest: Examination, evidence: ControlEvidence, code: bytes | None = None) -> Examination:
    """Show another control proof for the first account, and another code where one is given."""
    held = honest.holdings
    if code is not None:
        state = replace(s.PLAIN, code_hash=code)
        held = {**held, (0, ETH): Seen(ProvenHolding(s.COINS["cold"], 0, state))}
    return replace(honest, signers={**honest.signers, 0: Seen(evidence)}, holdings=held)


def questions() -> Iterator[Verdict]:
    """Ask what customers ask."""
    for registry, _ in STORIES.values():
        yield by_hand(registry)
    root = s.root_of(s.trees())
    right = s.mine(("spot", ETH, "10"), ("spot", USDC, "300"))
    for expected in (right, right[:1], s.mine((None, ETH, "11")), s.mine(("margin", ETH, "1")), ()):
        yield ask(Customer("carol", expected), Pins(policy=s.policy()))
    yield ask(Customer("carol", right), Pins(roots=(root,)))
    yield ask(Customer("carol", right), Pins(roots=(bytes(32),)))
    yield ask(Customer("carol", right), Pins())
    yield ask(Customer("carol", right), Pins(policy=s.policy(), bundle=second_bundle()))
    yield ask(Customer("mallory", right), Pins())
    yield ask(Customer(None, ()), Pins())


def second_bundle() -> OpenBundle:
    """Open a bundle that the issuer signed beside the one whose note is in the proof, over the same trees."""
    made = s.bundle(reserves=())
    return OpenBundle(made, digest_of(bundle_v1.write(made)), s.note_text(made), Path())


def ask(customer: Customer, pins: Pins) -> Verdict:
    return verify_inclusion([s.proof_of("carol")], customer, pins, now=s.AN_HOUR_LATER)
