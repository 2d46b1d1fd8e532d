"""What a node may say in place of the logs it was asked for, one lie or refusal at a time, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.chains.honest_chain import POOR, HonestChain

if TYPE_CHECKING:
    from tests.chains.lying_server import LyingServer

Logs = list[dict[str, Any]]
Lie = Callable[["LyingServer", dict[str, Any], dict[str, Any]], dict[str, Any]]


def span(call: dict[str, Any]) -> tuple[int, int]:
    (asked,) = call["params"]
    return int(asked["fromBlock"], 16), int(asked["toBlock"], 16)


def _logs(change: Callable[[Logs], object]) -> Lie:
    """Change an answer that holds logs."""

    def lie(_: LyingServer, call: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        asked = call["method"] == "eth_getLogs" and told.get("result")
        return told | {"result": change(told["result"])} if asked else told

    return lie


def _first(**members: object) -> Lie:
    return _logs(lambda logs: [logs[0] | members, *logs[1:]])


def _first_without(name: str) -> Lie:
    return _logs(lambda logs: [{key: value for key, value in logs[0].items() if key != name}, *logs[1:]])


def _refused(code: int, words: str, unless: Callable[[tuple[int, int], Logs], bool] = lambda _, __: False) -> Lie:
    def lie(_: LyingServer, call: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs" or unless(span(call), told["result"]):
            return told
        return {"jsonrpc": "2.0", "id": told["id"], "error": {"code": code, "message": words}}

    return lie


def _abandoned(node: LyingServer, call: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    if call["method"] != "eth_getLogs":
        return told
    (asked,) = call["params"]
    other = HonestChain(node.chain.chain_id, salt=b"abandoned")
    return told | {"result": other.logs(asked["address"], asked["topics"], *span(call))}


def _at_most(blocks: int) -> Callable[[tuple[int, int], Logs], bool]:
    return lambda asked, _: asked[1] - asked[0] < blocks


LOG_LIES: dict[str, Lie] = {
    "log of another contract": _first(address=POOR),
    "log of no contract": _first(address=None),
    "log of another topic": _logs(lambda logs: [logs[0] | {"topics": ["0x" + "77" * 32, *logs[0]["topics"][1:]]}]),
    "log with another second topic": _logs(
        lambda logs: [logs[0] | {"topics": [logs[0]["topics"][0], "0x" + "77" * 32]}]
    ),
    "log of one topic": _logs(lambda logs: [logs[0] | {"topics": logs[0]["topics"][:1]}]),
    "log with its topics turned": _logs(lambda logs: [logs[0] | {"topics": logs[0]["topics"][::-1]}]),
    "log of no topic": _first(topics=[]),
    "log of five topics": _logs(lambda logs: [logs[0] | {"topics": logs[0]["topics"][:1] * 5}]),
    "log of a short topic": _logs(lambda logs: [logs[0] | {"topics": [logs[0]["topics"][0], "0x01"]}]),
    "log before the span": _first(blockNumber="0x0"),
    "log after the span": _first(blockNumber="0xffff"),
    "log of an endless number": _first(blockNumber="0x" + "f" * 64),
    "log of a pending block": _first(blockNumber=None, blockHash=None, logIndex=None),
    "log without its block's hash": _first_without("blockHash"),
    "log of a short hash": _first(blockHash="0x77"),
    "log of another block": _logs(lambda logs: [log | {"blockHash": "0x" + "77" * 32} for log in logs]),
    "logs of two blocks in one": _logs(lambda logs: [*logs[:-1], logs[-1] | {"blockHash": "0x" + "77" * 32}]),
    "logs of an abandoned fork": _abandoned,
    "log removed": _first(removed=True),
    "log perhaps removed": _first_without("removed"),
    "log removed by zero": _first(removed=0),
    "log without index": _first(logIndex=None),
    "log with a number for an index": _first(logIndex=1),
    "log of an endless index": _first(logIndex="0x" + "f" * 64),
    "log twice": _logs(lambda logs: [*logs, logs[0]]),
    "log twice with other data": _logs(lambda logs: [*logs, logs[0] | {"data": "0x07"}]),
    "log without data": _first_without("data"),
    "log of odd data": _first(data="0x0"),
    "log of huge data": _first(data="0x" + "00" * (2**20 + 1)),
    "log of nothing": _logs(lambda logs: [None, *logs[1:]]),
    "logs in an object": _logs(lambda logs: {"logs": logs}),
    "logs as null": _logs(lambda _: None),
    "logs as text": _logs(lambda _: "0x"),
    "log left out": _logs(lambda logs: logs[1:]),
    "log of other data": _first(data="0x" + "07" * 32),
    "logs backwards": _logs(lambda logs: logs[::-1]),
    "logs of 2 blocks at most": _refused(-32602, "query exceeds max block range 2", _at_most(2)),
    "logs of 1 block at most": _refused(-32005, "Requested range exceeds maximum range limit", _at_most(1)),
    "2 logs at most": _refused(-32005, "query returned more than 2 results", lambda _, logs: len(logs) <= 2),
    "logs in no form": _refused(-32602, "invalid params"),
    "no logs of any span": _refused(-32000, "block range is too wide"),
    "no logs": _refused(-32601, "the method eth_getLogs does not exist/is not available"),
    "no index of logs": _refused(-32000, "internal error"),
}
