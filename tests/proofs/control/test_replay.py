"""What a signature was made for instead: every challenge that is known, in both forms, and nothing that is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from por.model import BlockRef, ChainId, Challenge, ControlScheme
from por.proofs.control.replay import USUAL_DAYS, KnownChallenge, Use, known_challenges, signers_of
from tests.proofs.control.test_evm import ADDRESS, HERE, KEY, sign

TEN, SEPOLIA = ChainId("eip155", "10"), ChainId("eip155", "11155111")
EARLIER = replace(HERE, snapshot="exchange.example@2026-10-01T00:00:00Z", expires="2026-10-08T00:00:00Z")
FOREIGN = replace(HERE, issuer="other.example", snapshot="other.example@2026-11-01T00:00:00Z")
CHAINS = {TEN: BlockRef(7, b"\x07" * 32), SEPOLIA: None}
FORMS = (ControlScheme.EIP191, ControlScheme.EIP712)


def known(scheme: ControlScheme = ControlScheme.EIP191, **changes: object) -> list[KnownChallenge]:
    options: dict[str, object] = {"chains": CHAINS, "earlier": [EARLIER], "foreign": [FOREIGN], **changes}
    return list(known_challenges(HERE, scheme, **options))  # type: ignore[arg-type]


def of(signature: bytes, scheme: ControlScheme = ControlScheme.EIP191) -> list[KnownChallenge]:
    """List the known challenges that the account's key signed."""
    return [item for item, found in signers_of(known(scheme), signature) if found == ADDRESS]


@pytest.mark.parametrize("signed", FORMS)
@pytest.mark.parametrize("claimed", FORMS)
@pytest.mark.parametrize(("challenge", "use"), [(EARLIER, Use.REPLAYED), (FOREIGN, Use.FOREIGN_ISSUER)])
def test_t43_t45_a_brought_challenge_is_found_in_both_forms(
    challenge: Challenge, use: Use, signed: ControlScheme, claimed: ControlScheme
) -> None:
    assert of(sign(challenge, signed), claimed) == [KnownChallenge(use, challenge, signed)]


@pytest.mark.parametrize("form", FORMS)
def test_t48_the_other_form_is_found_and_the_right_one_is_not_looked_for(form: ControlScheme) -> None:
    other = FORMS[1 - FORMS.index(form)]
    assert of(sign(HERE, other), form) == [KnownChallenge(Use.OTHER_FORM, HERE, other)]
    assert of(sign(HERE, form), form) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("chain", CHAINS)
def test_t53_another_chain_is_found_at_this_block_and_at_its_own(chain: ChainId, form: ControlScheme) -> None:
    there = replace(HERE, account=replace(HERE.account, chain=chain))
    block = CHAINS[chain]
    at = [there] if block is None else [there, replace(there, block_number=block.number, block_hash=block.hash)]
    for challenge in at:
        assert of(sign(challenge, form)) == [KnownChallenge(Use.FOREIGN_CHAIN, challenge, form)]


@pytest.mark.parametrize("days", USUAL_DAYS)
def test_t44_a_usual_expiry_is_found(days: int) -> None:
    expires = {1: "2026-11-02", 7: "2026-11-08", 14: "2026-11-15", 30: "2026-12-01", 60: "2026-12-31", 90: "2027-01-30"}
    challenge = replace(HERE, expires=f"{expires[days]}T00:00:00Z")
    found = of(sign(challenge, "eip191"))
    wanted = [] if challenge == HERE else [KnownChallenge(Use.OTHER_EXPIRY, challenge, ControlScheme.EIP191)]
    assert found == wanted


@pytest.mark.parametrize(
    "challenge",
    [
        replace(HERE, block_number=1),
        replace(HERE, block_hash=bytes(32)),
        replace(HERE, expires="2026-11-08T00:00:01Z"),
        replace(HERE, snapshot="exchange.example@2026-09-01T00:00:00Z"),
        replace(FOREIGN, issuer="third.example", snapshot="third.example@2026-11-01T00:00:00Z"),
        replace(HERE, account=replace(HERE.account, chain=ChainId("eip155", "999"))),
        replace(EARLIER, account=replace(HERE.account, chain=TEN)),
    ],
)
def test_t43_what_is_not_known_is_not_guessed(challenge: Challenge) -> None:
    assert of(sign(challenge, "eip191")) == []


def test_t43_another_keys_signature_is_never_the_accounts() -> None:
    stranger = keccak(b"a stranger")
    for item in known():
        assert of(sign(item.challenge, item.scheme, stranger)) == []


def test_the_challenge_itself_is_never_among_them() -> None:
    for scheme in FORMS:
        found = known(scheme, earlier=[HERE], foreign=[HERE])
        assert KnownChallenge(Use.OTHER_FORM, HERE, FORMS[1 - FORMS.index(scheme)]) in found
        assert [item for item in found if item.challenge == HERE and item.use is not Use.OTHER_FORM] == []


@pytest.mark.parametrize("signature", [b"", bytes(65), b"\xff" * 65, KEY])
def test_t48_a_malformed_signature_is_nobodys(signature: bytes) -> None:
    assert list(signers_of(known(), signature)) == []


@given(st.binary(min_size=65, max_size=65))
def test_t48_no_made_up_signature_is_the_accounts(signature: bytes) -> None:
    assert of(signature) == []


def test_t44_near_the_end_of_the_calendar_there_are_fewer() -> None:
    last = replace(HERE, snapshot="exchange.example@9999-12-20T00:00:00Z", expires="9999-12-31T23:59:59Z")
    days = [item for item in known_challenges(last, ControlScheme.EIP191, chains={}) if item.use is Use.OTHER_EXPIRY]
    assert {item.challenge.expires for item in days} == {"9999-12-21T00:00:00Z", "9999-12-27T00:00:00Z"}
