"""The exchange's own chain in the form that the lying server tells the truth, and lies, about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import RefusedQuestionError
from tests.chains.honest_chain import HonestChain


class ServedChain(HonestChain):
    """Answer out of an embedded chain."""

    def __init__(self, chain: EmbeddedChain) -> None:
        self.chain_id = int(chain.chain.reference)
        self.multicall = False
        self._chain = chain

    def block(self, number: int) -> dict[str, Any]:
        said = self._chain.answer("eth_getBlockByNumber", [hex(max(number, 0)), False])
        assert isinstance(said, dict)
        return said

    def proof(self, address: str, keys: Sequence[str], number: int) -> dict[str, Any]:
        said = self._chain.answer("eth_getProof", [address, list(keys), hex(number)])
        assert isinstance(said, dict)
        return said

    def code(self, address: str) -> bytes:
        said = self._chain.answer("eth_getCode", [address, "latest"])
        return bytes.fromhex(str(said)[2:])

    def call(self, to: str, data: bytes, number: int) -> bytes | None:
        try:
            said = self._chain.answer("eth_call", [{"to": to, "data": "0x" + data.hex()}, hex(number)])
        except RefusedQuestionError:
            return None
        return bytes.fromhex(str(said)[2:])

    def access(self, to: str) -> dict[str, Any]:
        """Give no hint, as a node may: what a call reads is found out by its witness."""
        return {"accessList": [], "gasUsed": "0x5208"}

    def logs(self, address: str, topics: Sequence[str], first: int, last: int) -> list[dict[str, Any]]:
        asked = {"address": address, "topics": list(topics), "fromBlock": hex(first), "toBlock": hex(last)}
        said = self._chain.answer("eth_getLogs", [asked])
        assert isinstance(said, list)
        return said

    def number_of(self, block: object) -> int | None:
        if isinstance(block, dict):
            block = block["blockHash"]
        method = "eth_getBlockByHash" if len(str(block)) == 66 else "eth_getBlockByNumber"
        try:
            said = self._chain.answer(method, [str(block), False])
        except RefusedQuestionError:
            return None
        return int(said["number"], 16) if isinstance(said, dict) else None
