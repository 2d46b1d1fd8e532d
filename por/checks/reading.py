"""Read what accounts held from the verifier's own sources, by state proofs, or by the sources' word (`state-proof.md`).

What fails is missing for the holdings that it is about, and for no others.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from por.chains.holding_proofs import HOLDERS, HoldingProofs, UnknownLayoutError
from por.checks.holdings import ProvenHolding, coins_held, tokens_held
from por.checks.observation import Broken, Missing, Observation, observe, then
from por.errors import IncapableError, UnavailableError
from por.model import AssetId, Grade, Header, Policy, Source
from por.proofs.state.token_call import balance_call

T = TypeVar("T")

Held = dict[tuple[str, AssetId], Observation[ProvenHolding]]


def read_holdings(
    source: Source,
    header: Header,
    wanted: Mapping[AssetId, Sequence[str]],
    policy: Policy,
    progress: Callable[[str], None],
) -> Held:
    """Read what lower-case addresses held of each asset at a block whose header was agreed on, by address and asset.

    A holding of a token in the policy's `quorum_tokens` is what the sources say, and graded so; every other is proven
    against the header's state root. No answer at all is never zero (T64).
    """
    reader = _StateReader(source, header, policy)
    held: Held = {}
    total = sum(len(holders) for holders in wanted.values())
    for asset, holders in wanted.items():
        for start in range(0, len(holders), HOLDERS):
            some = holders[start : start + HOLDERS]
            found = _answered(source, partial(reader.read, asset, some))
            for position, holder in enumerate(some):
                held[holder, asset] = then(found, lambda items, at=position: items[at])  # type: ignore[misc]
            progress(f"asking {source.chain}: holding {len(held)} of {total}")
    return held


class _StateReader:
    """Read from one source at one block; which layout a token has is found out once."""

    def __init__(self, source: Source, header: Header, policy: Policy) -> None:
        self._source = source
        self._header = header
        self._policy = policy
        self._proofs = HoldingProofs(source, header, policy.layouts)

    def read(self, asset: AssetId, holders: Sequence[str]) -> list[Observation[ProvenHolding]]:
        """Return the holders' holdings in their order. Raises: SourceError, EvidenceError."""
        if asset.native:
            return self._each(coins_held, holders, self._proofs.coins(holders))
        if asset.token is None:
            raise IncapableError(
                f"holdings of {asset.namespace} assets are not asked for: the bundle has to prove them"
            )
        if asset in self._policy.quorum_tokens:
            return self._told(asset.token, holders)
        return self._proven(asset, holders)

    def _each(
        self, imply: Callable[[str, T, Header], ProvenHolding], holders: Sequence[str], shown: Iterable[T]
    ) -> list[Observation[ProvenHolding]]:
        pairs = zip(holders, shown, strict=True)
        return [_answered(self._source, partial(imply, holder, proof, self._header)) for holder, proof in pairs]

    def _told(self, token: str, holders: Sequence[str]) -> list[Observation[ProvenHolding]]:
        answers = self._source.calls(self._header.ref, [balance_call(token, holder) for holder in holders])
        grade = Grade.QUORUM_VALUE if len(self._source.names) > 1 else Grade.SINGLE_SOURCE
        return [_answered(self._source, partial(self._word, token, grade, answer)) for answer in answers]

    def _word(self, token: str, grade: Grade, answer: bytes | None) -> ProvenHolding:
        if answer is None or len(answer) != 32:
            said = "reverts" if answer is None else f"answers with {len(answer)} bytes"
            raise UnavailableError(f"{token} {said} when it is asked for a balance at block {self._header.number}")
        return ProvenHolding(int.from_bytes(answer), 0, None, grade=grade)

    def _proven(self, asset: AssetId, holders: Sequence[str]) -> list[Observation[ProvenHolding]]:
        try:
            shown = self._proofs.tokens(asset, holders)
        except UnknownLayoutError:
            if any(call.asset == asset for call in self._policy.calls):
                raise IncapableError(
                    f"{asset} tells balances by its own code ([[call]]), which runs on the state that a bundle brings, "
                    "and not on what a source says"
                ) from None
            raise
        layout = self._proofs.laid_out(asset, holders[0]).layout
        return self._each(partial(tokens_held, layout), holders, shown)


def _answered(source: Source, look: Callable[[], T]) -> Observation[T]:
    """Look once: a proof of the source's own that does not hold refutes the source, and nothing that is claimed."""
    seen = observe(look)
    if isinstance(seen, Broken):
        return Missing(
            f"{', '.join(source.names)}: the answer does not fit the header that was agreed on: {seen.reason}"
        )
    return seen
