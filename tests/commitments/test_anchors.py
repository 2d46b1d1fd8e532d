"""What an issuer anchors, against the same said again: by eth-abi, by a plain tree, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak
from hypothesis import assume, given
from hypothesis import strategies as st

from por.commitments.anchors import (
    anchor_id,
    anchor_of,
    asset_key,
    asset_sums,
    claim_hash,
    reserve_claims,
    reserve_set_root,
    totals_digest,
    totals_of,
)
from por.encoding.entry_v1 import MAX_TOTALS
from por.errors import EvidenceError
from por.model import (
    Anchor,
    AnchoredEntry,
    AssetId,
    AssetTotal,
    Bundle,
    ChainId,
    ClaimedHolding,
    Digest,
    Instant,
    ReserveAccount,
    Role,
)
from tests.checks import registry_scenery, scenery
from tests.checks.scenery import ETH, USDC
from tests.contracts.anchors import Anchored, Entry
from tests.contracts.committed import Claim, ReserveSet
from tests.documents import accounts, bundles, digests, evm_addresses, hashes, reserve_accounts

u64 = st.integers(0, 2**64 - 1)
u128 = st.integers(0, 2**128 - 1)
totals = st.lists(st.builds(AssetTotal, hashes, u128, u128), max_size=4).map(tuple)
ONE, TEN = ChainId("eip155", "1"), ChainId("eip155", "10")


@st.composite
def entries(draw: st.DrawFn) -> AnchoredEntry:
    instant = Instant(draw(st.integers(0, 2**33)))
    first, second = draw(hashes), draw(hashes)
    anchor = Anchor(instant, draw(u64), draw(u64), first, second, draw(digests), draw(hashes), draw(u64))
    return AnchoredEntry(draw(evm_addresses), draw(u64), draw(hashes), anchor, draw(totals))


def plainly(entry: AnchoredEntry) -> Anchored:
    """Say an entry in the words of the contracts' tests."""
    said = Entry(*registry_scenery.values_of(entry.anchor))
    return Anchored(entry.issuer, entry.sequence, entry.previous, said, registry_scenery.totals_of(entry))


# --- the id


@given(entries())
def test_an_id_is_the_contracts(entry: AnchoredEntry) -> None:
    assert anchor_id(entry) == plainly(entry).id == registry_scenery.id_of(entry)


@given(entries(), st.data())
def test_t36_any_other_field_is_another_id(entry: AnchoredEntry, data: st.DataObject) -> None:
    other = data.draw(entries())
    field = data.draw(st.sampled_from(["issuer", "sequence", "previous", "anchor", "totals"]))
    assume(getattr(entry, field) != getattr(other, field))
    assert anchor_id(replace(entry, **{field: getattr(other, field)})) != anchor_id(entry)


@given(entries(), st.sampled_from([*Anchor.__dataclass_fields__]), entries())
def test_t36_t38_any_other_field_of_an_anchor_is_another_id(
    entry: AnchoredEntry, field: str, other: AnchoredEntry
) -> None:
    value = getattr(other.anchor, field)
    assume(value != getattr(entry.anchor, field))
    changed = replace(entry, anchor=replace(entry.anchor, **{field: value}))
    assert anchor_id(changed) != anchor_id(entry)


EXAMPLE = AnchoredEntry(
    "0x" + "11" * 20,
    1,
    bytes(32),
    Anchor(Instant(5), 1, 2, bytes(32), bytes(32), Digest(bytes(32)), bytes(32), 0),
    (AssetTotal(bytes(32), 1, 2),),
)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "0x" + "11" * 19},
        {"issuer": "exchange.example"},
        {"issuer": ""},
        {"sequence": -1},
        {"sequence": 2**64},
        {"previous": bytes(31)},
        {"previous": b""},
        {"totals": (AssetTotal(bytes(31), 1, 2),)},
        {"totals": (AssetTotal(bytes(32), -1, 2),)},
        {"totals": (AssetTotal(bytes(32), 1, 2**128),)},
        {"anchor": replace(EXAMPLE.anchor, instant=Instant(-1))},
        {"anchor": replace(EXAMPLE.anchor, snapshot_chain=2**64)},
        {"anchor": replace(EXAMPLE.anchor, snapshot_block=-1)},
        {"anchor": replace(EXAMPLE.anchor, snapshot_hash=bytes(33))},
        {"anchor": replace(EXAMPLE.anchor, commitments_root=b"")},
        {"anchor": replace(EXAMPLE.anchor, bundle=Digest(bytes(31)))},
        {"anchor": replace(EXAMPLE.anchor, reserve_set_root=bytes(31))},
        {"anchor": replace(EXAMPLE.anchor, supersedes=2**64)},
    ],
)
def test_what_no_registry_holds_has_no_id(changes: dict[str, object]) -> None:
    anchor_id(EXAMPLE)
    with pytest.raises(EvidenceError):
        anchor_id(replace(EXAMPLE, **changes))  # type: ignore[arg-type]


# --- the reserve set


@given(st.lists(reserve_accounts(), max_size=4))
def test_a_reserve_set_is_the_contracts(rows: list[ReserveAccount]) -> None:
    named = sorted((str(row.account), str(c.asset), c.amount) for row in rows for c in row.holdings)
    claims = [Claim(*row) for row in named]
    assert reserve_claims(rows) == tuple(claim.hash for claim in claims)
    assert reserve_set_root(rows) == ReserveSet(claims).root


