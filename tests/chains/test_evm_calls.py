"""What calls give, what they read, and codes: by the block's hash, and never a value in place of an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_utils.crypto import keccak

from por.chains import evm_calls
from por.chains.evm import EvmSource
from por.chains.rpc_errors import TooMuchAskedError
from por.errors import DisagreementError, FormatError, IncapableError, SourceError, UnavailableError
from por.model import BlockRef, Call, ChainId
from tests.chains.honest_chain import (
    CODE,
    MULTICALL3,
    MULTICALL_CODE,
    OTHER_HOLDER,
    POOR,
    RICH,
    SLOTS,
    TOKEN,
    HonestChain,
    balance_of,
)
from tests.chains.lying_calls import CALL_LIES
from tests.chains.lying_server import QUICK, LyingServer

ONE = ChainId("eip155", "1")
CHAIN = HonestChain()
PACKING = HonestChain(multicall=True)
BLOCK = BlockRef(5, CHAIN.hash(5))
HOLDERS = [f"0x{number:040x}" for number in range(1, 51)]
CALLS = [Call(TOKEN, balance_of(holder)) for holder in HOLDERS]
BALANCES = tuple((1000 * number + 5).to_bytes(32, "big") for number in range(1, 51))
BY_HASH = {"blockHash": "0x" + BLOCK.hash.hex(), "requireCanonical": True}


@pytest.fixture(autouse=True)
def _known_multicall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evm_calls, "MULTICALL3_CODES", frozenset({keccak(MULTICALL_CODE)}))


@pytest.fixture
def node() -> Iterator[LyingServer]:
    with LyingServer(CHAIN) as server:
        yield server


@pytest.fixture
def source(node: LyingServer) -> EvmSource:
    return EvmSource(ONE, node.url, limits=QUICK)


@pytest.fixture
def packing() -> Iterator[LyingServer]:
    with LyingServer(PACKING) as server:
        yield server


def test_a_call_gives_what_the_contract_returns(node: LyingServer, source: EvmSource) -> None:
    assert source.calls(BLOCK, CALLS[:1]) == BALANCES[:1]
    assert node.blocks == [BY_HASH]
    assert node.asked == ["eth_chainId", "eth_call"]


def test_calls_stand_in_the_order_of_the_questions(source: EvmSource) -> None:
    assert source.calls(BLOCK, CALLS[::-1]) == BALANCES[::-1]
    assert source.calls(BLOCK, [CALLS[3], CALLS[1], CALLS[3]]) == (BALANCES[3], BALANCES[1], BALANCES[3])


def test_no_calls_are_no_questions(node: LyingServer, source: EvmSource) -> None:
    assert source.calls(BLOCK, []) == ()
    assert source.codes(BLOCK, []) == ()
    assert "eth_call" not in node.asked


def test_t64_a_revert_is_none_and_no_code_is_no_bytes(source: EvmSource) -> None:
    assert source.calls(BLOCK, [Call(TOKEN, b""), Call(RICH, balance_of(RICH)), CALLS[0]]) == (None, b"", BALANCES[0])


def test_t64_a_revert_alone_is_none_and_none_is_not_zero(source: EvmSource) -> None:
    (answer,) = source.calls(BLOCK, [Call(TOKEN, b"")])
    assert answer is None


def test_many_calls_come_in_batches_where_there_is_no_multicall(node: LyingServer, source: EvmSource) -> None:
    assert source.calls(BLOCK, CALLS) == BALANCES
    assert node.sizes == [1, 1, 20, 20, 10]
    assert all(block == BY_HASH for block in node.blocks)


def test_many_calls_of_one_contract_are_one_where_there_is_multicall(packing: LyingServer) -> None:
    source = EvmSource(ONE, packing.url, limits=QUICK)
    block = BlockRef(5, PACKING.hash(5))
    assert source.calls(block, CALLS) == BALANCES
    assert packing.sizes == [1, 1, 1]
    assert packing.asked == ["eth_chainId", "eth_getCode", "eth_call"]
    assert source.calls(block, CALLS[::-1]) == BALANCES[::-1]
    assert packing.asked[3:] == ["eth_call"]


def test_whether_there_is_multicall_is_asked_at_each_block(packing: LyingServer) -> None:
    source = EvmSource(ONE, packing.url, limits=QUICK)
    for number in (5, 4):
        source.calls(BlockRef(number, PACKING.hash(number)), CALLS)
    assert packing.asked.count("eth_getCode") == 2


def test_t55_no_contract_is_called_beside_another(packing: LyingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one writes, the others would read: `aggregate3` calls, and does not look."""
    together: list[set[str]] = []
    unpacked = PACKING.unpacked

    def spy(data: str) -> list[tuple[str, bool, bytes]]:
        calls = unpacked(data)
        together.append({to for to, _, _ in calls})
        return calls

    monkeypatch.setattr(PACKING, "unpacked", spy)
    calls = [Call(to, balance_of(holder)) for holder in HOLDERS for to in (TOKEN, RICH, POOR)]
    told = EvmSource(ONE, packing.url, limits=QUICK).calls(BLOCK, calls)
    assert together == [{RICH}, {POOR}, {TOKEN}]
    assert told == tuple(answer for balance in BALANCES for answer in (balance, b"", b""))


