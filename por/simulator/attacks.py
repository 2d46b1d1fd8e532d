"""Attack what stands on chain: each attack is refused by name, or leaves no more than an event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from por.commitments import rfc6962
from por.commitments.anchors import asset_key, claim_hash
from por.commitments.statements import committee_id, reason_digest, statement_digest
from por.encoding import certificate_v1
from por.errors import PublishError
from por.model import (
    Anchor,
    AnchoredEntry,
    Attestation,
    Certificate,
    Committee,
    Digest,
    Instant,
    Revocation,
    SignatureScheme,
    Statement,
)
from por.proofs import bls
from por.proofs.state.registry import entry_of
from por.publish.anchoring import anchor_values
from por.publish.attestations import Attestations, attestation_values
from por.publish.contracts import artifact, encode_call
from por.publish.feeds import Parameters, make, newest_round, preimage
from por.publish.signers.account import Account
from por.simulator.scene import ATTESTERS, Scene
from por.simulator.signer import SimulatedKey

REGISTRY, ATTESTATIONS, PROOFS, FEED = "ReserveRegistry", "AttestationRegistry", "LiabilityProofs", "ReserveFeed"
RIVAL, THIEF = "rival", "stranger"
GAS = 600_000
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class Stage:
    """Hold two chains with the same contracts: what was attested on the first is replayed on the second."""

    here: Scene
    there: Scene
    feed: str


@dataclass(frozen=True, slots=True)
class Attack:
    """Hold one attack: `run` raises PublishError that names `refused_by`, or returns what it left behind."""

    name: str
    threats: tuple[str, ...]
    sentence: str
    refused_by: str
    run: Callable[[Stage], str]


def _call(scene: Scene, name: str, function: str, arguments: Sequence[object], payer: str = "payer") -> None:
    contract = artifact(name)
    data = encode_call(contract, function, arguments)
    wallet = scene.wallet(payer)
    wallet.read(scene.contracts[name], data, contract=contract)
    wallet.send(scene.contracts[name], data, gas=GAS, contract=contract)


def _anchor(scene: Scene, anchor: Anchor, payer: str = "anchoring") -> AnchoredEntry:
    contract = artifact(REGISTRY)
    data = encode_call(contract, "anchor", [anchor_values(anchor), [(bytes(31) + b"\x01", 1, 1)]])
    wallet = scene.wallet(payer)
    wallet.read(scene.registry.address, data, contract=contract)
    return entry_of(wallet.send(scene.registry.address, data, contract=contract).logs[0])


def _certificate(scene: Scene, scheme: str) -> Certificate:
    return certificate_v1.read(scene.certificate(scene.committee(scheme)).read_bytes())


def _said(certificate: Certificate) -> Attestation:
    said = certificate.statement.content
    if not isinstance(said, Attestation):
        raise PublishError("the certificate is of a revocation")
    return said


def _entry(scene: Scene) -> AnchoredEntry:
    entry = _certificate(scene, "ecdsa").statement.entry
    if entry is None:
        raise PublishError("the certificate carries no entry")
    return entry


def _earlier_snapshot(stage: Stage) -> str:
    anchor = _entry(stage.here).anchor
    _anchor(stage.here, replace(anchor, instant=Instant(anchor.instant.seconds - 60)))
    return "a snapshot of before is in the history"


def _same_instant(stage: Stage) -> str:
    _anchor(stage.here, replace(_entry(stage.here).anchor, bundle=Digest(b"\x01" * 32)))
    return "there are two entries for one instant"


def _foreign_correction(stage: Stage) -> str:
    stage.here.fund(SimulatedKey.from_seed(THIEF).address)
    _anchor(stage.here, replace(_entry(stage.here).anchor, supersedes=1), THIEF)
    return "somebody else corrected the issuer's entry"


def _rogue_key(stage: Stage) -> str:
    """Choose a key that cancels the others out, so that one signature passes for all: no possession of it is shown."""
    committee = _certificate(stage.here, "bls").committee
    honest, proof = committee.keys[0], committee.possessions[0]
    rogue = bytes([honest[0] ^ 0x20]) + honest[1:]
    _call(stage.here, ATTESTATIONS, "registerKey", [bls.key_point(rogue), bls.signature_point(proof)])
    return "the negated key of a member is registered"


def _unproven_key(stage: Stage) -> str:
    rogue = _certificate(stage.here, "bls").committee.keys[0]
    point = bls.key_point(bytes([rogue[0] ^ 0x20]) + rogue[1:])
    _call(stage.here, ATTESTATIONS, "registerBlsCommittee", [1, point])
    return "a committee of a key that nobody proved to have"


def _twice_the_same(stage: Stage) -> str:
    certificate = _certificate(stage.here, "ecdsa")
    return _resubmitted(stage.here, certificate, 0b11, certificate.signatures[0] * 2, 0)


def _second_form(stage: Stage) -> str:
    certificate = _certificate(stage.here, "ecdsa")
    r, s, v = (certificate.signatures[0][part] for part in (slice(0, 32), slice(32, 64), slice(64, 65)))
    flipped = (SECP256K1_ORDER - int.from_bytes(s)).to_bytes(32) + (b"\x1b" if v == b"\x1c" else b"\x1c")
    return _resubmitted(stage.here, certificate, 0b11, r + flipped + certificate.signatures[1], 0)


def _too_few(stage: Stage) -> str:
    certificate = _certificate(stage.here, "ecdsa")
    return _resubmitted(stage.here, certificate, 0b1, certificate.signatures[0], 0)


def _altered(stage: Stage) -> str:
    certificate = _certificate(stage.here, "ecdsa")
    return _resubmitted(stage.here, certificate, 0b11, b"".join(certificate.signatures[:2]), 60)


def _resubmitted(scene: Scene, certificate: Certificate, bits: int, signatures: bytes, later: int) -> str:
    said = _said(certificate)
    changed = replace(said, expires_at=Instant(said.expires_at.seconds + later))
    values = attestation_values(changed)
    arguments = [values, committee_id(certificate.committee), bits, signatures, bytes(32)]
    _call(scene, ATTESTATIONS, "attest", arguments)
    return "an attestation that too few members signed is recorded"


def revocation(scene: Scene, scheme: str = "ecdsa") -> Certificate:
    """Let two attesters take their committee's attestation back."""
    certificate = _certificate(scene, scheme)
    attested = statement_digest(certificate.statement.content)
    reason = "an account was counted twice"
    statement = Statement(Revocation(attested, reason_digest(reason)), reason=reason)
    digest = statement_digest(statement.content)
    accounts = (Account.from_secret(SimulatedKey.from_seed(name).private) for name in ATTESTERS)
    signing = sorted(accounts, key=lambda account: account.member)[: certificate.committee.threshold]
    return Certificate(
        statement=statement,
        committee=certificate.committee,
        signers=tuple(account.member for account in signing),
        reports=(),
        signatures=tuple(account.sign(digest) for account in signing),
    )


