"""Make feeds, and read them (`contracts/interfaces/IReserveFeed.sol`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from por.commitments.anchors import totals_digest
from por.errors import FormatError, PublishError
from por.model import AnchoredEntry, AssetId, BlockRef, Digest
from por.proofs.state.header import MAX_TIMESTAMP
from por.publish.anchoring import REGISTRY, anchor_values
from por.publish.asking import ask
from por.publish.attestations import CONTRACT
from por.publish.contracts import artifact, encode_call, with_errors
from por.publish.events import FEED_KINDS
from por.publish.reading import Reading
from por.publish.runtimes import Recognised, recognise
from por.publish.transactions import Wallet

FACTORY, FEED = "ReserveFeedFactory", "ReserveFeed"
RATIO_DECIMALS = 8
MAX_DECIMALS = 38


@dataclass(frozen=True, slots=True)
class Parameters:
    """Hold all that a feed is made for; `asset` is CAIP-19 text, `kind` one of FEED_KINDS."""

    issuer: str
    committee: bytes
    policy: Digest
    asset: str
    decimals: int
    kind: str

    def values(self) -> tuple[object, ...]:
        """Return the contract's struct."""
        kind = FEED_KINDS.index(self.kind)
        return (self.issuer, self.committee, self.policy.value, self.asset, self.decimals, kind)

    def require_possible(self) -> None:
        """Raise: FormatError for what no feed can be made for."""
        AssetId.parse(self.asset)
        if self.kind not in FEED_KINDS:
            raise FormatError(f"{self.kind} is none of {', '.join(FEED_KINDS)}", "--kind")
        if self.kind == "ratio" and self.decimals != RATIO_DECIMALS:
            raise FormatError(f"a ratio has {RATIO_DECIMALS} decimals", "--decimals")
        if not 0 <= self.decimals <= MAX_DECIMALS:
            raise FormatError(f"not between 0 and {MAX_DECIMALS}", "--decimals")


@dataclass(frozen=True, slots=True)
class Made:
    """Say where a feed stands; the block and gas are those of the transaction that made it, None if it was there."""

    feed: str
    block: BlockRef | None
    gas: int | None


@dataclass(frozen=True, slots=True)
class Round:
    """Hold a round: what it answers, as of when, and what it rests on.

    `attested` is the figure that was attested; where `is_void`, the answer is another, on the safe side.
    """

    number: int
    answer: int
    updated_at: int
    sequence: int
    attestation: bytes
    attested: int
    is_void: bool


def make(wallet: Wallet, factory: str, parameters: Parameters) -> Made:
    """Have a feed made, unless it is there, and wait until that is final. Raises: PublishError; SourceError."""
    feed = feed_of(wallet, factory, parameters)
    if wallet.code(feed):
        return _found(wallet, feed)
    contract = artifact(FACTORY)
    try:
        data = encode_call(contract, "deploy", [parameters.values()])
        receipt = wallet.send(factory, data, contract=with_errors(contract, FEED))
    except PublishError:
        # Of two runs at once, the second finds the first one's feed.
        if not wallet.code(feed):
            raise
        return _found(wallet, feed)
    return Made(feed, receipt.block, receipt.gas)


def _found(wallet: Wallet, feed: str) -> Made:
    wallet.wait_until_final(feed)
    return Made(feed, None, None)


def feed_of(reading: Reading, factory: str, parameters: Parameters) -> str:
    """Return the address of the feed for these parameters, made or not. Raises: PublishError; SourceError."""
    return str(ask(reading, FACTORY, factory, "feedOf", parameters.values())[0])


def doubts(reading: Reading, factory: str, parameters: Parameters) -> Iterator[str]:
    """Say what a feed would wait for in vain as things stand: its committee's registration, its issuer's entries.

    Raises: PublishError; SourceError.
    """
    found = recognise(reading.code(factory))
    if not isinstance(found, Recognised) or found.name != FACTORY:
        return
    bound = found.immutables
    ((_, threshold, _),) = ask(reading, CONTRACT, bound["attestations"], "committeeOf", parameters.committee)
    if not threshold:
        yield f"committee 0x{parameters.committee.hex()} is not registered yet in {bound['attestations']}"
    if not ask(reading, REGISTRY, bound["registry"], "head", parameters.issuer)[1]:
        yield f"{parameters.issuer} has anchored nothing yet in {bound['registry']}"


def parameters_of(reading: Reading, feed: str) -> Parameters:
    """Return all that a feed is made for. Raises: PublishError; SourceError."""
    ((issuer, committee, policy, asset, decimals, kind),) = ask(reading, FEED, feed, "parameters")
    if kind >= len(FEED_KINDS):
        raise PublishError(f"{feed} is of a kind that no feed is of: it is another contract")
    return Parameters(issuer, committee, Digest(policy), asset, decimals, FEED_KINDS[kind])


def newest_round(reading: Reading, feed: str) -> Round | None:
    """Return the newest round of a feed; None before the first. Raises: PublishError; SourceError."""
    count = ask(reading, FEED, feed, "rounds")[0]
    return _round(reading, feed, count) if count else None


def preimage(entry: AnchoredEntry) -> tuple[object, ...]:
    """Return what contracts take as AnchorPreimage."""
    return (entry.issuer, entry.sequence, entry.previous, anchor_values(entry.anchor), totals_digest(entry.totals))


def _round(reading: Reading, feed: str, number: int) -> Round:
    sequence, attestation, attested, is_void = ask(reading, FEED, feed, "roundOrigin", number)
    _, answer, _, updated_at, _ = ask(reading, FEED, feed, "getRoundData", number)
    if answer < 0 or updated_at > MAX_TIMESTAMP:
        raise PublishError(f"{feed} answers {answer} as of second {updated_at}: it is another contract")
    return Round(number, answer, updated_at, sequence, attestation, attested, is_void)
