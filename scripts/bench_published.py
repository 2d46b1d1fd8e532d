"""Measure how fast published proofs are recognised and verified from the shell, and hostile files refused.

The files are those of `scripts/published_vectors`, and files made to hang. A figure above its bound is exit status 1.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.published_vectors import list_files, other_files, path_files, whole_files

BOUND = 0.4
HOSTILE_BOUND = 4.0
MEMORY_BOUND = 700
RUNS = 5


def hostile() -> dict[str, bytes]:
    """Make files that would cost much if they were decoded or computed."""
    entry = {"balances": {"BTC": "0"}, "type": 2, "hash": "00" * 32, "height": 1}
    own = {"balances": {"BTC": "1"}, "type": 1, "hash": "00" * 32, "height": 1, "nonce": "ab" * 32}
    power = {"self": {**own, "balances": {"BTC": "1e200000000"}}, "path": [entry]}
    return {
        "10^6 siblings": b'{"self":{},"path":[' + b'{"hash":"00"},' * 10**6 + b"{}]}",
        "10^5 siblings of a path": json.dumps({"self": own, "path": [entry] * 10**5}).encode(),
        "depth 10^5": b"[" * 10**5 + b"]" * 10**5,
        "1e200000000": json.dumps(power).encode(),
        "64 MiB of strings": b"[" + b'"",' * (21 * 2**20) + b'""]',
        "64 MiB of quotes": b'"' * (64 * 2**20 - 1),
        "65 MiB": b" " * (65 * 2**20),
    }


def seconds(por: str, file: Path, *options: str) -> float:
    began = time.monotonic()
    done = subprocess.run([por, "verify-inclusion", str(file), *options], capture_output=True, check=False)
    if done.returncode not in {0, 1, 2, 3}:
        raise SystemExit(f"{file.name}: exit status {done.returncode}: {done.stderr.decode()[-300:]}")
    return time.monotonic() - began


def main() -> int:
    por = str(Path(sys.executable).with_name("por"))
    over = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "proof"
        for sample in (*path_files.samples(), *other_files.samples(), *whole_files.samples(), *list_files.samples()):
            file.write_bytes(sample.file.encode() if isinstance(sample.file, str) else json.dumps(sample.file).encode())
            taken = statistics.median(seconds(por, file, *sample.mine, "--root", sample.root) for _ in range(RUNS))
            over += told(f"{sample.format} {sample.name}".strip(), taken, BOUND)
        for name, data in hostile().items():
            file.write_bytes(data)
            over += told(f"refused: {name}", seconds(por, file), HOSTILE_BOUND)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{'most memory of one run':<40}{peak:8} MiB   at most {MEMORY_BOUND}")
    return int(bool(over) or peak > MEMORY_BOUND)


def told(name: str, taken: float, bound: float) -> bool:
    print(f"{name:<40}{taken * 1000:8.0f} ms    at most {bound * 1000:.0f}")
    return taken > bound
