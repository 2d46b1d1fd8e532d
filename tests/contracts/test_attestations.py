"""Committees of accounts and contracts: who may attest, what is recorded, and each thing that is refused."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.address import to_canonical_address
from eth_utils.crypto import keccak

from tests.contracts.attesters import (
    BLS,
    CONTRACT,
    ECDSA,
    FAIL,
    INCONCLUSIVE,
    PASS,
    Accounts,
    Attestation,
    Revocation,
    accounts,
    attesting,
    bits,
    committee_id,
    ecdsa,
    malleated,
    member,
    register,
    revoking,
    status,
    with_length,
)
from tests.contracts.chain import Chain, assert_reverts, events

ZERO = bytes(32)
COMMITMENT = keccak(text="commitment")
FOUR_OF_FIVE = accounts(5, 4)


@pytest.fixture(scope="module")
def _empty(shared_chain: Chain) -> Any:
    return shared_chain.deploy("AttestationRegistry")


@pytest.fixture(scope="module")
def _seated(shared_chain: Chain) -> Any:
    attestations = shared_chain.deploy("AttestationRegistry")
    register(shared_chain, attestations, FOUR_OF_FIVE)
    return attestations


@pytest.fixture
def attestations(request: pytest.FixtureRequest, _empty: Any, _seated: Any, chain: Chain) -> Any:
    """Lend a registry: one that knows the committee where the test has it, and an empty one elsewhere."""
    return _seated if "committee" in request.fixturenames else _empty


@pytest.fixture
def committee() -> Accounts:
    return FOUR_OF_FIVE


@pytest.fixture
def statement(chain: Chain) -> Attestation:
    return Attestation(COMMITMENT, chain.now - 60, chain.now + 86_400)


def call_with(attestations: Any, statement: Attestation, signers: int, signatures: bytes) -> Any:
    identifier = FOUR_OF_FIVE.id_on(0)
    return attestations.functions.attest(statement.values, identifier, signers, signatures, ZERO)


# committees


@pytest.mark.parametrize("scheme", [ECDSA, CONTRACT])
def test_a_committee_is_named_by_its_content(chain: Chain, attestations: Any, scheme: int) -> None:
    committee = accounts(3, 2, scheme=scheme)
    call = attestations.functions.registerCommittee(committee.values)
    expected = committee.id_on(chain.w3.eth.chain_id)
    assert chain.ask(call) == chain.ask(attestations.functions.committeeId(committee.values)) == expected
    (told,) = events(attestations.events.CommitteeRegistered(), chain.send(call))
    assert told["id"] == expected
    assert tuple(told["committee"].values()) == committee.values


def test_a_registered_committee_can_be_read(chain: Chain, attestations: Any, committee: Accounts) -> None:
    told = chain.ask(attestations.functions.committeeOf(committee.id_on(0)))
    assert tuple(told) == committee.values


def test_an_unknown_committee_reads_as_nothing(chain: Chain, attestations: Any) -> None:
    assert tuple(chain.ask(attestations.functions.committeeOf(keccak(text="unknown")))) == (0, 0, [])


def test_the_largest_committee_can_be_registered_and_read(chain: Chain, attestations: Any) -> None:
    members = [(each + 1).to_bytes(32) for each in range(128)]
    values = (ECDSA, 128, members)
    chain.send(attestations.functions.registerCommittee(values))
    assert tuple(chain.ask(attestations.functions.committeeOf(committee_id(values, 0)))) == values


def test_scheme_threshold_and_members_all_make_another_id() -> None:
    ids = {
        accounts(3, 2).id_on(1),
        accounts(3, 1).id_on(1),
        accounts(2, 2).id_on(1),
        accounts(3, 2, name="other").id_on(1),
        accounts(3, 2, scheme=CONTRACT).id_on(1),
        accounts(3, 2, scheme=CONTRACT).id_on(2),
    }
    assert len(ids) == 6


def test_only_committees_with_contracts_are_bound_to_their_chain() -> None:
    assert accounts(3, 2).id_on(1) == accounts(3, 2).id_on(2)
    assert accounts(3, 2, scheme=CONTRACT).id_on(1) != accounts(3, 2, scheme=CONTRACT).id_on(2)


def test_a_committee_is_registered_once(attestations: Any, committee: Accounts) -> None:
    call = attestations.functions.registerCommittee(committee.values)
    assert_reverts(call, f"CommitteeAlreadyRegistered(0x{committee.id_on(0).hex()})")


@pytest.mark.parametrize("name", ["registerCommittee", "committeeId"])
def test_a_committee_needs_a_scheme(attestations: Any, name: str) -> None:
    values = (0, *accounts(3, 2).values[1:])
    assert_reverts(attestations.get_function_by_name(name)(values), "WrongScheme(0)")


def test_bls_committees_are_registered_by_their_keys(attestations: Any) -> None:
    values = (BLS, *accounts(3, 2).values[1:])
    assert_reverts(attestations.functions.registerCommittee(values), f"WrongScheme({BLS})")


@pytest.mark.parametrize("count", [0, 129])
def test_a_committee_has_one_to_128_members(attestations: Any, count: int) -> None:
    members = [(each + 1).to_bytes(32) for each in range(count)]
    assert_reverts(attestations.functions.registerCommittee((ECDSA, 1, members)), f"MemberCount({count})")


@pytest.mark.parametrize("threshold", [0, 4, 255])
def test_a_threshold_can_be_reached_and_is_not_nothing(attestations: Any, threshold: int) -> None:
    values = (ECDSA, threshold, accounts(3, 2).values[2])
    assert_reverts(attestations.functions.registerCommittee(values), f"ThresholdOutOfRange({threshold},3)")


def test_a_member_twice_is_refused(attestations: Any) -> None:
    one, two, three = accounts(3, 2).values[2]
    for members, position in (([one, one, two], 1), ([one, two, two], 2), ([two, one, three], 1), ([ZERO, one], 0)):
        call = attestations.functions.registerCommittee((ECDSA, 1, members))
        assert_reverts(call, f"MembersNotAscending({position})")


@pytest.mark.parametrize("scheme", [ECDSA, CONTRACT])
def test_a_member_that_is_no_address_is_refused(attestations: Any, scheme: int) -> None:
    wrong = (1 << 160).to_bytes(32)
    call = attestations.functions.registerCommittee((scheme, 1, [member(FOUR_OF_FIVE.addresses[0]), wrong]))
    assert_reverts(call, f"NotAnAddress(0x{wrong.hex()})")


# what is signed


def test_what_is_signed_is_typed_data_without_a_chain(chain: Chain, attestations: Any, statement: Attestation) -> None:
    assert chain.ask(attestations.functions.attestationDigest(statement.values)) == statement.digest
    revocation = Revocation(statement.digest)
    assert chain.ask(attestations.functions.revocationDigest(revocation.values)) == revocation.digest


def test_the_domain_names_neither_chain_nor_contract(chain: Chain, attestations: Any) -> None:
    told = chain.ask(attestations.functions.eip712Domain())
    assert told == [b"\x03", "Proof of Reserves Attestation", "1", 0, "0x" + "0" * 40, ZERO, []]


def test_the_contract_names_itself(chain: Chain, attestations: Any) -> None:
    assert chain.ask(attestations.functions.typeAndVersion()) == "AttestationRegistry 1.0.0 (unaudited)"


# attesting


@pytest.mark.parametrize("positions", [(0, 1, 2, 3), (1, 2, 3, 4), (0, 2, 3, 4), (0, 1, 2, 3, 4)])
@pytest.mark.parametrize("outcome", [PASS, FAIL, INCONCLUSIVE])
def test_enough_members_attest(
    chain: Chain,
    attestations: Any,
    committee: Accounts,
    statement: Attestation,
    positions: tuple[int, ...],
    outcome: int,
) -> None:
    found = statement.but(outcome=outcome)
    call = attesting(attestations, committee, found, positions)
    assert chain.ask(call) == found.digest
    chain.send(call)
    assert status(chain, attestations, committee, found.digest) == (chain.now, 0, bits(positions))


def test_the_event_tells_all_that_was_attested(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    reports = keccak(text="reports")
    receipt = chain.send(attesting(attestations, committee, statement, range(4), reports), sender=1)
    (told,) = events(attestations.events.Attested(), receipt)
    assert tuple(told.pop("attestation").values()) == statement.values
    assert told == {
        "commitment": COMMITMENT,
        "committee": committee.id_on(0),
        "digest": statement.digest,
        "signers": 0b01111,
        "reports": reports,
    }


def test_a_meddler_who_submits_first_chooses_the_reports_and_nothing_else(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    false = keccak(text="false reports")
    receipt = chain.send(attesting(attestations, committee, statement, range(4), false), sender=6)
    (told,) = events(attestations.events.Attested(), receipt)
    assert (told["reports"], told["signers"]) == (false, 0b01111)
    assert status(chain, attestations, committee, statement.digest) == (chain.now, 0, 0b01111)


def test_a_committee_of_one_attests(chain: Chain, attestations: Any, statement: Attestation) -> None:
    alone = accounts(1, 1)
    register(chain, attestations, alone)
    chain.send(attesting(attestations, alone, statement, [0]))
    assert status(chain, attestations, alone, statement.digest)[0] == chain.now


def test_the_last_of_128_members_attests(chain: Chain, attestations: Any, statement: Attestation) -> None:
    members = [(each + 1).to_bytes(32) for each in range(127)]
    signer = accounts(1, 1).signers[0]
    values = (ECDSA, 1, [*members, member(signer.address)])
    chain.send(attestations.functions.registerCommittee(values))
    signature = ecdsa(signer.key, statement.digest)
    identifier = committee_id(values, 0)
    chain.send(attestations.functions.attest(statement.values, identifier, 1 << 127, signature, ZERO))
    assert chain.ask(attestations.functions.status(identifier, statement.digest))[2] == 1 << 127


def test_one_set_of_signatures_serves_every_committee_of_the_signers(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    stricter = Accounts(committee.secrets, 5)
    register(chain, attestations, stricter)
    chain.send(attesting(attestations, committee, statement, range(5)))
    assert status(chain, attestations, stricter, statement.digest) == (0, 0, 0)
    chain.send(attesting(attestations, stricter, statement, range(5)))


def test_an_attestation_is_recorded_once(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    chain.send(attesting(attestations, committee, statement, range(4)))
    again = attesting(attestations, committee, statement, range(5))
    assert_reverts(again, f"AlreadyAttested(0x{statement.digest.hex()})")


def test_an_unregistered_committee_cannot_attest(attestations: Any, statement: Attestation) -> None:
    call = attesting(attestations, FOUR_OF_FIVE, statement, range(4))
    assert_reverts(call, f"CommitteeNotRegistered(0x{FOUR_OF_FIVE.id_on(0).hex()})")


@pytest.mark.parametrize("outcome", [0, 4, 255])
def test_an_outcome_is_one_of_three(
    attestations: Any, committee: Accounts, statement: Attestation, outcome: int
) -> None:
    call = attesting(attestations, committee, statement.but(outcome=outcome), range(4))
    assert_reverts(call, f"UnknownOutcome({outcome})")


def test_what_was_observed_in_the_future_is_refused(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    call = attesting(attestations, committee, statement.but(observed_at=chain.now + 1000), range(4))
    assert_reverts(call, "ObservedInFuture")


def test_an_expired_attestation_is_refused(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    late = statement.but(expires_at=chain.now + 1000)
    call = attesting(attestations, committee, late, range(4))
    with chain.rewound():
        chain.warp(late.expires_at - 100)
        chain.send(call)
    chain.warp(late.expires_at)
    assert_reverts(call, "AttestationExpired")


# who signed


@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_than_the_threshold_are_refused(
    attestations: Any, committee: Accounts, statement: Attestation, count: int
) -> None:
    call = attesting(attestations, committee, statement, range(count))
    assert_reverts(call, f"BelowThreshold({count},4)")


@pytest.mark.parametrize("signers", [0b111110, 1 << 5, 1 << 128, 1 << 255, 2**256 - 1])
def test_a_signer_who_is_no_member_is_refused(
    attestations: Any, committee: Accounts, statement: Attestation, signers: int
) -> None:
    signatures = committee.sign(statement.digest, range(5))
    assert_reverts(call_with(attestations, statement, signers, signatures), f"SignerOutOfRange({signers},5)")


def test_one_signature_does_not_count_twice(attestations: Any, committee: Accounts, statement: Attestation) -> None:
    three = committee.sign(statement.digest, (0, 1, 2))
    call = call_with(attestations, statement, 0b1111, three + three[-65:])
    assert_reverts(call, "SignatureMismatch(3)")


def test_signatures_stand_in_the_order_of_the_members(
    attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    one, two, three, four = (committee.sign(statement.digest, [each]) for each in range(4))
    assert_reverts(call_with(attestations, statement, 0b1111, two + one + three + four), "SignatureMismatch(0)")
    assert_reverts(call_with(attestations, statement, 0b1111, one + three + two + four), "SignatureMismatch(1)")


def test_a_strangers_signature_is_refused(attestations: Any, committee: Accounts, statement: Attestation) -> None:
    stranger = ecdsa(keccak(text="stranger"), statement.digest)
    signatures = committee.sign(statement.digest, (0, 1, 2)) + stranger
    assert_reverts(call_with(attestations, statement, 0b1111, signatures), "SignatureMismatch(3)")


@pytest.mark.parametrize(
    "change",
    [
        {"commitment": ZERO},
        {"policy": ZERO},
        {"rulebooks": ZERO},
        {"outcome": FAIL},
        {"figures": ZERO},
        {"observed_at": 1},
        {"expires_at": 2**64 - 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_t38_signatures_do_not_move_to_another_statement(
    attestations: Any, committee: Accounts, statement: Attestation, change: dict[str, Any]
) -> None:
    signatures = committee.sign(statement.digest, range(4))
    assert_reverts(call_with(attestations, statement.but(**change), 0b1111, signatures), "SignatureMismatch(0)")


def test_a_revocation_is_not_an_attestation_and_the_reverse(
    attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    revocation = Revocation(statement.digest)
    over_revocation = committee.sign(revocation.digest, range(4))
    over_attestation = committee.sign(statement.digest, range(4))
    assert_reverts(call_with(attestations, statement, 0b1111, over_revocation), "SignatureMismatch(0)")
    call = attestations.functions.revoke(revocation.values, committee.id_on(0), 0b1111, over_attestation)
    assert_reverts(call, "SignatureMismatch(0)")


def test_a_malleated_signature_is_refused(attestations: Any, committee: Accounts, statement: Attestation) -> None:
    signatures = committee.sign(statement.digest, range(4))
    for position in range(4):
        start = 65 * position
        other = malleated(signatures[start : start + 65])
        call = call_with(attestations, statement, 0b1111, signatures[:start] + other + signatures[start + 65 :])
        assert_reverts(call, f"MalleableSignature({position})")


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_a_signature_ends_with_27_or_28(attestations: Any, committee: Accounts, statement: Attestation, v: int) -> None:
    signatures = committee.sign(statement.digest, range(4))
    call = call_with(attestations, statement, 0b1111, signatures[:-1] + bytes([v]))
    assert_reverts(call, "MalformedSignature(3)")


@pytest.mark.parametrize("signature", [bytes(64) + b"\x1b", b"\xff" * 32 + bytes(31) + b"\x01\x1c"])
def test_a_signature_by_no_key_is_refused(
    attestations: Any, committee: Accounts, statement: Attestation, signature: bytes
) -> None:
    signatures = signature + committee.sign(statement.digest, (1, 2, 3))
    assert_reverts(call_with(attestations, statement, 0b1111, signatures), "SignatureMismatch(0)")


@pytest.mark.parametrize(("size", "position"), [(0, 0), (64, 0), (65, 1), (259, 3)])
def test_a_missing_signature_is_refused(
    attestations: Any, committee: Accounts, statement: Attestation, size: int, position: int
) -> None:
    signatures = committee.sign(statement.digest, range(4))[:size]
    assert_reverts(call_with(attestations, statement, 0b1111, signatures), f"SignatureMissing({position})")


@pytest.mark.parametrize("rest", [1, 65])
def test_bytes_after_the_last_signature_are_refused(
    attestations: Any, committee: Accounts, statement: Attestation, rest: int
) -> None:
    signatures = committee.sign(statement.digest, range(4)) + bytes(rest)
    assert_reverts(call_with(attestations, statement, 0b1111, signatures), f"SignaturesTooLong({rest})")


# revoking


def test_a_revocation_is_recorded(chain: Chain, attestations: Any, committee: Accounts, statement: Attestation) -> None:
    chain.send(attesting(attestations, committee, statement, range(4)))
    attested_at = chain.now
    revocation = Revocation(statement.digest)
    receipt = chain.send(revoking(attestations, committee, revocation, range(1, 5)), sender=2)
    assert status(chain, attestations, committee, statement.digest) == (attested_at, chain.now, 0b01111)
    (told,) = events(attestations.events.Revoked(), receipt)
    assert told == {
        "committee": committee.id_on(0),
        "digest": statement.digest,
        "reason": revocation.reason,
        "signers": 0b11110,
    }


def test_a_revocation_before_the_attestation_kills_it(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    chain.send(revoking(attestations, committee, Revocation(statement.digest), range(4)))
    assert status(chain, attestations, committee, statement.digest) == (0, chain.now, 0)
    call = attesting(attestations, committee, statement, range(4))
    assert_reverts(call, f"AttestationRevoked(0x{statement.digest.hex()})")


def test_a_revocation_is_recorded_once_whatever_its_reason(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    chain.send(revoking(attestations, committee, Revocation(statement.digest), range(4)))
    again = revoking(attestations, committee, Revocation(statement.digest, reason=ZERO), range(4))
    assert_reverts(again, f"AlreadyRevoked(0x{statement.digest.hex()})")


def test_after_a_revocation_the_same_is_attested_as_of_another_instant(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    chain.send(revoking(attestations, committee, Revocation(statement.digest), range(4)))
    chain.send(attesting(attestations, committee, statement.but(observed_at=statement.observed_at + 1), range(4)))


def test_fewer_than_the_threshold_cannot_revoke(attestations: Any, committee: Accounts, statement: Attestation) -> None:
    call = revoking(attestations, committee, Revocation(statement.digest), range(3))
    assert_reverts(call, "BelowThreshold(3,4)")


def test_another_committee_cannot_revoke(
    chain: Chain, attestations: Any, committee: Accounts, statement: Attestation
) -> None:
    """A griefer's committee revokes for itself alone."""
    griefer = accounts(1, 1, name="griefer")
    register(chain, attestations, griefer)
    chain.send(revoking(attestations, griefer, Revocation(statement.digest), [0]))
    chain.send(attesting(attestations, committee, statement, range(4)))
    assert status(chain, attestations, committee, statement.digest)[1] == 0


