"""Nothing leaves the device: the policy forbids it, the browser keeps to it, and a spy sees nothing (T81, T83)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from por.encoding import inclusion_proof_v1
from por.web.shipped import FILE, policy_of
from tests.checks.scenery import proof_of
from tests.loopback import Loopback
from tests.web.browser import Browser, Page
from tests.web.test_page import check, fill, give, put

pytestmark = pytest.mark.thorough

DOCUMENT = FILE.read_bytes()
ATTEMPTS = {
    "fetch": "fetch('URL').then(() => 'went', () => 'blocked')",
    "beacon": "Promise.resolve(navigator.sendBeacon('URL', 'x') ? 'asked' : 'blocked')",
    "image": "new Promise((done) => { const it = new Image(); it.onload = () => done('went');"
    " it.onerror = () => done('blocked'); it.src = 'URL'; })",
    "script": "new Promise((done) => { const it = document.createElement('script'); it.onload = () => done('went');"
    " it.onerror = () => done('blocked'); it.src = 'URL'; document.head.append(it); })",
    "style": "new Promise((done) => { const it = document.createElement('link'); it.rel = 'stylesheet';"
    " it.onload = () => done('went'); it.onerror = () => done('blocked'); it.href = 'URL';"
    " document.head.append(it); })",
    "request": "new Promise((done) => { const it = new XMLHttpRequest(); it.onload = () => done('went');"
    " it.onerror = () => done('blocked'); it.open('GET', 'URL'); it.send(); })",
    "socket": "new Promise((done) => { try { const it = new WebSocket('URL'.replace('http', 'ws'));"
    " it.onopen = () => done('went'); it.onerror = () => done('blocked'); } catch { done('blocked'); } })",
    "frame": "new Promise((done) => { const it = document.createElement('iframe'); it.onload = () => done('loaded');"
    " it.src = 'URL'; document.body.append(it); setTimeout(() => done('blocked'), 500); })",
    "form": "new Promise((done) => { const it = document.createElement('form'); it.action = 'URL'; it.method = 'post';"
    " document.body.append(it); it.submit(); setTimeout(() => done('blocked'), 500); })",
    "worker": "new Promise((done) => { try { const it = new Worker('URL'); it.onerror = () => done('blocked'); }"
    " catch { done('blocked'); } setTimeout(() => done('blocked'), 500); })",
    "inline": "new Promise((done) => { const it = document.createElement('script');"
    " it.textContent = 'document.title = \"ran\"'; document.body.append(it); done(document.title); })",
    "handler": "new Promise((done) => { const it = document.createElement('div'); it.setAttribute('onclick',"
    " 'document.title = \"ran\"'); document.body.append(it); it.click(); done(document.title); })",
    "evaluate": "new Promise((done) => { const it = document.createElement('a'); it.href ="
    " 'javascript:void(document.title = \"ran\")'; document.body.append(it); it.click();"
    " setTimeout(() => done(document.title), 300); })",
}


class Spy(BaseHTTPRequestHandler):
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def do_OPTIONS(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def spy() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    with Loopback(type("Mine", (Spy,), {"seen": seen})) as server:
        yield server.origin, seen


def test_t81_t83_a_whole_verification_asks_nobody(page: Page, tmp_path: Path) -> None:
    give(page, put(tmp_path, "proof.json", inclusion_proof_v1.write(proof_of("alice"))))
    fill(page)
    assert check(page) == "PASS"
    page.click("[data-language=ja]")
    page.click("#receipt")
    asked = [url for url in page.requests() if not url.startswith(("file:", "blob:null"))]
    assert asked == []
    assert page.run("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("name", ATTEMPTS)
def test_t81_the_browser_blocks_whatever_is_tried(
    name: str, browser: Browser, spy: tuple[str, list[str]], tmp_path: Path
) -> None:
    """Also what a stranger could put into the page."""
    origin, seen = spy
    page = browser.page().open(put(tmp_path, "verify.html", DOCUMENT).as_uri())
    told = page.run(ATTEMPTS[name].replace("URL", f"{origin}/{name}"))
    assert told != "went"
    assert told != "ran"
    page.run("new Promise((done) => setTimeout(done, 300))")
    assert seen == []
    assert page.run("document.title") == "Is my balance in their list?"


def test_the_spy_sees_what_a_page_without_the_policy_sends(
    browser: Browser, spy: tuple[str, list[str]], tmp_path: Path
) -> None:
    origin, seen = spy
    bare = re.sub(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", DOCUMENT)
    page = browser.page().open(put(tmp_path, "bare.html", bare).as_uri())
    assert page.run(ATTEMPTS["fetch"].replace("URL", f"{origin}/fetch")) == "went"
    assert page.run(ATTEMPTS["inline"]) == "ran"
    assert "/fetch" in seen


def test_t89_a_changed_script_does_not_run(browser: Browser, tmp_path: Path) -> None:
    """Whoever changes the script has to change the policy too, and then the hash is another one in any case."""
    changed = DOCUMENT.replace(b"const FAIL = ", b"const  FAIL = ", 1)
    assert changed != DOCUMENT
    page = browser.page().open(put(tmp_path, "verify.html", changed).as_uri())
    assert page.run("document.querySelector('#form').hidden")


def test_the_policy_names_this_script_and_this_style_and_nothing_else() -> None:
    (script,) = re.findall(rb"<script>(.*?)</script>", DOCUMENT, re.DOTALL)
    (style,) = re.findall(rb"<style>(.*?)</style>", DOCUMENT, re.DOTALL)

    def named(part: bytes) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(part).digest()).decode()}'"

    assert policy_of(DOCUMENT) == (
        f"default-src 'none'; script-src {named(script)}; style-src {named(style)}; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert DOCUMENT.count(b"<script") == 2
    assert b'<script type="application/json" id="given">null</script>' in DOCUMENT
    assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", DOCUMENT)
    assert not re.search(rb"<(?:link|img|iframe|object|embed|base|audio|video)\b", DOCUMENT)
