"""Attesters for tests: what they sign, how, and in which committees, computed outside the contracts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cache, cached_property
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_keys.datatypes import PrivateKey
from eth_typing.bls import BLSPubkey, BLSSignature
from eth_utils.address import to_canonical_address
from eth_utils.crypto import keccak
from py_ecc.bls.ciphersuites import G2ProofOfPossession
from py_ecc.bls.g2_primitives import pubkey_to_G1, signature_to_G2
from py_ecc.optimized_bls12_381.optimized_curve import curve_order, normalize

from tests.contracts.chain import Chain, events

PASS, FAIL, INCONCLUSIVE = 1, 2, 3
ECDSA, CONTRACT, BLS = 1, 2, 3

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
FIGURES = "(bytes32,uint128,uint128)[]"
DOMAIN = {"name": "Proof of Reserves Attestation", "version": "1"}
TYPES = {
    "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}],
    "Attestation": [
        {"name": "commitment", "type": "bytes32"},
        {"name": "policyDigest", "type": "bytes32"},
        {"name": "rulebookDigests", "type": "bytes32"},
        {"name": "outcome", "type": "uint8"},
        {"name": "figures", "type": "bytes32"},
        {"name": "observedAt", "type": "uint64"},
        {"name": "expiresAt", "type": "uint64"},
    ],
    "Revocation": [{"name": "attestation", "type": "bytes32"}, {"name": "reason", "type": "bytes32"}],
}

Figure = tuple[bytes, int, int]


@dataclass(frozen=True)
class Attestation:
    """Hold what a committee signs, in the order of the contract's struct."""

    commitment: bytes
    observed_at: int
    expires_at: int
    policy: bytes = keccak(text="policy")
    rulebooks: bytes = keccak(text="rulebooks")
    outcome: int = PASS
    figures: bytes = keccak(text="figures")

    @property
    def values(self) -> tuple[Any, ...]:
        what = (self.commitment, self.policy, self.rulebooks, self.outcome, self.figures)
        return (*what, self.observed_at, self.expires_at)

    @property
    def digest(self) -> bytes:
        """Compute what is signed, with eth-account's own EIP-712."""
        return typed_digest("Attestation", self.values)

    def but(self, **members: Any) -> Attestation:
        return replace(self, **members)


@dataclass(frozen=True)
class Revocation:
    """Hold what a committee signs to take an attestation back."""

    attestation: bytes
    reason: bytes = keccak(text="reason")

    @property
    def values(self) -> tuple[Any, ...]:
        return astuple(self)

    @property
    def digest(self) -> bytes:
        return typed_digest("Revocation", self.values)


def typed_digest(name: str, values: Sequence[object]) -> bytes:
    members = dict(zip([each["name"] for each in TYPES[name]], values, strict=True))
    types = {each: TYPES[each] for each in ("EIP712Domain", name)}
    whole: dict[str, Any] = {"types": types, "primaryType": name, "domain": DOMAIN, "message": members}
    signable = encode_typed_data(full_message=whole)
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def figures_digest(figures: Iterable[Figure]) -> bytes:
    return keccak(encode([FIGURES], [list(figures)]))


@dataclass(frozen=True)
class Accounts:
    """Hold a committee of accounts whose keys these tests have."""

    secrets: tuple[bytes, ...]
    threshold: int
    scheme: int = ECDSA

    @cached_property
    def signers(self) -> list[Any]:
        return sorted(map(Account.from_key, self.secrets), key=lambda each: to_canonical_address(each.address))

    @property
    def addresses(self) -> list[str]:
        return [each.address for each in self.signers]

    @property
    def values(self) -> tuple[Any, ...]:
        """Return the contract's struct."""
        return (self.scheme, self.threshold, [member(each) for each in self.addresses])

    def id_on(self, chain_id: int) -> bytes:
        return committee_id(self.values, chain_id)

    def sign(self, digest: bytes, positions: Iterable[int]) -> bytes:
        """Sign one after the other."""
        signatures = [ecdsa(self.signers[each].key, digest) for each in sorted(positions)]
        return b"".join(map(with_length, signatures) if self.scheme == CONTRACT else signatures)


@dataclass(frozen=True)
class Keyholders:
    """Hold a committee of BLS keys."""

    numbers: tuple[int, ...]
    threshold: int

    @cached_property
    def secrets(self) -> list[int]:
        return sorted(self.numbers, key=lambda each: keccak(bls_key(each)))

    @cached_property
    def keys(self) -> list[bytes]:
        return [bls_key(each) for each in self.secrets]

    @cached_property
    def points(self) -> list[bytes]:
        return [key_point(each) for each in self.keys]

    @property
    def values(self) -> tuple[Any, ...]:
        """Return the contract's struct."""
        return (BLS, self.threshold, [keccak(each) for each in self.keys])

    def id_on(self, chain_id: int) -> bytes:
        return committee_id(self.values, chain_id)

    def sign(self, digest: bytes, positions: Iterable[int]) -> bytes:
        """Sign with the sum of the secrets, which gives the sum of the signatures."""
        secret = sum(self.secrets[each] for each in positions) % curve_order
        return signature_point(bls_signature(secret, digest))