def test_an_unregistered_committee_cannot_revoke(attestations: Any, statement: Attestation) -> None:
    call = revoking(attestations, FOUR_OF_FIVE, Revocation(statement.digest), range(4))
    assert_reverts(call, "CommitteeNotRegistered")


# members that are contracts

HONEST, ALWAYS_YES, ALWAYS_NO, SHORT_YES, DIRTY_YES, REVERTS, BURNS_GAS, LONG_NO, LONG_YES = range(9)


class Mixed:
    """Hold a committee of one contract and one account; both must sign."""

    def __init__(self, chain: Chain, attestations: Any, manner: int) -> None:
        self.owner, self.account = accounts(2, 1, name="mixed").signers
        self.wallet = chain.deploy("Wallet", self.owner.address, manner)
        both = [self.wallet.address, self.account.address]
        self.order = sorted(both, key=to_canonical_address)
        self.values = (CONTRACT, 2, [member(each) for each in self.order])
        self.position = self.order.index(self.wallet.address)
        self.attestations = attestations
        (told,) = events(
            attestations.events.CommitteeRegistered(), chain.send(attestations.functions.registerCommittee(self.values))
        )
        self.id = told["id"]

    def attesting(self, statement: Attestation, contract: bytes, account: bytes | None = None) -> Any:
        of_account = ecdsa(self.account.key, statement.digest) if account is None else account
        signatures = {self.wallet.address: contract, self.account.address: of_account}
        whole = b"".join(with_length(signatures[each]) for each in self.order)
        return self.attestations.functions.attest(statement.values, self.id, 0b11, whole, ZERO)


