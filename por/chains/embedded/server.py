"""Serve JSON-RPC over HTTP on this machine's loopback interface, from a thread that ends by itself."""

import json
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from por.encoding import strict_json
from por.errors import FormatError

MAX_QUESTION_BYTES = 4 * 2**20
_LOOPBACK = ("127.0.0.1", "localhost")

Answer = Callable[[str, Sequence[object]], object]


class RefusedQuestionError(Exception):
    """Carry the JSON-RPC error code and words that answer a question, and the data with which a call reverted."""

    def __init__(self, code: int, words: str, data: bytes | None = None) -> None:
        """Keep code, words and data apart."""
        super().__init__(words)
        self.code = code
        self.words = words
        self.data = data


class LoopbackServer:
    """Serve what `answer` returns for a method and its parameters; a context manager."""

    def __init__(self, answer: Answer) -> None:
        """Listen on a free port of 127.0.0.1; nothing is answered yet."""
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.answer = answer
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 1 / 50}, daemon=True)

    @property
    def url(self) -> str:
        """Name the server."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    answer: Answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http
    disable_nagle_algorithm = True
    timeout = 30

    def do_POST(self) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0]
        length = self.headers.get("Content-Length", "")
        if host not in _LOOPBACK:
            self.send_error(403)
        elif not length.isascii() or not length.isdigit() or int(length) > MAX_QUESTION_BYTES:
            self.send_error(413)
        else:
            self._reply(_answers(self.server.answer, self.rfile.read(int(length))))

    def _reply(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


def _answers(answer: Answer, body: bytes) -> object:
    try:
        question = strict_json.load(body, max_bytes=MAX_QUESTION_BYTES)
    except FormatError as error:
        return _error(None, -32700, str(error))
    if isinstance(question, list) and question:
        return [_one(answer, each) for each in question]
    return _one(answer, question)


def _one(answer: Answer, question: object) -> dict[str, object]:
    members = question if isinstance(question, dict) else {}
    method, parameters, number = members.get("method"), members.get("params", []), members.get("id")
    if not isinstance(method, str) or not isinstance(parameters, list):
        return _error(number, -32600, "not a request")
    try:
        return {"jsonrpc": "2.0", "id": number, "result": answer(method, parameters)}
    except RefusedQuestionError as error:
        return _error(number, error.code, error.words, error.data)


def _error(number: object, code: int, words: str, data: bytes | None = None) -> dict[str, object]:
    error: dict[str, object] = {"code": code, "message": words}
    if data is not None:
        error["data"] = "0x" + data.hex()
    return {"jsonrpc": "2.0", "id": number, "error": error}
