"""Hold what moved between two snapshots, in total: no account is named."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """Hold what changed one segment's total of one asset, in base units.

    `trades` is net and may be negative: what was bought less what was sold, with transfers between segments, interest
    and losses. `fees` are what the issuer took.
    """

    deposits: int
    withdrawals: int
    trades: int
    fees: int

    @property
    def net(self) -> int:
        """Return by how much the total grew."""
        return self.deposits - self.withdrawals + self.trades - self.fees


@dataclass(frozen=True, slots=True)
class Movements:
    """Hold flows by segment and asset, written as `LiabilityCommitment.ref`."""

    flows: Mapping[str, Flow]
