"""Samples of the remaining formats: CoinEx, Hotcoin, Lemon, plain trees and whole trees."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

from scripts.published_vectors.path_files import COINS, MINE, NAMED, balances, honest, joined, quoted, texts, with_ghost
from scripts.published_vectors.sample import Sample, put
from scripts.published_vectors.trees import Node, Sums, fixed, grow, plain, sha, sha_bytes, siblings, sum_of

Json = Any
Change = Callable[[int, Sums], Sums]


def in_json(sums: Sums) -> str:
    return quoted(dict(sorted(sums.items())))


def coinex(change: Change, odd: Callable[[str, str], str] = lambda left, text: left + text) -> tuple[Json, str]:
    """Three customers: the third's sibling and then nothing, so that both rules for a missing node are needed."""
    leaves = []
    for number in range(2):
        sums = change(number, balances(number))
        leaves.append(Node(sha(NAMED[number] + in_json(sums)), sums))
    both = sum_of(leaves[0].sums, leaves[1].sums)
    node = sha(leaves[0].hash + leaves[1].hash + in_json(both))
    top = sha(odd(node, in_json(both)))
    path: list[Json] = [{"balances": texts(leaves[1].sums), "hash": leaves[1].hash, "pos": "right"}, {}]
    own = {"balances": texts(leaves[0].sums), "nonce": NAMED[0]}
    return {"root": {"balances": texts(both), "hash": top}, "self": own, "path": path}, top


def coinex_samples() -> Iterator[Sample]:
    rules: dict[str, Callable[[str, str], str]] = {
        "once": lambda left, text: left + text,
        "twice": lambda left, text: left + left + text,
    }
    for name, odd in rules.items():
        file, root = coinex(honest, odd)
        made = Sample("coinex", name, file, MINE, root, drawn=True)
        made.change("amount", "/self/balances/BTC", "2.5", "published.leaf")
        made.change("side", "/path/0/pos", "left", "published.path")
        made.change("side-unknown", "/path/0/pos", "middle", "published.structure")
        made.change("digest", "/path/0/hash", file["path"][0]["hash"][1:], "published.structure")
        made.change("total", "root/balances/USDT", "1", "published.total")
        made.change("sibling", "/path/0/balances/USDT", "1", "published.path")
        made.change("level", "/path/1", None, "published.path")
        made.bad["negative-sibling"] = coinex(with_ghost, odd)[0], "published.nonnegative"
        one = sum_of(balances(0), balances(1))
        inner = sha(NAMED[0] + in_json(balances(0))) + sha(NAMED[1] + in_json(balances(1)))
        node = {"balances": texts(one), "nonce": inner}
        made.bad["inner-as-leaf"] = {**file, "self": node, "path": [{}]}, "published.structure"
        yield made


def tagged(tag: int, items: list[str]) -> str:
    return sha_bytes(bytes([tag]) + json.dumps(items, separators=(",", ":")).encode())


def hotcoin(change: Change) -> tuple[Json, str]:
    protocol, day = "HOTCOIN-POR-SUM", "2026-11-01 00:00:00"
    config = tagged(3, [protocol, *(part for coin in COINS for part in (coin, "8"))])
    leaves = []
    for number in range(4):
        sums = change(number, balances(number))
        named = [protocol, day, config, NAMED[number], f"nonce {number}"]
        leaves.append(Node(tagged(0, named + [plain(units) for units in sums.values()]), sums))
    levels = grow(
        leaves,
        lambda a, b, sums, up: tagged(
            1, [protocol, config, a.hash, b.hash, *(plain(units) for units in sums.values())]
        ),
    )
    own = {"snapshotId": day, "accountId": NAMED[0], "nonce": "nonce 0", "balances": texts(leaves[0].sums)}
    path = [
        {"position": "LEFT" if left else "RIGHT", "hash": node.hash, "balances": texts(node.sums)}
        for node, left in siblings(levels, 0)
    ]
    assets = [{"coin": coin, "decimals": 8} for coin in COINS]
    place = {"leafHash": leaves[0].hash, "leafIndex": 0, "leafCount": 4}
    return {"protocol": protocol, "assets": assets, "self": {**own, **place}, "path": path}, levels[-1][0].hash


