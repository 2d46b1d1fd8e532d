"""Say which rules a beacon chain had at a slot: the fork's version, and where its records stand in their trees.

Forks are known by their order, which is the same on every chain of the mainnet preset: phase 0, Altair, Bellatrix,
Capella, Deneb, Electra, Fulu. Sources: the consensus specifications of each, beacon-chain.md and sync-protocol.md.
"""

from dataclasses import dataclass

from por.errors import EvidenceError
from por.model import BeaconChain, Fork

SLOTS_PER_EPOCH = 32
SLOTS_PER_PERIOD = 8192
SECONDS_PER_SLOT = 12

# Field 9 of at most 16 in a block's body, since Bellatrix.
EXECUTION_PAYLOAD = 25


@dataclass(frozen=True, slots=True)
class Places:
    """Hold generalized indices in a beacon state: sync committees, finalized root, lists of validators and balances."""

    current_committee: int
    next_committee: int
    finalized_root: int
    validators: int
    balances: int

    def validator(self, index: int) -> int:
        """Return the place of a validator's record: the list's items are its left half, 40 levels deep."""
        return (self.validators * 2 << 40) + index

    def balance(self, index: int) -> int:
        """Return the place of the chunk that holds a validator's balance, one of four in it."""
        return (self.balances * 2 << 38) + index // 4


_DENEB = Places(current_committee=54, next_committee=55, finalized_root=105, validators=43, balances=44)
_ELECTRA = Places(current_committee=86, next_committee=87, finalized_root=169, validators=75, balances=76)
_PLACES: tuple[Places | None, ...] = (None, None, None, None, _DENEB, _ELECTRA, _ELECTRA)


def epoch_at(slot: int) -> int:
    """Return a slot's epoch."""
    return slot // SLOTS_PER_EPOCH


def period_at(slot: int) -> int:
    """Return a slot's sync-committee period."""
    return slot // SLOTS_PER_PERIOD


def fork_at(beacon: BeaconChain, slot: int) -> Fork:
    """Return the fork in force at a slot. Raises: EvidenceError."""
    return beacon.forks[_order(beacon, slot)]


def places_at(beacon: BeaconChain, slot: int) -> Places | None:
    """Return the places of a state at a slot; None under rules that this release does not know.

    Raises: EvidenceError.
    """
    order = _order(beacon, slot)
    return _PLACES[order] if order < len(_PLACES) else None


def known_places(beacon: BeaconChain, slot: int) -> Places:
    """Return the places of a state at a slot. Raises: EvidenceError, also under rules that are not known."""
    places = places_at(beacon, slot)
    if places is None:
        raise EvidenceError(f"slot {slot} is of a fork whose records this release does not read")
    return places


def _order(beacon: BeaconChain, slot: int) -> int:
    started = [i for i, fork in enumerate(beacon.forks) if fork.epoch <= epoch_at(slot)]
    if not started:
        raise EvidenceError(f"slot {slot} is before the first fork of {beacon.chain}")
    return started[-1]
