"""Run a chain inside this process and serve it as JSON-RPC: a real state trie, real headers, real proofs.

The chain is web3's tester (eth-tester and py-evm, Prague rules), which has no `eth_getProof`: proofs are read
from its state trie here. The same calls in the same order give the same blocks.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import rlp
from eth_utils.crypto import keccak

from por.chains.embedded.parameters import fixed, quantity
from por.chains.embedded.receipts import receipt_value
from por.chains.embedded.server import LoopbackServer, RefusedQuestionError
from por.chains.embedded.state import account_at, block_value, proof_value
from por.chains.embedded.transactions import TransactionAnswers
from por.errors import FormatError, UnavailableError
from por.model import AccountState, BlockRef, ChainAccount, ChainId, Instant

FAUCET_WEI = 10**27
_BLOCK_SECONDS = 12
_GAS = 3_000_000
_GAS_WEI = 2 * 10**9


class EmbeddedChain:
    """Hold one chain; what is sent waits until `mine` puts it into a block.

    `lag` is how many blocks the finalized one lies behind the head, and `instant_mining` whether a raw transaction
    that comes over JSON-RPC is put into a block at once, 12 seconds after the last; both may be changed at any time.
    """

    def __init__(
        self, genesis: Instant, *, lag: int = 0, instant_mining: bool = False, chain_id: int | None = None
    ) -> None:
        """Begin with a genesis block at `genesis` that gives all coins to a faucet; `chain_id` is eth-tester's own.

        Raises: FormatError where the extra `demo` is not installed.
        """
        self.lag = lag
        self.instant_mining = instant_mining
        self._backend = _backend(genesis)
        if chain_id is not None:
            self._backend.chain.chain_id = chain_id
        self._faucet: bytes = self._backend.get_accounts()[0]
        self._unchecked: list[bytes] = []
        self._transactions = TransactionAnswers(lambda: self._backend.chain, self._known)
        self._branch = 0
        self._lock = threading.RLock()

    @property
    def chain(self) -> ChainId:
        """Name the chain."""
        return ChainId("eip155", str(self._backend.chain.chain_id))

    @property
    def head(self) -> BlockRef:
        """Name the newest block."""
        with self._lock:
            return _ref(self._header(self._head_number()))

    @property
    def finalized(self) -> BlockRef:
        """Name the block that is served as finalized."""
        with self._lock:
            return _ref(self._header(max(0, self._head_number() - self.lag)))

    def instant(self, number: int) -> Instant:
        """Return the time of a block."""
        with self._lock:
            return Instant(self._header(number).timestamp)

    def account(self, address: str) -> AccountState:
        """Return an account at the head."""
        with self._lock:
            return account_at(self._nodes, self._header(self._head_number()).state_root, self._address(address))

    def fund(self, address: str, wei: int) -> None:
        """Send coins from the faucet."""
        self.send(address, b"", wei)

    def send(self, address: str, data: bytes, wei: int = 0) -> None:
        """Call a contract, or pay an account, from the faucet."""
        self._transact(self._address(address), data, wei)

    def deploy(self, creation_code: bytes) -> str:
        """Create a contract from the faucet's account and return its address."""
        with self._lock:
            nonce = self._transact(b"", creation_code, 0)
            created: bytes = keccak(rlp.encode([self._faucet, nonce]))[12:]
            return "0x" + created.hex()

    def mine(self, at: Instant | None = None) -> BlockRef:
        """Make the next block with all that waits and fits, 12 seconds after the last or at a later instant.

        Raises: FormatError for an instant that is not later; UnavailableError when a transaction of the faucet fails.
        """
        with self._lock:
            self._seal(at)
            self._require_success()
            return self.head

    def rewind(self, number: int) -> None:
        """Forget all blocks after `number`; the ones mined next differ, as after a reorganisation.

        Raises: FormatError when there is no such block.
        """
        with self._lock:
            if not 0 <= number <= self._head_number():
                raise FormatError(f"there is no block {number} to go back to")
            self.restore(_ref(self._header(number)))

    def restore(self, head: BlockRef) -> None:
        """Make a block the head that was it before, be it on an abandoned branch; what waits is forgotten.

        Blocks that are mined next differ from all before. Raises: FormatError when there is no such block.
        """
        with self._lock:
            if not self._backend.chain.chaindb.header_exists(head.hash):
                raise FormatError(f"there was no block {head.number} with this hash")
            self._backend.revert_to_snapshot(head.hash)
            self._transactions.pool.clear()
            self._unchecked.clear()
            self._branch += 1

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve the chain on a free loopback port; yield the URL."""
        with LoopbackServer(self.answer) as server:
            yield server.url

    def answer(self, method: str, parameters: Sequence[object]) -> object:
        """Answer one JSON-RPC question about the chain.

        Raises: RefusedQuestionError.
        """
        with self._lock:
            match method, *parameters:
                case ("eth_chainId",):
                    return hex(int(self.chain.reference))
                case ("eth_blockNumber",):
                    return hex(self._head_number())
                case "eth_getBlockByNumber", str(tag), bool():
                    header = self._at_tag(tag)
                case "eth_getBlockByHash", str(text), bool():
                    header = self._at_hash(text)
                case "eth_getProof", str(address), [*keys], block:
                    return self._proof(address, keys, self._known(block))
                case "eth_getBalance", str(address), block:
                    return self._proof(address, [], self._known(block))["balance"]
                case (
                    ("eth_getProof" | "eth_getBlockByNumber" | "eth_getBlockByHash" | "eth_getBalance"),
                    *_,
                ):
                    raise RefusedQuestionError(-32602, "invalid params")
                case _ if method in self._transactions.methods:
                    return self._about_transactions(method, list(parameters))
                case _:
                    raise RefusedQuestionError(-32601, f"the method {method} does not exist/is not available")
            return None if header is None else self._block(header)

    def _about_transactions(self, method: str, parameters: list[object]) -> object:
        answer = self._transactions.answer(method, parameters)
        if method == "eth_sendRawTransaction" and self.instant_mining:
            self._seal()
        return answer

    def _block(self, header: Any) -> dict[str, object]:
        block = self._backend.chain.get_canonical_block_by_number(header.block_number)
        return block_value(rlp.encode(header), [each.hash for each in block.transactions])

    @property
    def _nodes(self) -> Mapping[bytes, bytes]:
        nodes: Mapping[bytes, bytes] = self._backend.chain.chaindb.db
        return nodes

    def _head_number(self) -> int:
        number: int = self._backend.chain.get_block().number
        return number - 1

    def _header(self, number: int) -> Any:
        return self._backend.chain.get_canonical_block_header_by_number(number)

    def _at_tag(self, tag: str) -> Any:
        tags = {
            "latest": self._head_number(),
            "finalized": self.finalized.number,
            "safe": self.finalized.number,
            "earliest": 0,
        }
        number = tags[tag] if tag in tags else quantity(tag)
        return self._header(number) if number <= self._head_number() else None

    def _at_hash(self, text: str) -> Any:
        wanted = fixed(text, 32)
        numbers = range(self._head_number(), -1, -1)
        return next((header for header in map(self._header, numbers) if header.hash == wanted), None)

    def _known(self, block: object) -> Any:
        if isinstance(block, dict):
            block = block.get("blockHash") or block.get("blockNumber")
        if not isinstance(block, str):
            raise RefusedQuestionError(-32602, "invalid params: no block")
        header = self._at_hash(block) if len(block) == 66 else self._at_tag("latest" if block == "pending" else block)
        if header is None:
            raise RefusedQuestionError(-32001, "block not found")
        return header

    def _proof(self, address: str, keys: Sequence[object], header: Any) -> dict[str, object]:
        raw = [fixed(key, 32) for key in keys]
        return proof_value(self._nodes, header.state_root, fixed(address, 20), raw)

    def _seal(self, at: Instant | None = None) -> None:
        chain = self._backend.chain
        parent = self._header(self._head_number())
        seconds = parent.timestamp + _BLOCK_SECONDS if at is None else at.seconds
        if seconds <= parent.timestamp:
            raise FormatError(f"a block at {Instant(seconds)} is not after its parent at {Instant(parent.timestamp)}")
        salt = keccak(f"{self._branch}/{parent.block_number + 1}".encode())
        # Contracts see the time of the block that they run in.
        chain.header = chain.header.copy(timestamp=seconds, mix_hash=salt)
        self._transactions.pool.fill(chain)
        chain.mine_block(mix_hash=salt, blob_gas_used=0)

    def _transact(self, to: bytes, data: bytes, wei: int) -> int:
        with self._lock:
            chain, pool = self._backend.chain, self._transactions.pool
            nonce = pool.next_nonce(self._faucet, chain.get_vm().state.get_nonce(self._faucet))
            transaction = chain.create_unsigned_transaction(
                nonce=nonce, gas_price=_GAS_WEI, gas=_GAS, to=to, value=wei, data=data
            ).as_signed_transaction(self._backend.account_keys[0])
            try:
                pool.add(transaction, chain)
            except RefusedQuestionError as error:
                raise UnavailableError(f"the faucet of the embedded chain cannot send this: {error}") from error
            self._unchecked.append(transaction.hash)
            return nonce

    def _require_success(self) -> None:
        hashes, self._unchecked = self._unchecked, []
        receipts = [receipt_value(self._backend.chain, each) for each in hashes]
        failed = sum(1 for receipt in receipts if receipt is None or receipt["status"] != "0x1")
        if failed:
            raise UnavailableError(f"{failed} of {len(hashes)} transactions failed on the embedded chain")

    def _address(self, address: str) -> bytes:
        return bytes.fromhex(ChainAccount.parse(f"{self.chain}:{address}").address[2:])


def _backend(genesis: Instant) -> Any:
    try:
        # Two heavy packages that only this module's callers need.
        from eth_tester.backends.pyevm.main import (  # noqa: PLC0415
            PyEVMBackend,
            generate_genesis_state_for_keys,
            get_default_account_keys,
        )
    except ImportError as error:
        raise FormatError("the embedded chain needs an extra; run: pip install 'por-verifier[demo]'") from error
    keys = get_default_account_keys(quantity=1)
    return PyEVMBackend(
        genesis_parameters=PyEVMBackend.generate_genesis_params({"timestamp": genesis.seconds}),
        genesis_state=generate_genesis_state_for_keys(keys, {"balance": FAUCET_WEI}),
    )


def _ref(header: Any) -> BlockRef:
    return BlockRef(header.block_number, header.hash)
