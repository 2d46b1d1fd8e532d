"""Everything a feed stands on, for tests: an issuer's entries, a committee's attestations, and the feeds themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.contracts.anchors import COIN, TOKEN, Anchored, Entry, put
from tests.contracts.attesters import (
    Accounts,
    Attestation,
    Figure,
    Revocation,
    accounts,
    attesting,
    figures_digest,
    register,
    revoking,
)
from tests.contracts.chain import Chain, RawCall, artifact, events

RESERVES, LIABILITIES, RATIO = range(3)
COIN_TEXT = "eip155:1/slip44:60"
TOKEN_TEXT = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
UNITS = 10**18
POLICY = bytes.fromhex("70" * 32)
WORST_LIABILITIES = 2**128 - 1
ISSUER = 4

FIGURES: Sequence[Figure] = sorted([(COIN, 3 * UNITS, 4 * UNITS), (TOKEN, 2_000_000, 1_999_999)])


class World:
    """Hold the contracts on one chain, an issuer and a committee of three, two of whom must sign."""

    def __init__(self, chain: Chain, *, real_challenges: bool = False) -> None:
        self.chain = chain
        self.issuer = chain.accounts[ISSUER]
        self.registry = chain.deploy("ReserveRegistry")
        self.attestations = chain.deploy("AttestationRegistry")
        if real_challenges:
            self.of_liabilities = chain.deploy("LiabilityProofs", self.registry.address)
            self.of_balances = chain.deploy("EvmReserveProof", self.registry.address)
        else:
            self.of_liabilities, self.of_balances = chain.deploy("Refuter"), chain.deploy("Refuter")
        refuters = (self.of_liabilities.address, self.of_balances.address)
        self.factory = chain.deploy("ReserveFeedFactory", self.registry.address, self.attestations.address, *refuters)
        self.committee: Accounts = accounts(3, 2)
        self.committee_id = register(chain, self.attestations, self.committee)
        self.start = chain.now - 10_000
        self.made: dict[int, Any] = {}

    def prepared(self) -> World:
        """Make the coin's feeds of all kinds, which `feed` then lends."""
        self.made = {kind: self.feed(kind) for kind in (RESERVES, LIABILITIES, RATIO)}
        return self

    def parameters(self, kind: int = RESERVES, text: str = COIN_TEXT, decimals: int | None = None) -> tuple[Any, ...]:
        digits = decimals if decimals is not None else 8 if kind == RATIO else 18
        return (self.issuer, self.committee_id, POLICY, text, digits, kind)

    def feed(self, kind: int = RESERVES, text: str = COIN_TEXT) -> Any:
        """Have a feed made, unless it is."""
        if text == COIN_TEXT and kind in self.made:
            return self.made[kind]
        receipt = self.chain.send(self.factory.functions.deploy(self.parameters(kind, text)))
        (told,) = events(self.factory.events.FeedDeployed(), receipt)
        return self.chain.at("ReserveFeed", told["feed"])

    def anchor(self, instant: int | None = None, *, supersedes: int = 0, words: int = 0) -> Anchored:
        """Let the issuer anchor an entry, an hour after the one before."""
        _, sequence, newest, _ = self.chain.ask(self.registry.functions.head(self.issuer))
        when = instant if instant is not None else self.start if sequence == 0 else newest + 100
        entry = Entry(when, bundle_digest=(sequence * 1000 + words + 1).to_bytes(32), supersedes=supersedes)
        return put(self.chain, self.registry, entry, sender=ISSUER)

    def statement(self, anchored: Anchored, figures: Iterable[Figure] = FIGURES, **members: Any) -> Attestation:
        """Say what the committee is to sign about an entry."""
        plain = Attestation(
            anchored.id, self.chain.now - 1, self.chain.now + 86_400, policy=POLICY, figures=figures_digest(figures)
        )
        return plain.but(**members)

    def attest(self, statement: Attestation, positions: Iterable[int] = (0, 1)) -> Attestation:
        self.chain.send(attesting(self.attestations, self.committee, statement, positions))
        return statement

    def attested(self, anchored: Anchored, figures: Iterable[Figure] = FIGURES, **members: Any) -> Attestation:
        """Let the committee attest."""
        return self.attest(self.statement(anchored, figures, **members))

    def revoke(self, statement: Attestation) -> None:
        self.chain.send(revoking(self.attestations, self.committee, Revocation(statement.digest), (1, 2)))

    def refute(self, anchored: Anchored, *, by_balance: bool = False) -> None:
        refuter = self.of_balances if by_balance else self.of_liabilities
        self.chain.send(refuter.functions.refute(anchored.id))

    def settle(self, feed: Any, anchored: Anchored, figures: Sequence[Figure] = FIGURES, **members: Any) -> Any:
        """Let the committee attest, and bring that to a feed; return the receipt."""
        statement = self.attested(anchored, figures, **members)
        return self.chain.send(settling(feed, statement, figures, anchored), sender=7)

    def latest(self, feed: Any) -> list[int]:
        told: list[int] = list(self.chain.ask(feed.functions.latestRoundData()))
        return told


def settling(feed: Any, statement: Attestation, figures: Sequence[Figure], anchored: Anchored) -> Any:
    """Return the call that starts a round."""
    return feed.functions.settle(statement.values, list(figures), anchored.preimage)


def round_data(number: int, answer: int, instant: int) -> list[int]:
    """Say what a round answers."""
    return [number, answer, instant, instant, number]


class Deployment(RawCall):
    """Stand for a deployment that is to be refused."""

    fn_name = "the deployment"

    def __init__(self, chain: Chain, name: str, *arguments: object) -> None:
        compiled = artifact(name)
        factory = chain.w3.eth.contract(abi=compiled["abi"], bytecode=compiled["bytecode"])
        self.w3 = chain.w3
        self.bytecode = factory.constructor(*arguments).data_in_transaction

    def call(self, transaction: Any) -> bytes:
        """Evaluate the deployment."""
        answer: bytes = self.w3.eth.call(transaction | {"data": self.bytecode})
        return answer
