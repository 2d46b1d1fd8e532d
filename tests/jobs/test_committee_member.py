"""One member of a real committee: it signs what it found, and joins what others signed over exactly that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from por.checks.evidence import open_bundle
from por.commitments.statements import committee_id, statement_digest
from por.encoding import attestation_v1, certificate_v1, committee_v1, verdict_v1
from por.encoding.digests import digest_of
from por.errors import EvidenceError, FormatError, PublishError
from por.jobs.attesting import Examined, RefusedSignatureError
from por.jobs.committee_member import CommitteeMember, load_committee, spec_at
from por.jobs.configuration import Job, load_job
from por.model import (
    Attestation,
    ChainId,
    Committee,
    Digest,
    Finding,
    Instant,
    Outcome,
    SignatureScheme,
    Verdict,
)
from por.publish.attestations import Attestations
from por.publish.contracts import RevertedError
from por.publish.signers.account import Account
from tests import attesting as a
from tests.jobs import fake_attester
from tests.jobs.scene import NOON, Scene
from tests.publish.registry_world import World, now, secret, world

NOW = Instant.parse(NOON)
EXPIRES = Instant(NOW.seconds + 3600)
NAMES = ("alice", "bob", "carol")
DAY = 86_400
ENTRY = "0x" + "e1" * 32


def account(name: str) -> Account:
    return Account.from_secret(secret(f"job {name}"))


def committee(threshold: int = 2) -> Committee:
    members = sorted(account(name).member for name in NAMES)
    return Committee(SignatureScheme.ECDSA, threshold, 0, tuple(members))


def verdict(policy: Digest, outcome: Outcome = Outcome.PASS, reserves: str = "12", entry: str = ENTRY) -> Verdict:
    anchored = {"entry": entry, "bundle": str(Digest(bytes(32)))}
    coverage = {"lower": reserves, "liabilities": "10", "decimals": "18", "ratio": "6/5"}
    findings = (
        Finding("publication.anchored", "x", Outcome.PASS, "publication.anchored.in_time", facts=anchored),
        Finding("solvency.coverage", str(a.ETH), outcome, "solvency.coverage.pass", facts=coverage),
    )
    return Verdict("job", "exchange.example@x", Digest(bytes(32)), policy, Instant(0), NOW, findings)


class Desk:
    """Let members of one committee attest about one bundle."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scene = scene
        self.patch = monkeypatch
        scene.write(more=fake_attester.lay(scene.folder))
        (scene.folder / "committee.json").write_bytes(committee_v1.write(committee()))
        self.job = load_job(scene.folder / "job.toml", {})
        self.opened = open_bundle(scene.bundle)

    def member(
        self, name: str, propose: bool = True, expires_in: int = 3600, job: Job | None = None
    ) -> CommitteeMember:
        self.patch.setenv("POR_ATTESTER", secret(f"job {name}").hex())
        self.patch.setenv("POR_PAYER", secret("job payer").hex())
        used = job or self.job
        assert used.settings.attest is not None
        settings = replace(used.settings.attest, propose=propose, expires_in=expires_in)
        return CommitteeMember(used, settings, NOW)

    def examined(self, **changes: object) -> Examined:
        return Examined(self.opened, verdict(self.job.policy.digest, **changes), EXPIRES)  # type: ignore[arg-type]

    def signed(self, name: str, **changes: object) -> bytes:
        document = self.member(name).sign(self.examined(**changes), ()).document
        assert document is not None
        return document


