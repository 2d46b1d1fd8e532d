"""Stake as a holding: what validators of the state below the snapshot block have, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from por.checks.evidence import OpenBundle
from por.checks.holdings import ProvenHolding
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.policy import shipped_tables
from por.checks.staked import staked_holding
from por.encoding import media_types, validators_v1
from por.encoding.validators_v1 import ValidatorsDocument
from por.model import AssetId, AssetKind, BeaconChain, ClaimedHolding, Digest
from tests.checks import scenery
from tests.checks.scenery import CHAIN, files
from tests.proofs.beacon import worlds
from tests.proofs.beacon.worlds import Staking, record, staking, withdrawal

STAKED = AssetId.parse("eip155:1/staked:60")
ACCOUNT = scenery.account("cold")
ME = bytes.fromhex(ACCOUNT.address[2:])
RECORDS = {3: record(ME), 5: record(ME, 2, number=1)}
BALANCES = {3: 32_000_000_000, 5: 40_000_000_000}
WORLD = staking(RECORDS, BALANCES, [withdrawal(1, 5, ME, 5_000_000_000)])


def seen(
    directory: Path,
    world: Staking = WORLD,
    documents: Sequence[ValidatorsDocument] | None = None,
    beacon: BeaconChain | None = worlds.BEACON,
) -> Observation[ProvenHolding]:
    have = files()
    given = [world.document] if documents is None else documents
    digests = tuple(have.add(validators_v1.write(document), media_types.VALIDATORS) for document in given)
    opened = opened_with(directory, have, digests)
    claim = ClaimedHolding(STAKED, 0, digests)
    return staked_holding(opened, ACCOUNT, claim, world.header, {} if beacon is None else {CHAIN: beacon})


def opened_with(directory: Path, have: scenery.Files, digests: Sequence[Digest]) -> OpenBundle:
    made = scenery.with_account("cold", holdings=(ClaimedHolding(STAKED, 0, tuple(digests)),))
    return scenery.open_in(directory, scenery.listed(made, have), have)


def test_stake_is_read_in_wei_after_the_blocks_own_withdrawals(tmp_path: Path) -> None:
    assert seen(tmp_path) == Seen(ProvenHolding(67 * 10**18, 0, None))


def test_stake_may_stand_in_several_files(tmp_path: Path) -> None:
    assert seen(tmp_path, documents=[WORLD.only(3), WORLD.only(5)]) == Seen(ProvenHolding(67 * 10**18, 0, None))


@pytest.mark.parametrize(
    "documents",
    [
        [WORLD.only(3), WORLD.only(3)],
        [WORLD.only(5), WORLD.only(3)],
        [replace(WORLD.document, withdrawals=())],
        [replace(WORLD.document, block_hash=bytes(32))],
        [staking(RECORDS, {3: 10**12}).document],
    ],
)
def test_t46_t54_t55_doubled_or_spoiled_stake_fails(documents: list[ValidatorsDocument], tmp_path: Path) -> None:
    assert isinstance(seen(tmp_path, documents=documents), Broken)


@pytest.mark.parametrize("data", [record(b"\x33" * 20), record(ME, 0), record(ME, 3)])
def test_t45_stake_of_another_account_fails(data: bytes, tmp_path: Path) -> None:
    assert isinstance(seen(tmp_path, staking({3: data}, BALANCES)), Broken)


def test_a_slashed_validator_is_undecided(tmp_path: Path) -> None:
    found = seen(tmp_path, staking({3: record(ME), 9: record(ME, slashed=True)}, BALANCES))
    assert isinstance(found, Missing)
    assert "validator 9 is slashed" in found.reason


def test_what_cannot_be_judged_is_undecided(tmp_path: Path) -> None:
    unknown = replace(worlds.BEACON, forks=worlds.BEACON.forks[:4])
    assert isinstance(seen(tmp_path / "none", beacon=None), Missing)
    assert isinstance(seen(tmp_path / "unknown", beacon=unknown), Missing)
    assert isinstance(seen(tmp_path / "nothing", documents=[]), Missing)


def test_another_kind_of_file_fails(tmp_path: Path) -> None:
    have = files()
    header = scenery.bundle().blocks[0].header
    opened = opened_with(tmp_path, have, [header])
    claim = ClaimedHolding(STAKED, 0, (header,))
    found = staked_holding(opened, ACCOUNT, claim, WORLD.header, {CHAIN: worlds.BEACON})
    assert isinstance(found, Broken)


def test_the_examination_dispatches_stake(tmp_path: Path) -> None:
    claim = replace(scenery.bundle().reserves[0].holdings[1], asset=STAKED)
    made = scenery.with_account("cold", holdings=(claim,))
    examination = scenery.examined(tmp_path, made, rules=scenery.policy(beacons={CHAIN: worlds.BEACON}))
    found = examination.holdings[0, STAKED]
    assert isinstance(found, Broken)
    assert media_types.VALIDATORS in found.reason


def test_the_shipped_table_has_stake_as_a_class_of_its_own_and_the_chains_facts() -> None:
    tables = shipped_tables()
    group = next(group for group in tables.classes if group.canonical == STAKED)
    assert [(member.decimals, member.kind) for member in group.members] == [(18, AssetKind.STAKED)]
    facts = {str(row.chain): row for row in tables.beacons}
    assert sorted(facts) == ["eip155:1", "eip155:11155111", "eip155:560048"]
    assert [(fork.epoch, fork.version.hex()) for fork in facts["eip155:1"].forks] == [
        (0, "00000000"),
        (74_240, "01000000"),
        (144_896, "02000000"),
        (194_048, "03000000"),
        (269_568, "04000000"),
        (364_032, "05000000"),
        (411_392, "06000000"),
    ]
