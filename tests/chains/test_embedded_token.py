"""The example token: what it keeps where, and the calls that change it."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from por.chains.embedded import EmbeddedChain
from por.chains.embedded import token as embedded_token
from por.chains.embedded.token import (
    TOKEN_BASE_SLOT,
    TOKEN_CODE_HASH,
    TOKEN_CREATION_CODE,
    TOKEN_DECIMALS,
    mint_data,
    transfer_data,
)
from por.errors import FormatError, UnavailableError
from por.model import Instant
from tests.components import rpc

ALICE = "0x" + "a1" * 20
FAUCET = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"  # the account of private key 1


def balances(chain: EmbeddedChain, token: str, *holders: str) -> list[int]:
    slots = [keccak(bytes(12) + bytes.fromhex(holder[2:]) + TOKEN_BASE_SLOT.to_bytes(32, "big")) for holder in holders]
    with chain.serve() as url:
        answer = rpc(url, "eth_getProof", token, ["0x" + slot.hex() for slot in slots], "latest")
    return [int(entry["value"], 16) for entry in answer["storageProof"]]


def test_minting_and_moving() -> None:
    chain = EmbeddedChain(Instant(1_800_000_000))
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.send(token, mint_data(FAUCET, 1000))
    chain.send(token, transfer_data(ALICE, 400))
    chain.mine()
    assert chain.account(token).code_hash == TOKEN_CODE_HASH
    assert balances(chain, token, FAUCET, ALICE) == [600, 400]


@pytest.mark.parametrize("data", [transfer_data(ALICE, 1), b"", b"\x00" * 4, mint_data(ALICE, 1)[:-32]])
def test_a_call_it_does_not_allow_fails(data: bytes) -> None:
    chain = EmbeddedChain(Instant(1_800_000_000))
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.mine()
    chain.send(token, data)
    with pytest.raises(UnavailableError):
        chain.mine()


def test_a_total_does_not_overflow() -> None:
    chain = EmbeddedChain(Instant(1_800_000_000))
    token = chain.deploy(TOKEN_CREATION_CODE)
    chain.send(token, mint_data(ALICE, 2**256 - 1))
    chain.send(token, mint_data(ALICE, 1))
    with pytest.raises(UnavailableError, match="1 of 3"):
        chain.mine()


def test_calldata_is_selector_and_two_words() -> None:
    assert mint_data(ALICE, 7) == keccak(b"mint(address,uint256)")[:4] + bytes(12) + b"\xa1" * 20 + bytes(31) + b"\7"
    assert transfer_data(ALICE, 0)[:4] == keccak(b"transfer(address,uint256)")[:4]


@pytest.mark.parametrize("address", ["", "0x", "alice", ALICE[:-2], ALICE + "00", "0x" + "zz" * 20])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(FormatError, match="not an EVM address"):
        mint_data(address, 1)


@pytest.mark.parametrize("units", [-1, 2**256])
def test_an_amount_that_is_none_is_refused(units: int) -> None:
    with pytest.raises(FormatError, match="an amount of a token"):
        transfer_data(ALICE, units)


def test_the_source_stands_beside_the_code_and_says_the_same() -> None:
    text = Path(embedded_token.__file__).with_suffix(".sol").read_text("utf-8")
    assert f"uint8 public constant decimals = {TOKEN_DECIMALS};" in text
    assert f"balanceOf; // slot {TOKEN_BASE_SLOT}" in text
    assert "pragma solidity 0.8.37;" in text
