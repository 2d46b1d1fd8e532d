"""Runs many commands of `por`, each in a process of its own: a JSON object of commands a line, and how each ended.

    python tests/adversarial/processes.py < commands

The processes are forked from this one, which has loaded what the commands need and nothing runs in: an exit status
is the system's own, at a hundredth of the start-up time. `exitcode` is negative for a signal, as elsewhere.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from importlib import import_module

from por.cli.main import main

LOADED = (
    "eth_account.messages",
    "por.chains.evm",
    "por.chains.quorum",
    "por.cli.verify",
    "por.cli.verify_inclusion",
    "por.proofs.control.contract",
    "por.proofs.state.machine",
)


def ended(command: list[str]) -> int:
    """Run a command in a child that ends as a program does; return its exit status."""
    child = os.fork()
    if child == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        raise SystemExit(main(command))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for module in LOADED:
        import_module(module)
    gc.freeze()
    # Not sys.stdin, which each command sets up for itself before it reads any of it.
    for line in os.fdopen(os.dup(0)):
        commands: dict[str, list[str]] = json.loads(line)
        statuses = {name: ended(command) for name, command in commands.items()}
        print(json.dumps({"optimize": sys.flags.optimize, "statuses": statuses}), flush=True)
