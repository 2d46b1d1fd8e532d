"""Feeds are made once, moved by the right certificate once, and read with what they rest on."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from por.commitments.anchors import anchor_id
from por.commitments.statements import attestation_digest, figures_digest
from por.errors import DisagreementError, FormatError, PublishError, UnavailableError
from por.model import AnchoredEntry, AssetId, Attestation, Certificate, Digest, Figure, Instant, Outcome
from por.proofs.state.registry import ANCHORED
from por.publish import feeds, settling
from por.publish.events import FEED_KINDS
from por.publish.feeds import Parameters, feed_of, make, newest_round, parameters_of, preimage
from por.publish.reading import ContractReader
from por.publish.settling import Settled, entry_in_logs, settle
from por.publish.transactions import Wallet
from tests.issuer.ledgers import NOON
from tests.publish.changed import Changed, overtake
from tests.publish.registry_world import (
    ASSET,
    FIGURES,
    POLICY,
    Attesters,
    World,
    digest,
    entry,
    now,
    revocation,
)

COIN = 10**18
HOUR = 3600
WORST = 2**128 - 1


class Desk:
    """An issuer and a committee that no other test knows, and feeds of theirs."""

    def __init__(self, at: World, name: str) -> None:
        self.world = at
        self.issuer = at.account(name)
        self.attesters = Attesters(name)
        self.payer = at.wallet("payer")
        self.factory = at.contracts["ReserveFeedFactory"]
        self._wallet = at.wallet(name)
        self._entries = 0

    def parameters(self, **changes: Any) -> Parameters:
        plain = Parameters(self.issuer.address, self.attesters.id, POLICY, str(ASSET), 18, "reserves")
        return replace(plain, **changes)

    def feed(self, **changes: Any) -> str:
        return make(self.payer, self.factory, self.parameters(**changes)).feed

    def anchored(self, **changes: Any) -> AnchoredEntry:
        self._entries += 1
        instant = NOON.seconds + self._entries * HOUR
        return self.world.anchor(self._wallet, entry(f"{self.issuer} {self._entries}", instant, **changes))

    def certificate(self, about: AnchoredEntry, *, carried: bool = True, **changes: Any) -> Certificate:
        content = self.attesters.statement(about, now(self.world), **changes)
        return self.attesters.certify(content, about if carried else None)

    def attested(self, about: AnchoredEntry, **changes: Any) -> Certificate:
        made = self.certificate(about, **changes)
        self.world.attest(made)
        return made

    def settle(self, feed: str, certificate: Certificate) -> Settled:
        return settle(self.payer, feed, certificate, self.nowhere)

    def nowhere(self, issuer: str, identifier: bytes) -> AnchoredEntry:
        raise AssertionError(f"0x{identifier.hex()} was looked for, and stands in the certificate")

    def refused(self, feed: str, certificate: Certificate, words: str) -> None:
        rounds = newest_round(self.payer, feed)
        nonce = self.payer._node.nonce(self.payer.address)
        with pytest.raises(PublishError, match=words):
            self.settle(feed, certificate)
        assert newest_round(self.payer, feed) == rounds
        assert self.payer._node.nonce(self.payer.address) == nonce


@pytest.fixture
def desk(shared: World, request: pytest.FixtureRequest) -> Desk:
    return Desk(shared, request.node.name)


@pytest.fixture
def quick(embedded: World, request: pytest.FixtureRequest) -> Desk:
    """Lend a desk on the embedded chain alone."""
    return Desk(embedded, request.node.name)


# --- making


@pytest.mark.parametrize("kind", FEED_KINDS)
def test_a_feed_is_made_for_what_was_asked(desk: Desk, kind: str) -> None:
    wanted = desk.parameters(kind=kind, decimals=8 if kind == "ratio" else 18)
    made = make(desk.payer, desk.factory, wanted)
    assert made.block is not None
    assert parameters_of(desk.payer, made.feed) == wanted
    assert feed_of(desk.payer, desk.factory, wanted) == made.feed
    assert newest_round(desk.payer, made.feed) is None


def test_making_it_twice_sends_once(desk: Desk) -> None:
    first = make(desk.payer, desk.factory, desk.parameters())
    nonce = desk.payer._node.nonce(desk.payer.address)
    second = make(desk.payer, desk.factory, desk.parameters())
    assert (second.feed, second.block, second.gas) == (first.feed, None, None)
    assert desk.payer._node.nonce(desk.payer.address) == nonce


def test_every_parameter_is_in_the_address(quick: Desk) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"issuer": "0x" + "11" * 20},
        {"committee": bytes(32)},
        {"policy": Digest(bytes(32))},
        {"asset": "eip155:10/slip44:60"},
        {"decimals": 17},
        {"kind": "liabilities"},
    )
    places = {feed_of(quick.payer, quick.factory, quick.parameters(**each)) for each in changes}
    assert len(places) == len(changes)


def test_a_run_that_lost_the_race_takes_the_winners_feed(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    overtake(monkeypatch)
    assert make(quick.payer, quick.factory, quick.parameters()).block is None


@pytest.mark.parametrize(
    "changes",
    [
        {"asset": "ETH"},
        {"asset": "eip155:1/slip44:61"},
        {"kind": "balance"},
        {"kind": "ratio"},
        {"kind": "ratio", "decimals": 18},
        {"decimals": 39},
        {"decimals": -1},
    ],
)
def test_an_impossible_feed_is_refused(changes: dict[str, Any]) -> None:
    plain = Parameters("0x" + "11" * 20, bytes(32), POLICY, str(ASSET), 18, "reserves")
    plain.require_possible()
    with pytest.raises(FormatError):
        replace(plain, **changes).require_possible()


def test_the_factorys_own_refusal_has_its_name(quick: Desk) -> None:
    with pytest.raises(PublishError, match=r"DecimalsOutOfRange\(decimals=39\)"):
        make(quick.payer, quick.factory, quick.parameters(decimals=39))


def test_what_is_no_factory_is_told(quick: Desk) -> None:
    with pytest.raises(UnavailableError, match="no contract stands"):
        make(quick.payer, "0x" + "14" * 20, quick.parameters())
    with pytest.raises(PublishError, match="is our ReserveRegistry, not a ReserveFeedFactory"):
        make(quick.payer, quick.world.contracts["ReserveRegistry"], quick.parameters())


# --- settling


@pytest.mark.parametrize(
    ("kind", "answer"), [("reserves", 4 * COIN), ("liabilities", 3 * COIN), ("ratio", 133_333_333)]
)
def test_a_certificate_starts_a_round(desk: Desk, kind: str, answer: int) -> None:
    feed = desk.feed(kind=kind, decimals=8 if kind == "ratio" else 18)
    about = desk.anchored()
    certificate = desk.attested(about)
    done = desk.settle(feed, certificate)
    assert (done.round, done.block is None) == (1, False)
    told = newest_round(desk.payer, feed)
    assert told is not None
    assert (told.number, told.answer, told.attested, told.is_void) == (1, answer, answer, False)
    assert told.updated_at == about.anchor.instant.seconds
    assert told.sequence == 1
    content = certificate.statement.content
    assert isinstance(content, Attestation)
    assert told.attestation == attestation_digest(content)


def test_settling_twice_sends_once(desk: Desk) -> None:
    feed, certificate = desk.feed(), desk.attested(desk.anchored())
    desk.settle(feed, certificate)
    nonce = desk.payer._node.nonce(desk.payer.address)
    again = desk.settle(feed, certificate)
    assert (again.round, again.block, again.gas) == (1, None, None)
    assert desk.payer._node.nonce(desk.payer.address) == nonce


def test_an_older_round_is_found_below_later_ones(quick: Desk) -> None:
    feed = quick.feed()
    certificates = [quick.attested(quick.anchored()) for _ in range(3)]
    assert [quick.settle(feed, each).round for each in certificates] == [1, 2, 3]
    assert [quick.settle(feed, each) for each in certificates] == [Settled(i, None, None) for i in (1, 2, 3)]


def test_a_fail_is_published_with_its_figures(quick: Desk) -> None:
    feed = quick.feed()
    quick.settle(feed, quick.attested(quick.anchored(), outcome=Outcome.FAIL))
    told = newest_round(quick.payer, feed)
    assert told is not None
    assert told.answer == 4 * COIN


@pytest.mark.parametrize(("kind", "answer"), [("reserves", 0), ("liabilities", WORST)])
def test_a_revoked_round_is_void(quick: Desk, kind: str, answer: int) -> None:
    feed, certificate = quick.feed(kind=kind), quick.attested(quick.anchored())
    quick.settle(feed, certificate)
    content = certificate.statement.content
    assert isinstance(content, Attestation)
    quick.world.attest(quick.attesters.certify(revocation(content)))
    told = newest_round(quick.payer, feed)
    assert told is not None
    assert (told.answer, told.is_void) == (answer, True)
    assert told.attested in {4 * COIN, 3 * COIN}


def test_figures_go_out_in_the_order_that_contracts_want(quick: Desk) -> None:
    assets = [AssetId.parse(f"eip155:1/erc20:0x{number:040x}") for number in range(1, 6)]
    rows = tuple(Figure(asset, 10 + i, 20 + i) for i, asset in enumerate(assets))
    feed = quick.feed(asset=str(assets[3]))
    content = quick.attesters.statement(quick.anchored(), now(quick.world), figures=figures_digest(rows))
    made = quick.attesters.certify(content)
    certificate = replace(made, statement=replace(made.statement, figures=rows))
    quick.world.attest(certificate)
    settle(quick.payer, feed, certificate, lambda issuer, _: quick_entry(quick, issuer, content))
    told = newest_round(quick.payer, feed)
    assert told is not None
    assert told.answer == 23


def quick_entry(quick: Desk, issuer: str, content: Attestation) -> AnchoredEntry:
    return entry_in_logs(quick.world.source(), quick.world.contracts["ReserveRegistry"], issuer, content.commitment)


@pytest.mark.parametrize("span", [1, 3, 10_000])
def test_an_entry_that_the_certificate_does_not_carry_is_found_in_logs(quick: Desk, span: int) -> None:
    feed, about = quick.feed(), quick.anchored()
    quick.world.mine(4)
    certificate = quick.attested(about, carried=False)
    source, registry = quick.world.source(), quick.world.contracts["ReserveRegistry"]
    looked: list[tuple[str, bytes]] = []

    def finder(issuer: str, identifier: bytes) -> AnchoredEntry:
        looked.append((issuer, identifier))
        return entry_in_logs(source, registry, issuer, identifier, span=span)

    assert settle(quick.payer, feed, certificate, finder).round == 1
    assert looked == [(about.issuer, anchor_id(about))]


def test_an_entry_that_is_not_there_is_not_found(quick: Desk) -> None:
    about = quick.anchored()
    registry = quick.world.contracts["ReserveRegistry"]
    for issuer, identifier in ((about.issuer, digest("nothing")), ("0x" + "15" * 20, anchor_id(about))):
        with pytest.raises(PublishError, match=f"has no final entry 0x{identifier.hex()} of {issuer}: "):
            entry_in_logs(quick.world.source(), registry, issuer, identifier, span=2)


def test_t35_an_issuers_entry_is_asked_for_and_nobody_elses(quick: Desk) -> None:
    """Whoever fills the registry makes no feed wait: other issuers' logs are never fetched."""
    about, honest = quick.anchored(), quick.world.source()
    asked: list[tuple[bytes, ...]] = []

    def spied(address: str, topics: tuple[bytes, ...], *blocks: int) -> Any:
        asked.append(topics)
        return honest.logs(address, topics, *blocks)

    registry = quick.world.contracts["ReserveRegistry"]
    found = entry_in_logs(Changed(honest, logs=spied), registry, about.issuer, anchor_id(about))
    assert found == about
    assert asked == [(ANCHORED, bytes(12) + bytes.fromhex(about.issuer[2:]))]


