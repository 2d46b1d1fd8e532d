"""Compiled contracts as the package carries them, and what is written to and read from them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from por.errors import FormatError, UnavailableError
from por.publish import contracts
from por.publish.contracts import (
    Artifact,
    artifact,
    artifact_names,
    creation_code,
    decode_error,
    decode_output,
    encode_call,
    event_topic,
    without_immutables,
)

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = artifact("ReserveRegistry")
ISSUER = "0x" + "a1" * 20


def selector(signature: str) -> bytes:
    return bytes(keccak(text=signature)[:4])


def test_all_committed_contracts_load() -> None:
    committed = {path.stem for path in (ROOT / "contracts" / "artifacts").glob("*.json")}
    assert set(artifact_names()) == committed
    for name in committed:
        loaded = artifact(name)
        assert loaded.name == name
        assert loaded.runtime
        assert len(loaded.creation) > len(loaded.runtime)
        for start, length in loaded.immutables:
            assert loaded.runtime[start : start + length] == bytes(length)


@pytest.mark.parametrize("name", ["", "Nothing", "../pyproject", "ReserveRegistry.json", "a/b", "Réserve", "X" * 100])
def test_a_contract_that_is_not_there_is_named_with_those_that_are(name: str) -> None:
    with pytest.raises(FormatError, match=r"there are AttestationRegistry, .*ReserveRegistry"):
        artifact(name)


WHOLE: dict[str, Any] = {
    "abi": [],
    "bytecode": "0x01",
    "deployedBytecode": "0x02",
    "immutableReferences": {},
    "compiler": "0.8.37",
    "inputSha256": "00",
}
DAMAGED: dict[str, str] = {
    "empty": "",
    "a list": "[]",
    "nothing in it": "{}",
    "a member twice": '{"abi":[],' + json.dumps(WHOLE)[1:],
    "no hexadecimal code": json.dumps(WHOLE | {"bytecode": "0xzz"}),
    "a number for code": json.dumps(WHOLE | {"deployedBytecode": 7}),
    "a number for an interface": json.dumps(WHOLE | {"abi": 7}),
    "a list of immutables": json.dumps(WHOLE | {"immutableReferences": []}),
    "a span of nothing": json.dumps(WHOLE | {"immutableReferences": {"1": [{}]}}),
    **{f"no {name}": json.dumps({key: WHOLE[key] for key in WHOLE if key != name}) for name in WHOLE},
}


@pytest.mark.parametrize("case", DAMAGED)
def test_t84_a_damaged_file_is_refused(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Damaged.json").write_text(DAMAGED[case], "utf-8")
    monkeypatch.setattr(contracts, "_folder", lambda: tmp_path)
    with pytest.raises(FormatError):
        artifact("Damaged")


def test_the_package_carries_the_contracts() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert built["wheel"]["force-include"] == {"contracts/artifacts": "por/contracts"}
    assert "/contracts" in built["sdist"]["include"]


def test_an_installed_package_reads_its_own_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = tmp_path / "contracts"
    packaged.mkdir()
    (packaged / "Alone.json").write_text(json.dumps(WHOLE), "utf-8")
    monkeypatch.setattr(contracts, "files", lambda _: tmp_path)
    assert artifact_names() == ("Alone",)
    alone = artifact("Alone")
    assert (alone.creation, alone.runtime, alone.immutables) == (b"\x01", b"\x02", ())


def test_a_checkout_reads_those_beside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts, "files", lambda _: tmp_path)
    assert "ReserveRegistry" in artifact_names()


ENTRY = (1, 2, 3, b"\x04" * 32, b"\x05" * 32, b"\x06" * 32, b"\x07" * 32, 8)
TOTALS = [(b"\x09" * 32, 10, 2**128 - 1)]


def test_a_call_is_written_as_web3_writes_it() -> None:
    contract = Web3().eth.contract(abi=list(REGISTRY.abi))
    expected = contract.encode_abi("anchor", [ENTRY, TOTALS])
    assert "0x" + encode_call(REGISTRY, "anchor", [ENTRY, TOTALS]).hex() == expected
    assert encode_call(REGISTRY, "head", [ISSUER]) == selector("head(address)") + bytes(12) + bytes.fromhex("a1" * 20)


@given(issuer=st.binary(min_size=20, max_size=20), sequence=st.integers(0, 2**64 - 1))
def test_every_argument_that_fits_is_written(issuer: bytes, sequence: int) -> None:
    data = encode_call(REGISTRY, "idAt", ["0x" + issuer.hex(), sequence])
    assert data == selector("idAt(address,uint64)") + bytes(12) + issuer + sequence.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("head", []),
        ("head", [ISSUER, 1]),
        ("head", ["alice.eth"]),
        ("head", [7]),
        ("head", [None]),
        ("idAt", [ISSUER, -1]),
        ("idAt", [ISSUER, 2**64]),
        ("idAt", [ISSUER, "1"]),
        ("idAt", [ISSUER, True]),
        ("anchor", [ENTRY[:-1], TOTALS]),
        ("anchor", [ENTRY, [(b"\x09" * 33, 1, 1)]]),
        ("anchor", [ENTRY, [(b"\x09" * 32, 2**128, 1)]]),
        ("anchor", [ENTRY, 7]),
        ("tail", [ISSUER]),
        ("Anchored", []),
        ("ZeroDigest", []),
        ("", []),
    ],
)
def test_a_call_that_does_not_fit_is_refused(function: str, args: list[object]) -> None:
    with pytest.raises(FormatError, match="ReserveRegistry"):
        encode_call(REGISTRY, function, args)


def test_a_function_of_which_there_are_two_is_refused() -> None:
    entry = {"type": "function", "name": "f", "inputs": [], "outputs": []}
    with pytest.raises(FormatError, match="2 functions named 'f'"):
        encode_call(Artifact("Two", (entry, entry), b"", b"", ()), "f")


def test_creation_code_ends_with_the_arguments() -> None:
    assert creation_code(REGISTRY) == REGISTRY.creation
    proofs = artifact("LiabilityProofs")
    assert creation_code(proofs, [ISSUER]) == proofs.creation + bytes(12) + bytes.fromhex("a1" * 20)
    for wrong in ([], [ISSUER, ISSUER], ["0x"], [b""]):
        with pytest.raises(FormatError, match=r"LiabilityProofs\.constructor"):
            creation_code(proofs, wrong)
    with pytest.raises(FormatError, match="it takes 0"):
        creation_code(REGISTRY, [1])


def test_answers_are_read() -> None:
    output = encode(["bytes32", "uint64", "uint64", "uint64"], [b"\x01" * 32, 2, 3, 4])
    assert decode_output(REGISTRY, "head", output) == (b"\x01" * 32, 2, 3, 4)


@pytest.mark.parametrize("length", [1, 31, 32, 127])
def test_a_cut_answer_is_refused(length: int) -> None:
    with pytest.raises(UnavailableError, match=r"ReserveRegistry\.head: an answer that"):
        decode_output(REGISTRY, "head", bytes(length))


@pytest.mark.parametrize("word", [b"\xff" * 32, b"\x00" * 23 + b"\x01" + b"\x00" * 8])
def test_an_answer_out_of_range_is_refused(word: bytes) -> None:
    with pytest.raises(UnavailableError):
        decode_output(REGISTRY, "head", word * 4)


def test_no_answer_means_no_contract() -> None:
    with pytest.raises(UnavailableError, match="no contract stands at this address"):
        decode_output(REGISTRY, "head", b"")
    with pytest.raises(FormatError):
        decode_output(REGISTRY, "tail", b"")


REASON = bytes.fromhex("08c379a0") + encode(["string"], ["too late"])
HUGE = bytes.fromhex("08c379a0") + b"\xff" * 64
NOT_UTF8 = bytes.fromhex("08c379a0") + encode(["bytes"], [b"\xff\xfe"])

REVERTS: list[tuple[bytes, str]] = [
    (b"", "no reason"),
    (selector("ZeroDigest()"), "ZeroDigest()"),
    (
        selector("InstantNotLater(uint64,uint64)") + encode(["uint64"] * 2, [5, 7]),
        "InstantNotLater(instant=5, newest=7)",
    ),
    (REASON, "Error(reason=too late)"),
    (bytes.fromhex("4e487b71") + (17).to_bytes(32, "big"), "Panic(code=17)"),
    (b"\x01\x02\x03", "0x010203"),
    (b"\xde\xad\xbe\xef", "0xdeadbeef"),
    (selector("InstantNotLater(uint64,uint64)"), "0x" + selector("InstantNotLater(uint64,uint64)").hex()),
    (HUGE, "0x" + HUGE.hex()),
    (NOT_UTF8, "0x" + NOT_UTF8.hex()),
]


@pytest.mark.parametrize(("data", "shown"), REVERTS)
def test_a_revert_is_named(data: bytes, shown: str) -> None:
    assert decode_error(REGISTRY, data) == shown


def test_without_a_contract_only_built_in_errors_are_named() -> None:
    assert decode_error(None, REASON) == "Error(reason=too late)"
    assert decode_error(None, selector("ZeroDigest()")) == "0x" + selector("ZeroDigest()").hex()


@given(data=st.binary(max_size=200))
def test_any_revert_is_shown(data: bytes) -> None:
    known = [selector(f"{entry['name']}()") for entry in REGISTRY.abi if entry["type"] == "error"]
    for start in (b"", *known, REASON[:4]):
        assert decode_error(REGISTRY, start + data)


def test_values_are_shown_as_people_write_them() -> None:
    inputs = [{"name": "who", "type": "address"}, {"name": "what", "type": "bytes32"}, {"name": "is", "type": "bool"}]
    contract = Artifact("C", ({"type": "error", "name": "E", "inputs": inputs},), b"", b"", ())
    data = selector("E(address,bytes32,bool)") + encode(["address", "bytes32", "bool"], [ISSUER, b"\x01" * 32, True])
    assert decode_error(contract, data) == f"E(who={ISSUER}, what=0x{'01' * 32}, is=true)"


def test_the_topic_of_an_event() -> None:
    signature = (
        "Anchored(address,uint64,bytes32,bytes32,"
        "(uint64,uint64,uint64,bytes32,bytes32,bytes32,bytes32,uint64),(bytes32,uint128,uint128)[])"
    )
    assert event_topic(REGISTRY, "Anchored") == keccak(text=signature)
    for wrong in ("Dropped", "anchor", ""):
        with pytest.raises(FormatError):
            event_topic(REGISTRY, wrong)


def test_what_creation_fills_in_is_left_out_of_a_comparison() -> None:
    proofs = artifact("LiabilityProofs")
    deployed = bytearray(proofs.runtime)
    for start, length in proofs.immutables:
        deployed[start : start + length] = b"\xab" * length
    assert without_immutables(proofs, bytes(deployed)) == proofs.runtime
    deployed[0] ^= 1
    assert without_immutables(proofs, bytes(deployed)) != proofs.runtime


@given(length=st.integers(0, 700))
def test_code_of_any_length_keeps_it(length: int) -> None:
    assert len(without_immutables(artifact("LiabilityProofs"), bytes(length))) == length
