"""BLS as attesters use it: every key that cannot be trusted, every second spelling, and py_ecc as the oracle."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import count

import pytest
from eth_typing.bls import BLSPubkey
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.bls.ciphersuites import G2Basic, G2ProofOfPossession
from py_ecc.bls.g2_primitives import G1_to_pubkey, G2_to_signature, pubkey_to_G1, signature_to_G2, subgroup_check
from py_ecc.optimized_bls12_381.optimized_curve import G1, G2, add, curve_order, field_modulus, multiply, neg

from por.errors import EvidenceError
from por.proofs import bls
from tests.contracts import attesters

SECRETS = (11, 22, 33)
MESSAGE = keccak(text="an attestation")
KEYS = tuple(bytes(G2ProofOfPossession.SkToPk(secret)) for secret in SECRETS)
INFINITE_KEY = b"\xc0" + bytes(47)
INFINITE_SIGNATURE = b"\xc0" + bytes(95)


@cache
def sign(secret: int, message: bytes = MESSAGE) -> bytes:
    return bytes(G2ProofOfPossession.Sign(secret, message))


@cache
def together() -> bytes:
    return bls.aggregate([sign(secret) for secret in SECRETS])


def raised(data: bytes, start: int, size: int) -> bytes:
    """Add the modulus to one coordinate, which changes nothing to who reduces it."""
    number = int.from_bytes(data[start : start + size]) + field_modulus
    return data[:start] + number.to_bytes(size) + data[start + size :]


@cache
def key_outside() -> bytes:
    """Find the first point of the curve that is outside the subgroup."""
    for x in count():
        try:
            point = pubkey_to_G1(BLSPubkey((x + 2**383).to_bytes(48)))
        except ValueError:
            continue
        if not subgroup_check(point):
            return bytes(G1_to_pubkey(point))
    raise LookupError


@cache
def signature_outside() -> bytes:
    for x in count():
        data = (2**383).to_bytes(48) + x.to_bytes(48)
        try:
            point = signature_to_G2(data)  # type: ignore[arg-type]
        except ValueError:
            continue
        if not subgroup_check(point):
            return bytes(G2_to_signature(point))
    raise LookupError


def opposite(key: bytes) -> bytes:
    return bytes(G1_to_pubkey(neg(pubkey_to_G1(BLSPubkey(key)))))


def rogue_key(victim: bytes, secret: int) -> bytes:
    """Make the key that, added to a victim's, leaves one whose secret the attacker has."""
    own = pubkey_to_G1(G2ProofOfPossession.SkToPk(secret))
    return bytes(G1_to_pubkey(add(own, neg(pubkey_to_G1(BLSPubkey(victim))))))


def test_what_is_proven_is_who_signed_in_the_given_order() -> None:
    names = bls.require_aggregate(KEYS, MESSAGE, together())
    assert names == tuple(keccak(key) for key in KEYS)
    assert bls.require_aggregate(KEYS[::-1], MESSAGE, together()) == names[::-1]


def test_one_signer_is_a_set_too() -> None:
    assert bls.require_aggregate(KEYS[:1], MESSAGE, sign(11)) == (keccak(KEYS[0]),)


def test_the_consensus_layers_own_vector() -> None:
    """Taken from the public BLS tests of the consensus specifications, case sign 0x263dbd79…, message of zeros."""
    secret = 0x263DBD792F5B1BE47ED85F8938C0F29586AF0D3AC7B977F21C278FE1462040E3
    key = bytes.fromhex(
        "a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a"
    )
    signature = bytes.fromhex(
        "b6ed936746e01f8ecf281f020953fbf1f01debd5657c4a383940b020b26507f6076334f91e2366c96e9ab279fb515809"
        "0352ea1c5b0c9274504f4f0e7053af24802e51e4568d164fe986834f41e55c8e850ce1f98458c0cfc9ab380b55285a55"
    )
    assert bytes(G2ProofOfPossession.SkToPk(secret)) == key
    assert bls.require_aggregate([key], bytes(32), signature) == (keccak(key),)


