"""Coins that came for the snapshot and left after it are found (T51, T58)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.chains.recording import RecordingSource, ReplaySource
from por.checks.examination import Examination
from por.checks.movement import movement
from por.checks.movement_view import MovementView, offsets
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.verify import verify
from por.errors import UnavailableError
from por.model import (
    AccountProof,
    AssetClass,
    AssetId,
    BlockRef,
    ChainRule,
    Denomination,
    Finding,
    Header,
    Instant,
    Movement,
    Outcome,
    Role,
)
from por.proofs.state.header import header_from_rlp
from por.proofs.state.token_call import balance_call
from tests.checks import scenery as s
from tests.checks.scenery import CHAIN, COINS, DOLLARS, ETH, NOON, NUMBER, USDC

HOUR = 3600
RULE = Movement((HOUR,), (HOUR,), Fraction(1, 10))
TWO_HOURS_LATER = Instant(NOON.seconds + 2 * HOUR)
GENESIS, FINAL = NUMBER - 1000, NUMBER + 900
CUSTOMERS = ("cold", "hot")


def timestamp(number: int) -> int:
    return NOON.seconds - 5 + 12 * (number - NUMBER)


@cache
def holding(cold: int, hot: int, cold_dollars: int, hot_dollars: int) -> s.State:
    coins = {**COINS, "cold": cold, "hot": hot}
    dollars = {**DOLLARS, "cold": cold_dollars, "hot": hot_dollars}
    return s.State.of(
        {s.address(n): c for n, c in coins.items()},
        {s.address(n): d for n, d in dollars.items()},
    )


def share(percent: int, dollars: int = 100) -> s.State:
    """Hold a share of what is held at the instant, in all customers' accounts together."""
    return holding(
        COINS["cold"] * percent // 100,
        COINS["hot"] * percent // 100,
        DOLLARS["cold"] * dollars // 100,
        DOLLARS["hot"] * dollars // 100,
    )


class MovingSource(s.FakeSource):
    """Have a block every twelve seconds, one state before the snapshot block and another after it."""

    def __init__(self, before: s.State, after: s.State, *, final: int = FINAL, **changes: Any) -> None:
        super().__init__(final=NUMBER, **changes)
        self.final = final
        self._before, self._after = before, after
        self.read: list[int] = []

    def finalized(self) -> BlockRef:
        if self.fails is not None:
            raise self.fails
        return self.header(self.final).ref

    def header(self, number: int) -> Header:
        if number in {NUMBER, NUMBER + 1} or self.fails is not None:
            return super().header(number)
        return made(number, (self._before if number < NUMBER else self._after).root)

    def account_proofs(
        self, block: BlockRef, requests: Sequence[Any], progress: Any = None
    ) -> tuple[AccountProof, ...]:
        self.read.append(block.number)
        state = self._before if block.number < NUMBER else self._after
        return tuple(state.of_account(address, list(keys)) for address, keys in requests)


@cache
def made(number: int, root: bytes) -> Header:
    return header_from_rlp(s.header_bytes(number, timestamp(number), bytes(32), root))


def moved(
    tmp_path: Path, before: s.State, after: s.State, *, rule: Movement | None = RULE, **options: Any
) -> Examination:
    source = options.pop("source", None) or MovingSource(before, after)
    rules = s.policy(movement=rule, **options.pop("rules", {}))
    return s.examined(tmp_path, rules=rules, source=source, now=options.pop("now", TWO_HOURS_LATER), **options)


def by_subject(findings: Sequence[Finding]) -> dict[str, tuple[str, str]]:
    return {finding.subject: told for finding, told in zip(findings, s.told(findings), strict=True)}


def judged(tmp_path: Path, before: s.State, after: s.State, **options: Any) -> tuple[str, str]:
    """Judge the class of the coins alone."""
    return by_subject(list(movement(moved(tmp_path, before, after, **options))))[str(ETH)]


def finding(examination: Examination, asset: AssetId = ETH) -> Finding:
    return s.one(f for f in movement(examination) if f.subject == str(asset))


