"""From a checkpoint through sync committees to an execution block: a chain of our own, and mainnet's."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from por.encoding import light_client_v1
from por.encoding.light_client_v1 import Bootstrap, CommitteeUpdate, LightClientDocument, Signed, SignedBlock
from por.errors import EvidenceError, FormatError
from por.model import BeaconChain, BlockRef, ChainId, Fork
from por.proofs.beacon.containers import COMMITTEE, read_header
from por.proofs.beacon.light_client import LightClientView, follow
from por.proofs.beacon.payload import execution_block
from por.proofs.beacon.ssz import hash_tree_root
from por.proofs.beacon.sync_committee import participation
from por.proofs.state.account import account_state, storage_value
from por.proofs.state.tokens import storage_keys
from tests.proofs.beacon import mainnet_beacon as mainnet
from tests.proofs.beacon import worlds
from tests.proofs.beacon.worlds import BEACON, bootstrap, update
from tests.proofs.state import mainnet as accounts

# Period 1 is Deneb's last, period 2 Electra's first.
START = 8192 + 320
HANDOVER = 8192 + 4096
LAST = 2 * 8192 + 640


def honest() -> list[LightClientDocument]:
    return [bootstrap(START), update(HANDOVER), worlds.block(LAST)]


def lead(documents: Sequence[LightClientDocument], beacon: BeaconChain = BEACON, start: int = START) -> LightClientView:
    return follow(beacon, worlds.root(bootstrap(start).header), documents)


def refused(documents: Sequence[LightClientDocument], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        lead(documents)


def test_a_final_block_two_committees_on() -> None:
    view = lead(honest())
    assert view == LightClientView(BlockRef(1000, b"\x22" * 32), worlds.GENESIS + 12 * LAST, LAST, True, 512)


def test_a_head_that_is_only_signed_is_not_final() -> None:
    assert not lead([bootstrap(START), worlds.block(START + 9, optimistic=True)]).finalized


def test_the_lowest_participation_counts() -> None:
    block = worlds.block(LAST, members=range(100, 500))
    assert lead([bootstrap(START), update(HANDOVER), block]).participation == 400


def test_t55_two_thirds_are_needed_and_are_enough() -> None:
    assert lead([bootstrap(START), worlds.block(START + 9, members=range(342))]).participation == 342
    refused([bootstrap(START), worlds.block(START + 9, members=range(341))], "341 of 512")


def test_t55_bits_without_their_signatures_do_not_count() -> None:
    block = worlds.block(START + 9, members=range(341))
    padded = replace(block, signed=replace(block.signed, participants=worlds.bits(range(400))))
    refused([bootstrap(START), padded], "not one of these members")


def test_t55_nobody_signs_by_the_infinite_point() -> None:
    infinity = b"\xc0" + bytes(47)
    keys = infinity * 512
    made = worlds.state({54: hash_tree_root(COMMITTEE, keys + infinity)})
    first = replace(bootstrap(START), committee=keys + infinity, header=worlds.header(START, made.root))
    first = replace(first, branch=made.branches[54])
    block = worlds.block(START + 9)
    forged = replace(block, signed=replace(block.signed, signature=b"\xc0" + bytes(95)))
    with pytest.raises(EvidenceError, match="point at infinity"):
        follow(BEACON, worlds.root(first.header), [first, forged])


def test_t55_another_committee_signed() -> None:
    refused([bootstrap(START), update(HANDOVER, next_period=9), worlds.block(LAST)], "not one of these members")


def test_t55_another_fork_or_genesis_is_signed() -> None:
    forks = (*BEACON.forks[:5], Fork(512, b"\x05\x00\x00\x08"), BEACON.forks[6])
    for other in (replace(BEACON, genesis_root=bytes(32)), replace(BEACON, forks=forks)):
        with pytest.raises(EvidenceError, match="not one of these members"):
            lead(honest(), other)


def test_the_fork_is_that_of_the_slot_before_the_signature() -> None:
    """The header of the last Deneb slot is signed in Electra's first, under Deneb's version."""
    assert lead([bootstrap(START), update(HANDOVER), worlds.block(2 * 8192 - 65, attested=2 * 8192 - 1)]).finalized


def test_t56_the_checkpoint_is_the_policys() -> None:
    with pytest.raises(EvidenceError, match="not the checkpoint's"):
        lead(honest(), start=START + 1)


def test_t56_a_period_may_not_be_skipped() -> None:
    refused([bootstrap(START), worlds.block(LAST)], "whose sync committee is not shown")
    refused([bootstrap(START), update(2 * 8192 + 99), worlds.block(3 * 8192 + 640)], "is not shown")


def test_t56_an_update_may_not_come_twice_or_late() -> None:
    refused([bootstrap(START), update(HANDOVER), update(HANDOVER), worlds.block(LAST)], "one of 2 comes next")


def test_t56_an_update_of_a_header_that_may_still_be_replaced_is_refused() -> None:
    refused([bootstrap(START), update(HANDOVER, final=8191), worlds.block(LAST)], "one of 1 comes next")


@pytest.mark.parametrize("order", [[], [0], [2], [0, 1], [1, 2], [2, 1, 0], [0, 2, 1], [0, 0, 2], [0, 2, 2], [1, 0, 2]])
def test_parts_in_another_order_are_refused(order: list[int]) -> None:
    documents = honest()
    refused([documents[i] for i in order], "light-client evidence is|stand updates only|is not shown")


def test_a_header_is_signed_after_its_slot() -> None:
    block = worlds.block(START + 9)
    for slot in (START, START + 73):
        early = replace(block, signed=replace(block.signed, slot=slot))
        refused([bootstrap(START), early], "signed at slot")


def test_a_final_header_is_not_later_than_the_one_that_calls_it_so() -> None:
    refused([bootstrap(START), worlds.block(START + 90, attested=START + 80)], "later than the one")


def test_another_chains_evidence_is_refused() -> None:
    documents = honest()
    documents[2] = replace(documents[2], chain=ChainId("eip155", "10"))
    refused(documents, "another chain")


def test_the_execution_header_is_of_its_slot() -> None:
    refused([bootstrap(START), worlds.block(START + 9, timestamp=worlds.GENESIS)], "not its slot's")


def test_rules_that_are_not_known_are_refused() -> None:
    version = BEACON.forks[5].version
    later = replace(BEACON, forks=(*BEACON.forks[:6], Fork(600, version), Fork(601, version)))
    early = replace(BEACON, forks=tuple(replace(fork, epoch=2**30) for fork in BEACON.forks[4:]))
    for beacon, words in ((later, "does not read"), (early, "before the first fork")):
        with pytest.raises(EvidenceError, match=words):
            lead([bootstrap(START), update(HANDOVER), worlds.block(2 * 8192 + 6400)], beacon)


Change = Callable[[Bootstrap, CommitteeUpdate, SignedBlock], list[LightClientDocument]]


def swapped(first: Bootstrap, update: CommitteeUpdate, block: SignedBlock) -> list[LightClientDocument]:
    return [first, replace(update, branch=update.finality.branch[:5]), block]


def longer(first: Bootstrap, update: CommitteeUpdate, block: SignedBlock) -> list[LightClientDocument]:
    return [replace(first, branch=(*first.branch, bytes(32))), update, block]


def shorter(first: Bootstrap, update: CommitteeUpdate, block: SignedBlock) -> list[LightClientDocument]:
    return [first, update, replace(block, branch=block.branch[:-1])]


def other_committee(first: Bootstrap, update: CommitteeUpdate, block: SignedBlock) -> list[LightClientDocument]:
    return [replace(first, committee=worlds.committee(5)), update, block]


def unfinal(first: Bootstrap, update: CommitteeUpdate, block: SignedBlock) -> list[LightClientDocument]:
    return [first, update, replace(block, finality=None)]


@pytest.mark.parametrize("change", [swapped, longer, shorter, other_committee, unfinal])
def test_t55_branches_of_other_places_or_lengths_are_refused(change: Change) -> None:
    with pytest.raises(EvidenceError):
        lead(change(bootstrap(START), update(HANDOVER), worlds.block(LAST)))


@pytest.mark.parametrize("document", [0, 1, 2])
def test_t55_no_flipped_bit_of_the_document_leads_to_another_block(document: int) -> None:
    good, rng = lead(honest()), random.Random(document)
    for _ in range(60):
        documents = honest()
        text = bytearray(light_client_v1.write(documents[document]))
        text[rng.randrange(len(text))] ^= 1 << rng.randrange(7)
        try:
            documents[document] = light_client_v1.read(bytes(text))
            assert lead(documents) == good
        except (EvidenceError, FormatError):
            continue


# --- mainnet


@pytest.fixture(scope="module")
def real(vectors: Path) -> list[LightClientDocument]:
    return [mainnet.bootstrap(vectors), mainnet.update(vectors), mainnet.head_block(vectors)]


def real_view(documents: list[LightClientDocument]) -> LightClientView:
    return follow(mainnet.beacon(), mainnet.CHECKPOINT, documents)


def test_t55_mainnet_from_the_checkpoint_to_a_balance(real: list[LightClientDocument], vectors: Path) -> None:
    block = real[2]
    assert isinstance(block, SignedBlock)
    assert read_header(block.signed.header).root == mainnet.BLOCK_ROOT
    view = real_view(real)
    assert view == LightClientView(BlockRef(mainnet.NUMBER, mainnet.HASH), 1_746_627_047, mainnet.SLOT, False, 505)
    header = execution_block(mainnet.data(vectors, "beacon_block_11650252.ssz"))
    assert header.ref == view.block
    token, _ = accounts.usdc(vectors)
    state = account_state(header.state_root, token.said["address"], token.nodes)
    key = storage_keys(accounts.USDC, accounts.HOLDER)[0]
    assert storage_value(state.storage_root, key, token.storage[key]) == 3_436_695_659_410_268


def test_mainnets_update_calls_a_block_final(real: list[LightClientDocument], vectors: Path) -> None:
    view = real_view([real[0], mainnet.final_block(vectors)])
    assert (view.finalized, view.slot, view.participation) == (True, 11_640_928, 511)
    assert view.block.number == 22_423_066


def test_t56_mainnets_next_committee_is_needed(real: list[LightClientDocument]) -> None:
    with pytest.raises(EvidenceError, match="whose sync committee is not shown"):
        real_view([real[0], real[2]])


def test_t55_mainnets_head_under_another_version_or_committee(real: list[LightClientDocument], vectors: Path) -> None:
    beacon = mainnet.beacon()
    without_electra = replace(beacon, forks=beacon.forks[:5])
    with pytest.raises(EvidenceError, match="not one of these members"):
        follow(without_electra, mainnet.CHECKPOINT, real)
    first, block = real[0], real[2]
    assert isinstance(first, Bootstrap)
    assert isinstance(block, SignedBlock)
    with pytest.raises(EvidenceError, match="not one of these members"):
        participation(beacon, first.committee, mainnet.BLOCK_ROOT, block.signed)


def test_the_documents_are_read_as_written_and_small(real: list[LightClientDocument], vectors: Path) -> None:
    for document in (*real, mainnet.final_block(vectors)):
        data = light_client_v1.write(document)
        assert light_client_v1.read(data) == document
        assert len(data) < light_client_v1.MAX_BYTES


def test_t55_flipped_bytes_of_mainnets_answers_never_give_another_block(
    real: list[LightClientDocument], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take every signature as good, to let thousands of changes reach what stands behind the signatures."""
    good, rng = real_view(real), random.Random(55)
    signed = {hashlib.sha256(document.signed.header).digest() for document in real[1:]}  # type: ignore[union-attr]

    def trusting(beacon: object, committee: bytes, root: bytes, said: Signed) -> int:
        if hashlib.sha256(said.header).digest() not in signed:
            raise EvidenceError("another header is signed")
        return 505

    monkeypatch.setattr("por.proofs.beacon.light_client.participation", trusting)
    texts = [light_client_v1.write(document) for document in real]
    spots = {"execution": 200, "branch": 300, "header": 120, "committee": 60}
    survived = 0
    for place, text in enumerate(texts):
        for name, tries in spots.items():
            start = text.find(f'"{name}":'.encode())
            for _ in range(tries if start >= 0 else 0):
                changed = bytearray(text)
                at = start + len(name) + 4 + rng.randrange(min(1200, len(text) - start - len(name) - 4))
                changed[at] = rng.choice(b"0123456789abcdef")
                documents = list(real)
                try:
                    documents[place] = light_client_v1.read(bytes(changed))
                    view = real_view(documents)
                except (EvidenceError, FormatError):
                    continue
                survived += 1
                assert replace(view, participation=good.participation) == good
    assert survived < 400


def test_t55_flipped_bytes_of_the_beacon_block_never_give_another_hash(vectors: Path) -> None:
    data, rng = mainnet.data(vectors, "beacon_block_11650252.ssz"), random.Random(56)
    for _ in range(60):
        changed = bytearray(data)
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            assert execution_block(bytes(changed)).hash == mainnet.HASH
        except EvidenceError:
            continue