def test_a_contract_signs_by_erc_1271(chain: Chain, attestations: Any, statement: Attestation) -> None:
    mixed = Mixed(chain, attestations, HONEST)
    chain.send(mixed.attesting(statement, ecdsa(mixed.owner.key, statement.digest)))
    assert chain.ask(attestations.functions.status(mixed.id, statement.digest))[0] == chain.now


@pytest.mark.parametrize("size", [0, 1, 65, 5000])
def test_a_contract_takes_signatures_of_any_length(
    chain: Chain, attestations: Any, statement: Attestation, size: int
) -> None:
    mixed = Mixed(chain, attestations, ALWAYS_YES)
    chain.send(mixed.attesting(statement, bytes(size)))


def test_a_contract_may_answer_more_than_is_read(chain: Chain, attestations: Any, statement: Attestation) -> None:
    mixed = Mixed(chain, attestations, LONG_YES)
    chain.send(mixed.attesting(statement, b""))


@pytest.mark.parametrize("manner", [ALWAYS_NO, SHORT_YES, DIRTY_YES, REVERTS, BURNS_GAS, LONG_NO])
def test_a_contract_that_does_not_accept_is_refused(
    chain: Chain, attestations: Any, statement: Attestation, manner: int
) -> None:
    mixed = Mixed(chain, attestations, manner)
    signature = ecdsa(mixed.owner.key, statement.digest)
    assert_reverts(mixed.attesting(statement, signature), f"ContractRefused({mixed.position})")


