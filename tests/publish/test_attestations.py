"""Certificates are recorded once, wherever they come from, and what was revoked never."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.commitments.statements import committee_id, statement_digest
from por.errors import EvidenceError, PublishError, UnavailableError
from por.model import Attestation, Certificate, Instant, Outcome, Statement
from por.proofs.attestation import reports_digest
from por.publish.asking import ask
from por.publish.attestations import CONTRACT, Attestations, Status
from por.publish.contracts import artifact, event_topic
from tests import attesting as a
from tests.contracts import attesters
from tests.publish.registry_world import World, now, world

DAY = 86_400


@pytest.fixture(scope="module")
def second() -> Iterator[World]:
    """Serve a second chain, which knows nothing of the first."""
    with world("embedded") as made:
        yield made


def registry(at: World, name: str = "submitter") -> Attestations:
    return Attestations(at.wallet(name), at.contracts[CONTRACT])


def said(at: World, words: str, **changes: Any) -> Statement:
    """State something about an entry that no other test speaks of, at the chain's own time."""
    seconds = now(at)
    usual = {
        "commitment": keccak(text=words),
        "observed_at": Instant(seconds - 60),
        "expires_at": Instant(seconds + 30 * DAY),
    }
    return replace(a.statement(**{**usual, **changes}), entry=None)


def logged(at: World, event: str, digest: bytes) -> list[Any]:
    contract, source = artifact(CONTRACT), at.source()
    topics = (event_topic(contract, event),)
    found = source.logs(at.contracts[CONTRACT], topics, 0, source.finalized().number)
    return [log for log in found if digest in log.topics]


def digest_of(certificate: Certificate) -> bytes:
    return a.digest_of(certificate.statement)


# --- recording


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_a_certificate_is_recorded_with_its_committee_and_final(shared: World, by: attesters.Committee) -> None:
    made = a.certificate(by, said(shared, f"recorded {by.threshold} {by}"), positions=(0, 2))
    done = registry(shared).submit(made)
    assert (done.committee, done.digest) == (by.id_on(1), digest_of(made))
    assert done.was_there is False
    status = registry(shared).status(done.committee, done.digest)
    assert status == Status(done.at, None)
    (log,) = logged(shared, "Attested", done.digest)
    assert log.topics[1:] == (keccak(text=f"recorded {by.threshold} {by}"), done.committee, done.digest)
    assert log.data[-64:] == (0b101).to_bytes(32) + reports_digest(made.reports)


def test_recording_it_again_says_so_and_sends_nothing(shared: World) -> None:
    made = a.certificate(said=said(shared, "twice"))
    first = registry(shared).submit(made)
    nonce = shared.wallet("submitter")._node.nonce(shared.account("submitter").address)
    again = registry(shared).submit(made)
    assert again == replace(first, was_there=True)
    assert shared.wallet("submitter")._node.nonce(shared.account("submitter").address) == nonce


def test_two_submitters_at_once_record_it_once(embedded: World) -> None:
    made = a.certificate(attesters.accounts(3, 2, name="race"), said(embedded, "race"))
    wallets = [registry(embedded, name) for name in ("one", "other")]
    done: list[Any] = []
    threads = [threading.Thread(target=lambda each=each: done.append(each.submit(made))) for each in wallets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.at for each in done] == [done[0].at] * 2
    assert len(logged(embedded, "Attested", digest_of(made))) == 1


def test_what_another_sender_recorded_meanwhile_is_there(embedded: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = a.certificate(said=said(embedded, "overtaken"))
    slow, wallet = registry(embedded), embedded.wallet("submitter")
    send = wallet.send

    def overtaken(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(wallet, "send", send)
        registry(embedded, "faster").submit(made)
        return send(*arguments, **options)

    slow.register(made.committee)
    monkeypatch.setattr(wallet, "send", overtaken)
    assert slow.submit(made).digest == digest_of(made)
    assert len(logged(embedded, "Attested", digest_of(made))) == 1


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.INCONCLUSIVE])
def test_t68_whatever_was_found_is_recorded(embedded: World, outcome: Outcome) -> None:
    made = a.certificate(said=said(embedded, "found", outcome=outcome))
    assert registry(embedded).submit(made).was_there is False