def test_the_generators_of_the_standard() -> None:
    """Their x stand in draft-irtf-cfrg-pairing-friendly-curves, section 4.2.1."""
    x = "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
    key = bytes(G1_to_pubkey(G1))
    assert bls.key_point(key).hex()[:128] == x.rjust(128, "0")
    assert key.hex() == "9" + x[1:]
    signature = bytes(G2_to_signature(G2))
    real = "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    assert bls.signature_point(signature).hex()[:128] == real.rjust(128, "0")


def missing_signer() -> tuple[tuple[bytes, ...], bytes, bytes]:
    return KEYS[:2], MESSAGE, together()


def extra_signer() -> tuple[tuple[bytes, ...], bytes, bytes]:
    return (*KEYS, bytes(G2ProofOfPossession.SkToPk(44))), MESSAGE, together()


def other_message() -> tuple[tuple[bytes, ...], bytes, bytes]:
    return KEYS, keccak(text="another"), together()


def shorter_message() -> tuple[tuple[bytes, ...], bytes, bytes]:
    return KEYS, MESSAGE[:-1], together()


def other_suite() -> tuple[tuple[bytes, ...], bytes, bytes]:
    return KEYS[:1], MESSAGE, bytes(G2Basic.Sign(11, MESSAGE))


def possession_as_signature() -> tuple[tuple[bytes, ...], bytes, bytes]:
    return KEYS[:1], KEYS[0], bytes(G2ProofOfPossession.PopProve(11))


def negated_signature() -> tuple[tuple[bytes, ...], bytes, bytes]:
    turned = neg(signature_to_G2(together()))  # type: ignore[arg-type]
    return KEYS, MESSAGE, bytes(G2_to_signature(turned))


@pytest.mark.parametrize(
    "case",
    [
        missing_signer,
        extra_signer,
        other_message,
        shorter_message,
        other_suite,
        possession_as_signature,
        negated_signature,
    ],
)
def test_t39_a_signature_of_others_or_of_something_else_proves_nothing(
    case: Callable[[], tuple[tuple[bytes, ...], bytes, bytes]],
) -> None:
    with pytest.raises(EvidenceError, match="not one of all these keys"):
        bls.require_aggregate(*case())


def test_t39_nobody_signed_nothing() -> None:
    with pytest.raises(EvidenceError, match="no key is given"):
        bls.require_aggregate([], MESSAGE, INFINITE_SIGNATURE)


def test_t39_one_member_counted_twice_is_refused() -> None:
    twice = attesters.aggregate([11, 11], MESSAGE)
    assert G2ProofOfPossession.FastAggregateVerify([KEYS[0]] * 2, MESSAGE, twice)  # type: ignore[list-item, arg-type]
    with pytest.raises(EvidenceError, match="stands twice"):
        bls.require_aggregate([KEYS[0], KEYS[0]], MESSAGE, twice)


def test_t39_keys_that_cancel_out_sign_everything_and_are_refused() -> None:
    with pytest.raises(EvidenceError, match="point at infinity"):
        bls.require_aggregate([KEYS[0], opposite(KEYS[0])], MESSAGE, INFINITE_SIGNATURE)


def test_t39_a_rogue_key_signs_for_others_and_has_no_proof_of_possession() -> None:
    rogue = rogue_key(KEYS[0], 99)
    forged = sign(99)
    assert bls.require_aggregate([KEYS[0], rogue], MESSAGE, forged), "which is why possession is asked for"
    for proof in (bytes(G2ProofOfPossession.PopProve(99)), sign(99, rogue), bytes(G2ProofOfPossession.PopProve(11))):
        with pytest.raises(EvidenceError, match="not a proof of possession"):
            bls.possession(rogue, proof)


