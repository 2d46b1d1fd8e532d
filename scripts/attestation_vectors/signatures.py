"""Certificates whose signatures hold, and those whose do not."""

from __future__ import annotations

from collections.abc import Iterator

from eth_utils.crypto import keccak
from py_ecc.bls.ciphersuites import G2ProofOfPossession
from py_ecc.bls.g2_primitives import G1_to_pubkey, pubkey_to_G1
from py_ecc.optimized_bls12_381.optimized_curve import add, multiply, neg

from scripts.attestation_vectors.making import (
    ACCOUNTS,
    ATTESTATION,
    BLS_COMMITTEE,
    CONTRACT_COMMITTEE,
    DIGEST,
    ECDSA_COMMITTEE,
    KEYHOLDERS,
    REVOCATION,
    address,
    aggregate,
    bls,
    bls_key,
    bls_secret,
    certificate_document,
    committee_id,
    ecdsa,
    hexed,
    malleated,
    possession,
    statement_digest,
)
from scripts.document_vectors.case import Case, Json, canonical, case, changed

FAMILY = "certificate"
EVIDENCE = {"error": "EvidenceError"}
LATER = {**ATTESTATION, "expiresAt": "2026-12-02T00:00:00Z", "outcome": "FAIL"}


def certificate_cases() -> Iterator[Case]:
    yield from good_cases()
    yield from account_cases()
    yield from bls_cases()
    yield from altered_cases()


def _case(name: str, description: str, threat: str, document: Json, expect: Json) -> Case:
    return case(f"{FAMILY}/{name}", description, threat, {"document": canonical(document)}, expect)


def _said(statement: Json, committee: Json, proven: list[str], unread: list[str] | None = None) -> Json:
    return {
        "digest": hexed(statement_digest(statement)),
        "committee": committee_id(committee),
        "proven": proven,
        "unread": unread or [],
    }


def good_cases() -> Iterator[Case]:
    first, second, third = ACCOUNTS
    members = [address(first), address(third)]
    document = certificate_document(ATTESTATION, ECDSA_COMMITTEE, [first, third])
    yield _case("ecdsa", "two of three accounts", "T47", document, _said(ATTESTATION, ECDSA_COMMITTEE, members))
    document = certificate_document(REVOCATION, ECDSA_COMMITTEE, [first, third])
    yield _case("revocation", "the same two take it back", "T36", document, _said(REVOCATION, ECDSA_COMMITTEE, members))
    by_contract = [ecdsa(first, DIGEST), b"\x01\x02", ecdsa(third, keccak(text="another"))]
    document = certificate_document(ATTESTATION, CONTRACT_COMMITTEE, ACCOUNTS, by_contract)
    expect = _said(ATTESTATION, CONTRACT_COMMITTEE, [address(first)], [address(second), address(third)])
    yield _case("contract", "one key, and two that only their chain can answer for", "T47", document, expect)
    names = [KEYHOLDERS[0], KEYHOLDERS[2]]
    document = certificate_document(ATTESTATION, BLS_COMMITTEE, names)
    expect = _said(ATTESTATION, BLS_COMMITTEE, [hexed(keccak(bls_key(name))) for name in names])
    yield _case("bls", "two of three keys in one signature", "T47", document, expect)


def account_cases() -> Iterator[Case]:
    first, second, third = ACCOUNTS
    honest, other = ecdsa(first, DIGEST), ecdsa(second, DIGEST)
    rows: list[tuple[str, str, str, list[bytes]]] = [
        ("malleated", "the second form of a signature", "T48", [malleated(honest), other]),
        (
            "other_statement",
            "a signature over another statement",
            "T38",
            [honest, ecdsa(second, statement_digest(LATER))],
        ),
        (
            "revocation_as_attestation",
            "a revocation's signature",
            "T38",
            [honest, ecdsa(second, statement_digest(REVOCATION))],
        ),
        ("other_key", "a stranger's signature", "T47", [honest, ecdsa(third, DIGEST)]),
        ("one_key_twice", "one member's signature for two", "T47", [honest, honest]),
        ("swapped", "the signatures in another order", "T47", [other, honest]),
        ("v_0", "v of 0 or 1", "T48", [honest[:64] + bytes([honest[64] - 27]), other]),
        ("zeros", "r and s of zero, which recover to nobody", "T48", [bytes(64) + b"\x1b", other]),
        (
            "personal_sign",
            "the digest signed as a text (EIP-191)",
            "T48",
            [honest, ecdsa(second, keccak(b"\x19Ethereum Signed Message:\n32" + DIGEST))],
        ),
    ]
    for name, description, threat, signatures in rows:
        document = certificate_document(ATTESTATION, ECDSA_COMMITTEE, [first, second], signatures)
        yield _case(name, description, threat, document, EVIDENCE)


