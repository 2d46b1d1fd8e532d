"""Make feeds, bring certified attestations to them, and read them (`contracts/interfaces/IReserveFeed.sol`)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from por.commitments.anchors import anchor_id, asset_key, totals_digest
from por.commitments.statements import attestation_digest, committee_id
from por.commitments.words import address_word
from por.errors import DisagreementError, EvidenceError, FormatError, PublishError
from por.model import (
    AnchoredEntry,
    AssetId,
    Attestation,
    BlockRef,
    Certificate,
    Digest,
    Log,
    Outcome,
    Source,
)
from por.proofs.attestation import require_preimages
from por.proofs.state.header import MAX_TIMESTAMP
from por.proofs.state.registry import ANCHORED, entry_of
from por.publish.anchoring import anchor_values
from por.publish.attestations import attestation_values
from por.publish.contracts import Artifact, artifact, encode_call
from por.publish.reading import Reading, ask
from por.publish.transactions import Wallet

FACTORY, FEED, REGISTRY, ATTESTATIONS = "ReserveFeedFactory", "ReserveFeed", "ReserveRegistry", "AttestationRegistry"
KINDS = ("reserves", "liabilities", "ratio")
RATIO_DECIMALS = 8
MAX_DECIMALS = 38
SPAN = 10_000


@dataclass(frozen=True, slots=True)
class Parameters:
    """Hold all that a feed is made for; `asset` is CAIP-19 text, `kind` one of KINDS."""

    issuer: str
    committee: bytes
    policy: Digest
    asset: str
    decimals: int
    kind: str

    def values(self) -> tuple[object, ...]:
        """Return the contract's struct."""
        kind = KINDS.index(self.kind)
        return (self.issuer, self.committee, self.policy.value, self.asset, self.decimals, kind)

    def require_possible(self) -> None:
        """Raise: FormatError for what no feed can be made for."""
        AssetId.parse(self.asset)
        if self.kind not in KINDS:
            raise FormatError(f"{self.kind} is none of {', '.join(KINDS)}", "--kind")
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


@dataclass(frozen=True, slots=True)
class Settled:
    """Say which round stands for a certificate; the block and gas are None if it was there."""

    round: int
    block: BlockRef | None
    gas: int | None


def make(wallet: Wallet, factory: str, parameters: Parameters) -> Made:
    """Have a feed made, unless it is there, and wait until that is final. Raises: PublishError; SourceError."""
    feed = feed_of(wallet, factory, parameters)
    if wallet.code(feed):
        return _found(wallet, feed)
    contract = artifact(FACTORY)
    try:
        data = encode_call(contract, "deploy", [parameters.values()])
        receipt = wallet.send(factory, data, contract=_with_errors(contract, FEED))
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


def parameters_of(reading: Reading, feed: str) -> Parameters:
    """Return all that a feed is made for. Raises: PublishError; SourceError."""
    ((issuer, committee, policy, asset, decimals, kind),) = ask(reading, FEED, feed, "parameters")
    if kind >= len(KINDS):
        raise PublishError(f"{feed} is of a kind that no feed is of: it is another contract")
    return Parameters(issuer, committee, Digest(policy), asset, decimals, KINDS[kind])


def newest_round(reading: Reading, feed: str) -> Round | None:
    """Return the newest round of a feed; None before the first. Raises: PublishError; SourceError."""
    count = ask(reading, FEED, feed, "rounds")[0]
    return _round(reading, feed, count) if count else None


def settle(
    wallet: Wallet, feed: str, certificate: Certificate, entry_with: Callable[[str, bytes], AnchoredEntry]
) -> Settled:
    """Bring a certified attestation to a feed, unless a round rests on its entry, and wait until that is final.

    `entry_with` finds the registry's entry by its issuer and its id, where the certificate does not carry it.
    Raises: PublishError when the feed takes no such certificate; SourceError.
    """
    said = _required(wallet, feed, certificate)
    entry = certificate.statement.entry or entry_with(parameters_of(wallet, feed).issuer, said.commitment)
    if anchor_id(entry) != said.commitment:
        raise PublishError(f"entry {entry.sequence} of {entry.issuer} is not the one that was attested")
    if _settled(wallet, feed, entry.sequence, said) is not None:
        return _round_found(wallet, feed, entry.sequence, said)
    data = encode_call(artifact(FEED), "settle", [attestation_values(said), _figures(certificate), preimage(entry)])
    try:
        receipt = wallet.send(feed, data, contract=_with_errors(artifact(FEED), REGISTRY, ATTESTATIONS))
    except PublishError:
        if _settled(wallet, feed, entry.sequence, said) is None:
            raise
        return _round_found(wallet, feed, entry.sequence, said)
    made = _settled(wallet, feed, entry.sequence, said)
    if made is None:
        raise PublishError("the transaction is final, and no round was started: not a feed")
    return Settled(made.round, receipt.block, receipt.gas)


