"""The page's own modules, run by node and by the real browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def in_node(folder: Path) -> Iterator[Engine]:
    """Run jobs in one process of node, a list of them a line; it ends with the block."""
    program = folder / "harness.cjs"
    tail = (
        "require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {"
        " const answers = await harness.answered(JSON.parse(line));"
        " process.stdout.write(`${JSON.stringify(answers)}\\n`); });"
    )
    program.write_text(harness() + tail, "utf-8")
    command = [str(node()), "--no-warnings", str(program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        given, told = process.stdin, process.stdout

        def run(jobs: Sequence[Json]) -> list[Json]:
            given.write(json.dumps(jobs).encode() + b"\n")
            given.flush()
            answers: list[Json] = json.loads(told.readline())
            return answers

        yield run
        given.close()


def in_browser(browser: Browser, folder: Path) -> Engine:
    """Run jobs in a tab that shows the page, whose policy does not bind the debugger."""
    copy = folder / "verify.html"
    copy.write_bytes(assemble.page())
    page = browser.page().open(copy.as_uri())
    page.run(harness())

    page.run("document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'jobs' }))")
    given = folder / "jobs.json"

    def run(jobs: Sequence[Json]) -> list[Json]:
        # The debugger takes long texts slowly; a lone surrogate survives JSON's escapes alone.
        given.write_text(json.dumps(jobs), "ascii")
        page.choose("#jobs", given)
        text = "document.querySelector('#jobs').files[0].text()"
        answers: list[Json] = page.run(f"{text}.then((text) => harness.answered(JSON.parse(text)))")
        return answers

    return run