def test_a_contract_that_burns_gas_burns_a_bounded_amount(anvil: Chain) -> None:
    attestations = anvil.deploy("AttestationRegistry")
    mixed = Mixed(anvil, attestations, BURNS_GAS)
    call = mixed.attesting(Attestation(COMMITMENT, anvil.now - 60, anvil.now + 86_400), b"")
    assert_reverts(call, f"ContractRefused({mixed.position})", gas=400_000)
    sent = call.transact({"from": anvil.accounts[0], "gas": 3_000_000})
    receipt = anvil.w3.eth.wait_for_transaction_receipt(sent)
    assert receipt["status"] == 0
    assert receipt["gasUsed"] < 300_000


def test_another_owners_signature_is_refused(chain: Chain, attestations: Any, statement: Attestation) -> None:
    mixed = Mixed(chain, attestations, HONEST)
    call = mixed.attesting(statement, ecdsa(keccak(text="stranger"), statement.digest))
    assert_reverts(call, f"ContractRefused({mixed.position})")


def test_the_account_beside_a_contract_signs_as_strictly_as_elsewhere(
    chain: Chain, attestations: Any, statement: Attestation
) -> None:
    mixed = Mixed(chain, attestations, ALWAYS_YES)
    own = ecdsa(mixed.account.key, statement.digest)
    position = 1 - mixed.position
    assert_reverts(mixed.attesting(statement, b"", malleated(own)), f"MalleableSignature({position})")
    assert_reverts(mixed.attesting(statement, b"", own[:64]), f"MalformedSignature({position})")
    assert_reverts(mixed.attesting(statement, b"", own + b"\0"), f"MalformedSignature({position})")
    assert_reverts(mixed.attesting(statement, b"", b""), f"MalformedSignature({position})")


