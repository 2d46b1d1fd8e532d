"""The state in which a control proof is judged: brought whole, and only where the account has code or will have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from por.chains.kept import KeptSource
from por.encoding import evm_code_v1, evm_witness_v1
from por.encoding.media_types import EVM_CODE, EVM_WITNESS
from por.errors import EvidenceError, IncapableError, SourceError, UnavailableError
from por.issuer.control_state import control_state
from por.issuer.witnesses import Document
from por.model import Call, ChainAccount, Challenge, ControlScheme, ControlSignature, Witness
from por.proofs.control.contract import WRAPPED, Approval, require_approval
from por.proofs.state.account import EMPTY_CODE_HASH, account_state
from por.proofs.state.proven_state import UnprovenStateError
from por.simulator.signer import SimulatedKey
from por.simulator.wallet import BOASTER_CREATION_CODE, WALLET_CODE, wallet_creation
from tests.contracts.chain import artifact
from tests.issuer.token_scene import TokenScene, open_scene, refusing

OWNER = SimulatedKey.from_seed("owner of a wallet")
STRANGER = SimulatedKey.from_seed("somebody else")
WALLET_HASH: bytes = keccak(WALLET_CODE)
CONTRACT_SCHEMES = [scheme for scheme in ControlScheme if scheme.contract]
KEY_SCHEMES = [ControlScheme.EIP191, ControlScheme.EIP712]


@pytest.fixture(scope="module")
def opened() -> Iterator[TokenScene]:
    with open_scene() as scene:
        factory = scene.chain.deploy(bytes.fromhex(artifact("WalletFactory")["bytecode"].removeprefix("0x")))
        scene.contracts |= {
            "factory": factory,
            "wallet": scene.chain.deploy(wallet_creation(OWNER.address)),
            "boaster": scene.chain.deploy(BOASTER_CREATION_CODE),
            "nowhere": "0x" + "ee" * 20,
        }
        scene.chain.mine()
        scene.contracts["stands"] = foreseen(scene, 1)
        scene.contracts["tomorrow"] = foreseen(scene, 2)
        scene.chain.send(factory, created(1))
        scene.chain.mine()
        yield scene


@pytest.fixture
def scene(opened: TokenScene) -> Iterator[TokenScene]:
    opened.asked.clear()
    yield opened
    opened.distortion = None


def foreseen(scene: TokenScene, salt: int) -> str:
    """Ask the factory where it will put the owner's wallet."""
    question = Call(scene.contracts["factory"], asking("addressOf", salt))
    (told,) = scene.source.calls(scene.header.ref, [question])
    assert told is not None
    return f"0x{told[-20:].hex()}"


def asking(function: str, salt: int) -> bytes:
    selector: bytes = keccak(f"{function}(address,bytes32)".encode())[:4]
    return selector + encode(["address", "bytes32"], [OWNER.address, salt.to_bytes(32)])


def created(salt: int) -> bytes:
    return asking("create", salt)


def wrapped(scene: TokenScene, salt: int, signature: bytes) -> bytes:
    """Name with a signature how the account that judges it comes to be (EIP-6492)."""
    parts = [scene.contracts["factory"], created(salt), signature]
    return encode(["address", "bytes", "bytes"], parts) + WRAPPED


def challenge(scene: TokenScene, name: str) -> Challenge:
    block, account = scene.header.ref, ChainAccount(scene.chain.chain, scene.contracts[name])
    at = "2026-11-01T00:00:41Z"
    return Challenge("x.example", f"x.example@{at}", account, block.number, block.hash, "2026-12-01T00:00:41Z")


def signature(made: Challenge, scheme: ControlScheme, key: SimulatedKey = OWNER) -> ControlSignature:
    return ControlSignature(made.account, scheme, key.sign(made, scheme))


def signed_by(scene: TokenScene, name: str, scheme: ControlScheme, key: SimulatedKey = OWNER) -> ControlSignature:
    """Sign for the account of a contract, wrapped where the scheme wants it."""
    plain = signature(challenge(scene, name), scheme, key)
    if not scheme.value.startswith("eip6492"):
        return plain
    salt = {"stands": 1, "tomorrow": 2}.get(name, 3)
    return ControlSignature(plain.account, scheme, wrapped(scene, salt, plain.signature))


def brought(scene: TokenScene, name: str, signed: ControlSignature, code_hash: bytes = WALLET_HASH) -> list[Document]:
    return list(control_state(scene.source, scene.header, challenge(scene, name), signed, code_hash))


def judged(scene: TokenScene, name: str, signed: ControlSignature, documents: Sequence[Document]) -> Approval:
    """Judge by the evidence files alone, as a verifier does."""
    codes = {keccak(code): code for data, kind in documents if kind == EVM_CODE for code in [evm_code_v1.read(data)]}
    files = [evm_witness_v1.read(data) for data, kind in documents if kind == EVM_WITNESS]
    assert {(file.chain, file.block_hash) for file in files} == {(scene.chain.chain, scene.header.hash)}
    seen = [with_code(scene, item, codes) for file in files for item in file.accounts]
    return require_approval(challenge(scene, name), ControlScheme(signed.scheme), signed.signature, scene.header, seen)