# --- what is decided


def test_holdings_that_stand_still_pass_with_every_number(tmp_path: Path) -> None:
    examination = moved(tmp_path, share(100), share(100))
    assert set(s.told(movement(examination))) == {("PASS", "reserves.movement.small")}
    found = finding(examination)
    assert (found.facts["before_3600"], found.facts["instant"], found.facts["after_3600"]) == ("100", "100", "100")
    assert (found.facts["rise"], found.facts["fall"], found.facts["accounts"]) == ("0", "0", "2")
    assert found.facts["series"] == "100 1 h before, 100 at the instant, 100 1 h after"
    assert finding(examination, USDC).facts["instant"] == "1000"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (91, 91, ("PASS", "small")),
        (100, 91, ("PASS", "small")),
        (200, 300, ("PASS", "small")),  # it fell before and rose after: nothing was borrowed for the instant
        (90, 91, ("INCONCLUSIVE", "rise")),
        (0, 100, ("INCONCLUSIVE", "rise")),
        (0, 200, ("INCONCLUSIVE", "rise")),
        (91, 90, ("INCONCLUSIVE", "fall")),
        (100, 0, ("INCONCLUSIVE", "fall")),
        (90, 90, ("FAIL", "spike")),
        (0, 0, ("FAIL", "spike")),
        (50, 89, ("FAIL", "spike")),
    ],
)
def test_t51_t58_coins_that_came_and_left_are_a_spike(
    tmp_path: Path, before: int, after: int, expected: tuple[str, str]
) -> None:
    outcome, message = judged(tmp_path, share(before), share(after))
    assert (outcome, message) == (expected[0], f"reserves.movement.{expected[1]}")


def test_t51_a_spike_of_tokens_is_seen_beside_coins_that_stand_still(tmp_path: Path) -> None:
    found = by_subject(list(movement(moved(tmp_path, share(100, dollars=10), share(100, dollars=20)))))
    assert found == {
        str(ETH): ("PASS", "reserves.movement.small"),
        str(USDC): ("FAIL", "reserves.movement.spike"),
    }


def test_t51_a_spike_says_how_much_came_and_left(tmp_path: Path) -> None:
    found = finding(moved(tmp_path, share(25), share(40)))
    assert (found.facts["rise"], found.facts["fall"], found.facts["threshold"]) == ("75", "60", "0.1")


def test_what_moves_between_the_issuers_own_accounts_is_no_movement(tmp_path: Path) -> None:
    total = COINS["cold"] + COINS["hot"]
    swapped = holding(0, total, DOLLARS["hot"], DOLLARS["cold"])
    assert judged(tmp_path, swapped, holding(total, 0, DOLLARS["cold"], DOLLARS["hot"])) == (
        "PASS",
        "reserves.movement.small",
    )


def test_t52_house_and_guarantee_accounts_are_not_looked_at(tmp_path: Path) -> None:
    examination = moved(tmp_path, share(100), share(100))
    assert {f.facts["accounts"] for f in movement(examination)} == {"2"}
    rows = tuple(replace(row, role=Role.HOUSE) for row in s.bundle().reserves)
    none = moved(tmp_path / "house", share(0), share(0), made=s.bundle(reserves=rows))
    assert list(movement(none)) == []


@pytest.mark.parametrize("threshold", [Fraction(1, 100), Fraction(99, 100)])
def test_the_threshold_is_the_policys(tmp_path: Path, threshold: Fraction) -> None:
    rule = replace(RULE, threshold=threshold)
    expected = "spike" if threshold < Fraction(1, 2) else "small"
    assert judged(tmp_path, share(50), share(50), rule=rule)[1] == f"reserves.movement.{expected}"


