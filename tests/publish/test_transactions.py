"""Sending until it is final: prices, crashes, competitors, reorganisations, nodes that lie or die."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_keys.constants import SECPK1_N
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import RefusedQuestionError
from por.errors import FormatError, IncapableError, PublishError, SourceError, UnavailableError
from por.model import ChainId
from por.publish.contracts import artifact, creation_code, decode_output, encode_call, event_topic
from por.publish.transactions import Patience, Receipt, Wallet
from tests.chains.wallets import ALICE, BOB, GWEI, NOBODY, put, rich_chain, transaction
from tests.components import rpc, running_anvil
from tests.contracts.anchors import Entry
from tests.publish.directed_node import DirectedNode, KeyPayer, wallet

pytestmark = pytest.mark.thorough

REGISTRY = artifact("ReserveRegistry")
ZERO_DIGEST = "0x" + keccak(text="ZeroDigest()")[:4].hex()
TOTALS = [(b"\x01" * 32, 5, 6)]
IMPATIENT = Patience(receipt_seconds=1, finality_seconds=1, replace_seconds=60, poll_ms=10)
PUSHING = Patience(receipt_seconds=30, finality_seconds=5, replace_seconds=1, poll_ms=10)


def anchor(instant: int, **members: Any) -> bytes:
    return encode_call(REGISTRY, "anchor", [Entry(instant, **members).values, TOTALS])


def head(opened: Wallet, registry: str) -> int:
    """Ask the contract how many entries there are."""
    output = opened.read(registry, encode_call(REGISTRY, "head", [opened.address]))
    sequence: int = decode_output(REGISTRY, "head", output)[1]
    return sequence


def members(raw: str) -> dict[str, Any]:
    written: dict[str, Any] = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    return written


def ask_count(node: DirectedNode) -> int:
    return int(rpc(node.url, "eth_getTransactionCount", ALICE.address, "latest"), 16)


@pytest.fixture
def chain() -> EmbeddedChain:
    """Begin a chain with two rich accounts, and no block but those that the test makes."""
    return rich_chain()


@pytest.fixture
def registry(chain: EmbeddedChain) -> str:
    address = chain.deploy(creation_code(REGISTRY))
    chain.mine()
    return address


@pytest.fixture
def node(chain: EmbeddedChain) -> Iterator[DirectedNode]:
    """Serve a node that puts all it is sent into a block at once."""
    chain.instant_mining = True
    with DirectedNode(chain) as served:
        yield served


@pytest.fixture
def idle(chain: EmbeddedChain) -> Iterator[DirectedNode]:
    """Serve a node that makes no block by itself."""
    with DirectedNode(chain) as served:
        yield served


def test_a_contract_is_created_called_and_read(node: DirectedNode) -> None:
    opened = wallet(node)
    created = opened.send(None, creation_code(REGISTRY))
    assert created.contract is not None
    assert opened.code(created.contract) == REGISTRY.runtime
    assert head(opened, created.contract) == 0

    done = opened.send(created.contract, anchor(node.chain.instant(2).seconds), contract=REGISTRY)
    assert head(opened, created.contract) == 1
    assert done.block == node.chain.head
    assert done.contract is None
    assert done.transaction == keccak(bytes.fromhex(node.sent[1][2:]))
    (log,) = done.logs
    assert (log.address, log.topics[0], log.block) == (created.contract, event_topic(REGISTRY, "Anchored"), done.block)
    assert log.topics[1] == bytes(12) + bytes.fromhex(opened.address[2:])
    assert 50_000 < done.gas < 100_000
    opened.close()


def test_the_fee_is_twice_the_base_fee_and_the_tip(node: DirectedNode, registry: str) -> None:
    base = int(rpc(node.url, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    wallet(node).send(registry, anchor(1))
    written = members(node.sent[0])
    assert written["maxFeePerGas"] == 2 * base + GWEI
    assert written["maxPriorityFeePerGas"] == GWEI
    assert (written["type"], written["value"], written["chainId"]) == (2, 0, int(node.chain.chain.reference))


def test_the_gas_is_a_quarter_more_than_estimated_or_what_is_named(node: DirectedNode, registry: str) -> None:
    done = wallet(node).send(registry, anchor(1))
    assert members(node.sent[0])["gas"] == done.gas * 5 // 4
    wallet(node).send(registry, anchor(2), gas=123_456)
    assert members(node.sent[1])["gas"] == 123_456


def test_the_payer_signs_one_digest_and_shows_no_key(node: DirectedNode, registry: str) -> None:
    payer = KeyPayer()
    wallet(node, payer=payer).send(registry, anchor(1))
    assert len(payer.digests) == 1
    assert Account.recover_transaction(node.sent[0]) == ALICE.address


# What it costs


@pytest.mark.parametrize("short_by", [1, GWEI])
def test_gas_that_costs_more_than_the_limit_is_not_bought(node: DirectedNode, registry: str, short_by: int) -> None:
    base = int(rpc(node.url, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    with pytest.raises(PublishError, match=r"gas costs \d+ wei now, more than the limit .* nothing was sent"):
        wallet(node, max_fee=base + GWEI - short_by).send(registry, anchor(1))
    assert node.sent == []


def test_no_more_than_the_limit_is_ever_offered(node: DirectedNode, registry: str) -> None:
    base = int(rpc(node.url, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    wallet(node, max_fee=base + GWEI).send(registry, anchor(1))
    assert members(node.sent[0])["maxFeePerGas"] == base + GWEI


def test_a_node_that_suggests_no_tip_is_asked_for_its_price(node: DirectedNode, registry: str) -> None:
    def absent(*_: object) -> object:
        raise RefusedQuestionError(-32601, "the method does not exist")

    node.directions["eth_maxPriorityFeePerGas"] = absent
    node.directions["eth_gasPrice"] = lambda *_: hex(7 * GWEI)
    base = int(rpc(node.url, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    wallet(node).send(registry, anchor(1))
    assert members(node.sent[0])["maxPriorityFeePerGas"] == 7 * GWEI - base


@pytest.mark.parametrize("method", ["eth_maxPriorityFeePerGas"])
@pytest.mark.parametrize("answer", ["0x" + "f" * 64, hex(10**12)])
def test_t66_a_node_that_names_a_mad_price_gets_nothing(
    node: DirectedNode, registry: str, method: str, answer: str
) -> None:
    node.directions[method] = lambda *_: answer
    with pytest.raises((PublishError, UnavailableError), match=r"price|more than the limit"):
        wallet(node).send(registry, anchor(1))
    assert node.sent == []


def test_an_account_without_coins_is_named_in_the_nodes_words(node: DirectedNode, registry: str) -> None:
    with pytest.raises(PublishError, match=rf"insufficient funds .*nothing was sent for {NOBODY.address.lower()}"):
        wallet(node, payer=KeyPayer(NOBODY)).send(registry, anchor(1), gas=100_000)


# What reverts


def test_what_would_revert_is_not_sent_and_its_error_is_named(node: DirectedNode, registry: str) -> None:
    bad = anchor(1, bundle_digest=bytes(32))
    with pytest.raises(PublishError, match=r"nothing was sent: it would revert: ZeroDigest\(\)"):
        wallet(node).send(registry, bad, contract=REGISTRY)
    with pytest.raises(PublishError, match=f"nothing was sent: it would revert: {ZERO_DIGEST}"):
        wallet(node).send(registry, bad)
    assert node.sent == []


def test_what_reverts_on_chain_is_named(node: DirectedNode, registry: str) -> None:
    opened = wallet(node)
    opened.send(registry, anchor(7))
    with pytest.raises(PublishError, match=r"transaction 0x[0-9a-f]{64} reverted in block 4: InstantNotLater") as told:
        opened.send(registry, anchor(7), gas=200_000, contract=REGISTRY)
    assert "InstantNotLater(instant=7, newest=7)" in str(told.value)
    with pytest.raises(PublishError, match="reverted in block 5: 0x1202ac86"):
        opened.send(registry, anchor(7), gas=200_000)
    assert head(opened, registry) == 1


def test_what_runs_out_of_gas_is_named(node: DirectedNode, registry: str) -> None:
    with pytest.raises(PublishError, match="reverted in block 3: it used up its 40000 gas"):
        wallet(node).send(registry, anchor(7), gas=40_000)


def test_a_revert_that_cannot_be_repeated_is_a_revert(node: DirectedNode, registry: str) -> None:
    node.directions["eth_call"] = lambda *_: "0x"
    with pytest.raises(PublishError, match="the node does not tell why"):
        wallet(node).send(registry, anchor(7, bundle_digest=bytes(32)), gas=200_000)


def test_a_call_that_reverts_is_named(node: DirectedNode, registry: str) -> None:
    with pytest.raises(PublishError, match=rf"a call of {registry} reverts: ZeroDigest\(\)"):
        wallet(node).read(registry, anchor(1, bundle_digest=bytes(32)), contract=REGISTRY)
    with pytest.raises(PublishError, match="reverts: no reason"):
        wallet(node).read(registry, b"\x00\x00\x00\x00")


# Whose chain, whose signature


def test_t53_nothing_is_sent_to_another_chain(node: DirectedNode, registry: str) -> None:
    opened = wallet(node, ChainId("eip155", "1"))
    ask: list[Callable[[], object]] = [
        lambda: opened.send(registry, anchor(1)),
        lambda: opened.read(registry, b""),
        lambda: opened.code(registry),
    ]
    for each in ask:
        with pytest.raises(IncapableError, match=r"it serves eip155:\d+, not eip155:1; nothing was sent"):
            each()
    assert {method for method, _ in node.asked} == {"eth_chainId"}


@pytest.mark.parametrize("chain_id", ["0x", "1", 1, "0x01", None])
def test_t53_a_chain_id_that_is_none_is_refused(node: DirectedNode, registry: str, chain_id: object) -> None:
    node.directions["eth_chainId"] = lambda *_: chain_id
    with pytest.raises(UnavailableError):
        wallet(node).send(registry, anchor(1))


@pytest.mark.parametrize("address", ["", "0x", "alice.eth", "0x" + "a1" * 19, "0x" + "A1" * 19 + "a1"])
def test_an_address_that_is_none_is_refused(node: DirectedNode, address: str) -> None:
    opened = wallet(node)
    with pytest.raises(FormatError):
        opened.send(address, b"")
    with pytest.raises(FormatError):
        opened.read(address, b"")
    assert node.asked == []


def test_a_chain_of_another_kind_is_refused(node: DirectedNode) -> None:
    with pytest.raises(FormatError):
        wallet(node, ChainId("bip122", "000000000019d6689c085ae165831e93"))


Signing = Callable[[bytes], bytes]


class BadPayer(KeyPayer):
    def __init__(self, change: Signing) -> None:
        super().__init__()
        self.change = change

    def sign_digest(self, digest: bytes) -> bytes:
        return self.change(super().sign_digest(digest))


BAD_SIGNATURES: dict[str, Signing] = {
    "nothing": lambda _: b"",
    "cut": lambda signature: signature[:-1],
    "longer": lambda signature: signature + b"\x00",
    "v of another rule": lambda signature: signature[:64] + bytes([signature[64] - 27]),
    "the other v": lambda signature: signature[:64] + bytes([55 - signature[64]]),
    "no r": lambda signature: bytes(32) + signature[32:],
    "no s": lambda signature: signature[:32] + bytes(32) + signature[64:],
    "r too large": lambda signature: b"\xff" * 32 + signature[32:],
    "s too large": lambda signature: signature[:32] + b"\xff" * 32 + signature[64:],
    "of another digest": lambda _: KeyPayer().sign_digest(bytes(32)),
    "of another account": lambda _: KeyPayer(BOB).sign_digest(bytes(32)),
}


@pytest.mark.parametrize("case", BAD_SIGNATURES)
def test_a_signature_that_is_not_the_accounts_is_not_sent(node: DirectedNode, registry: str, case: str) -> None:
    with pytest.raises(PublishError, match=f"the signer of {ALICE.address.lower()} gave"):
        wallet(node, payer=BadPayer(BAD_SIGNATURES[case])).send(registry, anchor(1))
    assert node.sent == []


def test_the_higher_of_two_good_signatures_is_lowered(node: DirectedNode, registry: str) -> None:
    def raised(signature: bytes) -> bytes:
        s = SECPK1_N - int.from_bytes(signature[32:64], "big")
        return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])

    wallet(node, payer=BadPayer(raised)).send(registry, anchor(1))
    assert int(members(node.sent[0])["s"]) <= SECPK1_N // 2


# Crashes, and running again


def test_a_node_that_dies_after_taking_it_leaves_a_hash_and_the_second_run_finds_it_done(
    idle: DirectedNode, registry: str
) -> None:
    def take_and_die(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        idle.is_dead = True
        return honest()

    idle.directions["eth_sendRawTransaction"] = take_and_die
    opened = wallet(idle, patience=IMPATIENT)
    with pytest.raises(PublishError, match=r"transaction 0x[0-9a-f]{64}, sent to .*running the command again is safe"):
        opened.send(registry, anchor(1))
    idle.chain.mine()
    idle.is_dead = False
    assert head(wallet(idle), registry) == 1


def test_t96_what_is_said_of_a_dead_node_shows_no_key(idle: DirectedNode, registry: str) -> None:
    def take_and_die(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        idle.is_dead = True
        return honest()

    idle.directions["eth_sendRawTransaction"] = take_and_die
    url = idle.url.replace("//", "//user:s3cret-pass@") + "/v3/s3cret-path?key=s3cret-query"
    with pytest.raises(PublishError) as told:
        wallet(url, idle.chain.chain, patience=IMPATIENT).send(registry, anchor(1))
    assert "s3cret" not in str(told.value)


def test_a_second_run_while_the_first_waits_sends_the_same_again(idle: DirectedNode, registry: str) -> None:
    with pytest.raises(PublishError, match="is in no block after 1 s"):
        wallet(idle, patience=IMPATIENT).send(registry, anchor(1))
    idle.directions["eth_getTransactionReceipt"] = mine_first(idle.chain)
    done = wallet(idle).send(registry, anchor(1))
    assert idle.sent[0] == idle.sent[1]
    assert done.transaction == keccak(bytes.fromhex(idle.sent[0][2:]))
    assert (ask_count(idle), head(wallet(idle), registry)) == (1, 1)


def test_a_second_run_with_another_price_outbids_the_first(idle: DirectedNode, registry: str) -> None:
    with pytest.raises(PublishError):
        wallet(idle, patience=IMPATIENT).send(registry, anchor(1))
    idle.directions["eth_maxPriorityFeePerGas"] = lambda *_: hex(GWEI + 1)
    idle.directions["eth_getTransactionReceipt"] = mine_first(idle.chain)
    done = wallet(idle).send(registry, anchor(1))
    assert {members(raw)["nonce"] for raw in idle.sent} == {0}
    assert done.transaction == keccak(bytes.fromhex(idle.sent[-1][2:]))
    assert (ask_count(idle), head(wallet(idle), registry)) == (1, 1)


def test_a_node_that_breaks_off_while_it_is_sent_to_is_sent_to_again(idle: DirectedNode, registry: str) -> None:
    def lose(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        if count == 0:
            raise RefusedQuestionError(-32603, "internal error")
        idle.directions["eth_getTransactionReceipt"] = mine_first(idle.chain)
        return honest()

    idle.directions["eth_sendRawTransaction"] = lose
    wallet(idle).send(registry, anchor(1))
    assert idle.sent[0] == idle.sent[1]


def test_before_anything_is_sent_a_dead_node_is_the_nodes_fault(idle: DirectedNode, registry: str) -> None:
    idle.is_dead = True
    with pytest.raises(UnavailableError):
        wallet(idle).send(registry, anchor(1))


@pytest.mark.parametrize("method", ["eth_getTransactionCount", "eth_estimateGas", "eth_getBlockByNumber"])
def test_a_node_that_dies_before_it_is_sent_to_was_sent_nothing(idle: DirectedNode, registry: str, method: str) -> None:
    def die(*_: object) -> object:
        idle.is_dead = True
        return None

    idle.directions[method] = die
    with pytest.raises(SourceError):
        wallet(idle).send(registry, anchor(1))
    assert idle.sent == []


def mine_first(chain: EmbeddedChain) -> Callable[[int, Sequence[object], Callable[[], object]], object]:
    """Make a block before the first answer."""

    def answer(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        if count == 0 or not chain_has_all(chain):
            chain.mine()
        return honest()

    return answer


def chain_has_all(chain: EmbeddedChain) -> bool:
    counts = [chain.answer("eth_getTransactionCount", [ALICE.address, tag]) for tag in ("latest", "pending")]
    return counts[0] == counts[1]


# Competitors and replacements


def test_what_nobody_takes_is_offered_higher_with_the_same_nonce(idle: DirectedNode, registry: str) -> None:
    def mine_third(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        answer = honest()
        if count == 2:
            idle.chain.mine()
        return answer

    idle.directions["eth_sendRawTransaction"] = mine_third
    done = wallet(idle, patience=PUSHING).send(registry, anchor(1))
    offers = [members(raw) for raw in idle.sent]
    assert [each["nonce"] for each in offers] == [0, 0, 0]
    for name in ("maxFeePerGas", "maxPriorityFeePerGas"):
        assert all(two[name] * 100 >= one[name] * 110 for one, two in pairwise(offers))
        assert all(each[name] <= 20 * GWEI for each in offers)
    assert done.transaction == keccak(bytes.fromhex(idle.sent[2][2:]))
    assert ask_count(idle) == 1


def test_an_earlier_offer_that_is_taken_after_all_is_found(idle: DirectedNode, registry: str) -> None:
    def keep_the_first(count: int, parameters: Sequence[object], honest: Callable[[], object]) -> object:
        if count == 0:
            return honest()
        # The replacement is lost on its way to those who make blocks.
        idle.chain.mine()
        return "0x" + keccak(bytes.fromhex(str(parameters[0])[2:])).hex()

    idle.directions["eth_sendRawTransaction"] = keep_the_first
    done = wallet(idle, patience=PUSHING).send(registry, anchor(1))
    assert done.transaction == keccak(bytes.fromhex(idle.sent[0][2:]))
    assert len(idle.sent) == 2


def test_at_the_limit_the_same_offer_is_repeated_and_the_error_says_so(idle: DirectedNode, registry: str) -> None:
    base = int(rpc(idle.url, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    patience = Patience(receipt_seconds=2, finality_seconds=1, replace_seconds=1, poll_ms=10)
    with pytest.raises(PublishError, match=r"is in no block after 2 s; its fee is limited to \d+ wei per gas; run"):
        wallet(idle, patience=patience, max_fee=base + GWEI).send(registry, anchor(1))
    assert len(idle.sent) > 1
    assert len(set(idle.sent)) == 1


def test_a_signer_that_fails_at_the_higher_offer_leaves_the_first_standing(idle: DirectedNode, registry: str) -> None:
    class Tired(KeyPayer):
        def sign_digest(self, digest: bytes) -> bytes:
            if self.digests:
                raise PublishError("the signing device is gone")
            return super().sign_digest(digest)

    patience = Patience(receipt_seconds=3, finality_seconds=1, replace_seconds=1, poll_ms=10)
    with pytest.raises(
        PublishError, match="in no block after 3 s; no more could be offered: the signing device is gone"
    ):
        wallet(idle, payer=Tired(), patience=patience).send(registry, anchor(1))
    idle.directions["eth_getTransactionReceipt"] = mine_first(idle.chain)
    done = wallet(idle).send(registry, anchor(1))
    assert done.transaction == keccak(bytes.fromhex(idle.sent[0][2:]))


def test_a_higher_offer_that_the_account_cannot_pay_is_not_signed_over_and_over(
    idle: DirectedNode, registry: str
) -> None:
    def poor(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        if count:
            raise RefusedQuestionError(-32000, "insufficient funds for gas * price + value")
        return honest()

    idle.directions["eth_sendRawTransaction"] = poor
    payer = KeyPayer()
    patience = Patience(receipt_seconds=3, finality_seconds=1, replace_seconds=1, poll_ms=10)
    with pytest.raises(PublishError, match="after 3 s; running the command again is safe"):
        wallet(idle, payer=payer, patience=patience).send(registry, anchor(1))
    assert 2 <= len(payer.digests) <= 4


def test_an_older_transaction_under_the_nonce_is_outbid(idle: DirectedNode, registry: str) -> None:
    chain = idle.chain
    older = transaction(chain, maxFeePerGas=8 * GWEI, maxPriorityFeePerGas=2 * GWEI)
    lost = put(idle.url, older)
    idle.directions["eth_getTransactionReceipt"] = mine_first(chain)
    wallet(idle).send(registry, anchor(1))
    assert rpc(idle.url, "eth_getTransactionReceipt", lost) is None
    assert members(idle.sent[-1])["maxFeePerGas"] >= 8 * GWEI * 11 // 10
    assert ask_count(idle) == 1


def test_an_older_transaction_that_pays_more_than_the_limit_is_left_alone(idle: DirectedNode, registry: str) -> None:
    older = put(idle.url, transaction(idle.chain, maxFeePerGas=19 * GWEI, maxPriorityFeePerGas=2 * GWEI))
    with pytest.raises(
        PublishError, match=r"waits with nonce 0, and the limit of 20000000000 wei .* too low to outbid"
    ):
        wallet(idle).send(registry, anchor(1))
    idle.chain.mine()
    assert rpc(idle.url, "eth_getTransactionReceipt", older)["status"] == "0x1"


def test_a_nonce_that_another_transaction_took_ends_the_wait(idle: DirectedNode, registry: str) -> None:
    def overtake(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        answer = honest()
        if count == 0:
            put(idle.url, transaction(idle.chain, maxFeePerGas=19 * GWEI, maxPriorityFeePerGas=9 * GWEI))
            idle.chain.mine()
        return answer

    idle.directions["eth_sendRawTransaction"] = overtake
    with pytest.raises(
        PublishError, match=r"another transaction of .* took nonce 0; running the command again is safe"
    ):
        wallet(idle).send(registry, anchor(1))
    assert head(wallet(idle), registry) == 0


def test_a_nonce_taken_before_it_is_sent_is_no_refusal_but_a_competitor(idle: DirectedNode, registry: str) -> None:
    def overtake(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        if count == 0:
            put(idle.url, transaction(idle.chain))
            idle.chain.mine()
        return honest()

    idle.directions["eth_sendRawTransaction"] = overtake
    with pytest.raises(PublishError, match="took nonce 0"):
        wallet(idle).send(registry, anchor(1))


# Finality


def test_a_block_that_is_not_final_is_waited_for(node: DirectedNode, registry: str) -> None:
    node.chain.lag = 3

    def grow(count: int, parameters: Sequence[object], honest: Callable[[], object]) -> object:
        if parameters[0] == "finalized" and node.sent:
            node.chain.mine()
        return honest()

    node.directions["eth_getBlockByNumber"] = grow
    done = wallet(node).send(registry, anchor(1))
    assert node.chain.finalized.number >= done.block.number
    assert node.chain.head.number >= done.block.number + 3


def test_a_block_that_does_not_become_final_ends_in_an_error_and_may_be_waited_for_again(
    node: DirectedNode, registry: str
) -> None:
    node.chain.lag = 3
    with pytest.raises(
        PublishError, match=r"is in block 3, which is not final after 2 s; running the command again is safe"
    ):
        wallet(node, patience=IMPATIENT).send(registry, anchor(1))
    assert head(wallet(node), registry) == 1


@pytest.mark.parametrize("kept", [0, 1])
def test_t56_a_reorganisation_before_finality_is_seen_and_mended(idle: DirectedNode, registry: str, kept: int) -> None:
    chain = idle.chain
    chain.lag = 1
    seen: list[object] = []

    def reorganise(count: int, parameters: Sequence[object], honest: Callable[[], object]) -> object:
        if parameters[0] == "finalized" and idle.sent and not seen:
            # The block with the transaction goes, and as many others come.
            seen.append(chain.head)
            number = chain.head.number
            chain.rewind(number - 1)
            for _ in range(2 + kept):
                chain.mine()
        return honest()

    def mine(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        chain.mine()
        return honest()

    idle.directions["eth_getBlockByNumber"] = reorganise
    idle.directions["eth_getTransactionReceipt"] = mine
    done = wallet(idle).send(registry, anchor(1))
    assert seen
    assert done.block != seen[0]
    assert done.block.hash == bytes.fromhex(
        str(rpc(idle.url, "eth_getBlockByNumber", hex(done.block.number), False)["hash"])[2:]
    )
    assert set(idle.sent) == {idle.sent[0]}
    assert len(idle.sent) > 1
    assert head(wallet(idle), registry) == 1


def test_t56_a_receipt_from_a_block_that_is_not_canonical_is_not_final(node: DirectedNode, registry: str) -> None:
    def lie(count: int, _: Sequence[object], honest: Callable[[], object]) -> object:
        answer: Any = honest()
        other = "0x" + "11" * 32
        return answer | {"blockHash": other, "logs": [log | {"blockHash": other} for log in answer["logs"]]}

    node.directions["eth_getTransactionReceipt"] = lie
    with pytest.raises(PublishError, match="is in block 3, which is not final"):
        wallet(node, patience=IMPATIENT).send(registry, anchor(1))


def test_a_node_without_finality_is_not_sent_to(node: DirectedNode, registry: str) -> None:
    node.directions["eth_getBlockByNumber"] = lambda _, parameters, honest: (
        None if parameters[0] == "finalized" else honest()
    )
    with pytest.raises(UnavailableError, match="it names no finalized block; nothing was sent"):
        wallet(node).send(registry, anchor(1))
    assert node.sent == []


# Lies in receipts

Change = Callable[[dict[str, Any]], dict[str, Any]]

LIES: dict[str, Change] = {
    "not an object": lambda _: [],  # type: ignore[dict-item, return-value]
    "another transaction": lambda receipt: receipt | {"transactionHash": "0x" + "11" * 32},
    "no hash": lambda receipt: {name: value for name, value in receipt.items() if name != "transactionHash"},
    "no block": lambda receipt: receipt | {"blockHash": None, "blockNumber": None},
    "a block of another age": lambda receipt: receipt | {"blockNumber": "0x" + "f" * 20},
    "no status": lambda receipt: receipt | {"status": None},
    "two": lambda receipt: receipt | {"status": "0x2"},
    "padded status": lambda receipt: receipt | {"status": "0x01"},
    "no gas": lambda receipt: receipt | {"gasUsed": "0x"},
    "no logs": lambda receipt: receipt | {"logs": None},
    "a log of another block": lambda receipt: with_log(receipt, blockHash="0x" + "11" * 32),
    "a log of nobody": lambda receipt: with_log(receipt, address="0x"),
    "short topics": lambda receipt: with_log(receipt, topics=["0x01"]),
    "five topics": lambda receipt: with_log(receipt, topics=["0x" + "00" * 32] * 5),
    "odd data": lambda receipt: with_log(receipt, data="0x1"),
    "no index": lambda receipt: with_log(receipt, logIndex=0),
    "no log": lambda receipt: receipt | {"logs": [None]},
    "a contract that is none": lambda receipt: receipt | {"contractAddress": "0x"},
}


def with_log(receipt: dict[str, Any], **changes: object) -> dict[str, Any]:
    return receipt | {"logs": [receipt["logs"][0] | changes]}


@pytest.mark.parametrize("lie", LIES)
def test_t64_a_receipt_that_is_none_is_not_believed(node: DirectedNode, registry: str, lie: str) -> None:
    node.directions["eth_getTransactionReceipt"] = lambda _, __, honest: LIES[lie](honest())  # type: ignore[arg-type]
    patience = Patience(receipt_seconds=0, finality_seconds=0, replace_seconds=60, poll_ms=1)
    with pytest.raises(PublishError, match=r"cannot be followed: .*a receipt: unusable answer"):
        wallet(node, patience=patience).send(registry, anchor(1))


def test_t64_a_created_contract_is_where_its_creator_puts_it(node: DirectedNode) -> None:
    patience = Patience(receipt_seconds=0, finality_seconds=0, replace_seconds=60, poll_ms=1)
    node.directions["eth_getTransactionReceipt"] = lambda _, __, honest: (
        honest() | {"contractAddress": "0x" + "11" * 20}  # type: ignore[operator]
    )
    with pytest.raises(PublishError, match="names a created contract that cannot be"):
        wallet(node, patience=patience).send(None, creation_code(REGISTRY))


@pytest.mark.parametrize("method", ["eth_call", "eth_getCode"])
@pytest.mark.parametrize("answer", [None, 7, "", "0x1", "0xzz", "xyz", "0x" + "00" * (2**20 + 1)])
def test_t64_data_that_is_none_is_refused(node: DirectedNode, registry: str, method: str, answer: object) -> None:
    node.directions[method] = lambda *_: answer
    opened = wallet(node)
    with pytest.raises(UnavailableError):
        opened.read(registry, b"") if method == "eth_call" else opened.code(registry)


@pytest.mark.parametrize("change", [{"baseFeePerGas": None}, {"baseFeePerGas": "0x"}, {"baseFeePerGas": 7}])
def test_t64_a_block_without_a_base_fee_is_refused(
    node: DirectedNode, registry: str, change: dict[str, object]
) -> None:
    node.directions["eth_getBlockByNumber"] = lambda _, parameters, honest: (
        honest() | change if parameters[0] == "latest" else honest()  # type: ignore[operator]
    )
    with pytest.raises(UnavailableError, match="baseFeePerGas: unusable answer"):
        wallet(node).send(registry, anchor(1))
    assert node.sent == []


# A real node

ANVIL = ChainId("eip155", "31337")
# The first account of anvil's published test mnemonic.
RICH = KeyPayer(Account.from_key("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
FINALITY = ("--hardfork", "prague", "--slots-in-an-epoch", "1")


@pytest.fixture(scope="module")
def anvil() -> Iterator[str]:
    with running_anvil(*FINALITY, "--block-time", "1") as url:
        yield url


def open_anvil(url: str, patience: Patience = Patience(60, 60, 30, 50), max_fee: int = 20 * GWEI) -> Wallet:  # noqa: B008
    return wallet(url, ANVIL, RICH, patience, max_fee)


def test_on_a_real_node_it_is_created_called_final_and_its_revert_named(anvil: str) -> None:
    opened = open_anvil(anvil)
    created = opened.send(None, creation_code(REGISTRY))
    assert created.contract is not None
    assert opened.code(created.contract) == REGISTRY.runtime
    done = opened.send(created.contract, anchor(7), contract=REGISTRY)
    assert int(rpc(anvil, "eth_getBlockByNumber", "finalized", False)["number"], 16) >= done.block.number
    assert head(opened, created.contract) == 1
    with pytest.raises(
        PublishError, match=r"nothing was sent: it would revert: InstantNotLater\(instant=7, newest=7\)"
    ):
        opened.send(created.contract, anchor(7), contract=REGISTRY)
    with pytest.raises(PublishError, match=r"reverted in block \d+: InstantNotLater\(instant=7, newest=7\)"):
        opened.send(created.contract, anchor(7), gas=200_000, contract=REGISTRY)


def test_on_a_real_node_a_limit_below_the_price_is_kept(anvil: str) -> None:
    with pytest.raises(PublishError, match="nothing was sent: wait, or raise the limit"):
        open_anvil(anvil, max_fee=1).send(None, creation_code(REGISTRY))


def test_a_real_node_of_another_chain_is_sent_nothing(anvil: str) -> None:
    with pytest.raises(IncapableError, match="it serves eip155:31337, not eip155:1"):
        wallet(anvil, ChainId("eip155", "1"), RICH).send(None, creation_code(REGISTRY))


def test_on_a_real_node_what_waits_is_replaced() -> None:
    with running_anvil(*FINALITY, "--no-mining") as url:
        opened = open_anvil(url, Patience(30, 30, 1, 50))
        outcome: list[Receipt] = []
        sending = threading.Thread(target=lambda: outcome.append(opened.send(None, creation_code(REGISTRY))))
        sending.start()
        time.sleep(2.5)
        while sending.is_alive():
            rpc(url, "anvil_mine", "0x1")
            time.sleep(0.2)
        sending.join()
        assert outcome
        assert rpc(url, "eth_getTransactionCount", RICH.address, "latest") == "0x1"
        written = rpc(url, "eth_getTransactionByHash", "0x" + outcome[0].transaction.hex())
        assert int(written["maxPriorityFeePerGas"], 16) > int(rpc(url, "eth_maxPriorityFeePerGas"), 16)


def test_on_a_real_node_a_reorganisation_is_mended() -> None:
    with running_anvil(*FINALITY, "--no-mining") as url:
        rpc(url, "anvil_mine", "0x5")
        opened = open_anvil(url, Patience(30, 30, 20, 20))
        outcome: list[Receipt] = []
        sending = threading.Thread(target=lambda: outcome.append(opened.send(None, creation_code(REGISTRY))))
        sending.start()
        while not int(rpc(url, "eth_getTransactionCount", RICH.address, "pending"), 16):
            time.sleep(0.02)
        rpc(url, "anvil_mine", "0x1")
        time.sleep(0.3)
        lost = rpc(url, "eth_getBlockByNumber", "latest", False)["hash"]
        rpc(url, "anvil_reorg", 1, [])
        while sending.is_alive():
            rpc(url, "anvil_mine", "0x1")
            time.sleep(0.2)
        sending.join()
        assert outcome
        assert "0x" + outcome[0].block.hash.hex() != lost
        assert opened.code(str(outcome[0].contract)) == REGISTRY.runtime


def test_a_real_node_killed_after_it_took_it_is_named() -> None:
    failure: list[PublishError] = []

    def run(opened: Wallet) -> None:
        try:
            opened.send(None, creation_code(REGISTRY))
        except PublishError as error:
            failure.append(error)

    with running_anvil(*FINALITY, "--no-mining") as url:
        sending = threading.Thread(target=run, args=(open_anvil(url, Patience(2, 2, 30, 50)),))
        sending.start()
        while not int(rpc(url, "eth_getTransactionCount", RICH.address, "pending"), 16):
            time.sleep(0.02)
    sending.join()
    assert "cannot be followed" in str(failure[0])
    assert "running the command again is safe" in str(failure[0])
