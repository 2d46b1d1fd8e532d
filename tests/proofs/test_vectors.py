"""Every vector of scripts/vectors_proofs.py, run against the code under test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from por import errors
from por.model import (
    AccountProof,
    AssetId,
    ChainAccount,
    Challenge,
    Implementation,
    KeyOrder,
    TokenLayout,
)
from por.proofs.control.challenge import challenge_text, challenge_typed_data
from por.proofs.control.evm import signer
from por.proofs.signed_note import VerifierKey, read_bundle_note_text, signers
from por.proofs.state.account import account_state, storage_value
from por.proofs.state.header import header_from_rlp, header_rlp
from por.proofs.state.tokens import token_holding
from scripts.vectors_proofs import cases

Json = dict[str, Any]

CASES = dict(cases())


def data(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def nodes(texts: list[str]) -> list[bytes]:
    return [data(text) for text in texts]


def read_header(given: Json) -> Json:
    header = header_from_rlp(data(given["rlp"]))
    return {
        "hash": "0x" + header.hash.hex(),
        "parentHash": "0x" + header.parent_hash.hex(),
        "stateRoot": "0x" + header.state_root.hex(),
        "number": header.number,
        "timestamp": header.timestamp,
    }


def write_header(given: Json) -> Json:
    return {"rlp": "0x" + header_rlp(given["block"]).hex()}


def read_account(given: Json) -> Json:
    account = account_state(data(given["stateRoot"]), given["address"], nodes(given["nodes"]))
    return {
        "nonce": account.nonce,
        "balance": str(account.balance),
        "storageRoot": "0x" + account.storage_root.hex(),
        "codeHash": "0x" + account.code_hash.hex(),
        "exists": account.exists,
    }


def read_word(given: Json) -> Json:
    return {"value": str(storage_value(data(given["storageRoot"]), data(given["key"]), nodes(given["nodes"])))}


def read_token(given: Json) -> Json:
    row = given["layout"]
    pinned = row["implementation"]
    layout = TokenLayout(
        asset=AssetId.parse(row["asset"]),
        code_hash=data(row["codeHash"]),
        base_slot=row["baseSlot"],
        order=KeyOrder(row["order"]),
        mask=int(row["mask"], 16),
        implementation=Implementation(data(pinned["slot"]), data(pinned["codeHash"])) if pinned else None,
    )
    proofs = [
        AccountProof(
            item["address"], tuple(nodes(item["accountProof"])), tuple(tuple(nodes(p)) for p in item["storageProofs"])
        )
        for item in given["proofs"]
    ]
    holding = token_holding(layout, given["holder"], data(given["stateRoot"]), proofs)
    return {"units": str(holding.units), "flags": hex(holding.flags)}


def recover(given: Json) -> Json:
    of = given["challenge"]
    chain, _, address = of["account"].rpartition(":")
    challenge = Challenge(
        issuer=of["issuer"],
        snapshot=of["snapshot"],
        account=ChainAccount(ChainAccount.parse(f"{chain}:0x{'0' * 40}").chain, address),
        block_number=of["blockNumber"],
        block_hash=data(of["blockHash"]),
        expires=of["expires"],
    )
    signed_by = signer(challenge, given["scheme"], data(given["signature"]))
    return {
        "signer": signed_by,
        "isAccount": signed_by == challenge.account.address,
        "text": challenge_text(challenge),
        "typedData": challenge_typed_data(challenge),
    }


def open_note(given: Json) -> Json:
    contents = signers(given["note"], [VerifierKey.parse(key) for key in given["keys"]])
    return {"text": contents.text, "names": list(contents.names)}


def read_key(given: Json) -> Json:
    key = VerifierKey.parse(given["key"])
    assert str(key) == given["key"]
    return {"name": key.name, "id": key.id.hex(), "public": key.public.hex()}


def read_text(given: Json) -> Json:
    note = read_bundle_note_text(given["text"])
    return {
        "issuer": note.issuer,
        "snapshot": note.snapshot,
        "digest": str(note.bundle_digest),
        "root": note.commitments_root.hex(),
        "caseRule": str(note.case_rule),
    }


READERS: dict[str, Callable[[Json], Json]] = {
    "rlp": read_header,
    "block": write_header,
    "layout": read_token,
    "address": read_account,
    "storageRoot": read_word,
    "challenge": recover,
    "note": open_note,
    "key": read_key,
    "text": read_text,
}


def run(given: Json) -> Json:
    return next(read for name, read in READERS.items() if name in given)(given)


@pytest.mark.parametrize("path", CASES)
def test_vector(path: str) -> None:
    given, expect = CASES[path]["input"], CASES[path]["expect"]
    if "error" in expect:
        with pytest.raises(getattr(errors, expect["error"])) as caught:
            run(given)
        assert type(caught.value).__name__ == expect["error"]
        return
    found = run(given)
    assert {name: found[name] for name in expect} == expect


def test_two_thirds_of_the_vectors_are_negative_in_each_family() -> None:
    for family in {path.partition("/")[0] for path in CASES}:
        paths = [path for path in CASES if path.startswith(f"{family}/")]
        assert 3 * sum(path.endswith("_fail.json") for path in paths) >= 2 * len(paths), family


def test_vectors_are_made_again_byte_for_byte() -> None:
    assert dict(cases()) == CASES
    assert len(list(cases())) == len(CASES)


def test_every_vector_says_what_it_shows() -> None:
    for path, content in CASES.items():
        assert list(content) == ["description", "threat", "input", "expect"], path
        is_negative = "error" in content["expect"] or content["expect"].get("isAccount") is False
        assert path.endswith("_fail.json") == is_negative, path