def test_a_length_that_is_cut_short_is_refused(chain: Chain, attestations: Any, statement: Attestation) -> None:
    mixed = Mixed(chain, attestations, ALWAYS_YES)
    for signatures, position in ((b"", 0), (b"\0", 0), (b"\0\x05four", 0)):
        call = attestations.functions.attest(statement.values, mixed.id, 0b11, signatures, ZERO)
        assert_reverts(call, f"SignatureMissing({position})")


def test_a_committee_of_accounts_never_asks_a_contract(chain: Chain, attestations: Any, statement: Attestation) -> None:
    """Who owns a contract's address on this chain cannot sign for it where the id serves every chain."""
    wallet = chain.deploy("Wallet", chain.accounts[0], ALWAYS_YES)
    values = (ECDSA, 1, [member(wallet.address)])
    chain.send(attestations.functions.registerCommittee(values))
    signature = ecdsa(keccak(text="thief"), statement.digest)
    call = attestations.functions.attest(statement.values, committee_id(values, 0), 1, signature, ZERO)
    assert_reverts(call, "SignatureMismatch(0)")


# two chains


@pytest.fixture
def both(tester: Chain, anvil: Chain) -> list[tuple[Chain, Any]]:
    """Stand for two chains on which the same contract is deployed; their clocks agree about the statement."""
    return [(each, each.deploy("AttestationRegistry")) for each in (tester, anvil)]