Committee = Accounts | Keyholders


def member(address: str) -> bytes:
    return bytes(12) + to_canonical_address(address)


def committee_id(values: tuple[Any, ...], chain_id: int) -> bytes:
    scheme, threshold, members = values
    bound = chain_id if scheme == CONTRACT else 0
    return keccak(encode(["uint8", "uint8", "uint256", "bytes32[]"], [scheme, threshold, bound, members]))


def accounts(size: int, threshold: int, *, scheme: int = ECDSA, name: str = "member") -> Accounts:
    return Accounts(tuple(keccak(text=f"{name} {number}") for number in range(size)), threshold, scheme)


def bits(positions: Iterable[int]) -> int:
    return sum(1 << each for each in set(positions))


def ecdsa(secret: bytes, digest: bytes) -> bytes:
    signature: bytes = PrivateKey(bytes(secret)).sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])


def malleated(signature: bytes) -> bytes:
    """Return the other signature that everybody can make of one."""
    s = ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def with_length(signature: bytes) -> bytes:
    """Write a signature as committees of contracts take it."""
    return len(signature).to_bytes(2) + signature


def aggregate(secrets: Iterable[int], message: bytes) -> bytes:
    signatures = [BLSSignature(bls_signature(each, message)) for each in secrets]
    return bytes(G2ProofOfPossession.Aggregate(signatures))


@cache
def bls_key(secret: int) -> bytes:
    """Return a compressed key."""
    return bytes(G2ProofOfPossession.SkToPk(secret))


@cache
def bls_signature(secret: int, message: bytes) -> bytes:
    """Return a compressed signature, which takes py-ecc a tenth of a second."""
    return bytes(G2ProofOfPossession.Sign(secret, message))


@cache
def key_point(key: bytes) -> bytes:
    """Encode a compressed key as EIP-2537 does."""
    return g1_point(pubkey_to_G1(BLSPubkey(key)))


def signature_point(signature: bytes) -> bytes:
    """Encode a compressed signature as EIP-2537 does."""
    return g2_point(signature_to_G2(BLSSignature(signature)))


def g1_point(point: Any) -> bytes:
    return b"".join(coordinate.n.to_bytes(64) for coordinate in normalize(point))


def g2_point(point: Any) -> bytes:
    x, y = normalize(point)
    return b"".join(int(part).to_bytes(64) for part in (*x.coeffs, *y.coeffs))


@cache
def possession(secret: int) -> bytes:
    return signature_point(G2ProofOfPossession.PopProve(secret))


def register(chain: Chain, attestations: Any, committee: Committee) -> bytes:
    """Write a committee down; return its id as the event tells it."""
    if isinstance(committee, Keyholders):
        for secret, point in zip(committee.secrets, committee.points, strict=True):
            chain.send(attestations.functions.registerKey(point, possession(secret)))
        call = attestations.functions.registerBlsCommittee(committee.threshold, b"".join(committee.points))
    else:
        call = attestations.functions.registerCommittee(committee.values)
    (told,) = events(attestations.events.CommitteeRegistered(), chain.send(call))
    identifier: bytes = told["id"]
    return identifier


def attesting(
    attestations: Any,
    committee: Committee,
    attestation: Attestation,
    positions: Iterable[int],
    reports: bytes = bytes(32),
) -> Any:
    """Return the call by which these members of a committee attest."""
    chosen = sorted(set(positions))
    identifier = committee.id_on(attestations.w3.eth.chain_id)
    signatures = committee.sign(attestation.digest, chosen)
    return attestations.functions.attest(attestation.values, identifier, bits(chosen), signatures, reports)


def revoking(attestations: Any, committee: Committee, revocation: Revocation, positions: Iterable[int]) -> Any:
    """Return the call by which these members of a committee take an attestation back."""
    chosen = sorted(set(positions))
    identifier = committee.id_on(attestations.w3.eth.chain_id)
    signatures = committee.sign(revocation.digest, chosen)
    return attestations.functions.revoke(revocation.values, identifier, bits(chosen), signatures)


def status(chain: Chain, attestations: Any, committee: Committee, digest: bytes) -> tuple[int, ...]:
    identifier = committee.id_on(attestations.w3.eth.chain_id)
    told: tuple[int, ...] = tuple(chain.ask(attestations.functions.status(identifier, digest)))
    return told
