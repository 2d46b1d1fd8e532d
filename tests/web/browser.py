"""The real browser, driven over its own protocol: pages are opened, typed into, and looked at."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

from tests.components import chromium

Json = dict[str, Any]

KEYS = {"Tab": ("Tab", 9, ""), "Enter": ("Enter", 13, "\r"), "Space": ("Space", 32, " ")}
START_SECONDS = 60


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket, self._session, self._number = socket, session, 0
        self.events: list[Json] = []

    def call(self, method: str, **parameters: Any) -> Json:
        """Send a command and wait for its answer; events that come meanwhile are kept."""
        self._number += 1
        self._socket.send(
            json.dumps({"id": self._number, "sessionId": self._session, "method": method, "params": parameters})
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            message: Json = json.loads(self._socket.recv(timeout=120))
            if message.get("sessionId") != self._session:
                continue
            if "method" in message:
                self.events.append(message)
            elif message.get("id") == self._number:
                assert "error" not in message, f"{method}: {message['error']}"
                answer: Json = message["result"]
                return answer
        raise TimeoutError(method)

    def open(self, url: str) -> Self:
        """Load a page and wait until it is there."""
        for domain in ("Page", "Runtime", "Network", "DOM", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")
        return self

    def again(self) -> Page:
        """Return the tab as if it were new: nothing set and nothing that happened before."""
        self.call("Emulation.clearDeviceMetricsOverride")
        self.call("Emulation.setEmulatedMedia", media="", features=[])
        self.run("1")
        return Page(self._socket, self._session)

    def run(self, expression: str) -> Any:
        """Evaluate an expression, awaited where it is a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def until(self, expression: str, seconds: int = 30) -> Any:
        """Wait until an expression holds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := self.run(expression):
                return value
            time.sleep(0.02)
        raise AssertionError(f"never: {expression}")

    def text(self, selector: str) -> str:
        """Return what an element shows."""
        found = self.run(f"document.querySelector({json.dumps(selector)})?.innerText")
        assert found is not None, selector
        return str(found)

    def type(self, selector: str, text: str) -> None:
        """Put the caret into a field and write as a keyboard does."""
        self.run(
            f"(() => {{ const it = document.querySelector({json.dumps(selector)}); it.closest('details') && "
            "(it.closest('details').open = true); it.focus(); it.select(); })()"
        )
        self.call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press a key: Tab, Enter or Space; modifiers 8 is Shift."""
        code, number, text = KEYS[key]
        common = {
            "key": " " if key == "Space" else code,
            "code": code,
            "windowsVirtualKeyCode": number,
            "modifiers": modifiers,
        }
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def choose(self, selector: str, *paths: Path) -> None:
        """Give files to a file field, as its own dialogue does."""
        root = self.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def look(self, *, width: int = 1000, dark: bool = False, media: str = "screen", scale: int = 1) -> None:
        """Set the width of the window, the scheme of colours, and screen or print."""
        mobile = width < 600
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=scale, mobile=mobile)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def picture(self, path: Path) -> Path:
        """Take a picture of the whole page."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    def requests(self) -> list[str]:
        """List the URLs that were asked for."""
        self.run("1")
        return [event["params"]["request"]["url"] for event in self.of("Network.requestWillBeSent")]

    def of(self, method: str) -> list[Json]:
        return [event for event in self.events if event["method"] == method]


class Browser:
    """A running browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number = socket, 1_000_000

    def page(self) -> Page:
        """Open an empty tab."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self._socket, session)

    @contextmanager
    def tab(self) -> Iterator[Page]:
        """Open an empty tab and close it again."""
        page = self.page()
        try:
            yield page
        finally:
            page.call("Page.close")

    def downloads(self, folder: Path) -> None:
        """Let pages save files into a folder."""
        self._call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    def close(self) -> None:
        self._socket.send(json.dumps({"id": 1, "method": "Browser.close"}))

    def _call(self, method: str, **parameters: Any) -> Json:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message: Json = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == self._number:
                assert "error" not in message, message
                answer: Json = message["result"]
                return answer


@contextmanager
def running_browser(profile: Path, *flags: str) -> Iterator[Browser]:
    """Start the browser, or skip; it ends with the block."""
    command = [
        str(chromium()),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--lang=en",
        "--remote-debugging-port=0",
        "--remote-allow-origins=*",
        f"--user-data-dir={profile}",
        *flags,
        "about:blank",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            port, path = _where(profile / "DevToolsActivePort", process)
            # A thread that asks whether the other end lives would draw from the random numbers of whatever test runs.
            with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None, ping_interval=None) as socket:
                yield Browser(socket)
                Browser(socket).close()
        finally:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


def _where(file: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and len(lines := file.read_text("utf-8").split()) == 2:
            return lines[0], lines[1]
        time.sleep(0.05)
    raise RuntimeError("the browser did not start")
