"""Headers and account proofs of the test chains, and state tries made for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

import rlp
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from por.chains.embedded.state import proof_value
from por.proofs.state.header import header_rlp
from tests.contracts.chain import Chain

EMPTY_ROOT = keccak(rlp.encode(b""))
EMPTY_CODE = keccak(b"")


def header(chain: Chain, number: int) -> bytes:
    """Return a block's consensus encoding."""
    if chain.name == "tester":
        encoded: bytes = rlp.encode(_py_evm(chain).get_canonical_block_header_by_number(number))
        return encoded
    fields = _ask(chain, "eth_getBlockByNumber", hex(number), False)
    return header_rlp(fields)


def account_nodes(chain: Chain, address: str, number: int) -> list[bytes]:
    """Return an account's proof in the state after a block."""
    if chain.name == "tester":
        evm = _py_evm(chain)
        root = evm.get_canonical_block_header_by_number(number).state_root
        proof: Mapping[str, Any] = proof_value(evm.chaindb.db, root, bytes.fromhex(address[2:]), [])
    else:
        proof = _ask(chain, "eth_getProof", address, [], hex(number))
    return [bytes.fromhex(node[2:]) for node in proof["accountProof"]]


def state_proof(chain: Chain, address: str, number: int) -> tuple[bytes, list[bytes]]:
    """Return what contracts take as StateProof."""
    return header(chain, number), account_nodes(chain, address, number)


class State:
    """Hold a state trie with these balances."""

    def __init__(self, balances: Mapping[bytes, int]) -> None:
        self._trie = HexaryTrie({})
        for address, balance in balances.items():
            self._trie[keccak(address)] = rlp.encode([1, balance, EMPTY_ROOT, EMPTY_CODE])

    @property
    def root(self) -> bytes:
        root: bytes = self._trie.root_hash
        return root

    def nodes(self, address: bytes) -> list[bytes]:
        proof: Iterable[Any] = self._trie.get_proof(keccak(address))  # type: ignore[no-untyped-call]
        return [rlp.encode(node) for node in proof]


def addresses() -> Iterator[bytes]:
    """Make addresses without end, always the same."""
    return (keccak(number.to_bytes(8, "big"))[12:] for number in count())


def first_with(prefix: str, among: Iterable[bytes] | None = None) -> bytes:
    """Find an address whose path in the trie begins with these nibbles."""
    return next(each for each in among or addresses() if keccak(each).hex().startswith(prefix))


def items(node: bytes) -> int:
    """Count a node's items: 17 in a branch, 2 in a leaf or extension."""
    return len(rlp.decode(node))


def _py_evm(chain: Chain) -> Any:
    provider: Any = chain.w3.provider
    return provider.ethereum_tester.backend.chain


def _ask(chain: Chain, method: str, *parameters: object) -> Any:
    answer: Any = chain.w3.provider.make_request(method, list(parameters))  # type: ignore[arg-type]
    return answer["result"]
