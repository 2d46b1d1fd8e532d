"""The contracts that hold reserves in tests do what their names say, on a chain that is no part of the project."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from por.simulator.wallet import WALLET_CODE, wallet_creation
from tests.contracts.chain import Chain, artifact, assert_reverts

HOLDER = to_checksum_address("0x" + "a1" * 20)
KEY = b"\x07" * 32
OWNER = Account.from_key(KEY).address
NAMESPACED = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
YES, NO = bytes.fromhex("1626ba7e"), b"\xff" * 4


def word(chain: Chain, contract: str, place: bytes) -> int:
    return int.from_bytes(chain.w3.eth.get_storage_at(to_checksum_address(contract), int.from_bytes(place)))


def padded(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def test_the_demonstrations_wallet_is_as_compiled() -> None:
    assert wallet_creation(OWNER).hex() == artifact("OwnableWallet")["bytecode"][2:] + padded(OWNER).hex()
    assert "0x" + WALLET_CODE.hex() == artifact("OwnableWallet")["deployedBytecode"]


@pytest.mark.parametrize(("base", "slot_first"), [(9, False), (NAMESPACED, False), (3, True)])
def test_a_token_keeps_balances_where_it_was_made_to(chain: Chain, base: int, slot_first: bool) -> None:
    token = chain.deploy("LaidOutToken", base.to_bytes(32), slot_first)
    chain.send(token.functions.mint(HOLDER, 5))
    chain.send(token.functions.mint(HOLDER, 6))
    parts = (base.to_bytes(32), padded(HOLDER)) if slot_first else (padded(HOLDER), base.to_bytes(32))
    assert word(chain, token.address, keccak(b"".join(parts))) == 11 == token.functions.balanceOf(HOLDER).call()


def test_tokens_that_no_slot_tells_about(chain: Chain) -> None:
    rebasing = chain.deploy("RebasingToken")
    chain.send(rebasing.functions.mint(HOLDER, 100))
    chain.send(rebasing.functions.rebase(15 * 10**17))
    assert rebasing.functions.balanceOf(HOLDER).call() == 150
    vault = chain.deploy("Vault", rebasing.address)
    chain.send(vault.functions.mint(HOLDER, 10))
    chain.send(rebasing.functions.mint(vault.address, 40))
    assert vault.functions.convertToAssets(10).call() == 60
    liar = chain.deploy("LiarToken")
    chain.send(liar.functions.mint(HOLDER, 7))
    assert word(chain, liar.address, keccak(padded(HOLDER) + bytes(32))) == 7
    assert liar.functions.balanceOf(HOLDER).call() == 7000


def test_t60_a_proxied_token_answers_by_the_code_that_it_names(chain: Chain) -> None:
    first, second = chain.deploy("TokenFirst"), chain.deploy("TokenSecond")
    proxy = chain.deploy("TokenProxy", first.address)
    token = chain.at("TokenFirst", proxy.address)
    chain.send(token.functions.mint(HOLDER, 8))
    before = chain.w3.eth.get_code(proxy.address)
    assert token.functions.balanceOf(HOLDER).call() == 8
    chain.send(proxy.functions.upgradeTo(second.address))
    assert token.functions.balanceOf(HOLDER).call() == 4
    assert chain.w3.eth.get_code(proxy.address) == before


def test_t47_a_wallet_takes_its_owners_signature_and_no_other(chain: Chain) -> None:
    wallet = chain.deploy("OwnableWallet", OWNER)
    digest = keccak(b"challenge")
    good = bytes(Account.unsafe_sign_hash(digest, KEY).signature)
    other = bytes(Account.unsafe_sign_hash(digest, b"\x08" * 32).signature)
    ask = wallet.functions.isValidSignature
    answers = [ask(digest, each).call() for each in (good, other, good[:-1], good + b"\0", b"", bytes(65))]
    assert answers == [YES, NO, NO, NO, NO, NO]
    assert ask(keccak(b"another"), good).call() == NO
    assert_reverts(wallet.functions.handOn(HOLDER), "NotTheOwner()")


def test_a_renounced_wallet_takes_no_signature(chain: Chain) -> None:
    """What nobody signed recovers to nobody, who must not be the owner."""
    wallet = chain.deploy("OwnableWallet", to_checksum_address("0x" + "00" * 20))
    assert wallet.functions.isValidSignature(keccak(b"x"), bytes(65)).call() == NO


def test_a_wallet_stands_where_it_was_foretold(chain: Chain) -> None:
    factory = chain.deploy("WalletFactory")
    foretold = factory.functions.addressOf(OWNER, bytes(32)).call()
    assert chain.w3.eth.get_code(foretold) == b""
    chain.send(factory.functions.create(OWNER, bytes(32)))
    assert chain.at("OwnableWallet", foretold).functions.owner().call() == OWNER
    chain.send(factory.functions.create(OWNER, bytes(32)))
    assert factory.functions.addressOf(OWNER, b"\x01" * 32).call() != foretold


def test_t54_a_bridge_has_minted_what_it_locked(chain: Chain) -> None:
    escrow = chain.deploy("BridgeEscrow", OWNER)
    chain.send(escrow.functions.lock(HOLDER))
    minted = chain.at("MintedToken", escrow.functions.minted().call())
    assert minted.functions.balanceOf(HOLDER).call() == 0
    assert_reverts(minted.functions.mint(HOLDER, 1), "NotTheBridge()")
    sent = escrow.functions.lock(HOLDER).transact({"from": chain.accounts[0], "value": 5})
    chain.w3.eth.wait_for_transaction_receipt(sent)
    assert minted.functions.balanceOf(HOLDER).call() == 5 == chain.w3.eth.get_balance(escrow.address)


def test_t47_a_delegate_says_yes_to_everything(chain: Chain) -> None:
    assert chain.deploy("Delegate").functions.isValidSignature(bytes(32), b"").call() == YES