@pytest.fixture
def desk(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(scene, monkeypatch)


@pytest.mark.parametrize("outcome", Outcome)
def test_who_proposes_signs_what_was_found_whatever_it_is(desk: Desk, outcome: Outcome) -> None:
    signed = attestation_v1.read(desk.signed("alice", outcome=outcome))
    content = signed.statement.content
    assert isinstance(content, Attestation)
    assert (content.outcome, content.policy, content.expires_at) == (outcome, desk.job.policy.digest, EXPIRES)
    assert content.observed_at == NOW
    assert "0x" + content.commitment.hex() == ENTRY
    assert signed.member == account("alice").member
    document = verdict_v1.write(verdict(desk.job.policy.digest, outcome))
    assert signed.report == digest_of(document)


def test_signing_twice_gives_the_same_bytes(desk: Desk) -> None:
    assert desk.signed("alice") == desk.signed("alice")


def test_another_member_signs_the_same_and_two_of_three_are_a_certificate(desk: Desk) -> None:
    draft = desk.signed("alice")
    later = replace(desk.examined(), expires=Instant(EXPIRES.seconds + 99))
    signing = desk.member("bob", propose=False).sign(later, (draft,))
    assert signing.document is not None
    assert attestation_v1.read(signing.document).statement == attestation_v1.read(draft).statement
    alone = desk.member("alice").certify(draft, ())
    assert (alone.document, alone.signers, alone.threshold) == (None, 1, 2)
    both = desk.member("alice").certify(draft, (signing.document, draft, signing.document))
    assert both.document is not None
    certificate = certificate_v1.read(both.document)
    assert (both.signers, both.refused) == (2, ())
    assert set(certificate.signers) == {account("alice").member, account("bob").member}
    others = desk.member("bob").certify(signing.document, (draft,))
    assert others.document == both.document


def test_who_does_not_propose_waits(desk: Desk) -> None:
    signing = desk.member("bob", propose=False).sign(desk.examined(), ())
    assert (signing.document, signing.refused) == (None, ())


DIFFERENT: list[tuple[dict[str, object], str]] = [
    ({"outcome": Outcome.FAIL}, "outcome: the draft says FAIL"),
    ({"reserves": "13"}, "13000000000000000000 proven"),
]


@pytest.mark.parametrize(("changes", "reason"), DIFFERENT)
def test_a_draft_that_says_something_else_is_not_signed(desk: Desk, changes: dict[str, object], reason: str) -> None:
    signing = desk.member("bob", propose=False).sign(desk.examined(), (desk.signed("alice", **changes),))
    assert signing.document is None
    (refused,) = signing.refused
    assert reason in refused


def test_a_draft_that_lives_longer_than_the_job_wants_is_not_signed(desk: Desk) -> None:
    signing = desk.member("bob", propose=False, expires_in=3599).sign(desk.examined(), (desk.signed("alice"),))
    assert signing.document is None
    assert "more than 3599 s" in signing.refused[0]


def test_a_strangers_draft_or_a_spoiled_one_is_not_signed(desk: Desk) -> None:
    draft = attestation_v1.read(desk.signed("alice"))
    by_stranger = replace(
        draft,
        member=account("stranger").member,
        signature=account("stranger").sign(statement_digest(draft.statement.content)),
    )
    spoiled = replace(draft, signature=by_stranger.signature)
    for lie, reason in ((by_stranger, "no member"), (spoiled, "is by 0x")):
        signing = desk.member("bob", propose=False).sign(desk.examined(), (attestation_v1.write(lie),))
        assert signing.document is None
        assert reason in signing.refused[0]


def unsigned(document: bytes, name: str) -> bytes:
    """Say that a member whose scheme is another one signed, which no key can contradict."""
    forged = replace(
        attestation_v1.read(document),
        scheme=SignatureScheme.CONTRACT,
        member=account(name).member,
        key=b"",
        signature=b"\0",
    )
    return attestation_v1.write(forged)


def test_t38_an_unsigned_draft_in_a_members_name_is_not_signed(desk: Desk) -> None:
    honest = desk.signed("alice")
    draft = attestation_v1.read(honest)
    assert isinstance(draft.statement.content, Attestation)
    sooner = replace(draft.statement.content, expires_at=Instant(EXPIRES.seconds - 60))
    forged = attestation_v1.write(replace(draft, statement=replace(draft.statement, content=sooner)))
    signing = desk.member("bob", propose=False).sign(desk.examined(), (unsigned(forged, "carol"), honest))
    assert signing.document is not None
    assert attestation_v1.read(signing.document).statement == draft.statement
    alone = desk.member("bob", propose=False).sign(desk.examined(), (unsigned(forged, "carol"),))
    assert alone.document is None
    assert "signs by CONTRACT" in alone.refused[0]


def test_t38_an_unsigned_document_does_not_stop_the_others_from_being_joined(desk: Desk) -> None:
    own, bobs = desk.signed("alice"), desk.signed("bob")
    for others in ((unsigned(own, "carol"), bobs), (bobs, unsigned(own, "carol")), (unsigned(own, "bob"), bobs)):
        collection = desk.member("alice").certify(own, others)
        assert collection.document is not None
        assert (collection.signers, len(collection.refused)) == (2, 1)


class Contracts:
    """Be a chain on which contracts accept one signature, and revert at others."""

    def __init__(self, accepted: bytes = b"", answer: bytes = bytes.fromhex("1626ba7e") + bytes(28)) -> None:
        self.chain = ChainId.parse("eip155:1")
        self.accepted = accepted
        self.answer = answer
        self.asked: list[tuple[str, bytes]] = []

    def read(self, to: str, data: bytes, *, contract: object = None) -> bytes:
        self.asked.append((to, data))
        if self.accepted not in data:
            raise PublishError(f"a call of {to} reverts: no reason")
        return self.answer

    def code(self, address: str) -> bytes:
        return b"\1"


def of_contracts(desk: Desk, name: str, reading: Contracts | None) -> CommitteeMember:
    member = desk.member(name, propose=False)
    member._committee = replace(committee(), scheme=SignatureScheme.CONTRACT, chain_id=1)
    member.__dict__["_reading"] = reading
    return member


def by_contract(document: bytes, name: str, signature: bytes) -> bytes:
    forged = attestation_v1.read(unsigned(document, name))
    return attestation_v1.write(replace(forged, signature=signature))


def test_t38_a_contracts_signature_counts_where_the_contract_accepts_it(desk: Desk) -> None:
    draft = by_contract(desk.signed("alice"), "carol", b"carols word")
    reading = Contracts(b"carols word")
    signing = of_contracts(desk, "bob", reading).sign(desk.examined(), (draft,))
    assert signing.document is not None
    ((to, data),) = reading.asked
    assert to == account("carol").address
    assert data[:4].hex() == "1626ba7e"
    assert data[4:36] == statement_digest(attestation_v1.read(draft).statement.content)
    assert data[36:] == (64).to_bytes(32) + (11).to_bytes(32) + b"carols word" + bytes(21)
    both = of_contracts(desk, "bob", reading).certify(signing.document, (draft,))
    assert both.document is not None


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (None, "no source of eip155:1"),
        (Contracts(b"another"), "did not accept its signature: a call of"),
        (Contracts(answer=b""), "did not accept"),
        (Contracts(answer=bytes(32)), "did not accept"),
        (Contracts(answer=bytes.fromhex("1626ba7e")), "did not accept"),
        (Contracts(answer=bytes.fromhex("1626ba7e") + bytes(27) + b"\1"), "did not accept"),
    ],
)
def test_t38_what_no_contract_accepts_is_neither_signed_nor_joined(
    desk: Desk, reading: Contracts | None, reason: str
) -> None:
    own = desk.signed("alice")
    document = by_contract(own, "carol", b"garbage")
    signing = of_contracts(desk, "bob", reading).sign(desk.examined(), (document,))
    assert signing.document is None
    assert reason in signing.refused[0]
    collection = of_contracts(desk, "alice", reading).certify(own, (document, desk.signed("bob")))
    assert (collection.signers, len(collection.refused)) == (2, 1)
    assert collection.document is not None
    assert reason in collection.refused[0]


