"""What real nodes answered about Ethereum mainnet, read as a source reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from por.chains.evm_answers import read_header, read_proof
from por.errors import DisagreementError, FormatError
from por.proofs.state.account import account_state, storage_value

BLOCK = "mainnet-21925176"
PRAGUE = "mainnet-22432262-prague"


def answer(vectors: Path, folder: str, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((vectors / "eth_getproof" / folder / name).read_text("utf-8"))
    return dict(document.get("result", document))


def test_a_real_block_hashes_to_its_hash(vectors: Path) -> None:
    block = answer(vectors, BLOCK, "block.json")
    header = read_header(block)
    assert "0x" + header.hash.hex() == block["hash"]
    assert header.number == 21_925_176


@pytest.mark.parametrize("name", ["stateRoot", "parentHash", "timestamp", "extraData", "parentBeaconBlockRoot"])
def test_t55_an_edited_real_block_does_not(vectors: Path, name: str) -> None:
    block = answer(vectors, BLOCK, "block.json")
    last = block[name][-1]
    block[name] = block[name][:-1] + ("0" if last != "0" else "1")
    with pytest.raises(DisagreementError, match="does not hash"):
        read_header(block)


@pytest.mark.parametrize("name", ["proof_deposit_contract_slot1.json", "proof_eoa_4838b106.json"])
def test_a_real_proof_proves_what_the_node_said_beside_it(vectors: Path, name: str) -> None:
    header = read_header(answer(vectors, BLOCK, "block.json"))
    told = answer(vectors, BLOCK, name)
    keys = [bytes.fromhex(entry["key"][2:]) for entry in told["storageProof"]]
    proof = read_proof(told, told["address"], keys)
    state = account_state(header.state_root, proof.address, proof.account_nodes)
    assert state.balance == int(told["balance"], 16)
    words = [storage_value(state.storage_root, *pair) for pair in zip(keys, proof.storage_nodes, strict=True)]
    assert words == [int(entry["value"], 16) for entry in told["storageProof"]]


def test_a_real_answer_with_three_keys_is_read_in_the_order_asked(vectors: Path) -> None:
    told = answer(vectors, PRAGUE, "proof_usdc_proxy_3slots.json")
    keys = [bytes.fromhex(entry["key"][2:]) for entry in told["storageProof"]]
    proof = read_proof(told, told["address"], keys)
    assert [len(nodes) for nodes in proof.storage_nodes] == [len(e["proof"]) for e in told["storageProof"]]
    for wrong in (keys[::-1], keys[:2], [*keys, keys[0]], []):
        with pytest.raises(FormatError):
            read_proof(told, told["address"], wrong)
