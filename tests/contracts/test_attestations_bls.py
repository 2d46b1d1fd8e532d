"""Committees of BLS keys: registration, quorums by one signature, and what is refused.

What needs no second chain runs on the real node alone where it pairs, since the chain in this process takes a second
for each pairing.
"""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from py_ecc.bls.ciphersuites import G2ProofOfPossession
from py_ecc.optimized_bls12_381.optimized_curve import G1, add, curve_order, multiply, neg

from tests.contracts.attesters import (
    BLS,
    ECDSA,
    Attestation,
    Keyholders,
    Revocation,
    accounts,
    aggregate,
    attesting,
    bits,
    bls_signature,
    g1_point,
    key_point,
    possession,
    register,
    revoking,
    signature_point,
    status,
)
from tests.contracts.chain import Chain, assert_reverts, events

ZERO = bytes(32)
COMMITMENT = keccak(text="commitment")
INFINITE_SIGNATURE = bytes(256)
TWO_OF_THREE = Keyholders((101, 102, 103), 2)
SECRET = 4321
KEY = G2ProofOfPossession.SkToPk(SECRET)


class Seat:
    """Hold a chain on which a committee of three keys is registered."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.attestations = chain.deploy("AttestationRegistry")
        self.id = register(chain, self.attestations, TWO_OF_THREE)
        self.statement = Attestation(COMMITMENT, chain.now - 60, chain.now + 86_400)

    def call(self, signers: int, signature: bytes) -> Any:
        return self.attestations.functions.attest(self.statement.values, self.id, signers, signature, ZERO)


@pytest.fixture(scope="module")
def _seat(shared_chain: Chain) -> Seat:
    return Seat(shared_chain)


@pytest.fixture
def seat(_seat: Seat, chain: Chain) -> Seat:
    return _seat


@pytest.fixture(scope="module")
def _anvil_seat(shared_anvil: Chain) -> Seat:
    return Seat(shared_anvil)


@pytest.fixture
def there(_anvil_seat: Seat, anvil: Chain) -> Seat:
    return _anvil_seat


# keys


def test_a_key_is_registered_by_its_compressed_form(there: Seat) -> None:
    call = there.attestations.functions.registerKey(key_point(KEY), possession(SECRET))
    assert there.chain.ask(call) == keccak(KEY)
    (told,) = events(there.attestations.events.KeyRegistered(), there.chain.send(call))
    assert told == {"member": keccak(KEY), "key": key_point(KEY)}


def test_a_key_is_registered_once(seat: Seat) -> None:
    call = seat.attestations.functions.registerKey(TWO_OF_THREE.points[0], INFINITE_SIGNATURE)
    assert_reverts(call, f"KeyAlreadyRegistered(0x{keccak(TWO_OF_THREE.keys[0]).hex()})")


def test_a_rogue_key_is_refused(there: Seat) -> None:
    """A stranger's key minus a member's would let the stranger sign alone for both."""
    own = multiply(G1, SECRET)
    rogue = g1_point(add(own, neg(multiply(G1, TWO_OF_THREE.secrets[0]))))
    call = there.attestations.functions.registerKey(rogue, possession(SECRET))
    assert_reverts(call, "BlsSignatureMismatch()")


def test_what_a_validator_signs_is_no_proof_of_possession(there: Seat) -> None:
    """Deposits and votes are signed under the other tag, whatever bytes they are over."""
    for message in (KEY, keccak(KEY)):
        signed = signature_point(bls_signature(SECRET, message))
        call = there.attestations.functions.registerKey(key_point(KEY), signed)
        assert_reverts(call, "BlsSignatureMismatch()")


def test_a_key_of_another_length_is_refused(seat: Seat) -> None:
    call = seat.attestations.functions.registerKey(KEY, possession(SECRET))
    assert_reverts(call, "PointLength(128,48)")


# committees


def test_a_committee_is_named_and_read_by_its_content(seat: Seat) -> None:
    assert seat.id == TWO_OF_THREE.id_on(0)
    functions = seat.attestations.functions
    assert seat.chain.ask(functions.committeeId(TWO_OF_THREE.values)) == seat.id
    assert tuple(seat.chain.ask(functions.committeeOf(seat.id))) == TWO_OF_THREE.values


def test_the_same_keys_with_another_threshold_are_another_committee(seat: Seat) -> None:
    call = seat.attestations.functions.registerBlsCommittee(3, b"".join(TWO_OF_THREE.points))
    (told,) = events(seat.attestations.events.CommitteeRegistered(), seat.chain.send(call))
    assert told["id"] == Keyholders(TWO_OF_THREE.numbers, 3).id_on(0)
    assert told["committee"]["scheme"] == BLS


def test_a_committee_is_registered_once(seat: Seat) -> None:
    call = seat.attestations.functions.registerBlsCommittee(2, b"".join(TWO_OF_THREE.points))
    assert_reverts(call, f"CommitteeAlreadyRegistered(0x{seat.id.hex()})")


def test_a_key_whose_possession_was_never_proven_is_refused(seat: Seat) -> None:
    keys = b"".join([*TWO_OF_THREE.points, key_point(KEY)])
    assert_reverts(seat.attestations.functions.registerBlsCommittee(2, keys), "KeyNotRegistered(3)")


def test_a_member_twice_is_refused(seat: Seat) -> None:
    one, two, three = TWO_OF_THREE.points
    for keys, position in (([one, one], 1), ([one, two, two], 2), ([two, one, three], 1)):
        call = seat.attestations.functions.registerBlsCommittee(1, b"".join(keys))
        assert_reverts(call, f"MembersNotAscending({position})")


@pytest.mark.parametrize("threshold", [0, 4])
def test_a_threshold_can_be_reached_and_is_not_nothing(seat: Seat, threshold: int) -> None:
    call = seat.attestations.functions.registerBlsCommittee(threshold, b"".join(TWO_OF_THREE.points))
    assert_reverts(call, f"ThresholdOutOfRange({threshold},3)")


def test_a_committee_of_nobody_is_refused(seat: Seat) -> None:
    assert_reverts(seat.attestations.functions.registerBlsCommittee(1, b""), "MemberCount(0)")


def test_keys_of_another_length_are_refused(seat: Seat) -> None:
    keys = b"".join(TWO_OF_THREE.points)
    assert_reverts(seat.attestations.functions.registerBlsCommittee(1, keys[:-1]), "PointLength(128,383)")


def test_names_of_bls_keys_in_a_committee_of_accounts_are_refused(seat: Seat) -> None:
    call = seat.attestations.functions.registerCommittee((ECDSA, *TWO_OF_THREE.values[1:]))
    assert_reverts(call, "NotAnAddress")


# attesting and revoking


def test_one_signature_stands_for_a_quorum(seat: Seat) -> None:
    call = attesting(seat.attestations, TWO_OF_THREE, seat.statement, (0, 2), keccak(text="reports"))
    receipt = seat.chain.send(call)
    assert status(seat.chain, seat.attestations, TWO_OF_THREE, seat.statement.digest) == (seat.chain.now, 0, 0b101)
    (told,) = events(seat.attestations.events.Attested(), receipt)
    assert tuple(told.pop("attestation").values()) == seat.statement.values
    assert told == {
        "commitment": COMMITMENT,
        "committee": seat.id,
        "digest": seat.statement.digest,
        "signers": 0b101,
        "reports": keccak(text="reports"),
    }


@pytest.mark.parametrize("positions", [(0, 1), (1, 2), (0, 1, 2)])
def test_every_quorum_attests(there: Seat, positions: tuple[int, ...]) -> None:
    there.chain.send(attesting(there.attestations, TWO_OF_THREE, there.statement, positions))


def test_the_certificate_that_the_contract_takes_verifies_offline(there: Seat) -> None:
    secrets = TWO_OF_THREE.secrets[:2]
    certificate = aggregate(secrets, there.statement.digest)
    keys = [G2ProofOfPossession.SkToPk(each) for each in secrets]
    assert G2ProofOfPossession.FastAggregateVerify(keys, there.statement.digest, certificate)  # type: ignore[arg-type]
    there.chain.send(there.call(0b011, signature_point(certificate)))


def test_a_revocation_is_signed_alike(there: Seat) -> None:
    revocation = Revocation(there.statement.digest)
    there.chain.send(revoking(there.attestations, TWO_OF_THREE, revocation, (1, 2)))
    call = attesting(there.attestations, TWO_OF_THREE, there.statement, (0, 1))
    assert_reverts(call, f"AttestationRevoked(0x{there.statement.digest.hex()})")


def test_fewer_than_the_threshold_are_refused(seat: Seat) -> None:
    call = attesting(seat.attestations, TWO_OF_THREE, seat.statement, [1])
    assert_reverts(call, "BelowThreshold(1,2)")
    assert_reverts(seat.call(0, INFINITE_SIGNATURE), "BelowThreshold(0,2)")


def test_a_signer_who_is_no_member_is_refused(seat: Seat) -> None:
    for signers in (0b1001, 1 << 255):
        assert_reverts(seat.call(signers, INFINITE_SIGNATURE), f"SignerOutOfRange({signers},3)")


def test_a_bit_without_its_signature_is_refused(there: Seat) -> None:
    alone = TWO_OF_THREE.sign(there.statement.digest, [0])
    assert_reverts(there.call(0b011, alone), "BlsSignatureMismatch()")


def test_one_members_signature_does_not_count_twice(there: Seat) -> None:
    secret = TWO_OF_THREE.secrets[0]
    twice = signature_point(aggregate((secret, secret), there.statement.digest))
    assert_reverts(there.call(0b011, twice), "BlsSignatureMismatch()")


def test_other_signers_than_those_named_are_refused(there: Seat) -> None:
    signature = TWO_OF_THREE.sign(there.statement.digest, (0, 1))
    for other in (0b101, 0b110, 0b111):
        assert_reverts(there.call(other, signature), "BlsSignatureMismatch()")


def test_t38_a_signature_does_not_move_to_another_statement(there: Seat) -> None:
    signature = TWO_OF_THREE.sign(there.statement.but(figures=ZERO).digest, (0, 1))
    assert_reverts(there.call(0b011, signature), "BlsSignatureMismatch()")


def test_the_signature_at_infinity_is_refused(there: Seat) -> None:
    assert_reverts(there.call(0b011, INFINITE_SIGNATURE), "BlsSignatureMismatch()")


def test_members_who_cancel_each_other_out_do_not_stop_the_others(there: Seat) -> None:
    members = Keyholders((SECRET, curve_order - SECRET, *TWO_OF_THREE.numbers), 3)
    keys = [key_point(KEY), key_point(G2ProofOfPossession.SkToPk(curve_order - SECRET))]
    for key, secret in zip(keys, (SECRET, curve_order - SECRET), strict=True):
        there.chain.send(there.attestations.functions.registerKey(key, possession(secret)))
    there.chain.send(there.attestations.functions.registerBlsCommittee(3, b"".join(members.points)))
    honest = [members.secrets.index(each) for each in TWO_OF_THREE.secrets]
    there.chain.send(attesting(there.attestations, members, there.statement, honest))


def test_members_whose_secrets_cancel_out_cannot_attest(there: Seat) -> None:
    pair = Keyholders((SECRET, curve_order - SECRET), 2)
    identifier = register(there.chain, there.attestations, pair)
    call = there.attestations.functions.attest(there.statement.values, identifier, 3, INFINITE_SIGNATURE, ZERO)
    assert_reverts(call, "InfiniteKey()")


@pytest.mark.parametrize("size", [0, 65, 96, 255])
def test_a_signature_of_another_length_is_refused(seat: Seat, size: int) -> None:
    assert_reverts(seat.call(0b011, bytes(size)), f"PointLength(256,{size})")


def test_accounts_and_keyholders_sign_the_very_same_bytes(there: Seat) -> None:
    beside = accounts(3, 2)
    register(there.chain, there.attestations, beside)
    for committee in (beside, TWO_OF_THREE):
        there.chain.send(attesting(there.attestations, committee, there.statement, (0, 1)))
        told = status(there.chain, there.attestations, committee, there.statement.digest)
        assert told == (there.chain.now, 0, bits((0, 1)))