def test_t37_a_draft_of_a_later_look_asks_for_a_look_of_ones_own(desk: Desk) -> None:
    draft = desk.signed("alice")
    examined = desk.examined()
    for seconds, outdated in ((900, False), (901, True), (DAY, True)):
        before = replace(examined.verdict, checked_at=Instant(NOW.seconds - seconds))
        signing = desk.member("bob", propose=False).sign(replace(examined, verdict=before), (draft,))
        assert (signing.outdated, signing.document is None) == (outdated, outdated)


def test_t37_a_draft_out_of_the_future_or_unproven_asks_for_no_other_look(desk: Desk) -> None:
    examined = desk.examined()
    ahead = replace(examined.verdict, checked_at=Instant(NOW.seconds + DAY))
    long = replace(examined, verdict=ahead, expires=Instant(NOW.seconds + DAY + 60))
    future = desk.member("alice").sign(long, ()).document
    assert future is not None
    before = replace(examined, verdict=replace(examined.verdict, checked_at=Instant(NOW.seconds - DAY)))
    for draft in (future, unsigned(desk.signed("alice"), "carol")):
        signing = desk.member("bob", propose=False).sign(before, (draft,))
        assert (signing.document, signing.outdated, len(signing.refused)) == (None, False, 1)


def test_of_two_drafts_the_newer_is_signed(desk: Desk) -> None:
    newer = desk.signed("carol")
    examined = desk.examined()
    before = replace(examined.verdict, checked_at=Instant(NOW.seconds - 60))
    older = desk.member("alice").sign(replace(examined, verdict=before), ()).document
    assert older is not None
    for drafts in ((older, newer), (newer, older)):
        signing = desk.member("bob", propose=False).sign(examined, drafts)
        assert signing.document is not None
        assert attestation_v1.read(signing.document).statement == attestation_v1.read(newer).statement


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[]", b"\xff", b"nonsense" * 100])
def test_what_is_no_statement_or_about_another_bundle_is_passed_over(desk: Desk, rubbish: bytes) -> None:
    other = desk.signed("carol", entry="0x" + "e2" * 32)
    own = desk.signed("alice")
    collection = desk.member("alice").certify(own, (rubbish, other))
    assert (collection.document, collection.signers, collection.refused) == (None, 1, ())
    signing = desk.member("bob", propose=False).sign(desk.examined(), (rubbish, other))
    assert (signing.document, signing.refused) == (None, ())