def hotcoin_samples() -> Iterator[Sample]:
    file, root = hotcoin(honest)
    made = Sample("hotcoin-por-sum", "", file, MINE, root)
    made.change("amount", "/self/balances/BTC", "2.5", "published.leaf")
    made.change("side", "/path/1/position", "LEFT", "published.structure")
    made.change("side-of-index", "/self/leafIndex", 1, "published.structure")
    made.change("level", "/path/1", None, "published.structure")
    made.change("digest", "/self/leafHash", file["self"]["leafHash"][:-2], "published.structure")
    made.change("sibling", "/path/0/balances/USDT", "1", "published.root")
    made.change("id", "/self/accountId", NAMED[2], "published.leaf")
    made.bad["negative-sibling"] = hotcoin(with_ghost)[0], "published.nonnegative"
    node = {"accountId": file["self"]["leafHash"], "nonce": file["path"][0]["hash"], "leafCount": 2}
    inner = put(file, "/path/0", None)
    made.bad["inner-as-leaf"] = {**inner, "self": {**file["self"], **node}}, "published.leaf"
    yield made


def lemon(change: Change) -> tuple[str, str, list[list[Node]]]:
    def text(sums: Sums) -> bytes:
        rows = [(coin, units) for coin, units in sorted(sums.items()) if units]
        return "|".join(f"{coin}:{'1E-8' if units == 1 else fixed(units)}" for coin, units in rows).encode()

    leaves = [Node(sha(f"2026-11-01-a1user {number}"), change(number, balances(number))) for number in range(4)]
    levels = grow(
        leaves,
        lambda a, b, sums, up: sha_bytes(bytes.fromhex(a.hash) + text(a.sums) + bytes.fromhex(b.hash) + text(b.sums)),
    )
    items = ",".join(
        f"{{{'LEFT' if left else 'RIGHT'},{node.hash},{joined(node.sums, fixed, '{}:{}', '|')}}}"
        for node, left in siblings(levels, 0)
    )
    row = f'user 0,{joined(leaves[0].sums, fixed, "{}:{}", "|")},"[{items}]",2026-11-01-a1'
    return f"id,balances,proof,audit_id\n{row}\n", levels[-1][0].hash, levels


def lemon_samples() -> Iterator[Sample]:
    file, root, levels = lemon(honest)
    made = Sample("lemon", "", file, ["--account", "user 0", *MINE], root)
    made.bad["amount"] = file.replace("BTC:1.50000000", "BTC:2.50000000"), "published.leaf"
    made.bad["side"] = file.replace("RIGHT", "LEFT", 1), "published.root"
    made.bad["digest"] = file.replace(levels[0][1].hash, levels[0][1].hash[:-1]), "published.structure"
    made.bad["sibling"] = file.replace("USDT:3.00000000", "USDT:1.00000000"), "published.root"
    made.bad["id"] = file.replace("\nuser 0,", "\nuser 1,"), "published.root"
    made.bad["empty"] = file.split('"[')[0] + '"[]",2026-11-01-a1\n', "published.structure"
    made.bad["negative-sibling"] = lemon(with_ghost)[0], "published.nonnegative"
    head = "id,balances,proof,audit_id\n"
    top = levels[1][1]
    item = f'"[{{RIGHT,{top.hash},{joined(top.sums, fixed, "{}:{}", "|")}}}]"'
    both = joined(levels[1][0].sums, fixed, "{}:{}", "|")
    made.bad["inner-as-leaf"] = f"{head}user 0,{both},{item},2026-11-01-a1\n", "published.leaf"
    yield made


