"""What holdings are worth: each lie is caught for its own reason, and the same thing said openly passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from por.simulator import lies_worth
from tests.simulator import Draft, Exchange, Lie, Run, ids, por, shown_to_auditor, told

SAID = {
    "pledged coins": "solvency.coverage.fail_composed",
    "more pledged than held": "reserves.eligible.over_encumbered",
    "coins in escrow": "reserves.eligible.escrow",
    "coins lent out": "solvency.coverage.fail_composed",
    "a share without a rate": "reserves.eligible.no_rate",
    "stake that nobody proves": "the bundle has to prove them",
    "coins of a day": "reserves.movement.spike",
    "a node of its own": "does not fit the header that was agreed on",
    "an account of two issuers": "reserves.unshared.shared",
}
MOVEMENT = '\n[movement]\nbefore_seconds = [{before}]\nafter_seconds = [{after}]\nthreshold = "0.1"\n'


@pytest.mark.parametrize("lie", lies_worth.LIES, ids=ids(lies_worth.LIES))
def test_the_reason_is_named(lie: Lie, exchange: Exchange, stage: Path) -> None:
    run = told(lie, exchange, stage)
    assert run.verdict is not None, run.talk
    assert lie.caught_by is not None
    found = [item for item in run.verdict.of(lie.caught_by) if str(item.outcome) == lie.outcome]
    assert any(SAID[lie.name] in f"{item.message} {item.facts.get('reason', '')}" for item in found), run.out


def under(exchange: Exchange, stage: Path, more: str, *options: object) -> Run:
    """Examine the honest bundle under a policy that knows more."""
    policy = stage / "policy.toml"
    policy.write_text(exchange.policy().read_text() + more)
    return por(*shown_to_auditor(exchange, exchange.bundle, policy), *options)


def test_t51_t58_coins_that_stay_pass_where_the_policy_looks(exchange: Exchange, stage: Path) -> None:
    run = under(exchange, stage, MOVEMENT.format(before=12, after=20))
    assert run.status == 0, run.out
    assert run.outcomes("reserves.movement") == {"PASS"}


@pytest.mark.parametrize(("before", "after"), [(30, 20), (12, 80_000)])
def test_t51_coins_that_come_late_and_moments_that_cannot_be_read_are_undecided(
    before: int, after: int, exchange: Exchange, stage: Path
) -> None:
    run = under(exchange, stage, MOVEMENT.format(before=before, after=after))
    assert run.status == 3, run.out
    assert "FAIL" not in run.outcomes("reserves.movement")


def test_t52_a_pledge_that_leaves_enough_passes_and_is_said(exchange: Exchange, stage: Path) -> None:
    known = f'\n[[encumbered]]\naccount = "{exchange.account("cold")}"\nasset = "{exchange.coin}"\n'
    run = under(exchange, stage, known + 'kind = "pledged"\namount = "1000"\n')
    assert run.status == 0, run.out
    assert run.verdict is not None
    assert "reserves.eligible.encumbered" in {finding.message for finding in run.verdict.of("reserves.eligible")}


def test_t54_an_escrow_of_another_asset_takes_nothing_away(exchange: Exchange, stage: Path) -> None:
    other = f"{exchange.chain.chain}/erc20:0x{'5' * 40}"
    known = f'\n[[bridge]]\nescrow = "{exchange.account("cold")}"\nasset = "{other}"\nminted = "eip155:10/slip44:60"\n'
    run = under(exchange, stage, known)
    assert run.status == 0, run.out


def test_t54_lent_coins_count_where_the_policy_counts_them(exchange: Exchange, stage: Path) -> None:
    lie = next(each for each in lies_worth.LIES if each.name == "coins lent out")
    command = lie.tell(exchange, stage)
    policy = Path(command[command.index("--policy") + 1])
    policy.write_text(policy.read_text() + '\n[coverage]\nkinds = ["lent"]\n')
    run = por(*command)
    assert run.status == 0, run.out


@pytest.mark.parametrize("later", [0, -100_000])
def test_t45_other_issuers_with_other_accounts_pass_and_older_bundles_are_not_compared(
    later: int, exchange: Exchange, stage: Path
) -> None:
    other = Draft.of(exchange)
    row = replace(other.row(exchange, "cold"), account=exchange.account("stranger"))
    listed = (row,) if later == 0 else (other.row(exchange, "cold"),)
    instant = replace(other.bundle.instant, seconds=other.bundle.instant.seconds + later)
    other.bundle = replace(other.bundle, issuer="other.example", reserves=listed, instant=instant)
    known = other.publish(stage / "other", exchange.signing_key)
    run = under(exchange, stage, "", "--other", known)
    assert (run.status, run.outcomes("reserves.unshared")) == ((0, {"PASS"}) if later == 0 else (3, {"INCONCLUSIVE"}))


def test_t64_what_is_not_proven_is_asked_for_and_the_verdict_says_of_whom(exchange: Exchange, stage: Path) -> None:
    draft = Draft.of(exchange)
    position = draft.position(exchange, "cold")
    holdings = tuple(replace(claim, evidence=()) for claim in draft.bundle.reserves[position].holdings)
    draft.account(position, holdings=holdings)
    command = shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))
    assert por(*command).status == 0
    at = command.index("--source")
    unasked = por(*command[:at], *command[at + 2 :])
    assert unasked.status == 3
    assert "PASS" not in unasked.outcomes("solvency.coverage")
