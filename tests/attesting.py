"""Attesters in memory: committees, statements and signatures, made outside the code under test where it matters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from eth_utils.crypto import keccak
from py_ecc.bls.ciphersuites import G2ProofOfPossession

from por.commitments.anchors import anchor_id, asset_key
from por.commitments.statements import figures_digest, reason_digest
from por.model import (
    Anchor,
    AnchoredEntry,
    AssetId,
    AssetTotal,
    Attestation,
    Certificate,
    Committee,
    Digest,
    Figure,
    Instant,
    Outcome,
    Policy,
    RegistryPin,
    Revocation,
    SignatureScheme,
    SignedStatement,
    Statement,
)
from por.model.identifiers import evm_account
from tests.checks import scenery
from tests.contracts import attesters

ETH = AssetId.parse("eip155:1/slip44:60")
USDC = AssetId.parse("eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
OBSERVED = Instant(1_793_577_600)
EXPIRES = Instant(OBSERVED.seconds + 30 * 86_400)
NOW = Instant(OBSERVED.seconds + 3600)
POLICY = Digest(keccak(text="the attesters' policy"))
BUNDLE = Digest(keccak(text="the issuer's bundle"))
FIGURES = (Figure(USDC, 1_000_000_000, 1_050_000_000), Figure(ETH, 100 * 10**18, 120 * 10**18))
ISSUER = "0x" + "a1" * 20
REGISTRY = evm_account("eip155:1:0x" + "b2" * 20)
ENTRY = AnchoredEntry(
    issuer=ISSUER,
    sequence=3,
    previous=keccak(text="the entry before"),
    anchor=Anchor(
        instant=scenery.NOON,
        snapshot_chain=1,
        snapshot_block=1000,
        snapshot_hash=keccak(text="block"),
        commitments_root=keccak(text="root"),
        bundle=BUNDLE,
        reserve_set_root=keccak(text="reserves"),
        supersedes=0,
    ),
    totals=(AssetTotal(asset_key(ETH), 100 * 10**18, 120 * 10**18),),
)
REASON = "an account was counted twice"
SECRETS = (5, 6, 7)


def key_of(name: str) -> bytes:
    return keccak(text=name)


@cache
def accounts(size: int = 3, threshold: int = 2, *, contract: bool = False) -> attesters.Accounts:
    """Return keys whose addresses ascend."""
    scheme = attesters.CONTRACT if contract else attesters.ECDSA
    return attesters.accounts(size, threshold, scheme=scheme, name="attester")


@cache
def keyholders(threshold: int = 2) -> attesters.Keyholders:
    return attesters.Keyholders(SECRETS, threshold)


@cache
def proof_of(secret: int) -> bytes:
    return bytes(G2ProofOfPossession.PopProve(secret))


def committee_of(members: attesters.Committee, chain_id: int = 1) -> Committee:
    if isinstance(members, attesters.Keyholders):
        return Committee(
            scheme=SignatureScheme.BLS,
            threshold=members.threshold,
            chain_id=0,
            members=tuple(keccak(key) for key in members.keys),
            keys=tuple(members.keys),
            possessions=tuple(map(proof_of, members.secrets)),
        )
    scheme, threshold, names = members.values
    bound = chain_id if scheme == attesters.CONTRACT else 0
    return Committee(SignatureScheme(scheme), threshold, bound, tuple(names))


def statement(**changes: Any) -> Statement:
    """State that the attesters found PASS; `changes` are the attestation's fields."""
    content = Attestation(
        commitment=anchor_id(ENTRY),
        policy=POLICY,
        rulebooks=bytes(32),
        outcome=Outcome.PASS,
        figures=figures_digest(FIGURES),
        observed_at=OBSERVED,
        expires_at=EXPIRES,
    )
    return Statement(replace(content, **changes), FIGURES, entry=ENTRY)


def revocation(of: Statement, reason: str = REASON) -> Statement:
    return Statement(Revocation(digest_of(of), reason_digest(reason)), reason=reason)


def digest_of(said: Statement) -> bytes:
    """Compute what is signed outside the code under test."""
    content = said.content
    if isinstance(content, Revocation):
        return attesters.Revocation(content.attestation, content.reason).digest
    number = {Outcome.PASS: 1, Outcome.FAIL: 2, Outcome.INCONCLUSIVE: 3}[content.outcome]
    return attesters.Attestation(
        content.commitment,
        content.observed_at.seconds,
        content.expires_at.seconds,
        content.policy.value,
        content.rulebooks,
        number,
        content.figures,
    ).digest


@cache
def bls_signature(secret: int, message: bytes) -> bytes:
    return bytes(G2ProofOfPossession.Sign(secret, message))


def report_of(position: int) -> Digest:
    return Digest(keccak(text=f"report {position}"))


def signature(members: attesters.Committee, position: int, said: Statement) -> bytes:
    if isinstance(members, attesters.Keyholders):
        return bls_signature(members.secrets[position], digest_of(said))
    return attesters.ecdsa(members.signers[position].key, digest_of(said))


def signed(members: attesters.Committee, position: int, said: Statement) -> SignedStatement:
    """Let one member sign."""
    committee = committee_of(members)
    scheme = committee.scheme
    if scheme is SignatureScheme.CONTRACT:
        scheme = SignatureScheme.ECDSA
    return SignedStatement(
        statement=said,
        scheme=scheme,
        member=committee.members[position],
        key=committee.keys[position] if committee.keys else b"",
        signature=signature(members, position, said),
        report=None if isinstance(said.content, Revocation) else report_of(position),
    )


def certificate(
    members: attesters.Committee | None = None,
    said: Statement | None = None,
    positions: Iterable[int] = (0, 1),
    signatures: Sequence[bytes] | None = None,
    chain_id: int = 1,
) -> Certificate:
    """Certify what members of a committee signed."""
    by, what, chosen = members or accounts(), said or statement(), sorted(positions)
    made: Sequence[bytes] = [signature(by, each, what) for each in chosen]
    if isinstance(by, attesters.Keyholders):
        made = [bytes(G2ProofOfPossession.Aggregate(made))]  # type: ignore[arg-type]
    committee = committee_of(by, chain_id)
    revoking = isinstance(what.content, Revocation)
    return Certificate(
        statement=what,
        committee=committee,
        signers=tuple(committee.members[each] for each in chosen),
        reports=() if revoking else tuple(map(report_of, chosen)),
        signatures=tuple(made if signatures is None else signatures),
    )


def policy(*committees: bytes, **changes: Any) -> Policy:
    """Trust committees by their ids, under the attesters' own policy."""
    usual = {"registry": None, "registries": (), "digest": POLICY}
    return scenery.policy(**{**usual, "committees": committees, **changes})


PIN = RegistryPin(REGISTRY, ISSUER, 0, 86_400)
