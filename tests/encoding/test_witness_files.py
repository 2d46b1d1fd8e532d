"""Evidence files of a proven call: a piece of state, and code. Anything amiss in them is refused at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from por.encoding import bundle_v1, evm_code_v1, evm_witness_v1, media_types
from por.encoding.evm_witness_v1 import WitnessDocument
from por.errors import FormatError, UnsupportedVersionError
from por.model import AccountProof, ChainId, Witness
from tests.documents import Json, canonical, evm_addresses, evm_chains, hashes, put

FIRST, SECOND = "0x" + "11" * 20, "0x" + "22" * 20
HASH, KEY, NEXT = "0x" + "ab" * 32, "0x" + "00" * 32, "0x" + "00" * 31 + "01"
SLOTS = [{"key": KEY, "proof": ["0xf8"]}, {"key": NEXT, "proof": []}]
WITNESS: Json = {
    "mediaType": media_types.EVM_WITNESS,
    "chain": "eip155:1",
    "block": HASH,
    "accounts": [
        {"address": FIRST, "accountProof": ["0xf871", "0xf8"], "storage": SLOTS},
        {"address": SECOND, "accountProof": [], "storage": []},
    ],
}
CODE: Json = {"mediaType": media_types.EVM_CODE, "code": "0x6080"}
DOCUMENTS = {"witness": WITNESS, "code": CODE}
READ = {"witness": evm_witness_v1.read, "code": evm_code_v1.read}
KINDS = pytest.mark.parametrize("kind", DOCUMENTS)

nodes = st.lists(st.binary(min_size=1, max_size=evm_witness_v1.MAX_NODE), max_size=3).map(tuple)


@st.composite
def witnesses(draw: st.DrawFn) -> WitnessDocument:
    rows = []
    for who in sorted(draw(st.sets(evm_addresses, max_size=3))):
        keys = tuple(sorted(draw(st.sets(hashes, max_size=3))))
        storage = tuple(draw(nodes) for _ in keys)
        rows.append(Witness(AccountProof(who, draw(nodes), storage), keys, None))
    return WitnessDocument(draw(evm_chains), draw(hashes), tuple(rows))


def test_what_is_read_is_what_is_there() -> None:
    document = evm_witness_v1.read(canonical(WITNESS))
    assert (document.chain, document.block_hash.hex()) == (ChainId("eip155", "1"), "ab" * 32)
    first, second = document.accounts
    assert first == Witness(
        AccountProof(FIRST, (b"\xf8\x71", b"\xf8"), ((b"\xf8",), ())), (bytes(32), bytes(31) + b"\x01"), None
    )
    assert second == Witness(AccountProof(SECOND, (), ()), (), None)
    assert evm_code_v1.read(canonical(CODE)) == b"\x60\x80"


@given(witnesses())
def test_a_witness_is_read_as_it_is_written(document: WitnessDocument) -> None:
    data = evm_witness_v1.write(document)
    assert evm_witness_v1.read(data) == document
    assert evm_witness_v1.write(evm_witness_v1.read(data)) == data


@given(st.binary(min_size=1, max_size=300))
def test_code_is_read_as_it_is_written(code: bytes) -> None:
    assert evm_code_v1.read(evm_code_v1.write(code)) == code


def test_t60_a_witness_never_holds_code() -> None:
    document = evm_witness_v1.read(canonical(WITNESS))
    assert {item.code for item in document.accounts} == {None}
    given_ = Witness(document.accounts[0].proof, document.accounts[0].keys, b"\x60")
    assert evm_witness_v1.write(WitnessDocument(document.chain, document.block_hash, (given_,))).count(b"code") == 0


WRONG_VALUES: list[tuple[str, str, object, str]] = [
    ("witness", "/chain", "eip155:01", "decimal number"),
    ("witness", "/chain", 1, "not text"),
    ("witness", "/block", HASH[:-2], "31 bytes"),
    ("witness", "/block", HASH.upper(), "0x"),
    ("witness", "/accounts", {}, "not a list"),
    ("witness", "/accounts", [WITNESS["accounts"][1]] * 65, "at most 64"),
    ("witness", "/accounts/0/address", FIRST[:-1], "not an EVM address"),
    ("witness", "/accounts/0/address", "0x" + "AA" * 20, "lower case"),
    ("witness", "/accounts/0/accountProof", "0xf8", "not a list"),
    ("witness", "/accounts/0/accountProof", ["0xf8"] * 65, "at most 64"),
    ("witness", "/accounts/0/accountProof/0", "0x", "0 bytes"),
    ("witness", "/accounts/0/accountProof/0", "0x" + "00" * 1025, "expected 1 to 1024"),
    ("witness", "/accounts/0/storage", {KEY: []}, "not a list"),
    ("witness", "/accounts/0/storage", [{"key": KEY, "proof": []}] * 257, "at most 256"),
    ("witness", "/accounts/0/storage/0", [KEY, []], "not an object"),
    ("witness", "/accounts/0/storage/0/key", "0x00", "1 bytes"),
    ("witness", "/accounts/0/storage/0/key", "00" * 32, "begins with 0x"),
    ("witness", "/accounts/0/storage/0/key", 0, "not text"),
    ("witness", "/accounts/0/storage/0/proof/0", "0xF8", "lower-case"),
    ("code", "/code", "0x", "0 bytes"),
    ("code", "/code", "6080", "begins with 0x"),
    ("code", "/code", "0x608", "even number"),
    ("code", "/code", "0x60 80", "hexadecimal"),
    ("code", "/code", None, "not text"),
    ("code", "/code", ["0x6080"], "not text"),
    ("code", "/code", "0x" + "00" * (evm_code_v1.MAX_CODE + 1), "expected 1 to 65536"),
]


@pytest.mark.parametrize(("kind", "place", "value", "reason"), WRONG_VALUES)
def test_t86_a_wrong_value_is_refused_at_its_place(kind: str, place: str, value: object, reason: str) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        READ[kind](canonical(put(DOCUMENTS[kind], place, value)))
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/accounts", WITNESS["accounts"][::-1]),
        ("/accounts", WITNESS["accounts"][:1] * 2),
        ("/accounts/0/storage", SLOTS[::-1]),
        ("/accounts/0/storage", SLOTS[:1] * 2),
    ],
)
def test_t86_accounts_and_keys_ascend_so_that_one_witness_has_one_form(place: str, value: object) -> None:
    with pytest.raises(FormatError, match="out of order, or named twice") as caught:
        evm_witness_v1.read(canonical(put(WITNESS, place, value)))
    assert caught.value.place == f"{place}/1"


@KINDS
@pytest.mark.parametrize("member", ["code", "value", "balance", "codeHash", "storageHash", "result", "url", "address"])
def test_t60_t95_evidence_holds_no_values_that_are_not_proven(kind: str, member: str) -> None:
    if member not in DOCUMENTS[kind]:
        with pytest.raises(FormatError, match=f"unknown member '{member}'"):
            READ[kind](canonical({**DOCUMENTS[kind], member: HASH}))
    for place in ("/accounts/0", "/accounts/0/storage/0"):
        if kind == "witness" and member != "address":
            with pytest.raises(FormatError, match=f"unknown member '{member}'"):
                READ[kind](canonical(put(WITNESS, f"{place}/{member}", HASH)))


@KINDS
def test_a_member_left_out_is_missed(kind: str) -> None:
    for name in DOCUMENTS[kind]:
        with pytest.raises(FormatError):
            READ[kind](canonical({key: value for key, value in DOCUMENTS[kind].items() if key != name}))


@KINDS
def test_t70_another_version_is_refused_by_name(kind: str) -> None:
    newer = DOCUMENTS[kind]["mediaType"].replace(".v1+", ".v2+")
    with pytest.raises(UnsupportedVersionError):
        READ[kind](canonical({**DOCUMENTS[kind], "mediaType": newer}))


@KINDS
def test_t86_only_the_canonical_bytes_are_read(kind: str) -> None:
    data = canonical(DOCUMENTS[kind])
    spaced = json.dumps(DOCUMENTS[kind]).encode()
    for other in (spaced, data + b"\n", b" " + data, data.replace(b"0x", b"0X", 1), data[:-1], b"", b"\xff"):
        with pytest.raises(FormatError):
            READ[kind](other)


def test_t84_a_witness_has_a_cap_in_bytes() -> None:
    node = "0x" + "00" * evm_witness_v1.MAX_NODE
    large: Any = put(WITNESS, "/accounts/0/storage", [])
    large = put(large, "/accounts/0/accountProof", [node] * 64)
    assert len(evm_witness_v1.read(canonical(large)).accounts) == 2
    larger = put(large, "/accounts/1/accountProof", [node] * 64)
    assert len(canonical(larger)) > evm_witness_v1.MAX_BYTES
    with pytest.raises(FormatError, match="at most 262144 are read"):
        evm_witness_v1.read(canonical(larger))


def test_t84_the_limits_are_these_and_fit_the_evidence_list() -> None:
    assert evm_witness_v1.MAX_BYTES == evm_code_v1.MAX_BYTES == bundle_v1.MAX_EVIDENCE_BYTES == 2**18
    assert (evm_witness_v1.MAX_ACCOUNTS, evm_witness_v1.MAX_KEYS) == (64, 256)
    assert (evm_witness_v1.MAX_NODES, evm_witness_v1.MAX_NODE, evm_code_v1.MAX_CODE) == (64, 1024, 65_536)
    largest = evm_code_v1.write(b"\xff" * evm_code_v1.MAX_CODE)
    assert len(evm_code_v1.read(largest)) == evm_code_v1.MAX_CODE


@given(st.integers(0, len(canonical(WITNESS)) - 1), st.integers(0, 255))
def test_t42_a_changed_byte_is_refused_or_read_as_something_else(place: int, value: int) -> None:
    data = bytearray(canonical(WITNESS))
    data[place] = value
    try:
        found = evm_witness_v1.read(bytes(data))
    except FormatError:
        return
    assert evm_witness_v1.write(found) == bytes(data)
