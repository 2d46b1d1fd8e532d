"""Serve the page to this machine alone, under the policy that stands in it."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from por.web.shipped import policy_of

HOST = "127.0.0.1"
NANOSECONDS = 10**9


class _Handler(BaseHTTPRequestHandler):
    server: "PageServer"
    timeout = 10
    server_version = "por"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        # A name that somebody else's server gave for this address is not ours.
        if self.headers.get("Host") not in self.server.names or self.path != "/":
            self.send_error(404)
            return
        self.send_response(200)
        for name, value in self.server.page_headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(self.server.document)

    def log_message(self, *_: object) -> None:
        """Say nothing: who opened the page when is nobody's business (T83)."""


class PageServer(ThreadingHTTPServer):
    """Serve one document at `/` on a free port of the loopback interface."""

    daemon_threads = True
    timeout = 1

    def __init__(self, document: bytes) -> None:
        """Take a port. Raises: FormatError for what is not the page."""
        self.document = document
        self.page_headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(document)),
            "Content-Security-Policy": f"{policy_of(document)}; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        super().__init__((HOST, 0), _Handler)
        self.names = (f"{HOST}:{self.server_port}", f"localhost:{self.server_port}")

    @property
    def url(self) -> str:
        """Name where the page is."""
        return f"http://{HOST}:{self.server_port}/"


def serve(document: bytes, tell: Callable[[str], None], seconds: int | None = None) -> None:
    """Serve until interrupted, or so many seconds; `tell` gets the URL once. Raises: FormatError; KeyboardInterrupt."""
    until = None if seconds is None else time.monotonic_ns() + seconds * NANOSECONDS
    with PageServer(document) as server:
        tell(server.url)
        while until is None or time.monotonic_ns() < until:
            server.handle_request()
