"""What an account held, computed from evidence files by the verifier's own layouts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from por.checks.holdings import ProvenHolding, proven_holding
from por.checks.observation import Broken, Missing, Observation, Seen
from por.encoding import evm_account_proof_v1, media_types
from por.encoding.evm_account_proof_v1 import AccountProofDocument
from por.model import (
    AccountProof,
    AssetId,
    ChainId,
    ClaimedHolding,
    Digest,
    Header,
    Implementation,
    KeyOrder,
    TokenLayout,
)
from tests.checks import scenery
from tests.checks.scenery import (
    CHAIN,
    COINS,
    DOLLARS,
    ETH,
    LAYOUT,
    USDC,
    Files,
    State,
    account,
    address,
    bundle,
    files,
    headers,
    listed,
    open_in,
    slot_of,
    state,
    with_claim,
)

TOKEN_CODE = ((USDC.reference, scenery.CODE_HASH),)
COLD = account("cold")
HEADER = headers()[0]


def looked(
    tmp_path: Path,
    claim: ClaimedHolding,
    have: Files | None = None,
    *,
    name: str = "cold",
    header: Header = HEADER,
    layouts: tuple[TokenLayout, ...] = (LAYOUT,),
) -> Observation[ProvenHolding]:
    """Put a claim into the bundle and compute what its evidence implies."""
    known = files() if have is None else have
    made = listed(with_claim(name, claim.asset, evidence=claim.evidence), known)
    return proven_holding(open_in(tmp_path, made, known), account(name), claim, header, layouts)


def claimed(asset: AssetId, name: str = "cold") -> ClaimedHolding:
    row = bundle().reserves[list(scenery.ACCOUNTS).index(name)]
    return next(claim for claim in row.holdings if claim.asset == asset)


def with_evidence(asset: AssetId, *digests: Digest) -> ClaimedHolding:
    return replace(claimed(asset), evidence=digests)


@pytest.mark.parametrize("name", list(scenery.ACCOUNTS))
def test_the_exact_coins_and_tokens_are_proven(tmp_path: Path, name: str) -> None:
    coins = looked(tmp_path / "c", claimed(ETH, name), name=name)
    assert isinstance(coins, Seen)
    assert (coins.value.units, coins.value.flags) == (COINS[name], 0)
    assert coins.value.state is not None
    assert coins.value.state.balance == COINS[name]
    dollars = looked(tmp_path / "d", claimed(USDC, name), name=name)
    assert dollars == Seen(ProvenHolding(DOLLARS[name], 0, None, codes=TOKEN_CODE))


def test_an_absent_account_held_nothing(tmp_path: Path) -> None:
    have = files()
    who = address("nobody")
    claim = with_evidence(ETH, have.proof(state().of_account(who)))
    made = listed(with_claim("cold", ETH, evidence=claim.evidence), have)
    seen = proven_holding(open_in(tmp_path, made, have), account("nobody"), claim, HEADER, ())
    assert isinstance(seen, Seen)
    assert seen.value.units == 0
    assert seen.value.state is not None
    assert not seen.value.state.exists


def test_a_holder_without_word_held_no_tokens(tmp_path: Path) -> None:
    have = files()
    proof = state().of_account(USDC.reference, [slot_of(address("nobody"))])
    claim = with_evidence(USDC, have.proof(proof))
    made = listed(with_claim("cold", USDC, evidence=claim.evidence), have)
    seen = proven_holding(open_in(tmp_path, made, have), account("nobody"), claim, HEADER, (LAYOUT,))
    assert seen == Seen(ProvenHolding(0, 0, None, codes=TOKEN_CODE))


def test_t68_a_claim_without_evidence_is_missing(tmp_path: Path) -> None:
    assert isinstance(looked(tmp_path, with_evidence(ETH)), Missing)


def test_t68_a_withheld_evidence_file_is_missing(tmp_path: Path) -> None:
    have = files()
    del have.data[claimed(ETH).evidence[0]]
    made = open_in(tmp_path, bundle(), have)
    assert isinstance(proven_holding(made, COLD, claimed(ETH), HEADER, (LAYOUT,)), Missing)


Lie = Callable[[Files], ClaimedHolding]


def _coin_proof(have: Files) -> AccountProof:
    return state().of_account(address("cold"))


def _token_proof(have: Files) -> AccountProof:
    return state().of_account(USDC.reference, [slot_of(address("cold"))])


BROKEN: dict[str, Lie] = {
    "another account's coins": lambda have: with_evidence(ETH, have.proof(state().of_account(address("house")))),
    "another account's coins, relabelled": lambda have: with_evidence(
        ETH, have.proof(replace(state().of_account(address("house")), address=address("cold")))
    ),
    "the coins twice": lambda have: with_evidence(ETH, *2 * (have.proof(_coin_proof(have)),)),
    "coins with storage": lambda have: with_evidence(ETH, have.proof(replace(_coin_proof(have), storage_nodes=((),)))),
    "coins without the last node": lambda have: with_evidence(
        ETH, have.proof(replace(_coin_proof(have), account_nodes=_coin_proof(have).account_nodes[:-1]))
    ),
    "coins without any node": lambda have: with_evidence(ETH, have.proof(replace(_coin_proof(have), account_nodes=()))),
    "coins with a spare node": lambda have: with_evidence(
        ETH, have.proof(replace(_coin_proof(have), account_nodes=(*_coin_proof(have).account_nodes, b"\xc0")))
    ),
    "coins of another state": lambda have: with_evidence(
        ETH, have.proof(State.of({address("cold"): 10**30}, {}).of_account(address("cold")))
    ),
    "a proof of another block": lambda have: with_evidence(ETH, have.proof(_coin_proof(have), headers()[1].hash)),
    "a proof of another chain": lambda have: with_evidence(
        ETH, have.proof(_coin_proof(have), chain=ChainId("eip155", "10"))
    ),
    "a header instead of a proof": lambda have: with_evidence(ETH, bundle().blocks[0].header),
    "no document": lambda have: with_evidence(ETH, have.add(b"{}", media_types.EVM_ACCOUNT_PROOF)),
    "tokens by the holder's own account": lambda have: with_evidence(
        USDC, have.proof(state().of_account(address("cold"), [slot_of(address("cold"))]))
    ),
    "tokens of another holder": lambda have: with_evidence(
        USDC, have.proof(state().of_account(USDC.reference, [slot_of(address("house"))]))
    ),
    "tokens without storage": lambda have: with_evidence(USDC, have.proof(state().of_account(USDC.reference))),
    "tokens with two words": lambda have: with_evidence(
        USDC, have.proof(state().of_account(USDC.reference, [slot_of(address(n)) for n in ("cold", "hot")]))
    ),
}


@pytest.mark.parametrize("lie", BROKEN)
def test_t42_t46_t55_evidence_that_does_not_fit_is_broken(tmp_path: Path, lie: str) -> None:
    have = files()
    assert isinstance(looked(tmp_path, BROKEN[lie](have), have), Broken)


def test_t42_any_flipped_bit_of_a_node_breaks_the_proof(tmp_path: Path) -> None:
    proof = _coin_proof(files())
    for level, node in enumerate(proof.account_nodes):
        for position in (0, len(node) // 2, len(node) - 1):
            nodes = list(proof.account_nodes)
            nodes[level] = node[:position] + bytes([node[position] ^ 0x10]) + node[position + 1 :]
            have = files()
            claim = with_evidence(ETH, have.proof(replace(proof, account_nodes=tuple(nodes))))
            assert isinstance(looked(tmp_path / f"{level}-{position}", claim, have), Broken)


def test_t60_an_unknown_layout_or_code_is_missing_and_names_the_code(tmp_path: Path) -> None:
    other_code = replace(LAYOUT, code_hash=b"\x07" * 32)
    other_asset = replace(LAYOUT, asset=AssetId(CHAIN, "erc20", address("another token")))
    for number, layouts in enumerate(((), (other_code,), (other_asset,))):
        found = looked(tmp_path / str(number), claimed(USDC), layouts=layouts)
        assert isinstance(found, Missing)
        assert scenery.CODE_HASH.hex() in found.reason
        assert "[[layout]]" in found.reason


def test_t60_a_layout_with_a_pinned_implementation_needs_its_proof(tmp_path: Path) -> None:
    pinned = replace(LAYOUT, implementation=Implementation(b"\x02" * 32, b"\x03" * 32))
    assert isinstance(looked(tmp_path, claimed(USDC), layouts=(pinned,)), Missing)


def test_the_first_layout_that_fits_counts(tmp_path: Path) -> None:
    wrong_slot = replace(LAYOUT, base_slot=8)
    assert isinstance(looked(tmp_path / "a", claimed(USDC), layouts=(wrong_slot, LAYOUT)), Broken)
    assert isinstance(looked(tmp_path / "b", claimed(USDC), layouts=(LAYOUT, wrong_slot)), Seen)


def test_evidence_never_chooses_the_order_of_the_key(tmp_path: Path) -> None:
    vyper = replace(LAYOUT, order=KeyOrder.SLOT_KEY)
    assert isinstance(looked(tmp_path, claimed(USDC), layouts=(vyper,)), Broken)


def test_flag_bits_beside_a_balance_are_kept_apart(tmp_path: Path) -> None:
    masked = replace(LAYOUT, mask=2**8 - 1)
    seen = looked(tmp_path, claimed(USDC), layouts=(masked,))
    word = DOLLARS["cold"]
    assert seen == Seen(ProvenHolding(word & 0xFF, word & ~0xFF, None, codes=TOKEN_CODE))


def test_t70_assets_of_another_kind_are_missing(tmp_path: Path) -> None:
    have = files()
    asset = AssetId(CHAIN, "erc721", USDC.reference)
    claim = ClaimedHolding(asset, 1, (have.proof(_token_proof(have)),))
    rows = sorted((claim, *bundle().reserves[0].holdings), key=lambda row: str(row.asset))
    made = listed(scenery.with_account("cold", holdings=tuple(rows)), have)
    found = proven_holding(open_in(tmp_path, made, have), COLD, claim, HEADER, (LAYOUT,))
    assert isinstance(found, Missing)
    assert "erc721" in found.reason


def test_t55_a_header_nobody_mined_proves_its_own_state_and_no_more(tmp_path: Path) -> None:
    """The holding is what that header's state has; that a chain has the header is another check's question."""
    rich = State.of({address("cold"): 10**30}, {})
    block, _ = headers(rich.root)
    have = files()
    document = AccountProofDocument(CHAIN, block.hash, rich.of_account(address("cold")))
    digest = have.add(evm_account_proof_v1.write(document), media_types.EVM_ACCOUNT_PROOF)
    seen = looked(tmp_path, with_evidence(ETH, digest), have, header=block)
    assert isinstance(seen, Seen)
    assert seen.value.units == 10**30
    assert isinstance(looked(tmp_path / "b", with_evidence(ETH, digest), have), Broken)