def test_t55_a_log_that_contradicts_itself_is_a_disagreement(quick: Desk) -> None:
    about, honest = quick.anchored(), quick.world.source()

    def spoiled(*question: Any) -> Any:
        return tuple(replace(log, data=log.data[:-32]) for log in honest.logs(*question))

    registry = quick.world.contracts["ReserveRegistry"]
    with pytest.raises(DisagreementError, match=f"{honest.names[0]}: registry"):
        entry_in_logs(Changed(honest, logs=spoiled), registry, about.issuer, anchor_id(about))


def test_t40_two_runs_at_once_start_one_round(desk: Desk) -> None:
    feed, certificate = desk.feed(), desk.attested(desk.anchored())
    payers = [desk.world.wallet(f"payer {number}") for number in range(2)]
    rounds: list[int] = []

    def run(payer: Wallet) -> None:
        rounds.append(settle(payer, feed, certificate, desk.nowhere).round)

    threads = [threading.Thread(target=run, args=(payer,)) for payer in payers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rounds == [1, 1]
    told = newest_round(desk.payer, feed)
    assert told is not None
    assert told.number == 1


def test_t40_a_run_that_lost_the_race_finds_the_winners_round(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, certificate = quick.feed(), quick.attested(quick.anchored())
    overtake(monkeypatch)
    assert quick.settle(feed, certificate) == Settled(1, None, None)


# --- what no feed takes


def test_t68_an_inconclusive_certificate_starts_no_round(desk: Desk) -> None:
    feed, certificate = desk.feed(), desk.attested(desk.anchored(), outcome=Outcome.INCONCLUSIVE)
    desk.refused(feed, certificate, "INCONCLUSIVE: it decided nothing")


def test_a_revocation_is_no_attestation(quick: Desk) -> None:
    feed, certificate = quick.feed(), quick.attested(quick.anchored())
    content = certificate.statement.content
    assert isinstance(content, Attestation)
    quick.refused(feed, quick.attesters.certify(revocation(content)), "of a revocation")


def test_another_committee_moves_no_feed(quick: Desk) -> None:
    feed = quick.feed(committee=digest("another committee"))
    quick.refused(feed, quick.attested(quick.anchored()), f"committee 0x{quick.attesters.id.hex()} attested")


def test_another_policy_moves_no_feed(quick: Desk) -> None:
    feed = quick.feed(policy=Digest(digest("another policy")))
    quick.refused(feed, quick.attested(quick.anchored()), "under policy")


def test_an_asset_that_was_not_attested_moves_no_feed(quick: Desk) -> None:
    feed = quick.feed(asset="eip155:10/slip44:60")
    quick.refused(feed, quick.attested(quick.anchored()), "nothing was attested of eip155:10/slip44:60")


def test_another_issuers_entry_moves_no_feed(quick: Desk) -> None:
    feed = quick.feed(issuer="0x" + "11" * 20)
    quick.refused(feed, quick.attested(quick.anchored()), r"OtherIssuer\(issuer=")


def test_figures_that_were_not_signed_are_refused(quick: Desk) -> None:
    feed, certificate = quick.feed(), quick.attested(quick.anchored())
    richer = replace(certificate.statement, figures=(replace(FIGURES[0], reserves=10**30),))
    quick.refused(feed, replace(certificate, statement=richer), "contradicts itself")


def test_an_entry_that_was_not_attested_is_refused(quick: Desk) -> None:
    feed, about, other = quick.feed(), quick.anchored(), quick.anchored()
    certificate = quick.attested(about, carried=False)
    with pytest.raises(PublishError, match=r"entry 2 of 0x.* is not the one that was attested"):
        settle(quick.payer, feed, certificate, lambda *_: other)


def test_a_certificate_that_nobody_recorded_is_refused_by_name(desk: Desk) -> None:
    feed = desk.feed()
    desk.attested(desk.anchored())
    desk.refused(feed, desk.certificate(desk.anchored()), "NotAttested")


def test_a_revoked_attestation_starts_no_round(quick: Desk) -> None:
    feed, certificate = quick.feed(), quick.attested(quick.anchored())
    content = certificate.statement.content
    assert isinstance(content, Attestation)
    quick.world.attest(quick.attesters.certify(revocation(content)))
    quick.refused(feed, certificate, "AttestationRevoked")


def test_an_older_entry_than_the_newest_rounds_is_refused_by_name(quick: Desk) -> None:
    feed = quick.feed()
    older, newer = (quick.attested(quick.anchored()) for _ in range(2))
    quick.settle(feed, newer)
    quick.refused(feed, older, r"StaleSequence\(sequence=1, newest=2\)")


def test_t36_a_corrected_entry_that_passed_is_refused_by_name(quick: Desk) -> None:
    feed, about = quick.feed(), quick.anchored()
    certificate = quick.attested(about)
    correction = entry("correction", about.anchor.instant.seconds, supersedes=1)
    quick.world.anchor(quick._wallet, correction)
    quick.refused(feed, certificate, r"Superseded\(sequence=1, correction=2\)")


def test_an_expired_attestation_is_refused_by_name(quick: Desk) -> None:
    feed, about = quick.feed(), quick.anchored()
    certificate = quick.attested(about, expires_at=Instant(now(quick.world) + 200))
    quick.world.mine(20)
    quick.refused(feed, certificate, "AttestationExpired")


def test_a_second_attestation_of_one_entry_is_told_as_such(quick: Desk) -> None:
    feed, about = quick.feed(), quick.anchored()
    quick.settle(feed, quick.attested(about))
    second = quick.attested(about, observed_at=Instant(now(quick.world) - 30))
    quick.refused(feed, second, "round 1 is of entry 1 by another attestation")


def test_what_is_no_feed_is_told(quick: Desk) -> None:
    certificate = quick.attested(quick.anchored())
    with pytest.raises(UnavailableError, match="no contract stands"):
        quick.settle("0x" + "15" * 20, certificate)
    with pytest.raises(PublishError, match="is our ReserveRegistry, not a ReserveFeed"):
        quick.settle(quick.world.contracts["ReserveRegistry"], certificate)


def test_a_feed_that_starts_no_round_is_told(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, certificate = quick.feed(), quick.attested(quick.anchored())
    monkeypatch.setattr(settling, "_settled", lambda *_: None)
    with pytest.raises(PublishError, match="no round was started"):
        quick.settle(feed, certificate)


# --- what a contract that only looks like a feed answers


class Answering:
    """Answer calls of a feed with made-up words."""

    def __init__(self, **answers: tuple[Any, ...]) -> None:
        self.answers = answers

    def __call__(self, reading: object, name: str, place: str, function: str, *args: object) -> tuple[Any, ...]:
        return self.answers[function]


ORIGIN = (1, bytes(32), 5, False)


@pytest.mark.parametrize("data", [(1, -1, 0, 0, 1), (1, 5, 0, 2**200, 1)])
def test_a_round_that_no_feed_has_is_refused(monkeypatch: pytest.MonkeyPatch, data: tuple[int, ...]) -> None:
    monkeypatch.setattr(feeds, "ask", Answering(rounds=(1,), roundOrigin=ORIGIN, getRoundData=data))
    reader: ContractReader = None  # type: ignore[assignment]
    with pytest.raises(PublishError, match="it is another contract"):
        newest_round(reader, "0x" + "11" * 20)


def test_a_kind_that_no_feed_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    values = ("0x" + "11" * 20, bytes(32), bytes(32), "ETH", 18, 3)
    monkeypatch.setattr(feeds, "ask", Answering(parameters=(values,)))
    reader: ContractReader = None  # type: ignore[assignment]
    with pytest.raises(PublishError, match="of a kind that no feed is of"):
        parameters_of(reader, "0x" + "11" * 20)


def test_the_preimage_hashes_to_the_entrys_id(quick: Desk) -> None:
    about = quick.anchored()
    issuer, sequence, previous, _, totals = preimage(about)
    assert (issuer, sequence, previous) == (about.issuer, about.sequence, about.previous)
    source, registry = quick.world.source(), quick.world.contracts["ReserveRegistry"]
    assert entry_in_logs(source, registry, about.issuer, anchor_id(about)) == about
    assert totals != bytes(32)
