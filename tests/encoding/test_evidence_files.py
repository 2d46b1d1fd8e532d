"""Evidence files: a header, an account proof, a control signature. Anything amiss in them is refused at its place."""

from __future__ import annotations

from typing import Any

import pytest

from por.encoding import control_signature_v1, evm_account_proof_v1, evm_header_v1, media_types
from por.encoding.digests import digest_of
from por.errors import FormatError, UnsupportedVersionError
from por.model import ChainId, Digest
from tests.documents import canonical, put

ADDRESS = "0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae"
HASH = "0x" + "ab" * 32
DOCUMENTS: dict[str, Any] = {
    "header": {"mediaType": media_types.EVM_HEADER, "chain": "eip155:1", "rlp": "0xf90100"},
    "account proof": {
        "mediaType": media_types.EVM_ACCOUNT_PROOF,
        "chain": "eip155:1",
        "block": HASH,
        "address": ADDRESS,
        "accountProof": ["0xf871", "0xf8"],
        "storageProofs": [["0xf8"], []],
    },
    "control signature": {
        "mediaType": media_types.CONTROL_SIGNATURE,
        "account": f"eip155:1:{ADDRESS}",
        "scheme": "eip191",
        "signature": "0x" + "11" * 65,
    },
}
READ = {
    "header": evm_header_v1.read,
    "account proof": evm_account_proof_v1.read,
    "control signature": control_signature_v1.read,
}
KINDS = pytest.mark.parametrize("kind", DOCUMENTS)


@KINDS
def test_each_is_read(kind: str) -> None:
    READ[kind](canonical(DOCUMENTS[kind]))


def test_what_is_read_is_what_is_there() -> None:
    assert evm_header_v1.read(canonical(DOCUMENTS["header"])) == (ChainId("eip155", "1"), b"\xf9\x01\x00")
    proof = evm_account_proof_v1.read(canonical(DOCUMENTS["account proof"]))
    assert (proof.block_hash, proof.proof.address) == (bytes.fromhex(HASH[2:]), ADDRESS)
    assert proof.proof.storage_nodes == ((b"\xf8",), ())
    assert control_signature_v1.read(canonical(DOCUMENTS["control signature"])).signature == b"\x11" * 65


WRONG_VALUES: list[tuple[str, str, object, str]] = [
    ("header", "/chain", "eip155:01", "decimal number"),
    ("header", "/rlp", "f90100", "begins with 0x"),
    ("header", "/rlp", "0xF90100", "lower-case"),
    ("header", "/rlp", "0x", "0 bytes"),
    ("header", "/rlp", "0xf", "even number"),
    ("header", "/rlp", "0x" + "00" * (evm_header_v1.MAX_RLP + 1), "expected 1 to 16384"),
    ("header", "/rlp", ["0xf9"], "not text"),
    ("account proof", "/block", HASH[:-2], "31 bytes"),
    ("account proof", "/block", HASH + "00", "33 bytes"),
    ("account proof", "/address", ADDRESS.upper().replace("0X", "0x"), "lower case"),
    ("account proof", "/address", f"eip155:1:{ADDRESS}", "not a CAIP-2"),
    ("account proof", "/address", f"1:{ADDRESS}", "not a CAIP-2"),
    ("account proof", "/address", "", "not an EVM address"),
    ("account proof", "/accountProof", "0xf871", "not a list"),
    ("account proof", "/accountProof", ["0xf8"] * 65, "at most 64"),
    ("account proof", "/accountProof/0", "0x", "0 bytes"),
    ("account proof", "/accountProof/0", "0x" + "00" * 1025, "expected 1 to 1024"),
    ("account proof", "/accountProof/1", "0x f8", "hexadecimal"),
    ("account proof", "/storageProofs", [[]] * 5, "at most 4"),
    ("account proof", "/storageProofs/0", {"key": HASH, "proof": ["0xf8"]}, "not a list"),
    ("account proof", "/storageProofs/0/0", None, "not text"),
    ("control signature", "/account", ADDRESS, "not a CAIP-2"),
    ("control signature", "/scheme", "e" * 33, "at most 32"),
    ("control signature", "/scheme", "eip191\u202e", "U\\+202E"),
    ("control signature", "/signature", "0x", "0 bytes"),
    ("control signature", "/signature", "0x" + "11" * 8193, "expected 1 to 8192"),
    ("control signature", "/signature", "11" * 65, "begins with 0x"),
]


