"""Ask the verifier's own sources how much there is of the tokens that an issuer issues (`por/spec/stablecoin.md`)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from por.checks.asset_classes import classes_by_asset
from por.checks.chain_view import believed
from por.checks.observation import Missing, Observation, Seen, observe, then
from por.checks.sources import Sources
from por.errors import UnavailableError
from por.model import AssetId, AssetKind, ChainId, ChainRule, Denomination, Grade, Header, Policy, Source
from por.model.declarations import Declarations, Stablecoin
from por.proofs.state.token_call import decimals_call, supply_call

MAX_DECIMALS = 77

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TokenSupply:
    """Hold what a token said of its supply at the snapshot block: base units, and how many digits make one whole."""

    units: int
    decimals: int
    grade: Grade

    @property
    def whole(self) -> Fraction:
        """Return the supply in whole units."""
        return Fraction(self.units, 10**self.decimals)


def read_supplies(
    declared: Observation[Declarations] | None,
    policy: Policy,
    sources: Sources,
    headers: Callable[[ChainId], Observation[Header]],
    progress: Progress,
) -> dict[AssetId, Observation[TokenSupply]]:
    """Read the supply of every token that the issuer declares as its coin, and of those that the policy knows as one.

    It is what the token's own code tells the sources at the snapshot block, and graded as their word. No answer is
    never zero (T64).
    """
    if not isinstance(declared, Seen):
        return {}
    found: dict[AssetId, Observation[TokenSupply]] = {}
    for asset, known in _tokens(declared.value, policy).items():
        progress(f"asking for the supply of {asset}")
        source = believed(asset.chain, sources, policy.chains, policy.recordings)
        header = headers(asset.chain)
        found[asset] = then(source, lambda pair, at=header, row=(asset, known): _at(pair, at, row))  # type: ignore[misc]
    return found


def same_coin(coin: Stablecoin, policy: Policy) -> dict[AssetId, Denomination]:
    """Return, from the verifier's classes, all tokens that are this coin itself on whatever chain."""
    groups = classes_by_asset(policy.classes)
    members = (member for row in coin.supply if row.asset in groups for member in groups[row.asset].members)
    return {member.asset: member for member in members if member.kind is AssetKind.NATIVE}


def _tokens(declared: Declarations, policy: Policy) -> Mapping[AssetId, Denomination | None]:
    wanted: dict[AssetId, Denomination | None] = {}
    for coin in declared.stablecoins:
        wanted |= {row.asset: None for row in coin.supply}
        wanted |= same_coin(coin, policy)
    return dict(sorted(wanted.items()))


def _at(
    pair: tuple[Source, ChainRule], header: Observation[Header], row: tuple[AssetId, Denomination | None]
) -> Observation[TokenSupply]:
    asset, known = row
    token = asset.token
    if token is None:
        return Missing(f"the supply of {asset.namespace} assets is not asked for")
    return then(header, lambda seen: observe(partial(_told, pair[0], seen, token, known)))


def _told(source: Source, header: Header, token: str, known: Denomination | None) -> TokenSupply:
    answers = source.calls(header.ref, [supply_call(token), decimals_call(token)])
    units, decimals = _numbers(token, header, answers)
    if decimals > MAX_DECIMALS:
        raise UnavailableError(f"{token} says that it has {decimals} decimals at block {header.number}")
    if known is not None and known.decimals != decimals:
        raise UnavailableError(f"{token} says that it has {decimals} decimals; your policy says {known.decimals}")
    return TokenSupply(units, decimals, Grade.QUORUM_VALUE if len(source.names) > 1 else Grade.SINGLE_SOURCE)


def _numbers(token: str, header: Header, answers: Iterable[bytes | None]) -> tuple[int, int]:
    found = []
    for what, answer in zip(("its supply", "its decimals"), answers, strict=True):
        if answer is None or len(answer) != 32:
            said = "reverts" if answer is None else f"answers with {len(answer)} bytes"
            raise UnavailableError(f"{token} {said} when it is asked for {what} at block {header.number}")
        found.append(int.from_bytes(answer))
    return found[0], found[1]
