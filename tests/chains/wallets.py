"""Signs transactions for tests as eth-account, which wallets use, signs them."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from por.chains.embedded import EmbeddedChain
from por.model import Instant
from tests.components import rpc

GENESIS = Instant.parse("2026-11-01T00:00:00Z")
ALICE: LocalAccount = Account.from_key(b"\x01" * 32)
BOB: LocalAccount = Account.from_key(b"\x02" * 32)
NOBODY: LocalAccount = Account.from_key(b"\x03" * 32)
GWEI = 10**9


def rich_chain(**options: Any) -> EmbeddedChain:
    """Begin a chain on which ALICE and BOB have a hundred coins each, in block 1."""
    chain = EmbeddedChain(GENESIS, **options)
    for account in (ALICE, BOB):
        chain.fund(account.address.lower(), 100 * 10**18)
    chain.mine()
    return chain


def transaction(chain: EmbeddedChain, **members: Any) -> dict[str, Any]:
    """Write a payment of one wei with a fee of two parts; a member that is None is left out."""
    default: dict[str, Any] = {
        "chainId": int(chain.chain.reference),
        "nonce": 0,
        "to": "0x" + "b2" * 20,
        "value": 1,
        "gas": 21_000,
        "maxFeePerGas": 3 * GWEI,
        "maxPriorityFeePerGas": GWEI,
    }
    written = {name: value for name, value in (default | members).items() if value is not None}
    if "to" in written:
        written["to"] = to_checksum_address(written["to"])
    return written


def legacy(chain: EmbeddedChain, **members: Any) -> dict[str, Any]:
    """Write a payment with a gas price."""
    return transaction(chain, **({"maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 3 * GWEI} | members))


def raw(written: dict[str, Any], signer: LocalAccount = ALICE) -> str:
    """Sign."""
    return str(signer.sign_transaction(written).raw_transaction.to_0x_hex())


def put(url: str, written: dict[str, Any], signer: LocalAccount = ALICE) -> str:
    """Sign and send; return the hash."""
    return str(rpc(url, "eth_sendRawTransaction", raw(written, signer)))
