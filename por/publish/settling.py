"""Bring certified attestations to feeds, once each (`contracts/interfaces/IReserveFeed.sol`)."""

from collections.abc import Callable
from dataclasses import dataclass

from por.commitments.anchors import anchor_id, asset_key
from por.commitments.statements import attestation_digest, committee_id
from por.commitments.words import address_word
from por.errors import DisagreementError, EvidenceError, PublishError
from por.model import AnchoredEntry, AssetId, Attestation, BlockRef, Certificate, Log, Outcome, Source
from por.proofs.attestation import require_preimages
from por.proofs.state.registry import ANCHORED, entry_of
from por.publish.anchoring import REGISTRY
from por.publish.asking import ask
from por.publish.attestations import CONTRACT, attestation_values
from por.publish.contracts import artifact, encode_call, with_errors
from por.publish.feeds import FEED, parameters_of, preimage
from por.publish.reading import Reading
from por.publish.runtimes import Recognised, recognise
from por.publish.transactions import Wallet

SPAN = 10_000


@dataclass(frozen=True, slots=True)
class Settled:
    """Say which round stands for a certificate; the block and gas are None if it was there."""

    round: int
    block: BlockRef | None
    gas: int | None


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
        receipt = wallet.send(feed, data, contract=with_errors(artifact(FEED), REGISTRY, CONTRACT))
    except PublishError:
        if _settled(wallet, feed, entry.sequence, said) is None:
            raise
        return _round_found(wallet, feed, entry.sequence, said)
    made = _settled(wallet, feed, entry.sequence, said)
    if made is None:
        raise PublishError("the transaction is final, and no round was started: not a feed")
    return Settled(made.round, receipt.block, receipt.gas)


def require_registry(reading: Reading, feed: str, registry: str) -> None:
    """Raise: PublishError where a feed follows another registry; a contract that is none of ours is not judged here."""
    code = reading.code(feed)
    found = recognise(code) if code else None
    if isinstance(found, Recognised) and found.name == FEED and found.immutables["registry"] != registry:
        raise PublishError(f"{feed} is a feed of the registry {found.immutables['registry']}, not of {registry}")


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


def _figures(certificate: Certificate) -> list[tuple[bytes, int, int]]:
    rows = certificate.statement.figures
    return sorted((asset_key(figure.asset), figure.liabilities, figure.reserves) for figure in rows)