def with_code(scene: TokenScene, item: Witness, codes: dict[bytes, bytes]) -> Witness:
    state = account_state(scene.header.state_root, item.proof.address, item.proof.account_nodes)
    return Witness(item.proof, item.keys, codes.get(state.code_hash))


# --- a contract's own approval


@pytest.mark.parametrize("scheme", [ControlScheme.EIP1271_EIP191, ControlScheme.EIP1271_EIP712])
def test_t47_the_state_in_which_a_wallet_approves_is_brought(scene: TokenScene, scheme: ControlScheme) -> None:
    signed = signed_by(scene, "wallet", scheme)
    documents = brought(scene, "wallet", signed)
    assert [kind for _, kind in documents] == [EVM_WITNESS, EVM_CODE]
    assert evm_code_v1.read(documents[1][0]) == WALLET_CODE
    assert judged(scene, "wallet", signed, documents).deployed


@pytest.mark.parametrize("scheme", [ControlScheme.EIP6492_EIP191, ControlScheme.EIP6492_EIP712])
def test_t47_the_state_in_which_a_factory_makes_it_is_brought(scene: TokenScene, scheme: ControlScheme) -> None:
    signed = signed_by(scene, "tomorrow", scheme)
    documents = brought(scene, "tomorrow", signed, EMPTY_CODE_HASH)
    approval = judged(scene, "tomorrow", signed, documents)
    assert not approval.deployed
    assert [address for address, _ in approval.codes] == [scene.contracts["factory"], signed.account.address]
    # What the factory puts there is no state of the block, and no file of its own.
    codes = [evm_code_v1.read(data) for data, kind in documents if kind == EVM_CODE]
    assert codes == [bytes.fromhex(artifact("WalletFactory")["deployedBytecode"].removeprefix("0x"))]


def test_t47_the_factory_is_left_out_where_the_wallet_stands(scene: TokenScene) -> None:
    signed = signed_by(scene, "stands", ControlScheme.EIP6492_EIP191)
    documents = brought(scene, "stands", signed)
    assert judged(scene, "stands", signed, documents).deployed
    witnesses = [item for data, kind in documents if kind == EVM_WITNESS for item in evm_witness_v1.read(data).accounts]
    assert scene.contracts["factory"] not in {item.proof.address for item in witnesses}


@pytest.mark.parametrize("name", ["wallet", "tomorrow"])
def test_t60_nothing_that_is_brought_could_be_left_out(scene: TokenScene, name: str) -> None:
    scheme = ControlScheme.EIP1271_EIP191 if name == "wallet" else ControlScheme.EIP6492_EIP191
    signed = signed_by(scene, name, scheme)
    documents = brought(scene, name, signed)
    assert judged(scene, name, signed, documents).account == scene.contracts[name]
    for position, (data, kind) in enumerate(documents):
        if kind == EVM_CODE:
            with pytest.raises(UnprovenStateError):
                judged(scene, name, signed, [*documents[:position], *documents[position + 1 :]])
            continue
        file = evm_witness_v1.read(data)
        for left_out in range(len(file.accounts)):
            rest = (*file.accounts[:left_out], *file.accounts[left_out + 1 :])
            if not rest:
                continue
            changed = evm_witness_v1.write(type(file)(file.chain, file.block_hash, rest))
            with pytest.raises(UnprovenStateError):
                judged(scene, name, signed, [(changed, kind), *documents[1:]])


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("wallet", STRANGER, "does not approve the signature"),
        ("boaster", OWNER, "approves whatever it is asked"),
        ("plain", OWNER, "control proof"),
        ("factory", OWNER, "control proof"),
        ("nowhere", OWNER, "has no code"),
        ("tomorrow", OWNER, "has no code"),
    ],
)
@pytest.mark.parametrize("scheme", [ControlScheme.EIP1271_EIP191, ControlScheme.EIP1271_EIP712])
def test_t47_a_contract_that_does_not_approve_is_an_error_that_names_it(
    scene: TokenScene, name: str, key: SimulatedKey, words: str, scheme: ControlScheme
) -> None:
    signed = signed_by(scene, name, scheme, key)
    with pytest.raises(EvidenceError, match=words) as caught:
        brought(scene, name, signed)
    assert str(signed.account) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "puts no code at"), ("tomorrow", "does not approve the signature"), ("wallet", "does not approve")],
)
def test_t47_a_factory_makes_nobody_elses_account_ones_own(scene: TokenScene, name: str, words: str) -> None:
    signed = signed_by(scene, name, ControlScheme.EIP6492_EIP191, STRANGER)
    with pytest.raises(EvidenceError, match=words) as caught:
        brought(scene, name, signed)
    assert str(signed.account) in str(caught.value)


