"""Divide what is left among those it is owed to, exactly (`por/spec/claims.md`, computation).

Coins kept for customers and guarantee coins pay customers first; what neither covers stands beside other creditors'
claims on the rest. Procedure costs, tax, later prices, set-off and clawback are not in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from por.model.claims import Kind, Payment, Remains, Shares

ONE, ZERO = Fraction(1), Fraction(0)


def waterfall(remains: Remains) -> tuple[Shares, ...]:
    """Return what each kind that anybody claims is paid, by both models, in the order given."""
    kinds = remains.kinds
    general = _general_share(remains, _gaps_of_kinds(kinds))
    pooled = _pooled(remains)
    return tuple(
        Shares(kind.asset, _payment(_covered(kind.pool, kind.claims), general), pooled) for kind in kinds if kind.claims
    )


def _pooled(remains: Remains) -> Payment:
    gap = _gap_of_pool(remains.kinds)
    share = ONE if _all_covered(remains.kinds) else None
    if gap is not None:
        share = _covered(gap[1], gap[0])
    surplus = None if gap is None else (max(gap[0] - gap[1], ZERO), max(gap[1] - gap[0], ZERO))
    return _payment(share, _general_share(remains, surplus))


def _payment(preferential: Fraction | None, general: Fraction | None) -> Payment:
    if preferential == ONE:
        return Payment(ONE, ZERO)
    if preferential is None or general is None:
        return Payment(preferential, None)
    return Payment(preferential, (ONE - preferential) * general)


def _covered(pool: Fraction | None, claims: Fraction) -> Fraction | None:
    """Return the part of the claims that a pool pays; where nothing is claimed, all of it is paid."""
    if pool is None:
        return None
    return min(ONE, pool / claims) if claims else ONE


def _general_share(remains: Remains, gaps: tuple[Fraction, Fraction] | None) -> Fraction | None:
    """Return what the general estate pays on one unit of money; `gaps` are what pools lack and leave over."""
    if gaps is None or remains.estate is None or remains.shortfall is None:
        return None
    lacking, left_over = gaps
    assets = remains.estate.free_assets + left_over
    return _covered(assets, remains.estate.other_claims + lacking + remains.shortfall)


def _gaps_of_kinds(kinds: Iterable[Kind]) -> tuple[Fraction, Fraction] | None:
    """Value what pools lack and leave over, each kind by itself; a kind that comes out even needs no price."""
    lacking = left_over = ZERO
    for kind in kinds:
        if kind.pool == kind.claims:
            continue
        if kind.pool is None or kind.price is None:
            return None
        lacking += max(kind.claims - kind.pool, ZERO) * kind.price
        left_over += max(kind.pool - kind.claims, ZERO) * kind.price
    return lacking, left_over


def _gap_of_pool(kinds: Sequence[Kind]) -> tuple[Fraction, Fraction] | None:
    """Value all claims and all pools together."""
    claims = pool = ZERO
    for kind in kinds:
        if kind.claims or kind.pool != ZERO:
            if kind.pool is None or kind.price is None:
                return None
            claims += kind.claims * kind.price
            pool += kind.pool * kind.price
    return claims, pool


def _all_covered(kinds: Iterable[Kind]) -> bool:
    """Tell whether every kind is covered, so that the pool is too at any price."""
    return all(kind.pool is not None and kind.pool >= kind.claims for kind in kinds)


def apportion(claims: Sequence[int], pool: int) -> tuple[int, ...]:
    """Divide a pool among claims in proportion, in base units, so that exactly all of it is paid.

    Each gets its share rounded down; what is left goes, a unit each, to the largest remainders, the earlier first.
    Nobody gets more than is claimed. A larger pool may pay one claimant one unit less (the method's known paradox).
    Source: Hamilton's method of largest remainders.
    """
    total = sum(claims)
    payable = min(pool, total)
    if payable == 0:
        return (0,) * len(claims)
    shares = [divmod(claim * payable, total) for claim in claims]
    left = payable - sum(whole for whole, _ in shares)
    extra = set(_largest((rest for _, rest in shares), left))
    return tuple(whole + (place in extra) for place, (whole, _) in enumerate(shares))


def _largest(rests: Iterable[int], count: int) -> Iterator[int]:
    ranked = sorted((-rest, place) for place, rest in enumerate(rests))
    return (place for _, place in ranked[:count])