def preimage(entry: AnchoredEntry) -> tuple[object, ...]:
    """Return what contracts take as AnchorPreimage."""
    return (entry.issuer, entry.sequence, entry.previous, anchor_values(entry.anchor), totals_digest(entry.totals))


def entry_in_logs(source: Source, registry: str, issuer: str, identifier: bytes, *, span: int = SPAN) -> AnchoredEntry:
    """Find an issuer's entry by its id, from the last final block back.

    Raises: PublishError when there is none; SourceError.
    """
    topics = (ANCHORED, address_word(issuer))
    last = source.finalized().number
    while last >= 0:
        first = max(0, last - span + 1)
        for log in source.logs(registry, topics, first, last):
            if log.topics[3:] == (identifier,):
                return _entry(source, log)
        last = first - 1
    raise PublishError(
        f"the registry has no final entry 0x{identifier.hex()} of {issuer}: not anchored there, or not final yet"
    )


def _entry(source: Source, log: Log) -> AnchoredEntry:
    try:
        return entry_of(log)
    except EvidenceError as error:
        raise DisagreementError(f"{', '.join(source.names)}: {error}") from error


def _with_errors(contract: Artifact, *asked: str) -> Artifact:
    """Let reverts of the contracts that one asks be told by name too."""
    errors = (entry for name in asked for entry in artifact(name).abi if entry["type"] == "error")
    return replace(contract, abi=(*contract.abi, *errors))


def _required(reading: Reading, feed: str, certificate: Certificate) -> Attestation:
    said = certificate.statement.content
    if not isinstance(said, Attestation):
        raise PublishError("the certificate is of a revocation: por attest records it, and feeds follow by themselves")
    if said.outcome is Outcome.INCONCLUSIVE:
        raise PublishError(
            "the attestation is INCONCLUSIVE: it decided nothing, starts no round, and the feed gets old"
        )
    try:
        require_preimages(certificate.statement)
        committee = committee_id(certificate.committee)
    except EvidenceError as error:
        raise PublishError(f"the certificate contradicts itself: {error}") from error
    wanted = parameters_of(reading, feed)
    if committee != wanted.committee:
        raise PublishError(f"committee 0x{committee.hex()} attested; the feed is of 0x{wanted.committee.hex()}")
    if said.policy != wanted.policy:
        raise PublishError(f"it was attested under policy {said.policy}; the feed is of {wanted.policy}")
    figures = {asset_key(figure.asset) for figure in certificate.statement.figures}
    if asset_key(AssetId.parse(wanted.asset)) not in figures:
        raise PublishError(f"nothing was attested of {wanted.asset}")
    return said


def _settled(reading: Reading, feed: str, sequence: int, said: Attestation) -> Settled | None:
    """Find the round of an entry; sequences ascend with the rounds."""
    number = ask(reading, FEED, feed, "rounds")[0]
    while number > 0:
        there, attestation = ask(reading, FEED, feed, "roundOrigin", number)[:2]
        if there == sequence:
            if attestation != attestation_digest(said):
                raise PublishError(
                    f"round {number} is of entry {sequence} by another attestation, 0x{attestation.hex()}: "
                    "the first one brought to a feed counts; the committee can revoke it"
                )
            return Settled(number, None, None)
        if there < sequence:
            return None
        number -= 1
    return None


def _round_found(wallet: Wallet, feed: str, sequence: int, said: Attestation) -> Settled:
    """Return the round of an entry once it is final: it is looked up again, should the chain be reorganised."""
    found: list[Settled] = []

    def is_there(final: Reading) -> bool:
        there = _settled(final, feed, sequence, said)
        found.extend([] if there is None else [there])
        return there is not None

    wallet.wait_until_final(feed, is_there)
    return found[-1]


def _round(reading: Reading, feed: str, number: int) -> Round:
    sequence, attestation, attested, is_void = ask(reading, FEED, feed, "roundOrigin", number)
    _, answer, _, updated_at, _ = ask(reading, FEED, feed, "getRoundData", number)
    if answer < 0 or updated_at > MAX_TIMESTAMP:
        raise PublishError(f"{feed} answers {answer} as of second {updated_at}: it is another contract")
    return Round(number, answer, updated_at, sequence, attestation, attested, is_void)


def _figures(certificate: Certificate) -> list[tuple[bytes, int, int]]:
    rows = certificate.statement.figures
    return sorted((asset_key(figure.asset), figure.liabilities, figure.reserves) for figure in rows)