def plain_tree(leaves: list[str], *, raw: bool) -> list[list[Node]]:
    def parent(left: Node, right: Node, sums: Sums, level: int) -> str:
        both = left.hash + right.hash
        return sha_bytes(bytes.fromhex(both)) if raw else sha(both)

    return grow([Node(leaf, {}) for leaf in leaves], parent)


def bingx_samples() -> Iterator[Sample]:
    def float_text(units: int) -> str:
        text = plain(units)
        return text if "." in text else f"{text}.0"

    written = [joined(balances(number), float_text, "{}:{}") + ",Total:9.5" for number in range(4)]
    leaves = [sha(f"{sha(str(1000 + number))},{text}") for number, text in enumerate(written)]
    levels = plain_tree(leaves, raw=False)
    path = ",".join(f"{'l' if left else 'r'}:{node.hash}" for node, left in siblings(levels, 0))
    file = {"uid": "1000", "assets": written[0], "path": path, "leaf": leaves[0], "root": levels[-1][0].hash}
    made = Sample("bingx", "", file, ["--account", "1000", *MINE], levels[-1][0].hash)
    made.change("amount", "/assets", written[0].replace("1.5", "2.5", 1), "published.leaf")
    made.change("side", "/path", path.replace("r:", "l:", 1), "published.path")
    made.change("side-unknown", "/path", path.replace(",r:", ",m:", 1), "published.structure")
    made.change("digest", "/path", path[:-1], "published.structure")
    made.change("id", "/uid", "1001", "published.identity")
    made.change("own-balance", "/assets", written[0].replace("BTC:1.5", "BTC:-1.5"), "published.nonnegative")
    made.change("inner-as-leaf", "/leaf", levels[1][0].hash, "published.leaf")
    yield made
    short = {"hashedUid": sha("1000"), **{name: value for name, value in file.items() if name != "uid"}}
    made = Sample("bingx", "hashed", short, made.mine, made.root)
    made.change("id", "/hashedUid", sha("1001"), "published.identity")
    yield made


def pionex_samples() -> Iterator[Sample]:
    def record(number: int, text: str) -> str:
        name = hmac.new(f"n{number}".encode(), f"proof-7,u{number}".encode(), "sha256").hexdigest()
        return sha(f"{name},{text}")

    written = [joined(balances(number), plain, "{}:{}") + ",Total:9.5" for number in range(4)]
    leaves = [record(number, text) for number, text in enumerate(written)]
    levels = plain_tree(leaves, raw=True)
    found = siblings(levels, 0)
    path = f"5:{found[0][0].hash},3:{found[1][0].hash}"
    given = {"proofId": "proof-7", "userId": "u0", "nonce": "n0", "assets": written[0], "path": path}
    file = {**given, "leaf": leaves[0], "root": levels[-1][0].hash}
    made = Sample("pionex", "", file, ["--account", "u0", *MINE], levels[-1][0].hash)
    made.change("amount", "/assets", written[0].replace("1.5", "2.5", 1), "published.leaf")
    made.change("side", "/path", path.replace("5:", "4:").replace("3:", "3:"), "published.path")
    made.change("level", "/path", path.split(",", maxsplit=1)[0], "published.structure")
    made.change("digest", "/path", path[:-1], "published.structure")
    made.change("id", "/userId", "u1", "published.leaf")
    made.change("own-balance", "/assets", written[0].replace("BTC:1.5", "BTC:-1.5"), "published.nonnegative")
    made.change("inner-as-leaf", "/leaf", levels[1][0].hash, "published.leaf")
    yield made


def topone_samples() -> Iterator[Sample]:
    leaves = [sha(f"{sha(f'u{number}')},USDT:{number + 1}.5") for number in range(4)]
    levels = plain_tree(leaves, raw=True)
    path = ",".join(f"{0 if left else 1}{node.hash}" for node, left in siblings(levels, 0))
    file = {"leaf": leaves[0], "path": path, "root": levels[-1][0].hash}
    made = Sample("topone", "", file, ["--account", "u0", "--holding", "USDT=1.5"], levels[-1][0].hash)
    made.change("amount", "/leaf", sha(f"{sha('u0')},USDT:2.5"), "published.leaf")
    made.change("id", "/leaf", leaves[1], "published.leaf")
    made.change("side", "/path", "0" + path[1:], "published.path")
    made.change("side-unknown", "/path", path.replace(",1", ",2"), "published.structure")
    made.change("digest", "/path", path[:-1], "published.structure")
    made.change("inner-as-leaf", "/leaf", levels[1][0].hash, "published.leaf")
    yield made


