"""Calls on proven state: the real USDC balance, and everything that is not proven and must not be answered."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from por.errors import EvidenceError, FormatError, UnsupportedEvidenceError
from por.model import Call, ChainId, Header, Witness
from por.proofs.state.account import account_state
from por.proofs.state.call import CallOutcome, proven_call, proven_calls
from por.proofs.state.header import BlockEnvironment, block_environment
from por.proofs.state.proven_state import UnprovenStateError
from por.proofs.state.token_call import balance_call
from por.proofs.state.tokens import token_holding
from scripts.proof_vectors.case import EMPTY_CODE, EMPTY_ROOT, address
from tests.proofs.state import contracts, mainnet
from tests.proofs.state.contracts import (
    BASE_FEE,
    CHAIN,
    COINBASE,
    FACTORY,
    GAS_LIMIT,
    NUMBER,
    PARENT,
    PROXY,
    RANDOM,
    REBASING,
    TIMESTAMP,
    TOKEN,
    Account,
    World,
    asm,
    at,
    balance_slot,
    created_address,
    deployment,
    key,
    word,
)

HOLDER = address("holder")
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"


def answer(outcome: CallOutcome) -> int:
    assert outcome.output is not None
    assert len(outcome.output) == 32
    return int.from_bytes(outcome.output)


def one(code: bytes, data: bytes = b"", **others: Account) -> int:
    return answer(World({"contract": Account(code), **others}).call("contract", data))


# --- real state


@pytest.fixture(scope="module")
def real(vectors: Path) -> tuple[Header, tuple[Witness, ...]]:
    """Take the block of the real proofs, by its state root, and the real proofs and codes."""
    token, behind = mainnet.usdc(vectors)
    codes = (
        bytes.fromhex(mainnet.load(vectors, f"mainnet-22432262-prague/code_usdc_{name}.json")[2:])
        for name in ("proxy", "impl")
    )
    keys = tuple(sorted(token.storage))
    witnesses = (Witness(token.proof(*keys), keys, next(codes)), Witness(behind.proof(), (), next(codes)))
    return contracts.header(mainnet.usdc_state_root(vectors)), witnesses


def test_t60_the_real_usdc_balance_by_its_own_code_is_the_one_in_its_storage(
    real: tuple[Header, tuple[Witness, ...]], vectors: Path
) -> None:
    header, witnesses = real
    said = mainnet.load(vectors, "mainnet-22432262-prague/call_usdc_balanceof.json")
    call = balance_call(USDC, mainnet.HOLDER)
    assert (call.to, call.data.hex()) == (said["params"][0]["to"].lower(), said["params"][0]["data"][2:])
    outcome = proven_call(CHAIN, header, witnesses, call)
    assert outcome.output == bytes.fromhex(said["expected_result"][2:].rjust(64, "0"))
    assert answer(outcome) == mainnet.BALANCE == 3_436_695_659_410_268
    assert mainnet.USDC.implementation is not None
    behind = witnesses[1].proof.address
    pinned = mainnet.USDC.implementation.code_hash
    assert outcome.codes == ((USDC, mainnet.USDC.code_hash), (behind, pinned))
    token, implementation = mainnet.usdc(vectors)
    keys = (bytes.fromhex("9254cb65314db3d2d7ca17f753f1d9c7f1b6fa05111d18d10ed5b9519d1b247c"),)
    proofs = [token.proof(*keys, mainnet.USDC.implementation.slot), implementation.proof()]
    assert token_holding(mainnet.USDC, mainnet.HOLDER, header.state_root, proofs).units == answer(outcome)


def test_t60_every_real_slot_is_needed(real: tuple[Header, tuple[Witness, ...]]) -> None:
    header, (token, behind) = real
    for left_out in token.keys:
        kept = [place for place, item in enumerate(token.keys) if item != left_out]
        proof = replace(token.proof, storage_nodes=tuple(token.proof.storage_nodes[place] for place in kept))
        fewer = Witness(proof, tuple(token.keys[place] for place in kept), token.code)
        with pytest.raises(UnprovenStateError) as caught:
            proven_call(CHAIN, header, (fewer, behind), balance_call(USDC, mainnet.HOLDER))
        assert caught.value.missing == ((USDC, (left_out,)),)


def test_t60_the_real_balance_of_another_holder_is_not_in_these_proofs(
    real: tuple[Header, tuple[Witness, ...]],
) -> None:
    for who in (USDC, "0x" + "00" * 20, HOLDER):
        with pytest.raises(UnprovenStateError):
            proven_call(CHAIN, *real, balance_call(USDC, who))


def _mutated(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    kind = chance.randrange(3)
    if kind == 0:
        return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
    return data[:place] + data[place + 1 :] if kind == 1 else data[:place] + chance.randbytes(1) + data[place:]


def _mutation(witness: Witness, chance: random.Random) -> Witness:
    """Change one node, key or code, or move keys against proofs."""
    kind = chance.choice(["account", "storage", "key", "code", "swap", "drop"])
    if not witness.keys or kind == "account":
        place = chance.randrange(len(witness.proof.account_nodes))
        nodes = list(witness.proof.account_nodes)
        nodes[place] = _mutated(nodes[place], chance)
        return replace(witness, proof=replace(witness.proof, account_nodes=tuple(nodes)))
    place = chance.randrange(len(witness.keys))
    storage, keys = list(witness.proof.storage_nodes), list(witness.keys)
    if kind == "storage":
        path = list(storage[place])
        level = chance.randrange(len(path))
        path[level] = _mutated(path[level], chance)
        storage[place] = tuple(path)
    elif kind == "key":
        keys[place] = _mutated(keys[place], chance)
    elif kind == "code":
        assert witness.code is not None
        return replace(witness, code=_mutated(witness.code, chance))
    elif kind == "swap":
        keys = keys[1:] + keys[:1]
    else:
        del storage[place], keys[place]
    return Witness(replace(witness.proof, storage_nodes=tuple(storage)), tuple(keys), witness.code)


def test_t60_four_thousand_mutations_never_give_another_value(real: tuple[Header, tuple[Witness, ...]]) -> None:
    header, witnesses = real
    chance = random.Random(60)
    answered = 0
    for _ in range(4000):
        changed = list(witnesses)
        place = chance.randrange(2)
        changed[place] = _mutation(changed[place], chance)
        try:
            outcome = proven_call(CHAIN, header, changed, balance_call(USDC, mainnet.HOLDER))
        except (EvidenceError, FormatError):
            continue
        answered += 1
        assert answer(outcome) == mainnet.BALANCE
    # Only a mutation that inserts or draws the same byte again changes nothing.
    assert answered < 40


# --- what is proven


def test_a_balance_behind_a_proxy_is_computed_from_the_proxys_storage() -> None:
    slot = balance_slot(HOLDER)
    world = World(
        {
            "proxy": Account(PROXY, {0: int(address("code"), 16), slot: 123}),
            "code": Account(TOKEN, {slot: 999}),
        }
    )
    outcome = world.call("proxy", balance_call(address("proxy"), HOLDER).data)
    assert answer(outcome) == 123
    assert outcome.codes == ((address("proxy"), keccak(PROXY)), (address("code"), keccak(TOKEN)))


@given(shares=st.integers(0, 2**128), index=st.integers(1, 2**100))
@settings(max_examples=25)
def test_a_rebasing_balance_is_shares_times_index(shares: int, index: int) -> None:
    world = World({"token": Account(REBASING, {balance_slot(HOLDER): shares, 1: index})})
    assert answer(world.call("token", balance_call(address("token"), HOLDER).data)) == shares * index // 1000


BLOCK = {
    "NUMBER": NUMBER,
    "TIMESTAMP": TIMESTAMP,
    "COINBASE": int.from_bytes(COINBASE),
    "GASLIMIT": GAS_LIMIT,
    "BASEFEE": BASE_FEE,
    "PREVRANDAO": int.from_bytes(RANDOM),
    "CHAINID": 1,
    "ORIGIN": 0,
    "CALLER": 0,
    "GASPRICE": 0,
    "SELFBALANCE": 0,
}


@pytest.mark.parametrize("name", BLOCK)
def test_code_sees_the_block_of_the_header(name: str) -> None:
    assert one(word(name)) == BLOCK[name]


def test_the_block_environment_is_the_headers() -> None:
    root = b"\x01" * 32
    expected = BlockEnvironment(NUMBER, TIMESTAMP, COINBASE, GAS_LIMIT, BASE_FEE, RANDOM, 0, 0, 21)
    assert block_environment(contracts.header(root)) == expected
    assert block_environment(contracts.header(root, 17)) == replace(expected, excess_blob_gas=None, fields=17)
    old = block_environment(contracts.header(root, 15, 5))
    assert (old.base_fee, old.difficulty, old.fields) == (None, 5, 15)


def test_the_chain_id_is_the_one_asked_for() -> None:
    world = World({"contract": Account(word("CHAINID"))})
    other = proven_call(ChainId("eip155", "10"), world.header, world.everything(), Call(address("contract"), b""))
    assert answer(other) == 10
    with pytest.raises(EvidenceError, match="no EVM chain"):
        proven_call(ChainId("tron", "1"), world.header, world.everything(), Call(address("contract"), b""))


def test_difficulty_is_what_the_instruction_means_where_there_is_no_random_value() -> None:
    for fields in (16, 17):
        world = World({"contract": Account(word("PREVRANDAO"))}, fields, difficulty=2)
        assert answer(world.call("contract")) == 2


def test_a_slot_of_an_account_without_storage_is_zero_without_a_key() -> None:
    world = World({"contract": Account(word(7, "SLOAD"))})
    assert world.witness(address("contract")).keys == ()
    assert answer(world.call("contract")) == 0


def test_an_absent_account_is_proven_absent() -> None:
    world = World({"contract": Account(word(at("nobody"), "EXTCODEHASH"))})
    outcome = world.call("contract", witnesses=world.everything(address("nobody")))
    assert answer(outcome) == 0
    assert not account_state(world.header.state_root, address("nobody"), world.state.account(address("nobody"))).exists


def test_a_call_to_an_account_without_code_gives_nothing() -> None:
    world = World({"plain": Account(balance=5)})
    assert world.call("plain") == CallOutcome(b"", ())


def test_precompiles_need_no_proof() -> None:
    sha256 = word(32, 0, 0, 0, 2, "GAS", "STATICCALL", "POP", 0, "MLOAD")
    assert one(sha256) == int("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 16)


def test_a_delegated_account_runs_the_delegates_code_on_its_own_storage() -> None:
    """EIP-7702: called from outside and by another contract."""
    delegation = b"\xef\x01\x00" + at("code")
    outer = word(32, 0, 0, 0, at("account"), "GAS", "STATICCALL", "POP", 0, "MLOAD")
    world = World(
        {
            "account": Account(delegation, {3: 77}),
            "code": Account(word(3, "SLOAD")),
            "outer": Account(outer),
        }
    )
    for name, first in (("account", ()), ("outer", ("outer",))):
        outcome = world.call(name)
        assert answer(outcome) == 77
        assert [who for who, _ in outcome.codes] == [address(item) for item in (*first, "account", "code")]
    before_prague = World({"account": Account(delegation, {3: 77}), "code": Account(word(3, "SLOAD"))}, 20)
    with pytest.raises(UnsupportedEvidenceError, match="0xef"):
        before_prague.call("account")


# --- what is not proven


OTHER = at("other")
UNPROVEN: dict[str, bytes] = {
    "BALANCE": word(OTHER, "BALANCE"),
    "EXTCODEHASH": word(OTHER, "EXTCODEHASH"),
    "EXTCODESIZE": word(OTHER, "EXTCODESIZE"),
    "EXTCODECOPY": word(32, 0, 0, OTHER, "EXTCODECOPY", 0, "MLOAD"),
    "CALL": word(0, 0, 0, 0, 0, OTHER, "GAS", "CALL"),
    "DELEGATECALL": word(0, 0, 0, 0, OTHER, "GAS", "DELEGATECALL"),
    "STATICCALL": word(0, 0, 0, 0, OTHER, "GAS", "STATICCALL"),
    "SELFDESTRUCT": asm(OTHER, "SELFDESTRUCT"),
}


@pytest.mark.parametrize("name", UNPROVEN)
def test_t60_an_account_that_is_not_proven_is_never_taken_for_an_empty_one(name: str) -> None:
    world = World({"contract": Account(UNPROVEN[name]), "other": Account(word(1), balance=9)})
    with pytest.raises(UnprovenStateError, match="is not proven") as caught:
        world.call("contract", witnesses=(world.witness(address("contract")),))
    assert caught.value.missing == ((address("other"), ()),)
    assert world.call("contract").output is not None


@pytest.mark.parametrize("name", ["COINBASE", "ORIGIN"])
def test_t60_the_balances_of_coinbase_and_caller_are_not_known_either(name: str) -> None:
    world = World({"contract": Account(word(name, "BALANCE"))})
    with pytest.raises(UnprovenStateError) as caught:
        world.call("contract")
    who = "0x" + (COINBASE if name == "COINBASE" else bytes(20)).hex()
    assert caught.value.missing == ((who, ()),)
    assert answer(world.call("contract", witnesses=world.everything(who))) == 0


@pytest.mark.parametrize(
    "code",
    [
        word(7, "SLOAD"),
        asm(1, 7, "SSTORE"),
        word(1, 7, "SSTORE", 5),
        word(0, "JUMPDEST", 7, "SLOAD", "POP"),
    ],
)
def test_t60_a_slot_that_is_not_proven_is_never_taken_for_zero(code: bytes) -> None:
    world = World({"contract": Account(code, {7: 41, 8: 1})})
    with pytest.raises(UnprovenStateError, match="storage key") as caught:
        world.call("contract", witnesses=(world.witness(address("contract"), 8),))
    assert caught.value.missing == ((address("contract"), (key(7),)),)


def test_t60_a_slot_may_be_proven_to_be_zero() -> None:
    world = World({"contract": Account(word(7, "SLOAD"), {8: 1})})
    assert answer(world.call("contract", witnesses=(world.witness(address("contract"), 7),))) == 0


def test_t60_code_that_is_not_given_is_no_empty_code() -> None:
    world = World({"contract": Account(word(5))})
    with pytest.raises(UnprovenStateError, match=r"code of .* is not given") as caught:
        world.call("contract", witnesses=(world.witness(address("contract"), code=False),))
    assert caught.value.missing == ((address("contract"), ()),)


def test_t60_a_witness_that_names_nothing_is_no_state() -> None:
    world = World({"contract": Account(word(5))})
    with pytest.raises(UnprovenStateError) as caught:
        world.call("contract", witnesses=())
    assert caught.value.missing == ((address("contract"), ()),)


def swallowing(inner: str) -> bytes:
    """Call another contract and answer 7 whether it succeeds or not."""
    return word(0, 0, 0, 0, at(inner), 50_000, "STATICCALL", "POP", 7)


SWALLOWED: dict[str, tuple[bytes, type[EvidenceError]]] = {
    "a slot": (word(7, "SLOAD"), UnprovenStateError),
    "an account": (word(OTHER, "BALANCE"), UnprovenStateError),
    "an older block's hash": (word(2, "NUMBER", "SUB", "BLOCKHASH"), UnsupportedEvidenceError),
    "the price of blobs": (word("BLOBBASEFEE"), UnsupportedEvidenceError),
    "an instruction of a later fork": (word(1, "CLZ"), UnsupportedEvidenceError),
    "a precompile of a later fork": (word(0, 0, 0, 0, 0x100, "GAS", "STATICCALL"), UnsupportedEvidenceError),
    "a system contract of some chains": (word(0, 0, 0, 0, 0x64, "GAS", "STATICCALL"), UnsupportedEvidenceError),
}


@pytest.mark.parametrize("what", SWALLOWED)
def test_t60_no_code_can_swallow_that_something_is_not_proven(what: str) -> None:
    inner, error = SWALLOWED[what]
    world = World({"contract": Account(swallowing("inner")), "inner": Account(inner, {8: 1})})
    with pytest.raises(error) as caught:
        world.call("contract")
    assert type(caught.value) is error


def test_an_inner_call_that_fails_by_itself_may_be_swallowed() -> None:
    for inner in (asm("INVALID"), asm(0, 0, "REVERT"), asm("POP"), asm(":loop", "@loop", "JUMP")):
        assert one(swallowing("inner"), inner=Account(inner)) == 7


def test_a_precompiles_own_account_is_not_known() -> None:
    for name in ("EXTCODEHASH", "BALANCE"):
        world = World({"contract": Account(word(1, name))})
        with pytest.raises(UnprovenStateError) as caught:
            world.call("contract")
        assert caught.value.missing == (("0x" + "00" * 19 + "01", ()),)


# --- hashes of blocks


def test_the_parents_hash_is_in_the_header() -> None:
    assert one(word(1, "NUMBER", "SUB", "BLOCKHASH")) == int.from_bytes(PARENT)


@pytest.mark.parametrize("block", [NUMBER, NUMBER + 1, NUMBER - 257, 0, 2**256 - 1])
def test_blocks_out_of_reach_have_no_hash(block: int) -> None:
    assert one(word(block, "BLOCKHASH")) == 0


@pytest.mark.parametrize("block", [NUMBER - 2, NUMBER - 3, NUMBER - 256])
def test_t60_an_older_blocks_hash_is_never_made_up(block: int) -> None:
    with pytest.raises(UnsupportedEvidenceError, match=f"hash of block {block}"):
        one(word(block, "BLOCKHASH"))


# --- false proofs


Lie = Callable[[World], tuple[Witness, ...]]
TRUE = World({"token": Account(TOKEN, {balance_slot(HOLDER): 5, 1: 3})})
SLOT = balance_slot(HOLDER)
LIES: dict[str, Lie] = {
    "another code": lambda world: (replace(world.witness(address("token"), SLOT), code=word(10**30)),),
    "an empty code": lambda world: (replace(world.witness(address("token"), SLOT), code=b""),),
    "the words of another state": lambda world: (
        replace(
            world.witness(address("token"), SLOT),
            proof=World({"token": Account(TOKEN, {SLOT: 10**30})}).witness(address("token"), SLOT).proof,
        ),
    ),
    "the storage of another state": lambda world: (
        replace(
            world.witness(address("token"), SLOT),
            proof=replace(
                world.witness(address("token"), SLOT).proof,
                storage_nodes=World({"token": Account(TOKEN, {SLOT: 10**30})})
                .witness(address("token"), SLOT)
                .proof.storage_nodes,
            ),
        ),
    ),
    "another key's word": lambda world: (replace(world.witness(address("token"), 1), keys=(key(SLOT),)),),
    "a key without proof": lambda world: (replace(world.witness(address("token")), keys=(key(SLOT),)),),
    "a proof without key": lambda world: (replace(world.witness(address("token"), SLOT), keys=()),),
    "another account's name": lambda world: (
        replace(
            world.witness(address("token"), SLOT),
            proof=replace(world.witness(address("token"), SLOT).proof, address=address("filler 1")),
        ),
    ),
    "a true witness, and a false one beside it": lambda world: (
        world.witness(address("token"), SLOT),
        replace(world.witness(address("token"), 1), keys=(key(SLOT),)),
    ),
    "a path cut short": lambda world: (
        replace(
            world.witness(address("token"), SLOT),
            proof=replace(
                world.witness(address("token"), SLOT).proof,
                account_nodes=world.witness(address("token")).proof.account_nodes[:-1],
            ),
        ),
    ),
    "no proof at all": lambda world: (
        replace(
            world.witness(address("token"), SLOT),
            proof=replace(world.witness(address("token"), SLOT).proof, account_nodes=()),
        ),
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_t60_a_false_witness_is_refused(name: str) -> None:
    call = balance_call(address("token"), HOLDER)
    with pytest.raises(EvidenceError):
        TRUE.calls(call, witnesses=LIES[name](TRUE))
    assert answer(TRUE.calls(call)[0]) == 5


def test_one_account_may_be_proven_in_pieces() -> None:
    world = World({"contract": Account(word(1, "SLOAD", 2, "SLOAD", "ADD"), {1: 30, 2: 12})})
    who = address("contract")
    pieces = (world.witness(who, 1, code=False), world.witness(who, 2), world.witness(who, 2, code=False))
    assert answer(world.call("contract", witnesses=pieces)) == 42


def test_what_is_missing_leads_to_a_whole_witness() -> None:
    """As an issuer fetches: ask, prove what is missing, ask again."""
    slot = balance_slot(HOLDER)
    world = World(
        {
            "proxy": Account(PROXY, {0: int(address("code"), 16), slot: 50, 1: 3000, 5: 5}),
            "code": Account(REBASING),
        }
    )
    wanted: dict[str, set[int]] = {}
    for _ in range(10):
        given = tuple(world.witness(who, *slots) for who, slots in wanted.items())
        try:
            outcome = world.call("proxy", balance_call(address("proxy"), HOLDER).data, given)
        except UnprovenStateError as error:
            for who, keys in error.missing:
                wanted.setdefault(who, set()).update(int.from_bytes(item) for item in keys)
        else:
            break
    assert answer(outcome) == 150
    assert wanted == {address("proxy"): {0, 1, slot}, address("code"): set()}


# --- rules


def test_t60_code_of_a_later_fork_does_not_run_by_older_rules() -> None:
    push0 = asm("PUSH0", "PUSH0", "RETURN")
    assert World({"contract": Account(push0)}, 17).call("contract").output == b""
    for difficulty in (0, 1):
        with pytest.raises(UnsupportedEvidenceError, match="0x5f"):
            World({"contract": Account(push0)}, 16, difficulty).call("contract")
    transient = word(1, "TLOAD")
    assert answer(World({"contract": Account(transient)}, 20).call("contract")) == 0
    with pytest.raises(UnsupportedEvidenceError, match="0x5c"):
        World({"contract": Account(transient)}, 17).call("contract")


@pytest.mark.parametrize("fields", [15, 18, 19])
def test_a_header_that_tells_no_fork_is_unsupported(fields: int) -> None:
    with pytest.raises(UnsupportedEvidenceError, match=f"header of {fields} fields"):
        World({"contract": Account(word(1))}, fields).call("contract")


@pytest.mark.parametrize(
    "code",
    [
        asm(0, 0, "REVERT"),
        asm("INVALID"),
        asm("POP"),
        asm(3, "JUMP"),
        asm(":loop", "@loop", "JUMP"),
        asm(2**256 - 1, "MLOAD"),
        asm(2**40, 0, "RETURN"),
    ],
)
def test_t84_code_that_fails_or_burns_all_gas_gives_nothing(code: bytes) -> None:
    world = World({"contract": Account(code)})
    assert world.call("contract").output is None


def test_endless_recursion_ends() -> None:
    again = word(0, 0, 0, 0, 0, "ADDRESS", "GAS", "CALL")
    assert one(again) in {0, 1}


# --- calls that change something


def test_calls_run_one_after_another_on_one_state() -> None:
    counter = word(1, "SLOAD", 1, "ADD", "DUP1", 1, "SSTORE")
    world = World({"contract": Account(counter, {1: 40})})
    call = Call(address("contract"), b"")
    assert [answer(outcome) for outcome in world.calls(call, call, call)] == [41, 42, 43]
    assert [answer(outcome) for outcome in world.calls(call)] == [41]


def test_a_call_that_fails_changes_nothing() -> None:
    code = asm(
        *("CALLDATASIZE", "@read", "JUMPI", 9, 1, "SSTORE", 0, 0, "REVERT"),
        *(":read", 1, "SLOAD", 0, "MSTORE", 32, 0, "RETURN"),
    )
    world = World({"contract": Account(code, {1: 40})})
    failed, read = world.calls(Call(address("contract"), b""), Call(address("contract"), b"\x01"))
    assert failed.output is None
    assert answer(read) == 40


def test_transient_storage_lasts_for_one_call() -> None:
    code = word(1, "TLOAD", 1, "TLOAD", 1, "ADD", 1, "TSTORE")
    world = World({"contract": Account(code)})
    call = Call(address("contract"), b"")
    assert [answer(outcome) for outcome in world.calls(call, call)] == [0, 0]


def test_code_that_a_call_creates_runs_in_the_next() -> None:
    world, (created, init) = World({"factory": Account(FACTORY)}), deployment(word(1, "SLOAD", 6, "ADD"))
    calls = (Call(address("factory"), init), Call(created, b""))
    first, second = world.calls(*calls, witnesses=world.everything(created))
    assert answer(first) == int(created, 16)
    assert first.created == second.created == (created,)
    assert answer(second) == 6
    made = (created, keccak(word(1, "SLOAD", 6, "ADD")))
    assert first.codes == ((address("factory"), keccak(FACTORY)), made)
    assert second.codes == (made,)


def test_t60_a_place_for_new_code_is_not_taken_for_empty() -> None:
    world, (created, init) = World({"factory": Account(FACTORY)}), deployment(word(6))
    with pytest.raises(UnprovenStateError) as caught:
        world.call("factory", init)
    assert caught.value.missing == ((created, ()),)


def test_new_code_does_not_replace_code() -> None:
    created, init = deployment(word(6))
    world = World({"factory": Account(FACTORY)})
    world.state.put(created, [b"\x01", b"", EMPTY_ROOT, keccak(word(5))])
    taken = contracts.header(world.state.state.root_hash)
    proof = replace(world.witness(created).proof, account_nodes=tuple(world.state.account(created)))
    factory = replace(
        world.witness(address("factory")),
        proof=replace(
            world.witness(address("factory")).proof, account_nodes=tuple(world.state.account(address("factory")))
        ),
    )
    given = (factory, Witness(proof, (), word(5)))
    first, second = proven_calls(CHAIN, taken, given, (Call(address("factory"), init), Call(created, b"")))
    assert (answer(first), answer(second), second.created) == (0, 5, ())


def test_selfdestruct_removes_code_by_the_forks_own_rule() -> None:
    """Since Cancun (EIP-6780) only what was created in the same call goes."""
    code = asm("CALLDATASIZE", "@end", "JUMPI", "ADDRESS", "SELFDESTRUCT", ":end", 5, 0, "MSTORE", 32, 0, "RETURN")
    for fields, left in ((17, b""), (20, key(5)), (21, key(5))):
        world = World({"contract": Account(code, balance=3)}, fields)
        calls = (Call(address("contract"), b""), Call(address("contract"), b"\x01"))
        gone, after = world.calls(*calls)
        assert gone.output == b""
        assert after.output == left


def test_what_is_created_and_destroyed_in_one_call_is_gone() -> None:
    destroyed = asm("CALLER", "SELFDESTRUCT")
    world = World({"factory": Account(FACTORY)})
    created = created_address(destroyed)
    (outcome,) = world.calls(Call(address("factory"), destroyed), witnesses=world.everything(created))
    assert answer(outcome) == int(created, 16)
    assert outcome.created == ()


def test_coins_move_between_proven_accounts_alone() -> None:
    paying = word(0, 0, 0, 0, 4, at("other"), "GAS", "CALL", "POP", at("other"), "BALANCE")
    world = World({"contract": Account(paying, balance=10), "other": Account(balance=1)})
    assert answer(world.call("contract")) == 5
    poor = World({"contract": Account(paying, balance=3), "other": Account(balance=1)})
    assert answer(poor.call("contract")) == 1
    with pytest.raises(UnprovenStateError):
        world.call("contract", witnesses=(world.witness(address("contract")),))


def test_an_account_has_the_code_that_its_hash_says() -> None:
    assert one(word("ADDRESS", "EXTCODEHASH")) == int.from_bytes(keccak(word("ADDRESS", "EXTCODEHASH")))
    assert one(word(at("plain"), "EXTCODEHASH"), plain=Account()) == int.from_bytes(EMPTY_CODE)
    assert one(word(at("other"), "EXTCODESIZE"), other=Account(b"\x01\x02\x03")) == 3


@pytest.mark.parametrize("who", ["", "0x", "0x12", address("contract").upper(), "contract"])
def test_t46_what_is_called_has_one_spelling(who: str) -> None:
    world = World({"contract": Account(word(5))})
    with pytest.raises(FormatError):
        world.calls(Call(who, b""))


def modexp(base: bytes, exponent: bytes, modulus: bytes) -> bytes:
    data = b"".join(len(part).to_bytes(32, "big") for part in (base, exponent, modulus)) + base + exponent + modulus
    copy = ("CALLDATASIZE", 0, 0, "CALLDATACOPY")
    code = asm(*copy, 32, 0, "CALLDATASIZE", 0, 5, "GAS", "STATICCALL", "POP", 32, 0, "RETURN")
    return World({"contract": Account(code)}).call("contract", data).output or b""


def test_a_power_is_computed() -> None:
    assert int.from_bytes(modexp(b"\x03", b"\x04", bytes(31) + b"\x64")) == 81


@pytest.mark.parametrize(("base", "size"), [(b"", 32), (b"\x01" * 1025, 32), (b"\x02", 1025)])
def test_t60_a_power_that_the_library_and_the_chain_tell_apart_is_not_computed(base: bytes, size: int) -> None:
    """An empty base to the power 0 is 1; the longest operands are refused by later rules."""
    with pytest.raises(UnsupportedEvidenceError, match="power"):
        modexp(base, b"", (5).to_bytes(size, "big"))
