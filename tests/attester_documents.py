"""Documents of attesters, made up by Hypothesis; whether a signature holds is nothing that a codec asks."""

from __future__ import annotations

from eth_utils.crypto import keccak
from hypothesis import strategies as st

from por.encoding import attestation_v1, attester_key_v1, certificate_v1, committee_v1
from por.model import (
    Anchor,
    AnchoredEntry,
    AssetTotal,
    Attestation,
    AttesterKey,
    Certificate,
    Committee,
    Digest,
    Figure,
    Instant,
    Outcome,
    Revocation,
    SignatureScheme,
    SignedStatement,
    Statement,
)
from tests.documents import LAST_SECOND, Codec, amounts, assets, digests, evm_addresses, hashes, instants, plain_texts

safe = st.integers(0, 2**53 - 1)
addresses = st.binary(min_size=20, max_size=20).filter(any).map(lambda data: bytes(12) + data)
bls_keys = st.binary(min_size=48, max_size=48)
bls_signatures = st.binary(min_size=96, max_size=96)
attester_keys = st.builds(AttesterKey, bls_keys, bls_signatures)
anchors = st.builds(Anchor, instants, safe, safe, hashes, hashes, digests, hashes, safe)
totals = st.builds(AssetTotal, hashes, amounts, amounts)
entries = st.builds(
    AnchoredEntry,
    evm_addresses,
    st.integers(1, 2**53 - 1),
    hashes,
    anchors,
    st.lists(totals, max_size=2).map(tuple),
)
signatures = {
    SignatureScheme.ECDSA: st.binary(min_size=65, max_size=65),
    SignatureScheme.CONTRACT: st.binary(min_size=1, max_size=80),
    SignatureScheme.BLS: bls_signatures,
}


@st.composite
def committees(draw: st.DrawFn) -> Committee:
    scheme = draw(st.sampled_from(SignatureScheme))
    chain_id = draw(st.integers(1, 10**18 - 1)) if scheme is SignatureScheme.CONTRACT else 0
    if scheme is not SignatureScheme.BLS:
        members = sorted(draw(st.sets(addresses, min_size=1, max_size=4)))
        return Committee(scheme, draw(st.integers(1, len(members))), chain_id, tuple(members))
    keys = draw(st.lists(attester_keys, min_size=1, max_size=3, unique_by=lambda each: each.key))
    keys.sort(key=lambda each: keccak(each.key))
    return Committee(
        scheme=scheme,
        threshold=draw(st.integers(1, len(keys))),
        chain_id=0,
        members=tuple(keccak(each.key) for each in keys),
        keys=tuple(each.key for each in keys),
        possessions=tuple(each.possession for each in keys),
    )


@st.composite
def attestations(draw: st.DrawFn) -> Statement:
    observed = draw(st.integers(0, LAST_SECOND - 1))
    content = Attestation(
        commitment=draw(hashes),
        policy=draw(digests),
        rulebooks=draw(hashes),
        outcome=draw(st.sampled_from(Outcome)),
        figures=draw(hashes),
        observed_at=Instant(observed),
        expires_at=Instant(draw(st.integers(observed + 1, LAST_SECOND))),
    )
    named = sorted(draw(st.lists(assets(), max_size=3, unique_by=str)), key=str)
    return Statement(
        content,
        figures=tuple(Figure(asset, draw(amounts), draw(amounts)) for asset in named),
        rulebooks=tuple(sorted(draw(st.sets(digests, max_size=2)))),
        entry=draw(st.none() | entries),
    )


revocations = st.builds(
    lambda attested, digest, reason: Statement(Revocation(attested, digest), reason=reason), hashes, hashes, plain_texts
)
statements = attestations() | revocations


def reports(draw: st.DrawFn, statement: Statement, count: int) -> tuple[Digest, ...]:
    revoking = isinstance(statement.content, Revocation)
    return () if revoking else tuple(draw(digests) for _ in range(count))


@st.composite
def signed_statements(draw: st.DrawFn) -> SignedStatement:
    statement, scheme = draw(statements), draw(st.sampled_from(SignatureScheme))
    key = draw(bls_keys) if scheme is SignatureScheme.BLS else b""
    return SignedStatement(
        statement=statement,
        scheme=scheme,
        member=keccak(key) if key else draw(addresses),
        key=key,
        signature=draw(signatures[scheme]),
        report=next(iter(reports(draw, statement, 1)), None),
    )


@st.composite
def certificates(draw: st.DrawFn) -> Certificate:
    statement, committee = draw(statements), draw(committees())
    signers = sorted(draw(st.sets(st.sampled_from(committee.members), min_size=1)))
    count = 1 if committee.scheme is SignatureScheme.BLS else len(signers)
    return Certificate(
        statement=statement,
        committee=committee,
        signers=tuple(signers),
        reports=reports(draw, statement, len(signers)),
        signatures=tuple(draw(signatures[committee.scheme]) for _ in range(count)),
    )


ATTESTER_CODECS = (
    Codec("attester-key", attester_keys, attester_key_v1.write, attester_key_v1.read, attester_key_v1.MAX_BYTES),
    Codec("committee", committees(), committee_v1.write, committee_v1.read, committee_v1.MAX_BYTES),
    Codec("attestation", signed_statements(), attestation_v1.write, attestation_v1.read, attestation_v1.MAX_BYTES),
    Codec("certificate", certificates(), certificate_v1.write, certificate_v1.read, certificate_v1.MAX_BYTES),
)
