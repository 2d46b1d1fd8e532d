"""Anchored, attested by three by two schemes, read by a gate, then attacked: embedded, and on two real nodes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from por.checks.policy import load_policy
from por.commitments.statements import committee_id
from por.encoding import committee_v1
from por.errors import PublishError
from por.publish.feeds import newest_round
from por.simulator import onchain
from por.simulator.attacks import ATTACKS, Attack, Stage
from por.simulator.onchain import Step
from por.simulator.scene import Scene, secrets_in_environment, write_committees
from tests.components import anvil
from tests.end_to_end.onchain_world import scenes
from tests.simulator import Run, por, slug


def run(step: Step) -> Run:
    with secrets_in_environment(*step.keys):
        return por(*step.command)


class Played:
    """Hold the story up to the feed's first round."""

    def __init__(self, here: Scene, there: Scene) -> None:
        self.here, self.there = here, there
        write_committees(here, lambda command: por(*command).status)
        self.attested = [run(step) for scheme in ("ecdsa", "bls") for step in onchain.attesting(here, scheme)]
        self.made = run(onchain.making_feed(here))
        self.feed = onchain.feed_of_protocol(here)
        self.gate = onchain.gate_on(here, self.feed)
        self.before = onchain.gate_is_open(here, self.gate)
        self.fed = [run(step) for step in onchain.feeding(here, self.feed)]

    @property
    def stage(self) -> Stage:
        return Stage(self.here, self.there, self.feed)


@pytest.fixture(scope="module", params=["embedded", "anvil"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    if request.param == "anvil":
        anvil()
    with scenes(request.param, tmp_path_factory.mktemp(request.param)) as (here, there):
        yield Played(here, there)


def test_three_attesters_sign_one_statement_and_record_it_by_both_schemes(played: Played) -> None:
    assert [each.status for each in played.attested] == [0] * 6, [each.talk for each in played.attested]
    recorded = [each.talk for each in played.attested if "attestation recorded, final" in each.talk]
    assert len(recorded) == 2


def test_attesting_again_signs_and_records_nothing(played: Played) -> None:
    again = [run(step) for step in onchain.attesting(played.here, "ecdsa")]
    assert [each.status for each in again] == [0] * 3, [each.talk for each in again]
    assert all("nothing was signed" in each.talk for each in again)
    assert "was recorded before" in again[2].talk or "already" in again[2].talk


@pytest.mark.parametrize("scheme", ["ecdsa", "bls"])
def test_a_certificate_is_verified_offline(played: Played, scheme: str) -> None:
    here = played.here
    committee = here.committee(scheme)
    policy = here.directory / f"reader-{scheme}.toml"
    if not policy.exists():
        identifier = committee_id(committee_v1.read(committee.read_bytes())).hex()
        attested = load_policy(here.policy).digest
        trusted = f'committees = ["0x{identifier}"]\naccepted_policies = ["{attested}"]\n'
        policy.write_text(trusted + here.policy.read_text())
    shown = por("attest", "check", here.certificate(committee), "--policy", policy, "--now", here.now)
    assert (shown.status, shown.outcome) == (0, "PASS"), shown.out


def test_the_gate_opens_with_the_first_round(played: Played) -> None:
    assert [each.status for each in (played.made, *played.fed)] == [0, 0, 0], [each.talk for each in played.fed]
    assert not played.before
    assert onchain.gate_is_open(played.here, played.gate)


@pytest.mark.parametrize("attack", ATTACKS, ids=[slug(attack.threats, attack.name) for attack in ATTACKS])
def test_an_attack_is_refused_by_name(played: Played, attack: Attack) -> None:
    before = newest_round(played.here.wallet(), played.feed)
    with pytest.raises(PublishError, match=attack.refused_by):
        attack.run(played.stage)
    assert newest_round(played.here.wallet(), played.feed) == before


def test_t37_what_the_committee_takes_back_closes_the_gate(played: Played) -> None:
    onchain.take_back(played.here)
    taken = newest_round(played.here.wallet(), played.feed)
    assert taken is not None
    assert (taken.answer, taken.is_void) == (0, True)
    assert not onchain.gate_is_open(played.here, played.gate)
