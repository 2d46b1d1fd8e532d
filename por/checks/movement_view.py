"""Ask the sources what the customers' accounts held a while before and after the instant (T51, T58)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from por.chains.blocks_at import last_block_at
from por.checks.chain_view import believed, require_genesis
from por.checks.holdings import ProvenHolding
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.checks.reading import Held, read_holdings
from por.checks.sources import Sources
from por.model import AssetId, Bundle, ChainId, ChainRule, Header, Instant, Movement, Policy, Role, Source
from por.proofs.state.header import MAX_TIMESTAMP

Holdings = Mapping[tuple[int, AssetId], Observation[ProvenHolding]]
Believable = Observation[tuple[Source, ChainRule]]


@dataclass(frozen=True, slots=True)
class MovementView:
    """Hold what all of the customers' accounts together held of an asset, in base units, at each moment.

    Moments are seconds from the instant, negative before it, ascending. Accounts are those whose holding at the
    instant is proven.
    """

    moments: tuple[int, ...]
    held: Mapping[tuple[int, AssetId], Observation[int]]


def movement_view(
    bundle: Bundle,
    policy: Policy,
    sources: Sources,
    holdings: Holdings,
    now: Instant,
    progress: Callable[[str], None],
) -> MovementView | None:
    """Read every moment that the policy names, chain by chain; None where it names none."""
    if policy.movement is None:
        return None
    moments = offsets(policy.movement)
    held: dict[tuple[int, AssetId], Observation[int]] = {}
    for chain, assets in _wanted(bundle, holdings).items():
        source = believed(chain, sources, policy.chains, policy.recordings)
        for moment in moments:
            at = Instant(min(max(bundle.instant.seconds + moment, 0), MAX_TIMESTAMP))
            progress(f"asking about {chain} at {at}")
            header = then(source, partial(_header_at, at, now))
            read = _read(source, header, assets, policy, progress)
            for asset, holders in assets.items():
                held[moment, asset] = then(read, partial(_sum, asset, holders))
    return MovementView(moments, held)


def offsets(movement: Movement) -> tuple[int, ...]:
    """List the moments of a policy in seconds from the instant, ascending."""
    return tuple(sorted({*(-seconds for seconds in movement.before), *movement.after}))


def _wanted(bundle: Bundle, holdings: Holdings) -> dict[ChainId, dict[AssetId, list[str]]]:
    wanted: dict[ChainId, dict[AssetId, dict[str, None]]] = {}
    for i, row in enumerate(bundle.reserves):
        for claim in row.holdings if row.role is Role.CUSTOMER else ():
            if isinstance(holdings[i, claim.asset], Seen):
                wanted.setdefault(row.account.chain, {}).setdefault(claim.asset, {})[row.account.address] = None
    return {
        chain: {asset: list(holders) for asset, holders in sorted(assets.items())}
        for chain, assets in sorted(wanted.items())
    }


def _header_at(at: Instant, now: Instant, believable: tuple[Source, ChainRule]) -> Observation[Header]:
    """Find the block of a moment, whose header all sources agree on and hold final."""
    source, rule = believable
    if at > now:
        return Missing(f"{at} is yet to come")

    def find() -> Header:
        require_genesis(source, rule)
        return last_block_at(source, at)[0]

    return observe(find)


def _read(
    source: Believable,
    header: Observation[Header],
    assets: Mapping[AssetId, Sequence[str]],
    policy: Policy,
    progress: Callable[[str], None],
) -> Observation[Held]:
    def read(pair: tuple[Source, ChainRule], at: Header) -> Observation[Held]:
        return Seen(read_holdings(pair[0], at, assets, policy, progress))

    return then(source, lambda pair: then(header, lambda at: read(pair, at)))


def _sum(asset: AssetId, holders: Sequence[str], read: Held) -> Observation[int]:
    total = 0
    for holder in holders:
        held = read[holder, asset]
        if not isinstance(held, Seen):
            return held
        total += held.value.units
    return Seen(total)
