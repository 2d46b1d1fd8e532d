"""Proven calls out of evidence files: which file has what, which rows accept the code, and what the outcome is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.checks.holdings import ProvenHolding, proven_holding
from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.witness_evidence import read_witnesses
from por.encoding import evm_code_v1, evm_witness_v1, media_types
from por.encoding.evm_witness_v1 import WitnessDocument
from por.model import AssetId, CallMethod, ChainId, ClaimedHolding, Digest, TokenCall, Witness
from scripts.proof_vectors.case import EMPTY_ROOT
from scripts.proof_vectors.case import address as made_up
from tests.checks.scenery import Files, account, address, bundle, files, listed, open_in, with_account
from tests.proofs.state.contracts import (
    CHAIN,
    PROXY,
    REBASING,
    TOKEN,
    VAULT,
    Account,
    World,
    asm,
    balance_slot,
    header,
    word,
)

COLD = account("cold")
SLOT = balance_slot(address("cold"))
TOKEN_AT = made_up("token")
ASSET = AssetId(CHAIN, "erc20", TOKEN_AT)
DOLLARS = AssetId(CHAIN, "erc20", made_up("dollars"))


def world(code: bytes, behind: bytes = REBASING) -> World:
    words = {SLOT: 500, 1: 3000, 0: int(made_up("code"), 16)}
    return World({"token": Account(code, words), "code": Account(behind)})


def row(*codes: bytes, method: CallMethod = CallMethod.BALANCE_OF) -> TokenCall:
    underlying = DOLLARS if method is CallMethod.CONVERT_TO_ASSETS else None
    return TokenCall(ASSET, tuple(keccak(code) for code in codes), method, underlying)


def witness_file(
    have: Files, chain: World, witnesses: Sequence[Witness], block: bytes | None = None, on: ChainId = CHAIN
) -> Digest:
    rows = tuple(sorted(witnesses, key=lambda item: item.proof.address))
    document = WitnessDocument(on, chain.header.hash if block is None else block, rows)
    return have.add(evm_witness_v1.write(document), media_types.EVM_WITNESS)


def code_file(have: Files, code: bytes) -> Digest:
    return have.add(evm_code_v1.write(code), media_types.EVM_CODE)


def whole(have: Files, chain: World, *codes: bytes) -> tuple[Digest, ...]:
    return (witness_file(have, chain, chain.everything()), *(code_file(have, code) for code in codes))


def looked(
    tmp_path: Path, chain: World, evidence: tuple[Digest, ...], have: Files, *calls: TokenCall
) -> Observation[ProvenHolding]:
    claim = ClaimedHolding(ASSET, 500, evidence)
    made = listed(with_account("cold", bundle(), holdings=(claim,)), have)
    return proven_holding(open_in(tmp_path, made, have), COLD, claim, chain.header, (), calls)


def test_a_balance_by_the_tokens_own_code(tmp_path: Path) -> None:
    have, chain = files(), world(TOKEN)
    codes = ((TOKEN_AT, keccak(TOKEN)),)
    found = looked(tmp_path, chain, whole(have, chain, TOKEN), have, row(TOKEN))
    assert found == Seen(ProvenHolding(500, 0, None, codes=codes))


def test_files_may_come_in_any_order_and_in_pieces(tmp_path: Path) -> None:
    have, chain = files(), world(PROXY)
    evidence = (
        code_file(have, REBASING),
        witness_file(have, chain, [chain.witness(TOKEN_AT, SLOT)]),
        witness_file(have, chain, [chain.witness(made_up("code")), chain.witness(TOKEN_AT, 0, 1)]),
        code_file(have, PROXY),
    )
    found = looked(tmp_path, chain, evidence, have, row(PROXY, REBASING))
    assert isinstance(found, Seen)
    assert found.value.units == 1500
    assert [who for who, _ in found.value.codes] == [TOKEN_AT, made_up("code")]


def test_a_vaults_underlying_is_told(tmp_path: Path) -> None:
    have, chain = files(), world(VAULT)
    accepts = row(VAULT, method=CallMethod.CONVERT_TO_ASSETS)
    found = looked(tmp_path, chain, whole(have, chain, VAULT), have, accepts)
    assert isinstance(found, Seen)
    assert (found.value.units, found.value.underlying) == (500, (DOLLARS, 1500))


def test_the_first_row_that_accepts_all_code_speaks(tmp_path: Path) -> None:
    have, chain = files(), world(PROXY)
    evidence = whole(have, chain, PROXY, REBASING)
    found = looked(tmp_path, chain, evidence, have, row(PROXY, TOKEN), row(PROXY, REBASING), row(PROXY, VAULT))
    assert isinstance(found, Seen)
    assert found.value.units == 1500


@pytest.mark.parametrize(
    "rows", [(), (row(TOKEN),), (row(PROXY),), (row(PROXY, TOKEN),), (row(REBASING, PROXY),), (row(TOKEN), row(VAULT))]
)
def test_t60_code_that_no_row_accepts_is_inconclusive_and_named(tmp_path: Path, rows: tuple[TokenCall, ...]) -> None:
    have, chain = files(), world(PROXY)
    found = looked(tmp_path, chain, whole(have, chain, PROXY, REBASING), have, *rows)
    assert isinstance(found, Missing)
    assert "[[call]]" in found.reason
    if rows:
        assert any(keccak(code).hex() in found.reason for code in (PROXY, REBASING))


def test_t60_a_proxy_swapped_to_a_liar_is_inconclusive(tmp_path: Path) -> None:
    liar = word(10**30)
    have, chain = files(), world(PROXY, behind=liar)
    found = looked(tmp_path, chain, whole(have, chain, PROXY, liar), have, row(PROXY, REBASING))
    assert isinstance(found, Missing)
    assert keccak(liar).hex() in found.reason


def test_t61_another_tokens_row_accepts_nothing(tmp_path: Path) -> None:
    have, chain = files(), world(TOKEN)
    other = replace(row(TOKEN), asset=DOLLARS)
    assert isinstance(looked(tmp_path, chain, whole(have, chain, TOKEN), have, other), Missing)


def test_t60_what_this_machine_cannot_run_is_inconclusive(tmp_path: Path) -> None:
    for number, code in enumerate((word(1, "CLZ"), word(2, "NUMBER", "SUB", "BLOCKHASH"), word("BLOBBASEFEE"))):
        have, chain = files(), world(code)
        found = looked(tmp_path / str(number), chain, whole(have, chain, code), have, row(code))
        assert isinstance(found, Missing)


def test_t68_a_withheld_file_is_missing(tmp_path: Path) -> None:
    have, chain = files(), world(TOKEN)
    evidence = whole(have, chain, TOKEN)
    for number, digest in enumerate(evidence):
        fewer = Files(dict(have.data), dict(have.entries))
        del fewer.data[digest]
        assert isinstance(looked(tmp_path / str(number), chain, evidence, fewer, row(TOKEN)), Missing)


Lie = Callable[[Files, World], tuple[Digest, ...]]


def _spoilt(witness: Witness) -> Witness:
    nodes = witness.proof.account_nodes
    last = nodes[-1][:-1] + bytes([nodes[-1][-1] ^ 1])
    return replace(witness, proof=replace(witness.proof, account_nodes=(*nodes[:-1], last)))


BROKEN: dict[str, Lie] = {
    "a slot left out": lambda have, chain: (
        witness_file(have, chain, [chain.witness(TOKEN_AT, 1)]),
        code_file(have, TOKEN),
    ),
    "the account left out": lambda have, chain: (
        witness_file(have, chain, [chain.witness(made_up("code"))]),
        code_file(have, TOKEN),
    ),
    "an empty witness": lambda have, chain: (witness_file(have, chain, []), code_file(have, TOKEN)),
    "only code": lambda have, chain: (code_file(have, TOKEN),),
    "the code left out": lambda have, chain: (witness_file(have, chain, chain.everything()),),
    "other code in its place": lambda have, chain: whole(have, chain, word(10**30)),
    "another chain": lambda have, chain: (
        witness_file(have, chain, chain.everything(), on=ChainId("eip155", "10")),
        code_file(have, TOKEN),
    ),
    "another block": lambda have, chain: (
        witness_file(have, chain, chain.everything(), b"\x01" * 32),
        code_file(have, TOKEN),
    ),
    "another state": lambda have, chain: (
        witness_file(have, chain, World({"token": Account(TOKEN, {SLOT: 10**30})}).everything()),
        code_file(have, TOKEN),
    ),
    "a spoilt node": lambda have, chain: (
        witness_file(have, chain, [_spoilt(chain.witness(TOKEN_AT, SLOT))]),
        code_file(have, TOKEN),
    ),
    "another key's word": lambda have, chain: (
        witness_file(
            have,
            chain,
            [replace(chain.witness(TOKEN_AT, 1), keys=(SLOT.to_bytes(32, "big"),))],
        ),
        code_file(have, TOKEN),
    ),
    "no witness document": lambda have, chain: (have.add(b"{}", media_types.EVM_WITNESS), code_file(have, TOKEN)),
    "no code document": lambda have, chain: (
        witness_file(have, chain, chain.everything()),
        have.add(b"{}", media_types.EVM_CODE),
    ),
    "an account proof among them": lambda have, chain: (
        *whole(have, chain, TOKEN),
        have.proof(chain.witness(TOKEN_AT).proof, chain.header.hash),
    ),
    "a file that is not listed": lambda have, chain: (*whole(have, chain, TOKEN), Digest(b"\x05" * 32)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_t42_t60_evidence_that_does_not_fit_is_broken(tmp_path: Path, name: str) -> None:
    have, chain = files(), world(TOKEN)
    evidence = BROKEN[name](have, chain)
    claim = ClaimedHolding(ASSET, 500, evidence)
    used = tuple(digest for digest in evidence if digest in have.entries)
    made = listed(with_account("cold", bundle(), holdings=(replace(claim, evidence=used),)), have)
    opened = open_in(tmp_path, made, have)
    assert isinstance(proven_holding(opened, COLD, claim, chain.header, (), (row(TOKEN),)), Broken)


@pytest.mark.parametrize("code", [asm("STOP"), asm(0, 0, "REVERT"), asm(64, 0, "RETURN")])
def test_t60_an_accepted_token_that_gives_no_number_is_broken(tmp_path: Path, code: bytes) -> None:
    have, chain = files(), world(code)
    assert isinstance(looked(tmp_path, chain, whole(have, chain, code), have, row(code)), Broken)


def test_coins_are_never_asked_of_a_contract(tmp_path: Path) -> None:
    have, chain = files(), world(TOKEN)
    claim = ClaimedHolding(AssetId(CHAIN, "slip44", "60"), 500, whole(have, chain, TOKEN))
    made = listed(with_account("cold", bundle(), holdings=(claim,)), have)
    assert isinstance(proven_holding(open_in(tmp_path, made, have), COLD, claim, chain.header, (), ()), Broken)


def test_each_account_gets_the_code_of_its_own_hash(tmp_path: Path) -> None:
    have, chain = files(), world(PROXY)
    evidence = (*whole(have, chain, REBASING), code_file(have, VAULT))
    claim = ClaimedHolding(ASSET, 500, evidence)
    opened = open_in(tmp_path, listed(with_account("cold", bundle(), holdings=(claim,)), have), have)
    seen = read_witnesses(opened, evidence, CHAIN, chain.header)
    assert isinstance(seen, Seen)
    assert {item.proof.address: item.code for item in seen.value} == {TOKEN_AT: None, made_up("code"): REBASING}


def test_an_account_with_code_that_holds_coins_names_it(tmp_path: Path) -> None:
    have = files()
    code_hash = keccak(b"a wallet")
    chain = World({})
    chain.state.put(COLD.address, [b"\x01", b"\x07", EMPTY_ROOT, code_hash])
    block = header(chain.state.state.root_hash)
    proof = replace(chain.witness(COLD.address).proof, account_nodes=tuple(chain.state.account(COLD.address)))
    claim = ClaimedHolding(
        AssetId(CHAIN, "slip44", "60"), 7, (have.proof(replace(proof, storage_nodes=()), block.hash),)
    )
    opened = open_in(tmp_path, listed(with_account("cold", bundle(), holdings=(claim,)), have), have)
    seen = proven_holding(opened, COLD, claim, block, ())
    assert isinstance(seen, Seen)
    assert (seen.value.units, seen.value.codes) == (7, ((COLD.address, code_hash),))