def test_what_fails_beside_others_is_called_by_itself(packing: LyingServer) -> None:
    source = EvmSource(ONE, packing.url, limits=QUICK)
    calls = [CALLS[0], Call(TOKEN, b""), CALLS[1], Call(TOKEN, b"\x01")]
    assert source.calls(BLOCK, calls) == (BALANCES[0], None, BALANCES[1], None)
    assert packing.sizes == [1, 1, 1, 2]


def test_many_more_calls_than_one_contract_takes_are_split(packing: LyingServer) -> None:
    holders = [f"0x{number % 256:02x}{number:038x}" for number in range(250)]
    told = EvmSource(ONE, packing.url, limits=QUICK).calls(
        BlockRef(5, PACKING.hash(5)), [Call(TOKEN, balance_of(holder)) for holder in holders]
    )
    assert told == tuple((1000 * (number % 256) + 5).to_bytes(32, "big") for number in range(250))
    assert packing.sizes == [1, 1, 3]


@pytest.mark.parametrize("fault", ["packed runs out of gas", "packed reverts", "other multicall", "no multicall"])
def test_where_many_at_once_do_not_work_each_is_called(packing: LyingServer, fault: str) -> None:
    packing.fault = fault
    assert EvmSource(ONE, packing.url, limits=QUICK).calls(BLOCK, CALLS) == BALANCES


def test_a_node_that_knows_no_object_form_is_asked_for_calls_by_bare_hash(node: LyingServer, source: EvmSource) -> None:
    node.fault = "calls by bare hash only"
    assert source.calls(BLOCK, CALLS) == BALANCES
    kinds = [type(block) for block in node.blocks[1:]]
    assert kinds == [dict] * 20 + [dict, str] + [str] * 50
    assert source.calls(BLOCK, CALLS[:1]) == BALANCES[:1]
    assert node.blocks[-1] == "0x" + BLOCK.hash.hex()


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("call as null", UnavailableError, "no result"),
        ("call of odd data", UnavailableError, "unusable answer"),
        ("call as a number", UnavailableError, "unusable answer"),
        ("call of 128 KiB and a byte", UnavailableError, "unusable answer"),
        ("call reverts with a result", UnavailableError, "has a result too"),
        ("call reverts of nothing", UnavailableError, "was not called"),
        ("call out of gas", TooMuchAskedError, "more gas"),
        ("call of an invalid opcode", UnavailableError, "invalid opcode"),
        ("call times out", UnavailableError, "timeout"),
        ("call pruned", IncapableError, "archive node"),
        ("call not canonical", DisagreementError, "not on its canonical chain"),
        ("call of an unknown block", UnavailableError, "does not know that block"),
        ("no calls", IncapableError, "ask another node"),
        ("calls in no form", IncapableError, "does not understand"),
    ],
)
def test_t64_a_call_that_fails_is_an_error_and_no_value(
    node: LyingServer, source: EvmSource, fault: str, kind: type[SourceError], words: str
) -> None:
    node.fault = fault
    for calls in (CALLS[:1], CALLS[:3]):
        with pytest.raises(kind, match=words) as caught:
            source.calls(BLOCK, calls)
        assert str(caught.value).startswith(node.origin)


@pytest.mark.parametrize("fault", sorted(fault for fault in CALL_LIES if fault.startswith("packed ")))
def test_t64_no_answer_of_multicall_is_read_otherwise_than_it_stands(packing: LyingServer, fault: str) -> None:
    packing.fault = fault
    try:
        told = EvmSource(ONE, packing.url, limits=QUICK).calls(BLOCK, CALLS[:4])
    except SourceError:
        return
    assert told == (BALANCES[:4][::-1] if fault == "packed results turned" else BALANCES[:4])


def test_t66_calls_send_reading_methods_alone(packing: LyingServer) -> None:
    source = EvmSource(ONE, packing.url, limits=QUICK)
    source.calls(BLOCK, CALLS)
    source.access(BLOCK, CALLS[0])
    source.codes(BLOCK, HOLDERS)
    source.trial(BLOCK, CALLS[0], {})
    assert set(packing.asked) == {"eth_call", "eth_chainId", "eth_createAccessList", "eth_getCode"}