@pytest.mark.parametrize("spoilt", [b"", WRAPPED, b"\x01" * 65, b"\x00" * 160 + WRAPPED])
def test_t47_a_wrapping_that_is_none_is_an_error_that_names_the_account(scene: TokenScene, spoilt: bytes) -> None:
    made = challenge(scene, "tomorrow")
    with pytest.raises(EvidenceError, match="EIP-6492") as caught:
        brought(scene, "tomorrow", ControlSignature(made.account, ControlScheme.EIP6492_EIP191, spoilt))
    assert str(made.account) in str(caught.value)
    assert not scene.asked["eth_getProof"]


def test_t53_the_signature_for_another_wallet_of_the_same_owner_does_not_serve(scene: TokenScene) -> None:
    other = signature(challenge(scene, "stands"), ControlScheme.EIP1271_EIP712)
    with pytest.raises(EvidenceError, match="does not approve"):
        brought(scene, "wallet", other)


# --- keys


@pytest.mark.parametrize("scheme", KEY_SCHEMES)
def test_a_key_without_code_needs_no_state_and_no_question(scene: TokenScene, scheme: ControlScheme) -> None:
    assert brought(scene, "nowhere", signed_by(scene, "nowhere", scheme), EMPTY_CODE_HASH) == []
    assert not scene.asked.keys() & {"eth_getProof", "eth_getCode", "eth_createAccessList", "eth_call"}


@pytest.mark.parametrize("scheme", KEY_SCHEMES)
def test_t47_code_that_is_no_delegation_brings_nothing(scene: TokenScene, scheme: ControlScheme) -> None:
    """The verdict on a key's signature for a contract is open anyhow."""
    signed = signed_by(scene, "wallet", scheme)
    assert brought(scene, "wallet", signed) == []
    with pytest.raises(UnavailableError, match="not the one proven there"):
        brought(scene, "wallet", signed, b"\x11" * 32)


@pytest.mark.parametrize("scheme", KEY_SCHEMES)
def test_t47_a_delegation_is_brought_as_code(scene: TokenScene, scheme: ControlScheme) -> None:
    code = b"\xef\x01\x00" + b"\xab" * 20
    scene.distortion = lambda method, _, said: "0x" + code.hex() if method == "eth_getCode" else said
    ((document, kind),) = brought(scene, "wallet", signed_by(scene, "wallet", scheme), keccak(code))
    assert (evm_code_v1.read(document), kind) == (code, EVM_CODE)


@pytest.mark.parametrize(
    "code", [b"\xef\x01\x00" + b"\xab" * 19, b"\xef\x01\x00" + b"\xab" * 21, b"\xef\x01\x01" + b"\xab" * 20, b"\xef"]
)
def test_t47_what_only_looks_like_a_delegation_brings_nothing(scene: TokenScene, code: bytes) -> None:
    scene.distortion = lambda method, _, said: "0x" + code.hex() if method == "eth_getCode" else said
    assert brought(scene, "wallet", signed_by(scene, "wallet", ControlScheme.EIP191), keccak(code)) == []


# --- a node that does not answer


@pytest.mark.parametrize("scheme", [ControlScheme.EIP1271_EIP191, ControlScheme.EIP191])
def test_t64_false_code_is_the_nodes_fault(scene: TokenScene, scheme: ControlScheme) -> None:
    scene.distortion = lambda method, _, said: "0x60015ff3" if method == "eth_getCode" else said
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1.*not the one proven there"):
        brought(scene, "wallet", signed_by(scene, "wallet", scheme))


@pytest.mark.parametrize("method", ["eth_getProof", "eth_getCode"])
@pytest.mark.parametrize("scheme", CONTRACT_SCHEMES)
def test_t64_what_a_node_does_not_serve_is_no_refusal_by_the_contract(
    scene: TokenScene, scheme: ControlScheme, method: str
) -> None:
    signed = signed_by(scene, "stands", scheme)
    scene.distortion = refusing(method)
    with pytest.raises(IncapableError, match=r"127\.0\.0\.1"):
        brought(scene, "stands", signed)
    scene.distortion = lambda asked, _, said: None if asked == method else said
    with pytest.raises(SourceError):
        brought(scene, "stands", signed)


def test_what_is_kept_of_it_is_not_asked_again(scene: TokenScene, tmp_path: Path) -> None:
    made, signed = challenge(scene, "tomorrow"), signed_by(scene, "tomorrow", ControlScheme.EIP6492_EIP712)
    found = []
    for _ in range(2):
        scene.asked.clear()
        with KeptSource(scene.source, tmp_path / "proofs.sqlite") as source:
            found.append(control_state(source, scene.header, made, signed, EMPTY_CODE_HASH))
    assert found[0] == found[1]
    assert scene.asked["eth_getProof"] == scene.asked["eth_getCode"] == 0
