"""Two attesters' jobs, from the registry's newest entry to one certificate in the registry of attestations."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.chains import open_source
from por.checks.policy import load_policy
from por.checks.sources import Sources
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attestation_v1, bundle_v1, certificate_v1, committee_v1
from por.encoding.digests import digest_of
from por.errors import UnavailableError
from por.jobs.places import registered_digest
from por.model import Attestation, Committee, Instant, Outcome, SignatureScheme
from por.publish.attestations import Attestations
from por.publish.collecting import signed_by
from por.publish.contracts import artifact
from por.publish.signers.account import Account
from por.simulator.exchange import Exchange, anchor_bundle, open_exchange
from tests.jobs.bundle_server import BundleServer
from tests.jobs.scene import Ran, Scene, published
from tests.jobs.test_metrics import parsed
from tests.publish.registry_world import secret

pytestmark = pytest.mark.thorough

NAMES = ("alice", "bob", "carol")
DAY = 86_400


@dataclass
class Member:
    """One attester: a job in a folder of its own."""

    name: str
    scene: Scene
    now: Instant

    def run(self, monkeypatch: pytest.MonkeyPatch) -> Ran:
        monkeypatch.setenv("POR_ATTESTER", secret(f"story {self.name}").hex())
        monkeypatch.setenv("POR_PAYER", secret("story payer").hex())
        return self.scene.run(now=str(self.now))


@dataclass
class Story:
    """An exchange whose bundle is anchored, a shelf that serves it, a registry of attestations, and its attesters."""

    exchange: Exchange
    server: BundleServer
    attestations: str
    folder: Path

    def now(self) -> Instant:
        chain = self.exchange.chain
        return chain.instant(chain.head.number)

    def member(self, name: str, propose: bool, inbox: Path) -> Member:
        scene = Scene(self.folder / name, self.exchange)
        scene.folder.mkdir(parents=True, exist_ok=True)
        policy = self.exchange.registry_policy(known()).read_text().replace('"auditor"', '"job"', 1)
        committee = Committee(SignatureScheme.ECDSA, 2, 0, tuple(sorted(account(each).member for each in NAMES)))
        (scene.folder / "committee.json").write_bytes(committee_v1.write(committee))
        inbox.mkdir(parents=True, exist_ok=True)
        scene.write(
            f'url = "{self.server.url}"\nregistry = true',
            more=f'[attest]\ncommittee = "committee.json"\nsigner = "env:POR_ATTESTER"\n'
            f"propose = {str(propose).lower()}\nexpires_in_seconds = {30 * DAY}\n"
            f'inbox = "{inbox}"\noutbox = "outbox"\n[attest.submit]\n'
            f'attestations = "{self.exchange.chain.chain}:{self.attestations}"\n'
            'payer = "env:POR_PAYER"\nmax_fee_gwei = 50\n',
        )
        (scene.folder / "policy.toml").write_text(policy)
        return Member(name, scene, self.now())


def account(name: str) -> Account:
    return Account.from_secret(secret(f"story {name}"))


def known() -> str:
    """Trust the registry's code as it was compiled."""
    return f'registries = ["0x{keccak(artifact("ReserveRegistry").runtime).hex()}"]\n'


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with open_exchange(tmp_path / "exchange", customers=12) as exchange:
        chain = exchange.chain
        attestations = chain.deploy(artifact("AttestationRegistry").creation)
        chain.mine()
        chain.fund(account("payer").address, 10**20)
        chain.mine()
        digest = digest_of((exchange.bundle / "bundle.json").read_bytes())
        shutil.copytree(exchange.bundle, tmp_path / "shelf" / digest.value.hex())
        with BundleServer(tmp_path / "shelf") as server:
            yield Story(exchange, server, attestations, tmp_path / "members")