def test_one_set_of_signatures_serves_every_chain(both: list[tuple[Chain, Any]]) -> None:
    statement = _timeless(both)
    signatures = FOUR_OF_FIVE.sign(statement.digest, range(4))
    for chain, attestations in both:
        identifier = register(chain, attestations, FOUR_OF_FIVE)
        chain.send(attestations.functions.attest(statement.values, identifier, 0b1111, signatures, ZERO))


def test_a_revoked_attestation_is_not_replayed_on_another_chain(both: list[tuple[Chain, Any]]) -> None:
    """The thief brings the attestation to the second chain; anybody has brought the revocation before."""
    statement = _timeless(both)
    revocation = Revocation(statement.digest)
    signatures = FOUR_OF_FIVE.sign(revocation.digest, range(4))
    (first, there), (second, here) = both
    for chain, attestations in both:
        register(chain, attestations, FOUR_OF_FIVE)
    first.send(attesting(there, FOUR_OF_FIVE, statement, range(4)))
    for chain, attestations in both:
        call = attestations.functions.revoke(revocation.values, FOUR_OF_FIVE.id_on(0), 0b1111, signatures)
        chain.send(call, sender=3)
    assert_reverts(attesting(here, FOUR_OF_FIVE, statement, range(4)), "AttestationRevoked")
    assert status(first, there, FOUR_OF_FIVE, statement.digest)[1] == first.now
    assert status(second, here, FOUR_OF_FIVE, statement.digest) == (0, second.now, 0)


