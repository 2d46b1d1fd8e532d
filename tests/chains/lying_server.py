"""A node on this machine that tells the truth about an `HonestChain`, and one lie or fault at a time, by name.

    with LyingServer(HonestChain(), "null result") as node:
        EvmSource(ChainId("eip155", "1"), node.url, limits=QUICK).finalized()

`node.fault` may be changed while it runs; `node.asked` lists the methods it was sent, `node.spans` the blocks whose
logs it was asked for, `node.overrides` the states that calls were tried on, `node.sizes` how many questions each
request held, `node.posts` counts requests, `node.sent` the bytes of an endless body that somebody took. GET, whatever
the path, fetches `node.document`. `node.most` is how many questions it takes at once, `node.refusal` how it refuses
more.
"""

from __future__ import annotations

import copy
import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

from por.chains.transport import Limits
from tests.chains.honest_chain import ABSENT, POOR, RICH, HonestChain
from tests.chains.lying_calls import ASKED_LIES
from tests.chains.lying_logs import LOG_LIES, span
from tests.loopback import Loopback

# Tried again at once, and no busy machine is taken for a silent node.
QUICK = Limits(
    connect_ms=3_000, read_ms=10_000, total_ms=30_000, attempts=3, pause_ms=10, max_pause_ms=50, max_bytes=2**20
)
HASTY = replace(QUICK, connect_ms=300, read_ms=300, total_ms=900)
SECRETS = ("s3cret-user", "s3cret-pass", "s3cret-path", "s3cret-query")

Answers = list[dict[str, Any]]
Answer = dict[str, Any]


def patience(fault: str) -> Limits:
    """Wait for everything but a node that never comes to an end."""
    return HASTY if fault in {"silent", "trickle"} else QUICK


class LyingServer(Loopback):
    """Serve one chain, with the fault named; a context manager."""

    def __init__(self, chain: HonestChain, fault: str | None = None) -> None:
        if fault is not None and fault not in (*FAULTS, *LOG_FAULTS, *ASKED_LIES):
            raise LookupError(fault)
        self.chain = chain
        self.fault = fault
        self.document = b'{"issuer":"example.com"}'
        self.asked: list[str] = []
        self.blocks: list[object] = []
        self.overrides: list[object] = []
        self.spans: list[tuple[int, int]] = []
        self.sizes: list[int] = []
        self.most = 10_000
        self.refusal = "413"
        self.posts = 0
        self.sent = 0
        super().__init__(_handler(self))

    @property
    def url(self) -> str:
        """Name the node with a key wherever providers put them."""
        user, password, path, query = SECRETS
        return f"http://{user}:{password}@127.0.0.1:{self.port}/v3/{path}?key={query}"

    def honest(self, method: str, params: list[Any]) -> Answer:
        match method, params:
            case "eth_chainId", []:
                return {"result": hex(self.chain.chain_id)}
            case "eth_getBlockByNumber", [tag, False]:
                number = self.chain.number_of(tag)
                return {"result": None if number is None else self.chain.block(number)}
            case "eth_getProof", [address, keys, block]:
                self.blocks.append(block)
                number = self.chain.number_of(block)
                if number is None:
                    return {"error": {"code": -32001, "message": "block not found"}}
                return {"result": self.chain.proof(address, keys, number)}
            case "eth_getLogs", [{"address": address, "topics": topics, "fromBlock": _, "toBlock": _, **others}]:
                assert not others
                assert 1 <= len(topics) <= 4
                return {"result": self.chain.logs(address, topics, *span({"params": params}))}
            case (("eth_call" | "eth_getCode" | "eth_createAccessList"), [asked, block, *overrides]):
                self.blocks.append(block)
                number = self.chain.number_of(block)
                if number is None:
                    return {"error": {"code": -32000, "message": "header not found"}}
                return self._state(method, asked, number, overrides)
            case _:
                return {"error": {"code": -32601, "message": f"the method {method} does not exist/is not available"}}

    def _state(self, method: str, asked: Any, number: int, overrides: list[Any]) -> Answer:
        if method == "eth_getCode":
            return {"result": "0x" + self.chain.code(asked).hex()}
        assert asked.keys() == {"to", "data"}
        if method == "eth_createAccessList":
            return {"result": self.chain.access(asked["to"])}
        self.overrides += overrides
        answer = self.chain.call(asked["to"], bytes.fromhex(asked["data"][2:]), number)
        if answer is None:
            return {"error": {"code": 3, "message": "execution reverted", "data": "0x"}}
        return {"result": "0x" + answer.hex()}

    def answer(self, call: dict[str, Any]) -> Answer:
        self.asked.append(call["method"])
        if call["method"] == "eth_getLogs":
            self.spans.append(span(call))
        told = {"jsonrpc": "2.0", "id": call["id"], **self.honest(call["method"], call["params"])}
        lie = (LIES | LOG_LIES | ASKED_LIES).get(self.fault or "")
        return lie(self, call, copy.deepcopy(told)) if lie else told


