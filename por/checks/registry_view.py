"""Hold what a registry shows of one issuer and one instant (`por/spec/registry.md`).

`por.checks.registry_reading` asks the sources for it, with libraries that these nouns do without.
"""

from collections.abc import Callable
from dataclasses import dataclass

from por.checks.freshness import span
from por.checks.observation import Missing, Observation, Seen, judge
from por.model import (
    AnchoredEntry,
    BlockRef,
    ChainAccount,
    Finding,
    Grade,
    Instant,
    Outcome,
    RegistryPin,
)

# Where the deterministic deployer puts the committed code, on every chain.
COMMITTED_ADDRESS = "0xafcb84ecad858eb83a9ee2f823d4973f4b088603"
UNSEEN_CREATION = "; who created the registry could have filled it first: see por registry verify"


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Hold an entry with its 32-byte id, the block in which it was anchored, and that block's time.

    `proven` says that id and time stand in the chain's state; else that it was this block is the sources' word.
    """

    entry: AnchoredEntry
    id: bytes
    block: BlockRef
    anchored_at: Instant
    proven: bool


@dataclass(frozen=True, slots=True)
class RegistryView:
    """Hold what sources say of a registry at their last final block, whose time is `final_at`.

    `entries` are those that the pinned issuer anchored for `instant`, oldest first: each corrects the one before.
    `history` are all of that issuer's. `gap` says how the events fail to lead to the proven newest entry; where it is
    not empty, nothing follows from the events. `others` are entries of other addresses since the issuer's entry
    before the instant; they decide nothing, and `others_unread` says why they could not be read, where it is so.
    """

    pin: RegistryPin
    instant: Instant
    names: tuple[str, ...]
    final: BlockRef
    final_at: Instant
    entries: tuple[Anchoring, ...]
    history: tuple[AnchoredEntry, ...]
    others: tuple[AnchoredEntry, ...]
    gap: str = ""
    others_unread: str = ""

    @property
    def account(self) -> ChainAccount:
        """Name the issuer's account."""
        return ChainAccount(self.pin.contract.chain, self.pin.issuer)

    @property
    def newest(self) -> Anchoring | None:
        """Return the entry for the instant that no later one corrects."""
        return self.entries[-1] if self.entries else None

    @property
    def sources(self) -> str:
        """Count and name the endpoints that agreed."""
        return f"{len(self.names)} source{'' if len(self.names) == 1 else 's'}: {', '.join(self.names)}"

    def corrected_by(self, found: Anchoring) -> Anchoring | None:
        """Return the entry that `found` corrects, or None."""
        return next((each for each in self.entries if each.entry.sequence == found.entry.anchor.supersedes), None)

    def grade(self, found: Anchoring) -> Grade:
        """Grade an entry: proven against an agreed header, else as good as the sources that gave the event."""
        if len(self.names) < 2:
            return Grade.SINGLE_SOURCE
        return Grade.STATE_PROOF if found.proven else Grade.QUORUM_VALUE

    def facts(self, found: Anchoring) -> dict[str, str]:
        """Tell of an entry what findings tell: `entry` is its id."""
        return {
            "entry": f"0x{found.id.hex()}",
            "sequence": str(found.entry.sequence),
            "anchored_at": str(found.anchored_at),
            "block": str(found.block.number),
            "bundle": str(found.entry.anchor.bundle),
            "account": str(self.account),
            "registry": str(self.pin.contract),
            "sources": self.sources,
            "creation": "" if self.pin.contract.address == COMMITTED_ADDRESS else UNSEEN_CREATION,
        }


def recent(view: Observation[RegistryView], now: Instant) -> Observation[RegistryView]:
    """Pass on a view that is not much older than the clock: a frozen one may hide what was anchored since (T37)."""
    if not isinstance(view, Seen) or now.seconds - view.value.final_at.seconds <= view.value.pin.max_silence:
        return view
    age = span(now.seconds - view.value.final_at.seconds)
    return Missing(
        f"the last final block that the sources have is of {view.value.final_at}, {age} before {now}: what was "
        "anchored since does not show; ask other nodes, or give --now for a recording"
    )


def judge_view(
    check: str, subject: str, view: Observation[RegistryView], decide: Callable[[RegistryView], Finding]
) -> Finding:
    """Decide on a view whose events lead to the proven newest entry; nothing else decides anything (T36)."""
    if isinstance(view, Seen) and view.value.gap:
        return Finding(check, subject, Outcome.INCONCLUSIVE, "evidence.history", facts={"reason": view.value.gap})
    return judge(check, subject, view, decide)
