"""Calls, access lists, codes and trials on a real node: with Multicall3 and without, then and now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.chains import evm_calls
from por.chains.evm import EvmSource
from por.chains.kept import KeptSource
from por.chains.quorum import QuorumSource
from por.chains.recording import RecordingSource, ReplaySource
from por.encoding import recording_v1
from por.errors import DisagreementError, SourceError
from por.model import BlockRef, Call, ChainId
from por.proofs.state.account import account_state, storage_value
from tests.chains.honest_chain import MULTICALL3, balance_of
from tests.components import rpc, running_anvil
from tests.contracts.chain import Chain, anvil_chain, artifact

ANVIL = ChainId("eip155", "31337")
HOLDERS = [f"0x{number:040x}" for number in range(0x1000, 0x1032)]
NOBODY = "0x" + "d4" * 20
AGGREGATOR: str = artifact("Aggregator")["deployedBytecode"]
# What stands at these addresses: it reverts, ends in an invalid opcode, never ends, wants a URL fetched (EIP-3668).
REVERTING, INVALID, ENDLESS, ASKING = ("0x" + f"{number:02x}" * 20 for number in (0xB1, 0xB2, 0xB3, 0xB4))
CODES = {
    REVERTING: "0x5f5ffd",
    INVALID: "0xfe",
    ENDLESS: "0x5b5f56",
    ASKING: "0x63556f18305f526004601cfd",
}


class Ledger:
    """A rebasing token on a chain of its own, with a holder of `n` shares for each `n` from 1."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.chain: Chain = anvil_chain(url)
        self.token: Any = self.chain.deploy("RebasingToken")
        self.address: str = self.token.address.lower()
        for shares, holder in enumerate(HOLDERS[:5], start=1):
            self.chain.send(self.token.functions.mint(self.chain.w3.to_checksum_address(holder), shares))
        for address, code in CODES.items():
            rpc(url, "anvil_setCode", address, code)
        rpc(url, "anvil_mine", "0x1")

    @property
    def calls(self) -> list[Call]:
        return [Call(self.address, balance_of(holder)) for holder in HOLDERS]

    def head(self) -> BlockRef:
        block = self.chain.w3.eth.get_block("latest")
        return BlockRef(block["number"], bytes(block["hash"]))


def worth(*balances: int) -> tuple[bytes, ...]:
    return tuple(balance.to_bytes(32, "big") for balance in (*balances, *[0] * (len(HOLDERS) - len(balances))))


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with running_anvil("--hardfork", "prague") as url:
        yield Ledger(url)


@pytest.fixture
def source(ledger: Ledger) -> EvmSource:
    return EvmSource(ANVIL, ledger.url)


