"""Contracts: each lie is caught for its own reason, and what a wallet's own code approved passes with its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.simulator import lies_contracts
from por.simulator.exchange import WALLET
from por.simulator.wallet import BOASTER_CODE, WALLET_CODE
from tests.simulator import Exchange, Lie, ids, por, shown_to_auditor, told

SAID = {
    "an owner who came later": "does not approve the signature",
    "a wallet's later state": "leads to another root",
    "an owner's key for a wallet": "reserves.control.other_signer",
    "a witness without a slot": "storage key 0x" + "0" * 64,
    "a wallet's code altered": "is not given",
    "a wallet without state": "no state in which the account's contract could judge",
    "a wallet that nobody knows": "reserves.control.other_code",
    "a wallet that approves anything": "approves whatever it is asked",
    "a token that tells a fortune": "no [[call]] row",
    "a token of other code": "no [[call]] row of the policy accepts",
    "a balance left unproven": "is not proven",
}


@pytest.mark.parametrize("lie", lies_contracts.LIES, ids=ids(lies_contracts.LIES))
def test_the_reason_is_named(lie: Lie, exchange: Exchange, stage: Path) -> None:
    run = told(lie, exchange, stage)
    assert run.verdict is not None, run.talk
    assert lie.caught_by is not None
    found = [item for item in run.verdict.of(lie.caught_by) if str(item.outcome) == lie.outcome]
    assert any(SAID[lie.name] in f"{item.message} {item.facts.get('reason', '')}" for item in found), run.out


def test_t47_the_honest_wallet_passes_by_its_own_code(exchange: Exchange) -> None:
    run = por(*shown_to_auditor(exchange, exchange.bundle))
    assert run.verdict is not None
    (found,) = (item for item in run.verdict.of("reserves.control") if item.subject == str(exchange.account(WALLET)))
    assert (str(found.outcome), found.message) == ("PASS", "reserves.control.approved")
    assert keccak(WALLET_CODE).hex() in found.facts["codes"]


def test_t47_what_approves_anything_counts_for_no_policy(exchange: Exchange, stage: Path) -> None:
    """The lie's victim believes that very code, and still sees that it shows nobody's control."""
    lie = next(each for each in lies_contracts.LIES if each.name == "a wallet that approves anything")
    command = lie.tell(exchange, stage)
    policy = Path(command[command.index("--policy") + 1]).read_text()
    assert keccak(BOASTER_CODE).hex() in policy
    run = por(*command)
    assert run.status == 1
    assert run.outcomes("reserves.control") == {"PASS", "FAIL"}