def test_possession_names_the_member() -> None:
    proof = bytes(G2ProofOfPossession.PopProve(22))
    assert bls.possession(KEYS[1], proof) == keccak(KEYS[1])
    with pytest.raises(EvidenceError, match="not a proof of possession"):
        bls.possession(KEYS[0], proof)


def test_t39_a_signature_over_the_key_is_no_proof_of_possession() -> None:
    with pytest.raises(EvidenceError, match="not a proof of possession"):
        bls.possession(KEYS[0], sign(11, KEYS[0]))


KEY_FAULTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "0 bytes"),
    "short": (lambda: KEYS[0][:-1], "47 bytes"),
    "long": (lambda: KEYS[0] + b"\0", "49 bytes"),
    "uncompressed": (lambda: bls.key_point(KEYS[0]), "128 bytes"),
    "without the flag": (lambda: bytes([KEYS[0][0] & 0x7F]) + KEYS[0][1:], "not a key"),
    "infinity": (lambda: INFINITE_KEY, "point at infinity"),
    "infinity with a sign": (lambda: b"\xe0" + bytes(47), "not a key"),
    "infinity without its flag": (lambda: b"\x80" + bytes(47), "outside its subgroup"),
    "infinity and more": (lambda: b"\xc0" + bytes(46) + b"\1", "not a key"),
    "beyond the field": (lambda: (2**383 + field_modulus).to_bytes(48), "not a key"),
    "last number": (lambda: b"\x9f" + b"\xff" * 47, "not a key"),
    "off the curve": (lambda: (2**383 + 1).to_bytes(48), "not a key"),
    "outside the subgroup": (key_outside, "outside its subgroup"),
}
SIGNATURE_FAULTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "0 bytes"),
    "short": (lambda: sign(11)[:-1], "95 bytes"),
    "long": (lambda: sign(11) + b"\0", "97 bytes"),
    "without the flag": (lambda: bytes([sign(11)[0] & 0x7F]) + sign(11)[1:], "not a signature"),
    "infinity": (lambda: INFINITE_SIGNATURE, "point at infinity"),
    "infinity with a sign": (lambda: b"\xe0" + bytes(95), "not a signature"),
    "infinity and more": (lambda: b"\xc0" + bytes(94) + b"\1", "not a signature"),
    "flags in the second half": (lambda: sign(11)[:48] + bytes([sign(11)[48] | 0x80]) + sign(11)[49:], "not a sig"),
    "second half beyond the field": (lambda: raised(sign(11), 48, 48), "not a signature"),
    "off the curve": (lambda: b"\x80" + bytes(95), "not a signature"),
    "outside the subgroup": (signature_outside, "outside its subgroup"),
}


@pytest.mark.parametrize("fault", KEY_FAULTS)
def test_t39_a_malformed_key_is_refused_wherever_it_comes_in(fault: str) -> None:
    make, words = KEY_FAULTS[fault]
    key = make()
    proof = bytes(G2ProofOfPossession.PopProve(11))
    for call in (
        lambda: bls.require_aggregate([key], MESSAGE, sign(11)),
        lambda: bls.require_aggregate([KEYS[0], key], MESSAGE, sign(11)),
        lambda: bls.possession(key, proof),
        lambda: bls.key_point(key),
    ):
        with pytest.raises(EvidenceError, match=words):
            call()


@pytest.mark.parametrize("fault", SIGNATURE_FAULTS)
def test_t39_a_malformed_signature_is_refused_wherever_it_comes_in(fault: str) -> None:
    make, words = SIGNATURE_FAULTS[fault]
    signature = make()
    for call in (
        lambda: bls.require_aggregate(KEYS[:1], MESSAGE, signature),
        lambda: bls.possession(KEYS[0], signature),
        lambda: bls.aggregate([sign(22), signature]),
        lambda: bls.signature_point(signature),
    ):
        with pytest.raises(EvidenceError, match=words):
            call()


