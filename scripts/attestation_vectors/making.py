"""Make attesters' documents with nothing of the code under test: eth-account, eth-abi and py-ecc alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak
from py_ecc.bls.ciphersuites import G2ProofOfPossession

from scripts.document_vectors.case import Json, digest, seed

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DOMAIN = {"name": "Proof of Reserves Attestation", "version": "1"}
TYPES: dict[str, list[tuple[str, str]]] = {
    "Attestation": [
        ("commitment", "bytes32"),
        ("policyDigest", "bytes32"),
        ("rulebookDigests", "bytes32"),
        ("outcome", "uint8"),
        ("figures", "bytes32"),
        ("observedAt", "uint64"),
        ("expiresAt", "uint64"),
    ],
    "Revocation": [("attestation", "bytes32"), ("reason", "bytes32")],
}
OUTCOMES = {"PASS": 1, "FAIL": 2, "INCONCLUSIVE": 3}
SCHEMES = {"ecdsa": 1, "contract": 2, "bls": 3}
SECONDS = {
    "2026-11-01T00:00:00Z": 1_793_491_200,
    "2026-11-02T00:00:00Z": 1_793_577_600,
    "2026-12-02T00:00:00Z": 1_796_169_600,
}
ETHER = "eip155:1/slip44:60"
TOKEN = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
REASON = "two reserve accounts were counted twice"


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x").removeprefix("sha256:"))


def secret(name: str) -> bytes:
    return hashlib.sha256(f"por spec example {name}".encode()).digest()


def address(name: str) -> str:
    return str(PrivateKey(secret(name)).public_key.to_address())


@cache
def bls_secret(name: str) -> int:
    return int(G2ProofOfPossession.KeyGen(secret(name)))


@cache
def bls_key(name: str) -> bytes:
    return bytes(G2ProofOfPossession.SkToPk(bls_secret(name)))


@cache
def possession(name: str) -> bytes:
    return bytes(G2ProofOfPossession.PopProve(bls_secret(name)))


def ecdsa(name: str, message: bytes) -> bytes:
    signature = PrivateKey(secret(name)).sign_msg_hash(message).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])


@cache
def bls(name: str, message: bytes) -> bytes:
    return bytes(G2ProofOfPossession.Sign(bls_secret(name), message))


def aggregate(names: Sequence[str], message: bytes) -> bytes:
    return bytes(G2ProofOfPossession.Aggregate([bls(name, message) for name in names]))  # type: ignore[misc]


def malleated(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def typed_digest(kind: str, values: Sequence[object]) -> bytes:
    members = dict(zip([name for name, _ in TYPES[kind]], values, strict=True))
    types = {
        "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}],
        kind: [{"name": name, "type": each} for name, each in TYPES[kind]],
    }
    whole: dict[str, Any] = {"types": types, "primaryType": kind, "domain": DOMAIN, "message": members}
    signable = encode_typed_data(full_message=whole)
    return bytes(keccak(b"\x19" + signable.version + signable.header + signable.body))


def statement_digest(statement: Json) -> bytes:
    """Compute what is signed out of the statement's own members."""
    if statement["type"] == "revocation":
        return typed_digest("Revocation", [raw(statement["attestation"]), raw(statement["reasonDigest"])])
    values = [raw(statement[name]) for name in ("commitment", "policy", "rulebooksDigest")]
    times = [SECONDS[statement[name]] for name in ("observedAt", "expiresAt")]
    return typed_digest(
        "Attestation", [*values, OUTCOMES[statement["outcome"]], raw(statement["figuresDigest"]), *times]
    )


def rows_digest(rows: Sequence[tuple[bytes, int, int]]) -> bytes:
    return bytes(keccak(encode(["(bytes32,uint128,uint128)[]"], [sorted(rows)])))


def figures_digest(figures: Sequence[Json]) -> str:
    rows = [(keccak(text=row["asset"]), int(row["liabilities"]), int(row["reserves"])) for row in figures]
    return hexed(rows_digest(rows))


def rulebooks_digest(digests: Sequence[str]) -> str:
    return hexed(keccak(b"".join(map(raw, digests))) if digests else bytes(32))


def entry_id(entry: Json) -> str:
    anchor = entry["anchor"]
    rows = [(raw(row["asset"]), int(row["liabilities"]), int(row["reserves"])) for row in entry["totals"]]
    words = (
        SECONDS[anchor["instant"]],
        anchor["snapshotChain"],
        anchor["snapshotBlock"],
        raw(anchor["snapshotHash"]),
        raw(anchor["commitmentsRoot"]),
        raw(anchor["bundle"]),
        raw(anchor["reserveSetRoot"]),
        anchor["supersedes"],
    )
    types = ["address", "uint64", "bytes32", "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64)", "bytes32"]
    preimage = [entry["issuer"], entry["sequence"], raw(entry["previous"]), words, rows_digest(rows)]
    return hexed(keccak(encode(types, preimage)))


