"""The BLS library beside py-ecc, which says what is right.

Pairings take a second each on the chain in this process, so that most of what needs them runs on the real node.
"""

from __future__ import annotations

import itertools
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from py_ecc.bls.ciphersuites import G2ProofOfPossession
from py_ecc.bls.hash_to_curve import hash_to_G2
from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.optimized_bls12_381.optimized_curve import G1, add, curve_order, field_modulus, multiply, neg

from tests.components import running_anvil
from tests.contracts.attesters import (
    aggregate,
    bits,
    bls_key,
    bls_signature,
    g1_point,
    g2_point,
    key_point,
    possession,
    signature_point,
)
from tests.contracts.chain import Chain, anvil_chain, assert_reverts

TAG = G2ProofOfPossession.DST
POSSESSION_TAG = G2ProofOfPossession.POP_TAG
RFC_TAG = b"QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_"
SECRETS = (11, 12, 13, 14, 15)
MESSAGE = sha256(b"message").digest()
INFINITE_KEY, INFINITE_SIGNATURE = bytes(128), bytes(256)
PAIRING, MAP_FP2_TO_G2 = 15, 17
HALF = (field_modulus - 1) // 2

# RFC 9380, appendix J.10.1: what the empty message hashes to; real part, then imaginary part, of x.
RFC_X = (
    0x0141EBFBDCA40EB85B87142E130AB689C673CF60F1A3E98D69335266F30D9B8D4AC44C1038E9DCDD5393FAF5C41FB78A,
    0x05CB8437535E20ECFFAEF7752BADDF98034139C38452458BAEEFAB379BA13DFF5BF5DD71B72418717047F5B0F37DA03D,
)


@pytest.fixture(scope="module")
def bls(shared_chain: Chain) -> Any:
    return shared_chain.deploy("BlsHarness")


@pytest.fixture(scope="module")
def bls_here(shared_tester: Chain) -> Any:
    return shared_tester.deploy("BlsHarness")


@pytest.fixture(scope="module")
def bls_there(shared_anvil: Chain) -> Any:
    return shared_anvil.deploy("BlsHarness")


def point(secret: int) -> bytes:
    return key_point(bls_key(secret))


def keys_with_total(secrets: tuple[int, ...]) -> bytes:
    return b"".join(map(point, (sum(secrets) % curve_order, *secrets)))


def hashed_point(message: bytes, tag: bytes) -> bytes:
    return g2_point(hash_to_G2(message, tag, sha256))  # type: ignore[arg-type]


def ask(call: Any) -> Any:
    return call.call({"gas": 3_000_000})


# hashing to the curve


@pytest.mark.parametrize(
    ("message", "tag"),
    [(b"m" * 32, TAG), (b"k" * 48, POSSESSION_TAG), (b"", b"t" * 255), (b"long " * 50, b"t"), (b"m" * 31, TAG)],
)
def test_messages_hash_to_the_points_of_py_ecc(bls_there: Any, message: bytes, tag: bytes) -> None:
    expected = hashed_point(message, tag)
    assert ask(bls_there.functions.hashToCurve(message, tag)) == expected


def test_the_chain_in_this_process_hashes_alike(bls_here: Any) -> None:
    expected = hashed_point(MESSAGE, TAG)
    assert ask(bls_here.functions.hashToCurve(MESSAGE, TAG)) == expected


def test_the_vector_of_rfc_9380_holds(bls_there: Any) -> None:
    hashed = ask(bls_there.functions.hashToCurve(b"", RFC_TAG))
    assert (int.from_bytes(hashed[:64]), int.from_bytes(hashed[64:128])) == RFC_X


