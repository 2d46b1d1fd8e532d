"""What a signature was made for is said where it can be known, and an honest set of control proofs passes."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from por.encoding.media_types import CONTROL_OPENING
from por.simulator import lies_control
from por.simulator.lies_control import ProofSet
from tests.simulator import Draft, Exchange, Lie, ids, por, shown_to_auditor, told

CONTROL = "reserves.control"
SAID = {
    "last month's signature": "reserves.control.replayed",
    "another issuer's signature": "reserves.control.foreign_issuer",
    "a signature for ten years": "reserves.control.unbounded",
    "another account's opening": "the control proof is of another account",
    "an opening of another set": "reserves.control.other_set",
    "an opening beyond the set": "there is no leaf",
    "a proof outside the set": "this is no opening of it",
    "an opening withheld": "gives none for this account",
}


@pytest.mark.parametrize("lie", lies_control.LIES, ids=ids(lies_control.LIES))
def test_the_reason_is_named(lie: Lie, exchange: Exchange, stage: Path) -> None:
    run = told(lie, exchange, stage)
    assert run.verdict is not None, run.talk
    found = [item for item in run.verdict.of(CONTROL) if str(item.outcome) == lie.outcome]
    assert any(SAID[lie.name] in f"{item.message} {item.facts.get('reason', '')}" for item in found), run.out


@pytest.mark.parametrize("option", ["--previous", "--other"])
def test_t43_without_the_other_bundle_it_is_another_signers(option: str, exchange: Exchange, stage: Path) -> None:
    """A verifier who does not know the challenge that was signed sees a signature by nobody known: no less a FAIL."""
    lie = next(each for each in lies_control.LIES if option in each.tell(exchange, Path(tempfile.mkdtemp(dir=stage))))
    command = lie.tell(exchange, stage / "again")
    run = por(*command[: command.index(option)])
    assert run.outcomes(CONTROL) == {"PASS", "FAIL"}
    assert run.status == 1


@pytest.mark.parametrize("kept", [0, 1, None], ids=["none", "one", "all"])
def test_a_set_that_is_opened_to_the_auditor_passes(kept: int | None, exchange: Exchange, stage: Path) -> None:
    draft = Draft.of(exchange)
    count = len(draft.bundle.reserves)
    opened = 0 if kept is None else count - kept
    made = ProofSet.of(draft)
    brought = stage / "openings"
    brought.mkdir()
    for position in range(count):
        digest = None
        if position < opened:
            digest = draft.files.add(made.opening(position), CONTROL_OPENING)
        else:
            (brought / f"{position}.json").write_bytes(made.opening(position))
        draft.account(position, control=digest)
    draft.bundle = replace(draft.bundle, control_set=made.tree.commitment)
    command = shown_to_auditor(exchange, draft.publish(stage / "bundle", exchange.signing_key))
    if opened < count:
        assert por(*command).status == 3
        command += ["--opening", str(brought)]
    run = por(*command)
    assert run.status == 0, run.out
    assert run.outcomes(CONTROL) == {"PASS"}


def test_t43_an_opening_of_another_bundle_is_refused(exchange: Exchange, stage: Path) -> None:
    other = stage / "opening.json"
    other.write_bytes(ProofSet.of(Draft.of(exchange)).opening(0))
    run = por(*shown_to_auditor(exchange, exchange.bundle), "--opening", other)
    assert run.status in {1, 2}, run.out
