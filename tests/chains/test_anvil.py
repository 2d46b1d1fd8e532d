"""The same source on a real node: its chain, its proofs, its errors in its own words."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from eth_utils.crypto import keccak

from por.chains.embedded_token import TOKEN_BASE_SLOT, TOKEN_CODE_HASH, TOKEN_CREATION_CODE, mint_data
from por.chains.evm import EvmSource
from por.chains.quorum import QuorumSource
from por.chains.recording import RecordingSource, ReplaySource
from por.chains.unchanged import require_unchanged
from por.errors import DisagreementError, IncapableError, SourceError, UnavailableError
from por.model import BlockRef, ChainId
from por.proofs.state.account import account_state, storage_value
from tests.chains.lying_server import QUICK
from tests.components import rpc, running_anvil

ANVIL = ChainId("eip155", "31337")
DEPLOYER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
HOLDER = "0x" + "a1" * 20
ABSENT = "0x" + "d4" * 20
KEY: bytes = keccak(bytes(12) + bytes.fromhex(HOLDER[2:]) + TOKEN_BASE_SLOT.to_bytes(32, "big"))


@pytest.fixture
def url() -> Iterator[str]:
    with running_anvil("--hardfork", "prague") as address:
        yield address


@pytest.fixture
def source(url: str) -> EvmSource:
    return EvmSource(ANVIL, url)


def send(url: str, **transaction: str) -> str:
    """Send from a funded account, in a block of its own; return the created contract or nothing."""
    sent = rpc(url, "eth_sendTransaction", {"from": DEPLOYER, **transaction})
    for _ in range(500):
        receipt = rpc(url, "eth_getTransactionReceipt", sent)
        if receipt is not None:
            return str(receipt["contractAddress"] or "")
        time.sleep(0.01)
    raise TimeoutError(sent)


def test_headers_hash_to_what_the_node_names(url: str, source: EvmSource) -> None:
    rpc(url, "anvil_mine", "0x5")
    headers = [source.header(number) for number in range(6)]
    assert [header.parent_hash for header in headers[1:]] == [header.hash for header in headers[:-1]]
    assert "0x" + headers[5].hash.hex() == rpc(url, "eth_getBlockByNumber", "latest", False)["hash"]


def test_the_finalized_block_lags_and_is_resolved_once(url: str, source: EvmSource) -> None:
    rpc(url, "anvil_mine", "0x64")
    first = source.finalized()
    assert first.number < 100
    rpc(url, "anvil_mine", "0x64")
    assert source.finalized() == first
    assert EvmSource(ANVIL, url).finalized().number > first.number


def test_coins_and_tokens_of_a_past_block_are_proven(url: str, source: EvmSource) -> None:
    token = send(url, data="0x" + TOKEN_CREATION_CODE.hex())
    send(url, to=HOLDER, value="0xde0b6b3a7640000")
    send(url, to=token, data="0x" + mint_data(HOLDER, 700).hex())
    then = source.header(3)
    send(url, to=HOLDER, value="0x1")
    send(url, to=token, data="0x" + mint_data(HOLDER, 1).hex())

    coins, tokens, absent = source.account_proofs(then.ref, [(HOLDER, []), (token, [KEY]), (ABSENT, [KEY])])
    assert account_state(then.state_root, HOLDER, coins.account_nodes).balance == 10**18
    state = account_state(then.state_root, token, tokens.account_nodes)
    assert state.code_hash == TOKEN_CODE_HASH
    assert storage_value(state.storage_root, KEY, tokens.storage_nodes[0]) == 700
    assert not account_state(then.state_root, ABSENT, absent.account_nodes).exists
    assert coins == source.account_proof(then.ref, HOLDER, [])


def test_t56_a_reorganisation_is_seen_at_the_end(url: str, source: EvmSource) -> None:
    rpc(url, "anvil_mine", "0x8")
    kept, lost = source.header(2).ref, source.header(7).ref
    rpc(url, "anvil_reorg", 3, [])
    require_unchanged(source, [kept])
    with pytest.raises(DisagreementError, match="block 7 of eip155:31337"):
        require_unchanged(source, [kept, lost])


def test_t56_a_reorganised_block_gives_no_proof(url: str, source: EvmSource) -> None:
    rpc(url, "anvil_mine", "0x8")
    lost = source.header(7).ref
    rpc(url, "anvil_reorg", 3, [])
    with pytest.raises(SourceError):
        source.account_proof(lost, HOLDER, [])


def test_a_block_the_node_does_not_have_is_named(url: str, source: EvmSource) -> None:
    rpc(url, "anvil_mine", "0x2")
    with pytest.raises(UnavailableError, match="it has no block 9"):
        source.header(9)
    with pytest.raises(UnavailableError, match="does not know that block"):
        source.account_proof(BlockRef(9, b"\x09" * 32), HOLDER, [])


def test_t53_it_is_not_taken_for_another_chain(url: str) -> None:
    with pytest.raises(IncapableError, match="it serves eip155:31337, not eip155:1"):
        EvmSource(ChainId("eip155", "1"), url).finalized()


def test_t53_its_genesis_can_be_pinned(url: str, source: EvmSource) -> None:
    genesis = source.header(0).hash
    assert EvmSource(ANVIL, url, genesis=genesis).header(0).hash == genesis
    with pytest.raises(IncapableError, match="genesis"):
        EvmSource(ANVIL, url, genesis=bytes(32)).header(0)


def test_t55_two_nodes_with_other_blocks_disagree() -> None:
    with running_anvil("--timestamp", "1800000000") as one, running_anvil("--timestamp", "1800000000") as two:
        for node in (one, two):
            rpc(node, "evm_mine", {"timestamp": 1_800_000_100})
        quorum = QuorumSource([EvmSource(ANVIL, one), EvmSource(ANVIL, two)])
        assert quorum.header(1).number == 1
        rpc(one, "evm_mine", {"timestamp": 1_800_000_200})
        rpc(two, "evm_mine", {"timestamp": 1_800_000_201})
        with pytest.raises(DisagreementError, match="block 2 of eip155:31337"):
            quorum.header(2)


def test_a_run_is_recorded_and_repeated_after_the_node_is_gone() -> None:
    with running_anvil() as url:
        rpc(url, "anvil_mine", "0x4")
        recorder = RecordingSource(EvmSource(ANVIL, url))
        header = recorder.header(3)
        proof = recorder.account_proof(header.ref, DEPLOYER, [])
        final = recorder.finalized()
    with pytest.raises(UnavailableError):
        EvmSource(ANVIL, url, limits=QUICK).finalized()
    again = ReplaySource(recorder.recording())
    assert (again.header(3), again.account_proof(header.ref, DEPLOYER, []), again.finalized()) == (header, proof, final)


def test_a_node_killed_in_mid_run_is_named() -> None:
    with running_anvil() as url:
        source = EvmSource(ANVIL, url, limits=QUICK)
        known = source.header(0).ref
    with pytest.raises(UnavailableError, match=r"connection (refused|reset)|broke"):
        require_unchanged(source, [known])
