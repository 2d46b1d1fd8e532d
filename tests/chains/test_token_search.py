"""Where a token keeps balances is found on a real node by trying, and nothing is believed that only looks so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from eth_utils.crypto import keccak

from por.chains.evm import EvmSource
from por.chains.token_search import BEACON, NAMESPACED, PROXY_SLOTS, FoundToken, search_token
from por.chains.token_trials import MAGIC, BalanceTrials, whole_number
from por.errors import FormatError, IncapableError, SourceError, UnavailableError
from por.model import AssetId, BlockRef, Call, ChainId, KeyOrder
from por.proofs.state.token_call import balance_call
from por.proofs.state.tokens import storage_keys, token_holding
from tests.components import rpc, running_anvil
from tests.contracts.chain import Chain, anvil_chain, artifact

ANVIL = ChainId("eip155", "31337")
HOLDER = "0x" + "a1" * 20
OTHER = "0x" + "b2" * 20
WHOLE = 2**256 - 1
EIP1967, ZEPPELIN, EIP1822, _ = PROXY_SLOTS
UNITS = 1_234_567


class Node:
    """An anvil with tokens on it, and a source that counts what it is asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.chain: Chain = anvil_chain(url)
        self.numbers = iter(range(0x1000, 0x2000))

    def minted(self, name: str, *arguments: object, units: int = UNITS) -> str:
        token = self.chain.deploy(name, *arguments)
        if units:
            self.chain.send(token.functions.mint(self.chain.w3.to_checksum_address(HOLDER), units))
        return str(token.address.lower())

    def proxied(self, slot: bytes, *, named: bytes | None = None) -> str:
        """Put a proxy there that runs the code of TokenFirst, named in a slot; it reads `named` in its place."""
        implementation = self.chain.deploy("TokenFirst").address.lower()
        proxy = self.put(_proxy(named or slot), {slot: int(implementation, 16)})
        self.mint(proxy)
        return proxy

    def put(self, code: str, words: Mapping[bytes, int]) -> str:
        address = f"0x{next(self.numbers):040x}"
        rpc(self.url, "anvil_setCode", address, "0x" + code)
        for key, word in words.items():
            rpc(self.url, "anvil_setStorageAt", address, "0x" + key.hex(), f"0x{word:064x}")
        rpc(self.url, "anvil_mine", "0x1")
        return address

    def mint(self, token: str) -> None:
        self.chain.send(self.chain.at("TokenFirst", token).functions.mint(_checksum(self.chain, HOLDER), UNITS))

    def search(self, token: str, holder: str = HOLDER, source: Any = None, **more: Any) -> FoundToken:
        asked = source or EvmSource(ANVIL, self.url)
        header = asked.header(self.chain.w3.eth.block_number)
        found = search_token(asked, header, AssetId(ANVIL, "erc20", token), holder, **more)
        if found.layout is not None:
            proves(asked, header, found)
        return found


def _checksum(chain: Chain, address: str) -> Any:
    return chain.w3.to_checksum_address(address)


def proves(source: Any, header: Any, found: FoundToken) -> None:
    """Prove the very balance by the layout that was found."""
    layout = found.layout
    assert layout is not None
    proof = source.account_proof(header.ref, layout.asset.token or "", storage_keys(layout, found.holder))
    behind = [source.account_proof(header.ref, found.codes[1][0], ())] if layout.implementation else []
    assert token_holding(layout, found.holder, header.state_root, [proof, *behind]).units == found.balance


def _masked(mask: int, *, slot: int = 9) -> str:
    """Write code that tells the word at keccak(holder, slot), as far as the mask goes."""
    return f"600435600052{0x60:02x}{slot:02x}602052604060002054" + f"7f{mask:064x}1660005260206000f3"


def _proxy(slot: bytes) -> str:
    """Write code that runs what a slot names, in its own name."""
    return f"365f5f375f5f365f7f{slot.hex()}545af43d5f5f3e603657" + "3d5ffd5b3d5ff3"


def word_key(holder: str, slot: int) -> bytes:
    hashed: bytes = keccak(bytes.fromhex(holder[2:]).rjust(32, b"\0") + slot.to_bytes(32, "big"))
    return hashed


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with running_anvil("--hardfork", "prague") as url:
        yield Node(url)


# --- layouts


@pytest.mark.parametrize("slot_first", [False, True])
@pytest.mark.parametrize("base", [0, 9, 63, NAMESPACED])
def test_base_slot_and_order_are_found(node: Node, base: int, slot_first: bool) -> None:
    found = node.search(node.minted("LaidOutToken", base.to_bytes(32, "big"), slot_first))
    assert found.layout is not None
    order = KeyOrder.SLOT_KEY if slot_first else KeyOrder.KEY_SLOT
    assert (found.layout.base_slot, found.layout.order, found.layout.mask) == (base, order, WHOLE)
    assert (found.balance, found.decimals, found.layout.implementation, found.underlying) == (UNITS, 6, None, None)
    assert [address for address, _ in found.codes] == [found.asset.token]
    assert found.codes[0][1] == found.layout.code_hash
    assert found.remarks == ()


