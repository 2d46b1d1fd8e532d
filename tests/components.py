"""Finds the real programs that tests run against, starts them on this machine, and ends them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30


def anvil() -> Path:
    """Find the Ethereum development node, or skip."""
    return _component("POR_ANVIL", "anvil", "anvil")


def bitcoind() -> Path:
    """Find the Bitcoin node, or skip."""
    return _component("POR_BITCOIND", "bitcoind", "bitcoin")


def chromium() -> Path:
    """Find the browser, or skip."""
    return _component("POR_CHROMIUM", "chromium", "chromium")


def softhsm() -> tuple[Path, Path]:
    """Find the software token, its module and its tool, or skip."""
    tool = _component("POR_SOFTHSM", "softhsm", "softhsm")
    below = ROOT / ".cache" / "softhsm" / "files" / "usr" if tool.parent.parent == ROOT / ".cache" else tool.parents[1]
    module = next((below / "lib").glob("**/softhsm/libsofthsm2.so"), None)
    if module is None:
        pytest.skip(f"the module of softhsm is not here: it is looked for below {below / 'lib'}")
    return module, tool


def forge() -> Path:
    """Find what fuzzes contracts, or skip."""
    return _component("POR_FORGE", "forge", "forge")


def safe() -> Path:
    """Find the folder of the Safe's compiled contracts, or skip."""
    if named := os.environ.get("POR_SAFE"):
        return Path(named)
    fetched = sorted((ROOT / ".cache").glob("safe-*/Safe.json"))
    if not fetched:
        pytest.skip("safe is not here: run scripts/components safe, or name a folder of its artifacts in POR_SAFE")
    return fetched[-1].parent


def axe() -> Path:
    """Find the script that looks for mistakes of accessibility in a page, or skip."""
    if named := os.environ.get("POR_AXE"):
        return Path(named)
    fetched = sorted((ROOT / ".cache").glob("axe-*/axe.min.js"))
    if not fetched:
        pytest.skip("axe is not here: run scripts/components axe, or name its script in POR_AXE")
    return fetched[-1]


def node() -> Path:
    """Find what runs JavaScript without a browser, the machine's own too, or skip."""
    here = ROOT / ".cache" / "bin" / "node"
    own = shutil.which("node")
    return (
        Path(own)
        if own and "POR_NODE" not in os.environ and not here.exists()
        else _component("POR_NODE", "node", "node")
    )


def slither() -> Path:
    """Find what analyses contracts, or skip."""
    return _component("POR_SLITHER", "slither", "slither")


def solc() -> Path:
    """Find the compiler of contracts, or skip."""
    return _component("POR_SOLC", "solc", "solc")


def _component(variable: str, launcher: str, name: str) -> Path:
    path = Path(os.environ.get(variable) or ROOT / ".cache" / "bin" / launcher)
    if not path.exists():
        pytest.skip(f"{name} is not here: run scripts/components {name}, or name a program in {variable}")
    return path


@contextmanager
def running_anvil(*options: str) -> Iterator[str]:
    """Run a fresh chain; yield its URL."""
    port = free_port()
    command = [str(anvil()), "--host", "127.0.0.1", "--port", str(port), "--silent", *options]
    with _running(command, f"http://127.0.0.1:{port}", "eth_chainId") as url:
        yield url


@contextmanager
def running_bitcoind(folder: Path, *options: str) -> Iterator[str]:
    """Run a fresh regtest chain whose data lie in `folder`; yield its URL with this run's credentials."""
    port = free_port()
    command = [
        str(bitcoind()),
        "-regtest",
        f"-datadir={folder}",
        "-server",
        "-listen=0",
        "-connect=0",
        "-dnsseed=0",
        "-rpcbind=127.0.0.1",
        "-rpcallowip=127.0.0.1",
        f"-rpcport={port}",
        "-txindex=1",
        "-fallbackfee=0.0001",
        "-printtoconsole=0",
        *options,
    ]
    cookie = folder / "regtest" / ".cookie"
    with _running(command, f"http://{{cookie}}@127.0.0.1:{port}", "getblockchaininfo", cookie) as url:
        yield url


@contextmanager
def _running(command: list[str], url: str, question: str, cookie: Path | None = None) -> Iterator[str]:
    # Should the tests be killed, the kernel ends what they started.
    guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with subprocess.Popen([*guard, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield _when_it_answers(process, url, question, cookie)
        finally:
            process.terminate()
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def _when_it_answers(process: subprocess.Popen[bytes], url: str, question: str, cookie: Path | None) -> str:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            whole = url.format(cookie=cookie.read_text("ascii")) if cookie else url
            rpc(whole, question)
        except (OSError, RpcError):
            time.sleep(0.05)
        else:
            return whole
    process.kill()
    _, words = process.communicate()
    raise RuntimeError(f"{process.args!r} did not answer: {words.decode(errors='replace')}")


class RpcError(Exception):
    """Carries the error that a JSON-RPC server answered."""


def rpc(url: str, method: str, *parameters: object) -> Any:
    """Ask one question of a JSON-RPC server."""
    with requests.Session() as session:
        session.trust_env = False
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        answer: Mapping[str, Any] = session.post(url, json=body, timeout=START_SECONDS).json()
    if answer.get("error") is not None:
        raise RpcError(answer["error"])
    return answer["result"]


def free_port() -> int:
    """Pick a port that nothing on this machine listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def rendered(page: str, profile: Path, *flags: str) -> str:
    """Let the browser load a page, run it, and write it down as it then stands."""
    command = [
        str(chromium()),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={profile}",
        *flags,
        "--dump-dom",
        page,
    ]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=120).stdout