def committee_id(committee: Json) -> str:
    if committee["scheme"] == "bls":
        members = [keccak(raw(member["key"])) for member in committee["members"]]
    else:
        members = [bytes(12) + raw(member) for member in committee["members"]]
    chain = int(committee["chain"].partition(":")[2]) if committee["chain"] else 0
    values = [SCHEMES[committee["scheme"]], committee["threshold"], chain, members]
    return hexed(keccak(encode(["uint8", "uint8", "uint256", "bytes32[]"], values)))


FIGURES: list[Json] = [
    {"asset": TOKEN, "liabilities": "5000000000", "reserves": "5250000000"},
    {"asset": ETHER, "liabilities": "100000000000000000000", "reserves": "104000000000000000000"},
]
ENTRY: Json = {
    "issuer": address("issuer"),
    "sequence": 1,
    "previous": hexed(bytes(32)),
    "totals": sorted(
        (
            {
                "asset": hexed(keccak(text=row["asset"])),
                "liabilities": row["liabilities"],
                "reserves": row["reserves"],
            }
            for row in FIGURES
        ),
        key=lambda total: total["asset"],
    ),
    "anchor": {
        "instant": "2026-11-01T00:00:00Z",
        "snapshotChain": 1,
        "snapshotBlock": 23_700_000,
        "snapshotHash": "0x" + seed("snapshot block"),
        "commitmentsRoot": "0x" + seed("commitments root"),
        "bundle": digest("bundle"),
        "reserveSetRoot": "0x" + seed("reserve set"),
        "supersedes": 0,
    },
}
ATTESTATION: Json = {
    "type": "attestation",
    "commitment": entry_id(ENTRY),
    "entry": ENTRY,
    "policy": digest("policy"),
    "rulebooks": [],
    "rulebooksDigest": rulebooks_digest([]),
    "outcome": "PASS",
    "figures": FIGURES,
    "figuresDigest": figures_digest(FIGURES),
    "observedAt": "2026-11-02T00:00:00Z",
    "expiresAt": "2026-12-02T00:00:00Z",
}
DIGEST = statement_digest(ATTESTATION)
REVOCATION: Json = {
    "type": "revocation",
    "attestation": hexed(DIGEST),
    "reason": REASON,
    "reasonDigest": hexed(hashlib.sha256(REASON.encode()).digest()),
}
NAMES = ("attester 1", "attester 2", "attester 3")
ACCOUNTS = sorted(NAMES, key=address)
KEYHOLDERS = sorted(NAMES, key=lambda name: keccak(bls_key(name)))
ECDSA_COMMITTEE: Json = {
    "scheme": "ecdsa",
    "threshold": 2,
    "chain": None,
    "members": [address(name) for name in ACCOUNTS],
}
CONTRACT_COMMITTEE: Json = {**ECDSA_COMMITTEE, "scheme": "contract", "chain": "eip155:1"}
BLS_COMMITTEE: Json = {
    "scheme": "bls",
    "threshold": 2,
    "chain": None,
    "members": [{"key": hexed(bls_key(name)), "possession": hexed(possession(name))} for name in KEYHOLDERS],
}


def committee_document(committee: Json) -> Json:
    return {"mediaType": "application/vnd.por.committee.v1+json", **committee}


def key_document(name: str) -> Json:
    return {
        "mediaType": "application/vnd.por.attester-key.v1+json",
        "key": hexed(bls_key(name)),
        "possession": hexed(possession(name)),
    }


def signed_document(statement: Json, name: str, scheme: str = "ecdsa", signature: bytes | None = None) -> Json:
    message = statement_digest(statement)
    made = bls(name, message) if scheme == "bls" else ecdsa(name, message)
    member = hexed(bls_key(name)) if scheme == "bls" else address(name)
    return {
        "mediaType": "application/vnd.por.attestation.v1+json",
        "statement": statement,
        "signer": {"scheme": scheme, "member": member},
        "signature": hexed(made if signature is None else signature),
        "report": None if statement["type"] == "revocation" else digest(f"report of {name}"),
    }


def certificate_document(
    statement: Json, committee: Json, names: Sequence[str], signatures: Sequence[bytes] | None = None
) -> Json:
    """Certify a statement by members of a committee, whose names ascend as their members do."""
    message, is_bls = statement_digest(statement), committee["scheme"] == "bls"
    made = [aggregate(names, message)] if is_bls else [ecdsa(name, message) for name in names]
    report = statement["type"] != "revocation"
    return {
        "mediaType": "application/vnd.por.certificate.v1+json",
        "statement": statement,
        "committee": committee,
        "signers": [
            {
                "member": hexed(bls_key(name)) if is_bls else address(name),
                "report": digest(f"report of {name}") if report else None,
            }
            for name in names
        ],
        "signatures": [hexed(each) for each in (made if signatures is None else signatures)],
    }
