"""Whatever a state holds is read back from its proofs, and no other proof says anything else."""

from __future__ import annotations

from collections.abc import Mapping

import rlp
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from por.errors import EvidenceError
from por.model import AccountProof, AccountState, AssetId, Implementation, KeyOrder, TokenLayout
from por.proofs.state.account import ABSENT, account_state, storage_value
from por.proofs.state.header import header_from_rlp, header_rlp
from por.proofs.state.tokens import TokenHolding, implementation_address, storage_keys, token_holding
from scripts.proof_vectors.case import EMPTY_ROOT, hexed, number
from scripts.proof_vectors.headers import NAMES, NUMBERS, header_fields
from scripts.proof_vectors.state import State

words = st.integers(1, 2**256 - 1) | st.integers(1, 255)
keys = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20).map(hexed)
accounts = st.builds(
    AccountState,
    nonce=st.integers(0, 2**64 - 1),
    balance=st.integers(0, 2**256 - 1),
    storage_root=keys,
    code_hash=keys,
    exists=st.just(True),
)
STATE = State()


def stored(state: State, content: Mapping[bytes, int]) -> bytes:
    return state.storage({key: rlp.encode(number(word)) for key, word in content.items()})


@given(st.dictionaries(keys, words, max_size=30), keys)
def test_words_and_their_absence_are_read_back(content: dict[bytes, int], other: bytes) -> None:
    root = stored(STATE, content)
    for key in (*content, other):
        assert storage_value(root, key, STATE.proof(root, key)) == content.get(key, 0)
        assert storage_value(root, key, STATE.path(root, key)) == content.get(key, 0)


@given(st.dictionaries(addresses, accounts, min_size=1, max_size=8), addresses)
def test_accounts_and_their_absence_are_read_back(content: dict[str, AccountState], other: str) -> None:
    state = State()
    for who, account in content.items():
        state.put(who, [number(account.nonce), number(account.balance), account.storage_root, account.code_hash])
    for who in (*content, other):
        found = account_state(state.state.root_hash, who, state.account(who))
        assert found == content.get(who, ABSENT)


@given(st.dictionaries(keys, words, min_size=2, max_size=20), st.data())
def test_t55_no_mutation_of_a_path_gives_another_word(content: dict[bytes, int], data: st.DataObject) -> None:
    root = stored(STATE, content)
    key = data.draw(st.sampled_from(sorted(content)) | keys)
    nodes = STATE.proof(root, key)
    pool = [*nodes, b"", b"\x80", b"\xc0", *STATE.proof(root, data.draw(st.sampled_from(sorted(content))))]
    other = data.draw(
        st.permutations(nodes)
        | st.lists(st.sampled_from(pool), max_size=len(nodes) + 2)
        | st.lists(st.binary(max_size=80), max_size=4)
    )
    try:
        found = storage_value(root, key, other)
    except EvidenceError:
        return
    assert found == content.get(key, 0)
    assert other in (nodes, STATE.path(root, key))


@given(st.dictionaries(keys, words, min_size=2, max_size=20), st.data())
def test_t55_no_flipped_bit_of_a_path_goes_unseen(content: dict[bytes, int], data: st.DataObject) -> None:
    root = stored(STATE, content)
    key = data.draw(st.sampled_from(sorted(content)))
    nodes = STATE.proof(root, key)
    which = data.draw(st.integers(0, len(nodes) - 1))
    at = data.draw(st.integers(0, len(nodes[which]) - 1))
    bit = data.draw(st.integers(0, 7))
    node = nodes[which]
    nodes[which] = node[:at] + bytes([node[at] ^ 1 << bit]) + node[at + 1 :]
    try:
        found = storage_value(root, key, nodes)
    except EvidenceError:
        return
    raise AssertionError(f"a changed node was read as {found}")


@given(st.lists(st.binary(max_size=200), max_size=5), st.binary(max_size=40), st.booleans())
def test_t84_bytes_of_any_kind_are_an_account_or_no_evidence(nodes: list[bytes], who: bytes, own_root: bool) -> None:
    root = keccak(nodes[0]) if own_root and nodes else keccak(who)
    address = hexed(who.ljust(20, b"\x00")[:20])
    try:
        account_state(root, address, nodes)
    except EvidenceError:
        return
    assert nodes in ([], [b"\x80"]) or own_root


layouts = st.builds(
    TokenLayout,
    asset=addresses.map(lambda text: AssetId.parse(f"eip155:1/erc20:{text}")),
    code_hash=keys,
    base_slot=st.integers(0, 2**256 - 1),
    order=st.sampled_from(KeyOrder),
    mask=st.integers(0, 2**256 - 1),
    implementation=st.none() | st.builds(Implementation, slot=keys, code_hash=keys),
)


@given(layouts, addresses, st.integers(0, 2**256 - 1), st.integers(1, 2**160 - 1))
def test_holdings_are_read_back_under_any_layout(layout: TokenLayout, holder: str, word: int, behind: int) -> None:
    token, target = layout.asset.reference, hexed(behind.to_bytes(20, "big"))
    state, wanted = State(), storage_keys(layout, holder)
    root = stored(state, {key: value for key, value in zip(wanted, (word, behind), strict=False) if value})
    state.put(token, [b"\x01", b"", root, layout.code_hash])
    if layout.implementation is not None and target != token:
        state.put(target, [b"\x01", b"", EMPTY_ROOT, layout.implementation.code_hash])
    proofs = [AccountProof(token, tuple(state.account(token)), tuple(tuple(state.proof(root, key)) for key in wanted))]
    if layout.implementation is not None:
        assert implementation_address(layout, state.state.root_hash, proofs[0]) == target
        proofs.append(AccountProof(target, tuple(state.account(target)), ()))
    holding = token_holding(layout, holder, state.state.root_hash, proofs)
    assert holding == TokenHolding(word & layout.mask, word & ~layout.mask)
    assert holding.units + holding.flags == word


@given(st.integers(15, 21), st.data())
def test_headers_are_read_back_from_json(count: int, data: st.DataObject) -> None:
    fields = header_fields(count)
    for at, name in enumerate(NAMES[:count]):
        if name in NUMBERS:
            top = 2**256 - 1 if name in {"difficulty", "baseFeePerGas"} else 2**37
            fields[at] = number(data.draw(st.integers(0, top)))
        else:
            fields[at] = data.draw(st.binary(min_size=len(fields[at]), max_size=len(fields[at])))
    encoded = rlp.encode(fields)
    header = header_from_rlp(encoded)
    assert header.hash == keccak(encoded)
    block: dict[str, object] = {
        name: hex(int.from_bytes(value, "big")) if name in NUMBERS else hexed(value)
        for name, value in zip(NAMES, fields, strict=False)
    }
    assert header_rlp(block) == encoded


@given(st.binary(max_size=700))
def test_t84_bytes_of_any_kind_are_a_header_or_no_evidence(encoded: bytes) -> None:
    try:
        header = header_from_rlp(encoded)
    except EvidenceError:
        return
    assert header.hash == keccak(encoded)