def test_members_of_a_class_are_summed_in_whole_coins(tmp_path: Path) -> None:
    """ETH left and as many dollars came, of one class by this policy: nothing moved."""
    joined = AssetClass((Denomination(ETH, 18), Denomination(USDC, 6)))
    less_coins = holding(COINS["cold"] - 10**18, COINS["hot"], DOLLARS["cold"] + 10**6, DOLLARS["hot"])
    rules = {"classes": (joined,)}
    found = s.one(movement(moved(tmp_path, less_coins, less_coins, rules=rules)))
    assert (found.subject, found.outcome) == (str(ETH), Outcome.PASS)
    assert (found.facts["before_3600"], found.facts["instant"]) == ("1100", "1100")


def test_t59_what_no_class_knows_is_counted_in_base_units(tmp_path: Path) -> None:
    only_coins = (AssetClass((Denomination(ETH, 18),)),)
    liabilities = tuple(item for item in s.bundle().liabilities if item.asset == ETH)
    examination = moved(tmp_path, share(100), share(100), rules={"classes": only_coins})
    made_bundle = replace(examination.bundle, liabilities=liabilities)
    examination = replace(examination, opened=replace(examination.opened, bundle=made_bundle))
    assert finding(examination, USDC).facts["instant"] == str(1000 * 10**6)


def test_t46_an_account_listed_twice_is_counted_once(tmp_path: Path) -> None:
    """Counted twice at the instant and once at the moments, honest coins would look like a spike."""
    made_bundle = s.bundle()
    twice = replace(made_bundle, reserves=(*made_bundle.reserves, made_bundle.reserves[0]))
    assert judged(tmp_path, share(100), share(100), made=twice) == ("PASS", "reserves.movement.small")


# --- what is asked


def test_no_moment_in_the_policy_asks_nothing_and_finds_nothing(tmp_path: Path) -> None:
    source = MovingSource(share(0), share(0))
    examination = moved(tmp_path, share(0), share(0), rule=None, source=source)
    assert (examination.movement, list(movement(examination)), source.read) == (None, [], [])


def test_the_blocks_are_the_last_ones_at_their_moments(tmp_path: Path) -> None:
    source = MovingSource(share(100), share(100))
    moved(tmp_path, share(100), share(100), source=source)
    assert set(source.read) == {NUMBER - 300, NUMBER + 300}
    assert timestamp(NUMBER - 300) <= NOON.seconds - HOUR < timestamp(NUMBER - 299)


def test_moments_are_in_order_and_once() -> None:
    assert offsets(Movement((5, 60, 5), (7, 1), Fraction(1, 2))) == (-60, -5, 1, 7)


def test_the_worst_of_several_moments_decides(tmp_path: Path) -> None:
    rule = Movement((HOUR, 600), (600, HOUR), Fraction(1, 10))
    examination = moved(tmp_path, share(100), share(100), rule=rule)
    view = examination.movement
    assert view is not None
    held = {**view.held, (-600, ETH): Seen(0), (HOUR, ETH): Seen(10**18)}
    found = finding(replace(examination, movement=replace(view, held=held)))
    assert (found.outcome, found.facts["rise"], found.facts["fall"]) == ("FAIL", "100", "99")


# --- what cannot be read


@pytest.mark.parametrize(
    ("options", "unread"),
    [
        ({"now": Instant(NOON.seconds + HOUR - 1)}, "1 h after: 2026-11-01T13:00:00Z is yet to come"),
        ({"source": MovingSource(share(100), share(100), final=NUMBER + 100)}, "wait until a later one is final"),
        ({"rule": Movement((4 * HOUR,), (HOUR,), Fraction(1, 10))}, "begins after"),
        ({"rules": {"chains": {}}}, "add a [[chain]]"),
        ({"rules": {"chains": {CHAIN: ChainRule(CHAIN, 3, None)}}}, "the policy asks for 3"),
        ({"rules": {"chains": {CHAIN: ChainRule(CHAIN, 2, b"\x01" * 32)}}}, "genesis"),
        ({"source": MovingSource(share(100), share(100), fails=UnavailableError("node-a: pruned"))}, "pruned"),
    ],
)
def test_t51_t64_a_moment_that_cannot_be_read_is_named_and_decides_nothing(
    tmp_path: Path, options: dict[str, Any], unread: str
) -> None:
    found = finding(moved(tmp_path, share(100), share(100), **options))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.movement.unread")
    assert unread in found.facts["unread"]


