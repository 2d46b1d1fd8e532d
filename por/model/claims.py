"""Hold what customers would be paid out of what is kept for them: shares of what is owed, by two models, exact.

Whoever pays decides how coins of different kinds are divided; the two models are the ends that the law's silence leaves
open (`por/spec/claims.md`). A figure that an input is missing for is None, never zero.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from por.model.declarations import Estate
from por.model.digest import Digest
from por.model.identifiers import AssetId
from por.model.instant import Instant
from por.model.verdict import Outcome


class Lack(StrEnum):
    """Name an input that is not there."""

    WORTH = "worth"
    PRICE = "price"
    CURRENCY = "currency"
    MONEY = "money"
    RATE = "rate"
    ESTATE = "estate"


@dataclass(frozen=True, order=True, slots=True)
class Lacking:
    """Say which input is missing of what: an asset, a currency, or nothing where there is one alone."""

    what: Lack
    subject: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Hold, in whole coins, what customers claim of one kind and what is there for them; the price is one coin's."""

    asset: AssetId
    claims: Fraction
    pool: Fraction | None
    price: Fraction | None


@dataclass(frozen=True, slots=True)
class Remains:
    """Hold all that a waterfall starts from, in one currency.

    `shortfall` is what customers are owed in money beyond what is in trust for them.
    """

    kinds: tuple[Kind, ...]
    shortfall: Fraction | None
    estate: Estate | None


@dataclass(frozen=True, slots=True)
class Span:
    """Hold the lower and the upper end of what the models say."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Payment:
    """Hold what one model pays on one coin owed, in coins: before other creditors, and beside them out of the rest."""

    preferential: Fraction | None
    general: Fraction | None

    @property
    def total(self) -> Fraction | None:
        """Return the sum, None where a part is not known."""
        if self.preferential is None or self.general is None:
            return None
        return self.preferential + self.general


@dataclass(frozen=True, slots=True)
class Shares:
    """Hold what both models pay on one coin of a kind.

    By `per_kind` the preferential part is paid in coins of the kind and the general part in money; by `single_pool` all
    coins are sold, and both parts are money.
    """

    asset: AssetId
    per_kind: Payment
    single_pool: Payment

    @property
    def preferential(self) -> Span | None:
        """Return what the kept coins alone cover, None where a model is undecided."""
        return _span(self.per_kind.preferential, self.single_pool.preferential)

    @property
    def total(self) -> Span | None:
        """Return what is covered with the general part, None where a model is undecided."""
        return _span(self.per_kind.total, self.single_pool.total)


def _span(left: Fraction | None, right: Fraction | None) -> Span | None:
    return None if left is None or right is None else Span(min(left, right), max(left, right))


@dataclass(frozen=True, slots=True)
class Loss:
    """Hold what is assumed to be gone: all coins of hot accounts, and so many whole coins of each asset beside."""

    hot: bool = False
    coins: tuple[tuple[AssetId, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class MoneyClaim:
    """Hold what customers are owed in one currency, and what is in trust for them."""

    currency: str
    owed: Fraction
    held: Fraction

    @property
    def share(self) -> Fraction:
        """Return the part that the trust covers, at most one."""
        return min(Fraction(1), self.held / self.owed) if self.owed else Fraction(1)


@dataclass(frozen=True, slots=True)
class CoinClaim:
    """Hold what is owed of one asset, in base units, and the shares paid on it.

    `proven` rests on what is proven, `claimed` on what is listed and not refuted, beside it. `kind` names the asset's
    class, and `segments` where it is owed.
    """

    asset: AssetId
    kind: AssetId
    decimals: int
    segments: tuple[str, ...]
    units: int
    proven: Shares
    claimed: Shares


@dataclass(frozen=True, slots=True)
class Judged:
    """Name a verdict by digest, with its outcome."""

    verdict: Digest
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold an estimate of what comes first to customers: to one, whose inclusion was verified, or to all.

    `inclusion` is the verdict on `proofs`, which are named by digest; both are empty in an estimate for all. `missing`
    are the inputs for want of which figures are None.
    """

    issuer: str
    instant: Instant
    bundle: Digest
    policy: Digest
    examined: Judged
    inclusion: Judged | None
    proofs: tuple[Digest, ...]
    computed_at: Instant
    currency: str | None
    loss: Loss
    money: tuple[MoneyClaim, ...]
    coins: tuple[CoinClaim, ...]
    missing: tuple[Lacking, ...]
