"""Contract wallets on a real node: deployed, and signed for as their owners' programs do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from eth_utils.abi import function_abi_to_4byte_selector, get_abi_input_types
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests import components
from tests.components import rpc
from tests.contracts.chain import artifact
from tests.end_to_end.anvil_story import CHAIN, Story, address, private_key

MAGIC_6492 = bytes.fromhex("6492" * 16)
CHAIN_NUMBER = int(CHAIN.partition(":")[2])
NOBODY = "0x" + "00" * 20


@cache
def safe_artifact(name: str) -> dict[str, Any]:
    """Read a contract of the Safe as its authors compiled it."""
    compiled: dict[str, Any] = json.loads((components.safe() / f"{name}.json").read_text("utf-8"))
    return compiled


def deploy(story: Story, name: str, *arguments: object) -> str:
    """Deploy a test contract; return its lower-case address."""
    compiled = artifact(name)
    made = [each for each in compiled["abi"] if each["type"] == "constructor"]
    types = get_abi_input_types(made[0]) if made else []
    return story.send(data=compiled["bytecode"] + encode(types, arguments).hex()).lower()


def calldata(compiled: dict[str, Any], function: str, *arguments: object) -> str:
    """Write what a contract is called with."""
    (found,) = [each for each in compiled["abi"] if each["type"] == "function" and each["name"] == function]
    return "0x" + (function_abi_to_4byte_selector(found) + encode(get_abi_input_types(found), arguments)).hex()


def call(story: Story, contract: str, name: str, function: str, *arguments: object, wei: int = 0) -> None:
    """Call a test contract in a block of its own."""
    story.send(to=contract, data=calldata(artifact(name), function, *arguments), value=hex(wei))


def ask(story: Story, contract: str, name: str, function: str, *arguments: object) -> bytes:
    """Ask a test contract."""
    question = {"to": contract, "data": calldata(artifact(name), function, *arguments)}
    return bytes.fromhex(rpc(story.url, "eth_call", question, "latest")[2:])


def digest(message: SignableMessage) -> bytes:
    """Hash a message as EIP-191 has it."""
    hashed: bytes = keccak(b"\x19" + message.version + message.header + message.body)
    return hashed


def challenge(story: Story, account: str, *, typed: bool = False) -> bytes:
    """Return the digest of an account's challenge, out of the file that its holder gets."""
    stem = story.snapshot / "challenges" / f"{CHAIN}:{account}".replace(":", "_")
    if typed:
        return digest(encode_typed_data(full_message=json.loads(stem.with_suffix(".json").read_text())))
    return digest(encode_defunct(text=stem.with_suffix(".txt").read_text()))


def signed_digest(name: str, hashed: bytes) -> bytes:
    """Sign 32 bytes by a throw-away key."""
    return bytes(Account.unsafe_sign_hash(hashed, private_key(name)).signature)


class Safes:
    """The Safe's own contracts, on one node."""

    def __init__(self, story: Story) -> None:
        self.story = story
        names = ("Safe", "SafeProxyFactory", "CompatibilityFallbackHandler")
        self.singleton, self.factory, self.handler = (
            story.send(data=safe_artifact(name)["bytecode"]).lower() for name in names
        )

    def make(self, owners: Sequence[str], threshold: int, salt: int = 0) -> str:
        """Make a Safe of these owners; return its address."""
        holders = [to_checksum_address(address(name)) for name in owners]
        setup = calldata(
            safe_artifact("Safe"), "setup", holders, threshold, NOBODY, b"", self.handler, NOBODY, 0, NOBODY
        )
        return self.proxy(self.singleton, bytes.fromhex(setup[2:]), salt)

    def proxy(self, singleton: str, setup: bytes = b"", salt: int = 0) -> str:
        """Let the factory make a proxy of a contract; return its address."""
        data = calldata(safe_artifact("SafeProxyFactory"), "createProxyWithNonce", singleton, setup, salt)
        said = rpc(self.story.url, "eth_call", {"to": self.factory, "data": data}, "latest")
        self.story.send(to=self.factory, data=data)
        return f"0x{said[-40:]}"

    def signature(self, safe: str, hashed: bytes, owners: Sequence[str]) -> bytes:
        """Let owners sign the SafeMessage about a digest, joined by ascending address."""
        message = {
            "types": {
                "EIP712Domain": [
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"},
                ],
                "SafeMessage": [{"name": "message", "type": "bytes"}],
            },
            "primaryType": "SafeMessage",
            "domain": {"chainId": CHAIN_NUMBER, "verifyingContract": safe},
            "message": {"message": hashed},
        }
        whole = digest(encode_typed_data(full_message=message))
        return b"".join(signed_digest(name, whole) for name in sorted(owners, key=address))


class Counterfactual:
    """A wallet that is not deployed yet at an address that is known (EIP-6492)."""

    def __init__(self, story: Story, factory: str, owner: str, salt: int = 0) -> None:
        self.story, self.factory, self.owner, self.salt = story, factory, owner, salt.to_bytes(32)
        said = ask(story, factory, "WalletFactory", "addressOf", address(owner), self.salt)
        self.address = f"0x{said[-20:].hex()}"

    @property
    def creation(self) -> bytes:
        """Return what the factory is called with."""
        return bytes.fromhex(calldata(artifact("WalletFactory"), "create", address(self.owner), self.salt)[2:])

    def deploy(self) -> None:
        """Let it stand from the next block on."""
        self.story.send(to=self.factory, data="0x" + self.creation.hex())

    def wrapped(self, signature: bytes) -> bytes:
        """Wrap a signature with what creates the wallet that is to judge it."""
        return encode(["address", "bytes", "bytes"], [self.factory, self.creation, signature]) + MAGIC_6492


def delegate(story: Story, name: str, code: str) -> None:
    """Let a key's account run a contract's code from the next block on (EIP-7702)."""
    key, holder = private_key(name), address(name)
    nonce = int(rpc(story.url, "eth_getTransactionCount", holder, "latest"), 16)
    said = {"chainId": CHAIN_NUMBER, "address": to_checksum_address(code)}
    authorization = Account.sign_authorization({**said, "nonce": nonce + 1}, key)
    transaction = {
        "type": 4,
        "chainId": CHAIN_NUMBER,
        "nonce": nonce,
        "to": to_checksum_address(holder),
        "value": 0,
        "gas": 200_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 0,
        "authorizationList": [authorization],
    }
    raw = Account.sign_transaction(transaction, key).raw_transaction
    story.next_block_at()
    story.receipt(rpc(story.url, "eth_sendRawTransaction", "0x" + bytes(raw).hex()))