def test_t51_a_node_without_an_archive_leaves_it_open(tmp_path: Path) -> None:
    source = MovingSource(share(100), share(100))
    source.account_proofs = s.FakeSource().account_proofs  # type: ignore[method-assign]
    found = finding(moved(tmp_path, share(100), share(100), source=source))
    assert (found.message, "no proof" in found.facts["unread"]) == ("reserves.movement.unread", True)


def test_t55_proofs_of_another_state_refute_the_source_and_not_the_issuer(tmp_path: Path) -> None:
    source = MovingSource(share(100), share(100))
    liar = MovingSource(share(0), share(0))
    source.account_proofs = liar.account_proofs  # type: ignore[method-assign]
    found = finding(moved(tmp_path, share(100), share(100), source=source))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.movement.unread")
    assert "does not fit the header" in found.facts["unread"]


def test_t60_a_token_that_ran_other_code_then_is_left_open(tmp_path: Path) -> None:
    other = s.State.of(
        {s.address(n): c for n, c in COINS.items()}, {s.address(n): d for n, d in DOLLARS.items()}, b"\x07" * 32
    )
    examination = moved(tmp_path, other, share(100))
    assert finding(examination).outcome is Outcome.PASS
    tokens = finding(examination, USDC)
    assert (tokens.message, "code hash" in tokens.facts["unread"]) == ("reserves.movement.unread", True)


def changed(examination: Examination, **held: Observation[int]) -> Examination:
    view = examination.movement
    assert view is not None
    places = {"before": -HOUR, "after": HOUR}
    rows = {**view.held, **{(places[name], ETH): seen for name, seen in held.items()}}
    return replace(examination, movement=MovementView(view.moments, rows))


def test_t51_a_spike_is_seen_even_where_another_moment_cannot_be_read(tmp_path: Path) -> None:
    rule = Movement((HOUR, 600), (HOUR,), Fraction(1, 10))
    examination = moved(tmp_path, share(0), share(0), rule=rule)
    view = examination.movement
    assert view is not None
    held = {**view.held, (-600, ETH): Missing("pruned")}
    found = finding(replace(examination, movement=replace(view, held=held)))
    assert (found.outcome, found.message, found.facts["unread"]) == (
        "FAIL",
        "reserves.movement.spike",
        "10 min before: pruned",
    )


@pytest.mark.parametrize("gap", [Missing("pruned"), Broken("a bad answer\x1b[31m")])
@pytest.mark.parametrize("side", ["before", "after"])
def test_t64_t93_a_gap_is_never_zero_and_never_refutes(tmp_path: Path, side: str, gap: Missing | Broken) -> None:
    found = finding(changed(moved(tmp_path, share(0), share(0)), **{side: gap}))
    assert (found.outcome, found.message) == ("INCONCLUSIVE", "reserves.movement.unread")
    other = "fall" if side == "before" else "rise"
    assert (found.facts[other], found.facts["fall" if other == "rise" else "rise"]) == ("100", "0")
    assert found.facts["unread"].isprintable()


def test_nothing_held_at_the_instant_is_no_spike(tmp_path: Path) -> None:
    examination = moved(tmp_path, share(100), share(100))
    nothing = {
        key: Seen(replace(seen.value, units=0)) if isinstance(seen, Seen) else seen
        for key, seen in examination.holdings.items()
    }
    empty = replace(examination, holdings=nothing)
    assert finding(changed(empty, before=Seen(0), after=Seen(0))).outcome is Outcome.PASS


def test_what_is_not_proven_at_the_instant_is_not_looked_at(tmp_path: Path) -> None:
    examination = moved(tmp_path, share(100), share(100), rules={"layouts": ()})
    assert [f.subject for f in movement(examination)] == [str(ETH)]