def test_a_committee_is_registered_once_and_keys_of_another_committee_are_reused(embedded: World) -> None:
    three, all_of_them = a.committee_of(a.keyholders()), a.committee_of(a.keyholders(3))
    for committee in (three, three, all_of_them):
        assert registry(embedded).register(committee) == committee_id(committee)
        assert registry(embedded).knows(committee)
    for member in three.members:
        assert len(logged(embedded, "KeyRegistered", member)) == 1


def test_a_key_that_is_registered_without_its_committee_is_not_registered_again(embedded: World) -> None:
    by = attesters.Keyholders((101,), 1)
    committee = a.committee_of(by)
    attestations = registry(embedded)
    attestations._register_keys(committee)
    assert not attestations.knows(committee)
    attestations.register(committee)
    assert len(logged(embedded, "KeyRegistered", committee.members[0])) == 1


# --- contracts


def test_t53_a_committee_of_contracts_is_of_one_chain(embedded: World, second: World) -> None:
    """Who controls a contract's address here need not control it there: the id has the chain."""
    by = a.accounts(contract=True)
    here, elsewhere = int(embedded.id.reference), 10
    made = a.certificate(by, said(embedded, "contracts"), chain_id=here)
    assert registry(embedded).submit(made).committee == by.id_on(here)
    with pytest.raises(PublishError, match=f"one of eip155:{elsewhere}, not of {embedded.id}"):
        registry(embedded).submit(a.certificate(by, said(embedded, "contracts"), chain_id=elsewhere))
    assert not registry(second).knows(made.committee)


def test_a_contracts_own_answer_is_the_chains_to_ask(embedded: World) -> None:
    """What is no key's signature offline is refused by the chain where there is no contract to accept it."""
    by = a.accounts(contract=True)
    statement = said(embedded, "unread")
    signatures = [a.signature(by, 0, statement), b"\x01\x02"]
    made = a.certificate(by, statement, signatures=signatures, chain_id=int(embedded.id.reference))
    with pytest.raises(PublishError, match="MalformedSignature"):
        registry(embedded).submit(made)
    assert registry(embedded).status(committee_id(made.committee), digest_of(made)) == Status(None, None)


# --- refusals


def test_t38_signatures_over_another_statement_are_not_sent(embedded: World) -> None:
    made = a.certificate(said=said(embedded, "other"))
    with pytest.raises(EvidenceError, match="over another statement"):
        registry(embedded).submit(replace(made, statement=said(embedded, "another")))


def test_t48_a_malleated_signature_is_not_sent(embedded: World) -> None:
    made = a.certificate(said=said(embedded, "malleated"))
    with pytest.raises(EvidenceError, match="upper half"):
        registry(embedded).submit(replace(made, signatures=tuple(map(attesters.malleated, made.signatures))))


def test_t47_too_few_signers_are_not_sent(embedded: World) -> None:
    made = a.certificate(said=said(embedded, "few"), positions=(1,))
    with pytest.raises(PublishError, match="threshold"):
        registry(embedded).submit(made)


def test_t47_a_rogue_key_is_not_registered(embedded: World) -> None:
    committee = a.committee_of(attesters.Keyholders((201, 202), 1))
    rogue = replace(committee, possessions=committee.possessions[::-1])
    with pytest.raises(EvidenceError, match="not a proof of possession"):
        registry(embedded).register(rogue)
    assert not registry(embedded).knows(committee)


def test_t37_what_has_expired_or_is_of_the_future_the_chain_refuses_by_name(embedded: World) -> None:
    late = said(embedded, "late", expires_at=Instant(now(embedded) - 1), observed_at=Instant(now(embedded) - 60))
    early = said(embedded, "early", observed_at=Instant(now(embedded) + DAY))
    for statement, reason in ((late, "AttestationExpired"), (early, "ObservedInFuture")):
        with pytest.raises(PublishError, match=reason):
            registry(embedded).submit(a.certificate(said=statement))


