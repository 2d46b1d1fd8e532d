"""Published proofs of invented customers, read and judged without a command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from por.checks.observation import Broken, Missing, Observation, Seen
from por.checks.published import Independent, PublishedFile, verify_published
from por.errors import EvidenceError, UnsupportedEvidenceError
from por.formats.document import Document
from por.formats.proofs import detect
from por.model import Instant, Verdict
from por.model.figures import Figure, read_figure
from por.model.published import Asked, Node, PublishedRoot, Reading
from scripts.published_vectors import list_files, other_files, path_files, whole_files
from scripts.published_vectors.sample import Sample, put
from scripts.published_vectors.trees import sha

NOW = Instant.parse("2026-11-26T00:00:00Z")
SAMPLES: dict[str, Sample] = {
    f"{sample.format}_{sample.name}".rstrip("_"): sample
    for module in (path_files, other_files, whole_files, list_files)
    for sample in module.samples()
}


def data_of(file: Any) -> bytes:
    return file.encode() if isinstance(file, str) else json.dumps(file).encode()


def published(
    file: Any, asked: Asked | None = None, name: str = "proof.json", chosen: str | None = None
) -> PublishedFile:
    """Read one file as the command does."""
    return published_data(data_of(file), asked, name, chosen)


def published_data(
    data: bytes, asked: Asked | None = None, name: str = "proof.json", chosen: str | None = None
) -> PublishedFile:
    """Read one file's bytes as the command does."""
    document = Document(data, name)
    found, variant = detect(document, chosen)
    reading: Observation[Reading]
    try:
        reading = Seen(found.read(document, variant, asked or Asked()))
    except UnsupportedEvidenceError as error:
        reading = Missing(str(error))
    except EvidenceError as error:
        reading = Broken(str(error))
    return PublishedFile(name, found.card, variant, reading)


def amounts(**coins: str) -> dict[str, Figure]:
    return {name: read_figure(text) for name, text in coins.items()}


def judged(
    *files: Any,
    account: str | None = None,
    holdings: dict[str, Figure] | None = None,
    root: str | None = None,
    totals: dict[str, Figure] | None = None,
    beside: dict[str, Figure] | None = None,
    days: int | None = None,
    companions: tuple[bytes, ...] = (),
    secret: str | None = None,
    chosen: str | None = None,
    snapshot: str | None = None,
) -> Verdict:
    """Judge files as one customer's question."""
    asked = Asked(account, holdings or {}, snapshot, secret, companions)
    roots = () if root is None else (PublishedRoot(root, beside),)
    independent = Independent(roots, totals or {}, None if days is None else days * 86_400)
    read = [published(file, asked, name=f"{number}.json", chosen=chosen) for number, file in enumerate(files)]
    return verify_published(read, asked, independent, now=NOW)


def scenes() -> Iterator[Verdict]:
    """Yield verdicts that together say every message of published proofs."""
    okx_file, okx_root = SAMPLES["okx-v1"].file, SAMPLES["okx-v1"].root
    mine = amounts(BTC="1.5", ETH="20")
    yield judged(okx_file)
    yield judged(okx_file, holdings=mine, root=okx_root, account=okx_file["self"]["nonce"])
    yield judged(okx_file, holdings=amounts(SOL="1", BTC="2"), root="00" * 32, account="somebody")
    yield judged(*(SAMPLES["okx-v1"].bad[what][0] for what in ("amount",)), totals=amounts(BTC="1"))
    for what in ("digest", "side-of-sibling", "negative-sibling", "total"):
        yield judged(SAMPLES["okx-v1"].bad[what][0])
    total = amounts(BTC="3.6", ETH="21.25000001", USDT="1103.24999999")
    yield judged(okx_file, holdings=mine, root=okx_root, totals=total, days=10)
    yield judged(SAMPLES["bybit"].file, days=1000)
    yield judged(SAMPLES["bitget-v2"].file, days=100)
    yield judged(SAMPLES["htx-merkle-v1"].file, account="me")
    hotcoin = SAMPLES["hotcoin-por-sum"]
    yield judged(hotcoin.file, days=30)
    yield judged(hotcoin.file, days=3)
    yield judged(put(hotcoin.file, "/self/snapshotId", "2027-01-01 00:00:00"))
    lemon = SAMPLES["lemon"]
    yield judged(lemon.file)
    yield judged(lemon.file, account="user 0", holdings=mine, root=lemon.root, beside=total)
    second = lemon.file + lemon.file.splitlines()[1].replace("user 0", "user 9") + "\n"
    yield judged(second, holdings=mine)
    yield judged(SAMPLES["bifinance"].bad["amount"][0])
    yield judged(SAMPLES["bingx"].file, totals=amounts(BTC="1"))
    yield judged(SAMPLES["topone"].file, account="u0")
    yield judged(SAMPLES["bingx"].file, account="1001")
    yield judged(SAMPLES["renrenbit"].file)
    yield judged(SAMPLES["olalonde_whole"].file, account="stranger")
    yield judged(SAMPLES["olalonde_whole"].file, account="user 0")
    yield judged(whole_files.swissborg()[0], root="00" * 32)
    yield judged(swissborg_of_two_currencies(), totals=amounts(DOGE="1"), holdings=amounts(BTC="1.5"))
    tnf = SAMPLES["tnf"]
    yield judged(tnf.file, chosen="tnf", account="u0", holdings=amounts(BTC="1.5", ETH="20", USDT="1000.25"))
    yield from contradicting()


