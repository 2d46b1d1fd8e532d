"""A bundle is anchored once, by its issuer alone, and never as a second one for an instant."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode

from por.checks.evidence import OpenBundle
from por.commitments.anchors import anchor_id, anchor_of, reserve_set_root, totals_of
from por.errors import DisagreementError, PublishError, UnavailableError
from por.model import UINT128_MAX, BlockRef, ChainAccount, ChainId, Digest, Instant, SnapshotBlock
from por.proofs.state.registry import ANCHORED
from por.publish import anchoring
from por.publish.anchoring import Anchoring, anchor, anchor_values, drafted
from por.publish.contracts import artifact, encode_call
from por.publish.reading import ContractReader
from por.publish.transactions import Wallet
from tests.checks import scenery
from tests.issuer.ledgers import NOON
from tests.publish.changed import Changed, overtake
from tests.publish.registry_world import REGISTRY, World, digest, world

HOUR = 3600


class Desk:
    """An issuer that no other test knows, with its wallet and its bundles."""

    def __init__(self, at: World, name: str, folder: Path) -> None:
        self.world, self.name, self.folder = at, name, folder
        self.wallet = at.wallet(name)
        self.address = at.account(name).address
        self.registry = at.at(REGISTRY)
        self._bundles = 0

    def bundle(self, **changes: object) -> OpenBundle:
        self._bundles += 1
        return self.world.bundle(self.folder / str(self._bundles), self.name, **changes)

    def anchor(self, opened: OpenBundle) -> Anchoring:
        return anchor(opened, self.registry, self.wallet, self.world.source())

    def refused(self, opened: OpenBundle, words: str) -> None:
        before = self.sequence()
        with pytest.raises(PublishError, match=words):
            self.anchor(opened)
        assert self.sequence() == before

    def sequence(self) -> int:
        return anchoring._head(self.wallet, self.registry.address, self.address).sequence

    def nonce(self) -> int:
        return self.wallet._node.nonce(self.address)


@pytest.fixture
def desk(shared: World, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    return Desk(shared, request.node.name, tmp_path)


@pytest.fixture
def quick(embedded: World, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """Lend a desk on the embedded chain alone."""
    return Desk(embedded, request.node.name, tmp_path)


def later(bundle_instant: Instant, seconds: int = HOUR) -> Instant:
    return Instant(bundle_instant.seconds + seconds)


# --- what is anchored


def test_the_entry_says_what_the_bundle_says(desk: Desk) -> None:
    opened = desk.bundle()
    made = desk.anchor(opened)
    assert (made.entry.issuer, made.entry.sequence, made.entry.previous) == (desk.address, 1, bytes(32))
    assert made.entry.anchor == anchor_of(opened.bundle, opened.digest, desk.world.id, 0)
    assert made.entry.anchor.commitments_root == opened.bundle.commitments_root
    assert made.entry.anchor.bundle == opened.digest
    assert made.entry.anchor.reserve_set_root == reserve_set_root(opened.bundle.reserves)
    assert made.entry.totals == totals_of(opened.bundle)
    assert made.id == anchor_id(made.entry)
    assert made.id == anchoring._head(desk.wallet, desk.registry.address, desk.address).id
    assert made.block is not None
    assert made.gas is not None


def test_a_snapshot_block_of_the_registrys_chain_is_named(quick: Desk) -> None:
    named = SnapshotBlock(quick.world.id, BlockRef(7, digest("a block")), Digest(digest("a header")), None)
    made = quick.anchor(quick.bundle(blocks=(*scenery.bundle().blocks, named)))
    assert made.entry.anchor.snapshot_chain == int(quick.world.id.reference)
    assert (made.entry.anchor.snapshot_block, made.entry.anchor.snapshot_hash) == (7, digest("a block"))


def test_anchoring_twice_sends_once(desk: Desk) -> None:
    opened = desk.bundle()
    first = desk.anchor(opened)
    nonce = desk.nonce()
    second = desk.anchor(opened)
    assert (second.entry, second.id) == (first.entry, first.id)
    assert (second.block, second.gas, second.correction) == (None, None, 0)
    assert desk.nonce() == nonce


def test_a_later_instant_is_a_new_entry(desk: Desk) -> None:
    first = desk.anchor(desk.bundle())
    second = desk.anchor(desk.bundle(instant=later(NOON)))
    assert second.entry.sequence == 2
    assert second.entry.previous == first.id
    assert second.entry.anchor.supersedes == 0


def test_an_older_bundle_is_found_below_later_entries(quick: Desk) -> None:
    bundles = [quick.bundle(instant=later(NOON, hours * HOUR)) for hours in range(3)]
    made = [quick.anchor(each) for each in bundles]
    nonce = quick.nonce()
    again = [quick.anchor(each) for each in bundles]
    assert [each.entry for each in again] == [each.entry for each in made]
    assert quick.nonce() == nonce


def test_a_correction_names_the_entry_that_it_corrects(desk: Desk) -> None:
    wrong = desk.bundle()
    desk.anchor(wrong)
    right = desk.bundle(sequence=2, supersedes=wrong.digest)
    made = desk.anchor(right)
    assert (made.entry.sequence, made.entry.anchor.supersedes) == (2, 1)
    assert desk.anchor(right).block is None
    again = desk.anchor(wrong)
    assert (again.entry.sequence, again.correction, again.block) == (1, 2, None)


def test_a_correction_can_be_corrected(quick: Desk) -> None:
    bundles = [quick.bundle()]
    quick.anchor(bundles[0])
    for number in (2, 3):
        bundles.append(quick.bundle(sequence=number, supersedes=bundles[-1].digest))
        assert quick.anchor(bundles[-1]).entry.anchor.supersedes == number - 1
    assert [quick.anchor(each).correction for each in bundles] == [2, 3, 0]


def test_a_bundle_that_corrects_one_never_anchored_is_a_new_entry(quick: Desk) -> None:
    made = quick.anchor(quick.bundle(supersedes=Digest(digest("never anchored"))))
    assert (made.entry.sequence, made.entry.anchor.supersedes) == (1, 0)


def test_a_call_can_be_made_ready_for_another_sender(quick: Desk) -> None:
    opened = quick.bundle()
    reader = ContractReader(quick.world.id, quick.world.url, sender=quick.address)
    draft = drafted(opened, quick.registry, quick.address, reader, quick.world.source())
    assert draft.there == 0
    receipt = quick.wallet.send(quick.registry.address, draft.data)
    assert receipt.logs
    later = ContractReader(quick.world.id, quick.world.url, sender=quick.address)
    assert drafted(opened, quick.registry, quick.address, later, quick.world.source()).there == 1


def test_the_data_of_the_call_is_that_of_the_interface(quick: Desk) -> None:
    opened = quick.bundle()
    draft = drafted(opened, quick.registry, quick.address, quick.wallet, quick.world.source())
    types = ["(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)", "(bytes32,uint128,uint128)[]"]
    rows = [(total.asset, total.liabilities, total.reserves) for total in draft.entry.totals]
    assert draft.data[4:] == encode(types, [anchor_values(draft.entry.anchor), rows])


# --- what is refused


def test_a_bundle_that_names_nobody_is_refused(quick: Desk) -> None:
    opened = scenery.open_in(quick.folder, scenery.bundle())
    quick.refused(opened, "names no account that anchors it")


def test_t39_a_stolen_bundle_is_not_anchored_by_a_thief(quick: Desk) -> None:
    opened = quick.world.bundle(quick.folder, "somebody else")
    quick.refused(opened, f"the bundle says that {quick.world.account('somebody else')} anchors it")


def test_the_same_address_on_another_chain_is_another_account(quick: Desk) -> None:
    elsewhere = ChainAccount(ChainId.parse("eip155:10"), quick.address)
    opened = scenery.open_in(quick.folder, scenery.bundle(anchored_by=elsewhere))
    quick.refused(opened, f"the bundle says that {elsewhere} anchors it")


def test_t36_a_second_bundle_for_one_instant_is_refused_by_name(desk: Desk) -> None:
    first = desk.bundle()
    desk.anchor(first)
    desk.refused(desk.bundle(sequence=2), "two bundles for one instant")
    desk.refused(desk.bundle(sequence=2), str(first.digest))


def test_t36_a_bundle_that_corrects_another_one_is_refused(quick: Desk) -> None:
    quick.anchor(quick.bundle())
    stranger = Digest(digest("a bundle that is not the newest"))
    quick.refused(quick.bundle(sequence=2, supersedes=stranger), f"corrects {stranger}")


def test_t36_only_the_newest_of_several_corrections_can_be_corrected(quick: Desk) -> None:
    first = quick.bundle()
    quick.anchor(first)
    quick.anchor(quick.bundle(sequence=2, supersedes=first.digest))
    quick.refused(quick.bundle(sequence=3, supersedes=first.digest), "two bundles for one instant: entry 2")


def test_t36_an_earlier_instant_is_refused_by_name(desk: Desk) -> None:
    first = desk.bundle()
    desk.anchor(first)
    desk.anchor(desk.bundle(instant=later(NOON)))
    desk.refused(desk.bundle(sequence=2, supersedes=first.digest), "InstantNotLater: a later snapshot")
    desk.refused(desk.bundle(instant=later(NOON, -HOUR)), "InstantNotLater: a later snapshot")


def test_an_instant_in_the_future_is_refused_by_name(desk: Desk) -> None:
    desk.refused(desk.bundle(instant=later(NOON, 3650 * 86_400)), r"InstantInFuture\(instant=")


def test_a_bundle_without_totals_is_refused(quick: Desk) -> None:
    quick.refused(quick.bundle(liabilities=(), reserves=()), "takes no entry without totals")


def test_t08_totals_beyond_128_bits_are_refused(quick: Desk) -> None:
    rows = tuple(replace(item, total=UINT128_MAX) for item in scenery.bundle().liabilities)
    assert len({item.asset for item in rows}) < len(rows)
    quick.refused(quick.bundle(liabilities=rows), "no entry can tell this bundle: .*128 bits")


def test_a_bundle_anchored_with_other_totals_is_told_as_such(quick: Desk) -> None:
    opened = quick.bundle()
    entry = anchor_of(opened.bundle, opened.digest, quick.world.id, 0)
    quick.world.anchor(quick.wallet, entry)
    quick.refused(opened, "entry 1 anchors this bundle, with totals or roots that are not the bundle's")


def test_an_address_without_a_registry_is_no_registry(quick: Desk) -> None:
    nowhere = ChainAccount(quick.world.id, "0x" + "13" * 20)
    with pytest.raises(UnavailableError, match="no contract stands"):
        anchor(quick.bundle(), nowhere, quick.wallet, quick.world.source())


def test_another_contract_is_no_registry(quick: Desk) -> None:
    with pytest.raises(PublishError, match="is our AttestationRegistry, not a ReserveRegistry"):
        anchor(quick.bundle(), quick.world.at("AttestationRegistry"), quick.wallet, quick.world.source())


# --- what a node leaves out


def corrected(quick: Desk, source: Callable[[Any], Any]) -> Anchoring:
    first = quick.bundle()
    quick.anchor(first)
    right = quick.bundle(sequence=2, supersedes=first.digest)
    return anchor(right, quick.registry, quick.wallet, source(quick.world.source()))


def test_t55_a_newest_entry_whose_log_is_left_out_is_not_corrected(quick: Desk) -> None:
    with pytest.raises(DisagreementError, match="no log of entry 1 in blocks"):
        corrected(quick, lambda honest: Changed(honest, logs=lambda *_: ()))


def test_t55_a_log_that_contradicts_itself_is_a_disagreement(quick: Desk) -> None:
    def spoiled(honest: Any) -> Any:
        def logs(*question: Any) -> Any:
            return tuple(replace(log, data=log.data + bytes(32)) for log in honest.logs(*question))

        return Changed(honest, logs=logs)

    with pytest.raises(DisagreementError, match="registry: the event"):
        corrected(quick, spoiled)


def test_t35_the_newest_entry_is_asked_for_by_all_that_is_known_of_it(quick: Desk) -> None:
    """Whoever fills the registry keeps no issuer from a correction: others' logs are never fetched."""
    asked: list[tuple[bytes, ...]] = []

    def spied(honest: Any) -> Any:
        def logs(address: str, topics: tuple[bytes, ...], *blocks: int) -> Any:
            asked.append(topics)
            return honest.logs(address, topics, *blocks)

        return Changed(honest, logs=logs)

    done = corrected(quick, spied)
    assert done.entry.sequence == 2
    issuer = bytes(12) + bytes.fromhex(quick.wallet.address[2:])
    assert asked == [(ANCHORED, issuer, (1).to_bytes(32), done.entry.previous)]


