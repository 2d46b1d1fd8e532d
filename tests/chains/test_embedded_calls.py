"""What the embedded chain gives on calls, codes and trials, at the head and before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import RefusedQuestionError
from por.chains.embedded.token import TOKEN_CREATION_CODE, mint_data
from por.chains.evm import EvmSource
from por.errors import IncapableError, SourceError
from por.model import BlockRef, Call, Instant
from tests.chains.honest_chain import balance_of
from tests.contracts.chain import artifact

GENESIS = Instant.parse("2026-11-01T00:00:00Z")
HOLDERS = [f"0x{number:040x}" for number in range(1, 31)]
REVERTING = bytes.fromhex("625f5ffd5f526003601df3")
INVALID = bytes.fromhex("60fe5f526001601ff3")


@pytest.fixture(scope="module")
def chain() -> EmbeddedChain:
    return EmbeddedChain(GENESIS)


@pytest.fixture(scope="module")
def contracts(chain: EmbeddedChain) -> dict[str, str]:
    """Block 1: the contracts. Block 2: shares for the first holder. Block 3: each share is worth three."""
    made = {
        "rebasing": chain.deploy(bytes.fromhex(artifact("RebasingToken")["bytecode"][2:])),
        "token": chain.deploy(TOKEN_CREATION_CODE),
        "reverting": chain.deploy(REVERTING),
        "invalid": chain.deploy(INVALID),
    }
    chain.mine()
    chain.send(made["rebasing"], _minted(HOLDERS[0], 7))
    chain.send(made["token"], mint_data(HOLDERS[0], 700))
    chain.mine()
    chain.send(made["rebasing"], keccak(b"rebase(uint256)")[:4] + (3 * 10**18).to_bytes(32, "big"))
    chain.mine()
    return made


@pytest.fixture
def source(chain: EmbeddedChain) -> Iterator[EvmSource]:
    with chain.serve() as url:
        served = EvmSource(chain.chain, url)
        yield served
        served.close()


def _minted(holder: str, amount: int) -> bytes:
    selector: bytes = keccak(b"mint(address,uint256)")[:4]
    return selector + bytes(12) + bytes.fromhex(holder[2:]) + amount.to_bytes(32, "big")


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(("number", "given"), [(0, b""), (1, word(0)), (2, word(7)), (3, word(21))])
def test_calls_of_every_block_give_what_was_then(
    contracts: dict[str, str], source: EvmSource, number: int, given: bytes
) -> None:
    block = source.header(number).ref
    assert source.calls(block, [Call(contracts["rebasing"], balance_of(HOLDERS[0]))]) == (given,)


def test_many_calls_come_in_batches(contracts: dict[str, str], source: EvmSource) -> None:
    block = source.header(3).ref
    calls = [Call(contracts["rebasing"], balance_of(holder)) for holder in HOLDERS]
    assert source.calls(block, calls) == (word(21), *[word(0)] * 29)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_t64_a_revert_is_none_and_another_failure_an_error(
    contracts: dict[str, str], source: EvmSource, number: int
) -> None:
    block = source.header(number).ref
    assert source.calls(block, [Call(contracts["reverting"], b"")]) == (None,)
    with pytest.raises(SourceError):
        source.calls(block, [Call(contracts["invalid"], b"")])


def test_codes_of_past_blocks(contracts: dict[str, str], source: EvmSource) -> None:
    addresses = [contracts["reverting"], contracts["invalid"], HOLDERS[0]]
    assert source.codes(source.header(0).ref, addresses) == (b"", b"", b"")
    assert source.codes(source.header(1).ref, addresses) == (bytes.fromhex("5f5ffd"), b"\xfe", b"")


def test_a_trial_overrides_words_at_any_block_and_leaves_no_trace(contracts: dict[str, str], source: EvmSource) -> None:
    call = Call(contracts["rebasing"], balance_of(HOLDERS[3]))
    slot: bytes = keccak(call.data[4:] + word(1))
    for number, given in ((2, 5), (3, 15)):
        block = source.header(number).ref
        assert source.trial(block, call, {contracts["rebasing"]: {slot: word(5)}}) == word(given)
        assert source.trial(block, call, {contracts["rebasing"]: {slot: word(5), word(0): word(10**18)}}) == word(5)
        assert source.trial(block, call, {HOLDERS[0]: {slot: word(5)}}) == word(0)
        assert source.calls(block, [call]) == (word(0),)


def test_it_does_not_say_what_a_call_reads(contracts: dict[str, str], source: EvmSource) -> None:
    with pytest.raises(IncapableError, match="ask another node"):
        source.access(source.header(3).ref, Call(contracts["rebasing"], balance_of(HOLDERS[0])))


def test_storage_of_contracts_is_proven_by_key(contracts: dict[str, str], source: EvmSource) -> None:
    proof = source.account_proof(source.header(3).ref, contracts["rebasing"], [word(0), word(99)])
    assert len(proof.storage_nodes) == 2
    assert proof.storage_nodes[0]


def test_t56_a_block_that_was_abandoned_gives_no_call() -> None:
    chain = EmbeddedChain(GENESIS)
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    lost = chain.mine()
    with chain.serve() as url:
        source = EvmSource(chain.chain, url)
        chain.rewind(1)
        chain.mine()
        for ask in (
            lambda: source.calls(lost, [Call(token, b"")]),
            lambda: source.calls(BlockRef(1, bytes(32)), [Call(token, b"")]),
            lambda: source.codes(lost, [token]),
            lambda: source.trial(lost, Call(token, b""), {}),
        ):
            with pytest.raises(SourceError):
                ask()


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        7,
        {HOLDERS[0]: {}},
        {HOLDERS[0]: None},
        {HOLDERS[0]: {"balance": "0x1"}},
        {HOLDERS[0]: {"state": {}}},
        {HOLDERS[0]: {"code": "0x", "nonce": "0x1"}},
        {HOLDERS[0]: {"code": "00"}},
        {HOLDERS[0]: {"stateDiff": []}},
        {HOLDERS[0]: {"stateDiff": {"0x1": "0x" + "00" * 32}}},
        {HOLDERS[0]: {"stateDiff": {"0x" + "00" * 32: "0x1"}}},
        {HOLDERS[0]: {"stateDiff": {"0x" + "00" * 32: 1}}},
        {"0x01": {"code": "0x"}},
    ],
)
def test_another_override_is_refused(chain: EmbeddedChain, overrides: Any) -> None:
    with pytest.raises(RefusedQuestionError, match="invalid params"):
        chain.answer("eth_call", [{"to": HOLDERS[0], "data": "0x"}, "latest", overrides])
