"""Say what a claimed holding stands for: coins of which class, of what kind, and how much of them others claim.

Classes, kinds, bridges and the asset behind a vault's shares are the verifier's (`por/spec/policy.md`).
"""

from dataclasses import dataclass
from fractions import Fraction

from por.checks.asset_classes import classes_by_asset, member_of, own_class
from por.checks.examination import Examination
from por.checks.holdings import ProvenHolding
from por.checks.observation import Observation, Seen
from por.model import (
    AssetClass,
    AssetId,
    AssetKind,
    ChainAccount,
    ClaimedHolding,
    Encumbrance,
    Policy,
    ReserveAccount,
)


@dataclass(frozen=True, slots=True)
class Worth:
    """Hold what one claim stands for, in whole coins of its class.

    `group` is None where no class is known, and `coins` None where nobody knows how many: no class, or a vault whose
    rate is not proven. `encumbered` is the part of them that others have a claim on, and `counts` whether the policy
    lets claims of this kind count.
    """

    group: AssetClass | None
    kind: AssetKind
    coins: Fraction | None
    encumbered: Fraction
    counts: bool

    @property
    def free(self) -> Fraction:
        """Return what counts of it: nothing where the kind does not count, or where the coins are not known."""
        return self.coins - self.encumbered if self.counts and self.coins is not None else Fraction(0)


class LookThrough:
    """Look through claims to what they stand for, under one policy; made once for all claims."""

    def __init__(self, examination: Examination) -> None:
        """Index the policy, and give what is owed of other assets a class of its own."""
        policy = examination.policy
        self.groups = classes_by_asset(policy.classes)
        for item in examination.bundle.liabilities:
            self.groups.setdefault(item.asset, own_class(item))
        owed = {item.asset for item in examination.bundle.liabilities}
        self._owed_as_such = {asset for asset in owed if self.groups[asset].canonical == asset}
        self._kinds = policy.kinds
        self._underlying = {call.asset: call.underlying for call in reversed(policy.calls) if call.underlying}
        self._known: dict[tuple[ChainAccount, AssetId], list[Encumbrance]] = {}
        for row in policy.encumbrances:
            self._known.setdefault((row.account, row.asset), []).append(row.encumbrance)

    def worth(self, account: ReserveAccount, claim: ClaimedHolding, held: Observation[ProvenHolding]) -> Worth:
        """Return what a claim stands for; `held` is the observation of it, which a vault's rate is taken from."""
        asset, units = self._behind(claim, held.value if isinstance(held, Seen) else None)
        group = self.groups.get(asset)
        kind, counts = AssetKind.NATIVE, True
        if group is not None:
            member = member_of(group, asset)
            kind, counts = member.kind, asset == group.canonical or member.kind in self._kinds
        if asset != claim.asset or self.is_vault(claim.asset):
            kind, counts = AssetKind.VAULT, counts and AssetKind.VAULT in self._kinds
        if group is None or units is None:
            return Worth(group, kind, None, Fraction(0), counts)
        base = 10 ** member_of(group, asset).decimals
        coins = Fraction(units, base)
        encumbered = coins * self._share(account, claim)
        if self.is_vault(claim.asset):
            encumbered = min(coins, encumbered + Fraction(self._left_over(account, asset), base))
        return Worth(group, kind, coins, encumbered, counts)

    def is_vault(self, asset: AssetId) -> bool:
        """Tell whether an asset is a share of something else, and counts as that alone.

        Where shares themselves are owed, in a class of their own, they count as themselves.
        """
        if asset in self._owed_as_such:
            return False
        group = self.groups.get(asset)
        shares = group is not None and asset != group.canonical and member_of(group, asset).kind is AssetKind.VAULT
        return asset in self._underlying or shares

    def behind(self, asset: AssetId) -> tuple[AssetId, ...]:
        """Return what a share stands for by the policy, and what that stands for, to the end."""
        found: list[AssetId] = []
        there = self._underlying.get(asset)
        while there is not None and there not in found:
            found.append(there)
            there = self._underlying.get(there)
        return tuple(found)

    def encumbrances(self, account: ChainAccount, claim: ClaimedHolding) -> tuple[Encumbrance, ...]:
        """Return what stands on a holding: the issuer's word or what the verifier knows, whichever is more (T52)."""
        known = tuple(self._known.get((account, claim.asset), ()))
        said = () if claim.encumbrance is None else (claim.encumbrance,)
        return max(known, said, key=lambda rows: sum(row.amount for row in rows))

    def _behind(self, claim: ClaimedHolding, seen: ProvenHolding | None) -> tuple[AssetId, int | None]:
        if not self.is_vault(claim.asset):
            return claim.asset, claim.amount
        if seen is None or seen.underlying is None:
            return self._underlying.get(claim.asset, claim.asset), None
        asset, units = seen.underlying
        # What a share of a share is worth, the rate of the outer vault alone does not show.
        return asset, None if self.is_vault(asset) else units

    def _left_over(self, account: ReserveAccount, asset: AssetId) -> int:
        """Return what the verifier knows to stand on an asset here beyond what the account holds of it openly (T52)."""
        known = sum(row.amount for row in self._known.get((account.account, asset), ()))
        openly = sum(claim.amount for claim in account.holdings if claim.asset == asset)
        return max(known - openly, 0)

    def _share(self, account: ReserveAccount, claim: ClaimedHolding) -> Fraction:
        amount = sum(row.amount for row in self.encumbrances(account.account, claim))
        return Fraction(min(amount, claim.amount), claim.amount) if claim.amount else Fraction(0)


def issuers_own(policy: Policy) -> frozenset[AssetId]:
    """Return the issuer's own assets, with what is one with them or stands for them (T62, T63).

    The whole class of one that is the asset itself is own; of an own wrapper of somebody else's coin, that wrapper
    alone. What a bridge mints for an own asset is own too, and so are the shares of a vault that holds one, through any
    number of bridges and vaults.
    """
    own = set(policy.own_assets)
    before = -1
    while len(own) != before:
        before = len(own)
        for group in policy.classes:
            if any(member.asset in own and member.kind is AssetKind.NATIVE for member in group.members):
                own |= {member.asset for member in group.members}
        own |= {bridge.minted for bridge in policy.bridges if bridge.asset in own}
        own |= {call.asset for call in policy.calls if call.underlying in own}
    return frozenset(own)