def test_a_newest_entry_that_is_not_final_is_waited_for(tmp_path: Path) -> None:
    with world("embedded") as made:
        desk = Desk(made, "issuer", tmp_path)
        first = desk.bundle()
        desk.anchor(first)
        assert made.chain is not None
        made.chain.lag = 3
        right = desk.bundle(sequence=2, supersedes=first.digest)
        with pytest.raises(UnavailableError, match="not final yet"):
            desk.anchor(right)
        made.chain.lag = 0
        made.mine(3)
        assert desk.anchor(right).entry.sequence == 2


def test_a_node_that_shows_another_entry_than_was_sent_is_not_believed(
    quick: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Wallet.send

    def without_logs(self: Wallet, *args: Any, **options: Any) -> Any:
        return replace(send(self, *args, **options), logs=())

    monkeypatch.setattr(Wallet, "send", without_logs)
    with pytest.raises(UnavailableError, match="left another entry"):
        quick.anchor(quick.bundle())


# --- two at once


def test_t40_two_runs_at_once_make_one_entry_and_both_see_it(desk: Desk) -> None:
    opened = desk.bundle()
    made: list[Anchoring] = []

    def run() -> None:
        made.append(anchor(opened, desk.registry, desk.wallet, desk.world.source()))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.entry for each in made] == [made[0].entry] * 2
    assert desk.sequence() == 1


