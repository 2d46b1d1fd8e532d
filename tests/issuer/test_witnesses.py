"""Of the state, what a call needs is fetched and nothing else; what a node says of a call is but a hint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from por.chains.bulk import AccessList
from por.chains.evm import EvmSource
from por.encoding import evm_code_v1, evm_witness_v1
from por.encoding.media_types import EVM_CODE, EVM_WITNESS
from por.errors import EvidenceError, IncapableError, SourceError, UnavailableError
from por.issuer import witnesses as module
from por.issuer.witnesses import StateFetcher, fetch_witnesses, witness_documents
from por.model import (
    AccountProof,
    BlockRef,
    Call,
    ChainId,
    Header,
    Witness,
)
from por.proofs.state.call import proven_call
from por.proofs.state.proven_state import UnprovenStateError
from por.proofs.state.token_call import balance_call
from tests.components import rpc, running_anvil
from tests.contracts.chain import anvil_chain
from tests.issuer.token_scene import HOLDERS, RICH, TokenScene, open_scene, refusing

CHAIN = ChainId("eip155", "1")


@pytest.fixture(scope="module")
def opened() -> Iterator[TokenScene]:
    with open_scene() as scene:
        yield scene


@pytest.fixture
def scene(opened: TokenScene) -> Iterator[TokenScene]:
    opened.asked.clear()
    yield opened
    opened.distortion = None


class Hinting(EvmSource):
    """A node that says of every call that it reads this, or fails."""

    said: AccessList | SourceError = ()

    def access(self, block: BlockRef, call: Call) -> AccessList:
        if isinstance(self.said, SourceError):
            raise self.said
        return self.said


def hinting(scene: TokenScene, said: AccessList | SourceError) -> Hinting:
    source = Hinting(scene.chain.chain, scene.url)
    source.said = said
    return source


def told(scene: TokenScene, witnesses: Sequence[Witness], call: Call) -> int:
    output = proven_call(scene.chain.chain, scene.header, witnesses, call).output
    assert output is not None
    return int.from_bytes(output)


# --- what is fetched


def test_without_access_lists_what_is_missing_is_asked_for(scene: TokenScene) -> None:
    """The embedded chain serves none."""
    call = balance_call(scene.contracts["rebasing"], RICH)
    found = fetch_witnesses(scene.source, scene.header, [call])
    assert told(scene, found, call) == 300
    token = next(item for item in found if item.proof.address == call.to)
    assert len(token.keys) == 2
    assert token.code is not None


@pytest.mark.parametrize("error", [UnavailableError("it reverts"), IncapableError("not served")])
def test_a_hint_that_cannot_be_had_is_done_without(scene: TokenScene, error: SourceError) -> None:
    call = balance_call(scene.contracts["proxied"], RICH)
    source = hinting(scene, error)
    assert told(scene, fetch_witnesses(source, scene.header, [call]), call) == 100


def test_a_node_that_tells_nothing_is_asked_once(scene: TokenScene) -> None:
    token = scene.contracts["rebasing"]
    StateFetcher(scene.source, scene.header).expect(balance_call(token, holder) for holder in HOLDERS[:9])
    assert scene.asked["eth_createAccessList"] == 1


def test_a_hint_saves_questions_and_adds_no_evidence(scene: TokenScene) -> None:
    call = balance_call(scene.contracts["rebasing"], RICH)
    plain = fetch_witnesses(scene.source, scene.header, [call])
    rounds = scene.asked["eth_getProof"]
    scene.asked.clear()
    said = tuple((item.proof.address, item.keys) for item in plain)
    assert fetch_witnesses(hinting(scene, said), scene.header, [call]) == plain
    assert scene.asked["eth_getProof"] < rounds


def test_t65_a_false_hint_changes_nothing(scene: TokenScene) -> None:
    """Words and codes that no call reads stay out of the evidence; code that is not accepted could refuse it there."""
    call = balance_call(scene.contracts["rebasing"], RICH)
    plain = fetch_witnesses(scene.source, scene.header, [call])
    others = tuple((scene.contracts[name], (b"\x77" * 32, b"\x11" * 32)) for name in ("plain", "rebasing", "vault"))
    assert fetch_witnesses(hinting(scene, others), scene.header, [call]) == plain


def test_calls_one_after_another_are_witnessed_together(scene: TokenScene) -> None:
    calls = [balance_call(scene.contracts[name], holder) for name in ("rebasing", "vault") for holder in HOLDERS[:2]]
    found = fetch_witnesses(scene.source, scene.header, calls)
    assert [told(scene, found, call) for call in calls] == [300, 600, 100, 200]
    with pytest.raises(UnprovenStateError):
        told(scene, found, balance_call(scene.contracts["rebasing"], HOLDERS[2]))


def test_what_was_fetched_once_serves_again(scene: TokenScene) -> None:
    fetcher, chain, header = StateFetcher(scene.source, scene.header), scene.chain.chain, scene.header
    for holder in HOLDERS[:2]:
        call = balance_call(scene.contracts["rebasing"], holder)
        scene.asked.clear()
        settled = fetcher.settle(lambda seen, asked=call: proven_call(chain, header, seen, asked))  # type: ignore[misc]
        assert settled.value.output is not None
    assert (scene.asked["eth_getProof"], scene.asked["eth_getCode"]) == (1, 0)


# --- what cannot be had


def test_t64_code_that_is_not_the_proven_one_is_the_nodes_fault(scene: TokenScene) -> None:
    scene.distortion = lambda method, _, said: "0x60015ff3" if method == "eth_getCode" else said
    with pytest.raises(UnavailableError, match="not the one proven there"):
        fetch_witnesses(scene.source, scene.header, [balance_call(scene.contracts["rebasing"], RICH)])


@pytest.mark.parametrize("method", ["eth_getProof", "eth_getCode"])
def test_t64_a_node_that_does_not_serve_it_is_named(scene: TokenScene, method: str) -> None:
    scene.distortion = refusing(method)
    with pytest.raises(IncapableError, match=r"127\.0\.0\.1"):
        fetch_witnesses(scene.source, scene.header, [balance_call(scene.contracts["rebasing"], RICH)])


def test_t56_proofs_of_another_state_are_the_nodes_fault(scene: TokenScene) -> None:
    header = scene.header
    other = Header(header.number, header.hash, header.parent_hash, b"\x99" * 32, header.timestamp, header.rlp)
    with pytest.raises(UnavailableError, match="does not hold"):
        fetch_witnesses(scene.source, other, [balance_call(scene.contracts["rebasing"], RICH)])


def test_what_never_has_enough_ends(scene: TokenScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROUNDS", 12)
    keys = iter(range(10**6))

    def greedy(_: object) -> None:
        raise UnprovenStateError("more", ((scene.contracts["plain"], (next(keys).to_bytes(32, "big"),)),))

    with pytest.raises(IncapableError, match="after 12 rounds"):
        StateFetcher(scene.source, scene.header).settle(greedy)
    assert next(keys) == 12


def test_other_errors_end_it_at_once(scene: TokenScene) -> None:
    def broken(_: object) -> None:
        raise EvidenceError("it does not run")

    fetcher = StateFetcher(scene.source, scene.header)
    scene.asked.clear()
    with pytest.raises(EvidenceError, match="does not run"):
        fetcher.settle(broken)
    assert not scene.asked


# --- documents

HEADER = Header(7, b"\x0b" * 32, bytes(32), bytes(32), 1, b"\xc0")


def made_up(address: int, slots: int, size: int, code: bytes | None = None) -> Witness:
    keys = tuple((address * 1000 + slot).to_bytes(32, "big") for slot in range(slots))
    nodes = tuple((bytes([slot % 256]) * size,) * 3 for slot in range(slots))
    return Witness(AccountProof(f"0x{address:040x}", (bytes(size),) * 4, nodes), keys, code)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 120), st.sampled_from([1, 40, 532, 1024])), min_size=1, max_size=90),
    st.randoms(use_true_random=False),
)
def test_documents_hold_all_of_it_within_their_bounds(shape: list[tuple[int, int]], random: Any) -> None:
    witnesses = [made_up(number, *each, bytes([number % 7]) * 9) for number, each in enumerate(shape, 1)]
    random.shuffle(witnesses)
    documents = list(witness_documents(CHAIN, HEADER, witnesses))
    slots: dict[str, dict[bytes, tuple[bytes, ...]]] = {}
    for document in (data for data, kind in documents if kind == EVM_WITNESS):
        assert len(document) <= evm_witness_v1.MAX_BYTES
        for each in evm_witness_v1.read(document).accounts:
            held = slots.setdefault(each.proof.address, {})
            assert not held.keys() & set(each.keys)
            held.update(zip(each.keys, each.proof.storage_nodes, strict=True))
    assert slots == {
        each.proof.address: dict(zip(each.keys, each.proof.storage_nodes, strict=True)) for each in witnesses
    }
    codes = [evm_code_v1.read(data) for data, kind in documents if kind == EVM_CODE]
    assert len(codes) == len(set(codes))
    assert set(codes) == {each.code for each in witnesses}


def test_small_ones_share_a_document() -> None:
    documents = list(witness_documents(CHAIN, HEADER, [made_up(number, 3, 40) for number in range(1, 21)]))
    assert [kind for _, kind in documents] == [EVM_WITNESS]
    assert list(witness_documents(CHAIN, HEADER, [])) == []


# --- a real node, whose access lists are taken


def test_a_real_nodes_access_lists_lead_to_the_same_evidence() -> None:
    with running_anvil("--hardfork", "prague") as url:
        chain = anvil_chain(url)
        token = chain.deploy("RebasingToken")
        chain.send(token.functions.mint(chain.w3.to_checksum_address(RICH), 7))
        rpc(url, "anvil_mine", "0x1")
        source = EvmSource(ChainId("eip155", "31337"), url)
        header = source.header(chain.w3.eth.block_number)
        call = balance_call(token.address.lower(), RICH)
        found = fetch_witnesses(source, header, [call])
        blind = Hinting(source.chain, url)
        blind.said = IncapableError("not served")
        assert fetch_witnesses(blind, header, [call]) == found
        assert proven_call(source.chain, header, found, call).output == (7).to_bytes(32, "big")