def test_two_jobs_bring_one_certificate_into_the_registry(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = story.member("alice", True, story.folder / "bob" / "outbox")
    bob = story.member("bob", False, story.folder / "alice" / "outbox")
    for member in (alice, bob, alice):
        ran = member.run(monkeypatch)
        assert (ran.status, ran.out, ran.err) == (0, "", ""), ran.err
    made = [member.scene.state.glob("runs/*/certificate.json") for member in (alice, bob)]
    first, second = (next(paths).read_bytes() for paths in made)
    assert first == second
    certificate = certificate_v1.read(first)
    content = certificate.statement.content
    assert isinstance(content, Attestation)
    assert (content.outcome, len(certificate.signers)) == (Outcome.PASS, 2)
    assert certificate.statement.entry is not None
    assert certificate.statement.entry.anchor.bundle == digest_of((story.exchange.bundle / "bundle.json").read_bytes())
    registry = Attestations(story.exchange.wallet(), story.attestations)
    status = registry.status(committee_id(certificate.committee), statement_digest(content))
    assert status.attested_at is not None
    for member in (alice, bob):
        metrics = parsed(member.scene.metrics)
        assert metrics["por_job_attested", ""] == "1"
        assert int(metrics["por_job_certificate_expires_timestamp_seconds", ""]) == content.expires_at.seconds
        head = story.exchange.chain.head.number
        assert member.run(monkeypatch).status == 0
        assert story.exchange.chain.head.number == head


def of_directory(member: Member, directory: Path, *, attests: bool = True) -> None:
    """Let a member's job read one directory, and accept old snapshots: nothing but the registry tells of another."""
    path = member.scene.folder / "job.toml"
    text = path.read_text().replace("max_staleness_seconds = 86400", "max_staleness_seconds = 864000")
    head, _, rest = text.partition("[bundle]\n")
    rest = rest.partition("registry = true\n")[2]
    text = f'{head}[bundle]\ndirectory = "{directory}"\n{rest}'
    path.write_text(text if attests else text.partition("[attest]")[0])
    policy = member.scene.folder / "policy.toml"
    policy.write_text(policy.read_text().replace("max_age_seconds = 86400", "max_age_seconds = 864000"))


def corrected_later(story: Story) -> Instant:
    """Anchor a correction an hour later, and let days go by."""
    chain, begun = story.exchange.chain, story.now()
    chain.mine(at=Instant(begun.seconds + 3600))
    bundle = bundle_v1.read((story.exchange.bundle / "bundle.json").read_bytes())
    first = digest_of(bundle_v1.write(bundle))
    published(story.exchange, story.folder / "corrected", sequence=2, previous=first, supersedes=first)
    anchor_bundle(story.exchange, story.folder / "corrected")
    chain.mine(at=Instant(begun.seconds + 5 * DAY))
    return story.now()


def test_t37_a_bundle_that_passed_is_examined_again_when_another_is_anchored(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = story.member("bob", False, story.folder / "inbox")
    of_directory(bob, story.exchange.bundle, attests=False)
    assert (bob.run(monkeypatch).status, bob.run(monkeypatch).err) == (0, "")
    assert len(bob.scene.rows("SELECT id FROM runs")) == 1
    bob.now = corrected_later(story)
    ran = bob.run(monkeypatch)
    assert (ran.status, ran.events) == (1, ["bundle.reexamined", "verdict"])
    assert "entry 2 of" in ran.lines[0]["reason"]
    assert parsed(bob.scene.metrics)["por_job_verdict", "FAIL"] == "1"
    again = bob.run(monkeypatch)
    assert (again.status, again.err) == (1, "")


def test_t37_a_registry_that_cannot_be_read_again_leaves_nothing_verified(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = story.member("bob", False, story.folder / "inbox")
    of_directory(bob, story.exchange.bundle, attests=False)
    assert bob.run(monkeypatch).status == 0
    honest = bob.now
    bob.now = Instant(honest.seconds + 2 * DAY)
    frozen = bob.run(monkeypatch)
    assert (frozen.status, frozen.events) == (3, ["run.stopped"])
    assert "the last final block" in frozen.lines[0]["reason"]
    bob.now = honest
    assert bob.run(monkeypatch).status == 0


def test_t37_nobody_signs_today_what_was_so_days_ago(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = story.folder / "inbox"
    alice, bob = story.member("alice", True, story.folder / "unused"), story.member("bob", False, inbox)
    for member in (alice, bob):
        of_directory(member, story.exchange.bundle)
        assert member.run(monkeypatch).status == 0
    bob.now = corrected_later(story)
    (path,) = (alice.scene.folder / "outbox").iterdir()
    draft = attestation_v1.read(path.read_bytes())
    assert isinstance(draft.statement.content, Attestation)
    redated = replace(draft.statement.content, observed_at=bob.now, expires_at=Instant(bob.now.seconds + DAY))
    committee = committee_v1.read((alice.scene.folder / "committee.json").read_bytes())
    signed = signed_by(account("alice"), replace(draft.statement, content=redated), committee, draft.report, None)
    (inbox / "draft.json").write_bytes(attestation_v1.write(signed))
    ran = bob.run(monkeypatch)
    assert ran.status == 1
    assert "draft.refused" in ran.events
    assert "outcome: the draft says PASS, you found FAIL" in ran.err
    assert list((bob.scene.folder / "outbox").iterdir()) == []


def test_t37_a_later_draft_is_signed_once_the_bundle_was_looked_at_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = story.folder / "inbox"
    alice, bob = story.member("alice", True, inbox), story.member("bob", False, inbox)
    assert bob.run(monkeypatch).status == 0
    chain = story.exchange.chain
    chain.mine(at=Instant(story.now().seconds + 3600))
    chain.mine()
    alice.now = bob.now = story.now()
    assert alice.run(monkeypatch).status == 0
    (path,) = (alice.scene.folder / "outbox").iterdir()
    shutil.copy(path, inbox)
    ran = bob.run(monkeypatch)
    assert (ran.status, ran.events) == (0, ["bundle.reexamined"])
    (signed,) = (bob.scene.folder / "outbox").iterdir()
    assert (
        attestation_v1.read(signed.read_bytes()).statement.content
        == attestation_v1.read(path.read_bytes()).statement.content
    )


@pytest.mark.parametrize("scheme", [SignatureScheme.ECDSA, SignatureScheme.CONTRACT])
def test_t38_unsigned_files_in_the_inbox_stop_no_certificate(
    story: Story, monkeypatch: pytest.MonkeyPatch, scheme: SignatureScheme
) -> None:
    inbox, other = story.folder / "inbox", story.folder / "other"
    alice, bob = story.member("alice", True, inbox), story.member("bob", False, other)
    chain_id = int(story.exchange.chain.chain.reference) if scheme is SignatureScheme.CONTRACT else 0
    for member in (alice, bob):
        path = member.scene.folder / "committee.json"
        path.write_bytes(
            committee_v1.write(replace(committee_v1.read(path.read_bytes()), scheme=scheme, chain_id=chain_id))
        )
    assert alice.run(monkeypatch).status == 0
    (path,) = (alice.scene.folder / "outbox").iterdir()
    shutil.copy(path, other)
    forged = replace(attestation_v1.read(path.read_bytes()), scheme=SignatureScheme.CONTRACT, signature=b"\0")
    for name in NAMES:
        document = attestation_v1.write(replace(forged, member=account(name).member))
        (inbox / f"0-{name}.json").write_bytes(document)
        (other / f"0-{name}.json").write_bytes(document)
    assert alice.run(monkeypatch).status == 0
    assert parsed(alice.scene.metrics)["por_job_attested", ""] == "0"
    assert bob.run(monkeypatch).status == 0
    (path,) = (bob.scene.folder / "outbox").iterdir()
    shutil.copy(path, inbox)
    assert alice.run(monkeypatch).status == 0
    assert parsed(alice.scene.metrics)["por_job_attested", ""] == "1"


def test_the_registrys_newest_entry_names_the_bundle(story: Story) -> None:
    policy = load_policy(story.exchange.registry_policy(known()))
    chain = story.exchange.chain.chain
    sources = Sources({chain: open_source(chain, [story.exchange.url])})
    assert registered_digest(policy, sources) == digest_of((story.exchange.bundle / "bundle.json").read_bytes())
    with pytest.raises(UnavailableError):
        registered_digest(policy, Sources({}))
    with pytest.raises(UnavailableError, match="no registry"):
        registered_digest(load_policy(story.exchange.policy()), sources)


def test_a_registry_without_an_entry_of_the_issuer_names_none(story: Story) -> None:
    other = (
        story.exchange.registry_policy(known())
        .read_text()
        .replace(story.exchange.wallet().address, account("stranger").address)
    )
    path = story.folder.parent / "other.toml"
    path.write_text(other)
    chain = story.exchange.chain.chain
    with pytest.raises(UnavailableError, match="no entry"):
        registered_digest(load_policy(path), Sources({chain: open_source(chain, [story.exchange.url])}))
