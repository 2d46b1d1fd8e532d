"""What is owed follows from what was owed before and what moved since, or a finding says by how much it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.evidence import OpenBundle
from por.checks.examination import Beside, Examination
from por.checks.rolled import _rolled, rolled
from por.checks.verify import examination_of, verdict_on, verify
from por.encoding import bundle_v1
from por.encoding.digests import digest_of
from por.model import AssetId, Bundle, Digest, Grade, Instant, LiabilityCommitment, Outcome
from por.model.movements import Flow, Movements
from tests.checks import scenery as s
from tests.checks.scenery import ETH, NOON, USDC

SPOT, MARGIN = f"spot/{ETH}", f"margin/{ETH}"
A_DAY_BEFORE = Instant(NOON.seconds - 86_400)
NOTHING = Flow(0, 0, 0, 0)


def total(segment: str, units: int, asset: AssetId = ETH, decimals: int = 18) -> LiabilityCommitment:
    return LiabilityCommitment("por-sum-sha256-v1", segment, asset, decimals, 0, units, bytes(32), bytes(32))


def opened(folder: Path, made: Bundle) -> OpenBundle:
    return OpenBundle(made, digest_of(bundle_v1.write(made)), None, folder)


def before(folder: Path, *liabilities: LiabilityCommitment, **changes: object) -> OpenBundle:
    made = s.bundle(liabilities=liabilities, instant=A_DAY_BEFORE, sequence=1, **changes)
    return opened(folder, made)


def examined(
    folder: Path,
    old: OpenBundle | None,
    liabilities: tuple[LiabilityCommitment, ...],
    flows: Mapping[str, Flow] | None,
    *,
    previous: Digest | None = None,
    sequence: int = 2,
) -> Examination:
    named = previous or (None if old is None else old.digest)
    new = opened(folder, s.bundle(liabilities=liabilities, sequence=sequence, previous=named))
    base = s.examined(folder)
    return replace(base, opened=new, previous=old, movements=None if flows is None else Movements(flows))


def rolling(folder: Path, *, opening: int, closing: int, spot: int) -> Examination:
    """Roll one total forward by deposits alone."""
    old = before(folder, total("spot", opening))
    return examined(folder, old, (total("spot", closing),), {SPOT: Flow(spot, 0, 0, 0)})


def outcomes(examination: Examination) -> dict[str, Outcome]:
    return {finding.subject: finding.outcome for finding in rolled(examination)}


def test_opening_and_movements_make_the_closing_exactly(tmp_path: Path) -> None:
    old = before(tmp_path, total("margin", 7), total("spot", 100))
    flows = {MARGIN: Flow(0, 7, 0, 0), SPOT: Flow(50, 20, -3, 2)}
    made = examined(tmp_path, old, (total("spot", 125),), flows)
    found = list(rolled(made))
    assert s.told(found) == [("PASS", "liabilities.rolled.follows")] * 2
    assert {finding.grade for finding in found} == {Grade.SELF_DECLARED}
    assert found[1].facts["opening"] == "100"
    assert (found[1].expected, found[1].actual) == ("125", "125")


@pytest.mark.parametrize("wrong", [-1, 1, 10**30])
def test_t26_a_unit_from_nowhere_is_refuted_and_counted(tmp_path: Path, wrong: int) -> None:
    made = rolling(tmp_path, opening=10**30, closing=10**30 + 5 + wrong, spot=5)
    found = s.one(rolled(made))
    assert (found.outcome, found.message) == (Outcome.FAIL, "liabilities.rolled.differs")
    assert found.facts["difference"] == str(wrong)


@pytest.mark.parametrize(
    "flow", [Flow(1, 0, 0, 0), Flow(0, 1, 0, 0), Flow(0, 0, 1, 0), Flow(0, 0, -1, 0), Flow(0, 0, 0, 1)]
)
def test_each_column_counts_with_its_sign(tmp_path: Path, flow: Flow) -> None:
    old = before(tmp_path, total("spot", 100))
    assert outcomes(examined(tmp_path, old, (total("spot", 100),), {SPOT: flow})) == {SPOT: Outcome.FAIL}
    fitting = examined(tmp_path, old, (total("spot", 100 + flow.net),), {SPOT: flow})
    assert outcomes(fitting) == {SPOT: Outcome.PASS}


def test_t20_what_has_no_row_is_undecided_and_not_unmoved(tmp_path: Path) -> None:
    old = before(tmp_path, total("margin", 7), total("spot", 100))
    found = outcomes(examined(tmp_path, old, (total("margin", 7), total("spot", 100)), {SPOT: NOTHING}))
    assert found == {MARGIN: Outcome.INCONCLUSIVE, SPOT: Outcome.PASS}


def test_a_total_that_is_nowhere_committed_to_is_zero(tmp_path: Path) -> None:
    old = before(tmp_path, total("margin", 7))
    flows = {MARGIN: Flow(0, 7, 0, 0), SPOT: Flow(9, 0, 0, 0), f"earn/{ETH}": Flow(1, 0, 0, 0)}
    found = outcomes(examined(tmp_path, old, (total("spot", 9),), flows))
    assert found == {MARGIN: Outcome.PASS, SPOT: Outcome.PASS, f"earn/{ETH}": Outcome.FAIL}


def test_t59_other_decimals_are_not_rolled_over(tmp_path: Path) -> None:
    old = before(tmp_path, total("spot", 100, USDC, 6))
    made = examined(tmp_path, old, (total("spot", 100, USDC, 18),), {f"spot/{USDC}": NOTHING})
    assert outcomes(made) == {f"spot/{USDC}": Outcome.INCONCLUSIVE}


def test_debts_are_rolled_like_everything(tmp_path: Path) -> None:
    ref = f"debt:margin/{USDC}"
    old = before(tmp_path, total("debt:margin", 100, USDC, 6))
    made = examined(tmp_path, old, (total("debt:margin", 90, USDC, 6),), {ref: Flow(0, 5, 0, 0)})
    assert outcomes(made) == {ref: Outcome.FAIL}


def test_without_movements_nothing_is_asked(tmp_path: Path) -> None:
    old = before(tmp_path, total("spot", 100))
    assert list(rolled(examined(tmp_path, old, (total("spot", 1),), None))) == []


def test_without_the_bundle_before_nothing_is_decided(tmp_path: Path) -> None:
    found = s.one(rolled(examined(tmp_path, None, (total("spot", 1),), {SPOT: NOTHING})))
    assert (found.outcome, found.message) == (Outcome.INCONCLUSIVE, "evidence.missing")
    assert "--previous" in found.facts["reason"]


@pytest.mark.parametrize(("sequence", "outcome"), [(2, Outcome.FAIL), (3, Outcome.INCONCLUSIVE)])
def test_t36_another_bundle_is_not_rolled_from(tmp_path: Path, sequence: int, outcome: Outcome) -> None:
    old = before(tmp_path, total("spot", 100))
    made = examined(
        tmp_path, old, (total("spot", 100),), {SPOT: NOTHING}, previous=Digest(b"\x01" * 32), sequence=sequence
    )
    assert s.one(rolled(made)).outcome is outcome


units = st.integers(0, 2**127)


@given(units, units, units, st.integers(-(2**127), 2**127), units, st.integers(-3, 3))
def test_only_the_one_closing_follows(
    opening: int, deposits: int, withdrawals: int, trades: int, fees: int, off: int
) -> None:
    flow = Flow(deposits, withdrawals, trades, fees)
    closing = opening + deposits - withdrawals + trades - fees + off
    found = s.one(_rolled((total("spot", opening),), (total("spot", closing),), Movements({SPOT: flow}), "before"))
    assert found.outcome is (Outcome.FAIL if off else Outcome.PASS)
    assert found.facts["difference"] == str(off)


def test_t68_it_is_required_once_movements_are_given(tmp_path: Path) -> None:
    old = before(tmp_path, *s.bundle().liabilities)
    new = s.bundle(sequence=2, previous=old.digest)
    flows = {item.ref: NOTHING for item in new.liabilities}
    here = s.open_in(tmp_path / "new", new)
    for some, outcome in ((flows, Outcome.PASS), (dict(list(flows.items())[1:]), Outcome.INCONCLUSIVE)):
        verdict = verify(
            here,
            s.policy(),
            s.sources(),
            now=s.AN_HOUR_LATER,
            beside=Beside(previous=old, movements=Movements(some)),
        )
        found = verdict.of("liabilities.rolled")
        assert min(found, key=lambda finding: finding.outcome is Outcome.PASS).outcome is outcome
        assert all(finding.required for finding in found)
    assert verify(here, s.policy(), s.sources(), now=s.AN_HOUR_LATER).of("liabilities.rolled") == ()


def test_what_was_looked_at_gives_the_same_verdict(tmp_path: Path) -> None:
    here = s.open_in(tmp_path)
    verdict = verify(here, s.policy(), s.sources(), now=s.AN_HOUR_LATER)
    assert verdict_on(examination_of(here, s.policy(), s.sources(), now=s.AN_HOUR_LATER)) == verdict
