"""Samples of the path files that publish a record, its siblings and a root as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from scripts.published_vectors.sample import Sample, at
from scripts.published_vectors.trees import Node, Sums, fixed, grow, plain, sha, siblings

Json = Any
COINS = ("BTC", "ETH", "USDT")
PEOPLE: tuple[tuple[int, int, int], ...] = (
    (150_000_000, 2_000_000_000, 100_025_000_000),
    (0, 1, 300_000_000),
    (10_000_000, 0, 0),
    (200_000_000, 125_000_000, 9_999_999_999),
)
MINE = [
    part for coin, text in zip(COINS, ("1.5", "20", "1000.25"), strict=True) for part in ("--holding", f"{coin}={text}")
]
NAMED = [sha(f"customer {number}") for number in range(4)]


def balances(number: int) -> Sums:
    return dict(zip(COINS, PEOPLE[number], strict=True))


def with_ghost(number: int, sums: Sums) -> Sums:
    """Let the first customer's sibling owe the exchange what it owes the others."""
    return {**sums, "USDT": -100_000_000_000} if number == 1 else sums


def joined(sums: Sums, write: Callable[[int], str], form: str, between: str = ",") -> str:
    return between.join(form.format(coin, write(units)) for coin, units in sums.items())


def quoted(sums: Sums) -> str:
    return "{" + joined(sums, plain, '"{}":"{}"') + "}"


def texts(sums: Sums, write: Callable[[int], str] = plain) -> Json:
    return {coin: write(units) for coin, units in sums.items()}


Make = Callable[[Callable[[int, Sums], Sums]], tuple[Json, str]]


def honest(number: int, sums: Sums) -> Sums:
    return sums


def okx(change: Callable[[int, Sums], Sums]) -> tuple[Json, str]:
    leaves = []
    for number in range(4):
        sums = change(number, balances(number))
        leaves.append(Node(sha(NAMED[number] + quoted(sums)), sums))
    levels = grow(leaves, lambda a, b, sums, up: sha(a.hash + b.hash + joined(sums, plain, "{1}", "") + str(up + 1)))
    own = {"nonce": NAMED[0], "hash": leaves[0].hash, "balances": texts(leaves[0].sums), "type": 1, "height": 1}
    path: list[Json] = [
        {"auditId": "7", "balances": texts(node.sums), "type": 1 if left else 2, "hash": node.hash, "height": up}
        for up, (node, left) in enumerate(siblings(levels, 0), 1)
    ]
    path[0]["nonce"] = NAMED[1]
    top = levels[-1][0]
    path.append({"auditId": "7", "balances": texts(top.sums), "type": 3, "hash": top.hash, "height": 3})
    return {"path": path, "self": {"auditId": "7", **own}}, top.hash


