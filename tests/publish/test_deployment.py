"""The contracts put on a chain, once however often that is asked, and recognised there by their code."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.errors import DisagreementError, FormatError, IncapableError, PublishError
from por.model import ChainId, Source
from por.proofs.state.account import EMPTY_CODE_HASH
from por.publish import deployment, runtimes
from por.publish.contracts import artifact, artifact_names, creation_code
from por.publish.deployment import CONTRACTS, Deployment, deploy, policy_entries
from por.publish.reading import ContractReader
from por.publish.runtimes import (
    DEPLOYER,
    DEPLOYER_CODE,
    SALT,
    Recognised,
    Unrecognised,
    address_of,
    deterministic_address,
    examine,
    first_block_with_code,
    proven_code_hash,
    recognise,
)
from por.publish.signers.account import Account
from por.publish.transactions import Wallet
from tests.publish.registry_world import LIMITS, World, secret, world

# The deployer's own creation code: what its one transaction, which no chain refuses, carries.
DEPLOYER_CREATION = bytes.fromhex("604580600e600039806000f350fe") + DEPLOYER_CODE
FEEDS = ("ReserveFeed", "ReserveGate")


@pytest.fixture
def empty() -> Iterator[World]:
    """Lend an embedded chain with no contract."""
    with world("embedded", contracts=False) as made:
        yield made


def reader(at: World) -> ContractReader:
    return ContractReader(at.id, at.url)


def deployer_on(at: World) -> str:
    assert at.chain is not None
    made = at.chain.deploy(DEPLOYER_CREATION)
    at.mine()
    return made


# --- deploying


def test_all_contracts_stand_after_a_deployment_and_name_each_other(shared: World) -> None:
    assert list(shared.contracts) == list(CONTRACTS)
    for name, address in shared.contracts.items():
        found = examine(shared.source(), reader(shared), address).found
        assert isinstance(found, Recognised)
        assert found.name == name
        if CONTRACTS[name]:
            assert list(found.immutables.values()) == [shared.contracts[other] for other in CONTRACTS[name]]


def test_a_second_run_finds_them_and_sends_nothing(shared: World) -> None:
    before = shared.wallet("deployer")._node.nonce(shared.account("deployer").address)
    again = list(deploy(shared.wallet("deployer"), shared.source(), known=shared.contracts))
    assert {each.name: each.address for each in again} == shared.contracts
    assert all(each.gas is None for each in again)
    assert shared.wallet("deployer")._node.nonce(shared.account("deployer").address) == before


def test_with_the_deployer_addresses_are_the_same_whoever_pays(empty: World) -> None:
    place = deployer_on(empty)
    made = list(deploy(empty.wallet("one"), empty.source(), deployer=place))
    again = list(deploy(empty.wallet("two"), empty.source(), deployer=place))
    assert [each.address for each in made] == [each.address for each in again]
    assert [each.block for each in made] == [each.block for each in again]
    assert all(each.gas is not None for each in made)
    assert all(each.gas is None for each in again)
    assert made[0].address == deterministic_address(artifact("ReserveRegistry"), (), place)


def test_two_runs_at_once_make_one_set(empty: World) -> None:
    place = deployer_on(empty)
    wallets = [empty.wallet(name) for name in ("one", "two")]
    made: list[list[str]] = []

    def run(wallet: Wallet) -> None:
        made.append([each.address for each in deploy(wallet, empty.source(), deployer=place)])

    threads = [threading.Thread(target=run, args=(wallet,)) for wallet in wallets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert made[0] == made[1]


def test_a_run_that_lost_the_race_takes_what_the_winner_made(empty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place = deployer_on(empty)
    slow, fast = empty.wallet("slow"), empty.wallet("fast")
    send = Wallet.send

    def late(self: Wallet, *args: Any, **options: Any) -> Any:
        if self is slow:
            list(deploy(fast, empty.source(), ["ReserveRegistry"], deployer=place))
        return send(self, *args, **options)

    monkeypatch.setattr(Wallet, "send", late)
    (made,) = deploy(slow, empty.source(), ["ReserveRegistry"], deployer=place)
    assert made.gas is None


def test_what_is_asked_of_a_contract_that_is_not_there_is_refused_by_name(empty: World) -> None:
    place = deployer_on(empty)
    for options in ({"deployer": place}, {}, {"known": {"ReserveRegistry": "0x" + "11" * 20}}):
        with pytest.raises(PublishError, match="LiabilityProofs asks ReserveRegistry, which is not there"):
            list(deploy(empty.wallet("one"), empty.source(), ["LiabilityProofs"], **options))


def test_one_contract_alone_is_made_where_those_it_asks_stand(empty: World) -> None:
    place = deployer_on(empty)
    list(deploy(empty.wallet("one"), empty.source(), ["ReserveRegistry", "AttestationRegistry"], deployer=place))
    (made,) = deploy(empty.wallet("one"), empty.source(), ["EvmReserveProof"], deployer=place)
    assert made.gas is not None
    (there,) = deploy(empty.wallet("one"), empty.source(), ["EvmReserveProof"], deployer=place)
    assert there == replace(made, gas=None)


def test_another_code_at_the_deployers_address_is_not_used(empty: World) -> None:
    other = empty.put("AttestationRegistry")
    (made,) = deploy(empty.wallet("one"), empty.source(), ["ReserveRegistry"], deployer=other)
    assert made.address != deterministic_address(artifact("ReserveRegistry"), (), other)


def test_an_earlier_address_that_is_of_another_registry_is_not_taken(empty: World) -> None:
    first = {each.name: each.address for each in deploy(empty.wallet("one"), empty.source())}
    second = empty.put("ReserveRegistry")
    again = list(deploy(empty.wallet("one"), empty.source(), known=first | {"ReserveRegistry": second}))
    places = {each.name: each.address for each in again}
    assert places["ReserveRegistry"] == second
    assert places["AttestationRegistry"] == first["AttestationRegistry"]
    assert all(places[name] != first[name] for name in ("LiabilityProofs", "EvmReserveProof", "ReserveFeedFactory"))


def test_an_account_without_coins_deploys_nothing(empty: World) -> None:
    poor = Wallet(empty.id, empty.url, Account.from_secret(secret("poor")), LIMITS)
    with pytest.raises(PublishError):
        list(deploy(poor, empty.source()))


def test_a_deployment_is_not_believed_where_the_code_is_not_there(
    empty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wallet, "code", lambda self, address: b"")
    with pytest.raises(PublishError, match="does not hold the code of ReserveRegistry"):
        list(deploy(empty.wallet("one"), empty.source()))


# --- contracts.json


def test_the_file_is_read_as_it_was_written(shared: World) -> None:
    made = Deployment(shared.id, dict(shared.contracts), 7)
    data = deployment.write(made)
    assert deployment.read(data) == made
    assert deployment.write(deployment.read(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"block":1,"chain":"eip155:1"}',
        b'{"block":-1,"chain":"eip155:1","contracts":{}}',
        b'{"block":1,"chain":"mainnet","contracts":{}}',
        b'{"block":1,"chain":"eip155:1","contracts":[]}',
        b'{"block":1,"chain":"eip155:1","contracts":{"Token":"0x' + b"11" * 20 + b'"}}',
        b'{"block":1,"chain":"eip155:1","contracts":{"ReserveRegistry":"0x' + b"AA" * 20 + b'"}}',
        b'{"block":1,"chain":"eip155:1","contracts":{"ReserveRegistry":7}}',
        b'{"block":1,"chain":"eip155:1","contracts":{},"more":1}',
        b'{"chain":"eip155:1","block":1,"contracts":{}}',
    ],
)
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        deployment.read(data)


def test_the_policy_names_the_registry_and_its_first_block() -> None:
    made = Deployment(ChainId.parse("eip155:1"), {"ReserveRegistry": "0x" + "11" * 20}, 99)
    assert policy_entries(made) == f'[registry]\ncontract = "eip155:1:0x{"11" * 20}"\nfrom_block = 99\n'


def test_a_name_that_is_no_contract_is_refused() -> None:
    deployment.require_names(list(CONTRACTS))
    for name in ("Registry", "reserveregistry", "ReserveFeed", ""):
        with pytest.raises(FormatError, match="--only"):
            deployment.require_names([name])


# --- recognising code


def several(starts: tuple[int, ...]) -> bool:
    return len(starts) > 1


@pytest.mark.parametrize("name", artifact_names())
def test_every_byte_of_a_contract_counts(name: str) -> None:
    contract = artifact(name)
    filled = {place for start, length in contract.immutables for place in range(start, start + length)}
    code = _filled(name)
    assert recognise(code) == Recognised(name, recognise(code).immutables)  # type: ignore[union-attr]
    for place in (0, 20, len(code) // 2, len(code) - 1):
        if place not in filled:
            changed = code[:place] + bytes([code[place] ^ 1]) + code[place + 1 :]
            assert recognise(changed) == Unrecognised(name, place, "")
    assert recognise(code + b"\x00") == Unrecognised(name, len(code), "")
    assert recognise(code[:-1]) == Unrecognised(name, len(code) - 1, "")


@pytest.mark.parametrize("name", [name for name in artifact_names() if any(map(several, artifact(name).slots))])
def test_an_immutable_that_differs_from_place_to_place_is_no_contract_of_ours(name: str) -> None:
    contract = artifact(name)
    code = bytearray(_filled(name))
    place = next(filter(several, contract.slots))[-1]
    code[place + 31] ^= 1
    found = recognise(bytes(code))
    assert isinstance(found, Unrecognised)
    assert "not the same in all places" in found.why


def test_an_attestation_registry_under_another_domain_is_none_of_ours() -> None:
    contract = artifact("AttestationRegistry")
    code = bytearray(_filled("AttestationRegistry"))
    code[contract.slots[0][0]] ^= 1
    found = recognise(bytes(code))
    assert isinstance(found, Unrecognised)
    assert "another domain" in found.why


def test_an_address_with_a_byte_before_it_is_none() -> None:
    code = bytearray(_filled("LiabilityProofs"))
    for start in artifact("LiabilityProofs").slots[0]:
        code[start] = 1
    found = recognise(bytes(code))
    assert isinstance(found, Unrecognised)
    assert "not an address" in found.why


@pytest.mark.parametrize("code", [b"\x00", b"\xef\x01\x00" + bytes(20), b"\x60\x80" * 500])
def test_foreign_code_is_not_recognised(code: bytes) -> None:
    found = recognise(code)
    assert isinstance(found, Unrecognised)
    assert found.nearest in artifact_names()


def test_all_immutables_have_names() -> None:
    for name in artifact_names():
        assert len(runtimes._IMMUTABLES.get(name, ())) == len(artifact(name).slots)


def test_a_feeds_immutables_are_named_in_their_order(shared: World) -> None:
    sources = tuple(shared.contracts[name] for name in CONTRACTS["ReserveFeedFactory"])
    asset = "eip155:1/slip44:60"
    made_for = ("0x" + "aa" * 20, b"\xcc" * 32, b"\xdd" * 32, asset, 17, 1)
    place = shared.put("ReserveFeed", made_for, sources)
    examined = examine(shared.source(), reader(shared), place)
    assert isinstance(examined.found, Recognised)
    assert examined.found.immutables == {
        **dict(zip(("registry", "attestations", "liability challenges", "balance challenges"), sources, strict=True)),
        "issuer": "0x" + "aa" * 20,
        "committee": "0x" + "cc" * 32,
        "policy": "0x" + "dd" * 32,
        "asset": "0x" + keccak(text=asset).hex(),
        "kind": "1",
        "decimals": "17",
    }
    assert not examined.is_by_committed_code


def test_prepared_storage_under_the_right_code_is_told_from_a_clean_start(empty: World) -> None:
    runtime = artifact("ReserveRegistry").runtime
    # sstore(2, 1), then return the runtime that follows these 15 bytes.
    head = bytes.fromhex("6001600255" + "61" + len(runtime).to_bytes(2).hex() + "80600f5f395ff3")
    creation = head + runtime
    assert empty.chain is not None
    place = empty.chain.deploy(creation)
    empty.mine()
    examined = examine(empty.source(), reader(empty), place)
    assert isinstance(examined.found, Recognised)
    assert not examined.is_by_committed_code
    proof = empty.source().account_proof(empty.source().finalized(), place, [(2).to_bytes(32)])
    assert proof.storage_nodes[0]


def test_the_address_says_that_the_committed_code_made_it(shared: World) -> None:
    by_name = {name: examine(shared.source(), reader(shared), place) for name, place in shared.contracts.items()}
    assert all(each.is_by_committed_code == (shared.chain is None) for each in by_name.values())


def test_the_deterministic_address_is_that_of_eip_1014() -> None:
    contract = artifact("ReserveRegistry")
    preimage = b"\xff" + bytes.fromhex(DEPLOYER[2:]) + SALT + keccak(creation_code(contract))
    assert deterministic_address(contract, ()) == "0x" + keccak(preimage)[12:].hex()
    assert all(address_of(Recognised(name, {})) is None for name in FEEDS)


# --- what a node says


class Lying:
    """Answer as a source does, with one answer changed."""

    def __init__(self, source: Any, **answers: Any) -> None:
        self._source = source
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return self._answers.get(name, getattr(self._source, name))


def test_code_without_a_proof_is_told_as_such(shared: World) -> None:
    def incapable(*_: object) -> None:
        raise IncapableError("no proofs here")

    source: Source = Lying(shared.source(), account_proof=incapable)
    examined = examine(source, reader(shared), shared.contracts["ReserveRegistry"])
    assert not examined.is_proven
    assert isinstance(examined.found, Recognised)


def test_t55_code_that_is_not_the_proven_one_is_a_disagreement(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = artifact("ReserveRegistry").runtime
    place = shared.contracts["AttestationRegistry"]
    monkeypatch.setattr(ContractReader, "code", lambda self, address: code)
    with pytest.raises(DisagreementError, match="is proven at the last final block"):
        examine(shared.source(), reader(shared), place)


def test_a_proof_that_does_not_hold_is_a_disagreement(shared: World) -> None:
    honest = shared.source()
    proof = honest.account_proof(honest.finalized(), shared.contracts["ReserveRegistry"], [])
    spoiled = replace(proof, account_nodes=proof.account_nodes[:-1])
    source: Source = Lying(honest, account_proof=lambda *_: spoiled)
    with pytest.raises(DisagreementError):
        proven_code_hash(source, shared.contracts["ReserveRegistry"])
    assert first_block_with_code(source, shared.contracts["ReserveRegistry"]) == 0


def test_where_there_is_no_code_nothing_is_found(shared: World) -> None:
    examined = examine(shared.source(), reader(shared), "0x" + "12" * 20)
    assert examined.found is None
    assert proven_code_hash(shared.source(), "0x" + "12" * 20) == EMPTY_CODE_HASH


def test_the_block_of_a_contract_is_found_by_bisection(empty: World) -> None:
    empty.mine(5)
    made = empty.wallet("one").send(None, creation_code(artifact("ReserveRegistry")))
    empty.mine(9)
    assert made.contract is not None
    assert first_block_with_code(empty.source(), made.contract) == made.block.number


def _filled(name: str) -> bytes:
    """Return a runtime as if its immutables were filled in."""
    contract = artifact(name)
    code = bytearray(contract.runtime)
    for starts in contract.slots:
        for start in starts:
            word = runtimes._DOMAIN if name == "AttestationRegistry" else (start and starts[0] % 200 + 1).to_bytes(32)
            code[start : start + 32] = word
    return bytes(code)