@settings(max_examples=20)
@given(st.lists(st.integers(0, 2**512 - 1), max_size=4))
@example([0, 1, 2**256 - 1, 2**256])
@example([field_modulus - 1, field_modulus, field_modulus + 1, 2 * field_modulus - 1])
@example([2 * field_modulus, 2**381 - 1, 2**381, 2**512 - 1])
@example([2**512 // field_modulus * field_modulus + each for each in (-1, 0, 1)])
@example([field_modulus << 128, field_modulus << 130, (field_modulus << 131) - 1, field_modulus << 131])
@example([field_modulus * factor for factor in (3, 2**64 + 1, 2**130 - 1, 2**512 // field_modulus)])
def test_remainders_are_those_of_python(bls_here: Any, numbers: list[int]) -> None:
    reduced = ask(bls_here.functions.reduce(b"".join(each.to_bytes(64) for each in numbers)))
    assert reduced == b"".join((each % field_modulus).to_bytes(64) for each in numbers)


@settings(max_examples=20)
@given(st.integers(0, 2**255 - 1))
@example(0)
@example(2**255 - 1)
def test_bits_are_counted(bls_here: Any, number: int) -> None:
    assert ask(bls_here.functions.countBits(number)) == number.bit_count()


# keys


@pytest.mark.parametrize("secret", [1, 2, 3, 4, 5, 6, curve_order - 1])
def test_keys_are_compressed_as_py_ecc_does(bls: Any, secret: int) -> None:
    assert ask(bls.functions.compress(point(secret))) == G2ProofOfPossession.SkToPk(secret)


@settings(max_examples=20)
@given(st.integers(0, field_modulus - 1), st.integers(0, field_modulus - 1))
@example(0, HALF)
@example(1, HALF + 1)
@example(field_modulus - 1, HALF + 2**256)
@example(2**256, HALF - 2**256)
@example(2**380, HALF >> 256 << 256)
@example(2**380, (HALF >> 256) + 1 << 256)
def test_a_compressed_key_tells_the_larger_half(bls_here: Any, x: int, y: int) -> None:
    flags = 0xA0 if y > HALF else 0x80
    expected = (x | flags << 376).to_bytes(48)
    assert ask(bls_here.functions.compress(x.to_bytes(64) + y.to_bytes(64))) == expected


@pytest.mark.parametrize("size", [0, 48, 96, 127, 129, 256])
def test_a_key_of_another_length_is_refused(bls: Any, size: int) -> None:
    assert_reverts(bls.functions.compress(bytes(size)), f"PointLength(128,{size})")


def test_keys_are_added_up(bls: Any) -> None:
    assert ask(bls.functions.total(b"".join(map(point, SECRETS)))) == point(sum(SECRETS))


def test_equal_keys_and_opposite_keys_are_added_up(bls: Any) -> None:
    assert ask(bls.functions.total(point(7) * 2)) == point(14)
    assert ask(bls.functions.total(point(7) + point(curve_order - 7))) == INFINITE_KEY
    assert ask(bls.functions.total(b"")) == INFINITE_KEY


# proofs of possession


def test_a_proof_of_possession_is_taken(bls_there: Any) -> None:
    ask(bls_there.functions.requirePossession(point(5), possession(5)))


@pytest.mark.parametrize("secret", [2, 3, curve_order - 2])
def test_proofs_for_keys_of_both_signs_are_taken(bls_there: Any, secret: int) -> None:
    ask(bls_there.functions.requirePossession(point(secret), possession(secret)))


def test_anothers_proof_is_refused(bls_there: Any) -> None:
    assert_reverts(bls_there.functions.requirePossession(point(5), possession(6)), "BlsSignatureMismatch()")


def test_a_signature_over_the_key_is_no_proof_of_possession(bls_there: Any) -> None:
    signed = signature_point(bls_signature(5, G2ProofOfPossession.SkToPk(5)))
    assert_reverts(bls_there.functions.requirePossession(point(5), signed), "BlsSignatureMismatch()")


def test_a_rogue_key_has_no_proof_of_possession(bls_there: Any) -> None:
    """The attacker's key minus the victim's: alone in a sum with the victim's, it is the attacker's own."""
    attacker, victim = 1234, 5
    difference = add(multiply(G1, attacker), neg(multiply(G1, victim)))
    rogue = g1_point(difference)
    total = ask(bls_there.functions.total(rogue + point(victim)))
    assert total == point(attacker)
    forged = signature_point(bls_signature(attacker, MESSAGE))
    ask(bls_there.functions.requireSigned(total + rogue + point(victim), 3, MESSAGE, forged))
    assert_reverts(bls_there.functions.requirePossession(rogue, possession(attacker)), "BlsSignatureMismatch()")


def test_the_key_at_infinity_is_refused(bls: Any) -> None:
    call = bls.functions.requirePossession(INFINITE_KEY, INFINITE_SIGNATURE)
    assert_reverts(call, "InfiniteKey()")


def test_a_key_that_is_not_on_the_curve_is_refused(bls: Any) -> None:
    wrong = point(5)[:-1] + bytes([point(5)[-1] ^ 1])
    assert_reverts(bls.functions.requirePossession(wrong, possession(5)), f"PrecompileRefused({PAIRING})")


def test_a_key_outside_the_subgroup_is_refused(bls: Any) -> None:
    outside = g1_point(_outside_the_subgroup())
    assert_reverts(bls.functions.requirePossession(outside, possession(5)), f"PrecompileRefused({PAIRING})")


@pytest.mark.parametrize("place", [0, 15, 64, 79])
def test_a_coordinate_with_dirty_padding_is_refused(bls_there: Any, place: int) -> None:
    dirty = bytearray(point(5))
    dirty[place] = 1
    call = bls_there.functions.requirePossession(bytes(dirty), possession(5))
    assert_reverts(call, f"PrecompileRefused({PAIRING})")


def test_a_coordinate_not_below_the_modulus_is_refused(bls_there: Any) -> None:
    x = int.from_bytes(point(5)[:64]) + field_modulus
    call = bls_there.functions.requirePossession(x.to_bytes(64) + point(5)[64:], possession(5))
    assert_reverts(call, f"PrecompileRefused({PAIRING})")


@pytest.mark.parametrize("size", [0, 96, 255, 257])
def test_a_proof_of_another_length_is_refused(bls: Any, size: int) -> None:
    assert_reverts(bls.functions.requirePossession(point(5), bytes(size)), f"PointLength(256,{size})")


# signatures by many


def test_every_subset_signs_for_itself_and_no_other(bls_there: Any) -> None:
    keys = keys_with_total(SECRETS)
    for size in range(1, 6):
        for subset in itertools.combinations(range(5), size):
            signature = signature_point(aggregate([SECRETS[each] for each in subset], MESSAGE))
            chosen = bits(subset)
            ask(bls_there.functions.requireSigned(keys, chosen, MESSAGE, signature))
            other = chosen % 31 + 1
            call = bls_there.functions.requireSigned(keys, other, MESSAGE, signature)
            assert_reverts(call, "BlsSignatureMismatch()")


def test_the_chain_in_this_process_refuses_alike(bls_here: Any) -> None:
    """That it takes a quorum's signature, test_attestations_bls.py shows."""
    signature = signature_point(aggregate(SECRETS[1:], MESSAGE))
    keys = keys_with_total(SECRETS)
    assert_reverts(bls_here.functions.requireSigned(keys, 0b11111, MESSAGE, signature), "BlsSignatureMismatch()")


def test_members_who_cancel_each_other_out_do_not_stop_the_others(bls_there: Any) -> None:
    """Two thieves register a key and its negative; whoever does not sign is then a sum of nothing."""
    secrets = (7, curve_order - 7, *SECRETS[:3])
    keys = keys_with_total(secrets)
    for chosen, signed in ((0b11100, SECRETS[:3]), (0b11111, SECRETS[:3]), (0b11101, (7, *SECRETS[:3]))):
        ask(bls_there.functions.requireSigned(keys, chosen, MESSAGE, signature_point(aggregate(signed, MESSAGE))))


def test_a_list_that_cancels_out_signs_in_parts(bls_there: Any) -> None:
    """Its total is infinity, which has no negative."""
    keys = INFINITE_KEY + b"".join(map(point, (7, curve_order - 7, 9, curve_order - 9)))
    signature = signature_point(aggregate((7, curve_order - 7, 9), MESSAGE))
    ask(bls_there.functions.requireSigned(keys, 0b0111, MESSAGE, signature))
    assert_reverts(bls_there.functions.requireSigned(keys, 0b1111, MESSAGE, INFINITE_SIGNATURE), "InfiniteKey()")


def test_a_signature_over_other_bytes_is_refused(bls_there: Any) -> None:
    signature = signature_point(aggregate(SECRETS, MESSAGE))
    call = bls_there.functions.requireSigned(keys_with_total(SECRETS), 31, sha256(MESSAGE).digest(), signature)
    assert_reverts(call, "BlsSignatureMismatch()")


def test_one_signature_twice_in_the_sum_is_refused(bls_there: Any) -> None:
    twice = signature_point(aggregate((SECRETS[0], SECRETS[0]), MESSAGE))
    call = bls_there.functions.requireSigned(keys_with_total(SECRETS), 0b00001, MESSAGE, twice)
    assert_reverts(call, "BlsSignatureMismatch()")


def test_the_signature_at_infinity_is_refused(bls_there: Any) -> None:
    call = bls_there.functions.requireSigned(keys_with_total(SECRETS), 31, MESSAGE, INFINITE_SIGNATURE)
    assert_reverts(call, "BlsSignatureMismatch()")


def test_keys_that_cancel_out_sign_nothing(bls: Any) -> None:
    """A sum at infinity would accept a signature at infinity over everything; py-ecc refuses it too."""
    keys = keys_with_total((7, curve_order - 7, 9))
    call = bls.functions.requireSigned(keys, 0b011, MESSAGE, INFINITE_SIGNATURE)
    assert_reverts(call, "InfiniteKey()")


def test_no_signer_at_all_signs_nothing(bls: Any) -> None:
    call = bls.functions.requireSigned(keys_with_total(SECRETS), 0, MESSAGE, INFINITE_SIGNATURE)
    assert_reverts(call, "InfiniteKey()")


@pytest.mark.parametrize("size", [0, 96, 255, 257])
def test_a_signature_of_another_length_is_refused(bls: Any, size: int) -> None:
    call = bls.functions.requireSigned(keys_with_total(SECRETS), 31, MESSAGE, bytes(size))
    assert_reverts(call, f"PointLength(256,{size})")


def test_a_signature_that_is_not_on_the_curve_is_refused(bls_there: Any) -> None:
    signature = signature_point(aggregate(SECRETS, MESSAGE))
    wrong = signature[:-1] + bytes([signature[-1] ^ 1])
    call = bls_there.functions.requireSigned(keys_with_total(SECRETS), 31, MESSAGE, wrong)
    assert_reverts(call, f"PrecompileRefused({PAIRING})")


def test_a_chain_without_the_precompiles_is_refused() -> None:
    with running_anvil("--hardfork", "cancun") as url:
        bls = anvil_chain(url).deploy("BlsHarness")
        assert_reverts(bls.functions.requirePossession(point(5), possession(5)), f"PrecompileRefused({MAP_FP2_TO_G2})")


def _outside_the_subgroup() -> Any:
    """Find a point on the curve whose order is not the subgroup's."""
    for number in itertools.count(1):
        x = FQ(number)
        squared = x * x * x + FQ(4)
        y = squared ** ((field_modulus + 1) // 4)
        candidate = (x, y, FQ(1))
        if y * y == squared and multiply(candidate, curve_order)[2] != FQ(0):
            return candidate
    raise AssertionError