def _replayed_elsewhere(stage: Stage) -> str:
    """Revoke on the second chain, before the attestation came there, and bring that after it."""
    attestations = Attestations(stage.there.wallet(), stage.there.contracts[ATTESTATIONS])
    attestations.submit(revocation(stage.here))
    certificate = _certificate(stage.here, "ecdsa")
    signatures = b"".join(certificate.signatures)
    bits = sum(1 << certificate.committee.members.index(member) for member in certificate.signers)
    return _resubmitted(stage.there, certificate, bits, signatures, 0)


def contract_committee(scene: Scene) -> Committee:
    """Make a committee of one member, which is a contract where there is one at its address."""
    member = bytes(12) + bytes.fromhex(SimulatedKey.from_seed(ATTESTERS[0]).address[2:])
    return Committee(SignatureScheme.CONTRACT, 1, int(scene.chain.reference), (member,))


def _address_elsewhere(stage: Stage) -> str:
    """Who has an address on one chain need not be who has it on another."""
    committee = contract_committee(stage.here)
    Attestations(stage.here.wallet(), stage.here.contracts[ATTESTATIONS]).register(committee)
    _call(stage.there, ATTESTATIONS, "registerCommittee", [(2, 1, list(committee.members))])
    said = _said(_certificate(stage.here, "ecdsa"))
    signature = Account.from_secret(SimulatedKey.from_seed(ATTESTERS[0]).private).sign(statement_digest(said))
    packed = len(signature).to_bytes(2) + signature
    arguments = [attestation_values(said), committee_id(committee), 1, packed, bytes(32)]
    _call(stage.there, ATTESTATIONS, "attest", arguments)
    return "what a contract signs on one chain counts on another"