@pytest.fixture
def _multicall(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an `aggregate3` of our own where Multicall3 stands elsewhere."""
    rpc(ledger.url, "anvil_setCode", MULTICALL3, AGGREGATOR)
    rpc(ledger.url, "anvil_mine", "0x1")
    monkeypatch.setattr(evm_calls, "MULTICALL3_CODES", frozenset({keccak(bytes.fromhex(AGGREGATOR[2:]))}))


def test_many_calls_without_multicall(ledger: Ledger, source: EvmSource) -> None:
    assert source.calls(ledger.head(), ledger.calls) == worth(1, 2, 3, 4, 5)


@pytest.mark.usefixtures("_multicall")
def test_many_calls_with_multicall_are_the_same(ledger: Ledger, source: EvmSource) -> None:
    mixed = [*ledger.calls, Call(ledger.address, b"\x01"), Call(NOBODY, b"\x01"), Call(REVERTING, b"")]
    assert source.calls(ledger.head(), mixed) == (*worth(1, 2, 3, 4, 5), None, b"", None)


@pytest.mark.usefixtures("_multicall")
def test_multicall_saves_requests(ledger: Ledger, source: EvmSource, monkeypatch: pytest.MonkeyPatch) -> None:
    posts: list[bytes] = []
    transport = source._node._transport
    post = transport.post

    def spy(body: bytes) -> bytes:
        posts.append(body)
        return post(body)

    monkeypatch.setattr(transport, "post", spy)
    source.calls(ledger.head(), ledger.calls)
    assert len(posts) == 3  # the chain's id, the code of Multicall3, all calls


@pytest.mark.usefixtures("_multicall")
def test_t55_another_code_at_its_address_is_not_called(
    ledger: Ledger, source: EvmSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that says 999 for everybody would be believed if it were."""
    monkeypatch.undo()
    assert source.calls(ledger.head(), ledger.calls) == worth(1, 2, 3, 4, 5)


def test_calls_of_a_past_block_give_what_was_then(ledger: Ledger, source: EvmSource) -> None:
    then = ledger.head()
    ledger.chain.send(ledger.token.functions.rebase(3 * 10**18))
    assert source.calls(then, ledger.calls) == worth(1, 2, 3, 4, 5)
    assert source.calls(ledger.head(), ledger.calls) == worth(3, 6, 9, 12, 15)
    start = source.header(0).ref
    assert source.calls(start, ledger.calls[:2]) == (b"", b"")
    assert source.codes(start, [ledger.address]) == (b"",)
    (code,) = source.codes(then, [ledger.address])
    assert "0x" + code.hex() == artifact("RebasingToken")["deployedBytecode"]


@pytest.mark.usefixtures("_multicall")
def test_calls_of_a_past_block_with_multicall(ledger: Ledger, source: EvmSource) -> None:
    then = ledger.head()
    ledger.chain.send(ledger.token.functions.rebase(3 * 10**18))
    assert source.calls(then, ledger.calls) == worth(1, 2, 3, 4, 5)
    assert source.calls(ledger.head(), ledger.calls) == worth(3, 6, 9, 12, 15)


def test_t64_a_revert_is_none_and_every_other_failure_is_an_error(ledger: Ledger, source: EvmSource) -> None:
    head = ledger.head()
    assert source.calls(head, [Call(REVERTING, b""), Call(ASKING, b"")]) == (None, None)
    assert source.calls(head, [Call(REVERTING, b"")]) == (None,)
    for failing in (INVALID, ENDLESS):
        for calls in ([Call(failing, b"")], [Call(REVERTING, b""), Call(failing, b"")]):
            with pytest.raises(SourceError):
                source.calls(head, calls)


@pytest.mark.usefixtures("_multicall")
@pytest.mark.parametrize("failing", [INVALID, ENDLESS])
def test_t64_what_fails_inside_multicall_is_no_revert_by_that(ledger: Ledger, source: EvmSource, failing: str) -> None:
    with pytest.raises(SourceError):
        source.calls(ledger.head(), [Call(failing, b""), Call(failing, b"\x01")])
    assert source.calls(ledger.head(), [Call(REVERTING, b""), Call(REVERTING, b"\x01")]) == (None, None)


def asks(source: EvmSource, block: BlockRef, call: Call) -> dict[str, Callable[[], object]]:
    return {
        "a call": lambda: source.calls(block, [call]),
        "calls": lambda: source.calls(block, [call, Call(call.to, balance_of(NOBODY))]),
        "codes": lambda: source.codes(block, [call.to]),
        "access": lambda: source.access(block, call),
        "trial": lambda: source.trial(block, call, {}),
    }


@pytest.mark.usefixtures("_multicall")
@pytest.mark.parametrize("question", ["a call", "calls", "codes", "access", "trial"])
def test_t56_a_block_that_was_reorganised_away_gives_an_error_and_no_value(
    ledger: Ledger, source: EvmSource, question: str
) -> None:
    rpc(ledger.url, "anvil_mine", "0x4")
    lost = source.header(ledger.head().number - 1).ref
    asks(source, lost, ledger.calls[0])[question]()
    rpc(ledger.url, "anvil_reorg", 3, [])
    with pytest.raises(SourceError):
        asks(source, lost, ledger.calls[0])[question]()
    with pytest.raises(SourceError):
        asks(EvmSource(ANVIL, ledger.url), lost, ledger.calls[0])[question]()


@pytest.mark.parametrize("question", ["a call", "calls", "codes", "access", "trial"])
def test_t56_a_block_that_never_was_gives_an_error_and_no_value(
    ledger: Ledger, source: EvmSource, question: str
) -> None:
    with pytest.raises(SourceError):
        asks(source, BlockRef(1, b"\x77" * 32), ledger.calls[0])[question]()


def test_what_a_call_reads_can_be_proven(ledger: Ledger, source: EvmSource) -> None:
    header = source.header(ledger.head().number)
    accesses = dict(source.access(header.ref, ledger.calls[1]))
    shares: bytes = keccak(ledger.calls[1].data[4:] + (1).to_bytes(32, "big"))
    assert set(accesses[ledger.address]) == {bytes(32), shares}
    proof = source.account_proof(header.ref, ledger.address, [shares])
    root = account_state(header.state_root, ledger.address, proof.account_nodes).storage_root
    assert storage_value(root, shares, proof.storage_nodes[0]) == 2


def test_a_trial_finds_the_slot_of_a_balance(ledger: Ledger, source: EvmSource) -> None:
    call = ledger.calls[0]
    marked = (0x7777).to_bytes(32, "big")
    tried = {
        slot: source.trial(
            ledger.head(), call, {ledger.address: {keccak(call.data[4:] + slot.to_bytes(32, "big")): marked}}
        )
        for slot in range(4)
    }
    assert [slot for slot, answer in tried.items() if answer == marked] == [1]
    assert source.calls(ledger.head(), [call]) == worth(1)[:1]


def test_a_trial_that_reverts_is_none(ledger: Ledger, source: EvmSource) -> None:
    assert source.trial(ledger.head(), Call(REVERTING, b""), {NOBODY: {bytes(32): bytes(32)}}) is None


def test_t55_a_node_that_says_more_beside_an_honest_one_is_caught(ledger: Ledger, source: EvmSource) -> None:
    class Generous(EvmSource):
        @property
        def names(self) -> tuple[str, ...]:
            return ("http://generous.example:1",)

        def calls(self, block: BlockRef, calls: Any) -> tuple[bytes | None, ...]:
            return tuple(b"\xff" * 32 for _ in super().calls(block, calls))

    quorum = QuorumSource([source, Generous(ANVIL, ledger.url)])
    with pytest.raises(DisagreementError, match=r"generous\.example:1 says 0xffff"):
        quorum.calls(ledger.head(), ledger.calls)


def test_recorded_calls_are_given_after_the_node_is_gone() -> None:
    with running_anvil("--hardfork", "prague") as url:
        ledger = Ledger(url)
        head, calls = ledger.head(), [*ledger.calls, Call(REVERTING, b"")]
        recorder = RecordingSource(EvmSource(ANVIL, url))
        given = recorder.calls(head, calls)
    document = recording_v1.write(RecordingSource.joined([recorder]))
    assert ReplaySource(recording_v1.read(document).chains[0]).calls(head, calls) == given
    assert given == (*worth(1, 2, 3, 4, 5), None)


def test_proofs_and_codes_are_given_after_the_node_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    requests = [(holder, ()) for holder in HOLDERS]
    with running_anvil("--hardfork", "prague") as url:
        ledger = Ledger(url)
        head, inner = ledger.head(), EvmSource(ANVIL, url)
        with KeptSource(inner, path) as source:
            proofs = source.account_proofs(head, [*requests, (ledger.address, (bytes(32),))])
            codes = source.codes(head, [ledger.address])
    with KeptSource(inner, path) as source:
        assert source.account_proofs(head, [*requests, (ledger.address, (bytes(32),))]) == proofs
        assert source.codes(head, [ledger.address]) == codes
        assert source.requests == 0
        with pytest.raises(SourceError):
            source.account_proof(head, NOBODY, [])
