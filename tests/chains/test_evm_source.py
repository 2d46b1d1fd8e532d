"""One endpoint, asked with care."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from por.chains.evm import EvmSource
from por.chains.evm_answers import read_proof, read_quantity
from por.chains.unchanged import require_unchanged
from por.errors import DisagreementError, FormatError, IncapableError, SourceError, UnavailableError
from por.model import BlockRef, ChainId, Source
from por.proofs.state.account import account_state
from tests.chains.honest_chain import ABSENT, POOR, RICH, SLOTS, TOKEN, TOPIC, UNSET_SLOT, HonestChain
from tests.chains.lying_server import QUICK, LyingServer, refused_url

CHAIN = HonestChain()
ONE = ChainId("eip155", "1")
BLOCK = BlockRef(5, CHAIN.hash(5))


@pytest.fixture
def node() -> Iterator[LyingServer]:
    with LyingServer(CHAIN) as server:
        yield server


@pytest.fixture
def source(node: LyingServer) -> EvmSource:
    return EvmSource(ONE, node.url, limits=QUICK)


def test_it_is_a_source_named_by_its_origin(node: LyingServer, source: EvmSource) -> None:
    as_source: Source = source
    assert as_source.chain == ONE
    assert as_source.names == (node.origin,)


def test_nothing_is_sent_before_the_first_question(node: LyingServer, source: EvmSource) -> None:
    assert source.names
    assert node.posts == 0


def test_a_header_is_the_chains_own(source: EvmSource) -> None:
    header = source.header(5)
    assert header.ref == BLOCK
    assert header.rlp == CHAIN.headers[5]
    assert header.state_root == CHAIN.state_root(5)
    assert header.parent_hash == CHAIN.hash(4)
    assert header.timestamp == 1_793_000_000 + 60


def test_the_last_final_block_is_asked_for_once_and_kept(node: LyingServer, source: EvmSource) -> None:
    first = source.finalized()
    node.chain.final = 7
    try:
        assert source.finalized() == first == BlockRef(6, CHAIN.hash(6))
    finally:
        node.chain.final = 6
    assert node.asked == ["eth_chainId", "eth_getBlockByNumber"]


def test_t53_the_chain_id_is_compared_before_anything_else_and_once(node: LyingServer, source: EvmSource) -> None:
    source.header(1)
    source.header(2)
    assert node.asked == ["eth_chainId", "eth_getBlockByNumber", "eth_getBlockByNumber"]


def test_t53_a_node_of_another_chain_is_not_used(node: LyingServer) -> None:
    source = EvmSource(ChainId("eip155", "11155111"), node.url, limits=QUICK)
    for ask in (source.finalized, lambda: source.header(1), lambda: source.account_proof(BLOCK, RICH, [])):
        with pytest.raises(IncapableError, match="it serves eip155:1, not eip155:11155111"):
            ask()
    assert set(node.asked) == {"eth_chainId"}


def test_t53_a_node_that_names_another_chain_is_not_used(node: LyingServer, source: EvmSource) -> None:
    node.fault = "other chain id"
    with pytest.raises(IncapableError, match="eip155:5"):
        source.header(1)


def test_t53_a_pinned_genesis_is_compared(node: LyingServer) -> None:
    right = EvmSource(ONE, node.url, genesis=CHAIN.hash(0), limits=QUICK)
    assert right.header(5).ref == BLOCK
    wrong = EvmSource(ONE, node.url, genesis=bytes(32), limits=QUICK)
    with pytest.raises(IncapableError, match="genesis block is not the pinned one"):
        wrong.header(5)


def test_t53_a_copy_of_the_chain_with_the_same_id_is_seen_by_its_genesis() -> None:
    with LyingServer(HonestChain(salt=b"testnet")) as node:
        source = EvmSource(ONE, node.url, genesis=CHAIN.hash(0), limits=QUICK)
        with pytest.raises(IncapableError, match="genesis"):
            source.finalized()


@pytest.mark.parametrize("chain", ["bip122:000000000019d6689c085ae165831e93", "cosmos:hub"])
def test_t53_a_chain_of_another_kind_is_refused(chain: str) -> None:
    with pytest.raises(FormatError, match="not an EVM chain"):
        EvmSource(ChainId.parse(chain), "http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("missing block", UnavailableError, "it has no block 5"),
        ("unknown tag", UnavailableError, "does not know that block"),
        ("edited balance root", DisagreementError, "does not hash to the hash"),
        ("edited time", DisagreementError, "does not hash to the hash"),
        ("hash of another block", DisagreementError, "does not hash to the hash"),
        ("other block", UnavailableError, "asked for block 5, it answers 4"),
        ("unhashed member", SourceError, "block 5"),
        ("no state root", UnavailableError, "unusable answer"),
        ("empty object", UnavailableError, "unusable answer"),
        ("list result", UnavailableError, "unusable answer"),
        ("number result", UnavailableError, "unusable answer"),
        ("0x", UnavailableError, "unusable answer"),
        ("error with 200", UnavailableError, "internal error"),
        ("method missing", IncapableError, "another node"),
    ],
)
def test_t64_a_header_is_whole_and_hashes_right_or_is_refused(
    node: LyingServer, source: EvmSource, fault: str, kind: type[SourceError], words: str
) -> None:
    source.header(5)
    node.fault = fault
    with pytest.raises(kind, match=words) as caught:
        source.header(5)
    assert str(caught.value).startswith(node.origin)


def test_a_block_that_is_not_there_yet_is_named(source: EvmSource) -> None:
    with pytest.raises(UnavailableError, match="it has no block 10"):
        source.header(10)


def test_proofs_prove_what_the_chain_holds(source: EvmSource) -> None:
    for address in (RICH, POOR, TOKEN, ABSENT):
        proof = source.account_proof(BLOCK, address, [])
        assert proof.address == address
        assert proof.storage_nodes == ()
        state = account_state(CHAIN.state_root(5), address, proof.account_nodes)
        assert state.balance == CHAIN.balance(address, 5)
        assert state.exists is (address != ABSENT)


def test_storage_proofs_stand_in_the_order_of_the_keys(source: EvmSource) -> None:
    keys = [*SLOTS, UNSET_SLOT]
    forward = source.account_proof(BLOCK, TOKEN, keys)
    backward = source.account_proof(BLOCK, TOKEN, keys[::-1])
    assert len(forward.storage_nodes) == 5
    assert forward.storage_nodes == backward.storage_nodes[::-1]


def test_a_proof_is_asked_for_by_hash_and_of_a_canonical_block(node: LyingServer, source: EvmSource) -> None:
    source.account_proof(BLOCK, RICH, [])
    assert node.blocks == [{"blockHash": "0x" + BLOCK.hash.hex(), "requireCanonical": True}]


def test_a_node_that_knows_no_object_form_is_asked_by_bare_hash(node: LyingServer, source: EvmSource) -> None:
    node.fault = "bare hash only"
    proofs = [source.account_proof(BLOCK, RICH, []) for _ in range(2)]
    assert proofs[0] == proofs[1]
    assert [type(block) for block in node.blocks] == [dict, str, str]


def test_a_node_that_understands_neither_form_is_incapable(node: LyingServer, source: EvmSource) -> None:
    node.fault = "no form understood"
    with pytest.raises(IncapableError, match="does not understand"):
        source.account_proofs(BLOCK, [(RICH, []), (POOR, [])])
    assert [type(block) for block in node.blocks] == [dict, dict, dict, str]


def test_a_node_that_takes_no_batch_is_asked_one_by_one(node: LyingServer, source: EvmSource) -> None:
    requests = [(RICH, ()), (TOKEN, SLOTS), (POOR, ())]
    honest = source.account_proofs(BLOCK, requests)
    node.fault = "batch refused"
    assert source.account_proofs(BLOCK, requests) == honest
    assert all(isinstance(block, dict) for block in node.blocks)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("pruned", IncapableError, "archive node"),
        ("method missing", IncapableError, "another node"),
        ("not canonical", DisagreementError, "not on its canonical chain"),
        ("block not found", UnavailableError, "does not know that block"),
        ("proof for another account", UnavailableError, "another account"),
        ("null nodes", UnavailableError, "/accountProof: not a list"),
        ("odd node", UnavailableError, "/accountProof/0"),
        ("huge node", UnavailableError, "/accountProof/0"),
        ("many nodes", UnavailableError, "5000 items"),
        ("storage proof missing", UnavailableError, "3 storage proofs for 4 keys"),
        ("storage proof twice", UnavailableError, "5 items"),
        ("storage proofs in another order", UnavailableError, "another storage key"),
        ("empty object", UnavailableError, "unusable answer"),
        ("0x0", UnavailableError, "unusable answer"),
        ("null result", UnavailableError, "no result"),
        ("rate limit with 200", UnavailableError, "rate of requests"),
    ],
)
def test_t64_a_proof_is_of_what_was_asked_or_is_refused(
    node: LyingServer, source: EvmSource, fault: str, kind: type[SourceError], words: str
) -> None:
    source.header(5)
    node.fault = fault
    with pytest.raises(kind, match=words) as caught:
        source.account_proof(BLOCK, TOKEN, SLOTS)
    assert str(caught.value).startswith(node.origin)


@pytest.mark.parametrize("fault", ["bare keys", "lying words"])
def test_what_is_not_proven_is_not_read(node: LyingServer, source: EvmSource, fault: str) -> None:
    honest = source.account_proof(BLOCK, TOKEN, [SLOTS[0], UNSET_SLOT])
    node.fault = fault
    assert source.account_proof(BLOCK, TOKEN, [SLOTS[0], UNSET_SLOT]) == honest


def test_many_proofs_come_in_batches_with_progress(node: LyingServer) -> None:
    source = EvmSource(ONE, node.url, limits=QUICK, batch=3)
    requests = [(address, SLOTS if address == TOKEN else ()) for address in (RICH, TOKEN, ABSENT, POOR) * 2]
    seen: list[tuple[int, int]] = []
    proofs = source.account_proofs(BLOCK, requests, lambda done, wanted: seen.append((done, wanted)))
    assert [proof.address for proof in proofs] == [address for address, _ in requests]
    assert seen == [(3, 8), (6, 8), (8, 8)]
    assert node.posts == 4
    assert proofs[1] == source.account_proof(BLOCK, TOKEN, SLOTS)


def test_no_requests_are_no_proofs(node: LyingServer, source: EvmSource) -> None:
    assert source.account_proofs(BLOCK, []) == ()


def test_t64_results_swapped_inside_a_batch_are_seen(node: LyingServer, source: EvmSource) -> None:
    node.fault = "batch swapped results"
    with pytest.raises(UnavailableError, match="another account"):
        source.account_proofs(BLOCK, [(RICH, []), (POOR, []), (TOKEN, [])])


@pytest.mark.parametrize("address", ["", "vitalik.eth", RICH[2:], RICH.upper(), RICH[:-1], RICH + "00"])
def test_an_address_that_is_none_is_refused_before_anything_is_sent(
    node: LyingServer, source: EvmSource, address: str
) -> None:
    with pytest.raises(FormatError):
        source.account_proof(BLOCK, address, [])
    assert node.posts == 0


@pytest.mark.parametrize("key", [b"", b"\x01", bytes(31), bytes(33)])
def test_a_short_key_is_refused_before_anything_is_sent(node: LyingServer, source: EvmSource, key: bytes) -> None:
    with pytest.raises(FormatError, match="32 bytes"):
        source.account_proof(BLOCK, TOKEN, [SLOTS[0], key])
    assert node.posts == 0


def test_t56_an_unchanged_chain_is_unchanged(source: EvmSource) -> None:
    require_unchanged(source, [source.header(5).ref, source.finalized()])


def test_t56_another_hash_at_the_same_height_is_seen_at_the_end(node: LyingServer, source: EvmSource) -> None:
    node.fault = "other hash on the second read"
    first = source.header(5).ref
    with pytest.raises(DisagreementError, match=r"block 5 of eip155:1 was 0x.* and is 0x"):
        require_unchanged(source, [first])


def test_t56_a_block_that_went_away_is_seen_at_the_end(node: LyingServer, source: EvmSource) -> None:
    first = source.header(5).ref
    node.fault = "missing block"
    with pytest.raises(UnavailableError, match="it has no block 5"):
        require_unchanged(source, [first])


def test_t66_only_reading_methods_are_ever_sent(node: LyingServer, source: EvmSource) -> None:
    require_unchanged(source, [source.finalized()])
    source.account_proofs(BLOCK, [(RICH, []), (TOKEN, SLOTS)])
    source.logs(TOKEN, (TOPIC,), 0, 5)
    assert set(node.asked) == {"eth_chainId", "eth_getBlockByNumber", "eth_getLogs", "eth_getProof"}


def test_an_outage_is_named_and_does_not_last(node: LyingServer, source: EvmSource) -> None:
    node.fault = "503"
    with pytest.raises(UnavailableError, match="HTTP 503"):
        source.finalized()
    node.fault = None
    assert source.finalized().number == 6
    source.close()


def test_a_node_that_is_not_there() -> None:
    with pytest.raises(UnavailableError, match="connection refused"):
        EvmSource(ONE, refused_url(), limits=QUICK).finalized()


@pytest.mark.parametrize("value", ["0x0", "0x1", "0xaa36a7", "0x" + "f" * 64])
def test_a_quantity(value: str) -> None:
    assert read_quantity(value) == int(value, 16)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0x",
        "0x00",
        "0x01",
        "1",
        "-0x1",
        "0x-1",
        "0xAA",
        "0X1",
        " 0x1",
        "0x1\n",
        "0x1.0",
        "0x" + "f" * 65,
        1,
        None,
        True,
        [],
        {},
    ],
)
def test_t64_what_is_no_quantity_is_refused(value: object) -> None:
    with pytest.raises(FormatError):
        read_quantity(value)


def proof_answer(**changes: object) -> dict[str, Any]:
    return CHAIN.proof(TOKEN, ["0x" + SLOTS[0].hex()], 5) | changes


def entry(**changes: object) -> dict[str, Any]:
    whole: dict[str, Any] = proof_answer()["storageProof"][0]
    return whole | changes


def test_an_address_may_be_answered_in_any_case() -> None:
    assert read_proof(proof_answer(address="0x" + TOKEN[2:].upper()), TOKEN, SLOTS[:1]).address == TOKEN


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (None, ""),
        ([], ""),
        ({}, "/address"),
        (proof_answer(address=None), "/address"),
        (proof_answer(address=RICH), "/address"),
        (proof_answer(address=TOKEN + "00"), "/address"),
        (proof_answer(accountProof={}), "/accountProof"),
        (proof_answer(accountProof=[None]), "/accountProof/0"),
        (proof_answer(accountProof=["0x"]), "/accountProof/0"),
        (proof_answer(accountProof=["f8"]), "/accountProof/0"),
        (proof_answer(accountProof=["0xF8"]), "/accountProof/0"),
        (proof_answer(storageProof=None), "/storageProof"),
        (proof_answer(storageProof=[]), "/storageProof"),
        (proof_answer(storageProof=[None]), ""),
        (proof_answer(storageProof=[entry(key=None)]), "/storageProof/0/key"),
        (proof_answer(storageProof=[entry(key="0x")]), "/storageProof/0/key"),
        (proof_answer(storageProof=[entry(key="1111")]), "/storageProof/0/key"),
        (proof_answer(storageProof=[entry(key="0x" + "11" * 33)]), "/storageProof/0/key"),
        (proof_answer(storageProof=[entry(key="0x" + SLOTS[1].hex())]), "/storageProof/0/key"),
        (proof_answer(storageProof=[entry(proof=None)]), "/storageProof/0/proof"),
        (proof_answer(storageProof=[entry(proof=["0x8"])]), "/storageProof/0/proof/0"),
    ],
)
def test_t64_a_proof_answer_of_another_form_is_refused_with_its_place(answer: object, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_proof(answer, TOKEN, SLOTS[:1])
    assert caught.value.place == place
