"""Measure a commit of n accounts beside a bare hashlib loop over as many messages of the same lengths."""

from __future__ import annotations

import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from por.issuer.assets import AssetTable  # noqa: E402 - the project's own folder has to be found first
from por.issuer.commit import commit  # noqa: E402
from por.model import CaseRule, Instant  # noqa: E402

# Bytes hashed for one account: id digest, HMAC inner and outer, record key, tag, leaf, node.
_LENGTHS = (31, 142, 96, 53, 97, 49, 97)
_BLOCK = 1000


def measure(n: int) -> tuple[float, float]:
    """Return the seconds of a whole commit of n accounts in one tree, and those of the bare loop."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger.csv"
        _write_ledger(ledger, n)
        start = time.perf_counter()
        commit(
            ledger,
            Path(folder) / "out",
            issuer="exchange.example",
            instant=Instant.parse("2026-11-01T00:00:00Z"),
            case_rule=CaseRule.LOWER,
            master_key=bytes(range(32)),
            assets=AssetTable.load(),
            progress=_quiet,
        )
        commit_seconds = time.perf_counter() - start
    return commit_seconds, _bare(n)


def _write_ledger(path: Path, n: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("account_id,segment,asset,amount\n")
        file.writelines(f"user{i:09}@example.com,spot,ETH,{i % 977}.{i % 10_007:06}1\n" for i in range(n))


def _bare(n: int) -> float:
    messages = [i.to_bytes(4, "big") + bytes(length - 4) for i in range(_BLOCK) for length in _LENGTHS]
    start = time.perf_counter()
    for _ in range(n // _BLOCK):
        for message in messages:
            sha256(message).digest()
    for message in messages[: n % _BLOCK * len(_LENGTHS)]:
        sha256(message).digest()
    return time.perf_counter() - start


def _quiet(_line: str) -> None:
    pass


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    whole, bare = measure(count)
    print(f"{count / whole:,.0f} leaves/s committed; bare hashlib {count / bare:,.0f}/s; ratio {whole / bare:.1f}")