def test_t38_signatures_that_do_not_fit_count_for_nothing_and_are_named(desk: Desk) -> None:
    own = desk.signed("alice")
    bobs = attestation_v1.read(desk.signed("bob"))
    carols = attestation_v1.read(desk.signed("carol"))
    stranger = account("stranger")
    lies = [
        replace(bobs, signature=carols.signature),
        replace(bobs, member=stranger.member, signature=stranger.sign(statement_digest(bobs.statement.content))),
        replace(bobs, statement=replace(bobs.statement, figures=())),
        attestation_v1.read(desk.signed("bob", outcome=Outcome.FAIL)),
    ]
    collection = desk.member("alice").certify(own, [attestation_v1.write(lie) for lie in lies])
    assert (collection.document, collection.signers) == (None, 1)
    assert len(collection.refused) == len(lies)
    words = "\n".join(collection.refused)
    for reason in ("is by 0x", "no member", "the figures", "another statement"):
        assert reason in words
    honest = [attestation_v1.write(lie) for lie in (*lies, bobs)]
    assert desk.member("alice").certify(own, honest).document is not None


def test_nothing_is_attested_where_nothing_is_anchored(desk: Desk) -> None:
    found = desk.examined()
    nothing = Finding("publication.anchored", "x", Outcome.INCONCLUSIVE, "publication.anchored.not_yet")
    unanchored = replace(found.verdict, findings=(nothing, *found.verdict.findings[1:]))
    with pytest.raises(PublishError, match="anchored nothing"):
        desk.member("alice").sign(replace(found, verdict=unanchored), ())


def test_a_signer_that_is_no_member_is_refused(desk: Desk) -> None:
    with pytest.raises(FormatError, match="no member") as caught:
        desk.signed("stranger")
    assert secret("job stranger").hex() not in str(caught.value)


def test_t80_nothing_that_a_member_shows_holds_its_key(desk: Desk) -> None:
    member = desk.member("alice")
    assert member.signer.name == account("alice").address
    shown = repr(member) + repr(member.signer) + repr(vars(member))
    assert secret("job alice").hex() not in shown
    assert secret("job payer").hex() not in shown


@pytest.mark.parametrize("data", [b"", b"{}", b"[]"])
def test_a_committee_that_is_none_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "committee.json"
    with pytest.raises(FormatError, match=r"committee\.json"):
        load_committee(path)
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"committee\.json"):
        load_committee(path)


@pytest.mark.parametrize(
    ("spec", "at"),
    [
        ("file:key.json", "file:/job/key.json"),
        ("file:/keys/key.json", "file:/keys/key.json"),
        ("env:NAME", "env:NAME"),
        ("aws-kms:alias/file:x", "aws-kms:alias/file:x"),
        ("contract:0x11@eip155:1=file:owner.json", "contract:0x11@eip155:1=file:/job/owner.json"),
        ("contract:0x11@eip155:1=hex:ready", "contract:0x11@eip155:1=hex:/job/ready"),
        ("contract:0x11@eip155:1=env:NAME", "contract:0x11@eip155:1=env:NAME"),
    ],
)
def test_key_files_are_relative_to_the_jobs_file(spec: str, at: str) -> None:
    assert spec_at(spec, Path("/job")) == at


# --- on a chain


@pytest.fixture(scope="module")
def chain() -> Iterator[World]:
    with world("embedded") as made:
        yield made