@given(st.lists(reserve_accounts(), max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_accounts_does_not_matter(rows: list[ReserveAccount], shuffler: object) -> None:
    other = list(rows)
    shuffler.shuffle(other)  # type: ignore[attr-defined]
    assert reserve_set_root(other) == reserve_set_root(rows)


@given(accounts(), accounts(), u128, u128)
def test_t08_no_two_claims_have_one_hash(left: object, right: object, one: int, two: int) -> None:
    same = (str(left), one) == (str(right), two)
    assert (claim_hash(str(left), "a", one) == claim_hash(str(right), "a", two)) == same


def test_t08_a_claim_is_cut_where_its_fields_are() -> None:
    assert claim_hash("ab", "c", 1) != claim_hash("a", "bc", 1)


@pytest.mark.parametrize("amount", [-1, 2**128, 2**256])
def test_t06_an_amount_beyond_128_bits_is_refused(amount: int) -> None:
    with pytest.raises(EvidenceError, match="128 bits"):
        claim_hash("a", "b", amount)


# --- the totals


@given(bundles())
def test_totals_are_what_is_owed_and_claimed_of_each_asset(bundle: Bundle) -> None:
    try:
        found = totals_of(bundle)
    except EvidenceError:
        assert any(max(owed, claimed) >= 2**128 for _, owed, claimed in asset_sums(bundle))
        return
    assert found == registry_scenery.totals(bundle)
    assert [total.asset for total in found] == sorted({total.asset for total in found})


def test_debts_lower_nothing_and_house_coins_add_nothing() -> None:
    made = scenery.bundle()
    found = {total.asset: (total.liabilities, total.reserves) for total in totals_of(made)}
    assert found == {asset_key(ETH): (100 * 10**18, 100 * 10**18), asset_key(USDC): (1000 * 10**6, 1000 * 10**6)}


def test_an_asset_that_is_only_owed_or_only_held_is_there_with_a_zero() -> None:
    made = scenery.bundle(reserves=())
    assert {total.reserves for total in totals_of(made)} == {0}
    assert {total.liabilities for total in totals_of(scenery.bundle(liabilities=()))} == {0}


def test_t06_sums_beyond_128_bits_are_refused() -> None:
    row = scenery.bundle().reserves[0]
    most = replace(row, holdings=(ClaimedHolding(ETH, 2**128 - 1, ()),))
    one = replace(row, holdings=(ClaimedHolding(ETH, 1, ()),), role=Role.CUSTOMER)
    assert totals_of(scenery.bundle(reserves=(most,)))
    with pytest.raises(EvidenceError, match="128 bits"):
        totals_of(scenery.bundle(reserves=(most, one)))


def test_t84_more_assets_than_an_entry_takes_are_refused() -> None:
    made = scenery.bundle()
    coins = [AssetId(ONE, "erc20", f"0x{number:040x}") for number in range(MAX_TOTALS + 1)]
    rows = [replace(made.reserves[0], holdings=tuple(ClaimedHolding(coin, 1, ()) for coin in coins))]
    fitting = replace(rows[0], holdings=rows[0].holdings[1:])
    assert len(totals_of(scenery.bundle(liabilities=(), reserves=(fitting,)))) == MAX_TOTALS
    with pytest.raises(EvidenceError, match="4097 assets; an entry takes at most 4096"):
        totals_of(scenery.bundle(liabilities=(), reserves=tuple(rows)))


@given(totals)
def test_the_totals_digest_is_the_contracts(rows: tuple[AssetTotal, ...]) -> None:
    entry = replace(EXAMPLE, totals=rows)
    assert totals_digest(rows) == plainly(entry).preimage[4]


def test_an_asset_is_named_by_the_hash_of_its_text() -> None:
    assert asset_key(ETH) == keccak(text="eip155:1/slip44:60")
    assert asset_key(AssetId(TEN, "slip44", "60")) != asset_key(ETH)


# --- the anchor


@given(bundles(), digests, st.integers(0, 5))
def test_an_anchor_is_of_this_bundle(bundle: Bundle, digest: Digest, supersedes: int) -> None:
    anchor = anchor_of(bundle, digest, ONE, supersedes)
    assert (anchor.instant, anchor.commitments_root, anchor.bundle) == (
        bundle.instant,
        bundle.commitments_root,
        digest,
    )
    assert (anchor.reserve_set_root, anchor.supersedes) == (reserve_set_root(bundle.reserves), supersedes)


def test_t53_the_snapshot_block_is_that_of_the_registrys_chain_or_none() -> None:
    made, block = scenery.bundle(), scenery.bundle().blocks[0].block
    here = anchor_of(made, Digest(bytes(32)), ONE, 0)
    assert (here.snapshot_chain, here.snapshot_block, here.snapshot_hash) == (1, block.number, block.hash)
    there = anchor_of(made, Digest(bytes(32)), TEN, 0)
    assert (there.snapshot_chain, there.snapshot_block, there.snapshot_hash) == (0, 0, bytes(32))


def test_the_anchor_is_the_one_of_the_scenery() -> None:
    made = registry_scenery.bundle()
    wanted = registry_scenery.anchor_of(made)
    assert anchor_of(made, wanted.bundle, ONE, 0) == wanted