def test_where_no_registry_stands_nothing_is_sent(embedded: World) -> None:
    made = a.certificate(said=said(embedded, "nowhere"))
    with pytest.raises(UnavailableError, match="no contract stands at this address"):
        Attestations(embedded.wallet("submitter"), "0x" + "99" * 20).submit(made)


# --- revocations


@pytest.mark.parametrize("by", [a.accounts(), a.keyholders()], ids=["ecdsa", "bls"])
def test_an_attestation_is_revoked_once(shared: World, by: attesters.Committee) -> None:
    made = a.certificate(by, said(shared, f"revoked {by}"))
    registry(shared).submit(made)
    back = a.certificate(by, a.revocation(made.statement), positions=(1, 2))
    done = registry(shared).submit(back)
    assert (done.digest, done.was_there) == (digest_of(made), False)
    assert registry(shared).status(done.committee, done.digest).revoked_at == done.at
    assert registry(shared).submit(back) == replace(done, was_there=True)


def test_t36_a_revocation_is_recorded_even_before_what_it_kills(embedded: World) -> None:
    made = a.certificate(said=said(embedded, "stillborn"))
    registry(embedded).submit(a.certificate(said=a.revocation(made.statement)))
    with pytest.raises(PublishError, match=r"was revoked at .*; it cannot be recorded"):
        registry(embedded).submit(made)
    assert registry(embedded).status(committee_id(made.committee), digest_of(made)).attested_at is None


def test_t36_a_revoked_attestation_replayed_on_a_second_chain_is_killed_there_too(
    embedded: World, second: World
) -> None:
    """Nothing in a statement names a chain: who replays the attestation is answered with the same revocation."""
    earliest, latest = sorted(map(now, (embedded, second)))
    statement = said(embedded, "replayed", observed_at=Instant(earliest - 60), expires_at=Instant(latest + DAY))
    made = a.certificate(said=statement)
    back = a.certificate(said=a.revocation(made.statement))
    registry(embedded).submit(made)
    registry(embedded).submit(back)
    committee = committee_id(made.committee)
    assert registry(second).submit(made).was_there is False
    done = registry(second).submit(back)
    assert registry(second).status(committee, digest_of(made)).revoked_at == done.at
    with pytest.raises(PublishError, match="was revoked"):
        registry(second).submit(made)


def test_a_revocation_of_another_committee_revokes_nothing(embedded: World) -> None:
    made = a.certificate(said=said(embedded, "others"))
    lone = attesters.accounts(3, 1, name="attester")
    registry(embedded).submit(a.certificate(lone, a.revocation(made.statement), positions=(0,)))
    assert registry(embedded).submit(made).was_there is False


def test_the_registry_computes_the_same_digests_and_ids(embedded: World) -> None:
    wallet, place = embedded.wallet("submitter"), embedded.contracts[CONTRACT]
    statement = said(embedded, "same")
    content = statement.content
    assert isinstance(content, Attestation)
    values = (
        content.commitment,
        content.policy.value,
        content.rulebooks,
        1,
        content.figures,
        content.observed_at.seconds,
        content.expires_at.seconds,
    )
    assert ask(wallet, CONTRACT, place, "attestationDigest", values) == (statement_digest(content),)
    back = a.revocation(statement).content
    assert not isinstance(back, Attestation)
    assert ask(wallet, CONTRACT, place, "revocationDigest", (back.attestation, back.reason)) == (
        statement_digest(back),
    )
    for by in (a.accounts(), a.accounts(contract=True), a.keyholders()):
        committee = a.committee_of(by, int(embedded.id.reference))
        struct = (int(committee.scheme), committee.threshold, list(committee.members))
        assert ask(wallet, CONTRACT, place, "committeeId", struct) == (committee_id(committee),)