def on_chain(desk: Desk, chain: World) -> Job:
    """Let the job submit to a registry on the chain, at the chain's time."""
    entries = fake_attester.ATTEST.format(propose="true")
    here = entries.replace("eip155:1:0x1111111111111111111111111111111111111111", str(chain.at("AttestationRegistry")))
    path = desk.scene.write(url=chain.url, more=here)
    chain.fund(Account.from_secret(secret("job payer")).address)
    return load_job(path, {})


def test_a_certificate_is_submitted_once(desk: Desk, chain: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = on_chain(desk, chain)
    seconds = now(chain)
    found = desk.examined()
    found = replace(
        found,
        verdict=replace(found.verdict, checked_at=Instant(seconds - 60)),
        expires=Instant(seconds + 86_400),
    )
    signed = [desk.member(name).sign(found, ()).document for name in ("alice", "bob")]
    assert None not in signed
    member = desk.member("alice", job=job)
    certificate = member.certify(signed[0] or b"", [signed[1] or b""]).document
    assert certificate is not None
    digest = statement_digest(certificate_v1.read(certificate).statement.content)
    first = member.submit(certificate)
    assert first.startswith(f"0x{digest.hex()} since ")
    assert member.submit(certificate) == first
    assert desk.member("bob", job=job).submit(certificate) == first
    registry = Attestations(chain.wallet("reader"), chain.contracts["AttestationRegistry"])
    assert registry.status(committee_id(committee()), digest).attested_at is not None


def test_a_certificate_that_the_registry_refuses_is_told(desk: Desk, chain: World) -> None:
    job = on_chain(desk, chain)
    long_ago = desk.examined()
    signed = [desk.member(name).sign(long_ago, ()).document or b"" for name in ("alice", "bob")]
    member = desk.member("alice", job=job)
    certificate = member.certify(signed[0], signed[1:]).document
    assert certificate is not None
    with pytest.raises(PublishError) as caught:
        member.submit(certificate)
    assert not isinstance(caught.value, RefusedSignatureError)


@pytest.mark.parametrize(
    "error",
    [
        RevertedError("nothing was sent: it would revert", "ContractRefused(position=1)"),
        RevertedError("nothing was sent: it would revert", "MalformedSignature(position=0)"),
        EvidenceError("the signature of 0x11 is by 0x22"),
    ],
)
def test_a_signature_that_the_registry_would_refuse_is_told_apart(
    desk: Desk, chain: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise error

    job = on_chain(desk, chain)
    own = desk.signed("alice")
    certificate = desk.member("alice").certify(own, (desk.signed("bob"),)).document
    assert certificate is not None
    monkeypatch.setattr(Attestations, "submit", refuse)
    with pytest.raises(RefusedSignatureError):
        desk.member("alice", job=job).submit(certificate)


def test_a_job_submits_through_a_source_of_the_registrys_chain(desk: Desk) -> None:
    with pytest.raises(FormatError, match=r"no \[\[source\]\] of eip155:1"):
        desk.member("alice").submit(b"")


def test_only_an_account_pays(desk: Desk, chain: World) -> None:
    job = on_chain(desk, chain)
    assert job.settings.attest is not None
    assert job.settings.attest.submission is not None
    spec = f"contract:0x{'11' * 20}@eip155:1=env:POR_PAYER"
    submission = replace(job.settings.attest.submission, payer=spec)
    settings = replace(job.settings.attest, submission=submission)
    desk.member("alice")
    with pytest.raises(FormatError, match="no account"):
        CommitteeMember(job, settings, NOW).submit(b"")


def test_signer_and_payer_may_be_one_key_in_the_environment(desk: Desk, chain: World) -> None:
    job = on_chain(desk, chain)
    assert job.settings.attest is not None
    assert job.settings.attest.submission is not None
    submission = replace(job.settings.attest.submission, payer="env:POR_ATTESTER")
    desk.member("alice")
    member = CommitteeMember(job, replace(job.settings.attest, submission=submission), NOW)
    assert member.wallet is not None
    assert member.wallet.address == member.signer.name


def test_where_nothing_is_submitted_there_is_no_wallet(desk: Desk) -> None:
    assert desk.job.settings.attest is not None
    settings = replace(desk.job.settings.attest, submission=None)
    member = CommitteeMember(desk.job, settings, NOW)
    assert member.wallet is None
    with pytest.raises(FormatError, match="nowhere"):
        member.submit(b"")


def test_statements_are_canonical_documents(desk: Desk) -> None:
    document = desk.signed("alice")
    assert attestation_v1.write(attestation_v1.read(document)) == document
    assert json.loads(document)["statement"]["entry"] is None
