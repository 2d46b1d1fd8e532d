"""The same source on a real node: its chain, its proofs, its errors in its own words."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import pytest
from eth_utils.crypto import keccak

from por.chains.embedded.token import TOKEN_BASE_SLOT, TOKEN_CODE_HASH, TOKEN_CREATION_CODE, mint_data
from por.chains.evm import EvmSource
from por.chains.quorum import QuorumSource
from por.chains.recording import RecordingSource, ReplaySource
from por.chains.unchanged import require_unchanged
from por.encoding import recording_v1
from por.errors import DisagreementError, IncapableError, SourceError, UnavailableError
from por.model import BlockRef, ChainId, Log
from por.proofs.state.account import account_state, storage_value
from tests.chains.lying_server import QUICK
from tests.components import rpc, running_anvil
from tests.contracts.anchors import Anchored, Entry, put
from tests.contracts.chain import Chain, anvil_chain

ANVIL = ChainId("eip155", "31337")
DEPLOYER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
HOLDER = "0x" + "a1" * 20
ABSENT = "0x" + "d4" * 20
ANCHORED: bytes = keccak(
    text="Anchored(address,uint64,bytes32,bytes32,(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64),"
    "(bytes32,uint128,uint128)[])"
)
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


class Registry:
    """The registry of anchored bundles, on the chain of a real node."""

    def __init__(self, url: str) -> None:
        self.chain: Chain = anvil_chain(url)
        self.contract = self.chain.deploy("ReserveRegistry")
        self.address: str = self.contract.address.lower()
        self._instants = itertools.count(self.chain.now - 1000)

    def anchor(self, sender: int = 0) -> Anchored:
        """Anchor the next entry, in a block of its own."""
        return put(self.chain, self.contract, Entry(next(self._instants)), sender=sender)

    @property
    def head(self) -> int:
        return int(self.chain.w3.eth.block_number)


@pytest.fixture
def registry(url: str) -> Registry:
    return Registry(url)


def topics(entry: Anchored) -> tuple[bytes, ...]:
    """Tell what the event of an entry is found by."""
    issuer = bytes(12) + bytes.fromhex(entry.issuer[2:])
    return ANCHORED, issuer, entry.sequence.to_bytes(32, "big"), entry.id


def anchored(source: EvmSource | QuorumSource | ReplaySource, registry: Registry, last: int) -> tuple[Log, ...]:
    return source.logs(registry.address, (ANCHORED,), 0, last)


def test_what_a_registry_logged_is_read(registry: Registry, source: EvmSource) -> None:
    entries = []
    for sender in (0, 1, 0):
        registry.chain.mine(3)
        entries.append(registry.anchor(sender))
    logs = anchored(source, registry, registry.head)
    assert [log.topics for log in logs] == [topics(entry) for entry in entries]
    assert [log.data[:32] for log in logs] == [entry.previous for entry in entries]
    assert [log.block for log in logs] == [source.header(log.block.number).ref for log in logs]
    assert {(log.address, log.index) for log in logs} == {(registry.address, 0)}


def test_several_logs_of_one_block_keep_their_order(url: str, registry: Registry, source: EvmSource) -> None:
    rpc(url, "evm_setAutomine", False)
    sent = [
        registry.contract.functions.anchor(Entry(registry.chain.now).values, [(ANCHORED, 1, 1)]).transact(
            {"from": registry.chain.accounts[sender], "gas": 3_000_000}
        )
        for sender in range(4)
    ]
    rpc(url, "evm_mine")
    logs = anchored(source, registry, registry.head)
    assert len(sent) == 4
    assert [(log.block.number, log.index) for log in logs] == [(registry.head, index) for index in range(4)]
    assert len({log.topics[1] for log in logs}) == 4


def test_other_topics_and_contracts_are_not_among_them(registry: Registry, source: EvmSource) -> None:
    other = registry.chain.deploy("ReserveRegistry")
    registry.anchor()
    head = registry.head
    assert len(anchored(source, registry, head)) == 1
    assert source.logs(other.address.lower(), (ANCHORED,), 0, head) == ()
    assert source.logs(registry.address, (bytes(32),), 0, head) == ()
    assert source.logs(registry.address, (ANCHORED,), 0, head - 1) == ()


@pytest.mark.parametrize("span", [1, 2, 3, 7, 1000])
def test_the_width_of_a_span_changes_nothing(url: str, registry: Registry, source: EvmSource, span: int) -> None:
    for _ in range(4):
        registry.anchor()
        registry.chain.mine(2)
    logs = anchored(source, registry, registry.head)
    assert len(logs) == 4
    assert anchored(EvmSource(ANVIL, url, span=span, batch=2), registry, registry.head) == logs


def test_t56_a_rewound_chain_has_the_logs_of_what_stands(registry: Registry, source: EvmSource) -> None:
    kept = registry.anchor()
    with registry.chain.rewound():
        lost = registry.anchor(sender=1)
        before, end = anchored(source, registry, registry.head), registry.head
        assert [log.topics for log in before] == [topics(kept), topics(lost)]
    with pytest.raises(UnavailableError, match=f"it has no block {end}"):
        anchored(source, registry, end)
    other = registry.anchor(sender=2)
    after = anchored(source, registry, end)
    assert [log.topics for log in after] == [topics(kept), topics(other)]
    assert (after[0], after[1].block.number) == (before[0], end)
    assert after[1].block != before[1].block


def test_t56_a_chain_rewound_between_a_log_and_its_block_is_seen(
    url: str, registry: Registry, source: EvmSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.anchor()
    head = registry.head
    _after_the_logs(monkeypatch, source, lambda: rpc(url, "anvil_reorg", 1, []))
    with pytest.raises(DisagreementError, match=f"a log of block {head} with hash 0x.*and has the block 0x"):
        anchored(source, registry, head)


def test_t56_a_chain_rewound_while_nothing_was_logged_is_seen(
    url: str, registry: Registry, source: EvmSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.chain.mine(4)
    head = registry.head
    _after_the_logs(monkeypatch, source, lambda: rpc(url, "anvil_reorg", 2, []))
    with pytest.raises(DisagreementError, match=f"block {head} of eip155:31337 was 0x.* and is 0x"):
        anchored(source, registry, head)


def _after_the_logs(monkeypatch: pytest.MonkeyPatch, source: EvmSource, happens: Callable[[], object]) -> None:
    node = source._node
    ask = node.ask

    def asked(method: str, *parameters: object) -> object:
        answer = ask(method, *parameters)
        if method == "eth_getLogs":
            happens()
        return answer

    monkeypatch.setattr(node, "ask", asked)


def test_t55_two_nodes_with_other_logs_disagree() -> None:
    with running_anvil() as one, running_anvil() as two:
        registries = [Registry(one), Registry(two)]
        registries[0].anchor()
        quorum = QuorumSource([EvmSource(ANVIL, url) for url in (one, two)])
        registries[1].chain.mine()
        with pytest.raises(DisagreementError, match=r"which differ from block 2 on: .* says 1 logs; .* says 0 logs"):
            anchored(quorum, registries[0], 2)


def test_recorded_logs_are_given_after_the_node_is_gone() -> None:
    with running_anvil() as url:
        registry = Registry(url)
        registry.anchor()
        recorder = RecordingSource(EvmSource(ANVIL, url))
        logs = recorder.logs(registry.address, (ANCHORED,), 0, registry.head)
        head = registry.head
    document = recording_v1.write(RecordingSource.joined([recorder]))
    again = ReplaySource(recording_v1.read(document).chains[0])
    assert anchored(again, registry, head) == logs
    assert len(logs) == 1
