"""A server of bundles on this machine that tells the truth about a directory, and one lie at a time, by name."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.loopback import Loopback

FAULTS = (
    "another document",
    "evidence swapped",
    "evidence withheld",
    "evidence too large",
    "evidence without end",
    "document without end",
    "note too large",
    "redirect",
    "garbage",
    "empty",
    "dies in the midst",
    "not there",
    "forbidden",
)


class BundleServer(Loopback):
    """Serve the files below a directory at /PREFIX/; a context manager."""

    def __init__(self, directory: Path, prefix: str = "/por/s3cret-path", fault: str = "") -> None:
        if fault and fault not in FAULTS:
            raise LookupError(fault)
        self.directory = directory
        self.prefix = prefix
        self.fault = fault
        self.asked: list[str] = []
        self.sent = 0
        super().__init__(_handler(self))

    @property
    def url(self) -> str:
        return f"{self.origin}{self.prefix}/?key=s3cret-query"

    def names(self) -> list[str]:
        """Return the files that were asked for, without prefix and query."""
        return [path.partition("?")[0].removeprefix(self.prefix) for path in self.asked]

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return status and body, and note what was asked."""
        self.asked.append(path)
        name = path.partition("?")[0].removeprefix(self.prefix).lstrip("/")
        evidence = "evidence/" in name
        number = sum("evidence/" in each for each in self.asked)
        file = self.directory / name
        body = file.read_bytes() if file.is_file() else b""
        lies: dict[str, tuple[bool, int, bytes]] = {
            "another document": (name.endswith("bundle.json"), 200, body.replace(b"exchange.ex", b"exchangf.ex")),
            "garbage": (name.endswith("bundle.json"), 200, b"<html>log in</html>"),
            "empty": (True, 200, b""),
            "evidence swapped": (evidence and number == 1, 200, bytes(len(body))),
            "evidence withheld": (evidence and number == 1, 404, b""),
            "evidence too large": (evidence and number == 1, 200, body + b" "),
            "note too large": (name.endswith("bundle.note"), 200, b"x" * 100_000),
            "dies in the midst": (evidence and number > 5, 503, b""),
            "not there": (True, 404, b""),
            "forbidden": (True, 403, b""),
        }
        applies, status, told = lies.get(self.fault, (False, 0, b""))
        if applies:
            return status, told
        return (200, body) if file.is_file() else (404, b"")


def _handler(server: BundleServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = server.answer(self.path)
            endless = (server.fault == "document without end" and "bundle.json" in self.path) or (
                server.fault == "evidence without end" and "evidence/" in self.path
            )
            try:
                if server.fault == "redirect":
                    self._redirect()
                elif endless:
                    self._endless()
                else:
                    self._whole(status, body)
            except OSError:
                self.close_connection = True

        def _whole(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _redirect(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _endless(self) -> None:
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            while server.sent < 2**29:
                self.wfile.write(b" " * 2**16)
                server.sent += 2**16

        def log_message(self, *_: object) -> None:
            pass

    return Handler
