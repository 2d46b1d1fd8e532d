"""Small ledgers, and the specification said again in as few lines as possible: the tests' own oracle."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from por.issuer.assets import AssetTable
from por.issuer.commit import Committed, commit
from por.model import CaseRule, Instant, LiabilityCommitment, RecordProof, TreeProof, format_coins

ISSUER = "exchange.example"
NOON = Instant.parse("2026-11-01T12:00:00Z")
MASTER_KEY = bytes(range(100, 132))
HEADER = "account_id,segment,asset,amount"
ASSETS = {"ETH": 18, "BTC": 8, "USDC": 6}

Row = tuple[str, str, str, int]


@dataclass
class Talk:
    """Collect what a commit says while it runs."""

    lines: list[str]

    def __call__(self, line: str) -> None:
        self.lines.append(line)


def quiet(_line: str) -> None:
    """Listen to no progress."""


def quoted(text: str) -> str:
    """Put a field in quotes, needed or not."""
    return '"' + text.replace('"', '""') + '"'


def write_ledger(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows whose amounts are in base units."""
    lines = [
        f"{quoted(account)},{segment},{asset},{format_coins(amount, ASSETS[asset])}"
        for account, segment, asset, amount in rows
    ]
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def commit_to(folder: Path, rows: Iterable[Row], **options: object) -> Committed:
    """Commit to rows, into `folder/out`."""
    folder.mkdir(parents=True, exist_ok=True)
    return commit_file(write_ledger(folder / "ledger.csv", rows), folder / "out", **options)


def commit_file(ledger: Path, output: Path, **options: object) -> Committed:
    """Commit to a ledger file with the tests' usual choices."""
    usual: dict[str, object] = {
        "issuer": ISSUER,
        "instant": NOON,
        "case_rule": CaseRule.LOWER,
        "master_key": MASTER_KEY,
        "assets": AssetTable.load(),
        "progress": quiet,
    }
    return commit(ledger, output, **{**usual, **options})  # type: ignore[arg-type]


def normal(account: str) -> str:
    """Write an account id as it is committed to under the rule `lower`."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", account).lower())


def sha(*pieces: bytes) -> bytes:
    return hashlib.sha256(b"".join(pieces)).digest()


def lp(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return len(data).to_bytes(2, "big") + data


def u128(value: int) -> bytes:
    return value.to_bytes(16, "big")


def context_of(tree: TreeProof) -> bytes:
    """Return the context of a proof's tree."""
    return context_for(tree.commitment)


def context_for(made: LiabilityCommitment) -> bytes:
    """Bind a tree to scheme, issuer, snapshot, segment, asset and decimals."""
    names = (made.scheme, ISSUER, f"{ISSUER}@{NOON}", made.segment, str(made.asset))
    return sha(b"\x04", *map(lp, names), bytes([made.decimals]))


def tag_of(key: bytes, context: bytes, account: str) -> bytes:
    return sha(b"\x03", key, context, sha(b"\x05", lp(account)))


def account_key(account: str) -> bytes:
    """Derive an account key from the master key."""
    scope = sha(lp(ISSUER), lp(f"{ISSUER}@{NOON}"))
    return hmac.new(MASTER_KEY, b"por/v1/account" + scope + sha(b"\x05", lp(account)), "sha256").digest()


def key_of(context: bytes, account: str, part: int) -> bytes:
    """Derive a record key from the account key."""
    return sha(b"\x06", account_key(account), context[:16], part.to_bytes(4, "big"))


def fold(record: RecordProof, tag: bytes) -> tuple[bytes, int]:
    """Compute the top of the tree that a record implies."""
    top, total, index = sha(b"\x00", tag, u128(record.amount)), record.amount, record.index
    for step in record.path:
        left, right = ((step.hash, step.sum), (top, total)) if index & 1 else ((top, total), (step.hash, step.sum))
        top = sha(b"\x01", left[0], u128(left[1]), right[0], u128(right[1]))
        total, index = total + step.sum, index >> 1
    return top, total


def perfect(leaves: Sequence[tuple[bytes, int]], depth: int) -> tuple[bytes, int]:
    """Compute the top of a whole tree from (tag, amount), every empty leaf written out."""
    rows = [(sha(b"\x00", tag, u128(amount)), amount) for tag, amount in sorted(leaves)]
    rows += [(sha(b"\x02"), 0)] * (2**depth - len(rows))
    while len(rows) > 1:
        pairs = zip(rows[::2], rows[1::2], strict=True)
        rows = [(sha(b"\x01", a, u128(x), b, u128(y)), x + y) for (a, x), (b, y) in pairs]
    return rows[0]


def sealed(context: bytes, depth: int, top: bytes, total: int) -> bytes:
    return sha(b"\x07", context, bytes([depth]), u128(total), top)


def opened(entry: bytes, position: int, count: int, path: Sequence[bytes]) -> bytes:
    """Compute the RFC 6962 root that an audit path implies (RFC 9162, 2.1.3.2)."""
    node, last, rest = sha(b"\x00", entry), count - 1, list(path)
    while last:
        if position & 1 or position == last:
            node = sha(b"\x01", rest.pop(0), node)
            while not position & 1:
                position, last = position >> 1, last >> 1
        else:
            node = sha(b"\x01", node, rest.pop(0))
        position, last = position >> 1, last >> 1
    assert not rest
    return node


_NAMES = st.text(st.sampled_from("abcxyz0189@.+-= ,\"'éßøжÅ水"), min_size=1, max_size=12)
_UNITS = st.integers(0, 10**6) | st.integers(0, 2**90)
ledgers = st.dictionaries(
    st.tuples(
        _NAMES.map(normal).map(str.strip).filter(bool),
        st.sampled_from(["spot", "margin", "via:broker-7", "debt:margin"]),
        st.sampled_from(sorted(ASSETS)),
    ),
    _UNITS,
    min_size=1,
    max_size=24,
).map(lambda found: [(*key, amount) for key, amount in found.items()])
