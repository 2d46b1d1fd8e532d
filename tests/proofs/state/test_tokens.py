"""Token holdings: the real USDC balance, and every way in which its evidence could be another's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import rlp
from eth_utils.crypto import keccak

from por.errors import EvidenceError, FormatError
from por.model import AccountProof, AssetId, KeyOrder, TokenLayout
from por.proofs.state.account import account_state, storage_value
from por.proofs.state.tokens import TokenHolding, balance_key, implementation_address, storage_keys, token_holding
from scripts.proof_vectors.case import EMPTY_ROOT, address, number, seed
from scripts.proof_vectors.state import State
from tests.proofs.state import mainnet
from tests.proofs.state.mainnet import BALANCE, HOLDER, USDC

HOLDER_KEY = bytes.fromhex("9254cb65314db3d2d7ca17f753f1d9c7f1b6fa05111d18d10ed5b9519d1b247c")


@pytest.fixture(scope="module")
def root(vectors: Path) -> bytes:
    return mainnet.usdc_state_root(vectors)


@pytest.fixture(scope="module")
def proofs(vectors: Path) -> list[AccountProof]:
    token, behind = mainnet.usdc(vectors)
    return [token.proof(*storage_keys(USDC, HOLDER)), behind.proof()]


def test_the_real_usdc_balance_behind_its_proxy(vectors: Path, root: bytes, proofs: list[AccountProof]) -> None:
    assert token_holding(USDC, HOLDER, root, proofs) == TokenHolding(BALANCE, 0)
    call = mainnet.load(vectors, "mainnet-22432262-prague/call_usdc_balanceof.json")
    assert int(call["expected_result"], 16) == BALANCE
    assert call["params"][0]["data"].endswith(HOLDER[2:])


def test_the_real_code_of_usdc_hashes_to_its_layout(vectors: Path) -> None:
    assert USDC.implementation
    for name, code_hash in (("proxy", USDC.code_hash), ("impl", USDC.implementation.code_hash)):
        code = mainnet.load(vectors, f"mainnet-22432262-prague/code_usdc_{name}.json")
        assert keccak(bytes.fromhex(code[2:])) == code_hash


def test_the_real_proxy_points_to_the_code_behind_it(root: bytes, proofs: list[AccountProof]) -> None:
    assert implementation_address(USDC, root, proofs[0]) == "0x43506849d7c04f9138d1a2050bbf3a0c054402dd"
    assert implementation_address(USDC, root, proofs[0]) == proofs[1].address


def test_the_keys_are_computed_from_holder_and_layout() -> None:
    assert USDC.implementation
    assert storage_keys(USDC, HOLDER) == (HOLDER_KEY, USDC.implementation.slot)
    assert storage_keys(replace(USDC, implementation=None), HOLDER) == (HOLDER_KEY,)
    padded = bytes(12) + bytes.fromhex(HOLDER[2:])
    assert balance_key(USDC, HOLDER) == keccak(padded + bytes(31) + b"\x09")
    assert balance_key(replace(USDC, order=KeyOrder.SLOT_KEY), HOLDER) == keccak(bytes(31) + b"\x09" + padded)
    assert balance_key(replace(USDC, base_slot=2**256 - 1), HOLDER) == keccak(padded + b"\xff" * 32)


@pytest.mark.parametrize("holder", ["", "0x", HOLDER[:-1], HOLDER.upper(), HOLDER + "00", " " + HOLDER])
def test_t46_a_holder_has_one_spelling(holder: str) -> None:
    with pytest.raises(FormatError):
        balance_key(USDC, holder)


def test_t61_a_real_word_of_one_holder_is_no_other_holders(root: bytes, proofs: list[AccountProof]) -> None:
    for who in (address("other"), "0x" + "00" * 20, proofs[0].address):
        with pytest.raises(EvidenceError):
            token_holding(USDC, who, root, proofs)


def test_t60_another_layout_finds_no_balance_in_real_proofs(root: bytes, proofs: list[AccountProof]) -> None:
    assert USDC.implementation
    pinned = USDC.implementation
    layouts = [
        replace(USDC, base_slot=8),
        replace(USDC, order=KeyOrder.SLOT_KEY),
        replace(USDC, code_hash=pinned.code_hash),
        replace(USDC, implementation=None),
        replace(USDC, implementation=replace(pinned, code_hash=USDC.code_hash)),
        replace(USDC, implementation=replace(pinned, slot=bytes(32))),
        replace(USDC, asset=AssetId.parse("eip155:1/erc20:" + proofs[1].address)),
    ]
    for layout in layouts:
        with pytest.raises(EvidenceError):
            token_holding(layout, HOLDER, root, proofs)


def test_a_mask_cuts_the_real_word_into_units_and_flags(root: bytes, proofs: list[AccountProof]) -> None:
    holding = token_holding(replace(USDC, mask=0xFFFF), HOLDER, root, proofs)
    assert holding == TokenHolding(BALANCE & 0xFFFF, BALANCE & ~0xFFFF)
    assert token_holding(replace(USDC, mask=0), HOLDER, root, proofs) == TokenHolding(0, BALANCE)


def test_t60_real_evidence_in_another_order_or_number_is_refused(
    vectors: Path, root: bytes, proofs: list[AccountProof]
) -> None:
    token, behind = proofs
    assert USDC.implementation
    swapped = AccountProof(token.address, token.account_nodes, token.storage_nodes[::-1])
    admin = bytes.fromhex("10d6a54a4754c8869d6886b5f5d7fbfa5b4522237ea5c60d11bc4e7a1ff9390b")
    wrong = mainnet.usdc(vectors)[0]
    others: list[list[AccountProof]] = [
        [],
        [token],
        [behind, token],
        [token, behind, behind],
        [token, token],
        [swapped, behind],
        [replace(token, storage_nodes=()), behind],
        [replace(token, storage_nodes=token.storage_nodes[:1]), behind],
        [replace(token, storage_nodes=(*token.storage_nodes, token.storage_nodes[0])), behind],
        [wrong.proof(HOLDER_KEY, admin), behind],
        [wrong.proof(admin, USDC.implementation.slot), behind],
        [replace(token, account_nodes=behind.account_nodes), behind],
        [token, replace(behind, address=token.address)],
        [token, replace(behind, account_nodes=token.account_nodes)],
        [token, replace(behind, storage_nodes=((),))],
    ]
    for evidence in others:
        with pytest.raises(EvidenceError):
            token_holding(USDC, HOLDER, root, evidence)


@pytest.mark.parametrize("asset", ["eip155:1/slip44:60", "eip155:1/erc721:0x" + "ab" * 20])
def test_a_layout_of_no_token_is_refused(asset: str) -> None:
    layout = replace(USDC, asset=AssetId.parse(asset), implementation=None)
    with pytest.raises(FormatError, match="no token"):
        token_holding(layout, HOLDER, EMPTY_ROOT, [AccountProof(address("token"), (), ((),))])


@pytest.fixture(scope="module")
def state() -> State:
    return State()


def plain_layout(**changes: int | KeyOrder) -> TokenLayout:
    layout = TokenLayout(
        AssetId.parse(f"eip155:1/erc20:{address('token')}"), keccak(b"code"), 3, KeyOrder.KEY_SLOT, 2**256 - 1, None
    )
    return replace(layout, **changes)  # type: ignore[arg-type]


def holding_of(state: State, layout: TokenLayout, word: int) -> TokenHolding:
    """Put a token with one balance into the state, and read it back through its proofs."""
    holder, token = address("holder"), address("token")
    key = balance_key(layout, holder)
    words = {seed(f"else {i}"): rlp.encode(number(i + 1)) for i in range(20)}
    storage_root = state.storage(words | ({key: rlp.encode(number(word))} if word else {}))
    state.put(token, [b"\x01", b"", storage_root, keccak(b"code")])
    proof = AccountProof(token, tuple(state.account(token)), (tuple(state.proof(storage_root, key)),))
    return token_holding(layout, holder, state.state.root_hash, [proof])


@pytest.mark.parametrize("order", KeyOrder)
@pytest.mark.parametrize("word", [0, 1, 2**128 - 1, 2**128, 2**255, 2**256 - 1])
def test_any_word_is_read_in_both_orders(state: State, order: KeyOrder, word: int) -> None:
    assert holding_of(state, plain_layout(order=order), word) == TokenHolding(word, 0)
    low = plain_layout(order=order, mask=2**255 - 1)
    assert holding_of(state, low, word) == TokenHolding(word % 2**255, word >> 255 << 255)


def test_t60_a_token_that_is_not_there_has_no_code(state: State) -> None:
    layout = replace(plain_layout(), asset=AssetId.parse(f"eip155:1/erc20:{address('nowhere')}"))
    path = tuple(state.account(address("nowhere")))
    assert account_state(state.state.root_hash, address("nowhere"), path).exists is False
    assert storage_value(EMPTY_ROOT, balance_key(layout, address("holder")), []) == 0
    with pytest.raises(EvidenceError, match="another code"):
        token_holding(layout, address("holder"), state.state.root_hash, [AccountProof(address("nowhere"), path, ((),))])


def test_a_token_without_proxy_points_nowhere(state: State) -> None:
    layout = plain_layout()
    assert holding_of(state, layout, 5) == TokenHolding(5, 0)
    proof = AccountProof(address("token"), tuple(state.account(address("token"))), ((),))
    assert implementation_address(layout, state.state.root_hash, proof) is None