def _other_figures(stage: Stage) -> str:
    """Bring figures of one's own to a feed that has no round yet."""
    scene, certificate = stage.here, _certificate(stage.here, "ecdsa")
    said = _said(certificate)
    committee, asset = committee_id(certificate.committee), str(scene.coin)
    parameters = Parameters(scene.issuer, committee, said.policy, asset, 18, "reserves")
    feed = make(scene.wallet(), scene.contracts["ReserveFeedFactory"], parameters).feed
    contract = artifact(FEED)
    rows = [(asset_key(scene.coin), 1, 2)]
    call = encode_call(contract, "settle", [attestation_values(said), rows, preimage(_entry(scene))])
    scene.wallet().read(feed, call, contract=contract)
    return "a feed took figures that nobody signed"


def _griefing(stage: Stage) -> str:
    """List somebody else's account in a reserve set of one's own: whoever does accuses nobody, and no feed moves."""
    scene, account, asset = stage.here, f"{stage.here.chain}:0x{'11' * 20}", str(stage.here.coin)
    claimed = claim_hash(account, asset, 1)
    root = rfc6962.root([claimed])
    anchor = _entry(scene).anchor
    listed = replace(anchor, snapshot_chain=0, snapshot_block=0, snapshot_hash=bytes(32), reserve_set_root=root)
    before = newest_round(scene.wallet(), stage.feed)
    entries = []
    for name in (RIVAL, THIEF):
        scene.fund(SimulatedKey.from_seed(name).address)
        entries.append(_anchor(scene, listed, name))
    claim: tuple[object, ...] = (account.encode(), asset.encode(), 1, (0, 1, []))
    sides = [side for entry in entries for side in (preimage(entry), claim)]
    _call(scene, PROOFS, "dispute", sides, THIEF)
    if newest_round(scene.wallet(), stage.feed) != before:
        return "a dispute moved a feed"
    raise PublishError("AccountDisputed: an event is left, and no feed moved")


ATTACKS = (
    Attack(
        "a rewritten history",
        ("T36",),
        "anchors a snapshot of before the newest",
        "InstantNotLater",
        _earlier_snapshot,
    ),
    Attack(
        "two entries for one instant",
        ("T35",),
        "anchors a second bundle for one instant",
        "InstantNotLater",
        _same_instant,
    ),
    Attack(
        "a stranger's correction",
        ("T36", "T39"),
        "corrects another issuer's entry",
        "NotNewest",
        _foreign_correction,
    ),
    Attack("a rogue key", ("T39",), "registers the negated key of a member", "BlsSignatureMismatch", _rogue_key),
    Attack(
        "a key without possession",
        ("T39",),
        "makes a committee of a key that it does not have",
        "KeyNotRegistered",
        _unproven_key,
    ),
    Attack(
        "one member twice",
        ("T41",),
        "counts one attester's signature twice",
        "SignatureMismatch",
        _twice_the_same,
    ),
    Attack(
        "a signature's second form",
        ("T48",),
        "turns a signature into its other form",
        "MalleableSignature",
        _second_form,
    ),
    Attack("too few members", ("T41",), "records what one of three attesters signed", "BelowThreshold", _too_few),
    Attack(
        "an altered statement",
        ("T42",),
        "lets an attestation expire later than was signed",
        "SignatureMismatch",
        _altered,
    ),
    Attack(
        "a revoked attestation on a second chain",
        ("T37", "T53"),
        "replays a revoked attestation on a second chain",
        "AttestationRevoked",
        _replayed_elsewhere,
    ),
    Attack(
        "a contract's address elsewhere",
        ("T53",),
        "signs as a contract whose address it has on a second chain",
        "CommitteeNotRegistered",
        _address_elsewhere,
    ),
    Attack(
        "figures nobody signed",
        ("T42",),
        "brings other figures to a feed than were signed",
        "FiguresMismatch",
        _other_figures,
    ),
    Attack(
        "a griefing dispute",
        ("T45",),
        "lists somebody else's account to stop a feed",
        "AccountDisputed",
        _griefing,
    ),
)
