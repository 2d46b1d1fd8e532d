"""Accounts and storage words: real proofs give what the node says, and no other proof gives anything else."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import rlp
from eth_utils.crypto import keccak

from por.errors import EvidenceError, FormatError
from por.model import AccountState
from por.proofs.state.account import ABSENT, EMPTY_CODE_HASH, account_state, address_bytes, storage_value
from por.proofs.state.header import header_from_rlp, header_rlp
from por.proofs.state.trie_path import EMPTY_ROOT, MAX_NODES, proven_value
from scripts.proof_vectors.case import address, number
from scripts.proof_vectors.state import State
from tests.proofs.state import mainnet

MINER = "0x4838b106fce9647bdf1e7877bf73ce8b0bad5f97"
DEPOSITS = "0x00000000219ab540356cbb839cbe05303d7705fa"
Nodes = Sequence[bytes]


@pytest.fixture(scope="module")
def root(vectors: Path) -> bytes:
    return header_from_rlp(header_rlp(mainnet.load(vectors, "mainnet-21925176/block.json"))).state_root


@pytest.fixture(scope="module")
def miner(vectors: Path) -> mainnet.Proven:
    return mainnet.proven(vectors, "mainnet-21925176/proof_eoa_4838b106.json")


@pytest.fixture(scope="module")
def deposits(vectors: Path) -> mainnet.Proven:
    return mainnet.proven(vectors, "mainnet-21925176/proof_deposit_contract_slot1.json")


def test_a_real_account_to_the_wei(root: bytes, miner: mainnet.Proven) -> None:
    account = account_state(root, MINER, miner.nodes)
    assert account == AccountState(1_304_478, 10_593_965_569_117_523_386, EMPTY_ROOT, EMPTY_CODE_HASH, exists=True)
    assert account.balance == int(miner.said["balance"], 16)


def test_a_real_contract_and_its_word(root: bytes, deposits: mainnet.Proven) -> None:
    account = account_state(root, DEPOSITS, deposits.nodes)
    assert account.balance == int(deposits.said["balance"], 16)
    assert "0x" + account.code_hash.hex() == deposits.said["codeHash"]
    key = bytes(31) + b"\x01"
    assert storage_value(account.storage_root, key, deposits.storage[key]) == int(
        deposits.said["storageProof"][0]["value"], 16
    )


def test_t55_a_real_proof_is_of_one_account_undercommitments_root(root: bytes, miner: mainnet.Proven) -> None:
    for other_root, who in ((root, DEPOSITS), (keccak(root), MINER), (EMPTY_ROOT, MINER)):
        with pytest.raises(EvidenceError):
            account_state(other_root, who, miner.nodes)


def test_t55_every_flipped_bit_of_a_real_proof_is_refused(root: bytes, miner: mainnet.Proven) -> None:
    for i, node in enumerate(miner.nodes):
        for at in range(0, len(node), 1 if len(node) < 200 else 7):
            other = node[:at] + bytes([node[at] ^ 1 << at % 8]) + node[at + 1 :]
            with pytest.raises(EvidenceError):
                account_state(root, MINER, [*miner.nodes[:i], other, *miner.nodes[i + 1 :]])


def dropped(nodes: Nodes, dice: random.Random) -> list[bytes]:
    at = dice.randrange(len(nodes))
    return [*nodes[:at], *nodes[at + 1 :]]


def shuffled(nodes: Nodes, dice: random.Random) -> list[bytes]:
    return dice.sample(nodes, len(nodes))


def inserted(nodes: Nodes, dice: random.Random) -> list[bytes]:
    at = dice.randrange(len(nodes) + 1)
    return [*nodes[:at], dice.choice([b"", b"\x80", b"\xc0", dice.choice(nodes), dice.randbytes(40)]), *nodes[at:]]


def truncated(nodes: Nodes, dice: random.Random) -> list[bytes]:
    at = dice.randrange(len(nodes))
    return [*nodes[:at], nodes[at][: dice.randrange(len(nodes[at]))], *nodes[at + 1 :]]


def flipped(nodes: Nodes, dice: random.Random) -> list[bytes]:
    at = dice.randrange(len(nodes))
    node = bytearray(nodes[at])
    node[dice.randrange(len(node))] ^= 1 << dice.randrange(8)
    return [*nodes[:at], bytes(node), *nodes[at + 1 :]]


def replaced(nodes: Nodes, dice: random.Random) -> list[bytes]:
    at = dice.randrange(len(nodes))
    return [*nodes[:at], dice.randbytes(len(nodes[at])), *nodes[at + 1 :]]


def extended(nodes: Nodes, dice: random.Random) -> list[bytes]:
    at = dice.randrange(len(nodes))
    return [*nodes[:at], nodes[at] + dice.randbytes(dice.randrange(1, 4)), *nodes[at + 1 :]]


MUTATIONS = (dropped, shuffled, inserted, truncated, flipped, replaced, extended)


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_t55_a_mutated_real_proof_gives_the_same_account_or_none(
    root: bytes, miner: mainnet.Proven, deposits: mainnet.Proven, mutate: Callable[[Nodes, random.Random], list[bytes]]
) -> None:
    dice = random.Random(mutate.__name__)
    key = bytes(31) + b"\x01"
    storage_root = account_state(root, DEPOSITS, deposits.nodes).storage_root
    for _ in range(150):
        nodes = mutate(miner.nodes, dice)
        if nodes != list(miner.nodes):
            with pytest.raises(EvidenceError):
                account_state(root, MINER, nodes)
        words = mutate(deposits.storage[key], dice)
        if words != list(deposits.storage[key]):
            with pytest.raises(EvidenceError):
                storage_value(storage_root, key, words)


@pytest.fixture(scope="module")
def state() -> State:
    return State()


def test_t64_absence_is_shown_by_a_path_and_never_by_nothing(state: State) -> None:
    absent = address("absent")
    path = state.account(absent)
    assert account_state(state.state.root_hash, absent, path) == ABSENT
    for nodes in ([], [b"\x80"], path[:-1]):
        with pytest.raises(EvidenceError):
            account_state(state.state.root_hash, absent, nodes)


def test_t64_a_present_account_is_never_shown_as_absent(state: State) -> None:
    holder = address("filler 7")
    path = state.account(holder)
    for length in range(len(path)):
        with pytest.raises(EvidenceError):
            account_state(state.state.root_hash, holder, path[:length])


def test_a_state_with_nothing_in_it_has_no_account() -> None:
    assert account_state(EMPTY_ROOT, MINER, []) == ABSENT
    assert account_state(EMPTY_ROOT, MINER, [b"\x80"]) == ABSENT
    assert AccountState(0, 0, keccak(b"\x80"), keccak(b""), exists=False) == ABSENT


@pytest.mark.parametrize(
    "nodes", [[b""], [b"\xc0"], [b"\x00"], [b"\x80", b"\x80"], [b"\x80", b""], [rlp.encode([b"a", b"b"])]]
)
def test_an_empty_storage_has_no_other_node(nodes: list[bytes]) -> None:
    with pytest.raises(EvidenceError, match="empty trie"):
        storage_value(EMPTY_ROOT, bytes(32), nodes)


def test_every_account_of_a_state_is_read_back(state: State) -> None:
    for i in range(40):
        who = address(f"filler {i}")
        account = account_state(state.state.root_hash, who, state.account(who))
        assert account == AccountState(i, 10**18 + i, EMPTY_ROOT, EMPTY_CODE_HASH, exists=True)


def test_every_word_of_a_storage_is_read_back(state: State) -> None:
    words = {number(i).rjust(32, b"\x00"): 3**i % 2**256 for i in range(200)}
    root = state.storage({key: rlp.encode(number(word)) for key, word in words.items()})
    for key, word in words.items():
        assert storage_value(root, key, state.proof(root, key)) == word
    absent = [number(i).rjust(32, b"\x00") for i in range(200, 300)]
    assert {storage_value(root, key, state.proof(root, key)) for key in absent} == {0}


def test_t84_limits_come_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("por.proofs.state.trie_path.rlp.decode", None)
    for nodes in ([b"\x80"] * (MAX_NODES + 1), [bytes(1025)]):
        with pytest.raises(EvidenceError, match="more than 64 nodes"):
            account_state(bytes(32), MINER, nodes)


def odd_nodes(dice: random.Random, hashed: bytes) -> Iterator[list[bytes]]:
    """Yield nodes that no trie has, each committed to by its own hash, on the way to a key."""
    keys = [b"", b"\x00", b"\x20", b"\x10", b"\x3f", b"\xff", b"\x00" + hashed, b"\x20" + hashed]

    def item(depth: int) -> object:
        kind = dice.randrange(4) if depth < 3 else 0
        if kind == 0:
            return dice.choice([*keys, dice.randbytes(32)])
        inner = [item(depth + 1) for _ in range(dice.choice([0, 1, 2, 2, 2, 3, 17]))]
        encoded = rlp.encode(inner)
        return inner if kind == 1 else encoded if len(encoded) < 32 else keccak(encoded)

    for _ in range(3000):
        yield [rlp.encode([dice.choice(keys), item(0)])]
        branch = [b""] * 17
        branch[hashed[0] >> 4] = item(0)  # type: ignore[call-overload]
        yield [rlp.encode(branch)]


def test_t84_no_garbage_under_its_own_root_escapes_as_another_error() -> None:
    dice, key = random.Random(84), bytes(32)
    seen: set[str] = set()
    for nodes in odd_nodes(dice, keccak(key)):
        try:
            storage_value(keccak(nodes[0]), key, nodes)
        except EvidenceError as error:
            seen.add(type(error.__cause__).__name__)
    assert {"BadTrieProof", "DecodingError", "InvalidNode", "ValidationError", "IndexError"} <= seen


def test_t84_extension_nodes_that_lead_nowhere_or_hold_lists_are_refused() -> None:
    hashed = keccak(bytes(32))
    loose = rlp.encode([b"\x00" + hashed, rlp.encode([[b"a"], b"v"])])
    empty = rlp.encode([b"\x00" + hashed, [b"\x00", b"\xaa" * 32]])
    for node in (loose, empty, rlp.encode([b"", b""]), rlp.encode([[b"a"], b"b"])):
        with pytest.raises(EvidenceError):
            proven_value(keccak(node), bytes(32), [node])


def test_t84_a_deeply_nested_node_is_refused() -> None:
    encoded = b""
    while len(encoded) < 1000:
        encoded = rlp.codec.length_prefix(len(encoded), 0xC0) + encoded
    with pytest.raises(EvidenceError):
        proven_value(keccak(encoded), bytes(32), [encoded])


@pytest.mark.parametrize(
    "text", ["", "0x", "0x" + "ab" * 19, "ab" * 20, "0x" + "AB" * 20, "0x" + "ab " * 20, "0x" + "ab" * 21]
)
def test_t46_an_address_has_one_spelling(text: str) -> None:
    with pytest.raises(FormatError):
        address_bytes(text)
    with pytest.raises(FormatError):
        account_state(EMPTY_ROOT, text, [])


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_storage_key_has_32_bytes(size: int) -> None:
    with pytest.raises(FormatError, match="32 are needed"):
        storage_value(EMPTY_ROOT, bytes(size), [])