def test_a_contract_members_address_on_another_chain_is_another_committee(both: list[tuple[Chain, Any]]) -> None:
    """A thief who got the contract member's address on another chain attests for nobody whom anyone pinned."""
    statement = _timeless(both)
    (first, there), (second, here) = both
    wallet = first.deploy("Wallet", first.accounts[0], HONEST)
    values = (CONTRACT, 1, [member(wallet.address)])
    first.send(there.functions.registerCommittee(values))
    pinned = committee_id(values, first.w3.eth.chain_id)
    assert tuple(first.ask(there.functions.committeeOf(pinned))) == values

    thiefs = second.deploy("Wallet", second.accounts[0], ALWAYS_YES)
    code = second.w3.eth.get_code(thiefs.address)
    second.w3.provider.make_request("anvil_setCode", [wallet.address, "0x" + bytes(code).hex()])  # type: ignore[arg-type]
    slot = "0x" + ALWAYS_YES.to_bytes(32).hex()
    second.w3.provider.make_request("anvil_setStorageAt", [wallet.address, "0x" + bytes(32).hex(), slot])  # type: ignore[arg-type]
    second.send(here.functions.registerCommittee(values))
    signatures = with_length(b"")
    call = here.functions.attest(statement.values, pinned, 1, signatures, ZERO)
    assert_reverts(call, f"CommitteeNotRegistered(0x{pinned.hex()})")
    own = committee_id(values, second.w3.eth.chain_id)
    assert own != pinned
    second.send(here.functions.attest(statement.values, own, 1, signatures, ZERO))


def _timeless(both: list[tuple[Chain, Any]]) -> Attestation:
    return Attestation(COMMITMENT, min(chain.now for chain, _ in both) - 60, 2**64 - 1)
