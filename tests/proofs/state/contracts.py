"""Contracts of a few instructions, a state with them, and witnesses of any part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import rlp
from eth_utils.crypto import keccak

from por.model import AccountProof, Call, ChainId, Header, Witness
from por.proofs.state.call import CallOutcome, proven_calls
from por.proofs.state.header import header_from_rlp
from scripts.proof_vectors.case import EMPTY_ROOT, address, number
from scripts.proof_vectors.state import State

CHAIN = ChainId("eip155", "1")
NUMBER, TIMESTAMP, GAS_LIMIT, BASE_FEE = 1000, 1_746_612_347, 36_000_000, 7
COINBASE, RANDOM, PARENT = b"\xcb" * 20, b"\x4a" * 32, b"\x9a" * 32

_CODES = {
    "STOP": 0x00,
    "ADD": 0x01,
    "MUL": 0x02,
    "SUB": 0x03,
    "DIV": 0x04,
    "EQ": 0x14,
    "ISZERO": 0x15,
    "BYTE": 0x1A,
    "SHL": 0x1B,
    "SHR": 0x1C,
    "CLZ": 0x1E,
    "SHA3": 0x20,
    "ADDRESS": 0x30,
    "BALANCE": 0x31,
    "ORIGIN": 0x32,
    "CALLER": 0x33,
    "CALLDATALOAD": 0x35,
    "CALLDATASIZE": 0x36,
    "CALLDATACOPY": 0x37,
    "CODECOPY": 0x39,
    "GASPRICE": 0x3A,
    "EXTCODESIZE": 0x3B,
    "EXTCODECOPY": 0x3C,
    "RETURNDATASIZE": 0x3D,
    "RETURNDATACOPY": 0x3E,
    "EXTCODEHASH": 0x3F,
    "BLOCKHASH": 0x40,
    "COINBASE": 0x41,
    "TIMESTAMP": 0x42,
    "NUMBER": 0x43,
    "PREVRANDAO": 0x44,
    "GASLIMIT": 0x45,
    "CHAINID": 0x46,
    "SELFBALANCE": 0x47,
    "BASEFEE": 0x48,
    "BLOBHASH": 0x49,
    "BLOBBASEFEE": 0x4A,
    "POP": 0x50,
    "MLOAD": 0x51,
    "MSTORE": 0x52,
    "MSTORE8": 0x53,
    "SLOAD": 0x54,
    "SSTORE": 0x55,
    "JUMP": 0x56,
    "JUMPI": 0x57,
    "GAS": 0x5A,
    "JUMPDEST": 0x5B,
    "TLOAD": 0x5C,
    "TSTORE": 0x5D,
    "PUSH0": 0x5F,
    "DUP1": 0x80,
    "SWAP1": 0x90,
    "CREATE": 0xF0,
    "CALL": 0xF1,
    "RETURN": 0xF3,
    "DELEGATECALL": 0xF4,
    "CREATE2": 0xF5,
    "STATICCALL": 0xFA,
    "REVERT": 0xFD,
    "INVALID": 0xFE,
    "SELFDESTRUCT": 0xFF,
}


def asm(*parts: str | int | bytes) -> bytes:
    """Assemble: names of instructions, numbers and bytes to push, `:label` to jump to and `@label` to push."""
    places = dict(_labels(parts))
    return b"".join(_encoded(part, places) for part in parts)


def _labels(parts: tuple[str | int | bytes, ...]) -> list[tuple[str, int]]:
    found, place = [], 0
    for part in parts:
        if isinstance(part, str) and part.startswith(":"):
            found.append(("@" + part[1:], place))
        place += len(_encoded(part, {}))
    return found


def _encoded(part: str | int | bytes, places: Mapping[str, int]) -> bytes:
    if isinstance(part, str):
        if part.startswith("@"):
            return b"\x61" + places.get(part, 0).to_bytes(2, "big")
        return bytes([_CODES["JUMPDEST" if part.startswith(":") else part]])
    data = part.to_bytes(max(1, (part.bit_length() + 7) // 8), "big") if isinstance(part, int) else part
    return bytes([0x5F + len(data)]) + data


def word(*parts: str | int | bytes) -> bytes:
    """Assemble code that returns the word these instructions leave on the stack."""
    return asm(*parts, 0, "MSTORE", 32, 0, "RETURN")


def at(name: str) -> bytes:
    return bytes.fromhex(address(name)[2:])


def key(slot: int) -> bytes:
    return slot.to_bytes(32, "big")


def balance_slot(holder: str, base: int = 9) -> int:
    return int.from_bytes(keccak(bytes.fromhex(holder[2:]).rjust(32, b"\0") + key(base)))


_SLOT_OF_ARGUMENT: tuple[str | int, ...] = (4, "CALLDATALOAD", 0, "MSTORE", 9, 32, "MSTORE", 64, 0, "SHA3", "SLOAD")

# balanceOf: the word of the holder; or shares times the index in slot 1, over a thousand.
TOKEN = word(*_SLOT_OF_ARGUMENT)
REBASING = word(1000, 1, "SLOAD", *_SLOT_OF_ARGUMENT, "MUL", "DIV")
VAULT = asm(
    *(0, "CALLDATALOAD", 224, "SHR", bytes.fromhex("07a2d13a"), "EQ", "@convert", "JUMPI"),
    *(*_SLOT_OF_ARGUMENT, "@end", "JUMP"),
    *(":convert", 1000, 1, "SLOAD", 4, "CALLDATALOAD", "MUL", "DIV", ":end", 0, "MSTORE", 32, 0, "RETURN"),
)
# Runs, on its own storage, the code of the account that slot 0 names.
PROXY = asm(
    *("CALLDATASIZE", 0, 0, "CALLDATACOPY", 0, 0, "CALLDATASIZE", 0, 0, "SLOAD", "GAS", "DELEGATECALL"),
    *("POP", "RETURNDATASIZE", 0, 0, "RETURNDATACOPY", "RETURNDATASIZE", 0, "RETURN"),
)
# Creates what it is sent, at an address that follows from it (CREATE2 with salt 0).
FACTORY = asm(
    *("CALLDATASIZE", 0, 0, "CALLDATACOPY", 0, "CALLDATASIZE", 0, 0, "CREATE2", 0, "MSTORE", 32, 0, "RETURN"),
)


def created_address(init: bytes) -> str:
    return "0x" + keccak(b"\xff" + at("factory") + bytes(32) + keccak(init))[12:].hex()


def deployment(runtime: bytes, words: Mapping[int, int] | None = None) -> tuple[str, bytes]:
    """Return the address that the factory gives to code with these words in its storage, and what to send it."""
    setting = b"".join(asm(value, slot, "SSTORE") for slot, value in (words or {}).items())
    size = len(runtime).to_bytes(2, "big")
    place = (len(setting) + 15).to_bytes(2, "big")
    init = setting + asm(size, place, 0, "CODECOPY", size, 0, "RETURN") + runtime
    return created_address(init), init


@dataclass
class Account:
    """What a test's account has."""

    code: bytes = b""
    words: dict[int, int] = field(default_factory=dict)
    balance: int = 0
    nonce: int = 1