def chainpoint_samples() -> Iterator[Sample]:
    leaves = [sha(f"document {number}") for number in range(4)]
    levels = plain_tree(leaves, raw=True)
    proof = [{"left" if left else "right": node.hash} for node, left in siblings(levels, 0)]
    named = {"@context": "https://w3id.org/chainpoint/v2", "type": "ChainpointSHA256v2"}
    file = {**named, "targetHash": leaves[0], "merkleRoot": levels[-1][0].hash, "proof": proof}
    made = Sample("chainpoint-v2", "", file, [], levels[-1][0].hash, passes=3)
    made.change("side", "/proof/1", {"left": levels[1][1].hash}, "published.path")
    made.change(
        "side-twice", "/proof/1", {"left": levels[1][1].hash, "right": levels[1][1].hash}, "published.structure"
    )
    made.change("digest", "/proof/1/right", levels[1][1].hash[:-1], "published.structure")
    made.change("level", "/proof/1", None, "published.path")
    yield made


def bifinance_samples() -> Iterator[Sample]:
    leaves = [sha(f"leaf {number}") for number in range(4)]
    levels = plain_tree(leaves, raw=True)
    found = siblings(levels, 0)
    path: list[Json] = [
        {"auditId": "7", "level": 2, "merkelLeaf": found[0][0].hash, "role": 2},
        {"auditId": "7", "level": 1, "merkelLeaf": levels[1][0].hash, "role": 1},
        {"auditId": "7", "level": 1, "merkelLeaf": found[1][0].hash, "role": 2},
        {"auditId": "7", "level": 0, "merkelLeaf": levels[-1][0].hash, "role": 3},
    ]
    own = {"auditId": "7", "level": 2, "merkelLeaf": leaves[0], "role": 1, "nonce": "n", "encryptUid": "e"}
    made = Sample("bifinance", "", {"path": path, "self": own}, [], levels[-1][0].hash, passes=3)
    made.change("amount", "/self/balances", {"BTC": "1"}, "published.leaf")
    made.change("side", "/path/0/role", 1, "published.structure")
    made.change("digest", "/path/0/merkelLeaf", found[0][0].hash[:-1], "published.structure")
    made.change("empty", "/self/merkelLeaf", "", "published.structure")
    yield made


def renrenbit_samples() -> Iterator[Sample]:
    def parent(left: Node, right: Node, sums: Sums, level: int) -> str:
        return sha(f"{sums['units']}{left.hash}{right.hash}")[:16]

    def rows(amounts: tuple[int, ...]) -> tuple[str, str]:
        leaves = [Node(sha(f"uid{n}777{units}")[:16], {"units": units}) for n, units in enumerate(amounts)]
        levels = grow(leaves, parent)
        lines = [f"{at},{node.sums['units']},{node.hash}" for at, level in enumerate(levels) for node in level]
        return "\n".join(lines) + "\n", levels[-1][0].hash

    file, root = rows((150, 20, 3, 0))
    made = Sample("renrenbit", "", file, [], root, passes=3)
    made.bad["amount"] = file.replace("0,150,", "0,151,"), "published.structure"
    made.bad["total"] = file.replace("2,173,", "2,170,"), "published.total"
    made.bad["digest"] = file.replace(root, root[:-1] + ("0" if root[-1] != "0" else "1")), "published.path"
    made.bad["level"] = (
        "\n".join(line for line in file.splitlines() if not line.startswith("1,3,")) + "\n",
        "published.structure",
    )
    made.bad["negative-sibling"] = rows((150, -20, 3, 0))[0], "published.nonnegative"
    yield made