def test_t40_a_run_that_lost_the_race_finds_the_winners_entry(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = quick.bundle()
    overtake(monkeypatch)
    made = quick.anchor(opened)
    assert (made.entry.sequence, made.block) == (1, None)
    assert quick.sequence() == 1


def test_t40_a_run_that_lost_the_race_to_another_bundle_says_so(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = quick.bundle(), quick.bundle(sequence=2)
    winner = drafted(other, quick.registry, quick.address, quick.wallet, quick.world.source())
    overtake(monkeypatch, quick.registry.address, winner.data)
    with pytest.raises(PublishError, match="two bundles for one instant"):
        quick.anchor(mine)
    assert quick.sequence() == 1


# --- the registry's own refusals have names


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"commitments_root": bytes(32)}, "ZeroDigest"),
        ({"reserve_set_root": bytes(32)}, "ZeroDigest"),
        ({"supersedes": 9}, "NotNewest"),
        ({"instant": Instant(2**37)}, "InstantInFuture"),
        ({"instant": Instant(0)}, "InstantNotLater"),
    ],
)
def test_a_revert_is_told_by_name(quick: Desk, changes: dict[str, Any], name: str) -> None:
    opened = quick.bundle()
    entry = replace(anchor_of(opened.bundle, opened.digest, quick.world.id, 0), **changes)
    rows = [(total.asset, total.liabilities, total.reserves) for total in totals_of(opened.bundle)]
    data = encode_call(artifact(REGISTRY), "anchor", [anchor_values(entry), rows])
    for send in (quick.wallet.read, quick.wallet.send):
        with pytest.raises(PublishError, match=rf"{name}\("):
            send(quick.registry.address, data, contract=artifact(REGISTRY))


def test_the_bundle_on_the_disk_is_what_is_anchored(quick: Desk) -> None:
    opened = quick.bundle()
    assert json.loads((opened.directory / "bundle.json").read_text())["anchoredBy"] == str(
        quick.world.account(quick.name)
    )
    assert quick.anchor(opened).entry.anchor.bundle == opened.digest
