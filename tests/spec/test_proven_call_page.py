"""The page on proven calls: its example is what the code reads and computes, its figures are the code's."""

from __future__ import annotations

import re
import tomllib

import pytest
from eth_utils.crypto import keccak

from por.encoding import evm_code_v1, evm_header_v1, evm_witness_v1
from por.errors import UnsupportedEvidenceError
from por.model import AssetId, Call, CallMethod, TokenCall
from por.proofs.control.contract import APPROVAL
from por.proofs.state.call import proven_call
from por.proofs.state.header import header_from_rlp
from por.proofs.state.machine import GAS
from por.proofs.state.proven_state import LAST_RESERVED, UnprovenStateError
from por.proofs.state.token_call import CalledHolding, balance_call, called_holding
from scripts.proof_vectors.case import address
from tests import pages
from tests.proofs.state.contracts import Account, World, word

PAGE = "proven-call.md"
HOLDER = "0x" + "11" * 20


def test_the_example_is_what_the_code_reads_writes_and_computes() -> None:
    blocks = {name: text.rstrip("\n") for name, text in pages.blocks(PAGE).items()}
    chain, encoded = evm_header_v1.read(blocks["json evm-header"].encode())
    header = header_from_rlp(encoded)
    witness = evm_witness_v1.read(blocks["json evm-witness"].encode())
    code = evm_code_v1.read(blocks["json evm-code"].encode())
    assert evm_witness_v1.write(witness).decode() == blocks["json evm-witness"]
    assert evm_code_v1.write(code).decode() == blocks["json evm-code"]
    assert (witness.chain, witness.block_hash) == (chain, header.hash)
    row = tomllib.loads(blocks["toml call"])["call"][0]
    accepts = TokenCall(
        AssetId.parse(row["asset"]),
        tuple(bytes.fromhex(text[2:]) for text in row["codes"]),
        CallMethod(row["method"]),
        None,
    )
    (account,) = witness.accounts
    given = [type(account)(account.proof, account.keys, code)]
    token = account.proof.address
    held = called_holding(accepts, HOLDER, chain, header, given)
    assert held == CalledHolding(1_250_000_000, None, ((token, keccak(code)),))
    text = pages.text(PAGE)
    for said in (header.hash.hex(), keccak(code).hex(), balance_call(token, HOLDER).data.hex()):
        assert f"`0x{said}`" in text
    assert "1250000000 base units" in text
    with pytest.raises(UnprovenStateError):
        proven_call(chain, header, given, balance_call(token, token))


def test_the_page_gives_the_codes_figures() -> None:
    text = pages.text(PAGE)
    assert f"{GAS:,} gas" in text
    assert f"1 to 0x{LAST_RESERVED:x} " in text
    assert f"1 to {evm_code_v1.MAX_CODE} bytes" in text
    assert f"At most {evm_witness_v1.MAX_BYTES} bytes" in text
    assert f"at most {evm_witness_v1.MAX_ACCOUNTS}, ascending" in text
    assert f"at most {evm_witness_v1.MAX_KEYS} words" in text
    assert bytes.fromhex("1626ba7e") + bytes(28) == APPROVAL
    assert "exactly `0x1626ba7e` and 28 zero bytes" in text


def test_the_table_of_rules_is_the_codes() -> None:
    rows = re.findall(r"^\| (\d+)(?:, difficulty (?:not )?0)? \| (\w+) \|$", pages.text(PAGE), re.MULTILINE)
    assert rows == [("16", "London"), ("16", "Paris"), ("17", "Shanghai"), ("20", "Cancun"), ("21", "Prague")]
    for fields in range(15, 22):
        world = World({"contract": Account(word(1))}, fields)
        call = Call(address("contract"), b"")
        if str(fields) in dict(rows):
            assert world.calls(call)[0].output == (1).to_bytes(32, "big")
        else:
            with pytest.raises(UnsupportedEvidenceError):
                world.calls(call)


def test_every_step_that_the_code_names_is_on_the_page() -> None:
    steps = set(re.findall(r"^- \*\*([A-Z]\d)\*\* ", pages.text(PAGE), re.MULTILINE))
    assert steps == {
        f"{letter}{n}" for letter, last in (("W", 4), ("E", 6), ("B", 6), ("K", 8)) for n in range(1, last + 1)
    }