def contradicting() -> Iterator[Verdict]:
    """Yield verdicts over more than one record."""
    htx_file = SAMPLES["htx-merkle-v1"].file
    other = put(htx_file, "/data/3/balances", "BTC:1.4,ETH:20,USDT:1000.25")
    yield judged(htx_file, other)
    yield judged(SAMPLES["okx-v1"].file, SAMPLES["okx-v1"].file)
    yield judged(SAMPLES["coinex_once"].file, SAMPLES["coinex_twice"].file)
    ghost = SAMPLES["bybit"].bad["negative-sibling"][0]
    yield judged(SAMPLES["bybit"].file, ghost)
    yield judged(*two_of_one())
    yield judged(*leaf_above_leaf())
    yield judged(*two_lists_of_one())
    yield judged(SAMPLES["bitmex"].file, SAMPLES["bitmex"].file)


def two_of_one() -> tuple[Any, Any]:
    """Make two customers' files under one root whose total is what either is owed (T01)."""
    in_json = other_files.in_json
    owed = {"USDT": 10_000_000_000}
    leaves = [sha(nonce + in_json(owed)) for nonce in path_files.NAMED[:2]]
    root = sha(leaves[0] + leaves[1] + in_json(owed))
    text = {"USDT": "100"}

    def file(own: int) -> Any:
        path = [{"balances": {"USDT": "0"}, "hash": leaves[1 - own], "pos": "left" if own else "right"}]
        top = {"balances": text, "hash": root}
        return {"root": top, "self": {"balances": text, "nonce": path_files.NAMED[own]}, "path": path}

    return file(0), file(1)


def leaf_above_leaf() -> tuple[Any, Any]:
    """Open a node without sibling as another customer's record: its one child is the nonce (T09)."""
    below = SAMPLES["coinex_once"].file
    child = sha(
        sha(below["self"]["nonce"] + other_files.in_json(units(below["self"])))
        + below["path"][0]["hash"]
        + other_files.in_json(units(below["root"]))
    )
    own = {"balances": below["root"]["balances"], "nonce": child}
    return below, {"root": below["root"], "self": own, "path": []}


def units(members: Any) -> dict[str, int]:
    """Read balances in units of the eighth place."""
    return {coin: figure.at(8) for coin, figure in amounts(**members["balances"]).items()}


def two_lists_of_one() -> tuple[str, str]:
    """Make two lists under one root: what is beside two leaves is swapped, and no node's own sum changes (T01)."""
    levels, file = whole_files.okx_tree()
    left, right = (path_files.quoted(node.sums) for node in levels[0][:2])
    return file, file.replace(left, "x").replace(right, left).replace("x", right)


def swissborg_of_two_currencies() -> Any:
    """Let a customer's file have a second currency."""
    file, _ = whole_files.swissborg()
    other = put(file["liabilities"][0], "/audit_partition_id", f"{whole_files.AUDIT}-ETH")
    return {**file, "liabilities": [*file["liabilities"], other]}


def changed(file: PublishedFile, **fields: object) -> PublishedFile:
    """Return a file whose reading's records have other fields."""
    assert isinstance(file.reading, Seen)
    reading = file.reading.value
    opened = tuple(replace(each, **fields) for each in reading.opened)  # type: ignore[arg-type]
    return replace(file, reading=Seen(replace(reading, opened=opened)))


def published_node(hashed: str, text: str) -> Node:
    """Make a node with one sum."""
    return Node(hashed, amounts(X=text))