def test_a_slot_that_is_not_tried_is_not_found_and_one_that_is_given_is(node: Node) -> None:
    token = node.minted("LaidOutToken", (64).to_bytes(32, "big"), False)
    found = node.search(token)
    assert found.layout is None
    assert any("at none of the slots tried" in remark for remark in found.remarks)
    given = node.search(token, bases=(64,)).layout
    assert given is not None
    assert given.base_slot == 64


@pytest.mark.parametrize("mask", [2**255 - 1, 2**128 - 1, 2**96 - 1, WHOLE & ~(1 << 200)])
def test_bits_that_do_not_count_are_found(node: Node, mask: int) -> None:
    flag = WHOLE & ~mask
    token = node.put(_masked(mask), {word_key(HOLDER, 9): UNITS | flag & -flag})
    found = node.search(token)
    assert found.layout is not None
    assert (found.layout.base_slot, found.layout.mask, found.flags) == (9, mask, flag & -flag)
    assert any("outside the mask" in remark for remark in found.remarks)


def test_t54_a_holder_with_nothing_is_said_to_show_little(node: Node) -> None:
    token = node.minted("LaidOutToken", (3).to_bytes(32, "big"), False)
    found = node.search(token, OTHER)
    assert found.layout is not None
    assert found.layout.base_slot == 3
    assert any("has nothing" in remark for remark in found.remarks)


# --- proxies


@pytest.mark.parametrize("slot", [EIP1967, ZEPPELIN, EIP1822, bytes(31) + b"\x07"], ids=lambda slot: slot[:2].hex())
def test_t65_the_code_behind_a_proxy_is_pinned_whatever_slot_names_it(node: Node, slot: bytes) -> None:
    found = node.search(node.proxied(slot))
    assert found.layout is not None
    assert found.layout.implementation is not None
    assert found.layout.implementation.slot == slot
    assert found.layout.implementation.code_hash == keccak(hexstr=artifact("TokenFirst")["deployedBytecode"])
    assert len(found.codes) == 2
    assert any("upgradeable" in remark for remark in found.remarks)


def test_t65_the_projects_own_proxy_is_found_too(node: Node) -> None:
    proxy = str(node.chain.deploy("TokenProxy", node.chain.deploy("TokenFirst").address).address.lower())
    node.mint(proxy)
    layout = node.search(proxy).layout
    assert layout is not None
    assert layout.implementation is not None
    assert layout.implementation.slot == EIP1967


def test_t65_a_slot_that_nothing_reads_is_no_proxys(node: Node) -> None:
    """A token may keep any address where proxies keep one."""
    decoy = int(node.chain.deploy("TokenSecond").address, 16)
    found = node.search(node.put(_masked(WHOLE), {EIP1967: decoy, word_key(HOLDER, 9): UNITS}))
    assert found.layout is not None
    assert found.layout.implementation is None


def test_t65_code_behind_a_beacon_is_no_layouts_affair(node: Node) -> None:
    """The slot names the beacon: pinning its code would leave free what it names."""
    found = node.search(node.proxied(BEACON))
    assert found.layout is None
    assert len(found.codes) == 2
    assert any("beacon" in remark for remark in found.remarks)


def test_t65_code_that_keeps_something_of_its_own_is_not_pinned_by_its_hash(node: Node) -> None:
    """Its balance is another contract's affair, named in a slot like an implementation."""
    other = node.minted("LaidOutToken", bytes(32), False)
    forward = "365f5f3760205f365f5f" + "7f" + EIP1967.hex() + "545af1" + "5060205ff3"
    found = node.search(node.put(forward, {EIP1967: int(other, 16)}))
    assert found.balance == UNITS
    assert found.layout is None
    assert any("not in the token's own storage" in remark for remark in found.remarks)


# --- no layout


def test_t65_a_liar_has_no_layout(node: Node) -> None:
    found = node.search(node.minted("LiarToken"))
    assert (found.balance, found.layout) == (UNITS * 1000, None)
    assert any("with 1 in the holder's word it tells 1000" in remark for remark in found.remarks)


def test_t65_shares_are_no_balance_once_the_index_moves(node: Node) -> None:
    token = node.chain.deploy("RebasingToken")
    node.chain.send(token.functions.mint(_checksum(node.chain, HOLDER), 100))
    node.chain.send(token.functions.rebase(3 * 10**18))
    found = node.search(token.address.lower())
    assert (found.balance, found.layout) == (300, None)


def test_t65_an_index_of_one_does_not_make_shares_a_balance(node: Node) -> None:
    """Words are told as they are, but another word decides that."""
    token = node.minted("RebasingToken")
    found = node.search(token)
    assert found.balance == UNITS
    assert found.layout is None
    assert any(f"the word 0x{bytes(32).hex()} changes what a balance is" in remark for remark in found.remarks)


