"""Find the class of an asset, and whole coins of its base units; both are the verifier's, never evidence (T59, T61)."""

from collections.abc import Iterable
from fractions import Fraction

from por.model import AssetClass, AssetId, Denomination, LiabilityCommitment


def classes_by_asset(classes: Iterable[AssetClass]) -> dict[AssetId, AssetClass]:
    """Index classes by their members."""
    return {member.asset: group for group in classes for member in group.members}


def own_class(commitment: LiabilityCommitment) -> AssetClass:
    """Make a class of one, for an asset that neither policy nor table knows."""
    return AssetClass((Denomination(commitment.asset, commitment.decimals),))


def member_of(group: AssetClass, asset: AssetId) -> Denomination:
    """Return the row of an asset that is in the class."""
    return next(member for member in group.members if member.asset == asset)


def whole_coins(group: AssetClass, asset: AssetId, units: int) -> Fraction:
    """Turn base units of a member into whole coins of its class, exactly."""
    return Fraction(units, 10 ** member_of(group, asset).decimals)


def exact_text(value: Fraction) -> str:
    """Write an exact rational: as a decimal where it has one of at most 40 digits, else as a fraction."""
    scaled = value * 10**40
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(41, "0")
    part = digits[-40:].rstrip("0")
    return f"{sign}{digits[:-40]}.{part}" if part else f"{sign}{digits[:-40]}"
