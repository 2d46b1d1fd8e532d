"""The real programs start here and answer: what later tests build on."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.components import chromium, rendered, rpc, running_anvil, running_bitcoind


def test_anvil_answers_with_its_chain_id() -> None:
    with running_anvil("--chain-id", "31337") as url:
        assert rpc(url, "eth_chainId") == hex(31337)


def test_bitcoin_node_answers_on_a_chain_of_its_own(tmp_path: Path) -> None:
    with running_bitcoind(tmp_path) as url:
        information = rpc(url, "getblockchaininfo")
    assert (information["chain"], information["blocks"]) == ("regtest", 0)


def test_chromium_runs_a_page(tmp_path: Path) -> None:
    version = subprocess.run([chromium(), "--version"], capture_output=True, check=True, text=True, timeout=60)
    assert version.stdout.startswith("Chromium ")
    page = "data:text/html,<p id=a></p><script>document.getElementById('a').textContent=6*7</script>"
    assert '<p id="a">42</p>' in rendered(page, tmp_path)
