"""Everything a bundle offers and the sources say, looked at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from por.checks.chain_view import Sources
from por.checks.control_evidence import ControlEvidence, Signed
from por.checks.evidence import open_bundle
from por.checks.examination import Examination, examine
from por.checks.observation import Broken, Missing, Seen
from por.errors import UnavailableError
from por.model import ChainAccount, ChainId, Header, SnapshotBlock
from tests.checks import scenery
from tests.checks.scenery import (
    ACCOUNTS,
    AN_HOUR_LATER,
    CHAIN,
    COINS,
    ETH,
    ISSUER,
    NUMBER,
    USDC,
    FakeSource,
    account,
    address,
    bundle,
    examined,
    files,
    headers,
    listed,
    policy,
    quiet,
    sources,
    with_account,
    write_bundle,
)


def test_an_honest_bundle_is_seen_whole(tmp_path: Path) -> None:
    examination = examined(tmp_path, recomputation=scenery.recomputed())
    assert isinstance(examination.note, Seen)
    assert examination.note.value.names[0].startswith(ISSUER)
    assert examination.headers == {CHAIN: Seen(headers()[0])}
    assert examination.children == {CHAIN: Seen(headers()[1])}
    assert isinstance(examination.views[CHAIN], Seen)
    said = {i: Signed("eip191", address(name)) for i, name in enumerate(ACCOUNTS)}
    assert examination.signers == {i: Seen(ControlEvidence(signed)) for i, signed in said.items()}
    held = examination.holdings[0, ETH]
    assert isinstance(held, Seen)
    assert held.value.units == COINS["cold"]
    assert set(examination.holdings) == {(i, asset) for i in range(4) for asset in (ETH, USDC)}


def test_accounts_and_claims_come_with_their_positions(tmp_path: Path) -> None:
    examination = examined(tmp_path)
    assert [(i, row.account) for i, row in examination.accounts()] == [
        (i, account(name)) for i, name in enumerate(ACCOUNTS)
    ]
    assert [(i, claim.asset) for i, _, claim in examination.claims()] == [
        (i, asset) for i in range(4) for asset in (USDC, ETH)
    ]


def test_t46_one_account_listed_twice_is_looked_at_twice(tmp_path: Path) -> None:
    made = bundle(reserves=(bundle().reserves[0], replace(bundle().reserves[0], control=None)))
    examination = examined(tmp_path, listed(made, files()))
    assert isinstance(examination.signers[0], Seen)
    assert isinstance(examination.signers[1], Missing)


def looked(tmp_path: Path, source: FakeSource) -> Examination:
    opened = open_bundle(write_bundle(tmp_path))
    return examine(opened, policy(), sources(source), Missing("m"), AN_HOUR_LATER, quiet)


def test_t56_sources_are_asked_first_and_once_more_at_the_end(tmp_path: Path) -> None:
    source = FakeSource()
    order: list[str] = []
    opened = open_bundle(write_bundle(tmp_path))

    def progress(message: str) -> None:
        order.append(f"{message} after {len(source.asked)} readings")

    examine(opened, policy(), sources(source), Missing("m"), AN_HOUR_LATER, progress)
    assert order == [f"examining account {i} of 4 after 2 readings" for i in range(1, 5)]
    assert source.asked == [NUMBER, NUMBER + 1, NUMBER, NUMBER + 20]


def test_t56_a_reorganisation_in_mid_run_leaves_nothing_seen(tmp_path: Path) -> None:
    view = looked(tmp_path, FakeSource(then=headers(salt=b"reorganised"))).views[CHAIN]
    assert isinstance(view, Missing)
    assert "reorganised" in view.reason


def test_t64_a_node_killed_in_mid_run_leaves_nothing_seen(tmp_path: Path) -> None:
    class Dying(FakeSource):
        def header(self, number: int) -> Header:
            if len(self.asked) == 2:
                raise UnavailableError("connection refused")
            return super().header(number)

    assert looked(tmp_path, Dying()).views[CHAIN] == Missing("connection refused")


def test_t64_a_failing_source_leaves_evidence_as_it_is(tmp_path: Path) -> None:
    examination = looked(tmp_path, FakeSource(fails=UnavailableError("down")))
    assert examination.views[CHAIN] == Missing("down")
    assert all(isinstance(held, Seen) for held in examination.holdings.values())
    assert all(isinstance(seen, Seen) for seen in examination.signers.values())


def test_without_sources_every_view_is_missing(tmp_path: Path) -> None:
    opened = open_bundle(write_bundle(tmp_path))
    examination = examine(opened, policy(), Sources({}), Missing("m"), AN_HOUR_LATER, quiet)
    assert isinstance(examination.views[CHAIN], Missing)


def test_a_bundle_without_note_has_none_to_see(tmp_path: Path) -> None:
    write_bundle(tmp_path)
    (tmp_path / "bundle.note").unlink()
    examination = examine(open_bundle(tmp_path), policy(), sources(), Missing("m"), AN_HOUR_LATER, quiet)
    assert isinstance(examination.note, Missing)


def test_t57_a_block_without_child_evidence_has_none_to_see(tmp_path: Path) -> None:
    named = replace(bundle().blocks[0], child=None)
    examination = examined(tmp_path, listed(bundle(blocks=(named,)), files()))
    assert isinstance(examination.children[CHAIN], Missing)


def test_t38_a_header_of_another_block_proves_no_holding(tmp_path: Path) -> None:
    named = replace(bundle().blocks[0], block=replace(bundle().blocks[0].block, hash=bytes(32)))
    examination = examined(tmp_path, bundle(blocks=(named,)))
    for held in examination.holdings.values():
        assert held == Broken("the header evidence is not of the block the bundle names")
    assert {type(seen) for seen in examination.signers.values()} == {Seen}
    assert ControlEvidence(Signed("eip191", address("cold"))) not in {
        seen.value for seen in examination.signers.values() if isinstance(seen, Seen)
    }


def test_t57_an_account_on_a_chain_without_block_has_nothing_to_go_by(tmp_path: Path) -> None:
    examination = examined(tmp_path, listed(bundle(blocks=()), files()))
    for held in (*examination.holdings.values(), *examination.signers.values()):
        assert isinstance(held, Missing)
        assert "no snapshot block of eip155:1" in held.reason


def test_t53_holdings_are_judged_by_the_block_of_their_own_chain(tmp_path: Path) -> None:
    ten = ChainId("eip155", "10")
    have = files()
    block = SnapshotBlock(ten, headers()[0].ref, have.header(headers()[0], ten), None)
    moved = with_account("cold", account=ChainAccount(ten, address("cold")), holdings=())
    made = listed(replace(moved, blocks=(bundle().blocks[0], block)), have)
    examination = examined(tmp_path, made, have)
    assert isinstance(examination.signers[0], Broken)
    assert isinstance(examination.signers[1], Seen)


@pytest.mark.parametrize("number", [0, 3])
def test_t68_withheld_evidence_is_missing_where_it_was_needed(tmp_path: Path, number: int) -> None:
    have = files()
    row = bundle().reserves[number]
    assert row.control is not None
    del have.data[row.control]
    del have.data[row.holdings[0].evidence[0]]
    examination = examined(tmp_path, bundle(), have)
    assert isinstance(examination.signers[number], Missing)
    assert isinstance(examination.holdings[number, USDC], Missing)
    assert isinstance(examination.holdings[number, ETH], Seen)
