"""Feeds: what starts a round, what it answers, what makes it answer the worst, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.contracts.anchors import COIN, TOKEN, Entry, put
from tests.contracts.attesters import (
    FAIL,
    INCONCLUSIVE,
    PASS,
    Figure,
    Revocation,
    accounts,
    attesting,
    figures_digest,
    register,
    revoking,
)
from tests.contracts.chain import Chain, assert_reverts, events
from tests.contracts.feeds import (
    COIN_TEXT,
    FIGURES,
    ISSUER,
    LIABILITIES,
    RATIO,
    RESERVES,
    TOKEN_TEXT,
    UNITS,
    WORST_LIABILITIES,
    World,
    round_data,
    settling,
)

KINDS = [RESERVES, LIABILITIES, RATIO]
ANSWERS = {RESERVES: 4 * UNITS, LIABILITIES: 3 * UNITS, RATIO: 133_333_333}
WORST = {RESERVES: 0, LIABILITIES: WORST_LIABILITIES, RATIO: 0}


@pytest.fixture(scope="module")
def _world(shared_chain: Chain) -> World:
    return World(shared_chain).prepared()


@pytest.fixture
def world(_world: World, chain: Chain) -> World:
    return _world


# what a feed says of itself


@pytest.mark.parametrize(
    ("kind", "word", "decimals"), [(RESERVES, "RESERVES", 18), (LIABILITIES, "LIABILITIES", 18), (RATIO, "RATIO", 8)]
)
def test_a_feed_describes_itself(world: World, kind: int, word: str, decimals: int) -> None:
    functions = world.feed(kind).functions
    ask = world.chain.ask
    assert ask(functions.decimals()) == decimals
    assert ask(functions.description()) == f"{word} of {COIN_TEXT}, as attested"
    assert ask(functions.version()) == 1
    assert ask(functions.typeAndVersion()) == "ReserveFeed 1.0.0 (unaudited)"
    assert tuple(ask(functions.parameters())) == world.parameters(kind)


def test_before_the_first_round_there_is_no_data(world: World) -> None:
    feed = world.feed()
    assert world.chain.ask(feed.functions.rounds()) == 0
    assert_reverts(feed.functions.latestRoundData(), "NoDataPresent()")
    assert_reverts(feed.functions.getRoundData(1), "NoDataPresent()")
    assert_reverts(feed.functions.roundOrigin(1), "NoDataPresent()")


# rounds


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", [PASS, FAIL])
def test_a_round_publishes_what_was_attested_whether_it_passed_or_failed(world: World, kind: int, outcome: int) -> None:
    feed, anchored = world.feed(kind), world.anchor()
    world.settle(feed, anchored, outcome=outcome)
    assert world.latest(feed) == round_data(1, ANSWERS[kind], anchored.entry.instant)


def test_the_events_tell_the_round(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored, outcome=FAIL)
    call = settling(feed, statement, FIGURES, anchored)
    assert world.chain.ask(call) == 1
    receipt = world.chain.send(call)
    assert events(feed.events.RoundStarted(), receipt) == [
        {"roundId": 1, "sequence": 1, "attestation": statement.digest, "outcome": FAIL}
    ]
    assert events(feed.events.AnswerUpdated(), receipt) == [
        {"current": 4 * UNITS, "roundId": 1, "updatedAt": anchored.entry.instant}
    ]
    origin = world.chain.ask(feed.functions.roundOrigin(1))
    assert origin == [1, statement.digest, 4 * UNITS, False]


def test_all_rounds_can_be_read(world: World) -> None:
    feed, expected = world.feed(), []
    for number in range(1, 4):
        anchored = world.anchor()
        figures = [(COIN, 1, number * UNITS)]
        world.settle(feed, anchored, figures)
        expected.append(round_data(number, number * UNITS, anchored.entry.instant))
    assert [world.chain.ask(feed.functions.getRoundData(each)) for each in (1, 2, 3)] == expected
    assert world.latest(feed) == expected[-1]
    assert world.chain.ask(feed.functions.rounds()) == 3
    for absent in (0, 4, 2**80 - 1):
        assert_reverts(feed.functions.getRoundData(absent), "NoDataPresent()")


def test_one_attestation_moves_the_feeds_of_all_assets_and_kinds(world: World) -> None:
    anchored = world.anchor()
    statement = world.attested(anchored)
    for text, liabilities, reserves in ((COIN_TEXT, 3 * UNITS, 4 * UNITS), (TOKEN_TEXT, 2_000_000, 1_999_999)):
        for kind in KINDS:
            feed = world.feed(kind, text)
            world.chain.send(settling(feed, statement, FIGURES, anchored))
            expected = {RESERVES: reserves, LIABILITIES: liabilities, RATIO: reserves * 10**8 // liabilities}
            assert world.latest(feed)[1] == expected[kind]


def test_a_feed_follows_one_issuer_of_many(world: World) -> None:
    feed = world.feed()
    own, others = world.anchor(), put(world.chain, world.registry, Entry(world.start), sender=5)
    statement = world.attested(others)
    assert_reverts(settling(feed, statement, FIGURES, others), f"OtherIssuer({others.issuer})")
    world.settle(feed, own)


@pytest.mark.parametrize(
    ("liabilities", "reserves", "ratio"),
    [
        (3, 2, 66_666_666),
        (1, 0, 0),
        (10**8 + 1, 1, 0),
        (10**8, 1, 1),
        (2**128 - 1, 2**128 - 1, 10**8),
        (2**128 - 1, 2**128 - 2, 99_999_999),
        (1, 2**128 - 1, 2**128 - 1),
    ],
)
def test_a_ratio_is_rounded_down_and_capped(world: World, liabilities: int, reserves: int, ratio: int) -> None:
    feed = world.feed(RATIO)
    world.settle(feed, world.anchor(), [(COIN, liabilities, reserves)])
    assert world.latest(feed)[1] == ratio


def test_reserves_and_liabilities_of_the_full_width_fit(world: World) -> None:
    for kind in (RESERVES, LIABILITIES):
        feed = world.feed(kind)
        anchored = world.anchor()
        world.settle(feed, anchored, [(COIN, 2**128 - 1, 2**128 - 1)])
        assert world.latest(feed)[1] == 2**128 - 1


# rounds that became void


@pytest.mark.parametrize("kind", KINDS)
def test_a_revoked_round_answers_the_worst_for_ever(world: World, kind: int) -> None:
    feed, anchored = world.feed(kind), world.anchor()
    statement = world.attested(anchored)
    world.chain.send(settling(feed, statement, FIGURES, anchored))
    world.revoke(statement)
    assert world.latest(feed) == round_data(1, WORST[kind], anchored.entry.instant)
    assert world.chain.ask(feed.functions.roundOrigin(1)) == [1, statement.digest, ANSWERS[kind], True]
    later = world.anchor()
    world.settle(feed, later)
    assert world.latest(feed) == round_data(2, ANSWERS[kind], later.entry.instant)
    assert world.chain.ask(feed.functions.getRoundData(1))[1] == WORST[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by_balance", [False, True])
def test_a_refuted_round_answers_the_worst_for_ever(world: World, kind: int, by_balance: bool) -> None:
    feed, anchored = world.feed(kind), world.anchor()
    world.settle(feed, anchored)
    world.refute(anchored, by_balance=by_balance)
    assert world.latest(feed) == round_data(1, WORST[kind], anchored.entry.instant)
    assert world.chain.ask(feed.functions.roundOrigin(1))[3] is True
    world.settle(feed, world.anchor())
    assert world.latest(feed)[:2] == [2, ANSWERS[kind]]
    assert world.chain.ask(feed.functions.getRoundData(1))[1] == WORST[kind]


def test_an_entry_refuted_before_it_is_settled_starts_a_round_of_the_worst(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    world.refute(anchored)
    receipt = world.settle(feed, anchored)
    assert events(feed.events.AnswerUpdated(), receipt)[0]["current"] == 0
    assert world.latest(feed)[1] == 0


def test_another_entrys_refutation_and_another_attestations_revocation_move_nothing(world: World) -> None:
    feed, first = world.feed(), world.anchor()
    world.settle(feed, first)
    world.refute(world.anchor())
    world.revoke(world.statement(first, outcome=FAIL))
    assert world.latest(feed)[1] == 4 * UNITS


def test_another_committees_revocation_moves_nothing(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored)
    world.chain.send(settling(feed, statement, FIGURES, anchored))
    griefer = accounts(1, 1, name="griefer")
    register(world.chain, world.attestations, griefer)
    world.chain.send(revoking(world.attestations, griefer, Revocation(statement.digest), [0]))
    assert world.latest(feed)[1] == 4 * UNITS


def test_a_voided_feed_never_reverts(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored)
    world.chain.send(settling(feed, statement, FIGURES, anchored))
    world.revoke(statement)
    world.refute(anchored)
    world.refute(anchored, by_balance=True)
    world.chain.warp(statement.expires_at + 10**8)
    assert world.latest(feed) == round_data(1, 0, anchored.entry.instant)


# the issuer's sequence


def test_t36_only_a_later_entry_moves_a_feed(world: World) -> None:
    feed, first, second = world.feed(), world.anchor(), world.anchor()
    older = world.attested(first)
    world.settle(feed, second)
    assert_reverts(settling(feed, older, FIGURES, first), "StaleSequence(1,2)")
    again = world.attested(second, outcome=FAIL)
    assert_reverts(settling(feed, again, FIGURES, second), "StaleSequence(2,2)")


def test_a_revoked_round_is_not_replaced_by_an_earlier_entry(world: World) -> None:
    feed, first, second = world.feed(), world.anchor(), world.anchor()
    older, newer = world.attested(first), world.attested(second)
    world.chain.send(settling(feed, newer, FIGURES, second))
    world.revoke(newer)
    assert_reverts(settling(feed, older, FIGURES, first), "StaleSequence(1,2)")


def test_an_issuer_cannot_outrun_bad_news(world: World) -> None:
    """The issuer anchors again and again while attesters work; what they found is published nevertheless."""
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored, [(COIN, 3 * UNITS, 1)], outcome=FAIL)
    world.anchor()
    world.anchor()
    world.chain.send(settling(feed, statement, [(COIN, 3 * UNITS, 1)], anchored))
    assert world.latest(feed) == round_data(1, 1, anchored.entry.instant)


def test_an_issuer_cannot_correct_bad_news_away(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored, [(COIN, 3 * UNITS, 1)], outcome=FAIL)
    world.anchor(anchored.entry.instant, supersedes=1)
    world.chain.send(settling(feed, statement, [(COIN, 3 * UNITS, 1)], anchored))
    assert world.latest(feed)[1] == 1


def test_what_the_issuer_corrected_passes_no_more(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored)
    correction = world.anchor(anchored.entry.instant, supersedes=1)
    assert_reverts(settling(feed, statement, FIGURES, anchored), "Superseded(1,2)")
    world.settle(feed, correction)
    assert world.latest(feed) == round_data(1, 4 * UNITS, anchored.entry.instant)


def test_a_correction_moves_the_feed_at_the_same_instant(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    world.settle(feed, anchored)
    correction = world.anchor(anchored.entry.instant, supersedes=1)
    assert world.latest(feed)[1] == 4 * UNITS
    world.settle(feed, correction, [(COIN, 3 * UNITS, 2)])
    assert world.latest(feed) == round_data(2, 2, anchored.entry.instant)


# what starts no round


def test_what_decides_nothing_starts_no_round(world: World) -> None:
    feed, first, second = world.feed(), world.anchor(), world.anchor()
    world.settle(feed, first)
    statement = world.attested(second, outcome=INCONCLUSIVE)
    assert_reverts(settling(feed, statement, FIGURES, second), "Inconclusive()")
    assert world.latest(feed)[0] == 1


def test_another_policy_starts_no_round(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    lenient = keccak(text="lenient")
    statement = world.attested(anchored, policy=lenient)
    assert_reverts(settling(feed, statement, FIGURES, anchored), f"OtherPolicy(0x{lenient.hex()})")


def test_another_committee_starts_no_round(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    lenient = replace(world.committee, threshold=1)
    register(world.chain, world.attestations, lenient)
    statement = world.statement(anchored)
    world.chain.send(attesting(world.attestations, lenient, statement, [0]))
    call = settling(feed, statement, FIGURES, anchored)
    assert_reverts(call, f"NotAttested(0x{statement.digest.hex()})")


def test_what_nobody_attested_starts_no_round(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.statement(anchored)
    call = settling(feed, statement, FIGURES, anchored)
    assert_reverts(call, f"NotAttested(0x{statement.digest.hex()})")


@pytest.mark.parametrize("attested", [False, True])
def test_what_was_revoked_starts_no_round(world: World, attested: bool) -> None:
    """Otherwise anyone could bring back what was taken back, and block the entry for what replaces it."""
    feed, anchored = world.feed(), world.anchor()
    statement = world.statement(anchored)
    if attested:
        world.attest(statement)
    world.revoke(statement)
    call = settling(feed, statement, FIGURES, anchored)
    assert_reverts(call, f"AttestationRevoked(0x{statement.digest.hex()})")
    world.settle(feed, anchored, observed_at=statement.observed_at - 1)


def test_t37_what_expired_starts_no_round(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored, expires_at=world.chain.now + 1000)
    world.chain.warp(statement.expires_at)
    assert_reverts(settling(feed, statement, FIGURES, anchored), "AttestationExpired")


def test_t38_figures_of_another_attestation_are_refused(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored)
    others: Sequence[Figure] = [(COIN, 3 * UNITS, 5 * UNITS)]
    expected = f"FiguresMismatch(0x{figures_digest(others).hex()},0x{statement.figures.hex()})"
    assert_reverts(settling(feed, statement, others, anchored), expected)
    assert_reverts(settling(feed, statement, FIGURES[:1], anchored), "FiguresMismatch")
    assert_reverts(settling(feed, statement, [], anchored), "FiguresMismatch")


@pytest.mark.parametrize(
    ("figures", "position"),
    [
        ([(COIN, 1, 1), (COIN, 1, 9)], 1),
        (sorted([(COIN, 1, 1), (TOKEN, 1, 1)], reverse=True), 1),
        ([(bytes(32), 1, 1), (bytes(32), 1, 1), (COIN, 1, 1)], 1),
    ],
)
def test_figures_that_do_not_ascend_are_refused(world: World, figures: Sequence[Figure], position: int) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored, figures)
    assert_reverts(settling(feed, statement, figures, anchored), f"FiguresNotAscending({position})")


@pytest.mark.parametrize("figures", [[], [(TOKEN, 1, 1)]])
def test_what_says_nothing_of_the_asset_starts_no_round(world: World, figures: Sequence[Figure]) -> None:
    feed, anchored = world.feed(), world.anchor()
    statement = world.attested(anchored, figures)
    assert_reverts(settling(feed, statement, figures, anchored), f"AssetNotAttested(0x{COIN.hex()})")


def test_a_ratio_to_nothing_starts_no_round(world: World) -> None:
    """An issuer that leaves its liabilities out would be covered without bound."""
    feed, anchored = world.feed(RATIO), world.anchor()
    figures = [(COIN, 0, 4 * UNITS)]
    statement = world.attested(anchored, figures)
    assert_reverts(settling(feed, statement, figures, anchored), "NothingOwed()")


def test_t38_another_entry_than_the_attested_one_is_refused(world: World) -> None:
    feed, first, second = world.feed(), world.anchor(), world.anchor()
    statement = world.attested(first)
    call = settling(feed, statement, FIGURES, second)
    assert_reverts(call, f"CommitmentMismatch(0x{second.id.hex()},0x{first.id.hex()})")


def test_an_entry_that_was_never_anchored_is_refused(world: World) -> None:
    feed, anchored = world.feed(), world.anchor()
    forged = anchored.but(entry=anchored.entry.but(instant=anchored.entry.instant + 50))
    statement = world.attested(forged)
    assert_reverts(settling(feed, statement, FIGURES, forged), f"NotAnchored(0x{forged.id.hex()})")
    elsewhere = anchored.but(sequence=2)
    assert_reverts(settling(feed, world.attested(elsewhere), FIGURES, elsewhere), "NotAnchored")


def test_a_thief_of_a_bundle_moves_no_feed(world: World) -> None:
    """The thief anchors the issuer's bundle as its own; whatever is attested of it, the issuer's feed stands still."""
    feed, anchored = world.feed(), world.anchor()
    stolen = put(world.chain, world.registry, anchored.entry, anchored.totals, sender=ISSUER + 1)
    statement = world.attested(stolen)
    assert_reverts(settling(feed, statement, FIGURES, stolen), f"OtherIssuer({stolen.issuer})")
    dressed: Any = stolen.but(issuer=anchored.issuer)
    assert_reverts(settling(feed, statement, FIGURES, dressed), "CommitmentMismatch")