def test_t53_a_node_of_another_chain_is_called_by_nobody(node: LyingServer, source: EvmSource) -> None:
    node.fault = "other chain id"
    for ask in (
        lambda: source.calls(BLOCK, CALLS),
        lambda: source.access(BLOCK, CALLS[0]),
        lambda: source.codes(BLOCK, [TOKEN]),
        lambda: source.trial(BLOCK, CALLS[0], {}),
    ):
        with pytest.raises(IncapableError, match="it serves eip155:5"):
            ask()
    assert set(node.asked) == {"eth_chainId"}


@pytest.mark.parametrize("to", ["", "vitalik.eth", TOKEN[2:], TOKEN.upper(), TOKEN[:-1], TOKEN + "00"])
def test_what_is_no_address_is_refused_before_anything_is_sent(node: LyingServer, source: EvmSource, to: str) -> None:
    for ask in (
        lambda: source.calls(BLOCK, [CALLS[0], Call(to, b"")]),
        lambda: source.access(BLOCK, Call(to, b"")),
        lambda: source.codes(BLOCK, [TOKEN, to]),
        lambda: source.trial(BLOCK, Call(to, b""), {}),
    ):
        with pytest.raises(FormatError):
            ask()
    assert node.posts == 0


def test_what_is_too_long_is_refused_before_anything_is_sent(
    node: LyingServer, source: EvmSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FormatError, match="call data of more than 131072 bytes"):
        source.calls(BLOCK, [Call(TOKEN, bytes(2**17 + 1))])
    monkeypatch.setattr(evm_calls, "MAX_CALLS", 3)
    with pytest.raises(FormatError, match="more than 3 calls"):
        source.calls(BLOCK, CALLS[:4])
    assert node.posts == 0


def test_t64_more_than_is_held_is_refused(source: EvmSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evm_calls, "MAX_RETURNED_IN_ALL", 100)
    assert len(source.calls(BLOCK, CALLS[:3])) == 3
    with pytest.raises(TooMuchAskedError, match="more than 100 bytes"):
        source.calls(BLOCK, CALLS[:4])


def test_t64_a_packed_answer_is_bounded_like_a_single_one(
    packing: LyingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evm_calls, "MAX_RETURNED", 31)
    with pytest.raises(UnavailableError, match="returns more than 31 bytes"):
        EvmSource(ONE, packing.url, limits=QUICK).calls(BLOCK, CALLS[:4])


def test_what_a_call_reads(node: LyingServer, source: EvmSource) -> None:
    assert source.access(BLOCK, CALLS[0]) == ((TOKEN, SLOTS[:2]),)
    assert node.blocks == [BY_HASH]


def test_an_access_list_names_each_address_and_key_once(
    node: LyingServer, source: EvmSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot, other = ("0x" + key.hex() for key in SLOTS[:2])
    listed = [
        {"address": "0x" + TOKEN[2:].upper(), "storageKeys": [slot, slot]},
        {"address": RICH, "storageKeys": []},
        {"address": TOKEN, "storageKeys": [other, slot]},
    ]
    monkeypatch.setattr(node.chain, "access", lambda _: {"accessList": listed, "gasUsed": "0x1"})
    assert source.access(BLOCK, CALLS[0]) == ((TOKEN, SLOTS[:2]), (RICH, ()))


def test_a_node_without_access_lists_is_incapable(node: LyingServer, source: EvmSource) -> None:
    node.fault = "no access lists"
    with pytest.raises(IncapableError, match="ask another node"):
        source.access(BLOCK, CALLS[0])


def test_codes_stand_in_the_order_of_the_addresses(node: LyingServer, source: EvmSource) -> None:
    addresses = [*HOLDERS, TOKEN, MULTICALL3]
    assert source.codes(BLOCK, addresses) == (*[b""] * 50, CODE, b"")
    assert node.sizes == [1, 20, 20, 12]


def test_a_trial_overrides_words_alone(node: LyingServer, source: EvmSource) -> None:
    assert source.trial(BLOCK, CALLS[6], {TOKEN: {SLOTS[0]: b"\xff" * 32}}) == BALANCES[6]
    assert node.overrides == [{TOKEN: {"stateDiff": {"0x" + SLOTS[0].hex(): "0x" + "ff" * 32}}}]
    assert node.blocks == [BY_HASH]


def test_a_trial_that_reverts_is_none(source: EvmSource) -> None:
    assert source.trial(BLOCK, Call(TOKEN, b""), {}) is None


@pytest.mark.parametrize(("key", "word"), [(b"", bytes(32)), (bytes(31), bytes(32)), (bytes(32), b"\x07")])
def test_a_trial_of_what_is_no_word_is_refused(node: LyingServer, source: EvmSource, key: bytes, word: bytes) -> None:
    with pytest.raises(FormatError, match="32 bytes"):
        source.trial(BLOCK, CALLS[0], {OTHER_HOLDER: {key: word}})
    assert node.posts == 0