def test_signatures_aggregate_as_the_library_does_in_any_order() -> None:
    parts = [sign(secret) for secret in SECRETS]
    assert together() == attesters.aggregate(SECRETS, MESSAGE)
    assert bls.aggregate(parts[::-1]) == together() == sign(sum(SECRETS))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (list, "no signature"),
        (lambda: [sign(11), sign(11)], "stands twice"),
        (lambda: [sign(11), sign(curve_order - 11)], "cancel out"),
    ],
)
def test_what_has_no_sum_worth_having_is_refused(parts: Callable[[], list[bytes]], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        bls.aggregate(parts())


def test_points_are_what_the_contracts_take_and_come_back() -> None:
    assert bls.key_point(KEYS[0]) == attesters.key_point(KEYS[0])
    assert bls.signature_point(sign(11)) == attesters.signature_point(sign(11))
    assert bls.key_of_point(bls.key_point(KEYS[0])) == KEYS[0]
    assert bls.signature_of_point(bls.signature_point(sign(11))) == sign(11)


def off_curve(point: bytes) -> bytes:
    return point[:-1] + bytes([point[-1] ^ 1])


def key_point_outside() -> bytes:
    return attesters.key_point(key_outside())


def swapped_parts(point: bytes) -> bytes:
    """Write imaginary parts first, as the compressed form does."""
    parts = [point[start : start + 64] for start in range(0, 256, 64)]
    return parts[1] + parts[0] + parts[3] + parts[2]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"", "0 bytes"),
        (lambda: bls.key_point(KEYS[0])[:-1], "127 bytes"),
        (lambda: KEYS[0], "48 bytes"),
        (lambda: bytes(128), "point at infinity"),
        (lambda: raised(bls.key_point(KEYS[0]), 0, 64), "modulus"),
        (lambda: raised(bls.key_point(KEYS[0]), 64, 64), "modulus"),
        (lambda: b"\1" + bls.key_point(KEYS[0])[1:], "modulus"),
        (lambda: off_curve(bls.key_point(KEYS[0])), "no point of the curve"),
        (key_point_outside, "outside its subgroup"),
    ],
)
def test_t39_malformed_coordinates_of_a_key_are_refused(make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        bls.key_of_point(make())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: bls.signature_point(sign(11)) + b"\0", "257 bytes"),
        (lambda: sign(11), "96 bytes"),
        (lambda: bytes(256), "point at infinity"),
        (lambda: raised(bls.signature_point(sign(11)), 192, 64), "modulus"),
        (lambda: off_curve(bls.signature_point(sign(11))), "no point of the curve"),
        (lambda: swapped_parts(bls.signature_point(sign(11))), "no point of the curve"),
        (lambda: attesters.signature_point(signature_outside()), "outside its subgroup"),
    ],
)
def test_t39_malformed_coordinates_of_a_signature_are_refused(make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        bls.signature_of_point(make())


@settings(max_examples=10)
@given(st.integers(1, curve_order - 1))
def test_every_point_has_one_spelling_each_way(secret: int) -> None:
    key = bytes(G1_to_pubkey(multiply(G1, secret)))
    assert bls.key_of_point(bls.key_point(key)) == key
    signature = bytes(G2_to_signature(multiply(G2, secret)))
    assert bls.signature_of_point(bls.signature_point(signature)) == signature


@settings(max_examples=10)
@given(st.binary(min_size=48, max_size=48))
def test_t39_any_bytes_are_a_key_or_refused_and_a_key_reads_as_the_library_reads_it(data: bytes) -> None:
    flagged = bytes([data[0] | 0x80]) + data[1:]
    try:
        point = bls.key_point(flagged)
    except EvidenceError:
        assert not G2ProofOfPossession.KeyValidate(BLSPubkey(flagged))
    else:
        assert point == attesters.key_point(flagged)


def test_importing_the_module_loads_no_curve() -> None:
    program = "import sys, por.proofs.bls; sys.exit('py_ecc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0