def bls_cases() -> Iterator[Case]:
    names = KEYHOLDERS[:2]
    good = certificate_document(ATTESTATION, BLS_COMMITTEE, names)
    rows: list[tuple[str, str, str, Json]] = [
        (
            "bls_other_statement",
            "a sum over another statement",
            "T38",
            _signed(good, aggregate(names, statement_digest(LATER))),
        ),
        ("bls_one_less", "one of two signed", "T47", _signed(good, bls(names[0], DIGEST))),
        ("bls_infinity", "the point at infinity", "T48", _signed(good, b"\xc0" + bytes(95))),
        (
            "bls_possession_of_another",
            "possession of a key proven by another's",
            "T47",
            changed(good, "/committee/members/0/possession", hexed(possession(names[1]))),
        ),
        ("bls_rogue_key", "a key made of the others', whose secret nobody holds", "T47", rogue_certificate()),
    ]
    for name, description, threat, document in rows:
        yield _case(name, description, threat, document, EVIDENCE)


def _signed(document: Json, signature: bytes) -> Json:
    return changed(document, "/signatures/0", hexed(signature))


def rogue_certificate() -> Json:
    """Let one attacker sign for two: key = own key - victim's key, and a signature that own secret makes of both."""
    victim, attacker = KEYHOLDERS[0], "attacker"
    own = multiply(pubkey_to_G1(bls_key(attacker)), 1)  # type: ignore[arg-type]
    rogue = bytes(G1_to_pubkey(add(own, neg(pubkey_to_G1(bls_key(victim))))))  # type: ignore[arg-type]
    forged = bytes(G2ProofOfPossession.Sign(bls_secret(attacker), DIGEST))
    pairs = sorted(
        [(bls_key(victim), possession(victim)), (rogue, possession(attacker))], key=lambda pair: keccak(pair[0])
    )
    committee = {
        **BLS_COMMITTEE,
        "members": [{"key": hexed(key), "possession": hexed(proof)} for key, proof in pairs],
    }
    signers = [{"member": hexed(key), "report": f"sha256:{'ab' * 32}"} for key, _ in pairs]
    document = certificate_document(ATTESTATION, BLS_COMMITTEE, KEYHOLDERS[:2])
    return {**document, "committee": committee, "signers": signers, "signatures": [hexed(forged)]}


def altered_cases() -> Iterator[Case]:
    """Change what stands beside the digests: the signatures hold, and the document is a lie."""
    good = certificate_document(ATTESTATION, ECDSA_COMMITTEE, ACCOUNTS[:2])
    back = certificate_document(REVOCATION, ECDSA_COMMITTEE, ACCOUNTS[:2])
    rows: list[tuple[str, str, str, Json, str, object]] = [
        ("figures_raised", "more reserves than were signed", "T42", good, "/statement/figures/1/reserves", str(2**127)),
        ("figures_dropped", "an asset left out", "T42", good, "/statement/figures", ATTESTATION["figures"][:1]),
        (
            "rulebooks_added",
            "a rulebook that nobody applied",
            "T42",
            good,
            "/statement/rulebooks",
            [f"sha256:{'ab' * 32}"],
        ),
        (
            "entry_other_bundle",
            "an entry of another bundle",
            "T42",
            good,
            "/statement/entry/anchor/bundle",
            f"sha256:{'ab' * 32}",
        ),
        ("entry_other_issuer", "an entry of a thief", "T42", good, "/statement/entry/issuer", address("thief")),
        ("reason_other", "another reason than was signed", "T42", back, "/statement/reason", "a typing error"),
    ]
    for name, description, threat, document, place, value in rows:
        yield _case(name, description, threat, changed(document, place, value), EVIDENCE)