def olalonde_samples() -> Iterator[Sample]:
    def tree(amounts: tuple[int, ...]) -> tuple[list[Json], str]:
        leaves = [Node(sha(f"user {n}|{units}|nonce {n}"), {"sum": units}) for n, units in enumerate(amounts)]
        levels = grow(leaves, lambda a, b, sums, up: sha(f"{sums['sum']}|{a.hash}|{b.hash}"))
        nodes: list[Json] = []
        for level in reversed(levels):
            for node in level:
                data: Json = {"sum": str(node.sums["sum"]), "hash": node.hash}
                nodes.append({"index": len(nodes), "data": data})
        for number, entry in enumerate(nodes[-len(amounts) :]):
            entry["data"] = {"user": f"user {number}", "nonce": f"nonce {number}", **entry["data"]}
        return nodes, levels[-1][0].hash

    whole, root = tree((150, 20, 3, 0))
    part = [{**whole[0]}, whole[2], whole[3], put(put(whole[4], "/data/user", None), "/data/nonce", None)]
    mine = ["--account", "user 0", "--holding", "sum=150"]
    for name, file in (("whole", whole), ("partial", part)):
        made = Sample("olalonde", name, file, mine, root)
        leaf = 3 if name == "whole" else 2
        made.change("amount", f"/{leaf}/data/sum", "151", "published.leaf")
        made.change("digest", f"/{leaf}/data/hash", whole[3]["data"]["hash"][:-1], "published.structure")
        made.change("total", "/0/data/sum", "1", "published.total")
        made.change("level", f"/{1 if name == 'partial' else 4}", None, "published.structure")
        ghost = tree((150, -20, 3, 0))[0]
        gone = put(put(ghost[4], "/data/user", None), "/data/nonce", None)
        made.bad["negative-sibling"] = (
            ghost if name == "whole" else [ghost[0], ghost[2], ghost[3], gone],
            "published.nonnegative",
        )
        yield made


def ethereum_samples() -> Iterator[Sample]:
    leaves = [
        Node(sha_bytes(bytes.fromhex(NAMED[number]) + f"user {number}".encode()), {"b": units})
        for number, units in enumerate((20, 50, 10, 164))
    ]

    def parent(left: Node, right: Node, sums: Sums, level: int) -> str:
        parts = (bytes.fromhex(node.hash) + node.sums["b"].to_bytes(32, "big") for node in (left, right))
        return hashlib.sha256(b"".join(parts)).hexdigest()

    levels = grow(leaves, parent)
    proof = [[node.hash, str(node.sums["b"])] for node, _ in siblings(levels, 0)]
    root = levels[-1][0]
    named = {"username": "user 0", "salt": NAMED[0], "balance": "20", "index": 0, "user_table_size": 4}
    file = {**named, "root": [root.hash, "244"], "proof": proof}
    made = Sample("ethereum-research", "", file, ["--account", "user 0", "--holding", "balance=20"], root.hash)
    made.change("amount", "/balance", "21", "published.leaf")
    made.change("side", "/index", 1, "published.path")
    made.change("sibling", "/proof/0/1", "51", "published.path")
    made.change("digest", "/proof/0/0", proof[0][0][:-2], "published.structure")
    made.change("level", "/proof/1", None, "published.structure")
    made.change("total", "root/1", "1", "published.total")
    made.change("negative", "/proof/0/1", "-50", "published.structure")
    made.change("id", "/username", "user 1", "published.identity")
    yield made


def samples() -> Iterator[Sample]:
    """Yield every sample with its changes."""
    yield from coinex_samples()
    yield from hotcoin_samples()
    yield from lemon_samples()
    yield from bingx_samples()
    yield from pionex_samples()
    yield from topone_samples()
    yield from chainpoint_samples()
    yield from bifinance_samples()
    yield from renrenbit_samples()
    yield from olalonde_samples()
    yield from ethereum_samples()