def test_t60_quorum_tokens_are_asked_by_calls(tmp_path: Path) -> None:
    source = MovingSource(share(100), share(100))
    for name in CUSTOMERS:
        source.returns[balance_call(USDC.reference, s.address(name))] = bytes(31) + b"\x05"
    examination = moved(tmp_path, share(100), share(100), source=source, rules={"quorum_tokens": frozenset({USDC})})
    found = finding(examination, USDC)
    assert (found.outcome, found.facts["before_3600"], found.facts["after_3600"]) == ("FAIL", "0.00001", "0.00001")


# --- whole runs


def test_t51_a_spike_refutes_a_verdict_and_a_quiet_hour_does_not(tmp_path: Path) -> None:
    rules = s.policy(movement=RULE, keys=())
    outcomes = {}
    for name, percent in (("quiet", 100), ("spike", 50)):
        folder = s.write_bundle(tmp_path / name)
        source = MovingSource(share(percent), share(percent))
        verdict = verify(folder, rules, s.sources(source), now=TWO_HOURS_LATER)
        outcomes[name] = {str(f.outcome) for f in verdict.of("reserves.movement") if f.subject == str(ETH)}
        assert all(f.required for f in verdict.of("reserves.movement"))
    assert outcomes == {"quiet": {"PASS"}, "spike": {"FAIL"}}


def test_t68_movement_that_a_policy_requires_without_moments_is_undecided(tmp_path: Path) -> None:
    rules = s.policy(require=("reserves.movement",))
    verdict = verify(s.write_bundle(tmp_path), rules, s.sources(), now=TWO_HOURS_LATER)
    assert s.told(verdict.of("reserves.movement")) == [("INCONCLUSIVE", "evidence.nothing")]


def test_a_recorded_run_gives_the_same_findings_again(tmp_path: Path) -> None:
    recorder = RecordingSource(MovingSource(share(30), share(40)))  # type: ignore[arg-type]
    first = list(movement(moved(tmp_path / "a", share(0), share(0), source=recorder)))
    replayed = ReplaySource(recorder.recording())
    again = list(movement(moved(tmp_path / "b", share(0), share(0), source=replayed)))
    assert first == again
    assert {f.outcome for f in first if f.subject == str(ETH)} == {Outcome.FAIL}


# --- the rule, for all numbers


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Examination:
    return moved(tmp_path_factory.mktemp("quiet"), share(100), share(100))


@given(st.integers(0, 2**100), st.integers(0, 10**21), st.integers(0, 10**21), st.integers(1, 99))
def test_t51_the_rule_is_exact_for_all_numbers(
    quiet: Examination, instant: int, before: int, after: int, percent: int
) -> None:
    rule = Movement((HOUR,), (HOUR,), Fraction(percent, 100))
    seen = quiet.holdings[0, ETH]
    assert isinstance(seen, Seen)
    holdings = {**quiet.holdings, (0, ETH): Seen(replace(seen.value, units=instant))}
    holdings[1, ETH] = Seen(replace(seen.value, units=0))
    examination = replace(quiet, holdings=holdings, policy=replace(quiet.policy, movement=rule))
    found = finding(changed(examination, before=Seen(before), after=Seen(after)))
    rose, fell = (change > 0 and change * 100 >= percent * instant for change in (instant - before, instant - after))
    expected = {(True, True): "FAIL", (False, False): "PASS"}.get((rose, fell), "INCONCLUSIVE")
    assert found.outcome == expected


def test_t92_moments_end_with_the_year_9999(tmp_path: Path) -> None:
    """No later second can be written, and a crash would say nothing about the evidence."""
    late = s.bundle(instant=Instant.parse("9999-12-31T23:00:00Z"), expires=Instant.parse("9999-12-31T23:59:59Z"))
    rules = s.policy(movement=Movement((HOUR,), (HOUR,), Fraction(1, 10)))
    examination = s.examined(tmp_path, late, rules=rules)
    assert {found.outcome for found in movement(examination)} == {Outcome.INCONCLUSIVE}