class World:
    """A block whose state has some accounts."""

    def __init__(self, accounts: Mapping[str, Account], fields: int = 21, difficulty: int = 0) -> None:
        self.accounts = {address(name): account for name, account in accounts.items()}
        self.state = State()
        self.roots: dict[str, bytes] = {}
        for who, account in self.accounts.items():
            words = {key(slot): rlp.encode(number(value)) for slot, value in account.words.items() if value}
            self.roots[who] = self.state.storage(words) if words else EMPTY_ROOT
            row = [number(account.nonce), number(account.balance), self.roots[who], keccak(account.code)]
            self.state.put(who, row)
        self.header = header(self.state.state.root_hash, fields, difficulty)

    def witness(self, who: str, *slots: int, code: bool = True) -> Witness:
        known = self.accounts.get(who, Account())
        root = self.roots.get(who, EMPTY_ROOT)
        keys = tuple(sorted(key(slot) for slot in slots))
        storage = tuple(() if root == EMPTY_ROOT else tuple(self.state.proof(root, item)) for item in keys)
        proof = AccountProof(who, tuple(self.state.account(who)), storage)
        return Witness(proof, keys, known.code if code and known.code else None)

    def everything(self, *absent: str) -> tuple[Witness, ...]:
        """Prove all accounts with all their words, and the absence of others."""
        there = (self.witness(who, *account.words) for who, account in self.accounts.items())
        return (*there, *(self.witness(who) for who in absent))

    def calls(self, *calls: Call, witnesses: tuple[Witness, ...] | None = None) -> tuple[CallOutcome, ...]:
        given = self.everything() if witnesses is None else witnesses
        return proven_calls(CHAIN, self.header, given, calls)

    def call(self, who: str, data: bytes = b"", witnesses: tuple[Witness, ...] | None = None) -> CallOutcome:
        return self.calls(Call(address(who), data), witnesses=witnesses)[0]


def header(state_root: bytes, fields: int = 21, difficulty: int = 0) -> Header:
    """Make a header of as many fields as a fork's has."""
    values: list[object] = [PARENT, bytes(32), COINBASE, state_root, bytes(32), bytes(32), bytes(256), difficulty]
    values += [NUMBER, GAS_LIMIT, 0, TIMESTAMP, b"", RANDOM, bytes(8)]
    values += [BASE_FEE, bytes(32), 0, 0, bytes(32), bytes(32)]
    return header_from_rlp(rlp.encode(values[:fields]))
