"""The page's own modules, run by node and by the real browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from por.web import assemble
from tests.components import node
from tests.web.browser import Browser

Json = dict[str, Any]
Engine = Callable[[Sequence[Json]], list[Json]]

HARNESS = Path(__file__).with_name("harness.js")


def harness() -> str:
    """Join the page's modules, but the page itself, with what tests ask of them."""
    modules = [name for name in assemble.MODULES if name not in {"picture", "result", "page"}]
    return assemble.script(modules, {"harness": HARNESS.read_text("utf-8")}, "globalThis.harness = $harness;")


def in_node(folder: Path) -> Engine:
    """Run jobs in a process of node each time."""
    program = folder / "harness.cjs"
    tail = (
        "harness.answered(JSON.parse(require('fs').readFileSync(0, 'utf8')))"
        ".then((answers) => process.stdout.write(JSON.stringify(answers)));"
    )
    program.write_text(harness() + tail, "utf-8")

    def run(jobs: Sequence[Json]) -> list[Json]:
        command = [str(node()), "--no-warnings", str(program)]
        done = subprocess.run(command, input=json.dumps(jobs).encode(), capture_output=True, check=True, timeout=300)
        answers: list[Json] = json.loads(done.stdout)
        return answers

    return run


def in_browser(browser: Browser, folder: Path) -> Engine:
    """Run jobs in a tab that shows the page, whose policy does not bind the debugger."""
    copy = folder / "verify.html"
    copy.write_bytes(assemble.page())
    page = browser.page().open(copy.as_uri())
    page.run(harness())

    def run(jobs: Sequence[Json]) -> list[Json]:
        # A lone surrogate survives JSON's escapes alone.
        answers: list[Json] = page.run(f"harness.answered(JSON.parse({json.dumps(json.dumps(jobs))}))")
        return answers

    return run
