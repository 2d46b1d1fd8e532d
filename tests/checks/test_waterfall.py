"""What is left is divided exactly: the worked example to the digit, and what holds of every division."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.checks.waterfall import apportion, waterfall
from por.model import AssetId
from por.model.claims import Kind, Payment, Remains, Shares, Span
from por.model.declarations import Estate

BTC = AssetId.parse("bip122:000000000019d6689c085ae165831e93/slip44:0")
ETH = AssetId.parse("eip155:1/slip44:60")
XRP = AssetId.parse("xrpl:0/slip44:144")
PRICES = {BTC: Fraction(15_000_000), ETH: Fraction(600_000), XRP: Fraction(400)}
CLAIMS = {BTC: Fraction(1_000), ETH: Fraction(20_000), XRP: Fraction(50_000_000)}
# All hot coins and 200 BTC of cold ones are stolen: guarantee coins stand beside what is left of the cold ones.
POOL = {BTC: Fraction(756 + 44), ETH: Fraction(19_200 + 800), XRP: Fraction(47_000_000 + 2_000_000)}
ESTATE = Estate("JPY", Fraction(2_000_000_000), Fraction(3_000_000_000))
GOLDEN = Remains(tuple(Kind(asset, CLAIMS[asset], POOL[asset], PRICES[asset]) for asset in CLAIMS), Fraction(0), ESTATE)


def by_kind(remains: Remains) -> dict[AssetId, Shares]:
    return {shares.asset: shares for shares in waterfall(remains)}


def changed(asset: AssetId, remains: Remains = GOLDEN, **changes: object) -> Remains:
    kinds = (replace(kind, **changes) if kind.asset == asset else kind for kind in remains.kinds)  # type: ignore[arg-type]
    return replace(remains, kinds=tuple(kinds))


def test_the_worked_example_to_the_digit() -> None:
    found = by_kind(GOLDEN)
    assert found[BTC].per_kind == Payment(Fraction("0.8"), Fraction("0.2") * Fraction("0.3125"))
    assert found[ETH].per_kind == Payment(Fraction(1), Fraction(0))
    assert found[XRP].per_kind == Payment(Fraction("0.98"), Fraction("0.02") * Fraction("0.3125"))
    assert [found[asset].per_kind.total for asset in CLAIMS] == [Fraction("0.8625"), Fraction(1), Fraction("0.98625")]
    pooled = Fraction(43_600_000_000, 47_000_000_000)
    for asset in CLAIMS:
        assert found[asset].single_pool == Payment(pooled, (1 - pooled) * Fraction("0.3125"))
        total = found[asset].single_pool.total
        assert total is not None
        assert round(total * 100_000) == 95_027
        assert round(pooled * 100_000) == 92_766


def test_the_worked_example_as_a_range() -> None:
    found = by_kind(GOLDEN)
    pooled = Fraction(436, 470)
    assert found[BTC].preferential == Span(Fraction("0.8"), pooled)
    assert found[ETH].preferential == Span(pooled, Fraction(1))
    assert found[BTC].total == Span(Fraction("0.8625"), pooled + (1 - pooled) * Fraction("0.3125"))


def test_the_general_estate_pays_deficits_and_others_alike() -> None:
    value = sum((CLAIMS[a] * PRICES[a] * (by_kind(GOLDEN)[a].per_kind.general or 0) for a in CLAIMS), Fraction(0))
    assert value + Fraction("0.3125") * ESTATE.other_claims == ESTATE.free_assets


def test_a_shortfall_of_money_stands_beside_the_coins() -> None:
    short = by_kind(replace(GOLDEN, shortfall=Fraction(1_600_000_000)))
    assert short[BTC].per_kind.general == Fraction("0.2") * Fraction(2_000, 8_000)
    assert short[ETH].per_kind == Payment(Fraction(1), Fraction(0))


def test_a_surplus_of_one_kind_pays_deficits_of_others_through_the_estate() -> None:
    more = by_kind(changed(ETH, pool=Fraction(21_000)))
    assert more[BTC].per_kind.general == Fraction("0.2") * Fraction(2_600, 6_400)


# --- what is missing is missing, and never zero


@pytest.mark.parametrize("asset", [BTC, XRP])
def test_without_a_price_the_kinds_own_coins_still_pay(asset: AssetId) -> None:
    found = by_kind(changed(asset, price=None))
    assert found[asset].per_kind.preferential == by_kind(GOLDEN)[asset].per_kind.preferential
    for kind in CLAIMS:
        assert found[kind].single_pool == Payment(None, None)
        assert found[kind].total is None
    assert found[BTC].per_kind.general is None
    assert found[ETH].per_kind == Payment(Fraction(1), Fraction(0))


def test_a_kind_that_comes_out_even_needs_no_price_of_its_own() -> None:
    found = by_kind(changed(ETH, price=None))
    assert found[BTC].per_kind.total == Fraction("0.8625")
    assert found[BTC].single_pool == Payment(None, None)


@pytest.mark.parametrize("made", [replace(GOLDEN, estate=None), replace(GOLDEN, shortfall=None)])
def test_without_the_estate_or_the_money_the_first_part_still_stands(made: Remains) -> None:
    found = by_kind(made)
    assert found[BTC].per_kind == Payment(Fraction("0.8"), None)
    assert found[BTC].single_pool == Payment(Fraction(436, 470), None)
    assert found[BTC].preferential is not None
    assert found[BTC].total is None
    assert found[ETH].per_kind.total == 1


def test_an_unknown_pool_is_not_an_empty_one() -> None:
    found = by_kind(changed(BTC, pool=None))
    assert found[BTC].per_kind == Payment(None, None)
    assert found[XRP].per_kind == Payment(Fraction("0.98"), None)
    assert found[XRP].single_pool == Payment(None, None)


def test_where_everything_is_covered_nothing_else_is_needed() -> None:
    whole = Remains(tuple(Kind(a, CLAIMS[a], CLAIMS[a] + 1, None) for a in CLAIMS), None, None)
    assert all(s.per_kind.total == 1 and s.single_pool.total == 1 for s in waterfall(whole))


def test_a_kind_that_nobody_claims_has_no_share_and_pays_the_others() -> None:
    spare = Kind(AssetId.parse("eip155:10/slip44:60"), Fraction(0), Fraction(1_000), Fraction(600_000))
    found = by_kind(replace(GOLDEN, kinds=(*GOLDEN.kinds, spare)))
    assert set(found) == set(CLAIMS)
    assert found[BTC].per_kind.general == Fraction("0.2") * Fraction(2_600, 6_400)
    assert found[BTC].single_pool.preferential == Fraction(44_200, 47_000)


def test_an_empty_pool_pays_nothing_first() -> None:
    none = Remains(
        (Kind(BTC, Fraction(10), Fraction(0), Fraction(1)),), Fraction(0), Estate("JPY", Fraction(0), Fraction(5))
    )
    assert waterfall(none)[0].total == Span(Fraction(0), Fraction(0))


# --- what holds of every division

amounts = st.fractions(min_value=0, max_value=10**9, max_denominator=10**6)
positive = st.fractions(min_value=Fraction(1, 10**6), max_value=10**9, max_denominator=10**6)


@st.composite
def remains(draw: st.DrawFn) -> Remains:
    assets = draw(st.lists(st.sampled_from([BTC, ETH, XRP]), min_size=1, max_size=3, unique=True))
    kinds = tuple(Kind(asset, draw(amounts), draw(amounts), draw(positive)) for asset in assets)
    return Remains(kinds, draw(amounts), Estate("JPY", draw(amounts), draw(amounts)))


@given(remains())
def test_shares_are_between_nothing_and_all_and_spans_in_order(made: Remains) -> None:
    for shares in waterfall(made):
        for payment in (shares.per_kind, shares.single_pool):
            assert payment.preferential is not None
            assert payment.general is not None
            assert payment.total is not None
            assert 0 <= payment.preferential <= payment.total <= 1
        for span in (shares.preferential, shares.total):
            assert span is not None
            assert 0 <= span.low <= span.high <= 1


@given(remains(), st.integers(0, 2), amounts)
def test_more_coins_never_pay_anybody_less(made: Remains, place: int, more: Fraction) -> None:
    place %= len(made.kinds)
    kind = made.kinds[place]
    assert kind.pool is not None
    richer = replace(kind, pool=kind.pool + more)
    kinds = (*made.kinds[:place], richer, *made.kinds[place + 1 :])
    for old, new in zip(waterfall(made), waterfall(replace(made, kinds=kinds)), strict=True):
        for before, after in ((old.per_kind, new.per_kind), (old.single_pool, new.single_pool)):
            assert before.total is not None
            assert after.total is not None
            assert before.total <= after.total
            assert (before.preferential or 0) <= (after.preferential or 0)


@given(remains())
def test_nobody_pays_out_more_than_there_is(made: Remains) -> None:
    """In money of the snapshot: pools and estate pay what they have, or all that is owed."""
    shares = {item.asset: item for item in waterfall(made)}
    claims = [kind for kind in made.kinds if kind.claims]
    worth = sum((k.claims * (k.price or 0) for k in claims), Fraction(0))
    pools = sum(((k.pool or 0) * (k.price or 0) for k in made.kinds), Fraction(0))
    for name in ("per_kind", "single_pool"):
        paid = sum(
            (k.claims * (k.price or 0) * (getattr(shares[k.asset], name).total or 0) for k in claims), Fraction(0)
        )
        assert paid <= worth
        assert paid <= pools + (made.estate.free_assets if made.estate else 0)


# --- whole units


def test_the_units_left_over_go_to_the_largest_remainders() -> None:
    assert apportion([1, 1, 1], 2) == (1, 1, 0)
    assert apportion([5, 3, 2], 5) == (3, 1, 1)
    assert apportion([10, 0, 5], 100) == (10, 0, 5)
    assert apportion([], 5) == ()
    assert apportion([0, 0], 5) == (0, 0)
    assert apportion([3, 4], 0) == (0, 0)


def test_the_worked_example_pays_all_its_coins_out() -> None:
    satoshis = [150_000_000] * 600 + [10_000_000_001] * 9
    pool = sum(satoshis) * 8 // 10
    paid = apportion(satoshis, pool)
    assert sum(paid) == pool
    assert set(paid[:600]) <= {120_000_000, 119_999_999, 120_000_001}


claims = st.lists(st.integers(0, 2**128 - 1), max_size=30)


@given(claims, st.integers(0, 2**130))
def test_all_of_the_pool_is_paid_and_nobody_gets_more_than_is_owed(owed: list[int], pool: int) -> None:
    paid = apportion(owed, pool)
    assert sum(paid) == min(pool, sum(owed))
    assert all(0 <= got <= due for got, due in zip(paid, owed, strict=True))
    for got, due in zip(paid, owed, strict=True):
        exact = Fraction(due * min(pool, sum(owed)), sum(owed) or 1)
        assert exact - 1 < got < exact + 1


@given(claims, st.integers(0, 2**130), st.integers(0, 2**60))
def test_a_larger_pool_pays_nobody_less_but_for_a_unit(owed: list[int], pool: int, more: int) -> None:
    before, after = apportion(owed, pool), apportion(owed, pool + more)
    assert all(new >= old - 1 for old, new in zip(before, after, strict=True))


@given(st.lists(st.integers(0, 50), min_size=2, max_size=8), st.integers(0, 200))
def test_a_larger_claim_is_paid_no_less_than_a_smaller_one(owed: list[int], pool: int) -> None:
    paid = apportion(owed, pool)
    for (due, got), (other, beside) in (
        (a, b) for a in zip(owed, paid, strict=True) for b in zip(owed, paid, strict=True)
    ):
        if due > other:
            assert got >= beside