def refused_url() -> str:
    """Name a port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v3/{SECRETS[2]}"


def _handler(node: LyingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            node.posts += 1
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            batch = asked if isinstance(asked, list) else [asked]
            node.sizes.append(len(batch))
            if len(batch) > node.most:
                return REFUSALS[node.refusal](self, node, b"")
            answers = [node.answer(call) for call in batch]
            lie = BATCH_LIES.get(node.fault or "")
            told: object = lie(answers) if lie and isinstance(asked, list) else answers
            body = json.dumps(told if isinstance(asked, list) else answers[0]).encode()
            return self.answer(body)

        def do_GET(self) -> None:
            node.posts += 1
            node.asked.append(f"GET {self.path} {self.headers['Content-Type']} {self.headers['Content-Length']}")
            self.answer(node.document)

        def answer(self, body: bytes) -> None:
            if node.fault in BODIES:
                body = BODIES[node.fault](body)
            try:
                (TRANSFERS | LOG_TRANSFERS).get(node.fault or "", _send)(self, node, body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _send(handler: BaseHTTPRequestHandler, _: LyingServer, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def _status(status: int, body: bytes = b"", **headers: str) -> Transfer:
    return lambda handler, node, _: _send(handler, node, body, status, **headers)


def _wide(status: int) -> Transfer:
    """Refuse the logs of more than two blocks with a status alone."""

    def send(handler: BaseHTTPRequestHandler, node: LyingServer, body: bytes) -> None:
        is_wide = node.asked[-1] == "eth_getLogs" and node.spans[-1][1] - node.spans[-1][0] > 1
        _send(handler, node, *((b"", status) if is_wide else (body, 200)))

    return send


def _at_first(times: int, fault: Transfer) -> Transfer:
    return lambda handler, node, body: (fault if node.posts <= times else _send)(handler, node, body)


def _reset(handler: BaseHTTPRequestHandler, _: LyingServer, __: bytes) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def _hang_up(handler: BaseHTTPRequestHandler, _: LyingServer, __: bytes) -> None:
    handler.close_connection = True


def _silent(handler: BaseHTTPRequestHandler, node: LyingServer, body: bytes) -> None:
    time.sleep(1)
    _send(handler, node, body)


def _trickle(handler: BaseHTTPRequestHandler, _: LyingServer, body: bytes) -> None:
    whole = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    for byte in whole[:60]:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.05)
    handler.close_connection = True


def _truncated(handler: BaseHTTPRequestHandler, node: LyingServer, body: bytes) -> None:
    _send(handler, node, body[: len(body) // 2], Content_Length=str(len(body)))
    handler.close_connection = True


def _cut_chunk(handler: BaseHTTPRequestHandler, _: LyingServer, body: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"%x\r\n" % len(body) + body)
    handler.close_connection = True


def _huge(handler: BaseHTTPRequestHandler, node: LyingServer, _: bytes) -> None:
    _send(handler, node, b" " * (50 * 2**20))


def _huge_unannounced(handler: BaseHTTPRequestHandler, _: LyingServer, __: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _count in range(50):
        handler.wfile.write(b" " * 2**20)
    handler.close_connection = True


def _endless(status: int) -> Transfer:
    """Send a body for as long as anybody takes it, up to what would be too much for a small machine."""

    def send(handler: BaseHTTPRequestHandler, node: LyingServer, _: bytes) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 %d Any\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n" % status)
        while node.sent < ENDLESS:
            handler.wfile.write(b" " * 2**16)
            node.sent += 2**16

    return send


ENDLESS = 2**29
Transfer = Callable[[BaseHTTPRequestHandler, LyingServer, bytes], None]
TRANSFERS: dict[str, Transfer] = {
    "reset": _reset,
    "hang up": _hang_up,
    "silent": _silent,
    "trickle": _trickle,
    "truncated body": _truncated,
    "cut chunk": _cut_chunk,
    "50 MB": _huge,
    "50 MB unannounced": _huge_unannounced,
    "204": _status(204),
    "400": _status(400),
    "401": _status(401),
    "403": _status(403),
    "404": _status(404),
    "429": _status(429),
    "429 for a day": _status(429, Retry_After="86400"),
    "500": _status(500),
    "503": _status(503),
    "503 with a balance": _status(503, b'{"jsonrpc":"2.0","id":1,"result":"0x0"}'),
    "redirect to another host": _status(307, Location="http://169.254.169.254/latest/meta-data"),
    "moved": _status(301, Location="/"),
    "moved with an endless body": _endless(302),
    "moved to a byte": _status(302, Location="\xff"),
    "moved to half an address": _status(302, Location="http://["),
    "not there, without end": _endless(404),
    "length of 5000 digits": _status(200, Content_Length="9" * 5000),
    "length of other digits": _status(200, Content_Length="\xb2"),
    "gzip": lambda handler, node, body: _send(handler, node, body, Content_Encoding="gzip"),
    "reset twice": _at_first(2, _reset),
    "503 twice": _at_first(2, _status(503)),
    "429 once": _at_first(1, _status(429, Retry_After="0")),
    "truncated once": _at_first(1, _truncated),
}


def _batch_refused(code: int, words: str) -> Transfer:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": words}}
    return lambda handler, node, _: _send(handler, node, json.dumps(body).encode())


REFUSALS: dict[str, Transfer] = {
    "400": _status(400),
    "413": _status(413),
    "429": _status(429, Retry_After="0"),
    "batch too large": _batch_refused(-32600, "batch too large"),
    "response too large": _batch_refused(-32003, "response too large"),
    "rate": _batch_refused(-32005, "too many requests"),
}
LOG_TRANSFERS: dict[str, Transfer] = {
    "400 for the logs of many blocks": _wide(400),
    "413 for the logs of many blocks": _wide(413),
}

BODIES: dict[str, Callable[[bytes], bytes]] = {
    "html": lambda _: b"<html><body>Please log in</body></html>",
    "empty body": lambda _: b"",
    "null body": lambda _: b"null",
    "number body": lambda _: b"0",
    "not UTF-8": lambda body: body.replace(b"0x", b"\xff\xfe", 1),
    "NaN": lambda body: body.replace(b'"0x', b'NaN, "z": "0x', 1),
    "float": lambda body: body.replace(b'"0x', b'0.0, "z": "0x', 1),
    "duplicate key": lambda body: body.replace(b'"result":', b'"result": "0x0", "result":', 1),
    "deep": lambda _: b"[" * 100_000 + b"]" * 100_000,
    "trailing bytes": lambda body: body + b"{}",
}


def _with(**members: object) -> Lie:
    return lambda _, __, told: told | members


def _without(*names: str) -> Lie:
    return lambda _, __, told: {name: value for name, value in told.items() if name not in names}


def _error(code: object, message: object) -> Lie:
    return lambda _, __, told: _without("result")(_, __, told) | {"error": {"code": code, "message": message}}


def _only(method: str, lie: Lie) -> Lie:
    return lambda node, call, told: lie(node, call, told) if call["method"] == method else told


def _in_result(**members: object) -> Lie:
    def lie(_: LyingServer, __: dict[str, Any], told: Answer) -> Answer:
        if isinstance(told.get("result"), dict):
            told["result"].update(members)
        return told

    return lie


def _upper(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _upper(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_upper(member) for member in value]
    return "0x" + value[2:].upper() if isinstance(value, str) and value.startswith("0x") else value


def _echo_key(_: LyingServer, __: dict[str, Any], told: Answer) -> Answer:
    words = f"key {SECRETS[2]} of {SECRETS[0]} is over quota\x1b[31m"
    return {"jsonrpc": "2.0", "id": told["id"], "error": {"code": -32000, "message": words}}


def _other_block(node: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    number = node.chain.number_of(call["params"][0])
    return told | {"result": node.chain.block((number or 0) - 1)}


def _second_read(node: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    number = node.chain.number_of(call["params"][0])
    if number is None or node.asked.count("eth_getBlockByNumber") < 2:
        return told
    return told | {"result": HonestChain(node.chain.chain_id, salt=b"other").block(number)}


def _other_fork(node: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    number = node.chain.number_of(call["params"][0])
    return told if number is None else told | {"result": HonestChain(node.chain.chain_id, salt=b"lie").block(number)}


def _other_account(node: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    _, keys, block = call["params"]
    return told | {"result": node.chain.proof(POOR, keys, node.chain.number_of(block) or 0)}


def _relabelled(node: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    address, keys, block = call["params"]
    other = node.chain.proof(RICH if address != RICH else POOR, keys, node.chain.number_of(block) or 0)
    return told | {"result": other | {"address": address}}


def _zero_balance(node: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    address, keys, block = call["params"]
    other = node.chain.proof(ABSENT, keys, node.chain.number_of(block) or 0)
    return told | {"result": other | {"address": address, "balance": "0x0"}}


def _proof_of_yesterday(node: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    address, keys, block = call["params"]
    return told | {"result": node.chain.proof(address, keys, (node.chain.number_of(block) or 1) - 1)}


def _storage(change: Callable[[list[Any]], list[Any]]) -> Lie:
    def lie(_: LyingServer, __: dict[str, Any], told: Answer) -> Answer:
        if isinstance(told.get("result"), dict):
            told["result"]["storageProof"] = change(told["result"]["storageProof"])
        return told

    return lie


def _bare_keys(entries: list[Any]) -> list[Any]:
    return [entry | {"key": hex(int(entry["key"], 16))} for entry in entries]


def _swapped_nodes(entries: list[Any]) -> list[Any]:
    nodes = [entry["proof"] for entry in entries]
    return [entry | {"proof": other} for entry, other in zip(entries, nodes[1:] + nodes[:1], strict=True)]


def _bare_hash_only(_: LyingServer, call: dict[str, Any], told: Answer) -> Answer:
    if isinstance(call["params"][2], str):
        return told
    words = "invalid argument 2: json: cannot unmarshal object into Go value of type string"
    return {"jsonrpc": "2.0", "id": told["id"], "error": {"code": -32602, "message": words}}


Lie = Callable[[LyingServer, dict[str, Any], Answer], Answer]
LIES: dict[str, Lie] = {
    "wrong id": lambda _, __, told: told | {"id": told["id"] + 1000},
    "id as text": lambda _, __, told: told | {"id": str(told["id"])},
    "id true": _with(id=True),
    "null id": _with(id=None),
    "no id": _without("id"),
    "no version": _without("jsonrpc"),
    "null result": _with(result=None),
    "no result": _without("result"),
    "0x": _with(result="0x"),
    "0x0": _with(result="0x0"),
    "number result": _with(result=0),
    "list result": _with(result=[]),
    "empty object": _with(result={}),
    "upper-case hexadecimal": lambda _, __, told: _upper(told),
    "error with 200": _error(-32000, "internal error"),
    "error beside a result": _with(error={"code": -32000, "message": "half an answer"}),
    "error of text": _with(error="no"),
    "error without code": _error(None, None),
    "rate limit with 200": _error(-32005, "daily request count exceeded"),
    "method missing": _error(-32601, "the method does not exist/is not available"),
    "key in the error": _echo_key,
    "other chain id": _only("eth_chainId", _with(result="0x5")),
    "missing block": _only("eth_getBlockByNumber", _with(result=None)),
    "unknown tag": _only("eth_getBlockByNumber", _error(-39001, "Unknown block")),
    "edited balance root": _only("eth_getBlockByNumber", _in_result(stateRoot="0x" + "77" * 32)),
    "edited time": _only("eth_getBlockByNumber", _in_result(timestamp="0x1")),
    "unhashed member": _only("eth_getBlockByNumber", _in_result(blockAccessListHash="0x" + "00" * 32)),
    "no state root": _only("eth_getBlockByNumber", _in_result(stateRoot=None)),
    "hash of another block": _only("eth_getBlockByNumber", _in_result(hash="0x" + "77" * 32)),
    "other block": _only("eth_getBlockByNumber", _other_block),
    "other hash on the second read": _only("eth_getBlockByNumber", _second_read),
    "another fork": _only("eth_getBlockByNumber", _other_fork),
    "pruned": _only("eth_getProof", _error(-32000, "missing trie node 0123 (path ) state 0x12 is not available")),
    "not canonical": _only("eth_getProof", _error(-32000, "hash is not currently canonical")),
    "block not found": _only("eth_getProof", _error(-32001, "Resource not found")),
    "proof for another account": _only("eth_getProof", _other_account),
    "relabelled proof": _only("eth_getProof", _relabelled),
    "zero balance proof": _only("eth_getProof", _zero_balance),
    "proof of yesterday": _only("eth_getProof", _proof_of_yesterday),
    "no nodes": _only("eth_getProof", _in_result(accountProof=[])),
    "null nodes": _only("eth_getProof", _in_result(accountProof=None)),
    "odd node": _only("eth_getProof", _in_result(accountProof=["0x0"])),
    "huge node": _only("eth_getProof", _in_result(accountProof=["0x" + "00" * 5000])),
    "many nodes": _only("eth_getProof", _in_result(accountProof=["0x80"] * 5000)),
    "storage proof missing": _only("eth_getProof", _storage(lambda entries: entries[1:])),
    "storage proof twice": _only("eth_getProof", _storage(lambda entries: entries[:1] * (len(entries) + 1))),
    "storage proofs in another order": _only("eth_getProof", _storage(lambda entries: entries[::-1])),
    "storage nodes swapped": _only("eth_getProof", _storage(_swapped_nodes)),
    "bare keys": _only("eth_getProof", _storage(_bare_keys)),
    "lying words": _only("eth_getProof", _in_result(balance="0x0", nonce="0x99", storageHash="0x" + "00" * 32)),
    "bare hash only": _only("eth_getProof", _bare_hash_only),
    "no form understood": _only("eth_getProof", _error(-32602, "invalid params")),
}

BATCH_LIES: dict[str, Callable[[Answers], object]] = {
    "batch short": lambda answers: answers[:-1],
    "batch long": lambda answers: [*answers, answers[0]],
    "batch duplicated id": lambda answers: [*answers[:-1], answers[0]],
    "batch duplicated id, all there": lambda answers: [answers[0], *answers],
    "batch empty": lambda _: [],
    "batch null": lambda _: None,
    "batch holds null": lambda answers: [None, *answers[1:]],
    "batch one error": lambda answers: [
        *answers[:-1],
        {"jsonrpc": "2.0", "id": answers[-1]["id"], "error": {"code": -32000, "message": "no"}},
    ],
    "batch as one answer": lambda answers: answers[0],
    "batch refused": lambda _: {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batch"}},
    "batch in another order": lambda answers: answers[::-1],
    "batch swapped results": lambda answers: [
        answers[0] | {"result": answers[-1]["result"]},
        *answers[1:-1],
        answers[-1] | {"result": answers[0]["result"]},
    ],
}

FAULTS = (*TRANSFERS, *BODIES, *LIES, *BATCH_LIES)
# Where no logs are asked for, these are none.
LOG_FAULTS = (*LOG_LIES, *LOG_TRANSFERS)