def test_t65_nor_where_the_node_hides_the_index(node: Node) -> None:
    """A word of all ones overflows."""
    found = node.search(node.minted("RebasingToken"), source=Without(ANVIL, node.url))
    assert found.layout is None
    assert any("a layout would not tell the same" in remark for remark in found.remarks)


def test_t62_who_is_blocked_by_another_word_has_no_layout(node: Node) -> None:
    """The word is told unless a flag of the holder's, kept elsewhere, is set."""
    flagged = "60043560005260016020526040600020546030576009602052604060002054" + "5f5260205ff3"
    code = flagged.ljust(96, "0") + "5b5f5f5260205ff3"
    found = node.search(node.put(code, {word_key(HOLDER, 9): UNITS}))
    assert (found.balance, found.layout) == (UNITS, None)
    assert any("changes what a balance is" in remark for remark in found.remarks)


def test_a_vault_names_what_its_shares_stand_for(node: Node) -> None:
    asset = node.chain.deploy("LaidOutToken", bytes(32), False)
    vault = node.chain.deploy("Vault", asset.address)
    node.chain.send(vault.functions.mint(_checksum(node.chain, HOLDER), 100))
    node.chain.send(asset.functions.mint(vault.address, 250))
    found = node.search(vault.address.lower())
    assert found.layout is not None
    assert found.underlying == AssetId(ANVIL, "erc20", asset.address.lower())
    assert [address for address, _ in found.worth] == [vault.address.lower(), asset.address.lower()]


# --- what is refused


def test_t54_no_contract_no_balance_no_token(node: Node) -> None:
    with pytest.raises(FormatError, match="no contract stands there"):
        node.search(OTHER)
    for code in ("00", "5f5ffd", "60015ff3"):
        with pytest.raises(FormatError, match="tells no balance"):
            node.search(node.put(code, {}))
    source = EvmSource(ANVIL, node.url)
    for text in ("eip155:31337/slip44:60", f"eip155:1/erc20:{HOLDER}"):
        with pytest.raises(FormatError, match="not a token of eip155:31337"):
            search_token(source, source.header(1), AssetId.parse(text), HOLDER)
    with pytest.raises(FormatError):
        node.search(node.minted("LiarToken"), "exchange.example")


class Without(EvmSource):
    """A node that serves no access lists; with `deaf`, none that heeds what is overridden; with `gone`, no trials."""

    deaf = gone = False

    def access(self, block: BlockRef, call: Call) -> Any:
        raise IncapableError("it serves no access lists")

    def trial(self, block: BlockRef, call: Call, overrides: Any) -> bytes | None:
        if self.gone:
            raise UnavailableError("it is gone")
        return super().trial(block, call, {} if self.deaf else overrides)


def test_without_access_lists_every_slot_is_tried(node: Node) -> None:
    token = node.minted("LaidOutToken", (11).to_bytes(32, "big"), True)
    found = node.search(token, source=Without(ANVIL, node.url))
    assert found.layout is not None
    assert (found.layout.base_slot, found.layout.order) == (11, KeyOrder.SLOT_KEY)
    assert any("could not be asked" in remark for remark in found.remarks)


def test_t64_a_node_that_heeds_no_override_finds_nothing(node: Node) -> None:
    source = Without(ANVIL, node.url)
    source.deaf = True
    found = node.search(node.minted("LaidOutToken", bytes(32), False), source=source)
    assert found.layout is None
    assert any("takes no state override" in remark for remark in found.remarks)


def test_t64_a_node_that_is_gone_is_an_error_and_no_finding(node: Node) -> None:
    source = Without(ANVIL, node.url)
    source.gone = True
    with pytest.raises(SourceError, match="it is gone"):
        node.search(node.minted("LaidOutToken", bytes(32), False), source=source)


def test_t64_code_that_fails_on_a_strange_word_is_no_error(node: Node) -> None:
    """INVALID is no revert, and the node is there all the same."""
    # if (word > 2^64) INVALID, else tell the word
    code = "600435600052" + "6009602052604060002054" + "80" + "6801" + "00" * 8 + "10" + "602c57" + "5f5260205ff3"
    token = node.put(code + "5bfe" * 4, {word_key(HOLDER, 9): UNITS})
    found = node.search(token)
    assert found.balance == UNITS
    trials = BalanceTrials(
        EvmSource(ANVIL, node.url),
        EvmSource(ANVIL, node.url).header(node.chain.w3.eth.block_number).ref,
        balance_call(token, HOLDER),
        lambda _: None,
    )
    assert trials.told({token: {word_key(HOLDER, 9): WHOLE}}) is None
    assert trials.carries(token, word_key(HOLDER, 9))


@pytest.mark.parametrize("answer", [None, b"", bytes(31), bytes(33), bytes(64)])
def test_t64_only_32_bytes_are_a_number(answer: bytes | None) -> None:
    assert whole_number(answer) is None
    assert whole_number(bytes(31) + b"\x05") == 5


def test_what_is_tried_is_not_what_tokens_hold_anyway() -> None:
    assert len(set(MAGIC)) == len(MAGIC)
    assert max(MAGIC) < 2**64
