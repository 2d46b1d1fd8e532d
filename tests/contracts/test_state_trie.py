"""Balances out of state tries, present and absent; no bent proof gives another balance."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from por.proofs.state.account import account_state
from tests.contracts.chain import Chain, assert_reverts, revert_reason
from tests.contracts.states import State, addresses, first_with, items

# Two accounts share three nibbles and no other account begins with the first of them: an extension leads to both.
ONE, TWO = first_with("abc1"), first_with("abc2")
CROWD = [each for each, _ in zip(addresses(), range(40), strict=False) if not keccak(each).hex().startswith("a")]
BALANCES = {ONE: 5, TWO: 0} | {each: 10**18 + number for number, each in enumerate(CROWD)}
STATE = State(BALANCES)
# Where the ways of those end that are not there.
ABSENT = {
    "branch behind an extension": first_with("abc5"),
    "extension": first_with("abd"),
    "leaf": next(each for each in addresses() if each not in BALANCES and items(STATE.nodes(each)[-1]) == 2),
    "branch": next(each for each in addresses() if each not in BALANCES and items(STATE.nodes(each)[-1]) == 17),
}
NOT_HASHES = 2  # TrieProof.ProofError.INVALID_ROOT
LARGE_NODE, NO_PROOF = 3, 13


@pytest.fixture(scope="module")
def harness(shared_chain: Chain) -> Any:
    return shared_chain.deploy("StateTrieHarness")


@pytest.fixture(scope="module")
def harness_here(shared_tester: Chain) -> Any:
    return shared_tester.deploy("StateTrieHarness")


def call(harness: Any, address: bytes, nodes: list[bytes], root: bytes = STATE.root) -> Any:
    return harness.functions.balanceOf(root, to_checksum_address(address), nodes)


@pytest.mark.parametrize("address", [ONE, TWO, *CROWD[:6]], ids=bytes.hex)
def test_what_is_there_has_its_balance(chain: Chain, harness: Any, address: bytes) -> None:
    assert chain.ask(call(harness, address, STATE.nodes(address))) == BALANCES[address]


@pytest.mark.parametrize("end", ABSENT)
def test_what_is_not_there_has_nothing(chain: Chain, harness: Any, end: str) -> None:
    nodes = STATE.nodes(ABSENT[end])
    assert items(nodes[-1]) == (17 if end.startswith("branch") else 2)
    assert not account_state(STATE.root, "0x" + ABSENT[end].hex(), nodes).exists
    assert chain.ask(call(harness, ABSENT[end], nodes)) == 0


def test_a_single_account_is_the_whole_trie(chain: Chain, harness: Any) -> None:
    state = State({ONE: 2**128})
    assert chain.ask(call(harness, ONE, state.nodes(ONE), state.root)) == 2**128
    assert chain.ask(call(harness, TWO, state.nodes(TWO), state.root)) == 0


@pytest.mark.parametrize("address", [ONE, *ABSENT.values()], ids=bytes.hex)
def test_another_root_is_refused(harness: Any, address: bytes) -> None:
    nodes = STATE.nodes(address)
    reason = LARGE_NODE if items(nodes[-1]) == 17 else NOT_HASHES
    assert_reverts(call(harness, address, nodes, keccak(b"other")), f"InvalidAccountProof({reason})")


def test_no_nodes_are_no_proof(harness: Any) -> None:
    assert_reverts(call(harness, ONE, []), f"InvalidAccountProof({NO_PROOF})")


@pytest.mark.parametrize("address", [ONE, CROWD[0], *ABSENT.values()], ids=bytes.hex)
def test_t13_a_proof_without_its_end_shows_nothing(harness: Any, address: bytes) -> None:
    nodes = STATE.nodes(address)
    for kept in range(1, len(nodes)):
        assert revert_reason(call(harness, address, nodes[:kept])) is not None


def test_a_present_accounts_branch_is_no_empty_slot(harness: Any) -> None:
    nodes = STATE.nodes(ONE)[:-1]
    assert items(nodes[-1]) == 17
    assert_reverts(call(harness, ONE, nodes), f"InvalidAccountProof({NO_PROOF})")


def test_anothers_empty_slot_is_not_mine(harness: Any) -> None:
    elsewhere = STATE.nodes(ABSENT["branch"])
    assert_reverts(call(harness, ONE, elsewhere), "InvalidAccountProof")
    behind = STATE.nodes(ABSENT["branch behind an extension"])
    assert_reverts(call(harness, CROWD[0], behind), "InvalidAccountProof")
    assert_reverts(call(harness, ABSENT["extension"], behind), "InvalidAccountProof(6)")


def test_anothers_balance_is_not_mine(harness: Any) -> None:
    assert revert_reason(call(harness, CROWD[1], STATE.nodes(CROWD[0]))) is not None


def test_a_value_that_is_no_account_is_refused(chain: Chain, harness: Any) -> None:
    state = State({})
    state._trie[keccak(ONE)] = rlp.encode([1, 5, b"x" * 32])
    assert_reverts(call(harness, ONE, state.nodes(ONE), state.root), "InvalidAccountProof(12)")


def test_what_is_no_rlp_is_refused(harness: Any) -> None:
    for node in (b"", b"\x80", b"\xc0", b"\xff", b"\xf8\x00", b"no node"):
        assert revert_reason(call(harness, ONE, [node], keccak(node))) is not None


@settings(max_examples=40)
@given(data=st.data())
def test_a_bent_proof_never_gives_another_balance(shared_tester: Chain, harness_here: Any, data: st.DataObject) -> None:
    address = data.draw(st.sampled_from([ONE, TWO, *CROWD, *ABSENT.values()]))
    honest = STATE.nodes(address)
    nodes = bent(data, honest)
    asked = call(harness_here, address, nodes)
    refused = revert_reason(asked) is not None
    assert not (refused and nodes == honest)
    if not refused:
        assert shared_tester.ask(asked) == BALANCES.get(address, 0)


def bent(data: st.DataObject, nodes: list[bytes]) -> list[bytes]:
    """Bend a proof in one way."""
    place = data.draw(st.integers(0, len(nodes) - 1))
    match data.draw(st.sampled_from(["keep", "flip", "drop", "double", "swap", "add", "graft"])):
        case "flip":
            spot = data.draw(st.integers(0, len(nodes[place]) - 1))
            flipped = bytearray(nodes[place])
            flipped[spot] ^= data.draw(st.integers(1, 255))
            return [*nodes[:place], bytes(flipped), *nodes[place + 1 :]]
        case "drop":
            return nodes[:place] + nodes[place + 1 :]
        case "double":
            return [*nodes[:place], nodes[place], *nodes[place:]]
        case "swap":
            return [*nodes[place:], *nodes[:place]]
        case "add":
            return [*nodes, data.draw(st.sampled_from([b"\x80", b"\xc0", nodes[0], b""]))]
        case "graft":
            other = data.draw(st.sampled_from([ONE, *CROWD, *ABSENT.values()]))
            return [*nodes[:place], *STATE.nodes(other)[place:]]
    return nodes