@pytest.mark.parametrize(("kind", "place", "value", "reason"), WRONG_VALUES)
def test_a_wrong_value_is_refused_at_its_place(kind: str, place: str, value: object, reason: str) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        READ[kind](canonical(put(DOCUMENTS[kind], place, value)))
    assert caught.value.place == place


def test_t84_an_account_proof_has_a_cap_in_bytes_that_every_real_one_is_far_below() -> None:
    node = "0x" + "00" * evm_account_proof_v1.MAX_NODE
    large = {**DOCUMENTS["account proof"], "accountProof": [node] * 64, "storageProofs": [[node] * 64]}
    assert len(canonical(large)) > evm_account_proof_v1.MAX_BYTES == 256 * 2**10
    with pytest.raises(FormatError, match="at most 262144 are read"):
        evm_account_proof_v1.read(canonical(large))
    deep = {**DOCUMENTS["account proof"], "accountProof": [node] * 14, "storageProofs": [[node] * 14] * 4}
    assert len(evm_account_proof_v1.read(canonical(deep)).proof.storage_nodes) == 4


AT_THE_LIMIT: list[tuple[str, str, object]] = [
    ("header", "/rlp", "0x" + "00" * evm_header_v1.MAX_RLP),
    ("account proof", "/accountProof", ["0xf8"] * 64),
    ("account proof", "/accountProof/0", "0x" + "00" * 1024),
    ("account proof", "/storageProofs", [[]] * 4),
    ("control signature", "/scheme", "e" * 32),
    ("control signature", "/signature", "0x" + "11" * 8192),
]


@pytest.mark.parametrize(("kind", "place", "value"), AT_THE_LIMIT)
def test_a_value_at_its_limit_is_read(kind: str, place: str, value: object) -> None:
    READ[kind](canonical(put(DOCUMENTS[kind], place, value)))


@KINDS
@pytest.mark.parametrize(
    "member", ["slot", "key", "value", "balance", "storageHash", "challenge", "message", "url", "hash"]
)
def test_t95_evidence_holds_no_slot_no_challenge_and_no_address(kind: str, member: str) -> None:
    with pytest.raises(FormatError, match=f"unknown member '{member}'"):
        READ[kind](canonical({**DOCUMENTS[kind], member: HASH}))


@KINDS
def test_one_kind_is_not_read_as_another(kind: str) -> None:
    for other, read in READ.items():
        if other != kind:
            with pytest.raises(FormatError):
                read(canonical(DOCUMENTS[kind]))
            with pytest.raises(FormatError, match="a document of type"):
                read(canonical({**DOCUMENTS[other], "mediaType": DOCUMENTS[kind]["mediaType"]}))


@KINDS
def test_t70_another_version_is_refused_by_name(kind: str) -> None:
    newer = DOCUMENTS[kind]["mediaType"].replace(".v1+", ".v2+")
    with pytest.raises(UnsupportedVersionError):
        READ[kind](canonical({**DOCUMENTS[kind], "mediaType": newer}))


@KINDS
def test_t42_one_flipped_bit_is_another_digest(kind: str) -> None:
    data = canonical(DOCUMENTS[kind])
    digests = {digest_of(data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]) for i in range(len(data))}
    assert len(digests) == len(data)
    assert digest_of(data) not in digests


def test_a_digest_is_the_sha256_of_all_bytes() -> None:
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest_of(b"") == Digest.parse(empty)


def test_media_types_are_distinct_and_of_one_form() -> None:
    names = {name: value for name, value in vars(media_types).items() if name.isupper() and isinstance(value, str)}
    assert len(set(names.values())) == len(names)
    assert names.pop("DOCUMENT") == "application/vnd.por.document.v1", "of any form, so not +json"
    assert {value for name, value in names.items()} == {
        f"application/vnd.por.{name.lower().replace('_', '-')}.v1+json" for name in names
    }
    assert {*names.values(), media_types.DOCUMENT} >= media_types.EVIDENCE
