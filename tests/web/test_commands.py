"""`por web`: hash, export, open, serve."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from por.cli.main import main
from por.encoding import inclusion_proof_v1
from por.errors import FormatError, SourceError
from por.web import registry_answer
from por.web.serving import PageServer, serve
from por.web.shipped import FILE, digest, filled, policy_of
from tests.checks.registry_scenery import FINAL, ISSUERS, PIN, REGISTRY, anchored
from tests.checks.scenery import proof_of
from tests.loopback import Loopback
from tests.web.browser import Browser
from tests.web.test_page import check, fill, give, put
from tests.web.test_registry import answers

DOCUMENT = FILE.read_bytes()
PLACE = ["--registry", str(REGISTRY), "--registry-issuer", ISSUERS]


def test_the_hash_is_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", "hash"]) == 0
    assert capsys.readouterr().out == f"{digest(DOCUMENT)}  verify.html\n"


def test_export_writes_the_very_bytes_and_nothing_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.html"
    assert main(["web", "export", str(target)]) == 0
    assert target.read_bytes() == DOCUMENT
    assert digest(DOCUMENT) in capsys.readouterr().err
    target.write_text("mine")
    with pytest.raises(SystemExit) as caught:
        main(["web", "export", str(target)])
    assert caught.value.code == 2
    assert target.read_text() == "mine"
    assert main(["web", "export", str(tmp_path / "no" / "page.html")]) == 2


def test_open_prints_where_it_is_and_opens_nothing_unasked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def note(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    assert main(["web", "open"]) == 0
    assert capsys.readouterr().out == f"{FILE.as_uri()}\n"
    assert opened == []
    assert main(["web", "open", "--browser"]) == 0
    assert opened == [FILE.as_uri()]
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    assert main(["web", "open", "--browser"]) == 2


@contextmanager
def served(document: bytes) -> Iterator[PageServer]:
    with PageServer(document) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: PageServer, method: str = "GET", path: str = "/", host: str | None = None) -> tuple[int, Any, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{server.server_port}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def test_t81_it_serves_the_page_under_its_policy_and_to_this_machine_alone() -> None:
    with served(DOCUMENT) as server:
        assert server.server_address[0] == "127.0.0.1"
        status, headers, body = ask(server)
        assert (status, body) == (200, DOCUMENT)
        assert headers["Content-Security-Policy"] == f"{policy_of(DOCUMENT)}; frame-ancestors 'none'"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        status, headers, body = ask(server, "HEAD")
        assert (status, body, headers["Content-Length"]) == (200, b"", str(len(DOCUMENT)))


@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("GET", "/verify.html", None, 404),
        ("GET", "/../../etc/passwd", None, 404),
        ("GET", "/", "exchange.example", 404),
        ("GET", "/", "127.0.0.1", 404),
        ("POST", "/", None, 501),
        ("PUT", "/", None, 501),
    ],
)
def test_t95_it_answers_nothing_else(method: str, path: str, host: str | None, status: int) -> None:
    with served(DOCUMENT) as server:
        assert ask(server, method, path, host)[0] == status


def test_it_ends_by_itself() -> None:
    told: list[str] = []
    began = time.monotonic()
    serve(DOCUMENT, told.append, 1)
    assert 1 <= time.monotonic() - began < 10
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", told[0])
    with pytest.raises(FormatError):
        serve(b"something else", told.append, 1)


def test_it_ends_when_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; from por.cli.main import main; sys.exit(main())", "web", "serve"]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=20) == 130


class Node(BaseHTTPRequestHandler):
    """Answer the page's questions about a registry."""

    results: dict[int, Any]
    asked: list[Any]

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(question)
        body = json.dumps(self.results[question["id"]]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def node(results: dict[int, Any] | None = None) -> Iterator[tuple[str, list[Any]]]:
    block = {"number": hex(FINAL), "timestamp": hex(int(time.time()))}
    honest = {row["id"]: row for row in answers(anchored(), block=block)}
    asked: list[Any] = []
    with Loopback(type("Mine", (Node,), {"results": {**honest, **(results or {})}, "asked": asked})) as server:
        yield server.origin, asked


def test_the_answer_is_fetched_question_by_question() -> None:
    with node() as (url, asked):
        told = json.loads(registry_answer.answer(PIN, url))
    assert asked == registry_answer.questions(PIN)
    assert [sorted(row) for row in told] == [["id", "result"]] * 5


@pytest.mark.parametrize("result", [{"error": {"code": -1, "message": "no"}}, [], "x", {"id": 3, "id ": 3}])
def test_a_node_that_does_not_answer_is_a_failing_source(result: Any) -> None:
    with node({3: result}) as (url, _), pytest.raises(SourceError, match="eth_getCode"):
        registry_answer.answer(PIN, url)


def test_the_page_is_served_with_the_answer_and_verifies_by_it(browser: Browser, tmp_path: Path) -> None:
    with node() as (url, _):
        given = {
            "registry": str(REGISTRY),
            "registryIssuer": ISSUERS,
            "fromBlock": str(PIN.from_block),
            "answer": registry_answer.answer(PIN, url),
        }
    with served(filled(DOCUMENT, given)) as server, browser.tab() as page:
        page.open(server.url)
        assert page.run("document.querySelector('#registry').value") == str(REGISTRY)
        assert "filled in by por web serve" in page.text("#given-by")
        give(page, put(tmp_path, "proof.json", inclusion_proof_v1.write(proof_of("carol", note=""))))
        fill(page, ("10", "300"), "carol", keys="")
        assert check(page) == "PASS"
        assert "pinned by what the address" in page.text(".verdict")
        asked = [each for each in page.requests() if not each.startswith(server.url)]
        assert asked == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "eip155:1=http://127.0.0.1:1/"], "a source is asked about a registry alone"),
        (["--registry", "eip155:1:0x12", "--registry-issuer", ISSUERS], "not an EVM address"),
        (["--registry", str(REGISTRY)], "the issuer's address"),
        ([*PLACE, "--source", "eip155:10=http://127.0.0.1:1/"], "give one source"),
        ([*PLACE, "--source", "eip155:1=ftp://key@x/"], "not an http or https URL"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["web", "serve", "--seconds", "1", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "86401", "١", "1e3"])
def test_seconds_are_a_number(seconds: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["web", "serve", "--seconds", seconds])
    assert caught.value.code == 2


def test_a_source_that_is_down_is_no_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with node({4: {"error": 1}}) as (url, _):
        pins = ["--registry", str(REGISTRY), "--registry-issuer", ISSUERS, "--source", f"eip155:1={url}"]
        assert main(["web", "serve", "--seconds", "1", *pins]) == 3
    assert capsys.readouterr().out == ""


def test_serve_through_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with node() as (url, asked):
        pins = ["--registry", str(REGISTRY), "--registry-issuer", ISSUERS, "--source", f"eip155:1={url}"]
        assert main(["web", "serve", "--seconds", "1", *pins]) == 0
    assert len(asked) == 5
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")