def bybit(change: Callable[[int, Sums], Sums]) -> tuple[Json, str]:
    def four(sums: Sums) -> Sums:
        return {**sums, "USDC": 0}

    def write(sums: Sums) -> Json:
        return {
            coin: fixed(units // 10_000, 4) if coin.startswith("USD") else fixed(units) for coin, units in sums.items()
        }

    def run(sums: Sums) -> str:
        return "".join(write(sums).values())

    leaves = []
    for number in range(4):
        sums = four({coin: units // 10_000 * 10_000 for coin, units in change(number, balances(number)).items()})
        leaves.append(Node(sha(NAMED[number] + run(sums)), sums))
    levels = grow(leaves, lambda a, b, sums, up: sha(a.hash + b.hash + run(sums) + str(up + 1)))
    own = {"auditId": "2026070105", "balance": write(leaves[0].sums), "type": 1, "hash": leaves[0].hash, "height": 1}
    path = [
        {
            "auditId": "2026070105",
            "balance": write(node.sums),
            "type": 1 if left else 2,
            "hash": node.hash,
            "height": up,
        }
        for up, (node, left) in enumerate(siblings(levels, 0), 1)
    ]
    top = levels[-1][0]
    path.append({"auditId": "2026070105", "balance": write(top.sums), "type": 3, "hash": top.hash, "height": 3})
    return {"self": {**own, "nonce": "n", "userHash": NAMED[0]}, "path": path}, top.hash


def bitget(change: Callable[[int, Sums], Sums]) -> tuple[Json, str]:
    leaves = []
    for number in range(4):
        sums = change(number, balances(number))
        leaves.append(Node(sha(f"{NAMED[number]},n{number},{quoted(sums)}")[:16], sums))
    levels = grow(leaves, lambda a, b, sums, up: sha(f"{a.hash}{b.hash},{quoted(sums)},{3 - up}")[:16])
    own = {"auditId": "Au20261101", "balances": texts(leaves[0].sums), "encryptUid": NAMED[0], "level": 3}
    path = [
        {
            "auditId": "Au20261101",
            "balances": texts(node.sums),
            "level": 4 - up,
            "merkelLeaf": node.hash,
            "role": 1 if left else 2,
        }
        for up, (node, left) in enumerate(siblings(levels, 0), 1)
    ]
    top = levels[-1][0]
    path.append({"auditId": "Au20261101", "balances": texts(top.sums), "level": 1, "merkelLeaf": top.hash, "role": 3})
    return {"path": path, "self": {**own, "merkelLeaf": leaves[0].hash, "nonce": "n0", "role": 1}}, top.hash


def bitget_v1(change: Callable[[int, Sums], Sums]) -> tuple[Json, str]:
    """Write amounts bare, with the zeros that they have: a JSON encoder would not keep them, so marks stand for it."""

    def bare(sums: Sums) -> str:
        return "{" + joined(sums, fixed, '"{}":{}') + "}"

    leaves = []
    for number in range(4):
        sums = change(number, balances(number))
        leaves.append(Node(sha(f"{NAMED[number]},n{number},{bare(sums)}")[:16], sums))
    levels = grow(leaves, lambda a, b, sums, up: sha(f"{a.hash}{b.hash},{bare(sums)},{3 - up}")[:16])
    own = {"auditId": "Au20221129", "balances": texts(leaves[0].sums, fixed), "encryptUid": NAMED[0], "level": 3}
    path = [
        {
            "auditId": "Au20221129",
            "balances": texts(node.sums, fixed),
            "level": 4 - up,
            "merkelLeaf": node.hash,
            "role": 1 if left else 2,
        }
        for up, (node, left) in enumerate(siblings(levels, 0), 1)
    ]
    top = levels[-1][0]
    path.append(
        {"auditId": "Au20221129", "balances": texts(top.sums, fixed), "level": 1, "merkelLeaf": top.hash, "role": 3}
    )
    return {"path": path, "self": {**own, "merkelLeaf": leaves[0].hash, "nonce": "n0", "role": 1}}, top.hash


def unquoted(file: Json) -> str:
    """Write a file with its amounts bare."""
    return re.sub(r'"(BTC|ETH|USDT)": "([^"]*)"', r'"\1": \2', json.dumps(file, indent=1))


def bitunix(change: Callable[[int, Sums], Sums]) -> tuple[Json, str]:
    def write(sums: Sums) -> Json:
        return {coin: fixed(units // 100, 6) if coin == "USDT" else fixed(units) for coin, units in sums.items()}

    def text(sums: Sums) -> str:
        return "{" + ",".join(f'"{coin}":"{amount}"' for coin, amount in write(sums).items()) + "}"

    leaves = []
    for number in range(4):
        sums = {coin: units // 100 * 100 for coin, units in change(number, balances(number)).items()}
        leaves.append(Node(sha(f"{NAMED[number]},n{number},{text(sums)}"), sums))
    levels = grow(leaves, lambda a, b, sums, up: sha(f"{a.hash}{b.hash},{text(sums)},{3 - up}"))
    own = {"type": 1, "nonce": "n0", "height": 3, "balances": write(leaves[0].sums), "encryptUid": NAMED[0]}
    path = [
        {"type": 1 if left else 2, "height": 4 - up, "balances": write(node.sums), "merkleLeaf": node.hash}
        for up, (node, left) in enumerate(siblings(levels, 0), 1)
    ]
    top = levels[-1][0]
    path.append({"type": 3, "height": 1, "balances": write(top.sums), "merkleLeaf": top.hash})
    places = {"BTC": 8, "ETH": 8, "USDT": 6}
    return {"path": path, "self": {**own, "merkleLeaf": leaves[0].hash, "precisions": places}}, top.hash


def mexc(change: Callable[[int, Sums], Sums]) -> tuple[Json, str]:
    def four(sums: Sums) -> str:
        return joined(dict(sorted({"USDC": 0, **sums}.items())), plain, "{}:{}")

    leaves = []
    for number in range(4):
        sums = change(number, balances(number))
        leaves.append(Node(sha(f"PR-7,{number},{joined(dict(sorted(sums.items())), plain, '{}:{}')}")[:32], sums))
    levels = grow(leaves, lambda a, b, sums, up: sha(f"{a.hash},{b.hash},{four(sums)}")[:32])
    own = {"level": 0, "type": 1, "hash": leaves[0].hash, "balances": texts(leaves[0].sums)}
    path = [
        {"level": up, "type": 1 if left else 2, "hash": node.hash, "balances": texts(node.sums)}
        for up, (node, left) in enumerate(siblings(levels, 0))
    ]
    top = levels[-1][0]
    path.append({"level": 2, "type": 3, "hash": top.hash, "balances": texts({**top.sums, "USDC": 0})})
    return {"pathList": path, "self": {**own, "proofId": "PR-7", "accountId": "0"}}, top.hash


def htx(change: Callable[[int, Sums], Sums]) -> tuple[Json, str]:
    def listed(sums: Sums) -> str:
        return joined(sums, plain, "{}:{}")

    leaves = [Node(sha(f"leaf {number}"), change(number, balances(number))) for number in range(4)]
    levels = grow(leaves, lambda a, b, sums, up: sha(a.hash + b.hash + joined(sums, plain, "{1}", "")))
    path = [
        {
            "type": "node",
            "hash": node.hash,
            "uhash": "",
            "depth": 3 - up,
            "r": 0 if left else 1,
            "balances": listed(node.sums),
        }
        for up, (node, left) in enumerate(siblings(levels, 0), 1)
    ]
    top = levels[-1][0]
    first = {"type": "root", "hash": top.hash, "uhash": "", "depth": 0, "r": 0, "balances": listed(top.sums)}
    own = {"type": "self", "hash": leaves[0].hash, "uhash": "", "depth": 2, "r": 0, "balances": listed(leaves[0].sums)}
    return {"data": [first, *path, own]}, top.hash


def samples() -> Iterator[Sample]:
    """Yield every sample with its changes."""
    yield from _of("okx-v1", okx, "balances", "hash", "type")
    yield from _of("bybit", bybit, "balance", "hash", "type")
    yield from _of("bitget-v2", bitget, "balances", "merkelLeaf", "role")
    yield from _of("bitunix", bitunix, "balances", "merkleLeaf", "type")
    yield from _of("mexc", mexc, "balances", "hash", "type", path="pathList")
    for made in _of("bitget-v1", bitget_v1, "balances", "merkelLeaf", "role"):
        made.file = unquoted(made.file)
        made.bad = {what: (unquoted(file), check) for what, (file, check) in made.bad.items()}
        yield made
    file, root = htx(honest)
    made = Sample("htx-merkle-v1", "", file, MINE, root, passes=3)
    made.change("amount", "/data/3/balances", "BTC:2.5,ETH:20,USDT:1000.25", "published.path")
    made.change("side", "/data/2/r", 0, "published.path")
    made.change("side-of-sibling", "/data/1/r", 0, "published.structure")
    made.change("digest", "/data/1/hash", file["data"][1]["hash"][:-1], "published.structure")
    made.change("level", "/data/2", None, "published.structure")
    made.change("total", "/data/0/balances", "BTC:0,ETH:0,USDT:0", "published.total")
    made.bad["negative-sibling"] = htx(with_ghost)[0], "published.nonnegative"
    yield made


def _of(name: str, make: Make, amounts: str, hashed: str, side: str, path: str = "path") -> Iterator[Sample]:
    file, root = make(honest)
    made = Sample(name, "", file, MINE, root, drawn=True)
    amount = at(file, f"/self/{amounts}/BTC")
    made.change("amount", f"/self/{amounts}/BTC", amount.replace("1", "2", 1), "published.leaf")
    made.change("side", f"/{path}/1/{side}", 1, "published.path")
    made.change("side-of-sibling", f"/{path}/0/{side}", 1, "published.structure")
    made.change("digest", f"/{path}/1/{hashed}", at(file, f"/{path}/1/{hashed}")[:-1], "published.structure")
    made.change("digest-of-root", f"/{path}/2/{hashed}", at(file, f"/{path}/2/{hashed}")[:-2], "published.structure")
    made.change("total", f"/{path}/2/{amounts}/BTC", amount, "published.total")
    made.change("sibling", f"/{path}/1/{amounts}/BTC", amount, "published.path")
    made.change("level", f"/{path}/1", None, "published.path")
    made.bad["negative-sibling"] = make(with_ghost)[0], "published.nonnegative"
    inner = inner_as_leaf(file, path, amounts, hashed)
    made.bad["inner-as-leaf"] = (
        inner,
        "published.structure" if name in {"okx-v1", "bybit", "mexc"} else "published.leaf",
    )
    yield made


def inner_as_leaf(file: Json, path: str, amounts: str, hashed: str) -> Json:
    """Hand out the node above a record and its sibling as a leaf; the ids are the hashes that it covers (T09)."""
    own, entries = dict(file["self"]), file[path]
    ids = [name for name in ("nonce", "userHash", "encryptUid", "proofId", "accountId") if name in own]
    ids = ["userHash"] if "userHash" in own else ids
    own |= dict(zip(ids, (own[hashed], entries[0][hashed]), strict=False))
    if len(ids) == 1:
        own[ids[0]] += entries[0][hashed]
    level = "height" if "height" in own else "level"
    own[level] = entries[1][level] if level == "height" or path == "path" else 0
    rest = [dict(entry) for entry in entries[1:]]
    if path == "pathList":
        rest = [entry | {level: entry[level] - 1} for entry in rest]
    return {path: rest, "self": own | {amounts: at(file, f"/{path}/1/{amounts}")}}
