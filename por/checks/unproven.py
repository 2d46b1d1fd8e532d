"""Ask the verifier's own sources what a bundle claims and gives no evidence for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from por.checks.chain_view import believed
from por.checks.holdings import ProvenHolding
from por.checks.observation import Broken, Missing, Observation, Seen, then
from por.checks.reading import Held, read_holdings
from por.checks.sources import Sources
from por.model import AssetId, Bundle, ChainId, ChainRule, Header, Policy, Source

Claims = dict[tuple[int, AssetId], str]
Progress = Callable[[str], None]


def read_unproven(
    bundle: Bundle,
    policy: Policy,
    sources: Sources,
    headers: Mapping[ChainId, Observation[Header]],
    progress: Progress,
) -> dict[tuple[int, AssetId], Observation[ProvenHolding]]:
    """Read, chain by chain, every claimed holding that has no evidence file; `headers` are of the snapshot blocks.

    Holdings are keyed by the account's position in the bundle, and asset.
    """
    found: dict[tuple[int, AssetId], Observation[ProvenHolding]] = {}
    for chain, claims in _unproven(bundle):
        source = believed(chain, sources, policy.chains, policy.recordings)
        held = then(headers[chain], partial(_read, source, claims, policy, progress))
        for place, address in claims.items():
            found[place] = held.value[address, place[1]] if isinstance(held, Seen) else _no_evidence(held)
    return found


def _unproven(bundle: Bundle) -> Iterator[tuple[ChainId, Claims]]:
    by_chain: dict[ChainId, Claims] = {}
    for i, row in enumerate(bundle.reserves):
        for claim in row.holdings:
            if not claim.evidence:
                by_chain.setdefault(row.account.chain, {})[i, claim.asset] = row.account.address
    yield from sorted(by_chain.items())


def _read(
    source: Observation[tuple[Source, ChainRule]], claims: Claims, policy: Policy, progress: Progress, header: Header
) -> Observation[Held]:
    # An account may be listed twice, and is asked about once.
    wanted: dict[AssetId, dict[str, None]] = {}
    for (_, asset), address in claims.items():
        wanted.setdefault(asset, {})[address] = None
    each: dict[AssetId, Sequence[str]] = {asset: tuple(holders) for asset, holders in wanted.items()}
    return then(source, lambda pair: Seen(read_holdings(pair[0], header, each, policy, progress)))


def _no_evidence(why: Broken | Missing) -> Broken | Missing:
    return why if isinstance(why, Broken) else Missing(f"the bundle gives no evidence for this holding; {why.reason}")
