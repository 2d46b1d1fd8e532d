"""The signature scheme over arkworks is ours: it agrees with py_ecc's, and refuses what that one refuses."""

from __future__ import annotations

import hashlib

import pytest
from py_ecc.bls.ciphersuites import G2ProofOfPossession as Reference

from por.errors import EvidenceError
from por.proofs.beacon.sync_committee import require_aggregate_signature, signing_root
from tests.proofs.beacon.worlds import BEACON, ORDER

SECRETS = [int.from_bytes(hashlib.sha256(bytes([i])).digest()) % ORDER for i in range(3)]
KEYS = [bytes(Reference.SkToPk(secret)) for secret in SECRETS]
MESSAGE = hashlib.sha256(b"a header").digest()
G1_INFINITY, G2_INFINITY = b"\xc0" + bytes(47), b"\xc0" + bytes(95)
# A point of the curve with x = 4, which is not in the group.
OUTSIDE = bytes([0x80]) + bytes(46) + b"\x04"


@pytest.fixture(scope="module")
def signature() -> bytes:
    return bytes(Reference.Aggregate([Reference.Sign(secret, MESSAGE) for secret in SECRETS]))


def test_it_takes_what_the_reference_signed(signature: bytes) -> None:
    assert Reference.FastAggregateVerify(KEYS, MESSAGE, signature)  # type: ignore[arg-type]
    assert require_aggregate_signature(KEYS, MESSAGE, signature) == tuple(KEYS)


def test_a_key_that_stands_twice_signs_twice() -> None:
    twice = [Reference.Sign(SECRETS[0], MESSAGE)] * 2
    signature = bytes(Reference.Aggregate(twice))
    assert require_aggregate_signature([KEYS[0]] * 2, MESSAGE, signature) == (KEYS[0], KEYS[0])
    with pytest.raises(EvidenceError):
        require_aggregate_signature([KEYS[0]], MESSAGE, signature)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        KEYS[:2],
        [*KEYS, KEYS[0]],
        [*KEYS, G1_INFINITY],
        [G1_INFINITY],
        [*KEYS[:2], OUTSIDE],
        [*KEYS[:2], KEYS[2][:-1]],
        [*KEYS[:2], KEYS[2] + b"\x00"],
        [*KEYS[:2], bytes(48)],
        [*KEYS[:2], b"\xff" * 48],
        [*KEYS[:2], bytes([KEYS[2][0] ^ 0x20]) + KEYS[2][1:]],
        [*KEYS, b"\xc0" + bytes(46) + b"\x01"],
    ],
)
def test_other_keys_are_refused_as_by_the_reference(keys: list[bytes], signature: bytes) -> None:
    assert not Reference.FastAggregateVerify(keys, MESSAGE, signature)  # type: ignore[arg-type]
    with pytest.raises(EvidenceError):
        require_aggregate_signature(keys, MESSAGE, signature)


@pytest.mark.parametrize(
    "data", [b"", bytes(96), b"\xff" * 96, G2_INFINITY, b"\xe0" + bytes(95), b"\xc0" + b"\x01" * 95]
)
def test_other_signatures_are_refused(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        require_aggregate_signature(KEYS, MESSAGE, data)


def test_keys_that_cancel_out_sign_nothing() -> None:
    opposite = bytes(Reference.SkToPk(ORDER - SECRETS[0]))
    with pytest.raises(EvidenceError, match="cancel out"):
        require_aggregate_signature([KEYS[0], opposite], MESSAGE, bytes(Reference.Sign(SECRETS[1], MESSAGE)))
    with pytest.raises(EvidenceError, match="infinity"):
        require_aggregate_signature([KEYS[0], opposite], MESSAGE, G2_INFINITY)


def test_another_message_is_refused(signature: bytes) -> None:
    with pytest.raises(EvidenceError):
        require_aggregate_signature(KEYS, hashlib.sha256(b"another").digest(), signature)


def test_what_is_signed_differs_by_root_genesis_and_fork() -> None:
    roots = {signing_root(BEACON, bytes([root]) * 32, slot) for root in (1, 2) for slot in (7, 512 * 32 + 1)}
    assert len(roots) == 4
    assert signing_root(BEACON, MESSAGE, 512 * 32) == signing_root(BEACON, MESSAGE, 7)
