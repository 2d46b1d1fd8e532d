"""Attestations and feeds beside a model of them, over random histories of an issuer, a committee and meddlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.contracts.anchors import COIN, TOKEN, Anchored
from tests.contracts.attesters import (
    FAIL,
    INCONCLUSIVE,
    PASS,
    Attestation,
    Figure,
    Revocation,
    attesting,
    bits,
    revoking,
)
from tests.contracts.chain import Chain, revert_reason
from tests.contracts.feeds import LIABILITIES, POLICY, RATIO, RESERVES, WORST_LIABILITIES, World, settling

KINDS = (RESERVES, LIABILITIES, RATIO)
OTHER_POLICY = bytes(32)
AMOUNTS = st.one_of(st.integers(0, 3), st.integers(0, 2**128 - 1))
SIGNERS = st.sets(st.integers(0, 2))
HOUR = 3600


@dataclass(frozen=True)
class Statement:
    """Hold an attestation with what its digests stand for."""

    attestation: Attestation
    anchored: Anchored
    figures: list[Figure]

    @property
    def digest(self) -> bytes:
        return self.attestation.digest


@dataclass
class Round:
    """Hold what a feed's round is about."""

    statement: Statement
    attested: int


@dataclass
class Model:
    """Say what the contracts hold, and what they would refuse, in their words."""

    attested: dict[bytes, int] = field(default_factory=dict)
    revoked: set[bytes] = field(default_factory=set)
    refuted: set[bytes] = field(default_factory=set)
    superseded: set[int] = field(default_factory=set)
    rounds: dict[int, list[Round]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def refuses_attesting(self, statement: Statement, signers: set[int], now: int) -> str | None:
        if len(signers) < 2:
            return "BelowThreshold"
        if statement.attestation.expires_at <= now:
            return "AttestationExpired"
        if statement.digest in self.revoked:
            return "AttestationRevoked"
        return "AlreadyAttested" if statement.digest in self.attested else None

    def refuses_settling(self, kind: int, statement: Statement, now: int) -> str | None:
        attestation, anchored, figures = statement.attestation, statement.anchored, dict(self._amounts(statement))
        rounds = self.rounds[kind]
        newest = rounds[-1].statement.anchored.sequence if rounds else 0
        reasons = {
            "OtherPolicy": attestation.policy != POLICY,
            "Inconclusive": attestation.outcome == INCONCLUSIVE,
            "AttestationExpired": attestation.expires_at <= now,
            "AttestationRevoked": statement.digest in self.revoked,
            "NotAttested": statement.digest not in self.attested,
            "StaleSequence": anchored.sequence <= newest,
            "Superseded": attestation.outcome == PASS and anchored.sequence in self.superseded,
            "AssetNotAttested": COIN not in figures,
            "NothingOwed": kind == RATIO and COIN in figures and figures[COIN][0] == 0,
        }
        return next((reason for reason, applies in reasons.items() if applies), None)

    def settles(self, kind: int, statement: Statement) -> None:
        liabilities, reserves = dict(self._amounts(statement))[COIN]
        figures = {RESERVES: reserves, LIABILITIES: liabilities}
        ratio = min(reserves * 10**8 // liabilities, 2**128 - 1) if kind == RATIO else 0
        self.rounds[kind].append(Round(statement, figures.get(kind, ratio)))

    def answers(self, kind: int) -> list[list[int]]:
        return [self._answer(kind, number, each) for number, each in enumerate(self.rounds[kind], start=1)]

    def _answer(self, kind: int, number: int, settled: Round) -> list[int]:
        statement, instant = settled.statement, settled.statement.anchored.entry.instant
        void = statement.digest in self.revoked or statement.anchored.id in self.refuted
        worst = WORST_LIABILITIES if kind == LIABILITIES else 0
        return [number, worst if void else settled.attested, instant, instant, number]

    def _amounts(self, statement: Statement) -> list[tuple[bytes, tuple[int, int]]]:
        return [(asset, (liabilities, reserves)) for asset, liabilities, reserves in statement.figures]


class Histories(RuleBasedStateMachine):
    """Let everybody do what is right and what is not, in any order."""

    entries: Bundle[Anchored] = Bundle("entries")
    statements: Bundle[Statement] = Bundle("statements")

    def __init__(self, world: World, feeds: Mapping[int, Any]) -> None:
        super().__init__()
        self.chain = world.chain
        self.undo = self.chain.rewound()
        self.undo.__enter__()
        self.world = world
        self.feeds = feeds
        self.model = Model()

    def teardown(self) -> None:
        self._records_are_the_models()
        self.undo.__exit__(None, None, None)

    @initialize(target=entries)
    def begin(self) -> Anchored:
        return self.world.anchor()

    @rule(target=entries)
    def anchor(self) -> Anchored:
        return self.world.anchor()

    @rule(target=entries)
    def correct(self) -> Anchored:
        _, sequence, instant, _ = self.chain.ask(self.world.registry.functions.head(self.world.issuer))
        self.model.superseded.add(sequence)
        return self.world.anchor(instant, supersedes=sequence)

    @rule(
        target=statements,
        outcome=st.sampled_from([PASS, FAIL]),
        kinds=st.sets(st.sampled_from(KINDS), min_size=1),
        liabilities=AMOUNTS,
        reserves=AMOUNTS,
    )
    def publish(self, outcome: int, kinds: set[int], liabilities: int, reserves: int) -> Statement:
        """Go the right way from an entry to a round."""
        figures = sorted([(COIN, liabilities, reserves), (TOKEN, 0, 0)])
        statement = self._statement(self.world.anchor(), figures, 3, outcome=outcome)
        self.attest(statement, {0, 2})
        for kind in sorted(kinds):
            self.settle(statement, kind)
        return statement

    @rule(target=statements, anchored=entries, hours=st.integers(1, 3), reserves=AMOUNTS)
    def draft(self, anchored: Anchored, hours: int, reserves: int) -> Statement:
        return self._statement(anchored, [(COIN, 1, reserves)], hours)

    @rule(target=statements, anchored=entries, fault=st.sampled_from(["policy", "outcome", "asset", "nothing owed"]))
    def draft_of_no_use(self, anchored: Anchored, fault: str) -> Statement:
        outcome = INCONCLUSIVE if fault == "outcome" else PASS
        policy = OTHER_POLICY if fault == "policy" else POLICY
        figures = {"asset": [(TOKEN, 1, 1)], "nothing owed": [(COIN, 0, 1)]}.get(fault, [(COIN, 1, 1)])
        return self._statement(anchored, figures, 3, outcome=outcome, policy=policy)

    @rule(statement=statements, signers=SIGNERS)
    def attest(self, statement: Statement, signers: set[int]) -> None:
        call = attesting(self.world.attestations, self.world.committee, statement.attestation, signers)
        if self._sent(call, self.model.refuses_attesting(statement, signers, self.chain.now)):
            self.model.attested[statement.digest] = bits(signers)

    @rule(statement=statements, signers=SIGNERS)
    def revoke(self, statement: Statement, signers: set[int]) -> None:
        expected = "BelowThreshold" if len(signers) < 2 else None
        if expected is None and statement.digest in self.model.revoked:
            expected = "AlreadyRevoked"
        call = revoking(self.world.attestations, self.world.committee, Revocation(statement.digest), signers)
        if self._sent(call, expected):
            self.model.revoked.add(statement.digest)

    @rule(statement=statements, kind=st.sampled_from(KINDS))
    def settle(self, statement: Statement, kind: int) -> None:
        call = settling(self.feeds[kind], statement.attestation, statement.figures, statement.anchored)
        if self._sent(call, self.model.refuses_settling(kind, statement, self.chain.now)):
            self.model.settles(kind, statement)

    @rule(statement=statements)
    def revoke_rightly(self, statement: Statement) -> None:
        self.revoke(statement, {1, 2})

    @rule(statement=statements, by_balance=st.booleans())
    def refute(self, statement: Statement, by_balance: bool) -> None:
        self.world.refute(statement.anchored, by_balance=by_balance)
        self.model.refuted.add(statement.anchored.id)

    @rule(hours=st.integers(1, 2))
    def wait(self, hours: int) -> None:
        self.chain.wait(hours * HOUR)

    @invariant()
    def the_newest_rounds_are_the_models_and_never_revert(self) -> None:
        for kind, feed in self.feeds.items():
            answers = self.model.answers(kind)
            if answers:
                told = self.world.latest(feed)
                assert told == answers[-1]
                assert told[3] <= self.chain.now

    def _statement(self, anchored: Anchored, figures: list[Figure], hours: int, **members: Any) -> Statement:
        # It expires never within the few seconds that the blocks of a history take.
        expires_at = self.chain.now + hours * HOUR - HOUR // 2
        statement = self.world.statement(anchored, figures, expires_at=expires_at, **members)
        return Statement(statement, anchored, figures)

    def _records_are_the_models(self) -> None:
        for kind, feed in self.feeds.items():
            answers = self.model.answers(kind)
            assert [self.chain.ask(feed.functions.getRoundData(each[0])) for each in answers] == answers
            instants = [each[3] for each in answers]
            assert instants == sorted(instants)
        for digest in self.model.attested.keys() | self.model.revoked:
            told = self.chain.ask(self.world.attestations.functions.status(self.world.committee_id, digest))
            signers = self.model.attested.get(digest, 0)
            assert [bool(told[0]), bool(told[1]), told[2]] == [signers != 0, digest in self.model.revoked, signers]

    def _sent(self, call: Any, expected: str | None) -> bool:
        """Send what the model expects to pass, and require that all else is refused with its reason."""
        if expected is None:
            self.chain.send(call)
            return True
        assert (revert_reason(call) or "").partition("(")[0] == expected
        return False


def test_attestations_and_feeds_are_their_model(tester: Chain) -> None:
    world = World(tester)
    feeds = {kind: world.feed(kind) for kind in KINDS}

    class Lent(Histories):
        def __init__(self) -> None:
            super().__init__(world, feeds)

    run_state_machine_as_test(Lent, settings=settings(settings(), max_examples=6, stateful_step_count=20))
