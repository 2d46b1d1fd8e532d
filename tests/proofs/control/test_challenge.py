"""The challenge, byte for byte: each field is in it, and no two challenges have one text or one digest."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from por.errors import FormatError
from por.model import ChainAccount, ChainId, Challenge
from por.proofs.control.challenge import challenge_text, challenge_typed_data

ADDRESS = "0x5db4b426662a4f77adae28f4028466261e3cab30"
CHALLENGE = Challenge(
    issuer="exchange.example",
    snapshot="exchange.example@2026-11-01T00:00:00Z",
    account=ChainAccount.parse(f"eip155:1:{ADDRESS}"),
    block_number=23_700_000,
    block_hash=bytes(range(32)),
    expires="2026-11-08T00:00:00Z",
)
TEXT = """\
Signing shows control of this account for the proof of reserves of exchange.example. \
It moves no funds and approves no transaction.

por control proof v1
issuer: exchange.example
snapshot: exchange.example@2026-11-01T00:00:00Z
account: eip155:1:0x5db4b426662a4f77adae28f4028466261e3cab30
block number: 23700000
block hash: 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
expires: 2026-11-08T00:00:00Z"""

OTHERS = [
    replace(CHALLENGE, issuer="other.example", snapshot="other.example@2026-11-01T00:00:00Z"),
    replace(CHALLENGE, snapshot="exchange.example@2026-11-01T00:00:01Z"),
    replace(CHALLENGE, account=ChainAccount.parse(f"eip155:1:{ADDRESS[:-1]}1")),
    replace(CHALLENGE, account=ChainAccount.parse(f"eip155:10:{ADDRESS}")),
    replace(CHALLENGE, block_number=23_700_001),
    replace(CHALLENGE, block_hash=bytes(32)),
    replace(CHALLENGE, expires="2026-11-08T00:00:01Z"),
]


def typed_digest(challenge: Challenge) -> bytes:
    message = encode_typed_data(full_message=challenge_typed_data(challenge))
    digest: bytes = keccak(b"\x19" + message.version + message.header + message.body)
    return digest


def word(value: int | bytes) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\x00")


def slow_digest(challenge: Challenge) -> bytes:
    """EIP-712 by hand, for this one type."""
    domain_type = b"EIP712Domain(string name,string version,uint256 chainId)"
    kind = (
        b"ControlProof(string statement,string issuer,string snapshot,string account,uint256 blockNumber,"
        b"bytes32 blockHash,string expires)"
    )
    domain = [
        keccak(domain_type),
        keccak(b"por control proof"),
        keccak(b"1"),
        word(int(challenge.account.chain.reference)),
    ]
    statement = (
        f"Signing shows control of this account for the proof of reserves of {challenge.issuer}. "
        "It moves no funds and approves no transaction."
    )
    texts = [
        keccak(text.encode()) for text in (statement, challenge.issuer, challenge.snapshot, str(challenge.account))
    ]
    message = [
        keccak(kind),
        *texts,
        word(challenge.block_number),
        challenge.block_hash,
        keccak(challenge.expires.encode()),
    ]
    digest: bytes = keccak(b"\x19\x01" + keccak(b"".join(domain)) + keccak(b"".join(message)))
    return digest


def test_the_text_is_this_byte_for_byte() -> None:
    assert challenge_text(CHALLENGE) == TEXT
    assert TEXT.isascii()
    assert not TEXT.endswith("\n")


def test_the_first_line_says_what_signing_does_and_does_not() -> None:
    first = challenge_text(CHALLENGE).split("\n")[0]
    assert "shows control of this account" in first
    assert "proof of reserves of exchange.example" in first
    assert "moves no funds" in first


@pytest.mark.parametrize("challenge", [CHALLENGE, *OTHERS])
def test_the_typed_data_hashes_as_eip712_says(challenge: Challenge) -> None:
    assert typed_digest(challenge) == slow_digest(challenge)


def test_the_typed_data_is_of_the_accounts_chain_and_says_what_signing_does() -> None:
    data = challenge_typed_data(CHALLENGE)
    assert data["domain"] == {"name": "por control proof", "version": "1", "chainId": 1}
    assert data["primaryType"] == "ControlProof"
    message = data["message"]
    assert isinstance(message, dict)
    assert message["statement"] == TEXT.split("\n", maxsplit=1)[0]
    assert message["account"] == str(CHALLENGE.account)


def test_t43_every_field_is_bound_by_both_schemes() -> None:
    assert {name.name for name in fields(Challenge)} == {
        *("issuer", "snapshot", "account", "block_number", "block_hash", "expires")
    }
    everything = [CHALLENGE, *OTHERS]
    assert len({challenge_text(one) for one in everything}) == len(everything)
    assert len({typed_digest(one) for one in everything}) == len(everything)


def test_t53_a_test_network_has_another_challenge() -> None:
    there = replace(CHALLENGE, account=ChainAccount.parse(f"eip155:11155111:{ADDRESS}"))
    assert "account: eip155:11155111:0x" in challenge_text(there)
    assert typed_digest(there) != typed_digest(CHALLENGE)


MALFORMED = [
    {"issuer": ""},
    {"issuer": "Exchange.example"},
    {"issuer": "exchange.example\nsnapshot: x"},
    {"issuer": "exchange example"},
    {"snapshot": ""},
    {"snapshot": "exchange.example"},
    {"snapshot": "exchange.example@now"},
    {"snapshot": "exchange.example@2026-02-30T00:00:00Z"},
    {"snapshot": "other.example@2026-11-01T00:00:00Z"},
    {"snapshot": "exchange.example@2026-11-01T00:00:00Z\naccount: x"},
    {"snapshot": "exchange.example@2026-11-01T00:00:00Z@"},
    {"expires": ""},
    {"expires": "never"},
    {"expires": "2026-11-08T00:00:00Z\n"},
    {"block_hash": bytes(31)},
    {"block_hash": bytes(33)},
    {"block_number": -1},
    {"account": ChainAccount(ChainId("eip155", "1"), ADDRESS.upper())},
    {"account": ChainAccount(ChainId("eip155", "1"), ADDRESS + "\nblock number: 1")},
    {"account": ChainAccount(ChainId("eip155", "01"), ADDRESS)},
    {"account": ChainAccount(ChainId("", ""), ADDRESS)},
]


@pytest.mark.parametrize("changes", MALFORMED)
def test_t43_a_field_that_could_hold_a_line_of_another_is_refused(changes: dict[str, object]) -> None:
    challenge = replace(CHALLENGE, **changes)  # type: ignore[arg-type]
    for write in (challenge_text, challenge_typed_data):
        with pytest.raises(FormatError):
            write(challenge)


def test_an_account_of_another_kind_of_chain_has_a_text_and_no_typed_data() -> None:
    chain = "bip122:000000000019d6689c085ae165831e93"
    challenge = replace(CHALLENGE, account=ChainAccount.parse(f"{chain}:bc1qexample"))
    assert f"account: {chain}:bc1qexample\n" in challenge_text(challenge)
    with pytest.raises(FormatError, match="for EVM accounts"):
        challenge_typed_data(challenge)


@pytest.mark.parametrize("module", ["por.proofs.control.challenge", "por.proofs.control.evm"])
def test_writing_challenges_does_not_load_eth_account(module: str) -> None:
    program = f"import sys, {module}; print('eth_account' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
