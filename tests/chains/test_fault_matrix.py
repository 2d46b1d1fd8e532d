"""T64: every fault against every question, alone and beside an honest node: an error, or the truth, never else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from eth_utils.crypto import keccak

from por.chains import evm_calls
from por.chains.evm import EvmSource
from por.chains.quorum import QuorumSource
from por.errors import DisagreementError, EvidenceError, SourceError
from por.model import AccountProof, BlockRef, Call, ChainId
from por.proofs.state.account import account_state, storage_value
from tests.chains.honest_chain import (
    ABSENT,
    MULTICALL_CODE,
    OTHER_HOLDER,
    POOR,
    RICH,
    SLOTS,
    TOKEN,
    TOPIC,
    HonestChain,
    balance_of,
)
from tests.chains.lying_calls import ACCESS_LIES, BELIEVED, CALL_LIES, CODE_LIES, UNHARMED
from tests.chains.lying_logs import LOG_LIES
from tests.chains.lying_server import FAULTS, LOG_FAULTS, QUICK, LyingServer, patience
from tests.chains.true_logs import true_logs

pytestmark = pytest.mark.thorough

CHAIN = HonestChain(multicall=True)
ONE = ChainId("eip155", "1")
BLOCK = BlockRef(5, CHAIN.hash(5))
REQUESTS = [(RICH, ()), (TOKEN, SLOTS), (ABSENT, ()), (POOR, ())]
# A single node that lies about everything, consistently, is believed: that is what a quorum is for.
BELIEVED_ALONE = {
    "another fork": {"header", "finalized"},
    "other hash on the second read": {"header", "finalized"},
    "log left out": {"logs"},
    "log of other data": {"logs"},
    # Asked by the first topic, what a log says in the others is the node's word.
    "log with another second topic": {"logs"},
    "log of one topic": {"logs"},
    # Nothing in what a call gives says which call it answers.
    "batch swapped results": {"calls"},
}
BELIEVED_ALONE |= {fault: {"calls", "packed"} for fault in BELIEVED}
HARMLESS = {
    *UNHARMED,
    "reset twice",
    "503 twice",
    "429 once",
    "truncated once",
    "bare keys",
    "lying words",
    "bare hash only",
    "batch in another order",
    "batch refused",
    "logs backwards",
    "logs of 2 blocks at most",
    "logs of 1 block at most",
    "2 logs at most",
    "400 for the logs of many blocks",
    "413 for the logs of many blocks",
}
ABOUT_STORAGE = {"storage proofs in another order", "storage nodes swapped"}
ABOUT_PROOFS = {
    "pruned",
    "not canonical",
    "block not found",
    "proof for another account",
    "relabelled proof",
    "zero balance proof",
    "proof of yesterday",
    "no nodes",
    "null nodes",
    "odd node",
    "huge node",
    "many nodes",
    "storage proof missing",
    "storage proof twice",
    *ABOUT_STORAGE,
}

TRUE_BALANCES = [CHAIN.balance(address, 5) for address, _ in REQUESTS]

PLAIN = [Call(TOKEN, balance_of(RICH)), Call(RICH, b"")]
PACKED = [Call(TOKEN, balance_of(holder)) for holder in (RICH, POOR, OTHER_HOLDER)] + [Call(TOKEN, b"\x01")]

Anyone = EvmSource | QuorumSource


@pytest.fixture(autouse=True)
def _known_multicall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evm_calls, "MULTICALL3_CODES", frozenset({keccak(MULTICALL_CODE)}))


def told(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except (SourceError, EvidenceError) as error:
        return type(error)


def balances(proofs: tuple[AccountProof, ...]) -> list[int]:
    """Compute what proofs imply; the source has not checked them, its callers do."""
    root = CHAIN.state_root(5)
    return [account_state(root, proof.address, proof.account_nodes).balance for proof in proofs]


def answers(source: Anyone) -> dict[str, object]:
    return {
        "header": told(lambda: source.header(5).ref),
        "finalized": told(source.finalized),
        "proofs": told(lambda: balances(source.account_proofs(BLOCK, REQUESTS))),
        "proof": told(lambda: balances((source.account_proof(BLOCK, RICH, SLOTS[:1]),))),
        "logs": told(lambda: source.logs(TOKEN, (TOPIC,), 2, 8)),
        "calls": told(lambda: source.calls(BLOCK, PLAIN)),
        "packed": told(lambda: source.calls(BLOCK, PACKED)),
    }


# A node may be behind: an earlier block of the chain is final too.
TRUTH: dict[str, list[object]] = {
    "header": [BLOCK],
    "finalized": [BlockRef(number, CHAIN.hash(number)) for number in range(7)],
    "proofs": [TRUE_BALANCES],
    "proof": [TRUE_BALANCES[:1]],
    "logs": [true_logs(CHAIN, 2, 8)],
    "calls": [tuple(CHAIN.call(call.to, call.data, 5) for call in PLAIN)],
    "packed": [tuple(CHAIN.call(call.to, call.data, 5) for call in PACKED)],
}


def wrong(asked: dict[str, object]) -> set[str]:
    return {name for name, answer in asked.items() if not isinstance(answer, type) and answer not in TRUTH[name]}


def errors(asked: dict[str, object]) -> set[str]:
    return {name for name, answer in asked.items() if isinstance(answer, type)}


@pytest.mark.parametrize("fault", [*FAULTS, *LOG_FAULTS, *CALL_LIES])
def test_t64_t55_no_fault_becomes_a_wrong_answer(fault: str) -> None:
    limits = patience(fault)
    with LyingServer(CHAIN, fault) as node:
        alone = answers(EvmSource(ONE, node.url, limits=limits))
    with LyingServer(CHAIN, fault) as liar, LyingServer(CHAIN) as honest:
        both = answers(QuorumSource([EvmSource(ONE, node.url, limits=limits) for node in (liar, honest)]))
    assert wrong(alone) <= BELIEVED_ALONE.get(fault, set())
    assert wrong(both) == set()
    if fault in HARMLESS:
        assert errors(alone) == errors(both) == set()
    elif fault not in ABOUT_STORAGE:
        # A fault that no question meets would make this matrix empty.
        assert errors(alone) | errors(both)
    if fault in LOG_LIES:
        assert errors(alone) | errors(both) <= {"logs"}
    if fault in CALL_LIES:
        assert errors(alone) | errors(both) <= {"calls", "packed"}


@pytest.mark.parametrize("fault", sorted(ABOUT_PROOFS))
def test_t55_a_lie_about_a_proof_is_an_error_of_source_or_evidence(fault: str) -> None:
    with LyingServer(CHAIN, fault) as node:
        source = EvmSource(ONE, node.url, limits=QUICK)
        answer = told(lambda: _storage_too(source.account_proof(BLOCK, TOKEN, SLOTS)))
    assert isinstance(answer, type)


def _storage_too(proof: AccountProof) -> list[int]:
    state = account_state(CHAIN.state_root(5), proof.address, proof.account_nodes)
    return [
        storage_value(state.storage_root, key, nodes) for key, nodes in zip(SLOTS, proof.storage_nodes, strict=True)
    ]


def test_t55_a_node_that_lies_consistently_is_believed_alone_and_caught_in_a_quorum() -> None:
    with LyingServer(CHAIN, "another fork") as liar, LyingServer(CHAIN) as honest:
        alone = EvmSource(ONE, liar.url, limits=QUICK)
        assert alone.header(5).ref != BLOCK
        both = QuorumSource([alone, EvmSource(ONE, honest.url, limits=QUICK)])
        with pytest.raises(DisagreementError, match="block 5 of eip155:1") as caught:
            both.header(5)
    assert liar.origin in str(caught.value)
    assert honest.origin in str(caught.value)
    assert BLOCK.hash.hex()[:16] in str(caught.value)


@pytest.mark.parametrize("fault", [*sorted({*FAULTS} - {"batch swapped results"}), *CODE_LIES, *ACCESS_LIES])
def test_t64_what_issuers_ask_is_an_error_or_the_truth_too(fault: str) -> None:
    with LyingServer(CHAIN, fault) as node:
        source = EvmSource(ONE, node.url, limits=patience(fault))
        codes = told(lambda: source.codes(BLOCK, [TOKEN, RICH]))
        access = told(lambda: source.access(BLOCK, PLAIN[0]))
        trial = told(lambda: source.trial(BLOCK, PLAIN[0], {TOKEN: {SLOTS[0]: bytes(32)}}))
    assert isinstance(codes, type) or codes == (CHAIN.code(TOKEN), b"")
    assert isinstance(access, type) or access == ((TOKEN, SLOTS[:2]),)
    assert isinstance(trial, type) or trial == CHAIN.call(TOKEN, balance_of(RICH), 5)
    assert isinstance(codes, type) or fault not in CODE_LIES
    assert isinstance(access, type) or fault not in ACCESS_LIES
