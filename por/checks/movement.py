"""Ask whether coins came for the snapshot and left after it (T51, T58)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from por.checks.asset_classes import exact_text, member_of
from por.checks.examination import Examination
from por.checks.freshness import span
from por.checks.movement_view import MovementView
from por.checks.observation import Seen
from por.checks.worth import LookThrough
from por.model import AssetId, ChainAccount, Finding, Outcome, Role, printable

CHECK = "reserves.movement"


@dataclass(frozen=True, slots=True)
class _Group:
    """Hold the proven customer holdings of one class at the instant, in base units, with its assets' decimals."""

    decimals: dict[AssetId, int] = field(default_factory=dict)
    held: dict[tuple[ChainAccount, AssetId], int] = field(default_factory=dict)

    def coins(self, asset: AssetId, units: int) -> Fraction:
        return Fraction(units, 10 ** self.decimals[asset])

    @property
    def at_instant(self) -> Fraction:
        return sum((self.coins(asset, units) for (_, asset), units in self.held.items()), Fraction(0))


@dataclass(frozen=True, slots=True)
class _Series:
    """Hold whole coins at the instant and at each moment that could be read, and why others could not."""

    instant: Fraction
    moments: dict[int, Fraction]
    unread: dict[int, str]

    @property
    def rise(self) -> Fraction:
        return max((self.instant - coins for moment, coins in self.moments.items() if moment < 0), default=Fraction(0))

    @property
    def fall(self) -> Fraction:
        return max((self.instant - coins for moment, coins in self.moments.items() if moment > 0), default=Fraction(0))


def movement(examination: Examination) -> Iterator[Finding]:
    """Ask: did the proven customer holdings of each class neither rise before the instant nor fall after it?

    It looks at all accounts of the bundle together, so that what moves between them is no movement.
    """
    view, rule = examination.movement, examination.policy.movement
    if view is None or rule is None:
        return
    for subject, group in sorted(_groups(examination).items()):
        yield _judged(subject, group, _series(group, view), rule.threshold)


def _groups(examination: Examination) -> dict[str, _Group]:
    look, found = LookThrough(examination), dict[str, _Group]()
    for i, account, claim in examination.claims():
        held = examination.holdings[i, claim.asset]
        if account.role is not Role.CUSTOMER or not isinstance(held, Seen):
            continue
        known = None if look.is_vault(claim.asset) else look.groups.get(claim.asset)
        group = found.setdefault(str(claim.asset if known is None else known.canonical), _Group())
        group.decimals[claim.asset] = 0 if known is None else member_of(known, claim.asset).decimals
        group.held[account.account, claim.asset] = held.value.units
    return found


def _series(group: _Group, view: MovementView) -> _Series:
    series = _Series(group.at_instant, {}, {})
    for moment in view.moments:
        total, reasons = Fraction(0), []
        for asset in sorted(group.decimals):
            held = view.held[moment, asset]
            if isinstance(held, Seen):
                total += group.coins(asset, held.value)
            else:
                reasons.append(held.reason)
        if reasons:
            series.unread[moment] = "; ".join(dict.fromkeys(reasons))
        else:
            series.moments[moment] = total
    return series


def _judged(subject: str, group: _Group, series: _Series, threshold: Fraction) -> Finding:
    rose, fell = (_material(change, series.instant, threshold) for change in (series.rise, series.fall))
    outcome, message = Outcome.INCONCLUSIVE, "unread"
    if rose and fell:
        outcome, message = Outcome.FAIL, "spike"
    elif not series.unread:
        outcome = Outcome.INCONCLUSIVE if rose or fell else Outcome.PASS
        message = "rise" if rose else "fall" if fell else "small"
    facts = {
        "threshold": exact_text(threshold),
        "accounts": str(len({account for account, _ in group.held})),
        "instant": exact_text(series.instant),
        "rise": exact_text(series.rise),
        "fall": exact_text(series.fall),
        "series": _text(series),
        **{_key(moment): exact_text(coins) for moment, coins in series.moments.items()},
    }
    if series.unread:
        reasons = (f"{_when(moment)}: {reason}" for moment, reason in series.unread.items())
        facts["unread"] = printable("; ".join(reasons))[:2000]
    return Finding(CHECK, subject, outcome, f"{CHECK}.{message}", facts=facts)


def _material(change: Fraction, instant: Fraction, threshold: Fraction) -> bool:
    return change > 0 and change >= threshold * instant


def _text(series: _Series) -> str:
    """Write all that was held, in the order of time."""
    known = {**series.moments, 0: series.instant}
    return ", ".join(f"{exact_text(known[moment])} {_when(moment)}" for moment in sorted(known))


def _when(moment: int) -> str:
    if not moment:
        return "at the instant"
    return f"{span(moment)} {'before' if moment < 0 else 'after'}"


def _key(moment: int) -> str:
    return f"{'before' if moment < 0 else 'after'}_{abs(moment)}"
