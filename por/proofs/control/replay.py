"""Recover a signature against the challenges that it may have been made for instead (`por/spec/control-proof.md`, R1).

A signature recovers to the key that made it under one challenge alone. Where it does under another one that is known,
that says what is wrong with it; where it does under none, nothing is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from por.errors import EvidenceError
from por.model import BlockRef, ChainAccount, ChainId, Challenge, ControlScheme, Instant
from por.proofs.control.evm import signer

USUAL_DAYS = (1, 7, 14, 30, 60, 90)
_LAST = Instant.parse("9999-12-31T23:59:59Z")


class Use(StrEnum):
    """Say how a known challenge differs from the one that is to be signed."""

    OTHER_FORM = "other_form"
    OTHER_EXPIRY = "other_expiry"
    REPLAYED = "replayed"
    FOREIGN_CHAIN = "foreign_chain"
    FOREIGN_ISSUER = "foreign_issuer"


@dataclass(frozen=True, slots=True)
class KnownChallenge:
    """Hold a challenge, the form that was signed, and how it differs."""

    use: Use
    challenge: Challenge
    scheme: ControlScheme


def known_challenges(
    challenge: Challenge,
    scheme: ControlScheme,
    *,
    chains: Mapping[ChainId, BlockRef | None],
    earlier: Iterable[Challenge] = (),
    foreign: Iterable[Challenge] = (),
) -> Iterator[KnownChallenge]:
    """List the challenges, in both forms, for which a signature may have been made that does not fit `challenge`.

    `chains` are others than the account's, with their snapshot blocks where there are any; `earlier` are challenges of
    the same account and issuer, `foreign` those of the same account and other issuers.
    """
    other = ControlScheme.EIP191 if scheme.typed else ControlScheme.EIP712
    yield KnownChallenge(Use.OTHER_FORM, challenge, other)
    listed = [(Use.REPLAYED, item) for item in earlier] + [(Use.FOREIGN_ISSUER, item) for item in foreign]
    listed += [(Use.FOREIGN_CHAIN, item) for item in _on_other_chains(challenge, chains)]
    listed += [(Use.OTHER_EXPIRY, item) for item in _of_other_expiry(challenge)]
    for use, item in listed:
        if item != challenge:
            yield from (KnownChallenge(use, item, form) for form in (ControlScheme.EIP191, ControlScheme.EIP712))


def signers_of(known: Iterable[KnownChallenge], signature: bytes) -> Iterator[tuple[KnownChallenge, str]]:
    """Recover who signed each of the challenges; one under which no key made the signature is passed over."""
    for item in known:
        try:
            yield item, signer(item.challenge, item.scheme, signature)
        except EvidenceError:
            continue


def _on_other_chains(challenge: Challenge, chains: Mapping[ChainId, BlockRef | None]) -> Iterator[Challenge]:
    """Put the account on another chain, at that chain's block, and at the one of this challenge."""
    for chain, block in chains.items():
        there = replace(challenge, account=ChainAccount(chain, challenge.account.address))
        yield there
        if block is not None:
            yield replace(there, block_number=block.number, block_hash=block.hash)


def _of_other_expiry(challenge: Challenge) -> Iterator[Challenge]:
    instant = Instant.parse(challenge.snapshot.partition("@")[2])
    for ends in (instant.seconds + days * 86_400 for days in USUAL_DAYS):
        if ends <= _LAST.seconds:
            yield replace(challenge, expires=str(Instant(ends)))
