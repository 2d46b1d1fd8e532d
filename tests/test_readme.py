"""Every example in README.md does what it shows.

In a block fenced as `console`, `$ ` starts a command, `> ` (or a backslash before it) continues one, and the
other lines are its output. `…` alone on a line stands for any number of lines, within a line for any text.
The commands run in order in one fresh folder, where `scripts/` is the project's; other blocks do not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def examples(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the console blocks with the lines that must follow it."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        command, output = "", list[str]()
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, output
                command, output = line[2:], []
            elif not output and (line.startswith("> ") or command.endswith("\\")):
                command += "\n" + line.removeprefix("> ")
            else:
                output.append(line)
        yield command, output


def pattern(output: list[str]) -> str:
    """Write what a command must print as a regular expression."""
    return "".join(
        r"(?:.*\n)*" if line.strip() == "…" else ".*".join(map(re.escape, line.rstrip().split("…"))) + "[ ]*\n"
        for line in output
    )


def test_the_examples_print_what_they_show(tmp_path: Path) -> None:
    programs = Path(sysconfig.get_path("scripts"))
    if not (programs / "por").exists():
        pytest.skip("the command por is not installed in this environment: use scripts/test")
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }
    shown = list(examples((ROOT / "README.md").read_text("utf-8")))
    assert shown, "README.md shows no example"
    for command, output in shown:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        printed = done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"
        matches = re.fullmatch(pattern(output), printed)
        assert matches, f"$ {command}\nprinted:\n{printed}\nREADME.md shows:\n" + "\n".join(output)


def test_a_block_is_read_as_commands_and_their_output() -> None:
    text = "x\n```console\n$ one \\\n  more\nout\n$ two <<E\n> line\n> E\n```\n```sh\n$ not run\n```\n"
    assert list(examples(text)) == [("one \\\n  more", ["out"]), ("two <<E\nline\nE", [])]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a…c"], "abc\n", True),
        (["a", "…", "c"], "a\nb\nb\nc\n", True),
        (["a", "…"], "a\n", True),
        (["a.c"], "abc\n", False),
        ([], "a\n", False),
        (["a"], "", False),
        (["a"], "a\nb\n", False),
    ],
)
def test_an_ellipsis_stands_for_anything_and_all_else_for_itself(shown: list[str], printed: str, same: bool) -> None:
    assert bool(re.fullmatch(pattern(shown), printed)) is same
